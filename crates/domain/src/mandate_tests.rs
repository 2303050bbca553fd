use super::*;
use crate::principal::PrincipalKind;
use crate::principal::{Face, Scope};
use crate::trading_state::KillScope;
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_463_600 + second).unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn principal(key: &str, kind: PrincipalKind) -> Principal {
    Principal {
        key_id: key.parse().unwrap(),
        kind,
        scopes: BTreeSet::from([Scope::Admin]),
        face: Face::Cli,
        correlation_id: "c-1".parse().unwrap(),
    }
}

fn terms() -> MandateTerms {
    MandateTerms {
        key: None,
        strategy: Some("momentum".parse().unwrap()),
        account: "DU1234567".parse().unwrap(),
        mode: Mode::Paper,
        symbols: BTreeSet::from(["AAPL".to_owned()]),
        sides: BTreeSet::from([Side::Buy]),
        order_notional_max: dec("1000"),
        notional_max: dec("2500"),
        orders_max: 40,
        expires_at: at(86_400),
    }
}

fn pending() -> Mandate {
    Mandate::granted("m-1".parse().unwrap(), terms(), &principal("operator", PrincipalKind::Human), "paper loop", at(0))
}

fn active() -> Mandates {
    let mut all = Mandates::default();
    all.grant(pending()).unwrap();
    all.confirm(&id(), &"operator".parse().unwrap(), at(10)).unwrap();
    all
}

fn id() -> MandateId {
    "m-1".parse().unwrap()
}

fn key(number: usize) -> ClOrdId {
    format!("o-{number}").parse().unwrap()
}

fn book(all: &mut Mandates, number: usize, qty: &str, notional: &str) -> Result<(), String> {
    let key = key(number);
    all.book_use(&id(), &MandateAsk { cl_ord_id: &key, qty: dec(qty), notional: dec(notional) }, at(20))
}

fn standing(traded: &str, is_final: bool) -> OrderStanding {
    OrderStanding { traded: dec(traded), is_final, never_left: false }
}

fn taken(all: &Mandates) -> Decimal {
    let mandate = all.get(&id()).unwrap();
    assert_eq!(mandate.taken, mandate.recounted());
    mandate.taken.normalize()
}

type Change = fn(&mut MandateTerms);

#[test]
fn terms_that_make_no_sense_are_named_by_field() {
    assert_eq!(terms().problems(at(0)), []);
    let cases: &[(&str, Change)] = &[
        ("strategy", |t| t.strategy = None),
        ("symbols", |t| t.symbols.clear()),
        ("symbols", |t| t.symbols = BTreeSet::from(["aapl".to_owned()])),
        ("symbols", |t| t.symbols = BTreeSet::from([String::new()])),
        ("symbols", |t| t.symbols = BTreeSet::from(["A".repeat(21)])),
        ("symbols", |t| t.symbols = (0..101).map(|n| format!("S{n}")).collect()),
        ("sides", |t| t.sides.clear()),
        ("order_notional_max", |t| t.order_notional_max = Decimal::ZERO),
        ("notional_max", |t| t.notional_max = dec("999.99")),
        ("orders_max", |t| t.orders_max = 0),
        ("expires_at", |t| t.expires_at = at(0)),
        ("expires_at", |t| t.expires_at = at(30 * 86_400 + 1)),
        ("account", |t| t.mode = Mode::Live),
        ("account", |t| t.account = "X1".parse().unwrap()),
    ];
    for (field, change) in cases {
        let mut terms = terms();
        change(&mut terms);
        let fields: Vec<&str> = terms.problems(at(0)).iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, [*field]);
    }
    let longest = MandateTerms { expires_at: at(30 * 86_400), ..terms() };
    assert_eq!(longest.problems(at(0)), []);
    let widest = MandateTerms { symbols: (0..100).map(|n| format!("S{n:019}")).collect(), ..terms() };
    assert_eq!(widest.problems(at(0)), [], "a hundred symbols of twenty characters");
    let narrowest = MandateTerms { notional_max: dec("1000"), orders_max: 1, ..terms() };
    assert_eq!(narrowest.problems(at(0)), [], "one order of all that is granted");
}

