//! What a monitor wants to know, in one look.

use crate::desk::Metrics;
use crate::service::Service;
use domain::fault::Fault;

impl Service {
    pub(crate) fn metrics_now(&self) -> Result<Metrics, Fault> {
        let elapsed = self.clock.monotonic();
        let kill_file = self.has_kill_file();
        let shown = self.shared.read();
        Ok(Metrics {
            status: self.status_of(&shown, kill_file)?,
            tally: shown.tally.clone(),
            message_budgets: shown.session.paces.now(elapsed),
        })
    }
}
