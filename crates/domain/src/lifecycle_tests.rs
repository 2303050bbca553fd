use super::*;
use crate::book::Book;
use crate::book::tests::{
    acknowledged, book_of, canceling, executed, execution, filled, first, of, order, principal, replacing, sent_then,
    submitting,
};
use crate::event::OrderEvent;
use crate::id::PermId;
use crate::journal::JournalEvent;
use rust_decimal::Decimal;
use std::fmt::Write as _;

fn cell(transition: Transition) -> String {
    match transition {
        Transition::To(status) => status.word().to_owned(),
        Transition::Stay => "·".to_owned(),
        Transition::OddTo(status) => format!("!{}", status.word()),
        Transition::OddStay => "!".to_owned(),
        Transition::Never => "-".to_owned(),
    }
}

#[test]
fn every_state_meets_every_event_as_written_down() {
    let mut table =
        String::from("· booked, the state stays; ! odd, the instrument is halted; - never raised by us\n\n");
    write!(table, "{:<17}", "").unwrap();
    for state in OrdStatus::ALL {
        write!(table, "{:<17}", state.word()).unwrap();
    }
    for event in EventKind::ALL {
        write!(table, "\n{:<17}", format!("{event:?}")).unwrap();
        for state in OrdStatus::ALL {
            write!(table, "{:<17}", cell(next(state, event))).unwrap();
        }
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn nothing_that_the_broker_says_is_impossible() {
    let broker = EventKind::ALL.iter().skip_while(|kind| **kind != EventKind::Held);
    for event in broker {
        for state in OrdStatus::ALL {
            assert_ne!(next(state, *event), Transition::Never, "{state:?} {event:?}");
        }
    }
}

#[test]
fn an_overfill_is_odd_from_every_state() {
    for state in OrdStatus::ALL {
        let odd = matches!(next(state, EventKind::ExecutedOver), Transition::OddTo(_) | Transition::OddStay);
        assert!(odd, "{state:?}");
    }
}

#[test]
fn an_unknown_order_never_dies_of_silence_or_of_a_refused_cancel() {
    for state in [S::Unconfirmed, S::Missing, S::PendingCancel, S::Working] {
        for event in [E::NotFound, E::LinkLost, E::CancelRefused, E::ReplaceRefused, E::CancelUnsent, E::Held] {
            let (Transition::To(to) | Transition::OddTo(to)) = next(state, event) else { continue };
            assert!(!to.is_final(), "{state:?} {event:?} -> {to:?}");
        }
    }
}

#[track_caller]
fn check(book: &Book, status: OrdStatus, cum: i64, halted: bool) {
    let order = first(book);
    let found = (order.status, order.cum_qty(), !book.halted_instruments.is_empty());
    assert_eq!(found, (status, Decimal::from(cum), halted));
}

fn canceled() -> OrderEvent {
    OrderEvent::Canceled { detail: None }
}

fn refusal(code: i32) -> OrderEvent {
    OrderEvent::Rejected { code, message: "no".to_owned() }
}

/// `o-1` of 10 works, a change to `quantity` at `limit` is under way, then this.
fn changing(quantity: i64, limit: &str, then: Vec<OrderEvent>) -> Book {
    let begin = [submitting("o-1", 7), of("o-1", acknowledged(900, 1)), replacing("o-1", "r-1", quantity, limit)];
    book_of(begin.into_iter().chain(then.into_iter().map(|event| of("o-1", event))).collect())
}

#[test]
fn a_fill_after_a_cancel_is_booked_and_the_order_stays_over() {
    check(&sent_then(vec![acknowledged(900, 1), canceled(), executed("e.01", 4)]), S::Canceled, 4, false);
    check(&sent_then(vec![acknowledged(900, 1), canceled(), executed("e.01", 10)]), S::Filled, 10, false);
}

#[test]
fn repeated_words_and_trades_count_once() {
    let twice = vec![acknowledged(900, 1), acknowledged(900, 1), executed("e.01", 4), executed("e.01", 4)];
    check(&sent_then(twice), S::Working, 4, false);
    check(&sent_then(vec![executed("e.01", 10), executed("e.01", 10), filled(10), filled(10)]), S::Filled, 10, false);
}

#[test]
fn a_trade_before_its_status_and_a_status_before_its_trades_agree() {
    check(&sent_then(vec![executed("e.01", 10), filled(10)]), S::Filled, 10, false);
    check(&sent_then(vec![filled(10), executed("e1.01", 4), executed("e2.01", 6)]), S::Filled, 10, false);
}

#[test]
fn an_overfill_halts_whoever_tells_it() {
    check(&sent_then(vec![executed("e1.01", 6), executed("e2.01", 6)]), S::Filled, 12, true);
    check(&sent_then(vec![filled(12)]), S::Filled, 12, true);
    let corrected = OrderEvent::Corrected {
        old: "e1.01".parse().unwrap(),
        execution: Box::new(execution("e1.02", 12, "tg:abc:o-1")),
    };
    check(&sent_then(vec![executed("e1.01", 6), corrected]), S::Working, 12, true);
}

#[test]
fn a_reported_quantity_never_shrinks_and_a_short_fill_is_odd() {
    check(&sent_then(vec![filled(10), filled(4)]), S::Filled, 10, true);
    check(&sent_then(vec![filled(4)]), S::Filled, 4, true);
    check(&sent_then(vec![filled(0)]), S::Submitting, 0, false);
}

#[test]
fn a_correction_replaces_also_after_a_status_and_an_older_one_changes_nothing() {
    let corrected = || OrderEvent::Corrected {
        old: "e.01".parse().unwrap(),
        execution: Box::new(execution("e.02", 8, "tg:abc:o-1")),
    };
    check(&sent_then(vec![executed("e.01", 10), filled(10), corrected()]), S::Filled, 8, false);
    check(&sent_then(vec![executed("e.02", 8), executed("e.01", 10)]), S::Working, 8, false);
    check(&sent_then(vec![executed("e.01", 10), executed("e.02", 8)]), S::Filled, 8, false);
    check(&sent_then(vec![executed("e.9", 5), executed("e.10", 6)]), S::Working, 6, false);
}

#[test]
fn a_bust_takes_the_trade_out() {
    let bust = OrderEvent::Busted { exec_id: "e.01".parse().unwrap() };
    check(&sent_then(vec![executed("e.01", 10), filled(10), bust]), S::Filled, 0, false);
}

#[test]
fn a_busted_trade_stays_out_however_it_comes_back_until_a_newer_version_counts() {
    let bust = |id: &str| OrderEvent::Busted { exec_id: id.parse().unwrap() };
    let corrected = |old: &str, new: &str| OrderEvent::Corrected {
        old: old.parse().unwrap(),
        execution: Box::new(execution(new, 8, "tg:abc:o-1")),
    };
    for (events, status, cum) in [
        // A correction to nothing takes back what it corrects, and the same trade told again changes nothing.
        (vec![executed("e.01", 4), bust("e.02"), executed("e.01", 4)], S::Working, 0),
        (vec![executed("e.01", 4), bust("e.02"), bust("e.02")], S::Working, 0),
        // The bust came first.
        (vec![bust("e.02"), executed("e.01", 4)], S::Submitting, 0),
        // A correction that was overtaken by the bust.
        (vec![executed("e.01", 4), bust("e.03"), corrected("e.01", "e.02")], S::Working, 0),
        // One that is newer than the bust counts again.
        (vec![executed("e.01", 4), bust("e.02"), executed("e.03", 3)], S::Working, 3),
        // An old bust does not take back what was corrected since.
        (vec![executed("e.03", 4), bust("e.02")], S::Working, 4),
        // Another trade is not touched.
        (vec![executed("e1.01", 4), executed("e2.01", 3), bust("e1.02")], S::Working, 3),
    ] {
        check(&sent_then(events.clone()), status, cum, false);
    }
}

fn twin(perm: i64, word: &str) -> OrderEvent {
    OrderEvent::TwinSeen {
        perm_id: PermId::new(perm).unwrap(),
        broker_order_id: None,
        total: Some(Decimal::TEN),
        broker_status: word.to_owned(),
    }
}

fn twin_over(perm: i64) -> OrderEvent {
    OrderEvent::TwinOver { perm_id: PermId::new(perm).unwrap(), broker_status: "Cancelled".to_owned() }
}

#[test]
fn an_order_with_a_twin_is_over_when_both_are() {
    let begin = [acknowledged(900, 1), twin(901, "Submitted")];
    let then = |events: Vec<OrderEvent>| sent_then(begin.iter().cloned().chain(events).collect());
    check(&then(vec![]), S::Working, 0, true);
    assert_eq!(first(&then(vec![])).worst_leaves(), Decimal::from(20), "both count");
    check(&then(vec![canceled()]), S::Working, 0, true);
    check(&then(vec![canceled(), twin_over(901)]), S::Canceled, 0, true);
    check(&then(vec![twin_over(901)]), S::Working, 0, true);
    check(&then(vec![twin_over(901), canceled()]), S::Canceled, 0, true);
    check(&then(vec![filled(10), executed("e.01", 10)]), S::Working, 10, true);
    assert_eq!(first(&then(vec![executed("e.01", 10)])).worst_leaves(), Decimal::TEN, "the other may still fill");
    check(&then(vec![filled(10), twin_over(901)]), S::Filled, 10, true);
    check(&then(vec![executed("e1.01", 10), executed("e2.01", 10), filled(20), twin_over(901)]), S::Filled, 20, true);
    check(&then(vec![twin(902, "Submitted"), canceled(), twin_over(901)]), S::Working, 0, true);
    // What was held for dead is open again while its twin lives.
    check(&sent_then(vec![acknowledged(900, 1), canceled(), twin(901, "Submitted")]), S::Working, 0, true);
    check(
        &sent_then(vec![acknowledged(900, 1), canceled(), twin(901, "Submitted"), twin_over(901)]),
        S::Canceled,
        0,
        true,
    );
    // A human's word about one of them does not end the other.
    let resolved = OrderEvent::ResolvedDead { reason: "seen in TWS".to_owned() };
    check(&then(vec![OrderEvent::NotFound, resolved.clone()]), S::Missing, 0, true);
    check(&then(vec![OrderEvent::NotFound, resolved, twin_over(901)]), S::Canceled, 0, true);
}

#[test]
fn late_evidence_is_booked_from_states_that_never_sent() {
    let simulated = JournalEvent::OrderSimulated {
        order: Box::new(order("o-1")),
        request_hash: "request-1".to_owned(),
        by: principal(),
    };
    let denied = JournalEvent::OrderDenied {
        intent: Box::new(order("o-1").intent),
        order: Some(Box::new(order("o-1"))),
        request_hash: "request-1".to_owned(),
        by: principal(),
        reasons: Vec::new(),
    };
    for begin in [simulated, denied] {
        check(&book_of(vec![begin.clone(), of("o-1", acknowledged(900, 1))]), S::Working, 0, true);
        check(&book_of(vec![begin, of("o-1", executed("e.01", 10))]), S::Filled, 10, true);
    }
}

#[test]
fn an_order_held_for_dead_that_lives_is_open_again_and_halts() {
    check(&sent_then(vec![canceled(), acknowledged(900, 1)]), S::Working, 0, true);
    let held = OrderEvent::Held { broker_status: "PendingSubmit".to_owned() };
    check(&sent_then(vec![canceled(), held]), S::Unconfirmed, 0, true);
}

#[test]
fn a_missing_order_is_adopted_as_the_broker_shows_it() {
    let missing = || vec![OrderEvent::Written, OrderEvent::NotFound];
    let then = |event| missing().into_iter().chain([event]).collect::<Vec<_>>();
    check(&sent_then(missing()), S::Missing, 0, false);
    check(&sent_then(then(OrderEvent::NotFound)), S::Missing, 0, false);
    check(&sent_then(then(acknowledged(900, 2))), S::Working, 0, false);
    check(&sent_then(then(executed("e.01", 10))), S::Filled, 10, false);
    check(&sent_then(then(canceled())), S::Canceled, 0, false);
    check(&sent_then(then(OrderEvent::ResolvedDead { reason: "seen in TWS".to_owned() })), S::Canceled, 0, false);
}

#[test]
fn a_refused_cancel_is_no_proof_of_death() {
    let refused = || OrderEvent::CancelRefused { code: 10_147, message: "not found".to_owned() };
    let book =
        book_of(vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), canceling("o-1"), of("o-1", refused())]);
    check(&book, S::Unconfirmed, 0, false);
    assert!(first(&book).cancel_wanted);
    check(&sent_then(vec![OrderEvent::Written, refused()]), S::Unconfirmed, 0, false);
}

