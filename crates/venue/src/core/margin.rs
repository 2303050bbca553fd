//! What an account is worth, what it must have for its holdings, and what an order would change.
//!
//! All figures are in the base currency. Those of holdings are kept for as long as the second lasts
//! and no trade touches them; cash and reserved funds are added afresh each time.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::asset::{Class, Currency};
use super::commission::{self, Chargeable, Charged};
use super::desk::Core;
use super::margin_rules::{CURRENCY, STOCK_INITIAL};
use super::parts::{Parts, Thought};
use super::{Side, Terms};
use crate::market::{Quote, SecType};

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
