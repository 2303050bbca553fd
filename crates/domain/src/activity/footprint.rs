//! What one order adds to the sums: taken before and after each record about it, so that only the difference is booked.

use crate::id::{AccountId, ConId, StrategyId};
use crate::lifecycle::OrdStatus;
use crate::money::Currency;
use crate::order::{OrderTypeKind, Side};
use crate::order_record::OrderRecord;
use rust_decimal::Decimal;

/// One order's part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(super) account: Option<AccountId>,
    pub(super) strategy: Option<StrategyId>,
    pub(super) currency: Option<Currency>,
    pub(super) trades: u32,
    /// Worth of the trades as far as it is known; what a status tells ahead of the trades counts at the price that it tells.
    pub(super) turnover: Decimal,
    /// Whether more was traded, at a price that nobody told.
    pub(super) unpriced: bool,
    pub(super) strategy_trades: u32,
    pub(super) rejected: bool,
    pub(super) accepted: bool,
    pub(super) bad: bool,
    pub(super) good: bool,
    pub(super) con_id: Option<ConId>,
    /// It left as an order of its own; an exit is part of its entry.
    pub(super) sent: bool,
    /// It was canceled at our wish and had not traded.
    pub(super) withdrawn: bool,
}

impl Footprint {
    pub(crate) fn of(order: &OrderRecord) -> Self {
        let trades = order.executions.len();
        let results = || {
            let costs = order.executions.values().filter_map(|execution| execution.commission.as_ref());
            costs.filter_map(|commission| commission.realized_pnl)
        };
        let rejected = order.status == OrdStatus::Rejected;
        // A stop that closes has lost until its result is told: that may be a gain, as a trailing stop's often is.
        let untold = trades > results().count();
        let stopped = untold && is_stop(order.intent.order_type.kind()) && closes(order);
        let bad = rejected || stopped || results().any(|pnl| pnl < Decimal::ZERO);
        let (turnover, unpriced) = turnover(order);
        let trades = u32::try_from(trades).unwrap_or(u32::MAX);
        Self {
            account: order.account.clone(),
            strategy: order.intent.strategy.clone(),
            currency: order.contract.as_ref().map(|contract| contract.currency.clone()),
            trades,
            turnover,
            unpriced,
            strategy_trades: trades.max(u32::from(order.status.may_be_live())),
            rejected,
            accepted: order.is_known_to_broker(),
            bad,
            good: !bad && results().any(|pnl| pnl > Decimal::ZERO),
            con_id: order.contract.as_ref().map(|contract| contract.con_id),
            sent: is_own(order),
            withdrawn: is_own(order) && is_withdrawn(order),
        }
    }
}

fn is_own(order: &OrderRecord) -> bool {
    !order.attempts.is_empty() && !order.intent.cl_ord_id.is_exit()
}

fn is_withdrawn(order: &OrderRecord) -> bool {
    order.status == OrdStatus::Canceled
        && order.cancel_wanted
        && order.is_known_to_broker()
        && order.cum_qty().is_zero()
}

/// Whether it trades when the market went against somebody.
fn is_stop(kind: OrderTypeKind) -> bool {
    match kind {
        OrderTypeKind::Stop | OrderTypeKind::StopLimit | OrderTypeKind::Trail | OrderTypeKind::TrailLimit => true,
        OrderTypeKind::Market
        | OrderTypeKind::Limit
        | OrderTypeKind::Midprice
        | OrderTypeKind::Moc
        | OrderTypeKind::Loc
        | OrderTypeKind::Moo
        | OrderTypeKind::Loo => false,
    }
}

/// Whether it can only close a position: it says so, or its side does. A plain buy may open one.
fn closes(order: &OrderRecord) -> bool {
    let by_side = match order.intent.side {
        Side::Sell | Side::BuyToCover => true,
        Side::Buy | Side::SellShort => false,
    };
    by_side || order.intent.reduce_only || order.intent.cl_ord_id.is_exit()
}

/// What was traded, and whether there is more without a price. Beyond every figure it is the largest there is: then
/// nothing more may be traded today.
fn turnover(order: &OrderRecord) -> (Decimal, bool) {
    let (mut qty, mut value) = (Decimal::ZERO, Some(Decimal::ZERO));
    let mut add = |qty: Decimal, price: Decimal| {
        let worth = qty.checked_mul(price);
        value = value.zip(worth).and_then(|(sum, worth)| sum.checked_add(worth));
    };
    for execution in order.executions.values() {
        add(execution.last_qty.get(), execution.last_px.get());
        qty = qty.saturating_add(execution.last_qty.get());
    }
    let ahead = order.cum_qty().saturating_sub(qty);
    let mut unpriced = false;
    if ahead > Decimal::ZERO {
        match order.reported_avg_px.or_else(|| dearest(order)) {
            Some(price) => add(ahead, price),
            None => unpriced = true,
        }
    }
    let multiplier = order.contract.as_ref().map_or(Decimal::ONE, |contract| contract.multiplier);
    (value.and_then(|value| value.checked_mul(multiplier)).unwrap_or(Decimal::MAX), unpriced)
}

/// The dearest price that it can have traded at: a buy's limit. A sell's is bounded below only, and a stop's by nothing.
fn dearest(order: &OrderRecord) -> Option<Decimal> {
    order.worst_limit().filter(|_| order.intent.side.is_buy())
}

#[cfg(test)]
#[path = "footprint_tests.rs"]
mod tests;
