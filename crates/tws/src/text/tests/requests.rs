use proptest::prelude::*;
use rust_decimal::Decimal;

use super::wire::{read, version, versions};
use crate::codec::decode;
use crate::error::DecodeError;
use crate::model::{
    AccountScope, CalculateImpliedVolatility, CalculateOptionPrice, CancelOrder, Contract, ExecutionFilter,
    HeadTimestampRequest, HistogramRequest, HistoricalDataRequest, HistoricalTicksRequest, MarketDataRequest,
    MarketDepthRequest, PnLRequest, RealTimeBarsRequest, Request, ScannerSubscription, SecDefOptParamsRequest,
    TickByTickRequest,
};

const AAPL: &str = "265598|AAPL|STK||0.0|||SMART|NASDAQ|USD||";

fn apple() -> Contract {
    Contract {
        con_id: Some(265_598),
        symbol: "AAPL".into(),
        sec_type: "STK".into(),
        exchange: "SMART".into(),
        primary_exchange: "NASDAQ".into(),
        currency: "USD".into(),
        ..Contract::default()
    }
}

fn scope() -> AccountScope {
    AccountScope { req_id: 7, account: "A".into(), model_code: "M".into() }
}

/// Messages that are the same at every version.
#[expect(clippy::too_many_lines, reason = "a table, one row per message")]
fn unchanging() -> Vec<(String, Request)> {
    let bars = HistoricalDataRequest {
        req_id: 7,
        contract: apple(),
        end_date_time: String::new(),
        bar_size: "1 hour".into(),
        duration: "2 D".into(),
        use_rth: true,
        what_to_show: "TRADES".into(),
        format_date: 1,
        keep_up_to_date: false,
    };
    let head = HeadTimestampRequest {
        req_id: 7,
        contract: Contract { include_expired: true, ..apple() },
        use_rth: true,
        what_to_show: "BID".into(),
        format_date: 2,
    };
    let data = MarketDataRequest {
        req_id: 7,
        contract: apple(),
        generic_ticks: "233".into(),
        snapshot: true,
        regulatory_snapshot: false,
    };
    let chain = SecDefOptParamsRequest {
        req_id: 7,
        underlying_symbol: "AAPL".into(),
        fut_fop_exchange: String::new(),
        underlying_sec_type: "STK".into(),
        underlying_con_id: Some(265_598),
    };
    let depth = MarketDepthRequest { req_id: 7, contract: apple(), num_rows: Some(5), is_smart_depth: true };
    let ticks = TickByTickRequest {
        req_id: 7,
        contract: apple(),
        tick_type: "BidAsk".into(),
        number_of_ticks: Some(0),
        ignore_size: true,
    };
    let live = RealTimeBarsRequest {
        req_id: 7,
        contract: apple(),
        bar_size: Some(5),
        what_to_show: "TRADES".into(),
        use_rth: false,
    };
    let past = HistoricalTicksRequest {
        req_id: 7,
        contract: apple(),
        start_date_time: "20260413-10:00:00".into(),
        end_date_time: String::new(),
        number_of_ticks: Some(1000),
        what_to_show: "TRADES".into(),
        use_rth: true,
        ignore_size: false,
    };
    let histogram = HistogramRequest { req_id: 7, contract: apple(), use_rth: true, time_period: "3 days".into() };
    let volatility = CalculateImpliedVolatility {
        req_id: 7,
        contract: apple(),
        option_price: Some(Decimal::new(55, 1)),
        under_price: Some(Decimal::from(250)),
    };
    let price = CalculateOptionPrice {
        req_id: 7,
        contract: apple(),
        volatility: Some(Decimal::new(25, 2)),
        under_price: Some(Decimal::from(250)),
    };
    let scan = ScannerSubscription {
        req_id: 7,
        number_of_rows: Some(10),
        instrument: "STK".into(),
        location_code: "STK.US.MAJOR".into(),
        scan_code: "TOP_PERC_GAIN".into(),
        above_price: Some(Decimal::from(5)),
        below_price: None,
        above_volume: Some(1000),
        stock_type_filter: "ALL".into(),
        filter_options: vec![("priceAbove".into(), "1".into())],
        unsupported: vec!["marketCapAbove".into(), "excludeConvertible".into()],
    };
    let tags = vec!["NetLiquidation".to_owned(), "BuyingPower".to_owned()];
    let api = |capabilities: &str| Request::StartApi { client_id: 3, optional_capabilities: capabilities.into() };
    vec![
        ("71|2|3|+PACEAPI", api("+PACEAPI")),
        ("71|1|3", api("")),
        (&format!("1|11|7|{AAPL}|0|233|1|0|"), Request::MarketData(data)),
        (&format!("10|5|7|{AAPL}|5|1|"), Request::MarketDepth(depth)),
        ("11|1|7|1", Request::CancelMarketDepth { req_id: 7, is_smart_depth: true }),
        (&format!("97|7|{AAPL}|BidAsk|0|1"), Request::TickByTick(ticks)),
        ("98|7", Request::CancelTickByTick { req_id: 7 }),
        (&format!("50|3|7|{AAPL}|5|TRADES|0|"), Request::RealTimeBars(live)),
        ("51|1|7", Request::CancelRealTimeBars { req_id: 7 }),
        (&format!("96|7|{AAPL}|0|20260413-10:00:00||1000|TRADES|1|0|"), Request::HistoricalTicks(past)),
        (&format!("88|7|{AAPL}|0|1|3 days"), Request::Histogram(histogram)),
        ("89|7", Request::CancelHistogram { req_id: 7 }),
        (
            "22|7|10|STK|STK.US.MAJOR|TOP_PERC_GAIN|5.0||1000|1000000.0||||||||||1|||ALL|priceAbove=1;|",
            Request::ScannerSubscription(Box::new(scan)),
        ),
        ("23|1|7", Request::CancelScannerSubscription { req_id: 7 }),
        ("24|1", Request::ScannerParameters),
        (&format!("54|3|7|{AAPL}|5.5|250|0|"), Request::CalculateImpliedVolatility(volatility)),
        ("56|1|7", Request::CancelCalculateImpliedVolatility { req_id: 7 }),
        (&format!("55|3|7|{AAPL}|0.25|250.0|0|"), Request::CalculateOptionPrice(price)),
        ("57|1|7", Request::CancelCalculateOptionPrice { req_id: 7 }),
        ("80", Request::FamilyCodes),
        ("82", Request::MarketDepthExchanges),
        ("83|7|9c0001", Request::SmartComponents { req_id: 7, bbo_exchange: "9c0001".into() }),
        ("79|7", Request::SoftDollarTiers { req_id: 7 }),
        ("85", Request::NewsProviders),
        ("12|1|1", Request::NewsBulletins { all_messages: true }),
        ("13|1", Request::CancelNewsBulletins),
        ("2|2|7", Request::CancelMarketData { req_id: 7 }),
        ("59|1|3", Request::MarketDataType { market_data_type: 3 }),
        (&format!("20|7|{AAPL}|0||1 hour|2 D|1|TRADES|1|0|"), Request::HistoricalData(bars)),
        ("25|1|7", Request::CancelHistoricalData { req_id: 7 }),
        (&format!("87|7|{AAPL}|1|1|BID|2"), Request::HeadTimestamp(head)),
        ("90|7", Request::CancelHeadTimestamp { req_id: 7 }),
        ("81|7|AA", Request::MatchingSymbols { req_id: 7, pattern: "AA".into() }),
        ("78|7|AAPL||STK|265598", Request::SecDefOptParams(chain)),
        ("91|26", Request::MarketRule { market_rule_id: 26 }),
        ("5|1", Request::OpenOrders),
        ("16|1", Request::AllOpenOrders),
        ("15|1|1", Request::AutoOpenOrders { auto_bind: true }),
        ("99|0", Request::CompletedOrders { api_only: false }),
        ("8|1|1", Request::Ids),
        ("49|1", Request::CurrentTime),
        ("17|1", Request::ManagedAccounts),
        ("14|1|5", Request::SetServerLogLevel { level: 5 }),
        ("61|1", Request::Positions),
        ("64|1", Request::CancelPositions),
        ("74|1|7|A|M", Request::PositionsMulti(scope())),
        ("75|1|7", Request::CancelPositionsMulti { req_id: 7 }),
        ("62|1|7|All|NetLiquidation, BuyingPower,", Request::AccountSummary { req_id: 7, group: "All".into(), tags }),
        ("63|1|7", Request::CancelAccountSummary { req_id: 7 }),
        ("6|2|1|A", Request::AccountUpdates { subscribe: true, account: "A".into() }),
        ("76|1|7|A|M|0", Request::AccountUpdatesMulti { scope: scope(), ledger_and_nlv: false }),
        ("77|1|7", Request::CancelAccountUpdatesMulti { req_id: 7 }),
        ("92|7|A|M", Request::PnL(scope())),
        ("93|7", Request::CancelPnL { req_id: 7 }),
        ("94|7|A|M|265598", Request::PnLSingle(PnLRequest { scope: scope(), con_id: 265_598 })),
        ("95|7", Request::CancelPnLSingle { req_id: 7 }),
    ]
    .into_iter()
    .map(|(fields, request): (&str, Request)| (fields.to_owned(), request))
    .collect()
}

