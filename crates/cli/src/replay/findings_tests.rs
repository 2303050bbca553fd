use super::*;
use domain::looping::execution::{ExecutionTerms, Leftover, Style};
use domain::looping::run::{RunCause, RunOrder};
use jiff::Timestamp;

const MARGIN: &str =
    "weekly-1.2: C29_MARGIN: The margin in percent of the account's worth would be above the limit, or is unknown.";

/// A run that ended so, with a step that traded and one that did not.
fn ended(state: RunState, outcome: StepOutcome, reasons: &[&str]) -> TradeRun {
    let terms = ExecutionTerms {
        style: Style::Moc,
        slices: 1,
        slice_every_s: 60,
        deadline_s: 900,
        leftover: Leftover::Cancel,
        strategy: "loop".parse().unwrap(),
    };
    let (id, now) = ("weekly-1".parse().unwrap(), Timestamp::UNIX_EPOCH);
    let order = RunOrder { id, cause: RunCause::Hand, decision: None, terms, begin_by: now };
    let end = |outcome, reasons: &[&str]| StepEnd {
        outcome,
        filled: Decimal::ZERO,
        avg_px: None,
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        orders: Vec::new(),
    };
    let mut run = TradeRun::queued(order, now);
    run.state = state;
    run.steps = [(1, end(StepOutcome::Filled, &[])), (2, end(outcome, reasons))].into();
    run
}

#[test]
fn only_buys_that_control_29_refused_are_the_aftermath_of_an_unsold_position() {
    let cases = [
        (RunState::Partial, StepOutcome::Refused, vec![MARGIN], true),
        (RunState::Partial, StepOutcome::Refused, vec![MARGIN, "weekly-1.2: C09_MARKET_DATA: old"], false),
        (RunState::Partial, StepOutcome::Refused, vec!["weekly-1.2: broker 201: no"], false),
        (RunState::Partial, StepOutcome::Unfilled, vec![MARGIN], false),
        (RunState::Failed, StepOutcome::Refused, vec![MARGIN], false),
    ];
    for (state, outcome, reasons, is_so) in cases {
        assert_eq!(lacks_margin(&ended(state, outcome, &reasons)), is_so, "{state:?} {outcome:?} {reasons:?}");
    }
}
