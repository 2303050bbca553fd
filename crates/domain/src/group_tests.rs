use super::{Group, GroupFault, GroupStep};
use crate::book::Book;
use crate::book::tests::{
    acknowledged, at, book_of, bracketing, canceling, execution, filled, key, of, replacing, submitting,
};
use crate::event::OrderEvent;
use crate::id::ClOrdId;
use crate::journal::JournalEvent;
use crate::journal::Recorded;
use crate::lifecycle::OrdStatus;
use rust_decimal::Decimal;

const ENTRY: &str = "o-1";
const PROFIT: &str = "o-1:tp";
const LOSS: &str = "o-1:sl";

fn canceled() -> OrderEvent {
    OrderEvent::Canceled { detail: None }
}

fn rejected() -> OrderEvent {
    OrderEvent::Rejected { code: 201, message: "no margin".to_owned() }
}

fn trade(exec_id: &str, quantity: i64) -> OrderEvent {
    let execution = crate::execution::Execution { perm_id: None, ..execution(exec_id, quantity, "") };
    OrderEvent::Executed { execution: Box::new(execution) }
}

fn works(name: &str) -> JournalEvent {
    let perm_id = match name {
        ENTRY => 900,
        PROFIT => 901,
        _ => 902,
    };
    of(name, acknowledged(perm_id, 1))
}

fn book(events: impl IntoIterator<Item = JournalEvent>) -> Book {
    let mut all = vec![bracketing(ENTRY, 7)];
    all.extend(events);
    book_of(all)
}

/// What the group needs: one word per step, and "later" when something may only be late.
fn advice(book: &Book, after: i64) -> Vec<String> {
    told(book, after, true)
}

fn told(book: &Book, after: i64, compared: bool) -> Vec<String> {
    let seconds = i64::try_from(book.seq).unwrap() + after;
    let advice = book.group(&key(LOSS)).unwrap().advice(at(seconds), compared);
    let words = advice.steps.iter().map(|step| match step {
        GroupStep::Broken { fault, .. } => fault.word().to_owned(),
        GroupStep::CancelExit(exit) => format!("cancel {exit}"),
        GroupStep::ExitOver(exit) => format!("over {exit}"),
    });
    words.chain(advice.look_again.then(|| "later".to_owned())).collect()
}

fn leaves(book: &Book) -> [Decimal; 3] {
    [ENTRY, PROFIT, LOSS].map(|name| book.worst_leaves(&book.orders[&key(name)]))
}

#[test]
fn a_group_is_found_by_each_of_its_keys_and_an_order_of_its_own_has_none() {
    let book = book([submitting("o-2", 20)]);
    for name in [ENTRY, PROFIT, LOSS] {
        let Group { entry, exits } = book.group(&key(name)).unwrap();
        assert_eq!(entry.intent.cl_ord_id, key(ENTRY));
        assert_eq!(exits.map(|exit| exit.intent.cl_ord_id.clone()), [key(PROFIT), key(LOSS)]);
    }
    assert!(book.group(&key("o-2")).is_none() && book.exits(&key("o-2")).next().is_none());
    assert!(book.group(&key("o-3")).is_none());
}