#[test]
fn the_second_look_comes_after_ten_seconds_or_from_another_human() {
    let mandate = pending();
    let (operator, second) = (principal("operator", PrincipalKind::Human), principal("second", PrincipalKind::Human));
    assert!(mandate.may_confirm(&operator, None, at(9)).is_err());
    assert!(mandate.may_confirm(&operator, None, at(10)).is_ok());
    assert!(mandate.may_confirm(&second, None, at(0)).is_ok());
    let young = Some(at(-899));
    assert!(mandate.may_confirm(&second, young, at(9)).is_err(), "a key made for the occasion is no second human");
    assert!(mandate.may_confirm(&second, young, at(10)).is_ok());
    assert!(mandate.may_confirm(&second, Some(at(-900)), at(0)).is_ok());
    assert!(mandate.may_confirm(&principal("agent", PrincipalKind::Agent), None, at(10)).is_err());
    assert!(mandate.may_confirm(&operator, None, at(900)).is_err(), "nobody looked again in time");
    assert_eq!(mandate.status(at(899)), MandateStatus::Pending);
    assert_eq!(mandate.status(at(900)), MandateStatus::Lapsed);
    assert!(book(&mut Mandates::default(), 1, "1", "1").is_err());
    let mut waiting = Mandates::default();
    waiting.grant(mandate).unwrap();
    assert!(book(&mut waiting, 1, "1", "1").is_err(), "what waits for the second look is not used");
}

#[test]
fn an_order_keeps_its_worst_case_until_it_provably_cannot_trade_any_more() {
    let mut all = active();
    book(&mut all, 1, "10", "1000").unwrap();
    all.follow(&key(1), standing("4", false), at(21));
    assert_eq!(taken(&all), dec("1000"), "a partial fill gives nothing back");
    all.follow(&key(1), standing("4", true), at(30));
    assert_eq!(taken(&all), dec("1000"), "over by the broker's word: a late trade may still come");
    all.proven_by_look(at(30));
    assert_eq!(taken(&all), dec("1000"), "the look did not begin afterwards");
    all.proven_by_look(at(31));
    assert_eq!(taken(&all), dec("400"), "what traded stays taken");
    all.follow(&key(1), standing("10", true), at(40));
    assert_eq!(taken(&all), dec("1000"), "a trade that no proof had left room for is booked all the same");
}

#[test]
fn what_never_left_gives_its_notional_back_at_once_and_its_count_never() {
    let mut all = active();
    book(&mut all, 1, "10", "1000").unwrap();
    all.follow(&key(1), OrderStanding { traded: Decimal::ZERO, is_final: true, never_left: true }, at(21));
    assert_eq!(taken(&all), Decimal::ZERO);
    assert_eq!(all.get(&id()).unwrap().uses.len(), 1);
}

#[test]
fn a_replace_takes_the_larger_of_both_versions_and_shrinks_nothing() {
    let mut all = active();
    book(&mut all, 1, "5", "500").unwrap();
    book(&mut all, 1, "10", "900").unwrap();
    assert_eq!(taken(&all), dec("1000"), "ten at the dearer price of both");
    book(&mut all, 1, "2", "200").unwrap();
    assert_eq!(taken(&all), dec("1000"));
    assert_eq!(all.get(&id()).unwrap().uses.len(), 1, "a change is no second order");
}

#[test]
fn the_budget_is_full_at_its_limit_and_not_before() {
    let mut all = active();
    book(&mut all, 1, "10", "1000").unwrap();
    book(&mut all, 2, "10", "1000").unwrap();
    assert!(book(&mut all, 3, "10", "500.01").is_err());
    book(&mut all, 3, "10", "500").unwrap();
    assert!(book(&mut all, 4, "1", "0.01").is_err());
}

#[test]
fn a_kill_in_scope_ends_it_and_another_does_not() {
    let scopes = [
        (KillScope::Global, true),
        (KillScope::Account("DU1234567".parse().unwrap()), true),
        (KillScope::Account("DU7654321".parse().unwrap()), false),
        (KillScope::Strategy("momentum".parse().unwrap()), true),
        (KillScope::Strategy("carry".parse().unwrap()), false),
    ];
    for (scope, ends) in scopes {
        let mut all = active();
        all.fall(&scope, "operator", "drill", at(30));
        let expected = if ends { MandateStatus::Fallen } else { MandateStatus::Active };
        assert_eq!(all.get(&id()).unwrap().status(at(31)), expected, "{scope}");
        assert_eq!(all.active(at(31)).count(), usize::from(!ends));
    }
}

