//! The bot's ear: commands from the chats that are on the list. It looks, and it stops trading; it approves, arms and resumes nothing.

use super::bot_text;
use super::service::Alerts;
use super::telegram::{ChatId, Message, Telegram, Update};
use async_trait::async_trait;
use domain::alert::{AlertKind, News, Severity};
use domain::fault::Fault;
use domain::principal::Principal;
use domain::trading_state::{KillScope, TradingState};
use engine::{Clock, Desk, SignOfLife};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Rests after a question for updates that failed.
const REST_MIN: Duration = Duration::from_secs(1);
const REST_MAX: Duration = Duration::from_mins(1);
/// Runs that are told.
const RUNS_MAX: usize = 5;
/// Longest reason that is taken from a chat, characters.
const REASON_MAX: usize = 200;

/// Tells the newest runs of the loop, a line each, newest first.
#[async_trait]
pub trait Runs: Send + Sync + fmt::Debug {
    /// At most so many.
    ///
    /// # Errors
    /// They cannot be told.
    async fn newest(&self, limit: usize) -> Result<Vec<String>, Fault>;
}

/// What the bot's ear is made of.
#[derive(Debug)]
pub struct Bot {
    /// The bot.
    pub telegram: Telegram,
    /// Who may command.
    pub chats: BTreeSet<ChatId>,
    /// Who asks the desk: an agent with `read` and `kill`.
    pub by: Principal,
    /// The loop's runs; `None` without a loop.
    pub runs: Option<Arc<dyn Runs>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the ear shows of itself.
    pub life: Arc<SignOfLife>,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Status,
    Positions,
    Runs,
    Kill(String),
    Help,
}

impl Word {
    /// Reads `/kill@name the reason`; anything else is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (word, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let word = word.split_once('@').map_or(word, |(word, _bot)| word);
        match word.to_ascii_lowercase().as_str() {
            "/status" => Some(Self::Status),
            "/positions" => Some(Self::Positions),
            "/runs" => Some(Self::Runs),
            "/kill" => {
                let plain = rest.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
                Some(Self::Kill(plain.take(REASON_MAX).collect()))
            }
            "/help" | "/start" => Some(Self::Help),
            _ => None,
        }
    }
}

impl Bot {
    /// Listens until the other end of `ending` is gone.
    pub async fn run(self, desk: Arc<dyn Desk>, alerts: Alerts, mut ending: oneshot::Receiver<()>) {
        let mut rest = REST_MIN;
        let mut failed = String::new();
        loop {
            let heard = tokio::select! {
                biased;
                _ = &mut ending => return,
                heard = self.telegram.updates(alerts.next_update()) => heard,
            };
            let pause = match heard {
                Ok(updates) => {
                    self.life.show(self.clock.now());
                    (rest, failed) = (REST_MIN, String::new());
                    self.hear(desk.as_ref(), &alerts, updates).await.err().map(|fault| fault.to_string())
                }
                Err(refused) => Some(refused.why),
            };
            if let Some(why) = pause {
                if failed != why {
                    tracing::warn!(%why, "the bot hears nothing; it is tried again");
                }
                failed = why;
                tokio::select! {
                    biased;
                    _ = &mut ending => return,
                    // tidy: sleep — a server that does not answer is left alone for a while
                    () = tokio::time::sleep(rest) => {}
                }
                rest = (rest + rest).min(REST_MAX);
            }
        }
    }

    /// Obeys and answers, one update after the other. What was obeyed is noted behind it: after a crash between the two it is obeyed
    /// again, which for all of these words does no harm.
    async fn hear(&self, desk: &dyn Desk, alerts: &Alerts, updates: Vec<Update>) -> Result<(), Fault> {
        for update in updates {
            if let Some(message) = update.message {
                self.answer(desk, alerts, message).await;
            }
            alerts.heard(update.update_id.saturating_add(1)).await?;
        }
        Ok(())
    }

    async fn answer(&self, desk: &dyn Desk, alerts: &Alerts, message: Message) {
        let chat = message.chat.id;
        let Some(text) = message.text else { return };
        if !self.chats.contains(&chat) {
            let who = message.from.map_or("somebody".to_owned(), |user| {
                user.username.map_or(format!("user {}", user.id), |name| format!("user {} ({name})", user.id))
            });
            let title = format!("A chat that is not on the list speaks to the bot: {chat}");
            let news = News::new(AlertKind::Stranger, Severity::Warning, &chat.to_string(), &title, self.clock.now());
            alerts.say(news.saying(&format!("{who} was ignored."))).await;
            return;
        }
        // A chat is no command line: what is none of the words may be meant for others in it.
        let Some(word) = Word::read(&text) else { return };
        let said = match word {
            Word::Status => bot_text::status(desk, &self.by),
            Word::Positions => bot_text::positions(desk, &self.by).await,
            Word::Runs => self.runs().await,
            Word::Kill(reason) => self.kill(desk, chat, &reason).await,
            Word::Help => Ok(bot_text::HELP.to_owned()),
        };
        let said = said.unwrap_or_else(|fault| format!("That did not work: {fault}"));
        if let Err(refused) = self.telegram.say(chat, &said, false).await {
            tracing::warn!(why = %refused.why, "the bot's answer did not arrive");
        }
    }

    async fn runs(&self) -> Result<String, Fault> {
        let Some(runs) = &self.runs else { return Ok("There is no loop in this gateway.".to_owned()) };
        let lines = runs.newest(RUNS_MAX).await?;
        Ok(if lines.is_empty() { "There was no run yet.".to_owned() } else { lines.join("\n") })
    }

    async fn kill(&self, desk: &dyn Desk, chat: ChatId, reason: &str) -> Result<String, Fault> {
        let why = if reason.is_empty() { "no reason given" } else { reason };
        let reason = format!("telegram chat {chat}: {why}");
        desk.set_trading_state(&self.by, KillScope::Global, TradingState::Halted, reason).await?;
        Ok("HALTED. No new order leaves, and every working order is being canceled; /status shows what is left. Only a human \
            with an admin key can resume: `tollgate kill off`."
            .to_owned())
    }
}

#[cfg(test)]
#[path = "bot_tests.rs"]
mod tests;
