//! Why something was refused or held, in a shape that teaches.

use serde::{Deserialize, Serialize};

/// One reason. All that apply are reported together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Number of the control in `docs/controls.md`.
    pub control: u8,
    /// Stable code, e.g. `C13_MAX_QTY`.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What was seen; `None` where there is nothing to see.
    pub observed: Option<String>,
    /// What is allowed.
    pub limit: Option<String>,
    /// What to do about it.
    pub hint: String,
}
