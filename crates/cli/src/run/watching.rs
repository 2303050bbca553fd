//! Whatever watches over the gateway, begun behind the engine and ended before it.

use super::alerts::{AlertsThread, Around};
use super::guarding::{self, Guarding, Sights};
use super::place;
use super::runs::RunsOf;
use super::streaming::Streaming;
use super::writing::Setup;
use crate::failure::Failure;
use autopilot::Watcher;
use autopilot::alert::{Runs, Watched};
use domain::alert::SIGN_SILENCE_MAX;
use engine::Desk;
use std::sync::Arc;

/// Alerts, streams and the guard.
pub(super) struct Watching {
    alerts: AlertsThread,
    streaming: Streaming,
    guarding: Guarding,
}

impl Watching {
    /// Begins to watch, and takes the watch's place.
    ///
    /// # Errors
    /// A file of the configuration or the outbox cannot be used, or the system refuses a thread.
    pub(super) fn begin(setup: &Setup, desk: &Arc<dyn Desk>) -> Result<Self, Failure> {
        let (config, clock) = (&setup.config, &setup.ground.clock);
        let installation = place::installation_at_start(config)?.to_string();
        let (seat, has_loop) = (&setup.looping, config.looping.is_on());
        let decision = seat.wanted.subscribe();
        let streaming = Streaming::begin((config, clock), Arc::clone(desk), &installation, decision, &setup.streams)?;
        let life = guarding::begun(clock.now());
        let mut watched = streaming.watched.clone();
        watched.push(guarding::watched(config, &life));
        let heartbeat = has_loop.then(|| Arc::clone(&seat.life));
        // Who stood by until now was not silent: it begins here.
        if let Some(life) = &heartbeat {
            life.show(clock.now());
        }
        watched.extend(heartbeat.iter().map(|life| Watched {
            part: "loop".to_owned(),
            life: Arc::clone(life),
            silence_max: SIGN_SILENCE_MAX,
        }));
        let around = Around {
            reports: Arc::clone(&setup.reports),
            life: Arc::clone(&setup.alerts),
            watched,
            stale: streaming.stale.clone(),
            runs: has_loop.then(|| Arc::new(RunsOf(seat.pilot.clone())) as Arc<dyn Runs>),
            installation,
        };
        let (thread, alerts) = AlertsThread::begin((config, clock), Arc::clone(desk), around)?;
        let sights = Sights { streams: streaming.streams.clone(), heartbeat, life };
        let (guarding, guard) = Guarding::begin((config, clock), Arc::clone(desk), alerts.clone(), sights)?;
        setup.watch.seat(Arc::new(Watcher { alerts, streams: streaming.streams.clone(), guard }));
        Ok(Self { alerts: thread, streaming, guarding })
    }

    /// Ends in order, or with the reason that nobody asked for.
    pub(super) async fn end(self, why: Option<String>) {
        let Self { alerts, mut streaming, guarding } = self;
        tokio::join!(streaming.end(), guarding.end());
        alerts.end(why).await;
    }
}
