//! Everything a gate may look at: gathered by the engine, dated, and handed over at once.

use super::lately::{Lately, WhatIfFact};
use crate::approval::Approval;
use crate::approved::ResolvedOrder;
use crate::exposure::OpenRisk;
use crate::hours::Hours;
use crate::id::{ClOrdId, ConId, Generation};
use crate::live::LiveFacts;
use crate::looping::run::TradeRun;
use crate::mandate::Mandate;
use crate::market::Quote;
use crate::mode::{ModeProof, Trading};
use crate::money::Currency;
use crate::policy::Policy;
use crate::principal::Principal;
use crate::self_match::OwnOrder;
use crate::trading_state::TradingStates;
use crate::worth::View;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A value with the time it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    /// The value.
    pub value: T,
    /// When we received it.
    pub at: Timestamp,
}

/// The link to the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// A connection stands.
    Up {
        /// Which.
        generation: Generation,
    },
    /// The broker itself has lost its line (1100): orders may or may not reach it.
    BrokerOffline,
    /// No connection, with the reason.
    Down(String),
}

/// Whether the engine may trade at all, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The link.
    pub link: LinkState,
    /// Whether this connection's reconciliation is complete.
    pub reconciled: bool,
    /// The broker's clock minus ours in milliseconds; `None` is unknown.
    pub clock_skew_ms: Option<i64>,
    /// Unconfirmed and missing orders of the instrument.
    pub unknown_on_instrument: Vec<ClOrdId>,
    /// Why the instrument was halted, if it was.
    pub instrument_halted: Option<String>,
    /// Why everything was halted by an alarm of ours, if it was.
    pub alarm: Option<String>,
    /// Whether this process holds the writer's lease.
    pub lease_held: bool,
}

/// What is known of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// Currency of totals and limits; `None` is unknown.
    pub base_currency: Option<Currency>,
    /// Signed quantity held of the instrument; `None` when positions are unknown.
    pub held: Option<Decimal>,
    /// Rate from the contract's currency into the base currency; 1 for the same currency. `None` is unknown.
    pub fx_to_base: Option<Dated<Decimal>>,
}

/// An estimate that is older says nothing about the account as it is now.
const WHAT_IF_AGE_MAX: SignedDuration = SignedDuration::from_secs(60);

/// What is known of the instrument beside its quote, and of the order by the broker itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// When it trades; `None` when the broker gave no hours, or in a zone that is not known.
    pub hours: Option<Dated<Arc<Hours>>>,
    /// What it trades on an average day; `None` is unknown.
    pub volume: Option<Dated<Decimal>>,
    /// The broker's own estimate of this order; `None` when nobody asked, or it did not answer.
    pub what_if: Option<Dated<WhatIfFact>>,
}

/// A recent order that looks the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// Its key.
    pub cl_ord_id: ClOrdId,
    /// How old it is.
    pub age_ms: i64,
}

/// The preview that the order names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewFact {
    /// It names none.
    NotNamed,
    /// It names one that we do not know.
    Unknown,
    /// It names one for another order.
    OtherOrder,
    /// It names one that lapsed.
    Expired,
    /// It names a fitting one.
    Valid,
}

/// The approval that the order stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalFact {
    /// It was not asked for yet.
    None,
    /// A human said yes; the bounds are checked here.
    Granted(Box<Approval>),
    /// It works a step of this run's plan: what the plan stands on, a human's yes or a mandate, is checked here.
    OfRun(Arc<TradeRun>),
}

/// When a part that watches over orders last showed life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// The part, in plain words.
    pub part: &'static str,
    /// When; `None` is never.
    pub at: Option<Timestamp>,
}

impl Heartbeat {
    /// Of the comparison with the broker: one under way lives since it began, and one that is not due yet lives now. One
    /// that is due, and does not begin, has been silent since it was.
    pub fn of_comparison(
        begun: Option<Timestamp>,
        ended: Option<Timestamp>,
        every: SignedDuration,
        now: Timestamp,
    ) -> Self {
        let due = |ended: Timestamp| ended.checked_add(every).map_or(now, |due| due.min(now));
        Self { part: "comparison with the broker", at: begun.or(ended.map(due)) }
    }
}

