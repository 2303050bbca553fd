use super::*;
use rust_decimal::Decimal;

fn read(text: &str) -> PolicySet {
    PolicySet::read(serde_json::from_str(text).unwrap()).unwrap()
}

fn scope<'a>(account: &'a AccountId, strategy: &'a StrategyId, symbol: &'a str, con_id: i64) -> PolicyScope<'a> {
    let con_id = ConId::new(con_id).ok();
    let (sec_type, symbol) = (Some(SecType::Stk), Some(symbol));
    PolicyScope { account: Some(account), strategy: Some(strategy), sec_type, symbol, con_id }
}

const SECTIONS: &str = r#"{
    "order_qty_max": "500",
    "sec_type": {"stk": {"order_qty_max": "300", "market_orders_allowed": false}, "fut": {"order_qty_max": "1"}},
    "account": {"DU1234567": {"order_qty_max": "200"}},
    "strategy": {"calm": {"order_qty_max": "400", "tifs_allowed": ["day", "opg"]}},
    "instrument": {"aapl": {"order_qty_max": "100"}, "4815": {"order_qty_max": "50"}}
}"#;

#[test]
fn of_all_sections_that_match_the_tightest_counts() {
    let set = read(SECTIONS);
    let (ours, other): (AccountId, AccountId) = ("DU1234567".parse().unwrap(), "DU7654321".parse().unwrap());
    let (calm, wild): (StrategyId, StrategyId) = ("calm".parse().unwrap(), "wild".parse().unwrap());
    for (scope, qty) in [
        (scope(&other, &wild, "MSFT", 1), 300),
        (scope(&other, &calm, "MSFT", 1), 300),
        (scope(&ours, &wild, "MSFT", 1), 200),
        (scope(&ours, &wild, "AAPL", 1), 100),
        (scope(&ours, &wild, "Aapl", 4815), 50),
        (PolicyScope { sec_type: Some(SecType::Opt), ..scope(&other, &wild, "MSFT", 1) }, 500),
        (PolicyScope { sec_type: Some(SecType::Fut), ..scope(&ours, &wild, "AAPL", 1) }, 1),
    ] {
        assert_eq!(set.limits_for(&scope).order_qty_max, Decimal::from(qty), "{scope:?}");
    }
    let limits = set.limits_for(&scope(&ours, &calm, "AAPL", 1)).into_owned();
    assert_eq!(limits.tifs_allowed.len(), 1, "`opg` is not allowed by the policy itself: a section only tightens");
    assert!(!limits.market_orders_allowed);
}

#[test]
fn the_slippage_alone_is_the_one_of_all_limits() {
    let text = r#"{
        "market_order_slippage_percent": "4",
        "sec_type": {"stk": {"market_order_slippage_percent": "6"}},
        "instrument": {"4815": {"market_order_slippage_percent": "3"}, "AAPL": {"market_order_slippage_percent": "8"}}
    }"#;
    let set = read(text);
    let (account, strategy) = ("DU1234567".parse().unwrap(), "calm".parse().unwrap());
    for (symbol, con_id, percent) in [("AAPL", 1, 8), ("MSFT", 4815, 6), ("MSFT", 815, 6)] {
        let scope = scope(&account, &strategy, symbol, con_id);
        assert_eq!(set.slippage_percent_for(&scope), Decimal::from(percent), "{symbol} {con_id}");
        assert_eq!(set.limits_for(&scope).market_order_slippage_percent, Decimal::from(percent));
    }
    let unknown = PolicyScope::default();
    assert_eq!(set.slippage_percent_for(&unknown), Decimal::from(4));
}

