//! Control 8: link up, reconciled, lease held, clock in tolerance, nothing unresolved on the instrument, no alarm.

use super::input::{GateInput, LinkState};
use super::table::{Gate, Verdict};
use crate::id::ClOrdId;
use crate::reason::Reason;

pub(super) const GATE: Gate =
    Gate { number: 8, code: "C08_READINESS", title: "Trading is ready, the instrument is clear", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    system(input, &mut reasons);
    clock(input, &mut reasons);
    instrument(input, &mut reasons);
    Verdict::deny_on(reasons)
}

fn system(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let ready = input.readiness;
    let link = match &ready.link {
        LinkState::Up { .. } => None,
        LinkState::BrokerOffline => Some("the broker has lost its own line (1100)".to_owned()),
        LinkState::Down(why) => Some(why.clone()),
    };
    if let Some(link) = link {
        reasons.push(GATE.reason(
            &format_args!("The broker cannot be reached: {link}."),
            &link,
            &"link up",
            &"Start or log in IB Gateway; Tollgate reconnects by itself. Then submit under a new key.",
        ));
    }
    if !ready.reconciled {
        reasons.push(GATE.reason(
            &"Orders and positions of this connection are not reconciled yet.",
            &"not reconciled",
            &"reconciled",
            &"Wait until `tollgate status` says ready (GET /readyz is 200), then submit under a new key.",
        ));
    }
    if !ready.lease_held {
        reasons.push(GATE.reason(
            &"Another process holds the writer's lease.",
            &"lease not held",
            &"lease held",
            &"Send the order to the process that holds the lease.",
        ));
    }
    if let Some(alarm) = &ready.alarm {
        reasons.push(GATE.reason(
            &format_args!("Everything is halted by an alarm: {alarm}."),
            alarm,
            &"no alarm",
            &"Find the cause in `tollgate audit tail`; a human with admin resolves it.",
        ));
    }
}

fn clock(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let limit = format!("{} ms", input.policy.clock_skew_ms_max);
    match input.readiness.clock_skew_ms {
        None => reasons.push(GATE.reason(
            &"The difference between our clock and the broker's is unknown.",
            &"unknown",
            &limit,
            &"Wait for the broker's time after the connect.",
        )),
        // A negative maximum allows nothing.
        Some(skew)
            if u64::try_from(input.policy.clock_skew_ms_max).map_or(true, |allowed| skew.unsigned_abs() > allowed) =>
        {
            reasons.push(GATE.reason(
                &"Our clock and the broker's differ too much.",
                &format_args!("{skew} ms"),
                &limit,
                &"Set this machine's clock by NTP.",
            ));
        }
        Some(_) => {}
    }
}

fn instrument(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let named: Vec<&str> = input.readiness.unknown_on_instrument.iter().map(ClOrdId::as_str).collect();
    // Two books of the same fact: either of them blocks.
    let reserved = input.near.iter().filter(|risk| risk.unknown).count();
    if !named.is_empty() || reserved > 0 {
        let observed = if named.is_empty() { format!("{reserved} unknown") } else { named.join(", ") };
        reasons.push(GATE.reason(
            &"The fate of an earlier order on this instrument is unknown.",
            &observed,
            &"no unresolved order on the instrument",
            &"Look at it with `tollgate order show`; wait for the proof or resolve it with a reason (`tollgate order resolve`). Never send it again.",
        ));
    }
    if let Some(why) = &input.readiness.instrument_halted {
        reasons.push(GATE.reason(
            &format_args!("The instrument is halted: {why}."),
            why,
            &"not halted",
            &"Find the cause in `tollgate audit tail`; a human with admin resolves it.",
        ));
    }
}

#[cfg(test)]
#[path = "c08_readiness_tests.rs"]
mod tests;
