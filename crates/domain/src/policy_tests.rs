use super::Policy;
use crate::principal::PrincipalKind;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

#[test]
fn the_default_policy_leaves_nothing_out() {
    let policy = Policy::conservative();
    assert!(policy.off.is_empty());
    assert!(policy.approval_required_for.contains(&PrincipalKind::Agent));
    assert!(!policy.approval_required_for.contains(&PrincipalKind::Human));
    for limit in [policy.order_qty_max, policy.order_notional_max, policy.open_notional_max] {
        assert!(limit > Decimal::ZERO);
    }
    assert!(policy.collar_close_percent < policy.collar_delayed_percent);
    assert!(policy.collar_delayed_percent < policy.collar_live_percent, "older prices, narrower band");
    assert!(policy.messages_per_second_max < 50, "below the broker's own bound");
    assert!(policy.open_orders_per_instrument_max <= 20, "the broker's own bound");
}

#[test]
fn bench_leaves_out_sizes_and_pace_and_nothing_else() {
    let off = Policy::bench().off;
    let on: BTreeSet<u8> = (1..=67).filter(|number| !off.contains(number)).collect();
    let kept: BTreeSet<u8> = (1..=12).chain([18, 20, 21, 22, 23, 24, 67]).collect();
    assert_eq!(on, kept);
}

#[test]
fn only_built_in_names_are_known() {
    for name in Policy::BUILT_IN {
        assert!(Policy::built_in(name).is_some(), "{name}");
    }
    for name in ["", "Default", "bench ", "none", "off"] {
        assert!(Policy::built_in(name).is_none(), "{name:?}");
    }
}

#[test]
fn what_a_file_leaves_out_is_the_default() {
    let policy: Policy = serde_json::from_str(r#"{"order_qty_max": "5"}"#).unwrap();
    assert_eq!(policy, Policy { order_qty_max: Decimal::from(5), ..Policy::conservative() });
}

#[test]
fn a_file_cannot_name_what_does_not_exist() {
    assert!(serde_json::from_str::<Policy>(r#"{"order_qty_maximum": "5"}"#).is_err());
    assert!(serde_json::from_str::<Policy>(r#"{"order_qty_max": null}"#).is_err());
    assert!(serde_json::from_str::<Policy>(r#"{"order_qty_max": "NaN"}"#).is_err());
    assert!(serde_json::from_str::<Policy>(r#"{"order_types_allowed": ["mkt"]}"#).is_err());
}

#[test]
fn a_file_cannot_switch_a_control_off() {
    let read = serde_json::from_str::<Policy>(r#"{"off": [10, 13]}"#);
    assert!(read.is_err() || read.is_ok_and(|policy| policy.off.is_empty()));
}

#[test]
fn the_hash_changes_with_every_limit_and_with_nothing_else() {
    let policy = Policy::conservative();
    assert_eq!(policy.hash(), Policy::conservative().hash());
    assert_eq!(policy.hash().len(), 64);
    assert_ne!(policy.hash(), Policy::bench().hash());
    let wider = Policy { look_alike_window_s: 31, ..Policy::conservative() };
    assert_ne!(policy.hash(), wider.hash());
    assert!(policy.text().contains("\"order_qty_max\":\"1000\""), "the hash is taken over a real text");
}
