//! The order state machine as one visible table: every state meets every event.
//!
//! An overfill or an impossible message is *odd*: it is booked all the same and halts new orders on the instrument.
//! Late evidence is adopted from any state, terminal ones included.

use serde::{Deserialize, Serialize};

/// The state of an order. `Denied` is ours, `Rejected` is the broker's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrdStatus {
    /// Waits for a human.
    PendingApproval,
    /// Our gates refused.
    Denied,
    /// Trading is off: every gate ran, nothing was sent.
    Simulated,
    /// The intent is durable; the send may not have happened.
    Submitting,
    /// Sent or possibly sent; the answer is missing.
    Unconfirmed,
    /// Looked for with care and not found, which is no proof.
    Missing,
    /// The broker works it.
    Working,
    /// A cancel is under way.
    PendingCancel,
    /// A change is under way.
    PendingReplace,
    /// Done, completely.
    Filled,
    /// Over without (further) fills.
    Canceled,
    /// The broker refused it.
    Rejected,
    /// Its time ended.
    Expired,
}

impl OrdStatus {
    /// Every state, in reading order.
    pub const ALL: [Self; 13] = [
        Self::PendingApproval,
        Self::Denied,
        Self::Simulated,
        Self::Submitting,
        Self::Unconfirmed,
        Self::Missing,
        Self::Working,
        Self::PendingCancel,
        Self::PendingReplace,
        Self::Filled,
        Self::Canceled,
        Self::Rejected,
        Self::Expired,
    ];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::PendingApproval => "pending_approval",
            Self::Denied => "denied",
            Self::Simulated => "simulated",
            Self::Submitting => "submitting",
            Self::Unconfirmed => "unconfirmed",
            Self::Missing => "missing",
            Self::Working => "working",
            Self::PendingCancel => "pending_cancel",
            Self::PendingReplace => "pending_replace",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }

    /// Whether nothing more is expected. Late evidence may still come.
    pub fn is_final(self) -> bool {
        match self {
            Self::Denied | Self::Simulated | Self::Filled | Self::Canceled | Self::Rejected | Self::Expired => true,
            Self::PendingApproval
            | Self::Submitting
            | Self::Unconfirmed
            | Self::Missing
            | Self::Working
            | Self::PendingCancel
            | Self::PendingReplace => false,
        }
    }

    /// Whether it may be live at the broker: it counts at its worst in every limit.
    pub fn may_be_live(self) -> bool {
        match self {
            Self::Submitting
            | Self::Unconfirmed
            | Self::Missing
            | Self::Working
            | Self::PendingCancel
            | Self::PendingReplace => true,
            Self::PendingApproval
            | Self::Denied
            | Self::Simulated
            | Self::Filled
            | Self::Canceled
            | Self::Rejected
            | Self::Expired => false,
        }
    }

    /// Whether nobody knows if it is live: it blocks its instrument.
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Unconfirmed | Self::Missing)
    }
}

/// The kinds of event that can move an order. A trade comes in three kinds by what it leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is told at `OrderEvent`; the Executed kinds say what the trade leaves open")]
pub enum EventKind {
    Released,
    Refused,
    Killed,
    NotSent,
    Written,
    SendUnknown,
    CancelRequested,
    CancelUnsent,
    ReplaceRequested,
    ReplaceUnsent,
    LinkLost,
    NotFound,
    ResolvedDead,
    Held,
    Acknowledged,
    ExecutedPart,
    ExecutedAll,
    ExecutedOver,
    Corrected,
    Busted,
    CommissionJoined,
    ReportedFilled,
    CancelPending,
    Canceled,
    Rejected,
    Inactive,
    Expired,
    CancelRefused,
    ReplaceRefused,
    Doubled,
    Informed,
}

