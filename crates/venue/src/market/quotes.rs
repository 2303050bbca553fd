//! The market: what makes it, and what it is made of.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::clock::{date_of, midnight};
use super::listing::{Listing, list};
use super::pricing::{Pricing, Terms};
use super::roots::{Root, Span, eve};
use super::rule::Rule;
use super::{Calendar, Closes, ClosesError, Universe};

/// When the market is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sessions {
    /// The exchange's hours, holidays and early closes.
    #[default]
    Exchange,
    /// Always, from the day the venue was opened; a day runs from midnight to midnight in New York.
    Always,
}

/// What prices do within a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Intraday {
    /// They wander from close to close, along a seeded bridge.
    #[default]
    Bridge,
    /// They stand at the last close until the next one, bid and ask alike: every price follows from the closes.
    Held,
}

/// What makes a market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketConfig {
    /// Names every synthetic figure.
    pub seed: u64,
    /// When it is open.
    pub sessions: Sessions,
    /// The day the venue was opened (New York).
    pub opened_on: Date,
    /// The day on which the last real close is shown. Later closes are synthetic.
    pub last_close_on: Date,
    /// What prices do within a day.
    #[serde(default)]
    pub intraday: Intraday,
}

/// Why there is no market.
#[derive(Debug, thiserror::Error)]
pub enum MarketError {
    /// The embedded closes are damaged.
    #[error(transparent)]
    Closes(#[from] ClosesError),
    /// A day outside the calendar, 1990 to 2035.
    #[error("{0} is outside the calendar, 1990-01-02 to 2035-12-31")]
    OutOfRange(Date),
}

/// A commanded move of a price: every price from then on is multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// From when on.
    pub at: Timestamp,
    /// Product of this and all earlier moves.
    pub factor: f64,
}

/// The market: pure but for the list of commanded moves.
#[derive(Clone, Debug)]
pub struct Market {
    config: MarketConfig,
    pub(super) universe: Arc<Universe>,
    pub(super) calendar: Arc<Calendar>,
    /// Closes: from when on.
    pub(super) span: Span,
    pub(super) roots: Arc<[Root]>,
    /// By instrument.
    pub(super) pricing: Arc<[Pricing]>,
    real_len: usize,
    /// The day from which on it never closes.
    pub(super) always_on: Option<Date>,
    /// The first second of that day.
    pub(super) always_from: i64,
    moves: Vec<Vec<Move>>,
}

impl Market {
    /// Lays out instruments, and closes up to the end of the calendar.
    pub fn new(config: MarketConfig) -> Result<Self, MarketError> {
        let (calendar, data) = (Calendar::new(), Closes::load()?);
        let real_len = data.dates.len();
        let out_of_range = || MarketError::OutOfRange(config.last_close_on);
        let last = calendar.on_or_before(config.last_close_on).ok_or_else(out_of_range)?;
        // History that would begin before the calendar is cut off at its start.
        let skipped = (real_len - 1).saturating_sub(last);
        let ordinal = last + 1 - (real_len - skipped);
        let first = calendar.get(ordinal).ok_or_else(out_of_range)?.date;
        let span = Span { first, ordinal };
        let Listing { instruments, pricing, roots } = list(&config, &calendar, span, &data, skipped);
        let always_on = (config.sessions == Sessions::Always).then_some(config.opened_on);
        Ok(Self {
            real_len: real_len - skipped,
            moves: vec![Vec::new(); instruments.len()],
            universe: Arc::new(Universe::new(instruments)),
            calendar: Arc::new(calendar),
            span,
            roots: roots.into(),
            pricing: pricing.into(),
            always_from: always_on.map_or(i64::MAX, midnight),
            always_on,
            config,
        })
    }

    /// What made it.
    pub fn config(&self) -> &MarketConfig {
        &self.config
    }

    /// Whether prices stand still between closes.
    pub(super) fn is_held(&self) -> bool {
        match self.config.intraday {
            Intraday::Bridge => false,
            Intraday::Held => true,
        }
    }

    /// Its instruments.
    pub fn universe(&self) -> &Arc<Universe> {
        &self.universe
    }

