//! Prices at an instant.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::calendar::{date_of, midnight};
use super::noise::{mix, normalish, unit};
use super::path::Path;
use super::price::{ceil_tick, decimal, floor_tick, min_tick, on_tick, round_tick};
use super::{Calendar, Closes, ClosesError, Universe};

/// Half the spread as a share of the price, before both sides are widened to the tick.
const HALF_SPREAD: f64 = 0.000_05;
/// Dollars an instrument turns over on an average day.
const TURNOVER: f64 = 2.0e9;
/// Days whose moves set the noise of the next day.
const VOLATILITY_DAYS: usize = 20;

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

/// The book of an instrument at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Bid.
    pub bid: Decimal,
    /// Ask.
    pub ask: Decimal,
    /// Last trade.
    pub last: Decimal,
    /// Shares at the bid.
    pub bid_size: Decimal,
    /// Shares at the ask.
    pub ask_size: Decimal,
    /// Shares of the last trade.
    pub last_size: Decimal,
    /// Shares traded since the session began.
    pub volume: Decimal,
    /// When the last trade was, Unix seconds.
    pub last_time: i64,
    /// Whether the session is on.
    pub open: bool,
}

/// Figures of the day beside the quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayFigures {
    /// First trade.
    pub open: Decimal,
    /// Highest trade so far.
    pub high: Decimal,
    /// Lowest trade so far.
    pub low: Decimal,
    /// Close of the session before.
    pub close: Decimal,
}

/// A session of this market. Times are Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) open: i64,
    pub(super) close: i64,
}

/// The market: pure but for the list of commanded moves.
#[derive(Clone, Debug)]
pub struct Market {
    config: MarketConfig,
    universe: Arc<Universe>,
    calendar: Calendar,
    /// Position of the first close in the calendar.
    first: usize,
    /// Per instrument, closes by position since `first`: real ones, then synthetic ones.
    closes: Vec<Vec<f64>>,
    real_len: usize,
    moves: Vec<Vec<Move>>,
}

impl Market {
    /// Lays out the closes up to the end of the calendar.
    pub fn new(config: MarketConfig) -> Result<Self, MarketError> {
        let (calendar, data, universe) = (Calendar::new(), Closes::load()?, Universe::new());
        let real_len = data.dates.len();
        let out_of_range = || MarketError::OutOfRange(config.last_close_on);
        let last = calendar.on_or_before(config.last_close_on).ok_or_else(out_of_range)?;
        // History that would begin before the calendar is cut off at its start.
        let skipped = (real_len - 1).saturating_sub(last);
        let first = last + 1 - (real_len - skipped);
        let len = calendar.sessions().len() - first;
        let closes = data
            .mills
            .iter()
            .zip(universe.iter())
            .map(|(mills, (_, instrument))| {
                let key = mix(config.seed, u64::from(instrument.con_id.unsigned_abs()));
                continued(&mills[skipped..], len, key)
            })
            .collect();
        Ok(Self {
            real_len: real_len - skipped,
            moves: vec![Vec::new(); universe.len()],
            universe: Arc::new(universe),
            config,
            calendar,
            first,
            closes,
        })
    }

    /// What made it.
    pub fn config(&self) -> &MarketConfig {
        &self.config
    }

    /// Its instruments.
    pub fn universe(&self) -> &Arc<Universe> {
        &self.universe
    }

    /// The smallest price step of an instrument at a price.
    #[expect(clippy::unused_self, reason = "one rule serves all instruments there are yet")]
    pub fn tick(&self, _instrument: usize, price: Decimal) -> Decimal {
        min_tick(price)
    }

    /// Whether a price is a multiple of the instrument's step there.
    #[expect(clippy::unused_self, reason = "one rule serves all instruments there are yet")]
    pub fn on_tick(&self, _instrument: usize, price: Decimal) -> bool {
        on_tick(price)
    }

    /// The exchange's calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
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

    /// Whether the close of a day is synthetic.
    pub fn is_synthetic(&self, day: Date) -> bool {
        self.calendar.on_or_before(day).is_some_and(|ordinal| ordinal >= self.first + self.real_len)
    }

    /// Moves an instrument's price so that its middle is `price` from `at` on.
    pub fn move_price(&mut self, instrument: usize, factor: f64, at: Timestamp) {
        self.moves[instrument].push(Move { at, factor });
    }

    /// The factor that would make the middle `price` at an instant.
    pub fn factor_for(&self, instrument: usize, price: f64, at: Timestamp) -> Option<f64> {
        let (path, node) = self.locate(instrument, at.as_second())?;
        Some(price / path.at(node))
    }

