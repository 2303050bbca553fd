//! The runner of the streams over the same desk.

use crate::fake_desk::FakeDesk;
use crate::world::{World, person};
use autopilot::stream::{StreamParts, StreamRules, begin};
use domain::contract::Instrument;
use domain::id::ConId;
use domain::stream::LockOwner;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Three names, each of which takes its time: together longer than control 46 waits for a sign of the runner.
#[tokio::test]
async fn the_runner_shows_life_however_many_names_it_asks_for() {
    let world = World::new();
    let takes = SignedDuration::from_secs(25);
    world.with(|world| world.answers_take = takes);
    let (clock, life) = world.clock_and_life();
    let dir = tempfile::tempdir().unwrap();
    let hour = SignedDuration::from_hours(1);
    let (_decides, decision) = watch::channel(Vec::new());
    let (stale, _hears) = watch::channel(None);
    let parts = StreamParts {
        dir: dir.path().to_owned(),
        owner: LockOwner { pid: 1, installation: "test".to_owned(), since: clock.now() },
        rules: StreamRules {
            lines_max: 10,
            interval: Duration::from_hours(1),
            stale_after: hour,
            snapshot_every: hour,
            plan_every: hour,
            history_every: None,
        },
        watch_list: [1, 2, 3].map(|number| Instrument::ConId(ConId::new(number).unwrap())).into(),
        decision,
        stale,
        life,
        clock,
        by: person(),
    };
    let (_streams, task) = begin(Arc::new(FakeDesk(Arc::clone(&world))), parts);
    let (end, ending) = oneshot::channel();
    let watch = async {
        while world.with(|world| world.silence).is_zero() {
            tokio::task::yield_now().await;
        }
        drop(end);
    };
    tokio::join!(task.run(ending), watch);
    let began = crate::world::BEGIN.parse().unwrap();
    assert_eq!(world.with(|world| world.now).duration_since(began), takes * 3, "each was asked for");
    assert_eq!(world.with(|world| world.silence), takes, "no longer than one answer");
}
