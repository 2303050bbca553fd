//! How a run's steps are worked: which order leaves next, what is changed, canceled, over. A table over what is known of the
//! orders already; it remembers nothing itself, so that a run goes on after a crash where it stopped.
//!
//! Every order has a key that is made of run, step and slice. What has a key is looked at and never sent again.

use super::order_plan::{LineAction, OrderPlan, PlanLine};
use super::run::{StepEnd, StepOutcome, TradeRun};
use crate::contract::Contract;
use crate::id::{ClOrdId, ConId, RunId, StrategyId};
use crate::lifecycle::OrdStatus;
use crate::market::Quote;
use crate::money::{Price, Qty};
use crate::order::{Amendment, OrderIntent, OrderType, Side, Tif};
use crate::order_record::OrderRecord;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::{AwayFromZero, ToZero};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What crosses the market at the deadline gets so long before it is canceled.
pub const CROSS_FOR: SignedDuration = SignedDuration::from_secs(60);
/// An order that was to end at the deadline is waited for so long; then its fate counts as unknown.
pub const END_WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// Trades of a closing auction are told within this long of the close.
const AUCTION_TOLD_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// Most slices of a step.
pub const SLICES_MAX: u16 = 50;
/// Most walks of an order.
pub const WALKS_MAX: u16 = 50;

/// How orders are priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "style")]
pub enum Style {
    /// A limit beyond the other side of the market by a collar.
    Marketable {
        /// Part of the price, e.g. 0.002.
        collar: Decimal,
    },
    /// A limit at the own side of the market that walks to the other side and the collar beyond, by changing the order.
    Patient {
        /// Part of the price at the end of the walk.
        collar: Decimal,
        /// Between two changes.
        walk_every_s: u32,
        /// Changes until it is there.
        walks: u16,
    },
    /// In the closing auction.
    Moc,
}

impl Style {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Marketable { .. } => "marketable",
            Self::Patient { .. } => "patient",
            Self::Moc => "moc",
        }
    }

    /// Whether its orders change while they work.
    pub fn walks(self) -> bool {
        match self {
            Self::Patient { .. } => true,
            Self::Marketable { .. } | Self::Moc => false,
        }
    }
}

/// What becomes of what did not trade by the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leftover {
    /// It is canceled.
    Cancel,
    /// It crosses the market by the collar once, and is canceled if that does not help.
    Cross,
    /// It works on until the broker's day ends; the run is over all the same.
    Keep,
}

impl Leftover {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Cross => "cross",
            Self::Keep => "keep",
        }
    }
}

/// How a run's orders are worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionTerms {
    /// How they are priced.
    pub style: Style,
    /// Orders that a step is cut into; always one in the closing auction.
    pub slices: u16,
    /// Between two of them.
    pub slice_every_s: u32,
    /// From the first order on.
    pub deadline_s: u32,
    /// What becomes of the rest.
    pub leftover: Leftover,
    /// The strategy that its orders name.
    pub strategy: StrategyId,
}

impl ExecutionTerms {
    /// What of them cannot be, as field and rule.
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let is_collar = |collar: Decimal| collar >= Decimal::ZERO && collar <= Decimal::new(1, 1);
        let (collar, walks) = match self.style {
            Style::Marketable { collar } => (collar, true),
            Style::Patient { collar, walk_every_s, walks } => {
                (collar, walk_every_s > 0 && (1..=WALKS_MAX).contains(&walks))
            }
            Style::Moc => (Decimal::ZERO, true),
        };
        let rules = [
            (is_collar(collar), "collar", "from 0 to 0.1"),
            (walks, "walks", "1 to 50, at least a second apart"),
            ((1..=SLICES_MAX).contains(&self.slices), "slices", "1 to 50"),
            ((1..=86_400).contains(&self.deadline_s), "deadline_s", "1 to 86400"),
        ];
        rules.into_iter().filter(|(holds, ..)| !holds).map(|(_, field, rule)| (field, rule)).collect()
    }

    /// Whether what is left may cross the market in the end.
    pub fn crosses(&self) -> bool {
        self.leftover == Leftover::Cross
    }

    fn slices(&self) -> u16 {
        if self.style == Style::Moc { 1 } else { self.slices.max(1) }
    }
}

