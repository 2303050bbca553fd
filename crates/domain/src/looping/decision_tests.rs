use super::*;
use proptest::prelude::*;

const GOOD: &str = r#"{"as_of": "2026-11-27T20:00:00Z", "cash_buffer": "0.02", "note": "week 48",
    "targets": [{"symbol": "AAPL", "weight": "0.6"}, {"symbol": "MSFT", "weight": 0.4}]}"#;

fn rules() -> DecisionRules {
    DecisionRules {
        universe: ["AAPL", "MSFT", "SPY"].map(str::to_owned).into(),
        weight_max: Decimal::ONE,
        age_max: SignedDuration::from_hours(24),
    }
}

fn now() -> Timestamp {
    "2026-11-27T20:40:00Z".parse().unwrap()
}

/// Everything that is wrong with a text, whichever step finds it.
fn wrong(text: &str) -> Vec<String> {
    DecisionDraft::from_json(text).map_or_else(|reasons| reasons, |draft| draft.problems(&rules(), now()))
}

#[test]
fn a_good_decision_is_read() {
    let draft = DecisionDraft::from_json(GOOD).unwrap();
    assert_eq!(draft.targets.len(), 2);
    assert_eq!(draft.targets[1].amount, Amount::Weight("0.4".parse().unwrap()));
    assert_eq!(draft.problems(&rules(), now()), Vec::<String>::new());
}

#[test]
fn every_broken_rule_is_told() {
    let cases = [
        (GOOD.replace("0.6", "0.7"), "add up to 1.1"),
        (GOOD.replace("0.6", "-0.6"), "AAPL: weight: must be from 0 to 1"),
        (GOOD.replace("MSFT", "AAPL"), "AAPL: named twice"),
        (GOOD.replace("MSFT", "ENRN"), "ENRN: unknown, it is not in the loop's universe"),
        (GOOD.replace("MSFT", "msft"), "letters in capitals"),
        (GOOD.replace("note", "nota"), "nota: unknown field"),
        (GOOD.replace("\"0.02\"", "\"NaN\""), "cash_buffer: must be a plain decimal"),
        (GOOD.replace("0.4", "\"1e-3\""), "MSFT: weight: must be a plain decimal"),
        (GOOD.replace("0.4", "null"), "MSFT: weight"),
        (GOOD.replace("2026-11-27T20:00:00Z", "2026-11-20T20:00:00Z"), "stale"),
        (GOOD.replace("2026-11-27T20:00:00Z", "2026-11-27T21:00:00Z"), "lies in the future"),
        (GOOD.replace("2026-11-27T20:00:00Z", "Friday"), "as_of: needed"),
        (GOOD.replace("\"weight\": \"0.6\"", "\"weight\": \"0.6\", \"qty\": \"1\""), "not both"),
        (GOOD.replace("\"weight\": \"0.6\"", "\"qty\": \"-1\""), "AAPL: qty: must be from 0"),
        ("targets".to_owned(), "not JSON"),
        ("[]".to_owned(), "a decision is a JSON object"),
        (r#"{"as_of": "2026-11-27T20:00:00Z", "targets": []}"#.to_owned(), "at least one"),
        (" ".repeat(DECISION_LEN_MAX + 1), "at most"),
    ];
    for (text, expected) in cases {
        let told = wrong(&text).join("; ");
        assert!(told.contains(expected), "{told} should contain {expected}");
    }
}

#[test]
fn reasons_are_told_together() {
    let text = GOOD.replace("0.6", "2").replace("MSFT", "msft").replace("0.02", "x");
    assert_eq!(wrong(&text).len(), 3, "{:?}", wrong(&text));
}

#[test]
fn too_many_targets_are_refused() {
    let target = r#"{"symbol": "AAPL", "weight": "0"}"#;
    let text =
        format!(r#"{{"as_of": "2026-11-27T20:00:00Z", "targets": [{}]}}"#, vec![target; TARGETS_MAX + 1].join(","));
    assert!(wrong(&text).join("; ").contains("501 of them, at most 500"));
}

#[test]
fn a_weight_beyond_the_limit_is_too_large() {
    let rules = DecisionRules { weight_max: "0.5".parse().unwrap(), ..rules() };
    let told = DecisionDraft::from_json(GOOD).unwrap().problems(&rules, now());
    assert_eq!(told, ["AAPL: too large: a weight of 0.6, at most 0.5"]);
}

#[test]
fn equal_parts_as_floats_never_add_up_to_more_than_one() {
    for count in 1..=60_u32 {
        let symbols: Vec<String> = (0..count).map(|at| format!("S{at}")).collect();
        let weight = 1.0 / f64::from(count); // tidy: float — what a signal's own division prints
        let targets: Vec<String> =
            symbols.iter().map(|name| format!(r#"{{"symbol": "{name}", "weight": {weight}}}"#)).collect();
        let text = format!(r#"{{"as_of": "2026-11-27T20:00:00Z", "targets": [{}]}}"#, targets.join(","));
        let rules = DecisionRules { universe: symbols.into_iter().collect(), ..rules() };
        assert_eq!(DecisionDraft::from_json(&text).unwrap().problems(&rules, now()), Vec::<String>::new(), "{count}");
    }
}

#[test]
fn numbers_with_exponents_are_numbers() {
    let weight = |said: &str| {
        let text =
            format!(r#"{{"as_of": "2026-11-27T20:00:00Z", "targets": [{{"symbol": "AAPL", "weight": {said}}}]}}"#);
        DecisionDraft::from_json(&text).map(|draft| draft.targets[0].amount)
    };
    assert_eq!(weight("2.5e-1"), weight("0.25"));
    assert_eq!(weight("1e-05"), Ok(Amount::Weight("0.00001".parse().unwrap())));
    // What an optimiser leaves of nothing is nothing.
    assert_eq!(weight("3.1e-17"), Ok(Amount::Weight(Decimal::ZERO)));
    assert_eq!(weight("3.1e-300"), Ok(Amount::Weight(Decimal::ZERO)));
    assert!(weight("1e300").is_err());
    assert!(weight("\"1e-5\"").is_err(), "a text is a plain decimal");
}

#[test]
fn a_ticker_may_have_a_blank_within() {
    assert!(is_ticker("BRK B") && is_ticker("AAPL"));
    for wrong in ["", " BRK", "BRK ", "brk", "A\tB", "ABCDEFGHIJKLMNOPQRSTU"] {
        assert!(!is_ticker(wrong), "{wrong:?}");
    }
}

#[test]
fn a_target_is_found_by_the_symbol_that_was_said_whatever_the_contract_bears() {
    let contract = crate::contract::Contract { symbol: "OTHER".to_owned(), ..crate::book::tests::contract() };
    let draft = DecisionDraft::from_json(GOOD).unwrap();
    let origin = Origin { source: DecisionSource::Proposed, data_hash: "0".repeat(64) };
    let decision = draft.decide(origin, &[("AAPL".to_owned(), contract)], Decimal::ZERO, now()).unwrap();
    assert_eq!(
        (decision.targets[0].symbol.as_str(), decision.targets[0].amount.weight()),
        ("AAPL", "0.6".parse().ok())
    );
}

proptest! {
    #[test]
    fn no_text_is_more_than_refused(text in ".{0,200}") {
        let _ = DecisionDraft::from_json(&text);
    }
}
