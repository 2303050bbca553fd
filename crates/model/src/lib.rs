//! The exactly-once protocol as a model that is checked exhaustively: two processes on one journal, one client id at the
//! broker, crashes, silence, lost connections, a Gateway that forgets its order ids, and a human who may be wrong.
//!
//! # How it is tied to the code
//!
//! The states of an order are [`domain::lifecycle::OrdStatus`] itself, and an order moves only through
//! [`domain::lifecycle::next`], the table that the book uses: there is no copy. The model breaks a promise of its own
//! ([`Breach::NeverRow`]) when it takes a row that the table calls `Never`, so the exhaustive run also proves that the
//! protocol needs none of them. Approvals stand in [`domain::approval::ApprovalStatus`].
//!
//! # What is modelled
//!
//! - **Journal**: what is durable, and beside it the batch that each writer has decided and not committed. A commit
//!   succeeds, fails before anything is written, or is durable although the writer is told that it failed; in both latter
//!   cases the writer ends.
//! - **Lease**: the lock and the epoch. A dead holder is replaced at once; a living one only after its silence has
//!   outlasted the proof under which its adapter still sends. A holder can fall silent at any moment (stopped, or its disk
//!   hangs), wake, and find itself fenced. A silent process may still write what has passed the last look already.
//! - **Adapter**: commands wait after their commit, take the last look (kill, lease, connection), and are written later;
//!   anything can happen between look and write.
//! - **Broker**: one client id. A socket goes on living after its process died or its line was cut, what is in flight in it
//!   still arrives or is lost, and meanwhile nobody else can connect (326). Orders are accepted or rejected, filled,
//!   canceled; a cancel may overtake its order and be refused. A restart loses sessions and what was in flight, and begins
//!   to count order ids anew. Statuses are heard late, or never.
//! - **Recovery**: what was submitting is unconfirmed after a start; a look at the broker's lists is taken at one moment
//!   and compared at a later one; what no complete list shows is missing; a human may declare a missing order dead, and may
//!   be wrong about it.
//! - **Callers**: each key is sent at any time, again and again, to either process. One order needs an approval, which
//!   may be given twice. One order may be canceled. A kill may come at any time.
//!
//! # What is not
//!
//! Changes of an order, groups, partial fills, corrections and busts: the lifecycle table and the engine's own tests hold
//! those. Time is an order of steps only: a look stands for one after the settling time, for an order that has left the
//! adapter. A commit that concerns no new order is one step with its event: a crash just before and just after it is in
//! the model, a failure of it is the same as the crash. Limits and gates other than readiness, kill and approval are left
//! out: they only forbid. A list that did not end changes nothing (rule R8 of the reconciliation) and is a step only where
//! a bug makes it one.
//!
//! # A model that cannot fail proves nothing
//!
//! [`Bug`] takes one safeguard out at a time; for each the checker must find a way to break a promise.

mod action;
mod bounds;
mod broker;
mod bug;
mod desk;
mod graph;
mod lease;
mod model;
mod promise;
mod recovery;
mod rows;
mod sender;
mod state;

pub use action::{Action, Outcome};
pub use bounds::Bounds;
pub use bug::Bug;
pub use graph::{Survey, survey};
pub use model::Protocol;
pub use promise::{Breach, Breaches};
pub use rows::Rows;
pub use state::{
    APPROVED_INTENT, Broker, Command, Entry, Fate, Frozen, INTENTS, Journal, LEDGER, Link, Look, Message, Placed,
    Pulse, Seat, Socket, Spent, State, Writer,
};
