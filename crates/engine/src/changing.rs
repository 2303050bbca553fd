//! Cancel, resolve, kill, approvals refused, keys: what needs no gate.

use crate::core::{Batch, Core, Effect, not_ready};
use crate::input::Booked;
use crate::looking::LOOK_AGAIN;
use domain::approval::ApprovalStatus;
use domain::event::OrderEvent;
use domain::fault::Fault;
use domain::id::{ApprovalId, BrokerOrderId, ClOrdId, ConId, KeyId};
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::order_record::OrderRecord;
use domain::principal::{KeyRecord, Principal};
use domain::reason::Reason;
use domain::reconcile::PositionGap;
use domain::trading_state::{KillScope, TradingState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

impl Core {
    fn order(&self, key: &ClOrdId) -> Result<&OrderRecord, Fault> {
        self.book.order(key).ok_or_else(|| Fault::NotFound { what: "order", id: key.to_string() })
    }

    /// Whether the order is still as the caller has seen it. Asked behind the key: a repeat of a change that took place finds
    /// the order changed by itself.
    pub(crate) fn is_as_seen(&self, cl_ord_id: &ClOrdId, seen: Option<&str>) -> Result<(), Fault> {
        let now = self.book.order_tag(cl_ord_id);
        let now = now.ok_or_else(|| Fault::NotFound { what: "order", id: cl_ord_id.to_string() })?;
        match seen {
            Some(seen) if seen != now => Err(Fault::Stale { what: "order", now }),
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn cancel(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        cl_ord_id: &ClOrdId,
        (key, seen): (Option<&ClOrdId>, Option<&str>),
        request_hash: &str,
    ) -> Result<Booked, Fault> {
        if let Some(key) = key
            && let Some(known) = self.known(key, request_hash)?
        {
            return Ok(known);
        }
        self.is_as_seen(cl_ord_id, seen)?;
        let status = self.order(cl_ord_id)?.status;
        let is_open = |key: &ClOrdId| self.book.orders.get(key).is_some_and(|order| !order.status.is_final());
        let open: Vec<ClOrdId> = self.members(cl_ord_id).into_iter().filter(is_open).collect();
        if open.is_empty() {
            return Err(Fault::AlreadyFinal { cl_ord_id: cl_ord_id.clone(), status });
        }
        // One wish for all that is left of the intent; the caller's key is spent once.
        for (place, member) in open.iter().enumerate() {
            self.want_canceled(batch, now, by, member, key.filter(|_| place == 0), request_hash);
        }
        Ok(Booked::New)
    }

    /// A durable wish, written to the wire now and again until proven.
    pub(crate) fn want_canceled(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        cl_ord_id: &ClOrdId,
        key: Option<&ClOrdId>,
        request_hash: &str,
    ) {
        let waiting = self.book.orders.get(cl_ord_id).and_then(|order| {
            (order.status == OrdStatus::PendingApproval).then(|| order.approval_id.clone()).flatten()
        });
        let event = JournalEvent::CancelSubmitting {
            cl_ord_id: cl_ord_id.clone(),
            key: key.cloned(),
            request_hash: request_hash.to_owned(),
            by: by.clone(),
        };
        self.push(batch, now, event);
        match waiting {
            Some(approval) => {
                let why = Some("the order was canceled".to_owned());
                self.move_approval(batch, now, &approval, ApprovalStatus::Void, None, why);
            }
            None => self.send_cancel(batch, now, cl_ord_id),
        }
    }

    /// Writes the cancel if there is a connection to write it to.
    pub(crate) fn send_cancel(&mut self, batch: &mut Batch, now: Timestamp, cl_ord_id: &ClOrdId) {
        let generation = self.session.generation;
        let id = self.book.order(cl_ord_id).and_then(|order| self.told_ids.of(order));
        self.cancels.insert(cl_ord_id.clone(), now);
        if let Some(id) = id
            && self.link_is_up()
            && !self.waits_for_its_entry(cl_ord_id)
        {
            // Of two orders for one intent both are canceled, where they bear ids of their own.
            let twins = self.book.orders.get(cl_ord_id).into_iter().flat_map(|order| order.live_twins());
            let mut ids: BTreeSet<BrokerOrderId> = twins.filter_map(|twin| twin.broker_order_id).collect();
            ids.insert(id);
            for broker_order_id in ids {
                batch.effects.push(Effect::Cancel { cl_ord_id: cl_ord_id.clone(), broker_order_id, generation });
            }
        }
    }

    /// Every order of ours in the scope that may be live, one by one; what was never sent ends at once.
    pub(crate) fn cancel_scope(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        scope: &KillScope,
    ) -> Vec<ClOrdId> {
        let within = |order: &&OrderRecord| match scope {
            KillScope::Global => true,
            KillScope::Account(account) => order.account.as_ref() == Some(account),
            KillScope::Strategy(strategy) => order.intent.strategy.as_ref() == Some(strategy),
        };
        let keys: Vec<ClOrdId> =
            self.book.open_orders().filter(within).map(|order| order.intent.cl_ord_id.clone()).collect();
        for key in &keys {
            self.want_canceled(batch, now, by, key, None, "");
        }
        // Whoever asked knows the orders by the keys that were given.
        keys.iter().map(ClOrdId::group).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// An order that was over and lives after all is canceled where everything is halted: a kill that came while it was over
    /// could not name it. A halt that took away only what opens takes away no more of it here.
    pub(crate) fn mind_woken(&mut self, batch: &mut Batch, now: Timestamp) {
        for key in std::mem::take(&mut self.woken) {
            let Some(order) = self.book.order(&key) else { continue };
            let halt = self.book.trading_states.halt(order.account.as_ref(), order.intent.strategy.as_ref());
            let Some(cancels) = halt.map(|halt| halt.cancels) else { continue };
            if cancels || self.what_opens().contains(&key) {
                self.cancel_by_ourselves(batch, now, &key);
            }
        }
    }

    pub(crate) fn resolve_by_hand(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        cl_ord_id: &ClOrdId,
        reason: &str,
    ) -> Result<(), Fault> {
        let order = self.order(cl_ord_id)?;
        let halted = order.contract.as_ref().map(|contract| contract.con_id);
        let halted = halted.filter(|con_id| self.book.halted_instruments.contains_key(con_id));
        let status = order.status;
        let is_unknown = |key: &ClOrdId| self.book.orders.get(key).is_some_and(|order| order.status.is_unknown());
        let unknown: Vec<ClOrdId> = self.members(cl_ord_id).into_iter().filter(is_unknown).collect();
        if unknown.is_empty() && halted.is_none() {
            let rule =
                format!("only an unknown order or a halted instrument is resolved by hand; it is {}", status.word());
            return Err(Fault::Invalid { field: "cl_ord_id".to_owned(), rule });
        }
        self.was_looked_for(now, &unknown)?;
        for cl_ord_id in unknown {
            let reason = format!("{} ({})", reason, by.key_id);
            let event = OrderEvent::ResolvedDead { reason };
            self.push(batch, now, JournalEvent::Order { cl_ord_id, event });
        }
        if let Some(con_id) = halted {
            self.release_instrument(batch, now, by, con_id, reason)?;
        }
        Ok(())
    }

    /// A human lifts the halt of an instrument, and takes the broker's word for its positions where they differ from what
    /// the trades add up to.
    pub(crate) fn release_instrument(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        con_id: ConId,
        reason: &str,
    ) -> Result<(), Fault> {
        let report = self.book.last_reconciliation.iter();
        let gaps = report.flat_map(|report| report.positions.iter()).filter(|gap| gap.con_id == con_id);
        let gaps: Vec<(PositionGap, Decimal)> =
            gaps.filter_map(|gap| self.book.position_gap(gap).map(|excess| (gap.clone(), excess))).collect();
        let halted = self.book.halted_instruments.contains_key(&con_id);
        if gaps.is_empty() && !halted {
            return Err(Fault::NotFound { what: "halted instrument", id: con_id.to_string() });
        }
        for (gap, excess) in gaps {
            // Trades since the look are in both: only the difference is taken over.
            let expected = self.book.holdings.get(&gap.account, con_id).map_or(Decimal::ZERO, |holding| holding.qty);
            let event = JournalEvent::PositionAdopted {
                account: gap.account,
                con_id,
                qty: expected + excess,
                expected,
                by: by.clone(),
                reason: reason.to_owned(),
            };
            self.push(batch, now, event);
        }
        if halted {
            let event = JournalEvent::InstrumentReleased { con_id, by: by.clone(), reason: reason.to_owned() };
            self.push(batch, now, event);
        }
        Ok(())
    }

    /// A human's word does not stand in for looking: an order that this connection has not searched in vain may be found a
    /// moment later, and until the broker lets us in an older process of ours may even be about to send it.
    fn was_looked_for(&self, now: Timestamp, unknown: &[ClOrdId]) -> Result<(), Fault> {
        if !unknown.is_empty() && !self.session.reconciled {
            return Err(Fault::NotReady(not_ready(&self.book, &self.session, &self.config, now)));
        }
        let is_missing =
            |key: &&ClOrdId| self.book.orders.get(*key).is_some_and(|order| order.status == OrdStatus::Missing);
        match unknown.iter().find(|key| !is_missing(key)) {
            None => Ok(()),
            Some(key) => {
                let rule = format!(
                    "only what a complete comparison has not found (missing) is resolved by hand; {key} is unconfirmed: \
                     it is looked up by itself, or held in TWS, where it can be canceled"
                );
                Err(Fault::Invalid { field: "cl_ord_id".to_owned(), rule })
            }
        }
    }

    pub(crate) fn refuse_approval(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Option<&Principal>,
        id: &ApprovalId,
        status: ApprovalStatus,
        reason: &str,
    ) -> Result<(), Fault> {
        // One that ran out is closed by the engine itself, which has no principal.
        let cl_ord_id = if by.is_some() {
            self.pending_approval(id, now)?.cl_ord_id
        } else {
            let approval = self.book.approvals.get(id);
            approval.ok_or_else(|| Fault::NotFound { what: "approval", id: id.to_string() })?.cl_ord_id.clone()
        };
        self.move_approval(batch, now, id, status, by, Some(reason.to_owned()));
        let refused = Reason {
            control: 6,
            code: "C06_APPROVAL".to_owned(),
            message: format!("the approval {id} is {}: {reason}", status.word()),
            observed: Some(status.word().to_owned()),
            limit: Some("approved".to_owned()),
            hint: "ask again under a new key".to_owned(),
        };
        let event = OrderEvent::Refused { reasons: vec![refused] };
        self.push(batch, now, JournalEvent::Order { cl_ord_id, event });
        Ok(())
    }

    pub(crate) fn set_state(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        scope: &KillScope,
        state: TradingState,
        reason: &str,
    ) -> Result<(), Fault> {
        let current = self.book.trading_states.entries().get(scope).map_or(TradingState::Active, |entry| entry.state);
        // Saying "active" is a lift even where nothing is halted: it replaces the words of whoever said so before.
        let lifts = state < current || state == TradingState::Active;
        if lifts && !by.is_human() {
            return Err(Fault::HumansOnly);
        }
        if lifts && !by.may(domain::principal::Scope::Admin) {
            return Err(Fault::ForbiddenScope(domain::principal::Scope::Admin));
        }
        if lifts && *scope == KillScope::Global && self.book.orphans.working().next().is_some() {
            (self.look_again, self.look_rest) = (true, LOOK_AGAIN);
            let keys: Vec<&str> = self.book.orphans.working().map(ClOrdId::as_str).collect();
            let rule = format!(
                "order {} works at the broker, bears our reference and is not in the journal: cancel it in TWS first, \
                 then ask again in a moment",
                keys.join(", ")
            );
            return Err(Fault::Invalid { field: "state".to_owned(), rule });
        }
        if lifts && self.kill_file {
            let rule = "the file KILL lies in the data directory; remove it first".to_owned();
            return Err(Fault::Invalid { field: "state".to_owned(), rule });
        }
        let event =
            JournalEvent::TradingStateSet { scope: scope.clone(), state, by: by.clone(), reason: reason.to_owned() };
        self.push(batch, now, event);
        if lifts && *scope == KillScope::Global {
            // The human has looked at what the alarm said.
            self.session.alarm = None;
        }
        if state == TradingState::Halted {
            self.cancel_scope(batch, now, by, scope);
        }
        Ok(())
    }

    pub(crate) fn create_key(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Option<KeyId>,
        key: &KeyRecord,
    ) -> Result<(), Fault> {
        if self.book.api_keys.contains_key(&key.id) {
            let rule = format!("{} exists already; key ids are never used again", key.id);
            return Err(Fault::Invalid { field: "id".to_owned(), rule });
        }
        self.push(batch, now, JournalEvent::KeyCreated { key: key.clone(), by });
        Ok(())
    }

    pub(crate) fn revoke_key(&mut self, batch: &mut Batch, now: Timestamp, by: KeyId, id: &KeyId) -> Result<(), Fault> {
        let key = self.book.api_keys.get(id).ok_or_else(|| Fault::NotFound { what: "key", id: id.to_string() })?;
        if key.revoked_at.is_none() {
            self.push(batch, now, JournalEvent::KeyRevoked { id: id.clone(), by });
        }
        Ok(())
    }
}
