//! Reference data, ticks and bars.

use jiff::Timestamp;

use super::encode::{contract, some};
use super::schema as wire;
use crate::model::{
    BarTime, BondDetails, ContractDetails, FundDetails, HistoricalBar, HistoricalData, HistoricalDataEnd,
    PriceIncrement, SecDefOptParams, SymbolSample, TickGeneric, TickPrice, TickReqParams, TickSize, TickString,
};
use crate::number::{double, text};
use crate::time;

/// What the wire writes for a price that does not exist.
const NO_PRICE: f64 = -1.0;

pub(super) fn contract_data(req_id: i32, details: &ContractDetails) -> wire::ContractData {
    wire::ContractData {
        req_id: Some(req_id),
        contract: Some(contract(&details.contract)),
        contract_details: Some(contract_details(details)),
    }
}

/// What the venue knows about a contract.
pub(crate) fn contract_details(details: &ContractDetails) -> wire::ContractDetails {
    let message = wire::ContractDetails {
        market_name: some(&details.market_name),
        min_tick: Some(text(details.min_tick)),
        order_types: some(&details.order_types),
        valid_exchanges: some(&details.valid_exchanges),
        price_magnifier: Some(details.price_magnifier),
        under_con_id: details.under_con_id,
        long_name: some(&details.long_name),
        contract_month: some(&details.contract_month),
        industry: some(&details.industry),
        category: some(&details.category),
        subcategory: some(&details.subcategory),
        time_zone_id: some(&details.time_zone_id),
        trading_hours: some(&details.trading_hours),
        liquid_hours: some(&details.liquid_hours),
        sec_id_list: details.sec_ids.iter().cloned().collect(),
        agg_group: details.agg_group,
        under_symbol: some(&details.under_symbol),
        under_sec_type: some(&details.under_sec_type),
        market_rule_ids: some(&details.market_rule_ids),
        real_expiration_date: some(&details.real_expiration_date),
        stock_type: some(&details.stock_type),
        min_size: details.min_size.map(text),
        size_increment: details.size_increment.map(text),
        suggested_size_increment: details.suggested_size_increment.map(text),
        settlement_method: some(&details.settlement_method),
        ..wire::ContractDetails::default()
    };
    let message = match &details.bond {
        Some(bond) => with_bond(message, bond),
        None => message,
    };
    match &details.fund {
        Some(fund) => with_fund(message, fund),
        None => message,
    }
}

fn with_bond(message: wire::ContractDetails, bond: &BondDetails) -> wire::ContractDetails {
    wire::ContractDetails {
        cusip: some(&bond.cusip),
        issue_date: some(&bond.issue_date),
        ratings: some(&bond.ratings),
        bond_type: some(&bond.bond_type),
        coupon: Some(double(bond.coupon)),
        coupon_type: some(&bond.coupon_type),
        convertible: Some(bond.convertible),
        callable: Some(bond.callable),
        puttable: Some(bond.puttable),
        desc_append: some(&bond.desc_append),
        next_option_date: some(&bond.next_option_date),
        next_option_type: some(&bond.next_option_type),
        next_option_partial: Some(bond.next_option_partial),
        bond_notes: some(&bond.notes),
        ..message
    }
}

fn with_fund(message: wire::ContractDetails, fund: &FundDetails) -> wire::ContractDetails {
    wire::ContractDetails {
        fund_name: some(&fund.name),
        fund_family: some(&fund.family),
        fund_type: some(&fund.fund_type),
        fund_front_load: some(&fund.front_load),
        fund_back_load: some(&fund.back_load),
        fund_back_load_time_interval: some(&fund.back_load_time_interval),
        fund_management_fee: some(&fund.management_fee),
        fund_closed: Some(fund.closed),
        fund_closed_for_new_investors: Some(fund.closed_for_new_investors),
        fund_closed_for_new_money: Some(fund.closed_for_new_money),
        fund_notify_amount: some(&fund.notify_amount),
        fund_minimum_initial_purchase: some(&fund.minimum_initial_purchase),
        fund_minimum_subsequent_purchase: some(&fund.minimum_subsequent_purchase),
        fund_blue_sky_states: some(&fund.blue_sky_states),
        fund_blue_sky_territories: some(&fund.blue_sky_territories),
        fund_distribution_policy_indicator: some(&fund.distribution_policy_indicator),
        fund_asset_type: some(&fund.asset_type),
        ..message
    }
}

