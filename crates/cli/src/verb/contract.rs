//! Contracts.

use crate::args::ContractVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{column, field, items, sheet, table};

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
