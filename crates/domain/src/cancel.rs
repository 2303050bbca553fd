//! What became of a cancel. It is told of what it was for: that an order is over does not say that the cancel ended it.

use crate::id::ClOrdId;
use crate::lifecycle::OrdStatus;
use crate::order_record::OrderRecord;

/// What became of one cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelFate {
    /// Something that it was for may still be live: it is written again until that is over.
    UnderWay,
    /// All that it was for is over, and nothing of it ended otherwise.
    Proven,
    /// Something that it was for ended otherwise first: filled, expired, refused by the broker, or declared dead by a human.
    Overtaken {
        /// What.
        cl_ord_id: ClOrdId,
        /// How it ended; `Canceled` where a human said so and the broker did not.
        status: OrdStatus,
    },
}

impl CancelFate {
    /// Judges the members of one intent, the entry first. A cancel was for those that were open when it came: what was over
    /// by then says nothing about it.
    pub fn of<'a>(members: impl Iterator<Item = &'a OrderRecord>) -> Self {
        let mut fate = None;
        for member in members.filter(|member| member.cancel_wanted) {
            match (Self::of_one(member), &fate) {
                (Self::UnderWay, _) => return Self::UnderWay,
                (Self::Proven, Some(_)) | (Self::Overtaken { .. }, Some(Self::Overtaken { .. })) => {}
                (one @ (Self::Proven | Self::Overtaken { .. }), _) => fate = Some(one),
            }
        }
        // Nobody wished for it: nothing proves it.
        fate.unwrap_or(Self::UnderWay)
    }

    fn of_one(order: &OrderRecord) -> Self {
        let ended = |status| Self::Overtaken { cl_ord_id: order.intent.cl_ord_id.clone(), status };
        match order.status {
            OrdStatus::PendingApproval
            | OrdStatus::Submitting
            | OrdStatus::Unconfirmed
            | OrdStatus::Missing
            | OrdStatus::Working
            | OrdStatus::PendingCancel
            | OrdStatus::PendingReplace => Self::UnderWay,
            // It ends with the same word as one that was canceled.
            OrdStatus::Canceled if order.was_refused() => ended(OrdStatus::Rejected),
            OrdStatus::Canceled if order.declared_dead => ended(OrdStatus::Canceled),
            OrdStatus::Canceled => Self::Proven,
            OrdStatus::Denied | OrdStatus::Simulated | OrdStatus::Filled | OrdStatus::Rejected | OrdStatus::Expired => {
                ended(order.status)
            }
        }
    }

    /// Whether the cancel is proven.
    pub fn is_proven(&self) -> bool {
        *self == Self::Proven
    }
}

#[cfg(test)]
#[path = "cancel_tests.rs"]
mod tests;