/// What is known of one order of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its state.
    pub status: OrdStatus,
    /// Its total quantity.
    pub qty: Decimal,
    /// What traded.
    pub cum_qty: Decimal,
    /// At which price on average.
    pub avg_px: Option<Decimal>,
    /// Its limit now.
    pub limit: Option<Decimal>,
    /// The limit that costs the account most of those that it may have, with a change under way counted in: a buy's highest,
    /// a sell's lowest. `None` where it may have none.
    pub worst_limit: Option<Decimal>,
    /// When it came in.
    pub created_at: Timestamp,
    /// When anything was last told or asked of it.
    pub updated_at: Timestamp,
    /// Keys of its changes, whatever became of them.
    pub changes: Vec<ClOrdId>,
    /// Whether a cancel was asked for.
    pub cancel_wanted: bool,
    /// Why it was refused, in words.
    pub reasons: Vec<String>,
}

impl Child {
    /// Of an order's record.
    pub fn of(record: &OrderRecord) -> Self {
        let gates = record.reasons.iter().map(|reason| format!("{}: {}", reason.code, reason.message));
        let broker = record.broker_messages.iter().map(|(code, message)| format!("broker {code}: {message}"));
        let changes = record.changes.keys().chain(record.denied_changes.keys());
        Self {
            status: record.status,
            qty: record.intent.qty.get(),
            cum_qty: record.cum_qty(),
            avg_px: record.avg_px(),
            limit: record.intent.order_type.limit_price().map(Price::get),
            worst_limit: if record.intent.side.is_buy() { record.worst_limit() } else { record.least_limit() },
            created_at: record.created_at,
            updated_at: record.updated_at,
            changes: changes.chain(record.pending_replace.as_ref().map(|change| &change.key)).cloned().collect(),
            cancel_wanted: record.cancel_wanted,
            reasons: gates.chain(broker).collect(),
        }
    }

    fn leaves(&self) -> Decimal {
        if self.status.is_final() { Decimal::ZERO } else { (self.qty - self.cum_qty).max(Decimal::ZERO) }
    }

    fn was_refused(&self) -> bool {
        matches!(self.status, OrdStatus::Denied | OrdStatus::Rejected | OrdStatus::Simulated)
    }
}

/// What is known of one instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// The contract.
    pub contract: Contract,
    /// Its newest quote that is good enough to price an order by.
    pub quote: Option<Quote>,
}

/// Everything that the next moves depend on.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The run, executing.
    pub run: &'a TradeRun,
    /// Its orders as they are now, by key.
    pub children: &'a BTreeMap<ClOrdId, Child>,
    /// Its instruments.
    pub markets: &'a BTreeMap<ConId, Market>,
    /// When the session that it began to send in closes; `None` where it began outside of one.
    pub closes_at: Option<Timestamp>,
    /// Whether somebody paused the loop: nothing new leaves.
    pub paused: bool,
    /// Now.
    pub now: Timestamp,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Send an order.
    Submit(Box<OrderIntent>),
    /// Change one.
    Replace {
        /// Which.
        order: ClOrdId,
        /// The key of the change.
        key: ClOrdId,
        /// To what.
        amendment: Amendment,
    },
    /// Cancel one.
    Cancel(ClOrdId),
    /// A step is over.
    EndStep(u16, StepEnd),
}

/// The key of an order: run, step, and the slice where there are several.
pub fn order_key(run: &RunId, step: u16, slice: u16, slices: u16) -> Option<ClOrdId> {
    let text = if slices > 1 { format!("{run}.{step}.{slice}") } else { format!("{run}.{step}") };
    text.parse().ok()
}

