//! A refusal of the gateway in words: what happened, every reason with what was seen, what is allowed, what to do.

use crate::failure::{Told, UNAVAILABLE};
use crate::table::{at, field, plain};
use reqwest::StatusCode;
use serde_json::Value;

/// Exit code without a valid key.
pub(crate) const AUTH: u8 = 4;
/// Exit code of an unknown outcome.
pub(crate) const UNKNOWN: u8 = 8;

/// The refusal of an answer that is not a success.
pub(crate) fn told(status: StatusCode, body: Value) -> Told {
    let code = at(&body, "code").and_then(Value::as_str).unwrap_or("internal").to_owned();
    let mut text = match (at(&body, "title"), at(&body, "detail")) {
        (Some(Value::String(title)), Some(Value::String(detail))) => format!("{}: {}", plain(title), plain(detail)),
        (Some(Value::String(one)), _) | (_, Some(Value::String(one))) => plain(one),
        _neither => format!("the gateway answered {status}"),
    };
    text = format!("{text} ({code}, HTTP {})", status.as_u16());
    for reason in reasons(&body) {
        text.push('\n');
        text.push_str(&reason);
    }
    Told {
        exit: exit(&code),
        hint: at(&body, "hint").and_then(Value::as_str).map(plain),
        code,
        text,
        answer: Some(body),
    }
}

/// By the one table; an answer without a code of the table is no answer of a Tollgate that we know.
pub(crate) fn exit(code: &str) -> u8 {
    wire::Code::from_word(code).map_or(UNAVAILABLE, |code| code.row().exit)
}

/// Every reason of an answer, a paragraph each.
pub(crate) fn reasons(body: &Value) -> Vec<String> {
    reasons_of(body, "reasons")
}

/// Every reason of a list in an answer, a paragraph each.
pub(crate) fn reasons_of(body: &Value, list: &str) -> Vec<String> {
    let Some(Value::Array(reasons)) = at(body, list) else { return Vec::new() };
    reasons
        .iter()
        .map(|reason| {
            let mut text = format!("  {}  {}", field(reason, "code"), field(reason, "message"));
            if at(reason, "observed").is_some() || at(reason, "limit").is_some() {
                text = format!("{text} [observed {}, limit {}]", field(reason, "observed"), field(reason, "limit"));
            }
            if at(reason, "hint").is_some() {
                text = format!("{text}\n      → {}", field(reason, "hint"));
            }
            text
        })
        .collect()
}
