//! What must never happen, where it shows in a step rather than in a state.

/// A promise that a step broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breach {
    /// A writer whose epoch is over committed something.
    FencedCommit,
    /// An order passed the last look after a kill was acknowledged.
    SentAfterKill,
    /// An order was written to a socket although the journal had given it up.
    SentAfterGivenUp,
    /// An order that the broker's lists showed was taken for missing, or for dead.
    LostSight,
    /// An order that a complete comparison showed alive was left as final.
    LeftForDead,
    /// One of our own events met a state in which the lifecycle table says `Never`.
    NeverRow,
    /// The broker contradicted the journal, and no human had spoken for the order.
    OddRow,
}

/// The promises broken so far along a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Breaches(u8);

impl Breaches {
    /// Notes one.
    pub fn mark(&mut self, breach: Breach) {
        self.0 |= Self::bit(breach);
    }

    /// Whether it was noted.
    pub fn has(self, breach: Breach) -> bool {
        self.0 & Self::bit(breach) != 0
    }

    fn bit(breach: Breach) -> u8 {
        1 << breach as u8
    }
}
