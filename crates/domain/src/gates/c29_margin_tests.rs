use super::{GATE, sells_option};
use crate::contract::SecType;
use crate::gates::world::{Expect, World, check, dec};
use crate::gates::{Dated, Verdict, WhatIfFact};
use crate::order::Side;
use jiff::SignedDuration;

fn funds(world: &mut World) -> &mut crate::gates::Funds {
    world.lately.funds.as_mut().unwrap()
}

fn what_if(world: &mut World, margin: &str, excess: &str) {
    let (init_margin_after, excess_after) = (Some(dec(margin)), Some(dec(excess)));
    let value = WhatIfFact { init_margin_change: None, init_margin_after, excess_after };
    world.reference.what_if = Some(Dated { value, at: world.now });
}

#[test]
fn leverage_margin_and_liquidity_suffice() {
    check(
        &GATE,
        &[
            ("leverage at the limit", Expect::Pass, |w| {
                w.holds(2, "1000", Some("18.105"));
                funds(w).net_liquidation = Some(dec("10000"));
            }),
            ("leverage just over", Expect::Deny(1), |w| {
                w.holds(2, "1000", Some("18.106"));
                funds(w).net_liquidation = Some(dec("10000"));
            }),
            ("margin at the limit", Expect::Pass, |w| funds(w).init_margin = Some(dec("48105"))),
            ("margin just over", Expect::Deny(1), |w| funds(w).init_margin = Some(dec("48106"))),
            ("what is open counts as margin", Expect::Deny(1), |w| w.opens(2, Side::Buy, "1", Some("48106"))),
            ("liquidity at the floor after the order", Expect::Pass, |w| funds(w).excess_liquidity = Some(dec("2895"))),
            ("liquidity just below", Expect::Deny(1), |w| funds(w).excess_liquidity = Some(dec("2894.99"))),
            ("what was traded since counts as margin", Expect::Pass, |w| {
                funds(w).init_margin = Some(dec("48000"));
                w.lately.opened_unseen = Some(dec("105"));
            }),
            ("and a unit more does not fit", Expect::Deny(1), |w| {
                funds(w).init_margin = Some(dec("48000"));
                w.lately.opened_unseen = Some(dec("106"));
            }),
            ("it takes liquidity too", Expect::Deny(1), |w| {
                funds(w).excess_liquidity = Some(dec("2895"));
                w.lately.opened_unseen = Some(dec("0.01"));
            }),
            ("what was traded for nobody knows what", Expect::Deny(2), |w| w.lately.opened_unseen = None),
            ("of an estimate only what came behind it counts", Expect::Pass, |w| {
                w.lately.opened_since_estimate = Some(dec("1000000"));
            }),
            ("what is open takes liquidity too", Expect::Deny(1), |w| {
                funds(w).excess_liquidity = Some(dec("2895"));
                w.opens(2, Side::Buy, "1", Some("0.01"));
            }),
        ],
    );
}

#[test]
fn what_was_traded_since_the_what_if_counts_beside_it() {
    check(
        &GATE,
        &[
            ("it fits in", Expect::Pass, |w| {
                what_if(w, "49000", "2000");
                w.lately.opened_since_estimate = Some(dec("1000"));
                w.lately.opened_unseen = Some(dec("1000000"));
            }),
            ("a cent more does not", Expect::Deny(2), |w| {
                what_if(w, "49000", "2000");
                w.lately.opened_since_estimate = Some(dec("1000.01"));
            }),
        ],
    );
}

#[test]
fn an_option_is_sold_short_with_the_brokers_what_if_only() {
    let short = |w: &mut World| {
        w.order.contract.sec_type = SecType::Opt;
        w.side(Side::SellShort, "10");
    };
    assert!(sells_option(Side::Sell, SecType::Opt) && !sells_option(Side::Buy, SecType::Opt));
    let mut world = World::open_to_all();
    short(&mut world);
    assert!(matches!((GATE.check)(&world.input()), Verdict::Deny(reasons) if reasons.len() == 1));
    world.policy.what_if_required = true;
    assert!(matches!((GATE.check)(&world.input()), Verdict::Deny(reasons) if reasons.len() == 1), "said once");
    what_if(&mut world, "20000", "80000");
    assert_eq!((GATE.check)(&world.input()), Verdict::Pass);
    world.reference.what_if = None;
    world.policy.what_if_required = false;
    world.holds(265_598, "10", Some("189.5"));
    assert_eq!((GATE.check)(&world.input()), Verdict::Pass, "what is held is sold");
    world.order.contract.sec_type = SecType::Stk;
    world.holds(265_598, "0", None);
    assert_eq!((GATE.check)(&world.input()), Verdict::Pass, "stock is worth what it costs");
}