    pub(super) fn moves(&self, instrument: usize) -> &[Move] {
        &self.moves[instrument]
    }

    fn factor(&self, instrument: usize, at: Timestamp) -> f64 {
        let moves = &self.moves[instrument];
        let begun = moves.partition_point(|m| m.at <= at);
        begun.checked_sub(1).map_or(1.0, |i| moves[i].factor)
    }

    fn close_on(&self, instrument: usize, day: Date) -> Option<f64> {
        let ordinal = self.calendar.on_or_before(day)?.checked_sub(self.first)?;
        self.closes[instrument].get(ordinal).copied()
    }

    fn runs_all_day(&self, date: Date) -> bool {
        self.config.sessions == Sessions::Always && date >= self.config.opened_on
    }

    /// The session of a day.
    pub(super) fn day(&self, date: Date) -> Option<Day> {
        if self.runs_all_day(date) {
            let (open, close) = (midnight(date)?, midnight(date.tomorrow().ok()?)?);
            return Some(Day { date, open, close });
        }
        let s = self.calendar.session(date)?;
        Some(Day { date, open: s.open, close: s.close })
    }

    /// The session that an instant belongs to, or the last one before it.
    pub(super) fn day_at(&self, second: i64) -> Option<Day> {
        let today = date_of(second)?;
        if self.runs_all_day(today) {
            return self.day(today);
        }
        let s = self.calendar.get(self.calendar.begun_by(second)?)?;
        Some(Day { date: s.date, open: s.open, close: s.close })
    }

    pub(super) fn path(&self, instrument: usize, day: &Day) -> Option<Path> {
        let to = self.close_on(instrument, day.date)?;
        let before = day.date.yesterday().ok()?;
        let from = self.close_on(instrument, before).unwrap_or(to);
        let key = mix(
            mix(self.config.seed, u64::from(self.universe.get(instrument).con_id.unsigned_abs())),
            u64::from(days_since_1970(day.date).unsigned_abs()),
        );
        Some(Path { from, to, len: day.close - day.open, sd: from * self.volatility(instrument, before), key })
    }

    /// Mean absolute daily move of the last days, kept within sane bounds.
    fn volatility(&self, instrument: usize, before: Date) -> f64 {
        let end =
            self.calendar.on_or_before(before).and_then(|ordinal| (ordinal + 1).checked_sub(self.first)).unwrap_or(0);
        let recent = self.closes[instrument].get(end.saturating_sub(VOLATILITY_DAYS + 1)..end).unwrap_or(&[]);
        let (sum, n) = recent.windows(2).fold((0.0, 0.0), |(sum, n), w| (sum + (w[1] / w[0] - 1.0).abs(), n + 1.0));
        if n > 0.0 { (sum / n).clamp(0.003, 0.04) } else { 0.01 }
    }

    /// Path and node of an instant.
    fn locate(&self, instrument: usize, second: i64) -> Option<(Path, i64)> {
        let day = self.day_at(second)?;
        Some((self.path(instrument, &day)?, second - day.open))
    }

    /// Whether the regular session of an instrument is on.
    pub fn is_open(&self, _instrument: usize, at: Timestamp) -> bool {
        let second = at.as_second();
        self.day_at(second).is_some_and(|d| (d.open..d.close).contains(&second))
    }

    /// Whether an instrument trades, be it in extended hours.
    pub fn is_trading(&self, instrument: usize, at: Timestamp) -> bool {
        self.is_open(instrument, at)
    }

    /// When the regular session next begins after an instant.
    pub fn next_open(&self, _instrument: usize, at: Timestamp) -> Option<Timestamp> {
        let next = self.calendar.begun_by(at.as_second()).map_or(0, |ordinal| ordinal + 1);
        Timestamp::from_second(self.calendar.get(next)?.open).ok()
    }

    /// When a DAY order entered now ends: the close of the session that is on, else of the next one.
    pub fn day_end(&self, _instrument: usize, at: Timestamp) -> Option<Timestamp> {
        let second = at.as_second();
        let now = self.day_at(second).filter(|d| second < d.close);
        let end = if let Some(day) = now {
            day.close
        } else {
            let next = self.calendar.begun_by(second).map_or(0, |o| o + 1);
            self.calendar.get(next)?.close
        };
        Timestamp::from_second(end).ok()
    }

