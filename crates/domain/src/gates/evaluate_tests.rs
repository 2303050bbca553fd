//! Properties of the whole table over arbitrary worlds, absurd figures included.

use super::input::{ApprovalFact, Dated, LinkState, LookAlike, PreviewFact};
use super::table::{Decision, GATES, Verdict, evaluate};
use super::world::{World, con_id};
use crate::exposure::OpenRisk;
use crate::market::DataType;
use crate::money::{Price, Qty};
use crate::order::{OrderType, Side, Tif, Trail};
use crate::policy::Policy;
use crate::principal::{Face, PrincipalKind, Scope};
use crate::trading_state::{KillScope, TradingState};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::rc::Rc;

/// Any decimal at all, the extremes and zero often.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        4 => (0i64..1_000_000, 0u32..5).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
        1 => (any::<i128>(), 0u32..29)
            .prop_map(|(mantissa, scale)| Decimal::try_from_i128_with_scale(mantissa >> 32, scale).unwrap()),
        1 => prop_oneof![Just(Decimal::MAX), Just(Decimal::MIN), Just(Decimal::ZERO), Just(Decimal::new(1, 28))],
    ]
}

fn any_price() -> impl Strategy<Value = Price> {
    (1i64..100_000_000_000_000, 2u32..9).prop_map(|(mantissa, scale)| {
        Price::new(Decimal::new(mantissa, scale).min(Decimal::from(1_000_000_000))).unwrap()
    })
}

fn near_price() -> impl Strategy<Value = Price> {
    prop_oneof![3 => (18_000i64..20_000).prop_map(|cents| Price::new(Decimal::new(cents, 2)).unwrap()), 1 => any_price()]
}

fn any_order_type() -> impl Strategy<Value = OrderType> {
    prop_oneof![
        Just(OrderType::Market),
        near_price().prop_map(|limit| OrderType::Limit { limit }),
        near_price().prop_map(|stop| OrderType::Stop { stop }),
        (near_price(), near_price()).prop_map(|(stop, limit)| OrderType::StopLimit { stop, limit }),
        any_price().prop_map(|by| OrderType::Trail { trail: Trail::Amount(by) }),
        any_price().prop_map(|by| OrderType::Trail { trail: Trail::Percent(by) }),
        (near_price(), near_price()).prop_map(|(stop, limit)| OrderType::TrailLimit {
            trail: Trail::Percent(stop),
            stop,
            limit
        }),
        option::of(near_price()).prop_map(|cap| OrderType::Midprice { cap }),
        Just(OrderType::Moc),
        near_price().prop_map(|limit| OrderType::Loo { limit }),
    ]
}

fn any_side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell), Just(Side::SellShort), Just(Side::BuyToCover)]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    let now: Timestamp = "2026-03-02T15:00:00Z".parse().unwrap();
    prop_oneof![
        3 => Just(now),
        1 => (-400_000_000i64..400_000_000)
            .prop_map(move |ms| now.checked_add(jiff::SignedDuration::from_millis(ms)).unwrap()),
        1 => prop_oneof![Just(Timestamp::MIN), Just(Timestamp::MAX)],
    ]
}

fn any_risk() -> impl Strategy<Value = OpenRisk> {
    (1i64..3, any_side(), any_decimal(), option::of(any_decimal()), any::<bool>()).prop_map(
        |(number, side, leaves, notional, unknown)| OpenRisk {
            con_id: if number == 1 { con_id(265_598) } else { con_id(number) },
            side,
            leaves,
            notional,
            unknown,
        },
    )
}

fn change<T: Clone + std::fmt::Debug + 'static>(
    values: impl Strategy<Value = T> + 'static,
    apply: fn(&mut World, T),
) -> BoxedStrategy<Named> {
    values
        .prop_map(move |value| {
            Named(format!("{value:?}"), Rc::new(move |world: &mut World| apply(world, value.clone())))
        })
        .boxed()
}

