//! What a look of the guard showed.

use super::rules::{GuardAction, GuardRule, GuardRules};
use crate::id::KeyId;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It is broken.
    Broken,
    /// What it looks at is not known.
    Unknown,
    /// There is nothing to look at, such as no target.
    Nothing,
}

impl Verdict {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Unknown => "unknown",
            Self::Nothing => "nothing",
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which.
    pub rule: GuardRule,
    /// How it stands.
    pub verdict: Verdict,
    /// Since when it stands so.
    pub since: Timestamp,
    /// What was seen; `None` where it is not known, or more than any figure.
    pub observed: Option<Decimal>,
    /// What is allowed.
    pub limit: Decimal,
    /// What is done where it is broken.
    pub action: GuardAction,
    /// When that was done for this breach; `None` when it was not, or not yet.
    pub acted_at: Option<Timestamp>,
    /// Of what, or why it is not known.
    pub about: String,
}

/// One look at every rule that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardReport {
    /// When.
    pub at: Timestamp,
    /// Who asked for it; `None` when the schedule did.
    pub asked_by: Option<KeyId>,
    /// Rule by rule.
    pub findings: Vec<Finding>,
    /// The strongest action that broken rules call for; `None` when none does.
    pub outcome: Option<GuardAction>,
    /// Why an action could not be taken, if one could not.
    pub failed: Option<String>,
}

impl GuardReport {
    /// How a rule stood.
    pub fn finding(&self, rule: GuardRule) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.rule == rule)
    }

    /// The rules that are broken and whose action was not taken yet.
    pub fn to_act(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.verdict == Verdict::Broken && finding.acted_at.is_none())
    }

    /// Whether anything but figures differs.
    pub fn differs(&self, before: Option<&Self>) -> bool {
        let standing = |report: &Self| -> Vec<_> {
            report.findings.iter().map(|one| (one.rule, one.verdict, one.limit, one.action, one.acted_at)).collect()
        };
        before.is_none_or(|before| standing(before) != standing(self) || before.failed != self.failed)
    }
}

impl Finding {
    /// `drawdown: 12.5% of DU1, at most 10%`.
    pub fn words(&self) -> String {
        let (rule, unit, limit) = (self.rule.word(), self.rule.unit(), self.limit.normalize());
        match (self.verdict, self.observed) {
            (Verdict::Unknown | Verdict::Nothing, _) => format!("{rule}: {} ({})", self.verdict.word(), self.about),
            (Verdict::Holds | Verdict::Broken, Some(observed)) => {
                format!("{rule}: {}{unit} ({}), at most {limit}{unit}", observed.round_dp(2).normalize(), self.about)
            }
            (Verdict::Holds | Verdict::Broken, None) => format!("{rule}: {}, at most {limit}{unit}", self.about),
        }
    }
}

/// How the guard stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardState {
    /// The rules that are on.
    pub rules: GuardRules,
    /// Whether it looks now: the schedule rests while the market is closed.
    pub is_awake: bool,
    /// The newest report, also of a process before this one.
    pub last: Option<GuardReport>,
    /// When the schedule looks next; `None` when it does not.
    pub next_at: Option<Timestamp>,
    /// Why reports cannot be kept, if they cannot.
    pub trouble: Option<String>,
}
