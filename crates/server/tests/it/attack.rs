//! What is sent to do harm, byte by byte: each attack is answered or cut off as it must be, nothing of it reaches the desk, and others go
//! on working.

use crate::client::{Gateway, gateway};
use crate::witness::Witness;
use std::fmt::Write as _;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// The statuses of all answers to these bytes.
async fn statuses(gateway: &Gateway, bytes: &[u8]) -> Vec<u16> {
    let answer = gateway.raw(bytes).await;
    // Every answer has the id of its request; bodies have none.
    let answers = answer.split("HTTP/1.1 ").skip(1);
    answers.map(|answer| answer.get(..3).and_then(|status| status.parse().ok()).unwrap_or(0)).collect()
}

/// A head with a key, whatever else.
fn head(gateway: &Gateway, line: &str, more: &str) -> String {
    format!("{line}\r\nHost: {}\r\nAuthorization: Bearer good\r\n{more}\r\n", gateway.addr)
}

fn post(gateway: &Gateway, more: &str, body: &str) -> String {
    let line = "POST /api/v1/orders HTTP/1.1";
    let json = format!("Content-Type: application/json\r\nIdempotency-Key: k-1\r\n{more}");
    head(gateway, line, &json) + body
}

/// A whole request, to be hidden in the body of another.
fn hidden(gateway: &Gateway) -> String {
    let kill = r#"{"scope":"global","state":"halted","reason":"x"}"#;
    let more = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", kill.len());
    head(gateway, "PUT /api/v1/kill HTTP/1.1", &more) + kill
}

/// One attack, the statuses that may answer it, and how often there is an answer at most.
struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    allowed: &'static [u16],
}

impl Case {
    fn new(name: &'static str, bytes: impl Into<Vec<u8>>, allowed: &'static [u16]) -> Self {
        Self { name, bytes: bytes.into(), allowed }
    }
}

/// Each gets at most one answer, of the allowed, and leaves no call behind.
async fn fire(gateway: &Gateway, cases: Vec<Case>) {
    let mut witness = Witness::of(gateway).await;
    let before = gateway.desk.changes();
    for case in cases {
        let found = statuses(gateway, &case.bytes).await;
        let allowed = found.iter().all(|status| case.allowed.contains(status));
        assert!(found.len() <= 1 && allowed, "{}: {found:?}, allowed {:?}", case.name, case.allowed);
        witness.still_works(gateway, case.name).await;
        assert_eq!(gateway.desk.changes(), before, "{} reached the desk", case.name);
    }
}

