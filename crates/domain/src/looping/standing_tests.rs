use super::*;
use crate::looping::book::tests::{asked, at, order_of, refused, small_plan};
use crate::looping::plan_approval::PartUse;
use crate::looping::run::RunCause;
use std::sync::Arc;

fn key(text: &str) -> ClOrdId {
    text.parse().unwrap()
}

/// A run that works its one step, ten at 10, since a person said yes in second 10.
fn approved() -> TradeRun {
    let mut run = TradeRun::queued(order_of("run", RunCause::Hand, None), at(0));
    let mut question = asked("ap-1", "run");
    question.status = ApprovalStatus::Approved;
    question.decided_at = Some(at(10));
    question.decided_by = Some("operator".parse().unwrap());
    run.plan = Some(Arc::new(small_plan()));
    run.approval = Some(Arc::new(question));
    run.state = RunState::Executing;
    run
}

fn took(run: &mut TradeRun, name: &str, qty: i64) {
    let question = run.approval.as_mut().map(Arc::make_mut).unwrap();
    question.used.insert(key(name), PartUse { step: 1, qty: Decimal::from(qty) });
}

fn may(run: &TradeRun, name: &str, qty: i64) -> Result<(), String> {
    run.may_take(1, &key(name), Decimal::from(qty), at(20))
}

fn says(run: &TradeRun, name: &str, qty: i64, words: &str) {
    let why = may(run, name, qty).unwrap_err();
    assert!(why.contains(words), "{name} {qty}: {why}");
}

#[test]
fn only_keys_of_the_run_name_steps_of_its_plan() {
    let run = approved();
    for named in ["run.1", "run.1.2"] {
        assert_eq!(run.step_of(&key(named)), Some(1), "{named}");
    }
    for other in ["run", "run.2", "run.x", "run1.1", "ru.1", "other.1", "run..1"] {
        assert_eq!(run.step_of(&key(other)), None, "{other}");
    }
    assert_eq!(TradeRun { plan: None, ..run }.step_of(&key("run.1")), None, "there is no plan yet");
}

#[test]
fn orders_take_their_parts_and_never_more_than_there_is() {
    let mut run = approved();
    assert_eq!(may(&run, "run.1.1", 6), Ok(()));
    says(&run, "run.1.1", 11, "less left for this step. Observed 11, limit 10");
    says(&run, "run.1.1", 0, "less left");
    says(&run, "other.1", 1, "no part");
    took(&mut run, "run.1.1", 6);
    says(&run, "run.1.2", 5, "Observed 5, limit 4");
    assert_eq!(may(&run, "run.1.2", 4), Ok(()));
    assert!(run.may_take(2, &key("run.1.2"), Decimal::ONE, at(20)).unwrap_err().contains("another step than 2"));
}

#[test]
fn a_change_takes_what_is_more_and_nothing_for_what_it_has() {
    let mut run = approved();
    took(&mut run, "run.1.1", 6);
    says(&run, "run.1.1", 6, "took as much of its part before");
    says(&run, "run.1.1", 5, "took as much of its part before");
    assert_eq!(run.part_faults(&key("run.1.1"), Decimal::from(6), at(20)), Vec::new(), "the change itself may leave");
    assert_eq!(may(&run, "run.1.1", 10), Ok(()));
    took(&mut run, "run.1.2", 3);
    says(&run, "run.1.1", 8, "Observed 8, limit 7");
}

#[test]
fn a_yes_holds_as_long_as_the_run_works_and_no_longer() {
    let run = approved();
    let may = |run: &TradeRun, second| run.may_take(1, &key("run.1"), Decimal::ONE, at(second));
    assert_eq!(may(&run, 669), Ok(()));
    assert!(may(&run, 670).unwrap_err().contains("lapsed"));
    for status in [ApprovalStatus::Pending, ApprovalStatus::Revoked, ApprovalStatus::Void] {
        let mut other = run.clone();
        other.approval.as_mut().map(Arc::make_mut).unwrap().status = status;
        assert!(may(&other, 20).unwrap_err().contains("does not stand"), "{}", status.word());
    }
    for state in RunState::ALL.into_iter().filter(|state| *state != RunState::Executing) {
        let other = TradeRun { state, ..run.clone() };
        assert!(may(&other, 20).unwrap_err().contains("does not work its plan"), "{}", state.word());
    }
    let mut over = run;
    over.steps.insert(1, refused());
    assert!(may(&over, 20).unwrap_err().contains("The step is over. Observed step 1 refused"));
}
