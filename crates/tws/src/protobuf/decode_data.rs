//! Requests for market data, history and scanners.

use super::decode::{Body, contract, flag, required};
use super::schema as wire;
use crate::error::DecodeError;
use crate::model::{
    CalculateImpliedVolatility, CalculateOptionPrice, HeadTimestampRequest, HistogramRequest, HistoricalDataRequest,
    HistoricalTicksRequest, MarketDataRequest, MarketDepthRequest, RealTimeBarsRequest, Request, ScannerSubscription,
    TickByTickRequest,
};
use crate::number::{decimal, integer, is_unset};

pub(super) fn market_data(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::MarketDataRequest = body.read()?;
    Ok(Request::MarketData(MarketDataRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        generic_ticks: m.generic_tick_list.unwrap_or_default(),
        snapshot: flag(m.snapshot),
        regulatory_snapshot: flag(m.regulatory_snapshot),
    }))
}

pub(super) fn market_data_type(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::MarketDataTypeRequest = body.read()?;
    Ok(Request::MarketDataType { market_data_type: required(m.market_data_type, "marketDataType")? })
}

pub(super) fn historical_data(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::HistoricalDataRequest = body.read()?;
    Ok(Request::HistoricalData(HistoricalDataRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        end_date_time: m.end_date_time.unwrap_or_default(),
        bar_size: m.bar_size_setting.unwrap_or_default(),
        duration: m.duration.unwrap_or_default(),
        use_rth: flag(m.use_rth),
        what_to_show: m.what_to_show.unwrap_or_default(),
        format_date: required(m.format_date, "formatDate")?,
        keep_up_to_date: flag(m.keep_up_to_date),
    }))
}

pub(super) fn head_timestamp(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::HeadTimestampRequest = body.read()?;
    Ok(Request::HeadTimestamp(HeadTimestampRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        use_rth: flag(m.use_rth),
        what_to_show: m.what_to_show.unwrap_or_default(),
        format_date: required(m.format_date, "formatDate")?,
    }))
}

pub(super) fn market_depth(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::MarketDepthRequest = body.read()?;
    Ok(Request::MarketDepth(MarketDepthRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        num_rows: integer(m.num_rows),
        is_smart_depth: flag(m.is_smart_depth),
    }))
}

pub(super) fn cancel_market_depth(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::CancelMarketDepth = body.read()?;
    Ok(Request::CancelMarketDepth { req_id: required(m.req_id, "reqId")?, is_smart_depth: flag(m.is_smart_depth) })
}

pub(super) fn tick_by_tick(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::TickByTickRequest = body.read()?;
    Ok(Request::TickByTick(TickByTickRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        tick_type: m.tick_type.unwrap_or_default(),
        number_of_ticks: integer(m.number_of_ticks),
        ignore_size: flag(m.ignore_size),
    }))
}

pub(super) fn real_time_bars(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::RealTimeBarsRequest = body.read()?;
    Ok(Request::RealTimeBars(RealTimeBarsRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        bar_size: integer(m.bar_size),
        what_to_show: m.what_to_show.unwrap_or_default(),
        use_rth: flag(m.use_rth),
    }))
}

pub(super) fn historical_ticks(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::HistoricalTicksRequest = body.read()?;
    Ok(Request::HistoricalTicks(HistoricalTicksRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        start_date_time: m.start_date_time.unwrap_or_default(),
        end_date_time: m.end_date_time.unwrap_or_default(),
        number_of_ticks: integer(m.number_of_ticks),
        what_to_show: m.what_to_show.unwrap_or_default(),
        use_rth: flag(m.use_rth),
        ignore_size: flag(m.ignore_size),
    }))
}

pub(super) fn histogram(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::HistogramDataRequest = body.read()?;
    Ok(Request::Histogram(HistogramRequest {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        use_rth: flag(m.use_rth),
        time_period: m.time_period.unwrap_or_default(),
    }))
}

pub(super) fn calculate_implied_volatility(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::CalculateImpliedVolatilityRequest = body.read()?;
    Ok(Request::CalculateImpliedVolatility(CalculateImpliedVolatility {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        option_price: decimal(m.option_price, "optionPrice")?,
        under_price: decimal(m.under_price, "underPrice")?,
    }))
}

pub(super) fn calculate_option_price(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::CalculateOptionPriceRequest = body.read()?;
    Ok(Request::CalculateOptionPrice(CalculateOptionPrice {
        req_id: required(m.req_id, "reqId")?,
        contract: contract(m.contract)?,
        volatility: decimal(m.volatility, "volatility")?,
        under_price: decimal(m.under_price, "underPrice")?,
    }))
}

pub(super) fn smart_components(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::SmartComponentsRequest = body.read()?;
    Ok(Request::SmartComponents {
        req_id: required(m.req_id, "reqId")?,
        bbo_exchange: m.bbo_exchange.unwrap_or_default(),
    })
}

pub(super) fn scanner_subscription(body: Body<'_>) -> Result<Request, DecodeError> {
    let request: wire::ScannerSubscriptionRequest = body.read()?;
    let m = required(request.scanner_subscription, "scannerSubscription")?;
    let unsupported = unsupported_filters(&m);
    Ok(Request::ScannerSubscription(Box::new(ScannerSubscription {
        req_id: required(request.req_id, "reqId")?,
        number_of_rows: integer(m.number_of_rows),
        instrument: m.instrument.unwrap_or_default(),
        location_code: m.location_code.unwrap_or_default(),
        scan_code: m.scan_code.unwrap_or_default(),
        above_price: decimal(m.above_price, "abovePrice")?,
        below_price: decimal(m.below_price, "belowPrice")?,
        above_volume: m.above_volume.filter(|v| !is_unset_volume(*v)),
        stock_type_filter: m.stock_type_filter.unwrap_or_default(),
        filter_options: m.scanner_subscription_filter_options.into_iter().collect(),
        unsupported,
    })))
}

/// Volumes are 64 bits wide here; clients write the unset integer of 32 bits all the same.
fn is_unset_volume(value: i64) -> bool {
    value == i64::from(i32::MAX) || value == i64::MAX
}

/// Names of the filters that are set and that the model does not carry.
fn unsupported_filters(m: &wire::ScannerSubscription) -> Vec<String> {
    let number = |v: Option<f64>| v.is_some_and(|v| !is_unset(v));
    let text = |v: &Option<String>| v.as_ref().is_some_and(|v| !v.is_empty());
    let filters = [
        ("marketCapAbove", number(m.market_cap_above)),
        ("marketCapBelow", number(m.market_cap_below)),
        ("moodyRatingAbove", text(&m.moody_rating_above)),
        ("moodyRatingBelow", text(&m.moody_rating_below)),
        ("spRatingAbove", text(&m.sp_rating_above)),
        ("spRatingBelow", text(&m.sp_rating_below)),
        ("maturityDateAbove", text(&m.maturity_date_above)),
        ("maturityDateBelow", text(&m.maturity_date_below)),
        ("couponRateAbove", number(m.coupon_rate_above)),
        ("couponRateBelow", number(m.coupon_rate_below)),
        ("excludeConvertible", flag(m.exclude_convertible)),
        ("averageOptionVolumeAbove", m.average_option_volume_above.is_some_and(|v| v != 0 && !is_unset_volume(v))),
        ("scannerSettingPairs", text(&m.scanner_setting_pairs)),
    ];
    filters.into_iter().filter(|(_, set)| *set).map(|(name, _)| name.to_owned()).collect()
}
