//! Open and completed orders.

use super::body::{Body, UNSET_DOUBLE, UNSET_INT};
use super::decode_order::{condition_kind, is_type};
use super::encode_contract::{self, NO_RIGHT_IN_ORDERS};
use super::since;
use crate::model::{CompletedOrder, OpenOrder};
use crate::protobuf::{contract_to_wire, order_to_wire, schema as wire, state_to_wire};

/// What the wire writes for a price that the order does not have.
const NO_PRICE: &str = "0.0";
/// What the wire writes for the parent of a completed order that has none.
const NO_PARENT: &str = "9223372036854775807";
/// What the wire writes for an order type that is not there.
const NO_ORDER_TYPE: &str = "None";
/// What the wire writes in every completed order.
const NO_SHAREHOLDER: &str = "Not an insider or substantial shareholder";

/// An order as it stands (message 5).
pub(super) fn open_order(body: &mut Body<'_>, open: &OpenOrder) {
    let (c, o, s) = (contract_to_wire(&open.contract), order_to_wire(&open.order), state_to_wire(&open.state));
    body.int(open.order_id);
    encode_contract::named(body, &c, NO_RIGHT_IN_ORDERS);
    main_fields(body, &o);
    body.int_or(o.client_id, "0");
    perm_id_and_flags(body, &o);
    // Allocation of shares, not used any more.
    body.text("");
    advisor_and_short_sale(body, &o);
    // Auction strategy.
    body.int(0);
    prices_of_pegged_orders(body, &o);
    body.int_or(o.display_size, UNSET_INT)
        .some_flag(o.block_order)
        .some_flag(o.sweep_to_fill)
        .some_flag(o.all_or_none)
        .int_or(o.min_qty, "")
        .int_or(o.oca_type, "0");
    // Electronic only, firm quote only, cap by the best quotes: not used any more.
    body.flag(false).flag(false).text("");
    body.int_or(o.parent_id, "0").int_or(o.trigger_method, "0");
    volatility(body, &o, true);
    body.double_or(o.trail_stop_price, "").double_or(o.trailing_percent, "");
    // Basis points and their type, for exchanges for physicals.
    body.empty(2);
    combination(body, &c, &o);
    scale_and_hedge(body, &o);
    body.some_flag(o.opt_out_smart_routing);
    clearing(body, &c, &o);
    algorithm(body, &o);
    body.some_flag(o.solicited).some_flag(o.what_if);
    preview(body, &s);
    body.some_flag(o.randomize_size).some_flag(o.randomize_price);
    pegged_to_benchmark(body, &o);
    conditions(body, &o);
    adjustments(body, &o);
    let tier = o.soft_dollar_tier.clone().unwrap_or_default();
    body.some_text(tier.name.as_ref()).some_text(tier.value.as_ref()).some_text(tier.display_name.as_ref());
    body.double_or(o.cash_qty, "0")
        .some_flag(o.dont_use_auto_price_for_hedge)
        .some_flag(o.is_oms_container)
        .some_flag(o.discretionary_up_to_limit_price)
        .int_or(o.use_price_mgmt_algo, "0");
    later_fields_of_open_orders(body, &o);
}

/// An order that ended (message 101).
pub(super) fn completed_order(body: &mut Body<'_>, done: &CompletedOrder) {
    let (c, o, s) = (contract_to_wire(&done.contract), order_to_wire(&done.order), state_to_wire(&done.state));
    encode_contract::named(body, &c, NO_RIGHT_IN_ORDERS);
    main_fields(body, &o);
    perm_id_and_flags(body, &o);
    advisor_and_short_sale(body, &o);
    prices_of_pegged_orders(body, &o);
    body.int_or(o.display_size, UNSET_INT)
        .some_flag(o.sweep_to_fill)
        .some_flag(o.all_or_none)
        .int_or(o.min_qty, "")
        .int_or(o.oca_type, "0")
        .int_or(o.trigger_method, "0");
    volatility(body, &o, false);
    body.double_or(o.trail_stop_price, "").double_or(o.trailing_percent, "");
    combination(body, &c, &o);
    scale_and_hedge(body, &o);
    clearing(body, &c, &o);
    algorithm(body, &o);
    body.some_flag(o.solicited).some_text(s.status.as_ref());
    body.some_flag(o.randomize_size).some_flag(o.randomize_price);
    pegged_to_benchmark(body, &o);
    conditions(body, &o);
    body.double_or(o.trail_stop_price, UNSET_DOUBLE)
        .double_or(o.lmt_price_offset, UNSET_DOUBLE)
        .double_or(o.cash_qty, "0")
        .some_flag(o.dont_use_auto_price_for_hedge)
        .some_flag(o.is_oms_container)
        .some_text(o.auto_cancel_date.as_ref())
        .text(o.filled_quantity.as_deref().unwrap_or("0"))
        .int_or(o.ref_futures_con_id, UNSET_INT)
        .some_flag(o.auto_cancel_parent)
        .text(o.shareholder.as_deref().unwrap_or(NO_SHAREHOLDER))
        .some_flag(o.imbalance_only)
        .int_or(o.route_marketable_to_bbo, "0")
        .int_or(o.parent_perm_id, NO_PARENT)
        .some_text(s.completed_time.as_ref())
        .some_text(s.completed_status.as_ref());
    peg_offsets(body, &o);
    customer(body, &o);
    submitter(body, o.submitter.as_ref());
}

