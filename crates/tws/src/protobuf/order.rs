//! The order message, both ways.
//!
//! The message has some hundred and fifty fields. Those the model carries are converted; the others
//! are looked at, and named in [`Order::unsupported`] when a client set them.

use super::condition;
use super::encode::some;
use super::schema as wire;
use crate::error::DecodeError;
use crate::model::Order;
use crate::number::{decimal, decimal_text, double, integer, is_unset, text};

/// Reads an order of a request.
pub(crate) fn decode(m: wire::Order) -> Result<Order, DecodeError> {
    let unsupported = unsupported(&m);
    Ok(Order {
        client_id: integer(m.client_id),
        order_id: integer(m.order_id),
        perm_id: m.perm_id.filter(|id| *id != 0),
        parent_id: integer(m.parent_id).filter(|id| *id != 0),
        action: m.action.unwrap_or_default(),
        total_quantity: decimal_text(m.total_quantity.as_deref(), "totalQuantity")?,
        display_size: integer(m.display_size),
        order_type: m.order_type.unwrap_or_default(),
        lmt_price: decimal(m.lmt_price, "lmtPrice")?,
        aux_price: decimal(m.aux_price, "auxPrice")?,
        tif: m.tif.unwrap_or_default(),
        account: m.account.unwrap_or_default(),
        settling_firm: m.settling_firm.unwrap_or_default(),
        clearing_account: m.clearing_account.unwrap_or_default(),
        clearing_intent: m.clearing_intent.unwrap_or_default(),
        all_or_none: m.all_or_none.unwrap_or(false),
        block_order: m.block_order.unwrap_or(false),
        hidden: m.hidden.unwrap_or(false),
        outside_rth: m.outside_rth.unwrap_or(false),
        sweep_to_fill: m.sweep_to_fill.unwrap_or(false),
        percent_offset: decimal(m.percent_offset, "percentOffset")?,
        trailing_percent: decimal(m.trailing_percent, "trailingPercent")?,
        trail_stop_price: decimal(m.trail_stop_price, "trailStopPrice")?,
        min_qty: integer(m.min_qty),
        good_after_time: m.good_after_time.unwrap_or_default(),
        good_till_date: m.good_till_date.unwrap_or_default(),
        oca_group: m.oca_group.unwrap_or_default(),
        order_ref: m.order_ref.unwrap_or_default(),
        rule_80a: m.rule_80a.unwrap_or_default(),
        oca_type: integer(m.oca_type),
        trigger_method: integer(m.trigger_method),
        what_if: m.what_if.unwrap_or(false),
        transmit: m.transmit.unwrap_or(false),
        override_percentage_constraints: m.override_percentage_constraints.unwrap_or(false),
        open_close: m.open_close.unwrap_or_default(),
        origin: integer(m.origin),
        short_sale_slot: integer(m.short_sale_slot),
        designated_location: m.designated_location.unwrap_or_default(),
        exempt_code: integer(m.exempt_code).filter(|code| *code != -1),
        discretionary_amt: decimal(m.discretionary_amt, "discretionaryAmt")?,
        not_held: m.not_held.unwrap_or(false),
        lmt_price_offset: decimal(m.lmt_price_offset, "lmtPriceOffset")?,
        model_code: m.model_code.unwrap_or_default(),
        ext_operator: m.ext_operator.unwrap_or_default(),
        cash_qty: decimal(m.cash_qty, "cashQty")?,
        filled_quantity: decimal_text(m.filled_quantity.as_deref(), "filledQuantity")?,
        parent_perm_id: m.parent_perm_id.filter(|id| *id != 0),
        use_price_mgmt_algo: integer(m.use_price_mgmt_algo),
        advanced_error_override: m.advanced_error_override.unwrap_or_default(),
        customer_account: m.customer_account.unwrap_or_default(),
        professional_customer: m.professional_customer.unwrap_or(false),
        include_overnight: m.include_overnight.unwrap_or(false),
        manual_order_indicator: integer(m.manual_order_indicator),
        submitter: m.submitter.unwrap_or_default(),
        conditions: m.conditions.into_iter().map(condition::decode).collect::<Result<_, _>>()?,
        conditions_cancel_order: m.conditions_cancel_order.unwrap_or(false),
        conditions_ignore_rth: m.conditions_ignore_rth.unwrap_or(false),
        unsupported,
    })
}

