use super::GATE;
use super::{CLOSE_AGE_MS_MAX, DELAYED_AGE_MS_MAX, Rung, rung};
use crate::gates::world::{Expect, World, check, con_id, price};
use crate::market::DataType;
use crate::order::{OrderType, Trail};
use jiff::SignedDuration;

fn market(world: &mut World, data_type: DataType, age_ms: i64) {
    world.types(OrderType::Market);
    world.aged(data_type, age_ms);
}

#[test]
fn market_and_stop_orders_need_a_live_quote() {
    check(
        &GATE,
        &[
            ("just fresh", Expect::Pass, |w| {
                market(w, DataType::Live, 15_000);
            }),
            ("just stale", Expect::Deny(1), |w| {
                market(w, DataType::Live, 15_001);
            }),
            ("frozen", Expect::Deny(1), |w| {
                market(w, DataType::Frozen, 0);
            }),
            ("delayed", Expect::Deny(1), |w| {
                market(w, DataType::Delayed, 0);
            }),
            ("delayed and frozen", Expect::Deny(1), |w| {
                market(w, DataType::DelayedFrozen, 0);
            }),
            ("close", Expect::Deny(1), |w| market(w, DataType::Close, 0)),
            ("stop on delayed data", Expect::Deny(1), |w| {
                market(w, DataType::Delayed, 0);
                w.types(OrderType::Stop { stop: price("195") });
            }),
            ("stop limit on delayed data", Expect::Deny(1), |w| {
                market(w, DataType::Delayed, 0);
                w.types(OrderType::StopLimit { stop: price("195"), limit: price("196") });
            }),
            ("trail on delayed data", Expect::Deny(1), |w| {
                market(w, DataType::Delayed, 0);
                w.types(OrderType::Trail { trail: Trail::Amount(price("1")) });
            }),
            ("midprice without a cap on delayed data", Expect::Deny(1), |w| {
                market(w, DataType::Delayed, 0);
                w.types(OrderType::Midprice { cap: None });
            }),
        ],
    );
}

#[test]
fn a_limit_order_can_stand_on_delayed_data_or_a_close() {
    check(
        &GATE,
        &[
            ("delayed", Expect::Pass, |w| w.aged(DataType::Delayed, 0)),
            ("close alone", Expect::Pass, |w| {
                w.aged(DataType::Close, CLOSE_AGE_MS_MAX);
                let quote = w.quote();
                (quote.bid, quote.ask, quote.last) = (None, None, None);
            }),
            ("a live line that went quiet", Expect::Pass, |w| {
                w.aged(DataType::Live, 60_000);
            }),
            ("older than a long weekend", Expect::Deny(1), |w| {
                w.aged(DataType::Close, CLOSE_AGE_MS_MAX + 1);
            }),
            ("delayed and months old", Expect::Deny(1), |w| {
                w.aged(DataType::Delayed, 90 * 24 * 3_600_000);
            }),
            ("delayed where the policy wants live", Expect::Deny(1), |w| {
                w.policy.delayed_data_allowed = false;
                w.aged(DataType::Delayed, 0);
            }),
            ("quiet where the policy wants live", Expect::Deny(1), |w| {
                w.policy.delayed_data_allowed = false;
                w.aged(DataType::Live, 15_001);
            }),
            ("live where the policy wants live", Expect::Pass, |w| {
                w.policy.delayed_data_allowed = false;
                w.aged(DataType::Live, 15_000);
            }),
        ],
    );
}

#[test]
fn a_quote_that_proves_nothing_is_refused() {
    check(
        &GATE,
        &[
            ("none", Expect::Deny(1), |w| w.quote = None),
            ("of another contract", Expect::Deny(1), |w| {
                w.quote().con_id = con_id(1);
            }),
            ("crossed", Expect::Deny(1), |w| {
                w.quote().bid = Some(price("189.53"));
            }),
            ("locked is sane", Expect::Pass, |w| {
                w.quote().bid = Some(price("189.52"));
            }),
            ("empty", Expect::Deny(1), |w| {
                let quote = w.quote();
                (quote.bid, quote.ask, quote.last, quote.close) = (None, None, None, None);
            }),
            ("as far ahead as clocks may differ", Expect::Pass, |w| {
                w.quote().received_at = w.now.checked_add(SignedDuration::from_millis(2_000)).unwrap();
            }),
            ("from the future", Expect::Deny(1), |w| {
                w.quote().received_at = w.now.checked_add(SignedDuration::from_millis(2_001)).unwrap();
            }),
            ("crossed, foreign and stale at once", Expect::Deny(3), |w| {
                market(w, DataType::Live, 15_001);
                w.quote().con_id = con_id(1);
                w.quote().bid = Some(price("200"));
            }),
        ],
    );
}

#[test]
fn an_old_quote_steps_down_the_ladder() {
    let mut world = World::open_to_all();
    let mut at = |data_type, age_ms| {
        world.aged(data_type, age_ms);
        rung(world.quote.as_ref().unwrap(), &world.policy, world.now)
    };
    assert_eq!(at(DataType::Live, 15_000), Some(Rung::Live));
    assert_eq!(at(DataType::Live, 15_001), Some(Rung::Delayed));
    assert_eq!(at(DataType::Live, DELAYED_AGE_MS_MAX), Some(Rung::Delayed));
    assert_eq!(at(DataType::Live, DELAYED_AGE_MS_MAX + 1), Some(Rung::Close));
    assert_eq!(at(DataType::Live, CLOSE_AGE_MS_MAX + 1), None);
    assert_eq!(at(DataType::Delayed, 0), Some(Rung::Delayed));
    assert_eq!(at(DataType::Delayed, DELAYED_AGE_MS_MAX + 1), Some(Rung::Close));
    assert_eq!(at(DataType::Close, 0), Some(Rung::Close));
}
