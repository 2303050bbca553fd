//! The part of the schema that the types alone cannot say: which fields belong together.

use crate::terms;
use crate::word::{OrderType, Tif};
use serde_json::{Value, json};

const DERIVATIVE: [&str; 3] = ["expiry", "strike", "right"];
const PRICES: [&str; 4] = ["limit_price", "stop_price", "trail_amount", "trail_percent"];
const AMOUNTS: [&str; 2] = ["qty", "strike"];
const EXITS: [&str; 2] = ["take_profit", "stop_loss"];
/// A decimal as a request may say it; that it is above zero and below the ceiling is for the parser.
const PLAIN_DECIMAL: &str = "^[0-9]{1,10}(\\.[0-9]{1,8})?$";

fn none_of(names: &[&str]) -> Value {
    let one: Vec<Value> = names.iter().map(|name| json!({"required": [name]})).collect();
    json!({"anyOf": one})
}

/// `oneOf`: an instrument by id, or by its full specification.
fn instrument() -> Value {
    let spec = ["symbol", "sec_type", "exchange", "currency"];
    let rest: Vec<&str> = spec.iter().chain(&DERIVATIVE).copied().collect();
    json!({"oneOf": [
        {"title": "by con_id", "required": ["con_id"], "not": none_of(&rest)},
        {"title": "by specification", "required": spec, "not": {"required": ["con_id"]}},
    ]})
}

/// `oneOf` over every order type with just the prices that it has, found by asking the rules themselves.
fn prices() -> Value {
    let mut variants = Vec::new();
    for (word, order_type) in OrderType::WORDS {
        for mask in 0..16_u8 {
            let given: Vec<&str> =
                PRICES.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, name)| *name).collect();
            if !terms::rules(&|name| given.contains(&name), Some(*order_type), None).is_empty() {
                continue;
            }
            let absent: Vec<&str> = PRICES.iter().copied().filter(|name| !given.contains(name)).collect();
            let required: Vec<&str> = std::iter::once("order_type").chain(given).collect();
            let mut variant = json!({"required": required, "properties": {"order_type": {"const": word}}});
            if !absent.is_empty() {
                variant["not"] = none_of(&absent);
            }
            variants.push(variant);
        }
    }
    json!({"oneOf": variants})
}

/// `oneOf`: `gtd` with its end, or another time in force without.
fn times() -> Value {
    let others: Vec<&str> = Tif::WORDS.iter().filter(|(_, tif)| *tif != Tif::Gtd).map(|(word, _)| *word).collect();
    json!({"oneOf": [
        {"required": ["tif", "good_till"], "properties": {"tif": {"const": "gtd"}}},
        {"required": ["tif"], "properties": {"tif": {"enum": others}}, "not": {"required": ["good_till"]}},
    ]})
}

/// Adds the conditional fields to the schemas of an OpenAPI document.
pub fn add_conditional_fields(document: &mut Value) {
    let rules = [("NewOrder", vec![instrument(), prices(), times()]), ("AmendOrder", vec![prices(), times()])];
    for (name, all_of) in rules {
        if let Some(schema) = document.pointer_mut(&format!("/components/schemas/{name}")) {
            schema["allOf"] = Value::Array(all_of);
            for field in AMOUNTS.iter().chain(&PRICES) {
                if let Some(property) = schema.pointer_mut(&format!("/properties/{field}")) {
                    property["pattern"] = json!(PLAIN_DECIMAL);
                }
            }
        }
    }
    for field in EXITS {
        if let Some(property) = document.pointer_mut(&format!("/components/schemas/Bracket/properties/{field}")) {
            property["pattern"] = json!(PLAIN_DECIMAL);
        }
    }
}
