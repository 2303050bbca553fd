//! A new or changed order: one message of a hundred and more fields.

use super::decode_contract::{self, into_model};
use super::decode_data::pairs;
use super::fields::Fields;
use super::since;
use crate::error::DecodeError;
use crate::model::{PlaceOrder, Request};
use crate::protobuf::{order_from_wire, schema as wire};

type Read<T> = Result<T, DecodeError>;

/// What clients write for an order type that is not there.
const NO_ORDER_TYPE: &str = "None";

/// The order as it is read.
#[derive(Default)]
struct Placed {
    contract: wire::Contract,
    order: wire::Order,
    /// Set fields that no other encoding has any more.
    obsolete: Vec<&'static str>,
}

pub(super) fn place_order(f: &mut Fields<'_>) -> Read<Request> {
    let order_id = f.int("orderId")?;
    let mut contract = decode_contract::named(f)?;
    contract.sec_id_type = f.some_text("secIdType")?;
    contract.sec_id = f.some_text("secId")?;
    let mut placed = Placed { contract, ..Placed::default() };
    main_fields(f, &mut placed)?;
    combination(f, &mut placed)?;
    extended_fields(f, &mut placed)?;
    short_sale_and_sizes(f, &mut placed)?;
    volatility(f, &mut placed.order)?;
    trail_and_scale(f, &mut placed.order)?;
    hedge_and_clearing(f, &mut placed.order)?;
    decode_contract::delta_neutral(f, &mut placed.contract)?;
    algorithm(f, &mut placed.order)?;
    pegged_to_benchmark(f, &mut placed.order)?;
    conditions(f, &mut placed.order)?;
    adjustments(f, &mut placed.order)?;
    regulation(f, &mut placed.order)?;
    later_fields(f, &mut placed)?;

    let mut order = order_from_wire(placed.order)?;
    order.unsupported.extend(placed.obsolete.into_iter().map(str::to_owned));
    Ok(Request::PlaceOrder(Box::new(PlaceOrder { order_id, contract: into_model(placed.contract)?, order })))
}

fn main_fields(f: &mut Fields<'_>, placed: &mut Placed) -> Read<()> {
    let o = &mut placed.order;
    o.action = f.some_text("action")?;
    o.total_quantity = f.some_text("totalQuantity")?;
    o.order_type = f.some_text("orderType")?;
    o.lmt_price = f.some_double("lmtPrice")?;
    o.aux_price = f.some_double("auxPrice")?;
    o.tif = f.some_text("tif")?;
    o.oca_group = f.some_text("ocaGroup")?;
    o.account = f.some_text("account")?;
    o.open_close = f.some_text("openClose")?;
    o.origin = f.some_int("origin")?;
    o.order_ref = f.some_text("orderRef")?;
    o.transmit = f.some_flag("transmit")?;
    o.parent_id = f.some_int("parentId")?;
    o.block_order = f.some_flag("blockOrder")?;
    o.sweep_to_fill = f.some_flag("sweepToFill")?;
    o.display_size = f.some_int("displaySize")?;
    o.trigger_method = f.some_int("triggerMethod")?;
    o.outside_rth = f.some_flag("outsideRth")?;
    o.hidden = f.some_flag("hidden")?;
    Ok(())
}

fn combination(f: &mut Fields<'_>, placed: &mut Placed) -> Read<()> {
    if !decode_contract::is_combination(&placed.contract) {
        return Ok(());
    }
    decode_contract::order_legs(f, &mut placed.contract)?;
    let mut legs = placed.contract.combo_legs.iter_mut();
    for _ in 0..f.count("orderComboLegsCount")? {
        let price = f.some_double("orderComboLegPrice")?;
        // A price beyond the legs prices nothing.
        legs.next().ok_or(DecodeError::MissingField { field: "comboLeg" })?.per_leg_price = price;
    }
    for _ in 0..f.count("smartComboRoutingParamsCount")? {
        let (tag, value) = (f.text("tag")?, f.text("value")?);
        placed.order.smart_combo_routing_params.insert(tag, value);
    }
    Ok(())
}

fn extended_fields(f: &mut Fields<'_>, placed: &mut Placed) -> Read<()> {
    obsolete(placed, "sharesAllocation", !f.raw("sharesAllocation")?.is_empty());
    let o = &mut placed.order;
    o.discretionary_amt = f.some_double("discretionaryAmt")?;
    o.good_after_time = f.some_text("goodAfterTime")?;
    o.good_till_date = f.some_text("goodTillDate")?;
    o.fa_group = f.some_text("faGroup")?;
    o.fa_method = f.some_text("faMethod")?;
    o.fa_percentage = f.some_text("faPercentage")?;
    if !f.since(since::NO_ADVISOR_PROFILE) {
        obsolete(placed, "faProfile", !f.raw("faProfile")?.is_empty());
    }
    placed.order.model_code = f.some_text("modelCode")?;
    Ok(())
}

