//! Account numbers taken out of what leaves the machine.
//!
//! Which they are the broker says, and the owner: the accounts of each login and of each trade, position and value that the broker
//! told, those that a policy names, those of the configuration. What a caller writes into an order, a kill or anything else makes
//! none, for a caller must not choose what becomes unreadable. In the journal what counts begins with a letter and has five
//! digits, as every account number of IBKR does. They are taken out wherever they stand as a word, in capitals or not, and
//! each reads the same wherever it stood, and otherwise than any other: what was of two accounts is still told apart.

use crate::config::Config;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use store::{JournalError, JournalReader, SealedRecord};

/// What stands in the place of an account number, before its number among them.
const REDACTED: &str = "REDACTED";
/// Fewer digits make no account number.
const DIGITS_MIN: usize = 5;

/// Account numbers that are taken out, in capitals. All are known before the first one is.
#[derive(Debug, Default)]
pub(super) struct Hidden(BTreeSet<String>);

impl Hidden {
    /// None.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Those that the configuration names. What the journal names comes with [`Self::learn`].
    pub(super) fn of(config: &Config) -> Self {
        Self(config.broker.account.iter().map(|account| account.as_str().to_ascii_uppercase()).collect())
    }

    /// Those of the configuration and of the whole journal.
    pub(super) fn of_all(config: &Config, reader: &JournalReader) -> Result<Self, JournalError> {
        let mut hidden = Self::of(config);
        reader.sealed(1, &mut |record| {
            hidden.learn(&record);
            Ok(())
        })?;
        Ok(hidden)
    }

    /// Remembers those that a record of the broker or of the owner names. One that cannot be read names none.
    pub(super) fn learn(&mut self, record: &SealedRecord) {
        if !NAMING.contains(&record.kind.as_str()) || !record.body.contains("account") {
            return;
        }
        if let Ok(body) = serde_json::from_str(&record.body) {
            self.collect(&body, false);
        }
    }

    fn collect(&mut self, value: &Value, names_one: bool) {
        match value {
            Value::String(text) => {
                if names_one && is_number(text) {
                    self.0.insert(text.to_ascii_uppercase());
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.collect(value, names_one)),
            Value::Object(fields) => {
                let tagged = |tag: &str, word: &str| fields.get(tag).and_then(Value::as_str) == Some(word);
                // A change of the list of accounts: `{"key": "live_accounts_allowed", "old": …, "new": …}`.
                let is_list = tagged("key", ALLOWED);
                for (name, value) in fields {
                    // A section of a policy, by its name.
                    let section = if name == "section" { value.as_str() } else { Some(name.as_str()) };
                    if let Some(number) = section.and_then(|name| name.strip_prefix("account.")) {
                        self.collect(&Value::from(number), true);
                    }
                    let names_one = matches!(name.as_str(), "account" | "accounts" | ALLOWED)
                        || (is_list && matches!(name.as_str(), "old" | "new"));
                    self.collect(value, names_one);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The text without them.
    pub(super) fn without(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(begin) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
            let (before, from) = rest.split_at(begin);
            let (word, after) = from.split_at(from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len()));
            out.push_str(before);
            match self.0.iter().position(|number| number.eq_ignore_ascii_case(word)) {
                Some(place) => out.extend([REDACTED, "-", &(place + 1).to_string()]),
                None => out.push_str(word),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The value with none of them in its texts and names.
    pub(super) fn out_of(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.without(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.out_of(value)).collect(),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| (self.without(&name), self.out_of(value)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    /// A record as one line, and whether its fact was changed: then its hash does not fit it any more.
    pub(super) fn line(&self, mut record: SealedRecord) -> Result<String, serde_json::Error> {
        // In the text of a fact an escaped newline and the word behind it are one word: so it is read.
        let body = match serde_json::from_str::<Value>(&record.body) {
            Ok(fact) => {
                let without = self.out_of(fact.clone());
                if without == fact { record.body.clone() } else { without.to_string() }
            }
            Err(_unreadable) => self.without(&record.body),
        };
        let redacted = body != record.body;
        record.body = body;
        let mut value = self.out_of(serde_json::to_value(record)?);
        if let Value::Object(fields) = &mut value {
            fields.insert("redacted".to_owned(), Value::Bool(redacted));
        }
        serde_json::to_string(&value)
    }
}

/// The records in which broker or owner name an account, and callers none.
const NAMING: [&str; 8] = [
    "link_up",
    "order",
    "external_execution",
    "external_order",
    "positions_adopted",
    "account_marked",
    "policy_applied",
    "policy_wished",
];

/// The limit that lists accounts.
const ALLOWED: &str = "live_accounts_allowed";

fn is_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && digits >= DIGITS_MIN
}

#[cfg(test)]
#[path = "redaction_tests.rs"]
mod tests;
