//! Deliberate bugs. With the feature `mutations`, which only the simulation turns on, one of them can be switched on for
//! the current thread, and the simulation must then find a violation: a proof that cannot fail proves nothing. Without the
//! feature every question is answered with a constant no.

/// A deliberate bug, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "told by `Mutation::what`")]
pub enum Mutation {
    SendBeforeJournal,
    ResendUnknown,
    IgnoreCorrection,
    DropFencing,
    DoubleSpendApproval,
    TrustNextValidId,
    TimeoutIsEmpty,
    KillNotRechecked,
    ForgetUnknownRisk,
    ForgetUntoldFill,
    CancelRefusedIsDead,
    IgnoreLateFill,
    AnswerBeforeCommit,
    MissingIsDead,
    FridayFillDead,
    WriteTwice,
}

impl Mutation {
    /// Every one.
    pub const ALL: [Self; 16] = [
        Self::SendBeforeJournal,
        Self::ResendUnknown,
        Self::IgnoreCorrection,
        Self::DropFencing,
        Self::DoubleSpendApproval,
        Self::TrustNextValidId,
        Self::TimeoutIsEmpty,
        Self::KillNotRechecked,
        Self::ForgetUnknownRisk,
        Self::ForgetUntoldFill,
        Self::CancelRefusedIsDead,
        Self::IgnoreLateFill,
        Self::AnswerBeforeCommit,
        Self::MissingIsDead,
        Self::FridayFillDead,
        Self::WriteTwice,
    ];

    /// What it breaks.
    pub fn what(self) -> &'static str {
        match self {
            Self::SendBeforeJournal => "orders are written to the wire before their intent is durable",
            Self::ResendUnknown => "an order that a complete look did not show is sent again",
            Self::IgnoreCorrection => "a corrected trade is booked beside the one that it replaces",
            Self::DropFencing => "a writer that lost its lease still commits",
            Self::DoubleSpendApproval => "an approval that was spent releases once more",
            Self::TrustNextValidId => "the broker's proposal of an order id is taken as it is",
            Self::TimeoutIsEmpty => "a list without its end marker is read as empty",
            Self::KillNotRechecked => "a kill between decision and send is not looked at again",
            Self::ForgetUnknownRisk => "orders of unknown fate count nothing against the limits",
            Self::ForgetUntoldFill => "a fill that its status tells and no trade yet counts nothing against the limits",
            Self::CancelRefusedIsDead => "a refused cancel is read as the order's end",
            Self::IgnoreLateFill => "a trade of an order that is over is dropped",
            Self::AnswerBeforeCommit => "callers are answered before the journal is durable",
            Self::MissingIsDead => "an order that no list shows is declared dead",
            Self::FridayFillDead => "an order that may have traded before what the broker still tells is proven dead",
            Self::WriteTwice => "the adapter writes the messages of one intent twice",
        }
    }
}

#[cfg(feature = "mutations")]
mod switch {
    use super::Mutation;
    use std::cell::Cell;

    thread_local! {
        static ACTIVE: Cell<Option<Mutation>> = const { Cell::new(None) };
    }

    /// Switches one on for this thread, or all off.
    pub fn switch(mutation: Option<Mutation>) {
        ACTIVE.with(|active| active.set(mutation));
    }

    /// Whether it is on.
    pub fn is_on(mutation: Mutation) -> bool {
        ACTIVE.with(Cell::get) == Some(mutation)
    }
}

#[cfg(feature = "mutations")]
pub use switch::{is_on, switch};

/// Whether it is on: never, without the feature.
#[cfg(not(feature = "mutations"))]
pub const fn is_on(_: Mutation) -> bool {
    false
}
