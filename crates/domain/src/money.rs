//! Money, prices and quantities: exact decimals that were checked once.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct AmountError {
    /// The kind of amount.
    pub what: &'static str,
    /// The rule that it breaks, as an end of the sentence "must be …".
    pub rule: &'static str,
}

/// No price, quantity or strike of ours reaches this: a larger figure is a typing error, not an order.
const CEILING: i64 = 1_000_000_000;
/// IBKR's own precision ends well before this many decimals.
const SCALE_MAX: u32 = 8;

macro_rules! positive_decimal {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "Decimal", into = "Decimal")]
        pub struct $name(Decimal);

        impl $name {
            /// Checks and wraps a decimal.
            pub fn new(value: Decimal) -> Result<Self, AmountError> {
                let value = value.normalize();
                let fits = value > Decimal::ZERO
                    && value <= Decimal::from(CEILING)
                    && value.scale() <= SCALE_MAX;
                if fits {
                    Ok(Self(value))
                } else {
                    Err(AmountError {
                        what: $what,
                        rule: "a decimal above 0, at most 1000000000, with at most 8 decimals",
                    })
                }
            }

            /// The decimal itself.
            pub fn get(self) -> Decimal {
                self.0
            }
        }

        impl TryFrom<Decimal> for $name {
            type Error = AmountError;
            fn try_from(value: Decimal) -> Result<Self, AmountError> {
                Self::new(value)
            }
        }

        impl From<$name> for Decimal {
            fn from(amount: $name) -> Decimal {
                amount.0
            }
        }

        impl FromStr for $name {
            type Err = AmountError;
            fn from_str(text: &str) -> Result<Self, AmountError> {
                Self::new(parse_decimal(text, $what)?)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

positive_decimal!(
    /// A price per unit, above zero, in the contract's currency.
    Price, "price"
);
positive_decimal!(
    /// An order or execution quantity, above zero; the side is said apart.
    Qty, "qty"
);

/// Parses a plain decimal such as `189.50`: digits, an optional sign and point, nothing else.
///
/// # Errors
/// Anything that is not such a number: `NaN`, `1e15`, `0x10`, blanks, the empty text.
pub fn parse_decimal(text: &str, what: &'static str) -> Result<Decimal, AmountError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let plain = [whole, part].iter().all(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
    let error = AmountError { what, rule: "a plain decimal such as \"189.50\" (no NaN, infinity, exponent or blanks)" };
    if !plain {
        return Err(error);
    }
    Decimal::from_str_exact(text).map_err(|_| error)
}

/// An ISO 4217 currency code, e.g. `USD`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(String);

impl Currency {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Currency {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AmountError { what: "currency", rule: "three capital letters such as USD" })
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = AmountError;
    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.0
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An amount of one currency; may be negative (a margin debit is no error).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The amount, signed.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
#[path = "money_tests.rs"]
mod tests;