#[test]
fn requests_that_never_changed_read_the_same_at_every_version() {
    for number in versions() {
        for (fields, expected) in unchanging() {
            assert_eq!(read(number, &fields), Ok(expected), "version {number}: {fields}");
        }
    }
}

#[test]
fn a_field_too_few_or_too_many_is_an_error() {
    for (fields, request) in unchanging() {
        // The options of calculations may be one field or two.
        if fields.starts_with("54|") || fields.starts_with("55|") {
            continue;
        }
        let longer = read(178, &format!("{fields}|"));
        assert!(matches!(longer, Err(DecodeError::TrailingFields { .. })), "{request:?}: {longer:?}");
        let Some((shorter, _)) = fields.rsplit_once('|') else { continue };
        let shorter = read(178, shorter);
        assert!(matches!(shorter, Err(DecodeError::MissingField { .. })), "{request:?}: {shorter:?}");
    }
}

#[test]
fn contract_details_can_be_asked_for_by_issuer_from_176_on() {
    let expected = |issuer: &str| Request::ContractData {
        req_id: 7,
        contract: Contract {
            sec_id_type: "ISIN".into(),
            sec_id: "US0378331005".into(),
            issuer_id: issuer.into(),
            ..apple()
        },
    };
    let fields = format!("9|8|7|{AAPL}|0|ISIN|US0378331005");
    for number in versions() {
        if number < 176 {
            assert_eq!(read(number, &fields), Ok(expected("")), "{number}");
        } else {
            assert_eq!(read(number, &format!("{fields}|e1")), Ok(expected("e1")), "{number}");
            assert!(read(number, &fields).is_err(), "{number}");
        }
    }
}

