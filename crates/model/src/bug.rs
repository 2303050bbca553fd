//! Deliberate bugs: one safeguard of the protocol taken out each.

/// A safeguard that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// An order of unknown fate is sent again under a new id.
    ResendUnknown,
    /// The command goes to the adapter before its commit.
    SendBeforeJournal,
    /// The commit does not compare the epoch, and nothing is claimed only once.
    NoEpochCheck,
    /// The successor connects under another client id: the old socket does not keep it out.
    WriteBesideOldSocket,
    /// The broker's next id is taken as it is, without our own high-water mark.
    TrustNextValidId,
    /// A list that did not end counts as complete and empty.
    TimeoutIsEmpty,
    /// An approval is judged by the state before the batch, and the commit does not compare and set.
    DoubleSpendApproval,
    /// The last look does not ask whether a kill came.
    NoKillCheck,
    /// The last look does not ask for which connection the order was decided.
    NoGenerationCheck,
    /// The last look does not ask how old the proof of the lease is.
    NoFreshnessCheck,
    /// A refused cancel (161, 10147) counts as proof that the order is dead.
    RefusedCancelIsDeath,
    /// An order that waits in the adapter for long is still sent, though a look has already gone without it.
    OldTicketsLeave,
    /// A human may declare dead what nobody has looked for.
    ResolveUnseen,
    /// The line to the broker is lost: what was in flight is taken for not sent.
    LostIsUnsent,
}

impl Bug {
    /// Every one.
    pub const ALL: [Self; 14] = [
        Self::ResendUnknown,
        Self::SendBeforeJournal,
        Self::NoEpochCheck,
        Self::WriteBesideOldSocket,
        Self::TrustNextValidId,
        Self::TimeoutIsEmpty,
        Self::DoubleSpendApproval,
        Self::NoKillCheck,
        Self::NoGenerationCheck,
        Self::NoFreshnessCheck,
        Self::RefusedCancelIsDeath,
        Self::OldTicketsLeave,
        Self::ResolveUnseen,
        Self::LostIsUnsent,
    ];
}
