//! Policies by name: built in, or a file of the data directory.

use super::error::ConfigError;
use domain::policy::PolicySet;
use std::path::Path;

/// The policy of that name.
///
/// # Errors
/// An unknown name, a file that cannot be read or breaks the rules, a file that has the name of a built-in policy.
pub(crate) fn load_policy(data_dir: &Path, name: &str) -> Result<PolicySet, ConfigError> {
    let well_named = !name.is_empty()
        && name.len() <= 40
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let path = data_dir.join("policies").join(format!("{name}.toml"));
    let built_in = || PolicySet::BUILT_IN.join(", ");
    if !well_named {
        return Err(ConfigError::UnknownPolicy { name: name.to_owned(), path, built_in: built_in() });
    }
    if let Some(policy) = PolicySet::built_in(name) {
        // A file that is silently not used would be taken for the policy in force.
        return if path.exists() { Err(ConfigError::ShadowedPolicy { path }) } else { Ok(policy) };
    }
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let said = toml::from_str(&text).map_err(|error| error.message().to_owned());
            let policy = said.and_then(|said| PolicySet::read(said).map_err(|error| error.to_string()));
            policy.map_err(|detail| ConfigError::PolicyFile { path, detail })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(ConfigError::UnknownPolicy { name: name.to_owned(), path, built_in: built_in() })
        }
        Err(error) => Err(ConfigError::PolicyFile { path, detail: error.to_string() }),
    }
}

#[cfg(test)]
#[path = "policy_file_tests.rs"]
mod tests;
