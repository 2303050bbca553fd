//! Control 27: what is held and what is open, together, within the capital that the owner set, gross and net.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use super::worst_after::{unknown_words, worst_after};

pub(super) const GATE: Gate = Gate { number: 27, code: "C27_CAPITAL", title: "Within the capital that was set", check };

fn check(input: &GateInput<'_>) -> Verdict {
    // What only makes a position smaller adds to nothing, whatever is known of the rest.
    if input.reduces == Some(true) {
        return Verdict::Pass;
    }
    let after = worst_after(input);
    let limits = [
        ("gross", after.gross, input.policy.capital_gross_max, "capital_gross_max"),
        ("net", after.net, input.policy.capital_net_max, "capital_net_max"),
    ];
    let mut reasons = Vec::new();
    for (word, step, limit, key) in limits {
        match step {
            Some(step) if step.breaks(limit) => reasons.push(GATE.reason(
                &format_args!("All positions and open orders together, {word} and at worst, are above the limit."),
                &format_args!("{} now, {} with this order", step.before.normalize(), step.after.normalize()),
                &limit,
                &format_args!("Lower the quantity, close a position, or let a human with admin raise {key}."),
            )),
            Some(_) => {}
            None => reasons.push(GATE.reason(
                &format_args!("What all positions and open orders are worth, {word}, is unknown."),
                &unknown_words(input),
                &limit,
                &"Wait for prices and rates (`tollgate account positions`), or cancel what has no price.",
            )),
        }
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c27_capital_tests.rs"]
mod tests;
