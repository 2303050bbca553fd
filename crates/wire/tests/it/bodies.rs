//! Bad bodies and the fields that they are refused for.

use serde_json::{Value, json};
use wire::amendment::AmendOrder;
use wire::approval::Because;
use wire::key::CreateKey;
use wire::kill::SetTradingState;
use wire::{NewOrder, ParseError};

fn good() -> Value {
    json!({
        "symbol": "AAPL", "sec_type": "stk", "exchange": "SMART", "currency": "USD",
        "side": "buy", "qty": "10", "order_type": "limit", "limit_price": "189.50", "tif": "day",
    })
}

/// Changes the good body: a `null` removes the field.
fn with(changes: &Value) -> Vec<u8> {
    let mut body = good();
    let fields = body.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    serde_json::to_vec(&body).unwrap()
}

fn refused<T>(parsed: Result<T, ParseError>) -> Vec<(String, String)> {
    match parsed {
        Err(ParseError::Fields(errors)) => errors.into_iter().map(|error| (error.field, error.rule)).collect(),
        Ok(_) => Vec::new(),
    }
}

#[track_caller]
fn check(changes: &Value, expected: &[(&str, &str)]) {
    let found = refused(NewOrder::parse(&with(changes)));
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    let wanted: Vec<&str> = expected.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, wanted, "{changes}: {found:?}");
    for ((_, rule), (_, part)) in found.iter().zip(expected) {
        assert!(rule.contains(part), "{changes}: {rule:?} does not say {part:?}");
    }
}

#[test]
fn the_good_body_is_accepted() {
    check(&json!({}), &[]);
}

#[test]
fn a_decimal_that_is_not_a_plain_positive_decimal_string_is_refused() {
    let plain = "a plain decimal";
    for text in
        ["NaN", "inf", "-inf", "1e15", "1E5", "0x10", "", " ", " 1", "1 ", "+1", "1,5", "١", "--1", "1.2.3", "."]
    {
        check(&json!({"limit_price": text}), &[("limit_price", plain)]);
    }
    for text in ["0", "-1", "-0.01", "1000000001", "1000000000000000", "0.000000001"] {
        check(&json!({"qty": text}), &[("qty", "above 0")]);
    }
    for number in [json!(189.5), json!(10), json!(1e15), json!(true), json!(["1"]), json!({"value": "1"})] {
        check(&json!({"qty": number}), &[("qty", "JSON numbers are refused")]);
    }
}

#[test]
fn a_missing_field_is_named() {
    for name in ["symbol", "sec_type", "exchange", "currency"] {
        check(&json!({name: null}), &[(name, "is required unless con_id is given")]);
    }
    for name in ["side", "qty", "tif"] {
        check(&json!({name: null}), &[(name, "is required")]);
    }
    check(&json!({"limit_price": null}), &[("limit_price", "is required for order_type limit")]);
    check(&json!({"order_type": null}), &[("order_type", "is required")]);
}

#[test]
fn an_instrument_is_named_by_con_id_or_in_full_and_not_by_both() {
    check(
        &json!({"con_id": "265598"}),
        &[("symbol", "con_id"), ("sec_type", "con_id"), ("exchange", "con_id"), ("currency", "con_id")],
    );
    let only_id = json!({"con_id": "265598", "symbol": null, "sec_type": null, "exchange": null, "currency": null});
    check(&only_id, &[]);
    for id in [json!("0"), json!("-1"), json!("abc"), json!("99999999999"), json!(265_598)] {
        let mut body = only_id.clone();
        body["con_id"] = id;
        check(&body, &[("con_id", "must be")]);
    }
    check(&json!({"strike": "100"}), &[("strike", "must be left out for sec_type stk")]);
    check(&json!({"sec_type": "opt", "expiry": "20261320"}), &[("expiry", "YYYYMM")]);
    check(&json!({"sec_type": "opt", "expiry": "20261218", "strike": "190", "right": "call"}), &[]);
    check(&json!({"currency": "usd"}), &[("currency", "three capital letters")]);
    check(&json!({"symbol": " AAPL"}), &[("symbol", "without blanks at the ends")]);
    check(&json!({"exchange": "smart"}), &[("exchange", "capitals")]);
}

