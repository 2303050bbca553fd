use super::GATE;
use crate::gates::world::{Expect, check};
use crate::mode::Trading;

#[test]
fn a_process_without_the_lease_writes_nothing() {
    check(
        &GATE,
        &[
            ("without the lease", Expect::Deny(1), |w| {
                w.readiness.lease_held = false;
            }),
            ("trading off is simulated, not refused", Expect::Pass, |w| {
                w.trading = Trading::Off;
            }),
        ],
    );
}