#[test]
fn what_the_broker_says_counts_with_what_it_does_not_see() {
    check(
        &GATE,
        &[
            ("a what-if at both limits", Expect::Pass, |w| what_if(w, "50000", "1000")),
            ("a what-if just over both", Expect::Deny(2), |w| what_if(w, "50001", "999")),
            ("what is open fits in beside a what-if", Expect::Pass, |w| {
                what_if(w, "49000", "2000");
                w.opens(2, Side::Buy, "1", Some("1000"));
            }),
            ("a what-if knows nothing of what is open", Expect::Deny(2), |w| {
                what_if(w, "49000", "2000");
                w.opens(2, Side::Buy, "1", Some("1000.01"));
            }),
            ("an exit of what is held adds nothing to a what-if", Expect::Pass, |w| {
                what_if(w, "50000", "1000");
                w.holds(2, "10", Some("100"));
                w.opens(2, Side::Sell, "10", Some("1000"));
            }),
            (
                "what closes a position in the broker's eyes, and turns it over with what is open",
                Expect::Deny(2),
                |w| {
                    what_if(w, "49000", "2000");
                    w.holds(265_598, "-10", Some("189.5"));
                    w.opens(265_598, Side::Buy, "10", Some("1895"));
                },
            ),
            ("the same without what is open", Expect::Pass, |w| {
                what_if(w, "49000", "2000");
                w.holds(265_598, "-15", Some("189.5"));
            }),
            ("what is open in the same paper counts once", Expect::Pass, |w| {
                what_if(w, "49000", "2000");
                w.opens(265_598, Side::Buy, "5", Some("1000"));
            }),
            ("and a cent more does not fit", Expect::Deny(2), |w| {
                what_if(w, "49000", "2000");
                w.opens(265_598, Side::Buy, "5", Some("1000.01"));
            }),
            ("a what-if that says nothing", Expect::Deny(2), |w| {
                w.reference.what_if = Some(Dated { value: WhatIfFact::default(), at: w.now });
            }),
            ("a what-if of a minute ago", Expect::Pass, |w| {
                w.policy.what_if_required = true;
                what_if(w, "1000", "90000");
                w.now += SignedDuration::from_secs(60);
            }),
            ("a what-if of longer ago is none", Expect::Deny(1), |w| {
                w.policy.what_if_required = true;
                what_if(w, "1000", "90000");
                w.now += SignedDuration::from_millis(60_001);
            }),
            ("a what-if that is required and absent", Expect::Deny(1), |w| w.policy.what_if_required = true),
            ("a what-if that is required and there", Expect::Pass, |w| {
                w.policy.what_if_required = true;
                what_if(w, "1000", "90000");
            }),
            ("a turn through nothing that adds no leverage", Expect::Pass, |w| {
                w.policy.leverage_max = dec("0.01");
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "15");
            }),
            ("what reduces needs nothing", Expect::Pass, |w| {
                w.lately.funds = None;
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
        ],
    );
}

#[test]
fn what_is_sold_short_counts_like_what_is_bought() {
    check(
        &GATE,
        &[
            ("a short sale at both limits", Expect::Pass, |w| {
                what_if(w, "50000", "1000");
                w.side(Side::Sell, "10");
            }),
            ("what is open beside a short position that grows", Expect::Deny(2), |w| {
                what_if(w, "49000", "2000");
                w.side(Side::Sell, "10");
                w.holds(265_598, "-10", Some("189.5"));
                w.opens(265_598, Side::Sell, "5", Some("1000.01"));
            }),
        ],
    );
}

#[test]
fn what_is_unknown_is_refused() {
    check(
        &GATE,
        &[
            ("no values at all", Expect::Deny(3), |w| w.lately.funds = None),
            ("no worth", Expect::Deny(2), |w| funds(w).net_liquidation = None),
            ("an account worth nothing", Expect::Deny(2), |w| funds(w).net_liquidation = Some(dec("0"))),
            ("no margin", Expect::Deny(1), |w| funds(w).init_margin = None),
            ("no liquidity", Expect::Deny(1), |w| funds(w).excess_liquidity = None),
            ("a position of unknown worth", Expect::Deny(3), |w| w.holds(2, "1", None)),
            ("values of half an hour ago", Expect::Pass, |w| {
                let at = w.now.checked_sub(SignedDuration::from_mins(30)).unwrap();
                funds(w).at = at;
            }),
            ("old values", Expect::Deny(3), |w| {
                let at = w.now.checked_sub(SignedDuration::from_secs(30 * 60 + 1)).unwrap();
                funds(w).at = at;
            }),
        ],
    );
}
