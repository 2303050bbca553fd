//! Market depth.

use tws::model::{DepthOperation, DepthSide, MarketDepthRequest, Reply, Request};

use super::rig::{CONN, Rig, stock};
use crate::core::{ConnId, CoreConfig, DataRights};

fn depth(req_id: i32, exchange: &str, is_smart_depth: bool) -> MarketDepthRequest {
    let contract = tws::model::Contract { exchange: exchange.into(), ..stock("AAPL") };
    MarketDepthRequest { req_id, contract, num_rows: Some(5), is_smart_depth }
}

/// The book of a client that does as it is told: asks and bids as (price, size, maker).
#[derive(Default, Debug, PartialEq)]
struct Book([Vec<(String, String, String)>; 2]);

impl Book {
    fn follow(&mut self, replies: &[(ConnId, Reply)]) {
        for (_, reply) in replies {
            let (Reply::MarketDepth(row) | Reply::MarketDepthL2(row)) = reply else { continue };
            let side = &mut self.0[match row.side {
                DepthSide::Ask => 0,
                DepthSide::Bid => 1,
            }];
            let position = usize::try_from(row.position).unwrap();
            let value = (row.price.to_string(), row.size.to_string(), row.market_maker.clone());
            match row.operation {
                DepthOperation::Insert => side.insert(position, value),
                DepthOperation::Update => side[position] = value,
                DepthOperation::Delete => drop(side.remove(position)),
            }
        }
    }
}

#[test]
fn a_client_that_follows_the_rows_has_the_book_that_a_newcomer_is_told() {
    let mut rig = Rig::exchange();
    let mut followed = Book::default();
    followed.follow(&rig.ask_raw(CONN, Request::MarketDepth(depth(1, "SMART", true))));
    assert!(!followed.0[0].is_empty() && !followed.0[1].is_empty());
    for second in 0..30 {
        rig.now += jiff::SignedDuration::from_secs(1);
        if second == 10 {
            rig.core.move_price("AAPL", 140.into(), rig.now).unwrap();
        }
        followed.follow(&rig.core.advance(rig.now).out);
    }
    let mut fresh = Book::default();
    fresh.follow(&rig.ask_raw(CONN, Request::MarketDepth(depth(2, "SMART", true))));
    assert_eq!(followed, fresh);
    for side in &followed.0 {
        assert!(side.len() <= 5);
    }
}

#[test]
fn the_best_rows_are_the_quote() {
    let mut rig = Rig::exchange();
    let mut book = Book::default();
    book.follow(&rig.ask_raw(CONN, Request::MarketDepth(depth(1, "SMART", true))));
    let asked = tws::model::MarketDataRequest {
        req_id: 9,
        contract: stock("AAPL"),
        snapshot: true,
        ..tws::model::MarketDataRequest::default()
    };
    let replies = rig.ask_raw(CONN, Request::MarketData(asked));
    let price = |tick_type: i32| {
        replies.iter().find_map(|(_, r)| match r {
            Reply::TickPrice(t) if t.tick_type == tick_type => t.price.map(|p| p.to_string()),
            _ => None,
        })
    };
    assert_eq!(Some(book.0[0][0].0.clone()), price(tws::model::tick::ASK));
    assert_eq!(Some(book.0[1][0].0.clone()), price(tws::model::tick::BID));
}

#[test]
fn a_smart_book_names_its_makers_and_an_exchange_book_does_not() {
    let mut rig = Rig::exchange();
    let smart = rig.ask_raw(CONN, Request::MarketDepth(depth(1, "SMART", true)));
    assert!(smart.iter().all(|(_, r)| matches!(r, Reply::MarketDepthL2(row) if !row.market_maker.is_empty())));
    let arca = rig.ask_raw(CONN, Request::MarketDepth(depth(2, "NASDAQ", false)));
    assert!(!arca.is_empty() && arca.iter().all(|(_, r)| matches!(r, Reply::MarketDepth(_))));
}

#[test]
fn three_books_are_served_and_a_fourth_is_not() {
    let mut rig = Rig::exchange();
    for req_id in 1..=3 {
        rig.ask(Request::MarketDepth(depth(req_id, "SMART", true)));
    }
    assert_eq!(rig.ask(Request::MarketDepth(depth(4, "SMART", true))), ["error 4 309"]);
    assert_eq!(rig.ask(Request::MarketDepth(depth(3, "SMART", true))), ["error 3 322"]);
    let cancel = |is_smart_depth| Request::CancelMarketDepth { req_id: 3, is_smart_depth };
    assert_eq!(rig.ask(cancel(false)), ["error 3 310"]);
    assert!(rig.ask(cancel(true)).is_empty());
    assert_eq!(rig.ask(cancel(true)), ["error 3 310"]);
    assert!(!rig.ask(Request::MarketDepth(depth(4, "SMART", true))).is_empty());
}

#[test]
fn a_book_that_cannot_be_is_refused() {
    let mut rig = Rig::exchange();
    assert_eq!(rig.ask(Request::MarketDepth(depth(1, "SMART", false))), ["error 1 10092"]);
    assert_eq!(rig.ask(Request::MarketDepth(depth(1, "NASDAQ", true))), ["error 1 10092"]);
    let mut rig = Rig::with(CoreConfig { data: DataRights::Delayed, ..CoreConfig::default() }, "2026-11-23T15:30:00Z");
    assert_eq!(rig.ask(Request::MarketDepth(depth(1, "SMART", true))), ["error 1 354"]);
    let replies = rig.ask_raw(CONN, Request::MarketDepthExchanges);
    let [(_, Reply::MarketDepthExchanges { exchanges })] = &replies[..] else { panic!("{replies:?}") };
    assert!(exchanges.iter().any(|e| e.exchange == "NASDAQ" && e.sec_type == "STK"));
}
