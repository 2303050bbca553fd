//! API keys. The secret is shown once, in the answer that makes it.

use crate::fields::{Fields, ParseError};
use crate::word::{KeyKind, Scope};
use domain::id::KeyId;
use domain::principal::{self, KeyRecord, PrincipalKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Asks for a new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    /// Public name.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub id: String,
    /// Human or agent.
    pub kind: KeyKind,
    /// What it may do; not empty.
    #[schema(min_items = 1)]
    pub scopes: Vec<Scope>,
    /// End of its life; for ever when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
}

/// The checked parts of a new key.
pub type KeyParts = (KeyId, PrincipalKind, BTreeSet<principal::Scope>, Option<Timestamp>);

impl CreateKey {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<KeyParts, ParseError> {
        let mut fields = Fields::read(body)?;
        for name in ["id", "kind", "scopes"] {
            fields.require(name);
        }
        let id = fields.text("id");
        let kind: Option<KeyKind> = fields.text("kind");
        let scopes = fields.take("scopes", |value| {
            let rule = || {
                let words: Vec<&str> = Scope::WORDS.iter().map(|(word, _)| *word).collect();
                format!("must be a list, not empty, of: {}", words.join(", "))
            };
            let list = value.as_array().filter(|list| !list.is_empty()).ok_or_else(rule)?;
            let scope =
                |value: &serde_json::Value| value.as_str().and_then(Scope::from_word).map(principal::Scope::from);
            list.iter().map(scope).collect::<Option<BTreeSet<_>>>().ok_or_else(rule)
        });
        let expires_at = fields.take("expires_at", |value| {
            let rule = "must be a time in RFC 3339, such as \"2026-03-02T21:00:00Z\"";
            value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| rule.to_owned())
        });
        fields.finish()?;
        match (id, kind, scopes) {
            (Some(id), Some(kind), Some(scopes)) => Ok((id, kind.into(), scopes, expires_at)),
            (None, _, _) | (_, None, _) | (_, _, None) => Err(ParseError::Fields(Vec::new())),
        }
    }
}

/// A key without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Key {
    /// Public name.
    pub id: String,
    /// Human or agent.
    pub kind: KeyKind,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// End of its life.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl From<&KeyRecord> for Key {
    fn from(one: &KeyRecord) -> Self {
        Self {
            id: one.id.to_string(),
            kind: one.kind.into(),
            scopes: one.scopes.iter().map(|scope| (*scope).into()).collect(),
            expires_at: one.expires_at,
            created_at: one.created_at,
            revoked_at: one.revoked_at,
        }
    }
}

/// A new key with its secret, shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewKey {
    /// The key without its secret.
    #[serde(flatten)]
    pub key: Key,
    /// The secret: what goes behind `Authorization: Bearer`.
    pub secret: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("key", &self.key).field("secret", &"…").finish()
    }
}