fn main_fields(body: &mut Body<'_>, o: &wire::Order) {
    body.some_text(o.action.as_ref())
        .text(o.total_quantity.as_deref().unwrap_or("0"))
        .some_text(o.order_type.as_ref())
        .double_or(o.lmt_price, NO_PRICE)
        .double_or(o.aux_price, NO_PRICE)
        .some_text(o.tif.as_ref())
        .some_text(o.oca_group.as_ref())
        .some_text(o.account.as_ref())
        .some_text(o.open_close.as_ref())
        .int_or(o.origin, "0")
        .some_text(o.order_ref.as_ref());
}

fn perm_id_and_flags(body: &mut Body<'_>, o: &wire::Order) {
    body.int_or(o.perm_id, "0")
        .some_flag(o.outside_rth)
        .some_flag(o.hidden)
        .double_or(o.discretionary_amt, "0")
        .some_text(o.good_after_time.as_ref());
}

fn advisor_and_short_sale(body: &mut Body<'_>, o: &wire::Order) {
    body.some_text(o.fa_group.as_ref()).some_text(o.fa_method.as_ref()).some_text(o.fa_percentage.as_ref());
    if !body.since(since::NO_ADVISOR_PROFILE) {
        body.text("");
    }
    body.some_text(o.model_code.as_ref())
        .some_text(o.good_till_date.as_ref())
        .some_text(o.rule_80a.as_ref())
        .double_or(o.percent_offset, "")
        .some_text(o.settling_firm.as_ref())
        .int_or(o.short_sale_slot, "0")
        .some_text(o.designated_location.as_ref())
        .int_or(o.exempt_code, "-1");
}

fn prices_of_pegged_orders(body: &mut Body<'_>, o: &wire::Order) {
    body.double_or(o.starting_price, "")
        .double_or(o.stock_ref_price, "")
        .double_or(o.delta, "")
        .double_or(o.stock_range_lower, "")
        .double_or(o.stock_range_upper, "");
}

fn volatility(body: &mut Body<'_>, o: &wire::Order, open: bool) {
    body.double_or(o.volatility, "")
        .int_or(o.volatility_type, "0")
        .text(o.delta_neutral_order_type.as_deref().unwrap_or(NO_ORDER_TYPE))
        .double_or(o.delta_neutral_aux_price, "");
    // "None" is an order type too: its fields follow.
    body.int_or(o.delta_neutral_con_id, "0");
    if open {
        body.some_text(o.delta_neutral_settling_firm.as_ref())
            .some_text(o.delta_neutral_clearing_account.as_ref())
            .some_text(o.delta_neutral_clearing_intent.as_ref())
            .text(o.delta_neutral_open_close.as_deref().unwrap_or("?"));
    }
    body.some_flag(o.delta_neutral_short_sale)
        .int_or(o.delta_neutral_short_sale_slot, "0")
        .some_text(o.delta_neutral_designated_location.as_ref());
    body.some_flag(o.continuous_update).int_or(o.reference_price_type, "0");
}

