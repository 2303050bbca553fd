//! Alerts.

use crate::word::{AlertKind, Severity};
use domain::alert;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody was told, or is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub kind: AlertKind,
    /// What exactly: a link, an order, a rule.
    pub subject: String,
    /// How much it matters.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// What was seen, and what to do; may be empty.
    pub text: String,
    /// The newest record of the journal that says so; null for what no record says.
    pub seq: Option<u64>,
    /// When the newest of it was so.
    pub at: Timestamp,
    /// When it was decided that somebody is told.
    pub raised_at: Timestamp,
    /// How many pieces of news it stands for.
    pub count: u64,
    /// Whether it lasts, as far as is known.
    pub open: bool,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// The key of the human who acknowledged it.
    pub acked_by: Option<String>,
    /// When.
    pub acked_at: Option<Timestamp>,
    /// What became of it on each way that it was tried on.
    pub deliveries: Vec<AlertDelivery>,
}

/// What became of an alert on one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertDelivery {
    /// `webhook`, or `telegram:` and the chat.
    pub channel: String,
    /// When it was taken for the first time; null when it was not.
    pub delivered_at: Option<Timestamp>,
    /// When it was given up.
    pub given_up_at: Option<Timestamp>,
    /// How often it was told again because nobody acknowledged it.
    pub reminders: u32,
}

impl From<&alert::Alert> for Alert {
    fn from(one: &alert::Alert) -> Self {
        let delivery = |(channel, delivery): (&alert::ChannelId, &alert::Delivery)| AlertDelivery {
            channel: channel.to_string(),
            delivered_at: delivery.delivered_at,
            given_up_at: delivery.given_up_at,
            reminders: delivery.reminders,
        };
        let (acked_by, acked_at) = one.acked.clone().unzip();
        Self {
            id: one.id.to_string(),
            kind: one.kind.into(),
            subject: one.subject.clone(),
            severity: one.severity.into(),
            title: one.title.clone(),
            text: one.text.clone(),
            seq: one.seq,
            at: one.at,
            raised_at: one.raised_at,
            count: one.count,
            open: one.is_open,
            closed_at: one.closed_at,
            acked_by,
            acked_at,
            deliveries: one.deliveries.iter().map(delivery).collect(),
        }
    }
}
