//! What happens in the loop, noted in the journal. The engine knows no loop: it keeps the facts in order and does nothing of
//! what they say.

use crate::core::{Batch, Core};
use crate::input::{Input, Reply};
use crate::service::{Service, may_cancel, need, need_human, need_trade};
use crate::use_cases::check_reason;
use domain::fault::Fault;
use domain::id::ApprovalId;
use domain::journal::JournalEvent;
use domain::looping::event::LoopEvent;
use domain::principal::{Principal, Scope};
use jiff::Timestamp;

impl Core {
    pub(crate) fn note_loop(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Principal,
        event: LoopEvent,
        approval_id: ApprovalId,
        reply: Reply<()>,
    ) {
        let answer = self.follow_loop(batch, now, by, event, approval_id);
        batch.owe(reply, answer);
    }

    fn follow_loop(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Principal,
        event: LoopEvent,
        approval_id: ApprovalId,
    ) -> Result<(), Fault> {
        let event = match event {
            // Whether a plan takes a human's yes is told here, by policy and mandates, and by nobody else.
            LoopEvent::RunPlanned { run, account, plan } => {
                self.planned(now, &by, (run, account, plan), approval_id)?
            }
            event @ (LoopEvent::ScheduleSet { .. }
            | LoopEvent::ScheduleRemoved
            | LoopEvent::DecisionMade { .. }
            | LoopEvent::DecisionRefused { .. }
            | LoopEvent::SlotMissed { .. }
            | LoopEvent::RunQueued { .. }
            | LoopEvent::RunChecking { .. }
            | LoopEvent::RunDecided { .. }
            | LoopEvent::PlanMandated { .. }
            | LoopEvent::PlanHeld { .. }
            | LoopEvent::PlanAnswered { .. }
            | LoopEvent::PartUsed { .. }
            | LoopEvent::StepEnded { .. }
            | LoopEvent::RunEnded { .. }
            | LoopEvent::RunRolledBack { .. }
            | LoopEvent::Paused { .. }
            | LoopEvent::Resumed { .. }
            | LoopEvent::GuardJudged { .. }) => event,
        };
        self.book.looping.follows(&event).map_err(|why| Fault::Conflict { what: "loop", why })?;
        self.push(batch, now, JournalEvent::Loop { event, by });
        Ok(())
    }
}

impl Service {
    /// Whoever may trade runs the loop; a pause makes nothing worse; a person lets it go on.
    pub(crate) async fn note_of_loop(&self, by: &Principal, event: LoopEvent) -> Result<(), Fault> {
        let event = match event {
            LoopEvent::Paused { reason } => {
                may_cancel(by)?;
                LoopEvent::Paused { reason: check_reason(reason)? }
            }
            LoopEvent::Resumed { reason } => {
                need_human(by, Scope::Admin)?;
                LoopEvent::Resumed { reason: check_reason(reason)? }
            }
            // Whoever may stop trading may note why.
            LoopEvent::GuardJudged { .. } => {
                need(by, Scope::Kill)?;
                event
            }
            LoopEvent::ScheduleSet { .. }
            | LoopEvent::ScheduleRemoved
            | LoopEvent::DecisionMade { .. }
            | LoopEvent::DecisionRefused { .. }
            | LoopEvent::SlotMissed { .. }
            | LoopEvent::RunQueued { .. }
            | LoopEvent::RunChecking { .. }
            | LoopEvent::RunDecided { .. }
            | LoopEvent::RunPlanned { .. }
            | LoopEvent::StepEnded { .. }
            | LoopEvent::RunEnded { .. }
            | LoopEvent::RunRolledBack { .. } => {
                need_trade(by)?;
                event
            }
            LoopEvent::PlanMandated { .. }
            | LoopEvent::PlanHeld { .. }
            | LoopEvent::PlanAnswered { .. }
            | LoopEvent::PartUsed { .. } => {
                let why = format!("{} is noted by what leads to it, and by nobody who says so", event.word());
                return Err(Fault::Conflict { what: "loop", why });
            }
        };
        let (by, approval_id) = (by.clone(), self.new_approval_id()?);
        self.tell(|reply| Input::Loop { by, event: Box::new(event), approval_id, reply }).await
    }
}
