//! What the scenarios share: a venue, a client, raw bytes, and waiting with a bound.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use ibapi::Client;
use ibapi::contracts::Contract;
use ibapi::orders::{Order, OrderUpdate};
use ibapi::subscriptions::SubscriptionItem;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use venue::{ClockMode, Sessions, Venue, VenueConfig};

/// Longest wait for anything that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A market that is open, and moves only when told.
pub(crate) fn stepped() -> VenueConfig {
    VenueConfig {
        clock: ClockMode::Stepped,
        start: Some("2022-06-01".parse().unwrap()),
        sessions: Sessions::Always,
        throttle: false,
        handshake_deadline: Duration::from_millis(300),
        ..VenueConfig::default()
    }
}

/// The same, remembered in a directory.
pub(crate) fn stepped_in(dir: &Path) -> VenueConfig {
    VenueConfig { state_dir: Some(dir.to_owned()), ..stepped() }
}

pub(crate) async fn start(config: VenueConfig) -> Venue {
    venue::start(config).await.unwrap()
}

pub(crate) async fn connect(venue: &Venue, client_id: i32) -> Client {
    Client::connect(&venue.tws_addr().to_string(), client_id).await.unwrap()
}

/// Waits for a condition that the venue will bring about.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// What happens to a client's orders, as short words: statuses, executions, commissions, codes.
pub(crate) struct Updates(ibapi::subscriptions::Subscription<OrderUpdate>);

impl Updates {
    pub(crate) async fn of(client: &Client) -> Self {
        Self(client.order_update_stream().await.unwrap())
    }

    /// Reads on until `word` has happened, and returns all words up to it.
    pub(crate) async fn until(&mut self, word: &str) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        let all = async {
            while seen.last().is_none_or(|last| last != word) {
                let item = self.0.next().await.expect("goes on").expect("no error");
                seen.push(word_of(&item));
            }
        };
        let in_time = timeout(PATIENCE, all).await.is_ok();
        assert!(in_time, "waited in vain for {word:?}, saw {seen:?}");
        seen
    }
}

fn word_of(item: &SubscriptionItem<OrderUpdate>) -> String {
    match item {
        SubscriptionItem::Data(OrderUpdate::OrderStatus(s)) => format!("status {}", s.status),
        SubscriptionItem::Data(OrderUpdate::OpenOrder(o)) => {
            format!("open {}", o.order_state.status)
        }
        SubscriptionItem::Data(OrderUpdate::ExecutionData(e)) => {
            format!("execution {}", e.execution.shares)
        }
        SubscriptionItem::Data(OrderUpdate::CommissionReport(_)) => "commission".to_owned(),
        SubscriptionItem::Data(OrderUpdate::OrderBound(_)) => "bound".to_owned(),
        SubscriptionItem::Notice(n) => format!("notice {}", n.code),
    }
}

/// The venue's own contract of a symbol.
pub(crate) async fn contract(client: &Client, symbol: &str) -> Contract {
    let query = Contract::stock(symbol).build();
    let mut all = client.contract_details(&query).await.unwrap();
    assert_eq!(all.len(), 1, "{symbol}");
    all.remove(0).contract
}

pub(crate) async fn submit(client: &Client, contract: &Contract, mut order: Order, order_ref: &str) -> i32 {
    let order_id = client.next_order_id();
    order_ref.clone_into(&mut order.order_ref);
    client.submit_order(order_id, contract, &order).await.unwrap();
    order_id
}

/// A client of the control API. It never speaks TLS, but may have been built with it, and then asks for this.
pub(crate) fn http() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().tls_certs_only([]).build().unwrap()
}

/// The answer of the control API to a GET.
pub(crate) async fn get(venue: &Venue, path: &str) -> Value {
    let answer = http().get(format!("http://{}{path}", venue.control_addr())).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// Status of the control API's answer to a DELETE.
pub(crate) async fn remove(venue: &Venue, path: &str) -> u16 {
    let url = format!("http://{}{path}", venue.control_addr());
    http().delete(url).send().await.unwrap().status().as_u16()
}

/// Status and answer of the control API to a POST.
pub(crate) async fn post(venue: &Venue, path: &str, body: &Value) -> (u16, Value) {
    let answer =
        http().post(format!("http://{}{path}", venue.control_addr())).body(body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

/// Sends bytes and reads until the venue closes.
pub(crate) async fn send_and_read_to_end(addr: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut socket = TcpStream::connect(addr).await.unwrap();
    // The venue may close before it has read everything, which makes the write fail.
    let _ = socket.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = within("the venue to close the connection", async {
        let mut buffer = [0; 4_096];
        loop {
            match socket.read(&mut buffer).await {
                // A reset is a close with bytes unread.
                Ok(0) | Err(_) => return,
                Ok(n) => answer.extend_from_slice(&buffer[..n]),
            }
        }
    });
    read.await;
    answer
}

/// One frame.
pub(crate) fn framed(body: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    out.extend_from_slice(body);
    out
}

/// A greeting.
pub(crate) fn hello(range: &str) -> Vec<u8> {
    [b"API\0".to_vec(), framed(range.as_bytes())].concat()
}

/// A `startApi` of a client, in protobuf: id 271, field 1.
pub(crate) fn start_api(client_id: u8) -> Vec<u8> {
    assert!(client_id < 128);
    framed(&[0, 0, 1, 15, 8, client_id])
}

/// Moves a stepped clock.
pub(crate) async fn step(venue: &Venue, by: &str) {
    let (status, answer) = post(venue, "/clock/step", &serde_json::json!({ "by": by })).await;
    assert_eq!(status, 200, "{answer}");
}

/// Orders a fault over the control API; its id.
pub(crate) async fn fault(venue: &Venue, spec: Value) -> u64 {
    let (status, answer) = post(venue, "/faults", &spec).await;
    assert_eq!(status, 200, "{spec}: {answer}");
    answer["id"].as_u64().unwrap()
}

/// Takes a fault away.
pub(crate) async fn no_fault(venue: &Venue, id: u64) {
    let url = format!("http://{}/faults/{id}", venue.control_addr());
    let answer = http().delete(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
