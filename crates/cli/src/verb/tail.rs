//! `tollgate audit tail --follow`: the newest records, then each one as it is written, across restarts of the gateway.

use super::stream::Stream;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::{Said, line};
use crate::table::{at, field, items, plain};
use serde_json::Value;

/// What is followed.
pub(crate) struct Tail {
    pub(crate) lines: u32,
    pub(crate) kind: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) json: bool,
}

/// Shows what there is, then follows until it is interrupted.
pub(crate) async fn follow(client: &Client, tail: &Tail) -> Result<Said, Failure> {
    // The end first: what is written meanwhile comes by the stream.
    let present = client.send(tail.asked("/events").with("limit", Some(1))).await?.body;
    let place = field(&present, "next_cursor");
    for record in tail.newest(client, &place).await? {
        if !tail.show(&record)? {
            return Ok(Said::nothing());
        }
    }
    let mut stream = Stream::new(client, tail.asked("/events"), place);
    while tail.show(&stream.next().await?)? {}
    Ok(Said::nothing())
}

impl Tail {
    fn asked(&self, path: &'static str) -> Request<'static> {
        Request::get(path).with("kind", self.kind.as_ref()).with("cl_ord_id", self.order.as_ref())
    }

    async fn newest(&self, client: &Client, upto: &str) -> Result<Vec<Value>, Failure> {
        let request = self.asked("/audit").with("newest_first", Some("true")).with("limit", Some(self.lines.max(1)));
        let body = client.send(request).await?.body;
        let upto: u64 = upto.parse().unwrap_or(u64::MAX);
        let is_before = |record: &&Value| at(record, "seq").and_then(Value::as_u64).is_some_and(|seq| seq <= upto);
        let count = usize::try_from(self.lines).unwrap_or(usize::MAX);
        let mut records: Vec<Value> = items(&body).iter().filter(is_before).take(count).cloned().collect();
        records.reverse();
        Ok(records)
    }

    /// Writes one record; false when nobody reads any more.
    fn show(&self, record: &Value) -> Result<bool, Failure> {
        if self.json {
            return line(&record.to_string());
        }
        // What became of an order lies one deeper than what kind of record tells it.
        let what = at(record, "event.event.event").and_then(Value::as_str).unwrap_or_default();
        let [seq, when, kind, by, order] = ["seq", "at", "kind", "by", "cl_ord_id"].map(|name| field(record, name));
        line(&format!("{seq}  {when}  {}  {by}  {order}", [kind.as_str(), &plain(what)].join(" ").trim_end()))
    }
}
