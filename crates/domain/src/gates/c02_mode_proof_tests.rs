use super::GATE;
use crate::gates::world::{Expect, World, check};
use crate::mode::Trading;

fn account(world: &mut World, name: &str, port: u16) {
    let account: crate::id::AccountId = name.parse().unwrap();
    world.order.account = account.clone();
    let proof = world.mode.as_mut().unwrap();
    proof.pinned = Some(account.clone());
    proof.connected = vec![account];
    proof.port = port;
}

#[test]
fn account_port_and_setting_must_say_the_same() {
    check(
        &GATE,
        &[
            ("paper on an unusual port", Expect::Pass, |w| {
                account(w, "DU1", 4444);
            }),
            ("paper account on the live port", Expect::Deny(1), |w| {
                account(w, "DU1", 7496);
            }),
            ("live account on the paper port", Expect::Deny(1), |w| {
                account(w, "U1", 4002);
            }),
            ("live account while trading is paper", Expect::Deny(1), |w| account(w, "U1", 7496)),
            ("paper account while trading is live", Expect::Deny(1), |w| w.trading = Trading::Live),
            ("live account and trading live", Expect::Pass, |w| {
                account(w, "U1", 7496);
                w.trading = Trading::Live;
            }),
            ("a prefix that says nothing", Expect::Deny(1), |w| {
                account(w, "X1", 7497);
            }),
            ("no proof yet", Expect::Deny(1), |w| w.mode = None),
            ("no pinned account", Expect::Deny(1), |w| {
                w.mode.as_mut().unwrap().pinned = None;
            }),
        ],
    );
}

#[test]
fn trading_off_still_refuses_a_contradiction() {
    check(
        &GATE,
        &[
            ("off on paper", Expect::Pass, |w| w.trading = Trading::Off),
            ("off with a contradiction", Expect::Deny(1), |w| {
                w.trading = Trading::Off;
                account(w, "DU1", 7496);
            }),
            ("off with an unknown mode", Expect::Deny(1), |w| {
                w.trading = Trading::Off;
                w.mode = None;
            }),
        ],
    );
}
