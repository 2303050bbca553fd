//! Contracts.

use crate::args::ContractVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{column, field, items, sheet, table, word};
use serde_json::{Value, json};

/// `tollgate contract`.
pub(crate) async fn contract(client: &Client, verb: &ContractVerb) -> Result<Said, Failure> {
    match verb {
        ContractVerb::Search { text } => {
            let answer = client.send(Request::get("/contracts").with("search", Some(text))).await?.body;
            let columns = [
                column("con_id", "con_id"),
                column("symbol", "symbol"),
                column("type", "sec_type"),
                column("exchange", "primary_exchange"),
                column("currency", "currency"),
                column("name", "description"),
            ];
            let human = table(items(&answer), &columns, "no contract fits");
            Ok(Said::new(answer, human))
        }
        ContractVerb::Chain { con_id } => {
            let answer = client.send(Request::get(&format!("/contracts/{con_id}/chain"))).await?.body;
            let rows: Vec<Value> = items(&answer).iter().map(class).collect();
            let columns = [
                column("class", "trading_class"),
                column("exchange", "exchange"),
                column("multiplier", "multiplier"),
                column("expiries", "expiries"),
                column("strikes", "strikes"),
            ];
            let human = table(&rows, &columns, "there are no options on it");
            Ok(Said::new(answer, human))
        }
        ContractVerb::Show { con_id } => {
            let answer = client.send(Request::get(&format!("/contracts/{con_id}"))).await?.body;
            let fields = [
                "con_id",
                "symbol",
                "sec_type",
                "long_name",
                "exchange",
                "primary_exchange",
                "currency",
                "local_symbol",
                "trading_class",
                "expiry",
                "strike",
                "right",
                "multiplier",
                "min_size",
                "size_increment",
                "price_increments",
                "order_types",
                "time_zone",
                "trading_hours",
                "liquid_hours",
            ];
            let rows: Vec<(&str, String)> = fields.iter().map(|name| (*name, field(&answer, name))).collect();
            Ok(Said::new(answer.clone(), sheet(&rows)))
        }
    }
}

/// A class of options with its lists as one reads them: how many, from which to which.
fn class(item: &Value) -> Value {
    let range = |name: &str| {
        let list = item.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        match (list.first(), list.last()) {
            (Some(first), Some(last)) => format!("{}: {} to {}", list.len(), word(Some(first)), word(Some(last))),
            (None, _) | (_, None) => "none".to_owned(),
        }
    };
    json!({
        "trading_class": item.get("trading_class"),
        "exchange": item.get("exchange"),
        "multiplier": item.get("multiplier"),
        "expiries": range("expiries"),
        "strikes": range("strikes"),
    })
}
