//! Faults of processes and of the disks under them.

use crate::home::Disk;
use crate::pacing::{between, pause};
use crate::process::Process;
use crate::world::World;
use jiff::Timestamp;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Longest stop: beyond the time after which a silent holder of the lease is given up.
const STOP_MS_MAX: u64 = 15_000;
/// How long a disk stays full.
const FULL_MS: (u64, u64) = (500, 6_000);

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessFault {
    KillGateway,
    KillVenue,
    KillBoth,
    StopGateway,
    StopVenue,
    EndGateway,
    EndVenue,
    FullData,
    FullState,
    FullCheckpoint,
}

impl ProcessFault {
    /// How often each, relative to the others.
    pub(crate) const ALL: [(u32, Self); 10] = [
        (26, Self::KillGateway),
        (10, Self::KillVenue),
        (5, Self::KillBoth),
        (18, Self::StopGateway),
        (12, Self::StopVenue),
        (8, Self::EndGateway),
        (4, Self::EndVenue),
        (11, Self::FullData),
        (6, Self::FullState),
        (4, Self::FullCheckpoint),
    ];

    /// Its word in the summary.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::KillGateway => "kill -9 gateway",
            Self::KillVenue => "kill -9 venue",
            Self::KillBoth => "kill -9 gateway and venue",
            Self::StopGateway => "SIGSTOP gateway",
            Self::StopVenue => "SIGSTOP venue",
            Self::EndGateway => "SIGTERM gateway",
            Self::EndVenue => "SIGTERM venue",
            Self::FullData => "full disk under the journal",
            Self::FullState => "full disk under the venue's state",
            Self::FullCheckpoint => "full disk under the checkpoint file",
        }
    }

    /// Lets it happen, to its end. Whether it could.
    pub(crate) async fn happen(self, world: &World, randomness: &mut ChaCha8Rng) -> bool {
        let gateway = &world.gateways[randomness.random_range(0..world.gateways.len())];
        match self {
            Self::KillGateway => gateway.kill(),
            Self::KillVenue => world.venue.kill(),
            Self::KillBoth => gateway.kill() & world.venue.kill(),
            Self::StopGateway => {
                let from = Timestamp::now();
                let stopped = stop(gateway, randomness).await;
                if world.plan.standby {
                    world.excuse(from);
                }
                stopped
            }
            Self::StopVenue => stop(&world.venue, randomness).await,
            Self::EndGateway => gateway.terminate(),
            Self::EndVenue => world.venue.terminate(),
            Self::FullData => full(world, &world.home.data, randomness).await,
            Self::FullState => full(world, &world.home.state, randomness).await,
            Self::FullCheckpoint => full(world, &world.home.checkpoint, randomness).await,
        }
    }
}

/// Short stops are more frequent than long ones.
async fn stop(process: &Process, randomness: &mut ChaCha8Rng) -> bool {
    let most = if randomness.random_bool(0.7) { 2_000 } else { STOP_MS_MAX };
    let stopped = process.stop();
    pause(between(randomness, 100, most)).await;
    process.resume();
    stopped
}

async fn full(world: &World, disk: &Disk, randomness: &mut ChaCha8Rng) -> bool {
    // Now and then a little is left: then the failure comes in the middle of something.
    let spare_kib = if randomness.random_bool(0.5) { 0 } else { randomness.random_range(4..200) };
    let length = between(randomness, FULL_MS.0, FULL_MS.1);
    if !disk.can_be_full || disk.fill(spare_kib).is_err() {
        return false;
    }
    let from = Timestamp::now();
    pause(length).await;
    let emptied = disk.empty().is_ok();
    world.excuse(from);
    emptied
}
