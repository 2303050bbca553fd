//! What holds others up never holds up whoever stops trading, and what a session keeps is bounded and given back.

use super::client::{VERSIONS, connect};
use crate::client::{Gateway, PATIENCE, Reply, gateway_with};
use crate::fake_desk::{Call, FakeDesk};
use domain::journal::JournalEvent;
use rmcp::model::SubscribeRequestParams;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A call of a tool as a client of the newer protocol writes it.
async fn call(gateway: &Gateway, tool: &str, arguments: &Value) -> Reply {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    });
    let params = json!({"name": tool, "arguments": arguments, "_meta": meta});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
    let headers = [
        ("Accept", "application/json, text/event-stream"),
        ("Authorization", "Bearer agent"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
    ];
    gateway.request("POST", "/mcp", &headers, &body).await
}

fn kill() -> Value {
    json!({"scope": "global", "reason": "drill"})
}

fn was_killed(desk: &FakeDesk) -> bool {
    matches!(desk.calls().last(), Some(Call::Kill(..)))
}

#[tokio::test]
async fn a_rate_that_holds_up_every_other_tool_lets_the_kill_switch_through() {
    for by_key in [true, false] {
        let gateway = gateway_with(|limits| {
            let rate = if by_key {
                &mut limits.requests_per_second_per_key_max
            } else {
                &mut limits.requests_per_second_per_peer_max
            };
            *rate = 1;
        })
        .await;
        let mut refused = 0;
        for _ in 0..6 {
            let reply = call(&gateway, "get_status", &json!({})).await;
            if reply.status == 429 {
                reply.is_problem(429, "too_many_requests");
                assert!(reply.header("retry-after").is_some());
                refused += 1;
            }
        }
        assert!(refused >= 1);
        call(&gateway, "cancel_all_orders", &json!({})).await.is_problem(429, "too_many_requests");
        let killed = call(&gateway, "kill_switch", &kill()).await;
        assert_eq!((killed.status, was_killed(&gateway.desk)), (200, true), "{}", killed.head);
    }
}

#[tokio::test]
async fn a_client_of_the_older_protocol_kills_beyond_the_rate_too() {
    let gateway = gateway_with(|limits| limits.requests_per_second_per_key_max = 3).await;
    let client = connect(&gateway, "agent", &VERSIONS[0]).await;
    // What is left of the rate is spent beside it.
    while call(&gateway, "get_status", &json!({})).await.status != 429 {}
    client.ask("kill_switch", &kill()).await;
    assert!(was_killed(&gateway.desk));
}

#[tokio::test]
async fn a_request_that_opens_no_stream_keeps_the_place_of_its_connection() {
    let gateway = gateway_with(|limits| {
        limits.connections_max = 1;
        limits.mcp.session_idle = Duration::from_mins(30);
    })
    .await;
    let mut first = TcpStream::connect(gateway.addr).await.unwrap();
    for head in ["GET /mcp HTTP/1.1", "POST /mcp HTTP/1.1\r\nMcp-Method: subscriptions/listen\r\nContent-Length: 0"] {
        let asked = format!("{head}\r\nHost: {}\r\nAuthorization: Bearer agent\r\n\r\n", gateway.addr);
        first.write_all(asked.as_bytes()).await.unwrap();
        let mut answer = [0_u8; 4_096];
        let read = tokio::time::timeout(PATIENCE, first.read(&mut answer)).await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 4"));
    }
    // Somebody else needs the place: the one that does nothing gives it up, as any connection does.
    assert_eq!(gateway.request("GET", "/healthz", &[], "").await.status, 200);
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, first.read_to_end(&mut rest)).await.expect("it ends").ok();
}

