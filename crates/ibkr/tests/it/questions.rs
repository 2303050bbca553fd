use crate::desk::{apple, order_id};
use crate::gateway::{ACCOUNT, Gateway, Peer};
use crate::orders::{echo, linked, wire_apple};
use domain::broker::{Answer, AskError, BrokerEvent, Question, WhatIfOrder};
use domain::contract::{Instrument, SecType, SymbolSpec};
use domain::market::{BarDuration, BarSize, DataType, WhatToShow};
use domain::order::{OrderType, Side, Tif};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::time::Duration;
use tws::model::{
    BarTime, ContractDetails, HistoricalBar, HistoricalData, HistoricalDataEnd, MarketDataType, PnL, PriceIncrement,
    Reply, Request, Status, SymbolSample, TickAttrib, TickPrice, tick,
};

fn details() -> ContractDetails {
    ContractDetails {
        contract: wire_apple(),
        min_tick: Decimal::new(1, 2),
        order_types: "LMT,MKT".to_owned(),
        valid_exchanges: "NASDAQ,SMART".to_owned(),
        market_rule_ids: "557,26".to_owned(),
        long_name: "APPLE INC".to_owned(),
        time_zone_id: "US/Eastern".to_owned(),
        min_size: Some(Decimal::ONE),
        size_increment: Some(Decimal::ONE),
        ..ContractDetails::default()
    }
}

fn spec() -> Instrument {
    Instrument::Spec(SymbolSpec {
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        currency: "USD".parse().expect("valid"),
        expiry: None,
        strike: None,
        right: None,
    })
}

async fn describe(peer: &mut Peer) {
    let Request::ContractData { req_id, contract } = peer.next().await else { panic!("a contract request") };
    assert_eq!((contract.symbol.as_str(), contract.exchange.as_str()), ("AAPL", "SMART"));
    peer.send(Reply::ContractData { req_id, details: Box::new(details()) }).await;
    peer.send(Reply::ContractDataEnd { req_id }).await;
}

#[tokio::test]
async fn a_contract_comes_with_the_steps_of_its_market_rule_asked_only_once() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let first = desk.ask(Question::Contracts(spec())).await;
    describe(&mut peer).await;
    assert_eq!(peer.next().await, Request::MarketRule { market_rule_id: 26 });
    let increments = vec![
        PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 4) },
        PriceIncrement { low_edge: Decimal::ONE, increment: Decimal::new(1, 2) },
    ];
    peer.send(Reply::MarketRule { market_rule_id: 26, increments }).await;
    let Ok(Answer::Contracts(contracts)) = desk.answer(first).await else { panic!("contracts") };
    assert_eq!(contracts.len(), 1);
    assert_eq!(contracts[0].increment_at(Decimal::new(5, 1)), Some(Decimal::new(1, 4)));
    assert_eq!(contracts[0].time_zone.as_deref(), Some("America/New_York"));
    let second = desk.ask(Question::Contracts(spec())).await;
    describe(&mut peer).await;
    let Ok(Answer::Contracts(again)) = desk.answer(second).await else { panic!("contracts") };
    assert_eq!(again, contracts);
}

#[tokio::test]
async fn a_contract_that_does_not_exist_is_no_contract_and_no_error() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(Question::Contracts(spec())).await;
    let Request::ContractData { req_id, .. } = peer.next().await else { panic!("a contract request") };
    peer.notice(req_id, 200).await;
    assert_eq!(desk.answer(id).await, Ok(Answer::Contracts(Vec::new())));
}

#[tokio::test]
async fn symbols_are_found() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(Question::MatchingSymbols("AAP".to_owned())).await;
    let Request::MatchingSymbols { req_id, pattern } = peer.next().await else { panic!("a search") };
    assert_eq!(pattern, "AAP");
    let sample = SymbolSample { contract: wire_apple(), derivative_sec_types: vec!["OPT".to_owned()] };
    peer.send(Reply::SymbolSamples { req_id, samples: vec![sample] }).await;
    let Ok(Answer::Symbols(found)) = desk.answer(id).await else { panic!("symbols") };
    assert_eq!((found[0].con_id.get(), found[0].symbol.as_str()), (265_598, "AAPL"));
}

