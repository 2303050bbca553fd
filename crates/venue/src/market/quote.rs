//! Prices at an instant, and their extremes over a stretch of time.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Market;
use super::clock::day_number;
use super::instrument::Instrument;
use super::noise::mix;

/// The book of an instrument at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Bid; 0 with a size of 0 where nobody bids.
    pub bid: Decimal,
    /// Ask.
    pub ask: Decimal,
    /// Last trade. Where there are no trades (currencies, CFDs), the middle.
    pub last: Decimal,
    /// What a holding is valued at: the last trade, kept between bid and ask.
    pub mark: Decimal,
    /// Size at the bid.
    pub bid_size: Decimal,
    /// Size at the ask.
    pub ask_size: Decimal,
    /// Size of the last trade.
    pub last_size: Decimal,
    /// Traded since the trading day began.
    pub volume: Decimal,
    /// When the last trade was, Unix seconds.
    pub last_time: i64,
    /// Whether the session is on in which every order works.
    pub open: bool,
    /// Whether it trades, be it in extended hours.
    pub trading: bool,
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

/// Open, high, low and close of the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
}

impl Instrument {
    /// Bid and ask around a middle.
    fn sides(&self, mid: f64) -> (Decimal, Decimal) {
        let style = self.class.style();
        if style.one_price {
            let price = self.rule.round(mid);
            return (price, price);
        }
        let half = mid * style.half_share + style.half_flat;
        (self.rule.floor(mid - half, self.class.least_bid()), self.rule.ceil(mid + half))
    }

    /// What a trade at a middle is priced.
    pub(super) fn traded(&self, mid: f64) -> Decimal {
        self.rule.round(mid)
    }
}

/// The second an instant's prices are of: the line stands still while the market rests.
fn still(at: Timestamp, end: i64) -> i64 {
    at.as_second().min(end)
}

impl Market {
    /// Bid, ask, last, sizes, volume. `None` before the first close, before an instrument is listed,
    /// and after the calendar's end. What has expired keeps its last quote, closed.
    pub fn quote(&self, instrument: usize, at: Timestamp) -> Option<Quote> {
        let second = at.as_second();
        let day = self.day_at(instrument, second)?;
        let now = still(at, day.trading.1);
        let mid = self.middle(instrument, now, at)?;
        let i = self.universe.get(instrument);
        let style = i.class.style();
        let (bid, ask) = self.sides(i, mid);
        let hash = mix(mix(self.config().seed, i.key()) ^ 0x5157_4F54_4553, now.unsigned_abs());
        let lots = |shift: u32| style.lot * Decimal::from(1 + (hash >> shift) % style.lots_max);
        let trading = second < day.trading.1;
        let liquid = (day.liquid.0..day.liquid.1).contains(&second);
        let tape = self.tape(instrument, &day);
        let (mut last, mut last_size, mut last_time) = ((bid + ask) / Decimal::TWO, Decimal::ZERO, now);
        if tape.is_empty() {
            last = if style.one_price { bid } else { last.normalize() };
        } else if let Some(trade) = self.last_trade(instrument, &day, &tape, now) {
            // A trade of this very second is priced by the moves up to this very instant.
            let mid = if trade.second == now { Some(mid) } else { self.middle_of(instrument, trade.second) };
            (last, last_size, last_time) = (i.traded(mid?), trade.size(style.unit), trade.second);
        } else {
            // It has never traded: it is shown at its bid, or at its ask where nobody bids, both of which are on its steps.
            last = if bid.is_zero() { ask } else { bid };
        }
        let none = Decimal::ZERO;
        Some(Quote {
            bid,
            ask,
            last,
            mark: last.clamp(bid, ask),
            bid_size: if bid.is_zero() || !style.quoted { none } else { lots(0) },
            ask_size: if style.quoted { lots(16) } else { none },
            last_size,
            volume: tape.volume(now + 1, style.unit),
            last_time,
            open: trading && (liquid || !self.rests_outside_liquid_hours(instrument)),
            trading,
        })
    }

    /// Bid and ask around a middle; where prices stand still, they are one.
    pub(super) fn sides(&self, of: &Instrument, mid: f64) -> (Decimal, Decimal) {
        if self.is_held() { (of.traded(mid), of.traded(mid)) } else { of.sides(mid) }
    }

    /// The middle at a second, under the moves up to it.
    pub(super) fn middle_of(&self, instrument: usize, second: i64) -> Option<f64> {
        self.middle(instrument, second, Timestamp::from_second(second).ok()?)
    }

    /// Open, high, low of the day so far and the close before it: of the regular session once it has
    /// begun, before that of the extended hours.
    pub fn day_figures(&self, instrument: usize, at: Timestamp) -> Option<DayFigures> {
        let second = at.as_second();
        let day = self.day_at(instrument, second)?;
        let (from, to) = if second >= day.liquid.0 { day.liquid } else { day.trading };
        let before = self.begun(instrument, day.liquid.0.min(day.trading.0) - 1, true);
        let close = before.map_or(from, |d| d.liquid.1);
        let close_at = Timestamp::from_second(day.trading.0 - 1).ok()?;
        let i = self.universe.get(instrument);
        let close = i.traded(self.middle(instrument, close, close_at).or_else(|| self.middle_of(instrument, from))?);
        let traded = self.traded_range(instrument, &day, (from, to.min(second)), at);
        let (open, high, low) =
            traded.map_or((close, close, close), |r| (i.traded(r.open), i.traded(r.high), i.traded(r.low)));
        Some(DayFigures { open, high, low, close })
    }

    /// Open, high, low, close of the middle among the seconds `first..=last`, commanded moves up to
    /// `until` included.
    pub(super) fn range(&self, instrument: usize, first: i64, last: i64, until: Timestamp) -> Option<Range> {
        let pricing = &self.pricing[instrument];
        let root = &self.roots[pricing.root()];
        let owner = root.owner;
        let mut at = Timestamp::from_second(first).ok()?;
        let mut second = first;
        let mut whole: Option<Range> = None;
        loop {
            let moved = [owner, instrument]
                .iter()
                .filter_map(|i| self.moves(*i).iter().find(|m| m.at > at && m.at <= until).map(|m| m.at))
                .filter(|m| m.as_second() <= last)
                .min();
            let changes = pricing.constant_until(second);
            let stop = last.min(changes - 1).min(moved.map_or(i64::MAX, Timestamp::as_second));
            let terms = self.terms(instrument, second)?;
            let source = self.own_factor(owner, at);
            let own = if owner == instrument { 1.0 } else { self.own_factor(instrument, at) };
            let (low, high) = self.source_extremes(pricing, second, stop)?;
            let (low, high) = terms.range(low * source, high * source);
            let value = |s: i64| Some(terms.value(self.source(pricing, s)? * source) * own);
            let (low, high, close) = (low * own, high * own, value(stop)?);
            whole = Some(match whole {
                None => Range { open: value(second)?, high, low, close },
                Some(r) => Range { open: r.open, high: r.high.max(high), low: r.low.min(low), close },
            });
            match moved.filter(|m| m.as_second() == stop) {
                Some(next) => (at, second) = (next, stop),
                None if stop < last => {
                    second = stop + 1;
                    at = Timestamp::from_second(second).ok()?;
                }
                None => return whole,
            }
        }
    }
}

impl Instrument {
    /// Names the noise of this instrument.
    pub(super) fn key(&self) -> u64 {
        let expiry = self.expiry.map_or(0, day_number).unsigned_abs();
        mix(u64::from(self.con_id.unsigned_abs()), expiry)
    }
}
