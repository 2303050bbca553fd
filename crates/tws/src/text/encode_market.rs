//! Ticks and bars.

use jiff::Timestamp;

use super::body::Body;
use super::since;
use crate::model::{BarTime, HistoricalBar, HistoricalData, TickAttrib, TickPrice, TickReqParams};
use crate::time;

/// What the wire writes for a price that does not exist, and for the volume of a quote bar.
const NONE: &str = "-1";

pub(super) fn tick_req_params(body: &mut Body<'_>, tick: &TickReqParams) {
    body.int(tick.req_id).decimal(tick.min_tick).text(&tick.bbo_exchange).int(tick.snapshot_permissions);
}

pub(super) fn tick_price(body: &mut Body<'_>, tick: &TickPrice) {
    body.int(tick.req_id).int(tick.tick_type).decimal_or(tick.price, NONE).decimal_or(tick.size, "0");
    body.int(mask(tick.attrib));
}

fn mask(attrib: TickAttrib) -> i32 {
    i32::from(attrib.can_auto_execute) | i32::from(attrib.past_limit) << 1 | i32::from(attrib.pre_open) << 2
}

pub(super) fn historical_data(body: &mut Body<'_>, data: &HistoricalData) {
    body.int(data.req_id);
    if !body.since(since::HISTORICAL_DATA_END) {
        body.date_time(data.start).date_time(data.end);
    }
    body.count(data.bars.len());
    for bar in &data.bars {
        bar_time(body, bar.time);
        body.decimal(bar.open).decimal(bar.high).decimal(bar.low).decimal(bar.close);
        body.decimal_or(bar.volume, NONE).decimal_or(bar.wap, NONE).int_or(bar.count, NONE);
    }
}

pub(super) fn bar_update(body: &mut Body<'_>, bar: &HistoricalBar) {
    body.int_or(bar.count, NONE);
    bar_time(body, bar.time);
    // Unlike a finished bar: the close comes second, the average before the volume.
    body.decimal(bar.open).decimal(bar.close).decimal(bar.high).decimal(bar.low);
    body.decimal_or(bar.wap, NONE).decimal_or(bar.volume, NONE);
}

fn bar_time(body: &mut Body<'_>, at: BarTime) {
    match at {
        BarTime::Day(date) => body.text(&time::format_date(date)),
        BarTime::UnixSeconds(at) => body.int(at.as_second()),
        BarTime::Zoned(at) => body.date_time(at),
    };
}

pub(super) fn head_timestamp(body: &mut Body<'_>, at: Timestamp, as_unix_seconds: bool) {
    if as_unix_seconds {
        body.int(at.as_second());
    } else {
        body.text(&time::format_utc(at));
    }
}
