//! A client that sends and reads frames, and sees everything that comes in the order it comes.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use venue::Venue;

use crate::raw::{self, Frame};
use crate::support::PATIENCE;

/// A connected client.
pub(crate) struct Raw {
    socket: TcpStream,
    buffer: Vec<u8>,
    /// The greeting's own text.
    pub(crate) greeting: String,
}

impl Raw {
    /// Connects and greets; no session yet.
    pub(crate) async fn greet(addr: SocketAddr) -> Option<Self> {
        let mut socket = TcpStream::connect(addr).await.unwrap();
        socket.write_all(&raw::hello()).await.ok()?;
        let mut raw = Self { socket, buffer: Vec::new(), greeting: String::new() };
        let greeting = raw.read_greeting().await?;
        let greeting = String::from_utf8_lossy(&greeting).replace('\0', " ");
        greeting.trim_end().clone_into(&mut raw.greeting);
        Some(raw)
    }

    /// Opens a socket and greets, without waiting for the answer.
    pub(crate) async fn open(addr: SocketAddr) -> Self {
        let mut socket = TcpStream::connect(addr).await.unwrap();
        socket.write_all(&raw::hello()).await.unwrap();
        Self { socket, buffer: Vec::new(), greeting: String::new() }
    }

    /// Whether nothing has come that is not read yet.
    pub(crate) fn said_nothing(&self) -> bool {
        let nothing = self.socket.try_read(&mut [0]);
        nothing.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock) && self.buffer.is_empty()
    }

    /// The next bytes, whatever they are: so many, or as many as there are before the venue closes.
    pub(crate) async fn bytes_of_first(&mut self, len: usize) -> Vec<u8> {
        while self.buffer.len() < len && self.read().await {}
        self.buffer.truncate(len);
        std::mem::take(&mut self.buffer)
    }

    /// Connects and begins a session, up to the last of its first notices.
    pub(crate) async fn connect(venue: &Venue, client_id: i32) -> Self {
        let mut raw = Self::begin(venue, client_id).await;
        raw.until("error -1 2158").await;
        raw
    }

    /// Connects and asks for a session.
    pub(crate) async fn begin(venue: &Venue, client_id: i32) -> Self {
        let mut raw = Self::greet(venue.tws_addr()).await.expect("a greeting");
        raw.send(&raw::start_api(client_id)).await;
        raw
    }

    pub(crate) async fn send(&mut self, frame: &[u8]) {
        self.socket.write_all(frame).await.unwrap();
    }

    /// Reads one more piece; `false` when the venue closed.
    async fn read(&mut self) -> bool {
        let read = self.socket.read_buf(&mut self.buffer);
        // A reset is a close with bytes unread.
        timeout(PATIENCE, read).await.expect("an answer or an end").unwrap_or(0) > 0
    }

    async fn read_greeting(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(len) = self.buffer.first_chunk().map(|len| u32::from_be_bytes(*len) as usize)
                && self.buffer.len() >= 4 + len
            {
                let rest = self.buffer.split_off(4 + len);
                return Some(std::mem::replace(&mut self.buffer, rest).split_off(4));
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// The next frame; `None` when the venue closed.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::take(&mut self.buffer) {
                return Some(frame);
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// Reads on until `word`, and returns all frames up to it.
    pub(crate) async fn frames_until(&mut self, word: &str) -> Vec<Frame> {
        let mut seen: Vec<Frame> = Vec::new();
        loop {
            let words = || seen.iter().map(Frame::word).collect::<Vec<_>>();
            let Some(frame) = self.next().await else {
                panic!("closed before {word:?}, after {:?}", words());
            };
            seen.push(frame);
            if seen.last().is_some_and(|f| f.word() == word) {
                return seen;
            }
        }
    }

    /// Reads on until `word`, and returns all words up to it.
    pub(crate) async fn until(&mut self, word: &str) -> Vec<String> {
        self.frames_until(word).await.iter().map(Frame::word).collect()
    }

    /// Everything until the venue closes.
    pub(crate) async fn rest(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while let Some(frame) = self.next().await {
            words.push(frame.word());
        }
        words
    }

    /// Everything that has come when a question asked now is answered: the server's time.
    pub(crate) async fn so_far(&mut self) -> Vec<String> {
        self.frames_so_far().await.iter().map(Frame::word).collect()
    }

    /// The same, as frames.
    pub(crate) async fn frames_so_far(&mut self) -> Vec<Frame> {
        self.send(&raw::bare(49)).await;
        let mut frames = self.frames_until("message 49").await;
        frames.pop();
        frames
    }
}