fn combination(body: &mut Body<'_>, c: &wire::Contract, o: &wire::Order) {
    body.some_text(c.combo_legs_descrip.as_ref()).count(c.combo_legs.len());
    for leg in &c.combo_legs {
        body.int_or(leg.con_id, "0")
            .int_or(leg.ratio, "0")
            .some_text(leg.action.as_ref())
            .some_text(leg.exchange.as_ref())
            .int_or(leg.open_close, "0")
            .int_or(leg.short_sales_slot, "0")
            .some_text(leg.designated_location.as_ref())
            .int_or(leg.exempt_code, "-1");
    }
    let priced = c.combo_legs.iter().any(|leg| leg.per_leg_price.is_some());
    let prices = if priced { c.combo_legs.as_slice() } else { &[] };
    body.count(prices.len());
    for leg in prices {
        body.double_or(leg.per_leg_price, "");
    }
    body.count(o.smart_combo_routing_params.len());
    for (tag, value) in &o.smart_combo_routing_params {
        body.text(tag).text(value);
    }
}

fn scale_and_hedge(body: &mut Body<'_>, o: &wire::Order) {
    body.int_or(o.scale_init_level_size, UNSET_INT)
        .int_or(o.scale_subs_level_size, UNSET_INT)
        .double_or(o.scale_price_increment, "");
    if o.scale_price_increment.is_some_and(|step| step > 0.0) {
        body.double_or(o.scale_price_adjust_value, "")
            .int_or(o.scale_price_adjust_interval, UNSET_INT)
            .double_or(o.scale_profit_offset, "")
            .some_flag(o.scale_auto_reset)
            .int_or(o.scale_init_position, UNSET_INT)
            .int_or(o.scale_init_fill_qty, UNSET_INT)
            .some_flag(o.scale_random_percent);
    }
    body.some_text(o.hedge_type.as_ref());
    if o.hedge_type.is_some() {
        body.some_text(o.hedge_param.as_ref());
    }
}

fn clearing(body: &mut Body<'_>, c: &wire::Contract, o: &wire::Order) {
    body.some_text(o.clearing_account.as_ref()).some_text(o.clearing_intent.as_ref()).some_flag(o.not_held);
    body.flag(c.delta_neutral_contract.is_some());
    if let Some(underlying) = &c.delta_neutral_contract {
        body.int_or(underlying.con_id, "0").double_or(underlying.delta, "0").double_or(underlying.price, "0");
    }
}

fn algorithm(body: &mut Body<'_>, o: &wire::Order) {
    body.some_text(o.algo_strategy.as_ref());
    if o.algo_strategy.is_some() {
        body.count(o.algo_params.len());
        for (tag, value) in &o.algo_params {
            body.text(tag).text(value);
        }
    }
}

fn preview(body: &mut Body<'_>, s: &wire::OrderState) {
    body.some_text(s.status.as_ref());
    let margins = [
        s.init_margin_before,
        s.maint_margin_before,
        s.equity_with_loan_before,
        s.init_margin_change,
        s.maint_margin_change,
        s.equity_with_loan_change,
        s.init_margin_after,
        s.maint_margin_after,
        s.equity_with_loan_after,
    ];
    for margin in margins {
        body.double_or(margin, UNSET_DOUBLE);
    }
    body.double_or(s.commission_and_fees, "")
        .double_or(s.min_commission_and_fees, "")
        .double_or(s.max_commission_and_fees, "")
        .some_text(s.commission_and_fees_currency.as_ref());
    if body.since(since::FULL_PREVIEW) {
        full_preview(body, s);
    }
    body.some_text(s.warning_text.as_ref());
}

fn full_preview(body: &mut Body<'_>, s: &wire::OrderState) {
    body.some_text(s.margin_currency.as_ref());
    let outside_rth = [
        s.init_margin_before_outside_rth,
        s.maint_margin_before_outside_rth,
        s.equity_with_loan_before_outside_rth,
        s.init_margin_change_outside_rth,
        s.maint_margin_change_outside_rth,
        s.equity_with_loan_change_outside_rth,
        s.init_margin_after_outside_rth,
        s.maint_margin_after_outside_rth,
        s.equity_with_loan_after_outside_rth,
    ];
    for margin in outside_rth {
        body.double_or(margin, UNSET_DOUBLE);
    }
    body.some_text(s.suggested_size.as_ref()).some_text(s.reject_reason.as_ref());
    // Allocations among the accounts of an advisor.
    body.count(0);
}

fn pegged_to_benchmark(body: &mut Body<'_>, o: &wire::Order) {
    if is_type(o, ["PEG BENCH", "PEGBENCH"]) {
        body.int_or(o.reference_contract_id, "0")
            .some_flag(o.is_pegged_change_amount_decrease)
            .double_or(o.pegged_change_amount, "0")
            .double_or(o.reference_change_amount, "0")
            .some_text(o.reference_exchange_id.as_ref());
    }
}

