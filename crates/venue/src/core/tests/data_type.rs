//! Kinds of market data and the right to them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tws::model::{MarketDataRequest, MarketDataType, Reply, Request, tick};

use super::rig::{CONN, Rig, dec, stock};
use crate::core::{ConnId, CoreConfig, DataRights};

/// A Monday, an hour after the open.
const OPEN: &str = "2026-11-23T15:30:00Z";
/// The night after it.
const SHUT: &str = "2026-11-24T04:30:00Z";

fn quotes(req_id: i32) -> MarketDataRequest {
    MarketDataRequest { req_id, contract: stock("KO"), ..MarketDataRequest::default() }
}

fn with(data: DataRights, now: &str) -> Rig {
    Rig::with(CoreConfig { data, ..CoreConfig::default() }, now)
}

/// Prices by tick type, and the kinds of data told.
fn told(replies: &[(ConnId, Reply)]) -> (BTreeMap<i32, Option<Decimal>>, Vec<MarketDataType>) {
    let mut prices = BTreeMap::new();
    let mut kinds = Vec::new();
    for (_, reply) in replies {
        match reply {
            Reply::TickPrice(t) => drop(prices.insert(t.tick_type, t.price)),
            Reply::MarketDataType { kind, .. } => kinds.push(*kind),
            _ => {}
        }
    }
    (prices, kinds)
}

fn codes(replies: &[(ConnId, Reply)]) -> Vec<i32> {
    replies
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::Notice(n) => Some(n.code),
            _ => None,
        })
        .collect()
}

#[test]
fn without_live_data_a_warning_comes_before_delayed_ticks_as_in_the_recording() {
    let mut rig = with(DataRights::Delayed, OPEN);
    let replies = rig.ask_raw(CONN, Request::MarketData(MarketDataRequest { snapshot: true, ..quotes(1) }));
    assert!(matches!(&replies[0].1, Reply::Notice(n) if n.code == 10167 && n.req_id == 1), "{:?}", replies[0]);
    assert!(matches!(&replies[1].1, Reply::MarketDataType { kind: MarketDataType::Delayed, .. }));
    let (prices, _) = told(&replies);
    assert!(prices.contains_key(&tick::DELAYED_BID) && !prices.contains_key(&tick::BID));
    assert!(matches!(replies.last().unwrap().1, Reply::TickSnapshotEnd { req_id: 1 }));
}

#[test]
fn delayed_data_is_that_of_fifteen_minutes_ago() {
    let mut live = with(DataRights::Live, "2026-11-23T15:15:00Z");
    let mut late = with(DataRights::Delayed, OPEN);
    let (then, _) = told(&live.ask_raw(CONN, Request::MarketData(quotes(1))));
    let (now, _) = told(&late.ask_raw(CONN, Request::MarketData(quotes(1))));
    assert_eq!(now[&tick::DELAYED_LAST], then[&tick::LAST]);
    assert_eq!(now[&tick::DELAYED_BID], then[&tick::BID]);
    let moved = |rig: &mut Rig| told(&rig.core.advance(rig.now).out).0;
    late.core.move_price("KO", dec("99"), late.now).unwrap();
    assert!(moved(&mut late).is_empty(), "what moves now is seen in fifteen minutes");
    late.now += jiff::SignedDuration::from_mins(15);
    let after = told(&late.core.advance(late.now).out).0;
    assert!(after[&tick::DELAYED_LAST].unwrap() > dec("90"), "{after:?}");
}

#[test]
fn who_asks_for_data_that_it_has_no_right_to_is_refused() {
    for (rights, kind, code) in [
        (DataRights::Delayed, Some(1), Some(10089)),
        (DataRights::Delayed, Some(2), Some(10089)),
        (DataRights::Delayed, Some(3), Some(10167)),
        (DataRights::None, None, Some(354)),
        (DataRights::None, Some(1), Some(354)),
        (DataRights::None, Some(3), Some(10168)),
        (DataRights::Live, Some(3), None),
    ] {
        let mut rig = with(rights, OPEN);
        if let Some(market_data_type) = kind {
            rig.ask(Request::MarketDataType { market_data_type });
        }
        let replies = rig.ask_raw(CONN, Request::MarketData(quotes(1)));
        assert_eq!(codes(&replies), code.into_iter().collect::<Vec<_>>(), "{rights:?} {kind:?}");
        let delivered = code.is_none_or(|c| c == 10167);
        assert_eq!(!told(&replies).0.is_empty(), delivered, "{rights:?} {kind:?}");
    }
    assert_eq!(with(DataRights::Live, OPEN).ask(Request::MarketDataType { market_data_type: 9 }), ["error -1 321"]);
}

#[test]
fn who_has_live_data_gets_it_even_when_asking_for_delayed() {
    let mut rig = with(DataRights::Live, OPEN);
    rig.ask(Request::MarketDataType { market_data_type: 3 });
    let (prices, kinds) = told(&rig.ask_raw(CONN, Request::MarketData(quotes(1))));
    assert_eq!(kinds, [MarketDataType::Live]);
    assert!(prices.contains_key(&tick::BID) && !prices.contains_key(&tick::DELAYED_BID));
}

#[test]
fn a_market_that_is_shut_has_no_bid_and_ask_unless_they_are_frozen() {
    for (market_data_type, kind, shown) in [(1, MarketDataType::Live, false), (2, MarketDataType::Frozen, true)] {
        let mut rig = with(DataRights::Live, SHUT);
        rig.ask(Request::MarketDataType { market_data_type });
        let (prices, kinds) = told(&rig.ask_raw(CONN, Request::MarketData(quotes(1))));
        assert_eq!(kinds, [kind]);
        assert_eq!((prices[&tick::BID].is_some(), prices[&tick::ASK].is_some()), (shown, shown));
        assert!(prices[&tick::LAST].is_some() && prices[&tick::CLOSE].is_some());
    }
}

#[test]
fn frozen_data_thaws_when_the_market_opens() {
    let mut rig = with(DataRights::Live, "2026-11-23T08:59:58Z");
    rig.ask(Request::MarketDataType { market_data_type: 2 });
    let (_, kinds) = told(&rig.ask_raw(CONN, Request::MarketData(quotes(1))));
    assert_eq!(kinds, [MarketDataType::Frozen]);
    rig.now = OPEN.parse().unwrap();
    let (prices, kinds) = told(&rig.core.advance(rig.now).out);
    assert_eq!(kinds, [MarketDataType::Live]);
    assert!(prices[&tick::BID].is_some());
}

#[test]
fn the_hundred_and_first_line_is_refused_and_a_cancelled_one_is_free_again() {
    let mut rig = with(DataRights::Live, OPEN);
    for req_id in 1..=100 {
        rig.ask(Request::MarketData(quotes(req_id)));
    }
    assert_eq!(rig.ask(Request::MarketData(quotes(101))), ["error 101 101"]);
    let snapshot = MarketDataRequest { snapshot: true, ..quotes(101) };
    assert_eq!(rig.ask(Request::MarketData(snapshot)).last().unwrap(), "TickSnapshotEnd", "a snapshot takes no line");
    rig.ask(Request::CancelMarketData { req_id: 7 });
    assert_eq!(rig.ask(Request::MarketData(quotes(101)))[0], "MarketDataType");
}
