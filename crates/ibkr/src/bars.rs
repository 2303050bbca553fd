//! Historical bars in both directions.

use crate::decimal;
use domain::market::{Bar, BarDuration, BarSize, DurationUnit, WhatToShow};
use ibapi::market_data::historical::{
    Bar as WireBar, BarSize as WireSize, BarTimestamp, Duration as WireDuration, WhatToShow as WireWhat,
};
use jiff::Timestamp;
use rust_decimal::Decimal;

pub(crate) fn size(size: BarSize) -> WireSize {
    match size {
        BarSize::Sec1 => WireSize::Sec,
        BarSize::Sec5 => WireSize::Sec5,
        BarSize::Sec15 => WireSize::Sec15,
        BarSize::Sec30 => WireSize::Sec30,
        BarSize::Min1 => WireSize::Min,
        BarSize::Min2 => WireSize::Min2,
        BarSize::Min5 => WireSize::Min5,
        BarSize::Min15 => WireSize::Min15,
        BarSize::Min30 => WireSize::Min30,
        BarSize::Hour1 => WireSize::Hour,
        BarSize::Day1 => WireSize::Day,
        BarSize::Week1 => WireSize::Week,
        BarSize::Month1 => WireSize::Month,
    }
}

pub(crate) fn duration(duration: BarDuration) -> WireDuration {
    match duration.unit {
        DurationUnit::Seconds => WireDuration::seconds(duration.count),
        DurationUnit::Days => WireDuration::days(duration.count),
        DurationUnit::Weeks => WireDuration::weeks(duration.count),
        DurationUnit::Months => WireDuration::months(duration.count),
        DurationUnit::Years => WireDuration::years(duration.count),
    }
}

pub(crate) fn what(what: WhatToShow) -> WireWhat {
    match what {
        WhatToShow::Trades => WireWhat::Trades,
        WhatToShow::Midpoint => WireWhat::MidPoint,
        WhatToShow::Bid => WireWhat::Bid,
        WhatToShow::Ask => WireWhat::Ask,
    }
}

/// One bar. Bars of a day and longer carry a date only and begin, for us, at its midnight in UTC.
///
/// # Errors
/// What is senseless in it, in words: a price that is missing or zero, or a high below a low.
pub(crate) fn bar(wire: &WireBar) -> Result<Bar, String> {
    let time = time(wire.date).ok_or_else(|| format!("bar {} has no time", wire.date))?;
    let price = |name: &str, value: f64| decimal::price(value).ok_or_else(|| format!("bar {time} has no {name}"));
    let bar = Bar {
        time,
        open: price("open", wire.open)?,
        high: price("high", wire.high)?,
        low: price("low", wire.low)?,
        close: price("close", wire.close)?,
        volume: decimal::size(wire.volume),
        wap: decimal::nonzero(wire.wap).filter(|wap| *wap > Decimal::ZERO),
        count: (wire.count >= 0).then(|| i64::from(wire.count)),
    };
    if bar.low > bar.open.min(bar.close) || bar.high < bar.open.max(bar.close) {
        return Err(format!("bar {time}: open or close lies outside low and high"));
    }
    Ok(bar)
}

fn time(stamp: BarTimestamp) -> Option<Timestamp> {
    let at = match stamp {
        BarTimestamp::Date(date) => date.midnight().assume_utc(),
        BarTimestamp::DateTime(at) => at,
    };
    timestamp(at)
}

/// The library's clock type in ours.
pub(crate) fn timestamp(at: time::OffsetDateTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at.unix_timestamp_nanos()).ok()
}

/// Our clock type in the library's.
pub(crate) fn offset_date_time(at: Timestamp) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::from_unix_timestamp(at.as_second()).ok()
}

#[cfg(test)]
#[path = "bars_tests.rs"]
mod tests;
