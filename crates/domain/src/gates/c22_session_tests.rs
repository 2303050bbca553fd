use super::GATE;
use crate::gates::Verdict;
use crate::gates::input::Dated;
use crate::gates::world::{Expect, World, check};
use crate::hours::Hours;
use crate::order::{OrderType, OrderTypeKind, Side, Tif};
use jiff::SignedDuration;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Moves the clock; the hours stay as fresh as they were. The market is open from 14:30 to 21:00, and trades from 09:00 on
/// until 01:00.
fn at(world: &mut World, time: &str) {
    world.now = format!("2026-03-02T{time}Z").parse().unwrap();
    if let Some(hours) = &mut world.reference.hours {
        hours.at = world.now;
    }
}

fn aged(world: &mut World, seconds: i64) {
    let at = world.now.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
    world.reference.hours.as_mut().unwrap().at = at;
}

/// Three days that touch, in the night to the third: one session.
fn never_closes(world: &mut World) {
    let text = "20260301:0000-20260302:0000;20260302:0000-20260303:0000;20260303:0000-20260304:0000";
    world.order.contract.time_zone = Some("America/New_York".to_owned());
    world.order.contract.trading_hours = Some(text.to_owned());
    world.order.contract.liquid_hours = Some(text.to_owned());
    let hours = Hours::read(&world.order.contract).unwrap();
    world.now = "2026-03-03T05:00:01Z".parse().unwrap();
    world.reference.hours = Some(Dated { value: Arc::new(hours), at: world.now });
}

fn sells_what_is_held(world: &mut World) {
    world.account.held = Some(Decimal::TEN);
    world.side(Side::Sell, "10");
}

#[test]
fn an_order_is_sent_while_the_market_is_open() {
    check(
        &GATE,
        &[
            ("at the open", Expect::Pass, |w| at(w, "14:30:00")),
            ("a second before", Expect::Deny(1), |w| at(w, "14:29:59")),
            ("a second before the close", Expect::Pass, |w| at(w, "20:59:59")),
            ("at the close", Expect::Deny(1), |w| at(w, "21:00:00")),
            ("at night", Expect::Deny(1), |w| at(w, "03:00:00")),
            ("until canceled, at night", Expect::Deny(1), |w| {
                at(w, "03:00:00");
                w.order.intent.tif = Tif::Gtc;
            }),
        ],
    );
}

#[test]
fn outside_regular_hours_it_has_to_say_so_and_be_allowed_to() {
    check(
        &GATE,
        &[
            ("it says so", Expect::Pass, |w| {
                at(w, "10:00:00");
                w.order.intent.outside_rth = true;
            }),
            ("nothing trades", Expect::Deny(1), |w| {
                at(w, "03:00:00");
                w.order.intent.outside_rth = true;
            }),
            ("the policy does not let it, not even ahead", Expect::Deny(1), |w| {
                w.order.intent.outside_rth = true;
                w.policy.outside_hours_allowed = false;
            }),
            ("the policy does not matter where it does not say so", Expect::Pass, |w| {
                w.policy.outside_hours_allowed = false;
            }),
            ("neither allowed nor open", Expect::Deny(2), |w| {
                at(w, "03:00:00");
                w.order.intent.outside_rth = true;
                w.policy.outside_hours_allowed = false;
            }),
        ],
    );
}

#[test]
fn the_way_by_an_auction_is_shown_where_the_policy_lets_it() {
    let mut world = World::open_to_all();
    at(&mut world, "03:00:00");
    let hint = |world: &World| match (GATE.check)(&world.input()) {
        Verdict::Deny(reasons) => reasons[0].hint.clone(),
        Verdict::Pass | Verdict::Hold(_) => String::new(),
    };
    let now = hint(&world);
    assert!(now.starts_with("Send it from 2026-03-02") && now.ends_with(" on."), "{now}");
    world.policy.order_types_allowed.extend([OrderTypeKind::Moc, OrderTypeKind::Loo]);
    assert!(hint(&world).ends_with(" on or as an order for the auction (loo, moc)."), "{}", hint(&world));
}

