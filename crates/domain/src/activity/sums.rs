//! The sums: what each record adds to them, and what a gate may ask.

use super::breaker::{Breaker, Tripped};
use super::footprint::Footprint;
use super::pattern::{Pattern, PatternSum};
use super::value::{AccountMark, AccountValue};
use super::window::{Window, WindowSum};
use crate::approved::ResolvedOrder;
use crate::execution::Execution;
use crate::id::{AccountId, ClOrdId, ConId, StrategyId};
use crate::money::Currency;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one account did since the day began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// Sum of the trades of our orders by currency, in absolute amounts. A trade that is taken back stays counted.
    pub turnover: BTreeMap<Currency, Decimal>,
    /// Orders that traded today at a price that nobody has told.
    pub unpriced: BTreeSet<ClOrdId>,
    /// Orders that were sent, the exits of brackets included.
    pub orders: u32,
    /// Order messages: new orders, changes and cancels.
    pub messages: u32,
    /// Trades of our orders.
    pub trades: u32,
}

/// Bad ends in a row: losses, stops and rejects, until a gain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last_at: Option<Timestamp>,
}

/// Everything that was done lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When the day began: the broker's close before it, or the first record ever.
    pub day_began_at: Option<Timestamp>,
    days: BTreeMap<AccountId, DayCount>,
    windows: BTreeMap<AccountId, Window>,
    patterns: BTreeMap<AccountId, BTreeMap<ConId, Pattern>>,
    series: BTreeMap<AccountId, Series>,
    strategies: BTreeMap<StrategyId, u32>,
    /// Orders in a row that the broker rejected.
    pub rejects_in_row: u32,
    values: BTreeMap<AccountId, AccountValue>,
    #[serde(with = "super::breaker::pairs")]
    breakers: BTreeMap<Breaker, Tripped>,
}

/// What a strategy or an account that did nothing has done.
static NOTHING: DayCount =
    DayCount { turnover: BTreeMap::new(), unpriced: BTreeSet::new(), orders: 0, messages: 0, trades: 0 };

impl Activity {
    /// What an account did today.
    pub fn day(&self, account: &AccountId) -> &DayCount {
        self.days.get(account).unwrap_or(&NOTHING)
    }

    /// What an account sent within so many seconds before `now`, and how much of it in one instrument.
    pub fn sent_within(
        &self,
        account: &AccountId,
        con_id: crate::id::ConId,
        window_s: i64,
        now: Timestamp,
    ) -> WindowSum {
        self.windows.get(account).map_or_else(WindowSum::default, |window| window.sum(con_id, window_s, now))
    }

    /// What the account's orders in an instrument look like from outside, to an order on one side of it.
    pub fn pattern(
        &self,
        account: &AccountId,
        con_id: ConId,
        is_buy: bool,
        window_s: i64,
        now: Timestamp,
    ) -> PatternSum {
        let pattern = self.patterns.get(account).and_then(|patterns| patterns.get(&con_id));
        pattern.map_or_else(PatternSum::default, |pattern| pattern.sum(is_buy, window_s, now))
    }

    /// How often a strategy traded since a human last let it go on; an order that may still trade counts once.
    pub fn strategy_trades(&self, strategy: &StrategyId) -> u32 {
        self.strategies.get(strategy).copied().unwrap_or(0)
    }

    /// Bad ends in a row.
    pub fn series(&self, account: &AccountId) -> Series {
        self.series.get(account).copied().unwrap_or_default()
    }

    /// What tripped and was not reset.
    pub fn breakers(&self) -> &BTreeMap<Breaker, Tripped> {
        &self.breakers
    }

    pub(crate) fn first_record(&mut self, at: Timestamp) {
        self.day_began_at.get_or_insert(at);
    }

    /// What an account is worth, and was; `None` before it was told.
    pub fn value(&self, account: &AccountId) -> Option<&AccountValue> {
        self.values.get(account)
    }

    pub(crate) fn mark(&mut self, account: &AccountId, mark: &AccountMark, at: Timestamp) {
        match self.values.get_mut(account) {
            Some(value) => value.mark(mark, at),
            None => {
                self.values.insert(account.clone(), AccountValue::begin(mark, at));
            }
        }
    }

    pub(crate) fn begin_day(&mut self, began_at: Timestamp, begins_week: bool) {
        self.values.values_mut().for_each(|value| value.begin_day(begins_week));
        self.day_began_at = Some(began_at);
        self.days.clear();
        for patterns in self.patterns.values_mut() {
            patterns.values_mut().for_each(Pattern::begin_day);
            patterns.retain(|_, pattern| !pattern.is_over(began_at));
        }
    }

