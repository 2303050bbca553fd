//! The scratch gateway of the drill, and the order in which the drills run.

use super::report::Report;
use super::{after, gates, rooms, stopping};
use crate::client::{Client, KeySource, Reply, Request};
use crate::config::Config;
use crate::demo::Home;
use crate::failure::Failure;
use crate::out::Said;
use crate::run::gateway::{EmbeddedSessions, Gateway};
use crate::run::serve;
use crate::table::at;
use rust_decimal::Decimal;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// For the first connection with its reconciliation.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// For the broker to do its part.
const WITHIN: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What the drills work on.
pub(crate) struct Scratch {
    pub(crate) home: Home,
    pub(crate) url: String,
    pub(crate) operator: Client,
    pub(crate) agent: Client,
    pub(crate) http: reqwest::Client,
    pub(crate) venue: SocketAddr,
    /// Best prices of what is traded.
    pub(crate) bid: Decimal,
    pub(crate) ask: Decimal,
}

/// Starts it, fires every control, takes it away.
pub(crate) async fn run() -> Result<Said, Failure> {
    let policy = gates::policy();
    let home = Home::for_drill("paper", Some(&policy))?;
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await?;
    let signals = serve::signal()?;
    let told = tokio::select! {
        told = fire(home, &gateway) => told,
        () = signals.wait() => Err(Failure::unavailable("interrupted before every control was fired", "run it again")),
    };
    let stopped = gateway.stop().await;
    // The directory goes only now, with what `fire` gave back.
    let (report, _home) = told?;
    stopped?;
    Ok(report.told())
}

async fn fire(home: Home, gateway: &Gateway) -> Result<(Report, Home), Failure> {
    if tokio::time::timeout(READY_WITHIN, serve::ready(gateway.desk().as_ref())).await.is_err() {
        let why = gateway.desk().not_ready().join("; ");
        return Err(Failure::unavailable(format!("the scratch gateway did not get ready: {why}"), "run it again"));
    }
    let Some(venue) = gateway.venue_control() else {
        return Err(Failure::unavailable("the scratch gateway has no venue", "run it again"));
    };
    let client = |path| Client::new(&gateway.url(), &KeySource::File(path));
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(WITHIN)
        .build()
        .map_err(|error| Failure::unavailable(format!("no HTTP client: {error}"), ""))?;
    let operator = client(home.config.operator_key_file())?;
    let agent = client(home.config.agent_key_file())?;
    let url = gateway.url();
    let (bid, ask) = (Decimal::ZERO, Decimal::ZERO);
    let mut scratch = Scratch { home, url, operator, agent, http, venue, bid, ask };
    let quote = scratch.until("/market/quote?symbol=AAPL", |quote| price(quote, "bid").is_some()).await;
    let quote = quote.map_err(|why| Failure::unavailable(why, "run it again"))?;
    let (Some(bid), Some(ask)) = (price(&quote, "bid"), price(&quote, "ask")) else {
        return Err(Failure::unavailable(format!("no market: {quote}"), "run it again"));
    };
    (scratch.bid, scratch.ask) = (bid, ask);
    let mut report = Report::default();
    gates::fire(&scratch, &mut report).await;
    after::fire(&scratch, &mut report).await;
    rooms::fire(&scratch, &mut report).await;
    // Last: after these nothing trades any more.
    stopping::fire(&scratch, &mut report).await;
    report.note_itself();
    Ok((report, scratch.home))
}

/// A price of a quote.
fn price(quote: &Value, name: &str) -> Option<Decimal> {
    at(quote, name).and_then(Value::as_str).and_then(|text| text.parse().ok())
}

impl Scratch {
    /// The configuration of the scratch gateway.
    pub(crate) fn config(&self) -> &Config {
        &self.home.config
    }

    /// Asks as the operator.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, String> {
        self.operator.send(Request::get(path)).await.map(|reply| reply.body).map_err(Failure::human)
    }

    /// Asks again until the answer is as wanted, for a while.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
        let mut last = Value::Null;
        let asking = async {
            loop {
                last = self.get(path).await?;
                if wanted(&last) {
                    return Ok(last.clone());
                }
                // tidy: sleep — the pause between two questions of a wait that has an end
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        match tokio::time::timeout(WITHIN, asking).await {
            Ok(answer) => answer,
            Err(_late) => Err(format!("{path} did not become as expected; last: {last}")),
        }
    }

    /// What the venue accepted, with a query such as `?symbol=UNH`.
    pub(crate) async fn ledger(&self, query: &str) -> Result<Vec<Value>, String> {
        let url = format!("http://{}/ledger{query}", self.venue);
        let told = self.http.get(url).send().await.map_err(|error| error.to_string())?;
        told.json().await.map_err(|error| error.to_string())
    }

    /// Asks the venue's control API for something.
    pub(crate) async fn at_venue(&self, path: &str, body: &Value) -> Result<(), String> {
        let url = format!("http://{}{path}", self.venue);
        let reply = self.http.post(url).json(body).send().await.map_err(|error| error.to_string())?;
        let status = reply.status();
        if status.is_success() { Ok(()) } else { Err(format!("the venue answered {status} to {path}")) }
    }
}

/// The code of a refusal, and its HTTP status.
pub(crate) fn refused(answer: Result<Reply, Failure>) -> Result<(String, Value), String> {
    match answer {
        Ok(reply) => Err(format!("was accepted: {}", reply.body)),
        Err(Failure::Told(told)) => match told.answer {
            Some(answer) => Ok((told.code, answer)),
            None => Err(told.text),
        },
        Err(other) => Err(other.human()),
    }
}
