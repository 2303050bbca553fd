//! Control 12: the rules in force are those that were accepted, and no newer version wrote this journal.

use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate =
    Gate { number: 12, code: "C12_VERSION", title: "Version and policy are the accepted ones", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let rules = input.rules;
    let mut reasons = Vec::new();
    if rules.accepted_policy != Some(input.policy_hash) {
        reasons.push(GATE.reason(
            &"The policy that this process judges by is not the one that the journal has in force.",
            &input.policy_hash,
            &rules.accepted_policy.unwrap_or("no policy in force"),
            &"Start the gateway again; `tollgate limits show` says which policy is in force.",
        ));
    }
    if let Some(newest) = rules.newest_version
        && is_older(rules.running_version, newest)
    {
        reasons.push(GATE.reason(
            &"A newer version has written this journal: what it wrote may mean more than this one knows.",
            &rules.running_version,
            &newest,
            &"Start that version, or restore a backup of before it.",
        ));
    }
    Verdict::deny_on(reasons)
}

/// Whether one version comes before another. What cannot be compared is older, unless it is the same.
pub fn is_older(running: &str, newest: &str) -> bool {
    match (parts(running), parts(newest)) {
        (Some(running), Some(newest)) => running < newest,
        (None, _) | (_, None) => running != newest,
    }
}

fn parts(version: &str) -> Option<(u64, u64, u64)> {
    let core = version.split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(str::parse::<u64>);
    let three = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    numbers.next().is_none().then_some(three)
}

#[cfg(test)]
#[path = "c12_version_tests.rs"]
mod tests;
