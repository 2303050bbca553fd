//! The part of the schema that the types alone cannot say: which fields belong together.

use crate::terms;
use crate::word::{OrderType, Tif};
use serde_json::{Value, json};

const DERIVATIVE: [&str; 3] = ["expiry", "strike", "right"];
const PRICES: [&str; 4] = ["limit_price", "stop_price", "trail_amount", "trail_percent"];
const AMOUNTS: [&str; 2] = ["qty", "strike"];
/// A decimal above zero as a request may say it; that it is below the ceiling is for the parser.
const PLAIN_DECIMAL: &str = "^(?=[0.]*[1-9])[0-9]{1,10}(\\.[0-9]{1,8})?$";
/// Where else requests say decimals.
const DECIMALS: [(&str, &[&str]); 2] =
    [("Bracket", &["take_profit", "stop_loss"]), ("GrantMandate", &["order_notional_max", "notional_max"])];

/// Decimals inside of maps and lists, which the derive cannot reach.
const INNER_DECIMALS: [&str; 3] = [
    "AccountSummary/properties/cash/additionalProperties",
    "AccountSummary/properties/exchange_rates/additionalProperties",
    "OptionClass/properties/strikes/items",
];

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

/// `oneOf`: everything, or one account or strategy by its name.
fn scopes() -> Value {
    let named = |scope: &str, pattern: &str| {
        json!({
            "required": ["scope", "id"],
            "properties": {"scope": {"const": scope}, "id": {"type": "string", "pattern": pattern}},
        })
    };
    json!({"oneOf": [
        {"required": ["scope"], "properties": {"scope": {"const": "global"}}, "not": {"required": ["id"]}},
        named("account", "^[A-Za-z0-9]{1,20}$"),
        named("strategy", "^[A-Za-z0-9._-]{1,40}$"),
    ]})
}

/// Bodies that can be sent as they are, to the simulated broker at least.
fn examples() -> [(&'static str, Value); 7] {
    let reason = "an example";
    [
        (
            "NewOrder",
            json!([
                {"symbol": "AAPL", "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy", "qty": "10",
                 "order_type": "limit", "limit_price": "189.50", "tif": "day"},
                {"con_id": "265598", "side": "sell_short", "qty": "5", "order_type": "market", "tif": "day"},
                {"con_id": "265598", "side": "buy", "qty": "1", "order_type": "limit", "limit_price": "150", "tif": "gtc",
                 "bracket": {"take_profit": "200", "stop_loss": "140"}, "strategy": "example"},
            ]),
        ),
        ("AmendOrder", json!([{"qty": "20", "order_type": "limit", "limit_price": "189.40", "tif": "day"}])),
        ("Because", json!([{"reason": reason}])),
        ("FlattenPositions", json!([{"symbol": "AAPL", "reason": reason}])),
        ("SetLimits", json!([{"limits": {"order_qty_max": "5000"}, "reason": reason}])),
        ("CreateKey", json!([{"id": "reader", "kind": "agent", "scopes": ["read", "preview"]}])),
        ("SetTradingState", json!([{"scope": "strategy", "id": "example", "state": "reducing", "reason": reason}])),
    ]
}

/// Adds the conditional fields and the examples to the schemas of an OpenAPI document.
pub fn add_conditional_fields(document: &mut Value) {
    let schema = |name: &str| format!("/components/schemas/{name}");
    let rules = [
        ("NewOrder", vec![instrument(), prices(), times()]),
        ("AmendOrder", vec![prices(), times()]),
        ("SetTradingState", vec![scopes()]),
    ];
    for (name, all_of) in rules {
        if let Some(schema) = document.pointer_mut(&schema(name)) {
            schema["allOf"] = Value::Array(all_of);
        }
    }
    let fields: Vec<&str> = AMOUNTS.iter().chain(&PRICES).copied().collect();
    let orders = ["NewOrder", "AmendOrder"].map(|name| (name, fields.as_slice()));
    for (name, fields) in orders.into_iter().chain(DECIMALS) {
        for field in fields {
            if let Some(property) = document.pointer_mut(&format!("{}/properties/{field}", schema(name))) {
                property["pattern"] = json!(PLAIN_DECIMAL);
            }
        }
    }
    for place in INNER_DECIMALS {
        if let Some(inner) = document.pointer_mut(&schema(place)) {
            inner["format"] = json!("decimal");
        }
    }
    if let Some(limits) = document.pointer_mut(&format!("{}/properties/limits", schema("SetLimits"))) {
        limits["minProperties"] = json!(1);
    }
    for (name, given) in examples() {
        if let Some(schema) = document.pointer_mut(&schema(name)) {
            schema["examples"] = given;
        }
    }
}
