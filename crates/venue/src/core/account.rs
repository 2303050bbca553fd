//! Cash, holdings and what they cost.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// A holding. Cost is kept as a total, so that nothing is lost to the rounding of an average.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Shares, negative when short.
    pub quantity: Decimal,
    /// What they cost, commissions included; negative when short.
    pub cost: Decimal,
    /// Realised profit since the day began.
    pub realized_today: Decimal,
}

impl Holding {
    /// Average cost per share, commissions included.
    pub fn average_cost(&self) -> Decimal {
        if self.quantity.is_zero() { Decimal::ZERO } else { (self.cost / self.quantity).round_dp(8).normalize() }
    }
}

/// An account. At any time `cash + Σ cost = deposit + realized`, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name.
    pub id: String,
    /// Cash put in.
    pub deposit: Decimal,
    /// Cash, negative when borrowed.
    pub cash: Decimal,
    /// Realised profit since the account was opened, commissions taken off.
    pub realized: Decimal,
    /// Realised profit since the day began.
    pub realized_today: Decimal,
    /// Commissions paid since the account was opened.
    pub commissions: Decimal,
    /// Holdings by position in the universe, flat ones with today's profit included.
    pub holdings: BTreeMap<usize, Holding>,
    /// Exposure reserved for working orders, in dollars.
    pub reserved: Decimal,
    /// Net liquidation value when the day began.
    pub equity_at_day_start: Decimal,
}

impl Account {
    pub(super) fn new(id: String, deposit: Decimal) -> Self {
        Self {
            id,
            deposit,
            cash: deposit,
            realized: Decimal::ZERO,
            realized_today: Decimal::ZERO,
            commissions: Decimal::ZERO,
            holdings: BTreeMap::new(),
            reserved: Decimal::ZERO,
            equity_at_day_start: deposit,
        }
    }

    /// Shares held of an instrument, negative when short.
    pub fn position(&self, instrument: usize) -> Decimal {
        self.holdings.get(&instrument).map_or(Decimal::ZERO, |h| h.quantity)
    }

    /// Books a fill of `signed` shares and returns the profit it realised; `None` if it only opened.
    ///
    /// The closing part realises its proceeds less its share of the cost and of the commission; the
    /// opening part adds its price and its share of the commission to the cost.
    pub(super) fn book(
        &mut self,
        instrument: usize,
        signed: Decimal,
        price: Decimal,
        commission: Decimal,
    ) -> Option<Decimal> {
        let holding = self.holdings.entry(instrument).or_default();
        let opposite = holding.quantity.is_sign_negative() != signed.is_sign_negative();
        let closing = if opposite { signed.abs().min(holding.quantity.abs()) } else { Decimal::ZERO };
        let opening = signed.abs() - closing;
        let close_fee = (commission * closing / signed.abs()).round_dp(8);
        let open_fee = commission - close_fee;
        let sign = if signed.is_sign_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };

        let mut realized = None;
        if !closing.is_zero() {
            let released = if closing == holding.quantity.abs() {
                holding.cost
            } else {
                (holding.cost * closing / holding.quantity.abs()).round_dp(8)
            };
            holding.cost -= released;
            holding.quantity += sign * closing;
            let profit = -sign * closing * price - released - close_fee;
            holding.realized_today += profit;
            self.realized += profit;
            self.realized_today += profit;
            realized = Some(profit.normalize());
        }
        if !opening.is_zero() {
            holding.quantity += sign * opening;
            holding.cost += sign * opening * price + open_fee;
        }
        self.cash -= signed * price + commission;
        self.commissions += commission;
        realized
    }

    /// Begins a day.
    pub(super) fn begin_day(&mut self, equity: Decimal) {
        self.equity_at_day_start = equity;
        self.realized_today = Decimal::ZERO;
        self.holdings.retain(|_, h| !h.quantity.is_zero());
        for holding in self.holdings.values_mut() {
            holding.realized_today = Decimal::ZERO;
        }
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
