//! Runs as they are told.

use domain::looping::execution::{ExecutionTerms, Leftover, Style};
use domain::looping::run::{RunCause, RunOrder, TradeRun};
use jiff::Timestamp;
use wire::looping::Run;

fn run() -> TradeRun {
    let terms = ExecutionTerms {
        style: Style::Moc,
        slices: 1,
        slice_every_s: 60,
        deadline_s: 900,
        leftover: Leftover::Cancel,
        strategy: "loop".parse().unwrap(),
    };
    let order = RunOrder {
        id: "by-hand".parse().unwrap(),
        cause: RunCause::Hand,
        decision: None,
        terms,
        begin_by: Timestamp::UNIX_EPOCH,
    };
    TradeRun::queued(order, Timestamp::UNIX_EPOCH)
}

#[test]
fn a_run_names_the_mandate_that_its_plan_stands_on() {
    let mut run = run();
    assert_eq!(Run::from(&run).mandate_id, None);
    run.mandate = Some("md-7".parse().unwrap());
    let told = serde_json::to_value(Run::from(&run)).unwrap();
    assert_eq!((&told["mandate_id"], &told["approval_id"]), (&"md-7".into(), &serde_json::Value::Null));
}
