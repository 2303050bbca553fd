//! Depth, single ticks, real-time bars, schedules, scans and small reference data.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::body::{Body, UNSET_INT};
use crate::model::{
    DepthExchange, DepthRow, FamilyCode, Histogram, HistoricalSchedule, NewsProvider, OrderBound, PointTick, QuoteTick,
    RealTimeBar, ScannerData, ScannerRow, SmartComponent, SoftDollarTier, Tick, TickByTick, TickOptionComputation,
    TradeTick,
};
use crate::protobuf::contract_to_wire;
use crate::time;

/// What the wire writes for a figure that is not computed, or that quotes do not have.
const NONE: &str = "-1";
/// The same for delta, gamma, vega and theta, which may be negative.
const NO_GREEK: &str = "-2";

/// A row without its maker (message 12).
pub(super) fn depth(body: &mut Body<'_>, row: &DepthRow) {
    body.int(row.req_id).int(row.position).int(row.operation.to_wire()).int(row.side.to_wire());
    body.decimal(row.price).decimal(row.size);
}

/// A row with its maker (message 13).
pub(super) fn depth_l2(body: &mut Body<'_>, row: &DepthRow) {
    body.int(row.req_id).int(row.position).text(&row.market_maker);
    body.int(row.operation.to_wire()).int(row.side.to_wire()).decimal(row.price).decimal(row.size);
    body.flag(row.is_smart_depth);
}

pub(super) fn depth_exchanges(body: &mut Body<'_>, exchanges: &[DepthExchange]) {
    body.count(exchanges.len());
    for row in exchanges {
        body.text(&row.exchange).text(&row.sec_type).text(&row.listing_exchange).text(&row.service_data_type);
        body.int_or(row.agg_group, UNSET_INT);
    }
}

pub(super) fn real_time_bar(body: &mut Body<'_>, bar: &RealTimeBar) {
    body.int(bar.req_id).int(bar.time.as_second());
    body.decimal(bar.open).decimal(bar.high).decimal(bar.low).decimal(bar.close);
    body.decimal_or(bar.volume, NONE).decimal_or(bar.wap, NONE).int_or(bar.count, NONE);
}

pub(super) fn histogram(body: &mut Body<'_>, histogram: &Histogram) {
    body.int(histogram.req_id).count(histogram.entries.len());
    for entry in &histogram.entries {
        body.decimal(entry.price).decimal(entry.size);
    }
}

pub(super) fn schedule(body: &mut Body<'_>, schedule: &HistoricalSchedule) {
    let written = |at: DateTime| at.strftime("%Y%m%d-%H:%M:%S").to_string();
    body.int(schedule.req_id).text(&written(schedule.start)).text(&written(schedule.end)).text(&schedule.time_zone);
    body.count(schedule.sessions.len());
    for session in &schedule.sessions {
        body.text(&written(session.start)).text(&written(session.end)).text(&time::format_date(session.ref_date));
    }
}

fn mask(low: bool, high: bool) -> i32 {
    i32::from(low) | i32::from(high) << 1
}

pub(super) fn tick_by_tick(body: &mut Body<'_>, message: &TickByTick) {
    body.int(message.req_id);
    match &message.tick {
        Tick::Last(tick) => trade(body.int(1), tick),
        Tick::AllLast(tick) => trade(body.int(2), tick),
        Tick::BidAsk(tick) => {
            body.int(3).int(tick.time.as_second());
            body.decimal(tick.bid).decimal(tick.ask).decimal(tick.bid_size).decimal(tick.ask_size);
            body.int(mask(tick.bid_past_low, tick.ask_past_high));
        }
        Tick::MidPoint(tick) => {
            body.int(4).int(tick.time.as_second()).decimal(tick.price);
        }
    }
}

fn trade(body: &mut Body<'_>, tick: &TradeTick) {
    body.int(tick.time.as_second()).decimal(tick.price).decimal(tick.size);
    body.int(mask(tick.past_limit, tick.unreported)).text(&tick.exchange).text(&tick.special_conditions);
}

