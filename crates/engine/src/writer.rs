//! The single writer: drains what waits, decides, commits once, and only then acts. It has a thread of its own, since a
//! commit waits for the disk; a simulation seats it on the runtime's one thread, so that the same seed runs the same way.

use crate::archive::Archive;
use crate::asks::{Asker, Asks, only};
use crate::clock::Clock;
use crate::core::{Batch, Core, Effect, Owed};
use crate::guard::Interlock;
use crate::input::{Input, Reply};
use crate::market::MarketDesk;
use crate::shared::Shared;
use crate::ticking::has_passed;
use crate::verifying;
use crate::way;
use domain::broker::{Answer, BrokerCommand, BrokerEvent, NotSentReason, Question, SendOutcome};
use domain::event::OrderEvent;
use domain::fault::Fault;
use domain::id::{AccountId, BrokerOrderId, ClOrdId, Generation};
use domain::journal::{JournalEvent, Recorded};
use domain::mode::{Mode, ModeProof};
use domain::mutation::{self, Mutation};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use store::{Journal, JournalError};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

/// Inputs that share one commit.
const BATCH_MAX: usize = 64;
/// How often the checkpoint file is made durable.
const CHECKPOINT_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// Why the writer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Orderly,
    /// The journal or the book failed: nothing was sent after it. Start again; the journal tells what is known.
    Poisoned(String),
    /// Another process took the lease: it writes now, and this one never may again.
    LeaseLost(String),
}

impl Ended {
    /// What callers are told who come too late.
    fn fault(&self) -> Fault {
        match self {
            Self::Orderly => Fault::Storage("the gateway is stopping".to_owned()),
            Self::Poisoned(why) => Fault::Storage(format!("{why}; nothing was sent")),
            Self::LeaseLost(why) => Fault::LeaseNotHeld(format!("{why}; nothing was sent")),
        }
    }
}

fn ended_by(error: &JournalError) -> Ended {
    if let JournalError::LeaseLost { .. } = error {
        Ended::LeaseLost(error.to_string())
    } else {
        Ended::Poisoned(error.to_string())
    }
}

pub(crate) struct Writer {
    pub(crate) core: Core,
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) itself: mpsc::WeakSender<Input>,
    pub(crate) commands: mpsc::Sender<BrokerCommand>,
    pub(crate) asks: Arc<Asks>,
    pub(crate) market: Arc<MarketDesk>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) interlock: Arc<Interlock>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) runtime: tokio::runtime::Handle,
    pub(crate) seat: Seat,
    pub(crate) archive: Arc<dyn Archive>,
    pub(crate) synced_at: Timestamp,
    /// When the lease was last proven, by the clock that cannot be set.
    pub(crate) proven: Duration,
    /// What can wait for company, in the order in which it came; the clock's next tick is company at the latest.
    pub(crate) held: Vec<Input>,
    /// What became of commands that found no room; decided with the next batch.
    pub(crate) bounced: VecDeque<BrokerEvent>,
}

/// Where the writer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// A thread of its own: the disk blocks nobody else.
    Thread,
    /// A task of the runtime: nothing runs beside it on a runtime of one thread.
    Task,
}

/// What woke the writer.
enum Came {
    Input(Box<Input>),
    /// Commands that found no room are decided first.
    Bounced,
    /// The engine's handle is gone, and nobody else is about to tell it something.
    Gone,
}

impl Came {
    fn of(received: Option<Input>) -> Self {
        received.map_or(Self::Gone, |input| Self::Input(Box::new(input)))
    }
}

impl Writer {
    /// Runs on a thread until it is stopped, its handle is gone, or the journal fails.
    pub(crate) fn run(mut self) -> Ended {
        loop {
            let came = if self.bounced.is_empty() { Came::of(self.inputs.blocking_recv()) } else { Came::Bounced };
            if let Some(ended) = self.batch(came) {
                return ended;
            }
        }
    }

