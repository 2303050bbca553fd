//! R4 with busts, R9, R10 and R11 through whole comparisons.

use super::tests::{Outcome, booked, look_as, look_at, nothing, rules, shown};
use super::*;
use crate::account::Position;
use crate::book::tests::{
    acknowledged, at, book_of, contract, execution, first, key, of, principal, replacing, sent_then, submitting,
};
use crate::change::ChangeFate;
use crate::money::Price;
use crate::order::{OrderType, Trail};
use jiff::SignedDuration;
use rust_decimal::Decimal;

fn held(quantity: i64) -> Vec<Position> {
    vec![Position {
        account: "DU1234567".parse().unwrap(),
        con_id: contract().con_id,
        symbol: "AAPL".to_owned(),
        terms: crate::contract::ContractTerms::NONE,
        currency: "USD".parse().unwrap(),
        is_cash: false,
        qty: Decimal::from(quantity),
        avg_cost: None,
        market_price: None,
        market_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
    }]
}

/// A complete look at this second that shows this position.
fn showing(second: i64, quantity: i64) -> BrokerSnapshot {
    BrokerSnapshot { taken_at: at(second), positions: Section::Complete(held(quantity)), ..nothing() }
}

fn looked(book: Book, snapshot: &BrokerSnapshot) -> (Book, Outcome) {
    let outcome = look_at(&book, snapshot, true);
    let book = booked(book, &outcome.events, snapshot.taken_at + SignedDuration::from_secs(1));
    (book, outcome)
}

/// Nothing of ours; the position of 100 was taken over.
fn based() -> Book {
    looked(book_of(vec![]), &showing(100, 100)).0
}

fn gaps(book: &Book) -> Vec<(Decimal, Decimal, bool)> {
    let report = book.last_reconciliation.as_ref().unwrap();
    report.positions.iter().map(|gap| (gap.expected, gap.broker, gap.confirmed)).collect()
}

fn external(exec_id: &str, quantity: i64) -> JournalEvent {
    let mut execution = execution(exec_id, quantity, "by hand");
    (execution.perm_id, execution.executed_at) = (None, Some(at(200)));
    JournalEvent::ExternalExecution { execution: Box::new(execution) }
}

#[test]
fn r9_the_first_complete_look_takes_the_positions_over_and_the_next_agrees() {
    let (book, outcome) = looked(book_of(vec![]), &showing(100, 100));
    assert_eq!(rules(&outcome), [0_u8; 0]);
    let (book, outcome) = looked(book, &showing(200, 100));
    assert_eq!((rules(&outcome), gaps(&book)), (vec![], vec![]));
    assert!(!outcome.events.iter().any(|event| matches!(event, JournalEvent::PositionsAdopted { .. })), "only once");
}

#[test]
fn r9_trades_of_ours_and_of_others_are_added_up_with_their_corrections_and_busts() {
    let bust = JournalEvent::ExternalBust { exec_id: "x2.02".parse().unwrap() };
    let cash = || {
        let JournalEvent::ExternalExecution { mut execution } = external("fx.01", 1_000) else { unreachable!() };
        execution.is_cash = true;
        JournalEvent::ExternalExecution { execution }
    };
    for (events, total) in [
        (vec![], 100),
        (vec![external("x.01", 5)], 105),
        (vec![external("x.01", 5), external("x.02", 3)], 103),
        (vec![external("x.02", 3), external("x.01", 5)], 103),
        (vec![external("x1.01", 5), external("x2.01", 7), bust.clone()], 105),
        (vec![bust.clone(), external("x2.01", 7)], 100),
        (vec![cash()], 100),
        (vec![submitting("o-1", 7), of("o-1", crate::book::tests::executed("e.01", 4))], 104),
        (
            vec![
                submitting("o-1", 7),
                of("o-1", crate::book::tests::executed("e.01", 4)),
                of("o-1", OrderEvent::Busted { exec_id: "e.02".parse().unwrap() }),
            ],
            100,
        ),
    ] {
        let book = booked(based(), &events, at(300));
        let (book, outcome) = looked(book, &showing(900, total));
        assert!(!rules(&outcome).contains(&9), "{events:?}");
        assert_eq!(gaps(&book), [], "{events:?}");
    }
}

