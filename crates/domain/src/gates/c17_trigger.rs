//! Control 17: a trigger lies on the side of the market from which the market must come to reach it, and not so near
//! that the next tick does. That holds for stops, for the distance of trailing orders, and for the stop of a bracket,
//! which is judged by the price at which its entry would trade.
//!
//! What counts as the market is the worse of the touch and the last trade, since IBKR triggers stocks by the last trade
//! and options by bid and ask.

use super::c09_fresh_data::rung;
use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::bracket::Bracket;
use crate::market::Quote;
use crate::money::Price;
use crate::order::{OrderType, Trail};
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 17, code: "C17_TRIGGER", title: "Triggers lie on their side of the market, at a distance", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    let (stop, trail) = (intent.order_type.stop_price(), trail(&intent.order_type));
    if stop.is_none() && trail.is_none() && intent.bracket.is_none() {
        return Verdict::Pass;
    }
    let quote =
        input.quote.filter(|q| q.con_id == input.order.contract.con_id && rung(q, input.policy, input.now).is_some());
    let buy = intent.side.is_buy();
    let markets = quote.and_then(|quote| Some((market(quote, buy)?, market(quote, !buy)?)));
    let Some((ahead, behind)) = markets else {
        return Verdict::Deny(vec![GATE.reason(
            &"There is no market to judge the trigger by.",
            &"unknown market",
            &"a sane quote",
            &"Wait for market data (`tollgate quote SYMBOL`).",
        )]);
    };
    let mut reasons = Vec::new();
    if let Some(stop) = stop {
        reasons.extend(misplaced(input, "trigger", stop.get(), buy, ahead));
    }
    if let Some(trail) = trail {
        reasons.extend(too_tight(input, trail, ahead));
    }
    if let Some(bracket) = intent.bracket {
        reasons.extend(stop_of(input, bracket, behind));
    }
    Verdict::deny_on(reasons)
}

/// The market as a trigger of that side sees it: at its worst, the nearest one.
fn market(quote: &Quote, buy: bool) -> Option<Decimal> {
    let reference = quote.reference()?;
    let touch = if buy { quote.ask } else { quote.bid }.map_or(reference, Price::get);
    let last = quote.last.map_or(touch, Price::get);
    Some(if buy { touch.max(last) } else { touch.min(last) })
}

fn trail(order_type: &OrderType) -> Option<Trail> {
    match order_type {
        OrderType::Trail { trail } | OrderType::TrailLimit { trail, .. } => Some(*trail),
        OrderType::Market
        | OrderType::Limit { .. }
        | OrderType::Stop { .. }
        | OrderType::StopLimit { .. }
        | OrderType::Midprice { .. }
        | OrderType::Moc
        | OrderType::Loc { .. }
        | OrderType::Moo
        | OrderType::Loo { .. } => None,
    }
}

/// Whether `distance` is at least the policy's share of `market`; no sum, no distance.
fn is_far(input: &GateInput<'_>, distance: Decimal, market: Decimal) -> bool {
    let far = || {
        let least = market.checked_mul(input.policy.stop_distance_percent_min)?;
        Some(distance > Decimal::ZERO && distance.checked_mul(Decimal::ONE_HUNDRED)? >= least)
    };
    far() == Some(true)
}

/// A trigger of a buy lies above the market, that of a sell below.
fn misplaced(input: &GateInput<'_>, name: &str, trigger: Decimal, buy: bool, market: Decimal) -> Option<Reason> {
    let distance = if buy { trigger.checked_sub(market) } else { market.checked_sub(trigger) };
    if distance.is_some_and(|distance| is_far(input, distance, market)) {
        return None;
    }
    let (side, relation) = if buy { ("buy", "above") } else { ("sell", "below") };
    let percent = input.policy.stop_distance_percent_min.normalize();
    let market = market.normalize();
    let limit = format!("at least {percent} % {relation} {market}");
    Some(GATE.reason(
        &format_args!("The {name} of the {side} lies on the wrong side of the market or too near to it."),
        &trigger,
        &limit,
        &format_args!("Set the {name} {limit}, or send an order that trades now."),
    ))
}

fn too_tight(input: &GateInput<'_>, trail: Trail, market: Decimal) -> Option<Reason> {
    let (distance, word) = match trail {
        Trail::Amount(amount) => (Some(amount.get()), format!("{amount}")),
        Trail::Percent(percent) => (
            percent.get().checked_mul(market).map(|hundredfold| hundredfold / Decimal::ONE_HUNDRED),
            format!("{percent} %"),
        ),
    };
    // A trail as long as the price itself has no trigger.
    if distance.is_some_and(|distance| distance < market && is_far(input, distance, market)) {
        return None;
    }
    let percent = input.policy.stop_distance_percent_min.normalize();
    let limit = format!("at least {percent} % of {}, and less than all of it", market.normalize());
    Some(GATE.reason(
        &"The trailing distance is so short that the next tick triggers, or so long that nothing does.",
        &word,
        &limit,
        &format_args!("Set the trailing distance to {limit}."),
    ))
}

/// The stop of a bracket, by the price at which the entry would trade: a limit through the market trades at the market.
fn stop_of(input: &GateInput<'_>, bracket: Bracket, market: Decimal) -> Option<Reason> {
    let intent = &input.order.intent;
    let buy = intent.side.is_buy();
    let entry = match (intent.order_type.stop_price(), intent.order_type.limit_price()) {
        (Some(stop), _) => stop.get(),
        (None, Some(limit)) if buy => market.min(limit.get()),
        (None, Some(limit)) => market.max(limit.get()),
        (None, None) => market,
    };
    misplaced(input, "stop loss", bracket.stop_loss.get(), !buy, entry)
}

#[cfg(test)]
#[path = "c17_trigger_tests.rs"]
mod tests;
