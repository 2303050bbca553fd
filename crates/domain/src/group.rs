//! A bracket's three orders as one group: what is open of them, whether they still stand together, and what to do when
//! they do not. Pure; the engine journals and sends what it says.
//!
//! - **G1** No entry works without its exits: an exit that is gone while its entry may trade, or has traded more than the
//!   exits have closed, cancels the entry's rest and halts the instrument. Nothing is flattened: that is a human's act.
//!   A filled exit excuses its sibling only while nothing is at stake: it may have been made smaller, or its entry may
//!   trade once more behind it.
//! - **G2** Exits never close more than the entry opened; if they did, the instrument is halted.
//! - **G3** No exit is live without its entry: one that is open although its entry ended unfilled is canceled.
//! - **G4** An exit that no list shows is over once its entry is proven to have ended unfilled: IBKR ends it with its
//!   parent, so it can never trade.

use crate::book::{Book, OrderRecord};
use crate::id::{ClOrdId, Leg};
use crate::lifecycle::OrdStatus;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The broker tells what happened to a group order by order: before this has passed, one that lags behind is no fault.
/// Nor is it before journal and broker were compared on this connection.
pub const GRACE: SignedDuration = SignedDuration::from_secs(1);

/// In which way a group broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupFault {
    /// An exit is gone while there is something to protect.
    Unprotected,
    /// The exits closed more than the entry opened.
    OverExited,
}

impl GroupFault {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unprotected => "unprotected",
            Self::OverExited => "over_exited",
        }
    }
}

/// What a group needs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupStep {
    /// Book the fault, halt the instrument, and cancel what is left of the entry.
    Broken {
        /// In which way.
        fault: GroupFault,
        /// In plain words.
        reason: String,
    },
    /// Cancel an exit.
    CancelExit(ClOrdId),
    /// An exit that no list shows is over.
    ExitOver(ClOrdId),
}

/// The tag of an order with that version that last changed then; see [`Book::order_tag`].
pub fn order_tag(version: u32, updated_at: Timestamp) -> String {
    format!("{version}-{}", updated_at.as_nanosecond())
}

/// Steps, and whether to look again after [`GRACE`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupAdvice {
    /// What to do, in this order.
    pub steps: Vec<GroupStep>,
    /// Something is not as it should be, and may only be late.
    pub look_again: bool,
}

/// The orders of one bracket.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// The entry.
    pub entry: &'a OrderRecord,
    /// The exits, as in [`Leg::EXITS`].
    pub exits: [&'a OrderRecord; 2],
}

impl Book {
    /// The exits of an order that were sent with it; none for an order of its own.
    pub fn exits(&self, key: &ClOrdId) -> impl Iterator<Item = &OrderRecord> {
        let bracket = !key.is_exit() && self.orders.get(key).is_some_and(|order| order.intent.bracket.is_some());
        let keys = bracket.then(|| Leg::EXITS.map(|leg| key.leg_key(leg)));
        keys.into_iter().flatten().filter_map(|key| self.order(&key))
    }

    /// The order as it stands, exits included, in a word that changes whenever one of them does.
    pub fn order_tag(&self, key: &ClOrdId) -> Option<String> {
        let order = self.order(key)?;
        let updated_at = self.exits(key).map(|exit| exit.updated_at).fold(order.updated_at, Timestamp::max);
        Some(order_tag(order.version, updated_at))
    }

    /// The bracket that a key belongs to, whichever of its orders it names.
    pub fn group(&self, key: &ClOrdId) -> Option<Group<'_>> {
        let entry = self.orders.get(&key.group())?;
        let mut exits = self.exits(&entry.intent.cl_ord_id);
        Some(Group { entry, exits: [exits.next()?, exits.next()?] })
    }

    /// What of an order may still trade at worst.
    pub fn worst_leaves(&self, order: &OrderRecord) -> Decimal {
        let key = &order.intent.cl_ord_id;
        // Most orders are no exits, and need no look at any other.
        let group = if key.is_exit() { self.group(key) } else { None };
        group.map_or_else(|| order.worst_leaves(), |group| group.exit_leaves(key.leg()))
    }
}

