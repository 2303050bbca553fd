//! Volatility of an instrument: that of its closes, and that which its options imply.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::bars::{BarQuery, BarSize, Duration, What};
use super::instrument::SecType;
use super::{Market, OptionFigures};

/// Days of trading that historical volatility looks back on.
const DAYS: i64 = 30;
/// Trading days of a year.
const YEAR_DAYS: f64 = 252.0;
/// Decimals of a volatility.
const SCALE: u32 = 8;

impl Market {
    /// Yearly volatility of the last thirty days' closes, a fraction.
    pub fn historical_volatility(&self, instrument: usize, at: Timestamp) -> Option<Decimal> {
        let what = if self.universe.get(instrument).has_trades() { What::Trades } else { What::Midpoint };
        let query = BarQuery {
            instrument,
            end: at,
            duration: Duration::Days(DAYS + 1),
            size: BarSize::Day,
            what,
            regular_only: true,
        };
        let (_, bars) = self.bars(&query).ok()?;
        let closes: Vec<f64> = bars.iter().filter_map(|bar| bar.close.to_f64()).collect();
        let moves: Vec<f64> = closes.windows(2).map(|w| (w[1] / w[0]).ln()).collect();
        let count = f64::from(u32::try_from(moves.len()).ok().filter(|n| *n >= 2)?);
        let mean = moves.iter().sum::<f64>() / count;
        let variance = moves.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / (count - 1.0);
        Decimal::try_from((variance * YEAR_DAYS).sqrt()).ok().map(|v| v.round_dp(SCALE).normalize())
    }

    /// Yearly volatility that the options on an instrument imply, a fraction: that of the expiry nearest
    /// to thirty days away. `None` without options.
    pub fn implied_volatility(&self, underlying: usize, at: Timestamp) -> Option<Decimal> {
        let month = at + SignedDuration::from_hours(24 * DAYS);
        let (option, _) = self
            .universe
            .derivatives(underlying)
            .filter(|(i, of)| of.sec_type == SecType::Opt && self.is_listed(*i, at))
            .filter_map(|(i, _)| Some((i, self.expires_at(i)?)))
            .min_by_key(|(_, expires)| expires.duration_since(month).abs())?;
        self.option_figures(option, at).map(|OptionFigures { volatility, .. }| volatility)
    }
}
