//! How the streams stand.

use crate::args::StreamVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{at, column, field, sheet, table};
use serde_json::Value;

/// `tollgate stream status`.
pub(crate) async fn streams(client: &Client, verb: &StreamVerb) -> Result<Said, Failure> {
    let StreamVerb::Status = verb;
    let body = client.send(Request::get("/streams")).await?.body;
    let rows = at(&body, "subscriptions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let columns = [
        column("symbol", "symbol"),
        column("source", "source"),
        column("stale", "stale"),
        column("type", "data_type"),
        column("age ms", "age_ms"),
        column("line", "has_line"),
        column("wanted by", "reasons"),
        column("file", "file"),
        column("why", "error"),
    ];
    let owner = match at(&body, "owner") {
        Some(owner) => format!("process {} since {}", field(owner, "pid"), field(owner, "since")),
        None => "nobody".to_owned(),
    };
    let mut human = sheet(&[
        ("streams", field(&body, "state")),
        ("lock", owner),
        ("heartbeat", field(&body, "heartbeat_at")),
        ("lines", format!("{} of {}", field(&body, "lines"), field(&body, "lines_max"))),
        ("gaps filled", field(&body, "gaps_filled")),
        ("trouble", field(&body, "trouble")),
        ("unresolved", field(&body, "unresolved")),
    ]);
    human.push('\n');
    human.push_str(&table(rows, &columns, "nothing is streamed: name instruments in stream.symbols"));
    Ok(Said::new(body, human))
}
