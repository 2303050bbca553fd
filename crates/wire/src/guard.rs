//! How the guard stands.

use crate::word::{GuardAction, GuardRule, GuardVerdict};
use domain::guard;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rules that are on, whether the schedule looks now, and the newest report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardState {
    /// The rules that are on.
    pub rules: Vec<GuardLimit>,
    /// Whether the schedule looks now: it rests while the market is closed, and without rules.
    pub awake: bool,
    /// When the schedule has its next turn; null when it has none.
    pub next_at: Option<Timestamp>,
    /// The newest report, also of a process before this one; null before the first.
    pub last: Option<GuardReport>,
    /// Why reports cannot be kept; null when they can.
    pub trouble: Option<String>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardLimit {
    /// Which.
    pub rule: GuardRule,
    /// More than this breaks it: percent or seconds, by the rule.
    #[schema(format = "decimal")]
    pub limit: Decimal,
    /// What is done then.
    pub action: GuardAction,
}

/// One look at every rule that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardReport {
    /// When.
    pub at: Timestamp,
    /// The key that asked for it; null when the schedule did.
    pub asked_by: Option<String>,
    /// The strongest action that rules call for; null when none does.
    pub outcome: Option<GuardAction>,
    /// Rule by rule.
    pub findings: Vec<GuardFinding>,
    /// Why an action could not be taken; null when none failed.
    pub failed: Option<String>,
}

/// How one rule stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardFinding {
    /// Which.
    pub rule: GuardRule,
    /// How it stood.
    pub verdict: GuardVerdict,
    /// Since when.
    pub since: Timestamp,
    /// What was seen; null where it is not known, or more than any figure.
    #[schema(format = "decimal")]
    pub observed: Option<Decimal>,
    /// What is allowed.
    #[schema(format = "decimal")]
    pub limit: Decimal,
    /// What is done where it is broken.
    pub action: GuardAction,
    /// When that was done for this breach; null when it was not, or not yet.
    pub acted_at: Option<Timestamp>,
    /// Of what, or why it is not known.
    pub about: String,
}

impl From<guard::GuardState> for GuardState {
    fn from(state: guard::GuardState) -> Self {
        let limit = |(rule, limit): (guard::GuardRule, guard::Limit)| GuardLimit {
            rule: rule.into(),
            limit: limit.most,
            action: limit.action.into(),
        };
        Self {
            rules: state.rules.limits.into_iter().map(limit).collect(),
            awake: state.is_awake,
            next_at: state.next_at,
            last: state.last.map(Into::into),
            trouble: state.trouble,
        }
    }
}

impl From<guard::GuardReport> for GuardReport {
    fn from(report: guard::GuardReport) -> Self {
        let finding = |one: guard::Finding| GuardFinding {
            rule: one.rule.into(),
            verdict: one.verdict.into(),
            since: one.since,
            observed: one.observed,
            limit: one.limit,
            action: one.action.into(),
            acted_at: one.acted_at,
            about: one.about,
        };
        Self {
            at: report.at,
            asked_by: report.asked_by.map(Into::into),
            outcome: report.outcome.map(Into::into),
            findings: report.findings.into_iter().map(finding).collect(),
            failed: report.failed,
        }
    }
}
