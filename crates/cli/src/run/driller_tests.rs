use super::*;
use serde_json::json;

fn report(version: &str, lines: &Value) -> Vec<u8> {
    json!({"version": version, "items": lines}).to_string().into_bytes()
}

#[test]
fn the_outcome_is_what_the_lines_say_and_not_their_sum() {
    let own = version::own().unwrap();
    let lines = json!([{"control": 1, "ok": true}, {"control": 2, "ok": false}, {"control": 3, "ok": null}]);
    let seen = outcome(&report(own, &lines)).unwrap();
    assert_eq!(seen, DrillOutcome { passed: 1, total: 3, open: vec![2, 3] });
}

#[test]
fn what_is_no_report_of_this_version_is_no_evidence() {
    let own = version::own().unwrap();
    let one = json!([{"control": 1, "ok": true}]);
    for (bytes, why) in [
        (Vec::new(), "not readable"),
        (b"67 of 67".to_vec(), "not readable"),
        (report("0.0.0-other", &one), "restart the gateway"),
        (report(concat!(env!("CARGO_PKG_VERSION"), "+000000000000"), &one), "restart the gateway"),
        (json!({"items": one}).to_string().into_bytes(), "unknown"),
        (report(own, &json!("all")), "no lines"),
        (report(own, &json!([{"ok": false}])), "without a control"),
        (report(own, &json!([{"control": 300, "ok": false}])), "without a control"),
    ] {
        let fault = outcome(&bytes).unwrap_err();
        assert!(fault.to_string().contains(why), "{fault}");
        // What a caller can mend is told to him; the rest is a fault of ours.
        let can_be_mended = why.contains("restart") || why == "unknown";
        assert_eq!(matches!(fault, Fault::NotReady(_)), can_be_mended, "{fault}");
        assert_eq!(matches!(fault, Fault::Internal(_)), !can_be_mended, "{fault}");
    }
}
