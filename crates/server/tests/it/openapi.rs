//! The committed document is the one that the code makes.

use serde_json::Value;
use std::path::Path;

#[test]
fn the_committed_openapi_document_is_the_code_s() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let made = server::openapi_json();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == made, "openapi.json is stale; write it anew with UPDATE_OPENAPI=1");
    python_follows();
}

/// The Python package's models and operations are made out of the document, by the same command.
fn python_follows() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/generate.py");
    let words: &[&str] = if std::env::var_os("UPDATE_OPENAPI").is_some() { &[] } else { &["--check"] };
    let status = std::process::Command::new("python3").arg(script).args(words).status().unwrap();
    assert!(status.success(), "the Python package is stale; write it anew with UPDATE_OPENAPI=1");
}

/// A client that reads the document must see which texts are decimals.
#[test]
fn every_decimal_of_the_shapes_says_so() {
    let document = document();
    let mut seen = 0;
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wire/src")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut shape = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("pub struct ") {
                shape = rest.split([' ', '<', '(', ';']).next().unwrap();
            }
            let field = line.strip_prefix("    pub ").and_then(|rest| rest.split_once(": "));
            let Some((name, _)) = field.filter(|(_, kind)| kind.contains("Decimal")) else { continue };
            let Some(schema) = document.pointer(&format!("/components/schemas/{shape}/properties/{name}")) else {
                continue;
            };
            assert!(
                schema.to_string().contains("\"format\":\"decimal\""),
                "{shape}.{name}: #[schema(format = \"decimal\")]"
            );
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

fn document() -> Value {
    serde_json::from_str(&server::openapi_json()).unwrap()
}

#[test]
fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut pending = vec![&document];
    let mut references = 0;
    while let Some(value) = pending.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            references += 1;
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
        match value {
            Value::Object(fields) => pending.extend(fields.values()),
            Value::Array(items) => pending.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    assert!(references > 100, "{references}");
}

#[test]
fn every_operation_tells_what_can_go_wrong_and_has_its_own_id() {
    let document = document();
    let mut ids = std::collections::BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {status}");
            }
            if path == "/healthz" || path == "/readyz" {
                continue;
            }
            let mut statuses = vec!["400", "401", "403", "429", "503"];
            statuses.extend(operation.get("requestBody").map(|_| ["413", "415"]).into_iter().flatten());
            statuses.extend(path.contains('{').then_some("404"));
            for status in statuses {
                assert!(operation["responses"].get(status).is_some(), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn the_order_body_s_conditional_fields_are_one_of_each() {
    let document = document();
    let order = &document["components"]["schemas"]["NewOrder"];
    assert_eq!(order["additionalProperties"], false);
    assert_eq!(order["required"], serde_json::json!(["side", "qty", "order_type", "tif"]));
    let groups = order["allOf"].as_array().unwrap();
    let alternatives: Vec<usize> = groups.iter().map(|group| group["oneOf"].as_array().unwrap().len()).collect();
    // Two ways to name an instrument; eleven order types, of which both trails come in two and midprice in two; two
    // ways with time.
    assert_eq!(alternatives, [2, 14, 2]);
    assert_eq!(order["properties"]["qty"]["type"], "string");
    assert_eq!(document["components"]["schemas"]["AmendOrder"]["allOf"].as_array().unwrap().len(), 2);
}
