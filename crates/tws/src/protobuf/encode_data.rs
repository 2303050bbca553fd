//! Depth, ticks, real-time bars, schedules, scans and small reference data.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::encode::{contract, some};
use super::schema as wire;
use crate::model::{
    DepthExchange, DepthRow, FamilyCode, Histogram, HistoricalSchedule, NewsProvider, OrderBound, PointTick, QuoteTick,
    RealTimeBar, ScannerData, ScannerRow, SmartComponent, SoftDollarTier, Tick, TickByTick, TickOptionComputation,
    TradeTick,
};
use crate::number::{double, text};
use crate::time;

/// What the wire writes for a figure that is not computed.
const NOT_COMPUTED: f64 = -1.0;
/// The same for delta, gamma, vega and theta, which may be negative.
const NO_GREEK: f64 = -2.0;

/// A row without its maker (message 12).
pub(super) fn depth(row: &DepthRow) -> wire::MarketDepth {
    let data = wire::MarketDepthData { market_maker: None, is_smart_depth: None, ..depth_data(row) };
    wire::MarketDepth { req_id: Some(row.req_id), market_depth_data: Some(data) }
}

/// A row with its maker (message 13, whose body is laid out as that of 12).
pub(super) fn depth_l2(row: &DepthRow) -> wire::MarketDepth {
    wire::MarketDepth { req_id: Some(row.req_id), market_depth_data: Some(depth_data(row)) }
}

fn depth_data(row: &DepthRow) -> wire::MarketDepthData {
    wire::MarketDepthData {
        position: Some(row.position),
        operation: Some(row.operation.to_wire()),
        side: Some(row.side.to_wire()),
        price: Some(double(row.price)),
        size: Some(text(row.size)),
        market_maker: some(&row.market_maker),
        is_smart_depth: Some(row.is_smart_depth),
    }
}

pub(super) fn depth_exchanges(exchanges: &[DepthExchange]) -> wire::MarketDepthExchanges {
    wire::MarketDepthExchanges {
        depth_market_data_descriptions: exchanges
            .iter()
            .map(|row| wire::DepthMarketDataDescription {
                exchange: some(&row.exchange),
                sec_type: some(&row.sec_type),
                listing_exch: some(&row.listing_exchange),
                service_data_type: some(&row.service_data_type),
                agg_group: row.agg_group,
            })
            .collect(),
    }
}

pub(super) fn real_time_bar(bar: &RealTimeBar) -> wire::RealTimeBarTick {
    wire::RealTimeBarTick {
        req_id: Some(bar.req_id),
        time: Some(bar.time.as_second()),
        open: Some(double(bar.open)),
        high: Some(double(bar.high)),
        low: Some(double(bar.low)),
        close: Some(double(bar.close)),
        volume: Some(bar.volume.map_or_else(|| "-1".to_owned(), text)),
        wap: Some(bar.wap.map_or_else(|| "-1".to_owned(), text)),
        count: Some(bar.count.unwrap_or(-1)),
    }
}

pub(super) fn histogram(histogram: &Histogram) -> wire::HistogramData {
    wire::HistogramData {
        req_id: Some(histogram.req_id),
        histogram_data_entries: histogram
            .entries
            .iter()
            .map(|entry| wire::HistogramDataEntry { price: Some(double(entry.price)), size: Some(text(entry.size)) })
            .collect(),
    }
}

pub(super) fn schedule(schedule: &HistoricalSchedule) -> wire::HistoricalSchedule {
    let written = |at: DateTime| Some(at.strftime("%Y%m%d-%H:%M:%S").to_string());
    wire::HistoricalSchedule {
        req_id: Some(schedule.req_id),
        start_date_time: written(schedule.start),
        end_date_time: written(schedule.end),
        time_zone: Some(schedule.time_zone.clone()),
        historical_sessions: schedule
            .sessions
            .iter()
            .map(|session| wire::HistoricalSession {
                start_date_time: written(session.start),
                end_date_time: written(session.end),
                ref_date: Some(time::format_date(session.ref_date)),
            })
            .collect(),
    }
}

fn trade(tick: &TradeTick) -> wire::HistoricalTickLast {
    wire::HistoricalTickLast {
        time: Some(tick.time.as_second()),
        tick_attrib_last: Some(wire::TickAttribLast {
            past_limit: Some(tick.past_limit),
            unreported: Some(tick.unreported),
        }),
        price: Some(double(tick.price)),
        size: Some(text(tick.size)),
        exchange: some(&tick.exchange),
        special_conditions: some(&tick.special_conditions),
    }
}

fn quote(tick: &QuoteTick) -> wire::HistoricalTickBidAsk {
    wire::HistoricalTickBidAsk {
        time: Some(tick.time.as_second()),
        tick_attrib_bid_ask: Some(wire::TickAttribBidAsk {
            bid_past_low: Some(tick.bid_past_low),
            ask_past_high: Some(tick.ask_past_high),
        }),
        price_bid: Some(double(tick.bid)),
        price_ask: Some(double(tick.ask)),
        size_bid: Some(text(tick.bid_size)),
        size_ask: Some(text(tick.ask_size)),
    }
}

