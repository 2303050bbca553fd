use proptest::prelude::*;
use rust_decimal::Decimal;

use super::wire::{read, versions};
use crate::error::DecodeError;
use crate::model::{PlaceOrder, Request};

/// The fields of an order as clients write it at a version, name and value, so that one can be changed.
#[expect(clippy::too_many_lines, reason = "a table, one row per field")]
fn fields(number: i32) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, &str)> = vec![
        ("msgId", "3"),
        ("orderId", "7"),
        ("conId", "265598"),
        ("symbol", "AAPL"),
        ("secType", "STK"),
        ("lastTradeDate", ""),
        ("strike", "0.0"),
        ("right", ""),
        ("multiplier", ""),
        ("exchange", "SMART"),
        ("primaryExch", ""),
        ("currency", "USD"),
        ("localSymbol", ""),
        ("tradingClass", ""),
        ("secIdType", ""),
        ("secId", ""),
        ("action", "BUY"),
        ("totalQuantity", "100.0"),
        ("orderType", "LMT"),
        ("lmtPrice", "150.25"),
        ("auxPrice", ""),
        ("tif", "GTC"),
        ("ocaGroup", "g"),
        ("account", "A"),
        ("openClose", "O"),
        ("origin", "0"),
        ("orderRef", "mine"),
        ("transmit", "1"),
        ("parentId", "5"),
        ("blockOrder", "0"),
        ("sweepToFill", "0"),
        ("displaySize", "0"),
        ("triggerMethod", "0"),
        ("outsideRth", "1"),
        ("hidden", "0"),
        ("sharesAllocation", ""),
        ("discretionaryAmt", "0.0"),
        ("goodAfterTime", ""),
        ("goodTillDate", ""),
        ("faGroup", ""),
        ("faMethod", ""),
        ("faPercentage", ""),
    ];
    if number < 177 {
        all.push(("faProfile", ""));
    }
    all.extend([
        ("modelCode", "m"),
        ("shortSaleSlot", "0"),
        ("designatedLocation", ""),
        ("exemptCode", "-1"),
        ("ocaType", "2"),
        ("rule80A", ""),
        ("settlingFirm", ""),
        ("allOrNone", "0"),
        ("minQty", ""),
        ("percentOffset", ""),
        ("eTradeOnly", "0"),
        ("firmQuoteOnly", "0"),
        ("nbboPriceCap", ""),
        ("auctionStrategy", "0"),
        ("startingPrice", ""),
        ("stockRefPrice", ""),
        ("delta", ""),
        ("stockRangeLower", ""),
        ("stockRangeUpper", ""),
        ("overridePercentageConstraints", "0"),
        ("volatility", ""),
        ("volatilityType", ""),
        ("deltaNeutralOrderType", ""),
        ("deltaNeutralAuxPrice", ""),
        ("continuousUpdate", "0"),
        ("referencePriceType", ""),
        ("trailStopPrice", ""),
        ("trailingPercent", ""),
        ("scaleInitLevelSize", ""),
        ("scaleSubsLevelSize", ""),
        ("scalePriceIncrement", ""),
        ("scaleTable", ""),
        ("activeStartTime", ""),
        ("activeStopTime", ""),
        ("hedgeType", ""),
        ("optOutSmartRouting", "0"),
        ("clearingAccount", ""),
        ("clearingIntent", ""),
        ("notHeld", "0"),
        ("deltaNeutralContract", "0"),
        ("algoStrategy", ""),
        ("algoId", ""),
        ("whatIf", "0"),
        ("orderMiscOptions", ""),
        ("solicited", "0"),
        ("randomizeSize", "0"),
        ("randomizePrice", "0"),
        ("conditionsCount", "0"),
        ("adjustedOrderType", ""),
        ("triggerPrice", "1.7976931348623157e+308"),
        ("lmtPriceOffset", ""),
        ("adjustedStopPrice", ""),
        ("adjustedStopLimitPrice", ""),
        ("adjustedTrailingAmount", ""),
        ("adjustableTrailingUnit", "0"),
        ("extOperator", ""),
        ("softDollarTierName", ""),
        ("softDollarTierValue", ""),
        ("cashQty", ""),
        ("mifid2DecisionMaker", ""),
        ("mifid2DecisionAlgo", ""),
        ("mifid2ExecutionTrader", ""),
        ("mifid2ExecutionAlgo", ""),
        ("dontUseAutoPriceForHedge", "0"),
        ("isOmsContainer", "0"),
        ("discretionaryUpToLimitPrice", "0"),
        ("usePriceMgmtAlgo", "0"),
    ]);
    let later: [(i32, i32, &'static str, &str); 13] = [
        (158, 999, "duration", ""),
        (160, 999, "postToAts", ""),
        (162, 999, "autoCancelParent", "0"),
        (166, 999, "advancedErrorOverride", "8229=IBDBUYTX"),
        (169, 999, "manualOrderTime", ""),
        (183, 999, "customerAccount", "c"),
        (184, 999, "professionalCustomer", "1"),
        (187, 189, "rfqUser", ""),
        (187, 189, "rfqIndicator", "2147483647"),
        (189, 999, "includeOvernight", "1"),
        (192, 999, "manualOrderIndicator", "1"),
        (199, 999, "imbalanceOnly", "0"),
        (201, 999, "never", ""),
    ];
    all.extend(later.iter().filter(|(from, to, ..)| (*from..=*to).contains(&number)).map(|(_, _, n, v)| (*n, *v)));
    all.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

fn join(fields: &[(&str, String)]) -> String {
    fields.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("|")
}

/// The order with some fields changed; what stands behind a bar in a value is further fields.
fn with(number: i32, changes: &[(&str, &str)]) -> Result<PlaceOrder, DecodeError> {
    let mut all = fields(number);
    for (name, value) in changes {
        all.iter_mut().find(|(n, _)| n == name).unwrap().1 = (*value).to_owned();
    }
    match read(number, &join(&all)) {
        Ok(Request::PlaceOrder(place)) => Ok(*place),
        Ok(other) => panic!("{other:?}"),
        Err(e) => Err(e),
    }
}

fn unsupported(number: i32, changes: &[(&str, &str)]) -> Vec<String> {
    with(number, changes).unwrap().order.unsupported
}

#[test]
fn an_order_reads_at_every_version() {
    for number in versions() {
        let place = with(number, &[]).unwrap();
        let order = &place.order;
        assert_eq!((place.order_id, place.contract.con_id), (7, Some(265_598)));
        assert_eq!((order.action.as_str(), order.total_quantity), ("BUY", Some(Decimal::ONE_HUNDRED)));
        assert_eq!((order.lmt_price, order.aux_price), (Some(Decimal::new(15_025, 2)), None));
        assert_eq!((order.tif.as_str(), order.oca_group.as_str(), order.oca_type), ("GTC", "g", Some(2)));
        assert_eq!((order.transmit, order.outside_rth, order.parent_id), (true, true, Some(5)));
        assert_eq!((order.exempt_code, order.min_qty, order.cash_qty), (None, None, None));
        assert_eq!(order.advanced_error_override, if number < 166 { "" } else { "8229=IBDBUYTX" }, "{number}");
        assert_eq!(order.customer_account, if number < 183 { "" } else { "c" }, "{number}");
        assert_eq!(order.professional_customer, number >= 184, "{number}");
        assert_eq!(order.include_overnight, number >= 189, "{number}");
        assert_eq!(order.manual_order_indicator, (number >= 192).then_some(1), "{number}");
        assert!(order.unsupported.is_empty(), "{number}: {:?}", order.unsupported);
    }
}

#[test]
fn an_order_of_another_version_is_an_error() {
    // At these versions an order gained or lost a field.
    for number in [158, 160, 162, 166, 169, 177, 183, 184, 187, 189, 190, 192, 199] {
        let (before, after) = (join(&fields(number - 1)), join(&fields(number)));
        assert!(read(number, &before).is_err(), "{number}");
        assert!(read(number - 1, &after).is_err(), "{number}");
    }
}

#[test]
fn no_field_of_an_order_takes_what_it_cannot_mean() {
    let texts = [
        "symbol",
        "secType",
        "lastTradeDate",
        "right",
        "exchange",
        "primaryExch",
        "currency",
        "localSymbol",
        "tradingClass",
        "secIdType",
        "secId",
        "action",
        "orderType",
        "tif",
        "ocaGroup",
        "account",
        "openClose",
        "orderRef",
        "sharesAllocation",
        "goodAfterTime",
        "goodTillDate",
        "faGroup",
        "faMethod",
        "faPercentage",
        "modelCode",
        "designatedLocation",
        "rule80A",
        "settlingFirm",
        "scaleTable",
        "activeStartTime",
        "activeStopTime",
        "clearingAccount",
        "clearingIntent",
        "algoId",
        "orderMiscOptions",
        "adjustedOrderType",
        "extOperator",
        "softDollarTierName",
        "softDollarTierValue",
        "mifid2DecisionMaker",
        "mifid2DecisionAlgo",
        "mifid2ExecutionTrader",
        "mifid2ExecutionAlgo",
        "advancedErrorOverride",
        "manualOrderTime",
        "customerAccount",
    ];
    for (name, _) in fields(200) {
        let changed = with(200, &[(name, "x")]);
        assert_eq!(changed.is_ok(), texts.contains(&name), "{name}: {changed:?}");
    }
}

#[test]
fn fields_that_depend_on_others_are_there_when_those_say_so() {
    let trail = with(178, &[("orderType", "TRAIL"), ("trailingPercent", "5"), ("trailStopPrice", "140")]).unwrap();
    assert_eq!(trail.order.trailing_percent, Some(Decimal::from(5)));
    let delta_neutral = [("deltaNeutralOrderType", "MKT"), ("deltaNeutralAuxPrice", "|11|f|a|i|O|1|2|l")];
    let named = unsupported(178, &delta_neutral);
    assert!(named.contains(&"deltaNeutralConId".to_owned()), "{named:?}");
    let changes = [
        ("scalePriceIncrement", "0.5|0.1|1|2|1|3|4|1", ["scalePriceIncrement", "scaleRandomPercent"]),
        ("hedgeType", "B|beta=2", ["hedgeType", "hedgeParam"]),
        ("algoStrategy", "Vwap|2|maxPctVol|0.1|noTakeLiq|1", ["algoStrategy", "algoParams"]),
    ];
    for (name, value, due) in changes {
        let named = unsupported(178, &[(name, value)]);
        assert!(due.iter().all(|due| named.iter().any(|n| n == due)), "{name}: {named:?}");
    }
    // Further fields are due, and not there.
    for (name, value) in [("orderType", "PEG BENCH"), ("orderType", "PEG MID"), ("exchange", "IBKRATS")] {
        assert!(with(178, &[(name, value)]).is_err(), "{value}");
    }
    let bench = [("orderType", "PEG BENCH"), ("randomizePrice", "0|11|1|0.5|0.25|NASDAQ")];
    assert!(unsupported(178, &bench).contains(&"referenceContractId".to_owned()));
    let best = [("orderType", "PEG BEST"), ("manualOrderTime", "|100|Infinity|0.01|0.02")];
    assert!(with(178, &best).is_ok());
    let best = [("orderType", "PEG BEST"), ("manualOrderTime", "|100|0.5")];
    assert!(with(178, &best).is_ok());
}

#[test]
fn an_order_read_from_a_report_can_be_sent_again() {
    // What reports write for "nothing" means nothing in a request too.
    let again = [
        ("deltaNeutralOrderType", "None"),
        ("deltaNeutralAuxPrice", "|0||||?|0|0|"),
        ("adjustedOrderType", "None"),
        ("right", "?"),
        ("displaySize", "2147483647"),
        ("volatilityType", "0"),
        ("referencePriceType", "0"),
        ("cashQty", "0.0"),
    ];
    let place = with(178, &again).unwrap();
    assert!(place.order.unsupported.is_empty(), "{:?}", place.order.unsupported);
    assert_eq!((place.order.display_size, place.contract.right.as_str()), (None, ""));
}

#[test]
fn a_set_field_that_no_other_encoding_has_is_named() {
    for (name, value) in [
        ("eTradeOnly", "1"),
        ("firmQuoteOnly", "1"),
        ("nbboPriceCap", "1.5"),
        ("auctionStrategy", "2"),
        ("faProfile", "p"),
        ("sharesAllocation", "s"),
    ] {
        assert_eq!(unsupported(176, &[(name, value)]), [name]);
    }
}

#[test]
fn a_combination_brings_legs_prices_and_routing() {
    let legs = "0|2|11|1|BUY|SMART|0|0||-1|22|1|SELL|SMART|0|0||-1|2|1.5||1|NonGuaranteed|1";
    let place = with(178, &[("secType", "BAG"), ("hidden", legs)]).unwrap();
    let prices: Vec<_> = place.contract.combo_legs.iter().map(|leg| leg.price).collect();
    assert_eq!(prices, [Some(Decimal::new(15, 1)), None]);
    assert!(place.order.unsupported.contains(&"smartComboRoutingParams".to_owned()));
    let too_many_prices = "0|1|11|1|BUY|SMART|0|0||-1|2|1.5|1.5|0";
    assert!(with(178, &[("secType", "BAG"), ("hidden", too_many_prices)]).is_err());
}

#[test]
fn each_kind_of_condition_reads_to_its_end() {
    let six = "6|1|a|1|150.5|265598|SMART|2|3|o|0|20260413 10:00:00 US/Eastern|4|a|1|30|\
               5|o|STK|SMART|AAPL|6|a|1|1000|265598|SMART|7|a|0|5.5|265598|SMART|1|0";
    let place = with(178, &[("conditionsCount", six)]).unwrap();
    // Carried, or named as not carried: never lost.
    let named = place.order.unsupported.contains(&"conditions".to_owned());
    let carried = format!("{:?}", place.order).contains("20260413 10:00:00 US/Eastern");
    assert!(named || carried);
    for bad in ["1|2|a|1", "1|1|x|1|150.5|265598|SMART|2|1|0", "-1", "1000000|1|a"] {
        assert!(with(178, &[("conditionsCount", bad)]).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn an_order_with_changed_fields_never_panics_and_never_makes_a_number_of_what_is_none(
        number in 157_i32..=200,
        changes in prop::collection::vec((0_usize..120, "[0-9a-zA-Z.-]{0,5}"), 0..4),
    ) {
        let mut all = fields(number);
        let len = all.len();
        for (at, value) in changes {
            all[at % len].1 = value;
        }
        if let Ok(Request::PlaceOrder(place)) = read(number, &join(&all)) {
            let price = all.iter().find(|(name, _)| *name == "lmtPrice").unwrap().1.clone();
            prop_assert_eq!(place.order.lmt_price.is_some(), price.parse::<f64>().is_ok());
        }
    }
}
