use super::{Decision, GATES, Verdict, evaluate, touch_price, worst_notional, worst_price};
use crate::gates::world::{World, con_id, dec, price};
use crate::mode::Trading;
use crate::order::{OrderType, Side, Trail};
use crate::policy::Policy;
use crate::principal::{PrincipalKind, Scope};
use crate::trading_state::{KillScope, TradingState};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

#[test]
fn gates_stand_in_order_under_codes_of_their_own() {
    assert!(GATES.is_sorted_by(|a, b| a.number < b.number), "sorted by number, none twice");
    for gate in GATES {
        assert!(gate.code.starts_with(&format!("C{:02}_", gate.number)), "{} carries its number", gate.code);
        assert!(gate.code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'), "{}", gate.code);
        assert!(!gate.title.is_empty());
    }
    let codes: BTreeSet<&str> = GATES.iter().map(|gate| gate.code).collect();
    assert_eq!(codes.len(), GATES.len());
}

#[test]
fn codes_never_change() {
    let codes: Vec<&str> = GATES.iter().map(|gate| gate.code).collect();
    assert_eq!(
        codes,
        [
            "C01_READ_ONLY",
            "C02_MODE_PROOF",
            "C03_ACCOUNT_PIN",
            "C04_LIVE_ARMING",
            "C05_AUTHORISED",
            "C06_APPROVAL",
            "C07_PREVIEW",
            "C08_READINESS",
            "C09_FRESH_DATA",
            "C10_KILL_CLEAR",
            "C11_AUDIT_WRITABLE",
            "C12_VERSION",
            "C13_MAX_QTY",
            "C14_MAX_NOTIONAL",
            "C15_PRICE_COLLAR",
            "C16_MARKET_GUARD",
            "C17_TRIGGER",
            "C18_TICK_AND_LOT",
            "C19_LIQUIDITY",
            "C20_ALLOW_LIST",
            "C21_RESTRICTED",
            "C22_SESSION",
            "C23_TIME_IN_FORCE",
            "C24_REDUCE_ONLY",
            "C25_LOOK_ALIKE",
            "C26_SELF_MATCH",
            "C27_CAPITAL",
            "C28_POSITION",
            "C29_MARGIN",
            "C30_OPEN_ORDERS",
            "C31_TURNOVER",
            "C32_LOSS",
            "C33_DRAWDOWN",
            "C34_SHORT_WINDOW",
            "C35_THROTTLE",
            "C36_REPEATED",
            "C37_EFFICIENCY",
            "C38_COOLDOWN",
            "C39_REJECTS",
            "C40_WORST_CASE",
            "C43_FLATTEN",
            "C46_DEAD_MAN",
            "C58_SURVEILLANCE",
        ]
    );
}

#[test]
fn an_order_in_order_is_approved_as_it_is() {
    let world = World::open_to_all();
    let evaluation = evaluate(&world.input());
    let Decision::Approved(approved) = evaluation.decision else { panic!("{:?}", evaluation.decision) };
    assert_eq!(approved.get(), &world.order, "a control never rewrites an order");
    assert_eq!(evaluation.results.len(), GATES.len());
    assert!(evaluation.results.iter().all(|result| result.verdict == Some(Verdict::Pass)));
}

#[test]
fn every_reason_is_reported_at_once_with_those_of_holds() {
    let mut world = World::open_to_all();
    world.principal.kind = PrincipalKind::Agent;
    world.principal.scopes.remove(&Scope::TradePaper);
    world.state(KillScope::Global, TradingState::Halted);
    world.side(Side::Buy, "1000000");
    world.limit("300.001");
    let Decision::Denied(reasons) = evaluate(&world.input()).decision else { panic!("it is denied") };
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "C05_AUTHORISED",
            "C10_KILL_CLEAR",
            "C13_MAX_QTY",
            "C14_MAX_NOTIONAL",
            "C15_PRICE_COLLAR",
            "C18_TICK_AND_LOT",
            "C19_LIQUIDITY",
            "C27_CAPITAL",
            "C27_CAPITAL",
            "C28_POSITION",
            "C28_POSITION",
            "C28_POSITION",
            "C29_MARGIN",
            "C29_MARGIN",
            "C29_MARGIN",
            "C31_TURNOVER",
            "C40_WORST_CASE",
            "C06_APPROVAL",
        ]
    );
}

#[test]
fn a_hold_alone_asks_a_human() {
    let mut world = World::open_to_all();
    world.principal.kind = PrincipalKind::Agent;
    let Decision::NeedsApproval(reasons) = evaluate(&world.input()).decision else { panic!("it is held") };
    assert_eq!(reasons.len(), 1);
}

#[test]
fn bench_leaves_exactly_the_intended_gates_on() {
    let mut world = World::open_to_all();
    world.policy = Policy::bench();
    let on: Vec<u8> = evaluate(&world.input())
        .results
        .iter()
        .filter(|result| result.verdict.is_some())
        .map(|result| result.number)
        .collect();
    assert_eq!(on, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 18, 20, 21, 22, 23, 24, 43]);
}

