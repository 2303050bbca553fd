//! Rules of price increments, by IBKR's numbers.
//!
//! Prices are generated in floating point; this is where they become exact. Rounding down, up and to
//! the nearest are monotone within a rule, so extremes may be taken before or after them.

use rust_decimal::Decimal;

/// From a price upwards, the step.
#[derive(Clone, Copy, Debug)]
struct Band {
    low: f64,
    /// Steps in one unit.
    per_unit: f64,
    /// The step is `step` times ten to the minus `scale`.
    step: i64,
    scale: u32,
}

const fn band(low: f64, per_unit: f64, step: i64, scale: u32) -> Band {
    Band { low, per_unit, step, scale }
}

/// A rule: its number and its bands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    id: i32,
    bands: &'static [Band],
}

/// Numbers 26, 32, 59, 67, 109 and 239 are IBKR's, as its contract details give them; those from 9001
/// on are ours.
const RULES: [Rule; 10] = [
    // US stocks: a hundredth of a cent below one dollar.
    Rule { id: 26, bands: &[band(0.0, 10_000.0, 1, 4), band(1.0, 100.0, 1, 2)] },
    // Options of the penny programme: nickels from three dollars on.
    Rule { id: 32, bands: &[band(0.0, 100.0, 1, 2), band(3.0, 20.0, 5, 2)] },
    // Yen pairs: half a pip.
    Rule { id: 59, bands: &[band(0.0, 200.0, 5, 3)] },
    // E-mini index futures.
    Rule { id: 67, bands: &[band(0.0, 4.0, 25, 2)] },
    // Options of SPY, QQQ and IWM: pennies throughout.
    Rule { id: 109, bands: &[band(0.0, 100.0, 1, 2)] },
    // Currency pairs: half a pip.
    Rule { id: 239, bands: &[band(0.0, 20_000.0, 5, 5)] },
    // Indices and funds: a cent.
    Rule { id: 9001, bands: &[band(0.0, 100.0, 1, 2)] },
    // Treasuries: a quarter of a thirty-second of a percent of par.
    Rule { id: 9002, bands: &[band(0.0, 128.0, 78_125, 7)] },
    // Bitcoin.
    Rule { id: 9003, bands: &[band(0.0, 4.0, 25, 2)] },
    // Ether.
    Rule { id: 9004, bands: &[band(0.0, 100.0, 1, 2)] },
];

/// The rule of a number.
pub(super) fn rule(id: i32) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.id == id)
}

/// The rule of US stocks.
pub(super) fn first() -> &'static Rule {
    &RULES[0]
}

/// The bands of a rule: lowest price and step of each, lowest band first.
pub fn increments(rule_id: i32) -> Option<Vec<(Decimal, Decimal)>> {
    let decimal = |low: f64| Decimal::try_from(low).unwrap_or_default();
    rule(rule_id).map(|r| r.bands.iter().map(|b| (decimal(b.low), Decimal::new(b.step, b.scale))).collect())
}

#[expect(clippy::cast_possible_truncation, reason = "generated prices are positive and far below 2^53 steps")]
fn whole(steps: f64) -> i64 {
    steps as i64
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Rule {
    /// Its number.
    pub(super) fn id(&self) -> i32 {
        self.id
    }

    fn band_at(&self, price: f64) -> &Band {
        let begun = self.bands.partition_point(|b| b.low <= price);
        &self.bands[begun.saturating_sub(1)]
    }

    /// The step at a price.
    pub(super) fn step(&self, price: Decimal) -> Decimal {
        let begun = self.bands.iter().rev().find(|b| Decimal::try_from(b.low).is_ok_and(|low| low <= price));
        let band = begun.unwrap_or(&self.bands[0]);
        Decimal::new(band.step, band.scale)
    }

    /// Whether a price is a multiple of the step there.
    pub(super) fn admits(&self, price: Decimal) -> bool {
        (price % self.step(price)).is_zero()
    }

    /// So many steps below a price on its step. Steps only shrink downwards, so it is on its own too.
    pub(super) fn below(&self, price: Decimal, steps: i64) -> Decimal {
        price - self.step(price) * Decimal::from(steps)
    }

    /// So many steps above a price, on the step there.
    pub(super) fn above(&self, price: Decimal, steps: i64) -> Decimal {
        let above = price + self.step(price) * Decimal::from(steps);
        let step = self.step(above);
        let over = above % step;
        if over.is_zero() { above } else { above - over + step }
    }

    /// Down to the step, not below `least` steps.
    pub(super) fn floor(&self, price: f64, least: i64) -> Decimal {
        let band = self.band_at(price);
        Decimal::new(whole((price * band.per_unit).floor()).max(least) * band.step, band.scale)
    }

    /// Up to the step, at least one step.
    pub(super) fn ceil(&self, price: f64) -> Decimal {
        let band = self.band_at(price);
        Decimal::new(whole((price * band.per_unit).ceil()).max(1) * band.step, band.scale)
    }

    /// To the nearest step, at least one.
    pub(super) fn round(&self, price: f64) -> Decimal {
        let band = self.band_at(price);
        Decimal::new(whole((price * band.per_unit).round()).max(1) * band.step, band.scale)
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