pub(super) fn past_points(body: &mut Body<'_>, req_id: i32, ticks: &[PointTick], done: bool) {
    body.int(req_id).count(ticks.len());
    for tick in ticks {
        // Attributes, of which a midpoint has none.
        body.int(tick.time.as_second()).int(0).decimal(tick.price).decimal(tick.size);
    }
    body.flag(done);
}

pub(super) fn past_quotes(body: &mut Body<'_>, req_id: i32, ticks: &[QuoteTick], done: bool) {
    body.int(req_id).count(ticks.len());
    for tick in ticks {
        // The bits stand the other way round than in a stream.
        body.int(tick.time.as_second()).int(mask(tick.ask_past_high, tick.bid_past_low));
        body.decimal(tick.bid).decimal(tick.ask).decimal(tick.bid_size).decimal(tick.ask_size);
    }
    body.flag(done);
}

pub(super) fn past_trades(body: &mut Body<'_>, req_id: i32, ticks: &[TradeTick], done: bool) {
    body.int(req_id).count(ticks.len());
    for tick in ticks {
        body.int(tick.time.as_second()).int(mask(tick.past_limit, tick.unreported));
        body.decimal(tick.price).decimal(tick.size).text(&tick.exchange).text(&tick.special_conditions);
    }
    body.flag(done);
}

pub(super) fn option_computation(body: &mut Body<'_>, tick: &TickOptionComputation) {
    let figure = |body: &mut Body<'_>, value: Option<Decimal>| {
        body.decimal_or(value, NONE);
    };
    let greek = |body: &mut Body<'_>, value: Option<Decimal>| {
        body.decimal_or(value, NO_GREEK);
    };
    body.int(tick.req_id).int(tick.tick_type).flag(tick.price_based);
    figure(body, tick.implied_vol);
    greek(body, tick.delta);
    figure(body, tick.opt_price);
    figure(body, tick.pv_dividend);
    greek(body, tick.gamma);
    greek(body, tick.vega);
    greek(body, tick.theta);
    figure(body, tick.und_price);
}

pub(super) fn scanner_data(body: &mut Body<'_>, data: &ScannerData) {
    body.int(data.req_id).count(data.rows.len());
    for row in &data.rows {
        scanner_row(body, row);
    }
}

fn scanner_row(body: &mut Body<'_>, row: &ScannerRow) {
    let c = contract_to_wire(&row.contract);
    body.int(row.rank)
        .int_or(c.con_id, "0")
        .some_text(c.symbol.as_ref())
        .some_text(c.sec_type.as_ref())
        .some_text(c.last_trade_date_or_contract_month.as_ref())
        .double_or(c.strike, "0")
        .some_text(c.right.as_ref())
        .some_text(c.exchange.as_ref())
        .some_text(c.currency.as_ref())
        .some_text(c.local_symbol.as_ref())
        .text(&row.market_name)
        .some_text(c.trading_class.as_ref())
        .text(&row.distance)
        .text(&row.benchmark)
        .text(&row.projection)
        .text(&row.combo_key);
}

pub(super) fn family_codes(body: &mut Body<'_>, codes: &[FamilyCode]) {
    body.count(codes.len());
    for row in codes {
        body.text(&row.account).text(&row.family_code);
    }
}

pub(super) fn smart_components(body: &mut Body<'_>, req_id: i32, components: &[SmartComponent]) {
    body.int(req_id).count(components.len());
    for row in components {
        body.int(row.bit_number).text(&row.exchange).text(&row.exchange_letter);
    }
}

pub(super) fn soft_dollar_tiers(body: &mut Body<'_>, req_id: i32, tiers: &[SoftDollarTier]) {
    body.int(req_id).count(tiers.len());
    for row in tiers {
        body.text(&row.name).text(&row.value).text(&row.display_name);
    }
}

pub(super) fn news_providers(body: &mut Body<'_>, providers: &[NewsProvider]) {
    body.count(providers.len());
    for row in providers {
        body.text(&row.code).text(&row.name);
    }
}

pub(super) fn order_bound(body: &mut Body<'_>, bound: &OrderBound) {
    body.int(bound.perm_id).int(bound.client_id).int(bound.order_id);
}
