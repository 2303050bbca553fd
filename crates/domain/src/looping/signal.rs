//! Signals of our own: a few lines each over closing prices, to show the shape. What earns money comes from outside.

use super::decision::{Amount, Wish};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// Digits of a weight.
const WEIGHT_DIGITS: u32 = 8;
/// Steps of Newton's method: it doubles the digits with each, and begins close by.
const ROOT_STEPS: usize = 60;

/// A signal of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// The weights of the configuration.
    Fixed(BTreeMap<String, Decimal>),
    /// As much of each.
    EqualWeight,
    /// As much of each of the `top` that rose most over so many days.
    Momentum {
        /// Closes to look back.
        lookback: usize,
        /// How many are held.
        top: usize,
    },
    /// The less of each the more it moved from day to day.
    InverseVolatility {
        /// Closes to look back.
        lookback: usize,
    },
}

impl BuiltIn {
    /// Our word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Fixed(_) => "fixed",
            Self::EqualWeight => "equal_weight",
            Self::Momentum { .. } => "momentum",
            Self::InverseVolatility { .. } => "inverse_volatility",
        }
    }

    /// Daily closes that it needs of each symbol, the newest included.
    pub fn closes_needed(&self) -> usize {
        match self {
            Self::Fixed(_) | Self::EqualWeight => 0,
            Self::Momentum { lookback, .. } | Self::InverseVolatility { lookback } => lookback.saturating_add(1),
        }
    }

    /// Targets out of closing prices, oldest first, of every symbol of the universe.
    ///
    /// # Errors
    /// Every symbol whose closes do not suffice.
    pub fn targets(&self, closes: &BTreeMap<String, Vec<Decimal>>) -> Result<Vec<Wish>, Vec<String>> {
        let needed = self.closes_needed();
        let mut short = Vec::new();
        for (symbol, closes) in closes {
            if closes.len() < needed {
                short.push(format!("{symbol}: {} closes, {needed} are needed", closes.len()));
            } else if closes.iter().any(|close| *close <= Decimal::ZERO) {
                short.push(format!("{symbol}: a close that is not above zero"));
            }
        }
        if !short.is_empty() {
            return Err(short);
        }
        match self {
            Self::Fixed(weights) => Ok(weights.iter().map(|(symbol, weight)| wish(symbol, *weight)).collect()),
            Self::EqualWeight => Ok(equal(closes.keys())),
            Self::Momentum { lookback, top } => {
                let mut ranked: Vec<(&String, Decimal)> =
                    closes.iter().filter_map(|(symbol, closes)| Some((symbol, rise(closes, *lookback)?))).collect();
                ranked.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
                Ok(equal(ranked.into_iter().take(*top).map(|(symbol, _)| symbol)))
            }
            Self::InverseVolatility { lookback } => by_calm(closes, *lookback),
        }
    }
}

fn wish(symbol: &str, weight: Decimal) -> Wish {
    let weight = weight.round_dp_with_strategy(WEIGHT_DIGITS, RoundingStrategy::ToZero);
    Wish { symbol: symbol.to_owned(), amount: Amount::Weight(weight) }
}

fn equal<'a>(symbols: impl Iterator<Item = &'a String>) -> Vec<Wish> {
    let symbols: Vec<&String> = symbols.collect();
    let part = Decimal::ONE.checked_div(Decimal::from(symbols.len())).unwrap_or(Decimal::ZERO);
    symbols.into_iter().map(|symbol| wish(symbol, part)).collect()
}

/// The newest close over the one `lookback` closes before it.
fn rise(closes: &[Decimal], lookback: usize) -> Option<Decimal> {
    let before = closes.len().checked_sub(lookback + 1)?;
    closes.last()?.checked_div(*closes.get(before)?)
}

fn by_calm(closes: &BTreeMap<String, Vec<Decimal>>, lookback: usize) -> Result<Vec<Wish>, Vec<String>> {
    let mut calm = Vec::new();
    let mut still = Vec::new();
    for (symbol, closes) in closes {
        match deviation(closes, lookback).and_then(|deviation| Decimal::ONE.checked_div(deviation)) {
            Some(inverse) => calm.push((symbol, inverse)),
            None => still.push(format!("{symbol}: it did not move, so that its volatility is no measure")),
        }
    }
    if !still.is_empty() {
        return Err(still);
    }
    let sum: Decimal = calm.iter().map(|(_, inverse)| *inverse).sum();
    let part = |inverse: Decimal| inverse.checked_div(sum).unwrap_or(Decimal::ZERO);
    Ok(calm.into_iter().map(|(symbol, inverse)| wish(symbol, part(inverse))).collect())
}

/// Standard deviation of the last `lookback` daily returns.
fn deviation(closes: &[Decimal], lookback: usize) -> Option<Decimal> {
    let first = closes.len().checked_sub(lookback + 1)?;
    let window = closes.get(first..)?;
    let later = window.iter().skip(1);
    let returns: Vec<Decimal> =
        later.zip(window).map(|(now, before)| Some(now.checked_div(*before)? - Decimal::ONE)).collect::<Option<_>>()?;
    let count = Decimal::from(returns.len());
    let mean = returns.iter().sum::<Decimal>().checked_div(count)?;
    let squares: Decimal = returns.iter().map(|one| (*one - mean) * (*one - mean)).sum();
    root(squares.checked_div(count - Decimal::ONE)?)
}

/// The square root of a positive number; none of anything else.
fn root(square: Decimal) -> Option<Decimal> {
    if square <= Decimal::ZERO {
        return None;
    }
    let mut root = if square < Decimal::ONE { Decimal::ONE } else { square };
    for _ in 0..ROOT_STEPS {
        root = (root + square.checked_div(root)?) / Decimal::TWO;
    }
    (!root.is_zero()).then_some(root)
}

#[cfg(test)]
#[path = "signal_tests.rs"]
mod tests;