pub(crate) async fn price(peer: &mut Peer, req_id: i32, tick_type: i32, price: &str) {
    let tick = TickPrice {
        req_id,
        tick_type,
        price: Some(price.parse().expect("a price")),
        size: Some(Decimal::ONE_HUNDRED),
        attrib: TickAttrib::default(),
    };
    peer.send(Reply::TickPrice(tick)).await;
}

#[tokio::test]
async fn a_quote_is_complete_with_bid_ask_last_and_close_and_its_line_is_given_back() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let before = Timestamp::now();
    let id = desk.ask(Question::Quote(Box::new(apple()))).await;
    let Request::MarketData(request) = peer.next().await else { panic!("a market data request") };
    let req_id = request.req_id;
    assert_eq!(request.contract.con_id, Some(265_598));
    peer.send(Reply::MarketDataType { req_id, kind: MarketDataType::Frozen }).await;
    price(&mut peer, req_id, tick::BID, "189.48").await;
    price(&mut peer, req_id, tick::ASK, "189.52").await;
    price(&mut peer, req_id, tick::LAST, "189.50").await;
    price(&mut peer, req_id, tick::CLOSE, "188").await;
    let Ok(Answer::Quote(quote)) = desk.answer(id).await else { panic!("a quote") };
    assert_eq!(quote.bid.map(|bid| bid.to_string()).as_deref(), Some("189.48"));
    assert_eq!(quote.ask_size, Some(Decimal::ONE_HUNDRED));
    assert_eq!(quote.data_type, DataType::Frozen);
    assert!(quote.received_at >= before);
    assert_eq!(peer.next().await, Request::CancelMarketData { req_id });
}

#[tokio::test]
async fn a_refused_quote_tells_the_brokers_code() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(Question::Quote(Box::new(apple()))).await;
    let Request::MarketData(request) = peer.next().await else { panic!("a market data request") };
    peer.notice(request.req_id, 354).await;
    let answer = desk.answer(id).await;
    assert!(matches!(answer, Err(AskError::Broker { code: 354, .. })), "{answer:?}");
}

#[tokio::test]
async fn bars_come_oldest_first_and_a_senseless_one_spoils_the_answer() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let bar = |second: i64, low: i64| HistoricalBar {
        time: BarTime::UnixSeconds(Timestamp::from_second(second).expect("a time")),
        open: Decimal::from(10),
        high: Decimal::from(12),
        low: Decimal::from(low),
        close: Decimal::from(11),
        volume: Some(Decimal::ONE_HUNDRED),
        wap: None,
        count: Some(3),
    };
    for (low, good) in [(9, true), (0, false)] {
        let id = desk
            .ask(Question::Bars {
                contract: Box::new(apple()),
                size: BarSize::Min5,
                duration: BarDuration::from_word("2d").expect("valid"),
                end: None,
                what: WhatToShow::Trades,
                regular_hours: true,
            })
            .await;
        let Request::HistoricalData(request) = peer.next().await else { panic!("a request for bars") };
        assert_eq!((request.bar_size.as_str(), request.duration.as_str()), ("5 mins", "2 D"));
        assert_eq!((request.what_to_show.as_str(), request.use_rth), ("TRADES", true));
        let req_id = request.req_id;
        let bars = vec![bar(1_775_000_300, low), bar(1_775_000_000, 9)];
        let (start, end) = (Timestamp::UNIX_EPOCH, Timestamp::now());
        peer.send(Reply::HistoricalData(HistoricalData { req_id, start, end, bars })).await;
        peer.send(Reply::HistoricalDataEnd(HistoricalDataEnd { req_id, start, end })).await;
        match desk.answer(id).await {
            Ok(Answer::Bars(bars)) if good => {
                assert_eq!(bars.len(), 2);
                assert!(bars[0].time < bars[1].time);
                assert_eq!((bars[0].wap, bars[0].count), (None, Some(3)));
            }
            Err(AskError::Garbled(_)) if !good => {}
            other => panic!("{other:?}"),
        }
    }
}

