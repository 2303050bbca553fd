use super::GATE;
use crate::gates::world::{Expect, check, dec};
use crate::order::{OrderType, Side};

#[test]
fn what_is_held_and_open_stays_within_the_capital() {
    check(
        &GATE,
        &[
            ("this order alone, at the limit", Expect::Pass, |w| {
                w.policy.capital_gross_max = dec("1895");
            }),
            ("this order alone, just over", Expect::Deny(1), |w| {
                w.policy.capital_gross_max = dec("1894.99");
            }),
            ("held elsewhere, at the limit", Expect::Pass, |w| w.holds(2, "1000", Some("98.105"))),
            ("held elsewhere, just over, gross and net", Expect::Deny(2), |w| w.holds(2, "1000", Some("98.106"))),
            ("held short, just over: net it takes off", Expect::Deny(1), |w| w.holds(2, "-1000", Some("98.106"))),
            ("open elsewhere counts", Expect::Deny(2), |w| w.opens(2, Side::Buy, "1", Some("98106"))),
            ("open sells count as short", Expect::Deny(1), |w| w.opens(2, Side::Sell, "1", Some("98106"))),
            // Net 1000, and at worst 1895 less.
            ("a sale against what is held elsewhere, at the limit", Expect::Pass, |w| {
                w.policy.capital_net_max = dec("1000");
                w.holds(2, "1", Some("1000"));
                w.side(Side::Sell, "10");
            }),
            // Net 52.5 at worst, and 1895 less.
            ("beside an open sale, at the limit", Expect::Pass, |w| {
                w.policy.capital_net_max = dec("1842.5");
                w.holds(2, "1", Some("1000"));
                w.opens(265_598, Side::Sell, "5", Some("947.5"));
                w.side(Side::Sell, "10");
            }),
            ("beside an open sale, just over", Expect::Deny(1), |w| {
                w.policy.capital_net_max = dec("1842.49");
                w.holds(2, "1", Some("1000"));
                w.opens(265_598, Side::Sell, "5", Some("947.5"));
                w.side(Side::Sell, "10");
            }),
            ("beside an open buy, at the limit", Expect::Pass, |w| {
                w.policy.capital_net_max = dec("3842.5");
                w.holds(2, "1", Some("1000"));
                w.opens(265_598, Side::Buy, "5", Some("947.5"));
            }),
            ("beside an open buy, just over", Expect::Deny(1), |w| {
                w.policy.capital_net_max = dec("3842.49");
                w.holds(2, "1", Some("1000"));
                w.opens(265_598, Side::Buy, "5", Some("947.5"));
            }),
            ("the same instrument adds up", Expect::Deny(2), |w| w.holds(265_598, "600", Some("189.5"))),
        ],
    );
}

#[test]
fn what_makes_nothing_worse_passes_and_what_is_unknown_does_not() {
    check(
        &GATE,
        &[
            ("a reduction far above the limit", Expect::Pass, |w| {
                w.holds(265_598, "10000", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
            ("a reduction while something else is unknown", Expect::Pass, |w| {
                w.holds(2, "1", None);
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
            ("a turn through nothing that makes nothing larger", Expect::Pass, |w| {
                w.policy.capital_gross_max = dec("1000");
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "15");
            }),
            // Long 3000 elsewhere, 947.5 offered: net 2052.5 to 3000.
            ("a sale that leaves the worse end where it was", Expect::Pass, |w| {
                w.policy.capital_net_max = dec("2500");
                w.holds(2, "1", Some("3000"));
                w.opens(265_598, Side::Sell, "5", Some("947.5"));
                w.side(Side::Sell, "10");
            }),
            ("a position of unknown worth", Expect::Deny(2), |w| w.holds(2, "1", None)),
            ("an open order of unknown worth", Expect::Deny(2), |w| w.opens(2, Side::Buy, "1", None)),
            ("this order of unknown worth", Expect::Deny(2), |w| {
                w.types(OrderType::Market);
                w.quote = None;
            }),
            ("no rate", Expect::Deny(2), |w| w.account.fx_to_base = None),
        ],
    );
}
