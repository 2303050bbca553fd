//! A reader of server-sent events, as plain as it can be.

use crate::client::{Gateway, PATIENCE};
use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// One block between blank lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    pub(crate) id: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) data: Option<Value>,
    pub(crate) comment: Option<String>,
}

pub(crate) struct Sse {
    pub(crate) status: u16,
    pub(crate) head: String,
    stream: BufReader<TcpStream>,
    text: String,
}

fn block(text: &str) -> Block {
    let mut block = Block::default();
    for line in text.lines() {
        let (name, value) = line.split_once(':').unwrap();
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match name {
            "" => block.comment = Some(value),
            "id" => block.id = Some(value),
            "event" => block.event = Some(value),
            "data" => block.data = Some(serde_json::from_str(&value).unwrap()),
            "retry" => {}
            other => panic!("{other}"),
        }
    }
    block
}

impl Sse {
    /// Asks for a stream and reads the head of the answer.
    pub(crate) async fn open(gateway: &Gateway, path: &str, headers: &[(&str, &str)]) -> Self {
        Self::open_at(gateway.addr, path, headers, None).await
    }

    pub(crate) async fn open_at(
        addr: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
        receive_buffer: Option<u32>,
    ) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let mut stream = BufReader::new(socket.connect(addr).await.unwrap());
        let mut lines =
            vec![format!("GET {path} HTTP/1.1"), format!("Host: {addr}"), "Accept: text/event-stream".to_owned()];
        if !headers.iter().any(|(name, _)| *name == "Cookie") {
            lines.push("Authorization: Bearer good".to_owned());
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        stream.write_all([lines.join("\r\n").as_str(), "\r\n\r\n"].concat().as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = tokio::time::timeout(PATIENCE, stream.read_line(&mut head)).await.unwrap().unwrap();
            assert!(read > 0, "it broke off: {head}");
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, stream, text: String::new() }
    }

    /// The next block; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Block> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let rest = self.text.split_off(end + 2);
                return Some(block(std::mem::replace(&mut self.text, rest).trim_end()));
            }
            let mut size = String::new();
            let read = tokio::time::timeout(PATIENCE, self.stream.read_line(&mut size)).await.expect("a block comes");
            if !read.is_ok_and(|read| read > 0) {
                return None;
            }
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).await.unwrap();
            self.text += std::str::from_utf8(&chunk[..size]).unwrap();
            if size == 0 {
                return None;
            }
        }
    }

    /// The next event; signs of life and the opening are passed over.
    pub(crate) async fn event(&mut self) -> Block {
        loop {
            let block = self.next().await.expect("the stream goes on");
            if block.event.is_some() {
                return block;
            }
        }
    }

    /// So many events' ids.
    pub(crate) async fn ids(&mut self, count: usize) -> Vec<u64> {
        let mut ids = Vec::with_capacity(count);
        while ids.len() < count {
            let event = self.event().await;
            ids.push(event.id.unwrap_or_else(|| panic!("{:?} {:?}", event.event, event.data)).parse().unwrap());
        }
        ids
    }

    /// The reason that it ends with, after everything before; nothing follows.
    pub(crate) async fn end(&mut self) -> Value {
        loop {
            let event = self.event().await;
            if event.event.as_deref() == Some("stream_ended") {
                assert_eq!(self.next().await, None, "nothing follows the last word");
                return event.data.unwrap();
            }
        }
    }
}
