//! Single ticks, live and past, and bars of five seconds: all one tape.

use rust_decimal::Decimal;
use tws::model::{
    HistoricalDataRequest, HistoricalTicksRequest, PastTicks, PointTick, QuoteTick, RealTimeBar, RealTimeBarsRequest,
    Reply, Request, Tick, TickByTickRequest, TradeTick,
};

use super::rig::{CONN, Rig, stock};
use crate::core::{CoreConfig, DataRights};

fn stream(req_id: i32, tick_type: &str) -> TickByTickRequest {
    TickByTickRequest { req_id, contract: stock("AAPL"), tick_type: tick_type.into(), ..TickByTickRequest::default() }
}

fn past(what: &str, start: &str, end: &str, count: i32) -> Request {
    Request::HistoricalTicks(HistoricalTicksRequest {
        req_id: 4,
        contract: stock("AAPL"),
        start_date_time: start.into(),
        end_date_time: end.into(),
        number_of_ticks: Some(count),
        what_to_show: what.into(),
        use_rth: true,
        ignore_size: false,
    })
}

fn ticks(rig: &mut Rig, request: Request) -> PastTicks {
    let replies = rig.ask_raw(CONN, request);
    let [(_, Reply::HistoricalTicks(message))] = &replies[..] else { panic!("{replies:?}") };
    assert!(message.done);
    message.ticks.clone()
}

fn trades(rig: &mut Rig, request: Request) -> Vec<TradeTick> {
    match ticks(rig, request) {
        PastTicks::Last(ticks) => ticks,
        other => panic!("{other:?}"),
    }
}

fn quotes(rig: &mut Rig, request: Request) -> Vec<QuoteTick> {
    match ticks(rig, request) {
        PastTicks::BidAsk(ticks) => ticks,
        other => panic!("{other:?}"),
    }
}

fn points(rig: &mut Rig, request: Request) -> Vec<PointTick> {
    match ticks(rig, request) {
        PastTicks::MidPoint(ticks) => ticks,
        other => panic!("{other:?}"),
    }
}

fn unpaced(now: &str) -> Rig {
    Rig::with(CoreConfig { pacing: false, ..CoreConfig::default() }, now)
}

/// What a stream tells in so many seconds, half a second at a time, with a move of the price among them.
fn streamed(rig: &mut Rig, seconds: i64) -> Vec<Tick> {
    let mut told = Vec::new();
    for half in 0..2 * seconds {
        rig.now += jiff::SignedDuration::from_millis(500);
        if half == seconds {
            rig.core.move_price("AAPL", Decimal::from(140), rig.now).unwrap();
        }
        for (_, reply) in rig.core.advance(rig.now).out {
            if let Reply::TickByTick(message) = reply {
                told.push(message.tick);
            }
        }
    }
    told
}

#[test]
fn what_was_streamed_is_what_history_tells_afterwards() {
    for kind in ["Last", "AllLast", "BidAsk", "MidPoint"] {
        let mut rig = unpaced("2026-11-23T15:30:00Z");
        assert!(rig.ask(Request::TickByTick(stream(1, kind))).is_empty());
        let live = streamed(&mut rig, 20);
        let end = "20261123-15:30:19";
        let count = i32::try_from(live.len()).unwrap();
        let history: Vec<Tick> = match kind {
            "Last" => trades(&mut rig, past("TRADES", "", end, count)).into_iter().map(Tick::Last).collect(),
            "AllLast" => trades(&mut rig, past("TRADES", "", end, count)).into_iter().map(Tick::AllLast).collect(),
            "BidAsk" => quotes(&mut rig, past("BID_ASK", "", end, count)).into_iter().map(Tick::BidAsk).collect(),
            _ => points(&mut rig, past("MIDPOINT", "", end, count)).into_iter().map(Tick::MidPoint).collect(),
        };
        assert!(live.len() > 10, "{kind}: {}", live.len());
        assert_eq!(live, history, "{kind}");
    }
}

