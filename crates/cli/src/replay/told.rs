//! What is told of a replay.

use super::drive::Tally;
use super::record::{Point, RunLine};
use crate::args::ReplayArgs;
use crate::out::Said;
use serde::Serialize;
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
    pub(super) mishaps: BTreeMap<&'static str, Count>,
    /// Kinds of them that were to occur and did not.
    pub(super) never: Vec<&'static str>,
    pub(super) records: Value,
}

/// What came of a kind of mishap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Count {
    /// How often something went wrong by it.
    pub(super) occurred: usize,
    /// How often there was nothing that could: no order to refuse, none on its way.
    pub(super) found_nothing: usize,
    /// What became of the slots at which it occurred: states of runs, or `missed`.
    pub(super) ended: BTreeMap<&'static str, usize>,
}

impl Told {
    /// As JSON and in words; a finding ends with 1.
    pub(super) fn said(self, args: &ReplayArgs, took: Duration) -> Said {
        let Self { tally, runs, missed, wrong, mishaps, never, records } = self;
        let orders: usize = runs.iter().map(|run| run.orders).sum();
        let executions: usize = runs.iter().map(|run| run.executions).sum();
        let states = runs.iter().fold(BTreeMap::<&str, usize>::new(), |mut counts, run| {
            *counts.entry(run.state.as_str()).or_default() += 1;
            counts
        });
        let value = |point: Option<Point>| point.map(|point| point.value.to_string());
        let mut human = format!(
            "{} days, {} slots: {}; {} missed\n{orders} orders, {executions} executions, {records} records\n{} USD at the end, in {} s\n",
            tally.days,
            tally.slots.len(),
            in_words(&states),
            missed.len(),
            value(tally.last).unwrap_or_default(),
            took.as_secs(),
        );
        for (kind, Count { occurred, ended, .. }) in &mishaps {
            human.extend([occurred.to_string().as_str(), " times ", kind, ": ", &in_words(ended), "\n"]);
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
            "never": never,
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

fn in_words(counts: &BTreeMap<&str, usize>) -> String {
    let words: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    words.join(", ")
}
