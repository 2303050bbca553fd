use jiff::Timestamp;
use prost::Message;
use rust_decimal::Decimal;

use super::decode_tests::{a_limit_order, frame, version};
use super::schema as wire;
use crate::codec::encode;
use crate::error::DecodeError;
use crate::model::{
    BondDetails, Condition, Contract, ContractDetails, DepthExchange, DepthOperation, DepthRow, DepthSide, FundDetails,
    Histogram, HistogramEntry, HistoricalSchedule, HistoricalSession, HistoricalTicks, OrderBound, OrderCondition,
    PastTicks, PointTick, QuoteTick, RealTimeBar, Reply, Request, ScannerData, ScannerRow, Tick, TickByTick,
    TickOptionComputation, TradeTick, tick,
};
use crate::msg_id::request as id;
use crate::version::ServerVersion;

fn decode(msg_id: i32, message: &impl Message) -> Result<Request, DecodeError> {
    super::decode(version(), &frame(msg_id, message))
}

fn read<M: Message + Default>(reply: &Reply, msg_id: i32) -> M {
    let bytes = encode(version(), reply);
    let (id, body) = bytes[4..].split_first_chunk::<4>().unwrap();
    assert_eq!(i32::from_be_bytes(*id), msg_id + 200);
    M::decode(body).unwrap()
}

