//! Control 18: prices on the tick, quantities on the lot, a multiplier that makes sense.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::money::Price;
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 18, code: "C18_TICK_AND_LOT", title: "Price on the tick, quantity on the lot", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    let mut reasons = Vec::new();
    let prices = [
        ("limit_price", intent.order_type.limit_price()),
        ("stop_price", intent.order_type.stop_price()),
        ("bracket.take_profit", intent.bracket.map(|bracket| bracket.take_profit)),
        ("bracket.stop_loss", intent.bracket.map(|bracket| bracket.stop_loss)),
    ];
    for (field, price) in prices {
        if let Some(price) = price {
            tick(input, field, price, &mut reasons);
        }
    }
    lot(input, &mut reasons);
    let multiplier = input.order.contract.multiplier;
    if multiplier <= Decimal::ZERO {
        reasons.push(GATE.reason(
            &"The contract's multiplier is unknown or makes no sense.",
            &multiplier,
            &"above 0",
            &"Ask for the contract anew (`tollgate contract show`); the broker's data is incomplete.",
        ));
    }
    Verdict::deny_on(reasons)
}

fn tick(input: &GateInput<'_>, field: &str, price: Price, reasons: &mut Vec<Reason>) {
    let price = price.get();
    let step = input.order.contract.increment_at(price).filter(|step| *step > Decimal::ZERO);
    let Some(step) = step else {
        reasons.push(GATE.reason(
            &format_args!("The price step at {field} {price} is unknown."),
            &"unknown step",
            &"a price step above 0",
            &"Ask for the contract anew (`tollgate contract show`); the broker's data is incomplete.",
        ));
        return;
    };
    if price.checked_rem(step) != Some(Decimal::ZERO) {
        let nearest = price.checked_div(step).and_then(|steps| steps.floor().checked_mul(step)).map_or_else(
            || "a multiple of the step".to_owned(),
            |below| match below.checked_add(step) {
                Some(above) => format!("{} or {}", below.normalize(), above.normalize()),
                None => below.normalize().to_string(),
            },
        );
        reasons.push(GATE.reason(
            &format_args!("{field} is not a multiple of the contract's price step."),
            &price,
            &format_args!("multiples of {}", step.normalize()),
            &format_args!("Set {field} to {nearest}."),
        ));
    }
}

fn lot(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let contract = &input.order.contract;
    let qty = input.order.intent.qty.get();
    let step = contract.size_increment;
    if step <= Decimal::ZERO || contract.min_size < Decimal::ZERO {
        reasons.push(GATE.reason(
            &"The contract's order sizes are unknown.",
            &format_args!("size_increment {step}, min_size {}", contract.min_size),
            &"a size step above 0",
            &"Ask for the contract anew (`tollgate contract show`); the broker's data is incomplete.",
        ));
        return;
    }
    if qty.checked_rem(step) != Some(Decimal::ZERO) {
        reasons.push(GATE.reason(
            &"The quantity is not a multiple of the contract's size step.",
            &qty,
            &format_args!("multiples of {}", step.normalize()),
            &format_args!("Set qty to a multiple of {}.", step.normalize()),
        ));
    }
    if qty < contract.min_size {
        reasons.push(GATE.reason(
            &"The quantity is below the contract's smallest order.",
            &qty,
            &contract.min_size.normalize(),
            &format_args!("Set qty to {} or more.", contract.min_size.normalize()),
        ));
    }
}

#[cfg(test)]
#[path = "c18_tick_and_lot_tests.rs"]
mod tests;
