//! Whatever watches over the gateway, begun behind the engine and ended before it.

use super::alerts::{AlertsThread, Around};
use super::guarding::{self, Guarding, Sights};
use super::place;
use super::streaming::Streaming;
use super::writing::Setup;
use crate::failure::Failure;
use autopilot::Watcher;
use engine::Desk;
use std::sync::Arc;
use tokio::sync::watch;

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
    /// A file of the configuration, the outbox or the guard's report cannot be used, or the system refuses a thread.
    pub(super) fn begin(setup: &Setup, desk: &Arc<dyn Desk>) -> Result<Self, Failure> {
        let config = &setup.config;
        let installation = place::installation_at_start(config)?.to_string();
        // Without a loop no decision names anything.
        let (_nobody, decision) = watch::channel(Vec::new());
        let (_nobody, targets) = watch::channel(None);
        let streaming = Streaming::begin(config, Arc::clone(desk), &installation, decision, false)?;
        let life = guarding::begun();
        let mut watched = streaming.watched.clone();
        watched.push(guarding::watched(config, &life));
        let around = Around {
            reports: Arc::clone(&setup.reports),
            watched,
            stale: streaming.stale.clone(),
            runs: None,
            installation,
        };
        let (thread, alerts) = AlertsThread::begin(config, Arc::clone(desk), around)?;
        let sights = Sights { streams: streaming.streams.clone(), targets, heartbeat: None, life };
        let (guarding, guard) = Guarding::begin(config, Arc::clone(desk), alerts.clone(), sights)?;
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
