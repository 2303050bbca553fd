//! What the records of an order add to the sums of [`crate::activity`].

use super::{Book, OrderRecord};
use crate::activity::{Breaker, Footprint};
use crate::id::ClOrdId;
use crate::order::Amendment;
use jiff::Timestamp;
use rust_decimal::Decimal;

impl Book {
    /// A new order begins with nothing done.
    pub(super) fn count_begun(&mut self, key: &ClOrdId, at: Timestamp) {
        if let Some(order) = self.orders.get(key) {
            self.activity.moved(key, &Footprint::default(), &Footprint::of(order), at);
        }
    }

    pub(super) fn note_change(&mut self, key: &ClOrdId, to: &Amendment, notional: Option<Decimal>, at: Timestamp) {
        let Some(order) = self.orders.get(key) else { return };
        if let (Some(account), Some(contract)) = (&order.account, &order.contract) {
            let totals = (order.intent.qty.get(), to.qty.get());
            self.activity.changed(account, contract.con_id, totals, notional, at);
        }
    }

    pub(super) fn note_cancel(&mut self, key: &ClOrdId) {
        if let Some(account) = self.orders.get(key).and_then(|order| order.account.as_ref()) {
            self.activity.message(account);
        }
    }

    /// Orders of a breaker's strategy that may still trade.
    pub(super) fn may_trade(&self, breaker: &Breaker) -> u32 {
        let Breaker::StrategyTrades(strategy) = breaker else { return 0 };
        let theirs = |order: &&OrderRecord| {
            order.status.may_be_live()
                && order.executions.is_empty()
                && order.intent.strategy.as_ref() == Some(strategy)
        };
        u32::try_from(self.open_orders().filter(theirs).count()).unwrap_or(u32::MAX)
    }
}
