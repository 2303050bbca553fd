//! Limits: the policy in force, what waits to replace it, and each limit with where it comes from.

use crate::approval::reason_text;
use crate::fields::{Fields, ParseError};
use domain::activity::Breaker;
use domain::policy::{self, Tighter};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What a drill of the limits showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drill {
    /// Controls that answered as they should.
    pub passed: u32,
    /// Controls that there are.
    pub total: u32,
    /// Those that did not, or were not fired, by number.
    pub open: Vec<u8>,
}

/// One limit as it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limit {
    /// Its name. Units stand last.
    pub key: String,
    /// The control that it belongs to.
    pub control: u8,
    /// Its value: a decimal as a string, a whole number, true or false, a list of words, or null for no limit.
    #[schema(value_type = Value)]
    pub value: Value,
    /// `default`, `policy`, or the section that made it tighter.
    pub origin: String,
    /// What is used of it, where that can be said.
    pub used: Option<String>,
    /// `less` or `more`: which way it tightens.
    pub tighter: String,
    /// Whether it is asked for at all: a limit of a control that is not built yet refuses nothing.
    pub enforced: bool,
    /// What it says.
    pub description: String,
}

/// A limit that a policy would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitChange {
    /// The section; empty for the policy itself.
    pub section: String,
    /// The limit.
    pub key: String,
    /// Its value before.
    #[schema(value_type = Value)]
    pub old: Value,
    /// Its value after.
    #[schema(value_type = Value)]
    pub new: Value,
}

/// A policy that loosens a limit and waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingPolicy {
    /// Its name.
    pub name: String,
    /// Its hash, which accepting and withdrawing name.
    pub hash: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// The key that wished for it; null when its file was found changed.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// The humans who want it.
    pub humans: Vec<String>,
    /// From when on it counts; null while no human has accepted it.
    pub counts_from: Option<Timestamp>,
    /// What it would change.
    pub changes: Vec<LimitChange>,
}

/// The policy in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its hash; also the answer's `ETag`.
    pub hash: String,
    /// Since when.
    pub since: Timestamp,
    /// What waits to replace it.
    pub pending: Option<PendingPolicy>,
}

/// Every limit as it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// The policy.
    pub policy: Policy,
    /// Its sections, such as `strategy.calm`.
    pub sections: Vec<String>,
    /// Limit by limit.
    pub items: Vec<Limit>,
    /// What could not be found out, so that more sections may count for such orders than are told here.
    pub warnings: Vec<String>,
    /// Always null: one answer holds all.
    pub next_cursor: Option<String>,
}

impl Limit {
    /// The shape.
    pub fn of(one: &policy::Effective, used: Option<Decimal>) -> Self {
        let tighter = match one.limit.tighter {
            Tighter::Less => "less",
            Tighter::More => "more",
        };
        Self {
            key: one.limit.key.to_owned(),
            control: one.limit.control,
            value: one.value.clone(),
            origin: one.origin.clone(),
            used: used.map(|used| used.normalize().to_string()),
            tighter: tighter.to_owned(),
            enforced: one.limit.is_enforced(),
            description: one.limit.doc.trim().to_owned(),
        }
    }
}

impl PendingPolicy {
    /// The shape.
    pub fn of(pending: &policy::PendingPolicy, changes: &[policy::LimitChange]) -> Self {
        Self {
            name: pending.name.clone(),
            hash: pending.hash.clone(),
            since: pending.since,
            by: pending.by.as_ref().map(ToString::to_string),
            reason: pending.reason.clone(),
            humans: pending.humans.iter().map(ToString::to_string).collect(),
            counts_from: pending.counts_from(),
            changes: changes.iter().map(LimitChange::of).collect(),
        }
    }
}

impl LimitChange {
    fn of(change: &policy::LimitChange) -> Self {
        Self {
            section: change.section.clone(),
            key: change.key.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
        }
    }
}

/// Sets limits.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLimits {
    /// Limits by name, as a policy file writes them, decimals as strings; `strategy`, `account`, `instrument` and
    /// `sec_type` hold sections: `{"strategy": {"calm": {"order_qty_max": "10"}}}`, in which null takes a limit away.
    #[schema(value_type = Object)]
    pub limits: Map<String, Value>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

impl SetLimits {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("limits");
        fields.require("reason");
        let limits = fields.take("limits", |value| match value {
            Value::Object(limits) if !limits.is_empty() => Ok(limits),
            Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err("must be an object with at least one limit".to_owned())
            }
        });
        let reason = fields.text_by("reason", reason_text);
        fields.finish()?;
        match (limits, reason) {
            (Some(limits), Some(reason)) => Ok(Self { limits, reason }),
            (None, _) | (_, None) => Err(ParseError::Fields(Vec::new())),
        }
    }
}

/// Names a policy that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecidePolicy {
    /// Its hash, as `GET /limits` shows it.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    pub hash: String,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

/// That a human has looked at what tripped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetBreaker {
    /// `rejects`, `strategy:NAME` or `drawdown:ACCOUNT`.
    #[schema(pattern = "^(rejects|strategy:[A-Za-z0-9._-]{1,40}|drawdown:[A-Za-z0-9]{1,20})$")]
    pub breaker: String,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

impl ResetBreaker {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<(Breaker, String), ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("breaker");
        fields.require("reason");
        let is_breaker = |text: &str| match text.parse::<Breaker>() {
            Ok(_) => Ok(()),
            Err(_) => Err("must be rejects, strategy:NAME or drawdown:ACCOUNT"),
        };
        let breaker = fields.text_by("breaker", is_breaker);
        let reason = fields.text_by("reason", reason_text);
        fields.finish()?;
        match (breaker.and_then(|text| text.parse().ok()), reason) {
            (Some(breaker), Some(reason)) => Ok((breaker, reason)),
            (None, _) | (_, None) => Err(ParseError::Fields(Vec::new())),
        }
    }
}

impl DecidePolicy {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("hash");
        fields.require("reason");
        let is_hash = |text: &str| {
            let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_hex { Ok(()) } else { Err("must be the 64 hex digits of a policy that waits") }
        };
        let hash = fields.text_by("hash", is_hash);
        let reason = fields.text_by("reason", reason_text);
        fields.finish()?;
        match (hash, reason) {
            (Some(hash), Some(reason)) => Ok(Self { hash, reason }),
            (None, _) | (_, None) => Err(ParseError::Fields(Vec::new())),
        }
    }
}
