use super::rig::{CONN, Rig, dec, order, place};
use tws::model::{Request, Status};

#[test]
fn the_same_id_again_changes_a_working_order_and_it_may_fill_at_once() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 10 LMT 90"));
    assert_eq!(rig.place(1, order("BUY 20 LMT 91")), ["open 1 Submitted", "status 1 Submitted 0/20"]);
    let line = rig.line(1);
    assert_eq!((line.total_qty, line.limit_price, line.modifications.len()), (dec("20"), Some(dec("91")), 1));
    assert_eq!(rig.place(1, order("BUY 20 LMT 101"))[2], "exec 1 BOT 20");
    assert_eq!(rig.core.ledger().len(), 1, "one order, however often it changed");
}

#[test]
fn a_bad_change_is_refused_and_the_original_stays() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 10 LMT 90"));
    let before = rig.line(1);
    for (change, told) in [
        ("BUY 10 LMT 90.005", "error 1 110"),
        ("SELL 10 LMT 90", "error 1 105"),
        ("BUY 10 LMT 90 IOC", "error 1 105"),
        ("BUY 0 LMT 90", "error 1 434"),
        ("BUY 900000 LMT 90", "error 1 201"),
    ] {
        assert_eq!(rig.place(1, order(change)), [told], "{change}");
    }
    let other = rig.ask_raw(CONN, place(1, "MSFT", order("BUY 10 LMT 90")));
    assert_eq!(other.len(), 1, "105: another contract");
    assert_eq!(rig.line(1), before);
}

#[test]
fn a_filled_order_cannot_change_and_a_cancelled_one_leaves_its_id_spent() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 1 MKT"));
    assert_eq!(rig.place(1, order("BUY 2 MKT")), ["error 1 104"]);
    rig.place(2, order("BUY 1 LMT 10"));
    rig.cancel(2);
    assert_eq!(rig.place(2, order("BUY 1 LMT 10")), ["error 2 103"]);
    assert_eq!(rig.ask(Request::Ids), ["next 3"]);
}

#[test]
fn a_partly_filled_order_cannot_shrink_to_what_it_filled() {
    let mut rig = Rig::always();
    rig.price("10");
    rig.place(1, order("BUY 9000 LMT 11"));
    let filled = rig.line(1).filled_qty;
    assert_eq!(rig.line(1).status, Status::Submitted);
    assert_eq!(rig.place(1, order(&format!("BUY {filled} LMT 11"))), ["error 1 201"]);
    let told = rig.place(1, order(&format!("BUY {} LMT 9", filled + dec("1"))));
    assert_eq!(told[0], "open 1 Submitted");
}

#[test]
fn an_order_not_transmitted_is_silent_until_it_is() {
    let mut rig = Rig::always();
    let held = tws::model::Order { transmit: false, ..order("BUY 10 LMT 13.26") };
    assert!(rig.place(1, held).is_empty());
    assert_eq!(rig.ask(Request::OpenOrders), ["open end"]);
    assert!(rig.pass(60).is_empty());
    assert_eq!(
        rig.place(1, order("BUY 10 LMT 13.26")),
        ["open 1 PreSubmitted", "status 1 PreSubmitted 0/10", "open 1 Submitted", "status 1 Submitted 0/10"]
    );
}
