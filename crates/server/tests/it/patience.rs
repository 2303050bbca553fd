//! Those who take their time, break off, or take all the room: they wait, nobody else does.

use crate::client::{Gateway, PATIENCE, gateway_with, rest_of};
use crate::fake_desk::Call;
use crate::witness::{Witness, from_address, one_answer};
use server::Limits;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// So long that nothing ends by itself within a test.
const LONG: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(300);

fn patient(limits: &mut Limits) {
    limits.head_read_timeout = LONG;
    limits.body_read_timeout = LONG;
    limits.write_timeout = LONG;
}

fn half_post(gateway: &Gateway) -> String {
    format!(
        "POST /api/v1/orders HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer good\r\nIdempotency-Key: k-1\r\nContent-Type: \
         application/json\r\nContent-Length: 1000\r\n\r\n{{\"side\":",
        gateway.addr
    )
}

/// Writes byte by byte until the gateway has enough of it.
async fn drip(mut stream: TcpStream, begin: &str, byte: &'static [u8]) -> String {
    stream.write_all(begin.as_bytes()).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let dripping = tokio::spawn(async move {
        while write.write_all(byte).await.is_ok() {
            tokio::task::yield_now().await;
            // tidy: sleep — slowness is the attack
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, read.read_to_end(&mut answer)).await.expect("it is cut off").ok();
    dripping.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_or_a_body_that_comes_byte_by_byte_is_cut_off_by_the_whole_of_its_time() {
    let gateway = gateway_with(|limits| {
        limits.head_read_timeout = SHORT;
        limits.body_read_timeout = SHORT;
    })
    .await;
    let half_head = format!("GET /api/v1/orders HTTP/1.1\r\nHost: {}\r\nX-Slow: ", gateway.addr);
    let chunked =
        half_post(&gateway).replace("Content-Length: 1000", "Transfer-Encoding: chunked").replace("{\"side\":", "");
    for (begin, byte) in
        [("", &b"\r\n"[..]), ("G", b"E"), (&half_head, b"x"), (&half_post(&gateway), b" "), (&chunked, b"1\r\n \r\n")]
    {
        let stream = TcpStream::connect(gateway.addr).await.unwrap();
        let answer = drip(stream, begin, byte).await;
        assert!(!answer.contains(" 200 ") && !answer.contains(" 201 "), "{begin:?}: {answer}");
        assert_eq!(gateway.get("/api/v1/orders?limit=1").await.status, 200);
    }
    assert_eq!(gateway.desk.changes(), 0);
}

#[tokio::test]
async fn those_who_break_off_in_the_middle_leave_nothing_behind() {
    let gateway = gateway_with(|_| {}).await;
    let mut witness = Witness::of(&gateway).await;
    let whole = format!("GET /openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n", gateway.addr);
    let half = half_post(&gateway);
    for bytes in ["", "G", "GET /api", &whole[..whole.len() - 2], &whole, &half, &half[..half.len() - 4]] {
        for reset in [false, true] {
            let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
            stream.write_all(bytes.as_bytes()).await.unwrap();
            if reset {
                stream.set_zero_linger().unwrap();
            }
            drop(stream);
        }
        witness.still_works(&gateway, bytes).await;
    }
    // Half of an answer is taken, then the line is reset.
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    stream.write_all(whole.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 100]).await.unwrap();
    stream.set_zero_linger().unwrap();
    drop(stream);
    witness.still_works(&gateway, "half an answer").await;
    assert_eq!(gateway.desk.changes(), 0, "a body that broke off is no order");
}

#[tokio::test]
async fn a_caller_who_takes_nothing_of_his_answers_is_cut_off() {
    let gateway = gateway_with(|limits| {
        patient(limits);
        limits.write_timeout = SHORT;
        limits.connections_max = 2;
    })
    .await;
    let mut witness = Witness::of(&gateway).await;
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    let request =
        format!("GET /api/v1/orders?limit=1 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer good\r\n\r\n", gateway.addr);
    stream.write_all(request.as_bytes()).await.unwrap();
    one_answer(&mut stream).await;
    // From here on it asks and never reads.
    let large = format!("GET /openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n", gateway.addr);
    let asking = tokio::spawn(async move {
        while stream.write_all(large.as_bytes()).await.is_ok() {}
        stream
    });
    witness.still_works(&gateway, "both places were taken").await;
    asking.abort();
}

#[tokio::test]
async fn a_flood_of_strangers_up_to_the_bound_makes_room_for_whoever_comes() {
    let gateway = gateway_with(|limits| {
        patient(limits);
        limits.connections_max = 16;
    })
    .await;
    let mut witness = Witness::of(&gateway).await;
    let healthz = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", gateway.addr);
    for (what, bytes) in [("idle", ""), ("half a head", "GET /heal"), ("no key", &healthz)] {
        let mut flood = Vec::new();
        for _ in 0..200 {
            let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
            stream.write_all(bytes.as_bytes()).await.ok();
            flood.push(stream);
        }
        witness.still_works(&gateway, what).await;
        drop(flood);
    }
}

#[tokio::test]
async fn one_peer_takes_no_more_places_than_one_may_and_is_told_so() {
    let gateway = gateway_with(|limits| {
        patient(limits);
        limits.connections_per_peer_max = 4;
    })
    .await;
    let mut witness = Witness::of(&gateway).await;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(from_address("127.0.0.2", &gateway).await);
    }
    let mut told = from_address("127.0.0.2", &gateway).await;
    let answer = rest_of(&mut told).await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("Retry-After: 1"), "{answer}");
    witness.still_works(&gateway, "another peer").await;
    drop(held);
    let freed = async {
        loop {
            let mut stream = from_address("127.0.0.2", &gateway).await;
            let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", gateway.addr);
            stream.write_all(request.as_bytes()).await.ok();
            if rest_of(&mut stream).await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("places that are given back can be taken");
}

#[tokio::test]
async fn whoever_guesses_keys_is_slowed_and_the_right_key_beside_him_is_not() {
    let gateway = gateway_with(|limits| limits.failed_auth_per_minute_max = 5).await;
    let mut witness = Witness::of(&gateway).await;
    let mut statuses = Vec::new();
    for guess in 0..50 {
        let key = format!("Bearer tg_{guess:064x}");
        statuses.push(gateway.request("GET", "/api/v1/orders", &[("Authorization", &key)], "").await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 5);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 45);
    witness.still_works(&gateway, "the same peer has a good key too").await;
}

#[tokio::test]
async fn too_many_requests_of_a_key_or_a_peer_wait_and_a_kill_does_not() {
    let body = r#"{"scope":"global","state":"halted","reason":"drill"}"#;
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
            let reply = gateway.get("/api/v1/orders?limit=1").await;
            if reply.status == 429 {
                reply.is_problem(429, "too_many_requests");
                let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=2).contains(&wait), "{wait}");
                refused += 1;
            }
        }
        assert!(refused >= 1);
        assert_eq!(gateway.ask("PUT", "/api/v1/kill", &[], body).await.status, 200, "a kill never waits");
        assert!(matches!(gateway.desk.calls().last(), Some(Call::Kill(..))));
    }
}

