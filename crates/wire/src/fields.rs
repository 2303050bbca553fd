//! Reading a JSON object strictly: every wrong field is reported, not just the first one.

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::str::FromStr;
use utoipa::ToSchema;

/// One field and the rule that it breaks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
pub struct FieldError {
    /// The field, as the caller spells it; `body` for the whole.
    pub field: String,
    /// The rule, in words.
    pub rule: String,
}

impl FieldError {
    /// Makes one.
    pub fn new(field: &str, rule: &dyn Display) -> Self {
        Self { field: field.to_owned(), rule: rule.to_string() }
    }
}

/// Why a request is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Fields break rules; never empty.
    #[error("{}", said(.0))]
    Fields(Vec<FieldError>),
}

fn said(errors: &[FieldError]) -> String {
    errors.iter().map(|error| format!("{} {}", error.field, error.rule)).collect::<Vec<_>>().join("; ")
}

/// The fields of one JSON object on the way into a checked type.
#[derive(Debug)]
pub struct Fields {
    values: BTreeMap<String, Value>,
    seen: BTreeSet<String>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads a body: one JSON object, each name once.
    pub fn read(body: &[u8]) -> Result<Self, ParseError> {
        let whole = |rule: &dyn Display| ParseError::Fields(vec![FieldError::new("body", rule)]);
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(whole(&"must be a JSON object"));
        }
        let pairs: Pairs =
            serde_json::from_slice(body).map_err(|error| whole(&format!("must be a JSON object: {error}")))?;
        let mut fields = Self { values: BTreeMap::new(), seen: BTreeSet::new(), errors: Vec::new() };
        for (name, value) in pairs.0 {
            if !fields.seen.insert(name.clone()) {
                fields.refuse(&name, &"must be given once");
            }
            fields.values.insert(name, value);
        }
        Ok(fields)
    }

    /// Whether the caller gave the field, rightly or not.
    pub fn has(&self, name: &str) -> bool {
        self.seen.contains(name)
    }

    /// Reports a field.
    pub fn refuse(&mut self, name: &str, rule: &dyn Display) {
        self.errors.push(FieldError::new(name, rule));
    }

    /// Reports many.
    pub fn refuse_all(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// Takes a field and checks it; absent is `None`, wrong is `None` and reported.
    pub fn take<T>(&mut self, name: &str, check: impl FnOnce(Value) -> Result<T, String>) -> Option<T> {
        match self.values.remove(name)? {
            Value::Null => {
                self.refuse(name, &"must not be null; leave the field out instead");
                None
            }
            value @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                check(value).map_err(|rule| self.refuse(name, &rule)).ok()
            }
        }
    }

    /// Reports the field if the caller did not give it.
    pub fn require(&mut self, name: &str) {
        if !self.has(name) {
            self.refuse(name, &"is required");
        }
    }

    /// A string that its type accepts.
    pub fn text<T>(&mut self, name: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.take(name, |value| checked(&string(value)?))
    }

    /// A string by a check of its own.
    pub fn text_by(&mut self, name: &str, check: fn(&str) -> Result<(), &'static str>) -> Option<String> {
        self.take(name, |value| {
            let text = string(value)?;
            check(&text).map(|()| text).map_err(str::to_owned)
        })
    }

    /// A decimal above zero, as a JSON string.
    pub fn decimal(&mut self, name: &str) -> Option<Decimal> {
        self.take(name, |value| match value {
            Value::String(text) => positive(&text),
            Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) | Value::Null => {
                Err("must be a decimal in a JSON string, such as \"189.50\"; JSON numbers are refused".to_owned())
            }
        })
    }

    /// An object, to be read field by field and given back with [`Fields::absorb`].
    pub fn object(&mut self, name: &str) -> Option<Self> {
        self.take(name, |value| match value {
            Value::Object(map) => {
                let values: BTreeMap<String, Value> = map.into_iter().collect();
                Ok(Self { seen: values.keys().cloned().collect(), values, errors: Vec::new() })
            }
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Null => {
                Err("must be a JSON object".to_owned())
            }
        })
    }

    /// Ends the reading of an inner object; what was wrong in it is reported under its name.
    pub fn absorb(&mut self, name: &str, inner: Self) {
        if let Err(ParseError::Fields(errors)) = inner.finish() {
            self.errors.extend(
                errors
                    .into_iter()
                    .map(|error| FieldError { field: format!("{name}.{}", error.field), rule: error.rule }),
            );
        }
    }

    /// A flag; absent is false, as the contract says.
    pub fn flag(&mut self, name: &str) -> bool {
        self.take(name, |value| match value {
            Value::Bool(flag) => Ok(flag),
            Value::String(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) | Value::Null => {
                Err("must be true or false".to_owned())
            }
        })
        .unwrap_or(false)
    }

    /// Ends the reading: what was not taken is unknown.
    pub fn finish(mut self) -> Result<(), ParseError> {
        for name in std::mem::take(&mut self.values).into_keys() {
            self.refuse(&shortened(&name), &"is not a field of this request");
        }
        if self.errors.is_empty() { Ok(()) } else { Err(ParseError::Fields(self.errors)) }
    }
}

/// Parses a text into its type, with the rule as the error.
pub fn checked<T>(text: &str) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse::<T>().map_err(|error| rule_of(&error.to_string()))
}

/// The rule out of a sentence such as "qty must be a decimal …": what begins with "must".
fn rule_of(sentence: &str) -> String {
    sentence.find("must ").map_or_else(|| format!("is not valid: {sentence}"), |at| sentence[at..].to_owned())
}

/// A positive decimal of at most a thousand million with at most eight decimals, digits and point only.
pub fn positive(text: &str) -> Result<Decimal, String> {
    checked::<domain::money::Qty>(text).map(domain::money::Qty::get)
}

fn string(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) | Value::Null => {
            Err("must be a JSON string".to_owned())
        }
    }
}

/// A caller's own name is echoed in part only.
fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

/// The pairs of an object in their order, duplicates included, which a map would swallow.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, Once(value))) = map.next_entry()? {
                    pairs.push((name, value));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A value in whose objects every name stands once; a map would keep the last of two and say nothing.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Inside).map(Self)
    }
}

struct Inside;

impl<'de> Visitor<'de> for Inside {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    // tidy: float — a JSON number is read only to be refused by name
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Once(value)) = items.next_element()? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut all = serde_json::Map::new();
        while let Some((name, Once(value))) = map.next_entry::<String, Once>()? {
            if all.contains_key(&name) {
                return Err(serde::de::Error::custom(format!("{} is given twice", shortened(&name))));
            }
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}