#[test]
fn a_gate_that_is_off_refuses_nothing() {
    let mut world = World::open_to_all();
    world.side(Side::Buy, "100000");
    assert!(matches!(evaluate(&world.input()).decision, Decision::Denied(_)));
    world.policy = Policy::bench();
    assert!(matches!(evaluate(&world.input()).decision, Decision::Approved(_)));
}

#[test]
fn trading_off_shows_every_gate_as_open() {
    let mut world = World::open_to_all();
    world.trading = Trading::Off;
    assert!(matches!(evaluate(&world.input()).decision, Decision::Approved(_)));
}

#[test]
fn a_limit_order_stands_on_nothing_but_a_previous_close() {
    let mut world = World::open_to_all();
    world.aged(crate::market::DataType::Close, 24 * 3_600_000);
    let quote = world.quote();
    (quote.bid, quote.ask, quote.last) = (None, None, None);
    assert!(matches!(evaluate(&world.input()).decision, Decision::Approved(_)));
}

#[test]
fn the_worst_price_of_each_type_is_the_worst() {
    let buy = |order_type: OrderType| {
        let mut world = World::open_to_all();
        world.types(order_type);
        worst_price(&world.input()).map(|price| price.normalize())
    };
    let sell = |order_type: OrderType| {
        let mut world = World::open_to_all();
        world.side(Side::Sell, "10");
        world.types(order_type);
        worst_price(&world.input()).map(|price| price.normalize())
    };
    let slipped = |text: &str| Some((dec(text) * dec("1.05")).normalize());
    assert_eq!(buy(OrderType::Limit { limit: price("200") }), Some(dec("200")));
    assert_eq!(buy(OrderType::StopLimit { stop: price("195"), limit: price("196") }), Some(dec("196")));
    assert_eq!(buy(OrderType::Market), slipped("189.52"));
    assert_eq!(buy(OrderType::Moc), slipped("189.52"));
    assert_eq!(buy(OrderType::Midprice { cap: None }), slipped("189.52"));
    assert_eq!(buy(OrderType::Midprice { cap: Some(price("190")) }), Some(dec("190")));
    assert_eq!(buy(OrderType::Stop { stop: price("200") }), slipped("200"));
    assert_eq!(buy(OrderType::Stop { stop: price("1") }), slipped("189.52"));
    assert_eq!(buy(OrderType::Trail { trail: Trail::Amount(price("10")) }), slipped("199.52"));
    assert_eq!(buy(OrderType::Trail { trail: Trail::Percent(price("10")) }), slipped("208.472"));
    assert_eq!(sell(OrderType::Limit { limit: price("1") }), Some(dec("189.48")));
    assert_eq!(sell(OrderType::Limit { limit: price("200") }), Some(dec("200")));
    assert_eq!(sell(OrderType::Market), slipped("189.48"));
    assert_eq!(sell(OrderType::Stop { stop: price("100") }), slipped("189.48"));
    assert_eq!(sell(OrderType::Trail { trail: Trail::Amount(price("10")) }), slipped("189.48"));
}

#[test]
fn without_slippage_the_worst_price_is_the_touch() {
    let mut world = World::open_to_all();
    world.types(OrderType::Market);
    world.policy.market_order_slippage_percent = Decimal::ZERO;
    assert_eq!(worst_price(&world.input()), Some(dec("189.52")));
}

#[test]
fn figures_that_cannot_be_added_up_reduce_nothing_in_their_own_instrument() {
    let mut world = World::open_to_all();
    world.holds(265_598, "10", Some("189.5"));
    world.side(Side::Sell, "10");
    world.opens(2, Side::Buy, "79228162514264337593543950335", None);
    assert_eq!(world.input().reduces, Some(true), "another instrument's are no matter");
    world.opens(265_598, Side::Buy, "79228162514264337593543950335", None);
    assert_eq!(world.input().reduces, None);
}

#[test]
fn the_touch_comes_from_a_sane_quote_of_this_contract() {
    let mut world = World::open_to_all();
    assert_eq!(touch_price(&world.input()), Some(dec("189.52")));
    world.quote().ask = None;
    assert_eq!(touch_price(&world.input()), Some(dec("189.50")), "the last trade stands in");
    world.quote().con_id = con_id(1);
    assert_eq!(touch_price(&world.input()), None);
}

#[test]
fn the_notional_is_price_times_quantity_times_multiplier_times_rate() {
    let mut world = World::open_to_all();
    world.order.contract.multiplier = dec("100");
    world.account.fx_to_base.as_mut().unwrap().value = dec("0.5");
    assert_eq!(worst_notional(&world.input()), Some(dec("94750")));
    world.account.fx_to_base = None;
    assert_eq!(worst_notional(&world.input()), None);
}
