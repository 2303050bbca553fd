use super::super::{DropPoint, Fault, FaultScript, FaultSpec};

fn error(text: &str) -> String {
    FaultScript::parse(text).unwrap_err().to_string()
}

#[test]
fn a_script_names_when_and_what() {
    let script = FaultScript::parse(
        "seed = 7\n[[fault]]\nwhen = { message = \"place_order\", client = 1, nth = 3, chance = 0.25 }\n\
         do = { drop = \"after_accept\" }\n[[fault]]\ndo = { read_only = {} }\n",
    )
    .unwrap();
    assert_eq!(script.seed, Some(7));
    assert_eq!(script.faults.len(), 2);
    assert_eq!(script.faults[0].fault, Fault::Drop(DropPoint::AfterAccept));
    assert_eq!(script.faults[0].when.client, Some(1));
    assert_eq!(script.faults[1].fault, Fault::ReadOnly { lasting: None });
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_what_is_allowed_there() {
    let text = error("seed = 1\n\n[[fault]]\nwhen = { mesage = \"place_order\" }\ndo = \"duplicate\"\n");
    assert!(text.contains("line 4") && text.contains("`mesage`") && text.contains("`message`"), "{text}");
    let text = error("sed = 1\n");
    assert!(text.contains("line 1") && text.contains("`seed`") && text.contains("`fault`"), "{text}");
}

#[test]
fn an_unknown_fault_message_or_parameter_is_refused_with_the_names_there_are() {
    let text = error("[[fault]]\ndo = \"explode\"\n");
    assert!(text.contains("line 2") && text.contains("`connectivity_lost`"), "{text}");
    let text = error("[[fault]]\nwhen = { message = \"place\" }\ndo = \"duplicate\"\n");
    assert!(text.contains("line 2") && text.contains("place_order"), "{text}");
    let text = error("[[fault]]\ndo = { halt = { symbol = \"AAPL\", until = 3 } }\n");
    assert!(text.contains("line 2") && text.contains("until") && text.contains("symbol, for"), "{text}");
}

#[test]
fn triggers_that_do_not_go_together_or_with_the_fault_are_refused() {
    let cases = [
        ("when = { at = \"2022-06-01T10:00:00Z\", after = \"PT1S\" }\ndo = \"drop_connections\"", "only one of"),
        ("when = { client = 1 }\ndo = \"drop_connections\"", "need a `message`"),
        ("do = { drop = \"before_read\" }", "needs `when.message`"),
        ("when = { message = \"place_order\" }\ndo = \"lose_reply\"", "needs `when.reply`"),
        ("when = { message = \"place_order\" }\ndo = { read_only = {} }", "stands from a time on"),
        ("when = { after = \"-PT1S\" }\ndo = \"drop_connections\"", "negative"),
        ("when = { message = \"ids\", chance = 1.5 }\ndo = \"duplicate\"", "from 0 to 1"),
    ];
    for (fault, reason) in cases {
        let text = error(&format!("[[fault]]\n{fault}\n"));
        assert!(text.contains(reason) && text.contains("line "), "{fault}: {text}");
    }
}

#[test]
fn a_fault_reads_the_same_in_json() {
    let json = r#"{"when": {"reply": "order_status", "nth": 2}, "do": {"delay": {"by": "PT2S"}}}"#;
    let spec: FaultSpec = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::from_str::<FaultSpec>(&serde_json::to_string(&spec).unwrap()).unwrap(), spec);
    let error = serde_json::from_str::<FaultSpec>(r#"{"do": "explode"}"#).unwrap_err().to_string();
    assert!(error.contains("`restart`"), "{error}");
}
