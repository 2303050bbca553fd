//! The steps of the walk.

use super::walk::{Broken, Walk};
use crate::client::{Client, Reply, Request};
use crate::failure::{Failure, Told};
use crate::rehearsal::{self, decimal, percent};
use crate::table::{at, field, items};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// What the demo buys.
const SYMBOL: &str = "AAPL";
/// What the resting order is for: another one, so that it looks like nothing before it.
const OTHER_SYMBOL: &str = "MSFT";
const QTY: &str = "10";

/// All steps, in order; the first that does not hold ends them.
pub(crate) async fn all(walk: &mut Walk, operator: &Client, agent: &Client) -> Result<(), Broken> {
    let ask = quote(walk, operator).await?;
    let limit = marketable(ask)?;
    preview(walk, operator, limit).await?;
    denial(walk, operator, ask).await?;
    let (order, approval) = agent_order(walk, agent, limit).await?;
    own_approval(walk, agent, &approval).await?;
    human_approval(walk, operator, &approval).await?;
    fill(walk, operator, &order).await?;
    position(walk, operator).await?;
    let resting = resting_order(walk, operator).await?;
    kill(walk, operator).await?;
    proven_cancel(walk, operator, &resting).await?;
    refusal_while_killed(walk, operator, limit).await?;
    verify(walk, operator).await
}

/// One percent above the ask, to the cent: fills at once, inside the collar.
fn marketable(ask: Decimal) -> Result<Decimal, Broken> {
    percent(ask, 101).ok_or_else(|| Broken(format!("ask {ask} is out of range")))
}

fn limit_order(symbol: &str, qty: &str, limit: Decimal) -> Value {
    rehearsal::limit_order(symbol, qty, &limit.to_string())
}

async fn submit(client: &Client, body: Value) -> Result<Reply, Failure> {
    rehearsal::submit(client, "demo", body).await
}

/// The refusal that was expected; an acceptance breaks the step.
fn refused(answer: Result<Reply, Failure>, what: &str) -> Result<Box<Told>, Broken> {
    match answer {
        Ok(reply) => Err(Broken(format!("{what} was accepted: {}", reply.body))),
        Err(Failure::Told(told)) if told.answer.is_some() => Ok(told),
        Err(other) => Err(other.into()),
    }
}

