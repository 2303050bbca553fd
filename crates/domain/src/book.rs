//! The state that the journal adds up to: orders, keys, approvals, trading states. The same records give the same book,
//! live or replayed.

mod approvals;
mod counting;
mod external;
mod index;
mod permissions;
mod policies;

use self::index::Marks;
use crate::activity::{Activity, Footprint};
use crate::approval::Approval;
use crate::approved::ResolvedOrder;
use crate::broker::BrokerOrder;
use crate::event::OrderEvent;
use crate::execution::{Commission, Execution};
use crate::gates::is_older;
use crate::halt::Halt;
use crate::holding::Holdings;
use crate::id::{
    ApprovalId, BrokerOrderId, ClOrdId, ConId, ExecId, Generation, InstallationId, KeyId, LeaseEpoch, PermId,
};
use crate::journal::{JournalEvent, Recorded};
use crate::lifecycle::{EventKind, OrdStatus};
use crate::live::{DrillRun, LiveState};
use crate::looping::book::LoopBook;
use crate::mandate::{MandateAsk, Mandates};
use crate::mode::World;
use crate::orphan::Orphans;
use crate::policy::PolicyInForce;
use crate::preview::{PreviewRecord, Previews};
use crate::principal::KeyRecord;
use crate::reconcile::{PositionGap, ReconciliationReport};
use crate::silence::Silence;
use crate::trading_state::{KillScope, StateEntry, TradingState, TradingStates};
use crate::verification::Verification;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::index::{Index, Indexed, OrderPlace, TradePlace};
pub use crate::order_record::{Attempt, KeyUse, OrderRecord, PendingReplace};

/// Why a record cannot follow the ones before it. The journal and this binary do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} ({kind}) does not follow from the ones before it: {why}")]
pub struct ReplayError {
    /// Place of the record.
    pub seq: u64,
    /// Its kind.
    pub kind: &'static str,
    /// What does not fit.
    pub why: String,
}

/// Everything that the journal says, in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// Short name of the installation.
    pub installation: Option<InstallationId>,
    /// Epoch of the last writer.
    pub epoch: LeaseEpoch,
    /// Place of the last record.
    pub seq: u64,
    /// Orders by key. Copies of a book share them until one of them changes an order.
    pub orders: BTreeMap<ClOrdId, Arc<OrderRecord>>,
    /// Orders that are not final, for work that must not grow with history.
    pub open: BTreeSet<ClOrdId>,
    /// Keys that were used for something else than the order of their name: changes, cancels, closings, and orders that nobody
    /// knows. An order tells itself what its own key was used for: see [`Self::request_under`].
    pub other_keys: BTreeMap<ClOrdId, Arc<KeyUse>>,
    /// Our attempts by the broker's id, per connection generation and afterwards.
    pub by_broker_id: BTreeMap<BrokerOrderId, ClOrdId>,
    /// Orders by the permanent ids that the broker gave them.
    pub by_perm_id: BTreeMap<PermId, ClOrdId>,
    /// Highest order id that we ever used.
    pub order_id_high_water: i32,
    /// Approvals by id.
    pub approvals: BTreeMap<ApprovalId, Arc<Approval>>,
    /// Previews that may count still.
    pub previews: Previews,
    /// Active, reducing, halted.
    pub trading_states: TradingStates,
    /// What every order is judged by; none before the first start.
    pub policy: Option<Arc<PolicyInForce>>,
    /// Hash of the policy that the configuration named at the newest start.
    pub configured_policy: Option<String>,
    /// The newest version that has written the journal.
    pub newest_version: Option<String>,
    /// Budgets that humans granted, and what was used of them.
    pub mandates: Mandates,
    /// Live arming and the evidence for it.
    pub live: LiveState,
    /// Halted instruments and why.
    pub halted_instruments: BTreeMap<ConId, Halt>,
    /// Whose execution it is: a key of ours, or nobody's.
    pub executions: BTreeMap<ExecId, Option<ClOrdId>>,
    /// Trades that are not ours.
    pub external_executions: BTreeMap<ExecId, Execution>,
    /// Trades that are not ours and were taken back.
    pub external_busts: BTreeSet<ExecId>,
    /// What the trades add up to, on top of the positions that were taken over.
    pub holdings: Holdings,
    /// Commissions that came before their trade.
    pub early_commissions: BTreeMap<ExecId, Commission>,
    /// Orders that are not ours, by permanent id.
    pub external_orders: BTreeMap<i64, BrokerOrder>,
    /// The newest reconciliation.
    pub last_reconciliation: Option<ReconciliationReport>,
    /// The newest walk over the whole journal, and when its result was booked.
    pub last_verification: Option<(Timestamp, Verification)>,
    /// Orders at the broker that bear our reference and that we do not know.
    pub orphans: Orphans,
    /// What lists are read by.
    pub index: Indexed,
    /// What was done lately, added up.
    pub activity: Activity,
    /// How long nobody could see what rests at the broker.
    pub silence: Silence,
    /// The loop: decisions, runs, used slots. Copies share it until it changes.
    pub looping: Arc<LoopBook>,
    /// API keys.
    pub api_keys: BTreeMap<KeyId, KeyRecord>,
    /// Number of the newest connection.
    pub generation: Generation,
    /// Records per kind, for the status page and metrics.
    pub counts: BTreeMap<Cow<'static, str>, u64>,
}

