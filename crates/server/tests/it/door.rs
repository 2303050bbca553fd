//! The door: who may come in, and that nobody can hold it shut.

use crate::client::{PATIENCE, gateway, gateway_with, parse};
use crate::fake_desk::Call;
use server::{ServeError, ServerConfig, serve};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn beyond_loopback_the_server_refuses_to_start() {
    for addr in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let desk = Arc::new(crate::fake_desk::FakeDesk::new());
        let started = serve(desk, ServerConfig::at(addr.parse().unwrap()), async {}).await;
        let Err(error @ ServeError::NotLoopback(_)) = started else { panic!("{addr} was accepted") };
        assert!(error.to_string().contains("TLS"));
    }
}

#[tokio::test]
async fn without_a_valid_key_only_health_readiness_and_the_schema_are_open() {
    let gateway = gateway_with(|limits| limits.failed_auth_per_minute_max = 1_000).await;
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        assert_eq!(gateway.request("GET", path, &[], "").await.status, 200, "{path}");
    }
    let document: serde_json::Value = serde_json::from_str(&server::openapi_json()).unwrap();
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            if path == "/healthz" || path == "/readyz" {
                continue;
            }
            let path = path.replace("{con_id}", "1").replace("{cl_ord_id}", "k").replace("{id}", "x");
            let reply = gateway.request(&method.to_uppercase(), &path, &[], "").await;
            reply.is_problem(401, "unauthorized");
            asked += 1;
        }
    }
    assert!(asked > 25, "{asked}");
    for header in ["Bearer", "Bearer ", "Bearer bad", "Basic good", "good", "Bearer  good"] {
        let reply = gateway.request("GET", "/api/v1/orders", &[("Authorization", header)], "").await;
        reply.is_problem(401, "unauthorized");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
    let twice = [("Authorization", "Bearer good"), ("Authorization", "Bearer good")];
    assert_eq!(gateway.request("GET", "/api/v1/orders", &twice, "").await.status, 401);
    assert_eq!(gateway.desk.calls(), []);
}

#[tokio::test]
async fn many_failed_keys_are_throttled_and_a_valid_key_is_not() {
    let gateway = gateway_with(|limits| limits.failed_auth_per_minute_max = 3).await;
    let ask = async |header| gateway.request("GET", "/api/v1/orders", &[("Authorization", header)], "").await;
    for guess in ["Bearer a", "Bearer b", "Bearer c", "Bearer a"] {
        ask(guess).await.is_problem(401, "unauthorized");
    }
    let reply = ask("Bearer d").await;
    reply.is_problem(429, "too_many_requests");
    gateway.request("GET", "/api/v1/orders", &[], "").await.is_problem(401, "unauthorized");
    assert!(reply.header("retry-after").is_some());
    assert_eq!(gateway.get("/api/v1/orders").await.status, 200);
}

