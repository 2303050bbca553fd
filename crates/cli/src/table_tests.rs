use super::*;
use serde_json::json;

#[test]
fn figures_stand_to_the_right_and_words_to_the_left() {
    let rows = [json!({"symbol": "AAPL", "qty": "10"}), json!({"symbol": "F", "qty": "-2.5"})];
    let text = table(&rows, &[column("symbol", "symbol"), column("qty", "qty")], "none");
    assert_eq!(text, "symbol   qty\nAAPL      10\nF       -2.5\n");
}

#[test]
fn what_is_not_known_is_a_dash_and_never_a_zero() {
    let rows = [json!({"price": null}), json!({})];
    assert_eq!(table(&rows, &[column("price", "price")], "none"), "price\n    –\n    –\n");
}

#[test]
fn an_empty_table_says_so() {
    assert_eq!(table(&[], &[column("x", "x")], "no orders"), "no orders");
}

#[test]
fn broker_text_cannot_steer_the_terminal() {
    let rows = [json!({"name": "Ap\u{1b}[2Jple\n"})];
    let text = table(&rows, &[column("name", "name")], "none");
    assert!(!text.contains('\u{1b}') && text.lines().count() == 2, "{text:?}");
}

#[test]
fn a_dotted_field_reaches_into_an_object() {
    assert_eq!(field(&json!({"a": {"b": "c"}}), "a.b"), "c");
    assert_eq!(field(&json!({"a": {"b": null}}), "a.b"), "–");
}

#[test]
fn items_are_found_in_a_page_and_in_a_bare_list() {
    assert_eq!(items(&json!({"items": [1], "next_cursor": null})).len(), 1);
    assert_eq!(items(&json!([1, 2])).len(), 2);
    assert!(items(&json!({"else": 1})).is_empty());
}

#[test]
fn an_option_is_called_by_what_tells_it_from_others_and_a_stock_by_its_symbol() {
    let rows = [
        json!({"symbol": "AAPL", "expiry": null, "strike": null, "right": null}),
        json!({"symbol": "AAPL", "expiry": "20261218", "strike": "190", "right": "call"}),
        json!({"symbol": "ES", "expiry": "20261218", "strike": null, "right": null}),
    ];
    let text = table(&named(&rows), &[column("contract", "contract")], "none");
    assert_eq!(
        text.lines().map(str::trim).collect::<Vec<_>>(),
        ["contract", "AAPL", "AAPL 20261218 190 call", "ES 20261218"]
    );
}
