use jiff::Timestamp;
use rust_decimal::Decimal;

use super::wire::{line, versions, written};
use crate::model::{
    BarTime, CommissionReport, CompletedOrder, Contract, ContractDetails, ExecSide, Execution, ExecutionDetails,
    HistoricalBar, HistoricalData, HistoricalDataEnd, MarketDataType, Notice, OpenOrder, Order, OrderState,
    OrderStatus, PnL, PortfolioValue, Position, PriceIncrement, Reply, SecDefOptParams, Status, SymbolSample,
    TickAttrib, TickPrice, TickReqParams, TickSize, tick,
};

const UNSET: &str = "1.7976931348623157E308";

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn at() -> Timestamp {
    "2026-04-13T19:27:04Z".parse().unwrap()
}

fn apple() -> Contract {
    Contract {
        con_id: Some(265_598),
        symbol: "AAPL".into(),
        sec_type: "STK".into(),
        exchange: "SMART".into(),
        primary_exchange: "NASDAQ".into(),
        currency: "USD".into(),
        local_symbol: "AAPL".into(),
        trading_class: "NMS".into(),
        ..Contract::default()
    }
}

fn order() -> Order {
    Order {
        client_id: Some(94),
        order_id: Some(7),
        perm_id: Some(9_000_000_001),
        action: "BUY".into(),
        total_quantity: Some(dec("100")),
        order_type: "MKT".into(),
        tif: "DAY".into(),
        account: "DUV0000001".into(),
        order_ref: "mine".into(),
        submitter: "me".into(),
        ..Order::default()
    }
}

fn open_order() -> Reply {
    let state = OrderState { margin_currency: "USD".into(), ..OrderState::of(Status::PreSubmitted) };
    Reply::OpenOrder(Box::new(OpenOrder { order_id: 7, contract: apple().into(), order: order().into(), state }))
}

fn completed_order() -> Reply {
    let state = OrderState {
        completed_time: Some(at()),
        completed_status: "Filled Size: 100".into(),
        ..OrderState::of(Status::Filled)
    };
    Reply::CompletedOrder(Box::new(CompletedOrder { contract: apple().into(), order: order(), state }))
}

fn details(sec_type: &str) -> Reply {
    let details = ContractDetails {
        contract: Contract { sec_type: sec_type.into(), ..apple() },
        market_name: "NMS".into(),
        min_tick: dec("0.01"),
        long_name: "APPLE INC".into(),
        sec_ids: vec![("ISIN".into(), "US0378331005".into())],
        min_size: Some(dec("1")),
        suggested_size_increment: Some(dec("100")),
        ..ContractDetails::default()
    };
    Reply::ContractData { req_id: 3, details: Box::new(details) }
}

fn execution() -> Reply {
    Reply::ExecutionDetails(Box::new(ExecutionDetails {
        req_id: -1,
        contract: apple().into(),
        execution: Execution {
            order_id: 7,
            client_id: 94,
            perm_id: 9_000_000_001,
            exec_id: "0000e0d5.69dd7411.01.01".into(),
            time: at(),
            account: "DUV0000001".into(),
            exchange: "NASDAQ".into(),
            side: ExecSide::Bought,
            shares: dec("1"),
            price: dec("257.95"),
            cum_qty: dec("1"),
            avg_price: dec("257.95"),
            order_ref: "mine".into(),
            liquidation: false,
            model_code: String::new(),
            last_liquidity: 2,
            submitter: "me".into(),
        }
        .into(),
    }))
}

fn bars() -> Reply {
    let bar = HistoricalBar {
        time: BarTime::Zoned(at()),
        open: dec("1"),
        high: dec("4"),
        low: dec("0.5"),
        close: dec("2"),
        volume: Some(dec("10")),
        wap: None,
        count: Some(3),
    };
    Reply::HistoricalData(HistoricalData { req_id: 4, start: at(), end: at(), bars: vec![bar] })
}

fn notice() -> Reply {
    Reply::Notice(Notice::about(7, 202, "Order Canceled - reason:", at()))
}

