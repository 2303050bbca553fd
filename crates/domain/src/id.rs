//! Identifiers. Each is parsed once, at the boundary, and cannot be confused with another.

use serde::de::{Error as DeError, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

pub use crate::cl_ord_id::{ClOrdId, Leg};

/// Why a text or number is not the identifier it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct IdError {
    /// The kind of identifier, in the reader's words.
    pub what: &'static str,
    /// The rule that it breaks, as an end of the sentence "must be …".
    pub rule: &'static str,
}

/// Reads a text and parses it, without an owned copy between.
struct ParsedText<T> {
    rule: &'static str,
    made: PhantomData<T>,
}

impl<T: FromStr<Err = IdError>> Visitor<'_> for ParsedText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule)
    }

    fn visit_str<E: DeError>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

// Journal, orders and indexes hold the same ids over and over: a copy shares the text.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $rule:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let allowed: fn(char) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !text.chars().all(allowed) {
                    return Err(IdError { what: $what, rule: $rule });
                }
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().to_owned()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(ParsedText { rule: $rule, made: PhantomData })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $repr:ty, $what:literal, $rule:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name($repr);

        impl $name {
            /// Checks and wraps a number.
            pub fn new(value: i64) -> Result<Self, IdError> {
                let allowed: fn(i64) -> bool = $allowed;
                match <$repr>::try_from(value) {
                    Ok(number) if allowed(value) => Ok(Self(number)),
                    Ok(_) | Err(_) => Err(IdError { what: $what, rule: $rule }),
                }
            }

            /// The number itself.
            pub fn get(self) -> $repr {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = IdError;
            fn try_from(value: i64) -> Result<Self, IdError> {
                Self::new(value)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                i64::from(id.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let value: i64 = text.parse().map_err(|_| IdError { what: $what, rule: $rule })?;
                Self::new(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

text_id!(
    /// An account as IBKR names it, e.g. `DU1234567` (paper) or `U1234567` (live).
    AccountId, "account", 20, "1 to 20 letters and digits",
    |c| c.is_ascii_alphanumeric()
);
text_id!(
    /// The short name of one installation, part of every order reference.
    InstallationId, "installation", 12, "1 to 12 lower-case letters and digits",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit()
);
text_id!(
    /// IBKR's execution id. A correction differs only after the last period and replaces.
    ExecId, "exec_id", 64, "1 to 64 printable characters without blanks",
    |c| c.is_ascii_graphic()
);
text_id!(
    /// The public name of an API key; never the key itself.
    KeyId, "key id", 40, "1 to 40 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);
text_id!(
    /// One approval request.
    ApprovalId, "approval id", 40, "1 to 40 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);
text_id!(
    /// One mandate.
    MandateId, "mandate id", 40, "1 to 40 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);
text_id!(
    /// One preview, valid for five minutes.
    PreviewId, "preview_id", 40, "1 to 40 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);
text_id!(
    /// The strategy that an order belongs to, for attribution and limits.
    StrategyId, "strategy", 40, "1 to 40 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);
text_id!(
    /// The caller's name of a one-cancels-all group; what goes onto the wire is made unique per installation.
    OcaGroup, "oca_group", 40, "1 to 40 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);
text_id!(
    /// One run of the loop; part of the keys of its orders, hence short.
    RunId, "run id", 26, "1 to 26 characters out of A-Z a-z 0-9 _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
);
text_id!(
    /// One decision of the loop, named by its content.
    DecisionId, "decision id", 40, "1 to 40 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);
text_id!(
    /// One slot of the loop's schedule, e.g. `weekly:2026-11-27T15:50`, in the exchange's civil time. Used once for ever.
    SlotKey, "slot", 40, "1 to 40 characters out of A-Z a-z 0-9 : . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '_' | '-')
);
text_id!(
    /// Follows one request through every face, log line and record.
    CorrelationId, "X-Request-Id", 64, "1 to 64 characters out of A-Z a-z 0-9 . _ -",
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
);

number_id!(
    /// IBKR's id of a contract. Gates use it, never the bare symbol.
    ConId, i32, "con_id", "a whole number above 0", |v| v > 0
);
number_id!(
    /// IBKR's permanent order id. Zero on the wire means "none yet" and never becomes one of these.
    PermId, i64, "perm_id", "a whole number above 0", |v| v > 0
);
number_id!(
    /// IBKR's `orderId`: belongs to a client id and a session and is reissued after a Gateway restart, hence never a key.
    BrokerOrderId, i32, "broker_order_id", "a whole number from 1 to 1499999999",
    |v| v > 0 && v < 1_500_000_000
);
number_id!(
    /// The API client id of a connection.
    ClientId, i32, "client_id", "a whole number from 0 to 2147483647", |v| v >= 0
);

/// Counts our connections to the broker; a new one for every connect. What belongs to an old generation is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Generation(pub u64);

/// Fencing epoch of the writer's lease; grows with every take-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LeaseEpoch(pub u64);

/// Grows with every kill; a send that was decided under an older one does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KillEpoch(pub u64);

#[cfg(test)]
#[path = "id_tests.rs"]
mod tests;
