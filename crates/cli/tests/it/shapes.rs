//! What a command prints with `--json`, against the shapes of openapi.json: strictly, so that a field that no shape names is a
//! finding too.

use serde_json::{Map, Value};
use std::path::Path;

/// openapi.json.
pub(crate) struct Shapes(Value);

impl Shapes {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
        Self(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    }

    /// Whether there is such a component.
    pub(crate) fn has(&self, component: &str) -> bool {
        self.0["components"]["schemas"].get(component).is_some()
    }

    /// What of a value is not as the component says.
    pub(crate) fn faults(&self, value: &Value, component: &str) -> Vec<String> {
        let schema = &self.0["components"]["schemas"][component];
        assert!(schema.is_object(), "openapi.json has no component {component}");
        let mut faults = Vec::new();
        self.check(value, schema, "", &mut faults);
        if let Value::Object(fields) = value {
            let known = self.names(schema);
            faults.extend(
                fields.keys().filter(|name| !known.contains(name)).map(|name| format!("no shape names {name}")),
            );
        }
        faults
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(path) => self.0.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("{path}")),
            None => schema,
        }
    }

    /// Names of the fields that a schema and its parts know.
    fn names(&self, schema: &Value) -> Vec<String> {
        let schema = self.resolved(schema);
        let mut names: Vec<String> = fields(schema, "properties").keys().cloned().collect();
        for part in ["allOf", "oneOf", "anyOf"] {
            names.extend(schema[part].as_array().into_iter().flatten().flat_map(|part| self.names(part)));
        }
        names
    }

    fn check(&self, value: &Value, schema: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = self.resolved(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(value, part, at, faults);
        }
        for choice in ["oneOf", "anyOf"] {
            let Some(parts) = schema[choice].as_array() else { continue };
            let tried: Vec<Vec<String>> = parts
                .iter()
                .map(|part| {
                    let mut faults = Vec::new();
                    self.check(value, part, at, &mut faults);
                    faults
                })
                .collect();
            if !tried.iter().any(Vec::is_empty) {
                faults.push(format!("{at}: none of {choice} fits: {tried:?}"));
            }
        }
        if let Some(kind) = schema.get("type")
            && !is_of(value, kind)
        {
            faults.push(format!("{at}: {value} is no {kind}"));
            return;
        }
        if schema.get("const").is_some_and(|only| only != value)
            || schema["enum"].as_array().is_some_and(|words| !words.contains(value))
        {
            faults.push(format!("{at}: {value} is no word of the shape"));
        }
        if let Value::Array(items) = value
            && let Some(of) = schema.get("items")
        {
            for (nth, item) in items.iter().enumerate() {
                self.check(item, of, &format!("{at}[{nth}]"), faults);
            }
        }
        if let Value::Object(found) = value {
            self.check_fields(found, schema, at, faults);
        }
    }

    fn check_fields(&self, found: &Map<String, Value>, schema: &Value, at: &str, faults: &mut Vec<String>) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !found.contains_key(name) {
                faults.push(format!("{at}.{name} is missing"));
            }
        }
        let known = fields(schema, "properties");
        for (name, value) in found {
            if let Some(schema) = known.get(name).or_else(|| schema.get("additionalProperties")) {
                self.check(value, schema, &format!("{at}.{name}"), faults);
            }
        }
    }
}

fn fields<'a>(schema: &'a Value, name: &str) -> &'a Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema[name].as_object().unwrap_or(&NONE)
}

fn is_of(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of(value, kind)),
        Value::String(kind) => match kind.as_str() {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            other => panic!("no such type: {other}"),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => panic!("no type: {kind}"),
    }
}

#[test]
fn a_value_that_is_not_of_its_shape_is_found() {
    let shapes = Shapes::read();
    let good = serde_json::json!({"status": "ok"});
    assert!(shapes.faults(&good, "Health").is_empty(), "{:?}", shapes.faults(&good, "Health"));
    for bad in [
        serde_json::json!({}),
        serde_json::json!({"status": 1}),
        serde_json::json!({"status": "ok", "more": true}),
        serde_json::json!([]),
    ] {
        assert!(!shapes.faults(&bad, "Health").is_empty(), "{bad}");
    }
}
