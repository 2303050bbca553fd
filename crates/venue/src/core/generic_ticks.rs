//! Generic ticks: figures beside the quote that a client asks for by number.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Reply, TickGeneric, TickPrice, TickSize, TickString, tick};

use super::data_type::Delivery;
use super::desk::Core;
use super::tape::last_complete;
use crate::market::{BarQuery, BarSize, Duration, Instrument, Right, SecType, What};

/// A generic tick the venue serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Generic {
    OptionVolume,
    HistoricalVolatility,
    ImpliedVolatility,
    MiscStats,
    MarkPrice,
    RtVolume,
    Shortable,
    News,
    TradeCount,
    TradeRate,
    VolumeRate,
    LastRthTrade,
    RtTradeVolume,
    Dividends,
}

/// Numbers, with IBKR's names, in the order of its own list.
const SERVED: [(&str, &str, Generic); 15] = [
    ("100", "Option Volume", Generic::OptionVolume),
    ("104", "Historical Volatility", Generic::HistoricalVolatility),
    ("106", "impvolat", Generic::ImpliedVolatility),
    ("165", "Misc. Stats", Generic::MiscStats),
    ("221", "Mark Price", Generic::MarkPrice),
    ("232", "Mark Price", Generic::MarkPrice),
    ("233", "RTVolume", Generic::RtVolume),
    ("236", "inventory", Generic::Shortable),
    ("292", "Wide_news", Generic::News),
    ("293", "TradeCount", Generic::TradeCount),
    ("294", "TradeRate", Generic::TradeRate),
    ("295", "VolumeRate", Generic::VolumeRate),
    ("318", "LastRTHTrade", Generic::LastRthTrade),
    ("375", "RTTrdVolume", Generic::RtTradeVolume),
    ("456", "IBDividends", Generic::Dividends),
];

/// Seconds between sums over a whole chain.
const OPTION_VOLUME_SECONDS: i64 = 10;

/// The generic ticks of a subscription and what of them was told.
#[derive(Clone, Debug, Default)]
pub(super) struct GenericTicks {
    wanted: BTreeSet<Generic>,
    /// Last second whose trades were told; `None` before the first.
    seen: Option<i64>,
    told: Vec<Reply>,
}

impl GenericTicks {
    /// Reads a list of numbers. `mdoff` only turns the quote off for those who do not want it; here it
    /// comes anyway.
    pub(super) fn read(list: &str, of: &Instrument) -> Result<Self, String> {
        let mut wanted = BTreeSet::new();
        for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            // A colon brings a parameter, as in `292:BZ`.
            let number = word.split(':').next().unwrap_or(word);
            let Some((_, _, generic)) = SERVED.iter().find(|(served, _, _)| *served == number) else {
                let legal: Vec<String> = SERVED.iter().map(|(n, name, _)| format!("{n}({name})")).collect();
                return Err(format!(
                    "Incorrect generic tick list of {list}.  Legal ones for ({}) are: {}",
                    of.sec_type.as_str(),
                    legal.join(",")
                ));
            };
            wanted.insert(*generic);
        }
        Ok(Self { wanted, ..Self::default() })
    }
}

impl Core {
    /// The generic ticks that differ from what a subscriber knows.
    pub(super) fn generic_ticks(
        &self,
        req_id: i32,
        instrument: usize,
        ticks: &mut GenericTicks,
        delivery: &Delivery,
    ) -> Vec<Reply> {
        let mut out = Vec::new();
        if ticks.wanted.is_empty() {
            return out;
        }
        let last = last_complete(delivery.at);
        let seen = ticks.seen.replace(last);
        for generic in &ticks.wanted {
            match generic {
                Generic::RtVolume => out.extend(self.time_and_sales(req_id, instrument, tick::RT_VOLUME, seen, last)),
                Generic::RtTradeVolume => {
                    out.extend(self.time_and_sales(req_id, instrument, tick::RT_TRADE_VOLUME, seen, last));
                }
                // Figures that move once a second at most, and slowly.
                Generic::OptionVolume
                | Generic::HistoricalVolatility
                | Generic::ImpliedVolatility
                | Generic::MiscStats
                | Generic::MarkPrice
                | Generic::Shortable
                | Generic::News
                | Generic::TradeCount
                | Generic::TradeRate
                | Generic::VolumeRate
                | Generic::LastRthTrade
                | Generic::Dividends
                    if seen == Some(last) => {}
                Generic::OptionVolume => out.extend(self.option_volumes(req_id, instrument, seen, delivery.at)),
                Generic::HistoricalVolatility => {
                    let value = self.market.historical_volatility(instrument, delivery.at);
                    out.extend(value.map(|v| number_tick(req_id, tick::OPTION_HISTORICAL_VOL, v)));
                }
                Generic::ImpliedVolatility => {
                    let value = self.market.implied_volatility(instrument, delivery.at);
                    out.extend(value.map(|v| number_tick(req_id, tick::OPTION_IMPLIED_VOL, v)));
                }
                Generic::MiscStats => out.extend(self.misc_stats(req_id, instrument, seen, delivery.at)),
                Generic::MarkPrice => out.extend(self.mark_price(req_id, instrument, delivery.at)),
                Generic::Shortable => out.extend(self.borrowable(req_id, instrument)),
                Generic::News => {}
                Generic::TradeCount => out.extend(self.trade_count(req_id, instrument, delivery.at)),
                Generic::TradeRate | Generic::VolumeRate => {
                    out.extend(self.per_minute(req_id, instrument, *generic, delivery.at));
                }
                Generic::LastRthTrade => out.extend(self.last_rth_trade(req_id, instrument, delivery.at)),
                Generic::Dividends => out.push(Reply::TickString(TickString {
                    req_id,
                    tick_type: tick::IB_DIVIDENDS,
                    // Past and next twelve months, next date, next amount: prices here are adjusted, and
                    // nothing is ever paid.
                    value: ",,,".to_owned(),
                })),
            }
        }
        out.retain(|reply| !ticks.told.contains(reply));
        for reply in &out {
            ticks.told.retain(|told| kind_of(told) != kind_of(reply));
            ticks.told.push(reply.clone());
        }
        out
    }

