use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::market::sample::{at, market, market_of, named};
use crate::market::{Bar, BarQuery, BarSize, Duration, Hours, Market, Right, Sessions, What};

#[test]
fn every_instrument_has_a_number_of_its_own_and_the_rules_it_names() {
    let market = market();
    let universe = market.universe();
    let con_ids: BTreeSet<i32> = universe.iter().map(|(_, i)| i.con_id).collect();
    assert_eq!(con_ids.len(), universe.len());
    assert!(universe.len() > 3_000);
    for (position, i) in universe.iter() {
        assert_eq!(universe.find_con_id(i.con_id), Some(position));
        assert!(crate::market::increments(i.market_rule).is_some(), "{}", i.local_symbol);
        assert!(universe.with_symbol(i.sec_type, &i.symbol).contains(&position));
        assert!(universe.with_local_symbol(&i.local_symbol).contains(&position));
    }
    let kinds: BTreeSet<SecType> = universe.iter().map(|(_, i)| i.sec_type).collect();
    assert_eq!(kinds.len(), 9, "every security type");
    assert_eq!(market.universe().get(named(&market, "SPX")).underlying, Some(named(&market, "SPY")));
}

#[test]
fn the_same_settings_give_the_same_universe_and_prices_and_another_seed_others() {
    let (a, b, c) = (market(), market(), market_of(2, Sessions::Exchange));
    assert_eq!(a.universe(), b.universe());
    let now = at("2026-11-24T15:30:00Z");
    for name in ["AAPL", "EUR.USD", "BTC.USD", "ESZ6"] {
        assert_eq!(a.quote(named(&a, name), now), b.quote(named(&b, name), now));
        assert_ne!(a.quote(named(&a, name), now), c.quote(named(&c, name), now), "{name}");
    }
}

/// One of each class, and an option on each side.
const NAMES: [&str; 14] = [
    "AAPL",
    "KO",
    "SPY",
    "TLT",
    "EUR.USD",
    "USD.JPY",
    "SPX",
    "ESZ6",
    "MESH7",
    "AAPL  261218C00125000",
    "SPY   261218P00380000",
    "AAPLn",
    "T 4 11/15/52",
    "ETH.USD",
];

