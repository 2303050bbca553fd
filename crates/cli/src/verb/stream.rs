//! A stream of events, read across restarts of the gateway.

use super::sse::{Event, Parser};
use crate::client::{Client, Request};
use crate::failure::{Failure, Told, UNAVAILABLE};
use crate::out::talk;
use crate::problem::AUTH;
use reqwest::Response;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;
use wire::event::{StreamEnd, StreamEndReason};

/// Three signs of life that did not come: the line is dead.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// How soon a gateway that is gone is looked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// A stream that is open.
struct Line {
    response: Response,
    parser: Parser,
    /// Read and not taken yet.
    events: VecDeque<Event>,
    heard_at: Instant,
}

/// A stream and where it is.
pub(crate) struct Stream<'a> {
    client: &'a Client,
    request: Request<'a>,
    /// The last event that was taken.
    place: String,
    line: Option<Line>,
    /// When a gateway that is gone is looked for again.
    again_at: Option<Instant>,
    /// Whether it was told that the gateway is gone.
    told: bool,
}

impl<'a> Stream<'a> {
    /// What comes behind that place. Whoever begins has asked the gateway something before: its absence at the beginning is an
    /// error, later it may come back.
    pub(crate) fn new(client: &'a Client, request: Request<'a>, place: String) -> Self {
        Self { client, request, place, line: None, again_at: None, told: false }
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// The gateway refused, or said what is no event.
    pub(crate) async fn next(&mut self) -> Result<Value, Failure> {
        loop {
            if let Some(data) = self.next_within(SILENCE_MAX).await? {
                return Ok(data);
            }
        }
    }

    /// The next event, or nothing when none comes in time.
    ///
    /// # Errors
    /// As [`Stream::next`].
    pub(crate) async fn next_within(&mut self, patience: Duration) -> Result<Option<Value>, Failure> {
        let deadline = Instant::now() + patience;
        loop {
            let Some(line) = &mut self.line else {
                if !self.open(deadline).await? {
                    return Ok(None);
                }
                continue;
            };
            if let Some(event) = line.events.pop_front() {
                if let Some(data) = self.take(event)? {
                    return Ok(Some(data));
                }
                continue;
            }
            let dead_at = line.heard_at + SILENCE_MAX;
            let why = match tokio::time::timeout_at(deadline.min(dead_at), line.response.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    let read = line.parser.take(&bytes);
                    line.events.extend(read.map_err(|why| Failure::unavailable(why, "is it a Tollgate?"))?);
                    line.heard_at = Instant::now();
                    continue;
                }
                Ok(Ok(None)) => "the stream ended".to_owned(),
                Ok(Err(error)) => format!("the stream broke off ({error})"),
                Err(_late) if Instant::now() < dead_at => return Ok(None),
                Err(_silent) => "it has shown no sign of life".to_owned(),
            };
            self.gone(&why);
        }
    }

    /// Opens the stream, once it is time to; false when the deadline comes first.
    async fn open(&mut self, deadline: Instant) -> Result<bool, Failure> {
        if let Some(again_at) = self.again_at {
            // tidy: sleep — the gateway that is waited for tells nobody when it is back
            tokio::time::sleep_until(again_at.min(deadline)).await;
            if Instant::now() < again_at {
                return Ok(false);
            }
        }
        match self.client.open(self.request.clone(), &self.place).await {
            Ok(response) => {
                let events = VecDeque::new();
                self.line = Some(Line { response, parser: Parser::default(), events, heard_at: Instant::now() });
                if std::mem::take(&mut self.told) {
                    talk("the gateway is back");
                }
            }
            Err(Failure::Told(told)) if is_gone(&told) => self.gone(&told.text),
            Err(failure) => return Err(failure),
        }
        Ok(true)
    }

    fn gone(&mut self, why: &str) {
        if !self.told {
            talk(format!("waiting for the gateway: {why}"));
        }
        self.told = true;
        self.line = None;
        self.again_at = Some(Instant::now() + AGAIN);
    }

    /// Takes an event in; what it says, unless it only moves the place or ends the stream.
    fn take(&mut self, event: Event) -> Result<Option<Value>, Failure> {
        let Event { id, name, data } = event;
        let data: Option<Value> = match data.map(|data| serde_json::from_str(&data)).transpose() {
            Ok(data) => data,
            Err(error) => return Err(Failure::unavailable(format!("an event cannot be read: {error}"), NEWER)),
        };
        if let (Some(end), Some(StreamEnd::EVENT)) = (&data, name.as_deref()) {
            let why = ended(end)?;
            self.gone(&why);
            return Ok(None);
        }
        if let Some(id) = id {
            self.place = id;
        }
        Ok(data)
    }
}

const NEWER: &str = "use a tollgate of the gateway's version: `tollgate status` shows it";

/// Whether a gateway is only away, and may come back.
pub(crate) fn is_gone(told: &Told) -> bool {
    told.exit == UNAVAILABLE || told.code == "outcome_unknown"
}

/// Why the stream ended, where it may go on.
fn ended(end: &Value) -> Result<String, Failure> {
    let end: StreamEnd = serde_json::from_value(end.clone()).map_err(|error| {
        Failure::unavailable(format!("the stream ended for a reason that is not known: {error}"), NEWER)
    })?;
    match end.reason {
        StreamEndReason::KeyRevoked | StreamEndReason::KeyExpired | StreamEndReason::KeyUnknown => {
            Err(Failure::told(AUTH, "unauthorized", end.detail, "use another key"))
        }
        StreamEndReason::SessionOver => Err(Failure::told(AUTH, "unauthorized", end.detail, "sign in again")),
        StreamEndReason::Storage
        | StreamEndReason::SlowReader
        | StreamEndReason::ShuttingDown
        | StreamEndReason::NotReady => Ok(end.detail),
    }
}
