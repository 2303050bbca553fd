//! The gate board, and what each gate said about one order.

use crate::order::{Reason, reasons};
use crate::word::GateVerdict;
use domain::gates;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What one gate said about one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateResult {
    /// The control's number.
    pub number: u8,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Its verdict.
    pub verdict: GateVerdict,
    /// Why it is not open.
    pub reasons: Vec<Reason>,
}

impl From<&gates::GateResult> for GateResult {
    fn from(one: &gates::GateResult) -> Self {
        let (verdict, because): (GateVerdict, &[domain::reason::Reason]) = match &one.verdict {
            None => (GateVerdict::Off, &[]),
            Some(gates::Verdict::Pass) => (GateVerdict::Pass, &[]),
            Some(gates::Verdict::Deny(because)) => (GateVerdict::Deny, because),
            Some(gates::Verdict::Hold(because)) => (GateVerdict::Hold, because),
        };
        Self {
            number: one.number,
            code: one.code.to_owned(),
            title: one.title.to_owned(),
            verdict,
            reasons: reasons(because),
        }
    }
}

/// One control on the board, without an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardEntry {
    /// Its number.
    pub number: u8,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// `open`, `closed`, `per_order` (depends on the order), `off` (left out by the policy).
    pub state: String,
    /// Why it is closed.
    pub reasons: Vec<Reason>,
}
