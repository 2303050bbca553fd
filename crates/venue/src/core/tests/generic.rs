//! Generic ticks.

use tws::model::{HistoricalDataRequest, MarketDataRequest, Reply, Request, tick};

use super::rig::{CONN, Rig, dec, stock};
use crate::core::ConnId;

fn asked(list: &str) -> Request {
    Request::MarketData(MarketDataRequest {
        req_id: 1,
        contract: stock("AAPL"),
        generic_ticks: list.into(),
        ..MarketDataRequest::default()
    })
}

fn types(replies: &[(ConnId, Reply)]) -> Vec<i32> {
    replies
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::TickPrice(t) => Some(t.tick_type),
            Reply::TickSize(t) => Some(t.tick_type),
            Reply::TickString(t) => Some(t.tick_type),
            Reply::TickGeneric(t) => Some(t.tick_type),
            _ => None,
        })
        .collect()
}

#[test]
fn a_number_that_is_none_of_the_list_is_refused() {
    let mut rig = Rig::exchange();
    for list in ["999", "233,999", "volume"] {
        assert_eq!(rig.ask(asked(list)), ["error 1 321"], "{list}");
    }
    let snapshot = MarketDataRequest {
        req_id: 1,
        contract: stock("AAPL"),
        generic_ticks: "233".into(),
        snapshot: true,
        ..MarketDataRequest::default()
    };
    assert_eq!(rig.ask(Request::MarketData(snapshot)), ["error 1 321"]);
}

#[test]
fn each_number_brings_its_ticks_and_no_other() {
    for (list, expected) in [
        ("", vec![]),
        ("165", vec![15, 16, 17, 18, 19, 20, 21]),
        ("100", vec![tick::CALL_OPTION_VOLUME, tick::PUT_OPTION_VOLUME]),
        ("104", vec![tick::OPTION_HISTORICAL_VOL]),
        ("106", vec![tick::OPTION_IMPLIED_VOL]),
        ("221", vec![tick::MARK_PRICE]),
        ("236", vec![tick::SHORTABLE]),
        ("293,294,295", vec![tick::TRADE_COUNT, tick::TRADE_RATE, tick::VOLUME_RATE]),
        ("318", vec![tick::LAST_RTH_TRADE]),
        ("456", vec![tick::IB_DIVIDENDS]),
        ("233", vec![tick::RT_VOLUME]),
    ] {
        let mut rig = Rig::exchange();
        let plain = types(&rig.ask_raw(CONN, asked("")));
        rig.ask(Request::CancelMarketData { req_id: 1 });
        let mut beside = types(&rig.ask_raw(CONN, asked(list)));
        beside.retain(|t| !plain.contains(t));
        beside.sort_unstable();
        beside.dedup();
        assert_eq!(beside, expected, "{list}");
    }
}

#[test]
fn time_and_sales_tell_each_second_once_and_add_up_to_the_volume() {
    let mut rig = Rig::exchange();
    rig.ask(asked("233"));
    let mut sizes = dec("0");
    let mut seen = Vec::new();
    for _ in 0..5 {
        rig.now += jiff::SignedDuration::from_secs(2);
        for (_, reply) in rig.core.advance(rig.now).out {
            if let Reply::TickString(t) = reply
                && t.tick_type == tick::RT_VOLUME
            {
                let parts: Vec<&str> = t.value.split(';').collect();
                sizes += dec(parts[1]);
                seen.push(parts[2].parse::<i64>().unwrap() / 1_000);
            }
        }
    }
    seen.dedup();
    let last = rig.now.as_second() - 1;
    seen.dedup();
    assert_eq!(seen, (last - 9..=last).collect::<Vec<_>>());
    let bars = HistoricalDataRequest {
        req_id: 2,
        contract: stock("AAPL"),
        bar_size: "1 secs".into(),
        duration: "10 S".into(),
        what_to_show: "TRADES".into(),
        format_date: 2,
        ..HistoricalDataRequest::default()
    };
    let replies = rig.ask_raw(CONN, Request::HistoricalData(bars));
    let [(_, Reply::HistoricalData(data)), ..] = &replies[..] else { panic!("{replies:?}") };
    let volume = data.bars[..10].iter().map(|bar| bar.volume.unwrap()).sum();
    assert_eq!(sizes, volume);
}

#[test]
fn the_range_of_a_year_holds_the_range_of_a_quarter() {
    let mut rig = Rig::exchange();
    let replies = rig.ask_raw(CONN, asked("165"));
    let price = |tick_type: i32| {
        replies
            .iter()
            .find_map(|(_, r)| match r {
                Reply::TickPrice(t) if t.tick_type == tick_type => t.price,
                _ => None,
            })
            .unwrap()
    };
    assert!(
        price(tick::LOW_52_WEEK) <= price(tick::LOW_26_WEEK) && price(tick::LOW_26_WEEK) <= price(tick::LOW_13_WEEK)
    );
    assert!(
        price(tick::HIGH_52_WEEK) >= price(tick::HIGH_26_WEEK)
            && price(tick::HIGH_26_WEEK) >= price(tick::HIGH_13_WEEK)
    );
    assert!(price(tick::LOW_13_WEEK) <= price(tick::LAST) && price(tick::LAST) <= price(tick::HIGH_13_WEEK));
}

#[test]
fn what_can_hardly_be_borrowed_says_how_much_is_left() {
    let mut rig = Rig::exchange();
    let shown = |replies: &[(ConnId, Reply)]| {
        let mut shown = (None, None);
        for (_, reply) in replies {
            match reply {
                Reply::TickGeneric(t) if t.tick_type == tick::SHORTABLE => shown.0 = Some(t.value),
                Reply::TickSize(t) if t.tick_type == tick::SHORTABLE_SHARES => shown.1 = Some(t.size),
                _ => {}
            }
        }
        shown
    };
    assert_eq!(shown(&rig.ask_raw(CONN, asked("236"))), (Some(dec("3")), None));
    rig.core.set_shortable("AAPL", Some(dec("500")), rig.now).unwrap();
    rig.now += jiff::SignedDuration::from_secs(1);
    assert_eq!(shown(&rig.core.advance(rig.now).out), (Some(dec("2")), Some(dec("500"))));
}

#[test]
fn volatilities_are_those_of_the_closes_and_of_the_options() {
    let mut rig = Rig::exchange();
    let replies = rig.ask_raw(CONN, asked("104,106"));
    let value = |tick_type: i32| {
        replies
            .iter()
            .find_map(|(_, r)| match r {
                Reply::TickGeneric(t) if t.tick_type == tick_type => Some(t.value),
                _ => None,
            })
            .unwrap()
    };
    let (historical, implied) = (value(tick::OPTION_HISTORICAL_VOL), value(tick::OPTION_IMPLIED_VOL));
    // Options here are priced by the volatility of the last weeks: the two are of one size.
    assert!(historical > dec("0.05") && historical < dec("1.5"), "{historical}");
    assert!(implied > historical / dec("2") && implied < historical * dec("2"), "{implied} {historical}");
}
