use super::*;
use serde_json::json;

fn sealed(kind: &str, body: &Value) -> SealedRecord {
    SealedRecord {
        seq: 1,
        at_ns: 0,
        kind: kind.to_owned(),
        cl_ord_id: None,
        correlation_id: None,
        principal: None,
        body: body.to_string(),
        prev_hash: String::new(),
        hash: String::new(),
        damage: None,
    }
}

fn learned(records: &[(&str, Value)]) -> Vec<String> {
    let mut hidden = Hidden::none();
    for (kind, body) in records {
        hidden.learn(&sealed(kind, body));
    }
    hidden.0.into_iter().collect()
}

#[test]
fn account_numbers_are_learned_wherever_broker_or_owner_names_one() {
    let trade = json!({"event": {"executed": {"execution": {"account": "U1000003"}}}});
    let policy = json!({"base": {"live_accounts_allowed": ["U1000006"]}, "sections": {"account.U1000007": {}}});
    let change =
        json!({"section": "account.U1000008", "key": "live_accounts_allowed", "old": ["U1000009"], "new": null});
    let records = [
        ("link_up", json!({"accounts": ["U1000001", "U1000002"]})),
        ("order", trade),
        ("positions_adopted", json!({"account": "U1000004"})),
        ("account_marked", json!({"account": "U1000005"})),
        ("policy_applied", json!({"policy": policy})),
        ("policy_wished", json!({"changes": [change]})),
    ];
    let wanted: Vec<String> = (1..=9).map(|nth| format!("U100000{nth}")).collect();
    assert_eq!(learned(&records), wanted);
}

#[test]
fn no_caller_chooses_what_becomes_unreadable() {
    let of_broker = ["1", "AAPL", "0000", "order_denied", "12345", ""];
    let of_broker = of_broker.map(|account| ("account_marked", json!({"account": account})));
    assert_eq!(learned(&of_broker), [""; 0], "what is no account number");
    let word = "buy20261129";
    let of_callers = [
        ("order_denied", json!({"intent": {"account": word}, "order": {"account": word}})),
        ("trading_state_set", json!({"scope": {"scope": "account", "id": word}})),
        ("breaker_reset", json!({"breaker": {"breaker": "drawdown", "id": word}, "reason": "account"})),
        ("flatten_requested", json!({"account": word})),
    ];
    assert_eq!(learned(&of_callers), [""; 0]);
}

#[test]
fn an_account_number_in_small_letters_is_taken_out_too() {
    let mut hidden = Hidden::none();
    hidden.learn(&sealed("link_up", &json!({"accounts": ["DU1234567"]})));
    assert_eq!(hidden.without("du1234567 was meant, not Du12345678"), "REDACTED-1 was meant, not Du12345678");
}

#[test]
fn numbers_are_taken_out_of_texts_and_names_as_words() {
    let hidden = Hidden(["U1234567".to_owned(), "DU1234567".to_owned()].into());
    let value = json!({
        "account.U1234567": {"note": "of\nU1234567, tg:DU1234567:k-1"},
        "other": ["U12345678", "DU1234567"], "seq": 1_234_567,
    });
    let without = json!({
        "account.REDACTED-2": {"note": "of\nREDACTED-2, tg:REDACTED-1:k-1"},
        "other": ["U12345678", "REDACTED-1"], "seq": 1_234_567,
    });
    assert_eq!(hidden.out_of(value.clone()), without);
    let line = |body: &Value| {
        let line: Value = serde_json::from_str(&hidden.line(sealed("any", body)).unwrap()).unwrap();
        let fact: Value = serde_json::from_str(line["body"].as_str().unwrap()).unwrap();
        (line["redacted"].as_bool().unwrap(), fact)
    };
    assert_eq!(line(&value), (true, without));
    assert_eq!(line(&json!({"b": 1, "a": 2})), (false, json!({"b": 1, "a": 2})));
    let torn = SealedRecord { body: "{\"account\":\"U1234567\",".to_owned(), ..sealed("any", &Value::Null) };
    let torn: Value = serde_json::from_str(&hidden.line(torn).unwrap()).unwrap();
    assert_eq!((&torn["body"], &torn["redacted"]), (&json!("{\"account\":\"REDACTED-2\","), &json!(true)));
}

#[test]
fn sections_of_two_accounts_stay_two() {
    let hidden = Hidden(["DU1111111".to_owned(), "DU2222222".to_owned()].into());
    let policy =
        json!({"sections": {"account.DU1111111": {"order_qty_max": "1"}, "account.DU2222222": {"order_qty_max": "2"}}});
    let without = json!({"sections": {"account.REDACTED-1": {"order_qty_max": "1"}, "account.REDACTED-2": {"order_qty_max": "2"}}});
    assert_eq!(hidden.out_of(policy.clone()), without);
    let line: Value = serde_json::from_str(&hidden.line(sealed("policy_applied", &policy)).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(line["body"].as_str().unwrap()).unwrap(), without);
    assert_eq!(hidden.without("DU2222222 as DU2222222"), "REDACTED-2 as REDACTED-2", "the same wherever it stands");
}

#[test]
fn without_numbers_nothing_is_changed() {
    let body = json!({"account": "U1234567", "note": "ünïcode – U1234567 —"});
    assert_eq!(Hidden::none().out_of(body.clone()), body);
}
