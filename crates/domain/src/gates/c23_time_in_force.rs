//! Control 23: how long an order lives. An end date lies ahead and not too far, and an order for one auction lives no
//! longer than the day of that auction. Which times in force may be used at all, good till canceled among them, is said
//! by `tifs_allowed` (control 20), for a bracket's exits too.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::order::{OrderTypeKind, Tif};
use crate::reason::Reason;
use jiff::{SignedDuration, Timestamp};

pub(super) const GATE: Gate =
    Gate { number: 23, code: "C23_TIME_IN_FORCE", title: "The order's end lies ahead, and not too far", check };

/// Seconds of a day of 24 hours: the limit counts time, not dates.
const DAY_S: i64 = 24 * 60 * 60;

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    if let Tif::Gtd { until } = input.order.intent.tif {
        reasons.extend(end_date(input, until));
    }
    reasons.extend(auction_of_another_day(input));
    Verdict::deny_on(reasons)
}

fn end_date(input: &GateInput<'_>, until: Timestamp) -> Option<Reason> {
    let days = input.policy.gtd_days_max;
    if until <= input.now {
        return Some(GATE.reason(
            &"The order would be over before it is sent.",
            &until,
            &format_args!("after {}", input.now),
            &"Set good_till to a time ahead.",
        ));
    }
    let latest = days.checked_mul(DAY_S).and_then(|s| input.now.checked_add(SignedDuration::from_secs(s)).ok());
    if latest.is_some_and(|latest| until <= latest) {
        return None;
    }
    let limit = latest.map_or_else(|| format!("{days} days"), |latest| format!("{latest} ({days} days)"));
    Some(GATE.reason(
        &format_args!("The order would live for more than {days} days."),
        &until,
        &limit,
        &"Set good_till nearer, or let a human with admin raise gtd_days_max.",
    ))
}

fn auction_of_another_day(input: &GateInput<'_>) -> Option<Reason> {
    let intent = &input.order.intent;
    let allowed = match intent.order_type.kind() {
        OrderTypeKind::Moc | OrderTypeKind::Loc => "day",
        OrderTypeKind::Moo | OrderTypeKind::Loo => "day or opg",
        OrderTypeKind::Market
        | OrderTypeKind::Limit
        | OrderTypeKind::Stop
        | OrderTypeKind::StopLimit
        | OrderTypeKind::Trail
        | OrderTypeKind::TrailLimit
        | OrderTypeKind::Midprice => return None,
    };
    let outlives = match intent.tif {
        Tif::Gtc | Tif::Gtd { .. } => true,
        Tif::Day | Tif::Ioc | Tif::Fok | Tif::Opg => false,
    };
    outlives.then(|| {
        GATE.reason(
            &"An order for an auction would live on for auctions of other days.",
            &intent.tif.kind().word(),
            &allowed,
            &format_args!("Set tif to {allowed}."),
        )
    })
}

#[cfg(test)]
#[path = "c23_time_in_force_tests.rs"]
mod tests;
