//! The Bot API, as far as it is used: `sendMessage` and `getUpdates`. See <https://core.telegram.org/bots/api>.

use super::channel::{Channel, Refused};
use super::http::{self, HttpError};
use crate::secret::Secret;
use async_trait::async_trait;
use domain::alert::{Alert, ChannelId, Parcel, Severity};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Longest text of a message, UTF-16 units by the API; characters of ours are at most two of them.
const TEXT_MAX: usize = 4_000;
/// Updates of one answer. A message is up to 4,096 characters, each of which may take six bytes, and may hold the one that it replies to:
/// more of them would not fit into an answer that we read, and anybody may write to a bot.
const UPDATES_MAX: u64 = 10;
/// How long a question for updates may stay open, seconds.
const POLL_S: u64 = 25;
/// And how much longer its answer may take.
const POLL_PATIENCE: Duration = Duration::from_secs(POLL_S + 15);

/// A chat, by its number; groups are below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChatId(pub i64);

impl FromStr for ChatId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rule = "must be the number of a chat, such as 123456789, or -100123456789 for a group";
        text.parse().ok().filter(|number| *number != 0).map(Self).ok_or(rule)
    }
}

impl fmt::Display for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl ChatId {
    /// The way to this chat.
    pub fn channel(self) -> ChannelId {
        ChannelId(format!("telegram:{self}"))
    }
}

/// Which bot, and where its API is.
#[derive(Clone, Debug)]
pub struct TelegramSettings {
    /// `https://api.telegram.org`, or a server that speaks the same.
    pub api_url: String,
    /// The bot's token.
    pub token: Secret,
    /// What takes out of texts what is not for others to read.
    pub redact: fn(&str) -> String,
}

/// A bot.
#[derive(Clone)]
pub struct Telegram {
    settings: Arc<TelegramSettings>,
    http: reqwest::Client,
}

impl fmt::Debug for Telegram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telegram").field("api_url", &self.settings.api_url).finish_non_exhaustive()
    }
}

/// What every method answers.
#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error_code: i64,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u32>,
}

/// One update; anything but a message with a text is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Update {
    pub(super) update_id: i64,
    pub(super) message: Option<Message>,
}