impl EventKind {
    /// Every kind, ours first, then the broker's.
    pub const ALL: [Self; 31] = [
        Self::Released,
        Self::Refused,
        Self::Killed,
        Self::NotSent,
        Self::Written,
        Self::SendUnknown,
        Self::CancelRequested,
        Self::CancelUnsent,
        Self::ReplaceRequested,
        Self::ReplaceUnsent,
        Self::LinkLost,
        Self::NotFound,
        Self::ResolvedDead,
        Self::Held,
        Self::Acknowledged,
        Self::ExecutedPart,
        Self::ExecutedAll,
        Self::ExecutedOver,
        Self::Corrected,
        Self::Busted,
        Self::CommissionJoined,
        Self::ReportedFilled,
        Self::CancelPending,
        Self::Canceled,
        Self::Rejected,
        Self::Inactive,
        Self::Expired,
        Self::CancelRefused,
        Self::ReplaceRefused,
        Self::Doubled,
        Self::Informed,
    ];
}

/// What an event leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// The state becomes this.
    To(OrdStatus),
    /// The event is booked, the state stays.
    Stay,
    /// The state becomes this, and the instrument is halted: the broker contradicts what we know.
    OddTo(OrdStatus),
    /// The event is booked, the state stays, and the instrument is halted.
    OddStay,
    /// One of our own events in a state where we never raise it: a fault of ours, never journaled.
    Never,
}

use EventKind as E;
use OrdStatus as S;
use Transition::{Never, OddStay, OddTo, Stay, To};

/// The table. Rows are states, columns events; every pair is listed.
pub fn next(state: OrdStatus, event: EventKind) -> Transition {
    match state {
        S::PendingApproval => pending_approval(event),
        S::Denied | S::Simulated => never_sent(event),
        S::Submitting => submitting(event),
        S::Unconfirmed => unconfirmed(event),
        S::Missing => missing(event),
        S::Working => working(event),
        S::PendingCancel => pending_cancel(event),
        S::PendingReplace => pending_replace(event),
        S::Filled => filled(event),
        S::Canceled | S::Expired => over(event),
        S::Rejected => rejected(event),
    }
}

fn pending_approval(event: EventKind) -> Transition {
    match event {
        E::Released => To(S::Submitting),
        E::Refused => To(S::Denied),
        E::Killed | E::CancelRequested => To(S::Canceled),
        E::LinkLost | E::Informed => Stay,
        E::NotSent
        | E::Written
        | E::SendUnknown
        | E::CancelUnsent
        | E::ReplaceRequested
        | E::ReplaceUnsent
        | E::NotFound
        | E::ResolvedDead => Never,
        // The broker knows an order that we never sent.
        E::Held | E::Acknowledged | E::ExecutedPart | E::CancelPending | E::Doubled => OddTo(S::Working),
        E::ExecutedAll | E::ExecutedOver | E::ReportedFilled => OddTo(S::Filled),
        E::Corrected
        | E::Busted
        | E::CommissionJoined
        | E::Canceled
        | E::Rejected
        | E::Inactive
        | E::Expired
        | E::CancelRefused
        | E::ReplaceRefused => OddStay,
    }
}

fn never_sent(event: EventKind) -> Transition {
    match event {
        E::LinkLost | E::Informed => Stay,
        E::Released
        | E::Refused
        | E::Killed
        | E::NotSent
        | E::Written
        | E::SendUnknown
        | E::CancelRequested
        | E::CancelUnsent
        | E::ReplaceRequested
        | E::ReplaceUnsent
        | E::NotFound
        | E::ResolvedDead => Never,
        E::Held | E::Acknowledged | E::ExecutedPart | E::CancelPending | E::Doubled => OddTo(S::Working),
        E::ExecutedAll | E::ExecutedOver | E::ReportedFilled => OddTo(S::Filled),
        E::Corrected
        | E::Busted
        | E::CommissionJoined
        | E::Canceled
        | E::Rejected
        | E::Inactive
        | E::Expired
        | E::CancelRefused
        | E::ReplaceRefused => OddStay,
    }
}

