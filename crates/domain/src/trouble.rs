//! What can be made to go wrong at the embedded venue, as one closed list: enough to see how the gateway takes it. The venue itself knows
//! more, by its own control API.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// The next order is refused by the broker.
    RejectOrder,
    /// The next order works, and no word comes back about it.
    LoseAck,
    /// The connection breaks after the next order was accepted.
    DropAfterAccept,
    /// The connection breaks now.
    DropConnections,
    /// The broker restarts: nobody is let in for a while.
    Restart,
    /// The broker is cut off from the exchanges.
    ConnectivityLost,
    /// Prices stop, and the broker says so.
    FarmOutage,
    /// Prices stop, and nobody says so.
    FreezeData,
    /// Trading in one instrument is halted.
    Halt,
    /// The broker takes everything and answers nothing.
    NeverAnswers,
}

impl Trouble {
    /// Whether it lasts, so that somebody has to say how long.
    pub fn lasts(self) -> bool {
        match self {
            Self::RejectOrder | Self::LoseAck | Self::DropAfterAccept | Self::DropConnections => false,
            Self::Restart
            | Self::ConnectivityLost
            | Self::FarmOutage
            | Self::FreezeData
            | Self::Halt
            | Self::NeverAnswers => true,
        }
    }

    /// Whether it is about one instrument, whose symbol somebody has to say.
    pub fn is_of_a_symbol(self) -> bool {
        self == Self::Halt
    }
}