/// Every key that orders of a run may have.
pub fn order_keys(run: &TradeRun) -> Vec<ClOrdId> {
    let slices = run.order.terms.slices();
    let steps = run.plan.iter().flat_map(|plan| plan.steps().map(|(step, _)| step));
    steps.flat_map(|step| (1..=slices).filter_map(move |slice| order_key(run.id(), step, slice, slices))).collect()
}

/// What to do now, cancels first. Doing it and asking again goes on; nothing to do means: wait for news, or for time to pass.
pub fn moves(scene: &Scene<'_>) -> Vec<Move> {
    let Some(plan) = &scene.run.plan else { return Vec::new() };
    let mut found = Vec::new();
    let sells_are_over = sells_are_over(scene, plan);
    let mut purse = Purse::of(scene, plan);
    for (number, line) in plan.steps().filter(|(number, _)| !scene.run.steps.contains_key(number)) {
        let Some(qty) = line.qty else { continue };
        let step = Step {
            scene,
            number,
            line,
            market: scene.markets.get(&line.con_id),
            qty: qty.get(),
            is_turn: line.action == LineAction::Sell || sells_are_over,
        };
        step.moves(&mut purse, &mut found);
    }
    found.sort_by_key(|one| match one {
        Move::Cancel(_) => 0,
        Move::Submit(_) | Move::Replace { .. } | Move::EndStep(..) => 1,
    });
    found
}

/// What is to be canceled now. No market is needed to know it, so that it waits for no question about one.
pub fn withdrawals(scene: &Scene<'_>) -> Vec<ClOrdId> {
    let untold = BTreeMap::new();
    let canceled = |one: Move| match one {
        Move::Cancel(key) => Some(key),
        Move::Submit(_) | Move::Replace { .. } | Move::EndStep(..) => None,
    };
    moves(&Scene { markets: &untold, ..*scene }).into_iter().filter_map(canceled).collect()
}

fn seconds(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count))
}

/// Until when orders are worked.
fn deadline(scene: &Scene<'_>) -> Option<Timestamp> {
    let terms = &scene.run.order.terms;
    let own = scene.run.executing_since?.checked_add(seconds(terms.deadline_s)).ok()?;
    match (terms.style, scene.closes_at) {
        (Style::Moc, Some(close)) => close.checked_add(AUCTION_TOLD_WITHIN).ok(),
        (Style::Moc, None) => Some(own),
        (Style::Marketable { .. } | Style::Patient { .. }, close) => Some(close.map_or(own, |close| close.min(own))),
    }
}

/// Whether buys may leave: every sell is over. For the closing auction all trade at once, so that it is enough that the
/// sells left before.
fn sells_are_over(scene: &Scene<'_>, plan: &OrderPlan) -> bool {
    let is_moc = scene.run.order.terms.style == Style::Moc;
    let left = |number| {
        let child = order_key(scene.run.id(), number, 1, 1).and_then(|key| scene.children.get(&key));
        child.is_some_and(|child| child.status != OrdStatus::PendingApproval)
    };
    plan.steps()
        .filter(|(_, line)| line.action == LineAction::Sell)
        .all(|(number, _)| scene.run.steps.contains_key(&number) || (is_moc && left(number)))
}

/// What buys may cost still.
struct Purse {
    left: Decimal,
}