fn bars(market: &Market, instrument: usize, end: i64, size: i64, what: What, regular_only: bool) -> Vec<Bar> {
    let query = BarQuery {
        instrument,
        end: jiff::Timestamp::from_second(end).unwrap(),
        duration: Duration::Seconds(size),
        size: BarSize::Seconds(size),
        what,
        regular_only,
    };
    market.bars(&query).map(|(_, bars)| bars).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn bars_agree_with_quotes_to_the_cent_in_every_class(
        seed in 0_u64..1_000,
        minutes in 0_i64..6 * 24 * 60,
        size in prop::sample::select(vec![5_i64, 30, 60, 300, 900]),
        always in any::<bool>(),
        regular_only in any::<bool>(),
    ) {
        let market = market_of(seed, if always { Sessions::Always } else { Sessions::Exchange });
        let end = at("2026-11-23T00:00:00Z").as_second() + minutes * 60;
        for name in NAMES {
            let instrument = named(&market, name);
            let ends = |bar: &Bar| ((bar.start.div_euclid(size) + 1) * size).min(end + 1);
            let quotes = |bar: &Bar| -> Vec<_> {
                (bar.start..ends(bar))
                    .map(|s| jiff::Timestamp::from_second(s).unwrap())
                    .filter(|s| market.is_trading(instrument, *s))
                    .map(|s| market.quote(instrument, s).unwrap())
                    .collect()
            };
            for what in [What::Bid, What::Ask, What::Trades] {
                for bar in bars(&market, instrument, end, size, what, regular_only) {
                    // The close of a session is part of its last bar.
                    let closes = market.day_hours(instrument, bar.date).unwrap().window(regular_only).1 <= ends(&bar);
                    let prices: Vec<Decimal> = quotes(&bar).iter().filter(|q| what != What::Trades || q.last_time >= bar.start)
                        .map(|q| match what { What::Bid => q.bid, What::Ask => q.ask, What::Trades | What::Midpoint => q.last }).collect();
                    let (Some(low), Some(high)) = (prices.iter().min(), prices.iter().max()) else { continue };
                    prop_assert!(bar.low <= *low && bar.high >= *high, "{name} {what:?} {bar:?} {low} {high}");
                    prop_assert!(bar.low <= bar.open && bar.open <= bar.high && bar.low <= bar.close && bar.close <= bar.high);
                    if !closes {
                        prop_assert_eq!((bar.low, bar.high), (*low, *high), "{} {:?}", name, what);
                        prop_assert_eq!((bar.open, bar.close), (prices[0], prices[prices.len() - 1]), "{} {:?}", name, what);
                    }
                }
            }
        }
    }

    #[test]
    fn no_market_crosses_and_prices_are_on_their_steps(seed in 0_u64..1_000, second in 0_i64..12 * 86_400) {
        let market = market_of(seed, Sessions::Exchange);
        let now = at("2026-11-22T00:00:00Z") + SignedDuration::from_secs(second);
        for (position, i) in market.universe().iter().filter(|(p, _)| market.is_listed(*p, now)) {
            let Some(q) = market.quote(position, now) else { continue };
            prop_assert!(q.bid <= q.mark && q.mark <= q.ask, "{} {q:?}", i.local_symbol);
            prop_assert!(market.on_tick(position, q.bid) && market.on_tick(position, q.ask), "{} {q:?}", i.local_symbol);
            prop_assert!(!i.has_trades() || market.on_tick(position, q.last), "{} {q:?}", i.local_symbol);
            prop_assert!(q.bid < q.ask || matches!(i.sec_type, SecType::Ind | SecType::Fund), "{} {q:?}", i.local_symbol);
            prop_assert_eq!(q.trading, market.is_trading(position, now));
            prop_assert_eq!(q.open, market.is_open(position, now), "{}", i.local_symbol);
        }
    }

    #[test]
    fn put_call_parity_and_bounds_hold_within_the_spread(seed in 0_u64..1_000, second in 0_i64..23_400) {
        let market = market_of(seed, Sessions::Exchange);
        let now = at("2026-11-25T14:30:00Z") + SignedDuration::from_secs(second);
        let universe = market.universe();
        for (position, call) in universe.iter().filter(|(p, i)| i.right == Some(Right::Call) && market.is_listed(*p, now)) {
            let put = universe.find_con_id(call.con_id + 1).unwrap();
            prop_assert_eq!(universe.get(put).strike, call.strike);
            let (c, p) = (market.quote(position, now).unwrap(), market.quote(put, now).unwrap());
            let s = market.quote(call.underlying.unwrap(), now).unwrap();
            let strike = call.strike.unwrap();
            prop_assert!(c.bid - p.ask <= s.ask - strike && c.ask - p.bid >= s.bid - strike, "{} {c:?} {p:?} {s:?}", call.local_symbol);
            prop_assert!(c.ask >= s.bid - strike && p.ask >= strike - s.ask, "{}", call.local_symbol);
            prop_assert!(c.bid <= s.ask && p.bid <= strike);
        }
    }
}

#[test]
fn the_index_its_etf_and_its_futures_move_together() {
    let mut market = market();
    let now = at("2026-11-23T15:30:00Z");
    let [spy, spx, es, mes] = ["SPY", "SPX", "ESZ6", "MESZ6"].map(|n| named(&market, n));
    let ratio =
        |market: &Market, a: usize, b: usize| market.quote(a, now).unwrap().mark / market.quote(b, now).unwrap().mark;
    let before = (ratio(&market, spx, spy), ratio(&market, es, spx));
    assert!(before.0 > Decimal::new(1002, 2) && before.0 < Decimal::new(1006, 2));
    assert!(before.1 >= Decimal::ONE && before.1 < Decimal::new(101, 2));
    assert_eq!(market.quote(es, now).unwrap().ask, market.quote(mes, now).unwrap().ask);
    let factor = market.factor_for(spy, 300.0, now).unwrap();
    market.move_price(spy, factor, now);
    assert_eq!(market.quote(spy, now).unwrap().last, Decimal::from(300));
    let near = |a: Decimal, b: Decimal| (a - b).abs() < Decimal::new(2, 3);
    assert!(near(ratio(&market, spx, spy), before.0) && near(ratio(&market, es, spx), before.1));
    let option = named(&market, "SPY   261218C00380000");
    assert!(market.quote(option, now).unwrap().ask < Decimal::ONE, "far out of the money now");
}

