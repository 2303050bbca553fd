//! Orders.

use crate::args::{ChangeArgs, OrderVerb, TicketArgs};
use crate::client::{Client, Reply, Request};
use crate::failure::Failure;
use crate::out::{Said, talk};
use crate::problem;
use crate::table::{at, column, field, items, named, sheet, table};
use crate::verb::ticket;
use reqwest::StatusCode;
use serde_json::{Map, Value};

/// Exit code while a human has to say yes.
pub(super) const NEEDS_APPROVAL: u8 = 10;

/// `tollgate order`.
pub(crate) async fn order(client: &Client, verb: &OrderVerb) -> Result<Said, Failure> {
    match verb {
        OrderVerb::Preview(args) => preview(client, args).await,
        OrderVerb::Submit(args) => submit(client, args).await,
        OrderVerb::Replace(args) => replace(client, args).await,
        OrderVerb::Cancel { cl_ord_id, key, wait } => cancel(client, cl_ord_id, key.as_deref(), *wait).await,
        OrderVerb::CancelAll { wait } => {
            let reply = client.send(Request::post("/orders/cancel-all", None).waiting(*wait)).await?;
            Ok(list_said(reply.body, "no order was working"))
        }
        OrderVerb::List { open, status, limit, watch: _ } => {
            let request = Request::get("/orders")
                .with("open", open.then_some("true"))
                .with("status", status.as_ref())
                .with("limit", Some(limit));
            Ok(list_said(client.send(request).await?.body, "no orders"))
        }
        OrderVerb::Show { cl_ord_id } => {
            let path = format!("/orders/{cl_ord_id}");
            let body = client.send(Request::get(&path).with("history", Some("true"))).await?.body;
            Ok(Said::new(body.clone(), order_sheet(&body)))
        }
        OrderVerb::Executions => executions(client).await,
        OrderVerb::Release { con_id, reason } => {
            let path = format!("/instruments/{con_id}/release");
            client.send(Request::post(&path, Some(serde_json::json!({"reason": reason})))).await?;
            let answer = serde_json::json!({"con_id": con_id, "released": true});
            Ok(Said::new(answer, format!("instrument {con_id} is released")))
        }
        OrderVerb::Resolve { cl_ord_id, reason } => {
            let path = format!("/orders/{cl_ord_id}/resolve");
            let body = serde_json::json!({"reason": reason});
            let answer = client.send(Request::post(&path, Some(body))).await?.body;
            Ok(Said::new(answer.clone(), order_sheet(&answer)))
        }
    }
}

fn tell_filled(filled: &[String]) {
    if !filled.is_empty() {
        talk(format!("filled in: {}", filled.join(", ")));
    }
}

/// The key given, or a new one, told before anything is sent: whoever loses the answer can ask again.
pub(super) fn key_for(given: Option<&str>, verb: &str) -> Result<String, Failure> {
    if let Some(key) = given {
        return Ok(key.to_owned());
    }
    let key = ticket::new_key(verb)?;
    talk(format!("key: {key} (the same --key asks again and never sends twice)"));
    Ok(key)
}

async fn preview(client: &Client, args: &TicketArgs) -> Result<Said, Failure> {
    let ticket = ticket::read(args);
    tell_filled(&ticket.filled);
    let key = args.key.clone().map_or_else(|| ticket::new_key("preview"), Ok)?;
    let request = Request::post("/orders/preview", Some(ticket.body)).keyed(&key);
    let body = client.send(request).await?.body;
    let decision = field(&body, "decision");
    let mut text = sheet(&[
        ("decision", decision),
        ("contract", format!("{} (con_id {})", field(&body, "contract.symbol"), field(&body, "contract.con_id"))),
        ("account", field(&body, "account")),
        ("worst price", field(&body, "worst_price")),
        ("notional", field(&body, "notional")),
        ("commission", field(&body, "what_if.commission")),
        ("initial margin after", field(&body, "what_if.init_margin_after")),
        ("preview_id", field(&body, "preview_id")),
        ("expires", field(&body, "expires_at")),
    ]);
    for reason in problem::reasons(&body) {
        text.push_str(&reason);
        text.push('\n');
    }
    Ok(Said::new(body, text))
}

async fn submit(client: &Client, args: &TicketArgs) -> Result<Said, Failure> {
    let ticket = ticket::read(args);
    tell_filled(&ticket.filled);
    let key = key_for(args.key.as_deref(), "cli")?;
    let request = Request::post("/orders", Some(ticket.body)).keyed(&key).waiting(args.wait);
    Ok(order_said(&client.send(request).await?))
}

async fn replace(client: &Client, args: &ChangeArgs) -> Result<Said, Failure> {
    let path = format!("/orders/{}", args.cl_ord_id);
    let now = client.send(Request::get(&path)).await?.body;
    let key = key_for(args.key.as_deref(), "replace")?;
    let mut body = Map::new();
    let mut kept = Vec::new();
    let given = [
        ("qty", args.qty.map(|qty| qty.to_string())),
        ("order_type", None),
        ("limit_price", args.limit.map(|price| price.to_string())),
        ("stop_price", args.stop.map(|price| price.to_string())),
        ("tif", args.tif.clone()),
    ];
    for (name, value) in given {
        match (value, at(&now, name)) {
            (Some(value), _) => {
                body.insert(name.to_owned(), Value::String(value));
            }
            (None, Some(value)) => {
                kept.push(format!("{name} {}", field(&now, name)));
                body.insert(name.to_owned(), value.clone());
            }
            (None, None) => {}
        }
    }
    talk(format!("kept: {}", kept.join(", ")));
    let request = Request::put(&path, Value::Object(body)).keyed(&key).waiting(args.wait);
    Ok(order_said(&client.send(request).await?))
}

