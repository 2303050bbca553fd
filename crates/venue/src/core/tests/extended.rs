//! Orders before the open and after the close.

use super::rig::{CONN, Rig, dec, order, place};
use crate::core::CoreConfig;
use tws::model::{Order, Reply, Status};

fn at(now: &str) -> Rig {
    Rig::with(CoreConfig::default(), now)
}

fn outside(text: &str) -> Order {
    Order { outside_rth: true, ..order(text) }
}

fn until(replies: &[(crate::core::ConnId, Reply)]) -> Option<String> {
    replies.iter().find_map(|(_, reply)| match reply {
        Reply::Notice(notice) if notice.code == 399 => notice.message.rsplit("until ").next().map(str::to_owned),
        _ => None,
    })
}

#[test]
fn a_limit_order_for_extended_hours_works_before_the_open_and_another_waits_for_it() {
    // Monday 08:00 in New York.
    let mut rig = at("2026-11-23T13:00:00Z");
    let told = rig.place(1, outside("BUY 5 LMT 900"));
    assert!(told.contains(&"exec 1 BOT 5".to_owned()), "{told:?}");
    let waiting = rig.ask_raw(CONN, place(2, "AAPL", order("BUY 5 LMT 900")));
    assert_eq!(until(&waiting).unwrap(), "2026-11-23 09:30:00 US/Eastern.");
    rig.pass(5399);
    assert_eq!(rig.line(2).status, Status::PreSubmitted);
    rig.pass(1);
    assert_eq!(rig.line(2).status, Status::Filled);
}

#[test]
fn an_order_for_extended_hours_that_comes_at_night_waits_for_the_morning_session() {
    // Monday 03:00 in New York.
    let mut rig = at("2026-11-23T08:00:00Z");
    let told = rig.ask_raw(CONN, place(1, "AAPL", outside("BUY 5 LMT 900")));
    assert_eq!(until(&told).unwrap(), "2026-11-23 04:00:00 US/Eastern.");
    rig.pass(3599);
    assert_eq!(rig.line(1).status, Status::PreSubmitted);
    rig.pass(1);
    assert_eq!(rig.line(1).status, Status::Filled);
}

#[test]
fn a_day_order_for_extended_hours_ends_with_them_and_another_with_the_session() {
    // Monday 15:00 in New York.
    let mut rig = at("2026-11-23T20:00:00Z");
    rig.place(1, outside("BUY 5 LMT 1"));
    rig.place(2, order("BUY 5 LMT 1"));
    rig.pass(6 * 3600);
    assert_eq!(rig.line(1).updated_at, "2026-11-24T01:00:00Z".parse().unwrap(), "20:00");
    assert_eq!(rig.line(2).updated_at, "2026-11-23T21:00:00Z".parse().unwrap(), "16:00");
    assert_eq!([1, 2].map(|id| rig.line(id).reason), ["Expired", "Expired"]);
}

#[test]
fn a_resting_order_does_not_fill_after_the_close_unless_it_may() {
    // Monday 16:30 in New York.
    let mut rig = at("2026-11-23T21:30:00Z");
    rig.price("100");
    rig.place(1, Order { tif: "GTC".into(), ..outside("BUY 5 LMT 90") });
    rig.place(2, order("BUY 5 LMT 90 GTC"));
    rig.place(3, order("BUY 5 STP 105 GTC"));
    assert_eq!([1, 2].map(|id| rig.line(id).status), [Status::Submitted, Status::PreSubmitted]);
    rig.price("89");
    assert_eq!([1, 2].map(|id| rig.line(id).filled_qty), [dec("5"), dec("0")]);
    rig.price("110");
    assert_eq!(rig.line(3).status, Status::PreSubmitted, "a stop sleeps until the open");
}

#[test]
fn nothing_trades_in_extended_hours_or_in_an_auction_while_it_is_halted() {
    // Monday 15:30 in New York.
    let mut rig = at("2026-11-23T20:30:00Z");
    rig.place(1, outside("BUY 5 LMT 1"));
    rig.place(2, order("BUY 5 MOC"));
    let halt = rig.core.halt("AAPL", true, rig.now).unwrap();
    rig.changes.extend(halt.changes);
    rig.place(1, outside("BUY 5 LMT 900"));
    rig.pass(2 * 3600);
    assert_eq!((rig.line(1).filled_qty, rig.line(2).status), (dec("0"), Status::Cancelled));
    let go_on = rig.core.halt("AAPL", false, rig.now).unwrap();
    rig.changes.extend(go_on.changes);
    rig.pass(1);
    assert_eq!(rig.line(1).status, Status::Filled, "17:30: after-hours trading goes on");
}

#[test]
fn an_order_placed_during_a_halt_is_not_told_to_wait_for_the_next_opening() {
    // Monday 15:30 in New York.
    let mut rig = at("2026-11-23T20:30:00Z");
    let halt = rig.core.halt("AAPL", true, rig.now).unwrap();
    rig.changes.extend(halt.changes);
    let told = rig.place(1, order("BUY 5 LMT 900"));
    assert!(told.iter().all(|line| !line.contains("399")), "{told:?}");
    assert_eq!(rig.line(1).status, Status::PreSubmitted);
    rig.pass(3600);
    let told = rig.place(2, order("BUY 5 LMT 900"));
    assert!(told.iter().any(|line| line.contains("399")), "the session is over: {told:?}");
}
