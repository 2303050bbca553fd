use super::super::limits::Policy;
use super::super::set::PolicyScope;
use super::*;
use crate::contract::SecType;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn read(text: &str) -> PolicySet {
    PolicySet::read(serde_json::from_str(text).unwrap()).unwrap()
}

#[test]
fn what_tightens_counts_at_once_and_what_loosens_waits() {
    let old = read(r#"{"order_qty_max": "500", "symbols_denied": ["GME"], "tifs_allowed": ["day", "gtc"]}"#);
    let new = read(
        r#"{"order_qty_max": "400", "order_notional_max": "50000", "symbols_denied": ["AMC"], "tifs_allowed": ["day", "ioc"],
            "strategy": {"calm": {"order_qty_max": "10"}}}"#,
    );
    let Transition { now, pending, changes } = old.change_to(&new);
    assert_eq!(pending, Some(new));
    assert_eq!(now.base.order_qty_max, Decimal::from(400));
    assert_eq!(now.base.order_notional_max, Decimal::from(25_000));
    assert_eq!(now.base.symbols_denied.iter().collect::<Vec<_>>(), ["AMC", "GME"]);
    assert_eq!(now.base.tifs_allowed.len(), 1);
    assert_eq!(now.sections.len(), 1, "a new section only tightens");
    let told: Vec<(&str, &str, bool)> =
        changes.iter().map(|one| (one.section.as_str(), one.key.as_str(), one.loosens)).collect();
    assert_eq!(
        told,
        [
            ("", "order_notional_max", true),
            ("", "order_qty_max", false),
            ("", "symbols_denied", true),
            ("", "tifs_allowed", true),
            ("strategy.calm", "order_qty_max", false),
        ]
    );
}

#[test]
fn a_section_that_is_taken_away_loosens() {
    let old = read(r#"{"instrument": {"AAPL": {"order_qty_max": "5", "order_notional_max": "100"}}}"#);
    let new = read(r#"{"instrument": {"AAPL": {"order_qty_max": "5"}}}"#);
    let Transition { now, pending, changes } = old.change_to(&new);
    assert_eq!((now, pending), (old, Some(new)));
    assert_eq!((changes.len(), changes[0].loosens, changes[0].new.is_null()), (1, true, true));
}

#[test]
fn the_same_policy_changes_nothing() {
    let policy = read(r#"{"order_qty_max": "5"}"#);
    let Transition { now, pending, changes } = policy.change_to(&policy);
    assert_eq!((now, pending, changes), (policy, None, vec![]));
}

fn any_policy() -> impl Strategy<Value = PolicySet> {
    let words = |kinds: &'static [&'static str]| proptest::sample::subsequence(kinds.to_vec(), 0..=kinds.len());
    let limits =
        (0..3_u32, any::<bool>(), words(&["day", "gtc", "ioc"]), words(&["A", "B"]), proptest::option::of(0..3_u32));
    let some = limits.prop_map(|(qty, market, tifs, denied, notional)| {
        let mut said = serde_json::json!({"order_qty_max": qty.to_string(), "market_orders_allowed": market,
            "tifs_allowed": tifs, "symbols_denied": denied});
        if let Some(notional) = notional {
            said["approval_notional_min"] = notional.to_string().into();
        }
        said
    });
    (some.clone(), proptest::option::of(some.clone()), proptest::option::of(some)).prop_map(|(base, stk, aapl)| {
        let serde_json::Value::Object(mut said) = base else { panic!("an object") };
        said.extend(stk.map(|stk| ("sec_type".to_owned(), serde_json::json!({"stk": stk}))));
        said.extend(aapl.map(|aapl| ("instrument".to_owned(), serde_json::json!({"AAPL": aapl}))));
        PolicySet::read(said).unwrap()
    })
}

/// Whether it lets nothing through that the other would stop.
fn is_within(one: &Policy, other: &Policy) -> bool {
    one.tightest(other) == *one
}

proptest! {
    #[test]
    fn until_it_is_accepted_no_change_lets_an_order_through_that_either_policy_stops(old in any_policy(), new in any_policy()) {
        let now = old.change_to(&new).now;
        for (sec_type, symbol) in [(SecType::Stk, "AAPL"), (SecType::Stk, "MSFT"), (SecType::Fut, "AAPL"), (SecType::Fut, "ES")] {
            let scope = PolicyScope { sec_type: Some(sec_type), symbol: Some(symbol), ..PolicyScope::default() };
            prop_assert!(is_within(&now.limits_for(&scope), &old.limits_for(&scope)));
            prop_assert!(is_within(&now.limits_for(&scope), &new.limits_for(&scope)));
        }
        prop_assert_eq!(now == new, old.change_to(&new).changes.iter().all(|change| !change.loosens));
    }
}
