//! A gateway that a test drives message by message, on the server side's own codec.

use domain::id::ClientId;
use jiff::Timestamp;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tollgate_ibkr::TwsConfig;
use tws::model::{Notice, Reply, Request};
use tws::{FrameReader, HelloReader, ServerVersion, decode, encode, encode_hello_ack};

/// Longer than anything takes that does not hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) const ACCOUNT: &str = "DUV0000001";
pub(crate) const CLIENT_ID: i32 = 7;
pub(crate) const NEXT_ID: i32 = 41;

/// Waits for connections.
pub(crate) struct Gateway {
    listener: TcpListener,
}

impl Gateway {
    pub(crate) async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self { listener }
    }

    /// Short pauses, patience for the rest.
    pub(crate) fn config(&self) -> TwsConfig {
        let port = self.listener.local_addr().expect("bound").port();
        let client_id = ClientId::new(i64::from(CLIENT_ID)).expect("valid");
        TwsConfig {
            retry_min: Duration::from_millis(5),
            retry_max: Duration::from_millis(20),
            retry_client_id: Duration::from_millis(5),
            handshake_deadline: PATIENCE,
            heartbeat: None,
            ..TwsConfig::new("127.0.0.1", port, client_id)
        }
    }

    /// The next connection, not yet greeted.
    pub(crate) async fn raw(&self) -> TcpStream {
        let (stream, _) = tokio::time::timeout(PATIENCE, self.listener.accept())
            .await
            .expect("a connection in time")
            .expect("accepted");
        stream
    }

    /// The next connection, greeted up to `startApi`.
    pub(crate) async fn started(&self) -> Peer {
        let mut stream = self.raw().await;
        let mut hello = HelloReader::new();
        let version = loop {
            if let Some(hello) = hello.next_hello().expect("a greeting") {
                break hello.negotiate().expect("a common version");
            }
            hello.push(&read(&mut stream).await);
        };
        let ack = encode_hello_ack(version, Timestamp::now());
        stream.write_all(&ack).await.expect("written");
        let mut peer = Peer { stream, frames: hello.into_frames(), version };
        let start = peer.next().await;
        assert!(matches!(start, Request::StartApi { client_id: CLIENT_ID, .. }), "{start:?}");
        peer
    }

    /// The next connection, fully up: accounts, next id, and the time told.
    pub(crate) async fn accept(&self) -> Peer {
        self.accept_with(&[ACCOUNT]).await
    }

    pub(crate) async fn accept_with(&self, accounts: &[&str]) -> Peer {
        let mut peer = self.started().await;
        peer.log_in(accounts).await;
        let asked = peer.next().await;
        assert_eq!(asked, Request::CurrentTimeMillis);
        peer.send(Reply::CurrentTimeMillis(Timestamp::now())).await;
        peer
    }
}

/// One connection as the gateway sees it.
pub(crate) struct Peer {
    stream: TcpStream,
    frames: FrameReader,
    version: ServerVersion,
}

async fn read(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = vec![0; 4_096];
    let count =
        tokio::time::timeout(PATIENCE, stream.read(&mut bytes)).await.expect("bytes in time").expect("readable");
    assert!(count > 0, "the adapter closed the connection");
    bytes.truncate(count);
    bytes
}

impl Peer {
    pub(crate) async fn log_in(&mut self, accounts: &[&str]) {
        let accounts = accounts.iter().map(|&account| account.to_owned()).collect();
        self.send(Reply::ManagedAccounts { accounts }).await;
        self.send(Reply::NextValidId { order_id: NEXT_ID }).await;
    }

    /// The next request.
    pub(crate) async fn next(&mut self) -> Request {
        loop {
            if let Some(frame) = self.frames.next_frame().expect("a frame") {
                return decode(self.version, &frame).expect("a request");
            }
            let bytes = read(&mut self.stream).await;
            self.frames.push(&bytes);
        }
    }

    pub(crate) async fn send(&mut self, reply: Reply) {
        self.send_bytes(&encode(self.version, &reply)).await;
    }

    /// All in one write, as fast as a line can be.
    pub(crate) async fn send_all(&mut self, replies: impl IntoIterator<Item = Reply>) {
        let bytes: Vec<u8> = replies.into_iter().flat_map(|reply| encode(self.version, &reply)).collect();
        self.send_bytes(&bytes).await;
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("written");
    }

    /// An error, warning or notice; `-1` names no request.
    pub(crate) async fn notice(&mut self, id: i32, code: i32) {
        let notice = Notice::about(id, code, format!("words of {code}"), Timestamp::now());
        self.send(Reply::Notice(notice)).await;
    }

    /// Waits until the adapter has closed its side.
    pub(crate) async fn closed(mut self) {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        // A reset is a way of closing too.
        let _ = read.expect("closed in time");
    }
}
