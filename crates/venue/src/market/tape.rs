//! The tape: single trades, counted and sized without storing any.
//!
//! A trading day is cut into stretches. Within one, the number of trades up to a second is a smooth
//! function rounded down, and sizes come in pairs around a base, so that the volume up to any trade is
//! known at once. Quotes, bars and ticks all read this tape.

use rust_decimal::Decimal;

use super::Market;
use super::class::Class;
use super::clock::day_number;
use super::hours::DayHours;
use super::instrument::Instrument;
use super::listing::third_friday;
use super::noise::{mix, unit};
use super::pricing::Pricing;
use super::roots::eve;

/// Average shares of a trade.
const TRADE_SHARES: f64 = 180.0;

/// A trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// When, Unix seconds.
    pub time: i64,
    /// Price.
    pub price: Decimal,
    /// Size.
    pub size: Decimal,
}

/// A trade's place on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trade {
    pub(super) second: i64,
    units: i64,
}

impl Trade {
    pub(super) fn size(&self, unit: Decimal) -> Decimal {
        Decimal::from(self.units) * unit
    }
}

/// Part of a day with one rhythm. Its last trade is at its end.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    start: i64,
    end: i64,
    trades: i64,
    /// Units of an average trade.
    base: i64,
    /// Busy at both ends, quiet in the middle.
    curved: bool,
    key: u64,
}

#[expect(clippy::cast_precision_loss, reason = "seconds and trades of a day are far below 2^52")]
fn float(n: i64) -> f64 {
    n as f64
}

#[expect(clippy::cast_possible_truncation, reason = "trades and units of a day are far below 2^52")]
fn whole(n: f64) -> i64 {
    n as i64
}

impl Stretch {
    fn len(&self) -> i64 {
        self.end - self.start
    }

    /// Trades before a second.
    fn count(&self, second: i64) -> i64 {
        let node = second - self.start;
        if node <= 0 {
            0
        } else if node > self.len() {
            self.trades
        } else {
            let u = float(node) / float(self.len());
            let share = if self.curved {
                let centred = 2.0 * u - 1.0;
                (u + 0.25 * (centred * centred * centred + 1.0)) / 1.5
            } else {
                u
            };
            whole(float(self.trades - 1) * share)
        }
    }

    fn swing(&self, pair: i64) -> i64 {
        let width = self.base.max(1).unsigned_abs();
        i64::try_from(mix(self.key, pair.unsigned_abs()) % width).unwrap_or(0)
    }

    /// Units of the first `count` trades.
    fn volume(&self, count: i64) -> i64 {
        self.base * count + if count % 2 == 1 { self.swing(count / 2) } else { 0 }
    }

    /// A trade by its number, from 0.
    fn trade(&self, number: i64) -> Trade {
        let (mut low, mut high) = (self.start, self.end);
        while low < high {
            let middle = i64::midpoint(low, high);
            if self.count(middle + 1) > number { high = middle } else { low = middle + 1 }
        }
        self.sized(low, number)
    }

    fn sized(&self, second: i64, number: i64) -> Trade {
        Trade { second, units: self.volume(number + 1) - self.volume(number) }
    }

    /// Whether every second has a trade.
    fn is_dense(&self) -> bool {
        let slope = if self.curved { 0.65 } else { 0.98 };
        float(self.trades - 1) * slope >= float(self.len())
    }
}

/// The tape of an instrument on one day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tape {
    stretches: [Stretch; 3],
}

