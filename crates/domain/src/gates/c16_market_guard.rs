//! Control 16: orders that take whatever the market gives pass only if the policy allows them, and only while their
//! worst plausible price is known. A limit that would trade at once is such an order too when they are not allowed.

use super::input::GateInput;
use super::table::{Gate, Verdict, touch_price, worst_price};
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 16, code: "C16_MARKET_GUARD", title: "Market orders allowed and bounded", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    let mut reasons = Vec::new();
    match intent.order_type.limit_price() {
        Some(limit) => {
            let touch = touch_price(input);
            let marketable =
                intent.order_type.stop_price().is_none()
                    && touch.is_some_and(|touch| {
                        if intent.side.is_buy() { limit.get() >= touch } else { limit.get() <= touch }
                    });
            if let Some(touch) = touch.filter(|_| marketable && !input.policy.market_orders_allowed) {
                reasons.push(GATE.reason(
                    &"The limit reaches the market, and the policy lets no marketable order through.",
                    &limit,
                    &format_args!("{} {touch}", if intent.side.is_buy() { "below" } else { "above" }),
                    &"Set a limit that rests, or let a human with admin set market_orders_allowed.",
                ));
            }
        }
        None => unbounded(input, &mut reasons),
    }
    Verdict::deny_on(reasons)
}

fn unbounded(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let kind = input.order.intent.order_type.kind().word();
    let slippage = input.policy.market_order_slippage_percent;
    if !input.policy.market_orders_allowed {
        reasons.push(GATE.reason(
            &format_args!("The policy lets no order of the type {kind} through: it has no worst price of its own."),
            &kind,
            &"an order with a limit price",
            &"Send a limit order, or let a human with admin set market_orders_allowed.",
        ));
    }
    if worst_price(input).is_none() {
        reasons.push(GATE.reason(
            &"The worst plausible price is unknown, so the order has no bound.",
            &"unknown price",
            &"a sane quote",
            &"Send a limit order, or wait for a sane quote (`tollgate quote SYMBOL`).",
        ));
    }
    if let Some((bid, ask)) = input.quote.and_then(|quote| quote.bid.zip(quote.ask)) {
        let spread = (ask.get() - bid.get()) / bid.get() * Decimal::ONE_HUNDRED;
        if spread > slippage {
            reasons.push(GATE.reason(
                &"The spread is wider than the slippage that the policy reckons with.",
                &format_args!("{} % (bid {bid}, ask {ask})", spread.round_dp(4).normalize()),
                &format_args!("{slippage} %"),
                &"Send a limit order.",
            ));
        }
    }
}

#[cfg(test)]
#[path = "c16_market_guard_tests.rs"]
mod tests;
