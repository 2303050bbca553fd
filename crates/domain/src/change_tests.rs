use super::*;
use crate::book::Book;
use crate::book::tests::{
    acknowledged, book_of, canceling, change_denied, executed, filled, first, key, of, replacing, sent_then, submitting,
};
use crate::broker::BrokerOrder;
use crate::journal::JournalEvent;
use crate::lifecycle::OrdStatus;
use crate::money::Price;
use crate::order::OrderType;
use crate::reading::{read_order, taken_in_the_end};
use crate::reconcile::tests::shown;
use rust_decimal::Decimal;

fn canceled() -> OrderEvent {
    OrderEvent::Canceled { detail: None }
}

/// `o-1`, 10 at 189.50, with a change under way and then this.
fn changing(quantity: i64, limit: &str, then: Vec<OrderEvent>) -> Book {
    let mut events =
        vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), replacing("o-1", "r-1", quantity, limit)];
    events.extend(then.into_iter().map(|event| of("o-1", event)));
    book_of(events)
}

fn seen(status: &str, quantity: i64, limit: &str) -> BrokerOrder {
    let mut seen = shown(status);
    seen.total_qty = Some(Decimal::from(quantity));
    seen.limit_price = limit.parse().ok();
    seen
}

/// What an echo says of a change, booked.
fn hear(mut book: Book, echo: &BrokerOrder) -> Book {
    let order = first(&book);
    let event = read_order(echo, order, crate::id::Generation(1)).unwrap();
    if let Some(taken) = taken_in_the_end(echo, order, &event) {
        let record = of("o-1", taken);
        let (seq, at) = (book.seq + 1, crate::book::tests::at(9));
        book.apply(&crate::journal::Recorded { seq, at, event: record }).unwrap();
    }
    book
}

fn terms(book: &Book) -> (Decimal, Option<Decimal>, u32) {
    let order = first(book);
    (order.intent.qty.get(), order.intent.order_type.limit_price().map(Price::get), order.version)
}

fn fate(book: &Book) -> &ChangeFate {
    first(book).changes.get(&key("r-1")).unwrap()
}

