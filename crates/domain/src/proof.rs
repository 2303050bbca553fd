//! When silence is proof: the one rule by which an order that nobody can find is released without a human.
//!
//! The broker keeps executions since its midnight only, and completed orders for a short while. An order is proven dead
//! when every list was complete, the executions reach back to before it was sent, the positions are what the journal's
//! trades add up to, and the broker's day has closed since: then nothing of it traded, and nothing of it can trade any
//! more. Whatever is missing leaves it missing: a Friday fill is absent on Saturday.

use crate::broker_calendar::BrokerCalendar;
use crate::group::Group;
use crate::lifecycle::OrdStatus;
use crate::mutation::{self, Mutation};
use crate::order_record::OrderRecord;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The broker's clock and ours may differ: the window must reach back further than the send by this much.
pub const CLOCK_MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// What proved that an order is dead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeathProof {
    /// When the look began whose complete lists do not show it.
    pub looked_at: Timestamp,
    /// When it was first sent or may have been.
    pub sent_at: Timestamp,
    /// The executions of that look are complete since then.
    pub executions_since: Timestamp,
    /// The broker's day closed between sending and looking.
    pub day_closed_at: Timestamp,
    /// The position that the journal and the broker agree upon.
    pub position: Decimal,
}

/// Why an order may still be, or have been, alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StillPossible {
    /// Its state is not `Missing`, or it was found missing only after the look began.
    NotMissing,
    /// It was never sent, or at no known time.
    NeverSent,
    /// Another order works under its reference.
    TwinLives,
    /// No order of its bracket was ever shown: it may wait at the broker's screen, untransmitted, where no list shows it.
    MayWaitUntransmitted,
    /// Since when the executions are complete is not known.
    WindowUnknown,
    /// The executions begin after it was sent: it may have traded before.
    WindowTooShort,
    /// The broker's day has not closed since it was sent.
    DayOpen,
    /// The positions were not compared, or do not agree.
    PositionsDiffer,
}

impl fmt::Display for StillPossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotMissing => "it was not missing before this look",
            Self::NeverSent => "it was not sent",
            Self::TwinLives => "another order works under its reference",
            Self::MayWaitUntransmitted => "its bracket may wait untransmitted: only the screen of TWS tells",
            Self::WindowUnknown => "since when the broker's executions are complete is not known",
            Self::WindowTooShort => "the broker's executions begin after it was sent: it may have traded before",
            Self::DayOpen => "the broker's day has not closed since it was sent",
            Self::PositionsDiffer => "the position was not compared with the broker's, or differs from it",
        })
    }
}

/// What one complete look can prove.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// When it began.
    pub taken_at: Timestamp,
    /// Since when its executions are complete.
    pub executions_since: Option<Timestamp>,
    /// When the broker's days close.
    pub calendar: &'a BrokerCalendar,
}

/// Whether a complete look that does not show the order proves it dead. `group` is its bracket, `position` what journal
/// and broker agree upon, if they do.
///
/// # Errors
/// What it may still be.
pub fn proof_of_death(
    order: &OrderRecord,
    group: Option<&Group<'_>>,
    look: &Look<'_>,
    position: Option<Decimal>,
) -> Result<DeathProof, StillPossible> {
    if order.status != OrdStatus::Missing || order.updated_at >= look.taken_at {
        return Err(StillPossible::NotMissing);
    }
    if order.live_twins().next().is_some() {
        return Err(StillPossible::TwinLives);
    }
    if group.is_some_and(|group| !group.is_known_to_broker()) {
        return Err(StillPossible::MayWaitUntransmitted);
    }
    let (Some(first), Some(last)) = (order.attempts.first(), order.attempts.last()) else {
        return Err(StillPossible::NeverSent);
    };
    let executions_since = look.executions_since.ok_or(StillPossible::WindowUnknown)?;
    let covered = executions_since.checked_add(CLOCK_MARGIN).is_ok_and(|since| since <= first.at);
    if !covered && !mutation::is_on(Mutation::FridayFillDead) {
        return Err(StillPossible::WindowTooShort);
    }
    let day_closed_at = look.calendar.close_after(last.at).ok_or(StillPossible::DayOpen)?;
    let closed = day_closed_at.checked_add(CLOCK_MARGIN).is_ok_and(|closed| closed <= look.taken_at);
    if !closed {
        return Err(StillPossible::DayOpen);
    }
    let position = position.ok_or(StillPossible::PositionsDiffer)?;
    Ok(DeathProof { looked_at: look.taken_at, sent_at: first.at, executions_since, day_closed_at, position })
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
