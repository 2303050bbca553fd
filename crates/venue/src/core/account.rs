//! Cash by currency, holdings and what they cost.
//!
//! Every figure is exact: nothing is ever rounded but the share of a cost that a partial close
//! releases, and what is released there is what is realised. So these hold to the last digit, in each
//! currency:
//!
//! - `cash = deposited + traded + converted − commissions`;
//! - `cash + cost of holdings paid for + fees in the cost of holdings on margin
//!   = deposited + converted + realized`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::asset::{Asset, Class, Currency};

/// Decimal places kept of the share of a cost that a partial close releases.
const SHARE_PLACES: u32 = 8;

/// A holding. Cost is kept as a total, so that nothing is lost to the rounding of an average.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Units, negative when short.
    pub quantity: Decimal,
    /// What they cost in the instrument's currency, commissions included; negative when short.
    pub cost: Decimal,
    /// What they cost without commissions: what has not been paid of a holding on margin.
    pub carried: Decimal,
    /// Realised profit since the day began, in the instrument's currency.
    pub realized_today: Decimal,
    /// Unrealised profit when the day began, in the instrument's currency.
    pub unrealized_at_day_start: Decimal,
}

impl Holding {
    /// Average cost of a unit, multiplied as IBKR gives it, commissions included.
    pub fn average_cost(&self) -> Decimal {
        if self.quantity.is_zero() {
            Decimal::ZERO
        } else {
            (self.cost / self.quantity).round_dp(SHARE_PLACES).normalize()
        }
    }
}

/// The money of an account in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashLedger {
    /// Cash, negative when borrowed.
    pub cash: Decimal,
    /// Put in from outside.
    pub deposited: Decimal,
    /// Paid and received for what is traded, and profit of what is held on margin.
    pub traded: Decimal,
    /// Bought and sold against other currencies.
    pub converted: Decimal,
    /// Commissions paid.
    pub commissions: Decimal,
    /// Realised profit, commissions taken off, without that of currencies.
    pub realized: Decimal,
    /// Realised profit of exchanging currencies that are priced in this one.
    pub realized_fx: Decimal,
    /// Realised profit of either kind since the day began.
    pub realized_today: Decimal,
}

/// A trade as the books take it in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trade {
    pub(super) instrument: usize,
    pub(super) asset: Asset,
    /// Units, negative when sold.
    pub(super) signed: Decimal,
    pub(super) price: Decimal,
    pub(super) commission: Decimal,
    /// Currency of the commission.
    pub(super) paid_in: Currency,
    /// Units of the base currency for one of the asset's, when it was made.
    pub(super) rate: Decimal,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Name.
    pub id: String,
    /// Money by currency.
    pub ledgers: BTreeMap<Currency, CashLedger>,
    /// Holdings by position in the universe, flat ones with today's profit included.
    pub holdings: BTreeMap<usize, Holding>,
    /// Stocks traded since the month began, in shares.
    pub shares_this_month: Decimal,
    /// Funds reserved for working orders, in the base currency.
    pub reserved: Decimal,
    /// Net liquidation value when the day began, in the base currency.
    pub equity_at_day_start: Decimal,
}

impl Account {
    pub(super) fn new(id: String, deposit: Decimal) -> Self {
        let ledger = CashLedger { cash: deposit, deposited: deposit, ..CashLedger::default() };
        Self {
            id,
            ledgers: BTreeMap::from([(Currency::BASE, ledger)]),
            holdings: BTreeMap::new(),
            shares_this_month: Decimal::ZERO,
            reserved: Decimal::ZERO,
            equity_at_day_start: deposit,
        }
    }

    /// Units held of an instrument, negative when short.
    pub fn position(&self, instrument: usize) -> Decimal {
        self.holdings.get(&instrument).map_or(Decimal::ZERO, |h| h.quantity)
    }

    fn ledger(&mut self, currency: Currency) -> &mut CashLedger {
        self.ledgers.entry(currency).or_default()
    }