fn whole_post(gateway: &Gateway, number: usize) -> String {
    let body = r#"{"con_id":"265598","side":"buy","qty":"1","order_type":"market","tif":"day"}"#;
    format!(
        "POST /api/v1/orders HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer good\r\nIdempotency-Key: k-{number}\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\n\r\n{body}",
        gateway.addr,
        body.len()
    )
}

/// A request that the desk holds back.
async fn held_at_the_desk(gateway: &Gateway, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::timeout(PATIENCE, gateway.desk.until_held()).await.expect("it comes to the desk");
    stream
}

#[tokio::test]
async fn an_order_that_arrived_whole_goes_on_although_its_caller_hung_up() {
    let gateway = gateway_with(|_| {}).await;
    for (number, reset) in [(1, false), (2, true)] {
        gateway.desk.hold_submits();
        let stream = held_at_the_desk(&gateway, &whole_post(&gateway, number)).await;
        if reset {
            stream.set_zero_linger().unwrap();
        }
        drop(stream);
        assert_eq!(gateway.get("/api/v1/orders?limit=1").await.status, 200);
        gateway.desk.let_submits_go();
        let answered = async {
            while gateway.desk.changes() < number {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, answered).await.expect("the desk has the order");
    }
}

const KILL: &str = r#"{"scope":"global","state":"halted","reason":"drill"}"#;

/// A connection that was answered once with the key and waits for nothing.
async fn idle_and_known(gateway: &Gateway) -> TcpStream {
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    let request =
        format!("GET /api/v1/orders?limit=1 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer good\r\n\r\n", gateway.addr);
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(one_answer(&mut stream).await.status, 200);
    stream
}

#[tokio::test]
async fn a_key_that_holds_all_connections_and_asks_nothing_keeps_nobody_out() {
    let gateway = gateway_with(|limits| {
        patient(limits);
        limits.connections_max = 4;
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(idle_and_known(&gateway).await);
    }
    let answer = tokio::time::timeout(PATIENCE, gateway.get("/api/v1/orders?limit=1")).await.expect("one goes");
    assert_eq!(answer.status, 200);
    assert_eq!(rest_of(&mut held[0]).await, "", "the one that has waited longest, and without a word");
}

#[tokio::test]
async fn while_all_connections_are_at_work_trading_is_stopped_and_keys_are_revoked_all_the_same() {
    let gateway = gateway_with(|limits| {
        patient(limits);
        limits.connections_max = 4;
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut stream = idle_and_known(&gateway).await;
        stream.write_all(half_post(&gateway).as_bytes()).await.unwrap();
        held.push(stream);
    }
    let ask = async |method, path, body| {
        tokio::time::timeout(PATIENCE, gateway.ask(method, path, &[], body)).await.expect("nobody waits")
    };
    let refused = ask("GET", "/api/v1/orders?limit=1", "").await;
    refused.is_problem(429, "too_many_requests");
    assert_eq!((refused.header("retry-after"), refused.header("connection")), (Some("1"), Some("close")));
    assert_eq!(ask("PUT", "/api/v1/kill", KILL).await.status, 200);
    assert_eq!(ask("GET", "/healthz", "").await.status, 200);
    assert_ne!(ask("DELETE", "/api/v1/keys/agent", "").await.status, 429);
    assert_ne!(ask("POST", "/api/v1/orders/cancel-all", "").await.status, 429);
    drop(held);
    let freed = async { while ask("GET", "/api/v1/orders?limit=1", "").await.status == 429 {} };
    tokio::time::timeout(PATIENCE, freed).await.expect("places that are given back can be taken");
}

#[tokio::test]
async fn a_key_has_no_more_connections_than_one_may_and_still_stops_trading() {
    let gateway = gateway_with(|limits| {
        patient(limits);
        limits.connections_per_key_max = 2;
    })
    .await;
    let held = [idle_and_known(&gateway).await, idle_and_known(&gateway).await];
    let refused = gateway.get("/api/v1/orders?limit=1").await;
    refused.is_problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(gateway.ask("PUT", "/api/v1/kill", &[], KILL).await.status, 200);
    assert_eq!(gateway.request("GET", "/healthz", &[], "").await.status, 200, "nobody else is held up");
    drop(held);
    let freed = async { while gateway.get("/api/v1/orders?limit=1").await.status == 429 {} };
    tokio::time::timeout(PATIENCE, freed).await.expect("what is given back counts no more");
}
