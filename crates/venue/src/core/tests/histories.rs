//! Kinds of history: schedules, histograms, bars of bid and ask, and how often they may be asked for.

use rust_decimal::Decimal;
use tws::model::{HistogramRequest, HistoricalDataRequest, Reply, Request};

use super::rig::{CONN, Rig, stock};
use crate::core::{CoreConfig, DataRights};

fn asked(what: &str, duration: &str, size: &str) -> HistoricalDataRequest {
    HistoricalDataRequest {
        req_id: 4,
        contract: stock("AAPL"),
        end_date_time: String::new(),
        bar_size: size.into(),
        duration: duration.into(),
        use_rth: true,
        what_to_show: what.into(),
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
fn the_schedule_of_a_month_is_that_of_the_recording() {
    let mut rig = Rig::with(CoreConfig::default(), "2026-04-11T17:52:13Z");
    let replies = rig.ask_raw(CONN, Request::HistoricalData(asked("SCHEDULE", "1 M", "1 day")));
    let [(_, Reply::HistoricalSchedule(schedule))] = &replies[..] else { panic!("{replies:?}") };
    assert_eq!(schedule.start.to_string(), "2026-03-12T09:30:00");
    assert_eq!(schedule.end.to_string(), "2026-04-10T16:00:00");
    assert_eq!((schedule.sessions.len(), schedule.time_zone.as_str()), (21, "US/Eastern"));
    assert!(schedule.sessions.iter().all(|s| s.ref_date.to_string() != "2026-04-03"), "Good Friday");
    assert_eq!(rig.ask(Request::HistoricalData(asked("SCHEDULE", "1 M", "1 hour"))), ["error 4 321"]);
}

#[test]
fn an_early_close_is_in_the_schedule() {
    let mut rig = Rig::with(CoreConfig::default(), "2026-11-28T15:00:00Z");
    let replies = rig.ask_raw(CONN, Request::HistoricalData(asked("SCHEDULE", "3 D", "1 day")));
    let [(_, Reply::HistoricalSchedule(schedule))] = &replies[..] else { panic!("{replies:?}") };
    let ends: Vec<String> = schedule.sessions.iter().map(|s| s.end.to_string()).collect();
    assert_eq!(ends, ["2026-11-24T16:00:00", "2026-11-25T16:00:00", "2026-11-27T13:00:00"]);
}

#[test]
fn a_bar_of_bid_and_ask_spans_both_sides() {
    let mut rig = Rig::exchange();
    let of = |what: &str| asked(what, "1 D", "1 hour");
    let (both, bid, ask) = (bars(&mut rig, of("BID_ASK")), bars(&mut rig, of("BID")), bars(&mut rig, of("ASK")));
    for ((both, bid), ask) in both.iter().zip(&bid).zip(&ask) {
        assert_eq!((both.low, both.high, both.volume), (bid.low, ask.high, None));
        assert!((bid.low..=bid.high).contains(&both.open) && (ask.low..=ask.high).contains(&both.close));
    }
}

#[test]
fn adjusted_trades_are_those_of_now_and_have_no_end() {
    let mut rig = Rig::exchange();
    let adjusted = asked("ADJUSTED_LAST", "5 D", "1 day");
    assert_eq!(bars(&mut rig, adjusted.clone()), bars(&mut rig, asked("TRADES", "5 D", "1 day")));
    let ended = HistoricalDataRequest { end_date_time: "20261120-20:00:00".into(), ..adjusted };
    assert_eq!(rig.ask(Request::HistoricalData(ended)), ["error 4 321"]);
}

#[test]
fn data_that_there_is_none_of_is_162_and_data_that_nobody_has_is_321() {
    let mut rig = Rig::exchange();
    for (what, code) in
        [("HISTORICAL_VOLATILITY", 162), ("OPTION_IMPLIED_VOLATILITY", 162), ("FEE_RATE", 162), ("MAGIC", 321)]
    {
        assert_eq!(rig.ask(Request::HistoricalData(asked(what, "1 D", "1 hour"))), [format!("error 4 {code}")]);
    }
    let mut none = Rig::with(CoreConfig { data: DataRights::None, ..CoreConfig::default() }, "2026-11-23T15:30:00Z");
    assert_eq!(none.ask(Request::HistoricalData(asked("TRADES", "1 D", "1 hour"))), ["error 4 162"]);
}

#[test]
fn what_cannot_grow_is_not_kept_up_to_date() {
    let mut rig = Rig::exchange();
    for (what, size) in [("BID_ASK", "1 min"), ("ADJUSTED_LAST", "1 min"), ("TRADES", "1 secs")] {
        let keep = HistoricalDataRequest { keep_up_to_date: true, ..asked(what, "1800 S", size) };
        assert_eq!(rig.ask(Request::HistoricalData(keep)), ["error 4 321"], "{what} {size}");
    }
    let keep = HistoricalDataRequest { keep_up_to_date: true, ..asked("TRADES", "1800 S", "1 min") };
    assert_eq!(rig.ask(Request::HistoricalData(keep.clone())).len(), 2);
    assert_eq!(rig.ask(Request::HistoricalData(keep)), ["error 4 322"]);
}

#[test]
fn small_bars_are_paced_and_others_are_not() {
    let mut rig = Rig::exchange();
    let small = || Request::HistoricalData(asked("TRADES", "60 S", "5 secs"));
    assert_eq!(rig.ask(small()).len(), 2);
    assert_eq!(rig.ask(small()), ["error 4 162"]);
    rig.pass(15);
    assert_eq!(rig.ask(small()).len(), 2);
    for _ in 0..20 {
        assert_eq!(rig.ask(Request::HistoricalData(asked("TRADES", "1 D", "1 hour"))).len(), 2);
    }
    let config = CoreConfig { pacing: false, ..CoreConfig::default() };
    let mut unpaced = Rig::with(config, "2026-11-23T15:30:00Z");
    for _ in 0..20 {
        assert_eq!(unpaced.ask(small()).len(), 2);
    }
}

#[test]
fn a_histogram_holds_the_whole_volume() {
    let mut rig = Rig::exchange();
    let request = |time_period: &str| {
        Request::Histogram(HistogramRequest {
            req_id: 4,
            contract: stock("AAPL"),
            use_rth: true,
            time_period: time_period.into(),
        })
    };
    let replies = rig.ask_raw(CONN, request("2 days"));
    let [(_, Reply::Histogram(histogram))] = &replies[..] else { panic!("{replies:?}") };
    assert!(histogram.entries.len() > 20 && histogram.entries.windows(2).all(|w| w[0].price < w[1].price));
    let days = bars(&mut rig, asked("TRADES", "2 D", "1 day"));
    let volume: Decimal = days.iter().map(|bar| bar.volume.unwrap()).sum();
    assert_eq!(histogram.entries.iter().map(|e| e.size).sum::<Decimal>(), volume);
    assert_eq!(rig.ask(request("a while")), ["error 4 321"]);
}
