//! What the account holds and has open, in worth: kept in step with the journal, the positions and the prices.
//!
//! What an order moves is valued before the next order is judged. The judged instrument is valued by the prices of that
//! moment; the rest at least every ten seconds. A position is worth what our newest quote says; else what the broker said
//! at the last look; else what it cost, or what it was traded for since. One gateway trades one account: orders of another one would count here too.

use crate::core::{Core, Touch};
use crate::input::OrderFacts;
use crate::ticking::has_passed;
use crate::unseen::is_shown;
use domain::account::Position;
use domain::approved::ResolvedOrder;
use domain::book::{Book, OrderRecord};
use domain::contract::Contract;
use domain::id::{ClOrdId, ConId};
use domain::mode::ModeProof;
use domain::money::Currency;
use domain::mutation::{self, Mutation};
use domain::reconcile::lagging;
use domain::worth::{Holding, View, Worth};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// How old the worth of what nobody trades may get.
const VALUE_EVERY: SignedDuration = SignedDuration::from_secs(10);
/// Contracts whose multiplier is remembered.
const PAPERS_MAX: usize = 10_000;

/// What a contract is, as far as its worth goes.
#[derive(Clone, Debug)]
struct Paper {
    currency: Currency,
    issuer: String,
    /// Units per contract; `None` when only the broker's own worth is known.
    multiplier: Option<Decimal>,
    /// Worth of one unit in its currency, as the broker told it with the positions.
    told: Option<Decimal>,
    /// What one unit has cost: counts where no price is known.
    cost: Option<Decimal>,
}

/// The worth, and what of it is to be counted anew.
pub(crate) struct Valuation {
    pub(crate) worth: Worth,
    orders: BTreeSet<ClOrdId>,
    /// Orders whose status tells of more than their trades do, and when they last moved: neither what is held nor what is
    /// left of them counts it.
    untold: BTreeMap<ClOrdId, Timestamp>,
    positions: BTreeSet<ConId>,
    papers: BTreeMap<ConId, Paper>,
    /// By what all open orders of a contract were valued last. Only of contracts whose orders share it.
    bases: BTreeMap<ConId, Basis>,
    valued_at: Option<Timestamp>,
}

/// All that the worth of an open order hangs on, besides the order itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Basis {
    touch: Touch,
    /// To base currency.
    rate: Option<Decimal>,
    /// Hash of the limits, which tell how far a market may slip.
    policy: String,
}

impl Valuation {
    pub(crate) fn of(book: &Book, now: Timestamp) -> Self {
        // What is older is in the positions of the first look.
        let recent = book.orders.values().filter(|order| !is_shown(order.updated_at, now));
        let untold = recent.filter(|order| !order.untold_qty().is_zero());
        let untold = untold.map(|order| (order.intent.cl_ord_id.clone(), order.updated_at));
        let untold: BTreeMap<ClOrdId, Timestamp> = untold.collect();
        Self {
            worth: Worth::default(),
            orders: book.open.iter().chain(untold.keys()).cloned().collect(),
            untold,
            positions: BTreeSet::new(),
            papers: BTreeMap::new(),
            bases: BTreeMap::new(),
            valued_at: None,
        }
    }

    /// Something happened to an order: what it and its group may still trade is counted anew.
    pub(crate) fn touch(&mut self, key: &ClOrdId) {
        self.orders.insert(key.clone());
    }

    /// The same, and whether its trades have told all of what its status tells is known too.
    pub(crate) fn moved(&mut self, order: &OrderRecord, now: Timestamp) {
        let key = &order.intent.cl_ord_id;
        self.touch(key);
        if order.untold_qty().is_zero() {
            self.untold.remove(key);
        } else {
            self.untold.insert(key.clone(), now);
        }
    }

    /// Whether the trades of an order have been owed for so long.
    pub(crate) fn owes_trades(&self, patience: SignedDuration, now: Timestamp) -> bool {
        self.untold.values().any(|at| has_passed(*at, patience, now))
    }