    /// An order was made to be sent, with its exits.
    pub(crate) fn sent(&mut self, order: &ResolvedOrder, notional: Option<Decimal>, at: Timestamp) {
        let orders = order.intent.orders();
        let day = self.days.entry(order.account.clone()).or_default();
        day.orders = day.orders.saturating_add(orders);
        day.messages = day.messages.saturating_add(orders);
        let window = self.windows.entry(order.account.clone()).or_default();
        window.add(order.contract.con_id, order.intent.qty.get(), notional, at);
    }

    /// A change was made to be sent; only what it adds to the order is new.
    pub(crate) fn changed(
        &mut self,
        account: &AccountId,
        con_id: crate::id::ConId,
        (old, new): (Decimal, Decimal),
        notional: Option<Decimal>,
        at: Timestamp,
    ) {
        self.message(account);
        let added = new.saturating_sub(old);
        if added > Decimal::ZERO {
            let share = notional.and_then(|notional| added_share(notional, added, new));
            self.windows.entry(account.clone()).or_default().add(con_id, added, share, at);
        }
    }

    /// One more order message.
    pub(crate) fn message(&mut self, account: &AccountId) {
        let day = self.days.entry(account.clone()).or_default();
        day.messages = day.messages.saturating_add(1);
    }

    /// An order of ours traded.
    pub(crate) fn traded(&mut self, key: &ClOrdId, order: &Footprint, execution: &Execution, at: Timestamp) {
        if let (Some(account), Some(con_id)) = (&order.account, order.con_id) {
            self.patterns.entry(account.clone()).or_default().entry(con_id).or_default().traded(key, execution, at);
        }
    }

    /// An order moved from one footprint to another.
    pub(crate) fn moved(&mut self, key: &ClOrdId, before: &Footprint, after: &Footprint, at: Timestamp) {
        if let Some(strategy) = &after.strategy {
            let count = self.strategies.entry(strategy.clone()).or_default();
            *count = count.saturating_add(after.strategy_trades).saturating_sub(before.strategy_trades);
        }
        match (before.rejected, after.rejected) {
            (false, true) => self.rejects_in_row = self.rejects_in_row.saturating_add(1),
            (_, false) if after.accepted && !before.accepted => self.rejects_in_row = 0,
            (_, _) => {}
        }
        let Some(account) = &after.account else { return };
        let day = self.days.entry(account.clone()).or_default();
        day.trades = day.trades.saturating_add(after.trades.saturating_sub(before.trades));
        if let Some(currency) = &after.currency {
            let more = after.turnover.saturating_sub(before.turnover).max(Decimal::ZERO);
            let sum = day.turnover.entry(currency.clone()).or_default();
            *sum = sum.saturating_add(more);
        }
        match (before.unpriced, after.unpriced) {
            (false, true) => {
                day.unpriced.insert(key.clone());
            }
            (true, false) => {
                day.unpriced.remove(key);
            }
            (true, true) | (false, false) => {}
        }
        if let Some(con_id) = after.con_id.filter(|_| after.sent) {
            let pattern = self.patterns.entry(account.clone()).or_default().entry(con_id).or_default();
            if !before.sent {
                pattern.sent();
            }
            if after.withdrawn && !before.withdrawn {
                pattern.withdrawn();
            }
        }
        let series = self.series.entry(account.clone()).or_default();
        if after.bad && !before.bad {
            *series = Series { count: series.count.saturating_add(1), last_at: Some(at) };
        } else if after.good && !before.good {
            *series = Series::default();
        }
    }

    pub(crate) fn trip(&mut self, breaker: &Breaker, reason: &str, at: Timestamp) {
        self.breakers.entry(breaker.clone()).or_insert_with(|| Tripped { reason: reason.to_owned(), at });
    }

    /// A human has looked. `still_open` is how many orders of the breaker's strategy may still trade.
    pub(crate) fn reset(&mut self, breaker: &Breaker, still_open: u32) {
        self.breakers.remove(breaker);
        match breaker {
            Breaker::Rejects => self.rejects_in_row = 0,
            Breaker::StrategyTrades(strategy) => {
                self.strategies.insert(strategy.clone(), still_open);
            }
            Breaker::Drawdown(account) => {
                if let Some(value) = self.values.get_mut(account) {
                    value.reset_peak();
                }
            }
        }
    }
}

/// The part of a changed order's worth that is new.
pub fn added_share(notional: Decimal, added: Decimal, total: Decimal) -> Option<Decimal> {
    notional.checked_mul(added)?.checked_div(total)
}

#[cfg(test)]
#[path = "sums_tests.rs"]
pub(super) mod tests;
