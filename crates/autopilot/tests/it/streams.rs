//! The runner of the streams over the same desk.

use crate::fake_desk::FakeDesk;
use crate::world::{BEGIN, World, person};
use autopilot::stream::{StreamParts, StreamRules, StreamTask, Streams, begin};
use domain::contract::Instrument;
use domain::id::ConId;
use domain::stream::{LockOwner, StreamStatus};
use jiff::SignedDuration;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// A runner of three names that looks at its plan as often as it turns, and the end of it.
fn runner(world: &Arc<World>, dir: &Path) -> (Streams, StreamTask) {
    let (clock, life) = world.clock_and_life();
    let hour = SignedDuration::from_hours(1);
    let parts = StreamParts {
        dir: dir.to_owned(),
        owner: LockOwner { pid: 1, installation: "test".to_owned(), since: clock.now() },
        rules: StreamRules {
            lines_max: 10,
            interval: Duration::from_millis(1),
            stale_after: hour,
            snapshot_every: hour,
            plan_every: SignedDuration::ZERO,
            history_every: None,
        },
        watch_list: [1, 2, 3].map(|number| Instrument::ConId(ConId::new(number).unwrap())).into(),
        decision: watch::channel(Vec::new()).1,
        stale: watch::channel(None).0,
        life,
        clock,
        by: person(),
    };
    begin(Arc::new(FakeDesk(Arc::clone(world))), parts)
}

/// Runs it until it has come so far.
async fn until(streams: &Streams, task: StreamTask, mut there: impl FnMut(&StreamStatus) -> bool) {
    let (end, ending) = oneshot::channel();
    let watch = async {
        while !there(&streams.status(&person()).unwrap()) {
            tokio::task::yield_now().await;
        }
        drop(end);
    };
    tokio::join!(task.run(ending), watch);
}

/// Three names, each of which takes its time: together longer than control 46 waits for a sign of the runner.
#[tokio::test]
async fn the_runner_shows_life_however_many_names_it_asks_for() {
    let world = World::new();
    let takes = SignedDuration::from_secs(25);
    world.with(|world| world.answers_take = takes);
    let dir = tempfile::tempdir().unwrap();
    let (streams, task) = runner(&world, dir.path());
    until(&streams, task, |_| !world.with(|world| world.silence).is_zero()).await;
    assert!(world.with(|world| world.now).duration_since(BEGIN.parse().unwrap()) >= takes * 3, "each was asked for");
    assert_eq!(world.with(|world| world.silence), takes, "no longer than one answer");
}

/// The clock stands: a name that nobody could be asked for is asked for at the next look, not after half a minute.
#[tokio::test]
async fn names_are_looked_up_as_soon_as_there_is_a_line() {
    let world = World::new();
    world.with(|world| world.is_offline = true);
    let dir = tempfile::tempdir().unwrap();
    let (streams, task) = runner(&world, dir.path());
    let mut was_told = false;
    until(&streams, task, |status| {
        if status.unresolved.len() == 3 {
            was_told = true;
            world.with(|world| world.is_offline = false);
        }
        was_told && status.unresolved.is_empty()
    })
    .await;
}