impl Update {
    /// What cannot be read is passed over by its number: a message of anybody's must not stop the bot's ear.
    fn read(update: &Value) -> Option<Self> {
        let update_id = update.get("update_id")?.as_i64()?;
        Some(Self { update_id, message: update.get("message").and_then(|message| Message::deserialize(message).ok()) })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Message {
    pub(super) chat: Chat,
    pub(super) text: Option<String>,
    pub(super) from: Option<User>,
    forward_origin: Option<Value>,
    forward_date: Option<Value>,
    via_bot: Option<Value>,
}

impl Message {
    /// Whether somebody else's words came with it: forwarded, or put together by another bot.
    pub(super) fn is_second_hand(&self) -> bool {
        self.forward_origin.is_some() || self.forward_date.is_some() || self.via_bot.is_some()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Chat {
    pub(super) id: ChatId,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct User {
    pub(super) id: i64,
    pub(super) username: Option<String>,
}

impl Telegram {
    /// A bot; nothing is sent yet.
    ///
    /// # Errors
    /// There is no HTTP client.
    pub fn new(settings: TelegramSettings) -> Result<Self, HttpError> {
        let http = http::client(&settings.api_url, None)?;
        Ok(Self { settings: Arc::new(settings), http })
    }

    /// The way to one chat.
    pub fn chat(&self, chat: ChatId) -> Arc<dyn Channel> {
        Arc::new(ToChat { bot: self.clone(), chat })
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &Value,
        patience: Option<Duration>,
    ) -> Result<T, Refused> {
        let base = self.settings.api_url.trim_end_matches('/');
        let url = format!("{base}/bot{}/{method}", self.settings.token.expose());
        let mut request = self.http.post(url).json(body);
        if let Some(patience) = patience {
            request = request.timeout(patience);
        }
        let answer = request.send().await.map_err(http::refused)?;
        let status = answer.status();
        let body = http::body(answer).await?;
        let unread =
            |error: serde_json::Error| Refused::because(format!("{method} answered {status}, unreadable: {error}"));
        let answer: Answer = serde_json::from_slice(&body).map_err(unread)?;
        if answer.ok {
            return serde_json::from_value(answer.result).map_err(unread);
        }
        let rest = answer.parameters.and_then(|parameters| parameters.retry_after);
        let rest = rest.map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
        Err(Refused { why: format!("{method} answered {}: {}", answer.error_code, answer.description), rest })
    }

    /// Sends a text, redacted and cut to what a message may hold.
    pub(super) async fn say(&self, chat: ChatId, text: &str, silently: bool) -> Result<(), Refused> {
        let text: String = (self.settings.redact)(text).chars().take(TEXT_MAX / 2).collect();
        // No mark-up is read in it, and no address in it is looked up.
        let body = json!({
            "chat_id": chat, "text": text, "disable_notification": silently,
            "link_preview_options": {"is_disabled": true},
        });
        let _sent: Value = self.call("sendMessage", &body, None).await?;
        Ok(())
    }

    /// Waits for updates; empty when none came in time. With an offset it confirms those below it, and waits for nothing.
    pub(super) async fn updates(&self, offset: Option<i64>) -> Result<Vec<Update>, Refused> {
        let wait = offset.map_or(POLL_S, |_offset| 0);
        let mut body = json!({"timeout": wait, "limit": UPDATES_MAX, "allowed_updates": ["message"]});
        if let (Some(offset), Some(fields)) = (offset, body.as_object_mut()) {
            fields.insert("offset".to_owned(), offset.into());
        }
        let updates: Vec<Value> = self.call("getUpdates", &body, Some(POLL_PATIENCE)).await?;
        Ok(updates.iter().filter_map(Update::read).collect())
    }
}

/// One chat of a bot.
#[derive(Debug)]
struct ToChat {
    bot: Telegram,
    chat: ChatId,
}

#[async_trait]
impl Channel for ToChat {
    async fn deliver(&self, parcel: &Parcel, _now: Timestamp) -> Result<(), Refused> {
        let silently = parcel.alerts.iter().all(|alert| alert.severity == Severity::Info);
        self.bot.say(self.chat, &text_of(parcel), silently).await
    }
}

/// The alerts of a message, the gravest words first in each, as far as they fit.
pub(super) fn text_of(parcel: &Parcel) -> String {
    let one = |alert: &Alert| {
        let told = alert.deliveries.get(&parcel.channel).is_some_and(|delivery| delivery.delivered_at.is_some());
        let again = if told { " (again)" } else { "" };
        let (word, at) = (alert.severity.word().to_uppercase(), alert.at.strftime("%Y-%m-%d %H:%M:%S UTC"));
        // Its id stands where nothing cuts it off.
        let mut text = format!("{word}{again} {}: {}\n{at}", alert.id, alert.title);
        // What others wrote stands behind a mark on each line, and cannot look like another alert.
        for line in alert.text.lines() {
            text.push_str("\n> ");
            text.push_str(line);
        }
        text
    };
    // Each gets its fair part, so that the last of twenty is not cut off.
    let share = (TEXT_MAX / 2 - 100) / parcel.alerts.len().max(1);
    let cut = |text: String| -> String {
        if text.chars().count() <= share {
            text
        } else {
            text.chars().take(share.saturating_sub(1)).chain(['…']).collect()
        }
    };
    let mut texts: Vec<String> = parcel.alerts.iter().map(|alert| cut(one(alert))).collect();
    if parcel.behind > 0 {
        texts.push(format!("{} more follow.", parcel.behind));
    }
    texts.join("\n\n")
}

#[cfg(test)]
#[path = "telegram_tests.rs"]
mod tests;
