use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn con_id(number: i64) -> ConId {
    ConId::new(number).unwrap()
}

#[test]
fn a_full_ring_forgets_no_worth_before_its_time() {
    let most = i64::try_from(ENTRIES_MAX).unwrap();
    // One instrument, two that alternate, and more instruments than there is room for.
    for instruments in [1, 2, 3 * most] {
        let mut window = Window::default();
        let orders = 2 * most;
        for nth in 0..orders {
            window.add(con_id(1 + nth % instruments), Decimal::ONE, Some(Decimal::TEN), at(0));
        }
        let sum = window.sum(con_id(1), 60, at(1));
        assert_eq!((sum.notional, sum.unknown), (Decimal::from(10 * orders), 0), "{instruments} instruments");
        assert!(window.0.len() <= ENTRIES_MAX);
    }
}

#[test]
fn a_full_ring_counts_every_quantity_of_an_instrument_that_is_traded_on() {
    let most = i64::try_from(ENTRIES_MAX).unwrap();
    let mut window = Window::default();
    for nth in 0..2 * most {
        window.add(con_id(1 + nth % 2), Decimal::ONE, Some(Decimal::TEN), at(0));
    }
    assert_eq!(window.sum(con_id(1), 60, at(1)).qty, Decimal::from(most));
    assert_eq!(window.sum(con_id(2), 60, at(1)).qty, Decimal::from(most));
    // An order of unknown worth makes what it is counted with unknown.
    window.add(con_id(1), Decimal::ONE, None, at(1));
    assert_eq!(window.sum(con_id(1), 60, at(1)).unknown, 1);
    assert_eq!(window.sum(con_id(1), 60, at(61)).qty, Decimal::ZERO, "and time ends all of it");
}

#[test]
fn an_order_counts_until_its_window_has_passed() {
    let mut window = Window::default();
    window.add(con_id(1), Decimal::ONE, Some(Decimal::TEN), at(0));
    assert_eq!(window.sum(con_id(1), 60, at(59)).notional, Decimal::TEN);
    assert_eq!(window.sum(con_id(1), 60, at(60)).notional, Decimal::ZERO);
    // A clock that is set back finds what it had just left behind.
    window.add(con_id(1), Decimal::ONE, Some(Decimal::TEN), at(3_600));
    assert_eq!(window.sum(con_id(1), 3_600, at(3_599)).notional, Decimal::from(20));
}

#[test]
fn a_full_ring_counts_until_the_newer_of_two_is_over_though_the_clock_was_set_back() {
    let mut window = Window::default();
    let most = i64::try_from(ENTRIES_MAX).unwrap();
    (0..most).for_each(|_| window.add(con_id(1), Decimal::ONE, Some(Decimal::TEN), at(100)));
    window.add(con_id(1), Decimal::ONE, Some(Decimal::TEN), at(0));
    assert_eq!(window.sum(con_id(1), 60, at(159)).notional, Decimal::from(10 * (most + 1)));
    assert_eq!(window.sum(con_id(1), 60, at(160)).notional, Decimal::ZERO);
}

#[test]
fn with_no_room_and_none_of_its_instrument_the_oldest_of_all_gives_way() {
    let mut window = Window::default();
    let most = i64::try_from(ENTRIES_MAX).unwrap();
    (1..=most + 1).for_each(|number| window.add(con_id(number), Decimal::ONE, Some(Decimal::TEN), at(0)));
    let qty = |number| window.sum(con_id(number), 60, at(1)).qty;
    assert_eq!((qty(1), qty(2)), (Decimal::ZERO, Decimal::ONE));
    assert_eq!(qty(most + 1), Decimal::TWO, "its quantity is counted as one of the newest");
}