fn point(tick: &PointTick) -> wire::HistoricalTick {
    wire::HistoricalTick {
        time: Some(tick.time.as_second()),
        price: Some(double(tick.price)),
        size: Some(text(tick.size)),
    }
}

pub(super) fn tick_by_tick(message: &TickByTick) -> wire::TickByTickData {
    let head = |kind: i32| wire::TickByTickData {
        req_id: Some(message.req_id),
        tick_type: Some(kind),
        ..wire::TickByTickData::default()
    };
    match &message.tick {
        Tick::Last(tick) => wire::TickByTickData { last: Some(trade(tick)), ..head(1) },
        Tick::AllLast(tick) => wire::TickByTickData { last: Some(trade(tick)), ..head(2) },
        Tick::BidAsk(tick) => wire::TickByTickData { bid_ask: Some(quote(tick)), ..head(3) },
        Tick::MidPoint(tick) => wire::TickByTickData { mid_point: Some(point(tick)), ..head(4) },
    }
}

pub(super) fn past_points(req_id: i32, ticks: &[PointTick], done: bool) -> wire::HistoricalTicks {
    wire::HistoricalTicks {
        req_id: Some(req_id),
        historical_ticks: ticks.iter().map(point).collect(),
        is_done: Some(done),
    }
}

pub(super) fn past_quotes(req_id: i32, ticks: &[QuoteTick], done: bool) -> wire::HistoricalTicksBidAsk {
    wire::HistoricalTicksBidAsk {
        req_id: Some(req_id),
        historical_ticks_bid_ask: ticks.iter().map(quote).collect(),
        is_done: Some(done),
    }
}

pub(super) fn past_trades(req_id: i32, ticks: &[TradeTick], done: bool) -> wire::HistoricalTicksLast {
    wire::HistoricalTicksLast {
        req_id: Some(req_id),
        historical_ticks_last: ticks.iter().map(trade).collect(),
        is_done: Some(done),
    }
}

pub(super) fn option_computation(tick: &TickOptionComputation) -> wire::TickOptionComputation {
    let figure = |value: Option<Decimal>| Some(value.map_or(NOT_COMPUTED, double));
    let greek = |value: Option<Decimal>| Some(value.map_or(NO_GREEK, double));
    wire::TickOptionComputation {
        req_id: Some(tick.req_id),
        tick_type: Some(tick.tick_type),
        tick_attrib: Some(i32::from(tick.price_based)),
        implied_vol: figure(tick.implied_vol),
        delta: greek(tick.delta),
        opt_price: figure(tick.opt_price),
        pv_dividend: figure(tick.pv_dividend),
        gamma: greek(tick.gamma),
        vega: greek(tick.vega),
        theta: greek(tick.theta),
        und_price: figure(tick.und_price),
    }
}

pub(super) fn scanner_data(data: &ScannerData) -> wire::ScannerData {
    wire::ScannerData { req_id: Some(data.req_id), scanner_data_element: data.rows.iter().map(scanner_row).collect() }
}

fn scanner_row(row: &ScannerRow) -> wire::ScannerDataElement {
    wire::ScannerDataElement {
        rank: Some(row.rank),
        contract: Some(contract(&row.contract)),
        market_name: some(&row.market_name),
        distance: some(&row.distance),
        benchmark: some(&row.benchmark),
        projection: some(&row.projection),
        combo_key: some(&row.combo_key),
    }
}

pub(super) fn family_codes(codes: &[FamilyCode]) -> wire::FamilyCodes {
    wire::FamilyCodes {
        family_codes: codes
            .iter()
            .map(|row| wire::FamilyCode { account_id: some(&row.account), family_code: some(&row.family_code) })
            .collect(),
    }
}

pub(super) fn smart_components(req_id: i32, components: &[SmartComponent]) -> wire::SmartComponents {
    wire::SmartComponents {
        req_id: Some(req_id),
        smart_components: components
            .iter()
            .map(|row| wire::SmartComponent {
                bit_number: Some(row.bit_number),
                exchange: some(&row.exchange),
                exchange_letter: some(&row.exchange_letter),
            })
            .collect(),
    }
}

pub(super) fn soft_dollar_tiers(req_id: i32, tiers: &[SoftDollarTier]) -> wire::SoftDollarTiers {
    wire::SoftDollarTiers {
        req_id: Some(req_id),
        soft_dollar_tiers: tiers
            .iter()
            .map(|row| wire::SoftDollarTier {
                name: some(&row.name),
                value: some(&row.value),
                display_name: some(&row.display_name),
            })
            .collect(),
    }
}

pub(super) fn news_providers(providers: &[NewsProvider]) -> wire::NewsProviders {
    wire::NewsProviders {
        news_providers: providers
            .iter()
            .map(|row| wire::NewsProvider { provider_code: some(&row.code), provider_name: some(&row.name) })
            .collect(),
    }
}

pub(super) fn order_bound(bound: &OrderBound) -> wire::OrderBound {
    wire::OrderBound { perm_id: Some(bound.perm_id), client_id: Some(bound.client_id), order_id: Some(bound.order_id) }
}
