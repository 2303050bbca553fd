//! The outbox as a whole: what its entries add up to, and what news adds to it.

use super::entry::{Alert, AlertId, ChannelId, Cursor, Delivery, Entry};
use super::kind::{AlertKind, Severity};
use super::news::{News, Turn};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Alerts that are kept; beyond so many those are forgotten that are over, then those that were told, the mildest and oldest first.
const ALERTS_MAX: usize = 2_000;
/// So long Telegram keeps what nobody heard.
const HEARD_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Topics that are kept; beyond so many those that were told longest ago are forgotten: what repeats then is told once more.
const TOPICS_MAX: usize = 4_000;

/// What somebody was last told about a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Topic {
    /// The alert that told it.
    told: AlertId,
    /// When.
    told_at: Timestamp,
    /// Whether it lasts, as far as somebody was told.
    is_open: bool,
    /// What repeats, waiting for its time.
    folded: Option<Folded>,
}

impl Topic {
    fn lasts(&self) -> bool {
        self.is_open || self.folded.as_ref().is_some_and(|folded| folded.news.turn == Turn::Opens)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Folded {
    news: News,
    count: u64,
    due_at: Timestamp,
}

/// How one way has fared lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Health {
    /// Failures in a row.
    pub(super) failures: u32,
    /// Nothing is tried before this.
    pub(super) next_at: Timestamp,
    /// Why.
    pub(super) error: String,
}

/// A topic is no text: stored as a list.
mod pairs {
    use super::{AlertKind, BTreeMap, Topic};
    use serde::{Deserialize, Deserializer, Serializer};

    type Topics = BTreeMap<(AlertKind, String), Topic>;

