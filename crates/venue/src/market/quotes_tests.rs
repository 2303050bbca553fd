use jiff::ToSpan;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn market(sessions: Sessions) -> Market {
    let opened = at("2026-11-21T15:00:00Z");
    Market::new(MarketConfig {
        seed: 1,
        sessions,
        opened_on: jiff::civil::date(2026, 11, 21),
        last_close_on: Market::trading_day_before(opened).unwrap(),
        intraday: crate::market::Intraday::Bridge,
    })
    .unwrap()
}

#[test]
fn the_last_real_close_is_shown_on_the_trading_day_before_opening() {
    let market = market(Sessions::Exchange);
    assert_eq!(market.config().last_close_on, jiff::civil::date(2026, 11, 20));
    let quote = market.quote(0, at("2026-11-20T21:00:00Z")).unwrap();
    assert_eq!(quote.last, Decimal::new(12567, 2), "AAPL closed at 125.674, rounded to the cent");
    assert!(!quote.open);
    assert!(!market.is_synthetic(jiff::civil::date(2026, 11, 20)));
    assert!(market.is_synthetic(jiff::civil::date(2026, 11, 23)));
}

#[test]
fn with_its_own_dates_the_data_begins_in_1990_below_one_dollar() {
    let market = Market::new(MarketConfig {
        seed: 1,
        sessions: Sessions::Exchange,
        opened_on: jiff::civil::date(1990, 1, 2),
        last_close_on: jiff::civil::date(2022, 12, 28),
        intraday: crate::market::Intraday::Bridge,
    })
    .unwrap();
    let quote = market.quote(0, at("1990-01-02T21:00:00Z")).unwrap();
    assert_eq!(quote.last, Decimal::new(264, 3));
    assert!(quote.bid < quote.last && quote.last <= quote.ask);
    assert_eq!(market.quote(0, at("1990-01-01T12:00:00Z")), None);
}

#[test]
fn bid_last_and_ask_are_in_order_on_tick_and_close_together_all_day() {
    let market = market(Sessions::Exchange);
    for instrument in 0..24 {
        for minute in 0..390 {
            let now = at("2026-11-23T14:30:00Z") + minute.minutes();
            let q = market.quote(instrument, now).unwrap();
            assert!(q.open && q.bid < q.ask && q.bid <= q.last && q.last <= q.ask, "{q:?}");
            assert!(market.on_tick(instrument, q.bid) && market.on_tick(instrument, q.ask));
            assert!((q.ask - q.bid) / q.ask < Decimal::new(5, 3), "{q:?}");
            assert!(q.bid_size >= Decimal::ONE_HUNDRED);
        }
    }
}

#[test]
fn a_saturday_is_open_only_when_sessions_are_always() {
    let night = at("2026-11-22T03:00:00Z");
    assert!(!market(Sessions::Exchange).is_open(0, night));
    let always = market(Sessions::Always);
    assert!(always.is_open(0, night));
    assert_eq!(always.day_end(0, night).unwrap(), at("2026-11-22T05:00:00Z"), "midnight in New York");
    assert_eq!(
        market(Sessions::Exchange).day_end(0, night).unwrap(),
        at("2026-11-23T21:00:00Z"),
        "the next session's close"
    );
}

#[test]
fn a_commanded_move_sets_the_price_and_lasts() {
    let mut market = market(Sessions::Always);
    let now = at("2026-11-21T16:00:00Z");
    let before = market.quote(12, now - 1.seconds()).unwrap();
    let factor = market.factor_for(12, 300.0, now).unwrap();
    market.move_price(12, factor, now);
    let moved = market.quote(12, now).unwrap();
    assert_eq!(moved.last, Decimal::new(300, 0));
    assert_eq!(market.quote(12, now - 1.seconds()).unwrap(), before, "the past stays");
    let later = market.quote(12, now + 3.hours()).unwrap();
    assert!(later.last > Decimal::from(250) && later.last < Decimal::from(350));
    let figures = market.day_figures(12, now + 1.seconds()).unwrap();
    assert!(figures.high >= Decimal::from(300) && figures.low <= before.last);
}

#[test]
fn volume_never_falls_within_a_session() {
    let market = market(Sessions::Exchange);
    let mut last = Decimal::ZERO;
    for minute in 0..=390 {
        let volume = market.quote(3, at("2026-11-23T14:30:00Z") + minute.minutes()).unwrap().volume;
        assert!(volume >= last);
        last = volume;
    }
    assert!(last > Decimal::from(500_000));
}
