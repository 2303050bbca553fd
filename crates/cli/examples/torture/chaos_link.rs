//! Faults of the link.

use crate::pacing::{between, pause};
use crate::proxy::Way;
use crate::world::World;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkFault {
    Cut,
    HalfClose,
    Refuse,
    Delay,
    Stall,
}

impl LinkFault {
    /// How often each, relative to the others.
    pub(crate) const ALL: [(u32, Self); 5] =
        [(14, Self::Cut), (8, Self::HalfClose), (4, Self::Refuse), (8, Self::Delay), (8, Self::Stall)];

    /// Its word in the summary.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Cut => "link cut",
            Self::HalfClose => "link half closed",
            Self::Refuse => "link refused",
            Self::Delay => "link slow",
            Self::Stall => "link stalled",
        }
    }

    /// Lets it happen, to its end. Whether it could.
    pub(crate) async fn happen(self, world: &World, randomness: &mut ChaCha8Rng) -> bool {
        let proxy = &world.proxy;
        let way = if randomness.random_bool(0.5) { Way::Up } else { Way::Down };
        match self {
            Self::Cut => proxy.cut(),
            Self::HalfClose => proxy.half_close(way),
            Self::Refuse => {
                proxy.refuse(true);
                proxy.cut();
                pause(between(randomness, 200, 5_000)).await;
                proxy.refuse(false);
            }
            Self::Delay => {
                proxy.delay(way, between(randomness, 50, 2_000));
                pause(between(randomness, 1_000, 8_000)).await;
                proxy.delay(way, Duration::ZERO);
            }
            Self::Stall => {
                proxy.stall(way, true);
                pause(between(randomness, 300, 10_000)).await;
                // Half of what was held is lost, half arrives.
                if randomness.random_bool(0.5) {
                    proxy.cut();
                }
                proxy.stall(way, false);
            }
        }
        true
    }
}