#[tokio::test]
async fn messages_that_could_be_read_in_two_ways_are_read_in_one_and_end_the_connection() {
    let gateway = gateway().await;
    let hidden = hidden(&gateway);
    let (len, twice) = (hidden.len(), hidden.len() + 5);
    let smuggled = format!("0\r\n\r\n{hidden}");
    let chunked = "Transfer-Encoding: chunked\r\n";
    let cases = vec![
        Case::new(
            "length, then chunks",
            post(&gateway, &format!("Content-Length: {twice}\r\n{chunked}"), &smuggled),
            &[400],
        ),
        Case::new(
            "chunks, then length",
            post(&gateway, &format!("{chunked}Content-Length: {twice}\r\n"), &smuggled),
            &[400],
        ),
        Case::new(
            "two lengths",
            post(&gateway, &format!("Content-Length: 0\r\nContent-Length: {len}\r\n"), &hidden),
            &[400],
        ),
        Case::new("a list of lengths", post(&gateway, &format!("Content-Length: 0, {len}\r\n"), &hidden), &[400]),
        Case::new("a signed length", post(&gateway, "Content-Length: +0\r\n", &hidden), &[400]),
        Case::new("a negative length", post(&gateway, "Content-Length: -1\r\n", &hidden), &[400]),
        Case::new("a hexadecimal length", post(&gateway, "Content-Length: 0x0\r\n", &hidden), &[400]),
        Case::new("no length at all", post(&gateway, "Content-Length: \r\n", &hidden), &[400]),
        Case::new(
            "a length beyond numbers",
            post(&gateway, "Content-Length: 18446744073709551616\r\n", &hidden),
            &[400],
        ),
        Case::new(
            "the largest length",
            post(&gateway, "Content-Length: 18446744073709551615\r\n", &hidden),
            &[400, 413, 431],
        ),
        Case::new(
            "identity behind chunks",
            post(&gateway, "Transfer-Encoding: chunked, identity\r\n", &smuggled),
            &[400],
        ),
        Case::new("an unknown coding", post(&gateway, "Transfer-Encoding: xchunked\r\n", &smuggled), &[400]),
        Case::new(
            "a coding with a tab",
            post(&gateway, "Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n", &smuggled),
            &[400],
        ),
        Case::new("a space before the colon", post(&gateway, "Transfer-Encoding : chunked\r\n", &smuggled), &[400]),
        Case::new("chunks in HTTP/1.0", post(&gateway, chunked, &smuggled).replace("HTTP/1.1", "HTTP/1.0"), &[400]),
        Case::new(
            "a folded header",
            post(&gateway, &format!("Content-Length: 0\r\nX-A: b\r\n Content-Length: {len}\r\n"), &hidden),
            &[400],
        ),
        Case::new(
            "a folded coding",
            post(&gateway, "Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n", &smuggled),
            &[400],
        ),
        Case::new("a lone carriage return", post(&gateway, "X-A: b\rContent-Length: 5\r\n", &hidden), &[400]),
        Case::new("a zero in a name", post(&gateway, "X-\0A: b\r\n", ""), &[400]),
        Case::new("a zero in a value", post(&gateway, "X-A: b\0c\r\n", ""), &[400]),
        Case::new("a line without a colon", post(&gateway, "X-A\r\n", ""), &[400]),
        Case::new("an empty name", post(&gateway, ": b\r\n", ""), &[400]),
    ];
    fire(&gateway, cases).await;
}

#[tokio::test]
async fn chunks_that_lie_are_refused() {
    let gateway = gateway().await;
    let hidden = hidden(&gateway);
    let chunks = |body: &str| post(&gateway, "Transfer-Encoding: chunked\r\nConnection: close\r\n", body);
    let bomb = format!("1;{}\r\n{{\r\n0\r\n\r\n", "x".repeat(100_000));
    let trailers = format!("2\r\n{{}}\r\n0\r\n{}\r\n", "X-T: 1\r\n".repeat(5_000));
    let tiny = "1\r\nx\r\n".repeat(70_000) + "0\r\n\r\n";
    let cases = vec![
        Case::new("a size that is none", chunks(&format!("zz\r\n{hidden}")), &[400]),
        Case::new("a size beyond numbers", chunks(&format!("ffffffffffffffffff\r\n{hidden}")), &[400]),
        Case::new("the largest size", chunks(&format!("ffffffffffffffff\r\n{hidden}")), &[400, 413]),
        Case::new("a negative size", chunks(&format!("-1\r\n{hidden}")), &[400]),
        Case::new("a size with 0x", chunks(&format!("0x2\r\n{{}}\r\n0\r\n\r\n{hidden}")), &[400]),
        Case::new("less than promised", chunks(&format!("5\r\n{{}}\r\n0\r\n\r\n{hidden}")), &[400]),
        Case::new("more than promised", chunks(&format!("1\r\n{{}}\r\n0\r\n\r\n{hidden}")), &[400]),
        Case::new("bare line feeds", chunks(&format!("2\n{{}}\n0\n\n{hidden}")), &[400]),
        Case::new("an extension", chunks("2;a=b\r\n{}\r\n0\r\n\r\n"), &[400]),
        Case::new("an extension without end", chunks(&bomb), &[400]),
        Case::new("trailers without end", chunks(&trailers), &[400]),
        Case::new(
            "a trailer that names a length",
            chunks(&format!("2\r\n{{}}\r\n0\r\nContent-Length: 9\r\n\r\n{hidden}")),
            &[400],
        ),
        Case::new("many small chunks", chunks(&tiny), &[413]),
        Case::new("an end that never comes", chunks("2\r\n{}\r\n"), &[400]),
    ];
    // Who stops writing half way is not waited for.
    for case in cases {
        let mut witness = Witness::of(&gateway).await;
        let before = gateway.desk.changes();
        let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
        stream.write_all(&case.bytes).await.ok();
        stream.shutdown().await.ok();
        let answer = crate::client::rest_of(&mut stream).await;
        let found: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).map(|one| &one[..3]).collect();
        let allowed: Vec<String> = case.allowed.iter().map(ToString::to_string).collect();
        let fits = found.iter().all(|status| allowed.iter().any(|one| one == status));
        assert!(found.len() <= 1 && fits, "{}: {found:?}", case.name);
        witness.still_works(&gateway, case.name).await;
        assert_eq!(gateway.desk.changes(), before, "{} reached the desk", case.name);
    }
}

