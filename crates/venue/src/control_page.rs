//! The page that shows the venue: one table each of accounts, positions, books, orders, connections,
//! faults. It is written here in full, refreshes itself, and loads nothing.

use std::fmt::Write as _;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// Most orders shown.
pub(crate) const ORDERS_SHOWN_MAX: usize = 200;

const STYLE: &str = "body{font:14px/1.4 system-ui,sans-serif;margin:1.5rem;color:#1c2430;background:#fff}\
h1{font-size:1.2rem}h2{font-size:1rem;margin:1.4rem 0 .4rem}table{border-collapse:collapse}\
th,td{padding:.15rem .7rem .15rem 0;text-align:left;border-bottom:1px solid #e3e7ec;\
font-variant-numeric:tabular-nums}th{color:#5b6675;font-weight:500}td.n,th.n{text-align:right}p{color:#5b6675}\
@media(prefers-color-scheme:dark){body{background:#14181e;color:#dde3ea}th,td{border-color:#2b323b}}";

/// A column: its heading and its field; numbers stand to the right.
type Column = (&'static str, &'static str);

const ACCOUNTS: &[Column] = &[
    ("account", "account"),
    ("net liquidation", "net_liquidation"),
    ("cash", "cash"),
    ("realised", "realized_pnl"),
    ("commissions", "commissions"),
    ("initial margin", "initial_margin"),
    ("buying power", "buying_power"),
];

const POSITIONS: &[Column] =
    &[("account", "account"), ("symbol", "symbol"), ("quantity", "quantity"), ("average cost", "average_cost")];

const BOOKS: &[Column] = &[
    ("symbol", "symbol"),
    ("bid size", "bid_size"),
    ("bid", "bid"),
    ("ask", "ask"),
    ("ask size", "ask_size"),
    ("last", "last"),
    ("open", "open"),
    ("halted", "halted"),
    ("buys", "buys"),
    ("sells", "sells"),
    ("stops", "stops"),
    ("market", "market_orders"),
];

const ORDERS: &[Column] = &[
    ("permId", "perm_id"),
    ("client", "client_id"),
    ("order", "order_id"),
    ("reference", "order_ref"),
    ("account", "account"),
    ("symbol", "symbol"),
    ("side", "side"),
    ("type", "order_type"),
    ("remaining", "remaining"),
    ("status", "status"),
];

const CONNECTIONS: &[Column] = &[
    ("client", "client_id"),
    ("version", "server_version"),
    ("since", "connected_at"),
    ("messages in", "messages_in"),
    ("messages out", "messages_out"),
    ("data lines", "market_data_lines"),
    ("subscriptions", "subscriptions"),
];

/// The page of a state as `GET /state` gives it.
pub(crate) fn page(state: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, html(state)).into_response()
}

fn html(state: &Value) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"2\">\
         <title>Tollgate venue</title><style>{STYLE}</style></head><body><h1>Simulated IBKR · {} · clock {} · market {}</h1>\
         <p>Play money. Every order ever accepted is in <a href=\"/ledger\">the ledger</a>.</p>",
        word(&state["now"]),
        word(&state["clock"]),
        if state["market_open"] == true { "open" } else { "closed" },
    );
    table(&mut out, "Accounts", list(&state["accounts"]), ACCOUNTS, "no accounts");
    table(&mut out, "Positions", &positions(state), POSITIONS, "no positions");
    table(&mut out, "Books", list(&state["books"]), BOOKS, "nobody watches or trades anything");
    table(&mut out, "Working orders", list(&state["working_orders"]), ORDERS, "no working orders");
    let more = state["working_orders_total"].as_u64().unwrap_or(0).saturating_sub(ORDERS_SHOWN_MAX as u64);
    if more > 0 {
        // Writing to a String cannot fail.
        let _ = write!(out, "<p>and {more} more</p>");
    }
    table(&mut out, "Connections", list(&state["connections"]), CONNECTIONS, "nobody is connected");
    let faults = list(&state["faults_active"]);
    if !faults.is_empty() {
        out.push_str("<h2>Faults that go on</h2>");
        for fault in faults {
            let _ = write!(out, "<p>{}</p>", escape(&fault.to_string()));
        }
    }
    out.push_str("</body></html>");
    out
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The positions of all accounts in one list.
fn positions(state: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for account in list(&state["accounts"]) {
        for position in list(&account["positions"]) {
            let mut row = position.clone();
            row["account"] = account["account"].clone();
            all.push(row);
        }
    }
    all
}

fn table(out: &mut String, title: &str, rows: &[Value], columns: &[Column], empty: &str) {
    let _ = write!(out, "<h2>{title}</h2>");
    if rows.is_empty() {
        let _ = write!(out, "<p>{empty}</p>");
        return;
    }
    out.push_str("<table><tr>");
    for (heading, field) in columns {
        let class = if is_number(&rows[0][field]) { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th{class}>{heading}</th>");
    }
    out.push_str("</tr>");
    for row in rows {
        out.push_str("<tr>");
        for (_, field) in columns {
            let class = if is_number(&row[field]) { " class=\"n\"" } else { "" };
            let _ = write!(out, "<td{class}>{}</td>", word(&row[field]));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table>");
}

/// Decimals travel as text.
fn is_number(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|s| s.parse::<rust_decimal::Decimal>().is_ok())
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => escape(text),
        Value::Array(items) => items.iter().map(word).collect::<Vec<_>>().join(", "),
        Value::Object(_) => escape(&value.to_string()),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[path = "control_page_tests.rs"]
mod tests;
