//! The loop as a part of the gateway that writes.

use super::private;
use super::writing::{Setup, new_york};
use crate::failure::Failure;
use autopilot::pilot::{Pilot, PilotParts};
use domain::contract::Instrument;
use engine::{Desk, PilotSeat, SignOfLife};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What other parts of the gateway see of the loop, whoever writes now.
#[derive(Clone, Debug)]
pub(crate) struct LoopSeat {
    /// Where faces find it.
    pub(crate) pilot: PilotSeat,
    /// Shown on every turn.
    pub(crate) life: Arc<SignOfLife>,
    /// The instruments of the decision in force.
    pub(crate) wanted: watch::Sender<Vec<Instrument>>,
}

impl LoopSeat {
    /// Nothing turns yet.
    pub(crate) fn empty(now: Timestamp) -> Self {
        Self {
            pilot: PilotSeat::default(),
            life: Arc::new(SignOfLife::begun(now)),
            wanted: watch::Sender::new(Vec::new()),
        }
    }
}

/// A loop that turns. It ends with this.
pub(crate) struct Looping(Option<JoinHandle<()>>);

impl Looping {
    /// Begins, where there is a loop.
    ///
    /// # Errors
    /// Its key cannot be read.
    pub(crate) fn begin(setup: &Setup, desk: Arc<dyn Desk>) -> Result<Self, Failure> {
        let config = &setup.config;
        if !config.looping.is_on() {
            return Ok(Self(None));
        }
        let path = config.loop_key_file();
        let key = private::read(&path).map_err(|error| super::place::trouble("key file", &path, &error))?;
        let Some(key) = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()) else {
            let what = format!("the loop's key is missing: {}", path.display());
            return Err(Failure::storage(
                what,
                "put it back, or revoke the key `loop` and remove the file so that another one is made",
            ));
        };
        let settings = config
            .looping
            .pilot(&config.data_dir, new_york()?)
            .map_err(|(key, rule)| Failure::usage(format!("{key}: {rule}"), "see docs/loop.md"))?;
        let seat = &setup.looping;
        let pilot = Pilot::new(PilotParts {
            desk,
            key,
            settings,
            clock: Arc::clone(&setup.ground.clock),
            life: Arc::clone(&seat.life),
            wanted: seat.wanted.clone(),
        });
        seat.pilot.seat(Arc::clone(&pilot) as Arc<dyn engine::Pilot>);
        Ok(Self(Some(tokio::spawn(async move { pilot.run().await }))))
    }
}

impl Drop for Looping {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}