    /// Books a trade and returns the profit it realised, in the currency of its commission; `None` if
    /// it only opened.
    ///
    /// The closing part realises its proceeds less its share of the cost and of the commission; the
    /// opening part adds its price and its share of the commission to the cost.
    pub(super) fn book(&mut self, trade: &Trade) -> Option<Decimal> {
        let Trade { instrument, asset, signed, price, commission, paid_in, rate } = *trade;
        let fee = if asset.takes_in_fees() { commission } else { Decimal::ZERO };
        let holding = self.holdings.entry(instrument).or_default();
        let closed = holding.take(&asset, signed, price, fee);
        let profit = closed.as_ref().map(|c| c.profit);
        let realized = profit.unwrap_or_default();

        let ledger = self.ledger(asset.currency);
        ledger.realized_today += realized;
        match asset.class {
            Class::Paid => {
                ledger.realized += realized;
                ledger.move_trade(-asset.value(signed, price));
            }
            Class::Margined => {
                ledger.realized += realized;
                ledger.move_trade(closed.map_or(Decimal::ZERO, |c| c.variation));
            }
            Class::Exchange { bought } => {
                ledger.realized_fx += realized;
                ledger.convert(-asset.value(signed, price));
                self.ledger(bought).convert(signed);
            }
        }
        let paid = self.ledger(paid_in);
        paid.cash -= commission;
        paid.commissions += commission;
        if asset.takes_in_fees() {
            return profit.map(|p| p.normalize());
        }
        paid.realized -= commission;
        paid.realized_today -= commission;
        profit.map(|p| ((p * rate).round_dp(SHARE_PLACES) - commission).normalize())
    }

    /// Begins a day. `unrealized` gives each holding's profit at that time.
    pub(super) fn begin_day(&mut self, equity: Decimal, unrealized: impl Fn(usize, &Holding) -> Decimal) {
        self.equity_at_day_start = equity;
        for ledger in self.ledgers.values_mut() {
            ledger.realized_today = Decimal::ZERO;
        }
        self.holdings.retain(|_, h| !h.quantity.is_zero());
        for (instrument, holding) in &mut self.holdings {
            holding.realized_today = Decimal::ZERO;
            holding.unrealized_at_day_start = unrealized(*instrument, holding);
        }
    }
}

impl CashLedger {
    fn move_trade(&mut self, amount: Decimal) {
        self.cash += amount;
        self.traded += amount;
    }

    fn convert(&mut self, amount: Decimal) {
        self.cash += amount;
        self.converted += amount;
    }
}

/// What closing a holding, wholly or in part, brought.
struct Closed {
    /// Proceeds less cost and commission.
    profit: Decimal,
    /// The same without commissions: the cash that a holding on margin pays out.
    variation: Decimal,
}

impl Holding {
    fn take(&mut self, asset: &Asset, signed: Decimal, price: Decimal, fee: Decimal) -> Option<Closed> {
        let held = self.quantity.abs();
        let opposite = self.quantity.is_sign_negative() != signed.is_sign_negative();
        let closing = if opposite { signed.abs().min(held) } else { Decimal::ZERO };
        let opening = signed.abs() - closing;
        let close_fee = if opening.is_zero() { fee } else { (fee * closing / signed.abs()).round_dp(SHARE_PLACES) };
        let open_fee = fee - close_fee;
        let sign = if signed.is_sign_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };

        let mut closed = None;
        if !closing.is_zero() {
            let share = |of: Decimal| if closing == held { of } else { (of * closing / held).round_dp(SHARE_PLACES) };
            let (cost, carried) = (share(self.cost), share(self.carried));
            let proceeds = -asset.value(sign * closing, price);
            self.cost -= cost;
            self.carried -= carried;
            self.quantity += sign * closing;
            let profit = proceeds - cost - close_fee;
            self.realized_today += profit;
            closed = Some(Closed { profit, variation: proceeds - carried });
        }
        if !opening.is_zero() {
            let value = asset.value(sign * opening, price);
            self.quantity += sign * opening;
            self.cost += value + open_fee;
            self.carried += value;
        }
        closed
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
