//! The sections `[alerts]`, `[alerts.telegram]` and `[alerts.webhook]`: who is told what, when, and by which way.

use super::error::ConfigError;
use super::settings::Reader;
use autopilot::alert::ChatId;
use domain::alert::{QuietHours, Severity};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::PathBuf;

const API_URL: &str = "https://api.telegram.org";
const REPEAT_WINDOW_S: u64 = 900;
const REMIND_AFTER_S: u64 = 3_600;
const DISK_FREE_MIB: u64 = 512;
const WINDOW_RANGE: RangeInclusive<u64> = 0..=86_400;
const REMIND_RANGE: RangeInclusive<u64> = 0..=604_800;
const DISK_RANGE: RangeInclusive<u64> = 0..=1_048_576;
/// Most chats.
const CHATS_MAX: usize = 20;

/// A bot, and who hears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TelegramKeys {
    /// Holds the token.
    pub(crate) token_file: PathBuf,
    /// Who is told, and may command.
    pub(crate) chats: BTreeSet<ChatId>,
    /// Where the API is.
    pub(crate) api_url: String,
    /// What is told there.
    pub(crate) severity: Severity,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebhookKeys {
    /// Where.
    pub(crate) url: String,
    /// Holds the secret.
    pub(crate) secret_file: PathBuf,
    /// Who may say who it is.
    pub(crate) ca_file: Option<PathBuf>,
    /// What is told there.
    pub(crate) severity: Severity,
}

/// The three sections.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlertSettings {
    quiet_hours: Option<String>,
    quiet_zone: String,
    quiet_severity: Severity,
    /// When only what is grave is told.
    pub(crate) quiet: Option<QuietHours>,
    /// How long what repeats is held back.
    pub(crate) repeat_window: SignedDuration,
    /// When what is critical is told again; zero is never.
    pub(crate) remind_after: SignedDuration,
    /// Less room is told, MiB.
    pub(crate) disk_free_mib_min: u64,
    /// The bot.
    pub(crate) telegram: Option<TelegramKeys>,
    /// The webhook.
    pub(crate) webhook: Option<WebhookKeys>,
}

impl AlertSettings {
    /// Reads the sections.
    ///
    /// # Errors
    /// The first key that cannot be used.
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        let quiet_zone = reader.text("alerts.quiet_zone")?.unwrap_or_else(|| "UTC".to_owned());
        let zone = TimeZone::get(&quiet_zone).map_err(|_| {
            reader.refuse("alerts.quiet_zone", "the name of a time zone", "for example \"America/New_York\"")
        })?;
        let quiet_severity = severity(reader, "alerts.quiet_severity", Severity::Critical)?;
        let quiet_hours = reader.text("alerts.quiet_hours")?;
        let quiet = quiet_hours.as_deref().map(|text| QuietHours::read(text, zone, quiet_severity)).transpose();
        let quiet = quiet.map_err(|error| {
            reader.refuse(
                "alerts.quiet_hours",
                error.to_string(),
                "\"22:00-07:00\" is the night; leave it out for none",
            )
        })?;
        Ok(Self {
            quiet_hours,
            quiet_zone,
            quiet_severity,
            quiet,
            repeat_window: seconds(reader, "alerts.repeat_window_s", REPEAT_WINDOW_S, WINDOW_RANGE)?,
            remind_after: seconds(reader, "alerts.remind_after_s", REMIND_AFTER_S, REMIND_RANGE)?,
            disk_free_mib_min: number(reader, "alerts.disk_free_mib_min", DISK_FREE_MIB, DISK_RANGE)?,
            telegram: telegram(reader)?,
            webhook: webhook(reader)?,
        })
    }

    /// A value as `config explain` shows it; `None` for a key of another section.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        let path = |path: Option<&PathBuf>| path.map(|path| path.display().to_string()).unwrap_or_default();
        let (bot, hook) = (self.telegram.as_ref(), self.webhook.as_ref());
        let text = match key {
            "alerts.quiet_hours" => self.quiet_hours.clone().unwrap_or_default(),
            "alerts.quiet_zone" => self.quiet_zone.clone(),
            "alerts.quiet_severity" => self.quiet_severity.word().to_owned(),
            "alerts.repeat_window_s" => self.repeat_window.as_secs().to_string(),
            "alerts.remind_after_s" => self.remind_after.as_secs().to_string(),
            "alerts.disk_free_mib_min" => self.disk_free_mib_min.to_string(),
            "alerts.telegram.token_file" => path(bot.map(|bot| &bot.token_file)),
            "alerts.telegram.chats" => {
                let chats: Vec<String> = bot.iter().flat_map(|bot| &bot.chats).map(ToString::to_string).collect();
                chats.join(", ")
            }
            "alerts.telegram.api_url" => bot.map_or(API_URL, |bot| &bot.api_url).to_owned(),
            "alerts.telegram.severity" => bot.map_or(Severity::Warning, |bot| bot.severity).word().to_owned(),
            "alerts.webhook.url" => hook.map(|hook| hook.url.clone()).unwrap_or_default(),
            "alerts.webhook.secret_file" => path(hook.map(|hook| &hook.secret_file)),
            "alerts.webhook.ca_file" => path(hook.and_then(|hook| hook.ca_file.as_ref())),
            "alerts.webhook.severity" => hook.map_or(Severity::Info, |hook| hook.severity).word().to_owned(),
            _ => return None,
        };
        Some(text)
    }
}

