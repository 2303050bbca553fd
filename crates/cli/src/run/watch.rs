//! The place of whoever watches over the gateway: empty until this process writes.

use async_trait::async_trait;
use domain::alert::Alert;
use domain::fault::Fault;
use domain::guard::{GuardReport, GuardState};
use domain::principal::Principal;
use domain::stream::StreamStatus;
use engine::{SeatOf, Watch};
use std::sync::Arc;

/// Empty, or whoever watches.
#[derive(Debug, Default)]
pub(crate) struct WatchPlace(SeatOf<dyn Watch>);

impl WatchPlace {
    /// From now on somebody watches.
    pub(crate) fn seat(&self, watch: Arc<dyn Watch>) {
        self.0.seat(watch);
    }

    fn get(&self) -> Result<Arc<dyn Watch>, Fault> {
        let nobody = || Fault::LeaseNotHeld("this process stands by; whoever writes watches too".to_owned());
        self.0.seated().ok_or_else(nobody)
    }
}

#[async_trait]
impl Watch for WatchPlace {
    fn alerts(&self, by: &Principal, open_only: bool) -> Result<Vec<Alert>, Fault> {
        self.get()?.alerts(by, open_only)
    }

    async fn ack_alert(&self, by: &Principal, id: &str) -> Result<Alert, Fault> {
        self.get()?.ack_alert(by, id).await
    }

    fn streams(&self, by: &Principal) -> Result<StreamStatus, Fault> {
        self.get()?.streams(by)
    }

    fn guard(&self, by: &Principal) -> Result<GuardState, Fault> {
        self.get()?.guard(by)
    }

    async fn evaluate_guard(&self, by: &Principal) -> Result<GuardReport, Fault> {
        self.get()?.evaluate_guard(by).await
    }
}