/// Under whose rules this process judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules<'a> {
    /// Hash of the policy that the journal has in force.
    pub accepted_policy: Option<&'a str>,
    /// The version of this binary.
    pub running_version: &'a str,
    /// The newest version that has written the journal.
    pub newest_version: Option<&'a str>,
}

/// One order and the world around it, at one moment.
#[derive(Clone, Debug)]
pub struct GateInput<'a> {
    /// The moment.
    pub now: Timestamp,
    /// The order.
    pub order: &'a ResolvedOrder,
    /// What of it is still to trade: of a change the new total without what is filled. It is this that comes to what is held
    /// and open; limits on one order's size look at its total.
    pub leaves: Decimal,
    /// Hash of the request, to which approvals are bound.
    pub request_hash: &'a str,
    /// Who asks.
    pub principal: &'a Principal,
    /// The owner's limits.
    pub policy: &'a Policy,
    /// Hash of the policy, to which approvals are bound.
    pub policy_hash: &'a str,
    /// Whether writing was enabled at all (`trading` set to anything, write scope granted); off shows gates as simulated.
    pub trading: Trading,
    /// The facts about the mode.
    pub mode: Option<&'a ModeProof>,
    /// May anything be sent.
    pub readiness: &'a Readiness,
    /// The newest quote of the instrument; `None` when there is none.
    pub quote: Option<&'a Quote>,
    /// Hours and volume of the instrument.
    pub reference: &'a Reference,
    /// Active, reducing, halted.
    pub trading_states: &'a TradingStates,
    /// Whether the file `KILL` lies in the data directory.
    pub kill_file: bool,
    /// Why the journal cannot be written, if it cannot.
    pub journal_fault: Option<&'a str>,
    /// The account.
    pub account: &'a AccountFacts,
    /// Every order on the instrument that may still trade, without this one.
    pub near: &'a [OpenRisk],
    /// How many orders of the account may still trade, in every instrument, without this one.
    pub open_count: usize,
    /// What [`super::reduces`] says of it. Many gates ask, so it is added up once.
    pub reduces: Option<bool>,
    /// Every order of ours on the instrument that may trade, of any strategy, without this one's group.
    pub own: &'a [OwnOrder],
    /// Open orders on the same instrument and side are counted by this id.
    pub con_id: ConId,
    /// Recent orders that look the same.
    pub look_alikes: &'a [LookAlike],
    /// Order messages of the last second, reservations of the running batch included.
    pub messages_second: u32,
    /// Under whose rules.
    pub rules: Rules<'a>,
    /// Who shows life.
    pub heartbeats: &'a [Heartbeat],
    /// What the account holds and may come to hold, without this order.
    pub worth: &'a View,
    /// What was done lately.
    pub lately: &'a Lately,
    /// The preview.
    pub preview: &'a PreviewFact,
    /// The approval.
    pub approval: &'a ApprovalFact,
    /// Mandates that may be used now.
    pub mandates: &'a [Arc<Mandate>],
    /// What live orders stand on.
    pub live: &'a LiveFacts,
    /// Whether no order of ours ever left for this instrument and account.
    pub first_use: bool,
}

impl GateInput<'_> {
    /// The broker's estimate of this order, while it is young enough.
    pub fn what_if(&self) -> Option<WhatIfFact> {
        let young = |what_if: &&Dated<WhatIfFact>| self.now.duration_since(what_if.at) <= WHAT_IF_AGE_MAX;
        self.reference.what_if.as_ref().filter(young).map(|what_if| what_if.value)
    }

    /// Initial margin that the broker asks for this order, base currency; `None` is unknown.
    pub fn initial_margin(&self) -> Option<Decimal> {
        self.what_if().and_then(|what_if| what_if.init_margin_change)
    }
}