impl Book {
    /// Before the first record.
    pub fn empty() -> Self {
        Self {
            installation: None,
            epoch: LeaseEpoch(0),
            seq: 0,
            orders: BTreeMap::new(),
            open: BTreeSet::new(),
            other_keys: BTreeMap::new(),
            by_broker_id: BTreeMap::new(),
            by_perm_id: BTreeMap::new(),
            order_id_high_water: 0,
            approvals: BTreeMap::new(),
            previews: Previews::default(),
            trading_states: TradingStates::all_active(),
            policy: None,
            configured_policy: None,
            newest_version: None,
            mandates: Mandates::default(),
            live: LiveState::default(),
            halted_instruments: BTreeMap::new(),
            executions: BTreeMap::new(),
            external_executions: BTreeMap::new(),
            external_busts: BTreeSet::new(),
            holdings: Holdings::default(),
            early_commissions: BTreeMap::new(),
            external_orders: BTreeMap::new(),
            last_reconciliation: None,
            last_verification: None,
            orphans: Orphans::default(),
            index: Indexed::default(),
            activity: Activity::default(),
            silence: Silence::default(),
            looping: Arc::default(),
            api_keys: BTreeMap::new(),
            generation: Generation(0),
            counts: BTreeMap::new(),
        }
    }

    /// Books one record.
    ///
    /// # Errors
    /// When it does not follow from what is booked already; the book is then not to be used.
    #[expect(clippy::too_many_lines, reason = "a table with a row for each kind of event")]
    pub fn apply(&mut self, record: &Recorded) -> Result<(), ReplayError> {
        if record.seq != self.seq + 1 {
            return Err(refuse(record, format!("expected record {}", self.seq + 1)));
        }
        self.seq = record.seq;
        *self.counts.entry(Cow::Borrowed(record.event.kind())).or_insert(0) += 1;
        self.activity.first_record(record.at);
        self.silence.note(record);
        match &record.event {
            JournalEvent::OrderDenied { intent, order, request_hash, by, reasons } => {
                let denied = OrderRecord::denied(intent, order.as_deref(), request_hash, by, reasons, record.at);
                self.add(record, denied)
            }
            JournalEvent::OrderSimulated { order, request_hash, by } => {
                let simulated = OrderRecord::new(order, request_hash, by, OrdStatus::Simulated, record.at);
                self.add(record, simulated)
            }
            JournalEvent::ApprovalRequested { order, request_hash, by, approval } => {
                self.ask_approval(record, order, request_hash, by, approval)
            }
            JournalEvent::OrderSubmitting { .. } => self.submitting(record),
            JournalEvent::ReplaceSubmitting { cl_ord_id, key, request_hash, amendment, notional, .. } => {
                self.note_change(cl_ord_id, amendment, *notional, record.at);
                self.use_key(record, key, KeyUse::replace(cl_ord_id, request_hash))?;
                if self.orders.get(cl_ord_id).is_some_and(|order| order.pending_replace.is_some()) {
                    return Err(refuse(record, format!("another change of {cl_ord_id} is still open")));
                }
                let pending = PendingReplace { key: key.clone(), amendment: *amendment, at: record.at };
                self.request(record, cl_ord_id, EventKind::ReplaceRequested, |order| {
                    order.open_replace(pending);
                })
            }
            JournalEvent::ReplaceDenied { cl_ord_id, key, request_hash, reasons, .. } => {
                self.use_key(record, key, KeyUse::replace(cl_ord_id, request_hash))?;
                let Some(order) = self.orders.get_mut(cl_ord_id).map(Arc::make_mut) else {
                    return Err(refuse(record, format!("order {cl_ord_id} does not exist")));
                };
                // The order itself is as it was: whoever has seen it has seen the newest.
                order.denied_changes.insert(key.clone(), reasons.clone());
                Ok(())
            }
            JournalEvent::CancelSubmitting { cl_ord_id, key, request_hash, .. } => {
                self.note_cancel(cl_ord_id);
                if let Some(key) = key {
                    self.use_key(record, key, KeyUse::cancel(&cl_ord_id.group(), request_hash))?;
                }
                self.request(record, cl_ord_id, EventKind::CancelRequested, |order| {
                    order.cancel_wanted = true;
                })
            }
            JournalEvent::FlattenRequested { key, request_hash, .. } => {
                self.use_key(record, key, KeyUse::flatten(key, request_hash))
            }
            JournalEvent::Order { cl_ord_id, event } => self.order_event(record, cl_ord_id, event),
            JournalEvent::ApprovalMoved { id, status, by, reason } => {
                self.move_approval(record, id, *status, by.as_ref(), reason.as_ref())
            }
            JournalEvent::PolicyApplied { name, policy, .. } => {
                self.apply_policy(record, name, policy);
                Ok(())
            }
            JournalEvent::PolicyWished { name, policy, by, reason, .. } => {
                self.wish_policy(record, name, policy, by.as_ref(), reason)
            }
            JournalEvent::PolicyAccepted { hash, by, .. } => self.accept_policy(record, hash, by),
            JournalEvent::PolicyWithdrawn { hash, .. } => self.withdraw_policy(record, hash),
            JournalEvent::MandateGranted { id, terms, by, reason } => self.grant_mandate(record, id, terms, by, reason),
            JournalEvent::MandateConfirmed { id, by } => self.confirm_mandate(record, id, by),
            JournalEvent::MandateUsed { id, cl_ord_id, qty, notional } => {
                self.use_mandate(record, id, &MandateAsk { cl_ord_id, qty: *qty, notional: *notional })
            }
            JournalEvent::MandateRevoked { id, by, reason } => self.revoke_mandate(record, id, by, reason),
            JournalEvent::Loop { event, by } => {
                Arc::make_mut(&mut self.looping).apply(event, by, record.at).map_err(|why| refuse(record, why))
            }
            JournalEvent::Installed { .. }
            | JournalEvent::Started { .. }
            | JournalEvent::Stopped
            | JournalEvent::LinkUp { .. }
            | JournalEvent::LinkDown { .. }
            | JournalEvent::Notice { .. }
            | JournalEvent::Previewed { .. }
            | JournalEvent::ExternalExecution { .. }
            | JournalEvent::ExternalCommission { .. }
            | JournalEvent::ExternalBust { .. }
            | JournalEvent::PositionsAdopted { .. }
            | JournalEvent::PositionAdopted { .. }
            | JournalEvent::ExternalOrder { .. }
            | JournalEvent::TradingStateSet { .. }
            | JournalEvent::LiveArmed { .. }
            | JournalEvent::LiveDisarmed { .. }
            | JournalEvent::ReferenceSurvived { .. }
            | JournalEvent::LimitsDrilled { .. }
            | JournalEvent::InstrumentHalted { .. }
            | JournalEvent::InstrumentReleased { .. }
            | JournalEvent::Reconciled { .. }
            | JournalEvent::Verified { .. }
            | JournalEvent::Restored { .. }
            | JournalEvent::OrphanSeen { .. }
            | JournalEvent::TradingDayBegan { .. }
            | JournalEvent::AccountMarked { .. }
            | JournalEvent::BreakerTripped { .. }
            | JournalEvent::BreakerReset { .. }
            | JournalEvent::KeyCreated { .. }
            | JournalEvent::KeyRevoked { .. } => {
                self.facts(record);
                Ok(())
            }
        }
    }

