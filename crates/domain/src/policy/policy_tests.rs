use super::{LIMITS, Policy, PolicySet};
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
    let kept: BTreeSet<u8> = (1..=12).chain([18, 20, 21, 22, 23, 24, 43, 67]).collect();
    assert_eq!(on, kept);
    assert_eq!(Policy::bench().approval_live_notional_min, None, "no human has to say yes to a measurement");
}

#[test]
fn only_built_in_names_are_known() {
    for name in PolicySet::BUILT_IN {
        assert!(PolicySet::built_in(name).is_some(), "{name}");
    }
    for name in ["", "Default", "bench ", "none", "off"] {
        assert!(PolicySet::built_in(name).is_none(), "{name:?}");
    }
}

fn read(text: &str) -> Result<PolicySet, String> {
    PolicySet::read(serde_json::from_str(text).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn what_a_file_leaves_out_is_the_default() {
    let expected = Policy { order_qty_max: Decimal::from(5), ..Policy::conservative() };
    assert_eq!(read(r#"{"order_qty_max": "5"}"#), Ok(expected.into()));
}

#[test]
fn a_file_that_cannot_be_used_is_refused_with_every_key_and_what_to_write() {
    for (text, says) in [
        (r#"{"order_qty_maximum": "5"}"#, "order_qty_maximum"),
        (r#"{"order_qty_max": null}"#, "null"),
        (r#"{"order_qty_max": "NaN"}"#, "NaN"),
        (r#"{"order_qty_max": 2.5}"#, "order_qty_max: write a number with a point in quotes, \"2.5\""),
        (r#"{"order_types_allowed": ["mkt"]}"#, "mkt"),
        (r#"{"off": [10, 13]}"#, "off"),
        (r#"{"order_qty_max": "-1"}"#, "order_qty_max: must not be negative, it is -1"),
        (r#"{"approval_notional_min": "-1"}"#, "approval_notional_min: must not be negative, it is -1"),
        (r#"{"collar_live_percent": "100"}"#, "collar_live_percent: must be from 0 to below 100 percent"),
        (
            r#"{"quote_age_ms_max": -1, "approval_ttl_s": -2}"#,
            "approval_ttl_s: must not be negative, it is -2; quote_age",
        ),
        (
            r#"{"order_qty_mx": 1, "order_notional_max": "abc", "open_ordrs_max": 2}"#,
            "unknown field `open_ordrs_max`: no limit is called so, did you mean `open_orders_max`?; order_notional_max",
        ),
        (r#"{"order_qty_mx": 1, "order_notional_max": "abc"}"#, "unknown field `order_qty_mx`"),
        // What can be read is judged although something beside it cannot.
        (r#"{"order_qty_mx": 1, "order_notional_max": "-1"}"#, "order_notional_max: must not be negative"),
        (r#"{"order_qty_mx": 1, "loss_day_reduce": 2, "loss_day_halt": 1}"#, "loss_day_reduce: must not be above"),
        (
            r#"{"strategy": {"calm": {"live_drill_age_d_max": 1}}}"#,
            "[strategy.calm]: limits of the checklist stand at the top",
        ),
        (r#"{"look_alike_window_s": 999999999999}"#, "look_alike_window_s: must be at most 3660 days"),
        (r#"{"quote_age_ms_max": 316224001000}"#, "quote_age_ms_max: must be at most 3660 days"),
        (r#"{"volume_age_h_max": 87841}"#, "volume_age_h_max: must be at most 3660 days"),
        (r#"{"gtd_days_max": 3661}"#, "gtd_days_max: must be at most 3660 days"),
        (r#"{"open_blackout_min": 5270401}"#, "open_blackout_min: must be at most 3660 days"),
        (r#"{"live_drill_age_d_max": 3661}"#, "live_drill_age_d_max: must be at most 3660 days"),
        (r#"{"short_window_s": 3601}"#, "short_window_s: must be at most 3600 seconds"),
        (r#"{"wash_window_s": 3601}"#, "wash_window_s: must be at most 3600 seconds"),
        (r#"{"market_order_slippage_percent": "100"}"#, "market_order_slippage_percent: must be from 0 to below 100"),
        (r#"{"margin_use_percent_max": "100.01"}"#, "margin_use_percent_max: must be from 0 to below 100"),
        (r#"{"sec_type": {"shares": {}}}"#, "[sec_type.shares]: unknown variant `shares`"),
        (r#"{"sec_type": {"stk": {"order_qty_mx": 1}}}"#, "[sec_type.stk]: unknown field `order_qty_mx`"),
        (r#"{"account": {"not an account": {}}}"#, "[account.not an account]"),
        (r#"{"order_notionl_max": 2.5}"#, "no limit is called so, did you mean `order_notional_max`?"),
        (r#"{"sec_type": {"stk": {"strategy": {}}}}"#, "sections stand at the top of the file"),
        (r#"{"strategy": 5}"#, "strategy: write sections as [strategy.NAME]"),
        (r#"{"instrument": {"": {}}}"#, "names no instrument"),
        (r#"{"instrument": {"AAPL": {}, "aapl": {}}}"#, "there twice"),
        (r#"{"instrument": {"AAPL": {"order_qty_max": "-3"}}}"#, "[instrument.AAPL] order_qty_max: must not be"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_name_that_is_like_no_limit_is_no_misspelling() {
    for name in ["name", "max", "order_quantity_maximum_of_all", &"order_qty_max".repeat(9)] {
        let error = read(&format!(r#"{{"{name}": 1}}"#)).unwrap_err();
        assert!(error.ends_with("no limit is called so"), "{error}");
    }
    for (name, meant) in [
        ("ordr_qty_max", "order_qty_max"),
        ("order_qty", "order_qty_max"),
        ("loss_day_hal", "loss_day_halt"),
        ("tif_allowed", "tifs_allowed"),
    ] {
        let error = read(&format!(r#"{{"{name}": 1}}"#)).unwrap_err();
        assert!(error.ends_with(&format!("did you mean `{meant}`?")), "{error}");
    }
}

#[test]
fn the_widest_and_the_narrowest_values_that_make_sense_are_read() {
    for said in [
        r#"{"look_alike_window_s": 316224000}"#,
        r#"{"quote_age_ms_max": 316224000000}"#,
        r#"{"volume_age_h_max": 87840}"#,
        r#"{"gtd_days_max": 3660}"#,
        r#"{"live_drill_age_d_max": 3660}"#,
        r#"{"open_blackout_min": 5270400}"#,
        r#"{"short_window_s": 3600, "wash_window_s": 3600}"#,
        r#"{"collar_live_percent": "99.99", "market_order_slippage_percent": "99.99"}"#,
        r#"{"margin_use_percent_max": "100", "cancel_percent_max": "100"}"#,
        r#"{"order_qty_max": "0", "cooldown_s": 0, "margin_use_percent_max": "0"}"#,
    ] {
        assert!(read(said).is_ok(), "{said}: {:?}", read(said));
    }
}

#[test]
fn a_limit_of_no_control_is_enforced_by_nobody() {
    for limit in LIMITS {
        assert!(!super::LimitKey { control: 0, ..*limit }.is_enforced());
    }
}

#[test]
fn every_limit_belongs_to_a_control_and_says_what_it_is() {
    for limit in LIMITS {
        assert!((1..=67).contains(&limit.control) && limit.doc.trim().len() > 8, "{limit:?}");
    }
    let known = serde_json::to_value(Policy::conservative()).unwrap();
    assert_eq!(known.as_object().unwrap().len(), LIMITS.len() + 1, "the table lists every limit; `off` is none");
}

#[test]
fn the_hash_changes_with_every_limit_and_with_nothing_else() {
    let policy = PolicySet::from(Policy::conservative());
    assert_eq!(policy.hash(), PolicySet::from(Policy::conservative()).hash());
    assert_eq!(policy.hash().len(), 64);
    assert_ne!(policy.hash(), PolicySet::from(Policy::bench()).hash());
    let wider = PolicySet::from(Policy { look_alike_window_s: 31, ..Policy::conservative() });
    assert_ne!(policy.hash(), wider.hash());
    assert!(policy.text().contains("\"order_qty_max\":\"1000\""), "the hash is taken over a real text");
}

#[test]
fn a_record_that_is_older_than_a_limit_reads_with_its_safe_default() {
    let mut old = serde_json::to_value(Policy::conservative()).unwrap();
    old.as_object_mut().unwrap().remove("loss_age_s_max").unwrap();
    assert_eq!(serde_json::from_value::<Policy>(old.clone()).unwrap(), Policy::conservative());
    old["no_such_limit"] = 1.into();
    assert!(serde_json::from_value::<Policy>(old).is_err());
}
