//! `tollgate audit tail --follow`: the newest records, then each one as it is written, across restarts of the gateway.

use super::sse::{Event, Parser};
use crate::client::{Client, Request};
use crate::failure::{Failure, UNAVAILABLE};
use crate::out::{Said, talk};
use crate::problem::AUTH;
use crate::table::{at, field, items, plain};
use serde_json::Value;
use std::io::Write as _;
use std::time::Duration;
use wire::event::{StreamEnd, StreamEndReason};

/// Three signs of life that did not come: the line is dead.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// How soon a gateway that is gone is looked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// What is followed.
pub(crate) struct Tail {
    pub(crate) lines: u32,
    pub(crate) kind: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) json: bool,
}

/// How one stream came to its end.
enum Over {
    /// The gateway is gone, or said that it goes.
    Gone(String),
    /// Nobody reads what we write.
    Unread,
}

/// Shows what there is, then follows until it is interrupted.
pub(crate) async fn follow(client: &Client, tail: &Tail) -> Result<Said, Failure> {
    let done = || Ok(Said::new(Value::Null, ""));
    // The end first: what is written meanwhile comes by the stream.
    let present = client.send(tail.asked("/events").with("limit", Some(1))).await?.body;
    let mut place = field(&present, "next_cursor");
    for record in tail.newest(client, &place).await? {
        if !tail.show(&record)? {
            return done();
        }
    }
    let mut told = false;
    loop {
        match tail.stream(client, &mut place, &mut told).await {
            Ok(Over::Unread) => return done(),
            Ok(Over::Gone(why)) => tell_once(&mut told, &why),
            // Before it ever stood its absence is an error; later it may come back.
            Err(Failure::Told(refused)) if refused.exit == UNAVAILABLE || refused.code == "outcome_unknown" => {
                tell_once(&mut told, &refused.text);
            }
            Err(failure) => return Err(failure),
        }
        // tidy: sleep — the gateway that is waited for tells nobody when it is back
        tokio::time::sleep(AGAIN).await;
    }
}

fn tell_once(told: &mut bool, why: &str) {
    if !*told {
        talk(format!("waiting for the gateway: {why}"));
    }
    *told = true;
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

    /// Reads one stream to its end.
    async fn stream(&self, client: &Client, place: &mut String, told: &mut bool) -> Result<Over, Failure> {
        let mut response = client.open(self.asked("/events"), place).await?;
        let mut parser = Parser::default();
        if std::mem::take(told) {
            talk("the gateway is back");
        }
        loop {
            let bytes = match tokio::time::timeout(SILENCE_MAX, response.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) => return Ok(Over::Gone("the stream ended".to_owned())),
                Ok(Err(error)) => return Ok(Over::Gone(format!("the stream broke off ({error})"))),
                Err(_silent) => return Ok(Over::Gone("it has shown no sign of life".to_owned())),
            };
            let events = parser.take(&bytes).map_err(|why| Failure::unavailable(why, "is it a Tollgate?"))?;
            for event in events {
                if let Some(over) = self.event(event, place)? {
                    return Ok(over);
                }
            }
        }
    }

    fn event(&self, event: Event, place: &mut String) -> Result<Option<Over>, Failure> {
        let Event { id, name, data } = event;
        if let Some(data) = data {
            let data: Value = serde_json::from_str(&data)
                .map_err(|error| Failure::unavailable(format!("an event cannot be read: {error}"), ""))?;
            if name.as_deref() == Some(StreamEnd::EVENT) {
                return ended(data).map(Some);
            }
            if !self.show(&data)? {
                return Ok(Some(Over::Unread));
            }
        }
        // Only what was shown is behind us.
        if let Some(id) = id {
            *place = id;
        }
        Ok(None)
    }

    /// Writes one record; false when nobody reads any more.
    fn show(&self, record: &Value) -> Result<bool, Failure> {
        let line = if self.json {
            record.to_string()
        } else {
            // What became of an order lies one deeper than what kind of record tells it.
            let what = at(record, "event.event.event").and_then(Value::as_str).unwrap_or_default();
            let [seq, when, kind, by, order] = ["seq", "at", "kind", "by", "cl_ord_id"].map(|name| field(record, name));
            format!("{seq}  {when}  {}  {by}  {order}", [kind.as_str(), &plain(what)].join(" ").trim_end())
        };
        let mut stdout = std::io::stdout().lock();
        match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::unavailable(format!("stdout cannot be written: {error}"), "")),
        }
    }
}

fn ended(data: Value) -> Result<Over, Failure> {
    let end: StreamEnd = serde_json::from_value(data).map_err(|error| {
        Failure::unavailable(format!("the stream ended for a reason that is not known: {error}"), "")
    })?;
    match end.reason {
        StreamEndReason::KeyRevoked | StreamEndReason::KeyExpired | StreamEndReason::KeyUnknown => {
            Err(Failure::told(AUTH, "unauthorized", end.detail, "use another key"))
        }
        StreamEndReason::SessionOver => Err(Failure::told(AUTH, "unauthorized", end.detail, "sign in again")),
        StreamEndReason::Storage
        | StreamEndReason::SlowReader
        | StreamEndReason::ShuttingDown
        | StreamEndReason::NotReady => Ok(Over::Gone(end.detail)),
    }
}