#[tokio::test]
async fn what_is_behind_a_refused_body_is_no_request() {
    let gateway = gateway().await;
    let many = hidden(&gateway).repeat(600);
    assert!(many.len() > 100_000);
    let length = format!("Content-Length: {}\r\n", many.len());
    let without_key = post(&gateway, &length, &many).replacen("Bearer good", "Bearer bad", 1);
    let text = post(&gateway, &length, &many).replacen("application/json", "text/plain", 1);
    let nowhere = post(&gateway, &length, &many).replacen("/api/v1/orders", "/nowhere", 1);
    let foreign = post(&gateway, &format!("{length}Origin: http://evil.example\r\n"), &many);
    let expecting = post(&gateway, &format!("{length}Expect: 100-continue\r\n"), &many);
    let unread = post(&gateway, &length, &many).replacen("POST /api/v1/orders", "GET /api/v1/orders", 1);
    let cases = vec![
        Case::new("too large", post(&gateway, &length, &many), &[413]),
        Case::new("a wrong key", without_key, &[401]),
        Case::new("another type", text, &[413, 415]),
        Case::new("no such path", nowhere, &[404]),
        Case::new("a foreign page", foreign, &[403]),
        Case::new("expecting to be told to go on", expecting, &[413]),
        Case::new("a body that nobody reads", unread, &[200]),
    ];
    fire(&gateway, cases).await;
}

#[tokio::test]
async fn other_protocols_and_broken_request_lines_are_cut_off() {
    let gateway = gateway().await;
    let line = |line: &str| head(&gateway, line, "Connection: close\r\n");
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20);
    let lines = "\r\n".repeat(50_000);
    let cases = vec![
        Case::new("HTTP/2", &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"[..], &[400]),
        Case::new("TLS", hello, &[400]),
        Case::new("HTTP/0.9", &b"GET /healthz\r\n\r\n"[..], &[400]),
        Case::new("HTTP/3", line("GET /healthz HTTP/3.0"), &[400]),
        Case::new("no version", line("GET /healthz HTTP/"), &[400]),
        Case::new("two spaces", line("GET  /healthz HTTP/1.1"), &[400]),
        Case::new("no path", line("GET HTTP/1.1"), &[400]),
        Case::new("an empty method", line(" /healthz HTTP/1.1"), &[400]),
        Case::new("a method of bytes", &b"\xff\xfe\xfd /healthz HTTP/1.1\r\n\r\n"[..], &[400]),
        Case::new("an endless method", line(&format!("{} /healthz HTTP/1.1", "G".repeat(30_000))), &[400, 431]),
        Case::new("nothing but line ends", lines, &[400, 431]),
        Case::new("a tunnel", line("CONNECT evil.example:443 HTTP/1.1"), &[400, 403, 404, 405]),
        Case::new("a trace", line("TRACE /healthz HTTP/1.1"), &[405]),
        Case::new("options of everything", line("OPTIONS * HTTP/1.1"), &[403, 404, 405]),
        Case::new(
            "a preflight",
            head(
                &gateway,
                "OPTIONS /api/v1/orders HTTP/1.1",
                "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n",
            ),
            &[403],
        ),
        Case::new(
            "an upgrade to HTTP/2",
            head(
                &gateway,
                "GET /healthz HTTP/1.1",
                "Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
            ),
            &[200],
        ),
        Case::new(
            "an upgrade to a web socket",
            head(
                &gateway,
                "GET /api/v1/orders HTTP/1.1",
                "Connection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n",
            ),
            &[200],
        ),
    ];
    fire(&gateway, cases).await;
}