    pub(super) fn serialize<S: Serializer>(topics: &Topics, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(topics)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Topics, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

/// A number is no key of JSON in a tagged entry: stored as a list.
mod listed {
    use super::{Alert, AlertId, BTreeMap};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        alerts: &BTreeMap<AlertId, Alert>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(alerts.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<AlertId, Alert>, D::Error> {
        let alerts: Vec<Alert> = Vec::deserialize(deserializer)?;
        Ok(alerts.into_iter().map(|alert| (alert.id, alert)).collect())
    }
}

/// Every alert that is kept, what was last told about each topic, and how far the journal was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertBook {
    newest: u64,
    /// How far the journal was read; `None` before the first reading.
    pub cursor: Option<Cursor>,
    /// The bot's next update; 0 before the first.
    pub next_update: i64,
    /// When it heard the one before it.
    #[serde(default)]
    pub heard_at: Option<Timestamp>,
    /// Alerts that were forgotten before any way had taken them.
    pub forgotten: u64,
    #[serde(with = "listed")]
    alerts: BTreeMap<AlertId, Alert>,
    #[serde(with = "pairs")]
    topics: BTreeMap<(AlertKind, String), Topic>,
    pub(super) health: BTreeMap<ChannelId, Health>,
}

impl AlertBook {
    /// Every alert, oldest first.
    pub fn alerts(&self) -> impl DoubleEndedIterator<Item = &Alert> {
        self.alerts.values()
    }

    /// One alert.
    pub fn alert(&self, id: AlertId) -> Option<&Alert> {
        self.alerts.get(&id)
    }

    /// Why a way takes nothing at the moment, if that is so.
    pub fn trouble(&self, channel: &ChannelId) -> Option<&str> {
        self.health.get(channel).map(|health| health.error.as_str())
    }

    /// Whether somebody was told that it is so, or is about to be.
    pub fn is_open(&self, kind: AlertKind, subject: &str) -> bool {
        self.topics.get(&(kind, subject.to_owned())).is_some_and(Topic::lasts)
    }

    /// What of a kind somebody was told of and lasts, as far as he knows.
    pub fn open_subjects(&self, kind: AlertKind) -> impl Iterator<Item = &str> {
        let open = self.topics.iter().filter(move |((of, _), topic)| *of == kind && topic.lasts());
        open.map(|((_, subject), _)| subject.as_str())
    }

    /// What a piece of news adds. `window` is how long what repeats is held back.
    pub fn hear(&self, news: &News, now: Timestamp, window: SignedDuration) -> Option<Entry> {
        let topic = self.topics.get(&(news.kind, news.subject.clone()));
        let Some(topic) = topic else {
            return (news.turn != Turn::Closes || news.at_once).then(|| self.raise(news, 1, now));
        };
        // What a clock that was set back told in the future holds nothing back.
        let due_at = topic.told_at.checked_add(window).ok().filter(|due| *due > now && topic.told_at <= now);
        let told = self.alerts.get(&topic.told);
        // What is graver than whatever was told is no repetition.
        let is_graver = told.is_some_and(|told| news.severity > told.reach);
        let is_other = told.is_none_or(|told| (told.severity, &told.title) != (news.severity, &news.title));
        match (news.turn, topic.is_open, due_at) {
            (Turn::Opens, true, _) => (is_graver || (news.at_once && is_other)).then(|| self.raise(news, 1, now)),
            (Turn::Closes, false, _) if news.at_once => is_other.then(|| self.raise(news, 1, now)),
            (Turn::Happens, _, Some(_)) | (Turn::Opens, false, Some(_)) if is_graver || news.at_once => {
                Some(self.raise(news, 1, now))
            }
            (Turn::Closes, true, _) => Some(self.raise(news, 1, now)),
            (Turn::Closes, false, _) => {
                topic.folded.as_ref().map(|_| Entry::Unfolded { kind: news.kind, subject: news.subject.clone() })
            }
            (Turn::Happens, _, Some(due_at)) | (Turn::Opens, false, Some(due_at)) => {
                let due_at = topic.folded.as_ref().map_or(due_at, |folded| folded.due_at);
                Some(Entry::Folded { news: Box::new(news.clone()), due_at })
            }
            (Turn::Happens, _, None) | (Turn::Opens, false, None) => Some(self.raise(news, 1, now)),
        }
    }

    /// What was folded and whose time has come.
    pub fn unfold(&self, now: Timestamp) -> Vec<Entry> {
        // A clock that was set back does not keep what waits until it has caught up.
        let is_due = |topic: &Topic, folded: &Folded| folded.due_at <= now || topic.told_at > now;
        let folded = self.topics.values().filter_map(|topic| topic.folded.as_ref().map(|folded| (topic, folded)));
        let due = folded.filter(|(topic, folded)| is_due(topic, folded)).map(|(_, folded)| folded);
        let mut entries = Vec::new();
        for (place, folded) in (1..).zip(due) {
            let mut entry = self.raise(&folded.news, folded.count, now);
            if let Entry::Raised { alert, .. } = &mut entry {
                alert.id = AlertId(self.newest.saturating_add(place));
            }
            entries.push(entry);
        }
        entries
    }

    fn raise(&self, news: &News, count: u64, now: Timestamp) -> Entry {
        let opens = news.turn == Turn::Opens;
        let title = if count > 1 { format!("{} ({count} times)", news.title) } else { news.title.clone() };
        let topic = self.topics.get(&(news.kind, news.subject.clone())).filter(|topic| topic.is_open);
        let before = topic.and_then(|topic| self.alerts.get(&topic.told));
        let alert = Alert {
            id: AlertId(self.newest.saturating_add(1)),
            kind: news.kind,
            subject: news.subject.clone(),
            severity: news.severity,
            reach: before.map_or(news.severity, |before| before.reach.max(news.severity)),
            title,
            text: news.text.clone(),
            seq: news.seq,
            at: news.at,
            raised_at: now,
            count,
            is_open: opens,
            closed_at: None,
            acked: None,
            deliveries: BTreeMap::new(),
        };
        Entry::Raised { alert: Box::new(alert), opens }
    }

    /// Books an entry.
    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Raised { alert, opens } => self.raised(alert, *opens),
            Entry::Folded { news, due_at } => {
                if let Some(topic) = self.topics.get_mut(&(news.kind, news.subject.clone())) {
                    let count = topic.folded.as_ref().map_or(1, |folded| folded.count.saturating_add(1));
                    topic.folded = Some(Folded { news: (**news).clone(), count, due_at: *due_at });
                }
            }
            Entry::Unfolded { kind, subject } => {
                if let Some(topic) = self.topics.get_mut(&(*kind, subject.clone())) {
                    topic.folded = None;
                }
            }
            Entry::Read { cursor } => self.cursor = Some(cursor.clone()),
            Entry::Delivered { channel, ids, at } => {
                self.health.remove(channel);
                for delivery in self.deliveries(channel, ids) {
                    if delivery.delivered_at.is_some() {
                        delivery.reminders = delivery.reminders.saturating_add(1);
                    } else {
                        delivery.delivered_at = Some(*at);
                    }
                    delivery.told_at = Some(*at);
                }
            }
            Entry::Failed { channel, error, next_at, .. } => {
                let failures = self.health.get(channel).map_or(1, |health| health.failures.saturating_add(1));
                let health = Health { failures, next_at: *next_at, error: error.clone() };
                self.health.insert(channel.clone(), health);
            }
            Entry::GaveUp { channel, ids, at } => {
                for delivery in self.deliveries(channel, ids) {
                    delivery.given_up_at = Some(*at);
                }
            }
            Entry::Acked { id, by, at } => {
                if let Some(alert) = self.alerts.get_mut(id) {
                    alert.acked = Some((by.clone(), *at));
                }
            }
            Entry::Heard { next_update, at } => (self.next_update, self.heard_at) = (*next_update, *at),
            Entry::Whole { book } => *self = (**book).clone(),
        }
    }