impl Group<'_> {
    /// Whether the broker has shown any of its orders: only a bracket that was transmitted as a whole is shown.
    pub(crate) fn is_known_to_broker(&self) -> bool {
        self.entry.is_known_to_broker() || self.exits.iter().any(|exit| exit.is_known_to_broker())
    }

    /// What the exits have closed.
    fn closed(&self) -> Decimal {
        self.exits.iter().map(|exit| exit.cum_qty()).sum()
    }

    /// What the entry opened and no exit has closed yet.
    fn uncovered(&self) -> Decimal {
        (self.entry.cum_qty() - self.closed()).max(Decimal::ZERO)
    }

    /// What an exit may still trade at worst. The exits of an unfilled entry trade nothing; of a filled one both may
    /// close the same quantity, so the first that lives carries all of it. One that is larger than its entry closes more
    /// than that: it counts for itself.
    fn exit_leaves(&self, leg: Leg) -> Decimal {
        let larger = self.exits.iter().find(|exit| exit.intent.cl_ord_id.leg() == leg);
        let larger = larger.filter(|exit| exit.status.may_be_live() && exit.larger_total() > self.entry.larger_total());
        if let Some(exit) = larger {
            return exit.worst_leaves();
        }
        let bearer = self.exits.iter().find(|exit| exit.status.may_be_live());
        match bearer {
            Some(bearer) if bearer.intent.cl_ord_id.leg() == leg => bearer.worst_leaves().min(self.uncovered()),
            Some(_) | None => Decimal::ZERO,
        }
    }

    /// What the group needs at `now`; `compared` says whether journal and broker were compared on this connection.
    pub fn advice(&self, now: Timestamp, compared: bool) -> GroupAdvice {
        let is_late = |since: Timestamp| compared && since.checked_add(GRACE).is_ok_and(|end| end <= now);
        let mut advice = GroupAdvice::default();
        if self.entry.status.is_final() && self.entry.cum_qty().is_zero() {
            self.end_exits(is_late, &mut advice);
        } else {
            self.protect(is_late, &mut advice);
        }
        if self.closed() > self.entry.cum_qty() && !self.entry.group_faults.contains_key(&GroupFault::OverExited) {
            let heard = self.exits.iter().map(|exit| exit.updated_at).max();
            if heard.is_some_and(is_late) {
                let reason = format!(
                    "the exits of {} closed {} of the {} that it opened: look at the position",
                    self.entry.intent.cl_ord_id,
                    self.closed().normalize(),
                    self.entry.cum_qty().normalize(),
                );
                advice.steps.push(GroupStep::Broken { fault: GroupFault::OverExited, reason });
            } else {
                advice.look_again = true;
            }
        }
        advice
    }

    /// G3 and G4: the entry ended unfilled.
    fn end_exits(&self, is_late: impl Fn(Timestamp) -> bool, advice: &mut GroupAdvice) {
        for exit in self.exits {
            let key = exit.intent.cl_ord_id.clone();
            match exit.status {
                OrdStatus::Missing => advice.steps.push(GroupStep::ExitOver(key)),
                OrdStatus::Working | OrdStatus::PendingReplace if !exit.cancel_wanted => {
                    if is_late(self.entry.updated_at.max(exit.updated_at)) {
                        advice.steps.push(GroupStep::CancelExit(key));
                    } else {
                        advice.look_again = true;
                    }
                }
                // Looked up, or a cancel is under way already.
                OrdStatus::Working
                | OrdStatus::PendingReplace
                | OrdStatus::PendingCancel
                | OrdStatus::Submitting
                | OrdStatus::Unconfirmed => {}
                OrdStatus::PendingApproval
                | OrdStatus::Denied
                | OrdStatus::Simulated
                | OrdStatus::Filled
                | OrdStatus::Canceled
                | OrdStatus::Rejected
                | OrdStatus::Expired => {}
            }
        }
    }

    /// G1: the entry may trade, or has.
    fn protect(&self, is_late: impl Fn(Timestamp) -> bool, advice: &mut GroupAdvice) {
        let may_trade = self.entry.status.may_be_live();
        let at_stake = may_trade || !self.uncovered().is_zero();
        // An exit that did its work ends its sibling, which is what both are for: then nothing is at stake.
        if !at_stake || self.entry.group_faults.contains_key(&GroupFault::Unprotected) {
            return;
        }
        // Who cancels an exit does not miss it.
        let none_left = self.exits.iter().all(|exit| !exit.status.may_be_live() && !exit.cancel_wanted);
        // A late fill of an entry that is over tells of a risk as much as an exit's end does.
        let entry_told = if may_trade { None } else { Some(self.entry.updated_at) };
        let last_told = self.exits.iter().map(|exit| exit.updated_at).max();
        for exit in self.exits.into_iter().filter(|exit| !exit.cancel_wanted) {
            let (gone, at_once) = match exit.status {
                // A refusal is final at once where the broker has shown that the entry lives.
                OrdStatus::Rejected => (true, self.entry.status == OrdStatus::Working),
                OrdStatus::Canceled | OrdStatus::Expired => (true, false),
                // Nothing of the group was found: it is looked for as a whole.
                OrdStatus::Missing => (!self.entry.status.is_unknown(), false),
                // It closed its part; the rest is its sibling's, if that lives.
                OrdStatus::Filled => (none_left, false),
                OrdStatus::PendingApproval
                | OrdStatus::Denied
                | OrdStatus::Simulated
                | OrdStatus::Submitting
                | OrdStatus::Unconfirmed
                | OrdStatus::Working
                | OrdStatus::PendingCancel
                | OrdStatus::PendingReplace => (false, false),
            };
            // A filled exit is missed when its sibling ends too.
            let exit_told = if exit.status == OrdStatus::Filled { last_told } else { Some(exit.updated_at) };
            if gone && (at_once || exit_told.max(entry_told).is_some_and(&is_late)) {
                let reason = self.unprotected(exit);
                advice.steps.push(GroupStep::Broken { fault: GroupFault::Unprotected, reason });
                return;
            }
            advice.look_again |= gone;
        }
    }

    fn unprotected(&self, exit: &OrderRecord) -> String {
        let entry = &self.entry.intent;
        let held = self.uncovered();
        let position = if held.is_zero() {
            "nothing has traded yet; what is left of the entry is canceled".to_owned()
        } else {
            format!(
                "a position of {} {} is unprotected; what is left of the entry is canceled, the position is left to you",
                held.normalize(),
                self.entry.contract.as_ref().map_or("shares", |contract| contract.symbol.as_str()),
            )
        };
        let said = exit.broker_messages.last().map_or_else(String::new, |(code, words)| format!(" ({code}: {words})"));
        format!(
            "the {} of bracket {} is {}{said}: {position}",
            exit.intent.cl_ord_id.leg().name(),
            entry.cl_ord_id,
            exit.status.word(),
        )
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
