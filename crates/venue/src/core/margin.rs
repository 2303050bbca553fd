//! What an account is worth, what it must have for its holdings, and what an order would change.
//!
//! All figures are in the base currency. Those of holdings are kept for as long as the second lasts
//! and no trade touches them; cash and reserved funds are added afresh each time.

use std::ops::{Add, Sub};

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::asset::{Class, Currency};
use super::commission::{self, Chargeable, Charged};
use super::desk::Core;
use super::margin_rules::{self, CURRENCY, Leg, Requirement, STOCK_INITIAL};
use super::{Side, Terms};
use crate::market::{Quote, SecType};

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

/// Figures of an account at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Margin {
    /// Cash of all currencies.
    pub(super) cash: Decimal,
    pub(super) parts: Parts,
    /// Funds to hold what is held and to open what is ordered.
    pub(super) initial: Decimal,
    pub(super) maintenance: Decimal,
}

impl Margin {
    pub(super) fn total_cash(&self) -> Decimal {
        self.cash + self.parts.variation
    }

    pub(super) fn net_liquidation(&self) -> Decimal {
        let p = &self.parts;
        self.total_cash() + p.stock + p.option + p.bond + p.fund + p.crypto
    }

    /// Options and crypto lend nothing; what short options must be covered with is part of the
    /// requirement.
    pub(super) fn equity_with_loan(&self) -> Decimal {
        self.net_liquidation() - self.parts.option - self.parts.crypto
    }

    pub(super) fn available(&self) -> Decimal {
        self.equity_with_loan() - self.initial
    }

    pub(super) fn excess(&self) -> Decimal {
        self.equity_with_loan() - self.maintenance
    }

    pub(super) fn buying_power(&self) -> Decimal {
        (self.available() / STOCK_INITIAL).max(Decimal::ZERO)
    }
}

/// An order as far as margin is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exposure {
    pub(super) account: usize,
    pub(super) instrument: usize,
    pub(super) terms: Terms,
    /// Units that have filled already.
    pub(super) filled: Decimal,
    /// What those have been charged.
    pub(super) charged: Charged,
    /// Funds that are reserved for it already.
    pub(super) reserved: Decimal,
}

/// A trade that is only thought of.
#[derive(Clone, Copy, Debug)]
struct Thought {
    instrument: usize,
    signed: Decimal,
    price: Decimal,
}

/// What an order would do to its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    /// Before.
    pub(super) before: Margin,
    /// Initial margin after it filled, working orders included.
    pub(super) initial_after: Decimal,
    /// Maintenance margin after it filled.
    pub(super) maintenance_after: Decimal,
    /// Equity with loan value after it filled.
    pub(super) equity_after: Decimal,
    /// Funds it ties up.
    pub(super) reserve: Decimal,
    /// Commission of what is left to fill, in its own currency.
    pub(super) commission: Decimal,
    /// Cash it must be paid with and cash there is, for what can only be bought with cash.
    pub(super) cash: Option<(Decimal, Decimal)>,
}

impl Effect {
    /// Whether the account can carry it. What ties up nothing more always can be carried.
    pub(super) fn is_covered(&self) -> bool {
        self.cash.is_none_or(|(needed, there)| needed <= there)
            && (self.reserve.is_zero() || self.equity_after >= self.initial_after)
    }
}

impl Core {
    /// Net liquidation value.
    pub(super) fn equity(&self, account: usize, at: Timestamp) -> Decimal {
        self.margin(account, at).net_liquidation()
    }

