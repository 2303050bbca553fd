//! The scratch gateway of the drill, and the order in which the drills run.

use super::report::Report;
use super::{after, alone, gates, rooms, stopping};
use crate::client::{Client, KeySource, Reply, Request, Trust};
use crate::config::Config;
use crate::demo::Home;
use crate::failure::Failure;
use crate::out::Said;
use crate::rehearsal::{self, WITHIN, decimal, until_ready};
use crate::run::gateway::{EmbeddedSessions, Gateway};
use crate::run::serve;
use rust_decimal::Decimal;
use serde_json::Value;
use std::net::SocketAddr;

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
    let signals = serve::signal()?;
    let mut report = Report::default();
    tokio::select! {
        fired = fire(&mut report) => fired?,
        () = signals.wait() => {
            return Err(Failure::unavailable("interrupted before every control was fired", "run it again"));
        }
    }
    report.note_itself();
    report.told()
}

async fn fire(report: &mut Report) -> Result<(), Failure> {
    let home = Home::for_drill("paper", Some(&gates::policy()))?;
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await?;
    let scratch = Scratch::open(home, &gateway, gateway.venue_control()).await;
    let scratch = match scratch {
        Ok(scratch) => scratch,
        Err(failure) => {
            gateway.stop().await?;
            return Err(failure);
        }
    };
    gates::fire(&scratch, report).await;
    after::fire(&scratch, report).await;
    rooms::fire(&scratch, report).await;
    // After these nothing trades any more.
    stopping::fire(&scratch, report).await;
    gateway.stop().await?;
    drop(scratch);
    Box::pin(alone::fire(report)).await;
    Ok(())
}

impl Scratch {
    /// Waits until a gateway trades and its market has prices.
    ///
    /// # Errors
    /// It does not get there.
    pub(crate) async fn open(home: Home, gateway: &Gateway, venue: Option<SocketAddr>) -> Result<Self, Failure> {
        let failed = |why: String| Failure::unavailable(why, "run it again");
        let Some(venue) = venue else { return Err(failed("the scratch gateway has no venue".to_owned())) };
        until_ready(gateway, "the scratch gateway").await?;
        let client = |path| Client::new(&gateway.url(), &KeySource::File(path), &Trust::default());
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().timeout(WITHIN).build();
        let http = http.map_err(|error| failed(format!("no HTTP client: {error}")))?;
        let operator = client(home.config.operator_key_file())?;
        let agent = client(home.config.agent_key_file())?;
        let url = gateway.url();
        let (bid, ask) = (Decimal::ZERO, Decimal::ZERO);
        let mut scratch = Self { home, url, operator, agent, http, venue, bid, ask };
        let quoted = |quote: &Value| decimal(quote, "bid").is_some() && decimal(quote, "ask").is_some();
        let quote = scratch.until("/market/quote?symbol=AAPL", quoted).await.map_err(failed)?;
        let sides = decimal(&quote, "bid").zip(decimal(&quote, "ask"));
        (scratch.bid, scratch.ask) = sides.ok_or_else(|| failed(format!("no market: {quote}")))?;
        Ok(scratch)
    }

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
        rehearsal::until(&self.operator, path, wanted).await
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