    /// A position changed by a trade. What it was traded for is a price too, until a look or a quote tells a better one.
    /// `false` if it is not known what was traded.
    pub(crate) fn traded(&mut self, con_id: ConId, price: Decimal) -> bool {
        self.positions.insert(con_id);
        let Some(paper) = self.papers.get_mut(&con_id) else { return false };
        if paper.told.is_none() {
            paper.cost = paper.multiplier.and_then(|multiplier| price.checked_mul(multiplier));
        }
        true
    }

    /// Positions as the broker tells them.
    pub(crate) fn tell(&mut self, positions: &[Position]) {
        for paper in self.papers.values_mut() {
            (paper.told, paper.cost) = (None, None);
        }
        for position in positions.iter().filter(|position| !position.is_cash) {
            let told = position.market_value.and_then(|value| value.checked_div(position.qty));
            let ratio = told.zip(position.market_price).and_then(|(unit, price)| unit.checked_div(price));
            let multiplier = ratio.map(|ratio| ratio.round_dp(4));
            let paper = self.papers.entry(position.con_id).or_insert_with(|| Paper {
                currency: position.currency.clone(),
                issuer: position.symbol.clone(),
                multiplier,
                told,
                cost: position.avg_cost,
            });
            (paper.told, paper.cost) = (told, position.avg_cost);
        }
    }

    /// What a contract is, if nobody has told yet: an order of ours may trade before any is judged, as after a restart.
    pub(crate) fn learn(&mut self, contract: &Contract) {
        if !self.papers.contains_key(&contract.con_id) {
            self.know(contract);
        }
    }

    fn know(&mut self, contract: &Contract) {
        if self.papers.len() >= PAPERS_MAX && !self.papers.contains_key(&contract.con_id) {
            let worth = &self.worth;
            self.papers.retain(|con_id, _| worth.place(*con_id).is_some());
        }
        let known = self.papers.get(&contract.con_id);
        let (told, cost) = known.map_or((None, None), |paper| (paper.told, paper.cost));
        let paper = Paper {
            currency: contract.currency.clone(),
            issuer: contract.symbol.clone(),
            multiplier: Some(contract.multiplier),
            told,
            cost,
        };
        self.papers.insert(contract.con_id, paper);
    }
}

impl Core {
    /// Takes over what the broker shows as held. Where a trade is too young for it to count, the journal's sum stands.
    pub(crate) fn take_positions(&mut self, positions: &[Position], taken_at: Timestamp) {
        self.valuation.tell(positions);
        let Some(account) = self.session.mode.as_ref().and_then(ModeProof::account).cloned() else {
            self.session.held.clear();
            return;
        };
        let shown = positions.iter().filter(|position| position.account == account);
        let mut held: BTreeMap<ConId, Decimal> = shown.map(|position| (position.con_id, position.qty)).collect();
        let lagging = lagging(&self.book, &account, taken_at);
        let is_held = |key: &ClOrdId, at: Timestamp| {
            let contract = self.book.order(key).and_then(|order| order.contract.as_ref());
            is_shown(at, taken_at) && contract.is_some_and(|contract| !lagging.contains_key(&contract.con_id))
        };
        let told = self.valuation.untold.iter().filter(|(key, at)| is_held(key, **at));
        let told: Vec<ClOrdId> = told.map(|(key, _)| key.clone()).collect();
        for key in told {
            self.valuation.untold.remove(&key);
            self.valuation.touch(&key);
        }
        held.extend(lagging);
        self.session.held = held;
    }

    /// What may still come to be held by an order, or already is and was not told.
    pub(crate) fn outstanding(&self, order: &OrderRecord) -> Decimal {
        let leaves = if order.status.may_be_live() { self.book.worst_leaves(order) } else { Decimal::ZERO };
        let is_untold =
            self.valuation.untold.contains_key(&order.intent.cl_ord_id) && !mutation::is_on(Mutation::ForgetUntoldFill);
        if is_untold { leaves.saturating_add(order.untold_qty()) } else { leaves }
    }

