//! What can be wrong with a configuration: always the key, the place it was set at, and what to write instead.

use std::path::PathBuf;

/// A file that is not TOML, with the place where it breaks.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{} is not valid TOML: {}", path.display(), source.message())]
#[diagnostic(code(tollgate::config::syntax))]
pub(crate) struct SyntaxError {
    /// Which file.
    pub(crate) path: PathBuf,
    /// The file's text, to point into.
    #[source_code]
    pub(crate) text: miette::NamedSource<String>,
    /// Where in it.
    #[label("here")]
    pub(crate) at: Option<miette::SourceSpan>,
    /// The parser's words.
    pub(crate) source: toml::de::Error,
}

/// Why the configuration cannot be used. Every case ends the start; nothing is guessed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum ConfigError {
    /// The file named with `--config` is not there, or may not be read.
    #[error("the configuration file {} cannot be read: {source}", path.display())]
    #[diagnostic(code(tollgate::config::unreadable), help("check the path and its permissions"))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Not TOML.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Syntax(Box<SyntaxError>),
    /// A key that does not exist.
    #[error("unknown key `{key}` in {place}")]
    #[diagnostic(code(tollgate::config::unknown_key), help("{hint}"))]
    UnknownKey {
        /// The key, dotted.
        key: String,
        /// File (and profile) or environment variable.
        place: String,
        /// The key that was meant, or what there is.
        hint: String,
    },
    /// A value that breaks the rule of its key.
    #[error("`{key}` = {value} (from {place}): must be {rule}")]
    #[diagnostic(code(tollgate::config::invalid), help("{hint}"))]
    Invalid {
        /// The key, dotted.
        key: &'static str,
        /// What was given.
        value: String,
        /// Where.
        place: String,
        /// What it must be.
        rule: String,
        /// What to do.
        hint: String,
    },
    /// A profile that the file does not have.
    #[error("there is no profile `{profile}` in {place}")]
    #[diagnostic(code(tollgate::config::profile), help("profiles there: {known}"))]
    UnknownProfile {
        /// The name.
        profile: String,
        /// Which file was looked at.
        place: String,
        /// The names that exist.
        known: String,
    },
    /// No home directory to derive a default from.
    #[error("`{key}` is not set and there is no home directory to derive it from")]
    #[diagnostic(code(tollgate::config::no_home), help("set `{key}` in tollgate.toml, or set HOME"))]
    NoHome {
        /// The key.
        key: &'static str,
    },
    /// A policy that is not there.
    #[error("there is no policy `{name}`: it is not built in, and {} does not exist", path.display())]
    #[diagnostic(code(tollgate::config::unknown_policy), help("built-in policies: {built_in}"))]
    UnknownPolicy {
        /// The name.
        name: String,
        /// Where its file was looked for.
        path: PathBuf,
        /// What is built in.
        built_in: String,
    },
    /// A file with the name of a built-in policy.
    #[error("{} has the name of a built-in policy, which cannot be replaced", path.display())]
    #[diagnostic(code(tollgate::config::shadowed_policy), help("rename the file and set `policy` to its new name"))]
    ShadowedPolicy {
        /// The file.
        path: PathBuf,
    },
    /// A policy file that cannot be read or breaks the rules of policies.
    #[error("the policy file {} cannot be used: {detail}", path.display())]
    #[diagnostic(code(tollgate::config::policy))]
    PolicyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
}
