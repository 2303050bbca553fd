//! The guard.

use crate::args::GuardVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{at, column, field, sheet, table};
use serde_json::Value;

/// `tollgate guard`.
pub(crate) async fn guard(client: &Client, verb: &GuardVerb) -> Result<Said, Failure> {
    match verb {
        GuardVerb::Show => {
            let body = client.send(Request::get("/loop/guard")).await?.body;
            let mut human = sheet(&[
                ("guard", (if at(&body, "awake") == Some(&Value::Bool(true)) { "awake" } else { "rests" }).to_owned()),
                ("next turn", field(&body, "next_at")),
                ("trouble", field(&body, "trouble")),
            ]);
            human.push('\n');
            if let Some(report) = at(&body, "last") {
                human.push_str(&findings(report));
            } else {
                let columns = [column("rule", "rule"), column("at most", "limit"), column("then", "action")];
                human.push_str(&table(rows(&body, "rules"), &columns, "no rule is on: set limits in [guard]"));
            }
            Ok(Said::new(body, human))
        }
        GuardVerb::Evaluate => {
            let body = client.send(Request::post("/loop/guard/evaluate", None)).await?.body;
            let human = findings(&body);
            Ok(Said::new(body, human))
        }
    }
}

fn rows<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    at(body, name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn findings(report: &Value) -> String {
    let mut human = sheet(&[
        ("looked at", field(report, "at")),
        ("outcome", field(report, "outcome")),
        ("failed", field(report, "failed")),
    ]);
    human.push('\n');
    let columns = [
        column("rule", "rule"),
        column("verdict", "verdict"),
        column("observed", "observed"),
        column("at most", "limit"),
        column("then", "action"),
        column("since", "since"),
        column("done", "acted_at"),
        column("about", "about"),
    ];
    human.push_str(&table(rows(report, "findings"), &columns, "no rule is on: set limits in [guard]"));
    human
}