/// Writes an order of a report.
pub(crate) fn encode(order: &Order) -> wire::Order {
    wire::Order {
        client_id: order.client_id,
        order_id: order.order_id,
        perm_id: order.perm_id,
        parent_id: order.parent_id,
        action: some(&order.action),
        total_quantity: order.total_quantity.map(text),
        display_size: order.display_size,
        order_type: some(&order.order_type),
        lmt_price: order.lmt_price.map(double),
        aux_price: order.aux_price.map(double),
        tif: some(&order.tif),
        account: some(&order.account),
        settling_firm: some(&order.settling_firm),
        clearing_account: some(&order.clearing_account),
        clearing_intent: some(&order.clearing_intent),
        all_or_none: Some(order.all_or_none),
        block_order: Some(order.block_order),
        hidden: Some(order.hidden),
        outside_rth: Some(order.outside_rth),
        sweep_to_fill: Some(order.sweep_to_fill),
        percent_offset: order.percent_offset.map(double),
        trailing_percent: order.trailing_percent.map(double),
        trail_stop_price: order.trail_stop_price.map(double),
        min_qty: order.min_qty,
        good_after_time: some(&order.good_after_time),
        good_till_date: some(&order.good_till_date),
        oca_group: some(&order.oca_group),
        order_ref: some(&order.order_ref),
        rule_80a: some(&order.rule_80a),
        oca_type: order.oca_type,
        trigger_method: order.trigger_method,
        what_if: Some(order.what_if),
        transmit: Some(order.transmit),
        override_percentage_constraints: Some(order.override_percentage_constraints),
        open_close: some(&order.open_close),
        origin: order.origin,
        short_sale_slot: order.short_sale_slot,
        designated_location: some(&order.designated_location),
        exempt_code: order.exempt_code,
        discretionary_amt: order.discretionary_amt.map(double),
        not_held: Some(order.not_held),
        lmt_price_offset: order.lmt_price_offset.map(double),
        model_code: some(&order.model_code),
        ext_operator: some(&order.ext_operator),
        cash_qty: order.cash_qty.map(double),
        filled_quantity: order.filled_quantity.map(text),
        parent_perm_id: order.parent_perm_id,
        use_price_mgmt_algo: order.use_price_mgmt_algo,
        advanced_error_override: some(&order.advanced_error_override),
        customer_account: some(&order.customer_account),
        professional_customer: Some(order.professional_customer),
        include_overnight: Some(order.include_overnight),
        manual_order_indicator: order.manual_order_indicator,
        submitter: some(&order.submitter),
        conditions: order.conditions.iter().map(condition::encode).collect(),
        conditions_cancel_order: Some(order.conditions_cancel_order),
        conditions_ignore_rth: Some(order.conditions_ignore_rth),
        ..wire::Order::default()
    }
}

/// The value a client sends for a field it does not use.
trait Neutral {
    fn is_neutral(&self) -> bool;
}

impl Neutral for bool {
    fn is_neutral(&self) -> bool {
        !self
    }
}

impl Neutral for i32 {
    fn is_neutral(&self) -> bool {
        matches!(*self, 0 | i32::MAX)
    }
}

impl Neutral for f64 {
    fn is_neutral(&self) -> bool {
        self.abs() < f64::MIN_POSITIVE || is_unset(*self)
    }
}

impl Neutral for String {
    fn is_neutral(&self) -> bool {
        // Clients write "None" for an order type that is not there.
        self.is_empty() || self == "None"
    }
}

impl<T: Neutral> Neutral for Option<T> {
    fn is_neutral(&self) -> bool {
        self.as_ref().is_none_or(Neutral::is_neutral)
    }
}

impl<K, V> Neutral for std::collections::BTreeMap<K, V> {
    fn is_neutral(&self) -> bool {
        self.is_empty()
    }
}

impl Neutral for wire::SoftDollarTier {
    fn is_neutral(&self) -> bool {
        self.name.is_neutral() && self.value.is_neutral()
    }
}

