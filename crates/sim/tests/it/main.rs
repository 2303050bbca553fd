//! A slice of the simulation, small enough for every test run. `make prove` runs the whole.

use domain::mutation::Mutation;
use sim::plan::Plan;
use sim::prove::{self, Sum};
use sim::run::{How, run};
use sim::shrink::shrink;
use std::process::Command;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn assert_clean(sum: &Sum) {
    assert!(sum.violations.is_empty(), "see `prove --seed N`: {:?}", sum.violations);
}

#[test]
fn two_thousand_seeds_break_no_promise() {
    let sum = prove::seeds(0, 2_000, threads(), 1);
    assert_clean(&sum);
    assert_eq!(sum.runs, 2_000);
    assert_eq!(sum.coverage.unexpected(), [], "cells that `coverage.rs` thinks impossible");
    assert!(sum.orders > 2 * sum.runs, "only {} orders: the plans do too little", sum.orders);
}

#[test]
fn every_journal_operation_of_a_run_may_fail_in_every_way() {
    let sum = prove::each_operation(1, 1, threads());
    assert_clean(&sum);
    assert!(sum.runs > 6 * 10, "{} runs", sum.runs);
}

#[test]
fn the_same_holds_on_files() {
    let sum = prove::on_files(&std::env::temp_dir(), 1, 4, threads()).unwrap();
    assert_clean(&sum);
}

#[test]
fn the_same_seed_runs_the_same_way() {
    for seed in [3, 7, 11] {
        let plan = Plan::of(seed);
        let (first, second) = (run(&plan, &How::default()), run(&plan, &How::default()));
        assert_eq!(first.transcript, second.transcript, "seed {seed}");
        assert_eq!(first.coverage, second.coverage, "seed {seed}");
    }
}

#[test]
fn a_failing_plan_shrinks_to_a_short_one_that_fails_alike() {
    let found = prove::hunt(Mutation::SendBeforeJournal, 50, threads()).unwrap();
    let how = How { mutation: Some(Mutation::SendBeforeJournal), ..How::default() };
    let short = shrink(&Plan::of(found.seed), &how);
    assert!(short.steps.len() <= 6, "{:?}", short.steps);
    let again = run(&short, &how).violation.map(|(_, violation)| violation.rule);
    assert_eq!(again, Some(found.rule));
}

#[test]
fn a_bug_that_is_not_there_cannot_be_switched_on_in_the_binary() {
    // The shipped binary is built without the feature: cargo tells what features it would be built with.
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", "tollgate", "--edges", "features,normal"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    let text = String::from_utf8(tree.stdout).unwrap();
    assert!(tree.status.success() && text.contains("tollgate-engine"), "{text}");
    assert!(!text.contains("mutations"), "{text}");
}
