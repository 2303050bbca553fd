//! Accounts, balances, positions, profit and loss.

use crate::args::AccountVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{column, field, items, sheet, table, word};
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
        AccountVerb::Positions { account } => {
            let account = chosen(client, account.as_deref()).await?;
            let answer = client.send(Request::get(&format!("/accounts/{account}/positions"))).await?.body;
            let columns = [
                column("symbol", "symbol"),
                column("con_id", "con_id"),
                column("qty", "qty"),
                column("avg cost", "avg_cost"),
                column("price", "market_price"),
                column("value", "market_value"),
                column("unrealized", "unrealized_pnl"),
                column("currency", "currency"),
            ];
            let human = table(items(&answer), &columns, "no positions");
            Ok(Said::new(answer, human))
        }
        AccountVerb::Pnl { account } => {
            let account = chosen(client, account.as_deref()).await?;
            let answer = client.send(Request::get(&format!("/accounts/{account}/pnl"))).await?.body;
            let fields = ["account", "daily", "unrealized", "realized", "received_at"];
            Ok(Said::new(answer.clone(), figures(&answer, &fields)))
        }
    }
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
