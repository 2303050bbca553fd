//! One torture from its beginning to its end.

use crate::book::Order;
use crate::callers_log::CallersLog;
use crate::failure::Failure;
use crate::home::Home;
use crate::kills::Kills;
use crate::ledger::Control;
use crate::market::{Prices, SYMBOLS};
use crate::pacing::pause;
use crate::plan::Plan;
use crate::proxy::Proxy;
use crate::rest::Rest;
use crate::summary::say;
use crate::tally::{Tally, Violation};
use crate::witness::Witness;
use crate::world::World;
use crate::{caller, chaos, gateway, human, kills, quiet, summary};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{RwLock, watch};
use tokio::task::JoinHandle;

/// A start of the gateway, the first one included, takes less.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Whether everything held.
pub(crate) async fn run(plan: Plan) -> Result<bool, Failure> {
    let world = Arc::new(begin(plan).await?);
    say(&format!("torture: {} s in {}", world.plan.length.as_secs(), world.plan.dir.display()));
    let began = Instant::now();
    let tasks = set_loose(&world);
    while !world.is_over() {
        pause(world.plan.quiet_every.min(world.plan.length.saturating_sub(began.elapsed()))).await;
        let _whole = world.gate.write().await;
        quiet::point(&world).await?;
        self_made_ends(&world);
        // Nobody does anything after the last point.
        world.over.send_replace(began.elapsed() >= world.plan.length || violations(&world) > 0);
    }
    for task in tasks {
        task.await?;
    }
    let journal = end(&world).await?;
    let statuses: BTreeMap<String, String> = journal.into_iter().map(|order| (order.cl_ord_id, order.status)).collect();
    let ledger = world.control.ledger().await.map_or(0, |ledger| ledger.len());
    say(&summary::whole(&world, &statuses, ledger, began.elapsed()));
    let held = violations(&world) == 0;
    if !held {
        say(&format!("torture: what is left of it lies in {}", world.home.keep()?.display()));
    }
    Ok(held)
}

fn violations(world: &World) -> usize {
    Violation::ALL.iter().map(|kind| world.tally.violations_of(*kind)).sum()
}

/// Starts venue, link and gateway and waits until trading is ready and prices are known.
async fn begin(plan: Plan) -> Result<World, Failure> {
    let home = Home::make(&plan)?;
    let (tws, control_port, listen) = (gateway::free_port()?, gateway::free_port()?, gateway::free_port()?);
    let witness = Arc::new(Witness::default());
    let (proxy, port) = Proxy::start(([127, 0, 0, 1], tws).into(), Arc::clone(&witness)).await?;
    let venue = gateway::venue(&plan, &home, tws, control_port);
    let config = home.configure("gateway", listen, port, plan.standby)?;
    let mut gateways = vec![gateway::gateway(&plan, &home, "gateway", &config)];
    let mut urls = vec![format!("http://127.0.0.1:{listen}")];
    if plan.standby {
        let listen = gateway::free_port()?;
        let config = home.configure("standby", listen, port, plan.standby)?;
        gateways.push(gateway::gateway(&plan, &home, "standby", &config));
        urls.push(format!("http://127.0.0.1:{listen}"));
    }
    let world = World {
        venue,
        control: Control::at(control_port)?,
        proxy,
        gateways,
        config,
        rest: Rest::to(urls)?,
        log: CallersLog::in_file(&home.dir.join("calls.log"))?,
        witness,
        tally: Tally::default(),
        reached: std::sync::Mutex::default(),
        kills: Kills::default(),
        prices: Prices::default(),
        gate: RwLock::new(()),
        excuses: std::sync::Mutex::default(),
        over: watch::Sender::new(false),
        home,
        plan,
    };
    let deadline = Instant::now() + PATIENCE;
    while !(take_key(&world) && world.rest.is_ready().await) {
        if Instant::now() > deadline {
            return Err(format!("the gateway is not ready; see {}", world.gateways[0].log().display()).into());
        }
        pause(LOOK_EVERY).await;
    }
    for symbol in SYMBOLS {
        world.prices.refresh(&world.rest, symbol).await;
    }
    Ok(world)
}

