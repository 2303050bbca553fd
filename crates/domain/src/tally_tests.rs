use super::*;
use crate::book::tests::{
    acknowledged, any_broker_event, asking, at, book_of, bracketing, canceling, change_denied, executed, key, moved,
    of, order, principal, releasing, submitting,
};
use proptest::prelude::*;

/// The tally of what followed an empty book, one event a second, and the book.
fn followed(events: Vec<JournalEvent>) -> (Tally, Book) {
    let mut book = book_of(Vec::new());
    let mut tally = Tally::of(&book);
    for event in events {
        let seq = book.seq + 1;
        tally.follow(&mut book, &Recorded { seq, at: at(i64::try_from(seq).unwrap()), event }).unwrap();
    }
    (tally, book)
}

fn reason(code: &str) -> Reason {
    let text = String::new;
    Reason { control: 13, code: code.to_owned(), message: text(), observed: None, limit: None, hint: text() }
}

fn denied(name: &str, codes: &[&str]) -> JournalEvent {
    JournalEvent::OrderDenied {
        intent: Box::new(order(name).intent),
        order: None,
        request_hash: String::new(),
        by: principal(),
        reasons: codes.iter().map(|code| reason(code)).collect(),
    }
}

#[test]
fn every_reason_of_a_refusal_counts_under_its_code() {
    let released = OrderEvent::Refused { reasons: vec![reason("C14_MAX_NOTIONAL")] };
    let (tally, _) = followed(vec![
        denied("o-1", &["C13_MAX_QTY", "C14_MAX_NOTIONAL"]),
        denied("o-2", &["C13_MAX_QTY"]),
        asking("ap-1", "o-3"),
        of("o-3", released),
        submitting("o-4", 7),
        of("o-4", acknowledged(900, 1)),
        change_denied("o-4", "r-1", 2_000, "190", vec![reason("C13_MAX_QTY")]),
    ]);
    let counted: Vec<(&str, u64)> = tally.denials().iter().map(|(code, count)| (code.as_str(), *count)).collect();
    assert_eq!(counted, [("C13_MAX_QTY", 3), ("C14_MAX_NOTIONAL", 2)]);
    assert_eq!((tally.orders()[&OrdStatus::Denied], tally.sent()), (3, 1));
}

#[test]
fn an_order_counts_in_the_state_that_it_is_in() {
    let (tally, _) = followed(vec![
        submitting("o-1", 7),
        of("o-1", acknowledged(900, 1)),
        bracketing("o-2", 8),
        of("o-2", acknowledged(901, 1)),
        canceling("o-2"),
        of("o-1", executed("e.01", 10)),
    ]);
    let in_state = |status| tally.orders()[&status];
    assert_eq!(in_state(OrdStatus::Filled), 1);
    assert_eq!(in_state(OrdStatus::PendingCancel), 1);
    assert_eq!(in_state(OrdStatus::Submitting), 2, "the exits");
    assert_eq!(tally.orders().values().sum::<u64>(), 4);
    assert_eq!((tally.sent(), tally.traded(), tally.executions()), (4, 1, 1));
}

#[test]
fn only_the_first_word_of_the_broker_is_timed() {
    let (tally, _) = followed(vec![
        submitting("o-1", 7),
        of("o-1", OrderEvent::Written),
        of("o-1", acknowledged(900, 1)),
        of("o-1", acknowledged(900, 1)),
        of("o-1", executed("e.01", 4)),
    ]);
    let took = tally.acknowledged();
    assert_eq!((took.count(), took.sum()), (1, SignedDuration::from_secs(2)));
    assert_eq!(took.buckets().filter(|(_, count)| *count > 0).collect::<Vec<_>>(), [(2_500, 1)]);
}

#[test]
fn a_bound_belongs_to_its_bucket() {
    let mut took = Histogram::empty();
    for ms in [-5, 0, 1, 2, 3, 10_000, 10_001] {
        took.note(SignedDuration::from_millis(ms));
    }
    let counts: Vec<(i64, u64)> = took.buckets().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counts, [(1, 3), (2, 1), (5, 1), (10_000, 1)]);
    assert_eq!((took.beyond(), took.count()), (1, 7));
    assert_eq!(took.sum(), SignedDuration::from_millis(1 + 2 + 3 + 10_000 + 10_001), "no negative time");
}

#[test]
fn an_approval_waits_until_it_is_decided() {
    let waiting = |events| followed(events).0.pending_approvals();
    let yes = moved("ap-1", ApprovalStatus::Approved);
    assert_eq!(waiting(vec![asking("ap-1", "o-1"), asking("ap-2", "o-2")]), 2);
    assert_eq!(waiting(vec![asking("ap-1", "o-1"), asking("ap-2", "o-2"), yes.clone()]), 1);
    assert_eq!(waiting(vec![asking("ap-1", "o-1"), yes, releasing("o-1", 7, "ap-1")]), 0);
}

#[test]
fn the_age_of_what_is_unknown_counts_from_when_it_became_so() {
    let lost = |name| of(name, OrderEvent::LinkLost);
    let events = vec![submitting("o-1", 7), submitting("o-2", 8), lost("o-1"), lost("o-2"), lost("o-1")];
    let (tally, book) = followed(events.clone());
    // Record 4, after the installation and two intents.
    assert_eq!((tally.oldest_unknown(), Tally::of(&book).oldest_unknown()), (Some(at(4)), Some(at(5))));
    let (tally, _) = followed([events, vec![of("o-1", acknowledged(900, 2))]].concat());
    assert_eq!(tally.oldest_unknown(), Some(at(5)), "the other one");
}

#[test]
fn codes_of_the_broker_are_told_apart_up_to_a_bound() {
    let mut events = Vec::new();
    for id in 1..=70_i64 {
        let name = format!("o-{id}");
        events.push(submitting(&name, id));
        let code = i32::try_from(id).unwrap();
        events.push(of(&name, OrderEvent::Rejected { code, message: String::new() }));
    }
    let (tally, _) = followed(events);
    assert_eq!((tally.rejects().len(), tally.rejects_of_other_codes()), (64, 6));
}

#[test]
fn what_does_not_follow_is_not_counted() {
    let (mut tally, mut book) = followed(vec![submitting("o-1", 7)]);
    let before = tally.clone();
    let twice = Recorded { seq: book.seq + 1, at: at(9), event: submitting("o-1", 8) };
    assert!(tally.follow(&mut book, &twice).is_err());
    assert_eq!(tally, before);
}

proptest! {
    #[test]
    fn the_states_are_those_of_the_book(talk in prop::collection::vec((any_broker_event(), any::<bool>()), 0..30)) {
        let mut events = vec![submitting("o-1", 7), bracketing("o-2", 8), asking("ap-1", "o-3")];
        let name = |first: bool| if first { "o-1" } else { "o-2" };
        events.extend(talk.into_iter().map(|(event, first)| of(name(first), event)));
        let (tally, book) = followed(events);
        let anew = Tally::of(&book);
        prop_assert_eq!(tally.orders(), anew.orders());
        prop_assert_eq!(tally.pending_approvals(), anew.pending_approvals());
        prop_assert!(tally.unknown_orders().eq(anew.unknown_orders()));
        prop_assert!(tally.watched_orders().eq(anew.watched_orders()));
        let words = ["o-1", "o-2"].iter().filter(|name| book.orders[&key(name)].acknowledged_at.is_some()).count();
        prop_assert_eq!(tally.acknowledged().count(), u64::try_from(words).unwrap());
    }
}
