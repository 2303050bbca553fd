//! What of the loop is news: how a run ended, what was missed and refused.

use super::super::kind::{AlertKind, Severity};
use super::super::news::News;
use crate::looping::event::LoopEvent;
use crate::looping::run::RunEnd;
use jiff::Timestamp;

use Severity::{Critical, Info, Warning};

/// What an event says.
pub(super) fn of_loop(event: &LoopEvent, at: Timestamp) -> Vec<News> {
    let of = |kind, severity, subject: &str, title: &str| News::new(kind, severity, subject, title, at);
    match event {
        LoopEvent::RunEnded { run, state, reason, .. } => {
            let (severity, word) = match state {
                RunEnd::Done => (Info, "is done"),
                RunEnd::Partial => (Warning, "is done in part"),
                RunEnd::Failed => (Critical, "failed"),
                RunEnd::Blocked => (Critical, "is blocked"),
            };
            let title = format!("Run {run} {word}");
            vec![of(AlertKind::Run, severity, &run.to_string(), &title).saying(reason)]
        }
        LoopEvent::RunRolledBack { run, by_run } => {
            let title = format!("Run {run} is rolled back by run {by_run}");
            vec![of(AlertKind::Run, Warning, &format!("{run} rolled back"), &title)]
        }
        LoopEvent::SlotMissed { slot, due_at, reason } => {
            let title = format!("The slot {slot} of {due_at} passed without its run");
            vec![of(AlertKind::SlotMissed, Critical, &slot.to_string(), &title).saying(reason)]
        }
        LoopEvent::DecisionRefused { reasons, .. } => {
            let title = "A decision was refused; nothing was ordered for it";
            vec![of(AlertKind::Run, Warning, "decision refused", title).saying(&reasons.join("\n"))]
        }
        LoopEvent::Paused { reason } => {
            vec![of(AlertKind::Run, Warning, "loop", "The loop is paused: no slot runs").opens().saying(reason)]
        }
        LoopEvent::Resumed { reason } => {
            vec![of(AlertKind::Run, Info, "loop", "The loop goes on").closes().saying(reason)]
        }
        LoopEvent::PlanHeld { run, approval, .. } => {
            let title = format!("{} asks for an approval: the plan of run {run}", approval.requested_by);
            let why: Vec<&str> = approval.reasons.iter().map(|reason| reason.message.as_str()).collect();
            let what = format!("Approval {}, until {}.\n{}", approval.id, approval.expires_at, why.join("\n"));
            vec![of(AlertKind::Approval, Warning, approval.id.as_str(), &title).opens().saying(&what)]
        }
        LoopEvent::PlanAnswered { approval, status, .. } => {
            let title = format!("Approval {approval} is {}", status.word());
            vec![of(AlertKind::Approval, Info, approval.as_str(), &title).closes()]
        }
        // The guard tells its own, once it has acted.
        LoopEvent::GuardJudged { .. }
        | LoopEvent::ScheduleSet { .. }
        | LoopEvent::ScheduleRemoved
        | LoopEvent::PartUsed { .. }
        | LoopEvent::DecisionMade { .. }
        | LoopEvent::RunQueued { .. }
        | LoopEvent::RunChecking { .. }
        | LoopEvent::RunDecided { .. }
        | LoopEvent::RunPlanned { .. }
        | LoopEvent::PlanMandated { .. }
        | LoopEvent::StepEnded { .. } => Vec::new(),
    }
}