    fn add(&mut self, record: &Recorded, order: OrderRecord) -> Result<(), ReplayError> {
        let key = order.intent.cl_ord_id.clone();
        if self.request_under(&key).is_some() {
            return Err(refuse(record, format!("key {key} is used already")));
        }
        if !order.status.is_final() {
            self.open.insert(key.clone());
        }
        if let Some(index) = self.index.kept() {
            index.begin(&order);
        }
        self.orders.insert(key, Arc::new(order));
        Ok(())
    }

    fn submitting(&mut self, record: &Recorded) -> Result<(), ReplayError> {
        let JournalEvent::OrderSubmitting {
            order,
            request_hash,
            by,
            broker_order_id,
            exits,
            generation,
            approval,
            notional,
            ..
        } = &record.event
        else {
            return Ok(());
        };
        if order.intent.bracket.is_some() != exits.is_some() {
            return Err(refuse(record, "a bracket has two exits with ids of their own, and nothing else has"));
        }
        let key = &order.intent.cl_ord_id;
        if let Some(id) = approval {
            self.consume_approval(record, id, order, request_hash)?;
        }
        if let Some(waiting) = self.orders.get_mut(key).map(Arc::make_mut) {
            if approval.is_none() || waiting.intent != order.intent || waiting.request_hash != *request_hash {
                return Err(refuse(record, "what is released is not what waited for this approval"));
            }
            waiting.contract = Some(Arc::new(order.contract.clone()));
            waiting.step(EventKind::Released, record.at).map_err(|why| refuse(record, why))?;
        } else {
            self.add(record, OrderRecord::new(order, request_hash, by, OrdStatus::Submitting, record.at))?;
        }
        let attempt = Attempt { broker_order_id: *broker_order_id, generation: *generation, at: record.at };
        self.attempt(record, key, attempt)?;
        for (leg, broker_order_id) in exits.iter().flat_map(|exits| exits.pairs()) {
            let Some(intent) = order.intent.exit(leg) else {
                return Err(refuse(record, "there is no such exit"));
            };
            let key = intent.cl_ord_id.clone();
            let exit = ResolvedOrder { intent, account: order.account.clone(), contract: order.contract.clone() };
            self.add(record, OrderRecord::new(&exit, request_hash, by, OrdStatus::Submitting, record.at))?;
            self.attempt(record, &key, Attempt { broker_order_id, ..attempt })?;
            self.count_begun(&key, record.at);
        }
        self.activity.sent(order, *notional, record.at);
        self.count_begun(key, record.at);
        Ok(())
    }