    /// `price;size;time in ms;volume of the day;average of the day;one maker` for each trade since.
    fn time_and_sales(
        &self,
        req_id: i32,
        instrument: usize,
        tick_type: i32,
        seen: Option<i64>,
        last: i64,
    ) -> Vec<Reply> {
        if !self.instrument(instrument).has_trades() {
            return Vec::new();
        }
        let first = seen.map_or(last, |s| s + 1).max(last - 60);
        let Some(day) = Timestamp::from_second(last).ok().and_then(|at| self.day_bar(instrument, at)) else {
            return Vec::new();
        };
        // The volume of the day up to each trade, counted back from the newest.
        let mut volume = day.volume;
        let mut told: Vec<Reply> = self
            .trades(instrument, first, last)
            .into_iter()
            .rev()
            .map(|trade| {
                let value = format!(
                    "{};{};{};{};{};true",
                    trade.price.normalize(),
                    trade.size.normalize(),
                    trade.time.as_millisecond(),
                    volume.normalize(),
                    day.wap.normalize()
                );
                volume -= trade.size;
                Reply::TickString(TickString { req_id, tick_type, value })
            })
            .collect();
        told.reverse();
        told
    }

    fn day_bar(&self, instrument: usize, at: Timestamp) -> Option<crate::market::Bar> {
        self.bars_back(instrument, at, Duration::Days(1), BarSize::Day).pop()
    }

    fn bars_back(
        &self,
        instrument: usize,
        end: Timestamp,
        duration: Duration,
        size: BarSize,
    ) -> Vec<crate::market::Bar> {
        let what = if self.instrument(instrument).has_trades() { What::Trades } else { What::Midpoint };
        let query = BarQuery { instrument, end, duration, size, what, regular_only: false };
        self.market.bars(&query).map(|(_, bars)| bars).unwrap_or_default()
    }

    /// Volume of the calls and of the puts on an instrument, every ten seconds; nothing without options.
    fn option_volumes(&self, req_id: i32, instrument: usize, seen: Option<i64>, at: Timestamp) -> Vec<Reply> {
        if seen.is_some() && at.as_second() % OPTION_VOLUME_SECONDS != 0 {
            return Vec::new();
        }
        let options = self.market.universe().derivatives(instrument);
        let mut sums = [None::<Decimal>; 2];
        for (option, of) in options.filter(|(i, _)| self.market.is_listed(*i, at)) {
            let side = match of.right {
                Some(Right::Call) => 0,
                Some(Right::Put) => 1,
                None => continue,
            };
            if let Some(quote) = self.market.quote(option, at) {
                *sums[side].get_or_insert_default() += quote.volume;
            }
        }
        let types = [tick::CALL_OPTION_VOLUME, tick::PUT_OPTION_VOLUME];
        let told = types.into_iter().zip(sums).filter_map(|(tick_type, sum)| Some((tick_type, sum?)));
        told.map(|(tick_type, size)| Reply::TickSize(TickSize { req_id, tick_type, size })).collect()
    }

