//! Prices in ten-thousandths of a dollar, and the tick they move in.
//!
//! The path generator works in floating point; this is where its figures become exact. All three
//! roundings are monotone, so extremes may be taken before or after them.

use rust_decimal::Decimal;

/// Price in ten-thousandths.
pub(super) type Mills10 = i64;

/// The tick at a price: 0.01, below one dollar 0.0001.
pub(super) fn min_tick(price: Decimal) -> Decimal {
    if price < Decimal::ONE { Decimal::new(1, 4) } else { Decimal::new(1, 2) }
}

/// Whether a price is a multiple of its tick.
pub(super) fn on_tick(price: Decimal) -> bool {
    (price % min_tick(price)).is_zero()
}

/// As a decimal.
pub(super) fn decimal(price: Mills10) -> Decimal {
    if price % 100 == 0 { Decimal::new(price / 100, 2) } else { Decimal::new(price, 4) }
}

fn scale(price: f64) -> (f64, i64) {
    if price < 1.0 { (10_000.0, 1) } else { (100.0, 100) }
}

#[expect(clippy::cast_possible_truncation, reason = "prices of the generator are positive and far below 2^53 ticks")]
fn whole(ticks: f64, step: i64) -> Mills10 {
    (ticks as i64).max(1) * step
}

/// Down to the tick, at least one tick.
pub(super) fn floor_tick(price: f64) -> Mills10 {
    let (per_unit, step) = scale(price);
    whole((price * per_unit).floor(), step)
}

/// Up to the tick.
pub(super) fn ceil_tick(price: f64) -> Mills10 {
    let (per_unit, step) = scale(price);
    whole((price * per_unit).ceil(), step)
}

/// To the nearest tick.
pub(super) fn round_tick(price: f64) -> Mills10 {
    let (per_unit, step) = scale(price);
    whole((price * per_unit).round(), step)
}