#[test]
fn trades_add_up_to_the_bar_of_their_minute() {
    let mut rig = unpaced("2026-11-23T16:30:00Z");
    let mut minute = trades(&mut rig, past("TRADES", "20261123-15:40:00", "", 1_000));
    let end = "2026-11-23T15:41:00Z".parse().unwrap();
    assert!(minute.last().unwrap().time > end, "a thousand trades are more than a minute");
    minute.retain(|tick| tick.time < end);
    let bars = HistoricalDataRequest {
        req_id: 2,
        contract: stock("AAPL"),
        end_date_time: "20261123-15:41:30".into(),
        bar_size: "1 min".into(),
        duration: "120 S".into(),
        what_to_show: "TRADES".into(),
        use_rth: true,
        format_date: 2,
        keep_up_to_date: false,
    };
    let replies = rig.ask_raw(CONN, Request::HistoricalData(bars));
    let [(_, Reply::HistoricalData(data)), ..] = &replies[..] else { panic!("{replies:?}") };
    let start = "2026-11-23T15:40:00Z".parse().unwrap();
    let bar = data.bars.iter().find(|b| b.time == tws::model::BarTime::UnixSeconds(start)).unwrap();
    assert_eq!(minute.iter().map(|t| t.size).sum::<Decimal>(), bar.volume.unwrap());
    let prices: Vec<Decimal> = minute.iter().map(|t| t.price).collect();
    assert_eq!((prices[0], *prices.last().unwrap()), (bar.open, bar.close));
    assert_eq!((*prices.iter().max().unwrap(), *prices.iter().min().unwrap()), (bar.high, bar.low));
}

#[test]
fn past_ticks_are_as_many_as_asked_for_and_cross_the_night() {
    let mut rig = unpaced("2026-11-24T15:30:00Z");
    let before = trades(&mut rig, past("TRADES", "", "20261124-14:30:04", 200));
    assert_eq!(before.len(), 200);
    assert_eq!(before.last().unwrap().time, "2026-11-24T14:30:04Z".parse().unwrap());
    assert!(before[0].time < "2026-11-23T21:00:00Z".parse().unwrap(), "{}", before[0].time);
    let after = trades(&mut rig, past("TRADES", "20261123-20:59:50", "", 200));
    assert_eq!(after.len(), 200);
    assert!(after.last().unwrap().time > "2026-11-24T14:30:00Z".parse().unwrap());
    assert!(before.iter().chain(&after).all(|tick| tick.size > Decimal::ZERO));
    assert!(after.windows(2).all(|w| w[0].time <= w[1].time));
    for what in ["BID_ASK", "MIDPOINT"] {
        let count = match ticks(&mut rig, past(what, "", "20261124-14:30:04", 100)) {
            PastTicks::BidAsk(quotes) => quotes.len(),
            PastTicks::MidPoint(points) => points.len(),
            PastTicks::Last(_) => 0,
        };
        assert_eq!(count, 100, "{what}");
    }
    let future = trades(&mut rig, past("TRADES", "20261124-15:29:50", "", 1_000));
    assert_eq!(future.last().unwrap().time, "2026-11-24T15:29:59Z".parse().unwrap(), "no second is told early");
}

#[test]
fn impossible_ticks_are_refused() {
    let mut rig = unpaced("2026-11-23T15:30:00Z");
    for (request, code) in [
        (past("TRADES", "20261123-15:00:00", "20261123-15:10:00", 10), 321),
        (past("TRADES", "", "yesterday", 10), 10314),
        (past("TRADES", "", "", 1_001), 321),
        (past("TRADES", "", "", 0), 321),
        (past("VOLUME", "", "", 10), 321),
    ] {
        assert_eq!(rig.ask(request), [format!("error 4 {code}")]);
    }
}

#[test]
fn five_streams_are_served_and_a_sixth_is_not() {
    let mut rig = unpaced("2026-11-23T15:30:00Z");
    for req_id in 1..=5 {
        assert!(rig.ask(Request::TickByTick(stream(req_id, "BidAsk"))).is_empty());
    }
    assert_eq!(rig.ask(Request::TickByTick(stream(5, "Last"))), ["error 5 322"]);
    assert_eq!(rig.ask(Request::TickByTick(stream(6, "Last"))), ["error 6 10190"]);
    assert_eq!(rig.ask(Request::TickByTick(stream(6, "Trades"))), ["error 6 321"]);
    assert!(rig.ask(Request::CancelTickByTick { req_id: 5 }).is_empty());
    assert_eq!(rig.ask(Request::CancelTickByTick { req_id: 5 }), ["error 5 300"]);
    assert!(rig.ask(Request::TickByTick(stream(6, "Last"))).is_empty());
}