#[tokio::test]
async fn no_trick_with_the_path_gets_around_the_key_or_out_of_the_routes() {
    let gateway = gateway().await;
    let mut witness = Witness::of(&gateway).await;
    let long = format!("/api/v1/orders/{}", "a".repeat(10_000));
    let deep = "/..".repeat(2_000);
    let paths = [
        "/api/v1/../v1/orders",
        "/healthz/../api/v1/orders",
        "/healthz/%2e%2e/api/v1/orders",
        "/healthz/..%2fapi/v1/orders",
        "/healthz/..;/api/v1/orders",
        "/healthz;/api/v1/orders",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//api/v1/orders",
        "/api//v1/orders",
        "/api/v1/orders/",
        "/api/v1/orders%00",
        "/api/v1/orders%20",
        "/API/V1/ORDERS",
        "/api/v1/orders%2f",
        "/api/v1/%6frders",
        "/api/v1/orders/%2e%2e%2fkeys",
        "/api/v1/orders/%00",
        "/api/v1/orders/%c0%ae%c0%ae",
        "/api/v1/orders/%25%32%65",
        "/api/v1/orders/%zz",
        "/healthz%3f/api/v1/orders",
        "/.",
        "/..",
        "/%",
        "/\\..\\api",
        "/openapi.json/../api/v1/keys",
        &long,
        &deep,
    ];
    for path in paths {
        let reply = gateway.request("GET", path, &[], "").await;
        assert!(matches!(reply.status, 400 | 401 | 404 | 414 | 431), "{path} is {} {}", reply.status, reply.body);
        let with_key = gateway.get(path).await;
        assert!(matches!(with_key.status, 400 | 404 | 414 | 431), "{path} is {} {}", with_key.status, with_key.body);
        witness.still_works(&gateway, path).await;
    }
    assert_eq!(gateway.desk.changes(), 0);
}

