//! What every handler sees.

use crate::config::{Limits, ServerConfig, SpanCounts, Watching};
use crate::cookie::Cookie;
use crate::events::Hub;
use crate::names::Names;
use crate::pace::Pace;
use crate::throttle::Throttle;
use domain::fault::Fault;
use domain::id::KeyId;
use engine::{Desk, Watch};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Shared by all requests.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) names: Arc<Names>,
    pub(crate) cookie: Arc<Cookie>,
    pub(crate) with_tls: bool,
    /// Places for requests that go on without their caller.
    pub(crate) unfinished: Arc<Semaphore>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) pace_of_keys: Arc<Pace<KeyId>>,
    pub(crate) pace_of_peers: Arc<Pace<IpAddr>>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) spans: Option<SpanCounts>,
    pub(crate) pilot: engine::PilotSeat,
    pub(crate) venue: engine::venue_controls::VenueSeat,
    pub(crate) configuration: Arc<wire::configuration::Configuration>,
    watch: Option<Watching>,
}

impl App {
    pub(crate) fn new(desk: Arc<dyn Desk>, config: &ServerConfig, bound: SocketAddr) -> Self {
        let (limits, with_tls) = (&config.limits, config.tls.is_some());
        Self {
            desk,
            names: Arc::new(Names::new(bound, &config.public_names, with_tls)),
            cookie: Arc::new(Cookie::new(bound.port(), with_tls)),
            with_tls,
            unfinished: Arc::new(Semaphore::new(limits.connections_max.clamp(1, Semaphore::MAX_PERMITS))),
            throttle: Arc::new(Throttle::new(limits.failed_auth_per_minute_max)),
            pace_of_keys: Arc::new(Pace::new(limits.requests_per_second_per_key_max)),
            pace_of_peers: Arc::new(Pace::new(limits.requests_per_second_per_peer_max)),
            hub: Hub::new(limits.streams.clone()),
            spans: config.spans.clone(),
            pilot: config.pilot.clone(),
            venue: config.venue.clone(),
            configuration: Arc::clone(&config.configuration),
            watch: config.watch.clone(),
            limits: Arc::new(limits.clone()),
        }
    }

    /// Who watches over the gateway.
    pub(crate) fn watch(&self) -> Result<&dyn Watch, Fault> {
        let nobody = || Fault::CapabilityMissing("nobody watches over this gateway".to_owned());
        self.watch.as_ref().map(|watch| &*watch.0).ok_or_else(nobody)
    }
}
