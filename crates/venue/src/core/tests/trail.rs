use super::rig::{CONN, Rig, dec, order};
use tws::model::{Order, Reply, Request, Status};

fn stop(rig: &Rig) -> rust_decimal::Decimal {
    rig.line(1).stop_price.unwrap()
}

#[test]
fn a_trailing_stop_follows_the_market_up_and_never_down_again() {
    let mut rig = Rig::always();
    rig.price("100");
    assert_eq!(
        rig.place(1, order("SELL 5 TRAIL 2")),
        ["open 1 PreSubmitted", "status 1 PreSubmitted 0/5 held:trigger"]
    );
    assert_eq!(stop(&rig), dec("98"));
    assert!(rig.price("103").is_empty());
    assert_eq!(stop(&rig), dec("101"));
    rig.price("101.50");
    assert_eq!(stop(&rig), dec("101"));
    let told = rig.price("100.90");
    assert_eq!(told[..3], ["open 1 Submitted", "status 1 Submitted 0/5", "exec 1 SLD 5"]);
}

#[test]
fn a_trailing_percentage_is_of_the_price_and_rounds_away_from_the_market() {
    let mut rig = Rig::always();
    rig.price("100.10");
    rig.place(1, Order { trailing_percent: Some(dec("1.5")), ..order("BUY 5 TRAIL") });
    assert_eq!(stop(&rig), dec("101.61"), "101.6015");
    rig.price("90");
    assert_eq!(stop(&rig), dec("91.35"));
    assert_eq!(rig.price("91.40")[2], "exec 1 BOT 5");
}

#[test]
fn a_trailing_stop_with_its_own_stop_begins_there() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, Order { trail_stop_price: Some(dec("99")), ..order("SELL 5 TRAIL 2") });
    assert_eq!(stop(&rig), dec("99"));
    rig.price("100.50");
    assert_eq!(stop(&rig), dec("99"), "98.50 would be farther away");
    rig.price("101.50");
    assert_eq!(stop(&rig), dec("99.50"));
}

#[test]
fn a_trailing_stop_limit_moves_its_limit_along() {
    let mut rig = Rig::always();
    rig.price("100");
    let trail = Order {
        trail_stop_price: Some(dec("98")),
        lmt_price_offset: Some(dec("0.50")),
        ..order("SELL 5 TRAIL LIMIT 2")
    };
    rig.place(1, trail);
    rig.price("104");
    assert_eq!((stop(&rig), rig.line(1).limit_price), (dec("102"), Some(dec("101.50"))));
    assert_eq!(rig.price("101"), ["open 1 Submitted", "status 1 Submitted 0/5"], "beyond the limit it rests");
    assert_eq!(rig.price("101.60")[0], "exec 1 SLD 5");
}

#[test]
fn a_trailing_stop_limit_takes_a_limit_price_in_place_of_an_offset_but_not_both() {
    let mut rig = Rig::always();
    rig.price("100");
    let trail = Order { trail_stop_price: Some(dec("98")), ..order("SELL 5 TRAIL LIMIT 2") };
    let by_price = Order { lmt_price: Some(dec("97.40")), ..trail.clone() };
    rig.place(1, by_price.clone());
    rig.price("101");
    assert_eq!((stop(&rig), rig.line(1).limit_price), (dec("99"), Some(dec("98.40"))));
    assert_eq!(rig.place(2, Order { lmt_price_offset: Some(dec("1")), ..by_price }), ["error 2 321"]);
    assert_eq!(rig.place(2, trail), ["error 2 321"], "nor neither");
}

#[test]
fn the_present_stop_is_reported_and_survives_a_crash() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("SELL 5 TRAIL 2 GTC"));
    rig.price("110");
    let replies = rig.ask_raw(CONN, Request::OpenOrders);
    let Some((_, Reply::OpenOrder(open))) = replies.first() else {
        panic!("{replies:?}");
    };
    assert_eq!((open.order.trail_stop_price, open.order.aux_price), (Some(dec("108")), Some(dec("2"))));
    assert!(rig.restored().state == rig.core.state);
    assert_eq!(stop(&rig), dec("108"));
}

#[test]
fn changing_the_quantity_of_a_trailing_stop_keeps_its_stop_and_a_new_distance_resets_it() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("SELL 5 TRAIL 2"));
    rig.price("110");
    rig.price("109");
    rig.place(1, order("SELL 6 TRAIL 2"));
    assert_eq!(stop(&rig), dec("108"));
    rig.place(1, order("SELL 6 TRAIL 5"));
    rig.pass(1);
    assert!(stop(&rig) < dec("105"), "{}", stop(&rig));
    assert_eq!(rig.line(1).status, Status::PreSubmitted);
}
