//! The order desk: one task that writes, gates before the journal, the journal before the wire. It joins the store with
//! a broker adapter and is the only holder of the broker's sender. Faces see it as a [`Desk`].
//!
//! A request goes `use_cases` (scopes, facts) → `writer` (batch, commit, effects) → `core` with `submitting`,
//! `changing`, `grouping` and `listening` (decisions, no I/O) and comes back through `shared`, which readers see.

mod accounts;
mod approving;
mod archive;
mod asks;
mod changing;
mod clock;
mod config;
mod core;
pub mod desk;
mod disconnect;
mod drilling;
mod entropy;
mod estimating;
mod flattening;
mod following;
mod grouping;
mod guard;
mod input;
mod keying;
mod lately;
mod limits;
mod listening;
mod looking;
mod looping;
mod losing;
mod market;
#[cfg(feature = "measuring")]
pub mod measuring;
mod metering;
#[cfg(feature = "mutations")]
mod mutant;
mod outbound;
mod outcome;
mod overview;
mod pace;
mod patience;
mod permitting;
pub mod pilot;
mod planning;
mod seat_of;
mod service;
mod session_shelf;
mod sessions;
mod shared;
mod sign_of_life;
mod standby;
mod start;
mod submitting;
mod ticking;
mod together;
mod told_ids;
mod trades;
mod unseen;
mod use_cases;
mod used;
mod valuation;
pub mod venue_controls;
mod verifying;
mod vigil;
mod watch;
mod watching;
mod way;
mod witness;
mod writer;

pub use archive::{Archive, DiskArchive};
pub use asks::fault_of;
pub use clock::{Clock, WallClock};
pub use config::{EngineConfig, LEASE_SILENCE};
pub use desk::Desk;
pub use drilling::{DrillOutcome, Driller, NoDriller};
pub use entropy::{Entropy, SystemEntropy};
pub use following::{Followed, JournalFeed, KeyEnd, Slice, Wanted};
pub use guard::Interlock;
pub use outbound::OutboundCount;
pub use outcome::outcome;
pub use pilot::{Pilot, PilotSeat};
pub use seat_of::SeatOf;
pub use service::{Service, key_hash};
pub use session_shelf::{KeptSession, SessionShelf};
pub use sessions::SessionRules;
pub use sign_of_life::SignOfLife;
pub use standby::{Follower, Holder, Standby, StandbyParts, stand_by};
pub use start::{Books, BrokerLink, EngineHandle, Parts, StartError, replay, start};
pub use watch::Watch;
pub use watching::{FeedState, QuoteFeed, WatchedQuote};
pub use way::WAY;
pub use witness::{BrokerVerification, Difference, NoWitness, Witness, WitnessAccount};
pub use writer::{Ended, Seat};
