//! The webhook: one POST for each message, signed. See docs/alerts.md.

use super::channel::{Channel, Refused};
use super::http::{self, HttpError};
use crate::secret::Secret;
use async_trait::async_trait;
use domain::alert::{Alert, Parcel};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use ring::{digest, hmac};
use serde::Serialize;
use std::fmt;

/// Seconds since 1970 UTC at which the message was signed.
pub const TIMESTAMP: &str = "X-Tollgate-Timestamp";
/// `v1=` and the signature in hex.
pub const SIGNATURE: &str = "X-Tollgate-Signature";
/// The same for every try of the same message.
pub const DELIVERY: &str = "X-Tollgate-Delivery";
/// Version of the body's shape.
const VERSION: u32 = 1;
/// Of an answer that is no success, so much is told.
const WORDS_MAX: usize = 200;

/// Where messages go, and what they are signed with.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// The address.
    pub url: String,
    /// The secret, as both sides have it in a file.
    pub secret: Secret,
    /// Who may say who the other side is (PEM); `None` is whom the system trusts.
    pub ca_pem: Option<Vec<u8>>,
    /// The name of this installation.
    pub installation: String,
}

/// A webhook.
pub struct Webhook {
    settings: WebhookSettings,
    key: hmac::Key,
    http: reqwest::Client,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("url", &self.settings.url).finish_non_exhaustive()
    }
}

/// `v1=` and HMAC-SHA256 over the timestamp, a full stop and the body, in lower-case hex.
pub fn signature(key: &hmac::Key, timestamp: i64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(timestamp.to_string().as_bytes());
    context.update(b".");
    context.update(body);
    format!("v1={}", hex::encode(context.sign()))
}

/// The body.
#[derive(Serialize)]
struct Body<'a> {
    version: u32,
    installation: &'a str,
    sent_at: Timestamp,
    /// How many more wait behind these.
    behind: usize,
    alerts: Vec<Item<'a>>,
}

/// One alert as a receiver reads it.
#[derive(Serialize)]
struct Item<'a> {
    id: String,
    kind: &'static str,
    severity: &'static str,
    subject: &'a str,
    title: &'a str,
    text: &'a str,
    /// Whether it lasts until an alert of the same kind and subject says that it is over.
    open: bool,
    count: u64,
    at: Timestamp,
    raised_at: Timestamp,
    seq: Option<u64>,
    /// Whether it was told here before and nobody acknowledged it.
    reminder: bool,
}

impl Webhook {
    /// A webhook; nothing is sent yet.
    ///
    /// # Errors
    /// There is no HTTP client.
    pub fn new(settings: WebhookSettings) -> Result<Self, HttpError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, settings.secret.expose().as_bytes());
        let http = http::client(&settings.url, settings.ca_pem.as_deref())?;
        Ok(Self { settings, key, http })
    }

    fn body(&self, parcel: &Parcel, now: Timestamp) -> Result<Vec<u8>, Refused> {
        let was_told = |alert: &Alert| {
            alert.deliveries.get(&parcel.channel).is_some_and(|delivery| delivery.delivered_at.is_some())
        };
        let alerts = parcel.alerts.iter().map(|alert| Item {
            id: alert.id.to_string(),
            kind: alert.kind.word(),
            severity: alert.severity.word(),
            subject: &alert.subject,
            title: &alert.title,
            text: &alert.text,
            open: alert.is_open,
            count: alert.count,
            at: alert.at,
            raised_at: alert.raised_at,
            seq: alert.seq,
            reminder: was_told(alert),
        });
        let body = Body {
            version: VERSION,
            installation: &self.settings.installation,
            sent_at: now,
            behind: parcel.behind,
            alerts: alerts.collect(),
        };
        serde_json::to_vec(&body).map_err(Refused::because)
    }
}

/// Made of every alert in it, when it was raised and how often it was told: a message that is tried again has the same, and no other has,
/// also behind an outbox that was begun anew.
fn delivery_id(installation: &str, parcel: &Parcel) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for alert in &parcel.alerts {
        let told = alert.deliveries.get(&parcel.channel).map_or(0, |one| one.reminders.saturating_add(1));
        context.update(format!("{} {} {told}\n", alert.id, alert.raised_at).as_bytes());
    }
    let all = hex::encode(context.finish());
    format!("{installation}-{}", all.get(..32).unwrap_or(&all))
}

#[async_trait]
impl Channel for Webhook {
    async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Result<(), Refused> {
        let body = self.body(parcel, now)?;
        let timestamp = now.as_second();
        let request = self
            .http
            .post(&self.settings.url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("tollgate/", env!("CARGO_PKG_VERSION")))
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, signature(&self.key, timestamp, &body))
            .header(DELIVERY, delivery_id(&self.settings.installation, parcel))
            .body(body);
        let answer = request.send().await.map_err(http::refused)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let rest = http::rest(answer.headers());
        let said = http::body(answer).await.unwrap_or_default();
        let said: String = String::from_utf8_lossy(&said).chars().take(WORDS_MAX).collect();
        Err(Refused { why: format!("the webhook answered {status}: {}", said.trim()), rest })
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
