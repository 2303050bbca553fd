//! Query parameters: every one known, each once, and read by the same rules as bodies.

use crate::refusal::Refusal;
use axum::extract::FromRequestParts;
use axum::extract::Query;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use wire::FieldError;

/// The parameters as texts.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        Query::<T>::try_from_uri(&parts.uri).map(|Query(params)| Self(params)).map_err(|error| {
            let said = error.body_text();
            // serde names the parameter in back quotes: "unknown field `x`, expected …".
            let field: String = said.split('`').nth(1).unwrap_or("query").chars().take(64).collect();
            let rule = if said.contains("duplicate field") {
                "must be given once"
            } else if said.contains("unknown field") {
                "is not a parameter of this request"
            } else {
                "must be well-formed"
            };
            Refusal::field(&field, rule)
        })
    }
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