#[test]
fn a_revoked_mandate_is_used_no_more_and_nothing_revives_it() {
    let mut all = active();
    all.revoke(&id(), "operator", "enough", at(30)).unwrap();
    assert!(book(&mut all, 1, "1", "1").is_err());
    assert!(all.confirm(&id(), &"operator".parse().unwrap(), at(31)).is_err());
    assert!(all.revoke(&id(), "operator", "again", at(31)).is_err());
}

#[test]
fn a_mandate_is_over_once_it_can_never_be_used_again() {
    let over = |all: &Mandates, second| all.get(&id()).unwrap().is_over(at(second));
    let mut waiting = Mandates::default();
    waiting.grant(pending()).unwrap();
    assert_eq!((over(&waiting, 899), over(&waiting, 900)), (false, true), "nobody looked again in time");
    let mut all = active();
    assert_eq!((over(&all, 86_399), over(&all, 86_400)), (false, true), "its time is over");
    all.revoke(&id(), "operator", "enough", at(30)).unwrap();
    assert!(over(&all, 31));
    let mut killed = active();
    killed.fall(&KillScope::Global, "operator", "drill", at(30));
    assert!(over(&killed, 31));
}

#[test]
fn a_mandate_is_a_keys_own_until_another_looked_at_it_too() {
    let (operator, second): (KeyId, KeyId) = ("operator".parse().unwrap(), "second".parse().unwrap());
    let mut mandate = pending();
    assert_eq!((mandate.is_own(&operator), mandate.is_own(&second)), (true, false));
    mandate.confirmed = Some((operator.clone(), at(10)));
    assert_eq!((mandate.is_own(&operator), mandate.is_own(&second)), (true, false));
    mandate.confirmed = Some((second.clone(), at(10)));
    assert_eq!((mandate.is_own(&operator), mandate.is_own(&second)), (false, false));
}

#[test]
fn what_is_left_is_what_was_granted_less_what_was_taken_and_never_less_than_nothing() {
    let mut all = active();
    let left = |all: &Mandates| all.get(&id()).unwrap().left().normalize();
    assert_eq!(left(&all), dec("2500"));
    book(&mut all, 1, "10", "1000").unwrap();
    assert_eq!(left(&all), dec("1500"));
    // The broker traded more than it was asked to.
    all.follow(&key(1), standing("30", false), at(21));
    assert_eq!(left(&all), Decimal::ZERO);
}

#[test]
fn what_cannot_be_counted_fits_in_no_budget() {
    let mandate = active().get(&id()).unwrap().clone();
    let key = key(1);
    for (qty, notional) in [("0", "1"), ("1", "-1")] {
        let ask = MandateAsk { cl_ord_id: &key, qty: dec(qty), notional: dec(notional) };
        let broken: Vec<&str> = mandate.budget_faults(&ask).iter().map(|(what, _, _)| *what).collect();
        assert_eq!(broken, ["notional in total"], "{notional} for {qty}");
    }
}

#[test]
fn a_sum_that_was_too_large_to_be_counted_is_right_again_afterwards() {
    let mut all = active();
    book(&mut all, 1, "10", "1000").unwrap();
    book(&mut all, 2, "10", "1000").unwrap();
    all.follow(&key(1), OrderStanding { traded: Decimal::MAX, is_final: false, never_left: false }, at(21));
    assert_eq!(taken(&all), Decimal::MAX);
    assert!(book(&mut all, 3, "1", "1").is_err());
    all.follow(&key(1), standing("4", false), at(22));
    assert_eq!(taken(&all), dec("2000"));
}

/// Another mandate than `pending`, of that life.
fn other(name: &str, granted: i64, expires: i64) -> Mandate {
    let terms = MandateTerms { expires_at: at(expires), ..terms() };
    let by = principal("operator", PrincipalKind::Human);
    Mandate::granted(name.parse().unwrap(), terms, &by, "another", at(granted))
}

