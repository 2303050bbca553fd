use super::super::sums::tests::{account, begun, later, told_with, traded};
use super::*;
use crate::book::tests::{acknowledged, canceling, contract, of};
use crate::event::OrderEvent;
use crate::journal::JournalEvent;

fn price(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn trade(pattern: &mut Pattern, order: &str, is_buy: bool, at_price: &str, second: i64) {
    let mut execution = crate::book::tests::execution("e1.01", 1, "");
    (execution.is_buy, execution.last_px) = (is_buy, at_price.parse().unwrap());
    pattern.traded(&order.parse().unwrap(), &execution, later(second));
}

#[test]
fn the_trades_of_an_order_count_once_with_all_their_prices() {
    let mut pattern = Pattern::default();
    for (order, at_price, second) in [("o-1", "100", 0), ("o-1", "101", 5), ("o-2", "99", 6)] {
        trade(&mut pattern, order, false, at_price, second);
    }
    trade(&mut pattern, "o-3", true, "98", 7);
    let against = |is_buy, window_s, second| pattern.sum(is_buy, window_s, later(second)).against;
    assert_eq!(against(true, 60, 7), [(price("100"), price("101")), (price("99"), price("99"))]);
    assert_eq!(against(false, 60, 7), [(price("98"), price("98"))]);
    assert_eq!(against(true, 60, 65), [(price("99"), price("99"))], "the older one has left the window");
    assert_eq!(against(true, 60, 66), []);
}

#[test]
fn a_full_side_forgets_no_price_before_its_time_and_the_other_side_not_at_all() {
    let mut pattern = Pattern::default();
    trade(&mut pattern, "b-1", true, "50", 0);
    for nth in 0..3 * ORDERS_MAX {
        trade(&mut pattern, &format!("o-{nth}"), false, &format!("{}", 100 + nth), 0);
    }
    let sum = pattern.sum(true, 60, later(1));
    assert_eq!(sum.against.len(), ORDERS_MAX);
    assert!(sum.against.iter().any(|(low, _)| *low == price("100")), "{sum:?}");
    assert_eq!(pattern.sum(false, 60, later(1)).against.len(), 1);
}

#[test]
fn an_order_that_was_withdrawn_counts_and_one_that_traded_or_was_refused_does_not() {
    let mut told = told_with(4);
    for name in ["o-1", "o-2", "o-3", "o-4"] {
        let id = name[2..].parse().unwrap();
        told.must(later(1), of(name, acknowledged(id, 1)));
    }
    told.must(later(2), traded("o-2", "e2.01", 1));
    for name in ["o-1", "o-2"] {
        told.must(later(3), canceling(name));
        told.must(later(4), of(name, OrderEvent::Canceled { detail: None }));
    }
    // The broker's own cancel is nobody's wish.
    told.must(later(5), of("o-3", OrderEvent::Canceled { detail: None }));
    let sum = |told: &super::super::sums::tests::Told| {
        told.activity().pattern(&account(), contract().con_id, true, 60, later(6))
    };
    assert_eq!((sum(&told).orders, sum(&told).withdrawn), (4, 1));
    told.must(later(6), JournalEvent::TradingDayBegan { began_at: later(6), begins_week: false });
    assert_eq!((sum(&told).orders, sum(&told).withdrawn), (0, 0));
    told.must(later(7), canceling("o-4"));
    told.must(later(8), of("o-4", OrderEvent::Canceled { detail: None }));
    assert_eq!((sum(&told).orders, sum(&told).withdrawn), (0, 1), "it was begun yesterday");
    told.must(later(9), begun("o-5", 9, 1));
    assert_eq!(sum(&told).orders, 1);
}

#[test]
fn an_order_keeps_its_highest_and_its_lowest_price_for_as_long_as_its_newest_trade_counts() {
    let mut pattern = Pattern::default();
    for (at_price, second) in [("101", 0), ("99", 10), ("100", 20)] {
        trade(&mut pattern, "o-1", true, at_price, second);
    }
    assert_eq!(pattern.sum(false, 60, later(79)).against, [(price("99"), price("101"))]);
    // A clock that was set back does not make it older.
    trade(&mut pattern, "o-1", true, "100", 5);
    assert_eq!(pattern.sum(false, 60, later(79)).against, [(price("99"), price("101"))]);
    assert_eq!(pattern.sum(false, 60, later(80)).against, []);
}

#[test]
fn a_price_of_an_hour_ago_is_not_carried_on_by_a_new_trade() {
    let mut again = Pattern::default();
    trade(&mut again, "o-1", true, "100", 0);
    trade(&mut again, "o-1", true, "200", 3_600);
    let mut full = Pattern::default();
    (0..ORDERS_MAX).for_each(|nth| trade(&mut full, &format!("o-{nth}"), true, "100", 0));
    trade(&mut full, "last", true, "200", 3_600);
    for pattern in [again, full] {
        assert_eq!(pattern.sum(false, 60, later(3_601)).against, [(price("200"), price("200"))]);
    }
}

#[test]
fn on_a_full_side_the_newest_counts_for_the_oldest() {
    let mut pattern = Pattern::default();
    for nth in 0..=ORDERS_MAX {
        trade(&mut pattern, &format!("o-{nth}"), true, &format!("{}", 100 + nth), 0);
    }
    let against = pattern.sum(false, 60, later(1)).against;
    assert_eq!(against.first(), Some(&(price("101"), price("101"))));
    assert_eq!(against.last(), Some(&(price("100"), price("164"))));
}

#[test]
fn the_exits_of_a_bracket_are_part_of_their_entry() {
    let mut told = told_with(0);
    told.must(later(1), crate::book::tests::bracketing("b-1", 1));
    let sum = told.activity().pattern(&account(), contract().con_id, true, 60, later(2));
    assert_eq!((sum.orders, sum.withdrawn), (1, 0));
}
