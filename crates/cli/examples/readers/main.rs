//! Many readers of events at once against the real binary: what each event takes until the last of them has it, what others wait
//! meanwhile, and what the gateway's memory does.
//!
//! `make bench-events [READERS=1000] [STALLED=100] [ORDERS=200]`. Readers, callers, gateway and venue share the machine: what is
//! measured is all of them together. The stalled readers open a stream and take nothing of it.

#[expect(dead_code, reason = "the face's benchmark uses the rest")]
mod process;

use jiff::Timestamp;
use process::{Running, Trouble};
use serde_json::json;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return told(&format!("no runtime: {error}"), ExitCode::FAILURE),
    };
    match runtime.block_on(measured()) {
        Ok(text) => told(&text, ExitCode::SUCCESS),
        Err(trouble) => told(&format!("readers: {trouble}"), ExitCode::FAILURE),
    }
}

fn told(text: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to tell when standard output is closed.
    drop(writeln!(std::io::stdout().lock(), "{text}"));
    code
}

fn number(name: &str, usual: usize) -> Result<usize, Trouble> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => text.parse().map_err(|_| Trouble(format!("{name} must be a number"))),
        Ok(_) | Err(_) => Ok(usual),
    }
}

/// Whom to ask, and by which key.
#[derive(Clone)]
struct Target {
    addr: String,
    key: String,
}

impl Target {
    async fn open(&self, receive_buffer: Option<u32>) -> Result<BufReader<TcpStream>, Trouble> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let addr = self.addr.parse().map_err(|error| Trouble(format!("{}: {error}", self.addr)))?;
        let mut stream = BufReader::with_capacity(4_096, socket.connect(addr).await?);
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept: text/event-stream\r\n\r\n",
            self.addr, self.key
        );
        stream.write_all(request.as_bytes()).await?;
        let mut line = String::new();
        while !line.starts_with("id: ") {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Err(Trouble("the gateway refused a stream".to_owned()));
            }
        }
        Ok(stream)
    }
}

/// What one reader saw: the place, and how long after its decision each record was there, microseconds.
type Seen = Vec<(u64, i64)>;

async fn read(mut stream: BufReader<TcpStream>, until: watch::Receiver<u64>) -> Result<Seen, Trouble> {
    let mut seen = Vec::new();
    let mut line = String::new();
    loop {
        let end = *until.borrow();
        if end > 0 && seen.last().is_some_and(|(seq, _)| *seq >= end) {
            return Ok(seen);
        }
        line.clear();
        let reading = tokio::time::timeout(Duration::from_secs(20), stream.read_line(&mut line)).await;
        if reading.map_err(|_| Trouble(format!("an event did not come; the last was {:?}", seen.last())))?? == 0 {
            return Err(Trouble("a stream broke off".to_owned()));
        }
        let Some(data) = line.strip_prefix("data: {\"seq\":") else { continue };
        let now = Timestamp::now();
        let seq = data.split(',').next().and_then(|seq| seq.parse().ok());
        let at = data.split("\"at\":\"").nth(1).and_then(|rest| rest.split('"').next()?.parse::<Timestamp>().ok());
        let (Some(seq), Some(at)) = (seq, at) else { return Err(Trouble(format!("what is this: {data}"))) };
        seen.push((seq, i64::try_from(now.duration_since(at).as_micros()).unwrap_or(i64::MAX)));
    }
}

fn percentile(sorted: &[i64], percent: usize) -> String {
    let place = (sorted.len().saturating_sub(1)).saturating_mul(percent) / 100;
    sorted.get(place).map_or_else(|| "-".to_owned(), |us| format!("{}.{:03} ms", us / 1_000, us % 1_000))
}

fn spread(mut figures: Vec<i64>) -> String {
    figures.sort_unstable();
    let [half, most, slowest] = [50, 99, 100].map(|percent| percentile(&figures, percent));
    format!("p50 {half}, p99 {most}, slowest {slowest}")
}

