//! What faces may ask of whoever watches over the gateway: alerts, and what else the loop keeps an eye on. The engine knows the
//! trait alone; it stands here because faces and loop see each other only through this crate.

use async_trait::async_trait;
use domain::alert::Alert;
use domain::fault::Fault;
use domain::guard::{GuardReport, GuardState};
use domain::principal::Principal;
use domain::stream::StreamStatus;
use std::fmt;

/// The use cases of the watch. As with the desk, scopes are checked here and not in a face.
#[async_trait]
pub trait Watch: Send + Sync + fmt::Debug {
    /// Alerts, newest first; with `open_only` those that nobody acknowledged and that are not over.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `read`; [`Fault::NotReady`] where nobody watches yet.
    fn alerts(&self, by: &Principal, open_only: bool) -> Result<Vec<Alert>, Fault>;

    /// A human has seen an alert: it is not told again.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `kill` or `admin`, [`Fault::HumansOnly`], [`Fault::NotFound`], and [`Fault::Storage`]
    /// when it cannot be written down.
    async fn ack_alert(&self, by: &Principal, id: &str) -> Result<Alert, Fault>;

    /// How the streams stand.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `read`.
    fn streams(&self, by: &Principal) -> Result<StreamStatus, Fault>;

    /// How the guard stands, with its newest report.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `read`.
    fn guard(&self, by: &Principal) -> Result<GuardState, Fault>;

    /// The guard looks now, whatever its schedule says, and acts as the schedule would.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `kill` or `admin`.
    async fn evaluate_guard(&self, by: &Principal) -> Result<GuardReport, Fault>;
}
