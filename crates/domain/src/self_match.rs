//! Orders of ours that could trade with each other: what each may trade at, and whether two such ranges meet.

use crate::book::Book;
use crate::id::{ClOrdId, ConId, Leg, StrategyId};
use crate::order::{OrderType, Side};
use crate::order_record::OrderRecord;
use rust_decimal::Decimal;

/// An order of ours that works, is in flight, or of which nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnOrder {
    /// Its key.
    pub cl_ord_id: ClOrdId,
    /// Whose it is.
    pub strategy: Option<StrategyId>,
    /// Buy or sell.
    pub side: Side,
    /// What it may trade at; two while a change is under way.
    pub versions: Vec<OrderType>,
}

/// The prices at which one side of a meeting may trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// At any price, or nobody knows at which.
    Any,
    /// Now or whenever the market comes: a buy up to here, a sell down to here.
    Limit(Decimal),
    /// Only once the market has come to its trigger, and from there as far as `worst`.
    Stop {
        /// The trigger.
        trigger: Decimal,
        /// The worst price after it.
        worst: Decimal,
    },
}

impl Reach {
    /// What an order that is out already may trade at. A stop reckons with `slippage_percent` beyond its trigger. Whether a
    /// stop limit was triggered is not known here, so it counts as its limit; where a trailing one stands is not known
    /// either.
    pub fn of_open(order_type: &OrderType, side: Side, slippage_percent: Decimal) -> Self {
        match order_type {
            OrderType::Limit { limit }
            | OrderType::StopLimit { limit, .. }
            | OrderType::Loc { limit }
            | OrderType::Loo { limit }
            | OrderType::Midprice { cap: Some(limit) } => Self::Limit(limit.get()),
            OrderType::Stop { stop } => Self::beyond(stop.get(), side, slippage_percent)
                .map_or(Self::Any, |worst| Self::Stop { trigger: stop.get(), worst }),
            OrderType::Market
            | OrderType::Trail { .. }
            | OrderType::TrailLimit { .. }
            | OrderType::Midprice { cap: None }
            | OrderType::Moc
            | OrderType::Moo => Self::Any,
        }
    }

    /// A price and so many percent of it on the worse side; `None` when it cannot be computed.
    pub fn beyond(price: Decimal, side: Side, percent: Decimal) -> Option<Decimal> {
        let share = percent / Decimal::ONE_HUNDRED;
        let factor = if side.is_buy() { Decimal::ONE.checked_add(share)? } else { Decimal::ONE.checked_sub(share)? };
        price.checked_mul(factor)
    }

    /// Whether this side may trade with an order of the other side.
    ///
    /// A resting limit beyond a trigger has traded before the market comes to that trigger, and two triggers apart are not
    /// pulled at the same time.
    pub fn meets(self, side: Side, other: Self) -> bool {
        let (buy, sell) = if side.is_buy() { (self, other) } else { (other, self) };
        match (buy, sell) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Limit(buy), Self::Limit(sell)) => buy >= sell,
            (Self::Limit(buy), Self::Stop { trigger, worst }) => buy <= trigger && buy >= worst,
            (Self::Stop { trigger, worst }, Self::Limit(sell)) => sell >= trigger && sell <= worst,
            (Self::Stop { trigger: buy, .. }, Self::Stop { trigger: sell, .. }) => buy <= sell,
        }
    }
}

impl Book {
    /// Every order of ours on a contract that may trade or come to life, whatever its strategy, without those of the
    /// group that `without` belongs to: an entry and its exits are never live at once.
    ///
    /// The profit taker of an entry that has not traded is left out: what could meet it trades before the entry does.
    pub fn own_orders(&self, con_id: ConId, without: &ClOrdId) -> Vec<OwnOrder> {
        self.own_orders_among(con_id, without, self.open.iter())
    }

    /// The same for whoever knows already which orders to look at: all that may trade in the contract must be among them.
    pub fn own_orders_among<'a>(
        &self,
        con_id: ConId,
        without: &ClOrdId,
        open: impl Iterator<Item = &'a ClOrdId>,
    ) -> Vec<OwnOrder> {
        let group = without.group_str();
        open.filter(|key| key.group_str() != group)
            .filter_map(|key| self.order(key))
            .filter(|order| order.status.may_be_live())
            .filter(|order| order.contract.as_ref().is_some_and(|contract| contract.con_id == con_id))
            .filter(|order| order.intent.cl_ord_id.leg() == Leg::StopLoss || self.worst_leaves(order) > Decimal::ZERO)
            .map(OrderRecord::own_order)
            .collect()
    }
}

impl OrderRecord {
    fn own_order(&self) -> OwnOrder {
        let change = self.pending_replace.as_ref().map(|replace| replace.amendment.order_type);
        OwnOrder {
            cl_ord_id: self.intent.cl_ord_id.clone(),
            strategy: self.intent.strategy.clone(),
            side: self.intent.side,
            versions: std::iter::once(self.intent.order_type).chain(change).collect(),
        }
    }
}

#[cfg(test)]
#[path = "self_match_tests.rs"]
mod tests;
