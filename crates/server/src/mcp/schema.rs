//! JSON Schemas of tools, made from the descriptions that the OpenAPI document is made from.

use super::inline::inline_single;
use super::shapes::Own;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::OpenApi;

const REF: &str = "#/components/schemas/";
/// Words of descriptions that an answer's schema keeps: the rest is told by the name of the field.
const KEPT: &str = "never an instruction";
/// Longer patterns are not worth their place.
const PATTERN_MAX: usize = 20;
/// Parameters of every list, which need no words.
const PLAIN: [&str; 2] = ["limit", "cursor"];

/// What a tool answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Output {
    /// One shape.
    One(&'static str),
    /// A list of them.
    Page(&'static str),
}

/// The shapes of the faces, by name, and the parameters of the REST operations.
pub(crate) struct Shapes {
    document: Value,
}

/// A schema of arguments on its way.
pub(crate) struct Input {
    properties: Map<String, Value>,
    required: Vec<String>,
}

impl Shapes {
    /// # Errors
    /// A description that is no JSON; a fault of ours.
    pub(super) fn new() -> Result<Self, serde_json::Error> {
        let mut document: Value = serde_json::from_str(&crate::openapi_json())?;
        let own = serde_json::to_value(Own::openapi())?;
        if let Some(own) = own.pointer("/components/schemas").and_then(Value::as_object) {
            for (name, schema) in own {
                document["components"]["schemas"][name] = schema.clone();
            }
        }
        Ok(Self { document })
    }

    /// Null where there is no such shape, which no list of tools shows: its test would fail.
    fn shape(&self, name: &str) -> Value {
        self.document["components"]["schemas"][name].clone()
    }

    /// The parameters of an operation of the REST face.
    pub(super) fn params(&self, operation: &str) -> Input {
        let mut input = Input::nothing();
        let paths = self.document["paths"].as_object().into_iter().flatten();
        let all = paths.flat_map(|(_, methods)| methods.as_object().into_iter().flatten());
        let wanted = all.filter(|(_, found)| found["operationId"] == operation);
        for (_, found) in wanted {
            for parameter in found["parameters"].as_array().into_iter().flatten() {
                let (Some(name), true) = (parameter["name"].as_str(), parameter["in"] != "header") else { continue };
                let mut schema = self.inlined(&parameter["schema"]);
                if let Some(said) = parameter.get("description").filter(|_| !PLAIN.contains(&name)) {
                    schema["description"] = said.clone();
                }
                input = input.with(name, schema);
                if parameter["required"] == true {
                    input = input.required(name);
                }
            }
        }
        input
    }

    /// The fields of a body of the REST face. Which of them go together is told in words: few clients take more of a schema.
    pub(super) fn body(&self, name: &str) -> Input {
        let shape = self.shape(name);
        let mut input = Input::nothing();
        for (name, schema) in shape["properties"].as_object().into_iter().flatten() {
            input = input.with(name, self.inlined(schema));
        }
        for name in shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            input = input.required(name);
        }
        input
    }

    /// A schema without references.
    fn inlined(&self, schema: &Value) -> Value {
        match schema {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    let mut whole = self.inlined(&self.shape(reference.trim_start_matches(REF)));
                    for (name, value) in fields.iter().filter(|(name, _)| *name != "$ref") {
                        whole[name] = value.clone();
                    }
                    return plain(whole);
                }
                let fields = fields.iter().map(|(name, value)| (name.clone(), self.inlined(value)));
                plain(Value::Object(fields.collect()))
            }
            Value::Array(items) => items.iter().map(|item| self.inlined(item)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
        }
    }

    /// The schema of an answer: whole in itself, an object at its top.
    pub(super) fn output(&self, output: Output) -> Map<String, Value> {
        let mut defs = BTreeMap::new();
        let mut top = match output {
            Output::One(name) => self.defined(without_history(self.shape(name)), &mut defs),
            Output::Page(name) => {
                let page = json!({
                    "type": "object",
                    "properties": {
                        "items": {"type": "array", "items": {"$ref": format!("{REF}{name}")}},
                        "next_cursor": {"type": ["string", "null"]},
                    },
                    "required": ["items", "next_cursor"],
                });
                self.defined(page, &mut defs)
            }
        };
        if !defs.is_empty() {
            top["$defs"] = Value::Object(defs.into_iter().collect());
            inline_single(&mut top);
        }
        match top {
            Value::Object(top) => top,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
        }
    }

    /// The schema with references into `defs`, which grow by what it names.
    fn defined(&self, schema: Value, defs: &mut BTreeMap<String, Value>) -> Value {
        let schema = short(schema);
        match schema {
            Value::Object(fields) => {
                let mut out = Map::new();
                for (name, value) in fields {
                    let value = match (name.as_str(), value.as_str()) {
                        ("$ref", Some(reference)) => Value::String(self.define(reference, defs)),
                        ("properties", None) => self.defined(typed(value), defs),
                        (_, _) => self.defined(value, defs),
                    };
                    out.insert(name, value);
                }
                Value::Object(out)
            }
            Value::Array(items) => items.into_iter().map(|item| self.defined(item, defs)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema,
        }
    }

    fn define(&self, reference: &str, defs: &mut BTreeMap<String, Value>) -> String {
        let name = reference.trim_start_matches(REF);
        if !defs.contains_key(name) {
            defs.insert(name.to_owned(), Value::Null);
            let mut whole = self.defined(self.shape(name), defs);
            // Which fields a part always has is told at the top alone: a list of tools is read again and again.
            if let Some(fields) = whole.as_object_mut() {
                fields.remove("required");
            }
            defs.insert(name.to_owned(), whole);
        }
        format!("#/$defs/{name}")
    }
}

