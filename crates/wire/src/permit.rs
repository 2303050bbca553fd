//! What humans permit in advance: mandates and live arming.

use crate::approval::reason_text;
use crate::fields::{FieldError, Fields, ParseError, checked};
use crate::order::Reason;
use crate::word::{MandateStatus, Mode, Side, Trading};
use domain::id::AccountId;
use domain::live::{self, arming_time};
use domain::mandate::{self, MandateTerms, UseStage};
use domain::mode::said_mode;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::str::FromStr;
use utoipa::ToSchema;

/// Grants a budget. It waits for the second look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantMandate {
    /// The account, typed in full: the one in use.
    #[schema(pattern = "^[A-Za-z0-9]{1,20}$")]
    pub account: String,
    /// The strategy that orders must name; with `key`, both must fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub strategy: Option<String>,
    /// The key whose orders it covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub key: Option<String>,
    /// Symbols in capitals.
    #[schema(min_items = 1, max_items = 100)]
    pub symbols: Vec<String>,
    /// Sides.
    #[schema(min_items = 1, max_items = 4)]
    pub sides: Vec<Side>,
    /// Largest worst-case notional of one order, base currency.
    #[schema(format = "decimal")]
    pub order_notional_max: Decimal,
    /// Largest sum of them, base currency.
    #[schema(format = "decimal")]
    pub notional_max: Decimal,
    /// Most orders.
    #[schema(minimum = 1)]
    pub orders_max: u32,
    /// End of its life, at most 30 days ahead.
    pub expires_at: Timestamp,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

impl GrantMandate {
    /// Reads a body into terms and reason.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<(MandateTerms, String), ParseError> {
        let mut fields = Fields::read(body)?;
        let required =
            ["account", "symbols", "sides", "order_notional_max", "notional_max", "orders_max", "expires_at", "reason"];
        for name in required {
            fields.require(name);
        }
        let account: Option<AccountId> = fields.text("account");
        let (key, strategy) = (fields.text("key"), fields.text("strategy"));
        let symbols = fields.take("symbols", |value| list(value, |text| Ok::<_, String>(text.to_owned())));
        let sides: Option<BTreeSet<Side>> = fields.take("sides", |value| list(value, checked));
        let (one, all) = (fields.decimal("order_notional_max"), fields.decimal("notional_max"));
        let orders = fields.take("orders_max", |value| whole(&value));
        let expires_at: Option<Timestamp> = fields.text("expires_at");
        let reason = fields.text_by("reason", reason_text);
        let mode = account
            .as_ref()
            .and_then(|account| said_mode(account).map_err(|rule| fields.refuse("account", &rule)).ok());
        fields.finish()?;
        let terms = || {
            Some(MandateTerms {
                key,
                strategy,
                account: account?,
                mode: mode?,
                symbols: symbols?,
                sides: sides?.into_iter().map(Into::into).collect(),
                order_notional_max: one?,
                notional_max: all?,
                orders_max: orders?,
                expires_at: expires_at?,
            })
        };
        // What is missing `finish` has refused already.
        let (terms, reason) = terms().zip(reason).ok_or_else(|| ParseError::Fields(Vec::new()))?;
        let broken = terms.broken_rules();
        if broken.is_empty() {
            return Ok((terms, reason));
        }
        Err(ParseError::Fields(broken.iter().map(|(field, rule)| FieldError::new(field, rule)).collect()))
    }
}

fn list<T: Ord>(value: Value, read: impl Fn(&str) -> Result<T, String>) -> Result<BTreeSet<T>, String> {
    let Value::Array(items) = value else { return Err("must be a list of JSON strings".to_owned()) };
    items.iter().map(|item| read(item.as_str().ok_or("must be a list of JSON strings")?)).collect()
}

fn whole(value: &Value) -> Result<u32, String> {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).ok_or_else(|| "must be a whole number".to_owned())
}

/// Arms live trading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmLive {
    /// The account, typed in full: the one in use.
    #[schema(pattern = "^[A-Za-z0-9]{1,20}$")]
    pub account: String,
    /// For so many hours.
    #[schema(minimum = 1, maximum = 24)]
    pub hours: u32,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

impl ArmLive {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<(AccountId, SignedDuration, String), ParseError> {
        let mut fields = Fields::read(body)?;
        for name in ["account", "hours", "reason"] {
            fields.require(name);
        }
        let account = fields.take("account", |value| {
            AccountId::from_str(value.as_str().ok_or("must be a JSON string")?).map_err(|error| error.to_string())
        });
        let lasts = fields.take("hours", |value| {
            arming_time(SignedDuration::from_hours(i64::from(whole(&value)?))).map_err(str::to_owned)
        });
        let reason = fields.text_by("reason", reason_text);
        fields.finish()?;
        match (account, lasts, reason) {
            (Some(account), Some(lasts), Some(reason)) => Ok((account, lasts, reason)),
            (None, _, _) | (_, None, _) | (_, _, None) => Err(ParseError::Fields(Vec::new())),
        }
    }
}