#[test]
fn each_order_type_takes_just_its_own_prices() {
    let cases: &[(&str, &[&str])] = &[
        ("market", &[]),
        ("limit", &["limit_price"]),
        ("stop", &["stop_price"]),
        ("stop_limit", &["limit_price", "stop_price"]),
        ("trail", &["trail_amount"]),
        ("trail", &["trail_percent"]),
        ("trail_limit", &["limit_price", "stop_price", "trail_amount"]),
        ("midprice", &[]),
        ("midprice", &["limit_price"]),
        ("moc", &[]),
        ("loc", &["limit_price"]),
        ("moo", &[]),
        ("loo", &["limit_price"]),
    ];
    for (order_type, prices) in cases {
        let mut body = json!({"order_type": order_type, "limit_price": null});
        for price in *prices {
            body[price] = json!("189.5");
        }
        check(&body, &[]);
        let order = NewOrder::parse(&with(&body)).unwrap();
        let intent = order.intent("k1".parse().unwrap()).unwrap();
        assert_eq!(intent.order_type.kind().word(), *order_type);
    }
    check(&json!({"order_type": "market"}), &[("limit_price", "must be left out for order_type market")]);
    check(&json!({"stop_price": "1"}), &[("stop_price", "must be left out for order_type limit")]);
    check(&json!({"order_type": "trail", "limit_price": null}), &[("trail_amount", "exactly one of")]);
    let both = json!({"order_type": "trail", "limit_price": null, "trail_amount": "1", "trail_percent": "1"});
    check(&both, &[("trail_amount", "exactly one of")]);
}

#[test]
fn good_till_belongs_to_gtd_alone() {
    check(&json!({"tif": "gtd"}), &[("good_till", "is required for tif gtd")]);
    check(&json!({"tif": "gtd", "good_till": "tomorrow"}), &[("good_till", "RFC 3339")]);
    check(&json!({"tif": "gtd", "good_till": "2026-03-02T21:00:00Z"}), &[]);
    check(&json!({"good_till": "2026-03-02T21:00:00Z"}), &[("good_till", "must be left out for tif day")]);
}

