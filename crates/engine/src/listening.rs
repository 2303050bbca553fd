//! What the broker says, and what time brings.

use crate::core::{Batch, Core, Effect, engine_principal};
use crate::looking::LOOK_AGAIN;
use crate::permitting::is_loopback;
use crate::told_ids::ToldIds;
use domain::broker::{BrokerEvent, BrokerOrder, LinkFacts, SendOutcome, StatusReport};
use domain::echo::{Version, echo_differences, version_shown};
use domain::event::OrderEvent;
use domain::farms::Farms;
use domain::gates::LinkState;
use domain::id::{BrokerOrderId, ClOrdId, ClientId, Generation};
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::mode::{ModeProof, World};
use domain::order_record::OrderRecord;
use domain::order_ref::OrderRef;
use domain::principal::Face;
use domain::reading;
use domain::trading_state::{KillScope, TradingState};
use domain::twin::{is_of_twin, read_twin, twin_event};
use jiff::Timestamp;

/// Error 326 of IBKR.
const CLIENT_ID_IN_USE: i32 = 326;

impl Core {
    pub(crate) fn broker_event(&mut self, batch: &mut Batch, now: Timestamp, event: BrokerEvent) {
        if event.is_of_broker() {
            self.heard_at = Some(now);
        }
        self.hear(batch, now, event);
        self.mind_groups(batch, now);
    }

    fn hear(&mut self, batch: &mut Batch, now: Timestamp, event: BrokerEvent) {
        match event {
            BrokerEvent::LinkUp(facts) => self.link_up(batch, now, facts),
            BrokerEvent::LinkDown { generation, reason } => {
                self.link_down(batch, now, generation, &reason);
            }
            BrokerEvent::LinkFailed { reason, code } => {
                self.session.link = LinkState::Down(self.why_no_link(&reason, code));
            }
            BrokerEvent::ClockSkew { generation, skew_ms } => {
                if generation == self.session.generation && matches!(self.session.link, LinkState::Up { .. }) {
                    self.session.clock_skew_ms = Some(skew_ms);
                }
            }
            BrokerEvent::Notice { generation, code, message } => self.notice(batch, now, generation, code, message),
            BrokerEvent::Sent { cl_ord_id, broker_order_id, change: None, outcome } => {
                self.sent(batch, now, &cl_ord_id, broker_order_id, &outcome);
            }
            BrokerEvent::Sent { cl_ord_id, change: Some(change), outcome, .. } => {
                self.change_sent(batch, now, &cl_ord_id, &change, outcome);
            }
            BrokerEvent::CancelSent { cl_ord_id, outcome } => {
                self.cancel_sent(batch, now, &cl_ord_id, &outcome);
            }
            BrokerEvent::OpenOrder { generation, order } => {
                self.open_order(batch, now, generation, &order);
            }
            BrokerEvent::Status { generation, report } => {
                self.status(batch, now, generation, &report);
            }
            BrokerEvent::Executed { execution, .. } => self.executed(batch, now, &execution),
            BrokerEvent::Busted { exec_id, .. } => self.busted(batch, now, &exec_id),
            BrokerEvent::CommissionReported { exec_id, commission } => {
                self.commission(batch, now, exec_id, commission);
            }
            BrokerEvent::OrderError { broker_order_id, code, message, .. } => {
                self.order_error(batch, now, broker_order_id, code, &message);
            }
            // Taken out before the writer: they concern no order.
            BrokerEvent::Quote(_) | BrokerEvent::QuoteRefused { .. } | BrokerEvent::Answer { .. } => {}
        }
    }

