//! Who asks: a key with a kind and scopes, and the face it came through.

use crate::id::{CorrelationId, KeyId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What stands behind a key. Only a human approves, arms and lifts a kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// A person.
    Human,
    /// A program that decides by itself.
    Agent,
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Look at everything.
    #[serde(rename = "read")]
    Read,
    /// Ask what an order would do.
    #[serde(rename = "preview")]
    Preview,
    /// Send orders to a paper account.
    #[serde(rename = "trade:paper")]
    TradePaper,
    /// Send orders to a live account.
    #[serde(rename = "trade:live")]
    TradeLive,
    /// Approve orders of others.
    #[serde(rename = "approve")]
    Approve,
    /// Turn the kill switch on.
    #[serde(rename = "kill")]
    Kill,
    /// Keys, policies, lifting a kill, resolving unknown orders.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope with its word.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("read", Self::Read),
        ("preview", Self::Preview),
        ("trade:paper", Self::TradePaper),
        ("trade:live", Self::TradeLive),
        ("approve", Self::Approve),
        ("kill", Self::Kill),
        ("admin", Self::Admin),
    ];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Preview => "preview",
            Self::TradePaper => "trade:paper",
            Self::TradeLive => "trade:live",
            Self::Approve => "approve",
            Self::Kill => "kill",
            Self::Admin => "admin",
        }
    }

    /// Reads a word.
    pub fn from_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, scope)| *scope)
    }
}

/// The door that a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each name says its face")]
pub enum Face {
    Rest,
    Cli,
    Mcp,
    Dashboard,
    Loop,
    /// A file in the data directory, such as `KILL`.
    File,
    /// Tollgate itself, e.g. at start-up or in recovery.
    Engine,
}

impl Face {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Cli => "cli",
            Self::Mcp => "mcp",
            Self::Dashboard => "dashboard",
            Self::Loop => "loop",
            Self::File => "file",
            Self::Engine => "engine",
        }
    }

    /// Whether a request by the one could as well have come by the other: over HTTP it is the caller who says by which of these he
    /// comes, and no decision may hang on which of them that is.
    pub fn is_same_door(self, other: Self) -> bool {
        self == other || (self.is_http() && other.is_http())
    }

    fn is_http(self) -> bool {
        match self {
            Self::Rest | Self::Cli | Self::Dashboard => true,
            Self::Mcp | Self::Loop | Self::File | Self::Engine => false,
        }
    }
}

/// Who asks, through which face, under which correlation id. Recorded with everything that follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The key's public name.
    pub key_id: KeyId,
    /// Human or agent.
    pub kind: PrincipalKind,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// The door.
    pub face: Face,
    /// Follows the request everywhere.
    pub correlation_id: CorrelationId,
}

impl Principal {
    /// Whoever presents a key at a door. Over MCP a model holds the pen: whoever owns the key, an agent asks, and never with `approve`
    /// or `admin`.
    pub fn of_key(key: &KeyRecord, face: Face, correlation_id: CorrelationId) -> Self {
        let (kind, scopes) = match face {
            Face::Mcp => {
                let never = [Scope::Approve, Scope::Admin];
                (PrincipalKind::Agent, key.scopes.iter().copied().filter(|scope| !never.contains(scope)).collect())
            }
            Face::Rest | Face::Cli | Face::Dashboard | Face::Loop | Face::File | Face::Engine => {
                (key.kind, key.scopes.clone())
            }
        };
        Self { key_id: key.id.clone(), kind, scopes, face, correlation_id }
    }

    /// Whether the key carries the scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether it may trade at all; which mode it may trade in is a gate.
    pub fn may_trade(&self) -> bool {
        self.may(Scope::TradePaper) || self.may(Scope::TradeLive)
    }

    /// Whether this is a person. Over MCP a model holds the pen, whoever owns the key.
    pub fn is_human(&self) -> bool {
        self.kind == PrincipalKind::Human && self.face != Face::Mcp
    }
}

/// An API key as the journal knows it: a keyed hash, never the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Public name.
    pub id: KeyId,
    /// Human or agent.
    pub kind: PrincipalKind,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Keyed BLAKE3 of the 256-bit key, 64 hex digits.
    pub hash: String,
    /// End of its life.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
#[path = "principal_tests.rs"]
mod tests;
