//! How each rule stands.

use super::report::{Finding, GuardReport, Verdict};
use super::rules::{GuardAction, GuardRule, GuardRules, Limit};
use crate::id::KeyId;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What is not known for so long is told like a rule that is broken.
const UNKNOWN_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The figure, in the rule's unit; `None` is more than any.
    pub value: Option<Decimal>,
    /// Of what.
    pub of: String,
}

/// What is known: a figure, that there is nothing to look at, or why it is not known.
pub type Known = Result<Option<Observed>, String>;

/// What each rule looks at. A rule without a fact is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(pub BTreeMap<GuardRule, Known>);

/// Looks at every rule that is on.
pub fn judge(
    rules: &GuardRules,
    facts: &Facts,
    before: Option<&GuardReport>,
    asked_by: Option<KeyId>,
    now: Timestamp,
) -> GuardReport {
    let finding = |(rule, limit): (&GuardRule, &Limit)| {
        let known = facts.0.get(rule).cloned().unwrap_or_else(|| Err("nobody looks at it".to_owned()));
        find(*rule, *limit, known, before.and_then(|before| before.finding(*rule)), now)
    };
    let findings: Vec<Finding> = rules.limits.iter().map(finding).collect();
    let outcome = findings.iter().filter_map(|finding| called_for(finding, now)).max();
    GuardReport { at: now, asked_by, findings, outcome, failed: None }
}

fn find(rule: GuardRule, limit: Limit, known: Known, before: Option<&Finding>, now: Timestamp) -> Finding {
    let (verdict, observed, about) = match known {
        Err(why) => (Verdict::Unknown, None, why),
        Ok(None) => (Verdict::Nothing, None, "there is nothing to look at".to_owned()),
        Ok(Some(Observed { value: None, of })) => (Verdict::Broken, None, of),
        Ok(Some(Observed { value: Some(value), of })) if value > limit.most => (Verdict::Broken, Some(value), of),
        Ok(Some(Observed { value: Some(value), of })) => (Verdict::Holds, Some(value), of),
    };
    // That a figure is not known for a while does not end a breach.
    let same_breach = before.filter(|before| before.acted_at.is_some() && before.action >= limit.action);
    let acted_at = match verdict {
        Verdict::Broken | Verdict::Unknown => same_breach.and_then(|before| before.acted_at),
        Verdict::Holds | Verdict::Nothing => None,
    };
    let since =
        before.filter(|before| before.verdict == verdict && before.since <= now).map_or(now, |before| before.since);
    Finding { rule, verdict, since, observed, limit: limit.most, action: limit.action, acted_at, about }
}

/// A broken rule calls for its action; one that stays unknown for an alert.
fn called_for(finding: &Finding, now: Timestamp) -> Option<GuardAction> {
    match finding.verdict {
        Verdict::Broken => Some(finding.action),
        Verdict::Unknown if now.duration_since(finding.since) >= UNKNOWN_AFTER => Some(GuardAction::Alert),
        Verdict::Unknown | Verdict::Holds | Verdict::Nothing => None,
    }
}

impl GuardReport {
    /// What is told of a rule: broken, or unknown for too long.
    pub fn is_told(&self, finding: &Finding) -> bool {
        called_for(finding, self.at).is_some()
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
