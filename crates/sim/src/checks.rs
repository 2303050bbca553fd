//! What must hold after every step, and what must hold once everything has come to rest.

use crate::broker::Broker;
use crate::callers::Told;
use crate::link::Written;
use crate::truth::{State, Truth};
use crate::world;
use domain::book::{Book, OrderRecord};
use domain::cancel::CancelFate;
use domain::change::ChangeFate;
use domain::id::ClOrdId;
use domain::lifecycle::OrdStatus;
use domain::money::Price;
use domain::order_ref::OrderRef;
use domain::trading_state::TradingState;
use engine::desk::Outcome;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use tws::model::Status;
use venue::core::{Kind, LedgerOrder, Side};

/// An order this young may have been on its way when a look began: longer than any list may take.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(15);

/// What was violated, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The promise.
    pub rule: &'static str,
    /// The case.
    pub what: String,
}

pub(crate) fn violated<T>(rule: &'static str, what: impl Into<String>) -> Result<T, Violation> {
    Err(Violation { rule, what: what.into() })
}

/// What the checks remember between steps.
#[derive(Debug, Default)]
pub struct Checks {
    ledger_seen: u64,
    ledger: Vec<LedgerOrder>,
    /// Keys of all orders that the broker ever had: of earlier days it forgets what is over.
    ever: BTreeSet<ClOrdId>,
    /// Keys whose callers were told that nothing is at the broker, and never will be.
    not_there: BTreeSet<ClOrdId>,
    /// A kill was acknowledged and nobody has lifted it since.
    killed: bool,
    /// Callers were told these states, the last of them must stand.
    states: u64,
}

fn is_live(order: &LedgerOrder) -> bool {
    lives(order.status)
}

fn lives(status: Status) -> bool {
    match status {
        Status::ApiPending
        | Status::PendingSubmit
        | Status::PendingCancel
        | Status::PreSubmitted
        | Status::Submitted => true,
        Status::ApiCancelled | Status::Cancelled | Status::Filled | Status::Inactive => false,
    }
}

/// The key behind a reference of ours.
pub fn key_of(order: &LedgerOrder) -> Option<ClOrdId> {
    OrderRef::parse(&order.order_ref).map(|reference| reference.cl_ord_id)
}

impl Checks {
    /// The ledger as it was last read.
    pub fn ledger(&self) -> &[LedgerOrder] {
        &self.ledger
    }

    /// Somebody asks to lift a kill: from now on orders may leave.
    pub fn lifting(&mut self) {
        self.killed = false;
    }

    /// A message that may make an order live is on the wire.
    ///
    /// # Errors
    /// It had no durable intent, or a kill was in force.
    pub fn written(&self, truth: &Truth, written: &Written) -> Result<(), Violation> {
        let state = truth.read();
        let key = &written.cl_ord_id;
        let Some(order) = state.book.orders.get(key) else {
            return violated(
                "nothing is sent without a durable intent",
                format!("{key} was sent, the journal lacks it"),
            );
        };
        let has_attempt = order.attempts.iter().any(|attempt| attempt.broker_order_id == written.broker_order_id);
        if !has_attempt {
            let what = format!("{key} was sent as {}, the journal has no such attempt", written.broker_order_id);
            return violated("nothing is sent without a durable intent", what);
        }

        let meant = if written.is_change { !order.changes.is_empty() } else { written.intent.qty == order.intent.qty };
        if !meant {
            let what = format!("{key} was sent with {} shares, no intent says so", written.intent.qty);
            return violated("nothing is sent without a durable intent", what);
        }
        let approved = order.approval_id.as_ref().is_none_or(|id| {
            state.book.approvals.get(id).is_some_and(|one| one.status == domain::approval::ApprovalStatus::Consumed)
        });
        if !approved {
            return violated(
                "nothing is sent without its approval",
                format!("{key} was sent, its approval is unspent"),
            );
        }
        if self.killed && !written.is_change {
            return violated("kill holds", format!("{key} was written after a kill was acknowledged"));
        }
        Ok(())
    }

