//! What demo and drill do with a gateway of their own: wait until it trades, give it orders, ask it until it answers as
//! wanted.

use crate::client::{Client, Reply, Request};
use crate::failure::Failure;
use crate::run::gateway::Gateway;
use crate::run::serve;
use crate::table::at;
use crate::verb::ticket;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use std::time::Duration;

/// For the first connection with its reconciliation.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// For market and broker to do their part.
pub(crate) const WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits until the gateway trades.
///
/// # Errors
/// It does not get there.
pub(crate) async fn until_ready(gateway: &Gateway, whose: &str) -> Result<(), Failure> {
    let desk = gateway.desk();
    if tokio::time::timeout(READY_WITHIN, serve::ready(desk.as_ref())).await.is_ok() {
        return Ok(());
    }
    let why = desk.not_ready().join("; ");
    Err(Failure::unavailable(format!("{whose} did not get ready: {why}"), "run it again"))
}

/// Asks again until the answer is as wanted, for a while.
///
/// # Errors
/// A refusal, or the last answer.
pub(crate) async fn until(client: &Client, path: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
    let mut last = Value::Null;
    let asking = async {
        loop {
            last = client.send(Request::get(path)).await.map_err(Failure::human)?.body;
            if wanted(&last) {
                return Ok(last.clone());
            }
            // tidy: sleep — the pause between two questions of a wait that has an end
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    match tokio::time::timeout(WITHIN, asking).await {
        Ok(answer) => answer,
        Err(_late) => Err(format!("{path} did not become as expected within {WITHIN:?}; last: {last}")),
    }
}

/// Submits an order with a key of its own.
pub(crate) async fn submit(client: &Client, whose: &str, body: Value) -> Result<Reply, Failure> {
    let key = ticket::new_key(whose)?;
    client.send(Request::post("/orders", Some(body)).keyed(&key)).await
}

/// A limit order of the day to buy shares.
pub(crate) fn limit_order(symbol: &str, qty: &str, limit: &str) -> Value {
    json!({
        "symbol": symbol, "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy", "qty": qty,
        "order_type": "limit", "limit_price": limit, "tif": "day",
    })
}

/// So many percent of a price, to the cent.
pub(crate) fn percent(price: Decimal, of: i64) -> Option<Decimal> {
    let scaled = price.checked_mul(Decimal::new(of, 2))?;
    Some(scaled.round_dp_with_strategy(2, RoundingStrategy::AwayFromZero))
}

/// The number of a field.
pub(crate) fn decimal(value: &Value, name: &str) -> Option<Decimal> {
    at(value, name).and_then(Value::as_str).and_then(|text| text.parse().ok())
}
