//! Slots: each is run or noted as missed, once.

use super::service::Pilot;
use domain::fault::Fault;
use domain::id::DecisionId;
use domain::looping::book::{LoopBook, OPEN_RUNS_MAX, ScheduleInForce};
use domain::looping::event::LoopEvent;
use domain::looping::run::{RunCause, RunOrder, RunState, TradeRun};
use domain::looping::schedule::{SLOTS_MAX, Schedule, Slot, SlotVerdict};
use domain::principal::Principal;
use jiff::{SignedDuration, Timestamp};

/// A run that ended longer ago is not taken back by itself any more: a person has seen it.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

impl Pilot {
    /// Accounts for every slot whose moment has come, also by a schedule that was in force until now.
    pub(super) async fn mind_schedule(&self, by: &Principal) -> Result<(), Fault> {
        // One moment for the old schedule's end and the new one's begin: no slot is between them.
        let now = self.clock.now();
        let book = self.desk.looping(by)?;
        let (wanted, in_force) = (self.settings.schedule.as_ref(), book.schedule.as_ref());
        if let (Some((schedule, spec)), Some(in_force)) = (wanted, in_force)
            && in_force.name == schedule.name
            && in_force.spec == *spec
        {
            return self.mind_slots(by, self.due(schedule, &book, in_force, now), &book).await;
        }
        if let Some(old) = in_force
            && self.close_books(by, &book, old, now).await?
        {
            return Ok(());
        }
        match (wanted, in_force) {
            (Some((schedule, spec)), _) => {
                let (name, spec) = (schedule.name.clone(), spec.clone());
                self.note(by, LoopEvent::ScheduleSet { name, spec, since: Some(now) }).await
            }
            (None, Some(_)) => self.note(by, LoopEvent::ScheduleRemoved).await,
            (None, None) => Ok(()),
        }
    }

    /// Runs what is due, or notes why it does not run.
    async fn mind_slots(&self, by: &Principal, due: Vec<SlotVerdict>, book: &LoopBook) -> Result<(), Fault> {
        for verdict in due {
            match (verdict, &book.paused) {
                (SlotVerdict::Missed(slot, reason), _) => self.note(by, missed(slot, reason)).await?,
                (SlotVerdict::Run(slot), Some(pause)) => {
                    self.note(by, missed(slot, format!("the loop was paused: {}", pause.reason))).await?;
                }
                (SlotVerdict::Run(slot), None) => self.begin_slot(by, slot, book.open.len()).await?,
            }
        }
        Ok(())
    }

    /// What is due by a schedule that counts, or counted until now.
    fn due(
        &self,
        schedule: &Schedule,
        book: &LoopBook,
        in_force: &ScheduleInForce,
        now: Timestamp,
    ) -> Vec<SlotVerdict> {
        let since = book.accounted_until.map_or(in_force.since, |until| until.max(in_force.since));
        let is_used = |key: &_| book.slots.contains_key(key);
        schedule.due(&self.settings.calendar, is_used, since, now)
    }

    /// Notes the slots of a schedule that counts no more, that came round and that nobody has accounted for; whether more are left.
    async fn close_books(
        &self,
        by: &Principal,
        book: &LoopBook,
        old: &ScheduleInForce,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Some(schedule) = Schedule::of_spec(&old.name, &old.spec) else {
            tracing::warn!(
                name = old.name,
                rule = old.spec,
                "the old schedule cannot be read: its last slots are not told"
            );
            return Ok(false);
        };
        let due = self.due(&schedule, book, old, now);
        let is_all = due.len() < SLOTS_MAX;
        for verdict in due {
            let event = match verdict {
                SlotVerdict::Missed(slot, reason) => missed(slot, reason),
                SlotVerdict::Run(slot) => {
                    missed(slot, "the schedule was changed or removed before it could run".to_owned())
                }
            };
            self.note(by, event).await?;
        }
        Ok(!is_all)
    }

    /// Queues a slot's run. Whatever stands in its place uses the slot up: what cannot begin now cannot later either.
    async fn begin_slot(&self, by: &Principal, slot: Slot, open: usize) -> Result<(), Fault> {
        if open >= OPEN_RUNS_MAX {
            let why = format!("{OPEN_RUNS_MAX} runs were waiting or under way already");
            return self.note(by, missed(slot, why)).await;
        }
        match self.note(by, self.queued(slot.clone())).await {
            Err(Fault::Conflict { why, .. }) => self.note(by, missed(slot, why)).await,
            noted => noted,
        }
    }

    fn queued(&self, slot: Slot) -> LoopEvent {
        // What stands in its way is waited for within its session, by a slot that may be late from now on.
        let from = slot.at.max(self.clock.now());
        let begin_by = from.checked_add(self.settings.begin_within).unwrap_or(slot.session.close);
        let run = RunOrder {
            id: slot.run,
            cause: RunCause::Slot { slot: slot.key, due_at: slot.at },
            decision: None,
            terms: self.settings.terms.clone(),
            begin_by: begin_by.min(slot.session.close),
        };
        LoopEvent::RunQueued { run: Box::new(run) }
    }

    /// Takes the newest run back where the setting says so and it ended badly, and notes where that went well.
    pub(super) async fn mind_rollbacks(&self, by: &Principal) -> Result<(), Fault> {
        let book = self.desk.looping(by)?;
        for (of, by_run) in book.gone_back() {
            self.note(by, LoopEvent::RunRolledBack { run: of.clone(), by_run: by_run.clone() }).await?;
        }
        let Some(newest) = book.ran.last().and_then(|id| book.run(id)) else { return Ok(()) };
        if matches!(newest.order.cause, RunCause::Rollback { .. }) {
            return Ok(());
        }
        let is_recent = newest.moved_at().is_some_and(|at| self.clock.now().duration_since(at) <= RECENT);
        let ended_badly = is_recent && matches!(newest.state, RunState::Partial | RunState::Failed);
        if self.settings.rolls_back
            && ended_badly
            && book.paused.is_none()
            && !newest.steps.is_empty()
            && let Some(good) = book.last_good(newest)
            && let Some(event) = self.going_back(&book, newest, good.id.clone())
        {
            self.note(by, event).await?;
            self.nudge.notify_one();
        }
        Ok(())
    }

    /// A run that goes back from this one.
    pub(super) fn going_back(&self, book: &LoopBook, from: &TradeRun, to: DecisionId) -> Option<LoopEvent> {
        let run = RunOrder {
            id: book.way_back(from.id())?,
            cause: RunCause::Rollback { of: from.id().clone() },
            decision: Some(to),
            terms: self.settings.terms.clone(),
            begin_by: self.clock.now().checked_add(self.settings.begin_within).ok()?,
        };
        Some(LoopEvent::RunQueued { run: Box::new(run) })
    }
}

fn missed(slot: Slot, reason: String) -> LoopEvent {
    LoopEvent::SlotMissed { slot: slot.key, due_at: slot.at, reason }
}
