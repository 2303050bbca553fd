//! The bot's ear: commands from the chats that are on the list. It looks, and it stops trading; it approves, arms and resumes nothing.

use super::bot_text;
use super::channel::Refused;
use super::service::Alerts;
use super::telegram::{ChatId, Message, Telegram, Update, User};
use async_trait::async_trait;
use domain::alert::{AlertKind, News, Severity};
use domain::fault::Fault;
use domain::principal::Principal;
use domain::trading_state::{KillScope, TradingState};
use engine::{Clock, Desk, SignOfLife};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Rests after a question for updates that failed.
const REST_MIN: Duration = Duration::from_secs(1);
const REST_MAX: Duration = Duration::from_mins(1);
/// The longest rest that the server may ask for.
const ASKED_MAX: Duration = Duration::from_mins(15);
/// What is answered to `/kill off` and the like.
const KILL_WORD: &str = "Nothing was done. /kill REASON stops trading; /status shows what is stopped; only a human with an admin key can \
    resume: `tollgate kill off`.";
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
    /// `/kill` with a word of the command line behind it that asks for something else.
    NotAKill,
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
            // Somebody who writes as on a command line does not give a reason.
            "/kill" if matches!(rest.trim(), "off" | "status" | "reduce") => Some(Self::NotAKill),
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
        // What is heard and not confirmed yet. Once it is, the server has nothing below it; and since it counts anew after a week of
        // silence, a number that is kept for longer would hide what comes then.
        let mut confirms = alerts.next_update(self.clock.now());
        loop {
            let heard = tokio::select! {
                biased;
                _ = &mut ending => return,
                heard = self.telegram.updates(confirms) => heard,
            };
            match heard {
                Ok(updates) => {
                    self.life.show(self.clock.now());
                    (rest, failed) = (REST_MIN, String::new());
                    confirms = self.hear(desk.as_ref(), &alerts, updates).await;
                }
                Err(Refused { why, rest: asked }) => {
                    if failed != why {
                        tracing::warn!(%why, "the bot hears nothing; it is tried again");
                    }
                    failed = why;
                    let pause = pause(rest, asked);
                    tokio::select! {
                        biased;
                        _ = &mut ending => return,
                        // tidy: sleep — a server that does not answer is left alone for a while
                        () = tokio::time::sleep(pause) => {}
                    }
                    rest = (rest + rest).min(REST_MAX);
                }
            }
        }
    }

    /// Obeys and answers, one update after the other; what is to be confirmed then. What was obeyed is noted behind it: after a crash
    /// between the two it is obeyed again, which for all of these words does no harm. Where it cannot be noted it is obeyed once all the
    /// same, as long as this process lives.
    async fn hear(&self, desk: &dyn Desk, alerts: &Alerts, updates: Vec<Update>) -> Option<i64> {
        let mut confirms: Option<i64> = None;
        for update in updates {
            if let Some(message) = update.message {
                self.answer(desk, alerts, message).await;
            }
            let next = update.update_id.saturating_add(1);
            confirms = Some(confirms.map_or(next, |known| known.max(next)));
        }
        if let Some(next_update) = confirms
            && let Err(fault) = alerts.heard(next_update).await
        {
            tracing::warn!(%fault, "what the bot heard cannot be noted; after a crash it may hear it again");
        }
        confirms
    }

    async fn answer(&self, desk: &dyn Desk, alerts: &Alerts, message: Message) {
        let chat = message.chat.id;
        let Some(text) = &message.text else { return };
        if !self.chats.contains(&chat) {
            let who = who(message.from.as_ref());
            let title = format!("A chat that is not on the list speaks to the bot: {chat}");
            // One topic for all of them: many strangers are told as one, with their number.
            let news = News::new(AlertKind::Stranger, Severity::Warning, "bot", &title, self.clock.now());
            alerts.say(news.saying(&format!("{who} was ignored."))).await;
            return;
        }
        // A chat is no command line: what is none of the words may be meant for others in it.
        let Some(word) = Word::read(text) else { return };
        let said = match word {
            // Whoever passes something on does not mean it himself.
            _ if message.is_second_hand() => {
                Ok("This was forwarded, or made by another bot, and is not obeyed.".to_owned())
            }
            Word::Status => bot_text::status(desk, &self.by),
            Word::Positions => bot_text::positions(desk, &self.by).await,
            Word::Runs => self.runs().await,
            Word::Kill(reason) => self.kill(desk, chat, message.from.as_ref(), &reason).await,
            Word::NotAKill => Ok(KILL_WORD.to_owned()),
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

    async fn kill(&self, desk: &dyn Desk, chat: ChatId, from: Option<&User>, reason: &str) -> Result<String, Fault> {
        let why = if reason.is_empty() { "no reason given" } else { reason };
        let reason = format!("telegram chat {chat}, {}: {why}", who(from));
        desk.set_trading_state(&self.by, KillScope::Global, TradingState::Halted, reason).await?;
        Ok("HALTED. No new order leaves, and every working order is being canceled; /status shows what is left. Only a human \
            with an admin key can resume: `tollgate kill off`."
            .to_owned())
    }
}

/// How long a server that refused is left alone: as long as it asks, up to the longest rest.
fn pause(rest: Duration, asked: Option<SignedDuration>) -> Duration {
    let asked = asked.and_then(|asked| Duration::try_from(asked).ok()).unwrap_or_default();
    rest.max(asked.min(ASKED_MAX))
}

fn who(from: Option<&User>) -> String {
    from.map_or("somebody".to_owned(), |user| {
        let name = user.username.as_ref().map(|name| format!(" ({})", name.chars().take(40).collect::<String>()));
        format!("user {}{}", user.id, name.unwrap_or_default())
    })
}

#[cfg(test)]
#[path = "bot_tests.rs"]
mod tests;
