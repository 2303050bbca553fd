//! All of them, and what their rows share.

use super::{account, guard, looping, market, order, record};
use crate::mcp::tool::{Row, Tools};
use crate::refusal::Refusal;
use domain::fault::Fault;
use domain::principal::Scope;
use serde::Serialize;
use serde_json::Value;

pub(super) const READ: &[Scope] = &[Scope::Read];

/// The table.
///
/// # Errors
/// A description that is no JSON; a fault of ours.
pub(in crate::mcp) fn all() -> Result<Tools, serde_json::Error> {
    let groups = [market::rows(), account::rows(), order::rows(), guard::rows(), looping::rows(), record::rows()];
    Tools::new(groups.into_iter().flatten().collect::<Vec<Row>>())
}

/// An answer as the wire has it.
pub(in crate::mcp) fn told<T: Serialize>(shape: &T) -> Result<Value, Refusal> {
    serde_json::to_value(shape).map_err(|error| Refusal::from(Fault::Internal(error.to_string())))
}
