//! What the REST face costs, beside what there is without it: one `fdatasync`, and two Python clients that place the same order
//! on the same venue by themselves. One run, one machine, ratios.
//!
//! `make bench-face [ORDERS=2000] [FOR=10]`. Venue, gateway and callers are processes of their own and share the machine.
//! Exits with 1 if a bound does not hold; a benchmark, not a test: it wants a quiet machine.

mod attack;
mod disk;
mod http;
mod peers;
#[path = "../readers/process.rs"]
mod process;
mod spread;
mod wrk;

use http::Caller;
use process::{Running, Trouble};
use spread::Spread;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What the face promises on two cores.
const SUBMIT_P50_MAX: Duration = Duration::from_millis(2);
const SUBMIT_P99_MAX: Duration = Duration::from_millis(15);
/// While somebody attacks an order may take so many times as long, in the middle, as before.
const ATTACKED_MAX: u32 = 2;
const ORDERS_PER_SECOND_MIN: f64 = 1_000.0;
const STATUS_PER_SECOND_MIN: f64 = 5_000.0;
const CALLERS: usize = 64;
const WARM_UP: usize = 200;

/// Whom to ask, and by which key.
#[derive(Clone)]
struct Target {
    addr: String,
    key: String,
}

fn main() -> ExitCode {
    // On one thread: callers that wake each other over two would measure themselves.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return told(&format!("face: no runtime: {error}"), ExitCode::FAILURE),
    };
    match runtime.block_on(measured()) {
        Ok(broken) if broken.is_empty() => told("all bounds hold", ExitCode::SUCCESS),
        Ok(broken) => told(&format!("NOT MET: {}", broken.join("; ")), ExitCode::FAILURE),
        Err(trouble) => told(&format!("face: {trouble}"), ExitCode::FAILURE),
    }
}

fn told(text: &str, code: ExitCode) -> ExitCode {
    say(text);
    code
}

fn say(text: &str) {
    // Nobody is left to tell when standard output is closed.
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

fn number(name: &str, usual: usize) -> Result<usize, Trouble> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => text.parse().map_err(|_| Trouble(format!("{name} must be a number"))),
        Ok(_) | Err(_) => Ok(usual),
    }
}