/// What one order takes from a mandate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MandateUse {
    /// The order.
    pub cl_ord_id: String,
    /// When it was booked.
    pub at: Timestamp,
    /// What it takes now, base currency.
    #[schema(format = "decimal")]
    pub taken: Decimal,
    /// Whether what it takes is final: it provably trades no more.
    pub settled: bool,
}

/// A mandate and what was used of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mandate {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: MandateStatus,
    /// The strategy that orders must name.
    pub strategy: Option<String>,
    /// The key whose orders it covers.
    pub key: Option<String>,
    /// The account.
    pub account: String,
    /// Paper or live.
    pub mode: Mode,
    /// Symbols.
    pub symbols: Vec<String>,
    /// Sides.
    pub sides: Vec<Side>,
    /// Largest worst-case notional of one order, base currency.
    #[schema(format = "decimal")]
    pub order_notional_max: Decimal,
    /// Largest sum, base currency.
    #[schema(format = "decimal")]
    pub notional_max: Decimal,
    /// Taken of it.
    #[schema(format = "decimal")]
    pub notional_taken: Decimal,
    /// Left of it.
    #[schema(format = "decimal")]
    pub notional_left: Decimal,
    /// Most orders.
    pub orders_max: u32,
    /// Orders so far.
    pub orders: u64,
    /// End of its life.
    pub expires_at: Timestamp,
    /// Who granted it.
    pub granted_by: String,
    /// When.
    pub granted_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Until when the second look must come.
    pub confirm_until: Timestamp,
    /// Who looked again.
    pub confirmed_by: Option<String>,
    /// Who ended it before its time.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub end_reason: Option<String>,
    /// Every use.
    pub uses: Vec<MandateUse>,
}

impl Mandate {
    /// The shape.
    pub fn of(one: &mandate::Mandate, status: mandate::MandateStatus) -> Self {
        let terms = &one.terms;
        Self {
            id: one.id.to_string(),
            status: status.into(),
            strategy: terms.strategy.as_ref().map(ToString::to_string),
            key: terms.key.as_ref().map(ToString::to_string),
            account: terms.account.to_string(),
            mode: terms.mode.into(),
            symbols: terms.symbols.iter().cloned().collect(),
            sides: terms.sides.iter().map(|side| (*side).into()).collect(),
            order_notional_max: terms.order_notional_max,
            notional_max: terms.notional_max,
            notional_taken: one.taken.normalize(),
            notional_left: one.left().normalize(),
            orders_max: terms.orders_max,
            orders: u64::try_from(one.uses.len()).unwrap_or(u64::MAX),
            expires_at: terms.expires_at,
            granted_by: one.granted_by.to_string(),
            granted_at: one.granted_at,
            reason: one.reason.clone(),
            confirm_until: one.confirm_until(),
            confirmed_by: one.confirmed.as_ref().map(|(by, _)| by.to_string()),
            ended_by: one.ended.as_ref().map(|end| end.by.clone()),
            ended_at: one.ended.as_ref().map(|end| end.at),
            end_reason: one.ended.as_ref().map(|end| end.reason.clone()),
            uses: one
                .uses
                .iter()
                .map(|(key, used)| MandateUse {
                    cl_ord_id: key.to_string(),
                    at: used.at,
                    taken: used.charge().normalize(),
                    settled: used.stage == UseStage::Settled,
                })
                .collect(),
        }
    }
}

/// One item of the checklist from paper to live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChecklistItem {
    /// Its name.
    pub name: String,
    /// Whether the journal shows it.
    pub done: bool,
    /// What the journal shows.
    pub evidence: String,
    /// What is asked for.
    pub wanted: String,
    /// How to get there.
    pub hint: String,
}

impl From<&live::ChecklistItem> for ChecklistItem {
    fn from(item: &live::ChecklistItem) -> Self {
        Self {
            name: item.name.to_owned(),
            done: item.done,
            evidence: item.evidence.clone(),
            wanted: item.wanted.clone(),
            hint: item.hint.to_owned(),
        }
    }
}

/// The arming that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Arming {
    /// The account.
    pub account: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Why.
    pub reason: String,
}

impl From<&live::Arming> for Arming {
    fn from(one: &live::Arming) -> Self {
        Self {
            account: one.account.to_string(),
            by: one.by.to_string(),
            at: one.at,
            expires_at: one.expires_at,
            reason: one.reason.clone(),
        }
    }
}

/// What live trading stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Live {
    /// Whether live orders of humans may leave now.
    pub armed: bool,
    /// The owner's setting.
    pub trading: Trading,
    /// The proven mode; null when none is.
    pub mode: Option<Mode>,
    /// Whether the account is a simulated venue's.
    pub simulated: bool,
    /// The account.
    pub account: Option<String>,
    /// `present`, `absent` or `not configured`.
    pub override_file: String,
    /// The arming that holds.
    pub arming: Option<Arming>,
    /// Every reason why live cannot be armed, or why the arming does not count.
    pub missing: Vec<Reason>,
    /// The checklist from paper to live.
    pub checklist: Vec<ChecklistItem>,
}