fn cents(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

#[test]
fn what_the_end_of_its_order_overtook_counts_once_the_broker_shows_it() {
    let inactive = OrderEvent::Inactive { detail: None };
    for (end, status, word) in [
        (vec![canceled()], OrdStatus::Canceled, "Cancelled"),
        (vec![inactive], OrdStatus::Rejected, "Inactive"),
        (vec![executed("e.01", 10)], OrdStatus::Filled, "Filled"),
        (vec![filled(10)], OrdStatus::Filled, "Filled"),
        (vec![OrderEvent::LinkLost, canceled()], OrdStatus::Canceled, "Cancelled"),
    ] {
        let ended = changing(10, "190", end);
        assert_eq!(first(&ended).status, status);
        assert_eq!(terms(&ended), (Decimal::TEN, cents("189.50"), 1), "{word}: nobody knows which version ended");
        assert!(matches!(fate(&ended), ChangeFate::Overtaken { .. }), "{word}: {:?}", fate(&ended));
        // The original proves nothing but that it stands.
        let before = hear(ended.clone(), &seen(word, 10, "189.50"));
        assert_eq!(before, ended);
        let taken = hear(ended, &seen(word, 10, "190"));
        assert_eq!((terms(&taken), fate(&taken)), ((Decimal::TEN, cents("190"), 2), &ChangeFate::Taken), "{word}");
        assert_eq!((first(&taken).status, taken.halted_instruments.len()), (status, 0), "{word}");
        assert_eq!(hear(taken.clone(), &seen(word, 10, "190")), taken, "once is enough");
    }
}

#[test]
fn what_is_under_way_is_taken_by_the_echo_of_an_end_only() {
    let open = changing(15, "190", Vec::new());
    let order = first(&open);
    for word in ["PendingSubmit", "Submitted", "PendingCancel"] {
        let echo = seen(word, 15, "190");
        let event = read_order(&echo, order, crate::id::Generation(1)).unwrap();
        assert_eq!(taken_in_the_end(&echo, order, &event), None, "{word}");
    }
    let echo = seen("Cancelled", 15, "190");
    let event = read_order(&echo, order, crate::id::Generation(1)).unwrap();
    assert_eq!(taken_in_the_end(&echo, order, &event), Some(OrderEvent::ReplaceTaken { key: key("r-1") }));
    // One that was held for over and works in the terms of the change had taken it.
    let over = changing(15, "190", vec![canceled()]);
    assert_eq!(terms(&hear(over.clone(), &seen("Submitted", 15, "190"))), (Decimal::from(15), cents("190"), 2));
    assert_eq!(terms(&hear(over, &seen("PendingCancel", 15, "190"))), (Decimal::TEN, cents("189.50"), 1));
}

#[test]
fn a_total_that_only_the_change_explains_proves_it() {
    // Trades that come behind the end, and a status that runs ahead of them.
    let more = changing(15, "190", vec![canceled(), executed("e.01", 10), executed("f.01", 5)]);
    assert_eq!((terms(&more).0, fate(&more)), (Decimal::from(15), &ChangeFate::Taken));
    assert_eq!((first(&more).status, more.halted_instruments.len()), (OrdStatus::Filled, 0));
    let told = changing(15, "190", vec![canceled(), filled(15)]);
    assert_eq!((terms(&told).0, fate(&told)), (Decimal::from(15), &ChangeFate::Taken));
    assert_eq!(told.halted_instruments.len(), 0);
    // The same total under another price is either version's.
    let same = changing(10, "190", vec![filled(10)]);
    assert!(matches!(fate(&same), ChangeFate::Overtaken { .. }), "{:?}", fate(&same));
    // More than either version is more than was asked for.
    let over = changing(15, "190", vec![canceled(), executed("e.01", 16)]);
    assert_eq!(over.halted_instruments.len(), 1);
}

#[test]
fn an_order_that_was_overtaken_is_not_full_before_the_larger_version_is() {
    let book = changing(15, "190", vec![canceled(), executed("e.01", 10)]);
    assert_eq!((first(&book).status, book.halted_instruments.len()), (OrdStatus::Canceled, 0));
}

#[test]
fn a_change_of_an_order_that_its_twin_keeps_open_is_taken_too() {
    let second = OrderEvent::TwinSeen {
        perm_id: crate::id::PermId::new(901).unwrap(),
        broker_order_id: None,
        total: Some(Decimal::TEN),
        broker_status: "Submitted".to_owned(),
    };
    let book = changing(15, "190", vec![second, canceled()]);
    assert!(first(&book).pending_replace.is_some() && first(&book).ended_as.is_some());
    let book = hear(book, &seen("Cancelled", 15, "190"));
    assert_eq!((terms(&book), fate(&book)), ((Decimal::from(15), cents("190"), 2), &ChangeFate::Taken));
}

#[test]
fn no_other_change_is_taken() {
    let mut book = sent_then(vec![acknowledged(900, 1)]);
    let before = terms(&book);
    for event in
        [OrderEvent::ReplaceTaken { key: key("r-9") }, canceled(), OrderEvent::ReplaceTaken { key: key("r-9") }]
    {
        let (seq, at) = (book.seq + 1, crate::book::tests::at(9));
        book.apply(&crate::journal::Recorded { seq, at, event: of("o-1", event) }).unwrap();
    }
    assert_eq!(terms(&book), before);
    let refused = OrderEvent::ReplaceRefused { code: 104, message: "no".to_owned() };
    let book = changing(15, "190", vec![refused, canceled(), OrderEvent::ReplaceTaken { key: key("r-1") }]);
    assert_eq!(terms(&book).2, 1, "what was refused was not taken");
    let canceling = book_of(vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), canceling("o-1")]);
    assert_eq!(hear(canceling.clone(), &seen("Cancelled", 10, "190")), canceling);
}

fn refused(code: i32) -> OrderEvent {
    OrderEvent::ReplaceRefused { code, message: "too late".to_owned() }
}

fn halts(book: &Book) -> usize {
    book.halted_instruments.len()
}

#[test]
fn what_the_broker_refuses_after_the_end_was_not_taken_and_explains_no_trade() {
    let by_201 = OrderEvent::Rejected { code: 201, message: "too late".to_owned() };
    for (end, word) in [
        (vec![filled(10)], refused(104)),
        (vec![canceled()], refused(105)),
        (vec![filled(10)], by_201),
        (vec![OrderEvent::Inactive { detail: None }], refused(104)),
    ] {
        let book = changing(15, "190", [end, vec![word.clone()]].concat());
        assert!(matches!(fate(&book), ChangeFate::Refused { message, .. } if message == "too late"), "{word:?}");
        assert_eq!(halts(&book), 0, "{word:?}");
        let over = changing(15, "190", vec![filled(10), word, executed("e.01", 10), executed("f.01", 5)]);
        assert_eq!((halts(&over), terms(&over).0), (1, Decimal::TEN), "five more than the order was for");
    }
}

#[test]
fn what_did_not_leave_before_the_end_was_not_taken() {
    let book = changing(15, "190", vec![canceled(), OrderEvent::ReplaceUnsent]);
    assert_eq!((fate(&book), halts(&book)), (&ChangeFate::Unsent, 0));
    let over = changing(15, "190", vec![canceled(), OrderEvent::ReplaceUnsent, executed("e.01", 15)]);
    assert_eq!((fate(&over), halts(&over)), (&ChangeFate::Unsent, 1));
}

#[test]
fn a_total_of_neither_version_halts() {
    for then in [vec![canceled(), filled(12)], vec![filled(12)]] {
        let book = changing(15, "190", then);
        assert_eq!((halts(&book), terms(&book).0), (1, Decimal::TEN));
    }
}