#[test]
fn an_instrument_is_meant_by_its_number_as_it_is_written() {
    let (account, strategy) = ("DU1234567".parse().unwrap(), "calm".parse().unwrap());
    for (name, means) in [("4815", true), ("04815", false), ("48150", false), ("815", false)] {
        let set = read(&format!(r#"{{"instrument": {{"{name}": {{"order_qty_max": "7"}}}}}}"#));
        let limits = set.limits_for(&scope(&account, &strategy, "MSFT", 4815)).into_owned();
        assert_eq!(limits.order_qty_max == Decimal::from(7), means, "{name}");
    }
}

#[test]
fn each_limit_tells_where_it_comes_from() {
    let set = read(SECTIONS);
    let (account, strategy) = ("DU1234567".parse().unwrap(), "calm".parse().unwrap());
    let scope = scope(&account, &strategy, "AAPL", 1);
    let explained = set.explain(&scope);
    let of = |key: &str| {
        let found = explained.iter().find(|one| one.limit.key == key).unwrap();
        (found.value.to_string(), found.origin.clone())
    };
    assert_eq!(of("order_qty_max"), ("\"100\"".to_owned(), "instrument.AAPL".to_owned()));
    assert_eq!(of("market_orders_allowed"), ("false".to_owned(), "sec_type.stk".to_owned()));
    assert_eq!(of("order_notional_max"), ("\"25000\"".to_owned(), "default".to_owned()));
    let whole = set.explain(&PolicyScope::default());
    let whole = whole.iter().find(|one| one.limit.key == "order_qty_max").unwrap();
    assert_eq!((whole.value.to_string(), whole.origin.as_str()), ("\"500\"".to_owned(), "policy"));
}

#[test]
fn the_canonical_text_reads_back_as_the_same_policy() {
    let set = read(SECTIONS);
    let again: PolicySet = serde_json::from_str(&set.text()).unwrap();
    assert_eq!(again, set);
    assert_eq!(again.hash(), set.hash());
    let bench = PolicySet::built_in("bench").unwrap();
    assert_eq!(serde_json::from_str::<PolicySet>(&bench.text()).unwrap(), bench);
}

#[test]
fn what_an_older_version_did_not_say_has_its_safe_default() {
    let mut text: serde_json::Value = serde_json::from_str(&read(SECTIONS).text()).unwrap();
    text["base"].as_object_mut().unwrap().remove("flatten_second_human").unwrap();
    assert_eq!(serde_json::from_value::<PolicySet>(text).unwrap(), read(SECTIONS));
}

#[test]
fn some_limits_are_set_anew_and_in_a_section_taken_away() {
    let with = |text: &str| read(SECTIONS).with(serde_json::from_str(text).unwrap()).map_err(|error| error.to_string());
    let wider = with(
        r#"{"order_qty_max": "600", "instrument": {"aapl": {"order_qty_max": null}, "MSFT": {"order_qty_max": "7"}}}"#,
    );
    let wider = wider.unwrap();
    assert_eq!(wider.base.order_qty_max, Decimal::from(600));
    let sections: Vec<String> = wider.sections.keys().map(ToString::to_string).collect();
    assert_eq!(
        sections,
        ["sec_type.stk", "sec_type.fut", "account.DU1234567", "strategy.calm", "instrument.4815", "instrument.MSFT"]
    );
    for (text, says) in [
        (r#"{"order_qty_max": null}"#, "null"),
        (r#"{"order_qty_max": "-4"}"#, "order_qty_max: must not be negative"),
        (r#"{"strategy": 4}"#, "strategy: write"),
        (
            r#"{"strategy": {"calm": {"order_notional_max": null}}}"#,
            "[strategy.calm] order_notional_max: is not set there",
        ),
        (r#"{"strategy": {"calm": {"order_qty_max": "-4"}}}"#, "[strategy.calm] order_qty_max: must not be negative"),
        (r#"{"strategy": {"calm": {"order_qty_mx": "4"}}}"#, "order_qty_mx"),
        (r#"{"strategy": {"calm": 4}}"#, "[strategy.calm]: limits by name"),
    ] {
        let error = with(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_refusal_says_which_section_set_the_limit_that_it_names() {
    let set = read(SECTIONS);
    let (ours, calm): (AccountId, StrategyId) = ("DU1234567".parse().unwrap(), "calm".parse().unwrap());
    let hint_of = |scope: &PolicyScope<'_>, hint: &str| {
        let mut reasons = vec![Reason {
            control: 13,
            code: "C13_MAX_QTY".to_owned(),
            message: String::new(),
            observed: None,
            limit: None,
            hint: hint.to_owned(),
        }];
        set.name_sections(scope, &set.limits_for(scope), reasons.iter_mut());
        reasons.remove(0).hint
    };
    let raise = "Raise order_qty_max.";
    for (scope, section) in [
        (scope(&ours, &calm, "MSFT", 1), Some("account.DU1234567")),
        (scope(&ours, &calm, "AAPL", 1), Some("instrument.AAPL")),
        (scope(&ours, &calm, "AAPL", 4815), Some("instrument.4815")),
        (PolicyScope { sec_type: Some(SecType::Fut), ..scope(&ours, &calm, "AAPL", 1) }, Some("sec_type.fut")),
        (PolicyScope { strategy: Some(&calm), ..PolicyScope::default() }, Some("strategy.calm")),
        (PolicyScope::default(), None),
    ] {
        let expected =
            section.map_or(raise.to_owned(), |name| format!("{raise} Here order_qty_max is that of [{name}]."));
        assert_eq!(hint_of(&scope, raise), expected);
    }
    let here = scope(&ours, &calm, "MSFT", 1);
    assert_eq!(
        hint_of(&here, "Use one of tifs_allowed."),
        "Use one of tifs_allowed. Here tifs_allowed is what the top and [strategy.calm] say together."
    );
    let other = PolicyScope { strategy: None, ..here };
    assert_eq!(hint_of(&other, "Use one of tifs_allowed."), "Use one of tifs_allowed.", "the section is not for it");
    let both = "Not my_order_qty_max, but order_qty_max";
    assert_eq!(hint_of(&here, both), format!("{both} Here order_qty_max is that of [account.DU1234567]."));
    assert_eq!(hint_of(&here, "Raise order_qty_maximum."), "Raise order_qty_maximum.", "another word");
    assert_eq!(hint_of(&here, "Raise order_notional_max."), "Raise order_notional_max.", "no section names it");
}

#[test]
fn a_section_that_changes_nothing_is_not_named_and_those_that_do_are_all() {
    let calm: StrategyId = "calm".parse().unwrap();
    let scope = PolicyScope { strategy: Some(&calm), sec_type: Some(SecType::Stk), ..PolicyScope::default() };
    let hint = |policy: &str, key: &str| {
        let (set, text) = (read(policy), String::new);
        let (control, code) = (13, "C13_MAX_QTY".to_owned());
        let mut reasons =
            [Reason { control, code, message: text(), observed: None, limit: None, hint: key.to_owned() }];
        set.name_sections(&scope, &set.limits_for(&scope), reasons.iter_mut());
        let [named] = reasons;
        named.hint.strip_prefix(key).unwrap().trim().to_owned()
    };
    for (policy, key, said) in [
        (r#"{"order_qty_max": "9", "strategy": {"calm": {"order_qty_max": "9"}}}"#, "order_qty_max", ""),
        (r#"{"order_qty_max": "9", "strategy": {"calm": {"order_qty_max": "10"}}}"#, "order_qty_max", ""),
        (
            r#"{"order_qty_max": "9", "strategy": {"calm": {"order_qty_max": "3"}}, "sec_type": {"stk": {"order_qty_max": "3"}}}"#,
            "order_qty_max",
            "Here order_qty_max is that of [sec_type.stk] and [strategy.calm].",
        ),
        (
            r#"{"order_qty_max": "9", "strategy": {"calm": {"order_qty_max": "3"}, "wild": {"order_qty_max": "3"}}}"#,
            "order_qty_max",
            "Here order_qty_max is that of [strategy.calm].",
        ),
        (
            r#"{"symbols_denied": ["GME"], "strategy": {"calm": {"symbols_denied": ["AMC"]}}}"#,
            "symbols_denied",
            "Here symbols_denied is what the top and [strategy.calm] say together.",
        ),
        (
            r#"{"sec_types_allowed": ["stk"], "strategy": {"calm": {"sec_types_allowed": ["stk", "fut"]}}}"#,
            "sec_types_allowed",
            "",
        ),
    ] {
        assert_eq!(hint(policy, key), said, "{policy}");
    }
}

#[test]
fn a_section_is_named_once_and_as_something_can_be_called() {
    let none = PolicySet::from(Policy::conservative());
    for (text, says) in [
        (r#"{"instrument": {"AAPL": {"order_qty_max": "1"}, "aapl": {"order_qty_max": "2"}}}"#, "there twice"),
        (
            r#"{"instrument": {"TSLA ": {"order_qty_max": "1"}}}"#,
            "[instrument.TSLA ]: no name begins or ends with a blank",
        ),
        (r#"{"instrument": {" ": {"order_qty_max": "1"}}}"#, "no name begins or ends with a blank"),
    ] {
        let said: Map<String, Value> = serde_json::from_str(text).unwrap();
        for error in [none.with(said.clone()).unwrap_err(), PolicySet::read(said).unwrap_err()] {
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
    }
    let mut odd = none;
    let patch = read(r#"{"instrument": {"TSLA": {"order_qty_max": "1"}}}"#).sections.into_values().next().unwrap();
    odd.sections.insert(Layer::Instrument("TSLA ".to_owned()), patch);
    let gone =
        odd.with(serde_json::from_str(r#"{"instrument": {"TSLA ": {"order_qty_max": null}}}"#).unwrap()).unwrap();
    assert!(gone.sections.is_empty(), "one that is there by such a name can be taken away");
}
