use super::*;
use crate::book::tests::{acknowledged, book_of, bracketing, execution, key, of, submitting};
use crate::event::OrderEvent;
use proptest::prelude::*;

fn keys(orders: &[OwnOrder]) -> Vec<String> {
    orders.iter().map(|order| order.cl_ord_id.to_string()).collect()
}

fn contract(book: &Book) -> ConId {
    book.orders[&key("o-1")].contract.as_ref().unwrap().con_id
}

#[test]
fn what_works_is_in_flight_or_unknown_is_listed_and_what_is_over_is_not() {
    let book = book_of(vec![
        submitting("o-1", 7),
        submitting("o-2", 8),
        of("o-2", acknowledged(900, 1)),
        submitting("o-3", 9),
        of("o-3", OrderEvent::LinkLost),
        submitting("o-4", 10),
        of("o-4", OrderEvent::Rejected { code: 201, message: "no margin".to_owned() }),
    ]);
    assert_eq!(keys(&book.own_orders(contract(&book), &key("new"))), ["o-1", "o-2", "o-3"]);
    assert_eq!(keys(&book.own_orders(contract(&book), &key("o-2"))), ["o-1", "o-3"], "not the order itself");
    assert!(book.own_orders(ConId::new(1).unwrap(), &key("new")).is_empty(), "another contract");
    let among = book.own_orders_among(contract(&book), &key("new"), book.orders.keys());
    assert_eq!(keys(&among), ["o-1", "o-2", "o-3"], "and if all that ever were are looked at");
}

#[test]
fn of_a_bracket_the_profit_taker_counts_once_its_entry_has_traded() {
    let resting = vec![bracketing("o-1", 7), of("o-1", acknowledged(900, 1)), of("o-1:tp", acknowledged(901, 1))];
    let book = book_of(resting.clone());
    assert_eq!(keys(&book.own_orders(contract(&book), &key("new"))), ["o-1", "o-1:sl"]);
    let traded = crate::execution::Execution { perm_id: None, ..execution("e.01", 10, "") };
    let book =
        book_of(resting.into_iter().chain([of("o-1", OrderEvent::Executed { execution: Box::new(traded) })]).collect());
    assert_eq!(keys(&book.own_orders(contract(&book), &key("new"))), ["o-1:sl", "o-1:tp"]);
    assert!(book.own_orders(contract(&book), &key("o-1:tp")).is_empty(), "an order never meets its own group");
}

#[test]
fn prices_meet_where_they_are_equal_and_not_a_cent_beyond() {
    let cents = |number: i64| Decimal::new(number, 2);
    let limit = |number| Reach::Limit(cents(number));
    let stop = |trigger, worst| Reach::Stop { trigger: cents(trigger), worst: cents(worst) };
    for (buy, sell, meet) in [
        (limit(1_000), limit(1_000), true),
        (limit(999), limit(1_000), false),
        // A stop that sells from 10.00 down to 9.50.
        (limit(1_000), stop(1_000, 950), true),
        (limit(1_001), stop(1_000, 950), false),
        (limit(950), stop(1_000, 950), true),
        (limit(949), stop(1_000, 950), false),
        // A stop that buys from 10.00 up to 10.50.
        (stop(1_000, 1_050), limit(1_000), true),
        (stop(1_000, 1_050), limit(999), false),
        (stop(1_000, 1_050), limit(1_050), true),
        (stop(1_000, 1_050), limit(1_051), false),
        (stop(1_000, 1_050), stop(1_000, 950), true),
        (stop(1_001, 1_050), stop(1_000, 950), false),
        (Reach::Any, limit(1), true),
        (limit(1), Reach::Any, true),
    ] {
        assert_eq!(buy.meets(Side::Buy, sell), meet, "{buy:?} {sell:?}");
        assert_eq!(sell.meets(Side::SellShort, buy), meet, "{sell:?} {buy:?}");
    }
}

fn any_reach() -> impl Strategy<Value = Reach> {
    let price = || (1i64..50).prop_map(Decimal::from);
    prop_oneof![
        Just(Reach::Any),
        price().prop_map(Reach::Limit),
        (price(), price()).prop_map(|(trigger, worst)| Reach::Stop { trigger, worst }),
    ]
}

proptest! {
    #[test]
    fn who_comes_first_does_not_matter(buy in any_reach(), sell in any_reach()) {
        prop_assert_eq!(buy.meets(Side::Buy, sell), sell.meets(Side::Sell, buy));
    }

    #[test]
    fn a_wider_limit_meets_all_that_a_narrower_one_meets(low in 1i64..50, more in 0i64..50, other in 1i64..50) {
        let (low, high, other) = (Decimal::from(low), Decimal::from(low + more), Reach::Limit(Decimal::from(other)));
        if Reach::Limit(low).meets(Side::Buy, other) {
            prop_assert!(Reach::Limit(high).meets(Side::Buy, other));
        }
        if Reach::Limit(high).meets(Side::Sell, other) {
            prop_assert!(Reach::Limit(low).meets(Side::Sell, other));
        }
    }
}