    fn deliveries<'a>(
        &'a mut self,
        channel: &'a ChannelId,
        ids: &'a [AlertId],
    ) -> impl Iterator<Item = &'a mut Delivery> {
        let alerts = self.alerts.iter_mut().filter(move |(id, _)| ids.contains(id));
        alerts.map(|(_, alert)| alert.deliveries.entry(channel.clone()).or_default())
    }

    fn raised(&mut self, alert: &Alert, opens: bool) {
        self.newest = self.newest.max(alert.id.0);
        let key = (alert.kind, alert.subject.clone());
        if let Some(before) = self.topics.get(&key).filter(|topic| topic.is_open)
            && let Some(told) = self.alerts.get_mut(&before.told)
        {
            (told.is_open, told.closed_at) = (false, Some(alert.at));
        }
        let topic = Topic { told: alert.id, told_at: alert.raised_at, is_open: opens, folded: None };
        self.topics.insert(key, topic);
        self.alerts.insert(alert.id, alert.clone());
        while self.alerts.len() > ALERTS_MAX {
            let Some(gone) = self.alerts.values().min_by_key(|alert| worth(alert)).map(|alert| alert.id) else { break };
            let gone = self.alerts.remove(&gone);
            let was_told = |alert: &Alert| alert.deliveries.values().any(|one| one.delivered_at.is_some());
            let untold = gone.as_ref().is_some_and(|alert| !was_told(alert));
            self.forgotten = self.forgotten.saturating_add(u64::from(untold));
        }
        if self.topics.len() > TOPICS_MAX {
            let oldest =
                self.topics.iter().min_by_key(|(_, topic)| (topic.lasts(), topic.folded.is_some(), topic.told_at));
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.topics.remove(&key);
            }
        }
    }

    /// What the bot has not heard yet, as far as that is still so: Telegram keeps a day, and after a week it counts anew.
    pub fn next_update(&self, now: Timestamp) -> Option<i64> {
        let is_new = |at: &Timestamp| *at <= now && now.duration_since(*at) < HEARD_FOR;
        self.heard_at.filter(is_new).map(|_| self.next_update)
    }

    /// A human has seen it; `None` where there is no such alert, or somebody has seen it before.
    pub fn ack(&self, id: AlertId, by: &str, now: Timestamp) -> Option<Entry> {
        let alert = self.alerts.get(&id).filter(|alert| alert.acked.is_none())?;
        Some(Entry::Acked { id: alert.id, by: by.to_owned(), at: now })
    }
}

/// What is kept rather than what is less: what lasts, what nobody was told yet, what is graver, what is newer.
fn worth(alert: &Alert) -> (bool, bool, Severity, AlertId) {
    let waits = alert.deliveries.values().all(|one| one.delivered_at.is_none() && one.given_up_at.is_none());
    (alert.is_open, waits, alert.reach, alert.id)
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