fn short_sale_and_sizes(f: &mut Fields<'_>, placed: &mut Placed) -> Read<()> {
    let o = &mut placed.order;
    o.short_sale_slot = f.some_int("shortSaleSlot")?;
    o.designated_location = f.some_text("designatedLocation")?;
    o.exempt_code = f.some_int("exemptCode")?;
    o.oca_type = f.some_int("ocaType")?;
    o.rule_80a = f.some_text("rule80A")?;
    o.settling_firm = f.some_text("settlingFirm")?;
    o.all_or_none = f.some_flag("allOrNone")?;
    o.min_qty = f.some_int("minQty")?;
    o.percent_offset = f.some_double("percentOffset")?;
    obsolete(placed, "eTradeOnly", f.flag("eTradeOnly")?);
    obsolete(placed, "firmQuoteOnly", f.flag("firmQuoteOnly")?);
    obsolete(placed, "nbboPriceCap", f.some_double("nbboPriceCap")?.is_some_and(|cap| cap != 0.0));
    obsolete(placed, "auctionStrategy", f.some_int("auctionStrategy")?.is_some_and(|strategy| strategy != 0));
    let o = &mut placed.order;
    o.starting_price = f.some_double("startingPrice")?;
    o.stock_ref_price = f.some_double("stockRefPrice")?;
    o.delta = f.some_double("delta")?;
    o.stock_range_lower = f.some_double("stockRangeLower")?;
    o.stock_range_upper = f.some_double("stockRangeUpper")?;
    o.override_percentage_constraints = f.some_flag("overridePercentageConstraints")?;
    Ok(())
}

fn obsolete(placed: &mut Placed, field: &'static str, set: bool) {
    if set {
        placed.obsolete.push(field);
    }
}

fn volatility(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    o.volatility = f.some_double("volatility")?;
    o.volatility_type = f.some_int("volatilityType")?;
    o.delta_neutral_order_type = f.some_text("deltaNeutralOrderType")?;
    o.delta_neutral_aux_price = f.some_double("deltaNeutralAuxPrice")?;
    if let Some(order_type) = &o.delta_neutral_order_type {
        // An order read from a report says "None", and its eight fields mean nothing.
        if order_type == NO_ORDER_TYPE {
            for _ in 0..8 {
                f.raw("deltaNeutral")?;
            }
        } else {
            o.delta_neutral_con_id = f.some_int("deltaNeutralConId")?;
            o.delta_neutral_settling_firm = f.some_text("deltaNeutralSettlingFirm")?;
            o.delta_neutral_clearing_account = f.some_text("deltaNeutralClearingAccount")?;
            o.delta_neutral_clearing_intent = f.some_text("deltaNeutralClearingIntent")?;
            o.delta_neutral_open_close = f.some_text("deltaNeutralOpenClose")?;
            o.delta_neutral_short_sale = f.some_flag("deltaNeutralShortSale")?;
            o.delta_neutral_short_sale_slot = f.some_int("deltaNeutralShortSaleSlot")?;
            o.delta_neutral_designated_location = f.some_text("deltaNeutralDesignatedLocation")?;
        }
    }
    o.continuous_update = f.some_flag("continuousUpdate")?;
    o.reference_price_type = f.some_int("referencePriceType")?;
    Ok(())
}

fn trail_and_scale(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    o.trail_stop_price = f.some_double("trailStopPrice")?;
    o.trailing_percent = f.some_double("trailingPercent")?;
    o.scale_init_level_size = f.some_int("scaleInitLevelSize")?;
    o.scale_subs_level_size = f.some_int("scaleSubsLevelSize")?;
    o.scale_price_increment = f.some_double("scalePriceIncrement")?;
    if o.scale_price_increment.is_some_and(|step| step > 0.0) {
        o.scale_price_adjust_value = f.some_double("scalePriceAdjustValue")?;
        o.scale_price_adjust_interval = f.some_int("scalePriceAdjustInterval")?;
        o.scale_profit_offset = f.some_double("scaleProfitOffset")?;
        o.scale_auto_reset = f.some_flag("scaleAutoReset")?;
        o.scale_init_position = f.some_int("scaleInitPosition")?;
        o.scale_init_fill_qty = f.some_int("scaleInitFillQty")?;
        o.scale_random_percent = f.some_flag("scaleRandomPercent")?;
    }
    o.scale_table = f.some_text("scaleTable")?;
    o.active_start_time = f.some_text("activeStartTime")?;
    o.active_stop_time = f.some_text("activeStopTime")?;
    Ok(())
}