    /// Bid, ask, last, sizes, volume. `None` before the first close and after the calendar's end.
    pub fn quote(&self, instrument: usize, at: Timestamp) -> Option<Quote> {
        let second = at.as_second();
        let day = self.day_at(second)?;
        let path = self.path(instrument, &day)?;
        let node = (second - day.open).min(path.len);
        let mid = path.at(node) * self.factor(instrument, at);
        let hash = mix(path.key ^ 0x5157_4F54_4553, node.cast_unsigned());
        let lots = |shift: u32, most: u64| Decimal::from(100 * (1 + (hash >> shift) % most));
        Some(Quote {
            bid: decimal(floor_tick(mid * (1.0 - HALF_SPREAD))),
            ask: decimal(ceil_tick(mid * (1.0 + HALF_SPREAD))),
            last: decimal(round_tick(mid)),
            bid_size: lots(0, 12),
            ask_size: lots(16, 12),
            last_size: lots(32, 3),
            volume: Decimal::from(traded_by(&path, node)),
            last_time: day.open + node,
            open: second < day.close,
        })
    }

    /// Open, high, low of the session so far and the close before it.
    pub fn day_figures(&self, instrument: usize, at: Timestamp) -> Option<DayFigures> {
        let day = self.day_at(at.as_second())?;
        let path = self.path(instrument, &day)?;
        let (open, high, low, _) = self.span(instrument, &day, &path, 0, at.as_second() - day.open, at)?;
        let before = Timestamp::from_second(day.open).ok()? - 1.seconds();
        Some(DayFigures {
            open: decimal(round_tick(open)),
            high: decimal(round_tick(high)),
            low: decimal(round_tick(low)),
            close: decimal(round_tick(path.from * self.factor(instrument, before))),
        })
    }

    /// Open, high, low, close of the middle between two nodes, commanded moves up to `until` included.
    pub(super) fn span(
        &self,
        instrument: usize,
        day: &Day,
        path: &Path,
        first: i64,
        last: i64,
        until: Timestamp,
    ) -> Option<(f64, f64, f64, f64)> {
        let last = last.min(path.len);
        let mut at = Timestamp::from_second(day.open + first).ok()?;
        let mut node = first;
        let mut whole: Option<(f64, f64, f64, f64)> = None;
        loop {
            let next = self
                .moves(instrument)
                .iter()
                .find(|m| m.at > at && m.at <= until && m.at.as_second() - day.open <= last);
            let stop = next.map_or(last, |m| m.at.as_second() - day.open);
            let factor = self.factor(instrument, at);
            let (low, high) = path.extremes(node, stop);
            let (low, high) = (low * factor, high * factor);
            let close = path.at(stop) * factor;
            whole = Some(match whole {
                None => (path.at(node) * factor, high, low, close),
                Some((o, h, l, _)) => (o, h.max(high), l.min(low), close),
            });
            match next {
                Some(m) => (at, node) = (m.at, stop),
                None => return whole,
            }
        }
    }
}

/// Bid and ask around a middle.
pub(super) fn sides(mid: f64) -> (Decimal, Decimal) {
    (decimal(floor_tick(mid * (1.0 - HALF_SPREAD))), decimal(ceil_tick(mid * (1.0 + HALF_SPREAD))))
}

/// Shares traded from the open to a node: busy at both ends of the session, quiet in the middle.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a day's volume is positive and below 2^52"
)]
pub(super) fn traded_by(path: &Path, node: i64) -> i64 {
    let day = (TURNOVER / path.from).clamp(1.0e6, 1.0e8) * (0.6 + 0.8 * unit(mix(path.key, u64::MAX)));
    let u = node.clamp(0, path.len) as f64 / path.len as f64;
    let centred = 2.0 * u - 1.0;
    let share = (u + 0.25 * (centred * centred * centred + 1.0)) / 1.5;
    (day * share) as i64
}

fn days_since_1970(day: Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until(day).map_or(0, |span| span.get_days())
}

/// The real closes in dollars, then a seeded walk with their own volatility and no drift.
fn continued(mills: &[u32], len: usize, key: u64) -> Vec<f64> {
    let mut closes: Vec<f64> = mills.iter().map(|m| f64::from(*m) / 1000.0).take(len).collect();
    let year = &closes[closes.len().saturating_sub(253)..];
    let (sum, n) = year.windows(2).fold((0.0, 0.0), |(sum, n), w| (sum + (w[1] / w[0] - 1.0).abs(), n + 1.0));
    let sd = if n > 0.0 { (1.25 * sum / n).min(0.04) } else { 0.01 };
    let mut last = closes.last().copied().unwrap_or(1.0);
    let mut step = 0_u64;
    while closes.len() < len {
        step += 1;
        last *= 1.0 + sd * normalish(mix(key, step));
        // A walk may wander, a listed stock does not become free.
        last = last.max(0.5);
        closes.push(last);
    }
    closes
}

#[cfg(test)]
#[path = "quotes_tests.rs"]
mod tests;