pub(super) fn symbol_samples(req_id: i32, samples: &[SymbolSample]) -> wire::SymbolSamples {
    wire::SymbolSamples {
        req_id: Some(req_id),
        contract_descriptions: samples
            .iter()
            .map(|sample| wire::ContractDescription {
                contract: Some(contract(&sample.contract)),
                derivative_sec_types: sample.derivative_sec_types.clone(),
            })
            .collect(),
    }
}

pub(super) fn sec_def_opt_params(params: &SecDefOptParams) -> wire::SecDefOptParameter {
    wire::SecDefOptParameter {
        req_id: Some(params.req_id),
        exchange: Some(params.exchange.clone()),
        underlying_con_id: Some(params.underlying_con_id),
        trading_class: Some(params.trading_class.clone()),
        multiplier: Some(params.multiplier.clone()),
        expirations: params.expirations.clone(),
        strikes: params.strikes.iter().copied().map(double).collect(),
    }
}

pub(super) fn market_rule(market_rule_id: i32, increments: &[PriceIncrement]) -> wire::MarketRule {
    wire::MarketRule {
        market_rule_id: Some(market_rule_id),
        price_increments: increments
            .iter()
            .map(|band| wire::PriceIncrement {
                low_edge: Some(double(band.low_edge)),
                increment: Some(double(band.increment)),
            })
            .collect(),
    }
}

pub(super) fn tick_req_params(tick: &TickReqParams) -> wire::TickReqParams {
    wire::TickReqParams {
        req_id: Some(tick.req_id),
        min_tick: Some(text(tick.min_tick)),
        bbo_exchange: some(&tick.bbo_exchange),
        snapshot_permissions: Some(tick.snapshot_permissions),
        ..wire::TickReqParams::default()
    }
}

pub(super) fn tick_price(tick: &TickPrice) -> wire::TickPrice {
    let attrib = tick.attrib;
    wire::TickPrice {
        req_id: Some(tick.req_id),
        tick_type: Some(tick.tick_type),
        price: Some(tick.price.map_or(NO_PRICE, double)),
        size: tick.size.map(text),
        attr_mask: Some(
            i32::from(attrib.can_auto_execute) | i32::from(attrib.past_limit) << 1 | i32::from(attrib.pre_open) << 2,
        ),
    }
}

pub(super) fn tick_size(tick: &TickSize) -> wire::TickSize {
    wire::TickSize { req_id: Some(tick.req_id), tick_type: Some(tick.tick_type), size: Some(text(tick.size)) }
}

pub(super) fn tick_string(tick: &TickString) -> wire::TickString {
    wire::TickString { req_id: Some(tick.req_id), tick_type: Some(tick.tick_type), value: Some(tick.value.clone()) }
}

pub(super) fn tick_generic(tick: &TickGeneric) -> wire::TickGeneric {
    wire::TickGeneric { req_id: Some(tick.req_id), tick_type: Some(tick.tick_type), value: Some(double(tick.value)) }
}

pub(super) fn historical_data(data: &HistoricalData) -> wire::HistoricalData {
    wire::HistoricalData { req_id: Some(data.req_id), historical_data_bars: data.bars.iter().map(bar).collect() }
}

pub(super) fn bar_update(req_id: i32, update: &HistoricalBar) -> wire::HistoricalDataUpdate {
    wire::HistoricalDataUpdate { req_id: Some(req_id), historical_data_bar: Some(bar(update)) }
}

fn bar(bar: &HistoricalBar) -> wire::HistoricalDataBar {
    wire::HistoricalDataBar {
        date: Some(match bar.time {
            BarTime::Day(date) => time::format_date(date),
            BarTime::UnixSeconds(at) => at.as_second().to_string(),
            BarTime::Zoned(at) => time::format_zoned(at),
        }),
        open: Some(double(bar.open)),
        high: Some(double(bar.high)),
        low: Some(double(bar.low)),
        close: Some(double(bar.close)),
        volume: bar.volume.map(text),
        wap: bar.wap.map(text),
        bar_count: bar.count,
    }
}

pub(super) fn historical_data_end(end: &HistoricalDataEnd) -> wire::HistoricalDataEnd {
    wire::HistoricalDataEnd {
        req_id: Some(end.req_id),
        start_date_str: Some(time::format_zoned(end.start)),
        end_date_str: Some(time::format_zoned(end.end)),
    }
}

pub(super) fn head_timestamp(req_id: i32, at: Timestamp, as_unix_seconds: bool) -> wire::HeadTimestamp {
    wire::HeadTimestamp {
        req_id: Some(req_id),
        head_timestamp: Some(if as_unix_seconds { at.as_second().to_string() } else { time::format_utc(at) }),
    }
}