#[tokio::test]
async fn readiness_names_every_reason_in_words_only_for_whoever_may_read() {
    let gateway = gateway().await;
    gateway.desk.tell(|told| told.not_ready = vec!["no link".to_owned(), "no account".to_owned()]);
    for nobody in [&[][..], &[("Authorization", "Bearer bad")]] {
        let reply = gateway.request("GET", "/readyz", nobody, "").await;
        assert_eq!((reply.status, &reply.body["ready"]), (503, &false.into()));
        assert_eq!(reply.body["reasons"], serde_json::json!(["no_link", "no_account"]));
    }
    let reply = gateway.get("/readyz").await;
    assert_eq!((reply.status, &reply.body["ready"]), (503, &false.into()));
    assert_eq!(reply.body["reasons"], serde_json::json!(["no link", "no account"]));
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused() {
    let gateway = gateway().await;
    let port = gateway.addr.port();
    let refused =
        [format!("evil.example:{port}"), "127.0.0.1".to_owned(), format!("127.0.0.1:{}", port ^ 1), String::new()];
    for host in &refused {
        gateway.ask("GET", "/api/v1/orders", &[("Host", host)], "").await.is_problem(403, "forbidden_origin");
    }
    for host in [format!("localhost:{port}"), format!("LOCALHOST:{port}"), format!("[::1]:{port}")] {
        assert_eq!(gateway.ask("GET", "/api/v1/orders", &[("Host", &host)], "").await.status, 200);
    }
    for origin in ["http://evil.example", "null", "https://127.0.0.1", &format!("http://evil.example:{port}")] {
        gateway.ask("GET", "/api/v1/orders", &[("Origin", origin)], "").await.is_problem(403, "forbidden_origin");
    }
    let own = format!("http://127.0.0.1:{port}");
    let reply = gateway.ask("GET", "/api/v1/orders", &[("Origin", &own)], "").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_errors_are_problems() {
    let gateway = gateway().await;
    gateway.get("/nowhere").await.is_problem(404, "not_found");
    gateway.ask("PATCH", "/api/v1/orders", &[], "").await.is_problem(405, "method_not_allowed");
    gateway.ask("POST", "/healthz", &[], "").await.is_problem(405, "method_not_allowed");
    let text = [("Idempotency-Key", "k1"), ("Content-Type", "text/plain")];
    gateway.ask("POST", "/api/v1/orders", &text, "{}").await.is_problem(415, "unsupported_media_type");
    let large = "x".repeat(70_000);
    gateway
        .ask("POST", "/api/v1/orders", &[("Idempotency-Key", "k1")], &large)
        .await
        .is_problem(413, "payload_too_large");
    gateway.get("/api/v1/orders/%ff").await.is_problem(400, "invalid_request");
    for bad in ["a b", "", &"x".repeat(65), "ü"] {
        let reply = gateway.ask("GET", "/api/v1/orders", &[("X-Request-Id", bad)], "").await;
        let made = reply.header("x-request-id").unwrap();
        assert_eq!(made.len(), 32, "{bad:?} was replaced by {made:?}");
    }
}

#[tokio::test]
async fn a_panic_is_answered_and_the_gateway_lives_on() {
    let gateway = gateway().await;
    gateway.desk.tell(|told| told.panics = true);
    gateway.get("/api/v1/market/quote?symbol=AAPL").await.is_problem(503, "internal");
    gateway.desk.tell(|told| told.panics = false);
    assert_eq!(gateway.get("/api/v1/market/quote?symbol=AAPL").await.status, 200);
}

#[tokio::test]
async fn a_chunked_body_is_bounded_too() {
    let gateway = gateway().await;
    let mut request = format!(
        "POST /api/v1/orders HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer good\r\nIdempotency-Key: k1\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        gateway.addr
    );
    let chunk = "x".repeat(0x8000);
    request += &["8000\r\n", &chunk, "\r\n"].concat().repeat(3);
    request += "0\r\n\r\n";
    parse(&gateway.raw(request.as_bytes()).await).is_problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_slow_body_is_answered_and_a_slow_head_is_cut_off() {
    let gateway = gateway_with(|limits| {
        limits.body_read_timeout = Duration::from_millis(100);
        limits.head_read_timeout = Duration::from_millis(100);
    })
    .await;
    let half = format!(
        "POST /api/v1/orders HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer good\r\nIdempotency-Key: k1\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        gateway.addr
    );
    parse(&gateway.raw(half.as_bytes()).await).is_problem(400, "invalid_request");
    let cut = gateway.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").await;
    assert!(!cut.starts_with("HTTP/1.1 200"), "{cut:?}");
    let idle = gateway.raw(b"").await;
    assert_eq!(idle, "", "an idle connection is closed");
    assert_eq!(gateway.desk.calls(), []);
}

#[tokio::test]
async fn idle_broken_and_garbage_connections_do_not_keep_others_out() {
    let gateway = gateway_with(|limits| {
        limits.connections_max = 4;
        limits.head_read_timeout = Duration::from_millis(200);
    })
    .await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(TcpStream::connect(gateway.addr).await.unwrap());
    }
    for garbage in [&b"\x00\xff\x16\x03\x01"[..], b"GET", b"\r\n\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
        stream.write_all(garbage).await.ok();
        stream.set_zero_linger().unwrap();
        drop(stream);
    }
    let served = tokio::time::timeout(PATIENCE, gateway.get("/api/v1/orders?limit=1")).await.unwrap();
    assert_eq!(served.status, 200);
}

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let gateway = gateway().await;
    let base = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", gateway.addr);
    let many = "X-Many: 1\r\n".repeat(200);
    let long = format!("X-Long: {}\r\n", "x".repeat(64 * 1024));
    for extra in [many, long] {
        let answer = gateway.raw(format!("{base}{extra}\r\n").as_bytes()).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(gateway.request("GET", "/healthz", &[], "").await.status, 200);
}

#[tokio::test]
async fn shutdown_lets_an_open_connection_end_and_takes_no_new_one() {
    let desk = Arc::new(crate::fake_desk::FakeDesk::new());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move {
        stopped.await.ok();
    };
    let running = serve(desk, ServerConfig::at("127.0.0.1:0".parse().unwrap()), shutdown).await.unwrap();
    let addr = running.local_addr();
    let mut idle = TcpStream::connect(addr).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {addr}\r\n\r\n");
    idle.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0_u8; 12];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, running.finished()).await.unwrap().unwrap();
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn the_kill_switch_reaches_the_desk_word_for_word() {
    let gateway = gateway().await;
    let body = r#"{"scope":"global","state":"halted","reason":"drill"}"#;
    let reply = gateway.ask("PUT", "/api/v1/kill", &[], body).await;
    assert_eq!((reply.status, &reply.body["global"]), (200, &"halted".into()));
    let Some(Call::Kill(scope, state, reason)) = gateway.desk.calls().pop() else { panic!("no kill") };
    assert_eq!((scope.to_string(), state.word(), reason.as_str()), ("global".to_owned(), "halted", "drill"));
}
