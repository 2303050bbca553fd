//! Makes a failing plan as short as it can be: chunks of steps are left out as long as the same promise is broken.

use crate::plan::Plan;
use crate::run::{How, run};

/// Runs that shrinking may take.
const TRIES_MAX: usize = 400;

/// The shortest plan found that breaks the same promise.
pub fn shrink(plan: &Plan, how: &How) -> Plan {
    let Some(rule) = broken(plan, how) else { return plan.clone() };
    let mut best = plan.clone();
    let mut chunk = best.steps.len().div_ceil(2);
    let mut tries = 0;
    while chunk > 0 {
        let mut at = 0;
        while at < best.steps.len() && tries < TRIES_MAX {
            let mut shorter = best.clone();
            let end = (at + chunk).min(shorter.steps.len());
            shorter.steps.drain(at..end);
            tries += 1;
            if broken(&shorter, how) == Some(rule) { best = shorter } else { at += chunk }
        }
        chunk /= 2;
    }
    best
}

fn broken(plan: &Plan, how: &How) -> Option<&'static str> {
    run(plan, how).violation.map(|(_, violation)| violation.rule)
}