impl Tape {
    fn stretches(&self) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(|s| s.trades > 0)
    }

    /// Whether there are no trades at all: a market of quotes alone.
    pub(super) fn is_empty(&self) -> bool {
        self.stretches().next().is_none()
    }

    /// Trades before a second.
    pub(super) fn count(&self, second: i64) -> i64 {
        self.stretches().map(|s| s.count(second)).sum()
    }

    fn units(&self, second: i64) -> i64 {
        self.stretches().map(|s| s.volume(s.count(second))).sum()
    }

    /// What traded before a second.
    pub(super) fn volume(&self, second: i64, unit: Decimal) -> Decimal {
        Decimal::from(self.units(second)) * unit
    }

    /// What traded in the seconds `first..=last`.
    pub(super) fn volume_between(&self, first: i64, last: i64, unit: Decimal) -> Decimal {
        Decimal::from(self.units(last + 1) - self.units(first)) * unit
    }

    /// Whether every second of `first..=last` has a trade.
    fn is_dense(&self, first: i64, last: i64) -> bool {
        self.stretches().filter(|s| s.start <= last && s.end >= first).all(Stretch::is_dense)
    }

    /// Trades in the seconds `first..=last`, oldest first.
    fn trades(&self, first: i64, last: i64) -> impl Iterator<Item = Trade> {
        self.stretches().flat_map(move |s| (s.count(first)..s.count(last + 1)).map(|number| s.trade(number)))
    }

    /// The same, newest first.
    fn trades_back(&self, first: i64, last: i64) -> impl Iterator<Item = Trade> {
        let newest_first = self.stretches.iter().rev().filter(|s| s.trades > 0);
        newest_first.flat_map(move |s| (s.count(first)..s.count(last + 1)).rev().map(|number| s.trade(number)))
    }

    fn last(&self, second: i64) -> Option<Trade> {
        let stretch = self.stretches.iter().rev().find(|s| s.count(second + 1) > 0)?;
        let number = stretch.count(second + 1) - 1;
        if stretch.count(second) <= number {
            return Some(stretch.sized(second, number));
        }
        Some(stretch.trade(number))
    }
}

impl Market {
    /// The tape of a day.
    pub(super) fn tape(&self, instrument: usize, day: &DayHours) -> Tape {
        let i = self.universe.get(instrument);
        let key = mix(mix(self.config().seed, i.key()), day_number(day.date).unsigned_abs());
        let stretch = |(start, end): (i64, i64), trades: f64, units: f64, curved: bool| {
            if end <= start || trades < 1.0 {
                return Stretch::default();
            }
            let trades = whole(trades);
            let base = whole(units / float(trades)).max(1);
            Stretch { start, end, trades, base, curved, key: mix(key, start.unsigned_abs()) }
        };
        let len = float(day.liquid.1 - day.liquid.0);
        let lively = 0.6 + 0.8 * unit(mix(key, u64::MAX));
        let (before, after) = ((day.trading.0, day.liquid.0), (day.liquid.1, day.trading.1));
        let three = |units: f64, trades: f64, shares: [f64; 3]| {
            let part = |window: (i64, i64), share: f64, curved: bool| {
                let least = float(window.1 - window.0) * if curved { 1.7 } else { 1.1 };
                stretch(window, (trades * share).max(least), units * share, curved)
            };
            Tape {
                stretches: [
                    part(before, shares[0], false),
                    part(day.liquid, shares[1], true),
                    part(after, shares[2], false),
                ],
            }
        };
        let one = |trades: f64, units: f64, curved: bool| Tape {
            stretches: [stretch(day.liquid, trades, units, curved), Stretch::default(), Stretch::default()],
        };
        match i.class {
            Class::Forex | Class::ForexYen | Class::Cfd | Class::Fund => Tape::default(),
            Class::Stock | Class::Etf => {
                let (turnover, most) = if i.class == Class::Etf { (1.5e10, 3.0e8) } else { (2.0e9, 1.0e8) };
                let units = (turnover / self.level(instrument, day)).clamp(1.0e6, most) * lively;
                three(units, (units / TRADE_SHARES).min(120_000.0), [0.025, 0.94, 0.035])
            }
            Class::Future if is_front(i, day) => three(1.4e6 * lively, 600_000.0, [0.15, 0.8, 0.05]),
            Class::Future => one(1200.0 * lively, 4000.0 * lively, true),
            // An index is not traded, only worked out: a value every second, of no size.
            Class::Index => {
                let values = stretch(day.liquid, len * 1.1, 0.0, false);
                Tape { stretches: [Stretch { base: 0, ..values }, Stretch::default(), Stretch::default()] }
            }
            Class::OptionNickel | Class::OptionPenny => {
                let trades = (400.0 * lively * self.interest(instrument, day)).max(4.0);
                one(trades, trades * 8.0, true)
            }
            Class::Treasury => one(150.0 * lively, 3000.0 * lively, true),
            Class::Bitcoin => one(len * 1.2, 3.0e7 * lively, false),
            Class::Ether => one(len * 1.2, 4.0e7 * lively, false),
        }
    }

    /// The close before a day.
    fn level(&self, instrument: usize, day: &DayHours) -> f64 {
        let root = &self.roots[self.pricing[instrument].root()];
        self.close_on(root, eve(day.date)).or_else(|| self.close_on(root, day.date)).unwrap_or(1.0)
    }

