use super::GATE;
use crate::gates::world::{Expect, World, check};
use crate::mode::Trading;
use crate::principal::Scope;

fn live(world: &mut World, account: &str) {
    world.trading = Trading::Live;
    world.principal.scopes.insert(Scope::TradeLive);
    world.order.account = account.parse().unwrap();
    let proof = world.mode.as_mut().unwrap();
    proof.pinned = Some(account.parse().unwrap());
    proof.connected = vec![account.parse().unwrap()];
    proof.port = 4444;
}

#[test]
fn live_is_refused_whatever_else_is_right() {
    check(
        &GATE,
        &[
            ("live", Expect::Deny(1), |w| live(w, "U1234567")),
            ("a venue account that is live to every gate", Expect::Deny(1), |w| live(w, "UV1234567")),
            ("a venue account on paper", Expect::Pass, |w| {
                live(w, "DUV1234567");
            }),
            ("unknown may be live", Expect::Deny(1), |w| w.mode = None),
        ],
    );
}
