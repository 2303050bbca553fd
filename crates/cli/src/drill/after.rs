//! After the send: attribution, reconciliation, exposure, the outbound counter.

use super::orders::{answered_with, order, submit};
use super::report::{Report, Seen};
use super::scratch::Scratch;
use crate::failure::Failure;
use crate::table::{at, field};
use serde_json::json;

/// Looks at what the journal and the status say about orders that were sent.
pub(crate) async fn fire(scratch: &Scratch, report: &mut Report) {
    report.note(44, "an order of the operator", attribution(scratch).await);
    report.note(51, "the connection", reconciled(scratch).await);
    report.note(56, "a purchase, and an order after it", post_trade(scratch).await);
    report.note(52, "all orders so far", outbound(scratch).await);
}

async fn attribution(scratch: &Scratch) -> Seen {
    let body = order(scratch, &json!({"strategy": "c44", "symbol": "JNJ", "qty": "1", "limit_price": "3"}));
    let sent = submit(&scratch.operator, body).await.map_err(Failure::human)?.body;
    let path = format!("/orders/{}", field(&sent, "cl_ord_id"));
    let one = scratch.get(&path).await?;
    let (by, face, strategy) = (field(&one, "requested_by"), field(&one, "face"), field(&one, "strategy"));
    let seen = format!("by {by}, through {face}, strategy {strategy}");
    if face == "cli" && strategy == "c44" && by != "–" { Ok(seen) } else { Err(seen) }
}

async fn reconciled(scratch: &Scratch) -> Seen {
    let status = scratch.get("/status").await?;
    let complete = at(&status, "reconciliation.complete").and_then(serde_json::Value::as_bool);
    let seen = format!(
        "complete {}, {} unresolved, {} missing",
        field(&status, "reconciliation.complete"),
        field(&status, "reconciliation.unresolved"),
        field(&status, "reconciliation.missing")
    );
    let open = ["unresolved", "missing"].map(|name| field(&status, &format!("reconciliation.{name}")));
    if complete == Some(true) && open == ["0", "0"] { Ok(seen) } else { Err(seen) }
}

async fn post_trade(scratch: &Scratch) -> Seen {
    scratch.until("/market/quote?symbol=CVX", |quote| at(quote, "ask").is_some()).await?;
    let market = json!({"symbol": "CVX", "order_type": "market", "limit_price": null, "qty": "1", "strategy": "c56"});
    let sent = submit(&scratch.operator, order(scratch, &market)).await.map_err(Failure::human)?.body;
    let path = format!("/orders/{}", field(&sent, "cl_ord_id"));
    scratch.until(&path, |one| field(one, "status") == "filled").await?;
    let more = json!({"symbol": "CVX", "order_type": "market", "limit_price": null, "qty": "2", "strategy": "c28"});
    let seen = answered_with("C28_POSITION", submit(&scratch.operator, order(scratch, &more)).await)?;
    if seen.contains("observed 1 now, 3 with") { Ok(seen) } else { Err(seen) }
}

/// The door's count of what left, beside what the journal intends and what the broker has.
async fn outbound(scratch: &Scratch) -> Seen {
    let status = scratch.get("/status").await?;
    let (intended, left) = (field(&status, "outbound.intended"), field(&status, "outbound.left"));
    let has = scratch.ledger("").await?.len().to_string();
    let seen = format!("{left} orders left, {intended} were intended, the broker has {has}");
    if left == intended && left == has && has != "0" { Ok(seen) } else { Err(seen) }
}
