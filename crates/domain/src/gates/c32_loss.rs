//! Control 32: what the account lost today and this week, realised and not. From the first limit on only reducing orders
//! pass, from the second on none. The engine sets the trading state by the same limits; this gate holds at once, and
//! also when a human lifts the state while the loss still stands.

use super::input::GateInput;
use super::lately::Losses;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate =
    Gate { number: 32, code: "C32_LOSS", title: "Losses of day and week within the limits", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let reducing = input.reduces == Some(true);
    let policy = input.policy;
    let fresh = input.lately.value.and_then(|value| value.if_fresh(policy, input.now));
    // An old loss that stands says no less for being old.
    let Some(value) = fresh.or(input.lately.value.filter(|_| reducing)) else {
        if reducing {
            return Verdict::Pass;
        }
        return Verdict::Deny(vec![GATE.reason(
            &"What the account is worth is unknown or was told too long ago, so its losses are unknown.",
            &Losses::unknown_words(input.lately.value, input.now),
            &format_args!("at most {} s old", policy.loss_age_s_max),
            &"Wait for the account values (`tollgate account summary`); what reduces a position passes.",
        )]);
    };
    let losses = [
        ("day", value.loss_day, policy.loss_day_reduce, policy.loss_day_halt),
        ("week", value.loss_week, policy.loss_week_reduce, policy.loss_week_halt),
    ];
    let mut reasons = Vec::new();
    for (period, loss, reduce, halt) in losses {
        if loss >= halt {
            reasons.push(GATE.reason(
                &format_args!("The loss of the {period} has reached the limit from which on nothing new is sent."),
                &loss.normalize(),
                &halt,
                &format_args!(
                    "Look at the positions; wait for the next {period}, or have a human raise loss_{period}_halt."
                ),
            ));
        } else if loss >= reduce && !reducing {
            reasons.push(GATE.reason(
                &format_args!("The loss of the {period} has reached the limit from which on only reductions pass."),
                &loss.normalize(),
                &reduce,
                &format_args!(
                    "Reduce positions; wait for the next {period}, or have a human raise loss_{period}_reduce."
                ),
            ));
        }
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c32_loss_tests.rs"]
mod tests;
