//! Somebody with a valid key who goes on working while others attack: on a connection that is open already, and on a fresh one.

use crate::client::{Gateway, PATIENCE, Reply, parse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

pub(crate) struct Witness {
    open: TcpStream,
}

impl Witness {
    /// Opens a connection and shows the key.
    pub(crate) async fn of(gateway: &Gateway) -> Self {
        let mut witness = Self { open: TcpStream::connect(gateway.addr).await.unwrap() };
        witness.ask(gateway).await;
        witness
    }

    /// Whoever works here still can, and nothing reached the desk.
    pub(crate) async fn still_works(&mut self, gateway: &Gateway, what: &str) {
        let both = async {
            self.ask(gateway).await;
            assert_eq!(gateway.get("/api/v1/orders?limit=1").await.status, 200, "{what}");
        };
        tokio::time::timeout(PATIENCE, both).await.unwrap_or_else(|_| panic!("{what}: others wait"));
    }

    async fn ask(&mut self, gateway: &Gateway) {
        let request = format!(
            "GET /api/v1/orders?limit=1 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer good\r\n\r\n",
            gateway.addr
        );
        self.open.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(one_answer(&mut self.open).await.status, 200);
    }
}

/// One answer with a `Content-Length` off a connection that stays open.
pub(crate) async fn one_answer(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.unwrap());
    }
    let head = parse(&String::from_utf8(bytes.clone()).unwrap());
    let mut body = vec![0; head.header("content-length").unwrap().parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    bytes.extend(body);
    parse(&String::from_utf8(bytes).unwrap())
}

/// A connection from another address of this machine.
pub(crate) async fn from_address(ip: &str, gateway: &Gateway) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{ip}:0").parse().unwrap()).unwrap();
    socket.connect(gateway.addr).await.unwrap()
}
