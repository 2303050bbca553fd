//! What a simulated broker is doing, by its control API.

use crate::failure::{Failure, UNAVAILABLE};
use crate::out::Said;
use crate::table::{at, column, field, items, sheet, table};
use serde_json::Value;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// `tollgate venue status`.
pub(crate) async fn status(control_port: u16, orders: usize) -> Result<Said, Failure> {
    let base = format!("http://127.0.0.1:{control_port}");
    let state = ask(&format!("{base}/state?orders_max={orders}")).await.map_err(|error| unreached(&base, &error))?;
    let human = words(&state);
    Ok(Said::new(state, human))
}

async fn ask(url: &str) -> Result<Value, reqwest::Error> {
    let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().timeout(PATIENCE).build()?;
    http.get(url).send().await?.error_for_status()?.json().await
}

fn unreached(base: &str, error: &reqwest::Error) -> Failure {
    let text = format!("no venue answers at {base}: {error}");
    Failure::told(UNAVAILABLE, "not_ready", text, "start one with `tollgate venue`, or name its --control-port")
}

fn words(state: &Value) -> String {
    let list = |name: &str| at(state, name).map(items).unwrap_or_default();
    let open = if at(state, "market_open").and_then(Value::as_bool) == Some(true) { "open" } else { "closed" };
    let faults: Vec<String> = list("faults_active").iter().map(Value::to_string).collect();
    let mut head = vec![
        ("time", field(state, "now")),
        ("clock", field(state, "clock")),
        ("market", open.to_owned()),
        ("halted", field(state, "halted")),
        ("faults", faults.join(", ")),
    ];
    head.retain(|(_, value)| !value.is_empty());
    let mut text = sheet(&head);
    let accounts = [
        column("account", "account"),
        column("net liquidation", "net_liquidation"),
        column("cash", "cash"),
        column("realised", "realized_pnl"),
        column("commissions", "commissions"),
        column("buying power", "buying_power"),
    ];
    let positions = [
        column("account", "account"),
        column("symbol", "symbol"),
        column("quantity", "quantity"),
        column("average cost", "average_cost"),
    ];
    let books = [
        column("symbol", "symbol"),
        column("bid size", "bid_size"),
        column("bid", "bid"),
        column("ask", "ask"),
        column("ask size", "ask_size"),
        column("last", "last"),
        column("open", "open"),
        column("buys", "buys"),
        column("sells", "sells"),
        column("stops", "stops"),
    ];
    let orders = [
        column("permId", "perm_id"),
        column("client", "client_id"),
        column("order", "order_id"),
        column("reference", "order_ref"),
        column("symbol", "symbol"),
        column("side", "side"),
        column("type", "order_type"),
        column("remaining", "remaining"),
        column("status", "status"),
    ];
    let connections = [
        column("client", "client_id"),
        column("version", "server_version"),
        column("since", "connected_at"),
        column("in", "messages_in"),
        column("out", "messages_out"),
        column("subscriptions", "subscriptions"),
    ];
    let held = held(list("accounts"));
    for part in [
        table(list("accounts"), &accounts, "no accounts"),
        table(&held, &positions, "no positions"),
        table(list("books"), &books, "no books that anybody watches or trades in"),
        table(list("working_orders"), &orders, "no working orders"),
        table(list("connections"), &connections, "nobody is connected"),
    ] {
        text.push('\n');
        text.push_str(part.trim_end());
        text.push('\n');
    }
    text
}

/// The positions of all accounts in one list.
fn held(accounts: &[Value]) -> Vec<Value> {
    let mut all = Vec::new();
    for account in accounts {
        for position in at(account, "positions").map(items).unwrap_or_default() {
            let mut row = position.clone();
            if let Some(fields) = row.as_object_mut() {
                fields.insert("account".to_owned(), Value::String(field(account, "account")));
            }
            all.push(row);
        }
    }
    all
}
