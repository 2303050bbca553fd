//! What humans permitted in advance, in the book: mandates, live arming, and the evidence that lies under them.

use super::{Book, ReplayError, refuse};
use crate::event::OrderEvent;
use crate::id::{ClOrdId, MandateId};
use crate::journal::Recorded;
use crate::lifecycle::OrdStatus;
use crate::live::Fate;
use crate::mandate::{Mandate, MandateAsk, MandateTerms, OrderStanding};
use crate::mode::{Mode, World, mode_of_account};
use crate::order_record::OrderRecord;
use crate::principal::{Face, Principal};
use crate::reconcile::ReconciliationReport;
use crate::trading_state::{KillScope, TradingState};
use jiff::Timestamp;

impl Book {
    pub(super) fn grant_mandate(
        &mut self,
        record: &Recorded,
        id: &MandateId,
        terms: &MandateTerms,
        by: &Principal,
        reason: &str,
    ) -> Result<(), ReplayError> {
        let mandate = Mandate::granted(id.clone(), terms.clone(), by, reason, record.at);
        self.mandates.grant(mandate).map_err(|why| refuse(record, why))
    }

    pub(super) fn confirm_mandate(
        &mut self,
        record: &Recorded,
        id: &MandateId,
        by: &Principal,
    ) -> Result<(), ReplayError> {
        self.mandates.confirm(id, &by.key_id, record.at).map_err(|why| refuse(record, why))
    }

    pub(super) fn use_mandate(
        &mut self,
        record: &Recorded,
        id: &MandateId,
        ask: &MandateAsk<'_>,
    ) -> Result<(), ReplayError> {
        self.mandates.book_use(id, ask, record.at).map_err(|why| refuse(record, why))
    }

    pub(super) fn revoke_mandate(
        &mut self,
        record: &Recorded,
        id: &MandateId,
        by: &Principal,
        reason: &str,
    ) -> Result<(), ReplayError> {
        self.mandates.revoke(id, by.key_id.as_str(), reason, record.at).map_err(|why| refuse(record, why))
    }

    /// Tells budgets and checklist what became of an order.
    pub(super) fn follow_order(&mut self, key: &ClOrdId, event: Option<&OrderEvent>, at: Timestamp) {
        let Some(order) = self.orders.get(key) else { return };
        let never_left = matches!(event, Some(OrderEvent::NotSent { .. } | OrderEvent::Killed))
            && order.acknowledged_at.is_none()
            && order.pending_replace.is_none();
        let is_final = order.status.is_final();
        self.mandates.follow(key, OrderStanding { traded: order.cum_qty(), is_final, never_left }, at);
        let Some(account) = &order.account else { return };
        let shown = self.live.evidence.of_mut(World::of(account));
        let by_broker = matches!(event, Some(OrderEvent::Canceled { .. } | OrderEvent::ProvenDead { .. }));
        let by_human = matches!(event, Some(OrderEvent::ResolvedDead { .. }));
        let fate = if never_left {
            Some(Fate::NeverLeft)
        } else if !is_final {
            Some(Fate::Open)
        } else if order.status != OrdStatus::Canceled || by_human {
            Some(Fate::Otherwise)
        } else {
            // What comes after the cancel tells no more of it.
            by_broker.then_some(Fate::Canceled)
        };
        if let Some(fate) = fate {
            shown.order_moved(key, fate);
        }
        let is_taken = matches!(event, Some(OrderEvent::Acknowledged { .. } | OrderEvent::Executed { .. }));
        if is_taken && mode_of_account(account) == Some(Mode::Paper) {
            shown.paper_order(order.intent.order_type.kind(), at);
        }
    }

    /// What a trading state means for arming, mandates and the kill drill. Called before the state is booked.
    pub(super) fn note_trading_state(
        &mut self,
        at: Timestamp,
        scope: &KillScope,
        state: TradingState,
        by: &Principal,
        reason: &str,
    ) {
        match (state, scope) {
            (TradingState::Halted, _) => {
                self.live.arming = None;
                self.mandates.fall(scope, by.key_id.as_str(), reason, at);
                if *scope == KillScope::Global && by.face != Face::Engine {
                    let works = |order: &&OrderRecord| order.status.may_be_live();
                    let key =
                        |order: &OrderRecord| (order.account.as_ref().map(World::of), order.intent.cl_ord_id.clone());
                    let working: Vec<_> = self.open_orders().filter(works).map(key).collect();
                    for world in [World::Real, World::Simulated] {
                        let theirs = working.iter().filter(|(of, _)| *of == Some(world)).map(|(_, key)| key.clone());
                        self.live.evidence.of_mut(world).killed(theirs.collect());
                    }
                }
            }
            (TradingState::Active, KillScope::Global) => self.live.evidence.kill_lifted(at),
            (TradingState::Active, KillScope::Account(_) | KillScope::Strategy(_)) | (TradingState::Reducing, _) => {}
        }
    }

    /// What a comparison with the broker proves.
    pub(super) fn note_look(&mut self, report: &ReconciliationReport) {
        self.live.evidence.looked(report);
        if report.complete {
            self.mandates.proven_by_look(report.taken_at);
        }
    }

    /// What was used and armed since the backup nobody knows.
    pub(super) fn note_restore(&mut self, at: Timestamp) {
        self.live.arming = None;
        self.live.evidence.restored(at);
        self.mandates.fall(&KillScope::Global, "restore", "the journal was restored from a backup", at);
    }
}