    /// How much of the trade of a chain falls on a strike: most on those near the price.
    fn interest(&self, instrument: usize, day: &DayHours) -> f64 {
        match self.pricing[instrument] {
            Pricing::Option { strike, .. } => (-12.0 * (strike / self.level(instrument, day)).ln().abs()).exp(),
            Pricing::Scaled { .. } | Pricing::Carried { .. } | Pricing::Closing { .. } => 1.0,
        }
    }

    /// The last trade by a second of a day, or of a day before it.
    pub(super) fn last_trade(&self, instrument: usize, day: &DayHours, tape: &Tape, second: i64) -> Option<Trade> {
        if let Some(trade) = tape.last(second) {
            return Some(trade);
        }
        let before = self.day_at(instrument, day.trading.0 - 1)?;
        self.tape(instrument, &before).last(before.trading.1)
    }

    /// Open, high, low, close of the middle over the trades in the seconds `from..=to` of a day.
    pub(super) fn traded_range(
        &self,
        instrument: usize,
        day: &DayHours,
        (from, to): (i64, i64),
        until: jiff::Timestamp,
    ) -> Option<super::quote::Range> {
        let tape = self.tape(instrument, day);
        if tape.is_dense(from, to) {
            return self.range(instrument, from, to, until);
        }
        let mut whole: Option<super::quote::Range> = None;
        let mut seen = i64::MIN;
        for trade in tape.trades(from, to) {
            if trade.second == seen {
                continue;
            }
            seen = trade.second;
            let now =
                if trade.second == until.as_second() { until } else { jiff::Timestamp::from_second(seen).ok()? };
            let mid = self.middle(instrument, trade.second, now)?;
            whole = Some(match whole {
                None => super::quote::Range { open: mid, high: mid, low: mid, close: mid },
                Some(r) => super::quote::Range { open: r.open, high: r.high.max(mid), low: r.low.min(mid), close: mid },
            });
        }
        whole
    }

    /// Trades from one second to another, both included, oldest first, at most `limit` of them; those of
    /// regular hours only, if so asked.
    pub fn prints(&self, instrument: usize, seconds: (i64, i64), regular_only: bool, limit: usize) -> Vec<Print> {
        let (first, last) = seconds;
        let mut prints = Vec::new();
        let begun = self.begun(instrument, first, regular_only);
        let mut day = begun.or_else(|| self.next_day(instrument, first, regular_only));
        while let Some((d, window)) = day.map(|d| (d, d.window(regular_only))) {
            if window.0 > last || prints.len() >= limit {
                break;
            }
            let (from, to) = (first.max(window.0), last.min(window.1));
            let tape = self.tape(instrument, &d);
            let trades = tape.trades(from, to).take(limit - prints.len());
            prints.extend(trades.filter_map(|t| self.print(instrument, t)));
            day = self.next_day(instrument, window.0, regular_only);
        }
        prints
    }

    /// The last trades from one second to another, both included, at most `limit` of them, oldest first;
    /// those of regular hours only, if so asked.
    pub fn prints_back(&self, instrument: usize, seconds: (i64, i64), regular_only: bool, limit: usize) -> Vec<Print> {
        let (first, last) = seconds;
        let mut prints = Vec::new();
        let mut day = self.begun(instrument, last, regular_only);
        while let Some((d, window)) = day.map(|d| (d, d.window(regular_only))) {
            if window.1 < first || prints.len() >= limit {
                break;
            }
            let (from, to) = (first.max(window.0), last.min(window.1));
            let tape = self.tape(instrument, &d);
            let trades = tape.trades_back(from, to).take(limit - prints.len());
            prints.extend(trades.filter_map(|t| self.print(instrument, t)));
            day = self.begun(instrument, window.0 - 1, regular_only);
        }
        prints.reverse();
        prints
    }

    fn print(&self, instrument: usize, trade: Trade) -> Option<Print> {
        let i = self.universe.get(instrument);
        let price = i.traded(self.middle_of(instrument, trade.second)?);
        Some(Print { time: trade.second, price, size: trade.size(i.class.style().unit) })
    }
}

/// Whether a future is the next to expire on a day.
fn is_front(i: &Instrument, day: &DayHours) -> bool {
    let quarter_before = i.expiry.map(|e| e.first_of_month().saturating_sub(jiff::Span::new().months(3)));
    quarter_before.is_none_or(|month| day.date > third_friday(month))
}

#[cfg(test)]
#[path = "tape_tests.rs"]
mod tests;
