//! What can happen to one order. The journal stores these; `lifecycle` says what each one leads to.

use crate::broker::NotSentReason;
use crate::execution::{Commission, Execution};
use crate::group::GroupFault;
use crate::id::{BrokerOrderId, ClOrdId, ExecId, Generation, PermId};
use crate::proof::DeathProof;
use crate::reason::Reason;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One event in the life of one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum OrderEvent {
    /// The approval was refused, ran out, or the gates refused at release.
    Refused {
        /// Every reason.
        reasons: Vec<Reason>,
    },
    /// A kill came before anything was sent.
    Killed,
    /// The adapter did not hand it to the client library.
    NotSent {
        /// Why.
        reason: NotSentReason,
    },
    /// The client library took it.
    Written,
    /// The client library failed while sending: nobody knows.
    SendUnknown {
        /// What it said.
        detail: String,
    },
    /// A caller wants it canceled.
    CancelRequested,
    /// The cancel did not leave; it will be tried again.
    CancelUnsent,
    /// A change was sent.
    ReplaceRequested,
    /// The change did not leave, or a look that began long after it shows the original.
    ReplaceUnsent,
    /// The broker shows the order, which is over, in the terms of a change: it had been taken before the end.
    ReplaceTaken {
        /// The key of the change.
        key: ClOrdId,
    },
    /// The connection that knew it is gone.
    LinkLost,
    /// Complete snapshots on a settled connection do not show it.
    NotFound,
    /// The broker's own records prove that it is dead.
    ProvenDead {
        /// How.
        proof: DeathProof,
    },
    /// A human says that it is dead, with a reason.
    ResolvedDead {
        /// The human's words.
        reason: String,
    },
    /// The broker holds it before working it (`PendingSubmit`, `ApiPending`).
    Held {
        /// IBKR's word.
        broker_status: String,
    },
    /// The broker works it (`PreSubmitted`, `Submitted`).
    Acknowledged {
        /// IBKR's word.
        broker_status: String,
        /// Permanent id.
        perm_id: Option<PermId>,
        /// The connection that said so.
        generation: Generation,
    },
    /// A trade.
    Executed {
        /// The broker's record.
        execution: Box<Execution>,
    },
    /// A trade was corrected: `old` no longer counts, `execution` does.
    Corrected {
        /// The replaced id.
        old: ExecId,
        /// The corrected record.
        execution: Box<Execution>,
    },
    /// A trade was busted, and with it every earlier version of it.
    Busted {
        /// The id of the trade, or of the correction that takes it back.
        exec_id: ExecId,
    },
    /// The cost of a trade.
    CommissionJoined {
        /// Of which trade.
        exec_id: ExecId,
        /// How much.
        commission: Commission,
    },
    /// The status says filled.
    ReportedFilled {
        /// Filled quantity that it says.
        filled: Decimal,
        /// Average price that it says.
        avg_px: Option<Decimal>,
        /// Permanent id.
        perm_id: Option<PermId>,
    },
    /// The broker works on the cancel (`PendingCancel`).
    CancelPending,
    /// The broker says it is canceled.
    Canceled {
        /// IBKR's words, if any.
        detail: Option<String>,
    },
    /// The broker refused it.
    Rejected {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// The broker set it inactive.
    Inactive {
        /// IBKR's words, if any.
        detail: Option<String>,
    },
    /// Its time in force ended.
    Expired,
    /// The broker did not accept the cancel.
    CancelRefused {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// The broker did not accept the change; the original stands.
    ReplaceRefused {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// The orders of its group do not stand together any more: new orders on the instrument are halted.
    GroupBroken {
        /// In which way.
        fault: GroupFault,
        /// In plain words.
        reason: String,
    },
    /// The broker works a second order under this order's reference, with a permanent id of its own.
    TwinSeen {
        /// Its permanent id.
        perm_id: PermId,
        /// Its order id, if it is in our client's numbering.
        broker_order_id: Option<BrokerOrderId>,
        /// How much it is for; `None` where the broker does not say.
        total: Option<Decimal>,
        /// IBKR's word.
        broker_status: String,
    },
    /// That second order is over.
    TwinOver {
        /// Its permanent id.
        perm_id: PermId,
        /// IBKR's word.
        broker_status: String,
    },
    /// A message that changes nothing but is worth keeping.
    Informed {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
}

/// What an event says of an order's trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeNews<'a> {
    /// One was made.
    Made(&'a Execution),
    /// One takes the place of another.
    Corrected {
        /// What no longer counts.
        old: &'a ExecId,
        /// What does.
        execution: &'a Execution,
    },
    /// One was taken back, with every earlier version of it.
    Undone(&'a ExecId),
    /// What one cost.
    Cost(&'a ExecId),
}

impl<'a> TradeNews<'a> {
    /// The trade that it tells, if it tells one.
    pub fn told(&self) -> Option<&'a ExecId> {
        match self {
            Self::Made(execution) | Self::Corrected { execution, .. } => Some(&execution.exec_id),
            Self::Undone(_) | Self::Cost(_) => None,
        }
    }
}

impl OrderEvent {
    /// Every word that [`Self::word`] gives.
    pub const WORDS: [&'static str; 32] = [
        "refused",
        "killed",
        "not_sent",
        "written",
        "send_unknown",
        "cancel_requested",
        "cancel_unsent",
        "replace_requested",
        "replace_unsent",
        "replace_taken",
        "link_lost",
        "not_found",
        "proven_dead",
        "resolved_dead",
        "held",
        "acknowledged",
        "executed",
        "corrected",
        "busted",
        "commission_joined",
        "reported_filled",
        "cancel_pending",
        "canceled",
        "rejected",
        "inactive",
        "expired",
        "cancel_refused",
        "replace_refused",
        "group_broken",
        "twin_seen",
        "twin_over",
        "informed",
    ];

    /// The word by which the journal calls it, for filters.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Killed => "killed",
            Self::NotSent { .. } => "not_sent",
            Self::Written => "written",
            Self::SendUnknown { .. } => "send_unknown",
            Self::CancelRequested => "cancel_requested",
            Self::CancelUnsent => "cancel_unsent",
            Self::ReplaceRequested => "replace_requested",
            Self::ReplaceUnsent => "replace_unsent",
            Self::ReplaceTaken { .. } => "replace_taken",
            Self::LinkLost => "link_lost",
            Self::NotFound => "not_found",
            Self::ProvenDead { .. } => "proven_dead",
            Self::ResolvedDead { .. } => "resolved_dead",
            Self::Held { .. } => "held",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Executed { .. } => "executed",
            Self::Corrected { .. } => "corrected",
            Self::Busted { .. } => "busted",
            Self::CommissionJoined { .. } => "commission_joined",
            Self::ReportedFilled { .. } => "reported_filled",
            Self::CancelPending => "cancel_pending",
            Self::Canceled { .. } => "canceled",
            Self::Rejected { .. } => "rejected",
            Self::Inactive { .. } => "inactive",
            Self::Expired => "expired",
            Self::CancelRefused { .. } => "cancel_refused",
            Self::ReplaceRefused { .. } => "replace_refused",
            Self::GroupBroken { .. } => "group_broken",
            Self::TwinSeen { .. } => "twin_seen",
            Self::TwinOver { .. } => "twin_over",
            Self::Informed { .. } => "informed",
        }
    }

    /// What it says of trades.
    pub fn of_trade(&self) -> Option<TradeNews<'_>> {
        match self {
            Self::Executed { execution } => Some(TradeNews::Made(execution)),
            Self::Corrected { old, execution } => Some(TradeNews::Corrected { old, execution }),
            Self::Busted { exec_id } => Some(TradeNews::Undone(exec_id)),
            Self::CommissionJoined { exec_id, .. } => Some(TradeNews::Cost(exec_id)),
            // That it is filled is told by its trades, of which a look at the broker finds those that were not told.
            Self::ReportedFilled { .. }
            | Self::Refused { .. }
            | Self::Killed
            | Self::NotSent { .. }
            | Self::Written
            | Self::SendUnknown { .. }
            | Self::CancelRequested
            | Self::CancelUnsent
            | Self::ReplaceRequested
            | Self::ReplaceUnsent
            | Self::ReplaceTaken { .. }
            | Self::LinkLost
            | Self::NotFound
            | Self::ProvenDead { .. }
            | Self::ResolvedDead { .. }
            | Self::Held { .. }
            | Self::Acknowledged { .. }
            | Self::CancelPending
            | Self::Canceled { .. }
            | Self::Rejected { .. }
            | Self::Inactive { .. }
            | Self::Expired
            | Self::CancelRefused { .. }
            | Self::ReplaceRefused { .. }
            | Self::GroupBroken { .. }
            | Self::TwinSeen { .. }
            | Self::TwinOver { .. }
            | Self::Informed { .. } => None,
        }
    }
}