#[test]
fn orders_for_an_auction_and_what_only_reduces_may_wait() {
    check(
        &GATE,
        &[
            ("on open, before the open", Expect::Pass, |w| {
                at(w, "10:00:00");
                w.types(OrderType::Moo);
            }),
            ("on close, at night", Expect::Pass, |w| {
                at(w, "03:00:00");
                w.types(OrderType::Moc);
            }),
            ("a limit for the opening", Expect::Pass, |w| {
                at(w, "10:00:00");
                w.order.intent.tif = Tif::Opg;
            }),
            ("a sale of what is held", Expect::Pass, |w| {
                at(w, "03:00:00");
                sells_what_is_held(w);
            }),
            ("a sale of more than that", Expect::Deny(1), |w| {
                at(w, "03:00:00");
                sells_what_is_held(w);
                w.side(Side::Sell, "11");
            }),
            ("of a position that nobody knows", Expect::Deny(1), |w| {
                at(w, "03:00:00");
                sells_what_is_held(w);
                w.account.held = None;
            }),
            ("a sale that cannot wait", Expect::Deny(1), |w| {
                at(w, "03:00:00");
                sells_what_is_held(w);
                w.order.intent.tif = Tif::Ioc;
            }),
        ],
    );
}

#[test]
fn a_blackout_keeps_open_and_close_free_of_all_but_auctions() {
    check(
        &GATE,
        &[
            ("the last second after the open", Expect::Deny(1), |w| {
                w.policy.open_blackout_min = 5;
                at(w, "14:34:59");
            }),
            ("after it", Expect::Pass, |w| {
                w.policy.open_blackout_min = 5;
                at(w, "14:35:00");
            }),
            ("before the close", Expect::Pass, |w| {
                w.policy.close_blackout_min = 10;
                at(w, "20:49:59");
            }),
            ("within the last minutes", Expect::Deny(1), |w| {
                w.policy.close_blackout_min = 10;
                at(w, "20:50:00");
            }),
            ("for the closing auction", Expect::Pass, |w| {
                w.policy.close_blackout_min = 10;
                at(w, "20:50:00");
                w.types(OrderType::Moc);
            }),
            ("both", Expect::Deny(2), |w| {
                (w.policy.open_blackout_min, w.policy.close_blackout_min) = (300, 300);
                at(w, "17:00:00");
            }),
            ("of a day, in a session of three", Expect::Pass, |w| {
                never_closes(w);
                w.policy.open_blackout_min = 1_440;
            }),
            ("of a year", Expect::Deny(1), |w| {
                never_closes(w);
                w.policy.open_blackout_min = 525_600;
            }),
            ("beyond all figures", Expect::Deny(2), |w| {
                (w.policy.open_blackout_min, w.policy.close_blackout_min) = (i64::MAX, i64::MAX / 60);
            }),
        ],
    );
}

#[test]
fn hours_that_are_missing_or_old_refuse() {
    check(
        &GATE,
        &[
            ("missing", Expect::Deny(1), |w| w.reference.hours = None),
            ("a day old", Expect::Pass, |w| aged(w, 24 * 3_600)),
            ("a second older", Expect::Deny(1), |w| aged(w, 24 * 3_600 + 1)),
            ("from a clock ahead of ours", Expect::Pass, |w| aged(w, -60)),
            ("of this very moment, where no age is allowed", Expect::Pass, |w| {
                w.policy.hours_age_h_max = 0;
                aged(w, 0);
            }),
            ("an age beyond all figures", Expect::Deny(1), |w| {
                w.policy.hours_age_h_max = i64::MAX;
            }),
            ("missing, for an auction", Expect::Deny(1), |w| {
                w.types(OrderType::Moc);
                w.reference.hours = None;
            }),
        ],
    );
}