    /// The calendar of the stock exchange.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The rule of an instrument's price steps.
    pub(super) fn rule(&self, instrument: usize) -> &'static Rule {
        self.universe.get(instrument).rule
    }

    /// The smallest price step of an instrument at a price.
    pub fn tick(&self, instrument: usize, price: Decimal) -> Decimal {
        self.rule(instrument).step(price)
    }

    /// Whether a price is a multiple of the instrument's step there.
    pub fn on_tick(&self, instrument: usize, price: Decimal) -> bool {
        self.rule(instrument).admits(price)
    }

    /// The trading day before the day of an instant: where the last real close goes by default.
    pub fn trading_day_before(now: Timestamp) -> Result<Date, MarketError> {
        let today = tws::time::in_zone(now).date();
        let calendar = Calendar::new();
        today
            .yesterday()
            .ok()
            .and_then(|day| calendar.on_or_before(day))
            .and_then(|ordinal| calendar.get(ordinal))
            .map(|s| s.date)
            .ok_or(MarketError::OutOfRange(today))
    }

    /// Whether the closes of a day are synthetic, those of the twenty stocks too.
    pub fn is_synthetic(&self, day: Date) -> bool {
        self.calendar.on_or_before(day).is_some_and(|ordinal| ordinal >= self.span.ordinal + self.real_len)
    }

    /// Multiplies an instrument's price from `at` on. What is priced by it moves along.
    pub fn move_price(&mut self, instrument: usize, factor: f64, at: Timestamp) {
        self.moves[instrument].push(Move { at, factor });
    }

    /// The factor that would make the middle `price` at an instant. `None` without a market, or where
    /// no factor does it: an option that is worth nothing.
    pub fn factor_for(&self, instrument: usize, price: f64, at: Timestamp) -> Option<f64> {
        let day = self.day_at(instrument, at.as_second())?;
        let second = at.as_second().min(day.trading.1);
        let unmoved = self.middle(instrument, second, at)? / self.own_factor(instrument, at);
        Some(price / unmoved).filter(|factor| factor.is_finite() && *factor > 0.0)
    }

    pub(super) fn moves(&self, instrument: usize) -> &[Move] {
        &self.moves[instrument]
    }

    /// The product of the moves of an instrument up to an instant.
    pub(super) fn own_factor(&self, instrument: usize, at: Timestamp) -> f64 {
        let moves = &self.moves[instrument];
        let begun = moves.partition_point(|m| m.at <= at);
        begun.checked_sub(1).map_or(1.0, |i| moves[i].factor)
    }

    /// The root's price that an instrument is priced by at a second.
    pub(super) fn source(&self, pricing: &Pricing, second: i64) -> Option<f64> {
        match pricing {
            Pricing::Closing { root, .. } => {
                let date = date_of(second)?;
                // A venue that never closes knows the close of the day before.
                let day = if self.runs_all_day(date) { eve(date) } else { date };
                self.close_on(&self.roots[*root], day)
            }
            Pricing::Scaled { root, .. } | Pricing::Carried { root, .. } | Pricing::Option { root, .. } => {
                self.root_at(*root, second)
            }
        }
    }

    /// Lowest and highest of it among the seconds `first..=last` of a day.
    pub(super) fn source_extremes(&self, pricing: &Pricing, first: i64, last: i64) -> Option<(f64, f64)> {
        match pricing {
            Pricing::Closing { .. } => self.source(pricing, first).map(|value| (value, value)),
            Pricing::Scaled { root, .. } | Pricing::Carried { root, .. } | Pricing::Option { root, .. } => {
                self.root_extremes(*root, first, last)
            }
        }
    }

    /// The terms of an instrument's price at a second.
    pub(super) fn terms(&self, instrument: usize, second: i64) -> Option<Terms> {
        let pricing = &self.pricing[instrument];
        let volatility = match pricing {
            Pricing::Option { root, .. } => self.volatility(&self.roots[*root], eve(date_of(second)?)),
            Pricing::Scaled { .. } | Pricing::Carried { .. } | Pricing::Closing { .. } => 0.0,
        };
        Some(pricing.terms(second, volatility))
    }

    /// The middle of an instrument at a second of its line, under the moves up to an instant.
    pub(super) fn middle(&self, instrument: usize, second: i64, at: Timestamp) -> Option<f64> {
        let pricing = &self.pricing[instrument];
        let root = &self.roots[pricing.root()];
        let source = self.source(pricing, second)? * self.own_factor(root.owner, at);
        let value = self.terms(instrument, second)?.value(source);
        Some(if root.owner == instrument { value } else { value * self.own_factor(instrument, at) })
    }
}

#[cfg(test)]
#[path = "quotes_tests.rs"]
mod tests;