    /// Notes a try to send under an id that was never used before.
    fn attempt(&mut self, record: &Recorded, key: &ClOrdId, attempt: Attempt) -> Result<(), ReplayError> {
        let id = attempt.broker_order_id;
        if id.get() <= self.order_id_high_water {
            return Err(refuse(record, format!("order id {id} was used before")));
        }
        if let Some(order) = self.orders.get_mut(key).map(Arc::make_mut) {
            order.attempts.push(attempt);
        }
        self.by_broker_id.insert(id, key.clone());
        self.order_id_high_water = id.get();
        Ok(())
    }

    fn use_key(&mut self, record: &Recorded, key: &ClOrdId, key_use: KeyUse) -> Result<(), ReplayError> {
        if self.request_under(key).is_some() {
            return Err(refuse(record, format!("key {key} is used already")));
        }
        self.other_keys.insert(key.clone(), Arc::new(key_use));
        Ok(())
    }

    /// Moves an order by one of our own requests and hands it out for the rest.
    fn request(
        &mut self,
        record: &Recorded,
        cl_ord_id: &ClOrdId,
        kind: EventKind,
        note: impl FnOnce(&mut OrderRecord),
    ) -> Result<(), ReplayError> {
        let Some(order) = self.orders.get_mut(cl_ord_id).map(Arc::make_mut) else {
            return Err(refuse(record, format!("order {cl_ord_id} does not exist")));
        };
        let before = Marks::of(order, None);
        order.step(kind, record.at).map_err(|why| refuse(record, why))?;
        note(order);
        if let Some(index) = self.index.kept() {
            index.follow(&before, order, None);
        }
        self.settle(cl_ord_id);
        self.follow_order(cl_ord_id, None, record.at);
        Ok(())
    }