#[test]
fn a_stream_may_begin_with_past_ticks_and_joins_them_without_a_gap() {
    let mut rig = unpaced("2026-11-23T15:30:00Z");
    let request = TickByTickRequest { number_of_ticks: Some(10), ..stream(1, "Last") };
    let replies = rig.ask_raw(CONN, Request::TickByTick(request));
    let [(_, Reply::HistoricalTicks(message))] = &replies[..] else { panic!("{replies:?}") };
    let PastTicks::Last(first) = &message.ticks else { panic!("{message:?}") };
    assert_eq!(first.len(), 10);
    let live = streamed(&mut rig, 3);
    let Tick::Last(next) = &live[0] else { panic!("{live:?}") };
    assert_eq!(next.time.as_second(), first.last().unwrap().time.as_second() + 1);
}

fn five_seconds(req_id: i32, what: &str) -> RealTimeBarsRequest {
    RealTimeBarsRequest { req_id, contract: stock("AAPL"), bar_size: Some(5), what_to_show: what.into(), use_rth: true }
}

fn bars_told(rig: &mut Rig, seconds: i64) -> Vec<RealTimeBar> {
    let mut told = Vec::new();
    for _ in 0..seconds {
        rig.now += jiff::SignedDuration::from_secs(1);
        for (_, reply) in rig.core.advance(rig.now).out {
            if let Reply::RealTimeBar(bar) = reply {
                told.push(bar);
            }
        }
    }
    told
}

#[test]
fn real_time_bars_come_every_five_seconds_and_are_those_of_history() {
    let mut rig = unpaced("2026-11-23T15:30:02Z");
    let whatever = RealTimeBarsRequest { bar_size: Some(0), ..five_seconds(1, "TRADES") };
    assert!(rig.ask(Request::RealTimeBars(whatever)).is_empty());
    let told = bars_told(&mut rig, 20);
    let starts: Vec<i64> = told.iter().map(|bar| bar.time.as_second().rem_euclid(60)).collect();
    assert_eq!(starts, [0, 5, 10, 15]);
    let history = HistoricalDataRequest {
        req_id: 2,
        contract: stock("AAPL"),
        end_date_time: "20261123-15:30:20".into(),
        bar_size: "5 secs".into(),
        duration: "20 S".into(),
        what_to_show: "TRADES".into(),
        use_rth: true,
        format_date: 2,
        keep_up_to_date: false,
    };
    let replies = rig.ask_raw(CONN, Request::HistoricalData(history));
    let [(_, Reply::HistoricalData(data)), ..] = &replies[..] else { panic!("{replies:?}") };
    for (live, past) in told.iter().zip(&data.bars) {
        assert_eq!((live.open, live.high, live.low, live.close), (past.open, past.high, past.low, past.close));
        assert_eq!((live.volume, live.wap, live.count), (past.volume, past.wap, past.count));
    }
    assert!(rig.ask(Request::CancelRealTimeBars { req_id: 1 }).is_empty());
    assert!(bars_told(&mut rig, 10).is_empty());
    assert_eq!(rig.ask(Request::CancelRealTimeBars { req_id: 1 }), ["error 1 300"]);
}

#[test]
fn real_time_bars_need_live_data_as_in_the_recording() {
    let mut rig = Rig::with(CoreConfig { data: DataRights::Delayed, ..CoreConfig::default() }, "2026-11-23T15:30:00Z");
    assert_eq!(rig.ask(Request::RealTimeBars(five_seconds(1, "TRADES"))), ["error 1 10089"]);
    assert_eq!(rig.ask(Request::TickByTick(stream(2, "Last"))), ["error 2 10189"]);
    let mut rig = unpaced("2026-11-23T15:30:00Z");
    let ten = RealTimeBarsRequest { bar_size: Some(10), ..five_seconds(1, "TRADES") };
    assert_eq!(rig.ask(Request::RealTimeBars(ten)), ["error 1 321"]);
    let unset = RealTimeBarsRequest { bar_size: Some(0), ..five_seconds(2, "TRADES") };
    assert!(rig.ask(Request::RealTimeBars(unset)).is_empty());
    assert_eq!(rig.ask(Request::RealTimeBars(five_seconds(1, "VOLUME"))), ["error 1 321"]);
}

#[test]
fn the_night_is_silent() {
    let mut rig = unpaced("2026-11-24T04:30:00Z");
    rig.ask(Request::RealTimeBars(five_seconds(1, "TRADES")));
    rig.ask(Request::TickByTick(stream(2, "BidAsk")));
    rig.ask(Request::TickByTick(stream(3, "Last")));
    for _ in 0..20 {
        assert_eq!(rig.pass(1), Vec::<String>::new());
    }
}