fn submitting(event: EventKind) -> Transition {
    match event {
        E::NotSent | E::Killed => To(S::Canceled),
        E::Written | E::SendUnknown | E::LinkLost | E::Held => To(S::Unconfirmed),
        E::NotFound => To(S::Missing),
        E::Acknowledged | E::ExecutedPart => To(S::Working),
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        E::CancelPending => To(S::PendingCancel),
        E::Canceled => To(S::Canceled),
        E::Rejected | E::Inactive => To(S::Rejected),
        E::Expired => To(S::Expired),
        // Wanted, and sent as soon as the broker has the order.
        E::CancelRequested | E::CancelUnsent | E::CancelRefused => Stay,
        E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::ReplaceRefused | E::Doubled => OddStay,
        E::Released | E::Refused | E::ReplaceRequested | E::ReplaceUnsent | E::ResolvedDead => Never,
    }
}

fn unconfirmed(event: EventKind) -> Transition {
    match event {
        E::NotFound => To(S::Missing),
        E::ResolvedDead => To(S::Canceled),
        E::Acknowledged | E::ExecutedPart => To(S::Working),
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        E::CancelPending => To(S::PendingCancel),
        E::Canceled => To(S::Canceled),
        E::Rejected | E::Inactive => To(S::Rejected),
        E::Expired => To(S::Expired),
        // A refused cancel or change proves nothing about the order itself.
        E::CancelRequested | E::CancelUnsent | E::CancelRefused | E::ReplaceUnsent | E::ReplaceRefused => Stay,
        E::Written | E::SendUnknown | E::LinkLost | E::Held => Stay,
        E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::Doubled => OddStay,
        // The connection was lost while the order still waited in the adapter: now it is certain.
        E::NotSent => To(S::Canceled),
        E::Released | E::Refused | E::Killed | E::ReplaceRequested => Never,
    }
}

fn missing(event: EventKind) -> Transition {
    match event {
        E::ResolvedDead => To(S::Canceled),
        E::Held => To(S::Unconfirmed),
        E::Acknowledged | E::ExecutedPart => To(S::Working),
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        E::CancelPending => To(S::PendingCancel),
        E::Canceled => To(S::Canceled),
        E::Rejected | E::Inactive => To(S::Rejected),
        E::Expired => To(S::Expired),
        E::CancelRequested | E::CancelUnsent | E::CancelRefused | E::ReplaceUnsent | E::ReplaceRefused => Stay,
        E::Written | E::SendUnknown | E::LinkLost | E::NotFound => Stay,
        E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::Doubled => OddStay,
        // The connection was lost while the order still waited in the adapter: now it is certain.
        E::NotSent => To(S::Canceled),
        E::Released | E::Refused | E::Killed | E::ReplaceRequested => Never,
    }
}

fn working(event: EventKind) -> Transition {
    match event {
        E::CancelRequested | E::CancelPending => To(S::PendingCancel),
        E::ReplaceRequested => To(S::PendingReplace),
        E::NotFound => To(S::Missing),
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        E::Canceled => To(S::Canceled),
        E::Rejected | E::Inactive => To(S::Rejected),
        E::Expired => To(S::Expired),
        // The send's own report may come after the broker's answer.
        E::Written | E::SendUnknown | E::LinkLost | E::Held | E::Acknowledged | E::ExecutedPart => Stay,
        E::CancelUnsent | E::CancelRefused | E::ReplaceUnsent | E::ReplaceRefused => Stay,
        E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::NotSent | E::Doubled => OddStay,
        E::Released | E::Refused | E::Killed | E::ResolvedDead => Never,
    }
}

