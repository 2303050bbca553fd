use super::GATE;
use crate::activity::{Breaker, Tripped};
use crate::gates::world::{Expect, World, check, dec};
use crate::order::Side;

fn fell(world: &mut World, percent: &str) {
    world.lately.value.as_mut().unwrap().drawdown_percent = dec(percent);
}

fn told_ago(world: &mut World, seconds: i64) {
    world.lately.value.as_mut().unwrap().at = world.now - jiff::SignedDuration::from_secs(seconds);
}

fn latched(world: &mut World) {
    let tripped = Tripped { reason: "20 % below the peak".to_owned(), at: world.now };
    world.lately.tripped.push((Breaker::Drawdown(world.order.account.clone()), tripped));
}

#[test]
fn a_fall_from_the_peak_stops_what_does_not_reduce() {
    check(
        &GATE,
        &[
            ("just above the limit's line", Expect::Pass, |w| fell(w, "19.99")),
            ("at the limit", Expect::Deny(1), |w| fell(w, "20")),
            ("latched, though it has recovered", Expect::Deny(1), latched),
            ("another breaker is another control's", Expect::Pass, |w| {
                let tripped = Tripped { reason: "5 rejects".to_owned(), at: w.now };
                w.lately.tripped.push((Breaker::Rejects, tripped));
            }),
            ("an unknown value", Expect::Deny(1), |w| w.lately.value = None),
            ("as old as allowed", Expect::Pass, |w| told_ago(w, 900)),
            ("a second older", Expect::Deny(1), |w| told_ago(w, 901)),
            ("a reduction passes", Expect::Pass, |w| {
                fell(w, "50");
                latched(w);
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
        ],
    );
}