#[test]
fn r9_a_difference_that_lasts_halts_its_instrument_once_and_stays_over_a_restart() {
    let (book, outcome) = looked(based(), &showing(200, 90));
    assert_eq!((rules(&outcome), gaps(&book)), (vec![], vec![(Decimal::from(100), Decimal::from(90), false)]));
    let (book, outcome) = looked(book, &showing(205, 90));
    assert_eq!((rules(&outcome), gaps(&book)[0].2), (vec![], false), "too soon after the first");
    let (book, outcome) = looked(book, &showing(210, 90));
    assert_eq!((rules(&outcome), gaps(&book)[0].2), (vec![9], true));
    let why = book.halted_instruments[&contract().con_id].to_string();
    assert!(why.contains("90") && why.contains("100"), "{why}");
    let (book, outcome) = looked(book, &BrokerSnapshot { generation: Generation(3), ..showing(900, 90) });
    assert_eq!(rules(&outcome), [9]);
    let again = outcome.events.iter().any(|event| matches!(event, JournalEvent::InstrumentHalted { .. }));
    assert!(!again && book.halted_instruments.len() == 1);
    // Gone by itself: the report no longer shows it, the halt is a human's to lift.
    let (book, outcome) = looked(book, &showing(1000, 100));
    assert_eq!((rules(&outcome), gaps(&book), book.halted_instruments.len()), (vec![], vec![], 1));
}

#[test]
fn r9_a_position_that_only_lags_its_trade_is_no_difference() {
    // Traded two seconds before the look, which still shows the old position.
    let book = booked(based(), &[external("x.01", 5)], at(202));
    let (book, outcome) = looked(book, &showing(202, 100));
    assert_eq!((rules(&outcome), gaps(&book)), (vec![], vec![]));
    let (book, outcome) = looked(book, &showing(211, 105));
    assert_eq!((rules(&outcome), gaps(&book)), (vec![], vec![]));
    // Another difference than before begins anew.
    let (book, _) = looked(book, &showing(300, 90));
    let (book, outcome) = looked(book, &showing(400, 80));
    assert_eq!((rules(&outcome), gaps(&book)[0].2), (vec![], false));
}

#[test]
fn r9_a_look_that_is_not_quiet_or_not_complete_keeps_what_was_known() {
    let (doubtful, _) = looked(based(), &showing(200, 90));
    let loud = look_at(&doubtful, &showing(300, 100), false);
    assert_eq!(gaps(&booked(doubtful.clone(), &loud.events, at(301))).len(), 1);
    for spoil in [
        |look: &mut BrokerSnapshot| look.positions = Section::Unknown("timed out".to_owned()),
        |look: &mut BrokerSnapshot| look.executions = Section::Unknown("timed out".to_owned()),
    ] {
        let mut look = showing(300, 90);
        spoil(&mut look);
        let (book, outcome) = looked(doubtful.clone(), &look);
        assert_eq!((rules(&outcome), gaps(&book)[0].2), (vec![], false));
        // And it takes nothing over.
        let (book, _) = looked(book_of(vec![]), &look);
        assert!(!book.holdings.is_based(&"DU1234567".parse().unwrap()));
    }
}

#[test]
fn r9_a_human_who_takes_the_brokers_word_closes_the_difference() {
    let (book, _) = looked(based(), &showing(200, 90));
    let (book, _) = looked(book, &showing(300, 90));
    let adopted = JournalEvent::PositionAdopted {
        account: "DU1234567".parse().unwrap(),
        con_id: contract().con_id,
        qty: Decimal::from(90),
        expected: Decimal::from(100),
        by: principal(),
        reason: "a transfer".to_owned(),
    };
    let book = booked(book, &[adopted], at(310));
    let (book, outcome) = looked(book, &showing(400, 90));
    assert_eq!((rules(&outcome), gaps(&book)), (vec![], vec![]));
    // The next difference is a new one.
    let (book, _) = looked(book, &showing(500, 80));
    assert_eq!(gaps(&book), [(Decimal::from(90), Decimal::from(80), false)]);
}

/// 21:00 of the order's day in New York, with executions since its midnight.
fn evening() -> BrokerSnapshot {
    let taken_at: Timestamp = "2026-03-03T02:00:00Z".parse().unwrap();
    let executions_since = "2026-03-02T05:00:00Z".parse().ok();
    BrokerSnapshot { taken_at, executions_since, ..nothing() }
}

