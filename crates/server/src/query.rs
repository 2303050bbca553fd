//! Query parameters: every one known, each once, and read by the same rules as bodies.

use crate::refusal::Refusal;
use crate::rest;
use axum::extract::{FromRequestParts, MatchedPath, Query};
use axum::http::Method;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use wire::FieldError;

const NO_PARAMETER: &str = "is not a parameter of this request";

/// The parameters that an operation has, by method and route, out of the document that describes them.
static KNOWN: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let (_, document) = rest::routes().split_for_parts();
    let document = serde_json::to_value(&document).unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (operation_of(&method.to_uppercase(), path), operation))
    });
    operations.map(|(operation, described)| (operation, names(described))).collect()
});

fn operation_of(method: &str, route: &str) -> String {
    format!("{method} {route}")
}

fn names(operation: &Value) -> BTreeSet<String> {
    let all = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let in_query = all.filter(|parameter| parameter.get("in").is_some_and(|place| place == "query"));
    in_query.filter_map(|parameter| parameter.get("name")?.as_str().map(str::to_owned)).collect()
}

/// Refuses a parameter that the operation does not have, also where it has none: what is misspelt must not be thought heard.
pub(crate) fn refuse_unknown(parts: &Parts) -> Result<(), Refusal> {
    let (Some(query), Some(route)) = (parts.uri.query(), parts.extensions.get::<MatchedPath>()) else { return Ok(()) };
    // HEAD is served by GET.
    let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
    let Some(known) = KNOWN.get(&operation_of(method.as_str(), route.as_str())) else { return Ok(()) };
    if query.is_empty() {
        return Ok(());
    }
    let given = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    let Query(given) = given.map_err(|_| Refusal::field("query", "must be well-formed"))?;
    match given.into_iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal::field(&name.chars().take(64).collect::<String>(), NO_PARAMETER)),
    }
}

/// The parameters as texts.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        Query::<T>::try_from_uri(&parts.uri)
            .map(|Query(params)| Self(params))
            .map_err(|error| refused(&error.body_text()))
    }
}

/// What serde says of parameters, as a refusal.
pub(crate) fn refused(said: &str) -> Refusal {
    // The parameter stands in back quotes: "unknown field `x`, expected …".
    let field: String = said.split('`').nth(1).unwrap_or("query").chars().take(64).collect();
    let rule = if said.contains("duplicate field") {
        "must be given once"
    } else if said.contains("unknown field") {
        NO_PARAMETER
    } else {
        "must be well-formed"
    };
    Refusal::field(&field, rule)
}

/// Reads a flag; absent is false.
pub(crate) fn flag(name: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> bool {
    match text {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            errors.push(FieldError::new(name, &"must be true or false"));
            false
        }
    }
}

/// Reads a time.
pub(crate) fn time(name: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<Timestamp> {
    let time = text?.parse().ok();
    if time.is_none() {
        errors.push(FieldError::new(name, &"must be a time in RFC 3339, such as 2026-03-02T21:00:00Z"));
    }
    time
}

/// Reads the cursor of a list of records: the place of the last one that was seen.
pub(crate) fn place(cursor: Option<&str>, errors: &mut Vec<FieldError>) -> Option<u64> {
    let text = cursor?;
    let place = text.parse().ok();
    if place.is_none() {
        errors.push(FieldError::new("cursor", &"must be a next_cursor of this list"));
    }
    place
}

/// Refuses when anything was found wrong.
pub(crate) fn settle(errors: Vec<FieldError>) -> Result<(), Refusal> {
    if errors.is_empty() { Ok(()) } else { Err(Refusal::from(errors)) }
}
