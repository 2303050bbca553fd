//! The policies that are built in.

use super::limits::Policy;
use super::set::PolicySet;

impl PolicySet {
    /// Names of the policies that are built in.
    pub const BUILT_IN: [&'static str; 2] = ["default", "bench"];

    /// The built-in policy of that name.
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "default" => Some(Self::from(Policy::conservative())),
            "bench" => Some(Self::from(Policy::bench())),
            _ => None,
        }
    }
}

impl Policy {
    /// For measurements on the venue's accounts only: gates 1–12 and checks 18, 20–24, 43 and 67 stay, human keys need
    /// neither approval nor preview, everything that limits size or pace is off.
    pub fn bench() -> Self {
        let mut policy = Self::conservative();
        policy.off = (13..=66).filter(|n| !matches!(n, 18 | 20..=24 | 43)).collect();
        policy.approval_live_notional_min = None;
        policy
    }
}
