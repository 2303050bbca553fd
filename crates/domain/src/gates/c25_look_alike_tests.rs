use super::GATE;
use crate::gates::LookAlike;
use crate::gates::world::{Expect, World, check, con_id};

fn seen(world: &mut World, age_ms: i64) {
    world.look_alikes.push(LookAlike { cl_ord_id: "k-0".parse().unwrap(), age_ms });
}

#[test]
fn a_similar_order_within_the_window_is_held() {
    check(
        &GATE,
        &[
            ("at the window's edge", Expect::Hold(1), |w| seen(w, 30_000)),
            ("just past it", Expect::Pass, |w| seen(w, 30_001)),
            ("two of them are two reasons", Expect::Hold(2), |w| {
                seen(w, 1);
                seen(w, 2);
            }),
            ("a window of 0 is off", Expect::Pass, |w| {
                w.policy.look_alike_window_s = 0;
                seen(w, 0);
            }),
            ("a window of one second", Expect::Hold(1), |w| {
                w.policy.look_alike_window_s = 1;
                seen(w, 1_000);
            }),
            ("a window without end", Expect::Hold(1), |w| {
                w.policy.look_alike_window_s = i64::MAX;
                seen(w, i64::MAX);
            }),
        ],
    );
}

#[test]
fn a_human_who_approved_has_answered() {
    check(
        &GATE,
        &[
            ("approved", Expect::Pass, |w| {
                w.approved();
                seen(w, 1);
            }),
            ("approved, but something else", Expect::Hold(1), |w| {
                w.approved().bounds.con_id = con_id(1);
                seen(w, 1);
            }),
        ],
    );
}
