//! Others who mean harm, while one honest caller goes on.

use crate::process::Trouble;
use crate::spread::Spread;
use crate::{Target, one_by_one};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

#[derive(Clone, Copy)]
pub(crate) enum Attack {
    /// A byte of a head now and then, on many connections.
    SlowLoris,
    /// Connections that are reset as soon as they stand.
    Resets,
    /// Bodies as large as a head may promise.
    HugeBodies,
    /// Heads without an end.
    HugeHeads,
    /// One wrong key after the other.
    KeyGuessing,
}

pub(crate) const ATTACKS: [Attack; 5] =
    [Attack::SlowLoris, Attack::Resets, Attack::HugeBodies, Attack::HugeHeads, Attack::KeyGuessing];

/// Attackers at once, of each kind.
const SLOW: usize = 400;
const FAST: usize = 8;

impl Attack {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SlowLoris => "slow loris",
            Self::Resets => "resets",
            Self::HugeBodies => "huge bodies",
            Self::HugeHeads => "huge heads",
            Self::KeyGuessing => "key guessing",
        }
    }

    fn attackers(self) -> usize {
        match self {
            Self::SlowLoris => SLOW,
            Self::Resets | Self::HugeBodies | Self::HugeHeads | Self::KeyGuessing => FAST,
        }
    }
}

/// What an honest caller's orders take while the attack goes on. The attackers end with it.
pub(crate) async fn meanwhile(target: &Target, attack: Attack, orders: usize) -> Result<Spread, Trouble> {
    let mut attackers = JoinSet::new();
    for nth in 0..attack.attackers() {
        attackers.spawn(go_on(attack, target.addr.clone(), nth));
    }
    let spread = one_by_one(target, &attack.name().replace(' ', "-"), orders).await;
    attackers.abort_all();
    spread
}

/// Until it is stopped; what the gateway does to it is its own concern.
async fn go_on(attack: Attack, addr: String, nth: usize) {
    for round in 0_u64.. {
        drop(once(attack, &addr, nth, round).await);
        tokio::task::yield_now().await;
    }
}

async fn once(attack: Attack, addr: &str, nth: usize, round: u64) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    match attack {
        Attack::SlowLoris => {
            for byte in format!("GET /healthz HTTP/1.1\r\nHost: {addr}\r\nX-Slow: ").bytes().cycle() {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(std::time::Duration::from_millis(100)).await; // tidy: sleep — being slow is the attack
            }
        }
        Attack::Resets => {
            stream.write_all(b"POST /api/v1/orders HTTP/1.1\r\n").await?;
            stream.set_zero_linger()?;
        }
        Attack::HugeBodies => {
            let head = format!(
                "POST /api/v1/orders HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer tg_x\r\n\
                 Content-Type: application/json\r\nContent-Length: 4294967296\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&[b'x'; 16_384]).await?;
            }
        }
        Attack::HugeHeads => {
            stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {addr}\r\n").as_bytes()).await?;
            loop {
                stream.write_all(format!("X-{round}: {}\r\n", "y".repeat(1_000)).as_bytes()).await?;
            }
        }
        Attack::KeyGuessing => {
            let guess = format!(
                "GET /api/v1/status HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer tg_{nth:032x}{round:032x}\r\n\r\n"
            );
            stream.write_all(guess.as_bytes()).await?;
            stream.read_exact(&mut [0; 64]).await?;
        }
    }
    Ok(())
}
