//! A bare HTTP client: what is on the wire is what the test wrote.

use crate::fake_desk::FakeDesk;
use serde_json::Value;
use server::{Limits, Running, ServerConfig, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No answer takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Gateway {
    pub(crate) addr: SocketAddr,
    pub(crate) desk: Arc<FakeDesk>,
    stop: tokio::sync::oneshot::Sender<()>,
    running: Running,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{} {}", self.head, self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["request_id"].as_str(), self.header("x-request-id"));
    }
}

pub(crate) async fn gateway() -> Gateway {
    gateway_with(|_| {}).await
}

pub(crate) async fn gateway_with(change: impl FnOnce(&mut Limits)) -> Gateway {
    let desk = Arc::new(FakeDesk::new());
    let mut config = ServerConfig::at("127.0.0.1:0".parse().unwrap());
    change(&mut config.limits);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move {
        stopped.await.ok();
    };
    let running = serve(desk.clone(), config, shutdown).await.unwrap();
    Gateway { addr: running.local_addr(), desk, stop, running }
}

impl Gateway {
    /// Ends the server and waits until it has ended.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.running.finished()).await.expect("the server ends").unwrap();
    }

    /// Sends bytes, then reads until the gateway closes the connection.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let exchange = async {
            let mut stream = TcpStream::connect(self.addr).await.unwrap();
            // A refusing gateway may close while we still write.
            stream.write_all(bytes).await.ok();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.ok();
            String::from_utf8_lossy(&answer).into_owned()
        };
        tokio::time::timeout(PATIENCE, exchange).await.expect("the gateway answers")
    }

    /// One request with the given headers beside Host, Connection and the body's own.
    pub(crate) async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let given = |wanted: &str| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let mut lines = vec![format!("{method} {path} HTTP/1.1"), "Connection: close".to_owned()];
        if !given("host") {
            lines.push(format!("Host: {}", self.addr));
        }
        if !body.is_empty() {
            lines.push(format!("Content-Length: {}", body.len()));
            if !given("content-type") {
                lines.push("Content-Type: application/json".to_owned());
            }
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        let head = lines.join("\r\n");
        parse(&self.raw(format!("{head}\r\n\r\n{body}").as_bytes()).await)
    }

    /// The same with a valid key.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("Authorization", "Bearer good")];
        all.extend_from_slice(headers);
        self.request(method, path, &all, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], "").await
    }
}

/// What the gateway still says until it closes; a reset is an end too.
pub(crate) async fn rest_of(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the gateway closes").ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads an answer with a plain (not chunked) body.
pub(crate) fn parse(text: &str) -> Reply {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no HTTP answer: {text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Reply { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or(Value::Null) }
}
