//! What is looked at, and what is done about it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardRule {
    /// How far the account is below its peak, percent.
    Drawdown,
    /// What was lost since the broker's day began, percent of what the account was worth then.
    DailyLoss,
    /// Gross value of all positions, percent of the account's value.
    Exposure,
    /// Age of the oldest price of what is held or decided, while its market is open, seconds.
    StaleData,
    /// The largest distance of a position from its target weight, percent of the account's value.
    PositionDrift,
    /// How long the order that waits longest for a word of the broker has waited, seconds.
    OrderStuck,
    /// How long the loop has shown no life, seconds.
    Heartbeat,
}

impl GuardRule {
    /// Every rule, in order.
    pub const ALL: [Self; 7] = [
        Self::Drawdown,
        Self::DailyLoss,
        Self::Exposure,
        Self::StaleData,
        Self::PositionDrift,
        Self::OrderStuck,
        Self::Heartbeat,
    ];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Drawdown => "drawdown",
            Self::DailyLoss => "daily_loss",
            Self::Exposure => "exposure",
            Self::StaleData => "stale_data",
            Self::PositionDrift => "position_drift",
            Self::OrderStuck => "order_stuck",
            Self::Heartbeat => "heartbeat",
        }
    }

    /// The unit of its figures.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Drawdown | Self::DailyLoss | Self::Exposure | Self::PositionDrift => "%",
            Self::StaleData | Self::OrderStuck | Self::Heartbeat => " s",
        }
    }

    /// What is usually done about it.
    pub fn usual_action(self) -> GuardAction {
        match self {
            Self::Drawdown => GuardAction::Halt,
            Self::DailyLoss | Self::Exposure => GuardAction::Reduce,
            Self::StaleData | Self::PositionDrift | Self::OrderStuck | Self::Heartbeat => GuardAction::Alert,
        }
    }
}

/// What is done where a rule is broken, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardAction {
    /// Somebody is told.
    Alert,
    /// Only what makes positions smaller may be sent, and somebody is told.
    Reduce,
    /// Nothing new is sent, what works is canceled, and somebody is told.
    Halt,
}

impl GuardAction {
    /// Every word with its value.
    pub const WORDS: [(&'static str, Self); 3] =
        [("alert", Self::Alert), ("reduce", Self::Reduce), ("halt", Self::Halt)];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Reduce => "reduce",
            Self::Halt => "halt",
        }
    }

    /// Reads a word.
    pub fn from_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, action)| *action)
    }
}

/// Where a rule is broken, and what is done then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// More than this breaks the rule.
    pub most: Decimal,
    /// What is done.
    pub action: GuardAction,
}

/// The rules that are on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardRules {
    /// A rule that is not here is off.
    pub limits: BTreeMap<GuardRule, Limit>,
}