    fn order_event(&mut self, record: &Recorded, key: &ClOrdId, event: &OrderEvent) -> Result<(), ReplayError> {
        let Some(order) = self.orders.get_mut(key).map(Arc::make_mut) else {
            return Err(refuse(record, format!("order {key} does not exist")));
        };
        let known = order.perm_id;
        let (before, marks) = (Footprint::of(order), Marks::of(order, Some(event)));
        let (odd, moves) = order.apply(event, record.at).map_err(|why| refuse(record, why))?;
        if let OrderEvent::Executed { execution } | OrderEvent::Corrected { execution, .. } = event {
            let exec_id = execution.exec_id.clone();
            if let Some(commission) = self.early_commissions.remove(&exec_id) {
                order.join_commission(&exec_id, commission);
            }
            self.executions.insert(exec_id, Some(key.clone()));
        }
        if let OrderEvent::TwinSeen { perm_id, .. } | OrderEvent::TwinOver { perm_id, .. } = event {
            self.by_perm_id.insert(*perm_id, key.clone());
        }
        if let OrderEvent::Busted { exec_id } = event {
            self.executions.entry(exec_id.clone()).or_insert_with(|| Some(key.clone()));
        }
        if let (None, Some(perm_id)) = (known, order.perm_id) {
            self.by_perm_id.insert(perm_id, key.clone());
        }
        let after = Footprint::of(order);
        if let Some(index) = self.index.kept() {
            index.follow(&marks, order, Some(event));
        }
        self.activity.moved(key, &before, &after, record.at);
        if let OrderEvent::Executed { execution } = event {
            self.activity.traded(key, &after, execution, record.at);
        }
        for change in &moves {
            self.holdings.book(change, record.at);
        }
        if odd && let Some(contract) = &order.contract {
            let con_id = contract.con_id;
            let why = format!("the broker contradicts the journal about order {key}");
            self.halted_instruments.entry(con_id).or_default().add(why);
        }
        self.settle(key);
        self.follow_order(key, Some(event), record.at);
        Ok(())
    }

    /// Keeps the set of open orders in step with the order's state.
    fn settle(&mut self, key: &ClOrdId) {
        match self.orders.get(key) {
            Some(order) if !order.status.is_final() => {
                self.open.insert(key.clone());
            }
            Some(_) | None => {
                self.open.remove(key);
            }
        }
    }

    /// What was used between backup and restore nobody knows: ids are left out, previews lapse.
    fn restored(&mut self, order_id_floor: i32) {
        self.order_id_high_water = self.order_id_high_water.max(order_id_floor);
        self.previews.clear();
    }

