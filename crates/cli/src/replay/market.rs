//! The market of a replay: a venue on stepped time, on a socket of its own, and the control API that moves it.

use super::home::ACCOUNT;
use crate::failure::Failure;
use crate::run::venue;
use ::venue::{ClockMode, Intraday, Venue, VenueConfig};
use domain::order_ref::OrderRef;
use jiff::Timestamp;
use jiff::civil::Date;
use reqwest::{Method, StatusCode};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

/// A day of the venue's time takes milliseconds; what takes so long has failed.
const WITHIN: Duration = Duration::from_mins(1);

/// The market.
pub(super) struct Market {
    venue: Venue,
    http: reqwest::Client,
}

/// What the venue has, by its own books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Witness {
    /// Units by symbol; nothing of what is not held.
    pub(super) held: Vec<(String, Decimal)>,
    /// References of orders that it accepted more than once.
    pub(super) sent_twice: Vec<String>,
    /// References of orders that nobody names.
    pub(super) unasked: Vec<String>,
    /// Where its accounts do not add up.
    pub(super) unbalanced: Vec<String>,
}

impl Market {
    /// Opens it on a day.
    ///
    /// # Errors
    /// The venue's.
    pub(super) async fn open(from: Date, seed: u64) -> Result<Self, Failure> {
        let config = VenueConfig {
            clock: ClockMode::Stepped,
            start: Some(from),
            intraday: Intraday::Held,
            throttle: false,
            seed,
            ..VenueConfig::default()
        };
        let venue = venue::start(config).await?;
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().timeout(WITHIN).build();
        Ok(Self { venue, http: http.map_err(|error| failed(&format!("no HTTP client: {error}")))? })
    }

    /// Where TWS clients connect.
    pub(super) fn address(&self) -> SocketAddr {
        self.venue.tws_addr()
    }

    /// Its time.
    ///
    /// # Errors
    /// It does not answer.
    pub(super) async fn now(&self) -> Result<Timestamp, Failure> {
        let told = self.ask(Method::GET, "/clock", None).await?;
        let time = told.get("venue_time").and_then(Value::as_str).and_then(|time| time.parse().ok());
        time.ok_or_else(|| failed(&format!("no time: {told}")))
    }

    /// Lets time pass until then.
    ///
    /// # Errors
    /// It does not answer, or was there before.
    pub(super) async fn step(&self, to: Timestamp) -> Result<(), Failure> {
        self.ask(Method::POST, "/clock/step", Some(json!({"to": to}))).await.map(drop)
    }

    /// What the account holds, and what the ledger of all orders ever accepted says of these keys.
    ///
    /// # Errors
    /// It does not answer.
    pub(super) async fn witness(&self, keys: &BTreeSet<String>) -> Result<Witness, Failure> {
        let word = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
        let state = self.ask(Method::GET, "/state?orders_max=0", None).await?;
        let accounts = state.get("accounts").and_then(Value::as_array).into_iter().flatten();
        let own = accounts.filter(|one| one.get("account").and_then(Value::as_str) == Some(ACCOUNT));
        let positions = own.filter_map(|one| one.get("positions").and_then(Value::as_array)).flatten();
        let mut held: Vec<(String, Decimal)> =
            positions.filter_map(|one| Some((word(one, "symbol")?, word(one, "quantity")?.parse().ok()?))).collect();
        held.retain(|(_, qty)| !qty.is_zero());
        held.sort();
        let ledger = self.ask(Method::GET, "/ledger", None).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for one in ledger.as_array().into_iter().flatten() {
            let reference = word(one, "order_ref").unwrap_or_default();
            let key = OrderRef::parse(&reference).map(|of| of.cl_ord_id.to_string());
            *counts.entry(key.unwrap_or(reference)).or_default() += 1;
        }
        let sent_twice = counts.iter().filter(|(_, count)| **count > 1).map(|(key, _)| key.clone()).collect();
        let unasked = counts.keys().filter(|key| !keys.contains(*key)).cloned().collect();
        let audit = self.ask(Method::GET, "/audit", None).await?;
        let violations = audit.get("violations").and_then(Value::as_array);
        let violations = violations.ok_or_else(|| failed(&format!("no audit: {audit}")))?;
        Ok(Witness { held, sent_twice, unasked, unbalanced: violations.iter().map(Value::to_string).collect() })
    }

    /// Asks the control API.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let url = format!("http://{}{path}", self.venue.control_addr());
        let request = self.http.request(method, url);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let reply = request.send().await.map_err(|error| failed(&error.to_string()))?;
        let status = reply.status();
        let told: Value = reply.json().await.map_err(|error| failed(&error.to_string()))?;
        if status == StatusCode::OK { Ok(told) } else { Err(failed(&format!("{path}: {told}"))) }
    }

    /// Ends it.
    ///
    /// # Errors
    /// Its own failure.
    pub(super) async fn close(self) -> Result<(), Failure> {
        self.venue.shutdown().await.map_err(|error| venue::failed(&error))
    }
}

fn failed(why: &str) -> Failure {
    Failure::unavailable(format!("the market of the replay: {why}"), "run it again")
}
