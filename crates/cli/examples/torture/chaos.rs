//! What is done to them all, at random: three hands that do not wait for each other.

use crate::chaos_broker::BrokerFault;
use crate::chaos_link::LinkFault;
use crate::chaos_process::ProcessFault;
use crate::pacing::{about, pause};
use crate::tally::Count;
use crate::world::World;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// In the mean between two faults of a process.
const PROCESS_EVERY_MS: u64 = 15_000;
/// In the mean between two faults of the link.
const LINK_EVERY_MS: u64 = 15_000;
/// In the mean between two faults of the venue's own.
const BROKER_EVERY_MS: u64 = 8_000;

/// Does something to the processes now and then.
pub(crate) async fn processes(world: Arc<World>) {
    let mut randomness = world.plan.randomness(1);
    while !world.is_over() {
        pause(about(&mut randomness, PROCESS_EVERY_MS)).await;
        let fault = one_of(&mut randomness, &ProcessFault::ALL);
        let open = world.gate.read().await;
        if world.is_over() {
            return;
        }
        let done = fault.happen(&world, &mut randomness).await;
        count(&world, fault.word(), done);
        drop(open);
    }
}

/// Does something to the link now and then.
pub(crate) async fn links(world: Arc<World>) {
    let mut randomness = world.plan.randomness(2);
    while !world.is_over() {
        pause(about(&mut randomness, LINK_EVERY_MS)).await;
        let fault = one_of(&mut randomness, &LinkFault::ALL);
        let open = world.gate.read().await;
        if world.is_over() {
            return;
        }
        let done = fault.happen(&world, &mut randomness).await;
        count(&world, fault.word(), done);
        drop(open);
    }
}

/// Lets the venue do something now and then.
pub(crate) async fn broker(world: Arc<World>) {
    let mut randomness = world.plan.randomness(5);
    while !world.is_over() {
        pause(about(&mut randomness, BROKER_EVERY_MS)).await;
        let fault = one_of(&mut randomness, &BrokerFault::ALL);
        let open = world.gate.read().await;
        if world.is_over() {
            return;
        }
        let done = fault.happen(&world, &mut randomness).await;
        count(&world, fault.word(), done);
        drop(open);
    }
}

fn count(world: &World, word: &str, done: bool) {
    let kind = if done { Count::Fault } else { Count::NotExercised };
    world.tally.count(kind, word);
}

/// One of a table of weights.
fn one_of<T: Copy>(randomness: &mut ChaCha8Rng, table: &[(u32, T)]) -> T {
    let total: u32 = table.iter().map(|(weight, _)| weight).sum();
    let mut left = randomness.random_range(0..total);
    for (weight, one) in table {
        if left < *weight {
            return *one;
        }
        left -= weight;
    }
    table[0].1
}
