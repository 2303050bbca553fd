//! Sessions of people who signed in with a key.

use crate::word::{KeyKind, Scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A session as its holder sees it. Its secret is in the cookie and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The key that it was begun with.
    pub key_id: String,
    /// Human or agent, as the key.
    pub kind: KeyKind,
    /// What it may do: what its key may do.
    pub scopes: Vec<Scope>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it is over unless it is used before.
    pub idle_at: Timestamp,
    /// When it is over in any case.
    pub ends_at: Timestamp,
    /// To be sent as `X-CSRF-Token` with every request by this session that changes something.
    pub csrf_token: String,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("key_id", &self.key_id).field("ends_at", &self.ends_at).finish_non_exhaustive()
    }
}