fn contract() -> wire::Contract {
    wire::Contract { symbol: Some("AAPL".into()), ..wire::Contract::default() }
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn at() -> Timestamp {
    Timestamp::from_second(1_776_108_685).unwrap()
}

#[test]
fn data_requests_are_read_field_by_field() {
    let depth = wire::MarketDepthRequest {
        req_id: Some(1),
        contract: Some(contract()),
        num_rows: Some(5),
        is_smart_depth: Some(true),
    };
    let Ok(Request::MarketDepth(m)) = decode(id::MARKET_DEPTH, &depth) else { panic!("no depth") };
    assert_eq!((m.req_id, m.contract.symbol.as_str(), m.num_rows, m.is_smart_depth), (1, "AAPL", Some(5), true));

    let ticks = wire::TickByTickRequest {
        req_id: Some(2),
        contract: Some(contract()),
        tick_type: Some("BidAsk".into()),
        number_of_ticks: Some(7),
        ignore_size: Some(true),
    };
    let Ok(Request::TickByTick(m)) = decode(id::TICK_BY_TICK, &ticks) else { panic!("no ticks") };
    assert_eq!((m.req_id, m.tick_type.as_str(), m.number_of_ticks, m.ignore_size), (2, "BidAsk", Some(7), true));

    let bars = wire::RealTimeBarsRequest {
        req_id: Some(3),
        contract: Some(contract()),
        bar_size: Some(5),
        what_to_show: Some("TRADES".into()),
        use_rth: Some(true),
    };
    let Ok(Request::RealTimeBars(m)) = decode(id::REAL_TIME_BARS, &bars) else { panic!("no bars") };
    assert_eq!((m.req_id, m.bar_size, m.what_to_show.as_str(), m.use_rth), (3, Some(5), "TRADES", true));

    let past = wire::HistoricalTicksRequest {
        req_id: Some(4),
        contract: Some(contract()),
        start_date_time: Some("20260102-14:30:00".into()),
        end_date_time: None,
        number_of_ticks: Some(1_000),
        what_to_show: Some("MIDPOINT".into()),
        use_rth: Some(true),
        ignore_size: None,
    };
    let Ok(Request::HistoricalTicks(m)) = decode(id::HISTORICAL_TICKS, &past) else { panic!("no past ticks") };
    assert_eq!((m.start_date_time.as_str(), m.end_date_time.as_str()), ("20260102-14:30:00", ""));
    assert_eq!((m.number_of_ticks, m.what_to_show.as_str(), m.ignore_size), (Some(1_000), "MIDPOINT", false));

    let histogram = wire::HistogramDataRequest {
        req_id: Some(5),
        contract: Some(contract()),
        use_rth: Some(true),
        time_period: Some("3 days".into()),
    };
    let Ok(Request::Histogram(m)) = decode(id::HISTOGRAM_DATA, &histogram) else { panic!("no histogram") };
    assert_eq!((m.req_id, m.time_period.as_str()), (5, "3 days"));

    let price = wire::CalculateOptionPriceRequest {
        req_id: Some(6),
        contract: Some(contract()),
        volatility: Some(0.25),
        under_price: Some(150.5),
    };
    let Ok(Request::CalculateOptionPrice(m)) = decode(id::CALCULATE_OPTION_PRICE, &price) else { panic!("no price") };
    assert_eq!((m.volatility, m.under_price), (Some(dec("0.25")), Some(dec("150.5"))));
}

#[test]
fn every_data_request_without_its_id_or_contract_is_an_error() {
    let ids = [
        id::MARKET_DATA,
        id::MARKET_DEPTH,
        id::TICK_BY_TICK,
        id::REAL_TIME_BARS,
        id::HISTORICAL_TICKS,
        id::HISTOGRAM_DATA,
        id::CALCULATE_IMPLIED_VOLATILITY,
        id::CALCULATE_OPTION_PRICE,
    ];
    for msg_id in ids {
        assert_eq!(decode(msg_id, &wire::Empty {}), Err(DecodeError::MissingField { field: "reqId" }), "{msg_id}");
        let no_contract = decode(msg_id, &wire::ReqId { req_id: Some(1) });
        assert_eq!(no_contract, Err(DecodeError::MissingField { field: "contract" }), "{msg_id}");
    }
    let no_scan = decode(id::SCANNER_SUBSCRIPTION, &wire::ReqId { req_id: Some(1) });
    assert_eq!(no_scan, Err(DecodeError::MissingField { field: "scannerSubscription" }));
}

#[test]
fn requests_without_content_are_read() {
    for (msg_id, request) in [
        (id::SCANNER_PARAMETERS, Request::ScannerParameters),
        (id::MARKET_DEPTH_EXCHANGES, Request::MarketDepthExchanges),
        (id::FAMILY_CODES, Request::FamilyCodes),
        (id::NEWS_PROVIDERS, Request::NewsProviders),
        (id::CANCEL_NEWS_BULLETINS, Request::CancelNewsBulletins),
    ] {
        assert_eq!(decode(msg_id, &wire::Empty {}), Ok(request));
    }
    let bulletins = wire::NewsBulletinsRequest { all_messages: Some(true) };
    assert_eq!(decode(id::NEWS_BULLETINS, &bulletins), Ok(Request::NewsBulletins { all_messages: true }));
    let cancel = wire::CancelMarketDepth { req_id: Some(4), is_smart_depth: Some(true) };
    let read = decode(id::CANCEL_MARKET_DEPTH, &cancel);
    assert_eq!(read, Ok(Request::CancelMarketDepth { req_id: 4, is_smart_depth: true }));
}

#[test]
fn cancelling_past_ticks_is_known_from_version_215_on() {
    let cancel = frame(107, &wire::ReqId { req_id: Some(3) });
    let at = |v| super::decode(ServerVersion::negotiate(v, v).unwrap(), &cancel);
    assert_eq!(at(214), Err(DecodeError::UnknownMessage { msg_id: 107 }));
    assert_eq!(at(215), Ok(Request::CancelHistoricalTicks { req_id: 3 }));
}

#[test]
fn a_scan_names_the_filters_that_are_not_carried() {
    let scan = wire::ScannerSubscription {
        number_of_rows: Some(10),
        instrument: Some("STK".into()),
        location_code: Some("STK.US.MAJOR".into()),
        scan_code: Some("TOP_PERC_GAIN".into()),
        above_price: Some(5.5),
        below_price: Some(f64::MAX),
        above_volume: Some(2_147_483_647),
        coupon_rate_above: Some(3.0),
        market_cap_above: Some(f64::MAX),
        moody_rating_above: Some(String::new()),
        scanner_subscription_filter_options: [("priceAbove".to_owned(), "10".to_owned())].into(),
        ..wire::ScannerSubscription::default()
    };
    let message = wire::ScannerSubscriptionRequest { req_id: Some(8), scanner_subscription: Some(scan) };
    let Ok(Request::ScannerSubscription(m)) = decode(id::SCANNER_SUBSCRIPTION, &message) else { panic!("no scan") };
    assert_eq!((m.req_id, m.scan_code.as_str(), m.number_of_rows), (8, "TOP_PERC_GAIN", Some(10)));
    assert_eq!((m.above_price, m.below_price, m.above_volume), (Some(dec("5.5")), None, None));
    assert_eq!(m.filter_options, [("priceAbove".to_owned(), "10".to_owned())]);
    assert_eq!(m.unsupported, ["couponRateAbove"]);
}

fn conditions() -> Vec<OrderCondition> {
    let exchange = || "SMART".to_owned();
    [
        Condition::Price { con_id: 1, exchange: exchange(), is_more: true, price: dec("150.25"), trigger_method: 2 },
        Condition::Time { is_more: true, time: "20260102 10:00:00 US/Eastern".into() },
        Condition::Margin { is_more: false, percent: 30 },
        Condition::Execution { symbol: "AAPL".into(), sec_type: "STK".into(), exchange: exchange() },
        Condition::Volume { con_id: 1, exchange: exchange(), is_more: true, volume: 1_000 },
        Condition::PercentChange { con_id: 1, exchange: exchange(), is_more: true, change_percent: dec("-1.5") },
    ]
    .into_iter()
    .zip([true, false].into_iter().cycle())
    .map(|(condition, is_conjunction)| OrderCondition { condition, is_conjunction })
    .collect()
}

#[test]
fn every_kind_of_condition_reads_back_as_it_was_written() {
    let order = crate::model::Order {
        conditions: conditions(),
        conditions_cancel_order: true,
        conditions_ignore_rth: true,
        ..crate::model::Order::default()
    };
    let written = super::order::encode(&order);
    let kinds: Vec<_> = written.conditions.iter().map(|c| c.kind.unwrap()).collect();
    assert_eq!(kinds, [1, 3, 4, 5, 6, 7]);
    assert_eq!(super::order::decode(written), Ok(order));
}

#[test]
fn a_condition_that_says_nothing_is_an_error() {
    let with = |condition: wire::OrderCondition| {
        let mut message = a_limit_order();
        message.order.as_mut().unwrap().conditions.push(condition);
        decode(id::PLACE_ORDER, &message)
    };
    let of = |kind| wire::OrderCondition { kind: Some(kind), ..wire::OrderCondition::default() };
    assert_eq!(with(of(2)), Err(DecodeError::UnknownCondition { kind: 2 }));
    assert_eq!(with(wire::OrderCondition::default()), Err(DecodeError::MissingField { field: "conditionType" }));
    assert_eq!(with(of(1)), Err(DecodeError::MissingField { field: "conditionConId" }));
    assert_eq!(with(of(3)), Err(DecodeError::MissingField { field: "conditionTime" }));
    let nan = wire::OrderCondition { con_id: Some(1), price: Some(f64::NAN), ..of(1) };
    assert_eq!(with(nan), Err(DecodeError::NotFinite { field: "conditionPrice" }));
}

#[test]
fn only_the_longer_depth_message_names_makers() {
    let row = DepthRow {
        req_id: 1,
        position: 2,
        operation: DepthOperation::Update,
        side: DepthSide::Bid,
        price: dec("150.25"),
        size: dec("300"),
        market_maker: "ARCA".into(),
        is_smart_depth: true,
    };
    let data = read::<wire::MarketDepth>(&Reply::MarketDepth(row.clone()), 12).market_depth_data.unwrap();
    assert_eq!((data.position, data.operation, data.side), (Some(2), Some(1), Some(1)));
    assert_eq!((data.price, data.size.as_deref(), data.market_maker), (Some(150.25), Some("300"), None));
    let data = read::<wire::MarketDepth>(&Reply::MarketDepthL2(row), 13).market_depth_data.unwrap();
    assert_eq!((data.market_maker.as_deref(), data.is_smart_depth), (Some("ARCA"), Some(true)));
    let exchanges = vec![DepthExchange { exchange: "ARCA".into(), ..DepthExchange::default() }];
    let list: wire::MarketDepthExchanges = read(&Reply::MarketDepthExchanges { exchanges }, 80);
    assert_eq!(list.depth_market_data_descriptions[0].exchange.as_deref(), Some("ARCA"));
}

fn trade() -> TradeTick {
    TradeTick {
        time: at(),
        price: dec("150.25"),
        size: dec("100"),
        exchange: "NASDAQ".into(),
        special_conditions: String::new(),
        past_limit: false,
        unreported: true,
    }
}

fn quote() -> QuoteTick {
    QuoteTick {
        time: at(),
        bid: dec("150.2"),
        ask: dec("150.3"),
        bid_size: dec("200"),
        ask_size: dec("300"),
        bid_past_low: true,
        ask_past_high: false,
    }
}

fn point() -> PointTick {
    PointTick { time: at(), price: dec("150.25"), size: Decimal::ZERO }
}

#[test]
fn a_tick_travels_in_the_field_of_its_kind() {
    let sent = |tick| read::<wire::TickByTickData>(&Reply::TickByTick(TickByTick { req_id: 3, tick }), 99);
    for (kind, message) in [(1, sent(Tick::Last(trade()))), (2, sent(Tick::AllLast(trade())))] {
        let last = message.last.unwrap();
        assert_eq!((message.tick_type, last.time), (Some(kind), Some(1_776_108_685)));
        assert_eq!(
            (last.price, last.size.as_deref(), last.exchange.as_deref()),
            (Some(150.25), Some("100"), Some("NASDAQ"))
        );
        assert_eq!(last.tick_attrib_last.unwrap().unreported, Some(true));
        assert_eq!((message.bid_ask, message.mid_point), (None, None));
    }
    let message = sent(Tick::BidAsk(quote()));
    let sides = message.bid_ask.unwrap();
    assert_eq!((message.tick_type, sides.price_bid, sides.price_ask), (Some(3), Some(150.2), Some(150.3)));
    assert_eq!((sides.size_bid.as_deref(), sides.size_ask.as_deref()), (Some("200"), Some("300")));
    let message = sent(Tick::MidPoint(point()));
    assert_eq!((message.tick_type, message.mid_point.unwrap().price), (Some(4), Some(150.25)));
}

#[test]
fn past_ticks_travel_in_the_message_of_their_kind() {
    let reply = |ticks| Reply::HistoricalTicks(HistoricalTicks { req_id: 3, ticks, done: true });
    let points: wire::HistoricalTicks = read(&reply(PastTicks::MidPoint(vec![point()])), 96);
    assert_eq!((points.historical_ticks.len(), points.is_done), (1, Some(true)));
    let quotes: wire::HistoricalTicksBidAsk = read(&reply(PastTicks::BidAsk(vec![quote(), quote()])), 97);
    assert_eq!(quotes.historical_ticks_bid_ask.len(), 2);
    let trades: wire::HistoricalTicksLast = read(&reply(PastTicks::Last(vec![])), 98);
    assert_eq!((trades.req_id, trades.historical_ticks_last.len()), (Some(3), 0));
}

#[test]
fn figures_that_are_not_computed_are_the_wires_sentinels() {
    let reply = Reply::TickOptionComputation(Box::new(TickOptionComputation {
        req_id: 1,
        tick_type: tick::MODEL_OPTION,
        price_based: true,
        implied_vol: Some(dec("0.25")),
        delta: None,
        theta: Some(dec("-0.05")),
        ..TickOptionComputation::default()
    }));
    let message: wire::TickOptionComputation = read(&reply, 21);
    assert_eq!((message.tick_type, message.tick_attrib), (Some(13), Some(1)));
    assert_eq!((message.implied_vol, message.theta), (Some(0.25), Some(-0.05)));
    assert_eq!((message.delta, message.opt_price, message.und_price), (Some(-2.0), Some(-1.0), Some(-1.0)));
}

#[test]
fn a_quote_bar_has_minus_one_for_what_it_does_not_have() {
    let bar = RealTimeBar {
        req_id: 1,
        time: at(),
        open: Decimal::ONE,
        high: dec("2.5"),
        low: Decimal::ONE,
        close: Decimal::TWO,
        volume: None,
        wap: None,
        count: None,
    };
    let message: wire::RealTimeBarTick = read(&Reply::RealTimeBar(bar), 50);
    assert_eq!((message.time, message.high), (Some(1_776_108_685), Some(2.5)));
    assert_eq!((message.volume.as_deref(), message.wap.as_deref(), message.count), (Some("-1"), Some("-1"), Some(-1)));
}

#[test]
fn a_schedule_is_written_in_its_own_zone() {
    let session = HistoricalSession {
        start: jiff::civil::datetime(2026, 3, 12, 9, 30, 0, 0),
        end: jiff::civil::datetime(2026, 3, 12, 16, 0, 0, 0),
        ref_date: jiff::civil::date(2026, 3, 12),
    };
    let reply = Reply::HistoricalSchedule(HistoricalSchedule {
        req_id: 1,
        start: session.start,
        end: session.end,
        time_zone: "US/Eastern".into(),
        sessions: vec![session],
    });
    let message: wire::HistoricalSchedule = read(&reply, 106);
    assert_eq!(message.start_date_time.as_deref(), Some("20260312-09:30:00"));
    assert_eq!(message.end_date_time.as_deref(), Some("20260312-16:00:00"));
    assert_eq!(message.historical_sessions[0].ref_date.as_deref(), Some("20260312"));
}

#[test]
fn rows_of_a_scan_a_histogram_and_a_binding_keep_their_order_and_ids() {
    let row = |rank, symbol: &str| ScannerRow {
        rank,
        contract: Contract { symbol: symbol.into(), ..Contract::default() },
        ..ScannerRow::default()
    };
    let rows = vec![row(0, "AAPL"), row(1, "AMD")];
    let scan: wire::ScannerData = read(&Reply::ScannerData(ScannerData { req_id: 2, rows }), 20);
    let symbols: Vec<_> =
        scan.scanner_data_element.iter().map(|r| r.contract.clone().unwrap().symbol.unwrap()).collect();
    assert_eq!((symbols, scan.scanner_data_element[1].rank), (vec!["AAPL".to_owned(), "AMD".to_owned()], Some(1)));
    let entries = vec![HistogramEntry { price: dec("1.5"), size: dec("10") }];
    let histogram: wire::HistogramData = read(&Reply::Histogram(Histogram { req_id: 2, entries }), 89);
    assert_eq!(histogram.histogram_data_entries[0].size.as_deref(), Some("10"));
    let bound: wire::OrderBound =
        read(&Reply::OrderBound(OrderBound { perm_id: 9_000_000_001, client_id: 0, order_id: -4 }), 100);
    assert_eq!((bound.perm_id, bound.client_id, bound.order_id), (Some(9_000_000_001), Some(0), Some(-4)));
}

#[test]
fn a_bond_has_a_message_of_its_own_and_a_fund_has_not() {
    let reply = |details| Reply::ContractData { req_id: 1, details: Box::new(details) };
    let bond = BondDetails { cusip: "912828C57".into(), coupon: dec("2.25"), ..BondDetails::default() };
    let details = ContractDetails { bond: Some(Box::new(bond)), ..ContractDetails::default() };
    let message: wire::ContractData = read(&reply(details), 18);
    let details = message.contract_details.unwrap();
    assert_eq!((details.cusip.as_deref(), details.coupon), (Some("912828C57"), Some(2.25)));
    let fund = FundDetails { family: "Vanguard".into(), closed: true, ..FundDetails::default() };
    let details = ContractDetails { fund: Some(Box::new(fund)), ..ContractDetails::default() };
    let message: wire::ContractData = read(&reply(details), 10);
    let details = message.contract_details.unwrap();
    assert_eq!(
        (details.fund_family.as_deref(), details.fund_closed, details.coupon),
        (Some("Vanguard"), Some(true), None)
    );
}
