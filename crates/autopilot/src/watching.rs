//! The use cases of the watch, for the faces.

use crate::alert::Alerts;
use crate::guard::Guard;
use crate::stream::Streams;
use async_trait::async_trait;
use domain::alert::Alert;
use domain::fault::Fault;
use domain::guard::{GuardReport, GuardState};
use domain::principal::Principal;
use domain::stream::StreamStatus;
use engine::Watch;

/// Everything that watches over this gateway.
#[derive(Clone, Debug)]
pub struct Watcher {
    /// The alerts.
    pub alerts: Alerts,
    /// The streams.
    pub streams: Streams,
    /// The guard.
    pub guard: Guard,
}

#[async_trait]
impl Watch for Watcher {
    fn alerts(&self, by: &Principal, open_only: bool) -> Result<Vec<Alert>, Fault> {
        self.alerts.list(by, open_only)
    }

    async fn ack_alert(&self, by: &Principal, id: &str) -> Result<Alert, Fault> {
        self.alerts.ack(by, id).await
    }

    fn streams(&self, by: &Principal) -> Result<StreamStatus, Fault> {
        self.streams.status(by)
    }

    fn guard(&self, by: &Principal) -> Result<GuardState, Fault> {
        self.guard.state(by)
    }

    async fn evaluate_guard(&self, by: &Principal) -> Result<GuardReport, Fault> {
        self.guard.evaluate(by).await
    }
}
