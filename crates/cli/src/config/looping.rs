//! The section `[loop]`: what the loop trades, by which signal, when, and how.

use super::error::ConfigError;
use super::settings::Reader;
use autopilot::pilot::{PilotSettings, Signal, SignalCommand};
use domain::looping::calendar::ExchangeCalendar;
use domain::looping::decision::{DecisionRules, is_ticker};
use domain::looping::execution::{ExecutionTerms, Leftover, Style};
use domain::looping::order_plan::PlanRules;
use domain::looping::schedule::Schedule;
use domain::looping::schedule_text::{cadence, missed_policy, slot_time, spec};
use domain::looping::signal::BuiltIn;
use domain::money::parse_decimal;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Most symbols of a universe.
const UNIVERSE_MAX: usize = 500;

/// Every key with the value that counts where nobody sets one.
const KEYS: [(&str, &str); 34] = [
    ("loop.universe", ""),
    ("loop.signal", "proposed"),
    ("loop.command", ""),
    ("loop.command_timeout_s", "60"),
    ("loop.bars_days", "0"),
    ("loop.params", "{}"),
    ("loop.file", ""),
    ("loop.weights", ""),
    ("loop.lookback", "60"),
    ("loop.top", "5"),
    ("loop.name", "weekly"),
    ("loop.schedule", ""),
    ("loop.at", "close-20m"),
    ("loop.missed", "skip"),
    ("loop.begin_within_s", "300"),
    ("loop.rollback", "by_hand"),
    ("loop.decision_age_max_s", "86400"),
    ("loop.weight_max", "1"),
    ("loop.cash_buffer", "0.02"),
    ("loop.min_trade_value", "100"),
    ("loop.turnover_max", "2"),
    ("loop.slippage", "0.005"),
    ("loop.commission_per_unit", "0.01"),
    ("loop.commission_min", "1"),
    ("loop.strategy", "loop"),
    ("loop.style", "marketable"),
    ("loop.collar", "0.002"),
    ("loop.walk_every_s", "30"),
    ("loop.walks", "10"),
    ("loop.slices", "1"),
    ("loop.slice_every_s", "60"),
    ("loop.deadline_s", "900"),
    ("loop.leftover", "cancel"),
    ("loop.currency", "USD"),
];

/// The section as it was read; a loop without a universe is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoopSettings {
    texts: BTreeMap<&'static str, String>,
    universe: BTreeSet<String>,
    command: Vec<String>,
    weights: BTreeMap<String, Decimal>,
}

