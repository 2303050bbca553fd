//! The demo's own agent: it proposes an order, and the next one once a human has answered, so that there is something to approve.

use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::rehearsal;
use crate::table::items;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// How often it looks whether it was answered.
const LOOK_EVERY: Duration = Duration::from_secs(45);
/// What it proposes, in turns: symbol and quantity.
const WISHES: [(&str, &str); 4] = [("MSFT", "5"), ("KO", "20"), ("XOM", "8"), ("JPM", "6")];

/// Proposes for as long as the demo stays. What was refused is in the journal, as of any agent; it tries again later.
pub(crate) async fn proposes(agent: &Client) -> Infallible {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut wishes = WISHES.iter().cycle();
    loop {
        looks.tick().await;
        match is_asked_for(agent).await {
            Ok(true) => {
                let Some((symbol, qty)) = wishes.next() else { continue };
                if let Err(error) = rehearsal::submit(agent, "agent", order(symbol, qty)).await {
                    tracing::debug!(?error, "the demo's agent was refused");
                }
            }
            Ok(false) => {}
            Err(error) => tracing::debug!(?error, "the demo's agent cannot look"),
        }
    }
}

/// Whether trading goes on and nothing of its own waits.
async fn is_asked_for(agent: &Client) -> Result<bool, Failure> {
    let states = agent.send(Request::get("/kill")).await?.body;
    let waiting = agent.send(Request::get("/approvals?pending=true&limit=1")).await?.body;
    Ok(states["global"] == "active" && items(&waiting).is_empty())
}

fn order(symbol: &str, qty: &str) -> Value {
    json!({
        "symbol": symbol, "sec_type": "stk", "exchange": "SMART", "currency": "USD",
        "side": "buy", "qty": qty, "order_type": "market", "tif": "day",
    })
}
