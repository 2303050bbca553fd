//! Callers who vanish in the middle of an order: what became of it is found by its key.

use crate::raw::{address, connect, request};
use crate::support::{Desktop, PATIENCE};
use std::io::Write;
use std::time::Instant;

const ORDER: &str = r#"{"symbol":"KO","sec_type":"stk","exchange":"SMART","currency":"USD","side":"buy","qty":"3","order_type":"limit","limit_price":"10","tif":"day"}"#;

/// Closes, or resets.
fn vanish(stream: std::net::TcpStream, by_reset: bool) {
    if by_reset {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            stream.set_nonblocking(true).unwrap();
            tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap();
        });
    }
}

#[test]
fn an_order_that_was_sent_whole_is_found_by_its_key_and_half_an_order_is_none() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let key = std::fs::read_to_string(desktop.data("operator.key")).unwrap();
    let authorization = format!("Bearer {}", key.trim());
    let address = address(&gateway.url);
    let post = |name: &str, symbol: &str| {
        let headers = [("Authorization", authorization.as_str()), ("Idempotency-Key", name), ("Prefer", "wait=30")];
        request(address, "POST /api/v1/orders", &headers, &ORDER.replace("KO", symbol))
    };
    for (name, symbol, by_reset) in [("closed", "KO", false), ("reset", "MSFT", true)] {
        let half = format!("half-{name}");
        let cut = post(&half, symbol);
        let mut stream = connect(address);
        stream.write_all(&cut.as_bytes()[..cut.len() - 10]).unwrap();
        vanish(stream, by_reset);
        let whole = format!("whole-{name}");
        let mut stream = connect(address);
        stream.write_all(post(&whole, symbol).as_bytes()).unwrap();
        if by_reset {
            // A reset takes back what the other end has not read: it must have begun.
            let deadline = Instant::now() + PATIENCE;
            while gateway.ask(&format!("order show {whole}")).exit != 0 {
                assert!(Instant::now() < deadline, "the order never came");
            }
        }
        vanish(stream, by_reset);
        let order = gateway.until(&format!("order show {whole}"), |order| order["status"] == "working");
        assert_eq!(order["qty"], "3", "{order:#}");
        assert_eq!(gateway.ask(&format!("order show {half}")).exit, 3);
        let journaled = gateway.json("audit tail -n 1000");
        assert!(!journaled.to_string().contains(&half), "half a body is nothing");
        assert_eq!((venue.count_of(&whole), venue.count_of(&half)), (1, 0));
        // The one repeat that a careful caller makes.
        let again = gateway.ask(&format!("order submit buy 3 {symbol} --limit 10 --tif day --key {whole}"));
        assert_eq!((again.exit, venue.count_of(&whole)), (0, 1), "{again:?}");
    }
}
