//! The state: small, plain, and put into one canonical order so that the two processes are interchangeable.

use crate::promise::Breaches;
use domain::approval::ApprovalStatus;
use domain::lifecycle::OrdStatus;

/// Keys of callers.
pub const INTENTS: usize = 2;
/// The key whose order needs an approval.
pub const APPROVED_INTENT: usize = 1;
/// Orders that the broker's ledger has room for: one per key, and as many again for what must not happen.
pub const LEDGER: usize = 4;
/// Commands that an adapter has room for.
const COMMANDS: usize = 3;
/// Messages that a socket has room for.
const MESSAGES: usize = 5;

/// Everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// What is durable.
    pub journal: Journal,
    /// Two processes, each with the socket that the broker still sees of it.
    pub seats: [Seat; 2],
    /// The Gateway and what is behind it.
    pub broker: Broker,
    /// Misfortunes so far.
    pub spent: Spent,
    /// Promises that a step broke.
    pub breaches: Breaches,
}

/// What survives a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Journal {
    /// Epoch of the newest writer; 0 before the first.
    pub epoch: u8,
    /// The orders.
    pub orders: [Option<Entry>; INTENTS],
    /// The highest order id ever used.
    pub high_water: u8,
    /// Halted by a kill.
    pub killed: bool,
    /// The one approval.
    pub approval: ApprovalStatus,
    /// How often it was consumed.
    pub approval_spent: u8,
    /// Epoch of the first submission; 0 before it.
    pub first_epoch: u8,
    /// A later epoch submitted too.
    pub handed_over: bool,
}

/// An order in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Where it stands.
    pub status: OrdStatus,
    /// Order id of its newest attempt; 0 before the first.
    pub id: u8,
    /// Somebody wants it canceled.
    pub cancel_wanted: bool,
    /// A human said that it is dead.
    pub by_hand: bool,
}

/// One place for a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seat {
    /// The process as a writer; `None` when it is down or stands by.
    pub writer: Option<Writer>,
    /// The socket, as long as the broker has not seen its end.
    pub socket: Option<Socket>,
}

/// A process that holds the lease, or thinks so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Writer {
    /// Its epoch.
    pub epoch: u8,
    /// Whether it shows signs of life.
    pub pulse: Pulse,
    /// What it knew when its epoch ended; `None` while it is the writer.
    pub frozen: Option<Frozen>,
    /// New orders decided and not committed, by key.
    pub pending: [u8; INTENTS],
    /// Commands in its adapter.
    pub commands: [Option<Command>; COMMANDS],
    /// Its connection.
    pub link: Link,
    /// A look at the broker's lists that is under way.
    pub look: Option<Look>,
    /// The id that the broker proposed on this connection.
    pub next_valid_id: u8,
}

/// Signs of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pulse {
    /// It beats: its proof of the lease is fresh.
    Beating,
    /// It fell silent; the proof still counts.
    Silent,
    /// Silent, and the proof has grown old. Some time later another process may take over.
    Stale,
    /// It goes on, and has not proven the lease again yet.
    Woken,
}

/// What a fenced writer still believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frozen {
    /// Keys that it knows.
    pub known: [bool; INTENTS],
    /// The kill, as far as it heard of it.
    pub killed: bool,
    /// Whether the approval still waits, as far as it knows.
    pub approval_waits: bool,
}

/// A connection as its process sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// None.
    Down,
    /// It stands.
    Up {
        /// Journal and broker were compared on it.
        reconciled: bool,
    },
    /// The adapter has lost it; the writer has not heard of that yet.
    Lost {
        /// As before.
        reconciled: bool,
    },
}

/// A new order between its commit and the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Command {
    /// Whose.
    pub intent: u8,
    /// Its order id.
    pub id: u8,
    /// It has passed the last look and is about to be written.
    pub looked_at: bool,
    /// It was decided for a connection that is gone.
    pub stale: bool,
    /// A kill came after its decision.
    pub killed: bool,
}

/// A socket at the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Socket {
    /// Our end still stands.
    pub open: bool,
    /// On its way to the broker.
    pub wire: [Option<Message>; MESSAGES],
    /// Refusals of cancels on their way back, by key.
    pub refused: [bool; INTENTS],
}

/// A message to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Message {
    /// A new order.
    Submit {
        /// Whose.
        intent: u8,
        /// Its order id.
        id: u8,
    },
    /// The end of one.
    Cancel {
        /// Whose.
        intent: u8,
        /// Its order id.
        id: u8,
    },
}