#[test]
fn r10_a_missing_order_is_released_by_a_complete_look_after_the_close_and_by_no_other() {
    let lost = || looked(sent_then(vec![OrderEvent::Written]), &BrokerSnapshot { taken_at: at(900), ..nothing() }).0;
    assert_eq!(first(&lost()).status, OrdStatus::Missing);
    let (book, outcome) = looked(lost(), &evening());
    assert_eq!((rules(&outcome), first(&book).status), (vec![10], OrdStatus::Canceled));
    let report = book.last_reconciliation.as_ref().unwrap();
    assert_eq!((report.proven_dead, report.unresolved, report.end_of_day), (1, 0, true));
    let (book, outcome) = looked(book, &evening());
    assert_eq!((rules(&outcome), first(&book).status), (vec![], OrdStatus::Canceled));

    let saturday: [fn(&mut BrokerSnapshot); 5] = [
        |look| look.executions_since = None,
        |look| look.executions_since = "2026-03-03T05:00:00Z".parse().ok(),
        |look| look.completed_orders = Section::Unknown("timed out".to_owned()),
        |look| look.positions = Section::Complete(held(10)),
        |look| look.taken_at = "2026-03-02T22:00:00Z".parse().unwrap(),
    ];
    for spoil in saturday {
        let mut look = evening();
        spoil(&mut look);
        let (book, outcome) = looked(lost(), &look);
        assert_eq!((rules(&outcome), first(&book).status), (vec![], OrdStatus::Missing), "{look:?}");
    }
    // Nor does the silence of a broker whose farms are away.
    let unsettled = look_as(&lost(), &evening(), true, &BTreeSet::new(), Some("a farm is away"));
    assert_eq!(rules(&unsettled), [0_u8; 0]);
    // A look that does not know which trades its positions count proves nothing either.
    let loud = look_at(&lost(), &evening(), false);
    assert_eq!(rules(&loud), [0_u8; 0]);
}

#[test]
fn r10_a_fill_that_the_evening_shows_is_booked_and_the_order_is_not_dead() {
    let (book, _) = looked(sent_then(vec![OrderEvent::Written]), &BrokerSnapshot { taken_at: at(900), ..nothing() });
    let look = BrokerSnapshot { executions: Section::Complete(vec![execution("e.01", 10, "tg:abc:o-1")]), ..evening() };
    let (book, outcome) = looked(book, &BrokerSnapshot { positions: Section::Complete(held(10)), ..look });
    assert_eq!((rules(&outcome), first(&book).status), (vec![3], OrdStatus::Filled));
}

#[test]
fn the_first_look_after_the_close_is_the_days_last() {
    let end_of_day = |book: &Book| book.last_reconciliation.as_ref().unwrap().end_of_day;
    let at_close = |text: &str| BrokerSnapshot { taken_at: text.parse().unwrap(), ..nothing() };
    let (book, _) = looked(book_of(vec![]), &at_close("2026-03-02T20:00:00Z"));
    assert!(!end_of_day(&book), "the first look ever");
    let (book, _) = looked(book, &at_close("2026-03-03T00:59:59Z"));
    assert!(!end_of_day(&book));
    let (book, _) = looked(book, &at_close("2026-03-03T01:00:00Z"));
    assert!(end_of_day(&book));
    let (book, _) = looked(book, &at_close("2026-03-03T02:00:00Z"));
    assert!(!end_of_day(&book));
}

fn second(perm: i64) -> BrokerOrder {
    BrokerOrder { perm_id: PermId::new(perm).ok(), ..shown("Submitted") }
}

#[test]
fn r11_two_open_orders_under_one_reference_halt_and_count_twice() {
    let working = || sent_then(vec![acknowledged(900, 2)]);
    let both = BrokerSnapshot { open_orders: Section::Complete(vec![second(900), second(901)]), ..nothing() };
    let (book, outcome) = looked(working(), &both);
    assert_eq!((rules(&outcome), first(&book).status), (vec![11], OrdStatus::Working));
    assert_eq!((first(&book).worst_leaves(), book.halted_instruments.len()), (Decimal::from(20), 1));
    let (book, outcome) = looked(book, &BrokerSnapshot { taken_at: at(1050), ..both.clone() });
    assert_eq!(rules(&outcome), [0_u8; 0], "told once");
    // Of an order whose permanent id was not known yet, the first one shown is the order.
    let (unknown, outcome) = looked(sent_then(vec![OrderEvent::Written]), &both);
    assert_eq!((rules(&outcome), first(&unknown).worst_leaves()), (vec![2, 11], Decimal::from(20)));
    // The first is canceled; the other lives on, so the order does.
    let rest = BrokerSnapshot {
        open_orders: Section::Complete(vec![second(901)]),
        completed_orders: Section::Complete(vec![shown("Cancelled")]),
        taken_at: at(1100),
        ..nothing()
    };
    let (book, _) = looked(book, &rest);
    assert_eq!((first(&book).status, first(&book).ended_as), (OrdStatus::Working, Some(OrdStatus::Canceled)));
    let (book, outcome) = looked(book, &BrokerSnapshot { taken_at: at(1200), ..rest });
    assert_eq!(outcome.events.len(), 1, "nothing new: {:?}", outcome.events);
    let over = BrokerOrder { perm_id: PermId::new(901).ok(), ..shown("Cancelled") };
    let last = BrokerSnapshot { completed_orders: Section::Complete(vec![over]), taken_at: at(1300), ..nothing() };
    let (book, outcome) = looked(book, &last);
    assert_eq!((first(&book).status, rules(&outcome)), (OrdStatus::Canceled, vec![11]), "nothing of it is missing");
}

