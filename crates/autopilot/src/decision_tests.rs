use super::*;

const GOOD: &str = r#"
source = "test"
cash_buffer = "0.02"
min_trade_value = "100"
turnover_max = "0.5"
targets = [{ symbol = "AAPL", weight = "0.6" }, { symbol = "MSFT", weight = "0.4" }]
"#;

#[test]
fn a_good_decision_is_read() {
    assert_eq!(Decision::from_toml(GOOD).unwrap().targets.len(), 2);
}

#[test]
fn every_broken_rule_is_told() {
    let cases = [
        (GOOD.replace("0.6", "0.7"), "add up to 1.1"),
        (GOOD.replace("0.6", "-0.6"), "AAPL: the weight must be from 0 to 1"),
        (GOOD.replace("MSFT", "AAPL"), "AAPL: named twice"),
        (GOOD.replace("\"0.5\"", "\"1.5\""), "turnover_max: must be from 0 to 1"),
        (GOOD.replace("source", "sauce"), "unknown field"),
        (GOOD.replace("\"0.02\"", "\"NaN\""), "cash_buffer"),
    ];
    for (text, expected) in cases {
        let told = Decision::from_toml(&text).unwrap_err().to_string();
        assert!(told.contains(expected), "{told} should contain {expected}");
    }
}