#[test]
fn a_correction_that_only_the_change_explains_proves_it() {
    let OrderEvent::Executed { mut execution } = executed("e.02", 12) else { unreachable!("it is a trade") };
    execution.order_ref = "tg:abc:o-1".to_owned();
    let corrected = OrderEvent::Corrected { old: "e.01".parse().unwrap(), execution };
    let book = changing(15, "190", vec![canceled(), executed("e.01", 8), corrected]);
    assert_eq!((fate(&book), terms(&book).0, halts(&book)), (&ChangeFate::Taken, Decimal::from(15), 0));
}

#[test]
fn an_order_that_wakes_up_may_work_in_either_version_until_a_look_tells() {
    let woken = changing(15, "190", vec![OrderEvent::Inactive { detail: None }, acknowledged(900, 1)]);
    let order = first(&woken);
    assert_eq!((order.status, fate(&woken)), (OrdStatus::Working, &ChangeFate::UnderWay));
    assert_eq!((order.worst_leaves(), order.worst_limit()), (Decimal::from(15), cents("190")));
    assert!(order.least_limit() < order.worst_limit(), "a sell may bring no more than the lower one");
    let versions = woken.own_orders(order.contract.as_ref().unwrap().con_id, &key("o-9"));
    assert_eq!(versions.first().map(|own| own.versions.len()), Some(2), "a sell at 190 would meet it");
    let with = |event: OrderEvent| {
        let mut book = woken.clone();
        let (seq, at) = (book.seq + 1, crate::book::tests::at(9));
        book.apply(&crate::journal::Recorded { seq, at, event: of("o-1", event) }).unwrap();
        book
    };
    let original = with(OrderEvent::ReplaceUnsent);
    assert_eq!((fate(&original), first(&original).worst_leaves()), (&ChangeFate::Unsent, Decimal::TEN));
    let taken = hear(woken.clone(), &seen("Cancelled", 15, "190"));
    assert_eq!((fate(&taken), terms(&taken).0), (&ChangeFate::Taken, Decimal::from(15)));
    assert!(matches!(fate(&with(canceled())), ChangeFate::Overtaken { .. }), "over once more");
}

#[test]
fn while_a_change_takes_the_cap_away_or_gives_one_the_order_counts_at_the_market() {
    let capped = OrderType::Midprice { cap: "100".parse().ok() };
    let free = OrderType::Midprice { cap: None };
    for (before, after, worst) in [(capped, free, "111.1"), (free, capped, "111.1"), (capped, capped, "100")] {
        let mut submitting = submitting("o-1", 7);
        if let JournalEvent::OrderSubmitting { order, .. } = &mut submitting {
            order.intent.order_type = before;
        }
        let mut change = replacing("o-1", "r-1", 10, "1");
        if let JournalEvent::ReplaceSubmitting { amendment, .. } = &mut change {
            amendment.order_type = after;
        }
        let book = book_of(vec![submitting, of("o-1", acknowledged(900, 1)), change]);
        let order = first(&book);
        assert_eq!(order.worst_price(cents("110"), Decimal::ONE), cents(worst), "{before:?} {after:?}");
        assert_eq!(order.worst_limit(), cents("100").filter(|_| before == after), "what traded ahead cost at most");
    }
}

#[test]
fn a_twins_trades_take_no_change() {
    let second = OrderEvent::TwinSeen {
        perm_id: crate::id::PermId::new(901).unwrap(),
        broker_order_id: None,
        total: Some(Decimal::TEN),
        broker_status: "Submitted".to_owned(),
    };
    let OrderEvent::Executed { mut execution } = executed("f.01", 2) else { unreachable!("it is a trade") };
    execution.perm_id = crate::id::PermId::new(901).ok();
    let book = changing(15, "190", vec![second, executed("e.01", 10), OrderEvent::Executed { execution }]);
    assert_eq!((fate(&book), terms(&book).0), (&ChangeFate::UnderWay, Decimal::TEN));
}

#[test]
fn a_denied_change_spends_its_key_and_leaves_the_order_as_it_was_seen() {
    let events = vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1))];
    let before = book_of(events.clone());
    let denial = change_denied("o-1", "r-1", 2_000, "190", Vec::new());
    let book = book_of([events, vec![denial.clone()]].concat());
    let (was, is) = (first(&before), first(&book));
    assert_eq!((is.version, is.updated_at, is.status), (was.version, was.updated_at, was.status));
    assert_eq!((is.worst_leaves(), is.changes.len()), (was.worst_leaves(), 0), "it reserves nothing");
    assert_eq!(is.change_outcome(&key("r-1")), Some(ChangeOutcome::Denied(Vec::new())));
    assert_eq!(is.change_outcome(&key("r-2")), None);
    let mut again = book.clone();
    let record = crate::journal::Recorded { seq: book.seq + 1, at: crate::book::tests::at(9), event: denial };
    assert!(again.apply(&record).is_err(), "its key is spent");
}
