//! `tollgate limits set` against a gateway that notes what it is told.

use crate::support::Desktop;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// One request, head and body.
fn request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut part = [0_u8; 4_096];
    loop {
        let read = stream.read(&mut part).unwrap();
        text.push_str(&String::from_utf8_lossy(&part[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0_usize) {
            return text;
        }
    }
}

fn answer(stream: &mut TcpStream, status: &str, body: &str) {
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nETag: \"seen\"\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
}

#[test]
fn limits_are_set_only_if_they_are_still_those_that_were_read() {
    let desktop = Desktop::new();
    std::fs::write(desktop.path("some.key"), "tg_00\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let gateway = std::thread::spawn(move || {
        let mut said = Vec::new();
        let (mut stream, _) = listener.accept().unwrap();
        said.push(request(&mut stream));
        answer(&mut stream, "200 OK", r#"{"items": [{"key": "order_qty_max", "value": "10"}]}"#);
        let (mut stream, _) = listener.accept().unwrap();
        said.push(request(&mut stream));
        let problem =
            r#"{"code": "precondition_failed", "status": 412, "title": "t", "detail": "d", "retryable": false}"#;
        answer(&mut stream, "412 Precondition Failed", problem);
        said
    });
    let key = desktop.path("some.key").display().to_string();
    let output = desktop.run(&[
        "--url",
        &url,
        "--key-file",
        &key,
        "limits",
        "set",
        "order_qty_max=5",
        "--instrument",
        "AAPL",
        "--reason",
        "careful",
    ]);
    let said = gateway.join().unwrap();
    assert!(said[0].starts_with("GET /api/v1/limits HTTP"), "which contract that is, nobody has to know: {said:?}");
    assert!(said[1].starts_with("PUT /api/v1/limits"), "{said:?}");
    assert!(said[1].to_ascii_lowercase().contains("if-match: \"seen\"\r\n"), "{}", said[1]);
    assert_eq!(output.exit, 5, "{output:?}");
}
