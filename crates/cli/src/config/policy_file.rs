//! Policies by name: built in, or a file of the data directory.

use super::error::ConfigError;
use domain::policy::PolicySet;
use serde_json::{Map, Value};
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
            let said = toml::from_str(&text).map_err(|error| not_toml(&text, &error));
            let said = said.and_then(|said: Map<String, Value>| match numberless(&text, &said) {
                problems if problems.is_empty() => Ok(said),
                problems => Err(one_per_line(&problems)),
            });
            let policy = said.and_then(|said| PolicySet::read(said).map_err(|error| one_per_line(&error.0)));
            policy.map_err(|detail| ConfigError::PolicyFile { path, detail })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(ConfigError::UnknownPolicy { name: name.to_owned(), path, built_in: built_in() })
        }
        Err(error) => Err(ConfigError::PolicyFile { path, detail: error.to_string() }),
    }
}

fn one_per_line(problems: &[String]) -> String {
    problems.iter().flat_map(|problem| ["\n- ", problem]).collect()
}

/// Limits that are `nan` or `inf`: TOML has such numbers, JSON has none and makes null of them, which is no limit at all.
fn numberless(text: &str, said: &Map<String, Value>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut values: Vec<(&str, &Value)> = said.iter().map(|(key, value)| (key.as_str(), value)).collect();
    while let Some((key, value)) = values.pop() {
        match value {
            Value::Null => {
                let is_it = |line: &&(usize, &str)| {
                    let value = line.1.split_once(key).map(|(_, behind)| behind.split('#').next().unwrap_or_default());
                    value.is_some_and(|value| value.contains("nan") || value.contains("inf"))
                };
                let line = text.lines().enumerate().find(|line| is_it(&line));
                let place = line.map_or_else(String::new, |(at, _)| format!("line {}, ", at + 1));
                problems.push(format!(
                    "{place}{key}: neither nan nor inf is a limit; leave the line out or write a number"
                ));
            }
            Value::Object(fields) => values.extend(fields.iter().map(|(key, value)| (key.as_str(), value))),
            Value::Array(entries) => values.extend(entries.iter().map(|value| (key, value))),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    problems
}

/// Where the file breaks, in which limit, and what was probably meant.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let Some(at) = error.span().map(|span| span.start) else { return error.message().to_owned() };
    let before = text.get(..at).unwrap_or(text);
    let (line, column) = (before.matches('\n').count(), before.chars().rev().take_while(|c| *c != '\n').count());
    let written = text.lines().nth(line).unwrap_or_default().trim();
    let limit = written.split_once('=').map(|(name, _)| format!(", {}", name.trim())).unwrap_or_default();
    let place = format!("line {}, column {}{limit}", line + 1, column + 1);
    format!("\n- {place}: {}\n    {written}\n  {}", error.message(), what_to_write(written))
}

fn what_to_write(line: &str) -> &'static str {
    let value = line.split_once('=').map_or("", |(_, value)| value.split('#').next().unwrap_or_default().trim());
    let has_digit_and = |mark: char| value.starts_with(|c: char| c.is_ascii_digit()) && value.contains(mark);
    if value.eq_ignore_ascii_case("null") || value.eq_ignore_ascii_case("none") {
        "There is no such word in TOML: leave the line out."
    } else if has_digit_and(',') {
        "Write thousands with an underscore, 2_000, and a number with a point in quotes, \"0.5\"."
    } else if has_digit_and('%') {
        "Write percent without its sign: 5, or \"0.5\" in quotes."
    } else if value.starts_with('[') {
        "Write a list as [\"AAPL\", \"MSFT\"]: words in quotes, with commas between them."
    } else if line.contains('=') {
        "Write NAME = VALUE: a whole number, true or false, a word in quotes, a number with a point in quotes, or a list."
    } else {
        "Write NAME = VALUE, or a section as [strategy.NAME]."
    }
}

#[cfg(test)]
#[path = "policy_file_tests.rs"]
mod tests;
