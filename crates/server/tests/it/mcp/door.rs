//! What the door of the gateway asks of every request it asks of `/mcp` too, and a session belongs to its key.

use super::client::{VERSIONS, connect};
use crate::client::{Reply, gateway, gateway_with};
use crate::fake_desk::FakeDesk;
use rmcp::model::ReadResourceRequestParams;
use serde_json::json;
use std::sync::Arc;

const ACCEPT: (&str, &str) = ("Accept", "application/json, text/event-stream");

fn initialize() -> String {
    let params =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).to_string()
}

async fn post(gateway: &crate::client::Gateway, headers: &[(&str, &str)], body: &str) -> Reply {
    let all: Vec<_> = [ACCEPT].into_iter().chain(headers.iter().copied()).collect();
    gateway.request("POST", "/mcp", &all, body).await
}

#[tokio::test]
async fn every_request_shows_a_key() {
    let gateway = gateway().await;
    post(&gateway, &[], &initialize()).await.is_problem(401, "unauthorized");
    post(&gateway, &[("Authorization", "Bearer wrong")], &initialize()).await.is_problem(401, "unauthorized");
    let cookie = format!("tollgate-{}={}", gateway.addr.port(), crate::fake_desk::SESSION);
    post(&gateway, &[("Cookie", &cookie)], &initialize()).await.is_problem(401, "unauthorized");
    let begun = post(&gateway, &[("Authorization", "Bearer agent")], &initialize()).await;
    let session = begun.header("mcp-session-id").unwrap().to_owned();
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}).to_string();
    let bare = post(&gateway, &[("Mcp-Session-Id", &session)], &list).await;
    bare.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_session_counts_for_the_key_that_began_it_alone() {
    let gateway = gateway().await;
    let begun = post(&gateway, &[("Authorization", "Bearer agent")], &initialize()).await;
    assert_eq!(begun.status, 200, "{}", begun.head);
    let session = begun.header("mcp-session-id").unwrap().to_owned();
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}).to_string();
    let with = |key: &'static str, session: &str| {
        let headers =
            [("Authorization".to_owned(), format!("Bearer {key}")), ("Mcp-Session-Id".to_owned(), session.to_owned())];
        let (gateway, list) = (&gateway, &list);
        async move {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            post(gateway, &headers, list).await
        }
    };
    with("human", &session).await.is_problem(404, "not_found");
    with("agent", "made-up").await.is_problem(404, "not_found");
    assert_eq!(with("agent", &session).await.status, 200);
    let own = [("Authorization", "Bearer agent"), ("Mcp-Session-Id", session.as_str())];
    assert_eq!(gateway.request("DELETE", "/mcp", &own, "").await.status, 204);
    with("agent", &session).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn names_sizes_and_media_are_looked_at_as_everywhere() {
    let gateway = gateway_with(|limits| limits.body_bytes_max = 2_048).await;
    let key = ("Authorization", "Bearer agent");
    post(&gateway, &[key, ("Host", "evil.example")], &initialize()).await.is_problem(403, "forbidden_origin");
    post(&gateway, &[key, ("Origin", "http://evil.example")], &initialize()).await.is_problem(403, "forbidden_origin");
    post(&gateway, &[key, ("Content-Type", "text/plain")], &initialize())
        .await
        .is_problem(415, "unsupported_media_type");
    post(&gateway, &[key], &"x".repeat(2_049)).await.is_problem(413, "payload_too_large");
    let own = format!("http://{}", gateway.addr);
    assert_eq!(post(&gateway, &[key, ("Origin", &own)], &initialize()).await.status, 200);
    for garbage in
        ["", "{", "[]", "null", r#"{"jsonrpc":"1.0"}"#, r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":7}"#]
    {
        let reply = post(&gateway, &[key], garbage).await;
        assert!((400..500).contains(&reply.status), "{garbage}: {}", reply.head);
        assert!(reply.body["code"].is_string() || reply.body["error"]["code"].is_i64(), "{garbage}: {}", reply.body);
    }
    assert_eq!(gateway.desk.changes(), 0);
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_what_is_wrong() {
    let gateway = gateway().await;
    let key = ("Authorization", "Bearer agent");
    let one = gateway.request("POST", "/mcp", &[key, ("Accept", "application/json")], &initialize()).await;
    one.is_problem(400, "invalid_request");
    assert!(one.body["detail"].as_str().unwrap().contains("text/event-stream"), "{}", one.body);
    let old = post(&gateway, &[key, ("MCP-Protocol-Version", "1999-01-01")], &initialize()).await;
    assert!((400..500).contains(&old.status) && old.body.to_string().contains("1999-01-01"), "{}", old.body);
    let get = gateway.request("GET", "/mcp", &[key, ("MCP-Protocol-Version", "2026-07-28"), ACCEPT], "").await;
    get.is_problem(405, "method_not_allowed");
    assert!(get.header("allow").is_some(), "{}", get.head);
}

#[tokio::test]
async fn rates_and_sessions_are_bounded() {
    let gateway = gateway_with(|limits| {
        limits.mcp.sessions_max = 2;
        limits.requests_per_second_per_key_max = 1_000;
    })
    .await;
    for other in ["agent", "human"] {
        let bearer = format!("Bearer {other}");
        assert_eq!(post(&gateway, &[("Authorization", &bearer)], &initialize()).await.status, 200);
    }
    let reader = ("Authorization", "Bearer reader");
    post(&gateway, &[reader], &initialize()).await.is_problem(503, "too_many_streams");
    // The newer protocol has no sessions.
    let client = connect(&gateway, "agent", &VERSIONS[1]).await;
    client.ask("get_status", &json!({})).await;
}

/// Everything that an agent can name, with whatever key.
#[tokio::test]
async fn no_tool_resource_or_prompt_approves_arms_grants_loosens_or_lifts() {
    let gateway = gateway().await;
    let desk: Arc<FakeDesk> = gateway.desk.clone();
    let client = connect(&gateway, "human", &VERSIONS[1]).await;
    let wishes = json!({
        "approve": true, "approved": true, "approval_id": crate::fake_desk::APPROVAL, "state": "active", "scope": "global",
        "reason": "test", "hours": 1, "limits": {"order_qty_max": "1000000"}, "hash": "00", "id": "x", "con_id": "265598",
    });
    for tool in client.service.list_all_tools().await.unwrap() {
        let params =
            rmcp::model::CallToolRequestParams::new(tool.name).with_arguments(wishes.as_object().unwrap().clone());
        let result = client.service.call_tool(params).await.unwrap();
        assert_eq!(result.is_error, Some(true));
    }
    for uri in [
        "tollgate://approvals",
        "tollgate://live/arm",
        "tollgate://kill?state=active",
        "tollgate://quote/AAPL/../kill",
        "file:///etc/passwd",
    ] {
        client.service.read_resource(ReadResourceRequestParams::new(uri)).await.unwrap_err();
    }
    for name in ["approve", "daily_brief\n"] {
        client.service.get_prompt(rmcp::model::GetPromptRequestParams::new(name)).await.unwrap_err();
    }
    assert_eq!(desk.changes(), 0);
}
