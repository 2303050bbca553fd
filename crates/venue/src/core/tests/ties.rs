//! Brackets and one-cancels-all groups whose orders fill in part.

use super::rig::{Rig, dec, order};
use rust_decimal::Decimal;
use tws::model::{Order, Status};

fn bracket(rig: &mut Rig, entry: &str, exits: [&str; 2]) {
    rig.place(1, Order { transmit: false, ..order(entry) });
    let leg = |text: &str, transmit| Order { parent_id: Some(1), transmit, ..order(text) };
    rig.place(2, leg(exits[0], false));
    rig.place(3, leg(exits[1], true));
}

fn position(rig: &Rig) -> Decimal {
    rig.core.state.accounts[0].position(0)
}

#[test]
fn exits_begin_with_the_entrys_first_fill_and_fill_no_more_than_it() {
    let mut rig = Rig::always();
    rig.price("10");
    // The target is far in the money: it takes whatever the entry lets it.
    bracket(&mut rig, "BUY 9000 LMT 11", ["SELL 9000 LMT 9", "SELL 9000 STP 5"]);
    assert_eq!(rig.line(1).status, Status::Submitted);
    assert!(rig.line(2).filled_qty > dec("0"));
    for _ in 0..200 {
        rig.pass(1);
        let (entry, target) = (rig.line(1).filled_qty, rig.line(2).filled_qty);
        assert!(target <= entry, "{target} of {entry}");
        assert!(position(&rig) >= dec("0"));
    }
    assert_eq!([1, 2, 3].map(|id| rig.line(id).status), [Status::Filled, Status::Filled, Status::Cancelled]);
    assert_eq!(position(&rig), dec("0"));
}

#[test]
fn a_partial_fill_of_one_exit_takes_its_quantity_from_the_other() {
    let mut rig = Rig::always();
    rig.price("10");
    bracket(&mut rig, "BUY 5000 LMT 11", ["SELL 5000 LMT 12", "SELL 5000 STP 8"]);
    rig.pass(60);
    assert_eq!(rig.line(1).status, Status::Filled);
    rig.price("12.20");
    let (target, stop) = (rig.line(2), rig.line(3));
    assert_eq!(target.status, Status::Submitted, "{target:?}");
    assert!(target.filled_qty > dec("0"));
    assert_eq!(stop.total_qty, dec("5000") - target.filled_qty);
    rig.price("7");
    rig.pass(60);
    assert_eq!(rig.line(3).status, Status::Filled);
    assert_eq!(rig.line(2).status, Status::Cancelled);
    assert_eq!(position(&rig), dec("0"), "together they close the entry and no more");
}

#[test]
fn an_entry_cancelled_after_a_partial_fill_leaves_exits_for_what_it_filled() {
    let mut rig = Rig::always();
    rig.price("10");
    bracket(&mut rig, "BUY 9000 LMT 11", ["SELL 9000 LMT 12", "SELL 9000 STP 8"]);
    let filled = rig.line(1).filled_qty;
    assert!(filled > dec("0") && filled < dec("9000"));
    rig.cancel(1);
    assert_eq!([2, 3].map(|id| rig.line(id).total_qty), [filled, filled]);
    assert_eq!([2, 3].map(|id| rig.line(id).status), [Status::Submitted, Status::PreSubmitted]);
    rig.price("7");
    rig.pass(10);
    assert_eq!(position(&rig), dec("0"));
}

fn grouped(kind: i32, text: &str) -> Order {
    Order { oca_group: "group".into(), oca_type: Some(kind), ..order(text) }
}

#[test]
fn a_partial_fill_in_a_group_of_type_1_cancels_the_others() {
    let mut rig = Rig::always();
    rig.price("10");
    rig.place(1, grouped(1, "SELL 9000 LMT 11"));
    rig.place(2, grouped(1, "SELL 9000 LMT 12"));
    rig.price("11.10");
    assert_eq!([1, 2].map(|id| rig.line(id).status), [Status::Submitted, Status::Cancelled]);
    assert!(rig.line(1).filled_qty < dec("9000"));
}

#[test]
fn a_partial_fill_in_a_group_of_type_2_or_3_takes_its_share_from_the_others() {
    for kind in [2, 3] {
        let mut rig = Rig::always();
        rig.price("10");
        rig.place(1, grouped(kind, "SELL 9000 LMT 11"));
        rig.place(2, grouped(kind, "SELL 4500 LMT 12"));
        rig.price("11.10");
        let (first, other) = (rig.line(1), rig.line(2));
        assert!(first.filled_qty > dec("0"));
        assert_eq!(other.total_qty, dec("4500") - first.filled_qty / dec("2"), "type {kind}");
        assert_eq!(other.modifications.len(), 1);
        rig.pass(120);
        assert_eq!([1, 2].map(|id| rig.line(id).status), [Status::Filled, Status::Cancelled], "type {kind}");
    }
}

#[test]
fn an_order_reduced_gives_back_its_share_of_the_margin() {
    let mut rig = Rig::always();
    rig.price("10");
    rig.place(1, grouped(3, "BUY 9000 LMT 9"));
    rig.place(2, grouped(3, "BUY 9000 LMT 8"));
    let before = rig.core.state.accounts[0].reserved;
    assert_eq!(before, dec("76500"), "half of what they cost");
    rig.price("8.90");
    let filled = rig.line(1).filled_qty;
    assert_eq!(rig.core.state.accounts[0].reserved, (dec("9000") - filled) * dec("8.5"));
}

#[test]
fn a_held_order_that_is_cancelled_never_reached_the_broker() {
    let mut rig = Rig::always();
    rig.place(1, Order { transmit: false, ..order("BUY 1 LMT 10") });
    assert_eq!(rig.cancel(1), ["status 1 ApiCancelled 0/1", "error 1 202"]);
}