    /// A caller was told something.
    ///
    /// # Errors
    /// It is not true.
    pub fn told(&mut self, truth: &Truth, broker: &Broker, told: &Told, lies: bool) -> Result<(), Violation> {
        match told {
            Told::Order { key, outcome, .. } => match outcome {
                Outcome::Acknowledged | Outcome::Rejected => {
                    let there = broker.ledger().iter().any(|order| key_of(order).as_ref() == Some(key));
                    if !there && !self.has_seen(key) && !lies && *outcome == Outcome::Acknowledged {
                        return violated("answers are true", format!("{key} is acknowledged, the broker never had it"));
                    }
                }
                Outcome::Denied | Outcome::Simulated | Outcome::Canceled => {
                    // An adapter that lies about its writes makes liars of us.
                    if !lies {
                        self.not_there.insert(key.clone());
                    }
                }
                Outcome::NeedsApproval | Outcome::Unknown => {}
            },
            Told::Cancel { key, fate, is_entry } if !lies => Self::told_of_cancel(broker, key, fate, *is_entry)?,
            Told::State(TradingState::Halted) => {
                if !truth.read().book.is_halted_globally() {
                    return violated("answers are true", "a kill is acknowledged and not in the journal");
                }
                self.killed = true;
                self.states += 1;
            }
            Told::State(TradingState::Active | TradingState::Reducing)
            | Told::NoOrder { .. }
            | Told::Cancel { .. }
            | Told::Refused(..)
            | Told::Done(_) => {}
        }
        self.absent()
    }

    /// A cancel is proven where it ended the order, and overtaken where something else did.
    fn told_of_cancel(broker: &Broker, key: &ClOrdId, fate: &CancelFate, is_entry: bool) -> Result<(), Violation> {
        let status = |key: &ClOrdId| {
            let ledger = broker.ledger();
            ledger.iter().find(|order| key_of(order).as_ref() == Some(key)).map(|order| order.status)
        };
        let wrong = match fate {
            // What had filled before the cancel of a bracket's rest stays filled.
            CancelFate::Proven => match status(key) {
                Some(Status::Filled) if !is_entry => Some(key),
                Some(status) if lives(status) => Some(key),
                Some(_) | None => None,
            },
            CancelFate::Overtaken { cl_ord_id, status: OrdStatus::Filled } => {
                (status(cl_ord_id) != Some(Status::Filled)).then_some(cl_ord_id)
            }
            CancelFate::Overtaken { .. } | CancelFate::UnderWay => None,
        };
        match wrong {
            Some(wrong) => {
                let is = status(wrong);
                violated("answers are true", format!("the cancel of {key} is told as {fate:?}, {wrong} is {is:?}"))
            }
            None => Ok(()),
        }
    }

    /// Whether the broker ever had an order of this key.
    pub(crate) fn has_seen(&self, key: &ClOrdId) -> bool {
        self.ever.contains(key)
    }

    fn absent(&self) -> Result<(), Violation> {
        let there = self.ledger.iter().filter_map(key_of).find(|key| self.not_there.contains(key));
        match there {
            Some(key) => violated("answers are true", format!("{key} was told as not sent and is at the broker")),
            None => Ok(()),
        }
    }

    /// After every step.
    ///
    /// # Errors
    /// What does not hold.
    pub fn step(&mut self, truth: &Truth, broker: &mut Broker, lies: bool, now: Timestamp) -> Result<(), Violation> {
        if let Some(why) = truth.read().broken.clone() {
            return violated("replay equals live state", why);
        }
        if let Some(what) = truth.read().early.clone() {
            return violated("nothing is sent without a durable intent", what);
        }
        if self.killed && !truth.read().book.is_halted_globally() {
            return violated("kill holds", "an acknowledged kill is not in the journal any more");
        }
        if self.killed {
            Self::nothing_is_left(&truth.read().book)?;
        }
        Self::looks_are_right(truth, broker, lies, now)?;
        if broker.placed != self.ledger_seen {
            self.ledger_seen = broker.placed;
            self.ledger = broker.ledger();
            self.ever.extend(self.ledger.iter().filter_map(key_of));
            self.doubles()?;
            self.absent()?;
            if !lies {
                self.limits()?;
                self.positions(broker)?;
                self.alive_is_not_dead(&truth.read().book)?;
            }
        }
        Ok(())
    }

