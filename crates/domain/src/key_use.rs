//! What a caller's key was used for.

use crate::id::ClOrdId;
use serde::{Deserialize, Serialize};

/// What a key was used for. One namespace: a key means one request, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// The order that it concerns; the key itself where it is none.
    pub order: ClOrdId,
    /// Submit, replace, cancel or flatten.
    pub verb: KeyVerb,
    /// Hash of the request.
    pub request_hash: String,
}

/// What a key was used to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyVerb {
    /// A new order.
    Submit,
    /// A change.
    Replace,
    /// A cancel.
    Cancel,
    /// The closing of positions.
    Flatten,
}

impl KeyUse {
    /// An order that rests at the broker and that nobody here knows: no request has this hash.
    pub(crate) fn unknown_order(key: &ClOrdId) -> Self {
        Self { order: key.clone(), verb: KeyVerb::Submit, request_hash: String::new() }
    }

    pub(crate) fn replace(order: &ClOrdId, hash: &str) -> Self {
        Self { order: order.clone(), verb: KeyVerb::Replace, request_hash: hash.to_owned() }
    }

    pub(crate) fn flatten(key: &ClOrdId, hash: &str) -> Self {
        Self { order: key.clone(), verb: KeyVerb::Flatten, request_hash: hash.to_owned() }
    }

    pub(crate) fn cancel(order: &ClOrdId, hash: &str) -> Self {
        Self { order: order.clone(), verb: KeyVerb::Cancel, request_hash: hash.to_owned() }
    }
}
