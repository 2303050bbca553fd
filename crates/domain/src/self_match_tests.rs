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
