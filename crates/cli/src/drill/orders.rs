//! Orders of the drill.

use super::report::Seen;
use super::scratch::Scratch;
use crate::client::{Client, Reply, Request};
use crate::failure::Failure;
use crate::table::{at, field, items};
use crate::verb::ticket;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Value, json};

/// A price of so many percent of another, to the cent.
pub(crate) fn percent(price: Decimal, of: i64) -> String {
    let scaled = price.checked_mul(Decimal::new(of, 2)).unwrap_or(price);
    scaled.round_dp_with_strategy(2, RoundingStrategy::AwayFromZero).to_string()
}

/// Buy 10 AAPL one percent above the ask, with what is different this time; `null` takes a field out.
pub(crate) fn order(scratch: &Scratch, different: &Value) -> Value {
    let mut fields = Map::new();
    let usual = json!({
        "symbol": "AAPL", "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy", "qty": "10",
        "order_type": "limit", "limit_price": percent(scratch.ask, 101), "tif": "day",
    });
    for one in [&usual, different] {
        fields.extend(one.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    }
    fields.retain(|_, value| !value.is_null());
    Value::Object(fields)
}

/// Submits it with a key of its own.
pub(crate) async fn submit(client: &Client, body: Value) -> Result<Reply, Failure> {
    let key = ticket::new_key("drill")?;
    client.send(Request::post("/orders", Some(body)).keyed(&key)).await
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