#[test]
fn a_cancel_changes_at_169_187_190_and_192() {
    for number in versions() {
        let (fields, time, operator) = match number {
            ..169 => ("4|1|7", "", ""),
            169..187 => ("4|1|7|t", "t", ""),
            187..190 => ("4|1|7|t|||2147483647", "t", ""),
            190..192 => ("4|1|7|t", "t", ""),
            _ => ("4|7|t|op|1", "t", "op"),
        };
        let expected = Request::CancelOrder(CancelOrder {
            order_id: 7,
            manual_order_cancel_time: time.into(),
            ext_operator: operator.into(),
            manual_order_indicator: (number >= 192).then_some(1),
        });
        assert_eq!(read(number, fields), Ok(expected), "{number}");
        let all = if number < 192 { "58|1" } else { "58||2147483647" };
        assert_eq!(read(number, all), Ok(Request::GlobalCancel), "{number}");
    }
}

#[test]
fn executions_can_be_asked_for_by_day_from_200_on() {
    let fields = "7|3|7|0|A|20260413-00:00:00|AAPL|STK|SMART|BUY";
    let filter = ExecutionFilter {
        client_id: Some(0),
        account: "A".into(),
        time: "20260413-00:00:00".into(),
        symbol: "AAPL".into(),
        sec_type: "STK".into(),
        exchange: "SMART".into(),
        side: "BUY".into(),
        ..ExecutionFilter::default()
    };
    assert_eq!(read(199, fields), Ok(Request::Executions { req_id: 7, filter: filter.clone() }));
    let by_day = ExecutionFilter { specific_dates: vec![20_260_413, 20_260_414], ..filter };
    let days = format!("{fields}|2147483647|2|20260413|20260414");
    assert_eq!(read(200, &days), Ok(Request::Executions { req_id: 7, filter: by_day }));
    assert!(read(200, &format!("{fields}|2147483647|3|20260413|20260414")).is_err());
}