fn hedge_and_clearing(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    o.hedge_type = f.some_text("hedgeType")?;
    if o.hedge_type.is_some() {
        o.hedge_param = f.some_text("hedgeParam")?;
    }
    o.opt_out_smart_routing = f.some_flag("optOutSmartRouting")?;
    o.clearing_account = f.some_text("clearingAccount")?;
    o.clearing_intent = f.some_text("clearingIntent")?;
    o.not_held = f.some_flag("notHeld")?;
    Ok(())
}

fn algorithm(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    o.algo_strategy = f.some_text("algoStrategy")?;
    if o.algo_strategy.is_some() {
        for _ in 0..f.count("algoParamsCount")? {
            let (tag, value) = (f.text("tag")?, f.text("value")?);
            o.algo_params.insert(tag, value);
        }
    }
    o.algo_id = f.some_text("algoId")?;
    o.what_if = f.some_flag("whatIf")?;
    o.order_misc_options.extend(pairs(f.raw("orderMiscOptions")?));
    o.solicited = f.some_flag("solicited")?;
    o.randomize_size = f.some_flag("randomizeSize")?;
    o.randomize_price = f.some_flag("randomizePrice")?;
    Ok(())
}

/// Whether an order is of a type, which some clients write with and some without its space.
pub(super) fn is_type(order: &wire::Order, words: [&str; 2]) -> bool {
    order.order_type.as_deref().is_some_and(|word| words.contains(&word))
}

fn pegged_to_benchmark(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    if is_type(o, ["PEG BENCH", "PEGBENCH"]) {
        o.reference_contract_id = f.some_int("referenceContractId")?;
        o.is_pegged_change_amount_decrease = f.some_flag("isPeggedChangeAmountDecrease")?;
        o.pegged_change_amount = f.some_double("peggedChangeAmount")?;
        o.reference_change_amount = f.some_double("referenceChangeAmount")?;
        o.reference_exchange_id = f.some_text("referenceExchangeId")?;
    }
    Ok(())
}

fn conditions(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    let count = f.count("conditionsCount")?;
    for _ in 0..count {
        o.conditions.push(condition(f)?);
    }
    if count > 0 {
        o.conditions_ignore_rth = f.some_flag("conditionsIgnoreRth")?;
        o.conditions_cancel_order = f.some_flag("conditionsCancelOrder")?;
    }
    Ok(())
}

fn condition(f: &mut Fields<'_>) -> Read<wire::OrderCondition> {
    let kind = f.int("conditionType")?;
    let is_conjunction_connection = match f.raw("conjunctionConnection")? {
        "a" => true,
        "o" => false,
        _ => return Err(DecodeError::NotFlag { field: "conjunctionConnection" }),
    };
    let mut c = wire::OrderCondition {
        kind: Some(kind),
        is_conjunction_connection: Some(is_conjunction_connection),
        ..wire::OrderCondition::default()
    };
    match kind {
        condition_kind::EXECUTION => {
            c.sec_type = f.some_text("secType")?;
            c.exchange = f.some_text("exchange")?;
            c.symbol = f.some_text("symbol")?;
            return Ok(c);
        }
        condition_kind::PRICE
        | condition_kind::TIME
        | condition_kind::MARGIN
        | condition_kind::VOLUME
        | condition_kind::PERCENT_CHANGE => {}
        _ => return Err(DecodeError::NotInteger { field: "conditionType" }),
    }
    c.is_more = f.some_flag("isMore")?;
    match kind {
        condition_kind::PRICE => c.price = f.some_double("price")?,
        condition_kind::TIME => c.time = f.some_text("time")?,
        condition_kind::MARGIN => c.percent = f.some_int("percent")?,
        condition_kind::VOLUME => c.volume = f.some_int("volume")?,
        _ => c.change_percent = f.some_double("changePercent")?,
    }
    if matches!(kind, condition_kind::PRICE | condition_kind::VOLUME | condition_kind::PERCENT_CHANGE) {
        c.con_id = f.some_int("conId")?;
        c.exchange = f.some_text("exchange")?;
    }
    if kind == condition_kind::PRICE {
        c.trigger_method = f.some_int("triggerMethod")?;
    }
    Ok(c)
}

/// The numbers that stand for kinds of conditions.
pub(super) mod condition_kind {
    pub(in crate::text) const PRICE: i32 = 1;
    pub(in crate::text) const TIME: i32 = 3;
    pub(in crate::text) const MARGIN: i32 = 4;
    pub(in crate::text) const EXECUTION: i32 = 5;
    pub(in crate::text) const VOLUME: i32 = 6;
    pub(in crate::text) const PERCENT_CHANGE: i32 = 7;
}

