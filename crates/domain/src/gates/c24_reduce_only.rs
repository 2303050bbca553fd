//! Control 24: what is said to reduce must reduce, open orders counted at their worst; and the words sell, sell short
//! and buy to cover mean what they say.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::order::Side;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 24, code: "C24_REDUCE_ONLY", title: "The order fits the position that it speaks of", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    if intent.side == Side::Buy && !intent.reduce_only {
        return Verdict::Pass;
    }
    let (Some(held), Some(reduces)) = (input.account.held, input.reduces) else {
        return Verdict::Deny(vec![GATE.reason(
            &"The position is unknown, so the order cannot be checked against it.",
            &"unknown position",
            &"a known position",
            &"Wait until positions are known (`tollgate account positions`).",
        )]);
    };
    let mut reasons = Vec::new();
    let seen = format!("{} {} with {held} held", intent.side.word(), input.leaves.normalize());
    if intent.reduce_only && !reduces {
        reasons.push(GATE.reason(
            &"A reduce-only order may neither increase nor flip the position, open orders counted.",
            &seen,
            &"at most what is held and not already being closed",
            &"Lower qty, cancel the open orders on the same side, or leave reduce_only out.",
        ));
    }
    match intent.side {
        Side::Buy => {}
        Side::Sell => {
            if !reduces {
                reasons.push(GATE.reason(
                    &"A sell may not sell more than is held, open sells subtracted.",
                    &seen,
                    &"at most what is held minus open sells",
                    &"Lower qty or cancel open sells; to go short on purpose say sell_short.",
                ));
            }
        }
        Side::SellShort => {
            if held > Decimal::ZERO {
                reasons.push(GATE.reason(
                    &"A short sale is not possible while the instrument is held.",
                    &seen,
                    &"no long position",
                    &"Sell what is held first (side sell).",
                ));
            }
        }
        Side::BuyToCover => {
            if !reduces {
                reasons.push(GATE.reason(
                    &"A buy to cover needs a short position that it cannot flip, open buys subtracted.",
                    &seen,
                    &"at most what is short minus open buys",
                    &"Lower qty or cancel open buys; to buy on purpose say buy.",
                ));
            }
        }
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c24_reduce_only_tests.rs"]
mod tests;
