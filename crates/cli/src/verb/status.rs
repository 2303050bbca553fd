//! What the gateway is doing.

use crate::args::StatusArgs;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{at, column, field, items, sheet, table, word};
use serde_json::Value;

/// `tollgate status`.
pub(crate) async fn status(client: &Client, args: &StatusArgs) -> Result<Said, Failure> {
    if args.gates {
        let body = client.send(Request::get("/gates")).await?.body;
        let columns = [
            column("nr", "number"),
            column("code", "code"),
            column("gate", "title"),
            column("state", "state"),
            column("why", "reasons"),
        ];
        let rows: Vec<Value> = items(&body).iter().map(with_short_reasons).collect();
        return Ok(Said::new(body, table(&rows, &columns, "no gates")));
    }
    let body = client.send(Request::get("/status")).await?.body;
    Ok(Said::new(body.clone(), sheet_of(&body)))
}

fn with_short_reasons(gate: &Value) -> Value {
    let mut gate = gate.clone();
    let messages: Vec<Value> = at(&gate, "reasons")
        .map(items)
        .unwrap_or_default()
        .iter()
        .map(|reason| Value::String(field(reason, "message")))
        .collect();
    if let Some(fields) = gate.as_object_mut() {
        fields.insert("reasons".to_owned(), if messages.is_empty() { Value::Null } else { Value::Array(messages) });
    }
    gate
}

fn sheet_of(status: &Value) -> String {
    let not_ready = at(status, "not_ready").map(items).unwrap_or_default();
    let ready = if not_ready.is_empty() { "yes".to_owned() } else { format!("no: {}", word(at(status, "not_ready"))) };
    let simulated = if at(status, "simulated").and_then(Value::as_bool) == Some(true) { " SIMULATED" } else { "" };
    let states = at(status, "trading_states").map(items).unwrap_or_default();
    let states = if states.is_empty() {
        "active everywhere".to_owned()
    } else {
        let words: Vec<String> = states
            .iter()
            .map(|entry| format!("{} {} ({})", field(entry, "scope"), field(entry, "state"), field(entry, "reason")))
            .collect();
        words.join("; ")
    };
    sheet(&[
        ("ready", ready),
        (
            "lease",
            format!(
                "{}, epoch {}, held by process {}",
                field(status, "lease.role"),
                field(status, "lease.epoch"),
                field(status, "lease.holder_pid")
            ),
        ),
        ("trading", field(status, "trading")),
        ("mode", format!("{}{simulated}", word(at(status, "mode").or(at(status, "mode_unproven"))))),
        ("account", field(status, "account")),
        ("states", states),
        ("kill file", field(status, "kill_file")),
        (
            "broker",
            format!(
                "{} at {}, {}",
                field(status, "broker.state"),
                field(status, "broker.endpoint"),
                field(status, "broker.reason")
            ),
        ),
        ("clock skew", format!("{} ms", field(status, "broker.clock_skew_ms"))),
        ("reconciled", reconciled(status)),
        ("orders", orders(status)),
        ("unknown fate", names(status, "unknown_orders")),
        ("held in TWS", names(status, "held_in_tws")),
        ("doubled", names(status, "doubled_orders")),
        ("positions", gaps(status)),
        ("external", external(status)),
        ("window", window(status)),
        (
            "outbound",
            format!(
                "{} orders of {} intended, {} cancels",
                field(status, "outbound.left"),
                field(status, "outbound.intended"),
                field(status, "outbound.cancels")
            ),
        ),
        ("approvals", format!("{} waiting", field(status, "pending_approvals"))),
        ("policy", format!("{} {}", field(status, "policy.name"), field(status, "policy.hash"))),
        (
            "journal",
            format!("{} records, head {}", field(status, "journal_head.seq"), field(status, "journal_head.hash")),
        ),
        ("verified", verified(status)),
        ("alarm", field(status, "alarm")),
        ("version", format!("{}, installation {}", field(status, "version"), field(status, "installation"))),
        ("since", field(status, "started_at")),
    ])
}

fn reconciled(status: &Value) -> String {
    let Some(report) = at(status, "reconciliation") else { return "not yet".to_owned() };
    format!(
        "{}{}: {} compared, {} over, {} missing, {} unresolved, {} external",
        field(report, "taken_at"),
        if at(report, "complete").and_then(Value::as_bool) == Some(true) { "" } else { " INCOMPLETE" },
        field(report, "scanned"),
        field(report, "completed"),
        field(report, "missing"),
        field(report, "unresolved"),
        field(report, "external"),
    )
}

fn verified(status: &Value) -> String {
    let Some(walk) = at(status, "verification") else { return "–".to_owned() };
    let result = match at(walk, "clean").and_then(Value::as_bool) {
        Some(true) => format!("{}: clean, {} records", field(walk, "verified_at"), field(walk, "records")),
        Some(false) => format!("{}: NOT CLEAN, {} findings", field(walk, "verified_at"), field(walk, "findings_total")),
        None => "not yet".to_owned(),
    };
    match at(walk, "failed").and_then(Value::as_str) {
        Some(why) => format!("{result}; the newest walk failed: {why}"),
        None => result,
    }
}

fn names(status: &Value, list: &str) -> String {
    let found = at(status, list).map(items).unwrap_or_default();
    if found.is_empty() { "none".to_owned() } else { word(at(status, list)) }
}

fn gaps(status: &Value) -> String {
    let gaps = at(status, "reconciliation.positions").map(items).unwrap_or_default();
    let words: Vec<String> = gaps
        .iter()
        .map(|gap| {
            let lasts = at(gap, "confirmed").and_then(Value::as_bool) == Some(true);
            format!(
                "{} {}: the broker holds {}, the trades add up to {}{}",
                field(gap, "symbol"),
                field(gap, "con_id"),
                field(gap, "broker"),
                field(gap, "expected"),
                if lasts { "; halted, `tollgate order release` closes it" } else { ", may only lag" }
            )
        })
        .collect();
    if words.is_empty() { "none differs".to_owned() } else { words.join("; ") }
}

fn external(status: &Value) -> String {
    let orders = at(status, "external_orders").map(items).unwrap_or_default();
    let words: Vec<String> = orders
        .iter()
        .map(|order| {
            let part = |name: &str| field(order, name);
            format!(
                "{} {} {} {} ({})",
                part("action"),
                part("total_qty"),
                part("symbol"),
                part("status"),
                part("perm_id")
            )
        })
        .collect();
    if words.is_empty() { "no open orders of others".to_owned() } else { words.join(", ") }
}

fn window(status: &Value) -> String {
    if at(status, "window").is_none_or(Value::is_null) {
        return "none planned".to_owned();
    }
    format!(
        "{} from {} to {}, no sends in {} s",
        field(status, "window.name"),
        field(status, "window.begins_at"),
        field(status, "window.ends_at"),
        field(status, "window.closes_in_s")
    )
}

fn orders(status: &Value) -> String {
    let Some(Value::Object(counts)) = at(status, "orders_by_status") else { return "–".to_owned() };
    let words: Vec<String> = counts
        .iter()
        .filter(|(_, count)| count.as_u64() != Some(0))
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
