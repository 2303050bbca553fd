//! The list of tools: bounded, stable, and what a key may.

use super::client::{VERSIONS, connect};
use crate::client::gateway;
use rmcp::model::ReadResourceRequestParams;
use serde_json::{Value, json};

/// The largest list, bytes.
const LIST_MAX: usize = 48 * 1_024;

async fn names(key: &str) -> Vec<String> {
    let gateway = gateway().await;
    let client = connect(&gateway, key, &VERSIONS[1]).await;
    client.service.list_all_tools().await.unwrap().into_iter().map(|tool| tool.name.into_owned()).collect()
}

#[tokio::test]
async fn the_list_is_small_whole_and_the_same_in_both_versions() {
    let gateway = gateway().await;
    let mut lists = Vec::new();
    for version in &VERSIONS {
        let client = connect(&gateway, "agent", version).await;
        lists.push(json!(client.service.list_all_tools().await.unwrap()));
    }
    assert_eq!(lists[0], lists[1]);
    let tools = lists[0].as_array().unwrap();
    let size = lists[0].to_string().len();
    let sizes: Vec<_> = tools.iter().map(|tool| (&tool["name"], tool.to_string().len())).collect();
    assert!(size <= LIST_MAX, "{size} bytes: {sizes:?}");
    assert!(tools.len() <= 25);
    for tool in tools {
        for field in ["title", "description", "annotations"] {
            assert!(tool.get(field).is_some(), "{field} of {}", tool["name"]);
        }
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{schema} of {}", tool["name"]);
            every_field_is_typed(&tool[schema], &format!("{} {schema}", tool["name"]));
        }
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
    }
    insta::assert_json_snapshot!(lists[0]);
}

/// Each property says what it is.
fn every_field_is_typed(schema: &Value, at: &str) {
    match schema {
        Value::Object(fields) => {
            for (name, property) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let typed = ["type", "$ref", "oneOf", "anyOf", "allOf", "enum", "const"];
                assert!(typed.iter().any(|word| property.get(word).is_some()), "{at}: {name} is {property}");
            }
            fields.iter().for_each(|(name, value)| every_field_is_typed(value, &format!("{at}/{name}")));
        }
        Value::Array(items) => items.iter().for_each(|item| every_field_is_typed(item, at)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn what_may_be_kept_is_its_askers_alone_and_only_the_newer_protocol_speaks_of_it() {
    let gateway = gateway().await;
    for (version, hints) in VERSIONS.iter().zip([false, true]) {
        let client = connect(&gateway, "agent", version).await;
        let service = &client.service;
        let status = ReadResourceRequestParams::new("tollgate://status");
        for told in [
            json!(service.list_tools(None).await.unwrap()),
            json!(service.list_prompts(None).await.unwrap()),
            json!(service.list_resources(None).await.unwrap()),
            json!(service.list_resource_templates(None).await.unwrap()),
            json!(service.read_resource(status).await.unwrap()),
        ] {
            let fresh = if told.get("contents").is_some() { 0 } else { 60_000 };
            let wanted = if hints { (json!("private"), json!(fresh)) } else { (Value::Null, Value::Null) };
            assert_eq!((&told["cacheScope"], &told["ttlMs"]), (&wanted.0, &wanted.1), "{version}");
        }
    }
}

#[tokio::test]
async fn a_key_sees_the_tools_of_its_scopes() {
    let reader = names("reader").await;
    let agent = names("agent").await;
    let writes = [
        "preview_order",
        "place_order",
        "replace_order",
        "cancel_order",
        "cancel_all_orders",
        "kill_switch",
        "propose_decision",
    ];
    assert_eq!(agent.iter().filter(|name| !reader.contains(name)).collect::<Vec<_>>(), writes);
    assert_eq!(reader.len() + writes.len(), agent.len());
    // Whoever owns the key: through here it is an agent's.
    assert_eq!(names("human").await, agent);
}

#[tokio::test]
async fn a_tool_that_is_not_there_is_an_error_of_the_protocol() {
    let gateway = gateway().await;
    for version in &VERSIONS {
        let client = connect(&gateway, "agent", version).await;
        for name in ["approve_order", "arm_live", "grant_mandate", "create_key", "set_limits", "resume_loop"] {
            let error = client.service.call_tool(super::client::call(name, &json!({}))).await.unwrap_err();
            assert!(error.to_string().contains("there is no tool"), "{error}");
            let rmcp::ServiceError::McpError(told) = error else { panic!("{error}") };
            let data = told.data.unwrap();
            assert_eq!((&data["code"], data["hint"].is_string()), (&json!("not_found"), true), "{data}");
        }
    }
    assert_eq!(gateway.desk.changes(), 0);
}

#[tokio::test]
async fn arguments_are_read_strictly_and_every_wrong_one_is_named() {
    let gateway = gateway().await;
    let client = connect(&gateway, "agent", &VERSIONS[1]).await;
    let refused = client.refused("get_status", &json!({"verbose": true})).await;
    assert_eq!((&refused["code"], &refused["errors"][0]["field"]), (&json!("invalid_request"), &json!("verbose")));
    let refused = client.refused("get_historical_data", &json!({"symbol": "AAPL"})).await;
    let fields: Vec<&Value> = refused["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["size", "duration"]);
    let refused = client.refused("list_orders", &json!({"limit": 0})).await;
    assert_eq!(refused["errors"][0]["field"], "limit");
    let refused = client.refused("get_quote", &json!({"symbol": null})).await;
    assert_eq!(refused["errors"][0]["field"], "symbol");
}