async fn until(client: &Client, path: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value, Broken> {
    rehearsal::until(client, path, wanted).await.map_err(Broken)
}

async fn quote(walk: &mut Walk, client: &Client) -> Result<Decimal, Broken> {
    walk.begin("a quote from the broker");
    let path = format!("/market/quote?symbol={SYMBOL}");
    let quote =
        until(client, &path, |quote| decimal(quote, "bid").is_some() && decimal(quote, "ask").is_some()).await?;
    let (Some(bid), Some(ask)) = (decimal(&quote, "bid"), decimal(&quote, "ask")) else {
        return Err(Broken(format!("no bid and ask: {quote}")));
    };
    Broken::unless(bid > Decimal::ZERO && bid <= ask, || format!("bid {bid} and ask {ask} make no market"))?;
    let line = format!(
        "{SYMBOL} bid {bid} x {}, ask {ask} x {}, {} data, {} ms old",
        field(&quote, "bid_size"),
        field(&quote, "ask_size"),
        field(&quote, "data_type"),
        field(&quote, "age_ms")
    );
    walk.held(&[line])?;
    Ok(ask)
}

async fn preview(walk: &mut Walk, client: &Client, limit: Decimal) -> Result<(), Broken> {
    walk.begin("a preview: what the order would do, and what every gate says");
    let body = limit_order(SYMBOL, QTY, limit);
    let answer = client.send(Request::post("/orders/preview", Some(body))).await?.body;
    let decision = field(&answer, "decision");
    Broken::unless(decision == "approved", || format!("the decision is {decision}: {answer}"))?;
    let gates = at(&answer, "gates").map(items).unwrap_or_default().len();
    Broken::unless(gates > 0, || "no gate was asked".to_owned())?;
    walk.held(&[
        format!("buy {QTY} {SYMBOL} limit {limit}: {decision}, {gates} gates asked"),
        format!("worst price {}, notional {} USD", field(&answer, "worst_price"), field(&answer, "notional")),
        format!(
            "broker's estimate: commission {}, initial margin after {}",
            field(&answer, "what_if.commission"),
            field(&answer, "what_if.init_margin_after")
        ),
    ])
}

async fn denial(walk: &mut Walk, client: &Client, ask: Decimal) -> Result<(), Broken> {
    walk.begin("an absurd order is denied, with every reason");
    let absurd = ask.checked_mul(Decimal::TEN).unwrap_or(ask).round_dp(2);
    let told = refused(submit(client, limit_order(SYMBOL, "1000000", absurd)).await, "a million shares")?;
    let answer = told.answer.unwrap_or_default();
    let outcome = field(&answer, "outcome");
    Broken::unless(outcome == "denied", || format!("the outcome is {outcome}: {answer}"))?;
    let reasons = at(&answer, "reasons").map(items).unwrap_or_default();
    for code in ["C13_MAX_QTY", "C14_MAX_NOTIONAL", "C15_PRICE_COLLAR"] {
        Broken::unless(reasons.iter().any(|reason| field(reason, "code") == code), || {
            format!("{code} is not among the reasons: {answer}")
        })?;
    }
    let mut lines =
        vec![format!("buy 1000000 {SYMBOL} limit {absurd}: denied for {} reasons, nothing was sent", reasons.len())];
    lines.extend(reasons.iter().map(|reason| {
        format!("{}: observed {}, limit {}", field(reason, "code"), field(reason, "observed"), field(reason, "limit"))
    }));
    walk.held(&lines)
}

async fn agent_order(walk: &mut Walk, agent: &Client, limit: Decimal) -> Result<(String, String), Broken> {
    walk.begin("an agent asks for an order: it waits for a human");
    let reply = submit(agent, limit_order(SYMBOL, QTY, limit)).await?;
    Broken::unless(reply.status.as_u16() == 202, || format!("HTTP {} instead of 202: {}", reply.status, reply.body))?;
    let status = field(&reply.body, "status");
    Broken::unless(status == "pending_approval", || format!("the order is {status}"))?;
    let Some(approval) = at(&reply.body, "approval_id").and_then(Value::as_str) else {
        return Err(Broken(format!("no approval id: {}", reply.body)));
    };
    let order = field(&reply.body, "cl_ord_id");
    walk.held(&[format!("HTTP 202: order {order} is {status}, approval {approval}; nothing was sent")])?;
    Ok((order, approval.to_owned()))
}

async fn own_approval(walk: &mut Walk, agent: &Client, approval: &str) -> Result<(), Broken> {
    walk.begin("the agent tries to approve its own order: refused");
    let path = format!("/approvals/{approval}/approve");
    let told = refused(agent.send(Request::post(&path, None)).await, "the agent's own approval")?;
    let status = told.answer.as_ref().map(|answer| field(answer, "status")).unwrap_or_default();
    Broken::unless(status == "403", || format!("HTTP {status} instead of 403: {}", told.text))?;
    walk.held(&[format!("HTTP 403, {}", told.code)])
}

async fn human_approval(walk: &mut Walk, operator: &Client, approval: &str) -> Result<(), Broken> {
    walk.begin("a human approves: every gate runs again, then the order leaves");
    let path = format!("/approvals/{approval}/approve");
    let body = json!({"reason": "looks right"});
    let reply = operator.send(Request::post(&path, Some(body))).await?;
    let perm_id = field(&reply.body, "perm_id");
    walk.held(&[format!(
        "order is {}, broker says {}, permanent id {perm_id}",
        field(&reply.body, "status"),
        field(&reply.body, "broker_status")
    )])
}

async fn fill(walk: &mut Walk, client: &Client, order: &str) -> Result<(), Broken> {
    walk.begin("the order fills");
    let path = format!("/orders/{order}");
    let known = |order: &Value| {
        let executions = at(order, "executions").map(items).unwrap_or_default();
        let commissions = executions.iter().all(|one| at(one, "commission.amount").is_some());
        field(order, "status") == "filled" && !executions.is_empty() && commissions
    };
    let filled = until(client, &path, known).await?;
    let qty = decimal(&filled, "cum_qty");
    Broken::unless(qty == QTY.parse().ok(), || format!("filled {qty:?} instead of {QTY}"))?;
    let executions = at(&filled, "executions").map(items).unwrap_or_default();
    let commission: Decimal = executions.iter().filter_map(|one| decimal(one, "commission.amount")).sum();
    walk.held(&[format!(
        "{} of {QTY} at {} in {} execution(s), commission {commission} USD",
        field(&filled, "cum_qty"),
        field(&filled, "avg_px"),
        executions.len()
    )])
}

async fn position(walk: &mut Walk, client: &Client) -> Result<(), Broken> {
    walk.begin("the position is there");
    let accounts = client.send(Request::get("/accounts")).await?.body;
    let Some(account) = items(&accounts).first().map(|account| field(account, "id")) else {
        return Err(Broken("no account".to_owned()));
    };
    let path = format!("/accounts/{account}/positions");
    let ours = |body: &Value| items(body).iter().find(|one| field(one, "symbol") == SYMBOL).cloned();
    let held = |body: &Value| ours(body).and_then(|one| decimal(&one, "qty")) == QTY.parse().ok();
    let positions = until(client, &path, held).await?;
    let one = ours(&positions).unwrap_or_default();
    walk.held(&[format!(
        "{account}: {} {SYMBOL} at an average cost of {}",
        field(&one, "qty"),
        field(&one, "avg_cost")
    )])
}

async fn resting_order(walk: &mut Walk, client: &Client) -> Result<String, Broken> {
    walk.begin("an order far from the market rests at the broker");
    let path = format!("/market/quote?symbol={OTHER_SYMBOL}");
    let quote = until(client, &path, |quote| decimal(quote, "bid").is_some()).await?;
    let bid = decimal(&quote, "bid").unwrap_or_default();
    let limit = (bid / Decimal::TWO).round_dp(2);
    let reply = submit(client, limit_order(OTHER_SYMBOL, "5", limit)).await?;
    let order = field(&reply.body, "cl_ord_id");
    let resting = until(client, &format!("/orders/{order}"), |order| field(order, "status") == "working").await?;
    walk.held(&[format!(
        "buy 5 {OTHER_SYMBOL} limit {limit} (bid {bid}): {}, broker says {}",
        field(&resting, "status"),
        field(&resting, "broker_status")
    )])?;
    Ok(order)
}

async fn kill(walk: &mut Walk, client: &Client) -> Result<(), Broken> {
    walk.begin("the kill switch");
    let body = json!({"scope": "global", "state": "halted", "reason": "demo drill"});
    let states = client.send(Request::put("/kill", body)).await?.body;
    let global = field(&states, "global");
    Broken::unless(global == "halted", || format!("the global state is {global}: {states}"))?;
    walk.held(&[format!("global state: {global}")])
}

async fn proven_cancel(walk: &mut Walk, client: &Client, order: &str) -> Result<(), Broken> {
    walk.begin("the kill cancels the resting order, and the broker proves it");
    let path = format!("/orders/{order}");
    let ended = until(client, &path, |order| field(order, "status") == "canceled").await?;
    let word = field(&ended, "broker_status");
    Broken::unless(word.eq_ignore_ascii_case("cancelled"), || format!("canceled without the broker's word: {ended}"))?;
    walk.held(&[format!("{order}: canceled, broker says {word}, {} filled", field(&ended, "cum_qty"))])
}

async fn refusal_while_killed(walk: &mut Walk, client: &Client, limit: Decimal) -> Result<(), Broken> {
    walk.begin("while killed, nothing leaves");
    let told = refused(submit(client, limit_order(OTHER_SYMBOL, "1", limit)).await, "an order while killed")?;
    let answer = told.answer.unwrap_or_default();
    let reasons = at(&answer, "reasons").map(items).unwrap_or_default();
    let Some(reason) = reasons.iter().find(|reason| field(reason, "code").starts_with("C10_")) else {
        return Err(Broken(format!("the kill is not among the reasons: {answer}")));
    };
    walk.held(&[format!("denied: {} {}", field(reason, "code"), field(reason, "message"))])
}

async fn verify(walk: &mut Walk, client: &Client) -> Result<(), Broken> {
    walk.begin("the audit verifies");
    let report = client.send(Request::get("/audit/verify")).await?.body;
    Broken::unless(at(&report, "ok").and_then(Value::as_bool) == Some(true), || format!("findings: {report}"))?;
    walk.held(&[format!("{} records, head {}", field(&report, "records"), field(&report, "head_hash"))])
}
