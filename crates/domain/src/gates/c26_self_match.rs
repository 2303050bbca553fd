//! Control 26: an order of ours does not trade with another order of ours, whichever strategy sent it: the broker would
//! charge both sides, and an exchange may call it a wash trade. What works, is in flight or is not known counts, and a
//! change under way with both its versions.

use super::c09_fresh_data::{Rung, rung};
use super::input::GateInput;
use super::table::{Gate, Verdict, touch_price};
use crate::id::Leg;
use crate::order::{OrderIntent, OrderType};
use crate::reason::Reason;
use crate::self_match::{OwnOrder, Reach};
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 26, code: "C26_SELF_MATCH", title: "The order meets none of ours on the other side", check };

fn check(input: &GateInput<'_>) -> Verdict {
    if input.policy.self_match_allowed {
        return Verdict::Pass;
    }
    let intent = &input.order.intent;
    let mut reasons = against(input, intent, reach(input));
    // The profit taker of an entry that has not traded meets nothing that would not trade before it.
    if let Some(stop) = intent.exit(Leg::StopLoss) {
        let reach = Reach::of_open(&stop.order_type, stop.side, input.policy.market_order_slippage_percent);
        reasons.extend(against(input, &stop, reach));
    }
    Verdict::deny_on(reasons)
}

/// What this order may trade at. A market order trades at the touch as long as a live quote shows enough there, and else
/// as far as the policy's slippage.
fn reach(input: &GateInput<'_>) -> Reach {
    let (intent, slippage) = (&input.order.intent, input.policy.market_order_slippage_percent);
    match intent.order_type {
        OrderType::Market => {
            let shown = input
                .quote
                .filter(|quote| rung(quote, input.policy, input.now) == Some(Rung::Live))
                .and_then(|quote| if intent.side.is_buy() { quote.ask_size } else { quote.bid_size });
            let percent = if shown.is_some_and(|shown| shown >= intent.qty.get()) { Decimal::ZERO } else { slippage };
            let bound = touch_price(input).and_then(|touch| Reach::beyond(touch, intent.side, percent));
            bound.map_or(Reach::Any, Reach::Limit)
        }
        OrderType::StopLimit { stop, limit } => Reach::Stop { trigger: stop.get(), worst: limit.get() },
        OrderType::Limit { .. }
        | OrderType::Stop { .. }
        | OrderType::Trail { .. }
        | OrderType::TrailLimit { .. }
        | OrderType::Midprice { .. }
        | OrderType::Moc
        | OrderType::Loc { .. }
        | OrderType::Moo
        | OrderType::Loo { .. } => Reach::of_open(&intent.order_type, intent.side, slippage),
    }
}

fn against(input: &GateInput<'_>, intent: &OrderIntent, reach: Reach) -> Vec<Reason> {
    let slippage = input.policy.market_order_slippage_percent;
    let meets = |other: &&OwnOrder| {
        let theirs = |version: &OrderType| Reach::of_open(version, other.side, slippage);
        other.side.is_buy() != intent.side.is_buy()
            && other.versions.iter().any(|version| reach.meets(intent.side, theirs(version)))
    };
    input.own.iter().filter(meets).map(|other| refusal(intent, other)).collect()
}

fn refusal(intent: &OrderIntent, other: &OwnOrder) -> Reason {
    let key = &other.cl_ord_id;
    let whose = other.strategy.as_ref().map_or_else(String::new, |strategy| format!(" of the strategy {strategy}"));
    let kind = other.versions.first().map_or("unknown", |version| version.kind().word());
    let prices: Vec<String> = other
        .versions
        .iter()
        .filter_map(|version| version.limit_price().or(version.stop_price()))
        .map(|price| price.to_string())
        .collect();
    let at = if prices.is_empty() { String::new() } else { format!(" at {}", prices.join(" or ")) };
    GATE.reason(
        &format_args!("The {} could trade with {key}{whose}, our own order on the other side.", intent.side.word()),
        &format_args!("{key}: {} {kind}{at}", other.side.word()),
        &"no order of ours that it could meet",
        &format_args!("Set a price that does not reach it, or cancel {key} first (`tollgate order cancel {key}`)."),
    )
}

#[cfg(test)]
#[path = "c26_self_match_tests.rs"]
mod tests;