#[test]
fn currencies_open_on_sunday_evening_and_rest_for_a_quarter_of_an_hour_a_day() {
    let market = market();
    let pair = named(&market, "EUR.USD");
    for (time, open) in [
        ("2026-11-20T21:59:59Z", true),
        ("2026-11-20T22:00:00Z", false),
        ("2026-11-22T22:14:59Z", false),
        ("2026-11-22T22:15:00Z", true),
        ("2026-11-23T22:00:00Z", false),
        ("2026-11-23T22:14:59Z", false),
        ("2026-11-23T22:15:00Z", true),
        ("2026-12-25T15:00:00Z", false),
    ] {
        assert_eq!(market.is_open(pair, at(time)), open, "{time}");
    }
    assert_eq!(market.next_open(pair, at("2026-11-21T12:00:00Z")).unwrap(), at("2026-11-22T22:15:00Z"));
    assert_eq!(market.day_end(pair, at("2026-11-22T23:00:00Z")).unwrap(), at("2026-11-23T22:00:00Z"));
    let cross = |name| market.quote(named(&market, name), at("2026-11-23T22:00:00Z")).unwrap().mark;
    let implied = cross("EUR.USD") / cross("GBP.USD");
    assert!((implied - cross("EUR.GBP")).abs() < Decimal::new(2, 4), "closes of the cross are those of its legs");
}

#[test]
fn extended_hours_trade_and_are_not_open() {
    let market = market();
    let apple = named(&market, "AAPL");
    for (time, trading, open) in [
        ("2026-11-23T08:59:59Z", false, false),
        ("2026-11-23T09:00:00Z", true, false),
        ("2026-11-23T14:30:00Z", true, true),
        ("2026-11-23T21:00:00Z", true, false),
        ("2026-11-24T00:59:59Z", true, false),
        ("2026-11-24T01:00:00Z", false, false),
        ("2026-11-27T18:00:00Z", true, false),
        ("2026-11-27T22:00:00Z", false, false),
    ] {
        assert_eq!((market.is_trading(apple, at(time)), market.is_open(apple, at(time))), (trading, open), "{time}");
    }
    assert_eq!(market.trading_day_end(apple, at("2026-11-23T12:00:00Z")).unwrap(), at("2026-11-24T01:00:00Z"));
    assert_eq!(market.day_end(apple, at("2026-11-23T12:00:00Z")).unwrap(), at("2026-11-23T21:00:00Z"));
}

#[test]
fn a_fund_has_one_price_a_day_and_a_coin_trades_at_night() {
    let market = market();
    let fund = named(&market, "VFIAX");
    let nav = |time: &str| market.quote(fund, at(time)).unwrap().mark;
    assert_eq!(nav("2026-11-23T23:01:00Z"), nav("2026-11-24T20:00:00Z"));
    assert_ne!(nav("2026-11-23T23:01:00Z"), nav("2026-11-24T23:01:00Z"));
    assert!(!market.is_open(fund, at("2026-11-23T17:00:00Z")) && market.is_open(fund, at("2026-11-23T23:01:00Z")));
    let coin = named(&market, "BTC.USD");
    assert!(market.is_open(coin, at("2026-11-22T07:00:00Z")) && market.universe().get(coin).hours == Hours::Crypto);
}

#[test]
fn an_option_is_worth_its_intrinsic_value_when_it_expires_and_keeps_it() {
    let market = market();
    let option = named(&market, "AAPL  261127C00120000");
    let ends = market.expires_at(option).unwrap();
    assert_eq!(ends, at("2026-11-27T18:00:00Z"), "an early close");
    assert!(market.is_listed(option, at("2026-11-27T17:59:59Z")) && !market.is_listed(option, ends));
    let spot = market.quote(named(&market, "AAPL"), ends).unwrap().mark;
    for later in [0, 3_600, 30 * 86_400] {
        let quote = market.quote(option, ends + SignedDuration::from_secs(later)).unwrap();
        assert!(!quote.open && !quote.trading);
        let worth = (spot - Decimal::from(120)).max(Decimal::ZERO);
        assert!(quote.bid <= worth && worth <= quote.ask, "{quote:?} {worth}");
    }
    assert_eq!(market.quote(option, at("2026-06-01T15:00:00Z")), None, "not listed yet");
}
