//! Alerts at work: the journal is read, facts are looked at, what is news goes into an outbox on the disk, and from there to a
//! Telegram bot and a webhook, at least once each. What is news, when and to whom is decided in [`domain::alert`].

mod bot;
mod bot_text;
mod channel;
mod disk;
mod http;
mod journal;
mod outbox;
mod service;
mod telegram;
mod webhook;

pub use bot::{Bot, Runs};
pub use channel::{Channel, Refused};
pub use http::HttpError;
pub use outbox::{Outbox, OutboxError};
pub use service::{AlertParts, AlertRules, Alerts, AlertsTask, StalePrices, Watched, Way, begin};
pub use telegram::{ChatId, Telegram, TelegramSettings};
pub use webhook::{DELIVERY, SIGNATURE, TIMESTAMP, Webhook, WebhookSettings, signature};