    /// Its key was used for a request that nobody knows: it is spent.
    fn see_orphan(&mut self, cl_ord_id: &ClOrdId, works: bool) {
        let key = cl_ord_id.group();
        if self.request_under(&key).is_none() {
            let spent = KeyUse::unknown_order(&key);
            self.other_keys.insert(key, Arc::new(spent));
        }
        self.orphans.see(cl_ord_id, works);
    }

    #[expect(clippy::too_many_lines, reason = "a table with a row for each kind of event")]
    fn facts(&mut self, record: &Recorded) {
        match &record.event {
            JournalEvent::Installed { installation } => {
                self.installation = Some(installation.clone());
            }
            JournalEvent::Started { epoch, policy_hash, version, .. } => {
                if self.newest_version.as_deref().is_none_or(|newest| is_older(newest, version)) {
                    self.newest_version = Some(version.clone());
                }
                self.live.evidence.started(version);
                self.epoch = *epoch;
                self.configured_policy = Some(policy_hash.clone());
                // Another process: whoever armed must look again.
                self.live.arming = None;
            }
            JournalEvent::LinkUp { generation, accounts, .. } => {
                self.generation = *generation;
                self.live.evidence.connected(accounts);
            }
            JournalEvent::Previewed { id, request_hash, expires_at, by } => {
                let by = by.as_ref().map(|by| by.key_id.clone());
                let preview = PreviewRecord { request_hash: request_hash.clone(), expires_at: *expires_at, by };
                self.previews.note(id, preview, record.at);
            }
            JournalEvent::ExternalExecution { execution } => {
                self.external_trade(execution.as_ref().clone(), record.at);
            }
            JournalEvent::ExternalBust { exec_id } => self.external_bust(exec_id, record.at),
            JournalEvent::PositionsAdopted { account, positions } => {
                self.holdings.base(account, positions, record.at);
            }
            JournalEvent::PositionAdopted { account, con_id, qty, .. } => {
                self.holdings.adopt(account, *con_id, *qty, record.at);
            }
            JournalEvent::ExternalCommission { exec_id, commission } => self.external_cost(exec_id, commission),
            JournalEvent::ExternalOrder { order } => {
                if let Some(perm_id) = order.perm_id {
                    self.external_orders.insert(perm_id.get(), order.as_ref().clone());
                }
            }
            JournalEvent::TradingStateSet { scope, state, by, reason } => {
                self.note_trading_state(record.at, scope, *state, by, reason);
                let entry = StateEntry::of(*state, by, reason, record.at);
                self.trading_states.set(scope.clone(), entry);
                if *scope == KillScope::Global && *state != TradingState::Halted {
                    self.orphans.acknowledge();
                }
            }
            JournalEvent::InstrumentHalted { con_id, reason } => {
                self.halted_instruments.entry(*con_id).or_default().add(reason.clone());
            }
            JournalEvent::InstrumentReleased { con_id, .. } => {
                self.halted_instruments.remove(con_id);
            }
            JournalEvent::Reconciled { report } => {
                self.note_look(report);
                self.last_reconciliation = Some(report.as_ref().clone());
            }
            JournalEvent::Verified { walk } => {
                self.live.evidence.verified(walk.is_clean(), walk.began_at, record.at);
                self.last_verification = Some((record.at, walk.as_ref().clone()));
            }
            JournalEvent::Restored { order_id_floor, .. } => {
                self.restored(*order_id_floor);
                self.note_restore(record.at);
            }
            JournalEvent::LiveArmed { arming, .. } => self.live.arming = Some(arming.as_ref().clone()),
            JournalEvent::LiveDisarmed { .. } => self.live.arming = None,
            JournalEvent::ReferenceSurvived { account, cl_ord_id } => {
                self.live.evidence.of_mut(World::of(account)).reference_survived(account, cl_ord_id, record.at);
            }
            JournalEvent::LimitsDrilled { passed, total, .. } => {
                self.live.evidence.limits_drill = Some(DrillRun { at: record.at, passed: *passed, total: *total });
            }
            JournalEvent::OrphanSeen { cl_ord_id, works } => self.see_orphan(cl_ord_id, *works),
            JournalEvent::TradingDayBegan { began_at, begins_week } => self.activity.begin_day(*began_at, *begins_week),
            JournalEvent::AccountMarked { account, mark } => self.activity.mark(account, mark, record.at),
            JournalEvent::BreakerTripped { breaker, reason } => self.activity.trip(breaker, reason, record.at),
            JournalEvent::BreakerReset { breaker, .. } => {
                let still_open = self.may_trade(breaker);
                self.activity.reset(breaker, still_open);
            }
            JournalEvent::KeyCreated { key, .. } => {
                self.api_keys.insert(key.id.clone(), key.clone());
            }
            JournalEvent::KeyRevoked { id, .. } => {
                if let Some(key) = self.api_keys.get_mut(id) {
                    key.revoked_at = Some(record.at);
                }
            }
            JournalEvent::Stopped | JournalEvent::LinkDown { .. } | JournalEvent::Notice { .. } => {}
            // Booked by `apply` itself.
            JournalEvent::MandateGranted { .. }
            | JournalEvent::MandateConfirmed { .. }
            | JournalEvent::MandateUsed { .. }
            | JournalEvent::MandateRevoked { .. }
            | JournalEvent::OrderDenied { .. }
            | JournalEvent::OrderSimulated { .. }
            | JournalEvent::ApprovalRequested { .. }
            | JournalEvent::ApprovalMoved { .. }
            | JournalEvent::OrderSubmitting { .. }
            | JournalEvent::ReplaceSubmitting { .. }
            | JournalEvent::ReplaceDenied { .. }
            | JournalEvent::CancelSubmitting { .. }
            | JournalEvent::FlattenRequested { .. }
            | JournalEvent::PolicyApplied { .. }
            | JournalEvent::PolicyWished { .. }
            | JournalEvent::PolicyAccepted { .. }
            | JournalEvent::PolicyWithdrawn { .. }
            | JournalEvent::Loop { .. }
            | JournalEvent::Order { .. } => {}
        }
    }