fn adjustments(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    o.adjusted_order_type = f.some_text("adjustedOrderType")?;
    o.trigger_price = f.some_double("triggerPrice")?;
    o.lmt_price_offset = f.some_double("lmtPriceOffset")?;
    o.adjusted_stop_price = f.some_double("adjustedStopPrice")?;
    o.adjusted_stop_limit_price = f.some_double("adjustedStopLimitPrice")?;
    o.adjusted_trailing_amount = f.some_double("adjustedTrailingAmount")?;
    o.adjustable_trailing_unit = f.some_int("adjustableTrailingUnit")?;
    Ok(())
}

fn regulation(f: &mut Fields<'_>, o: &mut wire::Order) -> Read<()> {
    o.ext_operator = f.some_text("extOperator")?;
    o.soft_dollar_tier = Some(wire::SoftDollarTier {
        name: f.some_text("softDollarTierName")?,
        value: f.some_text("softDollarTierValue")?,
        display_name: None,
    });
    o.cash_qty = f.some_double("cashQty")?;
    o.mifid2_decision_maker = f.some_text("mifid2DecisionMaker")?;
    o.mifid2_decision_algo = f.some_text("mifid2DecisionAlgo")?;
    o.mifid2_execution_trader = f.some_text("mifid2ExecutionTrader")?;
    o.mifid2_execution_algo = f.some_text("mifid2ExecutionAlgo")?;
    o.dont_use_auto_price_for_hedge = f.some_flag("dontUseAutoPriceForHedge")?;
    o.is_oms_container = f.some_flag("isOmsContainer")?;
    o.discretionary_up_to_limit_price = f.some_flag("discretionaryUpToLimitPrice")?;
    o.use_price_mgmt_algo = f.some_int("usePriceMgmtAlgo")?;
    Ok(())
}

/// The fields that came one version after another.
fn later_fields(f: &mut Fields<'_>, placed: &mut Placed) -> Read<()> {
    let o = &mut placed.order;
    if f.since(since::DURATION) {
        o.duration = f.some_int("duration")?;
    }
    if f.since(since::POST_TO_ATS) {
        o.post_to_ats = f.some_int("postToAts")?;
    }
    if f.since(since::AUTO_CANCEL_PARENT) {
        o.auto_cancel_parent = f.some_flag("autoCancelParent")?;
    }
    if f.since(since::ADVANCED_REJECT) {
        o.advanced_error_override = f.some_text("advancedErrorOverride")?;
    }
    if f.since(since::MANUAL_ORDER_TIME) {
        o.manual_order_time = f.some_text("manualOrderTime")?;
    }
    if f.since(since::PEG_OFFSETS) {
        peg_offsets(f, placed)?;
    }
    let o = &mut placed.order;
    if f.since(since::CUSTOMER_ACCOUNT) {
        o.customer_account = f.some_text("customerAccount")?;
    }
    if f.since(since::PROFESSIONAL_CUSTOMER) {
        o.professional_customer = f.some_flag("professionalCustomer")?;
    }
    if f.since(since::RFQ_FIELDS) && !f.since(since::NO_RFQ_FIELDS) {
        f.raw("rfqUser")?;
        f.some_int("rfqManualIndicator")?;
    }
    if f.since(since::INCLUDE_OVERNIGHT) {
        o.include_overnight = f.some_flag("includeOvernight")?;
    }
    if f.since(since::CME_TAGS) {
        o.manual_order_indicator = f.some_int("manualOrderIndicator")?;
    }
    if f.since(since::IMBALANCE_ONLY) {
        o.imbalance_only = f.some_flag("imbalanceOnly")?;
    }
    Ok(())
}

fn peg_offsets(f: &mut Fields<'_>, placed: &mut Placed) -> Read<()> {
    let o = &mut placed.order;
    if placed.contract.exchange.as_deref() == Some("IBKRATS") {
        o.min_trade_qty = f.some_int("minTradeQty")?;
    }
    let mut mid_offsets = is_type(o, ["PEG MID", "PEGMID"]);
    if is_type(o, ["PEG BEST", "PEGBEST"]) {
        o.min_compete_size = f.some_int("minCompeteSize")?;
        o.compete_against_best_offset = compete_against_best(f)?;
        mid_offsets = o.compete_against_best_offset == Some(f64::INFINITY);
    }
    if mid_offsets {
        o.mid_offset_at_whole = f.some_double("midOffsetAtWhole")?;
        o.mid_offset_at_half = f.some_double("midOffsetAtHalf")?;
    }
    Ok(())
}

/// The one number that may be infinite: it means up to the midpoint.
fn compete_against_best(f: &mut Fields<'_>) -> Read<Option<f64>> {
    let field = "competeAgainstBestOffset";
    match f.raw(field)? {
        "" => Ok(None),
        "Infinity" | "Infinite" | "inf" => Ok(Some(f64::INFINITY)),
        text => text.parse().map(Some).map_err(|_| DecodeError::NotDecimal { field }),
    }
}
