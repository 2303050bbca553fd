//! Control 47: what is left of orders after the line was lost for long.
//!
//! TWS has no cancel-on-disconnect. Orders rest at the broker while nobody here sees the market; once the line is back and
//! journal and broker agree, the policy may want them canceled. What protects a position rests on: exits of brackets, and
//! orders that may only reduce.

use crate::core::{Batch, Core};
use crate::ticking::has_passed;
use domain::book::OrderRecord;
use domain::id::ClOrdId;
use domain::lifecycle::OrdStatus;
use jiff::{SignedDuration, Timestamp};

impl Core {
    pub(crate) fn cancel_after_silence(&mut self, batch: &mut Batch, now: Timestamp) {
        let Some(lost_at) = self.lost_at.take() else { return };
        let unwanted = |order: &&OrderRecord| {
            let rests = order.intent.cl_ord_id.is_exit() || order.intent.reduce_only;
            let works = matches!(order.status, OrdStatus::Working | OrdStatus::PendingReplace);
            let resolved = order.resolved().filter(|_| works && !rests);
            resolved.is_some_and(|resolved| {
                let limits = self.policy().limits_for(&resolved.policy_scope());
                let longest = SignedDuration::from_secs(limits.cancel_on_disconnect_s);
                // What was sent since the line came back has not been out of sight.
                limits.cancel_on_disconnect && order.created_at <= lost_at && has_passed(lost_at, longest, now)
            })
        };
        let keys: Vec<ClOrdId> =
            self.book.open_orders().filter(unwanted).map(|order| order.intent.cl_ord_id.clone()).collect();
        for key in keys {
            tracing::warn!(%key, "the line was lost for longer than the policy allows: the order is canceled");
            self.cancel_by_ourselves(batch, now, &key);
        }
    }
}
