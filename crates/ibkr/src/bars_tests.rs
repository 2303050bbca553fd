use super::{bar, duration, offset_date_time, size, timestamp};
use domain::market::{BarDuration, BarSize};
use ibapi::market_data::historical::{Bar as WireBar, BarTimestamp};
use jiff::Timestamp;

fn wire() -> WireBar {
    WireBar {
        date: BarTimestamp::Date(time::Date::from_calendar_date(2026, time::Month::April, 13).unwrap()),
        open: 189.0,
        high: 191.0,
        low: 188.5,
        close: 190.0,
        volume: 1_000.0,
        wap: 189.9,
        count: 12,
    }
}

#[test]
fn a_daily_bar_begins_at_its_date() {
    let bar = bar(&wire()).unwrap();
    assert_eq!(bar.time, "2026-04-13T00:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(bar.close.to_string(), "190");
    assert_eq!(bar.count, Some(12));
}

#[test]
fn what_a_bar_does_not_know_is_none() {
    let known = bar(&WireBar { volume: -1.0, wap: -1.0, count: -1, ..wire() }).unwrap();
    assert_eq!((known.volume, known.wap, known.count), (None, None, None));
}

#[test]
fn a_bar_without_a_price_or_with_prices_out_of_order_is_refused() {
    assert!(bar(&WireBar { low: 0.0, ..wire() }).is_err());
    assert!(bar(&WireBar { close: f64::NAN, ..wire() }).is_err());
    assert!(bar(&WireBar { high: 189.5, ..wire() }).is_err());
    assert!(bar(&WireBar { low: 189.5, ..wire() }).is_err());
}

#[test]
fn sizes_and_durations_have_the_brokers_words() {
    for (word, ours) in BarSize::WORDS {
        assert!(!size(ours).to_string().is_empty(), "{word}");
    }
    assert_eq!(size(BarSize::Min5).to_string(), "5 mins");
    for (word, theirs) in [("5d", "5 D"), ("1w", "1 W"), ("3mo", "3 M"), ("1y", "1 Y"), ("3600s", "3600 S")] {
        assert_eq!(duration(BarDuration::from_word(word).unwrap()).to_string(), theirs);
    }
}

#[test]
fn times_cross_over_and_back() {
    let at: Timestamp = "2026-04-13T19:27:04Z".parse().unwrap();
    assert_eq!(timestamp(offset_date_time(at).unwrap()), Some(at));
}