    /// After a kill whatever may live is to be canceled, also what was over when it was killed and woke up since.
    fn nothing_is_left(book: &Book) -> Result<(), Violation> {
        match book.open_orders().find(|order| order.status.may_be_live() && !order.cancel_wanted) {
            Some(order) => {
                let what = format!("{} is {} and nobody cancels it", order.intent.cl_ord_id, order.status.word());
                violated("kill holds", what)
            }
            None => Ok(()),
        }
    }

    /// A complete look misses nothing that works, but for what was on its way when it began.
    fn looks_are_right(truth: &Truth, broker: &Broker, lies: bool, now: Timestamp) -> Result<(), Violation> {
        let not_found = std::mem::take(&mut truth.read().not_found);
        if not_found.is_empty() || lies {
            return Ok(());
        }
        for order in broker.ledger().iter().filter(|order| is_live(order) && order.status != Status::PendingSubmit) {
            let was_there = now.duration_since(order.accepted_at) > ON_ITS_WAY;
            // Under a second permId it is another order to the journal: then the first is what a look cannot find.
            let lost = |key: &ClOrdId| not_found.contains(key) && !has_twin(&truth.read().book, key);
            if was_there && key_of(order).is_some_and(|key| lost(&key)) {
                let what = format!("{} works since {}, a look did not find it", order.order_ref, order.accepted_at);
                return violated("unknown is not empty", what);
            }
        }
        Ok(())
    }

    /// At most one broker order per intent.
    fn doubles(&self) -> Result<(), Violation> {
        let mut seen = BTreeSet::new();
        for order in self.ledger.iter().filter(|order| !order.order_ref.is_empty()) {
            if !seen.insert(&order.order_ref) {
                return violated(
                    "at most one broker order per intent",
                    format!("{} is in the ledger twice", order.order_ref),
                );
            }
        }
        Ok(())
    }

    /// What is live at the broker never exceeds the limit on open orders: the gates count at least as much.
    fn limits(&self) -> Result<(), Violation> {
        // The exits of a bracket open nothing.
        let opens = |order: &&LedgerOrder| is_live(order) && key_of(order).is_some_and(|key| !key.is_exit());
        let live = self.ledger.iter().filter(opens);
        let open: Decimal =
            live.map(|order| order.limit_price.unwrap_or_default() * (order.total_qty - order.filled_qty)).sum();
        let limit = Decimal::from(world::OPEN_NOTIONAL_MAX);
        if open > limit {
            return violated("limits hold", format!("{open} is open at the broker, the limit is {limit}"));
        }
        for exit in self.ledger.iter().filter(|order| is_live(order)) {
            let Some(key) = key_of(exit).filter(ClOrdId::is_exit) else { continue };
            let entry = self.ledger.iter().find(|order| key_of(order) == Some(key.group()));
            if let Some(entry) = entry.filter(|entry| exit.total_qty > entry.total_qty) {
                let what = format!("{key} closes {}, its entry is for {}", exit.total_qty, entry.total_qty);
                return violated("limits hold", what);
            }
        }
        Ok(())
    }

