//! The embedded venue's controls as faces see them. The engine knows no venue: the composition root seats one where the broker is in its
//! own process.

use crate::seat_of::SeatOf;
use crate::service::need;
use async_trait::async_trait;
use domain::fault::Fault;
use domain::principal::{Principal, Scope};
use domain::trouble::Trouble;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::sync::Arc;

/// The venue in one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueState {
    /// Its time.
    pub now: Timestamp,
    /// How many times as fast as ours its clock runs.
    pub speed: u32,
    /// Most of that.
    pub speed_max: u32,
    /// What was ordered to go wrong, oldest first.
    pub faults: Vec<VenueFault>,
}

/// Something that was ordered to go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueFault {
    /// Its number.
    pub id: u64,
    /// What goes wrong, in the venue's words.
    pub what: String,
    /// `waiting`, `active` or `over`.
    pub state: String,
    /// How often it happened.
    pub fired: u32,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
}

/// What is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injection {
    /// What.
    pub trouble: Trouble,
    /// In which instrument, where it is about one.
    pub symbol: Option<String>,
    /// How long, where it lasts.
    pub seconds: Option<u32>,
}

/// What can be done to it.
#[async_trait]
pub trait VenueControls: std::fmt::Debug + Send + Sync {
    /// How it stands.
    async fn state(&self) -> Result<VenueState, Fault>;
    /// Lets its clock run so many times as fast as ours from now on.
    async fn set_speed(&self, speed: u32) -> Result<(), Fault>;
    /// Moves the market of a symbol there; it goes on from there.
    async fn move_price(&self, symbol: String, price: Decimal) -> Result<(), Fault>;
    /// Lets something go wrong.
    async fn inject(&self, injection: Injection) -> Result<(), Fault>;
    /// Takes it away again, and ends it if it goes on.
    async fn remove(&self, id: u64) -> Result<(), Fault>;
}

/// Where faces find them: empty where the broker is another process.
pub type VenueSeat = SeatOf<dyn VenueControls>;

impl VenueSeat {
    /// To look.
    ///
    /// # Errors
    /// The scope; [`Fault::CapabilityMissing`] where there is no embedded venue.
    pub fn to_look(&self, by: &Principal) -> Result<Arc<dyn VenueControls>, Fault> {
        need(by, Scope::Read)?;
        self.found()
    }

    /// To change something.
    ///
    /// # Errors
    /// The scope; [`Fault::CapabilityMissing`] where there is no embedded venue.
    pub fn to_act(&self, by: &Principal) -> Result<Arc<dyn VenueControls>, Fault> {
        need(by, Scope::Admin)?;
        self.found()
    }

    fn found(&self) -> Result<Arc<dyn VenueControls>, Fault> {
        let none = "this gateway's broker is no venue in its own process: only `tollgate demo` and `kind = \"venue\"` have its controls";
        self.seated().ok_or_else(|| Fault::CapabilityMissing(none.to_owned()))
    }
}
