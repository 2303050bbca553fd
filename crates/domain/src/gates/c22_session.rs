//! Control 22: the market is open, or the order says that it may trade outside regular hours and the policy lets it.
//!
//! An order for a market that is not open would wait for one, and trade at prices that none of these checks has seen. So
//! it is refused, with two exceptions: an order for an auction is made to wait, and what only reduces may wait, for
//! protection has to be there before the open. An order that says `outside_rth` does not wait for regular hours, but no
//! order waits through a time in which nothing trades.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::hours::{Hours, Phase, Session};
use crate::order::{OrderIntent, OrderTypeKind, Tif};
use crate::reason::Reason;
use jiff::{SignedDuration, Timestamp};

pub(super) const GATE: Gate =
    Gate { number: 22, code: "C22_SESSION", title: "The market is open, or waiting is what the order is for", check };

/// Seconds of a minute and of an hour.
const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    let mut reasons = Vec::new();
    if intent.outside_rth && !input.policy.outside_hours_allowed {
        reasons.push(GATE.reason(
            &"The policy lets no order trade outside regular hours.",
            &"outside_rth",
            &"regular hours",
            &"Leave outside_rth out, or let a human with admin set outside_hours_allowed.",
        ));
    }
    match known_hours(input) {
        Err(reason) => reasons.push(*reason),
        Ok(hours) => match hours.phase(input.now) {
            Phase::Regular(session) if !is_for_an_auction(intent) => reasons.extend(blackout(input, session)),
            Phase::Regular(_) => {}
            Phase::Extended if intent.outside_rth => {}
            phase @ (Phase::Extended | Phase::Closed) if !may_wait(input) => reasons.push(waits(input, hours, phase)),
            Phase::Extended | Phase::Closed => {}
        },
    }
    Verdict::deny_on(reasons)
}

fn known_hours<'a>(input: &GateInput<'a>) -> Result<&'a Hours, Box<Reason>> {
    let refusal = |message: &str, observed: &str| {
        let limit = format!("hours that are {} hours old at most", input.policy.hours_age_h_max);
        let hint = "Look at the contract (`tollgate contract show`): its time zone and hours must be known.";
        Box::new(GATE.reason(&message, &observed, &limit, &hint))
    };
    let Some(hours) = &input.reference.hours else {
        return Err(refusal("The trading hours of the contract are not known.", "unknown hours"));
    };
    // A receipt in the future is left to the clock check.
    let age_s = input.now.duration_since(hours.at).as_secs().max(0);
    if input.policy.hours_age_h_max.checked_mul(HOUR_S).is_some_and(|max| age_s <= max) {
        return Ok(&hours.value);
    }
    Err(refusal("The trading hours of the contract are too old.", &format!("{} hours old", age_s / HOUR_S)))
}

fn is_for_an_auction(intent: &OrderIntent) -> bool {
    match intent.order_type.kind() {
        OrderTypeKind::Moc | OrderTypeKind::Loc | OrderTypeKind::Moo | OrderTypeKind::Loo => true,
        OrderTypeKind::Market
        | OrderTypeKind::Limit
        | OrderTypeKind::Stop
        | OrderTypeKind::StopLimit
        | OrderTypeKind::Trail
        | OrderTypeKind::TrailLimit
        | OrderTypeKind::Midprice => intent.tif == Tif::Opg,
    }
}

fn may_wait(input: &GateInput<'_>) -> bool {
    let can_wait = match input.order.intent.tif {
        Tif::Day | Tif::Gtc | Tif::Gtd { .. } => true,
        Tif::Ioc | Tif::Fok | Tif::Opg => false,
    };
    is_for_an_auction(&input.order.intent) || (can_wait && input.reduces == Some(true))
}

fn waits(input: &GateInput<'_>, hours: &Hours, phase: Phase) -> Reason {
    let next = hours.next_open(input.now);
    let when = next.map_or_else(|| "once the market is open".to_owned(), |open| format!("from {open} on"));
    let flag = match phase {
        Phase::Extended => ", say outside_rth,",
        Phase::Regular(_) | Phase::Closed => "",
    };
    GATE.reason(
        &"The market is not open: the order would wait, and trade at prices that nobody has checked.",
        &phase.word(),
        &"regular hours, outside_rth while it trades, an order for an auction, or one that only reduces",
        &format_args!("Send it {when}{flag}{}.", auctions(input)),
    )
}

/// The way by an auction, as far as the policy lets it.
fn auctions(input: &GateInput<'_>) -> String {
    let kinds = [OrderTypeKind::Moo, OrderTypeKind::Loo, OrderTypeKind::Moc, OrderTypeKind::Loc];
    let allowed = kinds.into_iter().filter(|kind| input.policy.order_types_allowed.contains(kind));
    let words: Vec<&str> = allowed.map(OrderTypeKind::word).collect();
    if words.is_empty() { String::new() } else { format!(" or as an order for the auction ({})", words.join(", ")) }
}

/// Nothing new right after the open and right before the close. What no sum can say is within.
fn blackout(input: &GateInput<'_>, session: Session) -> Vec<Reason> {
    let minutes = |min: i64| min.checked_mul(MINUTE_S).map(SignedDuration::from_secs);
    let (after, before) = (input.policy.open_blackout_min, input.policy.close_blackout_min);
    let begins = minutes(after).and_then(|after| session.open.checked_add(after).ok());
    let ends = minutes(before).and_then(|before| session.close.checked_sub(before).ok());
    let refusal = |what: &str, key: &str, minutes: i64, limit: Option<Timestamp>, word: &str| {
        let limit = limit.map_or_else(|| format!("{minutes} minutes"), |limit| format!("{word} {limit}"));
        GATE.reason(
            &format_args!("Nothing new is sent in the {minutes} minutes {what}."),
            &input.now,
            &limit,
            &format_args!("Wait, or let a human with admin lower {key}."),
        )
    };
    let early = begins.is_none_or(|begins| input.now < begins);
    let late = ends.is_none_or(|ends| input.now >= ends);
    early
        .then(|| refusal("after the open", "open_blackout_min", after, begins, "from"))
        .into_iter()
        .chain(late.then(|| refusal("before the close", "close_blackout_min", before, ends, "before")))
        .collect()
}

#[cfg(test)]
#[path = "c22_session_tests.rs"]
mod tests;
