//! `tollgate replay`: the past through everything, beside a calculation of its own, tests/replay at the repository's root.

use crate::support::Desktop;
use std::path::Path;
use std::process::Command;

/// Replays half a year, and compares.
fn replay(words: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let out = tempfile::tempdir().unwrap();
    let status = Command::new(root.join("tests/replay/run.py"))
        .args(["--slice", "--tollgate", env!("CARGO_BIN_EXE_tollgate"), "--out"])
        .arg(out.path())
        .args(words)
        .status()
        .unwrap();
    assert!(status.success(), "the report above says what differs");
}

#[test]
fn half_a_year_of_weekly_rebalancing_is_to_the_cent_what_pandas_calculates_apart() {
    replay(&[]);
}

#[test]
fn gateways_that_crash_lose_their_connection_or_hand_over_come_to_the_same_evenings() {
    replay(&["--signal", "equal_weight", "--faults", "harmless"]);
}

#[test]
fn whatever_goes_wrong_every_slot_has_a_run_or_a_reason_and_no_order_is_sent_twice() {
    replay(&["--signal", "equal_weight", "--faults", "all"]);
}

#[test]
fn a_replay_wants_a_loop_with_a_schedule_and_an_empty_directory() {
    let desktop = Desktop::new();
    let out = tempfile::tempdir().unwrap();
    let dir = out.path().join("new");
    let words = ["replay", "--to", "1990-01-05", "--out", dir.to_str().unwrap()];
    let output = desktop.run(&words);
    assert_eq!(output.exit, 2, "{}", output.stderr);
    assert!(output.stderr.contains("loop.universe"), "{}", output.stderr);
    let output = desktop.run(&["replay", "--to", "1990-01-05", "--out", out.path().to_str().unwrap()]);
    assert_eq!(output.exit, 2, "{}", output.stderr);
    assert!(output.stderr.contains("not empty"), "{}", output.stderr);
    let output = desktop.run(&["replay", "--from", "1990-01-05", "--to", "1990-01-02", "--out", "x"]);
    assert_eq!(output.exit, 2, "{}", output.stderr);
}
