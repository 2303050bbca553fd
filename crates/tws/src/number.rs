//! The only place where the wire's floating point and our decimals meet.

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::error::DecodeError;

/// Longest number written as text, in bytes.
const TEXT_LEN_MAX: usize = 64;

/// Texts that clients send for "unset" where a decimal is due.
const UNSET_TEXTS: [&str; 3] = ["9223372036854775807", "2147483647", "-9223372036854775808"];

/// Whether a double is the wire's "unset".
pub(crate) fn is_unset(value: f64) -> bool {
    value.to_bits() == f64::MAX.to_bits()
}

/// A double of a request. Absent and the unset sentinel are `None`.
///
/// The decimal is the shortest one that reads back as the same double, which is what the user typed.
pub(crate) fn decimal(value: Option<f64>, field: &'static str) -> Result<Option<Decimal>, DecodeError> {
    match value {
        None => Ok(None),
        Some(v) if is_unset(v) => Ok(None),
        Some(v) if !v.is_finite() => Err(DecodeError::NotFinite { field }),
        Some(v) => Decimal::from_str_exact(&v.to_string()).map(Some).map_err(|_| DecodeError::NotDecimal { field }),
    }
}

/// A decimal that a request carries as text. Absent, empty and the unset sentinels are `None`.
pub(crate) fn decimal_text(text: Option<&str>, field: &'static str) -> Result<Option<Decimal>, DecodeError> {
    let Some(text) = text.filter(|t| !t.is_empty() && !UNSET_TEXTS.contains(t)) else {
        return Ok(None);
    };
    if text.len() > TEXT_LEN_MAX {
        return Err(DecodeError::NotDecimal { field });
    }
    if let Ok(value) = Decimal::from_str_exact(text) {
        return Ok(Some(value));
    }
    // Only what is no plain decimal comes here: the unset double, NaN, infinity, an exponent.
    let value = f64::from_str(text).map_err(|_| DecodeError::NotDecimal { field })?;
    if is_unset(value) || !value.is_finite() {
        return decimal(Some(value), field);
    }
    Decimal::from_scientific(text).map(Some).map_err(|_| DecodeError::NotDecimal { field })
}

/// An integer of a request. Absent and the unset sentinel are `None`.
pub(crate) fn integer(value: Option<i32>) -> Option<i32> {
    value.filter(|v| *v != i32::MAX)
}

/// The double nearest to a decimal.
#[expect(clippy::expect_used, reason = "the text of a decimal is always a number that a double can be read from")]
pub(crate) fn double(value: Decimal) -> f64 {
    f64::from_str(&value.to_string()).expect("the text of a decimal reads as a double")
}

/// A decimal as text without trailing zeros.
pub(crate) fn text(value: Decimal) -> String {
    value.normalize().to_string()
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
