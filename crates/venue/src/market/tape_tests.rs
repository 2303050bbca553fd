use super::*;
use crate::market::sample::{at, market, named};
use crate::market::{BarQuery, BarSize, Duration, What};

#[test]
fn trades_of_a_day_add_up_to_its_volume_its_bars_and_the_last_price() {
    let market = market();
    for name in ["AAPL", "AAPL  261218C00125000", "T 4 11/15/52", "BTC.USD", "ESH7"] {
        let instrument = named(&market, name);
        let now = at("2026-11-23T17:00:00Z");
        let (from, to) = (at("2026-11-23T16:00:00Z").as_second(), now.as_second() - 1);
        let prints = market.prints(instrument, (from, to), true, 1_000_000);
        assert!(!prints.is_empty(), "{name}");
        let query = BarQuery {
            instrument,
            end: jiff::Timestamp::from_second(to).unwrap(),
            duration: Duration::Seconds(to - from),
            size: BarSize::Seconds(300),
            what: What::Trades,
            regular_only: true,
        };
        let (_, bars) = market.bars(&query).unwrap();
        let sold: Decimal = prints.iter().map(|p| p.size).sum();
        assert_eq!(bars.iter().map(|b| b.volume).sum::<Decimal>(), sold, "{name}");
        assert_eq!(bars.iter().map(|b| b.count).sum::<i64>(), i64::try_from(prints.len()).unwrap());
        assert_eq!(bars.iter().map(|b| b.high).max(), prints.iter().map(|p| p.price).max(), "{name}");
        assert_eq!(bars.iter().map(|b| b.low).min(), prints.iter().map(|p| p.price).min(), "{name}");
        let quote = market.quote(instrument, query.end).unwrap();
        let last = prints.last().unwrap();
        assert_eq!((quote.last, quote.last_size, quote.last_time), (last.price, last.size, last.time), "{name}");
        let back = market.prints_back(instrument, (from, to), true, 7);
        assert_eq!(back, prints[prints.len().saturating_sub(7)..], "{name}");
    }
}

#[test]
fn the_volume_of_a_quote_is_what_has_been_printed_since_the_day_began() {
    let market = market();
    for (name, begun) in [("MSFT", "2026-11-23T09:00:00Z"), ("SPY   261218C00380000", "2026-11-23T14:30:00Z")] {
        let instrument = named(&market, name);
        let now = at("2026-11-23T14:50:00Z");
        let prints = market.prints(instrument, (at(begun).as_second(), now.as_second()), false, 1_000_000);
        let printed: Decimal = prints.iter().map(|p| p.size).sum();
        assert_eq!(market.quote(instrument, now).unwrap().volume, printed, "{name}");
        assert!(prints.iter().all(|p| p.size >= Decimal::ONE));
        assert!(prints.windows(2).all(|w| w[0].time <= w[1].time));
    }
}