    /// Orders that are over while some of their trades are untold.
    pub(crate) fn over_untold(&self) -> impl Iterator<Item = &OrderRecord> {
        self.valuation.untold.keys().filter_map(|key| self.book.order(key)).filter(|order| !order.status.may_be_live())
    }

    /// What the account holds and has open besides the order, by the prices of this moment.
    pub(crate) fn value_for(&mut self, order: &ResolvedOrder, facts: &OrderFacts) -> View {
        let (key, con_id) = (&order.intent.cl_ord_id, order.contract.con_id);
        self.valuation.know(&order.contract);
        self.valuation.positions.insert(con_id);
        // An order without a known worth may have one now.
        let Valuation { worth, orders, .. } = &mut self.valuation;
        orders.extend(worth.unpriced().cloned());
        self.value_what_moved();
        self.value_open_in(con_id, &order.contract.currency);
        if let Some(price) = facts.quote.as_ref().and_then(domain::market::Quote::reference) {
            // The newest price that there is, even if it came with the order alone.
            self.value_position(con_id, Some(price));
        }
        self.valuation.worth.view(key, con_id, &order.contract.currency, &order.contract.symbol)
    }

    /// Counts everything anew: positions, rates or prices are others.
    pub(crate) fn value_everything(&mut self) {
        self.valuation.orders.extend(self.book.open.iter().cloned());
        self.valuation.orders.extend(self.valuation.untold.keys().cloned());
        self.valuation.positions.extend(self.session.held.keys().copied());
        let held = &self.session.held;
        self.valuation.worth.keep_only(|con_id| held.contains_key(&con_id));
        self.value_what_moved();
    }

    /// The rest of what is held and open is valued now and then.
    pub(crate) fn value_if_due(&mut self, now: Timestamp) {
        if self.valuation.valued_at.is_none_or(|at| has_passed(at, VALUE_EVERY, now)) {
            self.valuation.valued_at = Some(now);
            self.value_everything();
        }
    }

    fn value_what_moved(&mut self) {
        for key in std::mem::take(&mut self.valuation.orders) {
            // What an exit may trade hangs on what its entry and its sibling have traded.
            for member in self.members(&key.group()) {
                self.value_order(&member);
            }
        }
        for con_id in std::mem::take(&mut self.valuation.positions) {
            self.value_position(con_id, None);
        }
    }

    /// By what the open orders of a contract are valued now.
    fn basis(&self, con_id: ConId, currency: &Currency) -> Basis {
        let rate = self.fx_to_base(currency).map(|(rate, _)| rate);
        Basis { touch: self.prices.touch(con_id), rate, policy: self.policy_hash().to_owned() }
    }

    /// The price of a contract may be another: then what is open in it is worth anew. What is left of an order is no
    /// matter of prices, and was counted when it moved.
    fn value_open_in(&mut self, con_id: ConId, currency: &Currency) {
        let basis = self.basis(con_id, currency);
        if self.valuation.worth.open_in(con_id).next().is_none() {
            self.valuation.bases.remove(&con_id);
            return;
        }
        if self.valuation.bases.get(&con_id) == Some(&basis) {
            return;
        }
        let touch = basis.touch;
        let anew = self.valuation.worth.open_in(con_id).filter_map(|(key, risk)| {
            let notional = self.open_notional(self.book.order(key)?, risk.leaves, touch);
            (notional != risk.notional).then(|| (key.clone(), notional))
        });
        let anew: Vec<_> = anew.collect();
        if !anew.is_empty() {
            self.valuation.worth.revalue(con_id, anew);
        }
        self.valuation.bases.insert(con_id, basis);
    }

