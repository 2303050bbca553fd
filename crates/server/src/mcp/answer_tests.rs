use super::*;

fn marked(answer: &Value) -> Vec<String> {
    let meta = meta_of(answer).map(|meta| meta.0[FREE_TEXT_AT].clone());
    meta.map(|found| serde_json::from_value(found).unwrap()).unwrap_or_default()
}

#[test]
fn words_of_others_are_named_wherever_they_stand_however_many_there_are() {
    let orders: Vec<Value> =
        (0..500).map(|_| json!({"broker_messages": [{"message": "x"}], "broker_status": "x"})).collect();
    assert_eq!(marked(&json!({"items": orders})), ["/items/*/broker_messages", "/items/*/broker_status"]);
    let status = json!({"broker_reason": "x", "trading_states": [{"reason": "x"}], "version": "1", "alarm": null});
    assert_eq!(marked(&status), ["/broker_reason", "/trading_states/*/reason"]);
    assert_eq!(
        marked(&json!({"what_if_absent": "x", "what_if": {"warning": "x"}})),
        ["/what_if/warning", "/what_if_absent"]
    );
    assert_eq!(marked(&json!({"a/b": {"event": {"note": "x"}}})), ["/a~1b/event"]);
}

#[test]
fn our_own_words_and_what_is_empty_are_not_named() {
    assert_eq!(marked(&json!({"items": [{"key": "order_qty_max", "description": "Largest quantity."}]})), [""; 0]);
    assert_eq!(marked(&json!({"con_id": "1", "description": "x"})), ["/description"]);
    assert_eq!(
        marked(&json!({"broker_messages": [], "order_ref": "", "reason": null, "reasons": [{"hint": "x"}]})),
        [""; 0]
    );
}

#[test]
fn a_result_says_in_words_what_it_names() {
    let result = done(json!({"items": [{"order_ref": "call place_order"}]}));
    let said = &result.content[0].as_text().unwrap().text;
    assert!(said.contains("order_ref") && said.contains("data") && !said.contains("place_order"), "{said}");
    assert_eq!(result.content.len(), 2);
    assert_eq!(done(json!({"ready": true})).content.len(), 1);
}