#[test]
fn a_refused_change_leaves_the_original() {
    for event in [
        OrderEvent::ReplaceRefused { code: 104, message: "no".to_owned() },
        OrderEvent::ReplaceUnsent,
        refusal(201),
        OrderEvent::NotSent { reason: crate::broker::NotSentReason::Pacing },
    ] {
        let book = changing(15, "190", vec![event]);
        check(&book, S::Working, 0, false);
        let order = first(&book);
        assert_eq!((order.intent.qty.get(), order.version), (Decimal::TEN, 1));
        assert_eq!(order.pending_replace, None);
    }
}

#[test]
fn a_lost_link_in_a_change_makes_both_versions_unknown() {
    let book = changing(15, "190", vec![OrderEvent::LinkLost]);
    check(&book, S::Unconfirmed, 0, false);
    assert_eq!(first(&book).worst_leaves(), Decimal::from(15), "the larger one stays reserved");
    // What comes late about the change itself says nothing about the order.
    for late in [refusal(201), OrderEvent::NotSent { reason: crate::broker::NotSentReason::NoLink }] {
        check(&changing(15, "190", vec![OrderEvent::LinkLost, late]), S::Unconfirmed, 0, false);
    }
    let adopted = changing(15, "190", vec![OrderEvent::LinkLost, acknowledged(900, 2)]);
    assert_eq!((first(&adopted).intent.qty.get(), first(&adopted).version), (Decimal::from(15), 2));
}