/// Reads the operator's key, which the first start writes.
fn take_key(world: &World) -> bool {
    let key = std::fs::read_to_string(world.home.data.dir.join("operator.key")).unwrap_or_default();
    world.rest.set_key(key.trim());
    !key.trim().is_empty()
}

fn set_loose(world: &Arc<World>) -> Vec<JoinHandle<()>> {
    let mut tasks: Vec<JoinHandle<()>> = (1..=world.plan.callers)
        .map(|number| tokio::spawn(caller::Caller::new(number, Arc::clone(world)).run()))
        .collect();
    tasks.push(tokio::spawn(chaos::processes(Arc::clone(world))));
    tasks.push(tokio::spawn(chaos::links(Arc::clone(world))));
    tasks.push(tokio::spawn(chaos::broker(Arc::clone(world))));
    tasks.push(tokio::spawn(kills::run(Arc::clone(world))));
    tasks.push(tokio::spawn(human::run(Arc::clone(world))));
    tasks.push(tokio::spawn(prices(Arc::clone(world))));
    tasks
}

/// Keeps the callers' idea of the prices.
async fn prices(world: Arc<World>) {
    for symbol in SYMBOLS.iter().cycle() {
        if world.is_over() {
            return;
        }
        world.prices.refresh(&world.rest, symbol).await;
        pause(Duration::from_secs(2)).await;
    }
}

/// A process may end by itself only for a reason.
fn self_made_ends(world: &World) {
    for process in world.gateways.iter().chain([&world.venue]) {
        let (ends, _) = process.ends();
        for end in ends.iter().filter(|end| !end.expected && !world.is_excused(end.at)) {
            let what = format!("{} ended by itself at {}: {}", process.name(), end.at, end.how);
            world.tally.violation(Violation::Broken, what);
        }
    }
}

/// The journal, replayed by a process that hears nothing from the broker, tells the same.
async fn end(world: &World) -> Result<Vec<Order>, Failure> {
    if violations(world) > 0 {
        return Ok(world.rest.orders("").await.unwrap_or_default());
    }
    world.venue.want(false);
    world.venue.terminate();
    wait(|| !world.venue.runs()).await?;
    let before = world.rest.orders("").await?;
    let [gateway, others @ ..] = world.gateways.as_slice() else { return Err("no gateway".into()) };
    // The standby has ended before: what is read below was replayed from the journal.
    for other in others {
        other.want(false);
        other.terminate();
        wait(|| !other.runs()).await?;
    }
    let starts = gateway.starts();
    gateway.terminate();
    wait(|| gateway.starts() > starts).await?;
    let deadline = Instant::now() + PATIENCE;
    let after = loop {
        match world.rest.orders("").await {
            Ok(orders) => break orders,
            Err(failure) if Instant::now() > deadline => return Err(failure),
            Err(_) => pause(LOOK_EVERY).await,
        }
    };
    if before != after {
        let differ = before.iter().zip(&after).find(|(before, after)| before != after);
        let what = format!("{} orders before the restart, {} after it; {differ:?}", before.len(), after.len());
        world.tally.violation(Violation::Audit, what);
    }
    quiet::verify(world);
    self_made_ends(world);
    world.venue.want(true);
    wait(|| world.venue.runs()).await?;
    let deadline = Instant::now() + PATIENCE;
    while !world.control.is_up().await && Instant::now() < deadline {
        pause(LOOK_EVERY).await;
    }
    Ok(after)
}

async fn wait(condition: impl Fn() -> bool) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        if Instant::now() > deadline {
            return Err("a process did not do as it was told".into());
        }
        pause(LOOK_EVERY).await;
    }
    Ok(())
}
