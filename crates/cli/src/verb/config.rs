//! The configuration, explained.

use crate::args::ConfigVerb;
use crate::config::{Config, load_policy};
use crate::failure::Failure;
use crate::out::Said;
use crate::run;
use crate::table::lines;
use serde_json::json;

/// `tollgate config`.
pub(crate) fn config(config: &Config, verb: &ConfigVerb) -> Result<Said, Failure> {
    match verb {
        ConfigVerb::Explain => Ok(explain(config)),
        ConfigVerb::Check => {
            let policy = load_policy(&config.data_dir, &config.policy)?;
            run::rest::check(config)?;
            let from = config
                .file
                .as_ref()
                .map_or("no file: defaults and environment".to_owned(), |path| path.display().to_string());
            let doubts: Vec<String> = config.doubts().into_iter().chain(policy.doubts()).collect();
            let json = json!({"ok": true, "file": config.file, "config_hash": config.hash(), "policy": config.policy, "policy_hash": policy.hash(), "warnings": doubts});
            let mut human =
                format!("good: {from}\nconfiguration {}\npolicy {} {}", config.hash(), config.policy, policy.hash());
            for doubt in doubts {
                human.push_str("\nwarning: ");
                human.push_str(&doubt);
            }
            Ok(Said::new(json, human))
        }
    }
}

fn explain(config: &Config) -> Said {
    let values: Vec<_> = config
        .shown
        .iter()
        .map(|(key, shown)| json!({"key": key, "value": shown.value, "source": shown.place.to_string()}))
        .collect();
    let headings = ["key", "value", "from"].map(str::to_owned);
    let rows: Vec<Vec<String>> = config
        .shown
        .iter()
        .map(|(key, shown)| {
            let value = if shown.value.is_empty() { "(not set)".to_owned() } else { shown.value.clone() };
            vec![(*key).to_owned(), value, shown.place.to_string()]
        })
        .collect();
    let json = json!({"file": config.file, "profile": config.profile, "config_hash": config.hash(), "values": values});
    Said::new(json, lines(&headings, &rows))
}
