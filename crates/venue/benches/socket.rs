//! How many orders a second the venue takes over a socket.
//!
//! `cargo bench -p tollgate-venue --bench socket [-- ORDERS]`
//!
//! One client on loopback, the throttle off, limit orders that rest. It keeps a window of orders in
//! flight, as any client does that wants throughput; an order counts when its orderStatus is read. The
//! client shares the processors with the venue. First in memory, then with a state directory, where
//! every acknowledgement waits for the disk.

#[path = "../tests/it/raw.rs"]
mod raw;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use tollgate_venue::{Sessions, VenueConfig, start};

type Failure = Box<dyn std::error::Error>;

/// Orders that are under way at most.
const WINDOW: usize = 1_000;

const SYMBOLS: [&str; 8] = ["AAPL", "AMD", "BAC", "GE", "JPM", "KO", "MSFT", "XOM"];

fn main() -> Result<(), Failure> {
    let orders = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(50_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut out = std::io::stdout();
    writeln!(out, "in memory        {}", runtime.block_on(measure(orders, None))?)?;
    let dir = tempfile::tempdir_in(std::env::current_dir()?)?;
    writeln!(out, "with a directory {}", runtime.block_on(measure(orders, Some(dir.path().to_owned())))?)?;
    let began = Instant::now();
    let state_dir = Some(dir.path().to_owned());
    let again = runtime.block_on(start(VenueConfig { state_dir, ..config() }))?;
    writeln!(out, "restored in      {:.2} s", began.elapsed().as_secs_f64())?;
    runtime.block_on(again.shutdown())?;
    Ok(())
}

fn config() -> VenueConfig {
    VenueConfig { sessions: Sessions::Always, throttle: false, ..VenueConfig::default() }
}

async fn measure(orders: usize, state_dir: Option<std::path::PathBuf>) -> Result<String, Failure> {
    let venue = start(VenueConfig { state_dir, ..config() }).await?;
    let addr = venue.tws_addr();
    let report = tokio::task::spawn_blocking(move || run(addr, orders).map_err(|e| e.to_string())).await??;
    venue.shutdown().await?;
    Ok(report)
}

fn run(addr: std::net::SocketAddr, orders: usize) -> Result<String, Failure> {
    let mut socket = TcpStream::connect(addr)?;
    socket.set_nodelay(true)?;
    socket.write_all(&raw::hello())?;
    let mut greeting = [0; 256];
    let _ = socket.read(&mut greeting)?;
    socket.write_all(&raw::start_api(1))?;
    let (sent, window) = sync_channel(WINDOW);
    let reader = socket.try_clone()?;
    let began = Instant::now();
    let reader = std::thread::spawn(move || read(reader, &window, orders).map_err(|e| e.to_string()));
    write(socket, &sent, orders)?;
    let mut latencies = reader.join().map_err(|_| "the reader panicked")??;
    let took = began.elapsed();
    latencies.sort_unstable();
    let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    Ok(format!(
        "{:>7.0} orders/s; acknowledged after {:.1} ms (median), {:.1} ms (99%)",
        f64::from(u32::try_from(orders)?) / took.as_secs_f64(),
        at(50),
        at(99)
    ))
}

fn write(mut socket: TcpStream, sent: &SyncSender<Instant>, orders: usize) -> Result<(), Failure> {
    let order = raw::limit_order("BUY", "1", 1.0, "bench");
    let mut batch = Vec::new();
    for n in 0..orders {
        // A full window is the moment to let out what was gathered.
        if sent.try_send(Instant::now()).is_err() {
            socket.write_all(&batch)?;
            batch.clear();
            sent.send(Instant::now())?;
        }
        batch.extend(raw::place(i32::try_from(n)? + 1, SYMBOLS[n % SYMBOLS.len()], &order));
        if batch.len() > 8 << 10 {
            socket.write_all(&batch)?;
            batch.clear();
        }
    }
    socket.write_all(&batch)?;
    Ok(())
}

fn read(mut socket: TcpStream, window: &Receiver<Instant>, orders: usize) -> Result<Vec<Duration>, Failure> {
    let mut buffer = Vec::new();
    let mut piece = vec![0; 256 << 10];
    let mut next = 1;
    let mut latencies = Vec::with_capacity(orders);
    while latencies.len() < orders {
        let n = socket.read(&mut piece)?;
        if n == 0 {
            return Err("the venue closed the connection".into());
        }
        buffer.extend_from_slice(&piece[..n]);
        for frame in raw::Frame::take_all(&mut buffer) {
            match frame.msg_id {
                3 if frame.int(&[1]) == next => {
                    latencies.push(window.recv()?.elapsed());
                    next += 1;
                }
                4 if frame.int(&[1]) > 0 => return Err(format!("refused: {}", frame.text(&[4])).into()),
                _ => {}
            }
        }
    }
    Ok(latencies)
}
