//! What is to be sent on each way now, and when a way that took nothing is tried again.

use super::book::AlertBook;
use super::entry::{Alert, AlertId, ChannelId, Entry};
use super::kind::Severity;
use super::quiet::QuietHours;
use jiff::{SignedDuration, Timestamp};

/// Alerts of one message.
pub const BATCH_MAX: usize = 20;
/// The first rest of a way that took nothing; each one after it is twice as long.
const REST_MIN: SignedDuration = SignedDuration::from_secs(2);
/// The longest.
const REST_MAX: SignedDuration = SignedDuration::from_mins(10);
/// What no way has taken for so long is given up there; it stays in the list.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// A way that was never tried, such as a new one, is not told what is older than this.
const OLD_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// An alert is told again at most so often.
const REMINDERS_MAX: u32 = 24;

/// What goes by one way.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRules {
    /// Which.
    pub channel: ChannelId,
    /// What is less than this does not go there.
    pub severity_min: Severity,
    /// When only what is grave goes there.
    pub quiet: Option<QuietHours>,
    /// How long after it was told something critical is told again, unless it is over or somebody acknowledged it; `None` is never.
    pub remind_after: Option<SignedDuration>,
}

/// What is sent on a way now, as one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Which way.
    pub channel: ChannelId,
    /// Oldest first.
    pub alerts: Vec<Alert>,
    /// How many more wait behind them.
    pub behind: usize,
}

/// The rest after so many failures in a row; a way that names a longer one is believed, up to the longest.
pub fn backoff(failures: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let doubled = (0..failures.min(16)).fold(REST_MIN, |rest, _| (rest + rest).min(REST_MAX));
    asked.map_or(doubled, |asked| asked.clamp(REST_MIN, SignedDuration::from_hours(1)).max(doubled))
}

impl AlertBook {
    /// What is to be sent on a way now; `None` when nothing is.
    pub fn due(&self, rules: &ChannelRules, now: Timestamp) -> Option<Parcel> {
        if self.health.get(&rules.channel).is_some_and(|health| now < health.next_at) {
            return None;
        }
        let mut due = self.alerts().filter(|alert| is_due(alert, rules, now));
        let alerts: Vec<Alert> = due.by_ref().take(BATCH_MAX).cloned().collect();
        let behind = due.count();
        (!alerts.is_empty()).then(|| Parcel { channel: rules.channel.clone(), alerts, behind })
    }

    /// That a way took nothing, and what is given up there with it.
    pub fn failed(&self, parcel: &Parcel, error: &str, asked: Option<SignedDuration>, now: Timestamp) -> Vec<Entry> {
        let failures = self.health.get(&parcel.channel).map_or(0, |health| health.failures);
        let next_at = now.checked_add(backoff(failures, asked)).unwrap_or(Timestamp::MAX);
        let channel = parcel.channel.clone();
        let failed = Entry::Failed { channel: channel.clone(), at: now, error: error.to_owned(), next_at };
        let too_old = |alert: &&Alert| now.duration_since(alert.raised_at) >= GIVE_UP_AFTER;
        let ids: Vec<AlertId> = parcel.alerts.iter().filter(too_old).map(|alert| alert.id).collect();
        let gave_up = (!ids.is_empty()).then_some(Entry::GaveUp { channel, ids, at: now });
        std::iter::once(failed).chain(gave_up).collect()
    }
}

fn is_due(alert: &Alert, rules: &ChannelRules, now: Timestamp) -> bool {
    let held_back = rules.quiet.as_ref().is_some_and(|quiet| quiet.hold_back(alert.reach, now));
    if alert.reach < rules.severity_min || held_back {
        return false;
    }
    let Some(delivery) = alert.deliveries.get(&rules.channel) else {
        return now.duration_since(alert.raised_at) < OLD_AFTER;
    };
    match (delivery.given_up_at, delivery.told_at, rules.remind_after) {
        (Some(_), _, _) => false,
        (None, None, _) => true,
        (None, Some(_), None) => false,
        (None, Some(told_at), Some(after)) => {
            let lasts = alert.acked.is_none() && alert.closed_at.is_none();
            let grave = alert.severity == Severity::Critical && delivery.reminders < REMINDERS_MAX;
            lasts && grave && now.duration_since(told_at) >= after
        }
    }
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
