use super::GATE;
use crate::gates::world::{Expect, check, dec};

#[test]
fn size_and_price_of_the_last_moments_are_bounded() {
    check(
        &GATE,
        &[
            ("worth at the limit", Expect::Pass, |w| w.lately.window.notional = dec("98105")),
            ("worth just over", Expect::Deny(1), |w| w.lately.window.notional = dec("98105.01")),
            ("an order of unknown worth", Expect::Deny(1), |w| w.lately.window.unknown = 1),
            ("no rate", Expect::Deny(1), |w| w.account.fx_to_base = None),
            ("quantity at the limit", Expect::Pass, |w| w.lately.window.qty = dec("4990")),
            ("quantity just over", Expect::Deny(1), |w| w.lately.window.qty = dec("4991")),
            ("a change counts what it adds", Expect::Pass, |w| {
                w.lately.window.qty = dec("4999");
                w.lately.window.notional = dec("99810.5");
                w.lately.qty_more = dec("1");
            }),
            ("a change that adds nothing", Expect::Pass, |w| {
                w.lately.window.qty = dec("5000");
                w.lately.window.notional = dec("100000");
                w.lately.qty_more = dec("0");
            }),
            ("a change that adds nothing, beyond the limit", Expect::Pass, |w| {
                w.lately.window.qty = dec("5001");
                w.lately.qty_more = dec("0");
            }),
            ("a window of one second", Expect::Deny(1), |w| {
                w.policy.short_window_s = 1;
                w.lately.window.qty = dec("5000");
            }),
            ("a price that moved by the limit", Expect::Pass, |w| {
                w.lately.window_prices = Some((dec("100"), dec("110")));
            }),
            ("just more", Expect::Deny(1), |w| w.lately.window_prices = Some((dec("100"), dec("110.01")))),
            ("a price of nothing", Expect::Deny(1), |w| w.lately.window_prices = Some((dec("0"), dec("1")))),
            ("no window, no limit", Expect::Pass, |w| {
                w.policy.short_window_s = 0;
                w.lately.window.qty = dec("5000");
            }),
        ],
    );
}
