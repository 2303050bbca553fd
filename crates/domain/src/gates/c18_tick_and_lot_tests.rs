use super::GATE;
use crate::gates::world::{Expect, check, dec, price};
use crate::order::{OrderType, Side};

#[test]
fn prices_stand_on_the_tick_of_their_height() {
    check(
        &GATE,
        &[
            ("off the tick", Expect::Deny(1), |w| w.limit("189.505")),
            ("a finer tick below one", Expect::Pass, |w| {
                w.limit("0.9999");
            }),
            ("finer still", Expect::Deny(1), |w| w.limit("0.99995")),
            ("the coarse tick begins at one", Expect::Deny(1), |w| {
                w.limit("1.0001");
            }),
            ("a stop off the tick", Expect::Deny(1), |w| {
                w.types(OrderType::Stop { stop: price("195.001") });
            }),
            ("stop and limit off the tick", Expect::Deny(2), |w| {
                w.types(OrderType::StopLimit { stop: price("195.001"), limit: price("195.011") });
            }),
            ("both exits off the tick", Expect::Deny(2), |w| {
                w.bracket("195.001", "180.001");
            }),
            ("both exits on the tick", Expect::Pass, |w| {
                w.bracket("195.01", "180.01");
            }),
            ("a market order has no price", Expect::Pass, |w| {
                w.types(OrderType::Market);
            }),
            ("no known tick", Expect::Deny(1), |w| {
                w.order.contract.price_increments.clear();
            }),
            ("a tick of zero", Expect::Deny(1), |w| {
                w.order.contract.price_increments[1].increment = dec("0");
            }),
        ],
    );
}

#[test]
fn quantities_stand_on_the_lot() {
    check(
        &GATE,
        &[
            ("half a share", Expect::Deny(1), |w| {
                w.side(Side::Buy, "10.5");
            }),
            ("half a share where fractions trade", Expect::Pass, |w| {
                w.order.contract.size_increment = dec("0.0001");
                w.side(Side::Buy, "10.5");
            }),
            ("the smallest order", Expect::Pass, |w| {
                w.side(Side::Buy, "1");
            }),
            ("below the smallest order", Expect::Deny(1), |w| {
                w.order.contract.min_size = dec("11");
            }),
            ("off the step and below the smallest", Expect::Deny(2), |w| w.side(Side::Buy, "0.5")),
            ("an unknown step", Expect::Deny(1), |w| {
                w.order.contract.size_increment = dec("0");
            }),
            ("no smallest order", Expect::Pass, |w| {
                w.order.contract.min_size = dec("0");
            }),
            ("a negative smallest order", Expect::Deny(1), |w| {
                w.order.contract.min_size = dec("-1");
            }),
        ],
    );
}

#[test]
fn the_multiplier_is_above_zero() {
    check(
        &GATE,
        &[
            ("zero", Expect::Deny(1), |w| {
                w.order.contract.multiplier = dec("0");
            }),
            ("negative", Expect::Deny(1), |w| {
                w.order.contract.multiplier = dec("-1");
            }),
            ("everything wrong is all reported", Expect::Deny(3), |w| {
                w.order.contract.multiplier = dec("0");
                w.limit("189.505");
                w.side(Side::Buy, "10.5");
            }),
        ],
    );
}
