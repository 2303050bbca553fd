use super::GATE;
use crate::gates::world::{Expect, World, check};
use crate::order::Side;

fn open(world: &mut World, count: usize, side: Side, con_id_offset: i64) {
    for number in 0..count {
        if con_id_offset > 0 {
            world.opens(con_id_offset + i64::try_from(number).unwrap(), side, "1", Some("1"));
        } else {
            world.also_open(side, "1", Some("1"));
        }
    }
}

#[test]
fn open_orders_are_bounded() {
    check(
        &GATE,
        &[
            ("one place left in all", Expect::Pass, |w| {
                open(w, 49, Side::Buy, 1);
            }),
            ("no place left in all", Expect::Deny(1), |w| {
                open(w, 50, Side::Buy, 1);
            }),
            ("one place left on this side", Expect::Pass, |w| {
                open(w, 9, Side::Buy, 0);
            }),
            ("no place left on this side", Expect::Deny(1), |w| {
                open(w, 10, Side::Buy, 0);
            }),
            ("a cover is a buy", Expect::Deny(1), |w| {
                open(w, 10, Side::BuyToCover, 0);
            }),
            ("the other side counts apart", Expect::Pass, |w| {
                open(w, 10, Side::Sell, 0);
            }),
            ("and is no matter when it is full", Expect::Pass, |w| {
                open(w, 11, Side::Sell, 0);
            }),
            ("a bracket takes three places in all", Expect::Deny(1), |w| {
                w.bracket("195", "185");
                open(w, 48, Side::Buy, 1);
            }),
            ("the last three", Expect::Pass, |w| {
                w.bracket("195", "185");
                open(w, 47, Side::Buy, 1);
            }),
            ("and two on the side of its exits", Expect::Deny(1), |w| {
                w.bracket("195", "185");
                open(w, 9, Side::Sell, 0);
            }),
            ("the last two there", Expect::Pass, |w| {
                w.bracket("195", "185");
                open(w, 8, Side::Sell, 0);
            }),
            ("both full", Expect::Deny(2), |w| open(w, 50, Side::Buy, 0)),
        ],
    );
}
