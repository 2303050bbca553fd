use super::rig::{Rig, dec, order};
use crate::core::CoreConfig;
use tws::model::Status;

/// Monday 09:00 in New York.
fn before_the_open() -> Rig {
    Rig::with(CoreConfig::default(), "2026-11-23T14:00:00Z")
}

#[test]
fn a_market_on_close_order_fills_whole_at_the_closing_price() {
    let mut rig = Rig::exchange();
    assert_eq!(rig.place(1, order("BUY 9000 MOC")), ["open 1 PreSubmitted", "status 1 PreSubmitted 0/9000"]);
    rig.pass(5 * 3600 + 1799);
    assert_eq!(rig.line(1).status, Status::PreSubmitted);
    assert_eq!(rig.pass(1)[0], "exec 1 BOT 9000");
    let close = "2026-11-23T21:00:00Z".parse().unwrap();
    let line = rig.line(1);
    assert_eq!((line.status, line.updated_at), (Status::Filled, close));
    assert_eq!(line.avg_price, rig.core.market.quote(0, close).unwrap().last);
}

#[test]
fn a_limit_on_close_order_beyond_the_closing_price_is_cancelled() {
    let mut rig = Rig::exchange();
    rig.place(1, order("BUY 5 LOC 1"));
    rig.place(2, order("BUY 5 LOC 900"));
    let told = rig.pass(6 * 3600);
    assert_eq!(told[..2], ["status 1 Cancelled 0/5", "error 1 202"]);
    assert_eq!(rig.line(1).reason, "Not filled in the auction");
    assert_eq!(rig.line(2).status, Status::Filled);
    assert!(rig.line(2).avg_price < dec("900"), "at the closing price, not at its limit");
}

#[test]
fn a_market_on_open_order_fills_whole_at_the_opening_price() {
    let mut rig = before_the_open();
    rig.place(1, order("BUY 9000 MKT OPG"));
    assert!(rig.pass(1799).is_empty());
    assert_eq!(rig.pass(1)[0], "exec 1 BOT 9000");
    let line = rig.line(1);
    assert_eq!(line.avg_price, rig.core.market.quote(0, rig.now).unwrap().last);
    assert_eq!(line.tif, "OPG");
}

#[test]
fn a_limit_on_open_order_beyond_the_opening_price_is_cancelled() {
    let mut rig = before_the_open();
    rig.place(1, order("SELL 5 LMT 900 OPG"));
    rig.place(2, order("SELL 5 LMT 1 OPG"));
    rig.pass(1800);
    assert_eq!((rig.line(1).status, rig.line(2).status), (Status::Cancelled, Status::Filled));
}

#[test]
fn an_order_for_the_opening_that_comes_after_it_waits_for_the_next_one() {
    let mut rig = Rig::exchange();
    rig.place(1, order("BUY 5 MKT OPG"));
    rig.pass(6 * 3600);
    assert_eq!(rig.line(1).status, Status::PreSubmitted);
    rig.pass(17 * 3600);
    assert_eq!(rig.line(1).updated_at, "2026-11-24T14:30:00Z".parse().unwrap());
    assert_eq!(rig.line(1).status, Status::Filled);
}

#[test]
fn from_ten_minutes_before_the_close_on_close_orders_are_locked_in() {
    let mut rig = Rig::exchange();
    rig.place(1, order("BUY 5 MOC"));
    rig.pass(5 * 3600 + 1200);
    assert_eq!(rig.cancel(1), ["error 1 161"]);
    assert_eq!(rig.place(1, order("BUY 6 MOC")), ["error 1 134"]);
    assert_eq!(rig.place(2, order("BUY 5 MOC")), ["error 2 201"], "too late for today");
    rig.pass(600);
    assert_eq!((rig.line(1).status, rig.line(1).filled_qty), (Status::Filled, dec("5")));
}

#[test]
fn an_order_of_an_auction_can_be_changed_and_cancelled_before_it() {
    let mut rig = Rig::exchange();
    rig.place(1, order("BUY 5 LOC 1"));
    rig.place(1, order("BUY 7 LOC 900"));
    rig.place(2, order("BUY 5 MOC"));
    rig.cancel(2);
    rig.pass(6 * 3600);
    assert_eq!((rig.line(1).filled_qty, rig.line(2).filled_qty), (dec("7"), dec("0")));
}

#[test]
fn in_a_held_market_prices_stand_at_the_last_close_until_the_next_and_the_auction_trades_at_it() {
    let config = CoreConfig { intraday: crate::market::Intraday::Held, ..CoreConfig::default() };
    // Tuesday 1990-01-16, in the afternoon.
    let mut rig = Rig::with(config, "1990-01-16T20:40:00Z");
    let yesterday = price(&rig);
    rig.place(1, order("BUY 9000 MOC"));
    assert!(rig.pass(1199).is_empty());
    assert_eq!(price(&rig), yesterday);
    assert_eq!(rig.pass(1)[0], "exec 1 BOT 9000");
    let today = rig.line(1).avg_price;
    assert_ne!(today, yesterday);
    for hours in [1, 12, 4] {
        rig.pass(hours * 3600);
        assert_eq!(price(&rig), today, "{}", rig.now);
    }
    let closes = crate::market::Closes::load().unwrap();
    let at = |day| closes.dates.iter().position(|date| *date == day).unwrap();
    let real = |day| rust_decimal::Decimal::new(i64::from(closes.mills[0][at(day)]), 3);
    assert_eq!((yesterday, today), (real(jiff::civil::date(1990, 1, 15)), real(jiff::civil::date(1990, 1, 16))));
}

/// Bid, ask, last trade and mark are one.
fn price(rig: &Rig) -> rust_decimal::Decimal {
    let quote = rig.core.market.quote(0, rig.now).unwrap();
    assert_eq!([quote.bid, quote.ask, quote.mark], [quote.last; 3], "{}", rig.now);
    quote.last
}