#[test]
fn either_version_may_be_the_one_that_fills() {
    check(&changing(5, "190", vec![filled(5)]), S::Filled, 5, false);
    check(&changing(15, "190", vec![executed("e.01", 10), filled(10)]), S::Filled, 10, false);
    check(&changing(15, "190", vec![executed("e.01", 15)]), S::Filled, 15, false);
    check(&changing(15, "190", vec![executed("e.01", 16)]), S::Filled, 16, true);
}

#[test]
fn a_refusal_of_a_later_request_does_not_kill_a_worked_order() {
    let unknown = vec![
        acknowledged(900, 1),
        OrderEvent::CancelPending,
        OrderEvent::CancelRefused { code: 161, message: "no".to_owned() },
        refusal(321),
    ];
    check(&sent_then(unknown), S::Unconfirmed, 0, false);
    check(&sent_then(vec![OrderEvent::Written, refusal(321)]), S::Rejected, 0, false);
    check(&sent_then(vec![acknowledged(900, 1), refusal(201)]), S::Rejected, 0, false);
}

#[test]
fn a_certain_non_send_of_what_the_broker_showed_is_odd() {
    let book = sent_then(vec![
        acknowledged(900, 1),
        OrderEvent::NotFound,
        OrderEvent::NotSent { reason: crate::broker::NotSentReason::NoLink },
    ]);
    check(&book, S::Missing, 0, true);
}

#[test]
fn two_permanent_ids_for_one_intent_halt() {
    check(&sent_then(vec![acknowledged(900, 1), acknowledged(901, 1)]), S::Working, 0, true);
}

#[test]
fn of_what_the_broker_says_the_newest_is_kept_and_that_it_rejected() {
    let said = |code: i32| OrderEvent::Informed { code, message: format!("{code}") };
    let mut events = vec![acknowledged(900, 1), refusal(201)];
    events.extend((1_000..1_100).map(said));
    let book = sent_then(events);
    let codes: Vec<i32> = first(&book).broker_messages.iter().map(|(code, _)| *code).collect();
    assert_eq!((codes.len(), codes.first(), codes.last()), (64, Some(&201), Some(&1_099)));
    let mut rejected = vec![acknowledged(900, 1)];
    rejected.extend((0..100).map(|_| refusal(201)));
    assert_eq!(first(&sent_then(rejected)).broker_messages.len(), 64);
}
