//! The section `[guard]`: what is looked at on a schedule, and what is done where it is not as it should be.

use super::error::ConfigError;
use super::settings::Reader;
use autopilot::guard::GuardHours;
use domain::guard::{GuardAction, GuardRule, GuardRules, Limit};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::time::Duration;

const EVERY_S: u64 = 30;
const ACTIONS: &str = "\"alert\", \"reduce\" or \"halt\"";

/// The section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuardSettings {
    /// The rules that are on.
    pub(crate) rules: GuardRules,
    /// How often the schedule looks.
    pub(crate) every: Duration,
    /// When.
    pub(crate) hours: GuardHours,
    /// The action of every rule, whether it is on or not.
    actions: BTreeMap<GuardRule, GuardAction>,
}

/// The keys of a rule: its limit and its action.
fn keys(rule: GuardRule) -> (&'static str, &'static str) {
    match rule {
        GuardRule::Drawdown => ("guard.drawdown_percent_max", "guard.drawdown_action"),
        GuardRule::DailyLoss => ("guard.daily_loss_percent_max", "guard.daily_loss_action"),
        GuardRule::Exposure => ("guard.exposure_percent_max", "guard.exposure_action"),
        GuardRule::StaleData => ("guard.stale_data_s_max", "guard.stale_data_action"),
        GuardRule::PositionDrift => ("guard.position_drift_percent_max", "guard.position_drift_action"),
        GuardRule::OrderStuck => ("guard.order_stuck_s_max", "guard.order_stuck_action"),
        GuardRule::Heartbeat => ("guard.heartbeat_s_max", "guard.heartbeat_action"),
    }
}

impl GuardSettings {
    /// Reads the section.
    ///
    /// # Errors
    /// The first key that cannot be used.
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        let every_s = match reader.number("guard.every_s")?.map(u64::try_from) {
            None => EVERY_S,
            Some(Ok(seconds)) if (1..=3_600).contains(&seconds) => seconds,
            Some(Ok(_) | Err(_)) => {
                return Err(reader.refuse("guard.every_s", "whole seconds from 1 to 3600", "30 is usual"));
            }
        };
        let hours = match reader.text("guard.hours")?.as_deref() {
            None | Some("session") => GuardHours::Session,
            Some("always") => GuardHours::Always,
            Some(_) => {
                let hint = "\"session\" rests while nothing that is held trades";
                return Err(reader.refuse("guard.hours", "\"session\" or \"always\"", hint));
            }
        };
        let (mut limits, mut actions) = (BTreeMap::new(), BTreeMap::new());
        for rule in GuardRule::ALL {
            let (limit_key, action_key) = keys(rule);
            let action = match reader.text(action_key)? {
                None => rule.usual_action(),
                Some(text) => GuardAction::from_word(&text).ok_or_else(|| {
                    reader.refuse(action_key, ACTIONS, format!("{} is usual", rule.usual_action().word()))
                })?,
            };
            actions.insert(rule, action);
            let Some(text) = reader.text(limit_key)? else { continue };
            let most = text
                .parse::<Decimal>()
                .ok()
                .filter(|most| *most > Decimal::ZERO && *most <= Decimal::ONE_THOUSAND * Decimal::ONE_THOUSAND);
            let most = most.ok_or_else(|| {
                reader.refuse(limit_key, "a number above 0, in quotes", format!("for example {limit_key} = \"10\""))
            })?;
            limits.insert(rule, Limit { most, action });
        }
        Ok(Self { rules: GuardRules { limits }, every: Duration::from_secs(every_s), hours, actions })
    }

    /// A value as `config explain` shows it; `None` for a key of another section.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        match key {
            "guard.every_s" => return Some(self.every.as_secs().to_string()),
            "guard.hours" => {
                let word = match self.hours {
                    GuardHours::Session => "session",
                    GuardHours::Always => "always",
                };
                return Some(word.to_owned());
            }
            _ => {}
        }
        GuardRule::ALL.into_iter().find_map(|rule| {
            let (limit_key, action_key) = keys(rule);
            if key == action_key {
                return self.actions.get(&rule).map(|action| action.word().to_owned());
            }
            (key == limit_key)
                .then(|| self.rules.limits.get(&rule).map(|limit| limit.most.to_string()).unwrap_or_default())
        })
    }
}
