//! The edge between the wire's floating point and our decimals.

use domain::money::{Price, Qty};
use rust_decimal::Decimal;

/// IBKR's own prices end before this many decimals; averages do not.
const PRICE_SCALE: u32 = 8;

/// The decimal that a double means: the shortest text that reads back as the same double. `None` for NaN, infinities,
/// the wire's "unset" (1.7976931348623157E308) and what a decimal cannot hold.
pub(crate) fn decimal(value: f64) -> Option<Decimal> {
    if !value.is_finite() || value.abs() >= f64::MAX {
        return None;
    }
    Decimal::from_str_exact(&value.to_string()).ok().map(|exact| exact.normalize())
}

/// Like [`decimal`], for fields that the library already made optional.
pub(crate) fn optional(value: Option<f64>) -> Option<Decimal> {
    value.and_then(decimal)
}

/// Like [`decimal`], but zero means "not said": limit and stop prices, totals that cannot be zero.
pub(crate) fn nonzero(value: f64) -> Option<Decimal> {
    decimal(value).filter(|amount| !amount.is_zero())
}

/// A price above zero; zero, negative ("no data" is −1) and unset are `None`.
pub(crate) fn price(value: f64) -> Option<Price> {
    Price::new(decimal(value)?.round_dp(PRICE_SCALE)).ok()
}

/// A quantity above zero, exact.
pub(crate) fn qty(value: f64) -> Option<Qty> {
    Qty::new(decimal(value)?).ok()
}

/// A size of a quote: zero is a size, below zero is "no data".
pub(crate) fn size(value: f64) -> Option<Decimal> {
    decimal(value).filter(|size| !size.is_sign_negative())
}

/// The double whose text on the wire is exactly this decimal; `None` when there is none, so that an order never leaves
/// with another price or quantity than was approved.
pub(crate) fn wire(value: Decimal) -> Option<f64> {
    let value = value.normalize();
    let double: f64 = value.to_string().parse().ok()?;
    (decimal(double) == Some(value)).then_some(double)
}

/// Reads a decimal that the broker sends as text; grouping marks and exponents are not expected.
pub(crate) fn text(value: &str) -> Option<Decimal> {
    let value = value.trim();
    Decimal::from_str_exact(value)
        .ok()
        .or_else(|| Decimal::from_scientific(value).ok())
        .or_else(|| decimal(value.parse().ok()?))
        .map(|amount| amount.normalize())
        .filter(|amount| decimal_in_reach(*amount))
}

/// The wire's "unset" integers can arrive as text.
fn decimal_in_reach(amount: Decimal) -> bool {
    amount != Decimal::from(i32::MAX) && amount != Decimal::from(i64::MAX)
}

#[cfg(test)]
#[path = "decimal_tests.rs"]
mod tests;