/// How many fields a reply has at 157, and by how many it grows or shrinks at which version.
type Growth = (Reply, usize, &'static [(i32, i32)]);

#[test]
fn each_reply_has_the_number_of_fields_of_its_version() {
    let table: [Growth; 7] = [
        (
            open_order(),
            128,
            &[
                (158, 1),
                (160, 1),
                (162, 1),
                (170, 5),
                (177, -1),
                (183, 1),
                (184, 1),
                (185, 1),
                (189, 1),
                (193, 2),
                (195, 13),
                (198, 1),
                (199, 1),
            ],
        ),
        (completed_order(), 96, &[(170, 5), (177, -1), (183, 1), (184, 1), (198, 1)]),
        (details("STK"), 41, &[(163, 1), (164, -3), (164, 3), (182, 1), (186, 1)]),
        (details("FUND"), 41, &[(163, 1), (164, -3), (164, 3), (179, 17), (182, 1), (186, 1)]),
        (execution(), 31, &[(178, 1), (198, 1)]),
        (bars(), 13, &[(196, -2)]),
        (notice(), 5, &[(166, 1), (194, -1), (194, 1)]),
    ];
    for (reply, base, growth) in &table {
        for number in versions() {
            let grown: i32 = growth.iter().filter(|(since, _)| *since <= number).map(|(_, by)| by).sum();
            let expected = base.checked_add_signed(isize::try_from(grown).unwrap()).unwrap();
            let fields = written(number, reply).unwrap();
            assert_eq!(fields.len(), expected, "version {number}: {fields:?}");
        }
    }
}

#[test]
fn an_open_order_reads_as_a_gateway_writes_it() {
    let margins = [UNSET; 9].join("|");
    let start = "5|7|265598|AAPL|STK||0|?||SMART|USD|AAPL|NMS|BUY|100|MKT|0.0|0.0|DAY||DUV0000001||0|mine|94|9000000001|0|0|0||";
    let middle = "|0||-1|0||||||2147483647|0|0|0||0|0|0||0|0||0|None||0||||?|0|0||0|0||||||0|0|0|2147483647|2147483647|||0|||0|0||0|0|PreSubmitted";
    let end = format!("0|0|0|None|{}|0||||0|0|0|0|0", [UNSET; 6].join("|"));
    let expected = |advisor: &str, preview: &str, tail: &str| {
        format!("{start}{advisor}|||||{middle}|{margins}||||{preview}||{end}{tail}")
    };
    assert_eq!(line(173, &open_order()), expected("||||", "", "|||0|||||"));
    let full = format!("|USD|{margins}|||0");
    assert_eq!(line(200, &open_order()), expected("|||", &full, "|||0|||||||0||0|||me|0"));
}

#[test]
fn a_completed_order_reads_as_a_gateway_writes_it() {
    let line = line(173, &completed_order());
    let end = "|Filled|0|0|0|1.7976931348623157E308|1.7976931348623157E308|0|0|0||0|2147483647|0|\
               Not an insider or substantial shareholder|0|0|9223372036854775807|\
               20260413 15:27:04 US/Eastern|Filled Size: 100|||||";
    assert!(line.ends_with(end), "{line}");
    assert!(line.starts_with("101|265598|AAPL|STK||0|?||SMART|USD|AAPL|NMS|BUY|100|MKT|0.0|0.0|DAY||DUV0000001||0|mine|9000000001|0|0|0||"), "{line}");
}

#[test]
fn contract_details_change_at_163_164_182_and_186() {
    let tail = |number| line(number, &details("STK")).rsplit_once("US0378331005|").unwrap().1.to_owned();
    assert_eq!(tail(162), "|||||");
    assert_eq!(tail(163), "||||||100");
    assert_eq!(tail(164), "||||||1||100");
    assert_eq!(tail(186), "||||||1||100|0");
    let head = |number| line(number, &details("STK")).split_once("|SMART").unwrap().0.to_owned();
    assert_eq!(head(163), "10|8|3|AAPL|STK||0|");
    assert_eq!(head(164), "10|3|AAPL|STK||0|");
    assert_eq!(head(182), "10|3|AAPL|STK|||0|");
}

#[test]
fn an_error_gains_its_reject_at_166_and_its_time_at_194_where_it_loses_its_version() {
    assert_eq!(line(165, &notice()), "4|2|7|202|Order Canceled - reason:");
    assert_eq!(line(166, &notice()), "4|2|7|202|Order Canceled - reason:|");
    assert_eq!(line(193, &notice()), "4|2|7|202|Order Canceled - reason:|");
    assert_eq!(line(194, &notice()), "4|7|202|Order Canceled - reason:||1776108424000");
}

#[test]
fn text_beyond_ascii_is_escaped_in_errors_and_a_nul_never_tears_a_message() {
    let notice = Reply::Notice(Notice::general(1, "caf\u{e9} \u{1f600}", at()));
    assert_eq!(line(157, &notice), "4|2|-1|1|caf\\u00e9 \\ud83d\\ude00");
    let reply = Reply::AccountUpdateTime("12\0:00".into());
    assert_eq!(line(157, &reply), "8|1|12:00");
}

#[test]
fn an_execution_names_its_zone_from_174_on() {
    let start = "11|-1|7|265598|AAPL|STK||0|||SMART|USD|AAPL|NMS|0000e0d5.69dd7411.01.01|";
    let end = "|DUV0000001|NASDAQ|BOT|1|257.95|9000000001|94|0|1|257.95|mine||||2";
    assert_eq!(line(173, &execution()), format!("{start}20260413  15:27:04{end}"));
    assert_eq!(line(174, &execution()), format!("{start}20260413 15:27:04 US/Eastern{end}"));
    assert_eq!(line(200, &execution()), format!("{start}20260413 15:27:04 US/Eastern{end}|0|me"));
}

#[test]
fn bars_carry_their_period_until_it_becomes_a_message_of_its_own_at_196() {
    let end = Reply::HistoricalDataEnd(HistoricalDataEnd { req_id: 4, start: at(), end: at() });
    assert_eq!(line(173, &bars()), "17|4|20260413  15:27:04|20260413  15:27:04|1|20260413  15:27:04|1|4|0.5|2|10|-1|3");
    assert_eq!(line(196, &bars()), "17|4|1|20260413 15:27:04 US/Eastern|1|4|0.5|2|10|-1|3");
    assert_eq!(written(195, &end), None);
    assert_eq!(line(196, &end), "108|4|20260413 15:27:04 US/Eastern|20260413 15:27:04 US/Eastern");
}

#[test]
fn an_update_of_a_bar_has_an_order_of_its_own() {
    let Reply::HistoricalData(data) = bars() else { panic!("bars") };
    let update = Reply::HistoricalDataUpdate { req_id: 4, bar: data.bars[0].clone() };
    assert_eq!(line(178, &update), "90|4|3|20260413 15:27:04 US/Eastern|1|2|4|0.5|-1|10");
}

#[test]
fn searches_name_the_issuer_from_176_on() {
    let sample = SymbolSample {
        contract: Contract { description: "APPLE INC".into(), ..apple() },
        derivative_sec_types: vec!["OPT".into(), "WAR".into()],
    };
    let reply = Reply::SymbolSamples { req_id: 1, samples: vec![sample.clone(), sample] };
    let row = "265598|AAPL|STK|NASDAQ|USD|2|OPT|WAR";
    assert_eq!(line(175, &reply), format!("79|1|2|{row}|{row}"));
    assert_eq!(line(176, &reply), format!("79|1|2|{row}|APPLE INC||{row}|APPLE INC|"));
}

#[test]
fn an_option_names_its_strike_and_right_everywhere() {
    let option = Contract {
        sec_type: "OPT".into(),
        last_trade_date_or_contract_month: "20260619".into(),
        strike: Some(dec("257.5")),
        right: "C".into(),
        multiplier: Some(dec("100")),
        ..apple()
    };
    let position =
        Position { account: "A".into(), contract: option.clone().into(), position: dec("-2"), avg_cost: dec("512.3") };
    assert_eq!(
        line(157, &Reply::Position(position)),
        "61|3|A|265598|AAPL|OPT|20260619|257.5|C|100|SMART|USD|AAPL|NMS|-2|512.3"
    );
    let holding = PortfolioValue {
        contract: option.into(),
        position: dec("-2"),
        market_price: dec("5.25"),
        market_value: dec("-1050"),
        average_cost: dec("512.3"),
        unrealized_pnl: dec("-25.4"),
        realized_pnl: dec("0"),
        account: "A".into(),
    };
    assert_eq!(
        line(157, &Reply::PortfolioValue(holding.clone())),
        "7|8|265598|AAPL|OPT|20260619|257.5|C|100|NASDAQ|USD|AAPL|NMS|-2|5.25|-1050|512.3|-25.4|0|A"
    );
    let stock = Reply::PortfolioValue(PortfolioValue { contract: apple().into(), ..holding });
    assert!(line(157, &stock).starts_with("7|8|265598|AAPL|STK||0|0||NASDAQ|USD|AAPL|NMS|"));
}

#[test]
fn replies_that_never_changed_read_the_same_at_every_version() {
    let status = OrderStatus {
        order_id: 7,
        status: Status::Filled,
        filled: dec("100"),
        remaining: dec("0"),
        avg_fill_price: dec("201.94"),
        perm_id: 9_000_000_001,
        parent_id: 0,
        last_fill_price: dec("201.94"),
        client_id: 94,
        why_held: String::new(),
        mkt_cap_price: dec("0"),
    };
    let commission =
        CommissionReport { exec_id: "x.01".into(), commission: dec("1"), currency: "USD".into(), realized_pnl: None };
    let price = TickPrice {
        req_id: 1,
        tick_type: tick::BID,
        price: Some(dec("185.5")),
        size: Some(dec("100")),
        attrib: TickAttrib { can_auto_execute: true, past_limit: true, pre_open: true },
    };
    let chain = SecDefOptParams {
        req_id: 1,
        exchange: "SMART".into(),
        underlying_con_id: 5,
        trading_class: "AAPL".into(),
        multiplier: "100".into(),
        expirations: vec!["20260417".into(), "20260515".into()],
        strikes: vec![dec("250"), dec("252.5")],
    };
    let rule = vec![PriceIncrement { low_edge: dec("0"), increment: dec("0.01") }];
    let table = [
        (Reply::ManagedAccounts { accounts: vec!["A".into(), "B".into()] }, "15|1|A,B".to_owned()),
        (Reply::NextValidId { order_id: 9 }, "9|1|9".into()),
        (Reply::CurrentTime(at()), "49|1|1776108424".into()),
        (Reply::OrderStatus(status), "3|7|Filled|100|0|201.94|9000000001|0|201.94|94||0".into()),
        (Reply::CommissionReport(commission), format!("59|1|x.01|1|USD|{UNSET}|{UNSET}|")),
        (Reply::TickPrice(price), "1|6|1|1|185.5|100|7".into()),
        (Reply::TickSize(TickSize { req_id: 1, tick_type: 8, size: dec("1000") }), "2|6|1|8|1000".into()),
        (Reply::MarketDataType { req_id: 1, kind: MarketDataType::Delayed }, "58|1|1|3".into()),
        (Reply::SecDefOptParams(chain), "75|1|SMART|5|AAPL|100|2|20260417|20260515|2|250|252.5".into()),
        (Reply::SecDefOptParamsEnd { req_id: 1 }, "76|1".into()),
        (Reply::MarketRule { market_rule_id: 26, increments: rule }, "93|26|1|0|0.01".into()),
        (
            Reply::PnL(PnL { req_id: 4, daily: Some(dec("-12.5")), unrealized: None, realized: None }),
            format!("94|4|-12.5|{UNSET}|{UNSET}"),
        ),
        (Reply::OpenOrdersEnd, "53|1".into()),
        (Reply::CompletedOrdersEnd, "102".into()),
        (Reply::PositionEnd, "62|1".into()),
        (Reply::ExecutionDetailsEnd { req_id: 5 }, "55|1|5".into()),
        (Reply::HeadTimestamp { req_id: 1, time: at(), as_unix_seconds: false }, "88|1|20260413-19:27:04".into()),
        (
            Reply::TickReqParams(TickReqParams {
                req_id: 1,
                min_tick: dec("0.01"),
                bbo_exchange: "9c0001".into(),
                snapshot_permissions: 3,
            }),
            "81|1|0.01|9c0001|3".into(),
        ),
    ];
    for number in versions() {
        for (reply, expected) in &table {
            assert_eq!(&line(number, reply), expected, "version {number}");
        }
    }
}

#[test]
fn a_reply_that_a_version_does_not_have_is_not_written() {
    let millis = Reply::CurrentTimeMillis(at());
    assert_eq!((written(196, &millis), line(197, &millis).as_str()), (None, "109|1776108424000"));
    let user = Reply::UserInfo { req_id: 2, white_branding_id: "w".into() };
    assert_eq!((written(166, &user), line(167, &user).as_str()), (None, "107|2|w"));
}
