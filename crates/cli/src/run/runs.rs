//! The loop's newest runs, in words, for the bot.

use super::alerts::own_agent;
use async_trait::async_trait;
use autopilot::alert::Runs;
use domain::fault::Fault;
use domain::principal::Scope;
use engine::PilotSeat;

/// Asks whoever pilots.
#[derive(Debug)]
pub(super) struct RunsOf(pub(super) PilotSeat);

#[async_trait]
impl Runs for RunsOf {
    async fn newest(&self, limit: usize) -> Result<Vec<String>, Fault> {
        let by = own_agent("telegram", &[Scope::Read]).map_err(|error| Fault::Internal(error.to_string()))?;
        let runs = self.0.pilot()?.runs(&by)?;
        let line =
            |run: &domain::looping::run::TradeRun| format!("{}: {}, {}", run.order.id, run.state.word(), run.reason);
        Ok(runs.iter().take(limit).map(|run| line(run)).collect())
    }
}