#[test]
fn unknown_null_and_mistyped_fields_are_refused() {
    check(&json!({"quantity": "10"}), &[("quantity", "is not a field")]);
    check(&json!({"cl_ord_id": "k1"}), &[("cl_ord_id", "is not a field")]);
    check(&json!({"side": "BUY"}), &[("side", "must be one of: buy, sell")]);
    check(&json!({"side": 1}), &[("side", "must be a JSON string")]);
    check(&json!({"outside_rth": "yes"}), &[("outside_rth", "true or false")]);
    check(&json!({"strategy": "a b"}), &[("strategy", "1 to 40 characters")]);
    check(&json!({"account": "DU-1"}), &[("account", "letters and digits")]);
    assert_eq!(
        refused(NewOrder::parse(br#"{"con_id":"1","side":"buy","qty":"1","order_type":"market","tif":null}"#)),
        [("tif".to_owned(), "must not be null; leave the field out instead".to_owned())]
    );
}

#[test]
fn all_wrong_fields_are_reported_together() {
    check(
        &json!({"currency": null, "qty": "NaN", "limit_price": "-1", "tif": "forever", "colour": "red"}),
        &[
            ("currency", "is required"),
            ("qty", "plain decimal"),
            ("limit_price", "above 0"),
            ("tif", "one of"),
            ("colour", "not a field"),
        ],
    );
}

#[test]
fn what_is_not_one_json_object_is_refused_whole() {
    for body in ["", "  ", "[]", "1", "null", "\"x\"", "{", "{\"side\":}", "{} {}", "{\"side\":\"buy\"", "\u{feff}{}"] {
        let found = refused(NewOrder::parse(body.as_bytes()));
        assert_eq!(found[0].0, "body", "{body:?}");
    }
    let twice = br#"{"con_id":"1","side":"buy","qty":"1","qty":"100","order_type":"market","tif":"day"}"#;
    assert_eq!(refused(NewOrder::parse(twice)), [("qty".to_owned(), "must be given once".to_owned())]);
    let inner = String::from_utf8(with(&json!({"bracket": {"take_profit": "200", "stop_loss": "180"}}))).unwrap();
    let twice = inner.replace("\"stop_loss\":", "\"stop_loss\":\"1\",\"stop_loss\":");
    let found = refused(NewOrder::parse(twice.as_bytes()));
    assert!(found[0].0 == "body" && found[0].1.contains("stop_loss is given twice"), "{found:?}");
    let deep = format!("{}{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    assert_eq!(refused(NewOrder::parse(deep.as_bytes()))[0].0, "body");
}

#[test]
fn a_group_is_read_field_by_field_and_must_make_sense() {
    let exits = |profit: &str, loss: &str| json!({"bracket": {"take_profit": profit, "stop_loss": loss}});
    check(&json!({"bracket": {}}), &[("bracket.take_profit", "is required"), ("bracket.stop_loss", "is required")]);
    check(&json!({"bracket": "195/185"}), &[("bracket", "must be a JSON object")]);
    check(&exits("200", "0"), &[("bracket.stop_loss", "above 0")]);
    check(&json!({"bracket": {"take_profit": "200", "stop_loss": 180}}), &[("bracket.stop_loss", "in a JSON string")]);
    check(
        &json!({"bracket": {"take_profit": "200", "stop_loss": "180", "trail": "1"}}),
        &[("bracket.trail", "not a field")],
    );
    check(&json!({"oca_group": "a b"}), &[("oca_group", "1 to 40 characters")]);
    check(&json!({"oca_group": "g", "qty": "0"}), &[("qty", "above 0")]);
}

#[test]
fn a_group_that_protects_nothing_is_refused_with_its_rule() {
    let fields = |more: Value| {
        let order = NewOrder::parse(&with(&more)).unwrap();
        let wrong = refused(order.intent("k-1".parse().unwrap()));
        wrong.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
    };
    let exits = json!({"take_profit": "180", "stop_loss": "200"});
    assert_eq!(fields(json!({"bracket": exits})), ["bracket.take_profit", "bracket.stop_loss"]);
    let exits = json!({"take_profit": "200", "stop_loss": "180"});
    assert_eq!(fields(json!({"bracket": exits, "oca_group": "g"})), ["oca_group"]);
    assert_eq!(fields(json!({"bracket": exits, "reduce_only": true})), ["reduce_only"]);
    let order = NewOrder::parse(&with(&json!({"bracket": exits}))).unwrap();
    let intent = order.intent("k-1".parse().unwrap()).unwrap();
    assert_eq!(intent.bracket.map(|bracket| bracket.take_profit.to_string()).as_deref(), Some("200"));
}

#[test]
fn a_change_says_quantity_type_prices_and_time_again() {
    let good = br#"{"qty":"5","order_type":"limit","limit_price":"190","tif":"day"}"#;
    let amendment = AmendOrder::parse(good).unwrap().amendment().unwrap();
    assert_eq!(amendment.qty.to_string(), "5");
    let found = refused(AmendOrder::parse(br#"{"order_type":"limit","tif":"day","side":"sell"}"#));
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["qty", "limit_price", "side"]);
}

#[test]
fn a_trading_state_names_its_scope_and_its_reason() {
    let good = br#"{"scope":"strategy","id":"s1","state":"halted","reason":"drill"}"#;
    assert_eq!(SetTradingState::parse(good).unwrap().2, "drill");
    let cases: [(&[u8], &str); 5] = [
        (br#"{"scope":"global","id":"x","state":"halted","reason":"r"}"#, "id"),
        (br#"{"scope":"account","state":"halted","reason":"r"}"#, "id"),
        (br#"{"scope":"global","state":"stopped","reason":"r"}"#, "state"),
        (br#"{"scope":"global","state":"halted","reason":"  "}"#, "reason"),
        (br#"{"scope":"galaxy","state":"halted","reason":"r"}"#, "scope"),
    ];
    for (body, field) in cases {
        let found = refused(SetTradingState::parse(body));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, field);
    }
}

#[test]
fn a_key_has_scopes_and_a_decision_has_a_reason() {
    let good = br#"{"id":"bot","kind":"agent","scopes":["read","trade:paper"]}"#;
    assert_eq!(CreateKey::parse(good).unwrap().2.len(), 2);
    let found = refused(CreateKey::parse(br#"{"id":"b b","kind":"robot","scopes":[]}"#));
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["id", "kind", "scopes"]);
    assert_eq!(refused(Because::parse(b"{}"))[0].0, "reason");
    assert_eq!(Because::parse_optional(b"").unwrap(), None);
    assert_eq!(Because::parse_optional(br#"{"reason":"fine"}"#).unwrap().as_deref(), Some("fine"));
}

#[test]
fn a_mandate_is_read_by_the_rules_of_the_domain_all_of_them_at_once() {
    let body = |account: &str, symbols: &str, orders: u32| {
        format!(
            r#"{{"account": "{account}", "symbols": {symbols}, "sides": ["buy"], "order_notional_max": "10",
            "notional_max": "5", "orders_max": {orders}, "expires_at": "2026-01-01T00:00:00Z", "reason": "why"}}"#
        )
    };
    let fields = |body: String| match wire::permit::GrantMandate::parse(body.as_bytes()) {
        Ok(read) => panic!("{read:?}"),
        Err(wire::fields::ParseError::Fields(errors)) => errors.into_iter().map(|one| one.field).collect::<Vec<_>>(),
    };
    assert_eq!(fields(body("DU1", r#"["aapl"]"#, 0)), ["strategy", "symbols", "notional_max", "orders_max"]);
    assert_eq!(fields(body("DU1", "[]", 1)), ["strategy", "symbols", "notional_max"]);
    assert_eq!(fields(body("X1", r#"["AAPL"]"#, 1)), ["account"]);
}

#[test]
fn live_is_armed_for_as_long_as_the_domain_allows() {
    let parse = |hours: &str| {
        let body = format!(r#"{{"account": "U1234567", "hours": {hours}, "reason": "why"}}"#);
        wire::permit::ArmLive::parse(body.as_bytes()).map(|(_, lasts, _)| lasts)
    };
    assert_eq!(parse("24"), Ok(domain::live::ARMING_MAX));
    for wrong in ["0", "25", "-1", "1.5"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
