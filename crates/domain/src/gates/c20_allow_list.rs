//! Control 20: only what the owner listed: kinds of security, order types, times in force, currencies, exchanges,
//! symbols. It also refuses a contract that is not the one which the order names.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::contract::{Instrument, SecType};
use crate::id::Leg;
use crate::order::{OrderTypeKind, TifKind};
use crate::reason::Reason;
use std::fmt::Display;

pub(super) const GATE: Gate =
    Gate { number: 20, code: "C20_ALLOW_LIST", title: "Instrument and order are on the allow lists", check };

fn list<T>(words: impl Iterator<Item = T>) -> String
where
    T: Display,
{
    let words: Vec<String> = words.map(|word| word.to_string()).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    order_lists(input, &mut reasons);
    contract_lists(input, &mut reasons);
    symbol_lists(input, &mut reasons);
    reasons.extend(other_contract(input));
    Verdict::deny_on(reasons)
}

fn refusal(what: &str, observed: &str, allowed: &str, key: &str) -> Reason {
    GATE.reason(
        &format_args!("The {what} {observed} is not allowed."),
        &observed,
        &allowed,
        &format_args!("Use what is allowed, or let a human with admin change {key} in the policy."),
    )
}

fn order_lists(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let (intent, policy) = (&input.order.intent, input.policy);
    for exit in Leg::EXITS.into_iter().filter_map(|leg| intent.exit(leg)) {
        let (name, kind, tif) = (exit.cl_ord_id.leg().name(), exit.order_type.kind(), exit.tif.kind());
        if !policy.order_types_allowed.contains(&kind) {
            let allowed = list(policy.order_types_allowed.iter().copied().map(OrderTypeKind::word));
            reasons.push(refusal(&format!("{name}'s order type"), kind.word(), &allowed, "order_types_allowed"));
        }
        if !policy.tifs_allowed.contains(&tif) {
            let allowed = list(policy.tifs_allowed.iter().copied().map(TifKind::word));
            reasons.push(refusal(&format!("{name}'s time in force"), tif.word(), &allowed, "tifs_allowed"));
        }
    }
    let kind = intent.order_type.kind();
    if !policy.order_types_allowed.contains(&kind) {
        let allowed = list(policy.order_types_allowed.iter().copied().map(OrderTypeKind::word));
        reasons.push(refusal("order type", kind.word(), &allowed, "order_types_allowed"));
    }
    let tif = intent.tif.kind();
    if !policy.tifs_allowed.contains(&tif) {
        let allowed = list(policy.tifs_allowed.iter().copied().map(TifKind::word));
        reasons.push(refusal("time in force", tif.word(), &allowed, "tifs_allowed"));
    }
}

fn contract_lists(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let (contract, policy) = (&input.order.contract, input.policy);
    if !policy.sec_types_allowed.contains(&contract.sec_type) {
        let allowed = list(policy.sec_types_allowed.iter().copied().map(SecType::word));
        reasons.push(refusal("security type", contract.sec_type.word(), &allowed, "sec_types_allowed"));
    }
    let currency = contract.currency.as_str();
    if !policy.currencies_allowed.contains(currency) {
        let allowed = list(policy.currencies_allowed.iter());
        reasons.push(refusal("currency", currency, &allowed, "currencies_allowed"));
    }
    if !policy.exchanges_allowed.contains(&contract.exchange) {
        let allowed = list(policy.exchanges_allowed.iter());
        reasons.push(refusal("exchange", &contract.exchange, &allowed, "exchanges_allowed"));
    }
}

fn symbol_lists(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let (symbol, policy) = (&input.order.contract.symbol, input.policy);
    if policy.symbols_allowed.as_ref().is_some_and(|allowed| !allowed.contains(symbol)) {
        let allowed = list(policy.symbols_allowed.iter().flatten());
        reasons.push(refusal("symbol", symbol, &allowed, "symbols_allowed"));
    }
    // A deny list must not be escaped by the spelling of its author.
    if policy.symbols_denied.iter().any(|denied| denied.eq_ignore_ascii_case(symbol)) {
        let allowed = format!("any but {}", list(policy.symbols_denied.iter()));
        reasons.push(refusal("symbol", symbol, &allowed, "symbols_denied"));
    }
}

/// A wrong contract must never be traded as a first match.
fn other_contract(input: &GateInput<'_>) -> Option<Reason> {
    let contract = &input.order.contract;
    let fits = match &input.order.intent.instrument {
        Instrument::ConId(con_id) => *con_id == contract.con_id,
        Instrument::Spec(spec) => {
            spec.symbol.eq_ignore_ascii_case(&contract.symbol)
                && spec.sec_type.wire() == contract.sec_type.wire()
                && spec.currency == contract.currency
        }
    };
    (!fits).then(|| {
        GATE.reason(
            &"The contract that was found is not the one that the order names.",
            &format_args!(
                "con_id {} {} {} {}",
                contract.con_id,
                contract.symbol,
                contract.sec_type.word(),
                contract.currency
            ),
            &input.order.intent.instrument,
            &"Name the contract by its con_id (`tollgate contract search`).",
        )
    })
}

#[cfg(test)]
#[path = "c20_allow_list_tests.rs"]
mod tests;
