use super::GATE;
use crate::activity::Series;
use crate::gates::world::{Expect, World, check};
use crate::order::Side;
use jiff::SignedDuration;

fn row(world: &mut World, count: u32, seconds_ago: i64) {
    let last_at = world.now.checked_sub(SignedDuration::from_secs(seconds_ago)).unwrap();
    world.lately.series = Series { count, last_at: Some(last_at) };
}

#[test]
fn a_row_of_losses_makes_a_pause() {
    check(
        &GATE,
        &[
            ("three are no row", Expect::Pass, |w| row(w, 3, 0)),
            ("four are", Expect::Deny(1), |w| row(w, 4, 0)),
            ("the last second of the pause", Expect::Deny(1), |w| row(w, 4, 899)),
            ("the pause is over", Expect::Pass, |w| row(w, 4, 900)),
            ("a clock that was set back", Expect::Deny(1), |w| row(w, 4, -60)),
            ("a reduction passes", Expect::Pass, |w| {
                row(w, 9, 0);
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
        ],
    );
}
