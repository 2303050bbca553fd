//! A script of faults: its text and what is wrong with it.

use serde::{Deserialize, Serialize};

use super::{ActsOn, Fault, When};

/// Faults to happen, and the seed of their chances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultScript {
    /// Seed of the chances; the venue's own without it.
    pub seed: Option<u64>,
    /// In the order in which they are asked whether they happen.
    #[serde(default, rename = "fault")]
    pub faults: Vec<FaultSpec>,
}

/// A fault, and when it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct FaultSpec {
    /// When.
    pub when: When,
    /// What.
    #[serde(rename = "do")]
    pub fault: Fault,
}

/// As written, before it is known whether the two go together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    when: When,
    #[serde(rename = "do")]
    fault: Fault,
}

impl TryFrom<Written> for FaultSpec {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { when, fault } = written;
        when.check()?;
        let (message, reply) = (when.message.is_some(), when.reply.is_some());
        match fault.acts_on() {
            ActsOn::Request if !message => Err("this fault acts on a request: it needs `when.message`"),
            ActsOn::Reply if !reply => Err("this fault acts on a reply: it needs `when.reply`"),
            ActsOn::Message if !message && !reply => {
                Err("this fault acts on a message: it needs `when.message` or `when.reply`")
            }
            ActsOn::Standing if message || reply => {
                Err("this behaviour stands from a time on: it takes `when.at`, `when.after` or neither")
            }
            ActsOn::Request | ActsOn::Reply | ActsOn::Message | ActsOn::Venue | ActsOn::Standing => {
                Ok(Self { when, fault })
            }
        }
    }
}

/// Why a script cannot be read: line, column and what is allowed there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScriptError(String);

impl FaultScript {
    /// Reads a script.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        toml::from_str(text).map_err(|e| ScriptError(e.to_string().trim_end().to_owned()))
    }
}

#[cfg(test)]
#[path = "script_tests.rs"]
mod tests;