async fn cancel(client: &Client, id: &str, key: Option<&str>, wait: Option<u32>) -> Result<Said, Failure> {
    let key = key_for(key, "cancel")?;
    let path = format!("/orders/{id}/cancel");
    let reply = client.send(Request::post(&path, None).keyed(&key).waiting(wait)).await?;
    let mut said = order_said_plain(&reply.body);
    let sentence = if reply.status == StatusCode::OK {
        "the cancel is proven"
    } else {
        "the cancel is on its way and is retried until it is proven"
    };
    said.human = format!("{sentence}\n{}", said.human);
    Ok(said)
}

/// The answer to a submit or replace; 202 means that a human has to say yes.
pub(crate) fn order_said(reply: &Reply) -> Said {
    let mut said = order_said_plain(&reply.body);
    if reply.replayed {
        said.human =
            format!("this key was used before: nothing was sent again, this is the order as it is now\n{}", said.human);
    }
    if reply.status == StatusCode::ACCEPTED {
        said.exit = NEEDS_APPROVAL;
        let id = field(&reply.body, "approval_id");
        said.human = format!("{}needs a human's yes: tollgate approval approve {id}\n", said.human);
    }
    said
}

fn order_said_plain(body: &Value) -> Said {
    Said::new(body.clone(), order_sheet(body))
}

fn order_sheet(order: &Value) -> String {
    let price = |name: &str| at(order, name).map(|_| format!(" {name} {}", field(order, name))).unwrap_or_default();
    let mut text = sheet(&[
        ("order", field(order, "cl_ord_id")),
        ("status", format!("{} (broker: {})", field(order, "status"), field(order, "broker_status"))),
        (
            "what",
            format!(
                "{} {} {} {}{}{} {}",
                field(order, "side"),
                field(order, "qty"),
                field(order, "symbol"),
                field(order, "order_type"),
                price("limit_price"),
                price("stop_price"),
                field(order, "tif"),
            ),
        ),
        ("account", field(order, "account")),
        (
            "filled",
            format!("{} at {}, {} left", field(order, "cum_qty"), field(order, "avg_px"), field(order, "leaves_qty")),
        ),
        ("broker ids", format!("order {}, perm {}", field(order, "broker_order_id"), field(order, "perm_id"))),
        ("updated", field(order, "updated_at")),
    ]);
    // The reasons for asking a human belong to the question, not to the order that was released on its answer.
    let pending = matches!(field(order, "status").as_str(), "pending_approval" | "denied" | "rejected" | "canceled");
    for reason in problem::reasons(order).iter().filter(|_| pending) {
        text.push_str(reason);
        text.push('\n');
    }
    text.push_str(&group_lines(order));
    if let Some(history) = at(order, "history") {
        let columns = [column("seq", "seq"), column("at", "at"), column("what", "kind"), column("by", "by")];
        text.push_str(&table(items(history), &columns, ""));
    }
    if at(order, "history_cursor").is_some() {
        let (id, cursor) = (field(order, "cl_ord_id"), field(order, "history_cursor"));
        let more = format!("and more records: GET /audit?cl_ord_id={id}&cursor={cursor}\n");
        text.push_str(&more);
    }
    text
}

/// What belongs to an order as a group: its exits, its one-cancels-all group, and what is wrong with them.
fn group_lines(order: &Value) -> String {
    let mut text = String::new();
    if at(order, "oca_group").is_some() {
        text.push_str(&sheet(&[("one cancels all", field(order, "oca_group"))]));
    }
    let sent = at(order, "legs").map(items).unwrap_or_default();
    if !sent.is_empty() {
        let columns = [
            column("exit", "leg"),
            column("status", "status"),
            column("side", "side"),
            column("qty", "qty"),
            column("limit", "limit_price"),
            column("stop", "stop_price"),
            column("tif", "tif"),
            column("filled", "cum_qty"),
            column("avg", "avg_px"),
            column("order", "broker_order_id"),
            column("perm", "perm_id"),
        ];
        text.push_str(&table(sent, &columns, ""));
    } else if at(order, "bracket").is_some() {
        let exits = format!(
            "take profit {}, stop loss {}; not sent",
            field(order, "bracket.take_profit"),
            field(order, "bracket.stop_loss")
        );
        text.push_str(&sheet(&[("exits", exits)]));
    }
    for fault in at(order, "group_faults").map(items).unwrap_or_default() {
        text.push_str(&sheet(&[("group broken", field(fault, "reason"))]));
    }
    text
}

fn list_said(body: Value, empty: &str) -> Said {
    let columns = [
        column("key", "cl_ord_id"),
        column("status", "status"),
        column("side", "side"),
        column("qty", "qty"),
        column("symbol", "symbol"),
        column("type", "order_type"),
        column("limit", "limit_price"),
        column("stop", "stop_price"),
        column("tif", "tif"),
        column("filled", "cum_qty"),
        column("avg", "avg_px"),
        column("updated", "updated_at"),
    ];
    let rows: Vec<Value> = items(&body).iter().map(|item| at(item, "order").unwrap_or(item).clone()).collect();
    let human = table(&rows, &columns, empty);
    Said::new(body, human)
}

async fn executions(client: &Client) -> Result<Said, Failure> {
    let body = client.send(Request::get("/executions")).await?.body;
    let columns = [
        column("time", "executed_at"),
        column("key", "cl_ord_id"),
        column("leg", "leg"),
        column("contract", "contract"),
        column("side", "side"),
        column("qty", "last_qty"),
        column("price", "last_px"),
        column("commission", "commission.amount"),
        column("exec_id", "exec_id"),
    ];
    let human = table(&named(items(&body)), &columns, "no executions");
    Ok(Said::new(body, human))
}