    fn why_no_link(&self, reason: &str, code: Option<i32>) -> String {
        let id = self.config.client_id;
        match (code, self.session.takeover_from) {
            (Some(CLIENT_ID_IN_USE), _) if self.session.generation != Generation(0) => {
                format!(
                    "client_id_in_use: the broker still holds our last connection; tried again by itself ({reason})"
                )
            }
            (Some(CLIENT_ID_IN_USE), Some(before)) => {
                let (whom, end) = match before.pid {
                    Some(pid) => (format!("process {pid}"), format!("`kill -9 {pid}`")),
                    None => ("the writer before".to_owned(), "end it".to_owned()),
                };
                format!(
                    "client_id_in_use: {whom} wrote before and may still hold client id {id}: {end}; until its \
                     connection is gone this process only reads"
                )
            }
            (Some(CLIENT_ID_IN_USE), None) => format!(
                "client_id_in_use: another program is connected with client id {id}, which belongs to this \
                 installation alone: end it, or give it another id ({reason})"
            ),
            (Some(code), _) => format!("{code}: {reason}"),
            (None, _) => reason.to_owned(),
        }
    }

    fn link_up(&mut self, batch: &mut Batch, now: Timestamp, facts: LinkFacts) {
        let only = if let [account] = facts.accounts.as_slice() { Some(account.clone()) } else { None };
        let pinned = self.config.account.clone().or(only.filter(|_| self.config.embedded_venue));
        let proof = ModeProof {
            simulated: World::of_all(&facts.accounts) == World::Simulated,
            pinned,
            connected: facts.accounts.clone(),
            port: facts.port,
            loopback: is_loopback(&self.config.endpoint),
        };
        let event = JournalEvent::LinkUp {
            generation: facts.generation,
            server_version: facts.server_version,
            accounts: facts.accounts,
            next_valid_id: facts.next_valid_id,
            mode: proof.mode(),
        };
        self.push(batch, now, event);
        self.session.link = LinkState::Up { generation: facts.generation };
        self.session.since = now;
        self.line_back_at = None;
        self.session.generation = facts.generation;
        self.session.server_version = Some(facts.server_version);
        self.session.clock_skew_ms = facts.clock_skew_ms;
        self.session.next_valid_id = facts.next_valid_id;
        self.session.farms = Farms::default();
        self.told_ids = ToldIds::default();
        self.session.reconciled = false;
        self.session.mode = Some(proof);
        self.reconciling = None;
        self.look_rest = LOOK_AGAIN;
        self.look(batch, now);
        batch.effects.push(Effect::ReopenLines);
    }

    fn link_down(&mut self, batch: &mut Batch, now: Timestamp, generation: Generation, reason: &str) {
        if generation != self.session.generation {
            return;
        }
        self.session.link = LinkState::Down(reason.to_owned());
        self.offline_since = None;
        self.session.since = now;
        self.session.reconciled = false;
        self.session.server_version = None;
        self.session.clock_skew_ms = None;
        self.reconciling = None;
        self.push(batch, now, JournalEvent::LinkDown { generation, reason: reason.to_owned() });
        let in_flight: Vec<ClOrdId> = self
            .book
            .open_orders()
            .filter(|order| matches!(order.status, OrdStatus::Submitting | OrdStatus::PendingReplace))
            .map(|order| order.intent.cl_ord_id.clone())
            .collect();
        for cl_ord_id in in_flight {
            self.push(batch, now, JournalEvent::Order { cl_ord_id, event: OrderEvent::LinkLost });
        }
    }

    fn notice(&mut self, batch: &mut Batch, now: Timestamp, generation: Generation, code: i32, message: String) {
        if generation != self.session.generation {
            return;
        }
        let was_settled = self.session.farms.unsettled().is_none();
        self.session.farms.hear(code, &message);
        if !was_settled && self.session.farms.unsettled().is_none() {
            // What was not found meanwhile may count now.
            (self.look_again, self.look_rest) = (true, LOOK_AGAIN);
        }
        match code {
            // 2110 says the same to a client that connects while the line is lost.
            1100 | 2110 => {
                self.session.link = LinkState::BrokerOffline;
                self.offline_since = Some(now);
                self.session.since = now;
                self.session.reconciled = false;
                // A look that is under way was begun before the line was lost: it proves nothing about afterwards.
                self.reconciling = None;
                self.looks += 1;
            }
            1101 | 1102 => {
                self.session.link = LinkState::Up { generation };
                self.offline_since = None;
                self.line_back_at = Some(now);
                self.session.since = now;
                self.session.reconciled = false;
                self.reconciling = None;
                self.look_rest = LOOK_AGAIN;
                self.look(batch, now);
                if code == 1101 {
                    batch.effects.push(Effect::ReopenLines);
                }
            }
            _ => {}
        }
        self.push(batch, now, JournalEvent::Notice { code, message });
    }

