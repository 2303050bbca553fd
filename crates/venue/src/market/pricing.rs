//! From the path of a root to the price of an instrument.
//!
//! Every price is a monotone function of one root's, whose terms are constant for a while: so the
//! extremes of an option over a period follow from those of its underlying, piece by piece.

use super::instrument::Right;

/// Seconds for which the time left to an option counts as the same.
const OPTION_STEP: i64 = 1800;
const DAY: i64 = 86_400;
const YEAR: f64 = 365.0 * 86_400.0;
/// What a future costs to carry, a year: interest less dividends.
const CARRY: f64 = 0.025;
/// Between 17:00 and 18:00 in New York, summer and winter: Globex rests when the carry steps.
const CARRY_STEPS_AT: i64 = 22 * 3600;

/// Where the price of an instrument comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pricing {
    /// A root's price times something.
    Scaled { root: usize, scale: f64 },
    /// The same with the cost of carrying it up to an instant.
    Carried { root: usize, scale: f64, until: i64 },
    /// A root's close times something, known in the evening.
    Closing { root: usize, scale: f64 },
    /// An option by Black and Scholes, at a rate of nil, at which early exercise is worth nothing.
    Option { root: usize, strike: f64, right: Right, expires: i64 },
}

/// The terms of a price while they are constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Terms {
    /// A multiple.
    Scale(f64),
    /// An option; `sd` is the standard deviation of the logarithm of the price at expiry.
    Option { strike: f64, right: Right, sd: f64 },
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some years are far below 2^52")]
fn float(n: i64) -> f64 {
    n as f64
}

impl Pricing {
    /// The root.
    pub(super) fn root(&self) -> usize {
        match self {
            Self::Scaled { root, .. }
            | Self::Carried { root, .. }
            | Self::Closing { root, .. }
            | Self::Option { root, .. } => *root,
        }
    }

    /// First second from which other terms hold.
    pub(super) fn constant_until(&self, second: i64) -> i64 {
        match self {
            Self::Scaled { .. } | Self::Closing { .. } => i64::MAX,
            Self::Carried { .. } => ((second - CARRY_STEPS_AT).div_euclid(DAY) + 1) * DAY + CARRY_STEPS_AT,
            Self::Option { .. } => (second.div_euclid(OPTION_STEP) + 1) * OPTION_STEP,
        }
    }

    /// Years that an option has left at a second; `None` once it has expired, and for what is none.
    pub(super) fn years_left(&self, second: i64) -> Option<f64> {
        match *self {
            Self::Option { expires, .. } => {
                let from = second.div_euclid(OPTION_STEP) * OPTION_STEP;
                (second < expires).then(|| float((expires - from).max(0)) / YEAR)
            }
            Self::Scaled { .. } | Self::Carried { .. } | Self::Closing { .. } => None,
        }
    }

    /// Terms at a second, given the daily volatility of the root.
    pub(super) fn terms(&self, second: i64, volatility: f64) -> Terms {
        match *self {
            Self::Scaled { scale, .. } | Self::Closing { scale, .. } => Terms::Scale(scale),
            Self::Carried { scale, until, .. } => {
                let from = (second - CARRY_STEPS_AT).div_euclid(DAY) * DAY + CARRY_STEPS_AT;
                Terms::Scale(scale * (1.0 + CARRY * float((until - from).max(0)) / YEAR))
            }
            Self::Option { strike, right, .. } => {
                let years = self.years_left(second).unwrap_or(0.0);
                // The mean absolute move of a day is four fifths of its standard deviation.
                let yearly = (volatility * 1.25 * 252.0_f64.sqrt()).clamp(0.08, 1.5);
                Terms::Option { strike, right, sd: yearly * years.sqrt() }
            }
        }
    }
}

impl Terms {
    /// The price, given the root's.
    pub(super) fn value(&self, root: f64) -> f64 {
        match *self {
            Self::Scale(scale) => root * scale,
            Self::Option { strike, right, sd } => option(root, strike, right, sd),
        }
    }

    /// Lowest and highest price, given the root's.
    pub(super) fn range(&self, low: f64, high: f64) -> (f64, f64) {
        let (a, b) = (self.value(low), self.value(high));
        (a.min(b), a.max(b))
    }
}

/// Price of an option at a rate of nil, `sd` being the standard deviation of the logarithm of the price at
/// expiry.
pub(super) fn option(spot: f64, strike: f64, right: Right, sd: f64) -> f64 {
    let call = if sd <= 0.0 {
        (spot - strike).max(0.0)
    } else {
        let d1 = (spot / strike).ln() / sd + sd / 2.0;
        (spot * normal(d1) - strike * normal(d1 - sd)).max(spot - strike).max(0.0)
    };
    match right {
        Right::Call => call,
        // By parity; rounding may leave a hair below nothing.
        Right::Put => (call - spot + strike).max(0.0),
    }
}

/// The density of the normal distribution.
pub(super) fn density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The cumulative normal distribution to double precision (J. F. Hart, Computer Approximations, 1968,
/// algorithm 5666, as given by G. West, 2005).
pub(super) fn normal(x: f64) -> f64 {
    const UP: [f64; 7] = [
        0.035_262_496_599_891_1,
        0.700_383_064_443_688,
        6.373_962_203_531_65,
        33.912_866_078_383,
        112.079_291_497_871,
        221.213_596_169_931,
        220.206_867_912_376,
    ];
    const DOWN: [f64; 8] = [
        0.088_388_347_648_318_4,
        1.755_667_163_182_64,
        16.064_177_579_207,
        86.780_732_202_946_1,
        296.564_248_779_674,
        637.333_633_378_831,
        793.826_512_519_948,
        440.413_735_824_752,
    ];
    let z = x.abs();
    let tail = if z > 37.0 {
        0.0
    } else {
        let density = (-z * z / 2.0).exp();
        let series = |of: &[f64]| of.iter().fold(0.0, |sum, c| sum * z + c);
        if z < 7.071_067_811_865_47 {
            density * series(&UP) / series(&DOWN)
        } else {
            density / (z + 1.0 / (z + 2.0 / (z + 3.0 / (z + 4.0 / (z + 0.65))))) / 2.506_628_274_631
        }
    };
    if x > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
#[path = "pricing_tests.rs"]
mod tests;
