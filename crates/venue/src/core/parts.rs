//! What holdings are worth and tie up, kept for as long as the second lasts and no trade touches them.

use std::ops::{Add, Sub};

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::asset::Class;
use super::desk::Core;
use super::margin_rules::{self, Leg, Requirement};
use crate::market::SecType;

/// What holdings are worth and tie up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) stock: Decimal,
    pub(super) option: Decimal,
    pub(super) bond: Decimal,
    pub(super) fund: Decimal,
    pub(super) crypto: Decimal,
    /// Profit of what is held on margin, not paid out yet.
    pub(super) variation: Decimal,
    /// Absolute values, without what is held on margin.
    pub(super) gross: Decimal,
    pub(super) requirement: Requirement,
    /// The part of it that futures tie up.
    pub(super) futures: Requirement,
}

impl Parts {
    fn combine(self, o: Self, with: impl Fn(Decimal, Decimal) -> Decimal) -> Self {
        let requirement = |a: Requirement, b: Requirement| Requirement {
            initial: with(a.initial, b.initial),
            maintenance: with(a.maintenance, b.maintenance),
        };
        Self {
            stock: with(self.stock, o.stock),
            option: with(self.option, o.option),
            bond: with(self.bond, o.bond),
            fund: with(self.fund, o.fund),
            crypto: with(self.crypto, o.crypto),
            variation: with(self.variation, o.variation),
            gross: with(self.gross, o.gross),
            requirement: requirement(self.requirement, o.requirement),
            futures: requirement(self.futures, o.futures),
        }
    }
}

impl Add for Parts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.combine(other, |a, b| a + b)
    }
}

impl Sub for Parts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.combine(other, |a, b| a - b)
    }
}

impl Parts {
    pub(super) fn requirement_less(self, before: Self) -> Requirement {
        Requirement {
            initial: self.requirement.initial - before.requirement.initial,
            maintenance: self.requirement.maintenance - before.requirement.maintenance,
        }
    }
}

/// A trade that is only thought of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thought {
    pub(super) instrument: usize,
    pub(super) signed: Decimal,
    pub(super) price: Decimal,
}

impl Core {
    /// Works out the figures of an account's holdings, once for all that ask in this second.
    pub(super) fn price_holdings(&mut self, account: usize, at: Timestamp) {
        if self.parts[account].is_some_and(|(second, _)| second == at.as_second()) {
            return;
        }
        let held: Vec<usize> = self.state.accounts[account].holdings.keys().copied().collect();
        for instrument in held {
            self.quote(instrument, at);
            self.quote(self.root(instrument), at);
        }
        self.price_currencies(account, at);
        let parts = self.holdings_parts(account, at);
        self.parts[account] = Some((at.as_second(), parts));
    }

    /// Brings the kept figures up to date with a trade: `trade` books it.
    pub(super) fn reprice(&mut self, account: usize, instrument: usize, trade: impl FnOnce(&mut Self)) {
        let kept = self.parts[account].take();
        let Some((second, parts)) = kept else {
            return trade(self);
        };
        let (Ok(at), root) = (Timestamp::from_second(second), self.root(instrument)) else {
            return trade(self);
        };
        let before = self.family_parts(account, root, None, at);
        trade(self);
        let after = self.family_parts(account, root, None, at);
        self.parts[account] = Some((second, parts - before + after));
    }

    /// The instrument whose family another belongs to: an option's underlying, else itself.
    pub(super) fn root(&self, instrument: usize) -> usize {
        let i = self.state.universe.get(instrument);
        match i.sec_type {
            SecType::Opt => i.underlying.unwrap_or(instrument),
            SecType::Stk
            | SecType::Ind
            | SecType::Cash
            | SecType::Fut
            | SecType::Cfd
            | SecType::Bond
            | SecType::Fund
            | SecType::Crypto => instrument,
        }
    }

    pub(super) fn holdings_parts(&self, account: usize, at: Timestamp) -> Parts {
        let held = self.state.accounts[account].holdings.keys();
        let roots: std::collections::BTreeSet<usize> = held.map(|i| self.root(*i)).collect();
        roots.into_iter().map(|root| self.family_parts(account, root, None, at)).fold(Parts::default(), Add::add)
    }

    /// What an underlying and its options are worth and tie up; with a trade that is only thought of,
    /// what they would tie up at its price.
    pub(super) fn family_parts(&self, account: usize, root: usize, trade: Option<Thought>, at: Timestamp) -> Parts {
        let mut parts = Parts::default();
        let Some((first, last)) = self.state.families.get(&root).copied() else {
            // Nearly everything is a family of its own.
            if let Some((leg, rate)) = self.leg(account, root, trade, at, &mut parts) {
                parts.requirement = margin_rules::of_one(&leg).scaled(rate);
                if leg.of.sec_type == SecType::Fut {
                    parts.futures = parts.requirement;
                }
            }
            return parts;
        };
        let holdings = &self.state.accounts[account].holdings;
        let extra = trade.map(|t| t.instrument).filter(|i| !holdings.contains_key(i));
        let options = holdings.range(first..=last).map(|(i, _)| *i).filter(|i| *i != root && self.root(*i) == root);
        let members = holdings.contains_key(&root).then_some(root).into_iter().chain(options).chain(extra);
        let legs: Vec<(Leg<'_>, Decimal)> =
            members.filter_map(|i| self.leg(account, i, trade, at, &mut parts)).collect();
        // An underlying and its options are priced in one currency.
        let rate = legs.first().map_or(Decimal::ONE, |(_, rate)| *rate);
        let legs: Vec<Leg<'_>> = legs.into_iter().map(|(leg, _)| leg).collect();
        parts.requirement = margin_rules::of_family(self.mark(root, at), &legs).scaled(rate);
        parts
    }

    /// A holding at its price, its value counted among `parts`; `None` if nothing is held.
    fn leg(
        &self,
        account: usize,
        instrument: usize,
        trade: Option<Thought>,
        at: Timestamp,
        parts: &mut Parts,
    ) -> Option<(Leg<'_>, Decimal)> {
        let holding = self.state.accounts[account].holdings.get(&instrument);
        let thought = trade.filter(|t| t.instrument == instrument);
        let quantity = holding.map_or(Decimal::ZERO, |h| h.quantity) + thought.map_or(Decimal::ZERO, |t| t.signed);
        if quantity.is_zero() {
            return None;
        }
        let (asset, of) = (self.state.asset(instrument), self.state.universe.get(instrument));
        let rate = self.rate(asset.currency, at);
        let price = thought.map_or_else(|| self.mark(instrument, at), |t| t.price);
        let value = asset.value(quantity, price) * rate;
        match (of.sec_type, asset.class) {
            (_, Class::Margined) => {
                parts.variation += value - holding.map_or(Decimal::ZERO, |h| h.carried) * rate;
            }
            (_, Class::Exchange { .. }) => {}
            (SecType::Opt, Class::Paid) => parts.option += value,
            (SecType::Bond, Class::Paid) => parts.bond += value,
            (SecType::Fund, Class::Paid) => parts.fund += value,
            (SecType::Crypto, Class::Paid) => parts.crypto += value,
            (SecType::Stk | SecType::Ind | SecType::Cash | SecType::Fut | SecType::Cfd, Class::Paid) => {
                parts.stock += value;
            }
        }
        if asset.class == Class::Paid {
            parts.gross += value.abs();
        }
        Some((Leg { of, quantity, price, factor: asset.factor }, rate))
    }
}