impl Purse {
    fn of(scene: &Scene<'_>, plan: &OrderPlan) -> Self {
        let is_moc = scene.run.order.terms.style == Style::Moc;
        let slices = scene.run.order.terms.slices();
        let (mut brought, mut bound) = (Decimal::ZERO, Decimal::ZERO);
        for (number, line) in plan.steps() {
            let keys = (1..=slices).filter_map(|slice| order_key(scene.run.id(), number, slice, slices));
            for child in keys.filter_map(|key| scene.children.get(&key)) {
                let planned = line.price.as_ref().map_or(Decimal::ZERO, |price| price.price);
                if line.action == LineAction::Sell {
                    // What the broker does not tell a price of counts at the worst.
                    let price =
                        child.avg_px.or(child.worst_limit).unwrap_or(planned * (Decimal::ONE - plan.rules.slippage));
                    brought += child.cum_qty * price - charged(plan, child.cum_qty);
                    // In the closing auction all trade at once: what is to be sold there pays for what is bought.
                    if is_moc && !child.leaves().is_zero() {
                        brought += plan.rules.brought(child.leaves(), planned);
                    }
                } else {
                    // A change that was asked for may count already, whether the broker has said so or not.
                    let worst = child.worst_limit.unwrap_or(planned * (Decimal::ONE + plan.rules.slippage));
                    let price = child.avg_px.unwrap_or(worst);
                    bound +=
                        child.cum_qty * price + child.leaves() * worst + charged(plan, child.cum_qty + child.leaves());
                }
            }
        }
        Self { left: plan.rules.spendable(plan.value, plan.cash, brought) - bound }
    }

    /// How much of it can be paid for at `limit`.
    fn affords(&self, qty: Decimal, limit: Decimal, lot: Decimal, plan: &OrderPlan) -> Decimal {
        let left = self.left;
        if qty * limit + charged(plan, qty) <= left {
            return qty;
        }
        let unit = limit + plan.rules.commission_per_unit;
        if left <= plan.rules.commission_min || unit <= Decimal::ZERO {
            return Decimal::ZERO;
        }
        floor((left - plan.rules.commission_min) / unit, lot).min(qty)
    }

    fn spend(&mut self, qty: Decimal, limit: Decimal, plan: &OrderPlan) {
        self.left -= qty * limit + charged(plan, qty);
    }
}

fn charged(plan: &OrderPlan, qty: Decimal) -> Decimal {
    if qty.is_zero() { Decimal::ZERO } else { plan.rules.commission(qty) }
}

fn floor(qty: Decimal, lot: Decimal) -> Decimal {
    qty.checked_div(lot).map_or(Decimal::ZERO, |lots| (lots.round_dp_with_strategy(0, ToZero) * lot).normalize())
}

/// One step that is not over.
struct Step<'a> {
    scene: &'a Scene<'a>,
    number: u16,
    line: &'a PlanLine,
    /// `None` while the broker does not tell its contract.
    market: Option<&'a Market>,
    qty: Decimal,
    /// Whether what it waits for is over.
    is_turn: bool,
}

/// Why a slice was not sent.
enum Unsent {
    /// Its time has not come.
    Waits,
    /// It never will be, for this reason.
    Never(String),
}

