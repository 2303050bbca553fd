//! What is to be sent on each way now, and when a way that took nothing is tried again.

use super::book::AlertBook;
use super::entry::{Alert, AlertId, ChannelId, Entry};
use super::kind::Severity;
use super::quiet::QuietHours;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;

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
/// After so many failures in a row alerts are tried one by one: one that is refused must not hold back the rest.
const ONE_BY_ONE_AFTER: u32 = 3;
/// The longest rest that a way may ask for.
const ASKED_MAX: SignedDuration = SignedDuration::from_hours(1);
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
    asked.map_or(doubled, |asked| asked.clamp(REST_MIN, ASKED_MAX).max(doubled))
}

impl AlertBook {
    /// What is to be sent on a way now, the gravest where not all fit; `None` when nothing is.
    pub fn due(&self, rules: &ChannelRules, now: Timestamp) -> Option<Parcel> {
        let health = self.health.get(&rules.channel);
        // No rest is longer than the longest: a clock that was set back waits for nothing.
        let rests = |next_at: Timestamp| now < next_at && next_at.duration_since(now) <= ASKED_MAX;
        if health.is_some_and(|health| rests(health.next_at)) {
            return None;
        }
        let mut due: Vec<&Alert> = self.alerts().filter(|alert| is_due(alert, rules, now)).collect();
        let all = due.len();
        due.sort_by_key(|alert| (Reverse(alert.reach), alert.id));
        let failures = health.map_or(0, |health| health.failures);
        if failures >= ONE_BY_ONE_AFTER {
            let place = usize::try_from(failures - ONE_BY_ONE_AFTER).unwrap_or(0).checked_rem(all).unwrap_or(0);
            due = due.get(place).copied().into_iter().collect();
        }
        due.truncate(BATCH_MAX);
        due.sort_by_key(|alert| alert.id);
        let alerts: Vec<Alert> = due.into_iter().cloned().collect();
        let behind = all.saturating_sub(alerts.len());
        (!alerts.is_empty()).then(|| Parcel { channel: rules.channel.clone(), alerts, behind })
    }

    /// That a way took nothing, and what is given up there with it.
    pub fn failed(
        &self,
        rules: &ChannelRules,
        error: &str,
        asked: Option<SignedDuration>,
        now: Timestamp,
    ) -> Vec<Entry> {
        let channel = rules.channel.clone();
        let failures = self.health.get(&channel).map_or(0, |health| health.failures);
        let next_at = now.checked_add(backoff(failures, asked)).unwrap_or(Timestamp::MAX);
        let failed = Entry::Failed { channel: channel.clone(), at: now, error: error.to_owned(), next_at };
        let too_old =
            |alert: &&Alert| now.duration_since(alert.raised_at) >= GIVE_UP_AFTER && is_due(alert, rules, now);
        let ids: Vec<AlertId> = self.alerts().filter(too_old).map(|alert| alert.id).collect();
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
