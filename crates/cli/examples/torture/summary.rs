//! What is said on the way and at the end.

use crate::callers_log::{Call, Verb};
use crate::rest::Answer;
use crate::tally::{Count, Violation};
use crate::world::World;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

/// Says a line, now.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout();
    // Nobody listens when standard output is closed: the exit code still says it.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// A quiet point in one line.
pub(crate) fn point(world: &World, ledger: usize, journal: usize, calls: usize, took: Duration) {
    let violations: usize = Violation::ALL.iter().map(|kind| world.tally.violations_of(*kind)).sum();
    let faults: u64 = world.tally.of(Count::Fault).iter().map(|(_, count)| count).sum();
    say(&format!(
        "{}  {calls} calls, {journal} orders in the journal, {ledger} in the ledger, {faults} faults; at rest after \
         {} s; violations {violations}",
        jiff::Timestamp::now().strftime("%H:%M:%S"),
        took.as_secs()
    ));
}

/// The whole of it.
pub(crate) fn whole(
    world: &World,
    orders_by_status: &BTreeMap<String, String>,
    ledger: usize,
    ran: Duration,
) -> String {
    let calls = world.log.all();
    let mut out = String::new();
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{text}");
    };
    let keys = calls.iter().filter(|call| call.verb == Verb::Submit).map(|call| &call.key);
    let keys: std::collections::BTreeSet<_> = keys.collect();
    line(format!(
        "torture: seed {}, {} s, {} callers, {} calls, {} order keys, {} orders in the journal, {ledger} in the ledger",
        world.plan.seed,
        ran.as_secs(),
        world.plan.callers,
        calls.len(),
        keys.len(),
        orders_by_status.len()
    ));
    line(format!("journal: {}", by_count(orders_by_status.values().cloned())));
    let mut section = |title: &str, what: Count| {
        line(format!("{title}:"));
        for (name, count) in world.tally.of(what) {
            line(format!("  {count:>7}  {name}"));
        }
    };
    section("faults", Count::Fault);
    section("faults that could not happen just then", Count::NotExercised);
    section("answers", Count::Answer);
    section("the human", Count::Human);
    section("quiet points", Count::Quiet);
    for process in world.gateways.iter().chain([&world.venue]) {
        let (_, ways) = process.ends();
        let ways: Vec<String> = ways.iter().map(|(how, count)| format!("{count} × {how}")).collect();
        line(format!("{}: started {} times; ended {}", process.name(), process.starts(), ways.join(", ")));
    }
    line(format!("connections to the broker: {}", world.proxy.opened()));
    line(format!(
        "answers that left it open (none, 504, in flight), and what became of it: {}",
        fates(&calls, orders_by_status)
    ));
    if !world.home.data.can_be_full {
        line("not exercised: full disk (needs root, to mount a small disk)".to_owned());
    }
    for what in world.tally.violations() {
        line(format!("VIOLATION {what}"));
    }
    let counts: Vec<String> =
        Violation::ALL.iter().map(|kind| format!("{} {}", kind.word(), world.tally.violations_of(*kind))).collect();
    line(format!("torture: {}", counts.join(", ")));
    out
}

/// What became of the orders whose submit was left open at least once.
fn fates(calls: &[Call], orders_by_status: &BTreeMap<String, String>) -> String {
    let open = |call: &&Call| match &call.answer {
        Answer::Nothing(_) => true,
        Answer::Said(said) => matches!(said.code.as_deref(), Some("outcome_unknown" | "in_flight")),
    };
    let submits = calls.iter().filter(|call| call.verb == Verb::Submit).filter(open);
    let keys: std::collections::BTreeSet<&String> = submits.map(|call| &call.key).collect();
    let fate = |key: &&String| orders_by_status.get(*key).cloned().unwrap_or_else(|| "never booked".to_owned());
    format!("{} keys: {}", keys.len(), by_count(keys.iter().map(fate)))
}

fn by_count(words: impl Iterator<Item = String>) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    counts.join(", ")
}
