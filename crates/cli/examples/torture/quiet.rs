//! A quiet point: every fault taken away, the link new, everything known. Then the witnesses are compared.

use crate::failure::Failure;
use crate::pacing::pause;
use crate::rest::Rest;
use crate::tally::{Count, Violation};
use crate::world::World;
use crate::{check_books, check_sends, check_told, human, kills};
use std::process::Command;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// Longer than any look-up of the gateway's and any patience of the human's.
const REST_WITHIN: Duration = Duration::from_secs(150);
/// Far fewer calls bring an order to the broker while everything is well.
const CALLS_IN_VAIN_MAX: usize = 1_500;
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A comparison that the quiet point itself asks for, by a new link, must be over before the books are read.
const SETTLED_FOR: Duration = Duration::from_secs(3);

/// Brings everything to rest and compares. To be called with the gate taken whole.
pub(crate) async fn point(world: &World) -> Result<(), Failure> {
    let began = Instant::now();
    heal(world).await?;
    if let Err(why) = come_to_rest(world).await {
        world.tally.violation(Violation::Broken, format!("no rest within {} s: {why}", REST_WITHIN.as_secs()));
        return Ok(());
    }
    world.tally.count(Count::Quiet, "quiet points");
    let ledger = world.control.ledger().await?;
    let journal = world.rest.orders("").await?;
    let installation = installation(&world.rest).await?;
    check_books::check(world, &installation, &ledger, &journal);
    let calls = world.log.all();
    check_told::check(world, &installation, &ledger, &journal, &calls);
    check_sends::check(world, &calls);
    check_sends::limits(world, &ledger);
    let audit = world.control.audit().await?;
    if audit["violations"].as_array().is_some_and(|found| !found.is_empty()) {
        world.tally.violation(Violation::Broken, format!("the venue's own accounts: {}", audit["violations"]));
    }
    verify(world);
    work_goes_on(world, calls.len(), ledger.len());
    crate::summary::point(world, ledger.len(), journal.len(), calls.len(), began.elapsed());
    Ok(())
}

/// A torture of orders that never leave proves nothing.
fn work_goes_on(world: &World, calls: usize, orders: usize) {
    let mut reached = world.reached.lock().unwrap_or_else(PoisonError::into_inner);
    let (calls_then, orders_then) = *reached;
    if orders > orders_then {
        *reached = (calls, orders);
    } else if calls.saturating_sub(calls_then) > CALLS_IN_VAIN_MAX {
        let why = format!("of {} calls none brought an order to the broker", calls.saturating_sub(calls_then));
        world.tally.violation(Violation::Broken, why);
    }
}

/// The name of the installation.
pub(crate) async fn installation(rest: &Rest) -> Result<String, Failure> {
    let status = rest.get("/api/v1/status").await?;
    Ok(status["installation"].as_str().ok_or("no installation")?.to_owned())
}

async fn heal(world: &World) -> Result<(), Failure> {
    for disk in [&world.home.data, &world.home.state, &world.home.checkpoint] {
        if disk.can_be_full {
            disk.empty()?;
        }
    }
    world.proxy.heal();
    for process in world.gateways.iter().chain([&world.venue]) {
        process.resume();
    }
    until(|| world.control.is_up()).await.map_err(|()| "the venue does not come up")?;
    world.control.no_faults().await?;
    // What the gateway heard on the old link may have been untrue or too little: it must look anew.
    world.proxy.cut();
    Ok(())
}

async fn until<F: Future<Output = bool>>(condition: impl Fn() -> F) -> Result<(), ()> {
    let deadline = Instant::now() + REST_WITHIN;
    while Instant::now() < deadline {
        if condition().await {
            return Ok(());
        }
        pause(LOOK_EVERY).await;
    }
    Err(())
}

/// Waits until trading is ready and no order is unsettled; the human helps.
async fn come_to_rest(world: &World) -> Result<(), String> {
    let deadline = Instant::now() + REST_WITHIN;
    let mut settled_since = None;
    let mut why = String::new();
    let mut lifted = false;
    while Instant::now() < deadline {
        pause(LOOK_EVERY).await;
        if !world.rest.is_ready().await {
            settled_since = None;
            why = not_ready(&world.rest).await;
            continue;
        }
        if !lifted {
            kills::lift(world).await;
            lifted = true;
        }
        if let Err(failure) = human::look(world).await {
            why = failure.to_string();
            continue;
        }
        match world.rest.orders("&open=true").await {
            Ok(open) => {
                let unsettled: Vec<String> = open
                    .iter()
                    .filter(|order| order.is_unsettled())
                    .map(|order| format!("{} {}", order.cl_ord_id, order.status))
                    .collect();
                if unsettled.is_empty() {
                    let since = *settled_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= SETTLED_FOR {
                        return Ok(());
                    }
                } else {
                    settled_since = None;
                    why = format!("{} unsettled: {}", unsettled.len(), unsettled.join(", "));
                }
            }
            Err(failure) => why = failure.to_string(),
        }
    }
    Err(why)
}

async fn not_ready(rest: &Rest) -> String {
    match rest.get("/api/v1/status").await {
        Ok(status) => format!("not ready: {}", status["not_ready"]),
        Err(failure) => failure.to_string(),
    }
}

/// `tollgate audit verify`, as an operator would.
pub(crate) fn verify(world: &World) {
    let output = Command::new(&world.plan.binary)
        .args(["--config", &world.config.display().to_string(), "audit", "verify"])
        .env_clear()
        .env("HOME", &world.home.dir)
        .env("PATH", "/usr/bin:/bin")
        .output();
    let said = match output {
        Ok(output) if output.status.success() => {
            world.tally.count(Count::Quiet, "audits verified clean");
            return;
        }
        Ok(output) => {
            format!("{} {}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
        }
        Err(error) => error.to_string(),
    };
    world.tally.violation(Violation::Audit, format!("audit verify: {said}"));
}
