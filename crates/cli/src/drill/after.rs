//! After the send: attribution, reconciliation, exposure, the outbound counter.

use super::orders::{answered_with, order, submit};
use super::report::{Report, Seen};
use super::scratch::{Scratch, refused};
use crate::client::Request;
use crate::failure::Failure;
use crate::table::{at, field, items};
use crate::verb::ticket::new_key;
use serde_json::json;

/// Looks at what the journal and the status say about orders that were sent.
pub(crate) async fn fire(scratch: &Scratch, report: &mut Report) {
    report.note(44, "an order of the operator", attribution(scratch).await);
    report.note(51, "the connection", reconciled(scratch).await);
    report.note(56, "a purchase, and an order after it", post_trade(scratch).await);
    report.note(53, "an execution that is told twice", told_twice(scratch).await);
    report.note(52, "all orders so far", outbound(scratch).await);
    // After the count: a second identity is no order that was sent, and what the broker refuses is in no ledger.
    report.note(55, "a change that the broker books as a second order", second_identity(scratch).await);
    report.note(38, "an order of a strategy that rests after one reject", cooldown(scratch).await);
    // It loses a cent or two, and a loss counts for the rest.
    report.note(43, "an agent that flattens what was bought", flatten(scratch).await);
    report.note(58, "a purchase of what was sold a moment ago", bought_back(scratch).await);
    report.note(50, "all trades so far", reported(scratch).await);
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

/// The execution comes twice on its own, and again with the comparison after the next connection.
async fn told_twice(scratch: &Scratch) -> Seen {
    scratch.until("/market/quote?symbol=PG", |quote| at(quote, "ask").is_some()).await?;
    scratch.at_venue("/faults", &json!({"when": {"reply": "execution"}, "do": "duplicate"})).await?;
    let market = json!({"symbol": "PG", "order_type": "market", "limit_price": null, "qty": "3", "strategy": "c53"});
    let sent = submit(&scratch.operator, order(scratch, &market)).await.map_err(Failure::human)?.body;
    let key = field(&sent, "cl_ord_id");
    let one = scratch.until(&format!("/orders/{key}"), |one| field(one, "status") == "filled").await?;
    let executions = scratch.get("/executions").await?;
    let of_it = items(&executions).iter().filter(|one| field(one, "cl_ord_id") == key).count();
    let seen = format!("filled {}, {of_it} execution booked", field(&one, "cum_qty"));
    if (field(&one, "cum_qty").as_str(), of_it) == ("3", 1) { Ok(seen) } else { Err(seen) }
}

/// From then on its instrument is halted until a human has looked.
async fn second_identity(scratch: &Scratch) -> Seen {
    let resting = json!({"symbol": "HD", "qty": "1", "limit_price": "7", "strategy": "c55"});
    let sent = submit(&scratch.operator, order(scratch, &resting)).await.map_err(Failure::human)?.body;
    let path = format!("/orders/{}", field(&sent, "cl_ord_id"));
    scratch.until(&path, |one| field(one, "status") == "working").await?;
    let fault = json!({"when": {"message": "place_order"}, "do": "second_perm_id"});
    scratch.at_venue("/faults", &fault).await?;
    let key = new_key("drill").map_err(Failure::human)?;
    let change = json!({"qty": "1", "order_type": "limit", "limit_price": "8", "tif": "day"});
    // Whatever is said of the change: two identities are what matters.
    drop(scratch.operator.send(Request::put(&path, change).keyed(&key)).await);
    let halted = json!({"symbol": "HD", "qty": "1", "limit_price": "6", "strategy": "c55"});
    answered_with("C08_READINESS", submit(&scratch.operator, order(scratch, &halted)).await)
}

async fn cooldown(scratch: &Scratch) -> Seen {
    let fault = json!({"when": {"message": "place_order"}, "do": {"reject": {"code": 201, "message": "drill"}}});
    scratch.at_venue("/faults", &fault).await?;
    let first = json!({"strategy": "c38", "symbol": "MRK", "qty": "1", "limit_price": "2"});
    let (code, _answer) = refused(submit(&scratch.operator, order(scratch, &first)).await)?;
    if code != "broker_rejected" {
        return Err(format!("the first order: {code}"));
    }
    let next = json!({"strategy": "c38", "symbol": "MRK", "qty": "2", "limit_price": "2"});
    answered_with("C38_COOLDOWN", submit(&scratch.operator, order(scratch, &next)).await)
}

/// What an agent asks to close waits for a human; on his yes it is closed once, however often it is asked for.
async fn flatten(scratch: &Scratch) -> Seen {
    let key = new_key("drill").map_err(Failure::human)?;
    let wish = || Request::post("/orders/flatten", Some(json!({"symbol": "CVX", "reason": "drill"}))).keyed(&key);
    let asked = scratch.agent.send(wish()).await.map_err(Failure::human)?.body;
    let item = items(&asked).first().ok_or_else(|| format!("nothing is held: {asked}"))?;
    let reasons = at(item, "order.reasons").map(items).unwrap_or_default();
    if !reasons.iter().any(|reason| field(reason, "code") == "C43_FLATTEN") {
        return Err(format!("C43_FLATTEN is not among the reasons: {item}"));
    }
    let before = scratch.ledger("?symbol=CVX").await?.len();
    let yes = format!("/approvals/{}/approve", field(item, "order.approval_id"));
    scratch.operator.send(Request::post(&yes, None)).await.map_err(Failure::human)?;
    let order = field(item, "order.cl_ord_id");
    scratch.until(&format!("/orders/{order}"), |one| field(one, "status") == "filled").await?;
    let again = scratch.agent.send(wish()).await.map_err(Failure::human)?.body;
    let again = items(&again).first().map(|item| (field(item, "order.cl_ord_id"), field(item, "position")));
    let times = scratch.ledger("?symbol=CVX").await?.len().saturating_sub(before);
    let seen = format!("C43_FLATTEN until a human said yes; then closed, {times} order at the broker for 2 requests");
    if again == Some((order, "0".to_owned())) && times == 1 { Ok(seen) } else { Err(format!("{seen}; {again:?}")) }
}

/// What the flattening sold is bought back within the minute, at about the same price.
async fn bought_back(scratch: &Scratch) -> Seen {
    let market = json!({"symbol": "CVX", "order_type": "market", "limit_price": null, "qty": "1", "strategy": "c58"});
    answered_with("C58_SURVEILLANCE", submit(&scratch.operator, order(scratch, &market)).await)
}

/// Each execution that the gateway knows is a line of the report, with its place in the journal.
async fn reported(scratch: &Scratch) -> Seen {
    let file = scratch.config().execution_report_file();
    let known = scratch.get("/executions").await?;
    let known: Vec<String> = items(&known).iter().map(|one| field(one, "exec_id")).collect();
    // The next look comes within a moment; a trade of this very moment may be younger than it.
    for _look in 0..40 {
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let lines: Vec<serde_json::Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let told = |id: &String| lines.iter().filter(|line| field(line, "exec_id") == *id).count();
        if !known.is_empty() && known.iter().all(|id| told(id) == 1) {
            let last = lines.last().map(|line| field(line, "seq")).unwrap_or_default();
            return Ok(format!("{} executions, each reported once, the last as record {last}", known.len()));
        }
        // tidy: sleep — the pause between two looks of a wait that has an end
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(format!("not every one of {} executions is in {}", known.len(), file.display()))
}

/// The door's count of what left, beside what the journal intends and what the broker has.
async fn outbound(scratch: &Scratch) -> Seen {
    let status = scratch.get("/status").await?;
    let (intended, left) = (field(&status, "outbound.intended"), field(&status, "outbound.left"));
    let has = scratch.ledger("").await?.len().to_string();
    let seen = format!("{left} orders left, {intended} were intended, the broker has {has}");
    if left == intended && left == has && has != "0" { Ok(seen) } else { Err(seen) }
}