    /// What is held, with all that is live on one side filled, never exceeds the limit. What somebody does by hand is told
    /// by the next look alone: there no gate could know.
    fn positions(&self, broker: &mut Broker) -> Result<(), Violation> {
        let limit = Decimal::from(world::POSITION_QTY_MAX);
        let held = broker.positions();
        for (symbol, con_id) in world::STOCKS {
            if broker.by_hand.contains(&con_id) {
                continue;
            }
            let now = held.get(&con_id).copied().unwrap_or_default();
            let live = |buys: bool| -> Decimal {
                let here = self.ledger.iter().filter(|order| is_live(order) && order.con_id == con_id);
                let opens = here.filter(|order| key_of(order).is_some_and(|key| !key.is_exit()));
                let side = opens.filter(|order| (order.side == Side::Buy) == buys);
                side.map(|order| order.total_qty - order.filled_qty).sum()
            };
            let (high, low) = (now + live(true), now - live(false));
            if high > limit || low < -limit {
                let what = format!("{symbol} may come to {low} to {high}, holding {now}; the limit is {limit}");
                return violated("limits hold", what);
            }
        }
        Ok(())
    }

    fn alive_is_not_dead(&self, book: &Book) -> Result<(), Violation> {
        for order in self.ledger.iter().filter(|order| is_live(order)) {
            let Some(key) = key_of(order) else { continue };
            let dead = book.orders.get(&key).filter(|ours| ours.status.is_final());
            if let Some(ours) = dead {
                let what = format!("{key} lives at the broker, the journal says {}", ours.status.word());
                return violated("what lives is never declared dead", what);
            }
        }
        Ok(())
    }

    /// Once everything has come to rest: ledger and journal agree, and every trade that the broker can report is booked.
    ///
    /// # Errors
    /// Where they do not.
    pub fn rest(&mut self, truth: &Truth, broker: &mut Broker) -> Result<(), Violation> {
        self.ledger = broker.ledger();
        self.doubles()?;
        let state = truth.read();
        self.alive_is_not_dead(&state.book)?;
        let completed = broker.completed();
        for order in &self.ledger {
            if let Some(key) = key_of(order) {
                let is_told = is_live(order) || completed.contains(&order.order_ref);
                agree(&state, &key, order, is_told)?;
            }
        }
        let mut families: BTreeMap<String, (String, Decimal, Decimal)> = BTreeMap::new();
        for trade in broker.reportable() {
            let family = trade.exec_id.rsplit_once('.').map_or(trade.exec_id.clone(), |(family, _)| family.to_owned());
            families.insert(family, (trade.exec_id.clone(), trade.shares, trade.price));
        }
        for (family, (exec_id, shares, price)) in families {
            let ours = state.book.orders.values().flat_map(|order| order.executions.values().map(Box::as_ref));
            let external = state.book.external_executions.values();
            let booked: Vec<_> =
                ours.chain(external).filter(|one| one.exec_id.as_str().starts_with(&format!("{family}."))).collect();
            let right = booked.iter().any(|one| {
                one.exec_id.as_str() == exec_id && one.last_qty.get() == shares && one.last_px.get() == price
            });
            if !right || booked.len() != 1 {
                let what = format!("{exec_id} ({shares} at {price}) is reported, booked are {booked:?}");
                return violated("no execution is lost, each counts once", what);
            }
        }
        Ok(())
    }
}

fn has_twin(book: &Book, key: &ClOrdId) -> bool {
    book.orders.get(key).is_some_and(|order| !order.twins.is_empty())
}

