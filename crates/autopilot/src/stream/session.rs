//! Whether an instrument trades now, by the broker's hours.

use domain::contract::Contract;
use domain::hours::{Hours, Phase};
use jiff::Timestamp;

/// Whether its regular hours hold; `None` where the broker has not said.
pub(super) fn is_open(contract: &Contract, now: Timestamp) -> Option<bool> {
    let hours = Hours::read(contract)?;
    Some(match hours.phase(now) {
        Phase::Regular(_) => true,
        Phase::Extended | Phase::Closed => false,
    })
}
