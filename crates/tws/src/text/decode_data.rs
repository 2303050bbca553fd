//! Requests for market data, history and scanners.

use super::decode_contract::{self, into_model};
use super::fields::Fields;
use crate::error::DecodeError;
use crate::model::{
    CalculateImpliedVolatility, CalculateOptionPrice, HeadTimestampRequest, HistogramRequest, HistoricalDataRequest,
    HistoricalTicksRequest, MarketDataRequest, MarketDepthRequest, RealTimeBarsRequest, Request, ScannerSubscription,
    SecDefOptParamsRequest, TickByTickRequest,
};
use crate::number::decimal;

type Read<T> = Result<T, DecodeError>;

pub(super) fn sec_def_opt_params(f: &mut Fields<'_>) -> Read<Request> {
    Ok(Request::SecDefOptParams(SecDefOptParamsRequest {
        req_id: f.int("reqId")?,
        underlying_symbol: f.text("underlyingSymbol")?,
        fut_fop_exchange: f.text("futFopExchange")?,
        underlying_sec_type: f.text("underlyingSecType")?,
        underlying_con_id: f.some_int("underlyingConId")?.filter(|id| *id != 0),
    }))
}

pub(super) fn market_data(f: &mut Fields<'_>) -> Read<Request> {
    f.skip_version()?;
    let req_id = f.int("reqId")?;
    let mut contract = decode_contract::named(f)?;
    decode_contract::data_legs(f, &mut contract)?;
    decode_contract::delta_neutral(f, &mut contract)?;
    let request = MarketDataRequest {
        req_id,
        contract: into_model(contract)?,
        generic_ticks: f.text("genericTickList")?,
        snapshot: f.flag("snapshot")?,
        regulatory_snapshot: f.flag("regulatorySnapshot")?,
    };
    f.raw("mktDataOptions")?;
    Ok(Request::MarketData(request))
}

pub(super) fn historical_data(f: &mut Fields<'_>) -> Read<Request> {
    let req_id = f.int("reqId")?;
    let mut contract = decode_contract::named_with_expired(f)?;
    let end_date_time = f.text("endDateTime")?;
    let bar_size = f.text("barSizeSetting")?;
    let duration = f.text("durationStr")?;
    let use_rth = f.flag("useRTH")?;
    let what_to_show = f.text("whatToShow")?;
    let format_date = f.int("formatDate")?;
    decode_contract::data_legs(f, &mut contract)?;
    let keep_up_to_date = f.flag("keepUpToDate")?;
    f.raw("chartOptions")?;
    Ok(Request::HistoricalData(HistoricalDataRequest {
        req_id,
        contract: into_model(contract)?,
        end_date_time,
        bar_size,
        duration,
        use_rth,
        what_to_show,
        format_date,
        keep_up_to_date,
    }))
}

pub(super) fn head_timestamp(f: &mut Fields<'_>) -> Read<Request> {
    Ok(Request::HeadTimestamp(HeadTimestampRequest {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named_with_expired(f)?)?,
        use_rth: f.flag("useRTH")?,
        what_to_show: f.text("whatToShow")?,
        format_date: f.int("formatDate")?,
    }))
}

pub(super) fn market_depth(f: &mut Fields<'_>) -> Read<Request> {
    let request = MarketDepthRequest {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named(f)?)?,
        num_rows: f.some_int("numRows")?,
        is_smart_depth: f.flag("isSmartDepth")?,
    };
    f.raw("mktDepthOptions")?;
    Ok(Request::MarketDepth(request))
}

pub(super) fn cancel_market_depth(f: &mut Fields<'_>) -> Read<Request> {
    Ok(Request::CancelMarketDepth { req_id: f.int("reqId")?, is_smart_depth: f.flag("isSmartDepth")? })
}

pub(super) fn tick_by_tick(f: &mut Fields<'_>) -> Read<Request> {
    Ok(Request::TickByTick(TickByTickRequest {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named(f)?)?,
        tick_type: f.text("tickType")?,
        number_of_ticks: f.some_int("numberOfTicks")?,
        ignore_size: f.flag("ignoreSize")?,
    }))
}

pub(super) fn real_time_bars(f: &mut Fields<'_>) -> Read<Request> {
    let request = RealTimeBarsRequest {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named(f)?)?,
        bar_size: f.some_int("barSize")?,
        what_to_show: f.text("whatToShow")?,
        use_rth: f.flag("useRTH")?,
    };
    f.raw("realTimeBarsOptions")?;
    Ok(Request::RealTimeBars(request))
}

