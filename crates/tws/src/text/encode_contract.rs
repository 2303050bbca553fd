//! Contracts in reports, their details, and searches.

use super::body::Body;
use super::since;
use crate::model::{ContractDetails, PriceIncrement, SecDefOptParams, SymbolSample};
use crate::protobuf::{contract_to_wire, details_to_wire, schema as wire};

/// What the wire writes for the right of what is no option.
pub(super) const NO_RIGHT: &str = "";
/// The same, in orders.
pub(super) const NO_RIGHT_IN_ORDERS: &str = "?";

/// The security type whose details have a part of their own.
const FUND: &str = "FUND";

/// The eleven fields that name a contract in orders, executions and holdings.
pub(super) fn named(body: &mut Body<'_>, contract: &wire::Contract, no_right: &str) {
    body.int_or(contract.con_id, "0")
        .some_text(contract.symbol.as_ref())
        .some_text(contract.sec_type.as_ref())
        .some_text(contract.last_trade_date_or_contract_month.as_ref())
        .double_or(contract.strike, "0")
        .text(contract.right.as_deref().unwrap_or(no_right))
        .double_or(contract.multiplier, "")
        .some_text(contract.exchange.as_ref())
        .some_text(contract.currency.as_ref())
        .some_text(contract.local_symbol.as_ref())
        .some_text(contract.trading_class.as_ref());
}

/// Details of anything but a bond (message 10).
pub(super) fn details(body: &mut Body<'_>, req_id: i32, details: &ContractDetails) {
    let (c, d) = (contract_to_wire(&details.contract), details_to_wire(details));
    if !body.since(since::SIZE_RULES) {
        body.int(8);
    }
    body.int(req_id)
        .some_text(c.symbol.as_ref())
        .some_text(c.sec_type.as_ref())
        .some_text(c.last_trade_date_or_contract_month.as_ref());
    if body.since(since::LAST_TRADE_DATE) {
        body.some_text(c.last_trade_date.as_ref());
    }
    body.double_or(c.strike, "0")
        .some_text(c.right.as_ref())
        .some_text(c.exchange.as_ref())
        .some_text(c.currency.as_ref())
        .some_text(c.local_symbol.as_ref())
        .some_text(d.market_name.as_ref())
        .some_text(c.trading_class.as_ref())
        .int_or(c.con_id, "0")
        .text(d.min_tick.as_deref().unwrap_or("0"));
    size_multiplier(body);
    body.double_or(c.multiplier, "")
        .some_text(d.order_types.as_ref())
        .some_text(d.valid_exchanges.as_ref())
        .int_or(d.price_magnifier, "1")
        .int_or(d.under_con_id, "0")
        .ascii(d.long_name.as_deref().unwrap_or_default())
        .some_text(c.primary_exch.as_ref())
        .some_text(d.contract_month.as_ref())
        .some_text(d.industry.as_ref())
        .some_text(d.category.as_ref())
        .some_text(d.subcategory.as_ref());
    hours(body, &d);
    economic_value_and_ids(body, &d);
    body.int_or(d.agg_group, "")
        .some_text(d.under_symbol.as_ref())
        .some_text(d.under_sec_type.as_ref())
        .some_text(d.market_rule_ids.as_ref())
        .some_text(d.real_expiration_date.as_ref())
        .some_text(d.stock_type.as_ref());
    if body.since(since::SIZE_STEP) && !body.since(since::SIZE_RULES) {
        body.text(d.suggested_size_increment.as_deref().unwrap_or("0"));
    }
    sizes(body, &d);
    if body.since(since::FUND_DETAILS) && c.sec_type.as_deref() == Some(FUND) {
        fund(body, &d);
    }
    if body.since(since::INELIGIBILITY_REASONS) {
        body.count(0);
    }
}

/// An old field that every version before the size rules carries.
fn size_multiplier(body: &mut Body<'_>) {
    if !body.since(since::SIZE_RULES) {
        body.int(1);
    }
}

fn hours(body: &mut Body<'_>, d: &wire::ContractDetails) {
    body.some_text(d.time_zone_id.as_ref()).some_text(d.trading_hours.as_ref()).some_text(d.liquid_hours.as_ref());
}

fn economic_value_and_ids(body: &mut Body<'_>, d: &wire::ContractDetails) {
    body.some_text(d.ev_rule.as_ref()).double_or(d.ev_multiplier, "").count(d.sec_id_list.len());
    for (kind, value) in &d.sec_id_list {
        body.text(kind).text(value);
    }
}

fn sizes(body: &mut Body<'_>, d: &wire::ContractDetails) {
    if body.since(since::SIZE_RULES) {
        body.some_text(d.min_size.as_ref())
            .some_text(d.size_increment.as_ref())
            .some_text(d.suggested_size_increment.as_ref());
    }
}