    pub(crate) fn find(
        &self,
        id: Option<BrokerOrderId>,
        client_id: Option<ClientId>,
        order_ref: &str,
        perm_id: Option<domain::id::PermId>,
    ) -> Option<&OrderRecord> {
        if let Some(reference) = OrderRef::parse(order_ref) {
            // An order that we never sent cannot be at the broker: whoever bears its reference is an orphan.
            return (Some(&reference.installation) == self.book.installation.as_ref())
                .then(|| self.book.order(&reference.cl_ord_id))
                .flatten()
                .filter(|order| !order.attempts.is_empty());
        }
        let ours = client_id.is_none_or(|id| id == self.config.client_id);
        let key =
            id.filter(|_| ours).and_then(|id| self.told_ids.whose(id).or_else(|| self.book.by_broker_id.get(&id)));
        let order = key.and_then(|key| self.book.order(key))?;
        // The same number with another permanent id is another order.
        match (order.perm_id, perm_id) {
            (Some(known), Some(told)) if known != told && !order.twins.contains_key(&told) => None,
            (Some(_) | None, Some(_) | None) => Some(order),
        }
    }

    pub(crate) fn order_event(&mut self, batch: &mut Batch, now: Timestamp, key: &ClOrdId, event: OrderEvent) {
        let was_changing = self.book.order(key).is_some_and(|order| order.pending_replace.is_some());
        self.push(batch, now, JournalEvent::Order { cl_ord_id: key.clone(), event });
        // Which version ended is told by what the broker keeps of the order today, and not for long.
        if was_changing && self.book.order(key).is_some_and(OrderRecord::was_overtaken) {
            self.look_again = true;
        }
    }

    fn sent(&mut self, batch: &mut Batch, now: Timestamp, key: &ClOrdId, id: BrokerOrderId, outcome: &SendOutcome) {
        let Some(order) = self.book.orders.get(key) else {
            return;
        };
        let newest = order.last_attempt().is_some_and(|attempt| attempt.broker_order_id == id);
        if !newest && self.told_ids.of(order) != Some(id) {
            return;
        }
        // A bracket leaves as a whole or not at all.
        for key in self.members(key) {
            if let Some(event) = self.read_outcome(&key, outcome) {
                self.order_event(batch, now, &key, event);
            }
        }
    }

    fn read_outcome(&self, key: &ClOrdId, outcome: &SendOutcome) -> Option<OrderEvent> {
        let order = self.book.orders.get(key)?;
        Some(match (order.status, outcome) {
            (OrdStatus::Submitting, SendOutcome::Unknown { detail }) => {
                OrderEvent::SendUnknown { detail: detail.clone() }
            }
            // Only what the broker has taken is changed: an adapter that denies now that it was sent is wrong.
            (_, SendOutcome::NotSent { .. }) if order.pending_replace.is_some() => return None,
            (_, SendOutcome::NotSent { reason }) => OrderEvent::NotSent { reason: *reason },
            (OrdStatus::Submitting, SendOutcome::Written) => OrderEvent::Written,
            // The broker's own word came first and says more.
            (_, SendOutcome::Written | SendOutcome::Unknown { .. }) => return None,
        })
    }

    /// What became of a change on its way out, wherever its order is by now. Of one that is settled already nothing is new,
    /// and a later one is another.
    fn change_sent(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        key: &ClOrdId,
        change: &ClOrdId,
        outcome: SendOutcome,
    ) {
        let Some(order) = self.book.order(key).filter(|order| order.is_unsettled(change)) else {
            return;
        };
        let event = match (order.status, outcome) {
            (_, SendOutcome::NotSent { .. }) => OrderEvent::ReplaceUnsent,
            (OrdStatus::PendingReplace, SendOutcome::Unknown { detail }) => OrderEvent::SendUnknown { detail },
            // The broker's own word came first and says more.
            (_, SendOutcome::Written | SendOutcome::Unknown { .. }) => return,
        };
        self.order_event(batch, now, key, event);
    }