impl Step<'_> {
    fn moves(&self, purse: &mut Purse, found: &mut Vec<Move>) {
        let slices = self.scene.run.order.terms.slices();
        let (mut children, mut reasons, mut open, mut has_left) = (Vec::new(), Vec::new(), false, false);
        let refused = self.keys(slices).any(|(_, key)| self.scene.children.get(&key).is_some_and(Child::was_refused));
        for (slice, key) in self.keys(slices) {
            let qty = self.slice_qty(slice, slices);
            match self.scene.children.get(&key) {
                Some(child) => {
                    open |= !child.status.is_final() && !self.is_let_go(child);
                    self.mind(&key, child, purse, found);
                    children.push((key, child));
                }
                None if qty.is_some_and(|qty| qty.is_zero()) => {}
                // What has just left is not known of yet.
                None if has_left => open = true,
                None if refused => reasons.push("an earlier slice was refused".to_owned()),
                None => match self.begin(slice, &key, qty, purse) {
                    Ok(intent) => {
                        (open, has_left) = (true, true);
                        found.push(Move::Submit(Box::new(intent)));
                    }
                    Err(Unsent::Waits) => open = true,
                    Err(Unsent::Never(why)) => reasons.push(why),
                },
            }
        }
        // Nothing is to be done about what is over: whatever still works is either kept or wanted canceled.
        if !open {
            found.push(Move::EndStep(self.number, end_of(self.qty, &children, reasons)));
        }
    }

    fn keys(&self, slices: u16) -> impl Iterator<Item = (u16, ClOrdId)> + use<'_> {
        (1..=slices).filter_map(move |slice| Some((slice, order_key(self.scene.run.id(), self.number, slice, slices)?)))
    }

    /// A slice's part of the step, in lots, so that all together are the step. `None` while nobody tells the lot.
    fn slice_qty(&self, slice: u16, slices: u16) -> Option<Decimal> {
        let lot = self.market?.contract.size_increment;
        let upto = |slice: u16| {
            if slice == slices { self.qty } else { floor(self.qty * Decimal::from(slice) / Decimal::from(slices), lot) }
        };
        Some(upto(slice) - upto(slice - 1))
    }

    fn is_overdue(&self) -> bool {
        deadline(self.scene).is_none_or(|at| self.scene.now >= at)
    }

    fn past_deadline(&self, by: SignedDuration) -> bool {
        deadline(self.scene).and_then(|at| at.checked_add(by).ok()).is_none_or(|at| self.scene.now >= at)
    }

    /// Whether an order that is not over is not waited for any longer: it is to work on, or its cancel was asked for and
    /// nothing was told of it since.
    fn is_let_go(&self, child: &Child) -> bool {
        if self.scene.run.order.terms.leftover == Leftover::Keep && child.status != OrdStatus::PendingApproval {
            return self.is_overdue() && (!child.status.is_unknown() || self.past_deadline(END_WITHIN));
        }
        let is_silent = self.scene.now.duration_since(child.updated_at) >= END_WITHIN;
        child.cancel_wanted && is_silent && self.past_deadline(END_WITHIN)
    }

    fn side(&self) -> Side {
        match self.line.action {
            LineAction::Buy => Side::Buy,
            LineAction::Sell | LineAction::Keep | LineAction::Refused => Side::Sell,
        }
    }

    /// Whether nobody knows yet what became of an order of this step: the gates refuse a new one in its instrument for good,
    /// so it is waited for.
    fn is_unclear(&self) -> bool {
        let slices = self.scene.run.order.terms.slices();
        let unclear = |child: &Child| child.status.is_unknown() || child.status == OrdStatus::Submitting;
        self.keys(slices).filter_map(|(_, key)| self.scene.children.get(&key)).any(unclear)
    }

    /// The order of a slice, if it is to leave now.
    fn begin(&self, slice: u16, key: &ClOrdId, qty: Option<Decimal>, purse: &mut Purse) -> Result<OrderIntent, Unsent> {
        let scene = self.scene;
        let terms = &scene.run.order.terms;
        if let Some(why) = self.too_late() {
            return Err(Unsent::Never(why.to_owned()));
        }
        let since = scene.run.executing_since.unwrap_or(scene.now);
        let due = since + seconds(terms.slice_every_s) * i32::from(slice - 1);
        let Some(qty) = qty.filter(|_| self.is_turn && !scene.paused && scene.now >= due && !self.is_unclear()) else {
            return Err(Unsent::Waits);
        };
        let (order_type, qty) = match terms.style {
            Style::Moc => {
                let worst = |plan: &OrderPlan| {
                    self.line.price.as_ref().map(|price| price.price * (Decimal::ONE + plan.rules.slippage))
                };
                let Some(worst) = scene.run.plan.as_deref().and_then(worst) else { return Err(Unsent::Waits) };
                (OrderType::Moc, self.afforded(qty, worst, purse)?)
            }
            Style::Marketable { .. } | Style::Patient { .. } => {
                let Some(limit) = self.limit(0) else { return Err(Unsent::Waits) };
                (OrderType::Limit { limit }, self.afforded(qty, limit.get(), purse)?)
            }
        };
        let qty = Qty::new(qty).map_err(|error| Unsent::Never(error.to_string()))?;
        Ok(OrderIntent {
            cl_ord_id: key.clone(),
            account: scene.run.account.clone(),
            instrument: crate::contract::Instrument::ConId(self.line.con_id),
            side: self.side(),
            qty,
            order_type,
            tif: Tif::Day,
            outside_rth: false,
            reduce_only: self.line.action == LineAction::Sell,
            strategy: Some(terms.strategy.clone()),
            preview_id: None,
            bracket: None,
            oca_group: None,
            flatten: false,
        })
    }

    /// Why nothing of it is sent any more, once it is too late for that.
    fn too_late(&self) -> Option<&'static str> {
        let scene = self.scene;
        let is_moc = scene.run.order.terms.style == Style::Moc;
        let is_closed = is_moc && scene.closes_at.is_some_and(|close| scene.now >= close);
        if !is_closed && !self.is_overdue() {
            return None;
        }
        Some(if is_closed {
            "the session closed before it could be sent to its auction"
        } else if !self.is_turn {
            "the deadline came while sells still worked"
        } else if scene.paused {
            "the loop was paused until the deadline"
        } else if self.is_unclear() {
            "the deadline came before the fate of an earlier slice was known"
        } else if self.market.is_none() {
            "the broker does not tell the contract of this step any more"
        } else if self.limit(0).is_none() && !is_moc {
            "market_data_error: there was no quote to price it by until the deadline"
        } else {
            "the deadline came before its slice"
        })
    }

    /// What of a buy the cash suffices for.
    fn afforded(&self, qty: Decimal, limit: Decimal, purse: &mut Purse) -> Result<Decimal, Unsent> {
        let contract = &self.market.ok_or(Unsent::Waits)?.contract;
        let Some(plan) = self.scene.run.plan.as_ref().filter(|_| self.side().is_buy()) else { return Ok(qty) };
        let affordable = purse.affords(qty, limit, contract.size_increment, plan);
        if affordable < contract.min_size || affordable.is_zero() {
            let limit = limit.normalize();
            return Err(Unsent::Never(format!("cut_to_cash: nothing is left to buy {qty} at {limit} with")));
        }
        purse.spend(affordable, limit, plan);
        Ok(affordable)
    }

    /// The limit after so many walks of a patient order; a marketable one is there at once. `None` without a usable quote.
    fn limit(&self, walk: u16) -> Option<Price> {
        let quote = self.market?.quote.as_ref()?;
        let buys = self.side().is_buy();
        let far = quote.touch(buys)?;
        let near = quote.touch(!buys)?;
        let beyond = |collar: Decimal| if buys { far * (Decimal::ONE + collar) } else { far * (Decimal::ONE - collar) };
        let price = match self.scene.run.order.terms.style {
            Style::Marketable { collar } => beyond(collar),
            Style::Patient { collar, walks, .. } => {
                let part = Decimal::from(walk.min(walks)).checked_div(Decimal::from(walks))?;
                near + (beyond(collar) - near) * part
            }
            Style::Moc => return None,
        };
        self.to_tick(price)
    }

    /// The next price that is a step of the contract's, on the side of the account.
    fn to_tick(&self, price: Decimal) -> Option<Price> {
        let step = self.market?.contract.increment_at(price).filter(|step| *step > Decimal::ZERO)?;
        let rounding = if self.side().is_buy() { ToZero } else { AwayFromZero };
        Price::new(price.checked_div(step)?.round_dp_with_strategy(0, rounding) * step).ok()
    }

    /// Walks, crosses or cancels an order that works.
    fn mind(&self, key: &ClOrdId, child: &Child, purse: &mut Purse, found: &mut Vec<Move>) {
        if child.status.is_final() || child.cancel_wanted {
            return;
        }
        let terms = &self.scene.run.order.terms;
        if self.is_overdue() {
            let cross = match terms.leftover {
                // What nobody said yes to is not kept: it would leave behind the back of the next run.
                Leftover::Keep if child.status == OrdStatus::PendingApproval => None,
                Leftover::Keep => return,
                Leftover::Cancel => None,
                Leftover::Cross if self.past_deadline(CROSS_FOR) => None,
                Leftover::Cross => Some(()),
            };
            match cross {
                None => found.push(Move::Cancel(key.clone())),
                Some(()) => self.change(key, child, "x", u16::MAX, purse, found),
            }
            return;
        }
        let Style::Patient { walk_every_s, walks, .. } = terms.style else { return };
        let waited = self.scene.now.duration_since(child.created_at).as_secs();
        let walk = u16::try_from(waited / i64::from(walk_every_s.max(1))).unwrap_or(u16::MAX).min(walks);
        if walk > 0 && !self.scene.paused {
            self.change(key, child, &format!("w{walk}"), walk, purse, found);
        }
    }

    /// Changes the limit of a working order, if that moves it on and can be paid for.
    fn change(&self, key: &ClOrdId, child: &Child, name: &str, walk: u16, purse: &mut Purse, found: &mut Vec<Move>) {
        let Ok(change) = format!("{key}.{name}").parse::<ClOrdId>() else { return };
        let (Some(limit), Some(present)) = (self.limit(walk), child.limit) else { return };
        let buys = self.side().is_buy();
        let moves_on = if buys { limit.get() > present } else { limit.get() < present };
        if child.status != OrdStatus::Working || child.changes.contains(&change) || !moves_on {
            return;
        }
        if buys {
            let dearer = child.leaves() * (limit.get() - child.worst_limit.unwrap_or(present)).max(Decimal::ZERO);
            if dearer > purse.left {
                return;
            }
            purse.left -= dearer;
        }
        let Ok(qty) = Qty::new(child.qty) else { return };
        let amendment = Amendment { qty, order_type: OrderType::Limit { limit }, tif: Tif::Day };
        found.push(Move::Replace { order: key.clone(), key: change, amendment });
    }
}

