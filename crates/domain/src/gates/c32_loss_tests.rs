use super::GATE;
use crate::gates::world::{Expect, World, check, dec};
use crate::order::Side;

fn lost(world: &mut World, day: &str, week: &str) {
    let value = world.lately.value.as_mut().unwrap();
    (value.loss_day, value.loss_week) = (dec(day), dec(week));
}

fn told_ago(world: &mut World, seconds: i64) {
    world.lately.value.as_mut().unwrap().at = world.now - jiff::SignedDuration::from_secs(seconds);
}

fn reduces(world: &mut World) {
    world.holds(265_598, "10", Some("189.5"));
    world.side(Side::Sell, "10");
}

#[test]
fn losses_first_leave_only_reductions_and_then_nothing() {
    check(
        &GATE,
        &[
            ("a gain", Expect::Pass, |w| lost(w, "-9000", "-9000")),
            ("just below both", Expect::Pass, |w| lost(w, "2499.99", "4999.99")),
            ("the day's first limit", Expect::Deny(1), |w| lost(w, "2500", "0")),
            ("the week's first limit", Expect::Deny(1), |w| lost(w, "0", "5000")),
            ("a reduction passes the first limits", Expect::Pass, |w| {
                lost(w, "4999.99", "9999.99");
                reduces(w);
            }),
            ("nothing passes the second limits", Expect::Deny(2), |w| {
                lost(w, "5000", "10000");
                reduces(w);
            }),
            ("an unknown value", Expect::Deny(1), |w| w.lately.value = None),
            ("as old as allowed", Expect::Pass, |w| told_ago(w, 900)),
            ("a second older", Expect::Deny(1), |w| told_ago(w, 901)),
            ("a clock that was set back", Expect::Pass, |w| told_ago(w, -60)),
            ("a reduction while it is old", Expect::Pass, |w| {
                told_ago(w, 901);
                reduces(w);
            }),
            ("nothing passes the second limits, however old", Expect::Deny(1), |w| {
                lost(w, "5000", "0");
                told_ago(w, 901);
                reduces(w);
            }),
            ("a reduction while the value is unknown", Expect::Pass, |w| {
                w.lately.value = None;
                reduces(w);
            }),
        ],
    );
}
