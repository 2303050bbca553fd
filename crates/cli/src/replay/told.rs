//! What is told of a replay.

use super::drive::Tally;
use super::record::{Point, RunLine};
use crate::args::ReplayArgs;
use crate::out::Said;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that a replay came to.
pub(super) struct Told {
    pub(super) tally: Tally,
    pub(super) runs: Vec<RunLine>,
    /// Slots that passed without a run, and why.
    pub(super) missed: Vec<String>,
    /// What must never be.
    pub(super) wrong: Vec<String>,
    pub(super) mishaps: BTreeMap<&'static str, usize>,
    pub(super) records: Value,
}

impl Told {
    /// As JSON and in words; a finding ends with 1.
    pub(super) fn said(self, args: &ReplayArgs, took: Duration) -> Said {
        let Self { tally, runs, missed, wrong, mishaps, records } = self;
        let orders: usize = runs.iter().map(|run| run.orders).sum();
        let executions: usize = runs.iter().map(|run| run.executions).sum();
        let states = runs.iter().fold(BTreeMap::<&str, usize>::new(), |mut counts, run| {
            *counts.entry(run.state.as_str()).or_default() += 1;
            counts
        });
        let value = |point: Option<Point>| point.map(|point| point.value.to_string());
        let in_words = |counts: &BTreeMap<&str, usize>| {
            let words: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
            words.join(", ")
        };
        let mut human = format!(
            "{} days, {} slots: {}; {} missed\n{orders} orders, {executions} executions, {records} records\n{} USD at the end, in {} s\n",
            tally.days,
            tally.slots.len(),
            in_words(&states),
            missed.len(),
            value(tally.last).unwrap_or_default(),
            took.as_secs(),
        );
        if !mishaps.is_empty() {
            human.extend(["went wrong: ", &in_words(&mishaps), "\n"]);
        }
        for one in &wrong {
            human.extend(["WRONG: ", one, "\n"]);
        }
        let exit = u8::from(!wrong.is_empty());
        let json = json!({
            "ok": wrong.is_empty(),
            "from": args.from,
            "to": args.to,
            "days": tally.days,
            "slots": tally.slots.len(),
            "runs": states,
            "missed": missed,
            "wrong": wrong,
            "mishaps": mishaps,
            "orders": orders,
            "executions": executions,
            "records": records,
            "first_value": value(tally.first),
            "last_value": value(tally.last),
            "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
        Said { exit, ..Said::new(json, human) }
    }
}