    pub(super) fn margin(&self, account: usize, at: Timestamp) -> Margin {
        let parts = match self.parts[account] {
            Some((second, parts)) if second == at.as_second() => parts,
            Some(_) | None => self.holdings_parts(account, at),
        };
        let a = &self.state.accounts[account];
        let (mut cash, mut haircut) = (Decimal::ZERO, Decimal::ZERO);
        for (currency, ledger) in &a.ledgers {
            let value = ledger.cash * self.rate(*currency, at);
            cash += value;
            if *currency != Currency::BASE {
                haircut += value.abs() * CURRENCY;
            }
        }
        Margin {
            cash,
            parts,
            initial: parts.requirement.initial + haircut + a.reserved,
            maintenance: parts.requirement.maintenance + haircut,
        }
    }

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
    fn root(&self, instrument: usize) -> usize {
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

    fn holdings_parts(&self, account: usize, at: Timestamp) -> Parts {
        let held = self.state.accounts[account].holdings.keys();
        let roots: std::collections::BTreeSet<usize> = held.map(|i| self.root(*i)).collect();
        roots.into_iter().map(|root| self.family_parts(account, root, None, at)).fold(Parts::default(), Add::add)
    }

    /// What an underlying and its options are worth and tie up; with a trade that is only thought of,
    /// what they would tie up at its price.
    fn family_parts(&self, account: usize, root: usize, trade: Option<Thought>, at: Timestamp) -> Parts {
        let mut parts = Parts::default();
        let mut legs: Vec<Leg<'_>> = Vec::new();
        let holdings = &self.state.accounts[account].holdings;
        let extra = trade.map(|t| t.instrument).filter(|i| !holdings.contains_key(i));
        // Only the root's own options are looked at, not all that the account holds.
        let options = self.state.families.get(&root).map(|(first, last)| holdings.range(*first..=*last));
        let options = options.into_iter().flatten().map(|(i, _)| *i).filter(|i| *i != root && self.root(*i) == root);
        let members = holdings.contains_key(&root).then_some(root).into_iter().chain(options).chain(extra);
        let mut rate = Decimal::ONE;
        for instrument in members {
            let holding = holdings.get(&instrument);
            let held = holding.map_or(Decimal::ZERO, |h| h.quantity);
            let thought = trade.filter(|t| t.instrument == instrument);
            let quantity = held + thought.map_or(Decimal::ZERO, |t| t.signed);
            if quantity.is_zero() {
                continue;
            }
            let (asset, of) = (self.state.asset(instrument), self.state.universe.get(instrument));
            rate = self.rate(asset.currency, at);
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
            legs.push(Leg { of, quantity, price, factor: asset.factor });
        }
        parts.requirement = match legs.as_slice() {
            [] => Requirement::default(),
            [one] if one.of.sec_type != SecType::Opt => margin_rules::of_one(one).scaled(rate),
            several => margin_rules::of_family(self.mark(root, at), several).scaled(rate),
        };
        if legs.first().is_some_and(|l| l.of.sec_type == SecType::Fut) {
            parts.futures = parts.requirement;
        }
        parts
    }

    /// The effect of an exposure.
    pub(super) fn effect(&self, of: &Exposure, quote: &Quote, at: Timestamp) -> Effect {
        let Exposure { account, instrument, terms, filled, reserved, .. } = *of;
        let mut before = self.margin(account, at);
        before.initial -= reserved;
        let quantity = terms.quantity - filled;
        let signed = terms.side.signed(quantity);
        let price = exposed_at(&terms, quote);
        let asset = self.state.asset(instrument);
        let value = asset.value(signed, price);
        let rate = self.rate(asset.currency, at);
        let root = self.root(instrument);
        let tied = |signed| self.family_parts(account, root, Some(Thought { instrument, signed, price }), at);
        let change = tied(signed).requirement_less(tied(Decimal::ZERO));
        let haircut = match asset.class {
            Class::Paid => self.haircut(account, asset.currency, -value, at),
            Class::Margined => Decimal::ZERO,
            Class::Exchange { bought } => {
                self.haircut(account, asset.currency, -value, at) + self.haircut(account, bought, signed, at)
            }
        };
        let sec_type = self.state.universe.get(instrument).sec_type;
        // What lends nothing takes its whole price from the equity.
        let premium = if matches!(sec_type, SecType::Opt | SecType::Crypto) { value * rate } else { Decimal::ZERO };
        let (fee, fee_currency) = self.fee(of, price, at);
        let fee_in_base = fee * self.rate(fee_currency, at);
        let initial = change.initial + haircut;
        let buys_with_cash = terms.side == Side::Buy
            && match sec_type {
                SecType::Fund | SecType::Crypto => true,
                SecType::Stk
                | SecType::Ind
                | SecType::Cash
                | SecType::Fut
                | SecType::Opt
                | SecType::Cfd
                | SecType::Bond => false,
            };
        let free = before.cash - (self.state.accounts[account].reserved - reserved);
        Effect {
            before,
            initial_after: before.initial + initial,
            maintenance_after: before.maintenance + change.maintenance + haircut,
            equity_after: before.equity_with_loan() - premium - fee_in_base,
            reserve: (initial + premium).max(Decimal::ZERO),
            commission: fee,
            cash: buys_with_cash.then_some((value * rate + fee_in_base, free)),
        }
    }

    /// What a movement of cash adds to the margin of a balance.
    fn haircut(&self, account: usize, currency: Currency, moved: Decimal, at: Timestamp) -> Decimal {
        if currency == Currency::BASE {
            return Decimal::ZERO;
        }
        let cash = self.state.accounts[account].ledgers.get(&currency).map_or(Decimal::ZERO, |l| l.cash);
        ((cash + moved).abs() - cash.abs()) * self.rate(currency, at) * CURRENCY
    }

    /// Commission of what is left of an order, were it to fill whole at a price, and its currency.
    fn fee(&self, of: &Exposure, price: Decimal, at: Timestamp) -> (Decimal, Currency) {
        let fill = self.chargeable(of.account, of.instrument, of.filled, of.terms.quantity - of.filled, price, at);
        let currency = commission::currency(self.state.universe.get(of.instrument));
        (commission::charge(of.charged, &fill).commission - of.charged.commission, currency)
    }

    /// The currency an instrument's commissions are paid in.
    pub(super) fn commission_currency(&self, instrument: usize) -> Currency {
        commission::currency(self.instrument(instrument))
    }

    /// A fill as the schedule of commissions looks at it.
    pub(super) fn chargeable(
        &self,
        account: usize,
        instrument: usize,
        filled: Decimal,
        quantity: Decimal,
        price: Decimal,
        at: Timestamp,
    ) -> Chargeable<'_> {
        let (asset, of) = (self.state.asset(instrument), self.state.universe.get(instrument));
        let value = asset.value(quantity, price);
        let in_base = asset.currency != commission::currency(of);
        Chargeable {
            of,
            schedule: self.commissions,
            filled,
            quantity,
            price,
            factor: asset.factor,
            value: if in_base { value * self.rate(asset.currency, at) } else { value },
            month: self.state.accounts[account].shares_this_month,
        }
    }
}

impl Parts {
    fn requirement_less(self, before: Self) -> Requirement {
        Requirement {
            initial: self.requirement.initial - before.requirement.initial,
            maintenance: self.requirement.maintenance - before.requirement.maintenance,
        }
    }
}

/// The price an order is taken to fill at: a buyer pays at most the limit; a seller's exposure is what
/// the market asks of it.
fn exposed_at(terms: &Terms, quote: &Quote) -> Decimal {
    match (terms.side, terms.kind.limit().or(terms.kind.stop())) {
        (Side::Buy, Some(price)) => price,
        (Side::Buy, None) => quote.ask,
        (Side::Sell, Some(price)) => price.max(quote.bid),
        (Side::Sell, None) => quote.bid,
    }
}