#[test]
fn mandates_stand_beside_each_other_under_ids_of_their_own() {
    let mut all = active();
    assert!(all.grant(pending()).is_err(), "the id is taken");
    all.grant(other("m-2", 20, 86_400)).unwrap();
    all.confirm(&"m-2".parse().unwrap(), &"operator".parse().unwrap(), at(30)).unwrap();
    assert_eq!(all.active(at(31)).count(), 2);
    book(&mut all, 1, "1", "100").unwrap();
    assert_eq!((all.of_order(&key(1)), all.of_order(&key(2))), (Some(&id()), None));
    let (own, ask_of) = (key(1), |cl_ord_id| MandateAsk { cl_ord_id, qty: dec("1"), notional: dec("100") });
    assert!(all.book_use(&"m-2".parse().unwrap(), &ask_of(&own), at(31)).is_err(), "it uses the first one");
    let foreign = key(2);
    all.book_use(&"m-2".parse().unwrap(), &ask_of(&foreign), at(31)).unwrap();
}

#[test]
fn a_kill_ends_no_mandate_that_had_ended_before() {
    let mut all = active();
    all.revoke(&id(), "operator", "enough", at(30)).unwrap();
    all.grant(other("short", 40, 100)).unwrap();
    // A mandate granted at the very end of another one sees it no more.
    all.grant(other("next", 100, 86_400)).unwrap();
    all.fall(&KillScope::Global, "operator", "drill", at(101));
    let status = |name: &str| all.get(&name.parse().unwrap()).unwrap().status(at(102));
    assert_eq!(status("m-1"), MandateStatus::Revoked);
    assert_eq!(status("short"), MandateStatus::Expired);
    assert_eq!(status("next"), MandateStatus::Fallen);
}

#[test]
fn only_orders_that_are_over_wait_for_a_proof_and_no_longer_than_until_it_comes() {
    let mut all = active();
    let waiting = |all: &Mandates| {
        let stored = serde_json::to_value(all).unwrap();
        stored.get("over").and_then(|over| over.as_array()).map(Vec::len).unwrap()
    };
    book(&mut all, 1, "5", "500").unwrap();
    all.follow(&key(1), standing("0", false), at(21));
    assert_eq!(waiting(&all), 0, "it may trade");
    all.follow(&key(1), standing("0", true), at(22));
    assert_eq!(waiting(&all), 1);
    all.follow(&key(1), standing("0", false), at(23));
    assert_eq!(waiting(&all), 0, "it lives after all");
    all.follow(&key(1), standing("0", true), at(24));
    book(&mut all, 1, "6", "600").unwrap();
    assert_eq!(waiting(&all), 0, "it was sent anew");
    all.follow(&key(1), standing("0", true), at(25));
    all.proven_by_look(at(25));
    assert_eq!(waiting(&all), 1, "the look did not begin afterwards");
    all.proven_by_look(at(26));
    assert_eq!(waiting(&all), 0);
}

#[test]
fn a_price_per_unit_is_rounded_up() {
    let unit = unit_of(dec("1000"), dec("3")).unwrap();
    assert!(unit * dec("3") >= dec("1000"));
    assert_eq!(unit_of(Decimal::ZERO, Decimal::ONE), Some(Decimal::ZERO));
    // The division itself rounds down here.
    let unit = unit_of(dec("3000000000000000000.0000000001"), dec("3"));
    assert_eq!(unit, Some(dec("1000000000000000000.0000000001")));
    assert_eq!(unit_of(dec("1000"), Decimal::ZERO), None);
    assert_eq!(unit_of(dec("-1"), Decimal::ONE), None);
}

/// What the broker can do with an order, seen from outside of the budget.
#[derive(Clone, Debug)]
struct Dealt {
    number: usize,
    /// Highest unit and largest quantity that the broker was ever told.
    unit: Decimal,
    qty: Decimal,
    traded: Decimal,
    is_final: bool,
    /// It cannot trade any more.
    dead: bool,
    since: i64,
}

#[derive(Clone, Debug)]
enum Deed {
    Submit { qty: i64, price: i64 },
    Replace { which: usize, qty: i64, price: i64 },
    Fill { which: usize, qty: i64 },
    Cancel { which: usize },
    NeverSent { qty: i64, price: i64 },
    Look,
    Restart,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        3 => (1_i64..20, 1_i64..120).prop_map(|(qty, price)| Deed::Submit { qty, price }),
        2 => (0_usize..8, 1_i64..20, 1_i64..120).prop_map(|(which, qty, price)| Deed::Replace { which, qty, price }),
        3 => (0_usize..8, 1_i64..20).prop_map(|(which, qty)| Deed::Fill { which, qty }),
        2 => (0_usize..8).prop_map(|which| Deed::Cancel { which }),
        1 => (1_i64..20, 1_i64..120).prop_map(|(qty, price)| Deed::NeverSent { qty, price }),
        2 => Just(Deed::Look),
        1 => Just(Deed::Restart),
    ];
    prop::collection::vec(deed, 1..80)
}