/// What only a fund has.
fn fund(body: &mut Body<'_>, d: &wire::ContractDetails) {
    body.some_text(d.fund_name.as_ref())
        .some_text(d.fund_family.as_ref())
        .some_text(d.fund_type.as_ref())
        .some_text(d.fund_front_load.as_ref())
        .some_text(d.fund_back_load.as_ref())
        .some_text(d.fund_back_load_time_interval.as_ref())
        .some_text(d.fund_management_fee.as_ref())
        .some_flag(d.fund_closed)
        .some_flag(d.fund_closed_for_new_investors)
        .some_flag(d.fund_closed_for_new_money)
        .some_text(d.fund_notify_amount.as_ref())
        .some_text(d.fund_minimum_initial_purchase.as_ref())
        .some_text(d.fund_minimum_subsequent_purchase.as_ref())
        .some_text(d.fund_blue_sky_states.as_ref())
        .some_text(d.fund_blue_sky_territories.as_ref())
        .some_text(d.fund_distribution_policy_indicator.as_ref())
        .some_text(d.fund_asset_type.as_ref());
}

/// Details of a bond (message 18).
pub(super) fn bond_details(body: &mut Body<'_>, req_id: i32, details: &ContractDetails) {
    let (c, d) = (contract_to_wire(&details.contract), details_to_wire(details));
    if !body.since(since::SIZE_RULES) {
        body.int(6);
    }
    body.int(req_id)
        .some_text(c.symbol.as_ref())
        .some_text(c.sec_type.as_ref())
        .some_text(d.cusip.as_ref())
        .double_or(d.coupon, "0")
        .some_text(c.last_trade_date_or_contract_month.as_ref())
        .some_text(d.issue_date.as_ref())
        .some_text(d.ratings.as_ref())
        .some_text(d.bond_type.as_ref())
        .some_text(d.coupon_type.as_ref())
        .some_flag(d.convertible)
        .some_flag(d.callable)
        .some_flag(d.puttable)
        .some_text(d.desc_append.as_ref())
        .some_text(c.exchange.as_ref())
        .some_text(c.currency.as_ref())
        .some_text(d.market_name.as_ref())
        .some_text(c.trading_class.as_ref())
        .int_or(c.con_id, "0")
        .text(d.min_tick.as_deref().unwrap_or("0"));
    size_multiplier(body);
    body.some_text(d.order_types.as_ref())
        .some_text(d.valid_exchanges.as_ref())
        .some_text(d.next_option_date.as_ref())
        .some_text(d.next_option_type.as_ref())
        .some_flag(d.next_option_partial)
        .some_text(d.bond_notes.as_ref())
        .ascii(d.long_name.as_deref().unwrap_or_default());
    if body.since(since::BOND_TRADING_HOURS) {
        hours(body, &d);
    }
    economic_value_and_ids(body, &d);
    body.int_or(d.agg_group, "").some_text(d.market_rule_ids.as_ref());
    sizes(body, &d);
}

/// Matches of a search (message 79).
pub(super) fn symbol_samples(body: &mut Body<'_>, req_id: i32, samples: &[SymbolSample]) {
    body.int(req_id).count(samples.len());
    for sample in samples {
        let c = contract_to_wire(&sample.contract);
        body.int_or(c.con_id, "0")
            .some_text(c.symbol.as_ref())
            .some_text(c.sec_type.as_ref())
            .some_text(c.primary_exch.as_ref())
            .some_text(c.currency.as_ref())
            .count(sample.derivative_sec_types.len());
        for kind in &sample.derivative_sec_types {
            body.text(kind);
        }
        if body.since(since::BOND_ISSUER) {
            body.some_text(c.description.as_ref()).some_text(c.issuer_id.as_ref());
        }
    }
}

/// Option chain parameters of one exchange (message 75).
pub(super) fn option_params(body: &mut Body<'_>, params: &SecDefOptParams) {
    body.int(params.req_id)
        .text(&params.exchange)
        .int(params.underlying_con_id)
        .text(&params.trading_class)
        .text(&params.multiplier)
        .count(params.expirations.len());
    for expiration in &params.expirations {
        body.text(expiration);
    }
    body.count(params.strikes.len());
    for strike in &params.strikes {
        body.decimal(*strike);
    }
}

/// Price increments of a rule (message 93).
pub(super) fn market_rule(body: &mut Body<'_>, market_rule_id: i32, increments: &[PriceIncrement]) {
    body.int(market_rule_id).count(increments.len());
    for band in increments {
        body.decimal(band.low_edge).decimal(band.increment);
    }
}
