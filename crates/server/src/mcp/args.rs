//! The arguments of a call: read by the parsers of the REST face.

use crate::config::Limits;
use crate::query;
use crate::refusal::Refusal;
use domain::fault::Fault;
use domain::id::ClOrdId;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;

/// One JSON object.
pub(crate) struct Args(Map<String, Value>);

impl Args {
    pub(super) fn new(given: Option<Map<String, Value>>) -> Self {
        Self(given.unwrap_or_default())
    }

    /// Takes out a text.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        self.0.remove(name).map(|value| plain(name, value)).transpose()
    }

    /// Takes out a text that must be given.
    pub(super) fn needed(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::field(name, "is required"))
    }

    /// Takes out a key of an order, a change or a cancel.
    pub(super) fn key(&mut self, name: &str) -> Result<ClOrdId, Refusal> {
        wire::fields::checked(&self.needed(name)?).map_err(|rule: String| Refusal::field(name, &rule))
    }

    /// Whether it is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Gives one that the caller may not give.
    pub(super) fn set(&mut self, name: &str, value: Value) -> Result<(), Refusal> {
        match self.0.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_given) => Err(Refusal::field(name, "is not a field of this request")),
        }
    }

    /// Takes out how long to wait for the broker.
    pub(super) fn wait(&mut self, limits: &Limits) -> Result<Duration, Refusal> {
        let Some(text) = self.text("wait_s")? else { return Ok(limits.wait_default) };
        let seconds: u32 = text.parse().map_err(|_| Refusal::field("wait_s", "must be a whole number of seconds"))?;
        Ok(Duration::from_secs(u64::from(seconds)).min(limits.wait_max))
    }

    /// What is left, as a body of the REST face.
    pub(super) fn body(&self) -> Result<Vec<u8>, Refusal> {
        serde_json::to_vec(&self.0).map_err(|error| Refusal::from(Fault::Internal(error.to_string())))
    }

    /// What is left, as query parameters of the REST face.
    pub(super) fn params<T: DeserializeOwned>(self) -> Result<T, Refusal> {
        let texts: Result<Map<_, _>, _> = self
            .0
            .into_iter()
            .map(|(name, value)| plain(&name, value).map(|text| (name, Value::String(text))))
            .collect();
        serde_json::from_value(Value::Object(texts?)).map_err(|error| query::refused(&error.to_string()))
    }

    /// Refuses what is left.
    pub(super) fn nothing_else(self) -> Result<(), Refusal> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        self.params().map(|Nothing {}| ())
    }
}

/// One value as query parameters say it.
fn plain(name: &str, value: Value) -> Result<String, Refusal> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null => Err(Refusal::field(name, "must not be null; leave the field out instead")),
        Value::Array(_) | Value::Object(_) => Err(Refusal::field(name, "must be one value")),
    }
}
