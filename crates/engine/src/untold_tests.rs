//! What is filled and in no position yet: told by the status alone, or too young for the broker's positions.

use super::*;

/// Fifty are held. The status of a sale of ten says Filled, and the trade is not told yet.
fn filled_by_word() -> (World, Execution) {
    let mut world = World::proven();
    world.submit(resolved("k-1", 1, false, OrderType::Market));
    let cl_ord_id: ClOrdId = "k-1".parse().unwrap();
    let order = world.core.book.order(&cl_ord_id).unwrap().clone();
    let event = world.event(&order, Happens::ReportedFilled(10)).unwrap();
    world.push(JournalEvent::Order { cl_ord_id, event });
    assert!(world.core.book.open.is_empty(), "it is over");
    let trade = world.trade("k-1", 10);
    (world, trade)
}

fn range(world: &mut World) -> domain::worth::Range {
    world.core.value_everything();
    world.core.valuation.worth.place(con_id(1)).unwrap().qty()
}

#[test]
fn what_the_status_has_filled_counts_until_its_trade_is_told() {
    let (mut world, trade) = filled_by_word();
    let (now_held, may_be) = (Decimal::from(50), Decimal::from(40));
    assert_eq!((range(&mut world).now, range(&mut world).low), (now_held, may_be));
    assert!(open(&world.core).contains_key(&"k-1".parse().unwrap()));
    world.core.executed(&mut Batch::default(), now(), &trade);
    assert_eq!((range(&mut world).now, range(&mut world).low), (may_be, may_be), "and once only");
    assert!(open(&world.core).is_empty());
}

#[test]
fn what_the_status_has_filled_counts_until_positions_show_it_and_over_a_restart() {
    let (mut world, _) = filled_by_word();
    let shows = |world: &mut World, qty: i64, seconds: i64| {
        let seen = Position { qty: qty.into(), ..told(Some(100), 100) };
        world.core.take_positions(&[seen], now() + SignedDuration::from_secs(seconds));
        let range = range(world);
        (range.now, range.low)
    };
    assert_eq!(shows(&mut world, 50, 9), (50.into(), 40.into()), "they may lag it");
    let session = world.core.session.clone();
    let (book, prices) = (world.core.book.clone(), Box::new(world.board.clone()));
    let mut again = Core::new(config(), book.clone(), session.clone(), prices.clone(), now());
    again.value_everything();
    assert_eq!(again.valuation.worth.place(con_id(1)).unwrap().qty().low, 40.into());
    let mut later = Core::new(config(), book, session, prices, now() + SignedDuration::from_secs(10));
    later.value_everything();
    assert_eq!(later.valuation.worth.place(con_id(1)).unwrap().qty().low, 50.into(), "a look is to tell first");
    assert!(world.core.valuation.owes_trades(SignedDuration::from_secs(5), now() + SignedDuration::from_secs(5)));
    assert_eq!(shows(&mut world, 40, 10), (40.into(), 40.into()));
    assert!(!world.core.valuation.owes_trades(SignedDuration::ZERO, now()), "nothing is to be asked any more");
}

#[test]
fn positions_that_lag_a_trade_do_not_take_it_back() {
    let (mut world, trade) = filled_by_word();
    let account: AccountId = "DU1".parse().unwrap();
    let positions = vec![domain::holding::HeldPosition { con_id: con_id(1), qty: 50.into() }];
    world.push(JournalEvent::PositionsAdopted { account, positions });
    let traded_at = now() + SignedDuration::from_secs(60);
    world.core.executed(&mut Batch::default(), traded_at, &trade);
    let shows = |world: &mut World, qty: i64, seconds: i64| {
        let seen = Position { qty: qty.into(), ..told(Some(100), 100) };
        world.core.take_positions(&[seen], traded_at + SignedDuration::from_secs(seconds));
        range(world).now
    };
    assert_eq!(shows(&mut world, 50, 9), 40.into(), "they still show what was sold");
    assert_eq!(shows(&mut world, 40, 9), 40.into(), "they show it already");
    assert_eq!(shows(&mut world, 45, 10), 45.into(), "from here on the broker's word counts");
}