impl LoopSettings {
    /// Reads the section; all of it is checked, also where there is no loop.
    ///
    /// # Errors
    /// The first key that cannot be used.
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        let (universe, command) = (reader.list("loop.universe")?, reader.list("loop.command")?);
        let mut texts = BTreeMap::new();
        for (key, default) in KEYS {
            let text = match key {
                "loop.universe" => universe.join(", "),
                "loop.command" => command.join(" "),
                "loop.weights" => reader.list(key)?.join(", "),
                "loop.command_timeout_s"
                | "loop.bars_days"
                | "loop.lookback"
                | "loop.top"
                | "loop.begin_within_s"
                | "loop.decision_age_max_s"
                | "loop.walk_every_s"
                | "loop.walks"
                | "loop.slices"
                | "loop.slice_every_s"
                | "loop.deadline_s" => {
                    reader.number(key)?.map_or_else(|| default.to_owned(), |number| number.to_string())
                }
                "loop.file" => reader.path(key)?.map(|path| path.display().to_string()).unwrap_or_default(),
                _ => reader.text(key)?.unwrap_or_else(|| default.to_owned()),
            };
            texts.insert(key, text);
        }
        if universe.len() > UNIVERSE_MAX || !universe.iter().all(|text| is_ticker(text)) {
            return Err(reader.refuse(
                "loop.universe",
                "at most 500 tickers in capitals",
                "write universe = [\"AAPL\", \"MSFT\"]",
            ));
        }
        let weights = weights(reader)?;
        let settings = Self { texts, universe: universe.into_iter().collect(), command, weights };
        settings.check(reader)?;
        Ok(settings)
    }

    /// Whether there is a loop.
    pub(crate) fn is_on(&self) -> bool {
        !self.universe.is_empty()
    }

    /// A value as `config explain` shows it; `None` for a key of another section.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        self.texts.get(key).cloned()
    }

    /// What the loop is made of.
    ///
    /// # Errors
    /// Never for settings that were read; the rule that a value breaks otherwise.
    pub(crate) fn pilot(&self, data_dir: &Path, new_york: TimeZone) -> Result<PilotSettings, (&'static str, String)> {
        let rules = self.rules()?;
        Ok(PilotSettings {
            signal: self.signal(data_dir)?,
            schedule: self.schedule()?,
            calendar: ExchangeCalendar::new(new_york),
            decisions: DecisionRules {
                universe: self.universe.clone(),
                weight_max: self.decimal("loop.weight_max")?,
                age_max: self.seconds("loop.decision_age_max_s")?,
            },
            rules,
            terms: self.terms()?,
            begin_within: self.seconds("loop.begin_within_s")?,
            rolls_back: self.one_of("loop.rollback", &[("by_hand", false), ("auto", true)])?,
            currency: self.text("loop.currency").parse().map_err(|error| ("loop.currency", format!("{error}")))?,
        })
    }

    fn check(&self, reader: &Reader<'_>) -> Result<(), ConfigError> {
        let made = self.pilot(Path::new("/"), TimeZone::UTC);
        made.map(drop).map_err(|(key, rule)| reader.refuse(key, rule, "see docs/loop.md"))
    }

    fn text(&self, key: &'static str) -> &str {
        self.texts.get(key).map(String::as_str).unwrap_or_default()
    }

    fn decimal(&self, key: &'static str) -> Result<Decimal, (&'static str, String)> {
        parse_decimal(self.text(key), key).map_err(|error| (key, error.rule.to_owned()))
    }

    fn number<T: std::str::FromStr>(&self, key: &'static str) -> Result<T, (&'static str, String)> {
        self.text(key).parse().map_err(|_| (key, "a whole number in its range".to_owned()))
    }

    fn seconds(&self, key: &'static str) -> Result<SignedDuration, (&'static str, String)> {
        let seconds: u32 = self.number(key)?;
        Ok(SignedDuration::from_secs(i64::from(seconds)))
    }

    fn one_of<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Result<T, (&'static str, String)> {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let found = words.iter().find(|(word, _)| *word == self.text(key)).map(|(_, value)| *value);
        found.ok_or_else(|| (key, format!("one of: {}", known.join(", "))))
    }

    fn rules(&self) -> Result<PlanRules, (&'static str, String)> {
        let rules = PlanRules {
            cash_buffer: self.decimal("loop.cash_buffer")?,
            min_trade_value: self.decimal("loop.min_trade_value")?,
            turnover_max: self.decimal("loop.turnover_max")?,
            slippage: self.decimal("loop.slippage")?,
            commission_per_unit: self.decimal("loop.commission_per_unit")?,
            commission_min: self.decimal("loop.commission_min")?,
        };
        match rules.problems().first() {
            Some((field, rule)) => Err((key_of(field), (*rule).to_owned())),
            None => Ok(rules),
        }
    }

    fn terms(&self) -> Result<ExecutionTerms, (&'static str, String)> {
        let collar = self.decimal("loop.collar")?;
        let style = match self.text("loop.style") {
            "marketable" => Style::Marketable { collar },
            "patient" => Style::Patient {
                collar,
                walk_every_s: self.number("loop.walk_every_s")?,
                walks: self.number("loop.walks")?,
            },
            "moc" => Style::Moc,
            _ => return Err(("loop.style", "one of: marketable, patient, moc".to_owned())),
        };
        let leftovers = [("cancel", Leftover::Cancel), ("cross", Leftover::Cross), ("keep", Leftover::Keep)];
        let terms = ExecutionTerms {
            style,
            slices: self.number("loop.slices")?,
            slice_every_s: self.number("loop.slice_every_s")?,
            deadline_s: self.number("loop.deadline_s")?,
            leftover: self.one_of("loop.leftover", &leftovers)?,
            strategy: self
                .text("loop.strategy")
                .parse()
                .map_err(|error: domain::id::IdError| ("loop.strategy", error.rule.to_owned()))?,
        };
        match terms.problems().first() {
            Some((field, rule)) => Err((key_of(field), (*rule).to_owned())),
            None => Ok(terms),
        }
    }

    fn signal(&self, data_dir: &Path) -> Result<Signal, (&'static str, String)> {
        let lookback: usize = self.number("loop.lookback")?;
        if !(2..=2_500).contains(&lookback) {
            return Err(("loop.lookback", "2 to 2500 days".to_owned()));
        }
        let params: Value = serde_json::from_str(self.text("loop.params"))
            .map_err(|error| ("loop.params", format!("JSON: {error}")))?;
        let timeout_s: u64 = self.number("loop.command_timeout_s")?;
        if !(1..=3_600).contains(&timeout_s) {
            return Err(("loop.command_timeout_s", "1 to 3600 seconds".to_owned()));
        }
        let bars_days: u16 = self.number("loop.bars_days")?;
        let top: usize = self.number("loop.top")?;
        Ok(match self.text("loop.signal") {
            "proposed" => Signal::Proposed,
            "command" if self.command.is_empty() => {
                return Err(("loop.command", "the program and its arguments, one text each".to_owned()));
            }
            "command" => Signal::Command(SignalCommand {
                words: self.command.clone(),
                directory: data_dir.to_owned(),
                timeout: Duration::from_secs(timeout_s),
                bars_days,
                params,
            }),
            "file" if self.text("loop.file").is_empty() => {
                return Err(("loop.file", "the file that holds decisions".to_owned()));
            }
            "file" => Signal::File(PathBuf::from(self.text("loop.file"))),
            "fixed" if self.weights.is_empty() => {
                return Err(("loop.weights", "a list such as [\"AAPL=0.5\", \"MSFT=0.5\"]".to_owned()));
            }
            "fixed" => Signal::BuiltIn(BuiltIn::Fixed(self.weights.clone())),
            "equal_weight" => Signal::BuiltIn(BuiltIn::EqualWeight),
            "momentum" if top == 0 => return Err(("loop.top", "at least 1".to_owned())),
            "momentum" => Signal::BuiltIn(BuiltIn::Momentum { lookback, top }),
            "inverse_volatility" => Signal::BuiltIn(BuiltIn::InverseVolatility { lookback }),
            _ => {
                let words = "one of: proposed, command, file, fixed, equal_weight, momentum, inverse_volatility";
                return Err(("loop.signal", words.to_owned()));
            }
        })
    }

    fn schedule(&self) -> Result<Option<(Schedule, String)>, (&'static str, String)> {
        let at = slot_time(self.text("loop.at")).ok_or_else(|| {
            ("loop.at", "open+MINUTESm, close-MINUTESm or HH:MM in New York, e.g. close-20m".to_owned())
        })?;
        let missed = missed_policy(self.text("loop.missed"))
            .ok_or_else(|| ("loop.missed", "skip, or late and minutes, e.g. \"late 60m\"".to_owned()))?;
        let rule = self.text("loop.schedule");
        if rule.is_empty() {
            return Ok(None);
        }
        let cadence = cadence(rule).map_err(|why| ("loop.schedule", why))?;
        let schedule = Schedule { name: self.text("loop.name").to_owned(), cadence, at, missed };
        if let Some(problem) = schedule.problem() {
            let key = match problem.split(':').next() {
                Some("at") => "loop.at",
                Some("schedule") => "loop.schedule",
                Some(_) | None => "loop.name",
            };
            return Err((key, problem));
        }
        Ok(Some((schedule, spec(rule, self.text("loop.at"), self.text("loop.missed")))))
    }
}

