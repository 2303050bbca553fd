//! Bytes to a gateway, as a caller of any kind may send them.

use crate::support::PATIENCE;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A gateway's address out of its URL.
pub(crate) fn address(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A request with a body, or without one, as bytes.
pub(crate) fn request(address: &str, line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut lines = vec![format!("{line} HTTP/1.1"), format!("Host: {address}")];
    lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
    if !body.is_empty() {
        lines.extend(["Content-Type: application/json".to_owned(), format!("Content-Length: {}", body.len())]);
    }
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

/// Sends bytes, and reads until the gateway closes. Neither a refused write nor a reset is a failure here.
pub(crate) fn exchange(address: &str, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    drop(stream.write_all(bytes));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// Status and body of one request with a key.
pub(crate) fn ask(url: &str, key: &str, line: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let authorization = format!("Bearer {key}");
    let mut all = vec![("Authorization", authorization.as_str()), ("Connection", "close")];
    all.extend_from_slice(headers);
    let address = address(url);
    let answer = exchange(address, request(address, line, &all, body).as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{line}: no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}
