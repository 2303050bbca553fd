use super::GATE;
use crate::gates::LinkState;
use crate::gates::world::{Expect, check};
use crate::order::Side;

#[test]
fn nothing_leaves_before_everything_is_ready() {
    check(
        &GATE,
        &[
            ("link down", Expect::Deny(1), |w| {
                w.readiness.link = LinkState::Down("refused".to_owned());
            }),
            ("broker offline", Expect::Deny(1), |w| {
                w.readiness.link = LinkState::BrokerOffline;
            }),
            ("not reconciled", Expect::Deny(1), |w| {
                w.readiness.reconciled = false;
            }),
            ("no lease", Expect::Deny(1), |w| {
                w.readiness.lease_held = false;
            }),
            ("alarm", Expect::Deny(1), |w| {
                w.readiness.alarm = Some("more sent than intended".to_owned());
            }),
            ("instrument halted", Expect::Deny(1), |w| {
                w.readiness.instrument_halted = Some("overfill".to_owned());
            }),
            ("everything at once", Expect::Deny(7), |w| {
                w.readiness.link = LinkState::BrokerOffline;
                w.readiness.reconciled = false;
                w.readiness.lease_held = false;
                w.readiness.alarm = Some("alarm".to_owned());
                w.readiness.instrument_halted = Some("overfill".to_owned());
                w.readiness.clock_skew_ms = None;
                w.readiness.unknown_on_instrument.push("k-0".parse().unwrap());
            }),
        ],
    );
}

#[test]
fn clocks_must_agree() {
    check(
        &GATE,
        &[
            ("just within, ahead", Expect::Pass, |w| {
                w.readiness.clock_skew_ms = Some(2_000);
            }),
            ("just within, behind", Expect::Pass, |w| {
                w.readiness.clock_skew_ms = Some(-2_000);
            }),
            ("just outside, ahead", Expect::Deny(1), |w| {
                w.readiness.clock_skew_ms = Some(2_001);
            }),
            ("just outside, behind", Expect::Deny(1), |w| {
                w.readiness.clock_skew_ms = Some(-2_001);
            }),
            ("as far as a number goes", Expect::Deny(1), |w| {
                w.readiness.clock_skew_ms = Some(i64::MIN);
            }),
            ("unknown", Expect::Deny(1), |w| {
                w.readiness.clock_skew_ms = None;
            }),
            ("a negative maximum allows nothing", Expect::Deny(1), |w| {
                w.policy.clock_skew_ms_max = -1;
            }),
        ],
    );
}

#[test]
fn an_unknown_order_blocks_its_own_instrument_only() {
    check(
        &GATE,
        &[
            ("listed as unknown", Expect::Deny(1), |w| {
                w.readiness.unknown_on_instrument.push("k-0".parse().unwrap());
            }),
            ("reserved as unknown", Expect::Deny(1), |w| {
                w.also_open(Side::Sell, "1", Some("1"));
                w.near[0].unknown = true;
            }),
            ("open on another instrument", Expect::Pass, |w| w.opens(1, Side::Sell, "1", Some("1"))),
            ("open and known", Expect::Pass, |w| {
                w.also_open(Side::Sell, "1", Some("1"));
            }),
        ],
    );
}
