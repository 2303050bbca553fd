//! Mandates and live arming.

use crate::args::{LiveVerb, MandateVerb};
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::problem;
use crate::table::{at, column, field, items, sheet, table};
use serde_json::{Value, json};

/// `tollgate mandate`.
pub(crate) async fn mandate(client: &Client, verb: &MandateVerb) -> Result<Said, Failure> {
    match verb {
        MandateVerb::List => {
            let body = client.send(Request::get("/mandates")).await?.body;
            let columns = [
                column("id", "id"),
                column("status", "status"),
                column("strategy", "strategy"),
                column("key", "key"),
                column("account", "account"),
                column("taken", "notional_taken"),
                column("of", "notional_max"),
                column("orders", "orders"),
                column("of", "orders_max"),
                column("until", "expires_at"),
            ];
            let human = table(items(&body), &columns, "no mandate was ever granted");
            Ok(Said::new(body, human))
        }
        MandateVerb::Grant(grant) => {
            let mut body = json!({
                "account": grant.account,
                "symbols": grant.symbols,
                "sides": grant.sides,
                "order_notional_max": grant.order_notional_max,
                "notional_max": grant.notional_max,
                "orders_max": grant.orders_max,
                "expires_at": grant.expires_at,
                "reason": grant.reason,
            });
            if let Some(fields) = body.as_object_mut() {
                for (name, value) in [("strategy", &grant.strategy), ("key", &grant.key)] {
                    fields.extend(value.iter().map(|value| (name.to_owned(), Value::String(value.clone()))));
                }
            }
            let body = client.send(Request::post("/mandates", Some(body))).await?.body;
            let human = format!(
                "{}It waits for the second look: read it again, then `tollgate mandate confirm {}` after ten seconds, or \
                 another human at once.",
                mandate_sheet(&body),
                field(&body, "id")
            );
            Ok(Said::new(body, human))
        }
        MandateVerb::Confirm { id } => {
            let body = client.send(Request::post(&format!("/mandates/{id}/confirm"), None)).await?.body;
            Ok(Said::new(body.clone(), mandate_sheet(&body)))
        }
        MandateVerb::Revoke { id } => {
            let body = client.send(Request::delete(&format!("/mandates/{id}"))).await?.body;
            Ok(Said::new(body.clone(), mandate_sheet(&body)))
        }
    }
}

fn mandate_sheet(mandate: &Value) -> String {
    let words = |name: &str| {
        let list = at(mandate, name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    sheet(&[
        ("mandate", field(mandate, "id")),
        ("status", field(mandate, "status")),
        ("strategy", field(mandate, "strategy")),
        ("key", field(mandate, "key")),
        ("account", format!("{} ({})", field(mandate, "account"), field(mandate, "mode"))),
        ("symbols", words("symbols")),
        ("sides", words("sides")),
        ("per order", field(mandate, "order_notional_max")),
        ("taken", format!("{} of {}", field(mandate, "notional_taken"), field(mandate, "notional_max"))),
        ("orders", format!("{} of {}", field(mandate, "orders"), field(mandate, "orders_max"))),
        ("until", field(mandate, "expires_at")),
        ("granted", format!("by {} at {}", field(mandate, "granted_by"), field(mandate, "granted_at"))),
    ])
}

/// `tollgate live`.
pub(crate) async fn live(client: &Client, verb: &LiveVerb) -> Result<Said, Failure> {
    let request = match verb {
        LiveVerb::Status | LiveVerb::Checklist => Request::get("/live"),
        LiveVerb::Arm { account, hours, reason } => {
            Request::post("/live/arm", Some(json!({"account": account, "hours": hours, "reason": reason})))
        }
        LiveVerb::Disarm { reason } => {
            Request::post("/live/disarm", reason.as_ref().map(|reason| json!({"reason": reason})))
        }
    };
    let body = client.send(request).await?.body;
    let human = match verb {
        LiveVerb::Checklist => checklist(&body),
        LiveVerb::Status | LiveVerb::Arm { .. } | LiveVerb::Disarm { .. } => status(&body),
    };
    Ok(Said::new(body, human))
}

fn status(live: &Value) -> String {
    let simulated = at(live, "simulated").and_then(Value::as_bool) == Some(true);
    let mut text = sheet(&[
        ("armed", field(live, "armed")),
        ("until", field(live, "arming.expires_at")),
        ("by", field(live, "arming.by")),
        ("trading", field(live, "trading")),
        ("account", format!("{} {}", field(live, "account"), if simulated { "SIMULATED" } else { "" })),
        ("mode", field(live, "mode")),
        ("override file", field(live, "override_file")),
    ]);
    for reason in problem::reasons_of(live, "missing") {
        text.push_str(&reason);
        text.push('\n');
    }
    text
}

fn checklist(live: &Value) -> String {
    let rows = at(live, "checklist").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let columns = [
        column("item", "name"),
        column("done", "done"),
        column("evidence", "evidence"),
        column("wanted", "wanted"),
        column("how", "hint"),
    ];
    table(rows, &columns, "no items")
}