    fn cancel_sent(&mut self, batch: &mut Batch, now: Timestamp, key: &ClOrdId, outcome: &SendOutcome) {
        match outcome {
            SendOutcome::Written => {}
            SendOutcome::NotSent { .. } | SendOutcome::Unknown { .. } => {
                let open = self.book.orders.get(key).is_some_and(|order| !order.status.is_final());
                if open {
                    self.order_event(batch, now, key, OrderEvent::CancelUnsent);
                }
            }
        }
    }

    fn open_order(&mut self, batch: &mut Batch, now: Timestamp, generation: Generation, seen: &BrokerOrder) {
        let found = self.find(seen.broker_order_id, seen.client_id, &seen.order_ref, seen.perm_id);
        let Some(order) = found else {
            self.foreign_order(batch, now, seen);
            return;
        };
        let key = order.intent.cl_ord_id.clone();
        if is_of_twin(order, seen.perm_id) {
            if let Some(event) = read_twin(order, seen, self.config.client_id) {
                self.order_event(batch, now, &key, event);
                self.look_again = true;
            }
            return;
        }
        let replacing = order.pending_replace.clone();
        if let Some(event) = reading::read_order(seen, order, generation) {
            let taken = reading::taken_in_the_end(seen, order, &event);
            // While a change is under way only the echo of the changed order acknowledges it.
            let tells = !matches!(event, OrderEvent::Acknowledged { .. })
                || replacing.is_none_or(|replace| version_shown(seen, order, &replace.amendment) == Version::Changed);
            if tells && is_news(order, &event) {
                self.order_event(batch, now, &key, event);
            }
            if let Some(taken) = taken {
                self.order_event(batch, now, &key, taken);
            }
        }
        if let Some(order) = self.book.orders.get(&key) {
            self.told_ids.learn(order, seen, self.config.client_id);
        }
        self.check_echo(batch, now, &key, seen);
    }

    /// The echo must say what the intent says; otherwise cancel and halt.
    fn check_echo(&mut self, batch: &mut Batch, now: Timestamp, key: &ClOrdId, seen: &BrokerOrder) {
        let Some(order) = self.book.orders.get(key) else {
            return;
        };
        let working = matches!(order.status, OrdStatus::Working | OrdStatus::Unconfirmed | OrdStatus::Submitting);
        if !working || order.pending_replace.is_some() || order.cancel_wanted {
            return;
        }
        let differences = echo_differences(order, seen);
        let con_id = order.contract.as_ref().map(|contract| contract.con_id);
        let (Some(con_id), false) = (con_id, differences.is_empty()) else {
            return;
        };
        let reason = format!("the broker's echo of order {key} differs from its intent: {}", differences.join("; "));
        self.push(batch, now, JournalEvent::InstrumentHalted { con_id, reason });
        self.cancel_by_ourselves(batch, now, &key.group());
    }

    fn foreign_order(&mut self, batch: &mut Batch, now: Timestamp, seen: &BrokerOrder) {
        if let Some(reference) = OrderRef::parse(&seen.order_ref)
            && Some(&reference.installation) == self.book.installation.as_ref()
        {
            let works = !domain::orphan::is_over(&seen.status);
            if self.book.orphans.is_news(&reference.cl_ord_id, works) {
                self.push(batch, now, JournalEvent::OrphanSeen { cl_ord_id: reference.cl_ord_id.clone(), works });
            }
            if !self.book.orphans.is_settled(&reference.cl_ord_id) {
                let what = format!("the broker shows order {reference}, for which the journal has no intent");
                self.alarm(batch, now, &what);
            }
            return;
        }
        let known = seen.perm_id.and_then(|perm_id| self.book.external_orders.get(&perm_id.get()));
        if seen.perm_id.is_some() && known != Some(seen) {
            self.push(batch, now, JournalEvent::ExternalOrder { order: Box::new(seen.clone()) });
        }
    }

