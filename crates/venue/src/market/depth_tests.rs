use super::*;
use crate::market::sample::{at, market, named};

#[test]
fn books_begin_with_the_quote_never_cross_and_recede_step_by_step() {
    let market = market();
    for name in ["AAPL", "SPY", "EUR.USD", "USD.JPY", "ESZ6", "AAPL  261218C00125000", "BTC.USD"] {
        let instrument = named(&market, name);
        for minute in 0..60 {
            let now = at("2026-11-23T15:30:00Z") + jiff::SignedDuration::from_secs(minute * 61);
            let (quote, depth) = (market.quote(instrument, now).unwrap(), market.depth(instrument, now, 10));
            assert_eq!((depth.bids.len(), depth.asks.len()), (10, 10), "{name}");
            assert_eq!((depth.bids[0].price, depth.asks[0].price), (quote.bid, quote.ask), "{name}");
            assert_eq!((depth.bids[0].size, depth.asks[0].size), (quote.bid_size, quote.ask_size), "{name}");
            assert!(depth.bids.windows(2).all(|w| w[0].price > w[1].price), "{name} {depth:?}");
            assert!(depth.asks.windows(2).all(|w| w[0].price < w[1].price), "{name} {depth:?}");
            assert!(depth.bids[0].price < depth.asks[0].price);
            for row in depth.bids.iter().chain(&depth.asks) {
                assert!(row.size > Decimal::ZERO && market.on_tick(instrument, row.price), "{name} {row:?}");
            }
        }
    }
}

#[test]
fn an_index_and_a_fund_have_no_book() {
    let market = market();
    for name in ["SPX", "VFIAX"] {
        assert_eq!(market.depth(named(&market, name), at("2026-11-23T23:01:00Z"), 5), Depth::default());
    }
}
