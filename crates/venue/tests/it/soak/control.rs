//! The venue's control API, asked over a plain socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use jiff::Timestamp;
use serde_json::Value;

use super::Failure;

pub(crate) fn get(addr: SocketAddr, path: &str) -> Result<Value, Failure> {
    ask(addr, "GET", path, "")
}

/// Moves the clock.
pub(crate) fn step_to(addr: SocketAddr, to: Timestamp) -> Result<(), Failure> {
    let body = serde_json::json!({ "to": to }).to_string();
    ask(addr, "POST", "/clock/step", &body).map(drop)
}

fn ask(addr: SocketAddr, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
    let mut socket = TcpStream::connect(addr)?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes())?;
    socket.write_all(body.as_bytes())?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or("an answer without a body")?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        return Err(format!("{method} {path}: {}", String::from_utf8_lossy(&answer)).into());
    }
    Ok(serde_json::from_slice(&answer[end + 4..])?)
}