#[tokio::test]
#[expect(deprecated, reason = "how a client of the older protocol subscribes")]
async fn a_session_whose_client_is_gone_ends_although_it_is_told_news_all_the_time() {
    let gateway = gateway_with(|limits| {
        limits.streams.market_interval = Duration::from_millis(1);
        limits.streams.heartbeat = Duration::from_millis(20);
        limits.mcp.session_idle = Duration::from_millis(200);
    })
    .await;
    let client = connect(&gateway, "agent", &VERSIONS[0]).await;
    client.service.subscribe(SubscribeRequestParams::new("tollgate://status")).await.unwrap();
    assert_ne!(streams(&gateway).await, 0);
    // It hangs up without a word.
    client.vanish();
    let gone = async {
        while streams(&gateway).await != 0 {
            gateway.desk.journal.grow([JournalEvent::Stopped]);
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("nothing of it stays");
}

/// Streams of MCP clients, by the gateway's own figures.
async fn streams(gateway: &Gateway) -> u64 {
    let head = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer good\r\n", gateway.addr);
    let text = gateway.raw(format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
    let line = text.lines().find(|line| line.contains("streams") && line.contains("\"mcp\"")).expect("a figure");
    line.rsplit(' ').next().unwrap().trim().parse().unwrap()
}

/// A session of the older protocol.
async fn begin(gateway: &Gateway, key: &str) -> String {
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"},
    });
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).to_string();
    let bearer = format!("Bearer {key}");
    let headers = [("Accept", "application/json, text/event-stream"), ("Authorization", bearer.as_str())];
    let reply = gateway.request("POST", "/mcp", &headers, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.head);
    reply.header("mcp-session-id").unwrap().to_owned()
}

/// A call in such a session, to its end.
async fn call_in(gateway: &Gateway, session: &str, tool: &str, arguments: &Value) -> String {
    let body =
        json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}});
    let body = body.to_string();
    let asked = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer agent\r\nAccept: application/json, \
         text/event-stream\r\nContent-Type: application/json\r\nMcp-Session-Id: {session}\r\nContent-Length: {}\r\n\r\n{body}",
        gateway.addr,
        body.len()
    );
    gateway.raw(asked.as_bytes()).await
}

#[tokio::test]
async fn a_second_request_with_the_id_of_one_that_waits_is_refused_and_the_first_is_answered() {
    let gateway = gateway_with(|_| {}).await;
    let session = begin(&gateway, "agent").await;
    let order = json!({
        "cl_ord_id": "k1", "preview_id": "pv-0123456789abcdef01234567", "con_id": "265598", "side": "buy", "qty": "10",
        "order_type": "limit", "limit_price": "189.50", "tif": "day",
    });
    gateway.desk.hold_submits();
    let first = call_in(&gateway, &session, "place_order", &order);
    let second = async {
        gateway.desk.until_held().await;
        let told = call_in(&gateway, &session, "get_status", &json!({})).await;
        gateway.desk.let_submits_go();
        told
    };
    let (first, second) = tokio::join!(first, second);
    assert!(second.contains("has no answer yet"), "{second}");
    assert!(first.contains("\"isError\":false") && first.contains("acknowledged"), "{first}");
    // Answered: the id is free again.
    let third = call_in(&gateway, &session, "get_status", &json!({})).await;
    assert!(third.contains("\"isError\":false"), "{third}");
}

#[tokio::test]
async fn of_a_key_with_too_many_sessions_the_quietest_gives_way_and_other_keys_have_room() {
    let gateway = gateway_with(|limits| limits.mcp.sessions_max = 4).await;
    let begin = async |key: &'static str| begin(&gateway, key).await;
    let lives = async |session: &str| {
        let headers = [
            ("Accept", "application/json, text/event-stream"),
            ("Authorization", "Bearer agent"),
            ("Mcp-Session-Id", session),
        ];
        let body = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}).to_string();
        let reply = gateway.request("POST", "/mcp", &headers, &body).await;
        if reply.status == 404 {
            reply.is_problem(404, "not_found");
            assert!(reply.body["detail"].as_str().unwrap().contains("begin a new one"), "{}", reply.body);
        }
        reply.status == 200
    };
    let first = begin("agent").await;
    let second = begin("agent").await;
    assert!(lives(&first).await);
    let third = begin("agent").await;
    assert_eq!([lives(&first).await, lives(&second).await, lives(&third).await], [true, false, true]);
    begin("human").await;
    begin("reader").await;
    // As many as may be: the next one of a key takes the place of its own, of nobody else's.
    begin("human").await;
    assert!(lives(&first).await && lives(&third).await);
}