fn conditions(body: &mut Body<'_>, o: &wire::Order) {
    body.count(o.conditions.len());
    for condition in &o.conditions {
        write_condition(body, condition);
    }
    if !o.conditions.is_empty() {
        body.some_flag(o.conditions_ignore_rth).some_flag(o.conditions_cancel_order);
    }
}

fn write_condition(body: &mut Body<'_>, c: &wire::OrderCondition) {
    let kind = c.kind.unwrap_or_default();
    body.int(kind).text(if c.is_conjunction_connection.unwrap_or(true) { "a" } else { "o" });
    if kind == condition_kind::EXECUTION {
        body.some_text(c.sec_type.as_ref()).some_text(c.exchange.as_ref()).some_text(c.symbol.as_ref());
        return;
    }
    body.some_flag(c.is_more);
    match kind {
        condition_kind::PRICE => body.double_or(c.price, "0"),
        condition_kind::TIME => body.some_text(c.time.as_ref()),
        condition_kind::MARGIN => body.int_or(c.percent, "0"),
        condition_kind::VOLUME => body.int_or(c.volume, "0"),
        _ => body.double_or(c.change_percent, "0"),
    };
    if matches!(kind, condition_kind::PRICE | condition_kind::VOLUME | condition_kind::PERCENT_CHANGE) {
        body.int_or(c.con_id, "0").some_text(c.exchange.as_ref());
    }
    if kind == condition_kind::PRICE {
        body.int_or(c.trigger_method, "0");
    }
}

fn adjustments(body: &mut Body<'_>, o: &wire::Order) {
    body.text(o.adjusted_order_type.as_deref().unwrap_or(NO_ORDER_TYPE))
        .double_or(o.trigger_price, UNSET_DOUBLE)
        .double_or(o.trail_stop_price, UNSET_DOUBLE)
        .double_or(o.lmt_price_offset, UNSET_DOUBLE)
        .double_or(o.adjusted_stop_price, UNSET_DOUBLE)
        .double_or(o.adjusted_stop_limit_price, UNSET_DOUBLE)
        .double_or(o.adjusted_trailing_amount, UNSET_DOUBLE)
        .int_or(o.adjustable_trailing_unit, "0");
}

/// The fields that came one version after another.
fn later_fields_of_open_orders(body: &mut Body<'_>, o: &wire::Order) {
    if body.since(since::DURATION) {
        body.int_or(o.duration, "");
    }
    if body.since(since::POST_TO_ATS) {
        body.int_or(o.post_to_ats, "");
    }
    if body.since(since::AUTO_CANCEL_PARENT) {
        body.some_flag(o.auto_cancel_parent);
    }
    peg_offsets(body, o);
    customer(body, o);
    if body.since(since::BOND_ACCRUED_INTEREST) {
        body.some_text(o.bond_accrued_interest.as_ref());
    }
    if body.since(since::INCLUDE_OVERNIGHT) {
        body.some_flag(o.include_overnight);
    }
    if body.since(since::CME_TAGS_IN_OPEN_ORDERS) {
        body.some_text(o.ext_operator.as_ref()).int_or(o.manual_order_indicator, "");
    }
    submitter(body, o.submitter.as_ref());
    if body.since(since::IMBALANCE_ONLY) {
        body.some_flag(o.imbalance_only);
    }
}

fn peg_offsets(body: &mut Body<'_>, o: &wire::Order) {
    if body.since(since::PEG_OFFSETS) {
        body.int_or(o.min_trade_qty, "")
            .int_or(o.min_compete_size, "")
            .double_or(o.compete_against_best_offset, "")
            .double_or(o.mid_offset_at_whole, "")
            .double_or(o.mid_offset_at_half, "");
    }
}

fn customer(body: &mut Body<'_>, o: &wire::Order) {
    if body.since(since::CUSTOMER_ACCOUNT) {
        body.some_text(o.customer_account.as_ref());
    }
    if body.since(since::PROFESSIONAL_CUSTOMER) {
        body.some_flag(o.professional_customer);
    }
}

fn submitter(body: &mut Body<'_>, submitter: Option<&String>) {
    if body.since(since::SUBMITTER) {
        body.some_text(submitter);
    }
}
