//! Kills over REST and by the file, lifted by the human, and when they held.

use crate::pacing::{about, between, pause};
use crate::rest::Answer;
use crate::tally::Count;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use reqwest::Method;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// In the mean from one kill to the next.
const EVERY_MS: u64 = 45_000;
/// The file is looked at before each send and acknowledged by nobody.
const FILE_IS_SEEN_AFTER: SignedDuration = SignedDuration::from_millis(500);

/// A stretch of time in which nothing new may leave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Kills(Mutex<Vec<Window>>);

impl Kills {
    fn note(&self, from: Timestamp, to: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Window { from, to });
    }

    /// Those so far.
    pub(crate) fn all(&self) -> Vec<Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Kills now and then, and lifts it again, until the torture is over.
pub(crate) async fn run(world: Arc<World>) {
    let mut randomness = world.plan.randomness(3);
    while !world.is_over() {
        pause(about(&mut randomness, EVERY_MS)).await;
        let open = world.gate.read().await;
        if world.is_over() {
            return;
        }
        let length = between(&mut randomness, 500, 6_000);
        if randomness.random_bool(0.6) {
            let killed = set(&world, "halted", "torture: a kill").await;
            let from = Timestamp::now();
            if killed {
                world.tally.count(Count::Fault, "kill over REST");
                pause(length).await;
                world.kills.note(from, Timestamp::now());
            }
        } else {
            let file = world.home.data.dir.join("KILL");
            if std::fs::write(&file, "").is_ok() {
                let from = Timestamp::now() + FILE_IS_SEEN_AFTER;
                world.tally.count(Count::Fault, "kill by the file");
                pause(length).await;
                world.kills.note(from, Timestamp::now());
                // It is looked for again when the kill is lifted.
                let _ = std::fs::remove_file(&file);
            }
        }
        lift(&world).await;
        drop(open);
    }
}

async fn set(world: &World, state: &str, reason: &str) -> bool {
    let body = json!({ "scope": "global", "state": state, "reason": reason });
    let answer = world.rest.ask(Method::PUT, "/api/v1/kill", None, Some(&body)).await;
    matches!(answer, Answer::Said(said) if said.status == 200)
}

/// Lifts every kill; tries until it is done, because a gateway may be down just now.
pub(crate) async fn lift(world: &World) {
    for _ in 0..200 {
        let _ = std::fs::remove_file(world.home.data.dir.join("KILL"));
        if set(world, "active", "torture: lifted by the human").await {
            world.tally.count(Count::Human, "kill lifted");
            return;
        }
        pause(std::time::Duration::from_millis(250)).await;
    }
}
