use super::*;
use std::fmt::Write as _;

#[test]
fn the_table_of_a_runs_life_is_this() {
    let mut table = String::new();
    for from in RunState::ALL {
        let next: Vec<&str> = RunState::ALL.into_iter().filter(|to| from.may_become(*to)).map(RunState::word).collect();
        writeln!(table, "{} -> {}", from.word(), if next.is_empty() { "(end)".to_owned() } else { next.join(" ") })
            .unwrap();
    }
    insta::assert_snapshot!(table, @r"
    queued -> checking failed blocked
    checking -> executing failed blocked
    executing -> done partial failed
    done -> (end)
    partial -> rolled_back
    failed -> rolled_back
    blocked -> (end)
    rolled_back -> (end)
    ");
}

#[test]
fn what_is_over_trades_no_more() {
    for state in RunState::ALL.into_iter().filter(|state| state.is_final()) {
        for next in RunState::ALL {
            assert!(!state.may_become(next) || next == RunState::RolledBack, "{} -> {}", state.word(), next.word());
        }
    }
}
