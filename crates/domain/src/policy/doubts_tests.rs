use crate::policy::PolicySet;

fn read(text: &str) -> Result<PolicySet, String> {
    PolicySet::read(serde_json::from_str(text).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn a_reduction_that_would_come_after_the_halt_is_refused_where_both_are_said() {
    for (text, says) in [
        (r#"{"loss_day_reduce": 501, "loss_day_halt": 500}"#, Some("loss_day_reduce: must not be above loss_day_halt")),
        (r#"{"loss_day_reduce": 500, "loss_day_halt": 500}"#, None),
        (r#"{"loss_week_reduce": "9.5", "loss_week_halt": 9}"#, Some("loss_week_reduce: must not be above")),
        (
            r#"{"strategy": {"calm": {"loss_day_reduce": 2, "loss_day_halt": 1}}}"#,
            Some("[strategy.calm] loss_day_reduce"),
        ),
        // The other one is the default: what tightens is never refused.
        (r#"{"loss_day_halt": 100}"#, None),
    ] {
        match (read(text), says) {
            (Err(error), Some(says)) => assert!(error.contains(says), "{text}: {error}"),
            (Ok(_), None) => {}
            (read, says) => panic!("{text}: {read:?} instead of {says:?}"),
        }
    }
    let set = read("{}").unwrap();
    let both = serde_json::from_str(r#"{"loss_day_reduce": 2, "loss_day_halt": 1}"#).unwrap();
    assert!(set.with(both).is_err());
    let one = serde_json::from_str(r#"{"loss_day_halt": 1}"#).unwrap();
    assert!(set.with(one).is_ok(), "a halt that tightens counts whatever stands beside it");
}

#[test]
fn what_is_said_in_vain_is_told_and_what_counts_is_not() {
    let doubts = |text: &str| read(text).unwrap().doubts();
    for (text, says) in [
        (r#"{"loss_day_halt": 100}"#, "loss_day_reduce: 2500 never counts, for from 100 on"),
        (
            r#"{"order_qty_max": 50, "strategy": {"calm": {"order_qty_max": 51}}}"#,
            "[strategy.calm] order_qty_max: \"51\" never counts, for every order \"50\" does",
        ),
        (r#"{"sec_type": {"stk": {"market_orders_allowed": true}}, "market_orders_allowed": false}"#, "[sec_type.stk]"),
        (
            r#"{"instrument": {"AAPL": {"tifs_allowed": ["day", "gtc", "ioc", "fok", "opg"]}}}"#,
            "[instrument.AAPL] tifs",
        ),
        (
            r#"{"symbols_allowed": ["TSLA"], "instrument": {"TSAL": {"order_qty_max": 1}}}"#,
            "[instrument.TSAL]: TSAL is not",
        ),
        (
            r#"{"symbols_allowed": ["TSLA"], "instrument": {"ES1": {"order_qty_max": 1}}}"#,
            "[instrument.ES1]: ES1 is not",
        ),
        (r#"{"instrument": {"04815": {"order_qty_max": 1}}}"#, "[instrument.04815]: 04815 is no con_id"),
        (r#"{"instrument": {"+4815": {"order_qty_max": 1}}}"#, "[instrument.+4815]: +4815 is no con_id"),
        (r#"{"instrument": {"99999999999999999999": {"order_qty_max": 1}}}"#, "is no con_id"),
    ] {
        let told = doubts(text);
        assert!(told.len() == 1 && told[0].contains(says), "{text}: {told:?}");
    }
    for text in [
        "{}",
        r#"{"instrument": {"4815": {"order_qty_max": 1}, "1COV": {"order_qty_max": 1}}}"#,
        r#"{"loss_day_halt": 2500}"#,
        r#"{"symbols_allowed": ["AAPL", "TSLA"], "instrument": {"AAPL": {"order_qty_max": 1}}}"#,
        r#"{"order_qty_max": 50, "strategy": {"calm": {"order_qty_max": 49}}}"#,
        r#"{"order_qty_max": 50, "strategy": {"calm": {"order_qty_max": 50}}}"#,
        r#"{"instrument": {"AAPL": {"tifs_allowed": ["day", "opg"]}}}"#,
        r#"{"instrument": {"AAPL": {"approval_notional_min": 100}}}"#,
        r#"{"symbols_allowed": ["TSLA"], "instrument": {"tsla": {"order_qty_max": 1}, "4815": {"order_qty_max": 1}}}"#,
    ] {
        assert_eq!(doubts(text), Vec::<String>::new(), "{text}");
    }
}