/// A change that proptest can show.
#[derive(Clone)]
struct Named(String, Rc<dyn Fn(&mut World)>);

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn any_order_change() -> impl Strategy<Value = Named> {
    prop_oneof![
        change(any_order_type(), World::types),
        change(any_side(), |w, side| w.order.intent.side = side),
        change(any_price(), |w, qty| w.order.intent.qty = Qty::new(qty.get()).unwrap()),
        change(any_decimal(), |w, multiplier| w.order.contract.multiplier = multiplier),
        change(any_decimal(), |w, step| w.order.contract.size_increment = step),
        change(any_decimal(), |w, step| w.order.contract.price_increments[1].increment = step),
        change(any::<bool>(), |w, reduce_only| w.order.intent.reduce_only = reduce_only),
        change(prop_oneof![Just(Tif::Day), Just(Tif::Opg)], |w, tif| w.order.intent.tif = tif),
        change(any_time(), |w, now| w.now = now),
        change(prop_oneof![Just(Face::Mcp), Just(Face::Cli)], |w, face| w.principal.face = face),
        change(Just(PrincipalKind::Agent), |w, kind| w.principal.kind = kind),
        change(Just(Scope::TradePaper), |w, scope| {
            w.principal.scopes.remove(&scope);
        }),
    ]
}

fn any_market_change() -> impl Strategy<Value = Named> {
    let data_type = prop_oneof![
        Just(DataType::Live),
        Just(DataType::Frozen),
        Just(DataType::Delayed),
        Just(DataType::DelayedFrozen),
        Just(DataType::Close)
    ];
    prop_oneof![
        change((option::of(any_price()), option::of(any_price()), option::of(near_price())), |w, (bid, ask, last)| {
            if let Some(quote) = &mut w.quote {
                (quote.bid, quote.ask, quote.last) = (bid, ask, last);
            }
        }),
        change((data_type, any_time()), |w, (data_type, at)| {
            if let Some(quote) = &mut w.quote {
                (quote.data_type, quote.received_at) = (data_type, at);
            }
        }),
        change(Just(()), |w, ()| w.quote = None),
        change(option::of(any_decimal()), |w, held| w.account.held = held),
        change(option::of((any_decimal(), any_time())), |w, fx| {
            w.account.fx_to_base = fx.map(|(value, at)| Dated { value, at });
        }),
        change(prop_oneof![Just("EUR"), Just("USD")], |w, base| w.account.base_currency = Some(base.parse().unwrap())),
        change(vec(any_risk(), 0..15), |w, open| open.into_iter().for_each(|risk| w.books(risk))),
        change(any_decimal(), |w, percent| w.policy.collar_live_percent = percent),
        change(any_decimal(), |w, percent| w.policy.market_order_slippage_percent = percent),
        change((any_decimal(), any_decimal()), |w, (one, all)| {
            (w.policy.order_notional_max, w.policy.open_notional_max) = (one, all);
        }),
        change(any::<i64>(), |w, age_ms| w.policy.quote_age_ms_max = age_ms),
    ]
}

