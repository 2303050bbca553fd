//! Orders of different accounts meet each other; orders of one account do not.

use super::rig::{CONN, Rig, dec, order, place};
use crate::core::{ConnId, CoreConfig};
use tws::model::{Order, Status};

const OTHER: ConnId = ConnId(2);

fn two_accounts() -> Rig {
    let config = CoreConfig { accounts: 2, always: true, ..CoreConfig::default() };
    let mut rig = Rig::with(config, "2026-11-21T15:00:00Z");
    rig.connect(OTHER, 2);
    rig.price("100");
    rig
}

fn by(account: u8, text: &str) -> Order {
    Order { account: format!("DUV000000{account}"), ..order(text) }
}

fn filled(rig: &Rig, client: i32, id: i32) -> (Status, rust_decimal::Decimal) {
    let line = rig.core.ledger().into_iter().find(|o| o.client_id == client && o.order_id == id).unwrap();
    (line.status, line.avg_price)
}

#[test]
fn an_incoming_order_meets_a_better_resting_one_of_another_account_at_its_price() {
    let mut rig = two_accounts();
    // 99.99 / 100.01: the buy improves the bid.
    rig.place(1, by(1, "BUY 500 LMT 100"));
    let told = rig.ask_raw(OTHER, place(1, "AAPL", by(2, "SELL 300 MKT")));
    assert!(told.iter().any(|(conn, _)| *conn == CONN), "both sides hear of it");
    assert_eq!(filled(&rig, 2, 1), (Status::Filled, dec("100")));
    assert_eq!(filled(&rig, 1, 1), (Status::Submitted, dec("100")));
    assert_eq!(rig.core.state.accounts[0].position(0) + rig.core.state.accounts[1].position(0), dec("0"));
    assert!(rig.restored().state == rig.core.state);
}

#[test]
fn the_better_price_goes_first_and_the_older_order_at_the_same_price() {
    let mut rig = two_accounts();
    rig.price("1000");
    rig.place(1, by(1, "BUY 10 LMT 1000"));
    rig.place(2, by(1, "BUY 10 LMT 1000.01"));
    rig.place(3, by(1, "BUY 10 LMT 1000"));
    let sell = |rig: &mut Rig, id| rig.ask_raw(OTHER, place(id, "AAPL", by(2, "SELL 10 LMT 1000"))).len();
    let done = |rig: &Rig| [1, 2, 3].map(|id| rig.line_of(1, id).status == Status::Filled);
    sell(&mut rig, 11);
    assert_eq!(done(&rig), [false, true, false]);
    sell(&mut rig, 12);
    assert_eq!(done(&rig), [true, true, false]);
    sell(&mut rig, 13);
    assert_eq!(done(&rig), [true, true, true]);
}

#[test]
fn an_order_that_changes_its_price_or_grows_goes_to_the_back_of_the_queue() {
    let mut rig = two_accounts();
    rig.price("1000");
    rig.place(1, by(1, "BUY 10 LMT 1000"));
    rig.place(2, by(1, "BUY 10 LMT 1000"));
    rig.place(3, by(1, "BUY 20 LMT 1000"));
    rig.place(1, by(1, "BUY 11 LMT 1000"));
    rig.place(3, by(1, "BUY 10 LMT 1000"));
    let sell = |rig: &mut Rig, id| rig.ask_raw(OTHER, place(id, "AAPL", by(2, "SELL 10 LMT 1000"))).len();
    let filled = |rig: &Rig| [1, 2, 3].map(|id| rig.line_of(1, id).filled_qty);
    sell(&mut rig, 11);
    assert_eq!(filled(&rig), [dec("0"), dec("10"), dec("0")], "the one that grew lost its place");
    sell(&mut rig, 12);
    assert_eq!(filled(&rig), [dec("0"), dec("10"), dec("10")], "the one that shrank kept its own");
}

#[test]
fn what_is_displayed_at_the_touch_goes_before_a_resting_order_at_the_same_price() {
    let mut rig = two_accounts();
    rig.place(1, by(1, "BUY 5000 LMT 99.99"));
    rig.ask_raw(OTHER, place(1, "AAPL", by(2, "SELL 4000 LMT 99.99")));
    let (first, second) = (rig.line_of(1, 1), rig.line_of(2, 1));
    assert_eq!(second.status, Status::Filled);
    assert!(first.filled_qty > dec("0") && first.filled_qty < dec("4000"), "{}", first.filled_qty);
}

#[test]
fn orders_of_one_account_pass_each_other_by() {
    let mut rig = two_accounts();
    rig.place(1, by(1, "BUY 500 LMT 100"));
    rig.ask_raw(OTHER, place(1, "AAPL", by(1, "SELL 100 MKT")));
    assert_eq!(filled(&rig, 1, 1), (Status::Submitted, dec("0")));
    assert_eq!(filled(&rig, 2, 1), (Status::Filled, dec("99.99")));
}

#[test]
fn a_fill_or_kill_order_counts_resting_orders_too() {
    let mut rig = two_accounts();
    rig.place(1, by(1, "BUY 5000 LMT 100"));
    rig.ask_raw(OTHER, place(1, "AAPL", by(2, "SELL 5000 MKT FOK")));
    assert_eq!(filled(&rig, 2, 1), (Status::Filled, dec("100")));
    rig.ask_raw(OTHER, place(2, "AAPL", by(2, "SELL 9000 MKT FOK")));
    assert_eq!(filled(&rig, 2, 2).0, Status::Inactive);
}

#[test]
fn two_orders_of_one_group_that_meet_have_both_traded_before_the_group_acts() {
    for kind in [1, 3] {
        let mut rig = two_accounts();
        let grouped = |account, text| Order { oca_group: "both".into(), oca_type: Some(kind), ..by(account, text) };
        rig.place(1, grouped(1, "BUY 500 LMT 100"));
        rig.place(2, grouped(2, "SELL 300 LMT 100"));
        assert_eq!([1, 2].map(|id| rig.line(id).filled_qty), [dec("300"), dec("300")], "type {kind}");
        assert!(rig.restored().state == rig.core.state, "type {kind}");
    }
}