fn severity(reader: &Reader<'_>, key: &'static str, default: Severity) -> Result<Severity, ConfigError> {
    let Some(text) = reader.text(key)? else { return Ok(default) };
    let words = Severity::WORDS.map(|(word, _)| word).join(", ");
    Severity::from_word(&text)
        .ok_or_else(|| reader.refuse(key, format!("one of {words}"), format!("{} is usual", default.word())))
}

fn number(
    reader: &Reader<'_>,
    key: &'static str,
    default: u64,
    range: RangeInclusive<u64>,
) -> Result<u64, ConfigError> {
    match reader.number(key)?.map(u64::try_from) {
        None => Ok(default),
        Some(Ok(number)) if range.contains(&number) => Ok(number),
        Some(Ok(_) | Err(_)) => {
            let rule = format!("a whole number from {} to {}", range.start(), range.end());
            Err(reader.refuse(key, rule, format!("{default} is usual")))
        }
    }
}

fn seconds(
    reader: &Reader<'_>,
    key: &'static str,
    default: u64,
    range: RangeInclusive<u64>,
) -> Result<SignedDuration, ConfigError> {
    let seconds = number(reader, key, default, range)?;
    Ok(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// An address over HTTPS, or over HTTP on this machine: tokens and alerts do not travel in the clear.
fn address(reader: &Reader<'_>, key: &'static str) -> Result<Option<String>, ConfigError> {
    let Some(text) = reader.text(key)? else { return Ok(None) };
    let is_usable = |url: &reqwest::Url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        plain && !host.is_empty() && (url.scheme() == "https" || (url.scheme() == "http" && here))
    };
    if text.parse().as_ref().is_ok_and(is_usable) {
        return Ok(Some(text));
    }
    let rule = "an address that begins with https://, without user and password; http:// only on this machine";
    Err(reader.refuse(key, rule, "for example \"https://alerts.example.net/tollgate\""))
}

fn telegram(reader: &Reader<'_>) -> Result<Option<TelegramKeys>, ConfigError> {
    let api_url = address(reader, "alerts.telegram.api_url")?.unwrap_or_else(|| API_URL.to_owned());
    let severity = severity(reader, "alerts.telegram.severity", Severity::Warning)?;
    let mut chats = BTreeSet::new();
    let named = reader.list("alerts.telegram.chats")?;
    if named.len() > CHATS_MAX {
        return Err(reader.refuse("alerts.telegram.chats", "at most 20 chats", "make a group, and name that"));
    }
    for text in named {
        let chat = text.parse().map_err(|rule: &str| {
            reader.refuse(
                "alerts.telegram.chats",
                rule,
                "write chats = [\"123456789\"]; docs/alerts.md says how to find it",
            )
        })?;
        chats.insert(chat);
    }
    match (reader.path("alerts.telegram.token_file")?, chats.is_empty()) {
        (None, true) => Ok(None),
        (Some(token_file), false) => Ok(Some(TelegramKeys { token_file, chats, api_url, severity })),
        (Some(_), true) => Err(reader.refuse(
            "alerts.telegram.chats",
            "at least one chat beside the token",
            "docs/alerts.md says how to find its number",
        )),
        (None, false) => Err(reader.refuse(
            "alerts.telegram.token_file",
            "the file with the bot's token",
            "docs/alerts.md says how to get one",
        )),
    }
}

fn webhook(reader: &Reader<'_>) -> Result<Option<WebhookKeys>, ConfigError> {
    let url = address(reader, "alerts.webhook.url")?;
    let ca_file = reader.path("alerts.webhook.ca_file")?;
    let severity = severity(reader, "alerts.webhook.severity", Severity::Info)?;
    match (url, reader.path("alerts.webhook.secret_file")?) {
        (None, None) => Ok(None),
        (Some(url), Some(secret_file)) => Ok(Some(WebhookKeys { url, secret_file, ca_file, severity })),
        (Some(_), None) => {
            let hint = "make one: openssl rand -hex 32; and give it mode 0600";
            Err(reader.refuse(
                "alerts.webhook.secret_file",
                "the file with the secret that messages are signed with",
                hint,
            ))
        }
        (None, Some(_)) => Err(reader.refuse("alerts.webhook.url", "the address beside the secret", "https://…")),
    }
}

#[cfg(test)]
#[path = "alerts_tests.rs"]
mod tests;
