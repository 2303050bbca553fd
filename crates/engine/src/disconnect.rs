//! Control 47: what is left of orders after the line was lost for long.
//!
//! TWS has no cancel-on-disconnect. Orders rest at the broker while nobody here sees the market; once the line is back and
//! journal and broker agree, the policy may want them canceled. What protects a position rests on: exits of brackets, and
//! orders that may only reduce.

use crate::core::{Batch, Core};
use domain::book::OrderRecord;
use domain::id::ClOrdId;
use domain::lifecycle::OrdStatus;
use domain::silence::Silence;
use jiff::{SignedDuration, Timestamp};

impl Core {
    /// `silence` is the one that a complete comparison has just ended.
    pub(crate) fn cancel_after_silence(&mut self, batch: &mut Batch, now: Timestamp, silence: Silence) {
        let Some(began_at) = silence.began_at() else { return };
        let unwanted = |order: &&OrderRecord| {
            let rests = order.intent.cl_ord_id.is_exit() || order.intent.reduce_only;
            let works = matches!(order.status, OrdStatus::Working | OrdStatus::PendingReplace);
            // What was sent since the line came back has not been out of sight.
            if rests || !works || order.created_at > began_at {
                return false;
            }
            let limits = self.policy().limits_for(&order.policy_scope());
            limits.cancel_on_disconnect && silence.lasted(SignedDuration::from_secs(limits.cancel_on_disconnect_s))
        };
        let keys: Vec<ClOrdId> =
            self.book.open_orders().filter(unwanted).map(|order| order.intent.cl_ord_id.clone()).collect();
        for key in keys {
            tracing::warn!(%key, "the line was lost for longer than the policy allows: the order is canceled");
            self.cancel_by_ourselves(batch, now, &key);
        }
    }
}
