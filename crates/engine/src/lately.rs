//! The day, the breakers, and what was done lately, for the gates.

use crate::core::{Batch, Core};
use crate::used::traded;
use domain::activity::{Activity, Breaker};
use domain::approved::ResolvedOrder;
use domain::gates::{Funds, Lately, Losses};
use domain::id::ClOrdId;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::policy::Policy;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

impl Core {
    /// Begins the broker's day if the one before has closed.
    pub(crate) fn roll_day(&mut self, batch: &mut Batch, now: Timestamp) {
        if now < self.day_ends {
            return;
        }
        let calendar = &self.config.calendar;
        let began_at = calendar.last_close(now);
        // A calendar that knows no close is asked again with the next batch.
        self.day_ends = calendar.close_after(now).unwrap_or(Timestamp::MIN);
        if let (Some(began_at), Some(before)) = (began_at, self.book.activity.day_began_at)
            && before < began_at
        {
            let begins_week = self.config.calendar.last_week_close(now).is_some_and(|friday| before < friday);
            self.push(batch, now, JournalEvent::TradingDayBegan { began_at, begins_week });
        }
    }

    /// Makes durable what must stay until a human has looked: each order of this batch is judged by the limits that its
    /// gates were asked with.
    pub(crate) fn mind_breakers(&mut self, batch: &mut Batch, now: Timestamp) {
        let touched: BTreeSet<ClOrdId> =
            batch.records.iter().filter_map(|one| one.event.cl_ord_id().cloned()).collect();
        let due: Vec<(Breaker, String)> = touched.iter().flat_map(|key| self.due_breakers(key)).collect();
        for (breaker, reason) in due {
            if !self.book.activity.breakers().contains_key(&breaker) {
                self.push(batch, now, JournalEvent::BreakerTripped { breaker, reason });
            }
        }
    }

    /// What trips because of an order. What never left neither was rejected nor trades.
    fn due_breakers(&self, key: &ClOrdId) -> Vec<(Breaker, String)> {
        let Some(order) = self.book.order(key).filter(|order| !order.attempts.is_empty()) else { return Vec::new() };
        let limits = self.policy().limits_for(&order.policy_scope());
        let activity = &self.book.activity;
        let is_due = |control: u8, count: u32, max: u32| count > 0 && count >= max && !limits.off.contains(&control);
        let mut due = Vec::new();
        let (rejects, max) = (activity.rejects_in_row, limits.rejects_max);
        if order.status == OrdStatus::Rejected && is_due(39, rejects, max) {
            due.push((Breaker::Rejects, format!("{rejects} rejects in a row, {max} allowed")));
        }
        if let Some(strategy) = &order.intent.strategy {
            let (trades, max) = (activity.strategy_trades(strategy), limits.strategy_executions_max);
            if is_due(36, trades, max) {
                let reason = format!("{trades} trades and open orders, {max} allowed");
                due.push((Breaker::StrategyTrades(strategy.clone()), reason));
            }
        }
        due
    }

    /// What was done lately, as far as it counts for this order. `changes` is the total that it had before, `estimated_at`
    /// when the broker was asked for its estimate.
    pub(crate) fn lately(
        &self,
        order: &ResolvedOrder,
        (changes, estimated_at): (Option<Decimal>, Option<Timestamp>),
        limits: &Policy,
        now: Timestamp,
    ) -> Lately {
        let activity: &Activity = &self.book.activity;
        let day = activity.day(&order.account);
        let (con_id, qty, window_s) = (order.contract.con_id, order.intent.qty.get(), limits.short_window_s);
        let worth = self.session.account.as_ref().filter(|told| told.account == order.account);
        let told = worth.filter(|told| told.net_liquidation.is_some()).map(|told| told.received_at);
        let strategy = order.intent.strategy.as_ref();
        let concerns = |breaker: &Breaker| match breaker {
            Breaker::Rejects => true,
            Breaker::StrategyTrades(theirs) => Some(theirs) == strategy,
            Breaker::Drawdown(account) => *account == order.account,
        };
        let tripped = activity.breakers().iter().filter(|(breaker, _)| concerns(breaker));
        Lately {
            turnover_day: traded(&self.session, day),
            orders_day: day.orders,
            orders_more: changes.map_or_else(|| order.intent.orders(), |_| 0),
            qty_more: changes.map_or(qty, |before| qty.saturating_sub(before).max(Decimal::ZERO)),
            window: activity.sent_within(&order.account, con_id, window_s, now),
            window_prices: self.prices.range(con_id, window_s, now),
            strategy_trades: strategy.map_or(0, |strategy| activity.strategy_trades(strategy)),
            messages_day: day.messages,
            trades_day: day.trades,
            rejects_in_row: activity.rejects_in_row,
            funds: self.session.account.as_ref().filter(|told| told.account == order.account).map(|told| Funds {
                net_liquidation: told.net_liquidation,
                init_margin: told.init_margin,
                excess_liquidity: told.excess_liquidity,
                at: told.received_at,
            }),
            opened_unseen: self.unseen.by_account(),
            opened_since_estimate: estimated_at.map_or(Some(Decimal::ZERO), |at| self.unseen.by_estimate(at)),
            value: activity.value(&order.account).map(|value| Losses {
                loss_day: value.loss_day(),
                loss_week: value.loss_week(),
                drawdown_percent: value.drawdown_percent(),
                // What was told and said nothing new is as new as its telling.
                at: told.map_or(value.last_at, |at| at.max(value.last_at)),
            }),
            pattern: activity.pattern(&order.account, con_id, order.intent.side.is_buy(), limits.wash_window_s, now),
            series: activity.series(&order.account),
            tripped: tripped.map(|(breaker, tripped)| (breaker.clone(), tripped.clone())).collect(),
        }
    }
}
