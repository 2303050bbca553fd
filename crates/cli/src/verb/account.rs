//! Accounts, balances, positions, profit and loss.

use crate::args::{AccountVerb, BrokerVerb};
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{column, field, items, named, sheet, table, word};
use serde_json::Value;

/// `tollgate account`.
pub(crate) async fn account(client: &Client, verb: &AccountVerb) -> Result<Said, Failure> {
    match verb {
        AccountVerb::List => {
            let answer = client.send(Request::get("/accounts")).await?.body;
            let names: Vec<String> = items(&answer).iter().map(name_of).collect();
            Ok(Said::new(answer, names.join("\n")))
        }
        AccountVerb::Summary { account } => {
            let account = chosen(client, account.as_deref()).await?;
            let answer = client.send(Request::get(&format!("/accounts/{account}/summary"))).await?.body;
            let fields = [
                "account",
                "base_currency",
                "net_liquidation",
                "cash",
                "total_cash",
                "buying_power",
                "init_margin",
                "maint_margin",
                "excess_liquidity",
                "available_funds",
                "gross_position_value",
                "unrealized_pnl",
                "realized_pnl",
                "received_at",
            ];
            Ok(Said::new(answer.clone(), figures(&answer, &fields)))
        }
        AccountVerb::Positions { account, watch: _ } => {
            let account = chosen(client, account.as_deref()).await?;
            let answer = client.send(Request::get(&format!("/accounts/{account}/positions"))).await?.body;
            let columns = [
                column("contract", "contract"),
                column("con_id", "con_id"),
                column("qty", "qty"),
                column("avg cost", "avg_cost"),
                column("price", "market_price"),
                column("value", "market_value"),
                column("unrealized", "unrealized_pnl"),
                column("currency", "currency"),
            ];
            let human = table(&named(items(&answer)), &columns, "no positions");
            Ok(Said::new(answer, human))
        }
        AccountVerb::Pnl { account } => pnl(client, &chosen(client, account.as_deref()).await?).await,
        AccountVerb::History { account, lines } => {
            history(client, &chosen(client, account.as_deref()).await?, *lines).await
        }
        AccountVerb::Capabilities { account } => capabilities(client, &chosen(client, account.as_deref()).await?).await,
    }
}

async fn pnl(client: &Client, account: &str) -> Result<Said, Failure> {
    let answer = client.send(Request::get(&format!("/accounts/{account}/pnl"))).await?.body;
    let mut human =
        figures(&answer, &["account", "daily", "unrealized", "realized", "received_at", "by_symbol_absent"]);
    let positions = [
        column("symbol", "symbol"),
        column("qty", "qty"),
        column("unrealized", "unrealized"),
        column("realized", "realized"),
        column("currency", "currency"),
    ];
    human.push_str(&table(answer.get("by_symbol").map(list).unwrap_or_default(), &positions, "no positions\n"));
    let periods = [
        column("since", "period"),
        column("start", "start"),
        column("now", "now"),
        column("change", "change"),
        column("currency", "currency"),
    ];
    human.push_str(&table(answer.get("by_period").map(list).unwrap_or_default(), &periods, "no periods yet"));
    Ok(Said::new(answer, human))
}

async fn history(client: &Client, account: &str, lines: u32) -> Result<Said, Failure> {
    let path = format!("/accounts/{account}/history");
    let request = Request::get(&path).with("newest_first", Some("true")).with("limit", Some(lines));
    let answer = client.send(request).await?.body;
    let columns = [
        column("at", "at"),
        column("net liquidation", "net_liquidation"),
        column("unrealized", "unrealized"),
        column("realized", "realized"),
        column("currency", "currency"),
    ];
    let mut rows: Vec<Value> = items(&answer).to_vec();
    rows.reverse();
    Ok(Said::new(answer, table(&rows, &columns, "nothing was noted yet")))
}

async fn capabilities(client: &Client, account: &str) -> Result<Said, Failure> {
    let answer = client.send(Request::get(&format!("/accounts/{account}/capabilities"))).await?.body;
    let columns = [
        column("type", "sec_type"),
        column("orders", "orders"),
        column("taken", "taken_order"),
        column("rejected", "rejected_order"),
        column("because", "rejected_reason"),
        column("market data", "market_data"),
    ];
    let mut human = figures(&answer, &["account", "pinned", "mode", "mode_unproven", "simulated", "trading"]);
    human.push_str(&table(items(&answer), &columns, "nothing"));
    Ok(Said::new(answer, human))
}

/// `tollgate broker`.
pub(crate) async fn broker(client: &Client, verb: &BrokerVerb) -> Result<Said, Failure> {
    match verb {
        BrokerVerb::Verify => {
            let answer = client.send(Request::post("/broker/verify", None)).await?.body;
            let fields = ["account", "same", "client_id", "accounts", "same_accounts", "ours_at", "fresh_at"];
            let columns = [column("figure", "field"), column("in use", "ours"), column("fresh", "fresh")];
            let mut human = figures(&answer, &fields);
            let differences = answer.get("differences").map(list).unwrap_or_default();
            human.push_str(&table(differences, &columns, "both connections tell the same figures"));
            Ok(Said::new(answer, human))
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn figures(answer: &Value, fields: &[&'static str]) -> String {
    let rows: Vec<(&str, String)> = fields.iter().map(|name| (*name, field(answer, name))).collect();
    sheet(&rows)
}

/// An account of a list, whether it stands there as a text or in an object.
fn name_of(item: &Value) -> String {
    match item.get("account").or_else(|| item.get("id")) {
        Some(name) => word(Some(name)),
        None => word(Some(item)),
    }
}

/// The account asked for, or the only one; of several none is chosen.
pub(crate) async fn chosen(client: &Client, given: Option<&str>) -> Result<String, Failure> {
    if let Some(account) = given {
        return Ok(account.to_owned());
    }
    let answer = client.send(Request::get("/accounts")).await?.body;
    let names: Vec<String> = items(&answer).iter().map(name_of).collect();
    match names.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Failure::unavailable("the broker named no account yet", "look at `tollgate status`")),
        _several => Err(Failure::usage(
            format!("the login has several accounts: {}", names.join(", ")),
            "name one: `tollgate account positions ACCOUNT`",
        )),
    }
}