fn what_if() -> Box<WhatIfOrder> {
    Box::new(WhatIfOrder {
        broker_order_id: order_id(43),
        account: ACCOUNT.parse().expect("valid"),
        contract: apple(),
        side: Side::Buy,
        qty: "10".parse().expect("valid"),
        order_type: OrderType::Market,
        tif: Tif::Day,
        outside_rth: false,
    })
}

#[tokio::test]
async fn a_what_if_is_answered_and_looks_like_no_order() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(Question::WhatIf(what_if())).await;
    let Request::PlaceOrder(place) = peer.next().await else { panic!("a what-if") };
    assert!(place.order.what_if);
    assert_eq!((place.order_id, place.order.account.as_str()), (43, ACCOUNT));
    let mut open = echo(*place, Status::PreSubmitted);
    open.state.init_margin_change = Some(Decimal::from(500));
    open.state.commission = Some(Decimal::ONE);
    open.state.commission_currency = "USD".to_owned();
    peer.send(Reply::OpenOrder(Box::new(open))).await;
    let (mut answer, mut orders) = (None, 0);
    while answer.is_none() {
        match desk.next().await {
            BrokerEvent::Answer { id: answered, answer: said } if answered == id => answer = Some(said),
            BrokerEvent::OpenOrder { .. } | BrokerEvent::Status { .. } | BrokerEvent::OrderError { .. } => orders += 1,
            _ => {}
        }
    }
    let Some(Ok(Answer::WhatIf(estimate))) = answer else { panic!("an estimate") };
    assert_eq!(estimate.init_margin_change, Some(Decimal::from(500)));
    assert_eq!(estimate.commission, Some(Decimal::ONE));
    assert_eq!(estimate.maint_margin_change, None, "what was not said is unknown");
    assert_eq!(orders, 0);
}

#[tokio::test]
async fn a_refused_what_if_tells_the_code_to_its_question_only() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(Question::WhatIf(what_if())).await;
    let Request::PlaceOrder(_) = peer.next().await else { panic!("a what-if") };
    peer.notice(43, 201).await;
    let answer = desk
        .until(|event| match event {
            BrokerEvent::Answer { id: answered, answer } if answered == id => Some(answer),
            BrokerEvent::OrderError { code, .. } => panic!("no order failed: {code}"),
            _ => None,
        })
        .await;
    assert!(matches!(answer, Err(AskError::Broker { code: 201, .. })), "{answer:?}");
}

#[tokio::test]
async fn a_what_if_that_is_never_answered_times_out() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.what_if_deadline = Duration::from_millis(300);
    let mut desk = crate::desk::Desk::start(config);
    let mut peer = gateway.accept().await;
    desk.up().await;
    let id = desk.ask(Question::WhatIf(what_if())).await;
    let Request::PlaceOrder(_) = peer.next().await else { panic!("a what-if") };
    assert_eq!(desk.answer(id).await, Err(AskError::Timeout));
}

#[tokio::test]
async fn profit_and_loss_and_the_time_are_told() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(Question::Pnl(ACCOUNT.parse().expect("valid"))).await;
    let Request::PnL(scope) = peer.next().await else { panic!("a request for profit and loss") };
    peer.send(Reply::PnL(PnL {
        req_id: scope.req_id,
        daily: Some(Decimal::new(-125, 1)),
        unrealized: Some(Decimal::ONE),
        realized: None,
    }))
    .await;
    let Ok(Answer::Pnl(pnl)) = desk.answer(id).await else { panic!("profit and loss") };
    assert_eq!((pnl.daily, pnl.unrealized), (Some(Decimal::new(-125, 1)), Some(Decimal::ONE)));
    assert_eq!(pnl.realized, None);
    assert!(matches!(peer.next().await, Request::CancelPnL { .. }));

    let now: Timestamp = "2026-04-13T19:27:04.5Z".parse().expect("a time");
    let id = desk.ask(Question::Time).await;
    assert_eq!(peer.next().await, Request::CurrentTimeMillis);
    peer.send(Reply::CurrentTimeMillis(now)).await;
    assert_eq!(desk.answer(id).await, Ok(Answer::Time(now)));
}
