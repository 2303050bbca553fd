use super::super::DayCount;
use super::super::sums::tests::{Told, account, begun, later, told_with};
use crate::book::tests::{execution, of};
use crate::event::OrderEvent;
use crate::journal::JournalEvent;
use crate::money::Price;
use crate::order::{OrderType, Side, Trail};
use rust_decimal::Decimal;

fn px() -> Price {
    "189".parse().unwrap()
}

/// One order of this side and type, sent.
fn told_of(name: &str, side: Side, order_type: OrderType, reduce_only: bool) -> Told {
    let mut told = told_with(0);
    sent(&mut told, name, 1, side, order_type, reduce_only);
    told
}

fn sent(told: &mut Told, name: &str, id: i64, side: Side, order_type: OrderType, reduce_only: bool) {
    let mut event = begun(name, id, 1);
    if let JournalEvent::OrderSubmitting { order, .. } = &mut event {
        (order.intent.side, order.intent.reduce_only) = (side, reduce_only);
        order.intent.order_type = order_type;
    }
    told.must(later(0), event);
}

fn trades(told: &mut Told, name: &str, exec_id: &str, side: Side) {
    let mut trade = execution(exec_id, 10, "");
    trade.is_buy = side.is_buy();
    told.must(later(1), of(name, OrderEvent::Executed { execution: Box::new(trade) }));
}

/// A status says that all of it has traded, and nothing of the price.
fn fills(told: &mut Told, name: &str) {
    told.must(later(1), of(name, OrderEvent::ReportedFilled { filled: Decimal::TEN, avg_px: None, perm_id: None }));
}

fn day(told: &Told) -> &DayCount {
    told.activity().day(&account())
}

#[test]
fn what_traded_without_a_result_is_a_loss_only_if_it_is_a_stop_and_closes() {
    let trail = || Trail::Percent("1".parse().unwrap());
    let stop = || OrderType::Stop { stop: px() };
    let cases = [
        (Side::Sell, stop(), false, 1),
        (Side::Sell, OrderType::StopLimit { stop: px(), limit: px() }, false, 1),
        (Side::Sell, OrderType::Trail { trail: trail() }, false, 1),
        (Side::Sell, OrderType::Market, false, 0),
        (Side::Sell, OrderType::Limit { limit: px() }, false, 0),
        (Side::Sell, OrderType::Midprice { cap: None }, false, 0),
        (Side::Sell, OrderType::Moc, false, 0),
        (Side::Sell, OrderType::Loc { limit: px() }, false, 0),
        (Side::Sell, OrderType::Moo, false, 0),
        (Side::Sell, OrderType::Loo { limit: px() }, false, 0),
        (Side::BuyToCover, stop(), false, 1),
        (Side::Buy, stop(), false, 0),
        (Side::SellShort, stop(), false, 0),
        (Side::Buy, stop(), true, 1),
        (Side::SellShort, stop(), true, 1),
    ];
    for (side, order_type, reduce_only, bad) in cases {
        let mut told = told_of("o-1", side, order_type, reduce_only);
        trades(&mut told, "o-1", "e1.01", side);
        assert_eq!(told.activity().series(&account()).count, bad, "{side:?} {order_type:?} {reduce_only}");
    }
}

#[test]
fn a_trade_that_only_a_status_tells_has_a_price_only_where_a_limit_stands_above_it() {
    let cases = [
        (Side::Buy, OrderType::Limit { limit: px() }, 0),
        (Side::BuyToCover, OrderType::StopLimit { stop: px(), limit: px() }, 0),
        (Side::Buy, OrderType::Stop { stop: px() }, 1),
        (Side::Buy, OrderType::Market, 1),
        (Side::Sell, OrderType::Limit { limit: px() }, 1),
        (Side::Sell, OrderType::Stop { stop: px() }, 1),
    ];
    for (side, order_type, unpriced) in cases {
        let mut told = told_of("o-1", side, order_type, false);
        fills(&mut told, "o-1");
        assert_eq!(day(&told).unpriced.len(), unpriced, "{side:?} {order_type:?}");
    }
}

#[test]
fn a_price_that_is_told_at_last_leaves_the_other_orders_without_theirs() {
    let mut told = told_of("o-1", Side::Buy, OrderType::Market, false);
    sent(&mut told, "o-2", 2, Side::Buy, OrderType::Market, false);
    fills(&mut told, "o-1");
    fills(&mut told, "o-2");
    assert_eq!(day(&told).unpriced.len(), 2);
    trades(&mut told, "o-1", "e1.01", Side::Buy);
    assert_eq!(day(&told).unpriced.len(), 1);
    trades(&mut told, "o-2", "e2.01", Side::Buy);
    assert_eq!(day(&told).unpriced.len(), 0);
}
