use super::*;
use crate::book::Book;
use crate::book::tests::{acknowledged, at, book_of, bracketing, canceling, executed, filled, key, of, submitting};
use crate::event::OrderEvent;
use crate::journal::JournalEvent;
use crate::proof::DeathProof;

fn canceled() -> OrderEvent {
    OrderEvent::Canceled { detail: None }
}

fn rejected() -> OrderEvent {
    OrderEvent::Rejected { code: 201, message: "margin".to_owned() }
}

fn fate(book: &Book) -> CancelFate {
    let order = book.order(&key("o-1")).unwrap();
    CancelFate::of(std::iter::once(order).chain(book.exits(&key("o-1"))))
}

/// An order that works, with a cancel under way and then this.
fn canceling_and(then: Vec<OrderEvent>) -> CancelFate {
    let mut events = vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), canceling("o-1")];
    events.extend(then.into_iter().map(|event| of("o-1", event)));
    fate(&book_of(events))
}

fn ended(name: &str, status: OrdStatus) -> CancelFate {
    CancelFate::Overtaken { cl_ord_id: key(name), status }
}

#[test]
fn a_cancel_is_proven_by_an_end_of_its_own_and_by_no_other() {
    let dead = || OrderEvent::ResolvedDead { reason: "looked".to_owned() };
    let refused = || OrderEvent::CancelRefused { code: 10_147, message: String::new() };
    let lost = || vec![OrderEvent::LinkLost, OrderEvent::NotFound];
    for (then, expected) in [
        (vec![], CancelFate::UnderWay),
        (vec![executed("e.01", 4)], CancelFate::UnderWay),
        (vec![refused()], CancelFate::UnderWay),
        (lost(), CancelFate::UnderWay),
        (vec![canceled()], CancelFate::Proven),
        (vec![executed("e.01", 4), canceled()], CancelFate::Proven),
        (vec![executed("e.01", 10)], ended("o-1", OrdStatus::Filled)),
        (vec![filled(10)], ended("o-1", OrdStatus::Filled)),
        (vec![canceled(), executed("e.01", 10)], ended("o-1", OrdStatus::Filled)),
        (vec![OrderEvent::Expired], ended("o-1", OrdStatus::Expired)),
        (vec![rejected()], ended("o-1", OrdStatus::Rejected)),
        ([lost(), vec![dead()]].concat(), ended("o-1", OrdStatus::Canceled)),
        // The broker's word comes after the human's, or the order wakes up.
        ([lost(), vec![dead(), canceled()]].concat(), CancelFate::Proven),
        ([lost(), vec![dead(), acknowledged(900, 2)]].concat(), CancelFate::UnderWay),
        ([lost(), vec![dead(), acknowledged(900, 2), canceled()]].concat(), CancelFate::Proven),
    ] {
        assert_eq!(canceling_and(then.clone()), expected, "{then:?}");
    }
}

#[test]
fn what_the_brokers_own_records_prove_dead_is_proven() {
    let (position, then) = (rust_decimal::Decimal::ZERO, at(9));
    let proof = DeathProof { looked_at: then, sent_at: at(0), executions_since: at(0), day_closed_at: then, position };
    let then = vec![OrderEvent::LinkLost, OrderEvent::NotFound, OrderEvent::ProvenDead { proof }];
    assert_eq!(canceling_and(then), CancelFate::Proven);
}

#[test]
fn an_order_that_was_refused_before_the_broker_took_it_was_not_canceled() {
    let words = OrderEvent::Informed { code: 201, message: "margin".to_owned() };
    let then = [canceled(), words].map(|event| of("o-1", event));
    let mut events = vec![submitting("o-1", 7), of("o-1", OrderEvent::Written), canceling("o-1")];
    events.extend(then);
    assert_eq!(fate(&book_of(events)), ended("o-1", OrdStatus::Rejected));
}

#[test]
fn a_cancel_of_a_bracket_is_judged_by_those_that_were_open_when_it_came() {
    let members = ["o-1", "o-1:tp", "o-1:sl"];
    let works = members.iter().zip(900..).map(|(name, perm)| of(name, acknowledged(perm, 1)));
    let works: Vec<JournalEvent> = works.collect();
    let begin = || [vec![bracketing("o-1", 7)], works.clone()].concat();
    let end = |names: &[&str]| names.iter().map(|name| of(name, canceled())).collect::<Vec<_>>();
    let wish = |names: &[&str]| names.iter().map(|name| canceling(name)).collect::<Vec<_>>();
    let all = [begin(), wish(&members)].concat();
    assert_eq!(fate(&book_of(all.clone())), CancelFate::UnderWay);
    assert_eq!(fate(&book_of([all.clone(), end(&["o-1"])].concat())), CancelFate::UnderWay, "its exits may live");
    assert_eq!(fate(&book_of([all.clone(), end(&members)].concat())), CancelFate::Proven);
    let filled_first = [all, vec![of("o-1", filled(10))], end(&members[1..])].concat();
    assert_eq!(fate(&book_of(filled_first)), ended("o-1", OrdStatus::Filled));
    // The entry had filled before: the cancel was for the exits alone.
    let rest = [begin(), vec![of("o-1", filled(10))], wish(&members[1..])].concat();
    assert_eq!(fate(&book_of([rest.clone(), end(&members[1..])].concat())), CancelFate::Proven);
    let stopped = [rest, vec![of("o-1:sl", filled(10)), of("o-1:tp", canceled())]].concat();
    assert_eq!(fate(&book_of(stopped)), ended("o-1:sl", OrdStatus::Filled));
}