pub(super) fn historical_ticks(f: &mut Fields<'_>) -> Read<Request> {
    let request = HistoricalTicksRequest {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named_with_expired(f)?)?,
        start_date_time: f.text("startDateTime")?,
        end_date_time: f.text("endDateTime")?,
        number_of_ticks: f.some_int("numberOfTicks")?,
        what_to_show: f.text("whatToShow")?,
        use_rth: f.flag("useRth")?,
        ignore_size: f.flag("ignoreSize")?,
    };
    f.raw("miscOptions")?;
    Ok(Request::HistoricalTicks(request))
}

pub(super) fn histogram(f: &mut Fields<'_>) -> Read<Request> {
    Ok(Request::Histogram(HistogramRequest {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named_with_expired(f)?)?,
        use_rth: f.flag("useRTH")?,
        time_period: f.text("timePeriod")?,
    }))
}

pub(super) fn calculate_implied_volatility(f: &mut Fields<'_>) -> Read<Request> {
    let request = CalculateImpliedVolatility {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named(f)?)?,
        option_price: decimal(f.some_double("optionPrice")?, "optionPrice")?,
        under_price: decimal(f.some_double("underPrice")?, "underPrice")?,
    };
    calculation_options(f)?;
    Ok(Request::CalculateImpliedVolatility(request))
}

pub(super) fn calculate_option_price(f: &mut Fields<'_>) -> Read<Request> {
    let request = CalculateOptionPrice {
        req_id: f.int("reqId")?,
        contract: into_model(decode_contract::named(f)?)?,
        volatility: decimal(f.some_double("volatility")?, "volatility")?,
        under_price: decimal(f.some_double("underPrice")?, "underPrice")?,
    };
    calculation_options(f)?;
    Ok(Request::CalculateOptionPrice(request))
}

/// The options of a calculation, which are all reserved. Some official clients count them first, some do not.
fn calculation_options(f: &mut Fields<'_>) -> Read<()> {
    f.raw("options")?;
    if f.more() {
        f.raw("options")?;
    }
    Ok(())
}

pub(super) fn smart_components(f: &mut Fields<'_>) -> Read<Request> {
    Ok(Request::SmartComponents { req_id: f.int("reqId")?, bbo_exchange: f.text("bboExchange")? })
}

pub(super) fn scanner_subscription(f: &mut Fields<'_>) -> Read<Request> {
    let mut scan = ScannerSubscription {
        req_id: f.int("reqId")?,
        number_of_rows: f.some_int("numberOfRows")?,
        instrument: f.text("instrument")?,
        location_code: f.text("locationCode")?,
        scan_code: f.text("scanCode")?,
        above_price: decimal(f.some_double("abovePrice")?, "abovePrice")?,
        below_price: decimal(f.some_double("belowPrice")?, "belowPrice")?,
        above_volume: f.some_int("aboveVolume")?.map(i64::from),
        ..ScannerSubscription::default()
    };
    let mut unsupported = Vec::new();
    for field in ["marketCapAbove", "marketCapBelow"] {
        note(&mut unsupported, field, f.some_double(field)?.is_some());
    }
    for field in [
        "moodyRatingAbove",
        "moodyRatingBelow",
        "spRatingAbove",
        "spRatingBelow",
        "maturityDateAbove",
        "maturityDateBelow",
    ] {
        note(&mut unsupported, field, !f.raw(field)?.is_empty());
    }
    for field in ["couponRateAbove", "couponRateBelow"] {
        note(&mut unsupported, field, f.some_double(field)?.is_some());
    }
    note(&mut unsupported, "excludeConvertible", f.flag("excludeConvertible")?);
    let volume = f.some_int("averageOptionVolumeAbove")?;
    note(&mut unsupported, "averageOptionVolumeAbove", volume.is_some_and(|volume| volume != 0));
    note(&mut unsupported, "scannerSettingPairs", !f.raw("scannerSettingPairs")?.is_empty());
    scan.stock_type_filter = f.text("stockTypeFilter")?;
    scan.filter_options = pairs(f.raw("scannerSubscriptionFilterOptions")?);
    f.raw("scannerSubscriptionOptions")?;
    scan.unsupported = unsupported;
    Ok(Request::ScannerSubscription(Box::new(scan)))
}

fn note(unsupported: &mut Vec<String>, field: &str, set: bool) {
    if set {
        unsupported.push(field.to_owned());
    }
}

/// `name=value;name=value;`.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(';').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}
