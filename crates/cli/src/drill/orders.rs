//! Orders of the drill.

use super::report::Seen;
use super::scratch::Scratch;
use crate::client::{Client, Reply};
use crate::failure::Failure;
use crate::rehearsal;
use crate::table::{at, field, items};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// A price of so many percent of another, to the cent.
pub(crate) fn percent(price: Decimal, of: i64) -> String {
    rehearsal::percent(price, of).unwrap_or(price).to_string()
}

/// Buy 10 AAPL one percent above the ask, with what is different this time; `null` takes a field out.
pub(crate) fn order(scratch: &Scratch, different: &Value) -> Value {
    let mut fields = Map::new();
    let usual = rehearsal::limit_order("AAPL", "10", &percent(scratch.ask, 101));
    for one in [&usual, different] {
        fields.extend(one.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    }
    fields.retain(|_, value| !value.is_null());
    Value::Object(fields)
}

/// Submits it with a key of its own.
pub(crate) async fn submit(client: &Client, body: Value) -> Result<Reply, Failure> {
    rehearsal::submit(client, "drill", body).await
}

/// Whether the answer refuses, or holds for a human, with the control's own code among the reasons.
pub(crate) fn answered_with(code: &str, answer: Result<Reply, Failure>) -> Seen {
    let body = match answer {
        Ok(reply) => reply.body,
        Err(Failure::Told(told)) => told.answer.ok_or(told.text)?,
        Err(other) => return Err(other.human()),
    };
    let reasons = at(&body, "reasons").map(items).unwrap_or_default();
    match reasons.iter().find(|reason| field(reason, "code") == code) {
        Some(reason) => Ok(format!("{code}: observed {}, limit {}", field(reason, "observed"), field(reason, "limit"))),
        None => Err(format!("{code} is not among the reasons: {body}")),
    }
}