/// Names of the fields that are set and that the model does not carry.
#[expect(clippy::too_many_lines, reason = "a table, one row per field")]
fn unsupported(m: &wire::Order) -> Vec<String> {
    let fields: [(&str, &dyn Neutral); 88] = [
        ("activeStartTime", &m.active_start_time),
        ("activeStopTime", &m.active_stop_time),
        ("faGroup", &m.fa_group),
        ("faMethod", &m.fa_method),
        ("faPercentage", &m.fa_percentage),
        ("volatility", &m.volatility),
        ("volatilityType", &m.volatility_type),
        ("continuousUpdate", &m.continuous_update),
        ("referencePriceType", &m.reference_price_type),
        ("deltaNeutralOrderType", &m.delta_neutral_order_type),
        ("deltaNeutralAuxPrice", &m.delta_neutral_aux_price),
        ("deltaNeutralConId", &m.delta_neutral_con_id),
        ("deltaNeutralOpenClose", &m.delta_neutral_open_close),
        ("deltaNeutralShortSale", &m.delta_neutral_short_sale),
        ("deltaNeutralShortSaleSlot", &m.delta_neutral_short_sale_slot),
        ("deltaNeutralDesignatedLocation", &m.delta_neutral_designated_location),
        ("scaleInitLevelSize", &m.scale_init_level_size),
        ("scaleSubsLevelSize", &m.scale_subs_level_size),
        ("scalePriceIncrement", &m.scale_price_increment),
        ("scalePriceAdjustValue", &m.scale_price_adjust_value),
        ("scalePriceAdjustInterval", &m.scale_price_adjust_interval),
        ("scaleProfitOffset", &m.scale_profit_offset),
        ("scaleAutoReset", &m.scale_auto_reset),
        ("scaleInitPosition", &m.scale_init_position),
        ("scaleInitFillQty", &m.scale_init_fill_qty),
        ("scaleRandomPercent", &m.scale_random_percent),
        ("scaleTable", &m.scale_table),
        ("hedgeType", &m.hedge_type),
        ("hedgeParam", &m.hedge_param),
        ("algoStrategy", &m.algo_strategy),
        ("algoParams", &m.algo_params),
        ("algoId", &m.algo_id),
        ("smartComboRoutingParams", &m.smart_combo_routing_params),
        ("deltaNeutralSettlingFirm", &m.delta_neutral_settling_firm),
        ("deltaNeutralClearingAccount", &m.delta_neutral_clearing_account),
        ("deltaNeutralClearingIntent", &m.delta_neutral_clearing_intent),
        ("optOutSmartRouting", &m.opt_out_smart_routing),
        ("startingPrice", &m.starting_price),
        ("stockRefPrice", &m.stock_ref_price),
        ("delta", &m.delta),
        ("stockRangeLower", &m.stock_range_lower),
        ("stockRangeUpper", &m.stock_range_upper),
        ("orderMiscOptions", &m.order_misc_options),
        ("solicited", &m.solicited),
        ("randomizeSize", &m.randomize_size),
        ("randomizePrice", &m.randomize_price),
        ("referenceContractId", &m.reference_contract_id),
        ("peggedChangeAmount", &m.pegged_change_amount),
        ("isPeggedChangeAmountDecrease", &m.is_pegged_change_amount_decrease),
        ("referenceChangeAmount", &m.reference_change_amount),
        ("referenceExchangeId", &m.reference_exchange_id),
        ("adjustedOrderType", &m.adjusted_order_type),
        ("triggerPrice", &m.trigger_price),
        ("adjustedStopPrice", &m.adjusted_stop_price),
        ("adjustedStopLimitPrice", &m.adjusted_stop_limit_price),
        ("adjustedTrailingAmount", &m.adjusted_trailing_amount),
        ("adjustableTrailingUnit", &m.adjustable_trailing_unit),
        ("softDollarTier", &m.soft_dollar_tier),
        ("mifid2DecisionMaker", &m.mifid2_decision_maker),
        ("mifid2DecisionAlgo", &m.mifid2_decision_algo),
        ("mifid2ExecutionTrader", &m.mifid2_execution_trader),
        ("mifid2ExecutionAlgo", &m.mifid2_execution_algo),
        ("dontUseAutoPriceForHedge", &m.dont_use_auto_price_for_hedge),
        ("isOmsContainer", &m.is_oms_container),
        ("discretionaryUpToLimitPrice", &m.discretionary_up_to_limit_price),
        ("autoCancelDate", &m.auto_cancel_date),
        ("refFuturesConId", &m.ref_futures_con_id),
        ("autoCancelParent", &m.auto_cancel_parent),
        ("shareholder", &m.shareholder),
        ("imbalanceOnly", &m.imbalance_only),
        ("routeMarketableToBbo", &m.route_marketable_to_bbo),
        ("duration", &m.duration),
        ("postToAts", &m.post_to_ats),
        ("manualOrderTime", &m.manual_order_time),
        ("minTradeQty", &m.min_trade_qty),
        ("minCompeteSize", &m.min_compete_size),
        ("competeAgainstBestOffset", &m.compete_against_best_offset),
        ("midOffsetAtWhole", &m.mid_offset_at_whole),
        ("midOffsetAtHalf", &m.mid_offset_at_half),
        ("bondAccruedInterest", &m.bond_accrued_interest),
        ("deactivate", &m.deactivate),
        ("postOnly", &m.post_only),
        ("allowPreOpen", &m.allow_pre_open),
        ("ignoreOpenAuction", &m.ignore_open_auction),
        ("seekPriceImprovement", &m.seek_price_improvement),
        ("whatIfType", &m.what_if_type),
        ("hedgeMaxSize", &m.hedge_max_size),
        ("conditionsIncludeOvernight", &m.conditions_include_overnight),
    ];
    fields.into_iter().filter(|(_, value)| !value.is_neutral()).map(|(name, _)| name.to_owned()).collect()
}
