//! A schema in as few bytes as it takes: a definition that is named once stands where it is named. What it says stays the same.

use serde_json::Value;

const REF: &str = "#/$defs/";

/// Puts every definition that one place names, and no other, into that place.
pub(super) fn inline_single(top: &mut Value) {
    while let Some(name) = named_once(top) {
        let Some(definition) = top.get_mut("$defs").and_then(Value::as_object_mut).and_then(|defs| defs.remove(&name))
        else {
            return;
        };
        put(top, &format!("{REF}{name}"), &definition);
    }
    if top.get("$defs").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty)
        && let Some(fields) = top.as_object_mut()
    {
        fields.remove("$defs");
    }
}

fn named_once(top: &Value) -> Option<String> {
    let defs = top.get("$defs")?.as_object()?;
    let is_once = |name: &&String| {
        let reference = format!("{REF}{name}");
        // One with words beside it, or within itself, keeps its name.
        count(top, &reference) == (1, 1) && count(defs.get(*name).unwrap_or(&Value::Null), &reference) == (0, 0)
    };
    defs.keys().find(is_once).cloned()
}

/// How often a definition is named, and how often by nothing but its name.
fn count(schema: &Value, reference: &str) -> (usize, usize) {
    let add = |sum: (usize, usize), one: (usize, usize)| (sum.0 + one.0, sum.1 + one.1);
    match schema {
        Value::Object(fields) => {
            let names = fields.get("$ref").and_then(Value::as_str) == Some(reference);
            let own = (usize::from(names), usize::from(names && fields.len() == 1));
            fields.values().map(|value| count(value, reference)).fold(own, add)
        }
        Value::Array(items) => items.iter().map(|value| count(value, reference)).fold((0, 0), add),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (0, 0),
    }
}

fn put(schema: &mut Value, reference: &str, definition: &Value) {
    if schema.get("$ref").and_then(Value::as_str) == Some(reference) {
        *schema = definition.clone();
        return;
    }
    match schema {
        Value::Object(fields) => fields.values_mut().for_each(|value| put(value, reference, definition)),
        Value::Array(items) => items.iter_mut().for_each(|value| put(value, reference, definition)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
#[path = "inline_tests.rs"]
mod tests;