    fn value_order(&mut self, key: &ClOrdId) {
        let Some(order) = self.book.order(key) else { return };
        let Some(contract) = order.contract.as_deref() else { return };
        let forgotten = order.status.is_unknown() && mutation::is_on(Mutation::ForgetUnknownRisk);
        let leaves = if forgotten { Decimal::ZERO } else { self.outstanding(order) };
        let (con_id, basis) = (contract.con_id, self.basis(contract.con_id, &contract.currency));
        let risk = order.open_risk(leaves, self.open_notional(order, leaves, basis.touch));
        self.valuation.worth.order(key, risk.as_ref(), &contract.currency, &contract.symbol);
        // Valued by other prices than its neighbours: none of them counts as valued.
        if self.valuation.bases.get(&con_id).is_some_and(|common| *common != basis) {
            self.valuation.bases.remove(&con_id);
        }
    }

    fn value_position(&mut self, con_id: ConId, price: Option<Decimal>) {
        let qty = self.session.held.get(&con_id).copied().unwrap_or(Decimal::ZERO);
        let Some(paper) = self.valuation.papers.get(&con_id) else {
            if qty.is_zero() {
                return;
            }
            // A trade of somebody else in what nobody knows: unknown until the next look tells it.
            if let Some(currency) = self.session.account.as_ref().and_then(|account| account.base_currency.clone()) {
                self.valuation
                    .worth
                    .hold(con_id, Holding { currency, issuer: con_id.to_string(), qty, unit: None, cheap: None });
            }
            return;
        };
        let by = |price: Option<Decimal>| price.zip(paper.multiplier).and_then(|(price, by)| price.checked_mul(by));
        // A quote that was kept may be older than what the broker told, and the other way round: either may count.
        let newest = by(price);
        let told = [by(self.prices.reference(con_id)), paper.told].into_iter().flatten().filter(|_| newest.is_none());
        let worths = || newest.into_iter().chain(told.clone());
        let rate = self.fx_to_base(&paper.currency).map(|(rate, _)| rate);
        let in_base =
            |unit: Option<Decimal>| unit.or(paper.cost).zip(rate).and_then(|(unit, rate)| unit.checked_mul(rate));
        let held = Holding {
            currency: paper.currency.clone(),
            issuer: paper.issuer.clone(),
            qty,
            unit: in_base(worths().max_by_key(Decimal::abs)),
            cheap: in_base(worths().min_by_key(Decimal::abs)),
        };
        self.valuation.worth.hold(con_id, held);
    }

    /// What so much of a contract is worth at a price, in base currency; `None` while the contract or a rate is unknown.
    pub(crate) fn worth_of(&self, con_id: ConId, qty: Decimal, price: Decimal) -> Option<Decimal> {
        if qty.is_zero() {
            return Some(Decimal::ZERO);
        }
        let paper = self.valuation.papers.get(&con_id)?;
        let rate = self.fx_to_base(&paper.currency)?.0;
        price.checked_mul(qty)?.checked_mul(paper.multiplier?)?.checked_mul(rate).map(|worth| worth.abs())
    }

    /// The notional of what is left of an order, in base currency, at the worst price as a gate finds it: what was let
    /// through counts as much once it is open.
    fn open_notional(&self, order: &OrderRecord, leaves: Decimal, touch: Touch) -> Option<Decimal> {
        if leaves.is_zero() {
            return Some(Decimal::ZERO);
        }
        let contract = order.contract.as_ref()?;
        // Each order by the limits that count for it: a section may think worse of a market.
        let slippage = self.policy().slippage_percent_for(&order.policy_scope());
        let touch = if order.intent.side.is_buy() { touch.buys } else { touch.sells };
        let price = order.worst_price(touch, slippage)?;
        let fx = self.fx_to_base(&contract.currency)?.0;
        price.checked_mul(leaves)?.checked_mul(contract.multiplier)?.checked_mul(fx)
    }
}

#[cfg(test)]
#[path = "valuation_tests.rs"]
mod tests;
