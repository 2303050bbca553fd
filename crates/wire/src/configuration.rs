//! What the gateway was started with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The configuration that counts, and where each value was set. Secrets are in files of their own; here stand their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Configuration {
    /// The file that was read; null where there was none.
    pub file: Option<String>,
    /// The profile; null where none was chosen.
    pub profile: Option<String>,
    /// Its hash: the same as in the journal's records of each start.
    pub config_hash: String,
    /// Key by key.
    pub values: Vec<ConfigurationValue>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationValue {
    /// The key, with dots.
    pub key: String,
    /// Its value as text; empty where it is not set.
    pub value: String,
    /// Where it comes from: a default, the file, the environment, a command.
    pub source: String,
}
