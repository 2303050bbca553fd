//! What every handler sees.

use crate::config::Limits;
use crate::events::Hub;
use crate::throttle::Throttle;
use engine::Desk;
use std::net::SocketAddr;
use std::sync::Arc;

/// Shared by all requests.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) hosts: Arc<[String]>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) hub: Arc<Hub>,
}

impl App {
    pub(crate) fn new(desk: Arc<dyn Desk>, limits: Limits, bound: SocketAddr) -> Self {
        let throttle = Throttle::new(limits.failed_auth_per_minute_max);
        let hub = Hub::new(limits.streams.clone());
        Self { desk, limits: Arc::new(limits), hosts: hosts(bound).into(), throttle: Arc::new(throttle), hub }
    }
}

/// The values of `Host` that mean this listener: any other is a name that somebody made point here.
fn hosts(bound: SocketAddr) -> Vec<String> {
    let port = bound.port();
    let mut hosts =
        vec![bound.to_string(), format!("127.0.0.1:{port}"), format!("[::1]:{port}"), format!("localhost:{port}")];
    if port == 80 {
        hosts.extend(["127.0.0.1", "[::1]", "localhost"].map(str::to_owned));
    }
    hosts
}
