//! The kill switch: trading states by scope.

use crate::approval::reason_text;
use crate::fields::{Fields, ParseError, checked};
use crate::word::{ScopeOfState, TradingState};
use domain::trading_state::{self, KillScope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sets the trading state of one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTradingState {
    /// Where.
    pub scope: ScopeOfState,
    /// Which account or strategy; left out for `global`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 40)]
    pub id: Option<String>,
    /// To what.
    pub state: TradingState,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

impl SetTradingState {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<(KillScope, trading_state::TradingState, String), ParseError> {
        let mut fields = Fields::read(body)?;
        for name in ["scope", "state", "reason"] {
            fields.require(name);
        }
        let scope: Option<ScopeOfState> = fields.text("scope");
        let given = fields.has("id");
        let scope = match scope {
            Some(ScopeOfState::Global) => {
                if given {
                    fields.take("id", |_| Err::<(), _>("must be left out for scope global".to_owned()));
                }
                Some(KillScope::Global)
            }
            Some(ScopeOfState::Account) => id(&mut fields).map(KillScope::Account),
            Some(ScopeOfState::Strategy) => id(&mut fields).map(KillScope::Strategy),
            None => {
                fields.take("id", |_| Ok(()));
                None
            }
        };
        let state: Option<TradingState> = fields.text("state");
        let reason = fields.text_by("reason", reason_text);
        fields.finish()?;
        match (scope, state, reason) {
            (Some(scope), Some(state), Some(reason)) => Ok((scope, state.into(), reason)),
            (None, _, _) | (_, None, _) | (_, _, None) => Err(ParseError::Fields(Vec::new())),
        }
    }
}

fn id<T>(fields: &mut Fields) -> Option<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    fields.require("id");
    fields.take("id", |value| checked(value.as_str().ok_or("must be a JSON string")?))
}

/// The state of one scope. A scope that is not listed is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TradingStateEntry {
    /// Where.
    pub scope: ScopeOfState,
    /// Which account or strategy.
    pub id: Option<String>,
    /// The state.
    pub state: TradingState,
    /// Why.
    pub reason: String,
    /// The key that set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl TradingStateEntry {
    /// The shape.
    pub fn of(scope: &KillScope, entry: &trading_state::StateEntry) -> Self {
        let (word, id) = match scope {
            KillScope::Global => (ScopeOfState::Global, None),
            KillScope::Account(account) => (ScopeOfState::Account, Some(account.to_string())),
            KillScope::Strategy(strategy) => (ScopeOfState::Strategy, Some(strategy.to_string())),
        };
        Self {
            scope: word,
            id,
            state: entry.state.into(),
            reason: entry.reason.clone(),
            by: entry.by.clone(),
            at: entry.at,
        }
    }
}

/// All trading states that were ever set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TradingStates {
    /// The state of the whole installation.
    pub global: TradingState,
    /// Whether the file `KILL` is in the data directory: then nothing is sent, whatever the states say;
    /// null when the key may not read.
    pub kill_file: Option<bool>,
    /// Scope by scope.
    pub items: Vec<TradingStateEntry>,
    /// Always null: one answer holds all.
    pub next_cursor: Option<String>,
}

impl TradingStates {
    /// The shape.
    pub fn of(states: &[(KillScope, trading_state::StateEntry)], kill_file: Option<bool>) -> Self {
        let global = states.iter().find(|(scope, _)| *scope == KillScope::Global);
        Self {
            global: global.map_or(TradingState::Active, |(_, entry)| entry.state.into()),
            kill_file,
            items: states.iter().map(|(scope, entry)| TradingStateEntry::of(scope, entry)).collect(),
            next_cursor: None,
        }
    }
}