/// The key of a field of rules or terms.
fn key_of(field: &str) -> &'static str {
    let is_its = |key: &&str| key.strip_prefix("loop.").is_some_and(|name| name == field);
    KEYS.iter().map(|(key, _)| *key).find(is_its).unwrap_or("loop.universe")
}

fn weights(reader: &Reader<'_>) -> Result<BTreeMap<String, Decimal>, ConfigError> {
    let mut weights = BTreeMap::new();
    for text in reader.list("loop.weights")? {
        let weight = text.split_once('=').and_then(|(symbol, weight)| {
            Some((symbol.trim().to_owned(), parse_decimal(weight.trim(), "weight").ok()?))
        });
        let Some((symbol, weight)) = weight.filter(|(_, weight)| *weight >= Decimal::ZERO) else {
            return Err(reader.refuse(
                "loop.weights",
                "TICKER=WEIGHT with a weight from 0 to 1",
                "write weights = [\"AAPL=0.5\"]",
            ));
        };
        weights.insert(symbol, weight);
    }
    if weights.values().sum::<Decimal>() > Decimal::ONE {
        return Err(reader.refuse(
            "loop.weights",
            "weights that add up to 1 at most",
            "write weights = [\"AAPL=0.5\"]",
        ));
    }
    Ok(weights)
}
