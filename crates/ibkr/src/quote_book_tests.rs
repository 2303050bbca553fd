use super::{Fold, QuoteBook};
use domain::id::ConId;
use domain::market::DataType;
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::MarketDataType;
use ibapi::market_data::realtime::{TickGeneric, TickPrice, TickPriceSize, TickSize, TickTypes};
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn book() -> QuoteBook {
    QuoteBook::new(ConId::new(265_598).unwrap(), at(0))
}

fn price(tick_type: TickType, price: f64) -> TickTypes {
    TickTypes::Price(TickPrice { tick_type, price, ..TickPrice::default() })
}

#[test]
fn ticks_make_a_quote_and_its_time_is_that_of_the_newest() {
    let mut book = book();
    let bid = TickTypes::PriceSize(TickPriceSize {
        price_tick_type: TickType::Bid,
        price: 189.48,
        size_tick_type: TickType::BidSize,
        size: 300.0,
        ..TickPriceSize::default()
    });
    assert_eq!(book.fold(&bid, at(1)), Fold::Changed);
    assert_eq!(book.fold(&price(TickType::Ask, 189.52), at(2)), Fold::Changed);
    assert_eq!(book.fold(&price(TickType::High, 191.0), at(3)), Fold::Ignored);
    let quote = book.quote();
    assert_eq!(quote.bid.unwrap().to_string(), "189.48");
    assert_eq!(quote.bid_size.unwrap().to_string(), "300");
    assert_eq!(quote.ask.unwrap().to_string(), "189.52");
    assert_eq!(quote.received_at, at(2));
    assert_eq!(quote.data_type, DataType::Live);
    assert!(book.has_price() && !book.is_full());
}

#[test]
fn a_price_of_minus_one_or_zero_takes_the_old_price_away() {
    for gone in [-1.0, 0.0] {
        let mut book = book();
        book.fold(&price(TickType::Bid, 189.48), at(1));
        assert_eq!(book.fold(&price(TickType::Bid, gone), at(2)), Fold::Changed);
        assert_eq!(book.quote().bid, None);
    }
}

#[test]
fn delayed_ticks_and_announcements_say_that_the_data_is_old() {
    let mut by_tick = book();
    by_tick.fold(&price(TickType::DelayedLast, 189.5), at(1));
    assert_eq!(by_tick.quote().data_type, DataType::Delayed);
    assert!(by_tick.quote().last.is_some());

    let mut told = book();
    for (kind, ours) in [
        (MarketDataType::Frozen, DataType::Frozen),
        (MarketDataType::DelayedFrozen, DataType::DelayedFrozen),
        (MarketDataType::Realtime, DataType::Live),
    ] {
        told.fold(&TickTypes::MarketDataType(kind), at(1));
        assert_eq!(told.quote().data_type, ours);
    }
    told.delayed(at(2));
    assert_eq!(told.quote().data_type, DataType::Delayed);
}

#[test]
fn a_size_may_be_zero_and_a_snapshot_ends() {
    let mut book = book();
    let size = TickTypes::Size(TickSize { tick_type: TickType::AskSize, size: 0.0 });
    assert_eq!(book.fold(&size, at(1)), Fold::Changed);
    assert_eq!(book.quote().ask_size.unwrap().to_string(), "0");
    assert_eq!(book.fold(&TickTypes::SnapshotEnd, at(1)), Fold::SnapshotEnd);
}

fn generic(tick_type: TickType, value: f64) -> TickTypes {
    TickTypes::Generic(TickGeneric { tick_type, value })
}

#[test]
fn a_halt_is_told_and_makes_no_price_younger() {
    let mut book = book();
    assert_eq!(book.quote().halted, None);
    book.fold(&price(TickType::Ask, 189.52), at(2));
    for (value, halted) in [(0.0, Some(false)), (1.0, Some(true)), (2.0, Some(true)), (-1.0, None), (f64::NAN, None)] {
        assert_eq!(book.fold(&generic(TickType::Halted, value), at(9)), Fold::Changed);
        assert_eq!(book.quote().halted, halted, "{value}");
    }
    assert_eq!(book.quote().received_at, at(2));
}

#[test]
fn what_can_be_borrowed_is_what_surely_can() {
    let mut book = book();
    let shares = |size: f64| TickTypes::Size(TickSize { tick_type: TickType::ShortableShares, size });
    for (tick, sure) in [
        (generic(TickType::Shortable, 3.0), Some(1_000)),
        (generic(TickType::Shortable, 2.0), Some(0)),
        (shares(500.0), Some(500)),
        (generic(TickType::Shortable, 1.0), Some(0)),
        (generic(TickType::Shortable, 3.0), Some(500)),
        (shares(20_000.0), Some(20_000)),
        (shares(0.0), Some(0)),
        (generic(TickType::Shortable, f64::NAN), Some(0)),
    ] {
        book.fold(&tick, at(1));
        assert_eq!(book.quote().shortable, sure.map(rust_decimal::Decimal::from), "{tick:?}");
    }
}
