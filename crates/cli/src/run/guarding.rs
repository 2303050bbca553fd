//! The guard as a part of the gateway that writes.

use super::alerts::own_agent;
use super::aside::Aside;
use crate::config::Config;
use crate::failure::Failure;
use autopilot::alert::{Alerts, Watched};
use autopilot::guard::{Guard, GuardParts, begin};
use autopilot::stream::Streams;
use domain::alert::SIGN_SILENCE_MAX;
use domain::principal::Scope;
use engine::{Clock, Desk, SignOfLife};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the end may take.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// The guard's thread.
pub(super) struct Guarding {
    end: oneshot::Sender<()>,
    aside: Aside,
}

/// What the guard looks at beside the desk.
pub(super) struct Sights {
    /// The streams.
    pub(super) streams: Streams,
    /// What the loop shows of itself.
    pub(super) heartbeat: Option<Arc<SignOfLife>>,
    /// What the guard shows of itself.
    pub(super) life: Arc<SignOfLife>,
}

/// The guard among the parts that should show life. Its turns come as often as its schedule, and a look may take a while.
pub(super) fn watched(config: &Config, life: &Arc<SignOfLife>) -> Watched {
    let every = SignedDuration::try_from(config.guard.every).unwrap_or(SignedDuration::MAX);
    let silence_max = every.saturating_add(every).saturating_add(SIGN_SILENCE_MAX);
    Watched { part: "guard".to_owned(), life: Arc::clone(life), silence_max }
}

/// A life that begins now.
pub(super) fn begun(now: Timestamp) -> Arc<SignOfLife> {
    Arc::new(SignOfLife::begun(now))
}

impl Guarding {
    /// Begins to look.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub(super) fn begin(
        (config, clock): (&Config, &Arc<dyn Clock>),
        desk: Arc<dyn Desk>,
        alerts: Alerts,
        sights: Sights,
    ) -> Result<(Self, Guard), Failure> {
        let settings = &config.guard;
        let parts = GuardParts {
            rules: settings.rules.clone(),
            every: Some(settings.every),
            hours: settings.hours,
            streams: sights.streams,
            heartbeat: sights.heartbeat,
            alerts,
            life: sights.life,
            clock: Arc::clone(clock),
            by: own_agent("guard", &[Scope::Read, Scope::Kill])
                .map_err(|error| Failure::unavailable(error.to_string(), "report this"))?,
        };
        let (guard, task) = begin(desk, parts);
        let (end, ending) = oneshot::channel();
        let aside = Aside::begin("guard", task.run(ending))?;
        Ok((Self { end, aside }, guard))
    }

    /// Looks no more.
    pub(super) async fn end(self) {
        drop(self.end);
        self.aside.ended(ENDS_WITHIN).await;
    }
}