fn pending_cancel(event: EventKind) -> Transition {
    match event {
        E::NotFound => To(S::Missing),
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        E::Canceled => To(S::Canceled),
        E::Rejected | E::Inactive => To(S::Rejected),
        E::Expired => To(S::Expired),
        // 161 and 10147 are no proof of death, 10148 usually means filled: look it up.
        E::CancelRefused => To(S::Unconfirmed),
        E::CancelRequested | E::CancelUnsent | E::CancelPending | E::ReplaceUnsent | E::ReplaceRefused => Stay,
        E::Written | E::SendUnknown | E::LinkLost | E::Held | E::Acknowledged | E::ExecutedPart => Stay,
        E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::NotSent | E::Doubled => OddStay,
        E::Released | E::Refused | E::Killed | E::ReplaceRequested | E::ResolvedDead => Never,
    }
}

fn pending_replace(event: EventKind) -> Transition {
    match event {
        E::Acknowledged | E::ReplaceRefused | E::ReplaceUnsent => To(S::Working),
        // Either version may be live now.
        E::LinkLost | E::SendUnknown => To(S::Unconfirmed),
        E::NotFound => To(S::Missing),
        E::CancelRequested | E::CancelPending => To(S::PendingCancel),
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        E::Canceled => To(S::Canceled),
        E::Rejected | E::Inactive => To(S::Rejected),
        E::Expired => To(S::Expired),
        E::Written | E::Held | E::ExecutedPart | E::CancelUnsent | E::CancelRefused => Stay,
        E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::NotSent | E::Doubled => OddStay,
        E::Released | E::Refused | E::Killed | E::ReplaceRequested | E::ResolvedDead => Never,
    }
}

fn filled(event: EventKind) -> Transition {
    match event {
        // Its executions may follow its status; duplicates were sorted out before.
        E::ExecutedPart | E::ExecutedAll => Stay,
        E::ExecutedOver => OddStay,
        E::Written | E::SendUnknown | E::LinkLost | E::NotFound | E::Held | E::Acknowledged => Stay,
        E::ReportedFilled | E::Canceled | E::CancelPending | E::CancelRefused | E::ReplaceRefused => Stay,
        E::CancelUnsent | E::ReplaceUnsent | E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::NotSent | E::Rejected | E::Inactive | E::Expired => OddStay,
        // Another order for the same intent lives.
        E::Doubled => OddTo(S::Working),
        E::Released | E::Refused | E::Killed | E::CancelRequested | E::ReplaceRequested | E::ResolvedDead => Never,
    }
}

fn over(event: EventKind) -> Transition {
    match event {
        // A fill that crossed the cancel: ordinary.
        E::ExecutedPart => Stay,
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        // We held it for dead and it lives.
        E::Acknowledged | E::Doubled => OddTo(S::Working),
        E::Held => OddTo(S::Unconfirmed),
        E::Written | E::SendUnknown | E::LinkLost | E::NotFound | E::CancelPending => Stay,
        E::Canceled | E::Rejected | E::Inactive | E::Expired | E::CancelRefused | E::ReplaceRefused => Stay,
        E::CancelUnsent | E::ReplaceUnsent | E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::NotSent => Stay,
        E::Released | E::Refused | E::Killed | E::CancelRequested | E::ReplaceRequested | E::ResolvedDead => Never,
    }
}

fn rejected(event: EventKind) -> Transition {
    match event {
        // IBKR's Inactive may wake up again.
        E::Acknowledged | E::ExecutedPart => To(S::Working),
        E::ExecutedAll | E::ReportedFilled => To(S::Filled),
        E::ExecutedOver => OddTo(S::Filled),
        E::Written | E::SendUnknown | E::LinkLost | E::NotFound | E::Held | E::CancelPending => Stay,
        E::Canceled | E::Rejected | E::Inactive | E::Expired | E::CancelRefused | E::ReplaceRefused => Stay,
        E::CancelUnsent | E::ReplaceUnsent | E::Corrected | E::Busted | E::CommissionJoined | E::Informed => Stay,
        E::NotSent => OddStay,
        // Another order for the same intent lives.
        E::Doubled => OddTo(S::Working),
        E::Released | E::Refused | E::Killed | E::CancelRequested | E::ReplaceRequested | E::ResolvedDead => Never,
    }
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