#[test]
fn r4_a_trade_taken_back_in_the_list_does_not_count_whoever_told_it_first() {
    let bust = |busts: &[&str], executions: Vec<Execution>| BrokerSnapshot {
        executions: Section::Complete(executions),
        busts: busts.iter().map(|id| id.parse().unwrap()).collect(),
        open_orders: Section::Complete(vec![shown("Submitted")]),
        ..nothing()
    };
    let ours = |id: &str| execution(id, 4, "tg:abc:o-1");
    let working = || sent_then(vec![acknowledged(900, 2)]);
    // The trade was booked; the list takes it back, and showing it again changes nothing.
    let traded = booked(working(), &[of("o-1", crate::book::tests::executed("e.01", 4))], at(20));
    let (book, outcome) = looked(traded, &bust(&["e.02"], vec![ours("e.01")]));
    assert_eq!((rules(&outcome), first(&book).cum_qty()), (vec![4], Decimal::ZERO));
    let (book, outcome) = looked(book, &bust(&["e.02"], vec![ours("e.01")]));
    assert_eq!((rules(&outcome), first(&book).cum_qty()), (vec![], Decimal::ZERO));
    // Both are new.
    let (book, outcome) = looked(working(), &bust(&["e.02"], vec![ours("e.01")]));
    assert_eq!((rules(&outcome), first(&book).cum_qty()), (vec![3, 4], Decimal::ZERO));
    // The bust came when nobody knew whose trade it was.
    let (book, _) = looked(working(), &bust(&["e.02"], vec![]));
    let (book, _) = looked(book, &bust(&["e.02"], vec![ours("e.01")]));
    assert_eq!(first(&book).cum_qty(), Decimal::ZERO);
    assert_eq!(book.executions[&"e.01".parse().unwrap()], Some(key("o-1")));
}

#[test]
fn r2_what_is_over_in_its_own_terms_had_not_taken_the_change() {
    let working = vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), replacing("o-1", "r-1", 15, "190")];
    let overtaken = [working.clone(), vec![of("o-1", OrderEvent::Canceled { detail: None })]].concat();
    let showing = |quantity: i64, limit: &str| {
        let (mut seen, quantity) = (shown("Cancelled"), Decimal::from(quantity));
        (seen.total_qty, seen.limit_price) = (Some(quantity), limit.parse().ok());
        BrokerSnapshot { completed_orders: Section::Complete(vec![seen]), ..nothing() }
    };
    for events in [working, overtaken] {
        for (quantity, limit, fate, total) in
            [(10, "189.50", ChangeFate::Unsent, 10), (15, "190", ChangeFate::Taken, 15)]
        {
            let (book, outcome) = looked(book_of(events.clone()), &showing(quantity, limit));
            let order = first(&book);
            assert_eq!(order.changes.get(&key("r-1")), Some(&fate), "{outcome:?}");
            assert_eq!((order.intent.qty.get(), order.status), (Decimal::from(total), OrdStatus::Canceled));
            assert!(book.halted_instruments.is_empty());
            assert_eq!(rules(&looked(book, &showing(quantity, limit)).1), [0_u8; 0], "it is said once");
        }
        let (book, _) = looked(book_of(events), &showing(12, "189.50"));
        assert!(first(&book).was_overtaken(), "neither version proves nothing");
    }
}

#[test]
fn r2_an_order_that_does_not_tell_which_version_works_keeps_the_change_open() {
    let mut events = vec![submitting("o-1", 7)];
    if let JournalEvent::OrderSubmitting { order, .. } = &mut events[0] {
        order.intent.order_type = percent("1");
    }
    let mut change = replacing("o-1", "r-1", 10, "190");
    if let JournalEvent::ReplaceSubmitting { amendment, .. } = &mut change {
        amendment.order_type = percent("3");
    }
    events.extend([of("o-1", acknowledged(900, 1)), change, of("o-1", OrderEvent::LinkLost)]);
    let mut seen = shown("Submitted");
    (seen.order_type, seen.limit_price) = ("TRAIL".to_owned(), None);
    let look = |seen: BrokerOrder| BrokerSnapshot { open_orders: Section::Complete(vec![seen]), ..nothing() };
    let (book, outcome) = looked(book_of(events.clone()), &look(seen.clone()));
    assert!(first(&book).pending_replace.is_some(), "{outcome:?}");
    assert_eq!((rules(&outcome), book.halted_instruments.len()), (vec![2], 0));
    seen.trail_percent = "3".parse().ok();
    let (book, _) = looked(book_of(events), &look(seen));
    assert_eq!(first(&book).changes.get(&key("r-1")), Some(&ChangeFate::Taken));
}

fn percent(text: &str) -> OrderType {
    OrderType::Trail { trail: Trail::Percent(Price::new(text.parse().unwrap()).unwrap()) }
}