    /// The same as a task.
    pub(crate) async fn run_as_task(mut self) -> Ended {
        loop {
            let came = if self.bounced.is_empty() { Came::of(self.inputs.recv().await) } else { Came::Bounced };
            if let Some(ended) = self.batch(came) {
                return ended;
            }
        }
    }

    /// Everything that waits, in one batch; the writer's end, if this is it.
    fn batch(&mut self, came: Came) -> Option<Ended> {
        let mut waiting = std::mem::take(&mut self.held);
        let patient = waiting.len();
        let is_last = match came {
            Came::Input(input) => {
                waiting.push(*input);
                false
            }
            Came::Bounced => false,
            Came::Gone => true,
        };
        self.drain(&mut waiting);
        if is_last && waiting.is_empty() {
            return Some(Ended::Orderly);
        }
        if !is_last && waiting.len() < BATCH_MAX && waiting.iter().skip(patient).all(|input| self.core.can_wait(input))
        {
            self.held = waiting;
            return None;
        }
        match self.turn(waiting) {
            Ok(stopped) => (stopped || is_last).then_some(Ended::Orderly),
            Err(end) => Some(self.broken(end)),
        }
    }

    fn drain(&mut self, waiting: &mut Vec<Input>) {
        while waiting.len() < BATCH_MAX {
            match self.bounced.pop_front().map(Input::Broker).map_or_else(|| self.inputs.try_recv(), Ok) {
                Ok(input) => waiting.push(input),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
    }

    /// One batch: decide everything, commit once, publish, act, answer. `Ok(true)` ends the writer.
    fn turn(&mut self, inputs: Vec<Input>) -> Result<bool, Ended> {
        let now = self.clock.now();
        self.core.kill_file = self.interlock.kill_file_present();
        self.core.override_file = self.interlock.override_file();
        let mut batch = Batch::default();
        if let Some(overrun) = self.interlock.take_overrun() {
            self.core.alarm(&mut batch, now, &overrun);
        }
        self.core.roll_day(&mut batch, now);
        for input in inputs {
            self.core.take(&mut batch, now, input);
        }
        self.core.mind_woken(&mut batch, now);
        self.core.mind_breakers(&mut batch, now);
        if let Some(why) = self.core.broken.take() {
            let end = Ended::Poisoned(why);
            self.fail(batch.owed, &end);
            return Err(end);
        }
        // Tightening is instant: the sender must see a kill before its caller does.
        self.interlock.set_kill(self.core.book.trading_states.epoch);
        self.interlock.set_generation(self.core.session.generation);
        let mode = self.core.session.mode.as_ref().map(ModeProof::mode);
        self.interlock.set_may_be_live(mode != Some(Ok(Mode::Paper)));
        if mutation::is_on(Mutation::SendBeforeJournal) {
            for effect in std::mem::take(&mut batch.effects) {
                self.act(effect);
            }
        }
        if mutation::is_on(Mutation::AnswerBeforeCommit) {
            for answer in std::mem::take(&mut batch.owed) {
                answer(Ok(()));
            }
        }
        way::decided(&batch.records);
        if let Err(end) = self.commit(now, &batch.records).and_then(|()| self.beat()) {
            self.fail(batch.owed, &end);
            return Err(end);
        }
        way::journaled(&batch.records);
        let head = self.journal.head();
        self.core.session.head = (head.seq, head.hash.to_string());
        self.intend(&batch.records);
        self.core.session.outbound = self.interlock.outbound_count();
        self.core.session.paces = self.interlock.paces();
        if let Err(end) = self.publish(&batch.records) {
            self.fail(batch.owed, &end);
            return Err(end);
        }
        for effect in batch.effects {
            self.act(effect);
        }
        for answer in batch.owed {
            answer(Ok(()));
        }
        if has_passed(self.synced_at, CHECKPOINT_EVERY, now) || batch.stop {
            self.journal.sync_checkpoint().map_err(|error| ended_by(&error))?;
            self.synced_at = now;
        }
        Ok(batch.stop)
    }

    /// The door is told by the durable records what may leave, not by the effects that make it leave.
    fn intend(&self, records: &[Recorded]) {
        for record in records {
            self.interlock.intend(&record.event, || {
                let order = record.event.cl_ord_id().and_then(|key| self.core.book.orders.get(key))?;
                self.core.told_ids.of(order)
            });
        }
    }

    fn commit(&mut self, now: Timestamp, records: &[Recorded]) -> Result<(), Ended> {
        if records.is_empty() {
            return Ok(());
        }
        let events: Vec<JournalEvent> = records.iter().map(|record| record.event.clone()).collect();
        let began = self.clock.monotonic();
        let written = self.journal.append(now, &events).map_err(|error| ended_by(&error))?;
        // The book was moved on before the commit: both must speak of the same places.
        let same = written.iter().map(|record| record.seq).eq(records.iter().map(|record| record.seq));
        if !same {
            return Err(Ended::Poisoned("the journal gave other places than the book".to_owned()));
        }
        self.prove_lease(began);
        Ok(())
    }

    /// Shows that this process lives, and proves that the lease is still its own, unless a commit just did both.
    fn beat(&mut self) -> Result<(), Ended> {
        let began = self.clock.monotonic();
        if began.saturating_sub(self.proven) < self.core.config.beat_every() {
            return Ok(());
        }
        self.journal.beat().map_err(|error| ended_by(&error))?;
        self.prove_lease(began);
        Ok(())
    }

    fn prove_lease(&mut self, began: Duration) {
        self.proven = began;
        self.interlock.prove_lease(began, self.core.config.lease_fresh());
    }

    /// Shows readers what is durable; a turn in which nothing happened wakes nobody. The writer's own book took the same records just
    /// before: where theirs does not, one of both is wrong, and nothing leaves on its word. What was decided is looked up after the
    /// next start.
    fn publish(&self, records: &[Recorded]) -> Result<(), Ended> {
        if records.is_empty() && self.shared.read().session == self.core.session {
            return Ok(());
        }
        // Copied before the lock and dropped behind it: readers wait for what must be done inside, and for no more.
        let mut session = self.core.session.clone();
        let mut state = self.shared.write();
        let apart = |error| Ended::Poisoned(format!("the readers' book does not follow the writer's: {error}"));
        records.iter().try_for_each(|record| state.follow(record)).map_err(apart)?;
        std::mem::swap(&mut state.session, &mut session);
        drop(state);
        self.shared.announce(self.core.book.seq);
        Ok(())
    }

    fn fail(&self, owed: Vec<Owed>, end: &Ended) {
        self.interlock.poison();
        for answer in owed {
            answer(Err(end.fault()));
        }
    }

    fn broken(&self, end: Ended) -> Ended {
        self.interlock.poison();
        let fault = end.fault();
        tracing::error!(%fault, "the writer ends: nothing more is sent");
        let mut state = self.shared.write();
        state.session.fault = Some(fault);
        // The writer's own book may be ahead of what is durable, and whoever follows the journal goes by this place.
        let seq = state.book.seq;
        drop(state);
        self.shared.announce(seq);
        end
    }

    fn act(&mut self, effect: Effect) {
        match effect {
            Effect::Submit(ticket) => {
                let (key, id) = (ticket.order().intent.cl_ord_id.clone(), ticket.broker_order_id);
                if self.commands.try_send(BrokerCommand::Submit(ticket)).is_err() {
                    self.bounce(key, id, None);
                }
            }
            Effect::Replace(ticket) => {
                let (key, id) = (ticket.order().intent.cl_ord_id.clone(), ticket.broker_order_id);
                let change = ticket.change.clone();
                if self.commands.try_send(BrokerCommand::Replace { ticket }).is_err() {
                    self.bounce(key, id, change);
                }
            }
            Effect::Cancel { cl_ord_id, broker_order_id, generation } => {
                let command = BrokerCommand::Cancel { cl_ord_id: cl_ord_id.clone(), broker_order_id, generation };
                if self.commands.try_send(command).is_err() {
                    // Written again by the clock.
                    let outcome = SendOutcome::NotSent { reason: NotSentReason::NoLink };
                    self.bounced.push_back(BrokerEvent::CancelSent { cl_ord_id, outcome });
                }
            }
            Effect::Reconcile { generation, look } => self.reconcile(generation, look),
            Effect::AskWorth { generation, account, asked_at } => self.ask_worth(generation, account, asked_at),
            Effect::Verify => verifying::walk(self.seat, &self.runtime, &self.archive, &self.itself),
            Effect::Reconnect => {
                if let Err(error) = self.commands.try_send(BrokerCommand::Reconnect) {
                    // The next look that fails asks again.
                    tracing::warn!(%error, "the adapter was not asked for a new connection");
                }
            }
            Effect::ReopenLines => {
                self.market.forget_contracts();
                // What is open is valued by its market, which nobody may have asked for since the start.
                self.market.reopen_lines(self.core.open_contracts());
            }
        }
    }

    /// The command never reached the adapter: certainly not sent.
    fn bounce(&mut self, cl_ord_id: ClOrdId, broker_order_id: BrokerOrderId, change: Option<ClOrdId>) {
        let outcome = SendOutcome::NotSent { reason: NotSentReason::NoLink };
        let event = BrokerEvent::Sent { cl_ord_id, broker_order_id, change, outcome };
        way::heard(&event);
        self.bounced.push_back(event);
    }

    fn reconcile(&self, generation: Generation, look: u64) {
        let account = self.core.session.mode.as_ref().and_then(ModeProof::account).cloned();
        let (asks, itself) = (Arc::clone(&self.asks), self.itself.clone());
        self.runtime.spawn(async move {
            let result = match account {
                Some(account) => {
                    let answer = asks.ask(Asker::Writer, Question::Snapshot { account }).await;
                    answer.and_then(|answer| only!(Answer::Snapshot, answer))
                }
                None => Err(Fault::NotReady(vec![domain::mode::NO_ACCOUNT.to_owned()])),
            };
            if let Some(inputs) = itself.upgrade() {
                // The writer has ended if this fails; then nobody compares any more.
                drop(inputs.send(Input::Snapshot { generation, look, result }).await);
            }
        });
    }

    fn ask_worth(&self, generation: Generation, account: AccountId, asked_at: Timestamp) {
        let (asks, itself) = (Arc::clone(&self.asks), self.itself.clone());
        self.runtime.spawn(async move {
            let answer = asks.ask(Asker::Writer, Question::Account(account)).await;
            let result = answer.and_then(|answer| only!(Answer::Account, answer));
            if let Some(inputs) = itself.upgrade() {
                // The writer has ended if this fails; then nobody judges by it any more.
                drop(inputs.send(Input::Worth { asked: (generation, asked_at), result }).await);
            }
        });
    }
}

impl Core {
    /// Decides one input.
    pub(crate) fn take(&mut self, batch: &mut Batch, now: Timestamp, input: Input) {
        match input {
            Input::Submit { by, intent, request_hash, facts, approval_id, reply } => {
                let answer = self.submit(batch, now, &by, &intent, &request_hash, &facts, approval_id);
                batch.owe(reply, answer);
            }
            Input::Preview { by, intent, request_hash, facts, preview_id, reply } => {
                let answer = self.preview(batch, now, &by, &intent, &request_hash, &facts, preview_id);
                batch.owe(reply, answer);
            }
            Input::AllocateId { reply } => batch.owe(reply, self.allocate_id()),
            Input::Replace { by, cl_ord_id, key, request_hash, if_match, amendment, facts, reply } => {
                let change = (if_match.as_deref(), amendment);
                let answer = self.replace(batch, now, &by, &cl_ord_id, &key, &request_hash, change, &facts);
                batch.owe(reply, answer);
            }
            Input::Cancel { by, cl_ord_id, key, request_hash, if_match, reply } => {
                let key = (key.as_ref(), if_match.as_deref());
                let answer = self.cancel(batch, now, &by, &cl_ord_id, key, &request_hash);
                batch.owe(reply, answer);
            }
            Input::Flatten(ask) => self.note_flatten(batch, now, *ask),
            Input::CancelAll { by, reply } => {
                let keys = self.cancel_scope(batch, now, &by, &domain::trading_state::KillScope::Global);
                batch.owe(reply, Ok(keys));
            }
            Input::Resolve { by, cl_ord_id, reason, reply } => {
                let answer = self.resolve_by_hand(batch, now, &by, &cl_ord_id, &reason);
                batch.owe(reply, answer);
            }
            Input::Permit { by, permit, reply } => self.take_permit(batch, now, &by, permit, reply),
            Input::Release { by, con_id, reason, reply } => {
                let answer = self.release_instrument(batch, now, &by, con_id, &reason);
                batch.owe(reply, answer);
            }
            Input::Approve { by, id, reason, facts, next_approval_id, reply } => {
                let answer = self.approve(batch, now, &by, &id, reason, &facts, next_approval_id);
                batch.owe(reply, answer);
            }
            Input::RefuseApproval { by, id, status, reason, reply } => {
                let answer = self.refuse_approval(batch, now, Some(&by), &id, status, &reason);
                batch.owe(reply, answer);
            }
            Input::Loop { by, event, approval_id, reply } => self.note_loop(batch, now, by, *event, approval_id, reply),
            Input::AnswerPlan { by, answer, reply } => self.take_answer(batch, now, by, answer, reply),
            Input::Policy { by, wish, if_match, reason, reply } => {
                let answer = self.wish_policy(batch, now, &by, wish, if_match.as_deref(), &reason);
                batch.owe(reply, answer);
            }
            Input::SetState { by, scope, state, reason, reply } => {
                let answer = self.set_state(batch, now, &by, &scope, state, &reason);
                batch.owe(reply, answer);
            }
            Input::CreateKey { by, key, reply } => {
                let answer = self.create_key(batch, now, by, &key);
                batch.owe(reply, answer);
            }
            Input::RevokeKey { by, id, reply } => {
                let answer = self.revoke_key(batch, now, by, &id);
                batch.owe(reply, answer);
            }
            Input::Broker(event) => self.broker_event(batch, now, event),
            Input::Snapshot { generation, look, result } => self.snapshot(batch, now, generation, look, result),
            Input::Worth { asked, result } => self.told_worth(batch, now, asked, result),
            Input::Verified { result } => self.verified(batch, now, result),
            Input::Tick => self.tick(batch, now),
            Input::Stop { reply } => self.stop(batch, now, reply),
        }
    }

    fn stop(&mut self, batch: &mut Batch, now: Timestamp, reply: Reply<()>) {
        self.push(batch, now, JournalEvent::Stopped);
        batch.stop = true;
        batch.owe(reply, Ok(()));
    }

    /// After a restart: what was submitting when the writer died may be live and is looked up, never sent again.
    pub(crate) fn recover(&mut self, batch: &mut Batch, now: Timestamp) {
        let in_flight: Vec<ClOrdId> = self
            .book
            .open_orders()
            .filter(|order| {
                use domain::lifecycle::OrdStatus;
                matches!(order.status, OrdStatus::Submitting | OrdStatus::PendingReplace)
            })
            .map(|order| order.intent.cl_ord_id.clone())
            .collect();
        for cl_ord_id in in_flight {
            self.push(batch, now, JournalEvent::Order { cl_ord_id, event: OrderEvent::LinkLost });
        }
    }
}
