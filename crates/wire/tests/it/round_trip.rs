//! What a client writes is what the gateway reads.

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use wire::NewOrder;
use wire::word::{OrderType, SecType, Side, Tif};

fn decimal() -> impl Strategy<Value = String> {
    (1_i64..1_000_000_000, 0_u32..=8).prop_map(|(digits, scale)| Decimal::new(digits, scale).normalize().to_string())
}

fn word<T: Copy + std::fmt::Debug + 'static>(
    words: &'static [(&'static str, T)],
) -> impl Strategy<Value = &'static str> {
    (0..words.len()).prop_map(move |at| words[at].0)
}

fn instrument() -> impl Strategy<Value = Map<String, Value>> {
    let by_id = (1_i32..i32::MAX).prop_map(|id| json!({"con_id": id.to_string()}));
    let in_full = ("[A-Z][A-Z0-9. ]{0,8}[A-Z]", word(SecType::WORDS), "[A-Z]{2,8}", "[A-Z]{3}").prop_map(
        |(symbol, sec_type, exchange, currency)| {
            json!({"symbol": symbol, "sec_type": sec_type, "exchange": exchange, "currency": currency})
        },
    );
    prop_oneof![by_id, in_full].prop_map(|value| value.as_object().cloned().unwrap())
}

fn terms() -> impl Strategy<Value = Map<String, Value>> {
    let prices = (decimal(), decimal(), decimal(), any::<bool>());
    (word(OrderType::WORDS), word(Tif::WORDS), prices, any::<bool>()).prop_map(|(kind, tif, prices, percent)| {
        let (limit, stop, trail, capped) = prices;
        let mut body = Map::new();
        body.insert("order_type".to_owned(), json!(kind));
        body.insert("tif".to_owned(), json!(tif));
        if matches!(kind, "limit" | "stop_limit" | "trail_limit" | "loc" | "loo") || (kind == "midprice" && capped) {
            body.insert("limit_price".to_owned(), json!(limit));
        }
        if matches!(kind, "stop" | "stop_limit" | "trail_limit") {
            body.insert("stop_price".to_owned(), json!(stop));
        }
        if matches!(kind, "trail" | "trail_limit") {
            let name = if percent { "trail_percent" } else { "trail_amount" };
            body.insert(name.to_owned(), json!(trail));
        }
        if tif == "gtd" {
            body.insert("good_till".to_owned(), json!("2026-12-01T21:00:00Z"));
        }
        body
    })
}

prop_compose! {
    fn body()(
        instrument in instrument(),
        terms in terms(),
        side in word(Side::WORDS),
        qty in decimal(),
        flags in any::<(bool, bool)>(),
        strategy in proptest::option::of("[a-z]{1,10}"),
        group in proptest::option::of("[A-Za-z0-9._-]{1,40}"),
    ) -> Value {
        let mut body = instrument;
        body.extend(terms);
        body.insert("side".to_owned(), json!(side));
        body.insert("qty".to_owned(), json!(qty));
        // False is the contract's default and is not written.
        if flags.0 { body.insert("outside_rth".to_owned(), json!(true)); }
        if flags.1 { body.insert("reduce_only".to_owned(), json!(true)); }
        if let Some(strategy) = strategy { body.insert("strategy".to_owned(), json!(strategy)); }
        if let Some(group) = group { body.insert("oca_group".to_owned(), json!(group)); }
        Value::Object(body)
    }
}

proptest! {
    #[test]
    fn an_order_reads_back_as_it_was_written(body in body()) {
        let order = NewOrder::parse(&serde_json::to_vec(&body).unwrap()).unwrap();
        let written = serde_json::to_value(&order).unwrap();
        prop_assert_eq!(&written, &body);
        let again = NewOrder::parse(&serde_json::to_vec(&written).unwrap()).unwrap();
        prop_assert_eq!(again, order.clone());
        let intent = order.intent("k1".parse().unwrap()).unwrap();
        prop_assert_eq!(intent.qty.get(), order.qty);
        prop_assert_eq!(intent.side.word(), order.side.word());
    }

    #[test]
    fn no_bytes_break_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(NewOrder::parse(&bytes).is_err());
    }

    #[test]
    fn no_value_in_any_field_breaks_the_parser(name in "[a-z_]{1,12}", number in any::<f64>(), text in ".{0,40}") {
        for value in [json!(number), json!(text), json!([text]), json!({ "x": text })] {
            let body = serde_json::to_vec(&json!({ "qty": value.clone(), name.clone(): value })).unwrap();
            prop_assert!(NewOrder::parse(&body).is_err());
        }
    }
}
