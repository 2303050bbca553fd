//! The table of gates and the one function that runs it.

use super::input::GateInput;
use super::{
    c01_read_only, c02_mode_proof, c03_account_pin, c04_live_arming, c05_authorised, c06_approval, c07_preview,
    c08_readiness, c09_fresh_data, c10_kill_clear, c11_audit_writable, c12_version, c13_max_qty, c14_max_notional,
    c15_price_collar, c16_market_guard, c17_trigger, c18_tick_and_lot, c19_liquidity, c20_allow_list, c21_restricted,
    c22_session, c23_time_in_force, c24_reduce_only, c25_look_alike, c26_self_match, c27_capital, c28_position,
    c29_margin, c30_open_orders, c31_turnover, c32_loss, c33_drawdown, c34_short_window, c35_throttle, c36_repeated,
    c37_efficiency, c38_cooldown, c39_rejects, c40_worst_case, c43_flatten, c46_dead_man, c58_surveillance,
};
use crate::approved::{Approved, ResolvedOrder};
use crate::exposure::{OpenRisk, only_reduces};
use crate::reason::Reason;
use rust_decimal::Decimal;
use std::fmt::Display;

/// What one gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Open.
    Pass,
    /// Closed: the order is refused.
    Deny(Vec<Reason>),
    /// A human must say yes first.
    Hold(Vec<Reason>),
}

impl Verdict {
    /// Closed if there is any reason, else open.
    pub(super) fn deny_on(reasons: Vec<Reason>) -> Self {
        if reasons.is_empty() { Self::Pass } else { Self::Deny(reasons) }
    }

    /// For a human if there is any reason, else open.
    pub(super) fn hold_on(reasons: Vec<Reason>) -> Self {
        if reasons.is_empty() { Self::Pass } else { Self::Hold(reasons) }
    }
}

/// One control.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// Its number in `docs/controls.md`.
    pub number: u8,
    /// Its stable code.
    pub code: &'static str,
    /// What it asks, in a few words.
    pub title: &'static str,
    /// The control itself.
    pub check: fn(&GateInput<'_>) -> Verdict,
}

impl Gate {
    /// A reason of this gate: what is wrong, what was seen, what is allowed, what to do.
    pub(super) fn reason(
        &self,
        message: &dyn Display,
        observed: &dyn Display,
        limit: &dyn Display,
        hint: &dyn Display,
    ) -> Reason {
        Reason {
            control: self.number,
            code: self.code.to_owned(),
            message: message.to_string(),
            observed: Some(observed.to_string()),
            limit: Some(limit.to_string()),
            hint: hint.to_string(),
        }
    }
}

/// Every gate of the order path, by number.
pub const GATES: &[Gate] = &[
    c01_read_only::GATE,
    c02_mode_proof::GATE,
    c03_account_pin::GATE,
    c04_live_arming::GATE,
    c05_authorised::GATE,
    c06_approval::GATE,
    c07_preview::GATE,
    c08_readiness::GATE,
    c09_fresh_data::GATE,
    c10_kill_clear::GATE,
    c11_audit_writable::GATE,
    c12_version::GATE,
    c13_max_qty::GATE,
    c14_max_notional::GATE,
    c15_price_collar::GATE,
    c16_market_guard::GATE,
    c17_trigger::GATE,
    c18_tick_and_lot::GATE,
    c19_liquidity::GATE,
    c20_allow_list::GATE,
    c21_restricted::GATE,
    c22_session::GATE,
    c23_time_in_force::GATE,
    c24_reduce_only::GATE,
    c25_look_alike::GATE,
    c26_self_match::GATE,
    c27_capital::GATE,
    c28_position::GATE,
    c29_margin::GATE,
    c30_open_orders::GATE,
    c31_turnover::GATE,
    c32_loss::GATE,
    c33_drawdown::GATE,
    c34_short_window::GATE,
    c35_throttle::GATE,
    c36_repeated::GATE,
    c37_efficiency::GATE,
    c38_cooldown::GATE,
    c39_rejects::GATE,
    c40_worst_case::GATE,
    c43_flatten::GATE,
    c46_dead_man::GATE,
    c58_surveillance::GATE,
];

/// What one gate said about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateResult {
    /// The control's number.
    pub number: u8,
    /// Its code.
    pub code: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its verdict; `None` when the policy leaves the control out.
    pub verdict: Option<Verdict>,
}

