//! Mutants that were looked at and decide nothing else.

use super::render::Mutant;
use serde::Deserialize;
use std::path::Path;

/// One that was looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accepted {
    path: String,
    function: String,
    before: String,
    /// Left out: whatever stands there instead.
    after: Option<String>,
    /// Why it decides nothing else.
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutant: Vec<Accepted>,
}

impl Accepted {
    pub(super) fn is(&self, mutant: &Mutant) -> bool {
        mutant.path.ends_with(&self.path)
            && self.function == mutant.function
            && self.before == mutant.before
            && self.after.as_ref().is_none_or(|after| *after == mutant.after)
    }
}

/// The list.
pub(super) fn read(root: &Path) -> Result<Vec<Accepted>, String> {
    let text = std::fs::read_to_string(root.join("crates/domain/mutants.toml")).map_err(|error| error.to_string())?;
    let file: File = toml::from_str(&text).map_err(|error| format!("crates/domain/mutants.toml: {error}"))?;
    Ok(file.mutant)
}
