//! The streams as a part of the gateway that writes.

use super::alerts::own_agent;
use super::aside::Aside;
use crate::config::Config;
use crate::failure::Failure;
use autopilot::alert::{StalePrices, Watched};
use autopilot::stream::{StreamParts, StreamRules, Streams, begin};
use domain::alert::SIGN_SILENCE_MAX;
use domain::contract::Instrument;
use domain::principal::Scope;
use domain::stream::LockOwner;
use engine::{Clock, Desk, SignOfLife};
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// How often it is looked what is held.
const PLAN_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// How long the end may take.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// The streams' thread; none where nothing is streamed.
pub(super) struct Streaming {
    thread: Option<(oneshot::Sender<()>, Aside)>,
    /// What others see of them.
    pub(super) streams: Streams,
    /// What they show of themselves, for the alerts.
    pub(super) watched: Vec<Watched>,
    /// Prices that are not fresh.
    pub(super) stale: watch::Receiver<StalePrices>,
}

impl Streaming {
    /// Whether there is anything to stream: a list, or what the loop decides for.
    pub(super) fn is_wanted(config: &Config) -> bool {
        !config.stream.watch_list.is_empty() || config.looping.is_on()
    }

    /// Begins to stream, if anything is to be streamed.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub(super) fn begin(
        (config, clock): (&Config, &Arc<dyn Clock>),
        desk: Arc<dyn Desk>,
        installation: &str,
        decision: watch::Receiver<Vec<Instrument>>,
        life: &Arc<SignOfLife>,
    ) -> Result<Self, Failure> {
        let settings = &config.stream;
        let (stale_out, stale) = watch::channel(None);
        if !Self::is_wanted(config) {
            return Ok(Self { thread: None, streams: Streams::off(), watched: Vec::new(), stale });
        }
        let now = clock.now();
        // Who stood by until now was not silent: it begins here.
        life.show(now);
        let seconds = |number: u64| SignedDuration::from_secs(i64::try_from(number).unwrap_or(i64::MAX));
        let parts = StreamParts {
            dir: settings.dir(&config.data_dir),
            owner: LockOwner { pid: std::process::id(), installation: installation.to_owned(), since: now },
            rules: StreamRules {
                lines_max: usize::try_from(settings.lines_max).unwrap_or(usize::MAX),
                interval: Duration::from_millis(settings.interval_ms),
                stale_after: seconds(settings.stale_after_s),
                snapshot_every: seconds(settings.snapshot_every_s),
                plan_every: PLAN_EVERY,
                history_every: Some(seconds(settings.history_every_s)).filter(|every| !every.is_zero()),
            },
            watch_list: settings.watch_list.clone(),
            decision,
            stale: stale_out,
            life: Arc::clone(life),
            clock: Arc::clone(clock),
            by: own_agent("stream", &[Scope::Read])
                .map_err(|error| Failure::unavailable(error.to_string(), "report this"))?,
        };
        let (streams, task) = begin(desk, parts);
        let (end, ending) = oneshot::channel();
        let aside = Aside::begin("stream", task.run(ending))?;
        let watched =
            vec![Watched { part: "stream runner".to_owned(), life: Arc::clone(life), silence_max: SIGN_SILENCE_MAX }];
        Ok(Self { thread: Some((end, aside)), streams, watched, stale })
    }

    /// Lets go of the lines and the lock.
    pub(super) async fn end(&mut self) {
        if let Some((end, aside)) = self.thread.take() {
            drop(end);
            aside.ended(ENDS_WITHIN).await;
        }
    }
}