#[test]
fn messages_exist_from_their_version_on() {
    assert_eq!(read(166, "104|7"), Err(DecodeError::UnknownMessage { msg_id: 104 }));
    assert_eq!(read(167, "104|7"), Ok(Request::UserInfo { req_id: 7 }));
    assert_eq!(read(196, "105"), Err(DecodeError::UnknownMessage { msg_id: 105 }));
    assert_eq!(read(197, "105"), Ok(Request::CurrentTimeMillis));
    assert_eq!(read(160, "100|7"), Err(DecodeError::UnknownMessage { msg_id: 100 }));
    assert_eq!(read(161, "100|7"), Ok(Request::Unsupported { msg_id: 100, req_id: Some(7) }));
    for id in [0, -1, 26, 106, 107, 108, 109, 300] {
        assert_eq!(read(200, &format!("{id}|7|7")), Err(DecodeError::UnknownMessage { msg_id: id }));
    }
}

#[test]
fn what_is_not_read_is_refused_by_its_request_id_wherever_it_stands() {
    for (fields, req_id) in [
        ("52|2|7|265598|AAPL|STK|SMART|NASDAQ|USD||ReportSnapshot|0|", Some(7)),
        ("19|1|1|<xml/>|7", Some(7)),
        ("84|7|BRFG|a|", Some(7)),
        ("67|1|7", Some(7)),
        ("86|7|8314|BRFG|||10|", Some(7)),
        ("18|1|1", None),
    ] {
        let msg_id = fields.split('|').next().unwrap().parse().unwrap();
        assert_eq!(read(178, fields), Ok(Request::Unsupported { msg_id, req_id }), "{fields}");
    }
}

#[test]
fn an_option_keeps_its_strike_and_what_is_none_loses_the_words_for_none() {
    let contract = |fields: &str| match read(157, &format!("9|8|1|{fields}|0||")) {
        Ok(Request::ContractData { contract, .. }) => contract,
        other => panic!("{other:?}"),
    };
    let option = contract("0|AAPL|OPT|20260619|257.5|C|100|SMART||USD||");
    assert_eq!((option.con_id, option.strike), (None, Some(Decimal::new(2_575, 1))));
    assert_eq!((option.right.as_str(), option.multiplier), ("C", Some(Decimal::ONE_HUNDRED)));
    for right in ["", "?", "0"] {
        let stock = contract(&format!("265598|AAPL|STK||0.0|{right}||SMART||USD||"));
        assert_eq!((stock.strike, stock.right.as_str(), stock.multiplier), (None, "", None));
    }
}

#[test]
fn a_combination_brings_its_legs() {
    let bag = "0|A,B|BAG||0.0|||SMART||USD||";
    let request = read(178, &format!("1|11|7|{bag}|2|11|1|BUY|SMART|22|3|SELL|SMART|1|33|0.5|10.25||0|0|"));
    let Ok(Request::MarketData(request)) = request else { panic!("{request:?}") };
    let legs: Vec<_> = request.contract.combo_legs.iter().map(|l| (l.con_id, l.ratio, l.action.as_str())).collect();
    assert_eq!(legs, [(Some(11), Some(1), "BUY"), (Some(22), Some(3), "SELL")]);
    assert_eq!(request.contract.delta_neutral.unwrap().price, Some(Decimal::new(1_025, 2)));
}

proptest! {
    #[test]
    fn random_frames_never_panic(number in 157_i32..=200, bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = decode(version(number), &bytes);
    }

    #[test]
    fn random_fields_under_every_id_never_panic(
        number in 157_i32..=200,
        msg_id in 1_i32..120,
        fields in prop::collection::vec("[0-9a-zA-Z.:-]{0,6}", 0..150),
    ) {
        let _ = read(number, &format!("{msg_id}|{}", fields.join("|")));
    }
}