/// What all gates together decide.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    /// At least one gate is closed. Every reason, those of holds included.
    Denied(Vec<Reason>),
    /// No gate is closed, but a human must say yes.
    NeedsApproval(Vec<Reason>),
    /// Every gate is open.
    Approved(Box<Approved<ResolvedOrder>>),
}

/// A decision with what every gate said.
#[derive(Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The decision.
    pub decision: Decision,
    /// Gate by gate.
    pub results: Vec<GateResult>,
}

impl Evaluation {
    /// Every reason that is told: those of the decision, and gate by gate.
    pub fn reasons_mut(&mut self) -> impl Iterator<Item = &mut Reason> {
        let decided = match &mut self.decision {
            Decision::Denied(reasons) | Decision::NeedsApproval(reasons) => reasons.as_mut_slice(),
            Decision::Approved(_) => &mut [],
        };
        let told = self.results.iter_mut().flat_map(|result| match &mut result.verdict {
            Some(Verdict::Deny(reasons) | Verdict::Hold(reasons)) => reasons.as_mut_slice(),
            Some(Verdict::Pass) | None => &mut [],
        });
        decided.iter_mut().chain(told)
    }
}

/// Runs every gate. The only maker of [`Approved`].
pub fn evaluate(input: &GateInput<'_>) -> Evaluation {
    let results: Vec<GateResult> = GATES
        .iter()
        .map(|gate| GateResult {
            number: gate.number,
            code: gate.code,
            title: gate.title,
            verdict: (!input.policy.off.contains(&gate.number)).then(|| (gate.check)(input)),
        })
        .collect();
    let mut denied = Vec::new();
    let mut held = Vec::new();
    for result in &results {
        match &result.verdict {
            Some(Verdict::Deny(reasons)) => denied.extend(reasons.iter().cloned()),
            Some(Verdict::Hold(reasons)) => held.extend(reasons.iter().cloned()),
            Some(Verdict::Pass) | None => {}
        }
    }
    let decision = if !denied.is_empty() {
        denied.extend(held);
        Decision::Denied(denied)
    } else if !held.is_empty() {
        Decision::NeedsApproval(held)
    } else {
        Decision::Approved(Box::new(Approved::seal(input.order.clone())))
    };
    Evaluation { decision, results }
}

/// The price at which the order would meet the other side now: the far touch, else the reference. `None` without a
/// quote of this contract, or with a crossed one.
pub(super) fn touch_price(input: &GateInput<'_>) -> Option<Decimal> {
    let quote = input.quote.filter(|quote| quote.con_id == input.order.contract.con_id)?;
    quote.touch(input.order.intent.side.is_buy())
}

/// The worst plausible price per unit of the order, in the contract's currency; see [`crate::worst_price`]. `None` when no
/// such price is known.
pub fn worst_price(input: &GateInput<'_>) -> Option<Decimal> {
    let intent = &input.order.intent;
    let slippage = input.policy.market_order_slippage_percent;
    crate::worst_price::worst_price(&intent.order_type, intent.side, touch_price(input), slippage)
}

/// The worst-case notional in base currency; `None` when price or rate is unknown or the product overflows.
pub fn worst_notional(input: &GateInput<'_>) -> Option<Decimal> {
    notional_of(input, input.order.intent.qty.get())
}

/// The same of what is still to trade.
pub(super) fn worst_leaves_notional(input: &GateInput<'_>) -> Option<Decimal> {
    notional_of(input, input.leaves)
}

fn notional_of(input: &GateInput<'_>, qty: Decimal) -> Option<Decimal> {
    let fx = input.account.fx_to_base.as_ref()?;
    worst_price(input)?.checked_mul(qty)?.checked_mul(input.order.contract.multiplier)?.checked_mul(fx.value)
}

/// Whether so much of the order can only make the position smaller, whatever happens to `open` first. `None` when the position is
/// unknown, or when the figures are too large to be added up, which is as good as unknown.
pub fn reduces(order: &ResolvedOrder, leaves: Decimal, held: Option<Decimal>, open: &[OpenRisk]) -> Option<bool> {
    let held = held?;
    let con_id = order.contract.con_id;
    // If this sum exists, no sum of a part of it overflows.
    let near = open.iter().filter(|risk| risk.con_id == con_id);
    near.map(|risk| risk.leaves.abs()).try_fold(held.abs().checked_add(leaves)?, Decimal::checked_add)?;
    Some(only_reduces(held, con_id, open, order.intent.side, leaves))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
