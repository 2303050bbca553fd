//! The link between gateway and broker: it can be cut, half closed, slowed, stalled and refused.

use crate::failure::Failure;
use crate::witness::Witness;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Chunks that may wait in one direction: far more than a gateway writes while it is stalled.
const WAITING_MAX: usize = 4_096;
/// A direction that is half closed leaves the other one so long.
const HALF_OPEN: Duration = Duration::from_secs(3);
/// How often a stall is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the gateway to the broker.
    Up,
    /// From the broker to the gateway.
    Down,
}

/// What every connection listens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    None,
    All,
    Half(Way),
}

/// The link.
#[derive(Debug)]
pub(crate) struct Proxy {
    target: SocketAddr,
    cut: watch::Sender<(u64, Cut)>,
    refuses: AtomicBool,
    stalls: [AtomicBool; 2],
    delay_ms: [AtomicU64; 2],
    opened: AtomicU64,
    witness: Arc<Witness>,
}

const fn index(way: Way) -> usize {
    match way {
        Way::Up => 0,
        Way::Down => 1,
    }
}

impl Proxy {
    /// Listens on any port and forwards to `target`; returns itself and its port.
    pub(crate) async fn start(target: SocketAddr, witness: Arc<Witness>) -> Result<(Arc<Self>, u16), Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let proxy = Arc::new(Self {
            target,
            cut: watch::channel((0, Cut::None)).0,
            refuses: AtomicBool::new(false),
            stalls: [AtomicBool::new(false), AtomicBool::new(false)],
            delay_ms: [AtomicU64::new(0), AtomicU64::new(0)],
            opened: AtomicU64::new(0),
            witness,
        });
        let accepting = Arc::clone(&proxy);
        tokio::spawn(async move {
            while let Ok((gateway, _)) = listener.accept().await {
                if !accepting.refuses.load(Ordering::Relaxed) {
                    tokio::spawn(Arc::clone(&accepting).serve(gateway));
                }
            }
        });
        Ok((proxy, port))
    }

    /// Closes every connection; what was on its way is lost.
    pub(crate) fn cut(&self) {
        self.say(Cut::All);
    }

    /// Ends one direction; the other goes on for a moment.
    pub(crate) fn half_close(&self, way: Way) {
        self.say(Cut::Half(way));
    }

    fn say(&self, what: Cut) {
        self.cut.send_modify(|(number, cut)| {
            *number += 1;
            *cut = what;
        });
    }

    /// Whether new connections are refused.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::Relaxed);
    }

    /// Whether a direction stands still: it takes everything and delivers nothing.
    pub(crate) fn stall(&self, way: Way, stalls: bool) {
        self.stalls[index(way)].store(stalls, Ordering::Relaxed);
    }

    /// How late a direction delivers.
    pub(crate) fn delay(&self, way: Way, by: Duration) {
        self.delay_ms[index(way)].store(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A link without faults.
    pub(crate) fn heal(&self) {
        self.refuse(false);
        for way in [Way::Up, Way::Down] {
            self.stall(way, false);
            self.delay(way, Duration::ZERO);
        }
    }

    /// Whether something may wait on its way to the broker.
    pub(crate) fn is_slow(&self) -> bool {
        self.stalls[index(Way::Up)].load(Ordering::Relaxed) || self.delay_ms[index(Way::Up)].load(Ordering::Relaxed) > 0
    }

    /// Connections that were made.
    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    async fn serve(self: Arc<Self>, gateway: TcpStream) {
        let Ok(broker) = TcpStream::connect(self.target).await else { return };
        // A link that cannot be told to hurry is a slower link.
        let _ = (gateway.set_nodelay(true), broker.set_nodelay(true));
        self.opened.fetch_add(1, Ordering::Relaxed);
        let (from_gateway, to_gateway) = gateway.into_split();
        let (from_broker, to_broker) = broker.into_split();
        let up = Arc::clone(&self).flow(Way::Up, from_gateway, to_broker);
        let down = Arc::clone(&self).flow(Way::Down, from_broker, to_gateway);
        tokio::join!(up, down);
    }

    /// One direction until it ends.
    async fn flow(self: Arc<Self>, way: Way, from: OwnedReadHalf, to: OwnedWriteHalf) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let reading = Arc::clone(&self).take(way, from, sender);
        let mut cuts = self.cut.subscribe();
        cuts.mark_unchanged();
        let over = async {
            loop {
                if cuts.changed().await.is_err() {
                    return;
                }
                let (_, cut) = *cuts.borrow_and_update();
                match cut {
                    Cut::None => {}
                    Cut::All => return,
                    Cut::Half(half) if half == way => return,
                    // tidy: sleep — a half-open connection lasts a moment, by the wall clock
                    Cut::Half(_) => return tokio::time::sleep(HALF_OPEN).await,
                }
            }
        };
        tokio::select! {
            () = reading => {}
            () = self.deliver(way, receiver, to) => {}
            () = over => {}
        }
    }

    async fn take(self: Arc<Self>, way: Way, mut from: OwnedReadHalf, to: mpsc::Sender<(Instant, Vec<u8>)>) {
        let mut buffer = vec![0; 64 << 10];
        let mut tail = Vec::new();
        loop {
            match from.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(len) => {
                    if way == Way::Up {
                        self.witness.read(&mut tail, &buffer[..len]);
                    }
                    if to.send((Instant::now(), buffer[..len].to_vec())).await.is_err() {
                        return;
                    }
                }
            }
        }
        drop(to);
        // What is on its way still arrives after its sender is gone: the delivery ends this direction.
        std::future::pending::<()>().await;
    }

    async fn deliver(&self, way: Way, mut from: mpsc::Receiver<(Instant, Vec<u8>)>, mut to: OwnedWriteHalf) {
        while let Some((at, chunk)) = from.recv().await {
            let by = Duration::from_millis(self.delay_ms[index(way)].load(Ordering::Relaxed));
            tokio::time::sleep_until(at + by).await;
            while self.stalls[index(way)].load(Ordering::Relaxed) {
                // tidy: sleep — the stall is looked at until it is over
                tokio::time::sleep(LOOK_EVERY).await;
            }
            if to.write_all(&chunk).await.is_err() {
                return;
            }
        }
        // The other side is to hear of the end even if it goes on speaking.
        let _ = to.shutdown().await;
    }
}