/// What did not hold.
async fn measured() -> Result<Vec<String>, Trouble> {
    let (orders, seconds) = (number("ORDERS", 2_000)?, number("FOR", 10)?);
    let mut broken = Vec::new();
    let mut bound = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    say(&format!("load before: {}", load()));
    let sync = disk::fdatasyncs(orders)?;
    say(&format!("one fdatasync per append, this disk:       {sync}"));
    let Running { mut venue, mut gateway, venue_port, addr, key } = process::start()?;
    let target = Target { addr, key };

    one_by_one(&target, "warm", WARM_UP).await?;
    let alone = one_by_one(&target, "one", orders).await?;
    say(&format!("REST, submit to acknowledged, 1 caller:    {alone}"));
    bound(alone.p50() <= SUBMIT_P50_MAX, format!("submit p50 {:?} > {SUBMIT_P50_MAX:?}", alone.p50()));
    bound(alone.p99() <= SUBMIT_P99_MAX, format!("submit p99 {:?} > {SUBMIT_P99_MAX:?}", alone.p99()));

    let (together, per_second, refused) = all_at_once(&target, orders.saturating_mul(5)).await?;
    say(&format!("REST, {CALLERS} callers: {per_second:.0} orders/s acknowledged: {together}"));
    say(&format!(
        "           {refused} more were refused: another one of their instrument was on its way, or its quote was crossed"
    ));
    bound(per_second >= ORDERS_PER_SECOND_MIN, format!("{per_second:.0} orders/s < {ORDERS_PER_SECOND_MIN}"));

    for peer in peers::PEERS {
        let placed = peers::place(peer, venue_port, orders)?;
        say(&format!("{peer:<10} by itself, placed to acknowledged: {placed}"));
        say(&format!("           REST takes {} of it at p50, and keeps a durable record", alone.beside(&placed)));
    }
    say(&format!("           REST takes {} of one fdatasync at p50", alone.beside(&sync)));

    let status = wrk::statuses(&target, seconds)?;
    say(&format!("wrk, GET /api/v1/status with a key: {status}"));
    bound(
        status.per_second >= STATUS_PER_SECOND_MIN,
        format!("{:.0} status/s < {STATUS_PER_SECOND_MIN}", status.per_second),
    );

    // Some thousand orders rest by now: what is normal is measured here, and not at the begin.
    let calm = one_by_one(&target, "calm", orders / 10).await?;
    say(&format!("submit, 1 caller, before the attacks:      {calm}"));
    for attack in attack::ATTACKS {
        let meanwhile = attack::meanwhile(&target, attack, orders / 10).await?;
        let beside = meanwhile.beside(&calm);
        say(&format!("submit, 1 caller, during {:<22} {meanwhile}; {beside} of before", format!("{}:", attack.name())));
        let most = calm.p50() * ATTACKED_MAX;
        bound(meanwhile.p50() <= most, format!("p50 during {} {:?} > {most:?}", attack.name(), meanwhile.p50()));
    }
    let after = one_by_one(&target, "after", orders / 10).await?;
    say(&format!("submit, 1 caller, after the attacks:       {after}"));
    say(&format!(
        "memory of the gateway: {} MiB, at most {} MiB",
        gateway.rss_kib()? / 1_024,
        gateway.peak_kib()? / 1_024
    ));
    gateway.end();
    venue.end();
    Ok(broken)
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// Stocks and ETFs of the venue.
const SYMBOLS: [&str; 24] = [
    "AAPL", "AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "JPM", "KO", "LLY", "MRK", "MSFT", "PEP", "PFE", "PG",
    "RRC", "UNH", "WMT", "XOM", "SPY", "QQQ", "IWM", "TLT",
];

/// A limit order that rests: the venue acknowledges it, and nothing else happens to it.
fn order(nth: usize) -> String {
    let (symbol, qty) = (SYMBOLS[nth % SYMBOLS.len()], nth % 90 + 1);
    format!(
        r#"{{"symbol":"{symbol}","sec_type":"stk","exchange":"SMART","currency":"USD","side":"buy","qty":"{qty}","order_type":"limit","limit_price":"1","tif":"day"}}"#
    )
}

/// How long the broker's acknowledgement took; nothing where control 8 refused, since another order of the instrument was on its
/// way, or control 9, since the new bid was there before the new ask.
async fn submit(caller: &mut Caller, key: &str, nth: usize) -> Result<Option<Duration>, Trouble> {
    let began = Instant::now();
    let (status, body) = caller.post("/api/v1/orders", key, &order(nth)).await?;
    let took = began.elapsed();
    match status {
        201 => Ok(Some(took)),
        422 if ["C08_READINESS", "quote is crossed"].iter().any(|word| body.contains(word)) => Ok(None),
        _ => Err(Trouble(format!("order {key} got {status}: {body}"))),
    }
}

async fn one_by_one(target: &Target, name: &str, orders: usize) -> Result<Spread, Trouble> {
    let mut caller = Caller::at(target).await?;
    let mut took = Vec::with_capacity(orders);
    for nth in 0..orders {
        took.extend(submit(&mut caller, &format!("{name}-{nth}"), nth).await?);
    }
    if took.len() < orders * 9 / 10 {
        return Err(Trouble(format!("only {} of {orders} orders were acknowledged", took.len())));
    }
    Ok(Spread::of(took))
}

/// Each acknowledged order, how many a second, and how many were refused.
async fn all_at_once(target: &Target, orders: usize) -> Result<(Spread, f64, usize), Trouble> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::with_capacity(CALLERS);
    for _ in 0..CALLERS {
        callers.push(Caller::at(target).await?);
    }
    let began = Instant::now();
    let tasks: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            let next = Arc::clone(&next);
            tokio::spawn(async move {
                let mut took = Vec::new();
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= orders {
                        return Ok::<_, Trouble>(took);
                    }
                    took.extend(submit(&mut caller, &format!("all-{nth}"), nth).await?);
                }
            })
        })
        .collect();
    let mut took = Vec::with_capacity(orders);
    for task in tasks {
        took.extend(task.await.map_err(|error| Trouble(error.to_string()))??);
    }
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a count of orders")]
    let per_second = took.len() as f64 / seconds;
    let refused = orders.saturating_sub(took.len());
    Ok((Spread::of(took), per_second, refused))
}
