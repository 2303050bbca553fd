use super::rig::{CONN, Rig, dec, stock};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use tws::model::{
    BarTime, Contract, HeadTimestampRequest, HistoricalDataRequest, MarketDataRequest, Reply, Request, tick,
};

fn asked(end: &str, duration: &str, size: &str) -> HistoricalDataRequest {
    HistoricalDataRequest {
        req_id: 4,
        contract: stock("AAPL"),
        end_date_time: end.into(),
        bar_size: size.into(),
        duration: duration.into(),
        use_rth: true,
        what_to_show: "TRADES".into(),
        format_date: 1,
        keep_up_to_date: false,
    }
}

fn bars(rig: &mut Rig, asked: HistoricalDataRequest) -> Vec<tws::model::HistoricalBar> {
    let replies = rig.ask_raw(CONN, Request::HistoricalData(asked));
    let [(_, Reply::HistoricalData(data)), (_, Reply::HistoricalDataEnd(_))] = &replies[..] else {
        panic!("{replies:?}");
    };
    data.bars.clone()
}

#[test]
fn details_of_apple_are_those_a_real_gateway_gives() {
    let mut rig = Rig::exchange();
    let request = Request::ContractData { req_id: 1, contract: stock("AAPL") };
    let replies = rig.ask_raw(CONN, request);
    let [(_, Reply::ContractData { req_id: 1, details }), (_, Reply::ContractDataEnd { req_id: 1 })] = &replies[..]
    else {
        panic!("{replies:?}");
    };
    assert_eq!(details.contract.con_id, Some(265_598));
    assert_eq!(
        (&*details.contract.primary_exchange, &*details.contract.trading_class, &*details.market_name),
        ("NASDAQ", "NMS", "NMS")
    );
    assert_eq!((&*details.long_name, &*details.time_zone_id), ("APPLE INC", "US/Eastern"));
    assert_eq!(details.min_tick, dec("0.01"));
    assert_eq!(details.valid_exchanges.split(',').count(), details.market_rule_ids.split(',').count());
    assert_eq!(
        details.liquid_hours,
        "20261123:0930-20261123:1600;20261124:0930-20261124:1600;20261125:0930-20261125:1600;\
         20261126:CLOSED;20261127:0930-20261127:1300;20261128:CLOSED"
    );
    let nobody = Request::ContractData { req_id: 2, contract: stock("NOPE") };
    assert_eq!(rig.ask(nobody), ["error 2 200"]);
    let anybody = Request::ContractData { req_id: 3, contract: Contract::default() };
    assert_eq!(rig.ask(anybody), ["error 3 200"]);
}

#[test]
fn a_rule_and_a_search_are_answered() {
    let mut rig = Rig::always();
    let replies = rig.ask_raw(CONN, Request::MarketRule { market_rule_id: 26 });
    assert!(matches!(&replies[..], [(_, Reply::MarketRule { increments, .. })] if increments.len() == 2));
    let replies = rig.ask_raw(CONN, Request::MatchingSymbols { req_id: 1, pattern: "bank".into() });
    let [(_, Reply::SymbolSamples { samples, .. })] = &replies[..] else { panic!("{replies:?}") };
    assert_eq!(samples[0].contract.symbol, "BAC");
}

fn prices(replies: &[(crate::core::ConnId, Reply)]) -> BTreeMap<i32, Decimal> {
    replies
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::TickPrice(t) => Some((t.tick_type, t.price.unwrap())),
            _ => None,
        })
        .collect()
}

#[test]
fn a_snapshot_ends_and_a_stream_tells_only_changes() {
    let mut rig = Rig::always();
    let request = |req_id, snapshot| {
        Request::MarketData(MarketDataRequest { req_id, contract: stock("AAPL"), snapshot, ..Default::default() })
    };
    let told = rig.ask(request(1, true));
    assert_eq!(told.first().unwrap(), "MarketDataType");
    assert_eq!(told.last().unwrap(), "TickSnapshotEnd");
    let first = rig.ask_raw(CONN, request(2, false));
    let known = prices(&first);
    assert!(known[&tick::BID] < known[&tick::ASK]);
    assert!(known[&tick::LOW] <= known[&tick::LAST] && known[&tick::LAST] <= known[&tick::HIGH]);
    assert_eq!(known[&tick::CLOSE], dec("125.67"));
    assert!(rig.core.advance(rig.now).out.is_empty(), "nothing changed");
    let told = rig.price("130");
    assert!(told.iter().any(|t| t == "TickPrice"));
    assert_eq!(rig.ask(request(2, false)), ["error 2 322"]);
    assert!(rig.ask(Request::CancelMarketData { req_id: 2 }).is_empty());
    assert!(rig.price("131").is_empty());
    assert_eq!(rig.ask(Request::CancelMarketData { req_id: 2 }), ["error 2 300"]);
}

