//! Spans, sent to a collector that is a socket of this test. What it gets is read by the numbers of OTLP's own description.

use crate::support::{Desktop, PATIENCE};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

/// A field of a protobuf message.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Number(u64),
    Bytes(Vec<u8>),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for nth in 0..10 {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << (7 * nth);
        if first & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number without an end");
}

/// The fields of a message by number.
fn parts(mut bytes: &[u8]) -> BTreeMap<u64, Vec<Part>> {
    let mut found: BTreeMap<u64, Vec<Part>> = BTreeMap::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let part = match tag & 7 {
            0 => Part::Number(varint(&mut bytes)),
            1 => {
                let (number, rest) = bytes.split_at(8);
                bytes = rest;
                Part::Number(u64::from_le_bytes(number.try_into().unwrap()))
            }
            2 => {
                let len = usize::try_from(varint(&mut bytes)).unwrap();
                let (text, rest) = bytes.split_at(len);
                bytes = rest;
                Part::Bytes(text.to_vec())
            }
            other => panic!("wire type {other}"),
        };
        found.entry(tag >> 3).or_default().push(part);
    }
    found
}

fn messages(of: &BTreeMap<u64, Vec<Part>>, number: u64) -> Vec<Vec<u8>> {
    let bytes = |part: &Part| match part {
        Part::Bytes(bytes) => bytes.clone(),
        Part::Number(number) => panic!("{number} where a message is due"),
    };
    of.get(&number).into_iter().flatten().map(bytes).collect()
}

fn number(of: &BTreeMap<u64, Vec<Part>>, at: u64) -> u64 {
    match of.get(&at).map(Vec::as_slice) {
        Some([Part::Number(number)]) => *number,
        None => 0,
        Some(other) => panic!("{at}: {other:?}"),
    }
}

fn text(of: &BTreeMap<u64, Vec<Part>>, at: u64) -> String {
    messages(of, at).pop().map(|bytes| String::from_utf8(bytes).unwrap()).unwrap_or_default()
}

/// `opentelemetry.proto.trace.v1.Span`, as far as it is looked at.
#[derive(Clone, Debug)]
struct Span {
    trace: Vec<u8>,
    id: Vec<u8>,
    parent: Vec<u8>,
    name: String,
    begin: u64,
    end: u64,
    attributes: BTreeMap<String, String>,
}

fn attributes(of: &BTreeMap<u64, Vec<Part>>, at: u64) -> BTreeMap<String, String> {
    let one = |bytes: Vec<u8>| {
        let pair = parts(&bytes);
        let value = parts(&messages(&pair, 2)[0]);
        let said = match value.get(&1) {
            Some(_) => text(&value, 1),
            None => [2, 3].iter().map(|at| number(&value, *at)).sum::<u64>().to_string(),
        };
        (text(&pair, 1), said)
    };
    messages(of, at).into_iter().map(one).collect()
}

/// The spans of an `ExportTraceServiceRequest`.
fn spans(body: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    for resource in messages(&parts(body), 1) {
        let resource = parts(&resource);
        let who = attributes(&parts(&messages(&resource, 1)[0]), 1);
        assert_eq!(who["service.name"], "tollgate");
        for scope in messages(&resource, 2) {
            found.extend(messages(&parts(&scope), 2).iter().map(|bytes| {
                let span = parts(bytes);
                let id = |at| messages(&span, at).pop().unwrap_or_default();
                Span {
                    trace: id(1),
                    id: id(2),
                    parent: id(4),
                    name: text(&span, 5),
                    begin: number(&span, 7),
                    end: number(&span, 8),
                    attributes: attributes(&span, 9),
                }
            }));
        }
    }
    found
}

/// A collector that takes everything.
struct Collector {
    endpoint: String,
    bodies: Receiver<(String, Vec<u8>)>,
    seen: Vec<Span>,
    raw: Vec<u8>,
}

fn exchange(stream: TcpStream, tell: &Sender<(String, Vec<u8>)>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            stream.read_line(&mut head).ok().filter(|read| *read > 0)?;
        }
        let head = head.to_lowercase();
        let len = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok())?;
        let mut body = vec![0; len];
        stream.read_exact(&mut body).ok()?;
        tell.send((head, body)).ok()?;
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
    }
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (tell, bodies) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let tell = tell.clone();
                std::thread::spawn(move || exchange(stream, &tell));
            }
        });
        Self { endpoint, bodies, seen: Vec::new(), raw: Vec::new() }
    }

    /// Takes what comes until a span is as wanted.
    fn until(&mut self, what: &str, wanted: impl Fn(&Span) -> bool) -> Span {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(span) = self.seen.iter().find(|span| wanted(span)) {
                return span.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let came = self.bodies.recv_timeout(left);
            let Ok((head, body)) = came else { panic!("no span of {what}; seen: {:#?}", self.seen) };
            assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
            assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
            assert!(head.contains("x-tenant: desk-7\r\n"), "{head}");
            self.seen.extend(spans(&body));
            self.raw.extend(body);
        }
    }
}

