//! A reader of events over a socket of its own.

use crate::support::{Desktop, PATIENCE};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// An event: its id, its name, what it says.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: Option<u64>,
    pub(crate) name: Option<String>,
    pub(crate) data: Option<Value>,
}

pub(crate) struct Sse {
    stream: BufReader<TcpStream>,
    text: String,
}

impl Sse {
    /// Opens a stream at a gateway with the operator's key.
    pub(crate) fn open(desktop: &Desktop, url: &str, path: &str, last_event_id: Option<u64>) -> Self {
        let addr = url.trim_start_matches("http://");
        let key = std::fs::read_to_string(desktop.data("operator.key")).unwrap();
        let mut stream = BufReader::new(TcpStream::connect(addr).unwrap());
        stream.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
        let seen = last_event_id.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        let request = format!(
            "GET /api/v1{path} HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer {}\r\nAccept: text/event-stream\r\n{seen}\r\n",
            key.trim()
        );
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        Self { stream, text: String::new() }
    }

    /// The next block with an id or an event; `None` when the stream is over or broke off.
    pub(crate) fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let rest = self.text.split_off(end + 2);
                let event = event(&std::mem::replace(&mut self.text, rest));
                if event.id.is_some() || event.name.is_some() {
                    return Some(event);
                }
                continue;
            }
            let mut size = String::new();
            self.stream.read_line(&mut size).ok().filter(|read| *read > 0)?;
            let size = usize::from_str_radix(size.trim(), 16).ok().filter(|size| *size > 0)?;
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).ok()?;
            self.text += std::str::from_utf8(&chunk[..size]).unwrap();
        }
    }
}

fn event(block: &str) -> Event {
    let value = |name: &str| {
        let lines = || block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        lines().next().map(str::to_owned)
    };
    Event {
        id: value("id").map(|id| id.parse().unwrap()),
        name: value("event"),
        data: value("data").map(|data| serde_json::from_str(&data).unwrap()),
    }
}
