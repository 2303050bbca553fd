//! Control 9: prices fit for the check, by our own receipt time.
//!
//! Prices come by a ladder: live, delayed, previous close. Orders without a limit, and those with a trigger, need a
//! live quote within `quote_age_ms_max`. An order with its own limit may stand on a lower rung where the policy allows
//! it; an old live quote steps down the ladder too, and every rung ends somewhere.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::market::{DataType, Quote};
use crate::order::OrderType;
use crate::policy::Policy;
use crate::reason::Reason;
use jiff::Timestamp;

pub(super) const GATE: Gate =
    Gate { number: 9, code: "C09_FRESH_DATA", title: "Market data is fresh and fit for the check", check };

/// A quarter of an hour: the delay of delayed data.
const DELAYED_AGE_MS_MAX: i64 = 15 * 60 * 1_000;
/// Four days: a previous close may be as old as a long weekend.
const CLOSE_AGE_MS_MAX: i64 = 4 * 24 * 60 * 60 * 1_000;

/// A rung of the ladder of prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rung {
    Live,
    Delayed,
    Close,
}

impl Rung {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Delayed => "delayed",
            Self::Close => "close",
        }
    }
}

/// The rung on which a quote stands at `now`; `None` when it is too old for any.
pub(super) fn rung(quote: &Quote, policy: &Policy, now: Timestamp) -> Option<Rung> {
    let age = quote.age_ms(now);
    match quote.data_type {
        DataType::Live if age <= policy.quote_age_ms_max => Some(Rung::Live),
        DataType::Live | DataType::Frozen | DataType::Delayed | DataType::DelayedFrozen
            if age <= DELAYED_AGE_MS_MAX =>
        {
            Some(Rung::Delayed)
        }
        DataType::Live | DataType::Frozen | DataType::Delayed | DataType::DelayedFrozen | DataType::Close => {
            (age <= CLOSE_AGE_MS_MAX).then_some(Rung::Close)
        }
    }
}

/// Whether the order needs a live quote: it has no limit of its own, or it has a trigger.
fn needs_live(order_type: &OrderType) -> bool {
    order_type.limit_price().is_none() || order_type.stop_price().is_some()
}

fn check(input: &GateInput<'_>) -> Verdict {
    let Some(quote) = input.quote else {
        return Verdict::Deny(vec![GATE.reason(
            &"There is no market data for the instrument.",
            &"no quote",
            &"a quote",
            &"Ask for it first (`tollgate quote SYMBOL`) and check the account's market-data subscriptions.",
        )]);
    };
    let mut reasons = Vec::new();
    substance(input, quote, &mut reasons);
    freshness(input, quote, &mut reasons);
    Verdict::deny_on(reasons)
}

fn substance(input: &GateInput<'_>, quote: &Quote, reasons: &mut Vec<Reason>) {
    if quote.con_id != input.order.contract.con_id {
        reasons.push(GATE.reason(
            &"The quote belongs to another contract.",
            &quote.con_id,
            &input.order.contract.con_id,
            &"Report this: the gateway looked at the wrong quote. Nothing was sent.",
        ));
    }
    if let (Some(bid), Some(ask)) = (quote.bid, quote.ask)
        && quote.is_crossed()
    {
        reasons.push(GATE.reason(
            &"The quote is crossed: its bid stands above its ask, which proves nothing.",
            &format_args!("bid {bid}, ask {ask}"),
            &"bid at or below ask",
            &"Wait for the next sane quote (`tollgate quote SYMBOL --watch`).",
        ));
    } else if quote.reference().is_none() {
        reasons.push(GATE.reason(
            &"The quote holds no price: neither a spread, nor a last trade, nor a close.",
            &"no price",
            &"a bid and ask, a last trade or a close",
            &"Wait for market data, or check the account's market-data subscriptions.",
        ));
    }
}

fn freshness(input: &GateInput<'_>, quote: &Quote, reasons: &mut Vec<Reason>) {
    let policy = input.policy;
    let age = quote.age_ms(input.now);
    let observed = format!("{}, {age} ms old", quote.data_type.word());
    let ahead = quote.received_at.duration_since(input.now).as_millis();
    if ahead > i128::from(policy.clock_skew_ms_max) {
        reasons.push(GATE.reason(
            &"The quote bears a receipt time in the future, so its age is unknown.",
            &format_args!("{ahead} ms ahead"),
            &format_args!("{} ms", policy.clock_skew_ms_max),
            &"Check this machine's clock; it has been set back.",
        ));
    }
    let rung = rung(quote, policy, input.now);
    if needs_live(&input.order.intent.order_type) {
        if rung != Some(Rung::Live) {
            reasons.push(GATE.reason(
                &"Market and stop orders need a live quote.",
                &observed,
                &format_args!("live, {} ms old at most", policy.quote_age_ms_max),
                &"Send a limit order, or wait for live data.",
            ));
        }
        return;
    }
    match rung {
        Some(Rung::Live) => {}
        Some(Rung::Delayed | Rung::Close) if policy.delayed_data_allowed => {}
        Some(Rung::Delayed | Rung::Close) => reasons.push(GATE.reason(
            &"The policy allows no check against data that is not live.",
            &observed,
            &format_args!("live, {} ms old at most", policy.quote_age_ms_max),
            &"Wait for live data, or let a human with admin set delayed_data_allowed.",
        )),
        None => reasons.push(GATE.reason(
            &"The newest price is too old for any check.",
            &observed,
            &format_args!("{CLOSE_AGE_MS_MAX} ms at most, even for a previous close"),
            &"Ask for the quote anew (`tollgate quote SYMBOL`).",
        )),
    }
}

#[cfg(test)]
#[path = "c09_fresh_data_tests.rs"]
mod tests;