    /// By how much the broker's position exceeds the journal's, if the difference still stands.
    pub fn position_gap(&self, gap: &PositionGap) -> Option<Decimal> {
        let adopted =
            self.holdings.get(&gap.account, gap.con_id).is_some_and(|holding| holding.adopted_at >= Some(gap.since));
        (!adopted).then(|| gap.broker - gap.expected)
    }

    /// Whether the global state is anything but active.
    pub fn is_halted_globally(&self) -> bool {
        self.trading_states
            .entries()
            .iter()
            .any(|(scope, entry)| *scope == KillScope::Global && entry.state == TradingState::Halted)
    }

    /// Hash of the request that a key was used for, for ever; none while it is free. Exits have keys that no caller can use.
    pub fn request_under(&self, key: &ClOrdId) -> Option<&str> {
        let of_order = || self.orders.get(key).filter(|_| !key.is_exit()).map(|order| order.request_hash.as_str());
        of_order().or_else(|| self.other_keys.get(key).map(|used| used.request_hash.as_str()))
    }

    /// One order.
    pub fn order(&self, key: &ClOrdId) -> Option<&OrderRecord> {
        self.orders.get(key).map(Arc::as_ref)
    }

    /// One approval.
    pub fn approval(&self, id: &ApprovalId) -> Option<&Approval> {
        self.approvals.get(id).map(Arc::as_ref)
    }

    /// Orders that are not final.
    pub fn open_orders(&self) -> impl Iterator<Item = &OrderRecord> {
        self.open.iter().filter_map(|key| self.orders.get(key).map(Arc::as_ref))
    }
}

fn refuse(record: &Recorded, why: impl Into<String>) -> ReplayError {
    ReplayError { seq: record.seq, kind: record.event.kind(), why: why.into() }
}

#[cfg(test)]
#[path = "book_tests.rs"]
pub(crate) mod tests;
