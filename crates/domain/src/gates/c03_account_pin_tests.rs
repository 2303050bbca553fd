use super::GATE;
use crate::gates::world::{Expect, check};

#[test]
fn order_pin_and_connection_name_one_account() {
    check(
        &GATE,
        &[
            ("the order names the pinned account", Expect::Pass, |w| {
                w.order.intent.account = Some("DU1234567".parse().unwrap());
            }),
            ("the order names another account than it was resolved to", Expect::Deny(1), |w| {
                w.order.intent.account = Some("DU7654321".parse().unwrap());
            }),
            ("resolved to an account that is neither pinned nor connected", Expect::Deny(2), |w| {
                w.order.account = "DU7654321".parse().unwrap();
            }),
            ("connected but not pinned", Expect::Deny(1), |w| {
                w.order.account = "DU7654321".parse().unwrap();
                w.mode.as_mut().unwrap().connected.push("DU7654321".parse().unwrap());
            }),
            ("one account of several, pinned", Expect::Pass, |w| {
                w.mode.as_mut().unwrap().connected.push("DU7654321".parse().unwrap());
            }),
            ("one account, no pin", Expect::Deny(1), |w| {
                w.mode.as_mut().unwrap().pinned = None;
            }),
            ("pinned, but the broker names no account", Expect::Deny(1), |w| {
                w.mode.as_mut().unwrap().connected.clear();
            }),
            ("nothing is known", Expect::Deny(2), |w| w.mode = None),
        ],
    );
}
