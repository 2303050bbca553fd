use super::GATE;
use crate::gates::world::{Expect, World, check, price};
use crate::order::{OrderType, Tif};
use jiff::{SignedDuration, Timestamp};

fn until(world: &mut World, seconds: i64) {
    let until = world.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    world.order.intent.tif = Tif::Gtd { until };
}

#[test]
fn an_end_date_lies_ahead() {
    check(
        &GATE,
        &[
            ("a second ahead", Expect::Pass, |w| until(w, 1)),
            ("now", Expect::Deny(1), |w| until(w, 0)),
            ("past", Expect::Deny(1), |w| until(w, -1)),
        ],
    );
}

#[test]
fn an_end_date_lies_not_too_far_ahead() {
    check(
        &GATE,
        &[
            ("at the limit", Expect::Pass, |w| until(w, 90 * 86_400)),
            ("a second beyond", Expect::Deny(1), |w| until(w, 90 * 86_400 + 1)),
            ("no days at all", Expect::Deny(1), |w| {
                w.policy.gtd_days_max = 0;
                until(w, 1);
            }),
            ("a limit beyond all figures is none that can be kept", Expect::Deny(1), |w| {
                w.policy.gtd_days_max = i64::MAX;
                until(w, 1);
            }),
            ("a clock that stands at the end of the calendar", Expect::Deny(1), |w| {
                until(w, 1);
                w.now = Timestamp::MAX;
            }),
        ],
    );
}

#[test]
fn other_times_in_force_have_no_end_date_to_judge() {
    check(
        &GATE,
        &[
            ("day", Expect::Pass, |w| w.order.intent.tif = Tif::Day),
            ("gtc", Expect::Pass, |w| w.order.intent.tif = Tif::Gtc),
            ("ioc", Expect::Pass, |w| w.order.intent.tif = Tif::Ioc),
        ],
    );
}

#[test]
fn an_order_for_an_auction_lives_for_its_day() {
    check(
        &GATE,
        &[
            ("on close for the day", Expect::Pass, |w| w.types(OrderType::Moc)),
            ("on open for the opening", Expect::Pass, |w| {
                w.types(OrderType::Loo { limit: price("189") });
                w.order.intent.tif = Tif::Opg;
            }),
            ("on close until canceled", Expect::Deny(1), |w| {
                w.types(OrderType::Loc { limit: price("189") });
                w.order.intent.tif = Tif::Gtc;
            }),
            ("on open until a date", Expect::Deny(1), |w| {
                w.types(OrderType::Moo);
                until(w, 60);
            }),
            ("on close until a date that is past", Expect::Deny(2), |w| {
                w.types(OrderType::Moc);
                until(w, -60);
            }),
        ],
    );
}
