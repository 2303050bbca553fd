//! One yes to a whole plan: the plan is the parent, and each of its orders takes its part of it, once, within the plan's
//! quantities and bounds, for a short time.

use super::execution::{CROSS_FOR, ExecutionTerms};
use super::order_plan::{LineAction, OrderPlan};
use crate::approval::ApprovalStatus;
use crate::id::{AccountId, ApprovalId, ClOrdId, ConId, KeyId, RunId};
use crate::mode::Mode;
use crate::money::Price;
use crate::order::Side;
use crate::reason::Reason;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A band as wide as the price itself still leaves a price above zero.
const SMALLEST: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// What one step of the plan may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPart {
    /// The step, from 1: what stands behind the run's id in the keys of its orders.
    pub step: u16,
    /// The contract.
    pub con_id: ConId,
    /// Its symbol, for reading.
    pub symbol: String,
    /// The side.
    pub side: Side,
    /// All orders of the step together, at most.
    pub qty: Decimal,
    /// Lowest reference price at which an order may leave, and lowest limit of a sell.
    pub price_low: Price,
    /// Highest reference price at which an order may leave, and highest limit of a buy.
    pub price_high: Price,
}

impl PlanPart {
    /// What it may come to, in the currency of the plan.
    pub fn notional_max(&self) -> Decimal {
        self.qty.checked_mul(self.price_high.get()).unwrap_or(Decimal::MAX)
    }
}

/// What an order took of its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartUse {
    /// Of which step.
    pub step: u16,
    /// How much.
    pub qty: Decimal,
}

/// A question about a whole plan, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanApproval {
    /// Its id, among those of all approvals.
    pub id: ApprovalId,
    /// The run that waits for it.
    pub run: RunId,
    /// The key that asked; it may not answer, and only its orders take parts.
    pub requested_by: KeyId,
    /// When.
    pub requested_at: Timestamp,
    /// When the question lapses.
    pub expires_at: Timestamp,
    /// The account.
    pub account: AccountId,
    /// Paper or live.
    pub mode: Mode,
    /// Hash of the policy in force when it was asked.
    pub policy_hash: String,
    /// What each step may do.
    pub parts: Vec<PlanPart>,
    /// So long after the yes orders may take their parts.
    pub lasts_s: u32,
    /// Why a yes is needed.
    pub reasons: Vec<Reason>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Who answered.
    pub decided_by: Option<KeyId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The answerer's words.
    pub decision_reason: Option<String>,
    /// What its orders took, by their keys.
    pub used: BTreeMap<ClOrdId, PartUse>,
}

/// What a plan is asked about for.
#[derive(Clone, Debug)]
pub struct PlanQuestion<'a> {
    /// The question's id.
    pub id: ApprovalId,
    /// The run.
    pub run: &'a RunId,
    /// How its orders are worked.
    pub terms: &'a ExecutionTerms,
    /// Who asks.
    pub by: &'a KeyId,
    /// The account.
    pub account: &'a AccountId,
    /// Paper or live.
    pub mode: Mode,
    /// Hash of the policy.
    pub policy_hash: &'a str,
    /// The question lapses after this, by the policy.
    pub ttl_s: i64,
    /// How far prices may be from the plan's, as a part of them.
    pub band: Decimal,
    /// Why a yes is needed.
    pub reasons: Vec<Reason>,
}

impl PlanApproval {
    /// The question about this plan.
    ///
    /// # Errors
    /// A step that nothing could be bound to.
    pub fn ask(question: PlanQuestion<'_>, plan: &OrderPlan, now: Timestamp) -> Result<Self, String> {
        let deadline_s = question.terms.deadline_s;
        let waits_s = question.ttl_s.clamp(1, i64::from(deadline_s.max(1)));
        let parts = plan.steps().map(|(step, line)| {
            let none = || format!("step {step} has no quantity and price that a yes could be bound to");
            let price = line.price.as_ref().map(|price| price.price).ok_or_else(none)?;
            let bound = |part: Decimal| {
                let price = price.checked_mul(part.max(SMALLEST)).ok_or_else(none)?;
                Price::new(price.round_dp(8)).map_err(|_| none())
            };
            let side = match line.action {
                LineAction::Buy => Side::Buy,
                LineAction::Sell => Side::Sell,
                LineAction::Keep | LineAction::Refused => return Err(none()),
            };
            Ok(PlanPart {
                step,
                con_id: line.con_id,
                symbol: line.symbol.clone(),
                side,
                qty: line.qty.ok_or_else(none)?.get(),
                price_low: bound(Decimal::ONE - question.band)?,
                price_high: bound(Decimal::ONE + question.band)?,
            })
        });
        Ok(Self {
            parts: parts.collect::<Result<_, String>>()?,
            id: question.id,
            run: question.run.clone(),
            requested_by: question.by.clone(),
            requested_at: now,
            expires_at: now.checked_add(SignedDuration::from_secs(waits_s)).map_err(|error| error.to_string())?,
            account: question.account.clone(),
            mode: question.mode,
            policy_hash: question.policy_hash.to_owned(),
            lasts_s: deadline_s.saturating_add(u32::try_from(CROSS_FOR.as_secs()).unwrap_or(0)),
            reasons: question.reasons,
            status: ApprovalStatus::Pending,
            decided_by: None,
            decided_at: None,
            decision_reason: None,
            used: BTreeMap::new(),
        })
    }

    /// The part that an order's key names.
    pub fn part_of(&self, key: &ClOrdId) -> Option<&PlanPart> {
        let step = step_in(&self.run, key)?;
        self.parts.iter().find(|part| part.step == step)
    }

    /// What of a part is left for the order with this key: what it took itself counts as left.
    pub fn room_for(&self, part: &PlanPart, key: &ClOrdId) -> Decimal {
        let others = self.used.iter().filter(|(other, used)| used.step == part.step && *other != key);
        let taken: Decimal = others.map(|(_, used)| used.qty).sum();
        (part.qty - taken).max(Decimal::ZERO)
    }

    /// Until when parts may be taken; `None` before a yes.
    pub fn valid_until(&self) -> Option<Timestamp> {
        let lasts = SignedDuration::from_secs(i64::from(self.lasts_s));
        self.decided_at.and_then(|at| at.checked_add(lasts).ok())
    }

    /// Whether somebody could still answer.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.status == ApprovalStatus::Pending && now < self.expires_at
    }

    /// What it may come to: the sum of what its buys and its sells may come to.
    pub fn notional_max(&self) -> Decimal {
        self.parts.iter().fold(Decimal::ZERO, |sum, part| sum.saturating_add(part.notional_max()))
    }

    /// Whether it may be answered so. An answer is given once; what is given may be taken back, and what was taken stays so.
    pub fn may_become(&self, to: ApprovalStatus) -> bool {
        use ApprovalStatus::{Approved, Consumed, Denied, Expired, Pending, Revoked, Void};
        match self.status {
            Pending => matches!(to, Approved | Denied | Revoked | Expired | Void),
            Approved => matches!(to, Consumed | Revoked | Void),
            Consumed | Denied | Revoked | Expired | Void => false,
        }
    }
}

/// The step that a key names, if it is one of this run's: run, step, and perhaps a slice.
pub(crate) fn step_in(run: &RunId, key: &ClOrdId) -> Option<u16> {
    key.as_str().strip_prefix(run.as_str())?.strip_prefix('.')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
#[path = "plan_approval_tests.rs"]
mod tests;
