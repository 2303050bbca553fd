//! The venue's side: its ledger, its faults, over its control API.

use crate::failure::Failure;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// A venue that does not answer within this is down or stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// A change of terms.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Modification {
    pub(crate) from: Value,
    pub(crate) to: Value,
}

/// A trade.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LedgerTrade {
    pub(crate) exec_id: String,
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) commission: Decimal,
}

/// An order that the venue accepted.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LedgerOrder {
    pub(crate) order_ref: String,
    pub(crate) perm_id: i64,
    pub(crate) con_id: i32,
    pub(crate) side: String,
    pub(crate) order_type: String,
    pub(crate) tif: String,
    pub(crate) total_qty: Decimal,
    pub(crate) filled_qty: Decimal,
    pub(crate) limit_price: Option<Decimal>,
    pub(crate) status: String,
    pub(crate) accepted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) modifications: Vec<Modification>,
    pub(crate) executions: Vec<LedgerTrade>,
}

impl LedgerOrder {
    /// The caller's key; behind it that of the exit.
    pub(crate) fn key(&self) -> &str {
        self.order_ref.splitn(3, ':').nth(2).unwrap_or_default()
    }

    /// Our word for how it ended. A fill-or-kill that could not fill ends as `Inactive`, and was refused by nobody.
    pub(crate) fn end(&self) -> Option<&'static str> {
        match self.status.as_str() {
            "Filled" => Some("filled"),
            "Cancelled" | "ApiCancelled" => Some("canceled"),
            "Inactive" if self.tif == "FOK" => Some("canceled"),
            "Inactive" => Some("rejected"),
            _ => None,
        }
    }

    /// Whether it may still trade.
    pub(crate) fn is_working(&self) -> bool {
        self.end().is_none()
    }

    /// Whether it ever had these terms.
    pub(crate) fn ever_had(&self, qty: Decimal, limit: Option<Decimal>) -> bool {
        let now = self.total_qty == qty && (limit.is_none() || self.limit_price == limit);
        // What it began with stands in the first change only: asked for again, it is no change to the venue.
        let then = |change: &Modification| terms_are(&change.from, qty, limit) || terms_are(&change.to, qty, limit);
        now || self.modifications.iter().any(then)
    }
}

fn terms_are(terms: &Value, qty: Decimal, limit: Option<Decimal>) -> bool {
    let decimal = |value: &Value| value.as_str().and_then(|text| text.parse::<Decimal>().ok());
    let quantity = decimal(&terms["quantity"]) == Some(qty);
    let kinds = terms["kind"].as_object();
    let limits = kinds.into_iter().flat_map(|kind| kind.values()).map(|fields| decimal(&fields["limit"]));
    quantity && (limit.is_none() || limits.into_iter().any(|found| found == limit))
}

/// The venue's control API.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    http: reqwest::Client,
    url: String,
}

impl Control {
    pub(crate) fn at(port: u16) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(PATIENCE).pool_max_idle_per_host(0).build()?;
        Ok(Self { http, url: format!("http://127.0.0.1:{port}") })
    }

    /// Whether it answers.
    pub(crate) async fn is_up(&self) -> bool {
        let answer = self.http.get(format!("{}/healthz", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Every order that it ever accepted.
    pub(crate) async fn ledger(&self) -> Result<Vec<LedgerOrder>, Failure> {
        let answer = self.http.get(format!("{}/ledger", self.url)).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// The orders with that reference.
    pub(crate) async fn with_ref(&self, order_ref: &str) -> Result<Vec<LedgerOrder>, Failure> {
        let asked = self.http.get(format!("{}/ledger", self.url)).query(&[("order_ref", order_ref)]);
        Ok(serde_json::from_slice(&asked.send().await?.error_for_status()?.bytes().await?)?)
    }

    /// Cancels an order by hand. One that has ended meanwhile needs none.
    pub(crate) async fn cancel_by_hand(&self, perm_id: i64) -> Result<(), Failure> {
        let answer = self.http.delete(format!("{}/orders/{perm_id}", self.url)).send().await?;
        if answer.status() != reqwest::StatusCode::NOT_FOUND {
            answer.error_for_status()?;
        }
        Ok(())
    }

    /// Whether the accounts balance; what does not.
    pub(crate) async fn audit(&self) -> Result<Value, Failure> {
        let answer = self.http.get(format!("{}/audit", self.url)).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// Orders a fault.
    pub(crate) async fn fault(&self, fault: &Value) -> Result<(), Failure> {
        let answer = self.http.post(format!("{}/faults", self.url)).json(fault).send().await?;
        if answer.status().is_client_error() {
            // A fault that the venue does not know is a mistake of this program, not of the venue.
            return Err(format!("the venue refused {fault}: {}", answer.text().await?).into());
        }
        answer.error_for_status()?;
        Ok(())
    }

    /// Takes all faults away.
    pub(crate) async fn no_faults(&self) -> Result<(), Failure> {
        let answer = self.http.get(format!("{}/faults", self.url)).send().await?.error_for_status()?;
        let faults: Vec<Value> = serde_json::from_slice(&answer.bytes().await?)?;
        for id in faults.iter().filter_map(|fault| fault["id"].as_u64()) {
            self.http.delete(format!("{}/faults/{id}", self.url)).send().await?;
        }
        Ok(())
    }
}
