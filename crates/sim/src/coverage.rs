//! Which cells of the lifecycle's table the runs have met, of those that the engine can bring about.

use domain::lifecycle::{self, EventKind as E, OrdStatus as S, Transition};
use std::collections::BTreeMap;

/// How often each cell was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<(S, E), u64>);

impl Coverage {
    /// A cell was met.
    pub fn note(&mut self, status: S, kind: E) {
        *self.0.entry((status, kind)).or_insert(0) += 1;
    }

    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        for (cell, count) in &other.0 {
            *self.0.entry(*cell).or_insert(0) += count;
        }
    }

    /// How many cells can be met, and those of them that were not.
    pub fn missing(&self) -> (usize, Vec<(S, E)>) {
        let possible: Vec<(S, E)> = S::ALL
            .into_iter()
            .flat_map(|status| E::ALL.into_iter().map(move |kind| (status, kind)))
            .filter(|(status, kind)| can_happen(*status, *kind))
            .collect();
        let missing = possible.iter().copied().filter(|cell| !self.0.contains_key(cell)).collect();
        (possible.len(), missing)
    }

    /// The cells that were met least often, and how often.
    pub fn rarest(&self, count: usize) -> Vec<(S, E, u64)> {
        let mut met: Vec<(S, E, u64)> = self.0.iter().map(|((status, kind), times)| (*status, *kind, *times)).collect();
        met.sort_by_key(|(.., times)| *times);
        met.truncate(count);
        met
    }

    /// Cells that were met although this file says that they cannot be.
    pub fn unexpected(&self) -> Vec<(S, E)> {
        self.0.keys().copied().filter(|(status, kind)| !can_happen(*status, *kind)).collect()
    }
}

/// Whether the engine can bring this event to an order in this state. The table says more: it also knows what to do with
/// words that never get that far, so that a record of them would still replay.
fn can_happen(status: S, kind: E) -> bool {
    if lifecycle::next(status, kind) == Transition::Never {
        return false;
    }
    match status {
        // Nobody has sent these: whatever the broker says in their name is an orphan and an alarm, not an event.
        S::PendingApproval => matches!(kind, E::Released | E::Refused | E::CancelRequested),
        S::Denied | S::Simulated => false,
        // IBKR has no word for it: what runs out is canceled.
        S::Expired => false,
        S::Submitting
        | S::Unconfirmed
        | S::Missing
        | S::Working
        | S::PendingCancel
        | S::PendingReplace
        | S::Filled
        | S::Canceled
        | S::Rejected => can_happen_to_sent(status, kind),
    }
}

fn can_happen_to_sent(status: S, kind: E) -> bool {
    match kind {
        // A kill before the send is told as not sent; nothing says expired.
        E::Killed | E::Expired => false,
        // The first report of a write; later ones say nothing new.
        E::Written => status == S::Submitting,
        E::SendUnknown | E::LinkLost => matches!(status, S::Submitting | S::PendingReplace),
        // With a change under way it is the change that was not sent.
        E::NotSent => status != S::PendingReplace,
        // Of what the adapter never told whether it left, a look tells as much as of the rest; what is missing is missing
        // already.
        E::NotFound => {
            matches!(status, S::Submitting | S::Unconfirmed | S::Working | S::PendingCancel | S::PendingReplace)
        }
        E::CancelUnsent => !status.is_final(),
        // Repeats about what is over are no news.
        E::Held => !matches!(status, S::Filled | S::Rejected),
        E::CancelPending | E::Inactive => !status.is_final(),
        E::Canceled => status != S::Canceled,
        // While a change is open a refusal speaks of the change.
        E::Rejected => status != S::PendingReplace,
        // A person's word counts only for what a look did not find.
        E::ResolvedDead => status == S::Missing,
        // Nothing was traded before the first answer.
        E::Corrected | E::CommissionJoined | E::Busted => status != S::Submitting,
        E::Released
        | E::Refused
        | E::CancelRequested
        | E::ReplaceRequested
        | E::ReplaceUnsent
        | E::Acknowledged
        | E::ExecutedPart
        | E::ExecutedAll
        | E::ExecutedOver
        | E::ReportedFilled
        | E::CancelRefused
        | E::ReplaceRefused
        | E::Doubled
        | E::Informed => true,
    }
}
