//! What an account is worth and what it may carry: half of every holding's value to open, a quarter to
//! keep (Regulation T in outline: Federal Reserve, 12 CFR 220.12; FINRA Rule 4210).

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::desk::Core;
use super::{Side, Terms};
use crate::market::Quote;

const INITIAL: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
const MAINTENANCE: Decimal = Decimal::from_parts(25, 0, 0, false, 2);

/// Margin figures of an account at an instant, in US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Margin {
    pub(super) equity: Decimal,
    pub(super) stock_value: Decimal,
    pub(super) gross: Decimal,
    pub(super) initial: Decimal,
    pub(super) maintenance: Decimal,
}

impl Margin {
    pub(super) fn available(&self) -> Decimal {
        self.equity - self.initial
    }

    pub(super) fn excess(&self) -> Decimal {
        self.equity - self.maintenance
    }

    pub(super) fn buying_power(&self) -> Decimal {
        (self.available() / INITIAL).max(Decimal::ZERO)
    }
}

/// An order as far as margin is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exposure {
    pub(super) account: usize,
    pub(super) instrument: usize,
    pub(super) terms: Terms,
    /// Shares that have filled already.
    pub(super) filled: Decimal,
    /// Dollars that are reserved for it already.
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
    /// Dollars of exposure it adds.
    pub(super) reserve: Decimal,
    /// Commission if it fills whole.
    pub(super) commission: Decimal,
}

impl Effect {
    /// Whether the account can carry it. What only reduces a holding always can be carried.
    pub(super) fn is_covered(&self) -> bool {
        self.reserve.is_zero() || self.before.equity - self.commission >= self.initial_after
    }
}

impl Core {
    /// Cash and holdings at the last price.
    pub(super) fn equity(&self, account: usize, at: Timestamp) -> Decimal {
        self.margin(account, at).equity
    }

    pub(super) fn margin(&self, account: usize, at: Timestamp) -> Margin {
        let account = &self.state.accounts[account];
        let (mut stock_value, mut gross) = (Decimal::ZERO, Decimal::ZERO);
        for (instrument, holding) in account.holdings.iter().filter(|(_, h)| !h.quantity.is_zero()) {
            let value = holding.quantity * self.mark(*instrument, at);
            stock_value += value;
            gross += value.abs();
        }
        Margin {
            equity: account.cash + stock_value,
            stock_value,
            gross,
            initial: (gross + account.reserved) * INITIAL,
            maintenance: gross * MAINTENANCE,
        }
    }

    /// The effect of an exposure.
    pub(super) fn effect(&self, of: &Exposure, quote: &Quote, at: Timestamp) -> Effect {
        let Exposure { account, instrument, terms, filled, reserved } = *of;
        let mut before = self.margin(account, at);
        before.initial -= reserved * INITIAL;
        let quantity = terms.quantity - filled;
        let position = self.state.accounts[account].position(instrument);
        let signed = terms.side.signed(quantity);
        let reducing = if position.is_zero() || (position * signed).is_sign_positive() {
            Decimal::ZERO
        } else {
            position.abs().min(quantity)
        };
        let touch = match terms.side {
            Side::Buy => quote.ask,
            Side::Sell => quote.bid,
        };
        let price = match (terms.side, terms.kind.limit().or(terms.kind.stop())) {
            // A buyer pays at most the limit; a seller's exposure is what the market asks of it.
            (Side::Buy, Some(price)) => price,
            (Side::Sell, Some(price)) => price.max(touch),
            (Side::Buy | Side::Sell, None) => touch,
        };
        let reserve = (quantity - reducing) * price;
        let freed = reducing * quote.last;
        Effect {
            before,
            initial_after: before.initial + (reserve - freed) * INITIAL,
            maintenance_after: before.maintenance + (reserve - freed) * MAINTENANCE,
            reserve,
            commission: super::commission::of_order(quantity, quantity * price),
        }
    }
}