    /// Lows and highs of 13, 26 and 52 weeks and the average volume of 90 days, once a day.
    fn misc_stats(&self, req_id: i32, instrument: usize, seen: Option<i64>, at: Timestamp) -> Vec<Reply> {
        let day = |second: i64| Timestamp::from_second(second).map(|t| tws::time::in_zone(t).date()).ok();
        if seen.is_some_and(|s| day(s) == day(at.as_second())) {
            return Vec::new();
        }
        let mut out = Vec::new();
        for (weeks, low, high) in [
            (13, tick::LOW_13_WEEK, tick::HIGH_13_WEEK),
            (26, tick::LOW_26_WEEK, tick::HIGH_26_WEEK),
            (52, tick::LOW_52_WEEK, tick::HIGH_52_WEEK),
        ] {
            let bars = self.bars_back(instrument, at, Duration::Weeks(weeks), BarSize::Day);
            let lowest = bars.iter().map(|bar| bar.low).min();
            let highest = bars.iter().map(|bar| bar.high).max();
            out.extend(lowest.map(|price| price_tick(req_id, low, price)));
            out.extend(highest.map(|price| price_tick(req_id, high, price)));
        }
        let bars = self.bars_back(instrument, at, Duration::Days(91), BarSize::Day);
        let days: Vec<Decimal> = bars.iter().rev().skip(1).map(|bar| bar.volume).collect();
        if let Some(average) = days.iter().sum::<Decimal>().checked_div(Decimal::from(days.len())) {
            out.push(Reply::TickSize(TickSize { req_id, tick_type: tick::AVG_VOLUME, size: average.round() }));
        }
        out
    }

    /// The last price, kept between bid and ask.
    fn mark_price(&self, req_id: i32, instrument: usize, at: Timestamp) -> Option<Reply> {
        let quote = self.market.quote(instrument, at)?;
        Some(price_tick(req_id, tick::MARK_PRICE, quote.last.clamp(quote.bid.min(quote.ask), quote.ask.max(quote.bid))))
    }

    /// Stocks only. 3: at least a thousand shares can be borrowed; 2: a sale waits until they are located.
    fn borrowable(&self, req_id: i32, instrument: usize) -> Vec<Reply> {
        if self.instrument(instrument).sec_type != SecType::Stk {
            return Vec::new();
        }
        let shares = self.shortable(instrument);
        let value = if shares.is_none_or(|s| s >= Decimal::ONE_THOUSAND) { Decimal::from(3) } else { Decimal::TWO };
        let mut out = vec![Reply::TickGeneric(TickGeneric { req_id, tick_type: tick::SHORTABLE, value })];
        out.extend(shares.map(|size| Reply::TickSize(TickSize { req_id, tick_type: tick::SHORTABLE_SHARES, size })));
        out
    }

    fn trade_count(&self, req_id: i32, instrument: usize, at: Timestamp) -> Option<Reply> {
        let bar = self.day_bar(instrument, at)?;
        let value = Decimal::from(bar.count);
        Some(Reply::TickGeneric(TickGeneric { req_id, tick_type: tick::TRADE_COUNT, value }))
    }

    /// Trades or volume of the last minute.
    fn per_minute(&self, req_id: i32, instrument: usize, generic: Generic, at: Timestamp) -> Option<Reply> {
        let last = last_complete(at);
        let bars = self.bars_back(instrument, at, Duration::Seconds(60), BarSize::Seconds(1));
        let minute = bars.iter().filter(|bar| (last - 59..=last).contains(&bar.start));
        let (tick_type, value) = match generic {
            Generic::TradeRate => (tick::TRADE_RATE, minute.map(|bar| Decimal::from(bar.count)).sum()),
            Generic::VolumeRate => (tick::VOLUME_RATE, minute.map(|bar| bar.volume).sum()),
            Generic::OptionVolume
            | Generic::HistoricalVolatility
            | Generic::ImpliedVolatility
            | Generic::MiscStats
            | Generic::MarkPrice
            | Generic::RtVolume
            | Generic::Shortable
            | Generic::News
            | Generic::TradeCount
            | Generic::LastRthTrade
            | Generic::RtTradeVolume
            | Generic::Dividends => return None,
        };
        Some(Reply::TickGeneric(TickGeneric { req_id, tick_type, value }))
    }

    fn last_rth_trade(&self, req_id: i32, instrument: usize, at: Timestamp) -> Option<Reply> {
        let query = BarQuery {
            instrument,
            end: at,
            duration: Duration::Days(1),
            size: BarSize::Day,
            what: What::Trades,
            regular_only: true,
        };
        let (_, mut bars) = self.market.bars(&query).ok()?;
        let price = bars.pop()?.close;
        Some(price_tick(req_id, tick::LAST_RTH_TRADE, price))
    }
}

fn number_tick(req_id: i32, tick_type: i32, value: Decimal) -> Reply {
    Reply::TickGeneric(TickGeneric { req_id, tick_type, value })
}

fn price_tick(req_id: i32, tick_type: i32, price: Decimal) -> Reply {
    Reply::TickPrice(TickPrice {
        req_id,
        tick_type,
        price: Some(price),
        size: None,
        attrib: tws::model::TickAttrib::default(),
    })
}

/// The tick type of a tick; other messages have none.
#[expect(clippy::wildcard_enum_match_arm, reason = "ticks are four of the messages of the wire")]
fn kind_of(reply: &Reply) -> Option<i32> {
    match reply {
        Reply::TickPrice(t) => Some(t.tick_type),
        Reply::TickSize(t) => Some(t.tick_type),
        Reply::TickString(t) => Some(t.tick_type),
        Reply::TickGeneric(t) => Some(t.tick_type),
        _ => None,
    }
}
