//! A model that cannot fail proves nothing: with each safeguard taken out the checker finds the promise that breaks.

use stateright::{Checker as _, HasDiscoveries, Model as _};
use std::collections::BTreeSet;
use tollgate_model::{Bounds, Bug, Protocol};

/// Nothing ever goes wrong: bounds to build upon.
const CALM: Bounds = Bounds { intents: 1, crashes: 0, silences: 0, cuts: 0, restarts: 0, cancel: false, kill: false };

/// How the bug breaks the promise within the bounds: the shortest way, step by step.
fn breaks(bug: Bug, bounds: Bounds, promise: &'static str) -> String {
    let until = || HasDiscoveries::AnyOf(BTreeSet::from([promise]));
    let checker = Protocol::with(bounds, bug).checker().finish_when(until()).spawn_bfs().join();
    let states = checker.unique_state_count();
    let path = checker.discovery(promise);
    assert!(path.is_some(), "{bug:?} kept {promise:?} in all {states} states");
    // The whole protocol keeps it as far as the bug needed to break it.
    let whole = Protocol::new(bounds).checker().finish_when(until()).target_state_count(states.saturating_mul(2));
    assert!(whole.spawn_bfs().join().discovery(promise).is_none(), "{promise:?} breaks without {bug:?}");
    let steps = path.map(stateright::Path::into_actions).unwrap_or_default();
    let steps: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
    format!("{bug:?} breaks {promise:?}, found within {states} states:\n    {}", steps.join("\n    "))
}

const ONCE: &str = "at most one broker order per intent";
const KILL: &str = "kill holds: nothing passes the last look after it";
const GIVEN_UP: &str = "what the journal has given up is not sent";
const DEAD: &str = "never declared dead while alive, but by a human";

#[test]
fn an_unknown_order_that_is_sent_again_is_two_orders() {
    println!("{}", breaks(Bug::ResendUnknown, Bounds { crashes: 1, ..CALM }, ONCE));
}

#[test]
fn an_order_sent_before_its_commit_has_no_intent_after_a_crash() {
    let promise = "nothing at the broker without a durable intent";
    println!("{}", breaks(Bug::SendBeforeJournal, Bounds { crashes: 1, ..CALM }, promise));
}

#[test]
fn a_writer_that_is_not_fenced_at_the_commit_sends_an_order_of_its_successor_again() {
    println!("{}", breaks(Bug::NoEpochCheck, Bounds { silences: 1, ..CALM }, "a fenced writer commits nothing"));
    println!("{}", breaks(Bug::NoEpochCheck, Bounds { silences: 1, cuts: 1, ..CALM }, ONCE));
}

#[test]
fn a_successor_under_another_client_id_writes_beside_the_old_socket() {
    let promise = "at most one socket of ours stands at the broker";
    println!("{}", breaks(Bug::WriteBesideOldSocket, Bounds { silences: 1, ..CALM }, promise));
    println!("{}", breaks(Bug::WriteBesideOldSocket, Bounds { silences: 1, ..CALM }, GIVEN_UP));
}

#[test]
fn an_id_that_the_broker_proposes_again_means_two_intents() {
    let promise = "an order id means one intent for ever";
    println!("{}", breaks(Bug::TrustNextValidId, Bounds { intents: 2, restarts: 1, ..CALM }, promise));
}

#[test]
fn a_list_without_its_end_taken_for_empty_loses_a_live_order() {
    println!("{}", breaks(Bug::TimeoutIsEmpty, CALM, "what the lists show is not taken for missing"));
}

#[test]
fn an_approval_that_is_not_compared_and_set_is_spent_twice() {
    let bounds = Bounds { intents: 2, ..CALM };
    println!("{}", breaks(Bug::DoubleSpendApproval, bounds, "an approval is consumed at most once"));
    println!("{}", breaks(Bug::DoubleSpendApproval, bounds, ONCE));
}

#[test]
fn a_kill_that_the_sender_does_not_look_at_does_not_hold() {
    println!("{}", breaks(Bug::NoKillCheck, Bounds { kill: true, ..CALM }, KILL));
}

#[test]
fn a_woken_sender_that_does_not_mind_the_age_of_its_lease_sends_after_a_kill() {
    println!("{}", breaks(Bug::NoFreshnessCheck, Bounds { silences: 1, kill: true, ..CALM }, KILL));
}

#[test]
fn an_order_decided_for_a_lost_connection_is_not_sent_on_the_next_one() {
    println!("{}", breaks(Bug::NoGenerationCheck, Bounds { cuts: 1, ..CALM }, GIVEN_UP));
}

#[test]
fn a_cancel_that_overtakes_its_order_and_is_refused_proves_no_death() {
    println!("{}", breaks(Bug::RefusedCancelIsDeath, Bounds { cancel: true, ..CALM }, DEAD));
}

#[test]
fn an_order_that_waits_in_the_adapter_past_a_look_is_sent_though_given_up() {
    println!("{}", breaks(Bug::OldTicketsLeave, CALM, GIVEN_UP));
}

#[test]
fn a_human_who_declares_dead_what_was_not_looked_for_gives_up_an_order_about_to_leave() {
    println!("{}", breaks(Bug::ResolveUnseen, Bounds { silences: 1, ..CALM }, GIVEN_UP));
}

#[test]
fn what_was_in_flight_when_the_line_was_lost_is_not_unsent() {
    println!("{}", breaks(Bug::LostIsUnsent, Bounds { cuts: 1, ..CALM }, DEAD));
}
