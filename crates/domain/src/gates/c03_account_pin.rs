//! Control 3: the order's account, the pinned account and a connected account are one and the same. Never picked.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::id::AccountId;

pub(super) const GATE: Gate =
    Gate { number: 3, code: "C03_ACCOUNT_PIN", title: "The account is the pinned one", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let order = input.order;
    let mut reasons = Vec::new();
    if let Some(said) = order.intent.account.as_ref().filter(|said| **said != order.account) {
        reasons.push(GATE.reason(
            &"The order names another account than the one it was resolved to.",
            &said,
            &order.account,
            &"Leave the account out, or name the pinned one.",
        ));
    }
    let pinned = input.mode.and_then(|proof| proof.pinned.as_ref());
    match pinned {
        None => reasons.push(GATE.reason(
            &"No account is pinned; one is never picked among those the broker names.",
            &"none",
            &"one pinned account",
            &"Set [broker] account in the configuration and restart.",
        )),
        Some(pinned) if *pinned != order.account => reasons.push(GATE.reason(
            &"The order is for another account than the pinned one.",
            &order.account,
            pinned,
            &"Name the pinned account in the order, or leave the account out.",
        )),
        Some(_) => {}
    }
    let connected = input.mode.map_or(&[][..], |proof| proof.connected.as_slice());
    if !connected.contains(&order.account) {
        let named: Vec<&str> = connected.iter().map(AccountId::as_str).collect();
        let named = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
        reasons.push(GATE.reason(
            &"The broker's connection does not offer the order's account.",
            &named,
            &order.account,
            &"Log IB Gateway in to the pinned account, or pin the account that it is logged in to.",
        ));
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c03_account_pin_tests.rs"]
mod tests;
