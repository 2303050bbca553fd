//! Gathers settings from defaults, file, profile and environment, the later one winning, and remembers the place of each.

use super::error::{ConfigError, SyntaxError};
use super::keys::{self, Key, Kind, OTHER_VARIABLES, SECTIONS};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Built in.
    Default,
    /// Top level of a file.
    File(PathBuf),
    /// A profile's section of a file.
    Profile(PathBuf, String),
    /// An environment variable.
    Environment(String),
    /// Set by the command itself, as `demo` does.
    Command(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Profile(path, name) => write!(f, "{} [profiles.{name}]", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Command(name) => write!(f, "`tollgate {name}`"),
        }
    }
}

/// One raw value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Raw {
    /// As given.
    pub(crate) value: toml::Value,
    /// Where.
    pub(crate) place: Place,
}

/// Raw values by dotted key; what nobody set is absent.
pub(crate) type RawSettings = BTreeMap<&'static str, Raw>;

/// What the process was started in. Passed in, so that tests have their own.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// The environment.
    pub(crate) variables: BTreeMap<String, String>,
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// `--profile`.
    pub(crate) profile: Option<String>,
}

impl Surroundings {
    /// Those of this process. Variables that are not text cannot be ours.
    pub(crate) fn of_process(file: Option<PathBuf>, profile: Option<String>) -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { variables, file, profile }
    }

    /// A directory of the XDG rules: the variable, if it is absolute, or its default below the home directory.
    pub(crate) fn xdg(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let given = self.variables.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        given.or_else(|| {
            let home = self.variables.get("HOME").filter(|home| !home.is_empty())?;
            Some(Path::new(home).join(below_home))
        })
    }
}

/// The file that was read, if any, and every setting that anybody set.
#[derive(Clone, Debug)]
pub(crate) struct Gathered {
    /// The configuration file.
    pub(crate) file: Option<PathBuf>,
    /// The profile in use.
    pub(crate) profile: Option<String>,
    /// The settings.
    pub(crate) settings: RawSettings,
}

/// Reads file, profile and environment.
///
/// # Errors
/// A file that cannot be read, a key that does not exist, a profile that does not exist.
pub(crate) fn read_settings(around: &Surroundings) -> Result<Gathered, ConfigError> {
    let mut settings = RawSettings::new();
    let file = config_file(around)?;
    if let Some((path, text)) = &file {
        read_file(path, text, around.profile.as_deref(), &mut settings)?;
    } else if let Some(profile) = &around.profile {
        return Err(ConfigError::UnknownProfile {
            profile: profile.clone(),
            place: "no configuration file".to_owned(),
            known: "none".to_owned(),
        });
    }
    read_environment(&around.variables, &mut settings)?;
    Ok(Gathered { file: file.map(|(path, _)| path), profile: around.profile.clone(), settings })
}

fn config_file(around: &Surroundings) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let (path, named) = match &around.file {
        Some(path) => (path.clone(), true),
        None => match around.xdg("XDG_CONFIG_HOME", ".config") {
            Some(dir) => (dir.join("tollgate").join("tollgate.toml"), false),
            None => return Ok(None),
        },
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if !named && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ConfigError::Unreadable { path, source }),
    }
}

fn read_file(path: &Path, text: &str, profile: Option<&str>, settings: &mut RawSettings) -> Result<(), ConfigError> {
    let mut table: toml::Table = toml::from_str(text).map_err(|source| {
        ConfigError::Syntax(Box::new(SyntaxError {
            path: path.to_owned(),
            text: miette::NamedSource::new(path.display().to_string(), text.to_owned()),
            at: source.span().map(Into::into),
            source,
        }))
    })?;
    let profiles = take_profiles(path, &mut table)?;
    read_table(&table, "", &Place::File(path.to_owned()), settings)?;
    // Every profile is checked, not only the one in use: a misspelt key must not wait for its day.
    for (name, section) in &profiles {
        let place = Place::Profile(path.to_owned(), name.clone());
        let mut own = RawSettings::new();
        let toml::Value::Table(section) = section else {
            return Err(unknown(&format!("profiles.{name}"), &Place::File(path.to_owned())));
        };
        read_table(section, "", &place, &mut own)?;
        if profile == Some(name.as_str()) {
            settings.extend(own);
        }
    }
    match profile {
        Some(name) if !profiles.contains_key(name) => {
            let known: Vec<&str> = profiles.keys().map(String::as_str).collect();
            Err(ConfigError::UnknownProfile {
                profile: name.to_owned(),
                place: path.display().to_string(),
                known: if known.is_empty() { "none".to_owned() } else { known.join(", ") },
            })
        }
        Some(_) | None => Ok(()),
    }
}

fn take_profiles(path: &Path, table: &mut toml::Table) -> Result<toml::Table, ConfigError> {
    match table.remove("profiles") {
        None => Ok(toml::Table::new()),
        Some(toml::Value::Table(profiles)) => Ok(profiles),
        Some(_) => Err(ConfigError::UnknownKey {
            key: "profiles".to_owned(),
            place: path.display().to_string(),
            hint: "a profile is a section: [profiles.NAME]".to_owned(),
        }),
    }
}

fn read_table(table: &toml::Table, prefix: &str, place: &Place, settings: &mut RawSettings) -> Result<(), ConfigError> {
    for (name, value) in table {
        let dotted = format!("{prefix}{name}");
        match (keys::find(&dotted), value) {
            (Some(key), value) => {
                settings.insert(key.name, Raw { value: value.clone(), place: place.clone() });
            }
            (None, toml::Value::Table(section)) if SECTIONS.contains(&dotted.as_str()) => {
                read_table(section, &format!("{dotted}."), place, settings)?;
            }
            (None, _) => return Err(unknown(&dotted, place)),
        }
    }
    Ok(())
}

fn unknown(key: &str, place: &Place) -> ConfigError {
    ConfigError::UnknownKey { key: key.to_owned(), place: place.to_string(), hint: keys::suggestion(key) }
}

fn read_environment(variables: &BTreeMap<String, String>, settings: &mut RawSettings) -> Result<(), ConfigError> {
    for (variable, text) in variables {
        let Some(rest) = variable.strip_prefix("TOLLGATE_") else { continue };
        if OTHER_VARIABLES.contains(&variable.as_str()) {
            continue;
        }
        let place = Place::Environment(variable.clone());
        let dotted = rest.to_ascii_lowercase().replace("__", ".");
        let Some(key) = keys::find(&dotted).filter(|key| key.variable() == *variable) else {
            return Err(unknown(&dotted, &place));
        };
        settings.insert(key.name, Raw { value: from_text(key, text), place });
    }
    Ok(())
}

/// A number that is none stays a text, and is refused with its key when it is checked.
fn from_text(key: &Key, text: &str) -> toml::Value {
    match (key.kind, text.parse::<i64>()) {
        (Kind::Number, Ok(number)) => toml::Value::Integer(number),
        (Kind::List, Ok(_) | Err(_)) => {
            let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
            toml::Value::Array(texts.map(|text| toml::Value::String(text.to_owned())).collect())
        }
        (Kind::Number, Err(_)) | (Kind::Text, _) => toml::Value::String(text.to_owned()),
    }
}
