//! The text in the broker's `orderRef` field, by which our orders are found again.

use crate::id::{ClOrdId, InstallationId, OcaGroup};
use std::fmt;

/// `tg:<installation>:<key>`; the key of a bracket's exit has `:tp` or `:sl` behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderRef {
    /// Whose order it is.
    pub installation: InstallationId,
    /// The order key, verbatim.
    pub cl_ord_id: ClOrdId,
}

impl OrderRef {
    /// The reference of an order, or of an exit, by its key.
    pub fn new(installation: &InstallationId, cl_ord_id: &ClOrdId) -> Self {
        Self { installation: installation.clone(), cl_ord_id: cl_ord_id.clone() }
    }

    /// Reads a reference. `None` when it is not one of ours (somebody else's text, or none at all).
    pub fn parse(text: &str) -> Option<Self> {
        let (installation, key) = text.strip_prefix("tg:")?.split_once(':')?;
        Some(Self { installation: installation.parse().ok()?, cl_ord_id: ClOrdId::read(key).ok()? })
    }
}

impl fmt::Display for OrderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tg:{}:{}", self.installation, self.cl_ord_id)
    }
}

/// The name of a one-cancels-all group on the wire. IBKR knows one namespace per account, so a caller's plain name
/// could meet another program's.
pub fn oca_name(installation: &InstallationId, group: &OcaGroup) -> String {
    format!("tg:{installation}:{group}")
}

#[cfg(test)]
#[path = "order_ref_tests.rs"]
mod tests;