/// A schema of an argument without examples, and without patterns that say no more than the words beside them: what is wrong is
/// refused by name anyway.
fn plain(mut schema: Value) -> Value {
    if let Some(fields) = schema.as_object_mut() {
        fields.retain(|name, value| match (name.as_str(), value.as_str()) {
            ("examples" | "example", _) => value.is_object(),
            ("pattern", Some(pattern)) => pattern.len() <= PATTERN_MAX,
            ("format", Some(format)) => format == "date-time",
            (_, _) => true,
        });
    }
    schema
}

/// Properties of which each says its type, also one that may be anything.
fn typed(mut properties: Value) -> Value {
    for property in properties.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        let is_bare = property.as_object().is_some_and(|fields| fields.keys().all(|name| name == "description"));
        if is_bare {
            property["type"] = json!(["string", "number", "boolean", "object", "array", "null"]);
        }
    }
    properties
}

/// Without words at any depth.
fn wordless(mut schema: Value) -> Value {
    if let Some(fields) = schema.as_object_mut() {
        fields.retain(|name, value| name != "description" || !value.is_string());
        for value in fields.values_mut() {
            *value = wordless(value.take());
        }
    }
    schema
}

/// An order is shown without its records, which are asked for by themselves.
fn without_history(mut schema: Value) -> Value {
    if let Some(properties) = schema.pointer_mut("/properties").and_then(Value::as_object_mut) {
        properties.remove("history");
        properties.remove("history_cursor");
    }
    schema
}

/// A schema without the words that the name of a field says as well. A field may itself be called `description`: only texts are
/// words of the schema.
fn short(mut schema: Value) -> Value {
    if let Some(fields) = schema.as_object_mut() {
        fields.retain(|name, value| match (name.as_str(), value.as_str()) {
            ("description", Some(said)) => said.contains(KEPT),
            ("examples" | "example" | "default", _) => value.is_object(),
            // A number's size is ours to keep.
            ("format", Some(format)) => format == "date-time",
            ("minimum", None) => value.is_object(),
            (_, _) => true,
        });
    }
    schema
}

impl Input {
    /// No arguments.
    pub(super) fn nothing() -> Self {
        Self { properties: Map::new(), required: Vec::new() }
    }

    /// With one more, or another schema of one.
    pub(super) fn with(mut self, name: &str, schema: Value) -> Self {
        self.properties.insert(name.to_owned(), schema);
        self
    }

    /// Without words: another tool has said them.
    pub(super) fn unsaid(mut self) -> Self {
        for schema in self.properties.values_mut() {
            *schema = wordless(schema.take());
        }
        self
    }

    /// With other words about one.
    pub(super) fn said(mut self, name: &str, words: &str) -> Self {
        if let Some(schema) = self.properties.get_mut(name) {
            schema["description"] = json!(words);
        }
        self
    }

    /// One that must be given.
    pub(super) fn required(mut self, name: &str) -> Self {
        self.required.push(name.to_owned());
        self
    }

    /// Without some.
    pub(super) fn without(mut self, names: &[&str]) -> Self {
        self.properties.retain(|name, _| !names.contains(&name.as_str()));
        self.required.retain(|name| !names.contains(&name.as_str()));
        self
    }

    pub(super) fn schema(self) -> Map<String, Value> {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Value::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), json!(self.required));
        }
        schema.insert("additionalProperties".to_owned(), json!(false));
        schema
    }
}
