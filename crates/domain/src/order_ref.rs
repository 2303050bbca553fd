//! The text in the broker's `orderRef` field, by which our orders are found again.

use crate::id::{ClOrdId, InstallationId};
use std::fmt;

/// Which order of a group a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// The order itself.
    Entry,
    /// A bracket's profit taker.
    TakeProfit,
    /// A bracket's stop.
    StopLoss,
}

/// `tg:<installation>:<cl_ord_id>`, and `:tp` or `:sl` behind it for a leg.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderRef {
    /// Whose order it is.
    pub installation: InstallationId,
    /// The order key, verbatim.
    pub cl_ord_id: ClOrdId,
    /// Which order of the group.
    pub leg: Leg,
}

impl OrderRef {
    /// The reference of an order that is no leg.
    pub fn entry(installation: &InstallationId, cl_ord_id: &ClOrdId) -> Self {
        Self { installation: installation.clone(), cl_ord_id: cl_ord_id.clone(), leg: Leg::Entry }
    }

    /// Reads a reference. `None` when it is not one of ours (somebody else's text, or none at all).
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("tg:")?.split(':');
        let installation = parts.next()?.parse().ok()?;
        let cl_ord_id = parts.next()?.parse().ok()?;
        let leg = match parts.next() {
            None => Leg::Entry,
            Some("tp") => Leg::TakeProfit,
            Some("sl") => Leg::StopLoss,
            Some(_) => return None,
        };
        if parts.next().is_some() {
            return None;
        }
        Some(Self { installation, cl_ord_id, leg })
    }
}

impl fmt::Display for OrderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tg:{}:{}", self.installation, self.cl_ord_id)?;
        match self.leg {
            Leg::Entry => Ok(()),
            Leg::TakeProfit => f.write_str(":tp"),
            Leg::StopLoss => f.write_str(":sl"),
        }
    }
}

#[cfg(test)]
#[path = "order_ref_tests.rs"]
mod tests;