/// What happened, and what is needed at once and after a while.
type Case = (&'static str, Vec<JournalEvent>, &'static [&'static str], &'static [&'static str]);

/// The broker says that all of an order is traded, whatever it was placed for.
fn all_done(name: &str, quantity: i64) -> JournalEvent {
    let OrderEvent::ReportedFilled { filled, avg_px, .. } = filled(quantity) else { unreachable!() };
    of(name, OrderEvent::ReportedFilled { filled, avg_px, perm_id: None })
}

fn with(more: Vec<JournalEvent>) -> Vec<JournalEvent> {
    [ENTRY, PROFIT, LOSS].map(works).into_iter().chain(more).collect()
}

fn missing(name: &str) -> Vec<JournalEvent> {
    vec![of(name, OrderEvent::LinkLost), of(name, OrderEvent::NotFound)]
}

fn check(cases: Vec<Case>) {
    for (name, events, at_once, later) in cases {
        let book = book(events);
        assert_eq!(advice(&book, 0), at_once, "{name}, at once");
        assert_eq!(advice(&book, 5), later, "{name}, after a while");
    }
}

#[test]
fn no_entry_works_without_its_exits() {
    check(vec![
        ("just sent", vec![], &[], &[]),
        ("all works", with(vec![]), &[], &[]),
        (
            "stop refused while the entry works",
            vec![works(ENTRY), of(LOSS, rejected())],
            &["unprotected"],
            &["unprotected"],
        ),
        (
            "profit refused while the entry works",
            vec![works(ENTRY), of(PROFIT, rejected())],
            &["unprotected"],
            &["unprotected"],
        ),
        ("refused before the entry was heard of", vec![of(LOSS, rejected())], &["later"], &["unprotected"]),
        ("all refused", vec![of(LOSS, rejected()), of(PROFIT, rejected()), of(ENTRY, rejected())], &[], &[]),
        ("stop canceled by the broker", with(vec![of(LOSS, canceled())]), &["later"], &["unprotected"]),
        ("stop expired", with(vec![of(LOSS, OrderEvent::Expired)]), &["later"], &["unprotected"]),
        ("stop lost", with(missing(LOSS)), &["later"], &["unprotected"]),
        ("all lost", with([missing(LOSS), missing(PROFIT), missing(ENTRY)].concat()), &[], &[]),
        (
            "stop canceled of a filled entry",
            with(vec![of(ENTRY, trade("e.1.01", 10)), of(LOSS, canceled())]),
            &["later"],
            &["unprotected"],
        ),
        (
            "profit taken, stop ended",
            with(vec![of(ENTRY, trade("e.1.01", 10)), of(LOSS, canceled()), of(PROFIT, trade("e.2.01", 10))]),
            &[],
            &[],
        ),
    ]);
}

#[test]
fn a_filled_exit_excuses_its_sibling_only_while_nothing_is_at_stake() {
    let four = || of(ENTRY, trade("e.1.01", 4));
    let late = || of(ENTRY, trade("e.3.01", 2));
    let closed = || vec![four(), of(ENTRY, canceled()), all_done(LOSS, 4), of(PROFIT, canceled())];
    check(vec![
        ("what a half-filled entry opened is closed", with(closed()), &[], &[]),
        ("a late fill crosses the cancel", with([closed(), vec![late()]].concat()), &["later"], &["unprotected"]),
        (
            "it is closed a moment later",
            with([closed(), vec![late(), of(PROFIT, trade("e.4.01", 2))]].concat()),
            &[],
            &[],
        ),
        (
            "a smaller profit is taken, the stop ends, the entry works on",
            with(vec![four(), all_done(PROFIT, 4), of(LOSS, canceled())]),
            &["later"],
            &["unprotected"],
        ),
        (
            "both were made smaller and are filled, the entry works on",
            with(vec![four(), all_done(PROFIT, 2), all_done(LOSS, 2)]),
            &["later"],
            &["unprotected"],
        ),
        (
            "a smaller profit is taken, the stop is lost",
            with([vec![four(), all_done(PROFIT, 4)], missing(LOSS)].concat()),
            &["later"],
            &["unprotected"],
        ),
        ("a smaller profit is taken, the stop works on", with(vec![four(), all_done(PROFIT, 4)]), &[], &[]),
        (
            "a part is closed while the entry works, and the broker takes the sibling down",
            with(vec![four(), of(PROFIT, trade("e.2.01", 4))]),
            &[],
            &[],
        ),
        (
            "siblings share what was opened",
            with(vec![of(ENTRY, trade("e.1.01", 10)), of(PROFIT, trade("e.2.01", 3)), all_done(LOSS, 7)]),
            &[],
            &[],
        ),
        (
            "the same once the sibling has ended",
            with(vec![
                of(ENTRY, trade("e.1.01", 10)),
                of(PROFIT, trade("e.2.01", 3)),
                all_done(LOSS, 7),
                of(PROFIT, canceled()),
            ]),
            &[],
            &[],
        ),
        (
            "we cancel the stop ourselves behind a smaller profit",
            with(vec![four(), all_done(PROFIT, 4), canceling(LOSS), of(LOSS, canceled())]),
            &[],
            &[],
        ),
    ]);
}

#[test]
fn fills_of_an_entry_that_works_put_off_nothing() {
    let fills = (1..4).map(|n| of(ENTRY, trade(&format!("e.{n}.01"), 1)));
    let book = book(with(vec![of(LOSS, canceled())]).into_iter().chain(fills));
    assert_eq!(advice(&book, 0), ["unprotected"]);
}

#[test]
fn a_group_that_ends_as_it_should_needs_nothing_and_one_that_does_not_is_ended() {
    check(vec![
        (
            "canceled as a whole",
            with(vec![of(ENTRY, canceled()), of(LOSS, canceled()), of(PROFIT, canceled())]),
            &[],
            &[],
        ),
        (
            "exit of a dead entry",
            with(vec![of(LOSS, canceled()), of(ENTRY, canceled())]),
            &["later"],
            &["cancel o-1:tp"],
        ),
        (
            "lost exits of a dead entry",
            [missing(LOSS), missing(PROFIT), vec![of(ENTRY, canceled())]].concat(),
            &["over o-1:tp", "over o-1:sl"],
            &["over o-1:tp", "over o-1:sl"],
        ),
        ("we cancel the stop ourselves", with(vec![canceling(LOSS), of(LOSS, canceled())]), &[], &[]),
        (
            "a half-filled entry is over and its stop works",
            with(vec![of(ENTRY, trade("e.1.01", 4)), of(ENTRY, canceled())]),
            &[],
            &[],
        ),
        (
            "exits closed too much",
            with(vec![of(ENTRY, trade("e.1.01", 10)), of(PROFIT, trade("e.2.01", 10)), of(LOSS, trade("e.3.01", 1))]),
            &["later"],
            &["over_exited"],
        ),
    ]);
}

#[test]
fn before_journal_and_broker_were_compared_only_a_refusal_counts() {
    let lost = book(with(vec![of(LOSS, canceled())]));
    assert_eq!((told(&lost, 60, false), told(&lost, 60, true)), (vec!["later".into()], vec!["unprotected".into()]));
    let refused = book([works(ENTRY), of(LOSS, rejected())]);
    assert_eq!(told(&refused, 0, false), ["unprotected"]);
}

#[test]
fn a_fault_is_told_once() {
    let broken =
        OrderEvent::GroupBroken { fault: GroupFault::Unprotected, reason: "the stop loss is rejected".to_owned() };
    let book = book([works(ENTRY), works(PROFIT), of(LOSS, rejected()), of(ENTRY, broken)]);
    assert_eq!(advice(&book, 5), Vec::<String>::new());
    assert_eq!(book.orders[&key(ENTRY)].group_faults.len(), 1);
}

#[test]
fn the_words_say_what_is_unprotected() {
    let book = book([works(ENTRY), of(ENTRY, trade("e.1.01", 4)), of(LOSS, rejected())]);
    let advice = book.group(&key(ENTRY)).unwrap().advice(at(5), true);
    let [GroupStep::Broken { reason, .. }] = advice.steps.as_slice() else { panic!("{advice:?}") };
    insta::assert_snapshot!(reason, @"the stop loss of bracket o-1 is rejected (201: no margin): a position of 4 AAPL is unprotected; what is left of the entry is canceled, the position is left to you");
}

#[test]
fn an_exit_that_is_larger_than_its_entry_counts_for_itself() {
    let more = replacing(PROFIT, "r-1", 200, "195");
    let events = [works(ENTRY), works(PROFIT), works(LOSS), more, of(ENTRY, trade("e.1.01", 10))];
    assert_eq!(leaves(&book(events)), [Decimal::ZERO, Decimal::from(200), Decimal::ZERO]);
}

#[test]
fn exits_count_for_what_their_entry_has_filled_and_only_once() {
    let ten = Decimal::TEN;
    let four = Decimal::from(4);
    assert_eq!(leaves(&book([])), [ten, Decimal::ZERO, Decimal::ZERO]);
    let mut events = vec![works(ENTRY), works(PROFIT), works(LOSS), of(ENTRY, trade("e.1.01", 4))];
    assert_eq!(leaves(&book(events.clone())), [Decimal::from(6), four, Decimal::ZERO]);
    events.push(of(PROFIT, trade("e.2.01", 1)));
    assert_eq!(leaves(&book(events.clone())), [Decimal::from(6), Decimal::from(3), Decimal::ZERO]);
    events.push(of(PROFIT, canceled()));
    assert_eq!(leaves(&book(events)), [Decimal::from(6), Decimal::ZERO, Decimal::from(3)]);
}

#[test]
fn an_exit_that_is_filled_for_less_than_it_was_placed_for_is_ordinary() {
    let book =
        book([works(ENTRY), works(LOSS), of(ENTRY, trade("e.1.01", 4)), of(ENTRY, canceled()), all_done(LOSS, 4)]);
    assert_eq!(book.orders[&key(LOSS)].status, OrdStatus::Filled);
    assert!(book.halted_instruments.is_empty());
}

#[test]
fn an_intent_reserves_the_ids_of_all_its_orders_above_all_others() {
    let book = book([]);
    let ids: Vec<(&ClOrdId, i32)> = book.by_broker_id.iter().map(|(id, key)| (key, id.get())).collect();
    assert_eq!(ids, [(&key(ENTRY), 7), (&key(PROFIT), 8), (&key(LOSS), 9)]);
    assert_eq!((book.order_id_high_water, book.open.len()), (9, 3));
    let used: Vec<bool> = [ENTRY, PROFIT, LOSS].iter().map(|id| book.request_under(&key(id)).is_some()).collect();
    assert_eq!(used, [true, false, false], "one request, one key");
    let mut again = book.clone();
    let refused = Recorded { seq: again.seq + 1, at: at(9), event: submitting("o-2", 9) };
    assert!(again.apply(&refused).unwrap_err().to_string().contains("order id 9 was used before"));
}

#[test]
fn a_bracket_without_ids_for_its_exits_does_not_follow() {
    let mut event = bracketing(ENTRY, 7);
    if let JournalEvent::OrderSubmitting { exits, .. } = &mut event {
        *exits = None;
    }
    let mut book = Book::empty();
    let refused = book.apply(&Recorded { seq: 1, at: at(1), event }).unwrap_err();
    assert!(refused.to_string().contains("two exits"), "{refused}");
}