/// How a step ends by its orders.
fn end_of(qty: Decimal, children: &[(ClOrdId, &Child)], mut reasons: Vec<String>) -> StepEnd {
    let filled: Decimal = children.iter().map(|(_, child)| child.cum_qty).sum();
    let paid: Option<Decimal> = children
        .iter()
        .filter(|(_, child)| !child.cum_qty.is_zero())
        .map(|(_, child)| child.avg_px.map(|price| price * child.cum_qty))
        .sum();
    let unknown = children.iter().any(|(_, child)| child.status.is_unknown() || child.status == OrdStatus::Submitting);
    for (key, child) in children {
        reasons.extend(child.reasons.iter().map(|why| format!("{key}: {why}")));
        if child.cum_qty < child.qty && child.reasons.is_empty() {
            reasons.push(format!("{key} is {} with {} of {} filled", child.status.word(), child.cum_qty, child.qty));
        }
    }
    let asked: Decimal = children.iter().map(|(_, child)| child.qty).sum();
    if filled < qty && reasons.is_empty() {
        reasons.push(format!("cut_to_cash: {asked} of {qty} could be paid for"));
    }
    let outcome = match () {
        () if filled >= qty => StepOutcome::Filled,
        () if unknown => StepOutcome::Unknown,
        () if !filled.is_zero() => StepOutcome::Partial,
        () if children.iter().all(|(_, child)| child.was_refused()) => StepOutcome::Refused,
        () => StepOutcome::Unfilled,
    };
    if outcome == StepOutcome::Filled {
        reasons.clear();
    }
    let avg_px =
        paid.filter(|_| !filled.is_zero()).and_then(|paid| paid.checked_div(filled)).map(|price| price.normalize());
    StepEnd { outcome, filled, avg_px, reasons, orders: children.iter().map(|(key, _)| key.clone()).collect() }
}

#[cfg(test)]
#[path = "execution_tests.rs"]
mod tests;
