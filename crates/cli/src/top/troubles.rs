//! Everything that is out of the ordinary, in sentences, the worst first.

use super::look::Tone;
use super::state::{Line, State};
use super::told::Now;
use super::words;
use crate::table::plain;
use wire::status::Status;
use wire::word::TradingState;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) tone: Tone,
    pub(super) text: String,
}

fn bad(text: impl Into<String>) -> Notice {
    Notice { tone: Tone::Bad, text: plain(&text.into()) }
}

fn warn(text: impl Into<String>) -> Notice {
    Notice { tone: Tone::Warn, text: plain(&text.into()) }
}

/// All of them.
pub(super) fn all(state: &State, now: Now) -> Vec<Notice> {
    let mut found = Vec::new();
    if let Line::Lost { since, why } = &state.line {
        let ago = words::age(now.up.saturating_sub(since.up));
        let at = words::time(since.at, now.at);
        found.push(bad(format!("NO CONNECTION since {at} ({ago}), what is shown is old: {why}")));
    }
    // Without a line each answer that did not come says the same again.
    let is_up = state.line == Line::Up;
    if let Some(why) = state.status.why_not().filter(|_| is_up) {
        found.push(bad(format!("the status is UNKNOWN: {why}")));
    }
    if let Some(status) = state.status.value() {
        found.extend(of_status(status));
        found.extend(of_trading(status, now));
        found.extend(of_books(status));
    }
    for (what, why) in [
        ("orders are", state.orders.why_not()),
        ("approvals are", state.approvals.why_not()),
        ("trades are", state.fills.why_not()),
        ("positions are", state.positions.why_not()),
        ("the account's worth is", state.summary.why_not()),
        ("profit and loss are", state.pnl.why_not()),
        ("prices are", state.quotes_gone.as_deref()),
    ] {
        found.extend(why.filter(|_| is_up).map(|why| warn(format!("{what} UNKNOWN: {why}"))));
    }
    found
}

fn of_status(status: &Status) -> Vec<Notice> {
    let mut found = Vec::new();
    found.extend(status.alarm.as_ref().map(|why| bad(format!("ALARM: {why}"))));
    if !status.unknown_orders.is_empty() {
        found.push(bad(format!("fate UNKNOWN: {}", status.unknown_orders.join(", "))));
    }
    if !status.not_ready.is_empty() {
        found.push(bad(format!("NOT READY: {}", status.not_ready.join("; "))));
    }
    found.extend(status.mode_unproven.as_ref().map(|why| bad(format!("mode UNPROVEN: {why}"))));
    if status.broker.state != "up" {
        let why = status.broker.reason.as_deref().unwrap_or("no reason told");
        found.push(bad(format!("broker {}: {why}", words::spaced(&status.broker.state))));
    }
    if status.lease.role != "writer" {
        let writer = status.lease.holder_pid.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string());
        found.push(warn(format!("this gateway is on {}; process {writer} writes", status.lease.role)));
    }
    found
}

fn of_trading(status: &Status, now: Now) -> Vec<Notice> {
    let mut found = Vec::new();
    if status.kill_file {
        found.push(bad("the file KILL is in the data directory: nothing is sent"));
    }
    for entry in status.trading_states.iter().filter(|entry| entry.state != TradingState::Active) {
        let scope = entry.id.as_ref().map_or_else(|| entry.scope.to_string(), |id| format!("{} {id}", entry.scope));
        let at = words::time(entry.at, now.at);
        let text =
            format!("{scope} {} since {at} by {}: {}", entry.state.word().to_uppercase(), entry.by, entry.reason);
        found.push(bad(text));
    }
    let halted = status.halted_instruments.iter();
    found.extend(halted.map(|one| bad(format!("instrument {} HALTED: {}", one.con_id, one.reason))));
    found
}

fn of_books(status: &Status) -> Vec<Notice> {
    let mut found = Vec::new();
    if !status.held_in_tws.is_empty() {
        found.push(warn(format!("held in TWS, look at its screen: {}", status.held_in_tws.join(", "))));
    }
    if !status.doubled_orders.is_empty() {
        found.push(bad(format!("worked twice at the broker: {}", status.doubled_orders.join(", "))));
    }
    match &status.reconciliation {
        None => found.push(warn("journal and broker were not compared yet")),
        Some(look) => {
            if !look.complete {
                found.push(warn(format!("the newest comparison is INCOMPLETE: {}", look.incomplete.join("; "))));
            }
            for gap in &look.positions {
                let (broker, expected) = (words::plain(gap.broker), words::plain(gap.expected));
                let lasts = if gap.confirmed { "" } else { ", may only lag" };
                let text = format!("{}: the broker holds {broker}, the trades add up to {expected}{lasts}", gap.symbol);
                found.push(if gap.confirmed { bad(text) } else { warn(text) });
            }
        }
    }
    if status.verification.clean == Some(false) {
        let count = status.verification.findings_total.unwrap_or_default();
        found.push(bad(format!("the journal is NOT CLEAN: {count} findings, `tollgate audit verify` names them")));
    }
    if !status.external_orders.is_empty() {
        found.push(warn(format!("{} open orders are not ours", status.external_orders.len())));
    }
    found
}
