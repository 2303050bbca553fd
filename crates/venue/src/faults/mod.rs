//! Faults on command: what can go wrong, when, and what then happens.
//!
//! A fault is *when* and *do*, in a script (`--faults FILE`, TOML) or over the control API (JSON):
//!
//! ```toml
//! seed = 7
//!
//! [[fault]]
//! when = { message = "place_order", client = 1, nth = 3 }
//! do = { drop = "after_accept" }
//!
//! [[fault]]
//! when = { after = "PT10M" }
//! do = { connectivity_lost = { for = "PT1M", restored = "data_lost" } }
//! ```
//!
//! [`Fault`] is the one table of what there is; [`Fault::acts_on`] says at which point each of them
//! acts. Everything is off until asked for. The same seed, the same script and the same requests at the
//! same venue times give the same outcome.
//!
//! Faults of the wire sit between the core and the sockets, and the core knows nothing of them. Those
//! that concern the broker's own state (a halt, a moved price, a second permId) are calls of the core
//! and leave changes behind like anything else that happens there. The faults themselves are not kept:
//! a venue started again begins its script anew.

mod armed;
mod fault;
mod length;
mod lines;
mod names;
mod plan;
mod script;
mod stream;
mod when;

pub(crate) use armed::{Armed, FAULTS_MAX, Fired, Removed, Seen};
pub use fault::{ActsOn, CorruptHow, DropPoint, FarmName, Fault, Restored};
pub use length::Length;
pub(crate) use lines::{Line, Waiting};
pub(crate) use names::{REPLIES, REQUESTS, peek_msg_id};
pub(crate) use plan::Plan;
pub use script::{FaultScript, FaultSpec, ScriptError};
pub(crate) use stream::{is_live_data, is_local, is_of_farm, is_order, needs_farm, stream_of, subscribed};
pub use when::{Chance, When};
