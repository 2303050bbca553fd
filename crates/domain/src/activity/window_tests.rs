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