#[test]
fn the_last_bar_closes_at_the_live_last_price_even_after_a_move() {
    let mut rig = Rig::exchange();
    rig.price("140");
    rig.pass(90);
    let request = MarketDataRequest { req_id: 1, contract: stock("AAPL"), snapshot: true, ..Default::default() };
    let live = prices(&rig.ask_raw(CONN, Request::MarketData(request)));
    for size in ["1 min", "1 hour", "1 day", "1 week"] {
        let last = bars(&mut rig, asked("", "1 D", size)).pop().unwrap();
        assert_eq!(last.close, live[&tick::LAST], "{size}");
    }
    let day = bars(&mut rig, asked("", "1 D", "1 day")).pop().unwrap();
    assert_eq!((day.high, day.low, day.open), (live[&tick::HIGH], live[&tick::LOW], live[&tick::OPEN]));
}

#[test]
fn bar_times_follow_the_date_format_and_the_size() {
    let mut rig = Rig::exchange();
    let start = "2026-11-20T14:30:00Z".parse().unwrap();
    let end = "20261120 16:00:00 US/Eastern";
    assert_eq!(bars(&mut rig, asked(end, "1 D", "1 hour"))[0].time, BarTime::Zoned(start));
    let unix = HistoricalDataRequest { format_date: 2, ..asked(end, "1 D", "1 hour") };
    assert_eq!(bars(&mut rig, unix)[0].time, BarTime::UnixSeconds(start));
    let day = jiff::civil::date(2026, 11, 20);
    assert_eq!(bars(&mut rig, asked(end, "1 D", "1 day"))[0].time, BarTime::Day(day));
    let bid = HistoricalDataRequest { what_to_show: "BID".into(), ..asked(end, "1 D", "1 day") };
    assert_eq!(bars(&mut rig, bid)[0].volume, None);
}

#[test]
fn impossible_bars_are_refused_with_ibkrs_code() {
    let mut rig = Rig::exchange();
    let with = |f: fn(&mut HistoricalDataRequest)| {
        let mut r = asked("", "1 D", "1 hour");
        f(&mut r);
        r
    };
    for (bad, code) in [
        (with(|r| r.bar_size = "7 mins".into()), 321),
        (with(|r| r.duration = "1 X".into()), 321),
        (with(|r| r.duration = "-1 D".into()), 321),
        (with(|r| r.what_to_show = "SCHEDULE".into()), 321),
        (with(|r| r.end_date_time = "yesterday".into()), 10314),
        (with(|r| r.end_date_time = "19890101-00:00:00".into()), 162),
        (
            with(|r| {
                r.duration = "30 Y".into();
                r.bar_size = "1 min".into();
            }),
            162,
        ),
        (with(|r| r.contract = stock("NOPE")), 200),
    ] {
        assert_eq!(rig.ask(Request::HistoricalData(bad)), [format!("error 4 {code}")]);
    }
    assert_eq!(rig.ask(Request::CancelHistoricalData { req_id: 4 }), ["error 4 366"]);
}

#[test]
fn bars_that_are_kept_up_to_date_grow() {
    let mut rig = Rig::exchange();
    let keep = HistoricalDataRequest { keep_up_to_date: true, ..asked("", "1 D", "1 min") };
    rig.ask(Request::HistoricalData(keep));
    assert!(rig.pass(1).is_empty());
    let told = rig.pass(5);
    assert_eq!(told, ["HistoricalDataUpdate"]);
    assert!(rig.ask(Request::CancelHistoricalData { req_id: 4 }).is_empty());
    assert!(rig.pass(60).is_empty());
}

#[test]
fn the_head_is_where_the_bars_begin() {
    let mut rig = Rig::exchange();
    let request = HeadTimestampRequest {
        req_id: 4,
        contract: stock("AAPL"),
        what_to_show: "TRADES".into(),
        format_date: 1,
        ..Default::default()
    };
    let replies = rig.ask_raw(CONN, Request::HeadTimestamp(request));
    let [(_, Reply::HeadTimestamp { time, .. })] = &replies[..] else { panic!("{replies:?}") };
    let first = bars(&mut rig, asked("", "40 Y", "1 month"))[0].clone();
    assert_eq!(first.time, BarTime::Day(tws::time::in_zone(*time).date()));
}
