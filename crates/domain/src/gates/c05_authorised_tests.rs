use super::GATE;
use crate::gates::world::{Expect, check};
use crate::principal::Scope;
use std::collections::BTreeSet;

#[test]
fn the_key_needs_the_scope_of_the_mode() {
    check(
        &GATE,
        &[
            ("no scope at all", Expect::Deny(1), |w| {
                w.principal.scopes.clear();
            }),
            ("every scope but the one", Expect::Deny(1), |w| {
                w.principal.scopes.extend(Scope::WORDS.map(|(_, scope)| scope));
                w.principal.scopes.remove(&Scope::TradePaper);
            }),
            ("only the one", Expect::Pass, |w| {
                w.principal.scopes = BTreeSet::from([Scope::TradePaper]);
            }),
            ("paper scope on a live account", Expect::Deny(1), |w| {
                w.order.account = "U1".parse().unwrap();
                let proof = w.mode.as_mut().unwrap();
                proof.pinned = Some("U1".parse().unwrap());
                proof.connected = vec!["U1".parse().unwrap()];
                proof.port = 7496;
            }),
            ("live scope on a live account", Expect::Pass, |w| {
                w.principal.scopes = BTreeSet::from([Scope::TradeLive]);
                let proof = w.mode.as_mut().unwrap();
                proof.pinned = Some("U1".parse().unwrap());
                proof.connected = vec!["U1".parse().unwrap()];
                proof.port = 7496;
            }),
            ("unknown mode", Expect::Deny(1), |w| w.mode = None),
        ],
    );
}
