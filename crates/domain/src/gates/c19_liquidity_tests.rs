use super::GATE;
use crate::contract::SecType;
use crate::gates::input::Dated;
use crate::gates::world::{Expect, World, check, con_id, dec, price};
use crate::order::{OrderType, Side};
use jiff::SignedDuration;
use rust_decimal::Decimal;

fn volume(world: &mut World, volume: &str) {
    world.reference.volume = Some(Dated { value: dec(volume), at: world.now });
}

fn aged(world: &mut World, seconds: i64) {
    let at = world.now.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
    world.reference.volume.as_mut().unwrap().at = at;
}

fn spread(world: &mut World, bid: &str, ask: &str) {
    (world.quote().bid, world.quote().ask) = (Some(price(bid)), Some(price(ask)));
}

fn nobody_bids(world: &mut World) {
    world.quote().bid = None;
}

#[test]
fn an_order_is_small_against_the_days_volume() {
    check(
        &GATE,
        &[
            // 1 % of 1000 is the order.
            ("at the limit", Expect::Pass, |w| volume(w, "1000")),
            ("just over", Expect::Deny(1), |w| volume(w, "999.99")),
            ("nothing trades", Expect::Deny(1), |w| volume(w, "0")),
            ("beyond all figures", Expect::Deny(1), |w| {
                w.policy.volume_percent_max = dec("100");
                w.reference.volume = Some(Dated { value: Decimal::MAX, at: w.now });
            }),
            ("of an option it says nothing", Expect::Pass, |w| {
                volume(w, "0");
                w.order.contract.sec_type = SecType::Opt;
            }),
            ("of a currency there is none", Expect::Pass, |w| {
                w.reference.volume = None;
                w.order.contract.sec_type = SecType::Cash;
            }),
        ],
    );
}

#[test]
fn a_volume_that_is_missing_or_old_refuses() {
    check(
        &GATE,
        &[
            ("missing", Expect::Deny(1), |w| w.reference.volume = None),
            ("a week old", Expect::Pass, |w| aged(w, 7 * 24 * 3_600)),
            ("a second older", Expect::Deny(1), |w| aged(w, 7 * 24 * 3_600 + 1)),
            ("of this very moment, where no age is allowed", Expect::Pass, |w| {
                w.policy.volume_age_h_max = 0;
                aged(w, 0);
            }),
            ("an age beyond all figures", Expect::Deny(1), |w| w.policy.volume_age_h_max = i64::MAX),
        ],
    );
}

#[test]
fn a_spread_is_not_too_wide() {
    check(
        &GATE,
        &[
            ("at the limit", Expect::Pass, |w| spread(w, "99", "101")),
            ("just over", Expect::Deny(1), |w| spread(w, "98.99", "101")),
            ("for a sale too", Expect::Deny(1), |w| {
                spread(w, "90", "101");
                w.side(Side::Sell, "10");
            }),
            ("unknown, for a market order", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                nobody_bids(w);
            }),
            ("unknown, for a limit", Expect::Pass, nobody_bids),
            ("no quote at all, for a stop", Expect::Deny(1), |w| {
                w.types(OrderType::Stop { stop: price("195") });
                w.quote = None;
            }),
            ("crossed, for a market order", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                spread(w, "101", "100");
            }),
            ("another contract's, for a market order", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.quote().con_id = con_id(1);
            }),
            ("a limit beyond all figures", Expect::Deny(1), |w| w.policy.spread_percent_max = Decimal::MAX),
        ],
    );
}