fn any_system_change() -> impl Strategy<Value = Named> {
    prop_oneof![
        change((option::of(any::<i64>()), any::<i64>()), |w, (skew, max)| {
            (w.readiness.clock_skew_ms, w.policy.clock_skew_ms_max) = (skew, max);
        }),
        change(any::<bool>(), |w, held| w.readiness.lease_held = held),
        change(Just(()), |w, ()| w.readiness.link = LinkState::BrokerOffline),
        change(prop_oneof![Just(7496u16), Just(7497), Just(1)], |w, port| {
            if let Some(mode) = &mut w.mode {
                mode.port = port;
            }
        }),
        change(Just(()), |w, ()| w.mode = None),
        change(
            prop_oneof![Just(TradingState::Active), Just(TradingState::Reducing), Just(TradingState::Halted)],
            |w, state| w.state(KillScope::Global, state),
        ),
        change(any::<bool>(), |w, lies| w.kill_file = lies),
        change(any::<(u32, u32)>(), |w, (second, day)| (w.messages_second, w.lately.messages_day) = (second, day)),
        change(any::<(i64, i64)>(), |w, (age_ms, window_s)| {
            w.look_alikes.push(LookAlike { cl_ord_id: "k-0".parse().unwrap(), age_ms });
            w.policy.look_alike_window_s = window_s;
        }),
        change(Just(()), |w, ()| {
            w.approved();
        }),
        change((any_price(), any_price(), any_decimal()), |w, (low, high, notional_max)| {
            let bounds = &mut w.approved().bounds;
            (bounds.price_low, bounds.price_high, bounds.notional_max) = (low, high, notional_max);
        }),
        change(Just(()), |w, ()| w.approval = ApprovalFact::None),
        change(Just(PreviewFact::Expired), |w, preview| w.preview = preview),
        change(Just(()), |w, ()| w.policy = Policy::bench()),
    ]
}

/// The open world with up to six changes: few enough that approvals happen, too.
fn any_world() -> impl Strategy<Value = (World, Vec<Named>)> {
    vec(prop_oneof![any_order_change(), any_market_change(), any_system_change()], 0..7).prop_map(|changes| {
        let mut world = World::open_to_all();
        for change in &changes {
            (change.1)(&mut world);
        }
        (world, changes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_decision_is_what_the_gates_say_and_never_a_panic((world, _changes) in any_world()) {
        let input = world.input();
        let verdicts: Vec<Verdict> = GATES
            .iter()
            .filter(|gate| !world.policy.off.contains(&gate.number))
            .map(|gate| (gate.check)(&input))
            .collect();
        let denied = verdicts.iter().any(|verdict| matches!(verdict, Verdict::Deny(_)));
        let held = verdicts.iter().any(|verdict| matches!(verdict, Verdict::Hold(_)));
        let said: usize = verdicts
            .iter()
            .map(|verdict| match verdict {
                Verdict::Pass => 0,
                Verdict::Deny(reasons) | Verdict::Hold(reasons) => reasons.len(),
            })
            .sum();
        match evaluate(&input).decision {
            Decision::Denied(reasons) => {
                prop_assert!(denied);
                prop_assert_eq!(reasons.len(), said);
            }
            Decision::NeedsApproval(reasons) => {
                prop_assert!(held && !denied);
                prop_assert_eq!(reasons.len(), said);
            }
            Decision::Approved(approved) => {
                prop_assert!(!held && !denied);
                prop_assert_eq!(approved.get(), &world.order);
            }
        }
    }

    #[test]
    fn what_is_approved_keeps_the_plain_promises((world, _changes) in any_world()) {
        if let Decision::Approved(_) = evaluate(&world.input()).decision {
            let intent = &world.order.intent;
            prop_assert!(world.readiness.lease_held && !world.kill_file && world.mode.is_some());
            prop_assert_eq!(&world.readiness.link, &LinkState::Up { generation: crate::id::Generation(1) });
            prop_assert!(world.principal.may(Scope::TradePaper));
            prop_assert!(world.states.entries().values().all(|entry| entry.state != TradingState::Halted));
            let quote = world.quote.as_ref();
            prop_assert!(quote.is_some_and(|quote| !quote.is_crossed()));
            prop_assert!(intent.side == Side::Buy || world.account.held.is_some());
            let agent = world.principal.kind == PrincipalKind::Agent || world.principal.face == Face::Mcp;
            prop_assert!(!agent || world.approval != ApprovalFact::None);
            if world.policy.off.is_empty() {
                let rate = world.account.fx_to_base.as_ref().map(|fx| fx.value);
                prop_assert!(rate.is_some_and(|rate| rate > Decimal::ZERO));
                prop_assert!(intent.qty.get() <= world.policy.order_qty_max);
                prop_assert!(world.view.open.unknown == 0);
            }
        }
    }
}