async fn measured() -> Result<String, Trouble> {
    let (readers, stalled, orders) = (number("READERS", 1_000)?, number("STALLED", 100)?, number("ORDERS", 200)?);
    let Running { mut venue, mut gateway, addr, key, .. } = process::start()?;
    let target = Target { addr, key };
    let http = reqwest::Client::builder().no_proxy().build().map_err(|error| Trouble(error.to_string()))?;
    let base = format!("http://{}/api/v1", target.addr);
    let alone = gateway.rss_kib()?;
    let unread = open_all(&target, stalled, Some(4_096)).await?;
    let open = open_all(&target, readers, None).await?;
    let with_readers = gateway.rss_kib()?;
    let (tell, until) = watch::channel(0_u64);
    let tasks: Vec<_> = open.into_iter().map(|stream| tokio::spawn(read(stream, until.clone()))).collect();
    let began = Instant::now();
    let (mut submitting, mut looking) = (Vec::new(), Vec::new());
    for nth in 0..orders {
        let body = json!({
            "symbol": "KO", "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy",
            "qty": (nth % 90 + 1).to_string(), "order_type": "limit", "limit_price": "10", "tif": "day",
        });
        let asked = Instant::now();
        let request = http.post(format!("{base}/orders")).bearer_auth(&target.key).json(&body);
        let answer = request.header("Idempotency-Key", format!("r-{nth}")).send().await;
        let answer = answer.map_err(|error| Trouble(error.to_string()))?;
        if !answer.status().is_success() {
            let said = answer.text().await.unwrap_or_default();
            return Err(Trouble(format!("order {nth} was refused: {said}")));
        }
        submitting.push(i64::try_from(asked.elapsed().as_micros()).unwrap_or(i64::MAX));
        let asked = Instant::now();
        let looked = http.get(format!("{base}/orders?limit=1")).bearer_auth(&target.key).send().await;
        looked.map_err(|error| Trouble(error.to_string()))?;
        looking.push(i64::try_from(asked.elapsed().as_micros()).unwrap_or(i64::MAX));
    }
    let took = began.elapsed();
    let page = http.get(format!("{base}/events")).bearer_auth(&target.key).send().await;
    let page: serde_json::Value = match page {
        Ok(page) => page.json().await.map_err(|error| Trouble(error.to_string()))?,
        Err(error) => return Err(Trouble(error.to_string())),
    };
    let end = page.get("next_cursor").and_then(|end| end.as_str()?.parse().ok()).unwrap_or(u64::MAX);
    tell.send_replace(end);
    // One more record wakes those who have all of it already.
    let nudge = json!({"scope": "strategy", "id": "none", "state": "active", "reason": "a last record"});
    drop(http.put(format!("{base}/kill")).bearer_auth(&target.key).json(&nudge).send().await);
    let mut all = Vec::with_capacity(readers);
    for task in tasks {
        all.push(task.await.map_err(|error| Trouble(error.to_string()))??);
    }
    let after = gateway.rss_kib()?;
    drop(unread);
    let text = report(&all, readers, end, orders, took);
    let memory = format!(
        "memory of the gateway: alone {} MiB, with the readers {} MiB, after the orders {} MiB, at most {} MiB",
        alone / 1_024,
        with_readers / 1_024,
        after / 1_024,
        gateway.peak_kib()? / 1_024
    );
    let others = format!("meanwhile: submit {}\n           orders?limit=1 {}", spread(submitting), spread(looking));
    gateway.end();
    venue.end();
    Ok(format!("{text}\n{others}\n{stalled} more readers took nothing\n{memory}"))
}

async fn open_all(
    target: &Target,
    count: usize,
    receive_buffer: Option<u32>,
) -> Result<Vec<BufReader<TcpStream>>, Trouble> {
    let mut open = Vec::with_capacity(count);
    for _ in 0..count {
        open.push(target.open(receive_buffer).await?);
    }
    Ok(open)
}

/// Whether each reader got each record, and how late.
fn report(all: &[Seen], readers: usize, end: u64, orders: usize, took: Duration) -> String {
    let first =
        all.first().map(|seen| seen.iter().map(|(seq, _)| *seq).filter(|seq| *seq <= end).collect::<Vec<u64>>());
    let first = first.unwrap_or_default();
    let whole =
        all.iter().filter(|seen| seen.iter().map(|(seq, _)| *seq).filter(|seq| *seq <= end).eq(first.iter().copied()));
    let whole = whole.count();
    let without_gap = first.windows(2).all(|pair| matches!(pair, [one, next] if one + 1 == *next));
    let each: Vec<i64> = all.iter().flatten().filter(|(seq, _)| *seq <= end).map(|(_, us)| *us).collect();
    let mut last = std::collections::BTreeMap::new();
    for (seq, us) in all.iter().flatten().filter(|(seq, _)| *seq <= end) {
        let late = last.entry(*seq).or_insert(0);
        *late = (*late).max(*us);
    }
    format!(
        "{readers} readers, {orders} orders in {:.1} s, {} records each: {whole} readers got every one, {}\n\
         from the decision to a reader:      {}\n\
         from the decision to the last one:  {}",
        took.as_secs_f32(),
        first.len(),
        if without_gap { "no gap, no double" } else { "WITH GAPS" },
        spread(each),
        spread(last.into_values().collect()),
    )
}
