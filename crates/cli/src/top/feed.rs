//! The two streams: what happens, and prices. Each goes on by itself for as long as somebody looks.

use super::ask::trouble;
use super::told::Told;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::problem::AUTH;
use crate::table::field;
use crate::verb::sse::{Event, Parser};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use wire::audit::AuditRecord;
use wire::event::{StreamEnd, StreamEndReason};
use wire::market::WatchedQuote;

/// Three signs of life that did not come: the line is dead.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// How soon a stream that is gone is opened again.
const AGAIN: Duration = Duration::from_secs(1);

/// Why a stream is over.
enum Over {
    /// It can be opened again.
    Gone(String),
    /// The place, or a contract, means nothing to the gateway.
    NotKnown(String),
    /// The key counts no more.
    Refused(Failure),
    /// Nobody listens to us any more.
    Unheard,
}

impl Over {
    fn of(failure: Failure) -> Self {
        match failure {
            Failure::Told(told) if told.exit == AUTH => Self::Refused(Failure::Told(told)),
            Failure::Told(told) if told.code == "invalid_request" => Self::NotKnown(trouble(Failure::Told(told)).text),
            other @ (Failure::Told(_) | Failure::Config(_)) => Self::Gone(trouble(other).text),
        }
    }

    fn of_end(end: StreamEnd) -> Self {
        match end.reason {
            StreamEndReason::KeyRevoked
            | StreamEndReason::KeyExpired
            | StreamEndReason::KeyUnknown
            | StreamEndReason::SessionOver => {
                Self::Refused(Failure::told(AUTH, "unauthorized", end.detail, "use another key"))
            }
            StreamEndReason::Storage
            | StreamEndReason::SlowReader
            | StreamEndReason::ShuttingDown
            | StreamEndReason::NotReady => Self::Gone(end.detail),
        }
    }
}

/// Follows the journal, over every break behind the last event that was told.
///
/// # Errors
/// The key counts no more.
pub(super) async fn events(client: Client, tell: Sender<Told>) -> Result<(), Failure> {
    let mut place = None;
    loop {
        let went_on = place.is_some();
        let said = match follow(&client, &mut place, &tell).await {
            Over::NotKnown(_) if went_on => {
                place = None;
                Told::SetBack
            }
            Over::Gone(why) | Over::NotKnown(why) => Told::StreamGone(why),
            Over::Refused(failure) => return Err(failure),
            Over::Unheard => return Ok(()),
        };
        if tell.send(said).await.is_err() {
            return Ok(());
        }
        // tidy: sleep — the gateway that is waited for tells nobody when it is back
        tokio::time::sleep(AGAIN).await;
    }
}

async fn follow(client: &Client, place: &mut Option<String>, tell: &Sender<Told>) -> Over {
    let from = match place {
        Some(from) => from.clone(),
        None => match client.send(Request::get("/events").with("limit", Some(1))).await {
            Ok(reply) => field(&reply.body, "next_cursor"),
            Err(failure) => return Over::of(failure),
        },
    };
    *place = Some(from.clone());
    let mut stream = match client.open(Request::get("/events"), &from).await {
        Ok(response) => Stream { response, parser: Parser::default(), came: Vec::new() },
        Err(failure) => return Over::of(failure),
    };
    if tell.send(Told::StreamUp).await.is_err() {
        return Over::Unheard;
    }
    loop {
        let event = match stream.next().await {
            Ok(event) => event,
            Err(over) => return over,
        };
        if let Some(data) = &event.data {
            let record: AuditRecord = match read(data) {
                Ok(record) => record,
                Err(over) => return over,
            };
            if tell.send(Told::Event(Box::new(record))).await.is_err() {
                return Over::Unheard;
            }
        }
        // Only what was told is behind us.
        if event.id.is_some() {
            *place = event.id;
        }
    }
}

/// Keeps prices of the contracts that are wanted.
///
/// # Errors
/// The key counts no more.
pub(super) async fn quotes(
    client: Client,
    mut wanted: watch::Receiver<BTreeSet<String>>,
    tell: Sender<Told>,
) -> Result<(), Failure> {
    loop {
        let con_ids = wanted.borrow_and_update().clone();
        let over = if con_ids.is_empty() {
            None
        } else {
            tokio::select! {
                over = prices(&client, &con_ids, &tell) => Some(over),
                changed = wanted.changed() => match changed {
                    Ok(()) => None,
                    Err(_nobody_looks) => return Ok(()),
                },
            }
        };
        let gone = match over {
            None => false,
            Some(Over::Gone(why) | Over::NotKnown(why)) => tell.send(Told::QuotesGone(why)).await.is_ok(),
            Some(Over::Refused(failure)) => return Err(failure),
            Some(Over::Unheard) => return Ok(()),
        };
        if gone {
            // tidy: sleep — the gateway tells nobody when it has prices again
            tokio::time::sleep(AGAIN).await;
        } else if con_ids.is_empty() && wanted.changed().await.is_err() {
            return Ok(());
        }
    }
}

async fn prices(client: &Client, con_ids: &BTreeSet<String>, tell: &Sender<Told>) -> Over {
    let names: Vec<&str> = con_ids.iter().map(String::as_str).collect();
    let request = Request::get("/market/stream").with("con_ids", Some(names.join(",")));
    let mut stream = match client.open_anew(request).await {
        Ok(response) => Stream { response, parser: Parser::default(), came: Vec::new() },
        Err(failure) => return Over::of(failure),
    };
    if tell.send(Told::QuotesUp(con_ids.clone())).await.is_err() {
        return Over::Unheard;
    }
    loop {
        let event = match stream.next().await {
            Ok(event) => event,
            Err(over) => return over,
        };
        let Some(data) = &event.data else { continue };
        match read::<WatchedQuote>(data) {
            Ok(quote) => {
                if tell.send(Told::Quote(Box::new(quote))).await.is_err() {
                    return Over::Unheard;
                }
            }
            Err(over) => return over,
        }
    }
}

fn read<T: DeserializeOwned>(data: &str) -> Result<T, Over> {
    serde_json::from_str(data).map_err(|error| {
        Over::Gone(format!("an event is not understood ({error}): is the gateway of another version?"))
    })
}

/// A stream that stands.
struct Stream {
    response: reqwest::Response,
    parser: Parser,
    /// What came and was not given yet, newest first.
    came: Vec<Event>,
}

impl Stream {
    async fn next(&mut self) -> Result<Event, Over> {
        while self.came.is_empty() {
            let bytes = match tokio::time::timeout(SILENCE_MAX, self.response.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) => return Err(Over::Gone("the stream ended".to_owned())),
                Ok(Err(error)) => return Err(Over::Gone(format!("the stream broke off ({error})"))),
                Err(_silent) => return Err(Over::Gone("it has shown no sign of life".to_owned())),
            };
            self.came = self.parser.take(&bytes).map_err(Over::Gone)?;
            self.came.reverse();
        }
        let event = self.came.pop().unwrap_or_default();
        match (&event.name, &event.data) {
            (Some(name), Some(data)) if name == StreamEnd::EVENT => Err(Over::of_end(read(data)?)),
            _ => Ok(event),
        }
    }
}
