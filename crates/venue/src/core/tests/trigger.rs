use super::rig::{Rig, dec, order};
use tws::model::{Order, Status};

#[test]
fn a_market_if_touched_buy_waits_for_the_price_to_come_down_and_then_fills_at_the_market() {
    let mut rig = Rig::always();
    rig.price("100");
    assert_eq!(rig.place(1, order("BUY 5 MIT 95")), ["open 1 PreSubmitted", "status 1 PreSubmitted 0/5 held:trigger"]);
    assert!(rig.price("95.50").is_empty());
    let told = rig.price("94");
    assert_eq!(told[..3], ["open 1 Submitted", "status 1 Submitted 0/5", "exec 1 BOT 5"]);
    assert_eq!(rig.line(1).avg_price, dec("94.01"), "the ask of that moment");
}

#[test]
fn a_market_if_touched_sell_waits_for_the_price_to_come_up() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("SELL 5 MIT 105"));
    assert!(rig.price("104.50").is_empty());
    assert_eq!(rig.price("105.20")[2], "exec 1 SLD 5");
}

#[test]
fn a_limit_if_touched_order_rests_at_its_limit_once_touched() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 5 LIT 95 94"));
    assert_eq!(rig.price("95"), ["open 1 Submitted", "status 1 Submitted 0/5"]);
    assert_eq!(rig.line(1).limit_price, Some(dec("94")));
    assert!(rig.price("96").is_empty(), "touched once is enough");
    assert_eq!(rig.price("93.50")[0], "exec 1 BOT 5");
}

/// Whether a stop to buy at `stop` goes off at once when the market is 99.99 / 100.01, last 100.
fn goes_off(method: i32, stop: &str) -> bool {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, Order { trigger_method: Some(method), ..order(&format!("BUY 5 STP {stop}")) });
    rig.line(1).status == Status::Filled
}

#[test]
fn each_trigger_method_looks_at_its_own_price() {
    for (method, at_last, below_bid) in
        [(0, true, true), (2, true, true), (4, false, true), (7, true, true), (8, true, true)]
    {
        assert_eq!((method, goes_off(method, "100"), goes_off(method, "99.99")), (method, at_last, below_bid));
        assert!(!goes_off(method, "100.01"), "{method}: not even the last price is there");
    }
}

#[test]
fn a_double_method_wants_the_price_twice_in_a_row() {
    for method in [1, 3] {
        let mut rig = Rig::always();
        rig.price("100");
        rig.pass(5);
        rig.place(1, Order { trigger_method: Some(method), ..order("BUY 5 STP 105") });
        rig.price("110");
        assert_eq!(rig.line(1).status, Status::PreSubmitted, "{method}: once is not enough");
        rig.pass(1);
        assert_eq!(rig.line(1).status, Status::Filled, "{method}: twice is");
    }
}

#[test]
fn an_order_good_after_a_time_sleeps_until_then() {
    let mut rig = Rig::exchange();
    let later = Order { good_after_time: "20261123 11:00:00 US/Eastern".into(), ..order("BUY 5 MKT") };
    assert_eq!(rig.place(1, later), ["open 1 PreSubmitted", "status 1 PreSubmitted 0/5"]);
    assert!(rig.pass(1799).is_empty());
    assert_eq!(rig.pass(1)[0], "exec 1 BOT 5");
}

#[test]
fn an_order_good_after_tomorrows_open_ends_with_tomorrows_session() {
    let mut rig = Rig::exchange();
    let later = Order { good_after_time: "20261124 10:00:00 US/Eastern".into(), ..order("BUY 5 LMT 1") };
    rig.place(1, later);
    rig.pass(86_400);
    assert_eq!(rig.line(1).status, Status::Submitted);
    rig.pass(6 * 3600);
    assert_eq!((rig.line(1).status, rig.line(1).reason.as_str()), (Status::Cancelled, "Expired"));
}

#[test]
fn an_all_or_none_order_waits_until_all_of_it_is_there() {
    let mut rig = Rig::always();
    rig.price("10");
    rig.place(1, Order { all_or_none: true, ..order("BUY 1000 LMT 11") });
    let mut waited = 0;
    while rig.line(1).filled_qty.is_zero() && waited < 600 {
        rig.pass(1);
        waited += 1;
    }
    let line = rig.line(1);
    assert_eq!((line.status, line.executions.len()), (Status::Filled, 1), "in one piece, after {waited} s");
    rig.place(2, Order { all_or_none: true, ..order("BUY 5000 LMT 11") });
    rig.pass(120);
    assert_eq!(rig.line(2).filled_qty, dec("0"), "never more than 1,200 are displayed");
}

#[test]
fn the_first_fill_is_at_least_the_minimum_quantity() {
    let mut rig = Rig::always();
    rig.price("10");
    rig.place(1, Order { min_qty: Some(900), ..order("BUY 5000 LMT 11") });
    rig.pass(600);
    let fills: Vec<_> = rig.line(1).executions.iter().map(|e| e.quantity).collect();
    assert!(fills[0] >= dec("900"), "{fills:?}");
    assert!(fills[1..].iter().any(|f| *f < dec("900")), "only the first: {fills:?}");
}

#[test]
fn a_midprice_order_fills_between_bid_and_ask_up_to_its_cap() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 5 MIDPRICE 101"));
    assert_eq!(rig.line(1).avg_price, dec("100"), "99.99 / 100.01");
    let told = rig.place(2, order("BUY 5 MIDPRICE 99"));
    assert_eq!(told[2], "open 2 Submitted");
    assert!(rig.pass(30).is_empty());
    assert_eq!(rig.price("98")[0], "exec 2 BOT 5");
}

#[test]
fn a_market_to_limit_order_leaves_its_rest_at_the_price_of_its_first_fill() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 5000 MTL"));
    let line = rig.line(1);
    assert_eq!((line.status, line.limit_price), (Status::Submitted, Some(dec("100.01"))));
    rig.price("103");
    let filled = rig.line(1).filled_qty;
    rig.pass(30);
    assert_eq!(rig.line(1).filled_qty, filled, "it does not run after the market");
    rig.price("99");
    rig.pass(60);
    assert_eq!(rig.line(1).status, Status::Filled);
}

#[test]
fn hidden_and_iceberg_orders_match_like_others() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, Order { hidden: true, display_size: Some(1), sweep_to_fill: true, ..order("BUY 5 MKT") });
    assert_eq!(rig.line(1).status, Status::Filled);
}