#[tokio::test]
async fn no_trick_with_names_makes_another_host_ours() {
    let gateway = gateway().await;
    let mut witness = Witness::of(&gateway).await;
    let (addr, port) = (gateway.addr, gateway.addr.port());
    let line =
        |line: &str, hosts: &str| format!("{line}\r\n{hosts}Authorization: Bearer good\r\nConnection: close\r\n\r\n");
    let ours = format!("Host: {addr}\r\n");
    let orders = "GET /api/v1/orders HTTP/1.1";
    let refused = [
        line(orders, ""),
        line("GET /api/v1/orders HTTP/1.0", ""),
        line(orders, &format!("{ours}Host: evil.example\r\n")),
        line(orders, &format!("Host: evil.example\r\n{ours}")),
        line(orders, &format!("{ours}{ours}")),
        line(orders, &format!("Host: {addr}, evil.example\r\n")),
        line(orders, &format!("Host: {addr}@evil.example\r\n")),
        line(orders, &format!("Host: evil.example@{addr}\r\n")),
        line(orders, &format!("Host: {addr}.evil.example\r\n")),
        line(orders, &format!("Host: 127.0.0.1.:{port}\r\n")),
        line(orders, &format!("Host: 2130706433:{port}\r\n")),
        line(orders, &format!("Host: 0.0.0.0:{port}\r\n")),
        line(orders, &format!("Host: 127.0.0.1:0{port}\r\n")),
        line(&format!("GET http://evil.example:{port}/api/v1/orders HTTP/1.1"), &ours),
        line(&format!("GET http://{addr}@evil.example/api/v1/orders HTTP/1.1"), &ours),
        line(&format!("GET http://evil.example@{addr}/api/v1/orders HTTP/1.1"), &ours),
        line(&format!("GET http://{addr}/api/v1/orders HTTP/1.1"), "Host: evil.example\r\n"),
    ];
    for request in &refused {
        let found = statuses(&gateway, request.as_bytes()).await;
        assert!(matches!(found[..], [400 | 403] | []), "{request} is {found:?}");
    }
    let absolute = line(&format!("GET http://{addr}/api/v1/orders HTTP/1.1"), &ours);
    assert_eq!(statuses(&gateway, absolute.as_bytes()).await, [200]);
    for origin in
        ["http://evil.example", "http://127.0.0.1", "https://127.0.0.1", "null", "", "file://", "http://127.0.0.1:1"]
    {
        let own = format!("http://{addr}");
        for headers in [vec![("Origin", origin)], vec![("Origin", own.as_str()), ("Origin", origin)]] {
            gateway.ask("GET", "/api/v1/orders", &headers, "").await.is_problem(403, "forbidden_origin");
        }
    }
    witness.still_works(&gateway, "names").await;
}

#[tokio::test]
async fn heads_and_bodies_beyond_the_bounds_are_refused_at_once() {
    let gateway = gateway().await;
    let mut many = String::new();
    for number in 0..100 {
        write!(many, "X-{number}: 1\r\n").unwrap();
    }
    let long = format!("X-Long: {}\r\n", "x".repeat(20_000));
    let endless = format!("X-Long: {}", "x".repeat(5_000_000));
    let get = |more: &str| head(&gateway, "GET /healthz HTTP/1.1", more);
    let line = format!("GET /healthz?{} HTTP/1.1", "x".repeat(100_000));
    let huge = "x".repeat(5_000_000);
    let cases = vec![
        Case::new("many headers", get(&many), &[400, 431]),
        Case::new("a long header", get(&long), &[400, 431]),
        Case::new("a header without end", get(&endless), &[400, 431]),
        Case::new("a long line", head(&gateway, &line, ""), &[400, 414, 431]),
        Case::new("a huge body", post(&gateway, "Content-Length: 5000000\r\n", &huge), &[413]),
        Case::new(
            "a body larger than it says",
            post(&gateway, "Content-Length: 2\r\nConnection: close\r\n", &huge),
            &[400],
        ),
        Case::new(
            "deep JSON",
            post(&gateway, "Content-Length: 60000\r\nConnection: close\r\n", &"[".repeat(60_000)),
            &[400],
        ),
        Case::new(
            "deep objects",
            post(&gateway, "Content-Length: 60000\r\nConnection: close\r\n", &"{\"a\":".repeat(12_000)),
            &[400],
        ),
    ];
    fire(&gateway, cases).await;
}

#[tokio::test]
async fn a_hundred_requests_on_one_line_are_answered_in_order() {
    let gateway = gateway().await;
    let one = head(&gateway, "GET /api/v1/orders?limit=1 HTTP/1.1", "");
    let last = head(&gateway, "GET /nowhere HTTP/1.1", "Connection: close\r\n");
    let found = statuses(&gateway, (one.repeat(99) + &last).as_bytes()).await;
    assert_eq!((found.len(), found.first(), found.last()), (100, Some(&200), Some(&404)));
}