/// `is_told` says whether the broker can still tell of the order.
fn agree(state: &State, key: &ClOrdId, order: &LedgerOrder, is_told: bool) -> Result<(), Violation> {
    let book = &state.book;
    let Some(ours) = book.orders.get(key) else {
        return violated("the journal knows every order", format!("{key} is at the broker, the journal lacks it"));
    };
    let expected: &[OrdStatus] = match order.status {
        Status::Filled => &[OrdStatus::Filled],
        Status::Cancelled | Status::ApiCancelled => &[OrdStatus::Canceled, OrdStatus::Expired],
        Status::Inactive => &[OrdStatus::Rejected, OrdStatus::Canceled],
        Status::ApiPending
        | Status::PendingSubmit
        | Status::PendingCancel
        | Status::PreSubmitted
        | Status::Submitted => &[OrdStatus::Working, OrdStatus::PendingCancel],
    };
    // What ended on a day that the broker no longer tells of stays unknown: that is the promise.
    // So does a bracket that was not transmitted: the API does not show it.
    let twins = ours.status.is_unknown() && has_twin(book, key);
    let told_no_more = twins || (!is_live(order) || order.status == Status::PendingSubmit) && ours.status.is_unknown();
    if told_no_more {
        return Ok(());
    }
    if !expected.contains(&ours.status) {
        let what = format!("{key} is {} at the broker, the journal says {}", order.status, ours.status.word());
        return violated("ledger and journal agree", what);
    }
    if ours.cum_qty() != order.filled_qty {
        let what = format!("{key} has {} filled at the broker, the journal says {}", order.filled_qty, ours.cum_qty());
        return violated("ledger and journal agree", what);
    }
    // What it shows under a second permId when it is over is another order to the journal.
    let comparable = is_live(order) || !has_twin(book, key);
    // What became of a change that its order's end overtook is unknown for good once the broker tells of the order no more.
    let comparable = comparable && (is_told || !ours.was_overtaken());
    // The broker reduces an exit by what its sibling has closed.
    let reduced = key.is_exit() && order.total_qty < ours.intent.qty.get();
    let total = if reduced { order.total_qty } else { ours.intent.qty.get() };
    let (limit, stop) = (ours.intent.order_type.limit_price(), ours.intent.order_type.stop_price());
    let terms =
        (total, limit.map(Price::get), stop.map(Price::get), ours.intent.tif.kind().word().to_ascii_uppercase());
    let theirs = (order.total_qty, order.limit_price, order.stop_price, order.tif.clone());
    if comparable && terms != theirs {
        let what = format!("{key} is {theirs:?} at the broker, the journal says {terms:?}");
        return violated("ledger and journal agree", what);
    }
    if comparable && !key.is_exit() { fates(state, ours, order, is_told) } else { Ok(()) }
}

/// Nothing but limit orders is changed here.
fn limit_of(kind: &Kind) -> Option<Decimal> {
    if let Kind::Limit { limit } = kind { Some(*limit) } else { None }
}

/// What callers are told of their changes is what the broker did with them.
fn fates(state: &State, ours: &OrderRecord, order: &LedgerOrder, is_told: bool) -> Result<(), Violation> {
    let key = &ours.intent.cl_ord_id;
    let (mut taken, mut open) = (0, 0);
    for (_, fate) in ours.changes.iter().filter(|(change, _)| !state.to_the_same.contains(change)) {
        match fate {
            ChangeFate::Taken => taken += 1,
            ChangeFate::UnderWay | ChangeFate::Overtaken { .. } => open += 1,
            ChangeFate::Refused { .. } | ChangeFate::Unsent => {}
        }
    }
    let made = order.modifications.len();
    if taken == made {
        // Those that were taken, in the order in which they were asked for, are those that were made.
        let is_taken =
            |key: &ClOrdId| !state.to_the_same.contains(key) && ours.changes.get(key) == Some(&ChangeFate::Taken);
        let mut asked: Vec<_> = state.asked.iter().filter(|(key, _)| is_taken(key)).map(|(_, asked)| asked).collect();
        asked.sort_by_key(|(seq, _)| *seq);
        let asked = asked.iter().map(|(_, asked)| (asked.qty.get(), asked.order_type.limit_price().map(Price::get)));
        let to = order.modifications.iter().map(|one| (one.to.quantity, limit_of(&one.to.kind)));
        if !asked.clone().eq(to.clone()) {
            let (asked, to) = (asked.collect::<Vec<_>>(), to.collect::<Vec<_>>());
            let what = format!("{key} was changed to {to:?} at the broker, the journal says to {asked:?}");
            return violated("a change ends as the broker ended it", what);
        }
    }
    if taken > made || (taken < made && (open == 0 || is_told)) || (open > 0 && is_told) {
        let what = format!("{key} was changed {made} times at the broker, the journal says {:?}", ours.changes);
        return violated("a change ends as the broker ended it", what);
    }
    Ok(())
}