    fn status(&mut self, batch: &mut Batch, now: Timestamp, generation: Generation, report: &StatusReport) {
        let found = self.find(Some(report.broker_order_id), report.client_id, "", report.perm_id);
        let Some(order) = found else { return };
        let key = order.intent.cl_ord_id.clone();
        if is_of_twin(order, report.perm_id) {
            let twin = report.perm_id.and_then(|perm_id| twin_event(order, perm_id, None, None, &report.status));
            if let Some(event) = twin {
                self.order_event(batch, now, &key, event);
            }
            return;
        }
        let Some(event) = reading::read_status(report, order.intent.tif.kind(), generation) else {
            tracing::warn!(status = report.status, "an order status that is not known to us");
            return;
        };
        // Which version a bare status speaks of is not told; the echo tells.
        let tells_nothing = order.pending_replace.is_some() && matches!(event, OrderEvent::Acknowledged { .. });
        if !tells_nothing && is_news(order, &event) {
            self.order_event(batch, now, &key, event);
        }
    }

    fn order_error(&mut self, batch: &mut Batch, now: Timestamp, id: BrokerOrderId, code: i32, message: &str) {
        let found = self.find(Some(id), None, "", None);
        let Some(order) = found else { return };
        let key = order.intent.cl_ord_id.clone();
        let mut event = reading::read_error(code, message, order.status, order.cancel_wanted);
        let mut look = matches!(event, OrderEvent::CancelRefused { .. }) || code == 103;
        let is_doubled = order.live_twins().next().is_some();
        let is_echo = matches!(event, OrderEvent::Rejected { .. }) && order.may_echo_a_change();
        if is_echo || is_doubled && matches!(event, OrderEvent::Canceled { .. } | OrderEvent::Rejected { .. }) {
            // Two orders, or an order and its change, bear this id: which of them is over, only a look tells.
            event = OrderEvent::Informed { code, message: message.to_owned() };
            look = true;
        }
        let over = matches!(event, OrderEvent::Canceled { .. }) && order.status == OrdStatus::Canceled;
        let said = matches!(event, OrderEvent::CancelRefused { .. }) && order.status.is_unknown();
        let repeated = over || (said && order.broker_messages.last().is_some_and(|last| last.0 == code));
        if !repeated {
            self.order_event(batch, now, &key, event);
        }
        if look {
            self.look_again = true;
        }
    }

    /// Halts everything until a human has looked.
    pub(crate) fn alarm(&mut self, batch: &mut Batch, now: Timestamp, what: &str) {
        if self.session.alarm.is_some() {
            return;
        }
        self.session.alarm = Some(what.to_owned());
        let by = match engine_principal(Face::Engine, "engine") {
            Ok(by) => by,
            Err(fault) => {
                self.broken = Some(fault.to_string());
                return;
            }
        };
        let event = JournalEvent::TradingStateSet {
            scope: KillScope::Global,
            state: TradingState::Halted,
            by,
            reason: what.to_owned(),
        };
        self.push(batch, now, event);
    }
}

/// Whether an event says more than the journal knows; TWS repeats itself.
fn is_news(order: &OrderRecord, event: &OrderEvent) -> bool {
    if let OrderEvent::Acknowledged { broker_status, generation, perm_id } = event {
        // Of a change that is under way it says the most: that it was taken.
        return order.pending_replace.is_some()
            || !(order.status == OrdStatus::Working || order.status == OrdStatus::PendingCancel)
            || order.broker_status.as_ref() != Some(broker_status)
            || order.acknowledged_in != Some(*generation)
            || (perm_id.is_some() && order.perm_id != *perm_id);
    }
    if let OrderEvent::Held { broker_status } = event {
        return !order.status.is_final() && order.broker_status.as_ref() != Some(broker_status);
    }
    if let OrderEvent::ReportedFilled { .. } = event {
        let ended_so = order.status == OrdStatus::Filled || order.ended_as == Some(OrdStatus::Filled);
        return !ended_so || order.broker_status.as_deref() != Some("Filled");
    }
    if let OrderEvent::CancelPending = event {
        return !order.status.is_final() && order.broker_status.as_deref() != Some("PendingCancel");
    }
    if let OrderEvent::Canceled { .. } | OrderEvent::Inactive { .. } = event {
        return !order.has_ended();
    }
    true
}
