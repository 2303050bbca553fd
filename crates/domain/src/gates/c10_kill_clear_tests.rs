use super::GATE;
use crate::gates::world::{Expect, World, check};
use crate::order::Side;
use crate::trading_state::{KillScope, TradingState};
use rust_decimal::Decimal;

fn reducing(world: &mut World, held: i64, side: Side, qty: &str) {
    world.state(KillScope::Global, TradingState::Reducing);
    world.account.held = Some(Decimal::from(held));
    world.side(side, qty);
}

#[test]
fn halted_stops_everything_in_its_scope() {
    check(
        &GATE,
        &[
            ("the file", Expect::Deny(1), |w| w.kill_file = true),
            ("everywhere", Expect::Deny(1), |w| {
                w.state(KillScope::Global, TradingState::Halted);
            }),
            ("file and state are two reasons", Expect::Deny(2), |w| {
                w.kill_file = true;
                w.state(KillScope::Global, TradingState::Halted);
            }),
            ("this account", Expect::Deny(1), |w| {
                w.state(KillScope::Account("DU1234567".parse().unwrap()), TradingState::Halted);
            }),
            ("another account", Expect::Pass, |w| {
                w.state(KillScope::Account("DU7654321".parse().unwrap()), TradingState::Halted);
            }),
            ("this strategy", Expect::Deny(1), |w| {
                w.order.intent.strategy = Some("s1".parse().unwrap());
                w.state(KillScope::Strategy("s1".parse().unwrap()), TradingState::Halted);
            }),
            ("another strategy", Expect::Pass, |w| {
                w.order.intent.strategy = Some("s1".parse().unwrap());
                w.state(KillScope::Strategy("s2".parse().unwrap()), TradingState::Halted);
            }),
            ("the strictest scope rules", Expect::Deny(1), |w| {
                w.state(KillScope::Global, TradingState::Active);
                w.state(KillScope::Account("DU1234567".parse().unwrap()), TradingState::Halted);
            }),
            ("lifted", Expect::Pass, |w| {
                w.state(KillScope::Global, TradingState::Halted);
                w.state(KillScope::Global, TradingState::Active);
            }),
            ("halted refuses even a reduction", Expect::Deny(1), |w| {
                reducing(w, 10, Side::Sell, "10");
                w.state(KillScope::Global, TradingState::Halted);
            }),
        ],
    );
}

#[test]
fn reducing_lets_only_reductions_through() {
    check(
        &GATE,
        &[
            ("all that is held", Expect::Pass, |w| {
                reducing(w, 10, Side::Sell, "10");
            }),
            ("one more", Expect::Deny(1), |w| {
                reducing(w, 10, Side::Sell, "11");
            }),
            ("an increase", Expect::Deny(1), |w| {
                reducing(w, 10, Side::Buy, "1");
            }),
            ("a first position", Expect::Deny(1), |w| {
                reducing(w, 0, Side::Buy, "1");
            }),
            ("covering a short", Expect::Pass, |w| {
                reducing(w, -10, Side::BuyToCover, "10");
            }),
            ("what is already being sold", Expect::Deny(1), |w| {
                reducing(w, 10, Side::Sell, "6");
                w.also_open(Side::Sell, "5", Some("950"));
            }),
            ("beside what is already being sold", Expect::Pass, |w| {
                reducing(w, 10, Side::Sell, "5");
                w.also_open(Side::Sell, "5", Some("950"));
            }),
            ("an unknown position", Expect::Deny(1), |w| {
                reducing(w, 10, Side::Sell, "1");
                w.account.held = None;
            }),
            ("figures beyond all sums", Expect::Deny(1), |w| {
                reducing(w, 10, Side::Sell, "1");
                w.account.held = Some(Decimal::MAX);
            }),
        ],
    );
}
