//! What time brings.

use crate::core::{Batch, Core, Effect, engine_principal};
use domain::approval::ApprovalStatus;
use domain::id::ClOrdId;
use domain::lifecycle::OrdStatus;
use domain::principal::Face;
use domain::trading_state::{KillScope, TradingState};
use jiff::{SignedDuration, Timestamp};

/// A cancel that is not proven is written again after this.
const CANCEL_AGAIN: SignedDuration = SignedDuration::from_secs(2);
/// A broker that has had no line of its own for so long is asked on a new connection: the word that it is back may be lost.
const OFFLINE_MAX: SignedDuration = SignedDuration::from_mins(10);

impl Core {
    /// What time brings: lapsed approvals, cancels to repeat, orders to look up.
    pub(crate) fn tick(&mut self, batch: &mut Batch, now: Timestamp) {
        self.ticked_at = Some(now);
        self.lapse_approvals(batch, now);
        self.void_approvals(batch, now);
        self.mind_plans(batch, now);
        self.apply_due_policy(batch, now);
        self.mind_groups(batch, now);
        self.repeat_cancels(batch, now);
        if self.kill_file && !self.book.is_halted_globally() {
            match engine_principal(Face::File, "kill-file") {
                Ok(by) => {
                    let reason = "the file KILL lies in the data directory";
                    if let Err(fault) =
                        self.set_state(batch, now, &by, &KillScope::Global, TradingState::Halted, reason)
                    {
                        self.broken = Some(fault.to_string());
                    }
                }
                Err(fault) => self.broken = Some(fault.to_string()),
            }
        }
        if self.offline_since.is_some_and(|since| has_passed(since, OFFLINE_MAX, now)) {
            self.offline_since = None;
            batch.effects.push(Effect::Reconnect);
        }
        self.value_if_due(now);
        self.look_if_due(batch, now);
        self.ask_worth_if_due(batch, now);
        if self.verification.begin(now) {
            self.session.verifying = true;
            batch.effects.push(Effect::Verify);
        }
    }

    fn lapse_approvals(&mut self, batch: &mut Batch, now: Timestamp) {
        let lapsed: Vec<_> = self
            .book
            .open_orders()
            .filter(|order| order.status == OrdStatus::PendingApproval)
            .filter_map(|order| order.approval_id.as_ref())
            .filter_map(|id| self.book.approvals.get(id))
            .filter(|approval| approval.status == ApprovalStatus::Pending && approval.expires_at <= now)
            .map(|approval| approval.id.clone())
            .collect();
        for id in lapsed {
            let refused =
                self.refuse_approval(batch, now, None, &id, ApprovalStatus::Expired, "nobody answered in time");
            if let Err(fault) = refused {
                self.broken = Some(fault.to_string());
            }
        }
    }

    fn repeat_cancels(&mut self, batch: &mut Batch, now: Timestamp) {
        // Cancels wait for nothing but a line: not for a comparison either.
        if !self.link_is_up() {
            return;
        }
        let book = &self.book;
        self.cancels.retain(|key, _| book.orders.get(key).is_some_and(|order| !order.status.is_final()));
        // One that was over and turned out to live is still to be canceled.
        for order in book.open_orders().filter(|order| order.cancel_wanted) {
            self.cancels.entry(order.intent.cl_ord_id.clone()).or_insert(Timestamp::MIN);
        }
        let due: Vec<ClOrdId> = self
            .cancels
            .iter()
            .filter(|(key, at)| {
                // The broker does not know such an order: asked too often, it only repeats its refusal.
                let unknown = book.orders.get(key).is_some_and(|order| order.status.is_unknown());
                let rest = if unknown { duration(self.config.reconcile_every) } else { CANCEL_AGAIN };
                has_passed(**at, rest, now)
            })
            .map(|(key, _)| key.clone())
            .filter(|key| !self.waits_for_its_entry(key))
            .collect();
        for key in due {
            let working = self.book.orders.get(&key).is_some_and(|order| order.status == OrdStatus::Working);
            match engine_principal(Face::Engine, "engine") {
                Ok(by) if working => self.want_canceled(batch, now, &by, &key, None, ""),
                Ok(_) => self.send_cancel(batch, now, &key),
                Err(fault) => self.broken = Some(fault.to_string()),
            }
        }
    }
}

/// Whether so much time has passed. A clock that was set back does not tell: then it has, for what waits must not wait
/// until the clock has caught up.
pub(crate) fn has_passed(since: Timestamp, rest: SignedDuration, now: Timestamp) -> bool {
    now < since || now.duration_since(since) >= rest
}

pub(crate) fn duration(std: std::time::Duration) -> SignedDuration {
    SignedDuration::try_from(std).unwrap_or(SignedDuration::MAX)
}