fn configured(desktop: &Desktop, endpoint: &str, more: &str) {
    desktop.append_config(&format!("[telemetry]\nendpoint = \"{endpoint}\"\n{more}"));
}

#[test]
fn a_request_and_its_order_s_way_are_spans_of_one_trace_and_hold_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut collector = Collector::start();
    let headers = desktop.path("collector.headers");
    std::fs::write(&headers, "X-Tenant: desk-7\n").unwrap();
    configured(&desktop, &collector.endpoint, &format!("headers_file = \"{}\"\n", headers.display()));
    std::fs::set_permissions(&headers, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = desktop.run_to_its_end(&["serve"]);
    assert!(refused.exit == 2 && refused.stderr.contains("others may read it"), "{refused:?}");
    std::fs::set_permissions(&headers, std::fs::Permissions::from_mode(0o600)).unwrap();

    let mut gateway = desktop.serve();
    let order = gateway.json("order submit buy 5 KO --limit 10 --tif gtc --wait 30 --key way-1");
    assert_eq!(gateway.ask("account summary DUV0000001").exit, 0);
    let denied = gateway.ask("order submit buy 1000000 KO --limit 10 --key way-2");
    assert_eq!(denied.exit, 6, "{denied:?}");

    let of =
        |key: &'static str| move |span: &Span| span.attributes.get("tollgate.cl_ord_id").is_some_and(|id| id == key);
    let whole = collector.until("the order", of("way-1"));
    let request = whole.attributes["tollgate.request_id"].clone();
    assert_eq!(request, order["correlation_id"].as_str().unwrap());
    assert_eq!((whole.name.as_str(), whole.attributes["tollgate.outcome"].as_str()), ("order", "acknowledged"));
    assert_eq!(whole.attributes["tollgate.complete"], "1");
    let parent = collector.until("its request", |span| span.id == whole.parent);
    assert_eq!((parent.name.as_str(), &parent.trace), ("POST /api/v1/orders", &whole.trace));
    assert_eq!((whole.trace.len(), whole.id.len(), parent.parent.len()), (16, 8, 0));
    assert_eq!(parent.attributes["http.response.status_code"], "201");
    assert_eq!(parent.attributes["tollgate.request_id"], request);
    let mut at = whole.begin;
    for step in ["decide", "journal", "send", "acknowledge"] {
        let span = collector.until(step, |span| span.name == step && span.parent == whole.id);
        assert_eq!((span.begin, &span.trace), (at, &whole.trace), "{step}");
        assert!(span.end >= span.begin);
        at = span.end;
    }
    assert_eq!(at, whole.end);
    assert!(parent.begin <= whole.begin, "it began with its request");
    assert_eq!(collector.until("the denial", of("way-2")).attributes["tollgate.outcome"], "denied");

    let shown = gateway.url.trim_start_matches("http://").to_owned();
    let figures = figures(&desktop, &shown);
    assert!(
        figures.iter().any(|line| line == r#"tollgate_telemetry_spans_total{outcome="dropped"} 0"#),
        "{figures:#?}"
    );
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    collector.until("the account's summary", |span| span.name == "GET /api/v1/accounts/{id}/summary");
    let key = std::fs::read_to_string(desktop.data("operator.key")).unwrap();
    for secret in ["DUV0000001", key.trim(), "tg_"] {
        let is_there = collector.raw.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
        assert!(!is_there, "{secret} was sent");
    }
}

/// The lines of `/metrics`.
fn figures(desktop: &Desktop, addr: &str) -> Vec<String> {
    let key = std::fs::read_to_string(desktop.data("operator.key")).unwrap();
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let key = key.trim();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().map(str::to_owned).collect()
}

#[test]
fn a_collector_that_takes_nothing_costs_orders_nothing_and_what_finds_no_room_is_counted() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    // It accepts connections and never reads.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    configured(&desktop, &format!("http://{}", silent.local_addr().unwrap()), "queue_spans_max = 16\n");
    let mut gateway = desktop.serve();
    for nth in 1..=10 {
        let order = gateway.json(&format!("order submit buy {nth} KO --limit 10 --tif gtc --wait 30 --key held-{nth}"));
        assert_eq!(order["outcome"], "acknowledged");
    }
    let addr = gateway.url.trim_start_matches("http://").to_owned();
    let dropped = |line: &String| {
        let count = line.strip_prefix(r#"tollgate_telemetry_spans_total{outcome="dropped"} "#)?;
        count.parse::<u64>().ok().filter(|count| *count > 0)
    };
    let deadline = Instant::now() + PATIENCE;
    while figures(&desktop, &addr).iter().find_map(dropped).is_none() {
        assert!(Instant::now() < deadline, "nothing was counted");
    }
    assert_eq!(gateway.json("status")["ready"], true);
    assert_eq!(gateway.running.end_with("-TERM"), 0, "and it ends all the same");
}