/// The most that could ever trade of everything that was let through.
fn at_worst(dealt: &[Dealt]) -> Decimal {
    dealt.iter().map(|one| one.unit * if one.dead { one.traded } else { one.qty.max(one.traded) }).sum()
}

fn fits(all: &Mandates, number: usize, qty: Decimal, notional: Decimal) -> bool {
    let key = key(number);
    let ask = MandateAsk { cl_ord_id: &key, qty, notional };
    all.get(&id()).is_some_and(|mandate| mandate.budget_faults(&ask).is_empty())
}

fn deal(all: &mut Mandates, dealt: &mut Vec<Dealt>, deed: &Deed, now: i64) {
    let count = dealt.len();
    match *deed {
        Deed::Submit { qty, price } | Deed::NeverSent { qty, price } => {
            let (qty, unit) = (Decimal::from(qty), Decimal::from(price));
            let number = count + 1;
            if !fits(all, number, qty, qty * unit) {
                return;
            }
            let key = key(number);
            all.book_use(&id(), &MandateAsk { cl_ord_id: &key, qty, notional: qty * unit }, at(now)).unwrap();
            let never_left = matches!(deed, Deed::NeverSent { .. });
            let traded = Decimal::ZERO;
            dealt.push(Dealt { number, unit, qty, traded, is_final: never_left, dead: never_left, since: now });
            if never_left {
                all.follow(&key, OrderStanding { traded: Decimal::ZERO, is_final: true, never_left }, at(now));
            }
        }
        Deed::Replace { which, qty, price } => {
            let Some(one) = dealt.get_mut(which).filter(|one| !one.is_final) else { return };
            let (qty, unit) = (Decimal::from(qty), Decimal::from(price));
            if !fits(all, one.number, qty, qty * unit) {
                return;
            }
            let key = key(one.number);
            all.book_use(&id(), &MandateAsk { cl_ord_id: &key, qty, notional: qty * unit }, at(now)).unwrap();
            (one.qty, one.unit) = (one.qty.max(qty), one.unit.max(unit));
        }
        Deed::Fill { which, qty } => {
            // A canceled order may still trade until it is proven that it cannot.
            let Some(one) = dealt.get_mut(which).filter(|one| !one.dead) else { return };
            one.traded = (one.traded + Decimal::from(qty)).min(one.qty);
            if one.traded == one.qty && !one.is_final {
                (one.is_final, one.since) = (true, now);
            }
            let standing = OrderStanding { traded: one.traded, is_final: one.is_final, never_left: false };
            all.follow(&key(one.number), standing, at(now));
        }
        Deed::Cancel { which } => {
            let Some(one) = dealt.get_mut(which).filter(|one| !one.is_final) else { return };
            (one.is_final, one.since) = (true, now);
            let standing = OrderStanding { traded: one.traded, is_final: true, never_left: false };
            all.follow(&key(one.number), standing, at(now));
        }
        Deed::Look => {
            all.proven_by_look(at(now));
            for one in dealt.iter_mut().filter(|one| one.is_final && one.since < now) {
                one.dead = true;
            }
        }
        Deed::Restart => {
            let text = serde_json::to_string(&*all).unwrap();
            *all = serde_json::from_str(&text).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn no_sequence_of_fills_replaces_cancels_rejects_and_restarts_exceeds_the_budget(deeds in deeds()) {
        let mut all = active();
        let mut dealt = Vec::new();
        for (second, deed) in deeds.iter().enumerate() {
            deal(&mut all, &mut dealt, deed, 20 + i64::try_from(second).unwrap());
            let mandate = all.get(&id()).unwrap();
            prop_assert_eq!(mandate.taken, mandate.recounted());
            prop_assert!(at_worst(&dealt) <= mandate.terms.notional_max, "{} after {:?}", at_worst(&dealt), deed);
            prop_assert!(dealt.len() <= usize::try_from(mandate.terms.orders_max).unwrap());
        }
    }
}
