//! The human with the operator's key: resolves what it has looked up at the broker as never accepted, releases instruments
//! that were halted, and answers alarms. Every deed is counted, and an alarm is a violation: nothing here may cause one.

use crate::book::Order;
use crate::failure::Failure;
use crate::pacing::{about, pause};
use crate::rest::{Answer, Rest};
use crate::tally::{Count, Violation};
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// In the mean from one look to the next.
const EVERY_MS: u64 = 3_000;
/// A human does not look sooner: what is on its way arrives meanwhile.
const PATIENCE: SignedDuration = SignedDuration::from_secs(6);

/// Looks after the gateway until the torture is over.
pub(crate) async fn run(world: Arc<World>) {
    let mut randomness = world.plan.randomness(4);
    while !world.is_over() {
        pause(about(&mut randomness, EVERY_MS)).await;
        let open = world.gate.read().await;
        if world.is_over() {
            return;
        }
        // Not to be reached is what this program does to it all the time.
        let _ = look(&world).await;
        drop(open);
    }
}

/// One round.
pub(crate) async fn look(world: &World) -> Result<(), Failure> {
    let status = world.rest.get("/api/v1/status").await?;
    if let Some(alarm) = status["alarm"].as_str() {
        world.tally.violation(Violation::Broken, format!("an alarm: {alarm}"));
        let body = json!({ "scope": "global", "state": "active", "reason": "torture: the alarm was looked at" });
        world.rest.ask(Method::PUT, "/api/v1/kill", None, Some(&body)).await;
    }
    if let Some(installation) = status["installation"].as_str() {
        missing(world, installation).await?;
    }
    for halted in status["halted_instruments"].as_array().into_iter().flatten() {
        release(world, halted).await?;
    }
    Ok(())
}

async fn missing(world: &World, installation: &str) -> Result<(), Failure> {
    let open = world.rest.orders("&open=true").await?;
    let missing: Vec<&Order> = open.iter().filter(|order| order.status == "missing").collect();
    let groups: BTreeSet<&str> = missing.iter().map(|order| order.group()).collect();
    for key in groups {
        let mut is_young = world.proxy.is_slow();
        let (mut there, mut absent) = (Vec::new(), 0);
        for order in missing.iter().filter(|order| order.group() == key) {
            is_young |= order.updated_at + PATIENCE > Timestamp::now();
            let lines = world.control.with_ref(&format!("tg:{installation}:{}", order.cl_ord_id)).await?;
            absent += usize::from(lines.is_empty());
            there.extend(lines);
        }
        // One that lives the next comparison must find. A quiet point says so if it does not.
        if is_young {
            continue;
        }
        if there.is_empty() {
            if resolve(&world.rest, key, "torture: looked up at the broker, which never accepted it").await {
                world.tally.count(Count::Human, "missing order resolved, which the ledger does not have");
            }
        } else if absent > 0 {
            // A bracket whose last leg never came waits at the broker untransmitted: only the screen of TWS shows it.
            for line in there.iter().filter(|line| line.end().is_none()) {
                world.control.cancel_by_hand(line.perm_id).await?;
                world.tally.count(Count::Human, "untransmitted order deleted at the broker's screen");
            }
        }
    }
    Ok(())
}

async fn release(world: &World, halted: &Value) -> Result<(), Failure> {
    let con_id = halted["con_id"].as_str().unwrap_or_default();
    let why = halted["reason"].as_str().unwrap_or_default();
    let orders = world.rest.orders("").await?;
    // Of an unknown order the same call would say that it is dead.
    let is_known = |order: &&Order| {
        let exits = order.legs.iter().all(|exit| matches!(exit.status.as_str(), "filled" | "canceled" | "rejected"));
        order.con_id.as_deref() == Some(con_id) && order.is_over() && exits && !order.is_exit()
    };
    let known = orders.iter().find(is_known);
    if let Some(order) = known
        && resolve(&world.rest, &order.cl_ord_id, "torture: the instrument was looked at").await
    {
        let kind: String = why.chars().filter(|c| !c.is_ascii_digit()).collect();
        world
            .tally
            .count(Count::Human, &format!("instrument released: {}", kind.chars().take(110).collect::<String>()));
    }
    Ok(())
}

async fn resolve(rest: &Rest, key: &str, reason: &str) -> bool {
    let path = format!("/api/v1/orders/{key}/resolve");
    let answer = rest.ask(Method::POST, &path, None, Some(&json!({ "reason": reason }))).await;
    matches!(answer, Answer::Said(said) if said.status == 200)
}
