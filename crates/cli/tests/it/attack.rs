//! The real binary under attack: it lives on, serves others, and its log holds no secret.

use crate::raw::{address, ask, connect, exchange, request};
use crate::support::{Desktop, Gateway};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

const ORDER: &str = r#"{"symbol":"KO","sec_type":"stk","exchange":"SMART","currency":"USD","side":"buy","qty":"3","order_type":"limit","limit_price":"10","tif":"day"}"#;

fn operator(desktop: &Desktop) -> String {
    std::fs::read_to_string(desktop.data("operator.key")).unwrap().trim().to_owned()
}

/// A connection that was open before the attack still serves, and a fresh one does.
fn serves(gateway: &Gateway<'_>, key: &str, open: &mut TcpStream, what: &str) {
    let (status, _) = ask(&gateway.url, key, "GET /api/v1/orders?limit=1", &[], "");
    assert_eq!(status, 200, "{what}: a fresh connection");
    let authorization = format!("Bearer {key}");
    let bytes = request(address(&gateway.url), "GET /api/v1/kill", &[("Authorization", &authorization)], "");
    open.write_all(bytes.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        open.read_exact(&mut byte).unwrap_or_else(|error| panic!("{what}: the open connection: {error}"));
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{what}: {head}");
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    open.read_exact(&mut vec![0; length.unwrap().parse().unwrap()]).unwrap();
}

#[test]
fn whatever_is_sent_the_gateway_lives_on_and_serves_others() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    desktop.append_config("[server]\nconnections_max = 32\nfailed_auth_per_minute_max = 5\n");
    let gateway = desktop.serve();
    let (key, address) = (operator(&desktop), address(&gateway.url));
    let mut open = connect(address);
    serves(&gateway, &key, &mut open, "nothing yet");

    let bearer = format!("Bearer {key}");
    let post = |more: &[(&str, &str)], body: &str| {
        let mut headers = vec![("Authorization", bearer.as_str()), ("Idempotency-Key", "attack")];
        headers.extend_from_slice(more);
        request(address, "POST /api/v1/orders", &headers, body)
    };
    let hidden = post(&[], ORDER);
    let chunked = post(&[("Transfer-Encoding", "chunked")], &format!("0\r\n\r\n{hidden}"));
    let line = |line: &str| format!("{line}\r\nHost: {address}\r\nConnection: close\r\n\r\n").into_bytes();
    let attacks: Vec<(&str, Vec<u8>)> = vec![
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec()),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(50)),
        ("bytes", (0..=255).cycle().take(100_000).collect()),
        ("zeros", vec![0; 1_000_000]),
        ("a long line", line(&format!("GET /{} HTTP/1.1", "a".repeat(100_000)))),
        ("two lengths", post(&[("Content-Length", "0")], ORDER).into_bytes()),
        ("chunks and a length", chunked.into_bytes()),
        ("a huge body", post(&[], &"x".repeat(3_000_000)).into_bytes()),
        ("deep JSON", post(&[("Connection", "close")], &"[".repeat(60_000)).into_bytes()),
        ("a foreign page", post(&[("Origin", "http://evil.example"), ("Connection", "close")], ORDER).into_bytes()),
        ("another host", line("GET http://evil.example/api/v1/orders HTTP/1.1")),
        ("a path out of the routes", line("GET /../../../../etc/passwd HTTP/1.1")),
        ("a path with a zero", line("GET /api/v1/orders/%00 HTTP/1.1")),
    ];
    for (name, bytes) in attacks {
        let answer = exchange(address, &bytes);
        assert!(!answer.contains("HTTP/1.1 2"), "{name}: {answer}");
        serves(&gateway, &key, &mut open, name);
        let mut cut = connect(address);
        drop(cut.write_all(&bytes[..bytes.len() / 2]));
        drop(cut);
        serves(&gateway, &key, &mut open, name);
    }
    let flood: Vec<TcpStream> = (0..100)
        .map(|number| {
            let mut stream = connect(address);
            drop(stream.write_all(if number % 2 == 0 { b"GET /heal" } else { b"" }));
            stream
        })
        .collect();
    serves(&gateway, &key, &mut open, "a flood");
    drop(flood);
    let guesses: Vec<u16> =
        (0..30).map(|guess| ask(&gateway.url, &format!("tg_{guess:064x}"), "GET /api/v1/orders", &[], "").0).collect();
    let refused = |status: u16| guesses.iter().filter(|one| **one == status).count();
    assert!(refused(401) <= 5 && refused(401) + refused(429) == 30, "{guesses:?}");
    serves(&gateway, &key, &mut open, "guesses");

    assert!(venue.order_refs().is_empty() && gateway.ask("order show attack").exit == 3, "no attack was an order");
    let placed = gateway.ask("order submit buy 3 KO --limit 10 --key after");
    assert_eq!((placed.exit, venue.count_of("after")), (0, 1), "{placed:?}");
}

#[test]
fn the_whole_log_names_neither_a_key_nor_an_account() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve_talkative();
    let (key, account) = (operator(&desktop), "DUV0000001");
    let made = gateway.json("key create helper --kind human --scopes read");
    let secret = made["secret"].as_str().unwrap().to_owned();
    gateway.ask("order submit buy 3 AAPL --limit 130 --key logged");
    gateway.until("order show logged", |order| order["status"] == "filled");
    for path in ["summary", "positions", "pnl"] {
        let (status, _) = ask(&gateway.url, &key, &format!("GET /api/v1/accounts/{account}/{path}"), &[], "");
        assert_eq!(status, 200, "{path}");
    }
    ask(&gateway.url, &key, "GET /api/v1/accounts/U7654321/summary", &[], "");
    ask(&gateway.url, &format!("{key}0"), "GET /api/v1/orders", &[], "");
    let (status, session) = ask(&gateway.url, &secret, "POST /api/v1/session", &[], "");
    assert_eq!(status, 201, "{session}");
    let token = session["csrf_token"].as_str().unwrap().to_owned();
    gateway.running.signal("-TERM");
    let said = gateway.ended_saying();
    let lines: Vec<&String> = said.iter().filter(|line| line.starts_with('{')).collect();
    assert!(lines.len() > 20, "there is a log: {said:#?}");
    assert!(lines.iter().any(|line| line.contains("/api/v1/accounts/{id}/summary")), "with the routes of requests");
    for line in &lines {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    let secret_words = [key.as_str(), &key[3..], &secret, &secret[3..], &token, account, "U7654321"];
    for line in &said {
        // What it says to its owner on the terminal is no log.
        let shown = line.starts_with("tollgate ");
        assert!(shown || !secret_words.iter().any(|word| line.contains(word)), "{line}");
    }
}