/// What the broker's lists said at one moment, and what was booked since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look {
    /// The lists ended with their markers.
    pub complete: bool,
    /// Orders that they show.
    pub seen: [Option<Fate>; INTENTS],
    /// Orders of which something newer was booked.
    pub touched: [bool; INTENTS],
}

/// The broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Broker {
    /// Every order that it ever took: the independent witness.
    pub ledger: [Option<Placed>; LEDGER],
    /// The id that it proposes next; rolls back at a restart.
    pub next_valid_id: u8,
    /// Ids that it has seen since its last restart, one bit each.
    pub ids_seen: u16,
}

/// An order that the broker took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placed {
    /// By its order reference.
    pub intent: u8,
    /// By its order id.
    pub id: u8,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an order at the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Alive.
    Working,
    /// Done.
    Filled,
    /// Over.
    Canceled,
    /// Refused.
    Rejected,
}

/// Misfortunes so far, see [`crate::Bounds`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "told at `Bounds`")]
pub struct Spent {
    pub crashes: u8,
    pub silences: u8,
    pub cuts: u8,
    pub restarts: u8,
    pub kills: u8,
}

impl State {
    /// Before anything.
    pub fn new() -> Self {
        Self {
            journal: Journal {
                epoch: 0,
                orders: [None; INTENTS],
                high_water: 0,
                killed: false,
                approval: ApprovalStatus::Pending,
                approval_spent: 0,
                first_epoch: 0,
                handed_over: false,
            },
            seats: [Seat::default(); 2],
            broker: Broker { ledger: [None; LEDGER], next_valid_id: 1, ids_seen: 0 },
            spent: Spent::default(),
            breaches: Breaches::default(),
        }
    }

    /// The same state with interchangeable things in one order.
    pub(crate) fn canonical(mut self) -> Self {
        self.broker.ledger.sort_unstable();
        for seat in &mut self.seats {
            if let Some(writer) = &mut seat.writer {
                writer.commands.sort_unstable();
            }
            if let Some(socket) = &mut seat.socket {
                socket.wire.sort_unstable();
            }
        }
        self.seats.sort_unstable();
        self
    }

    /// Whether the seat's writer is the one whose epoch is in force.
    pub fn is_current(&self, writer: &Writer) -> bool {
        writer.epoch == self.journal.epoch
    }

    /// Orders that the broker took for a key.
    pub fn placed(&self, intent: usize) -> impl Iterator<Item = &Placed> {
        self.broker.ledger.iter().flatten().filter(move |placed| usize::from(placed.intent) == intent)
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    pub(crate) fn new(epoch: u8) -> Self {
        Self {
            epoch,
            pulse: Pulse::Beating,
            frozen: None,
            pending: [0; INTENTS],
            commands: [None; COMMANDS],
            link: Link::Down,
            look: None,
            next_valid_id: 0,
        }
    }

    /// Whether its thread runs: it hears, decides and commits.
    pub fn runs(&self) -> bool {
        match self.pulse {
            Pulse::Beating | Pulse::Woken => true,
            Pulse::Silent | Pulse::Stale => false,
        }
    }

    /// Whether it is ready to decide, as far as it knows.
    pub(crate) fn is_ready(&self) -> bool {
        match self.link {
            Link::Up { reconciled } | Link::Lost { reconciled } => reconciled,
            Link::Down => false,
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        match self.link {
            Link::Up { .. } => true,
            Link::Down | Link::Lost { .. } => false,
        }
    }

    /// What was decided for the connection is for no other one.
    pub(crate) fn lose_link(&mut self) {
        if let Link::Up { reconciled } = self.link {
            self.link = Link::Lost { reconciled };
        }
        self.look = None;
        self.commands.iter_mut().flatten().for_each(|command| command.stale = true);
    }

    /// Whether its adapter holds a command for the key that may still leave.
    pub(crate) fn holds(&self, intent: usize) -> bool {
        self.commands.iter().flatten().any(|command| usize::from(command.intent) == intent && !command.stale)
    }

    /// `false` when there is no room: then it does not happen, as with a full queue.
    pub(crate) fn put(&mut self, command: Command) -> bool {
        put(&mut self.commands, command)
    }
}

impl Socket {
    pub(crate) fn opened() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// `false` when there is no room.
    pub(crate) fn put(&mut self, message: Message) -> bool {
        put(&mut self.wire, message)
    }

    pub(crate) fn has(&self, message: Message) -> bool {
        self.wire.contains(&Some(message))
    }
}

/// Puts a thing where there is room.
pub(crate) fn put<T>(room: &mut [Option<T>], thing: T) -> bool {
    match room.iter_mut().find(|place| place.is_none()) {
        Some(place) => {
            *place = Some(thing);
            true
        }
        None => false,
    }
}
