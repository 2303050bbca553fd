//! A whole policy: its limits for every order, and its sections.

use super::limits::{LIMITS, LimitKey, Patch, Policy};
use super::nearest::nearest_limit;
use crate::contract::SecType;
use crate::id::{AccountId, ConId, IdError, StrategyId};
use crate::reason::Reason;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A policy as its owner wrote it, defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySet {
    /// For every order.
    pub base: Policy,
    /// What tightens it where.
    #[serde(with = "layers", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sections: BTreeMap<Layer, Patch>,
}

/// What a section is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A security type.
    SecType(SecType),
    /// An account.
    Account(AccountId),
    /// A strategy.
    Strategy(StrategyId),
    /// An instrument, by its symbol or its con_id.
    Instrument(String),
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecType(sec_type) => write!(f, "sec_type.{}", sec_type.word()),
            Self::Account(account) => write!(f, "account.{account}"),
            Self::Strategy(strategy) => write!(f, "strategy.{strategy}"),
            Self::Instrument(name) => write!(f, "instrument.{name}"),
        }
    }
}

impl Layer {
    /// The kinds of section, as a policy file writes them.
    pub const KINDS: [&'static str; 4] = ["sec_type", "account", "strategy", "instrument"];

    fn read(kind: &str, name: &str) -> Result<Self, String> {
        let wrong = |error: &dyn fmt::Display| format!("[{kind}.{name}]: {error}");
        match kind {
            "sec_type" => serde_json::from_value(Value::from(name)).map(Self::SecType).map_err(|error| wrong(&error)),
            "account" => name.parse().map(Self::Account).map_err(|error: IdError| wrong(&error)),
            "strategy" => name.parse().map(Self::Strategy).map_err(|error: IdError| wrong(&error)),
            "instrument" if name.is_empty() => Err(wrong(&"names no instrument")),
            "instrument" => Ok(Self::Instrument(name.to_ascii_uppercase())),
            _ => Err(wrong(&format!("sections are for {}", Self::KINDS.join(", ")))),
        }
    }

    fn holds_for(&self, scope: &PolicyScope<'_>) -> bool {
        match self {
            Self::SecType(sec_type) => scope.sec_type == Some(*sec_type),
            Self::Account(account) => scope.account == Some(account),
            Self::Strategy(strategy) => scope.strategy == Some(strategy),
            Self::Instrument(name) => {
                scope.symbol.is_some_and(|symbol| name.eq_ignore_ascii_case(symbol))
                    || scope.con_id.is_some_and(|con_id| is_number(name, con_id))
            }
        }
    }
}

/// Whether a text is this number as we write it; no text is made of the number, for each order asks each section.
fn is_number(text: &str, con_id: ConId) -> bool {
    !text.starts_with(['0', '+']) && text.parse() == Ok(con_id.get())
}

/// What an order is, as far as sections ask. What is not said matches no section.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicyScope<'a> {
    /// The account.
    pub account: Option<&'a AccountId>,
    /// The strategy, if it names one.
    pub strategy: Option<&'a StrategyId>,
    /// The kind of security.
    pub sec_type: Option<SecType>,
    /// Its symbol.
    pub symbol: Option<&'a str>,
    /// Its number.
    pub con_id: Option<ConId>,
}

/// A limit as it counts, and which section made it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The limit.
    pub limit: LimitKey,
    /// Its value.
    pub value: Value,
    /// `default`, `policy`, or the last section that tightened it.
    pub origin: String,
}

/// Why a policy cannot be used; each line names a key and a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct PolicyError(pub Vec<String>);

impl PolicySet {
    /// Reads what a policy file or a request says: limits by name, and sections `{kind: {name: limits}}`.
    ///
    /// # Errors
    /// An unknown name, a number with a point that is not in quotes, a value that makes no sense.
    pub fn read(mut said: Map<String, Value>) -> Result<Self, PolicyError> {
        let mut problems = Vec::new();
        let mut sections = BTreeMap::new();
        for kind in Layer::KINDS {
            let Some(named) = said.remove(kind) else { continue };
            let Value::Object(named) = named else {
                problems.push(format!("{kind}: write sections as [{kind}.NAME]"));
                continue;
            };
            for (name, limits) in named {
                match section(kind, &name, limits) {
                    Ok((layer, patch)) => {
                        problems.extend(patch.all_problems().iter().map(|problem| format!("[{layer}] {problem}")));
                        if sections.insert(layer, patch).is_some() {
                            problems.push(twice(kind, &name));
                        }
                    }
                    Err(found) => problems.extend(found),
                }
            }
        }
        let mut base = Policy::conservative();
        match patch(Value::Object(said)) {
            Ok(patch) => {
                problems.extend(patch.all_problems());
                base.replace(&patch);
            }
            Err(found) => problems.extend(found),
        }
        if problems.is_empty() { Ok(Self { base, sections }) } else { Err(PolicyError(problems)) }
    }

    /// This policy with some limits set anew. In a section `null` takes a limit away.
    ///
    /// # Errors
    /// As [`PolicySet::read`].
    pub fn with(&self, mut said: Map<String, Value>) -> Result<Self, PolicyError> {
        let mut wanted = self.clone();
        let mut problems = Vec::new();
        for kind in Layer::KINDS {
            let Some(named) = said.remove(kind) else { continue };
            let Value::Object(named) = named else {
                problems.push(format!("{kind}: write {{\"NAME\": {{LIMIT: VALUE}}}}"));
                continue;
            };
            let mut set = BTreeSet::new();
            for (name, limits) in named {
                if Layer::read(kind, &name).is_ok_and(|layer| !set.insert(layer)) {
                    problems.push(twice(kind, &name));
                    continue;
                }
                problems.extend(wanted.set_section(kind, &name, limits).err().into_iter().flatten());
            }
        }
        match patch(Value::Object(said)) {
            Ok(patch) => {
                problems.extend(patch.all_problems());
                wanted.base.replace(&patch);
            }
            Err(found) => problems.extend(found),
        }
        if problems.is_empty() { Ok(wanted) } else { Err(PolicyError(problems)) }
    }

    fn set_section(&mut self, kind: &str, name: &str, limits: Value) -> Result<(), Vec<String>> {
        let layer = Layer::read(kind, name).map_err(|problem| vec![problem])?;
        let Value::Object(limits) = limits else { return Err(vec![format!("[{layer}]: limits by name")]) };
        let mut all = self.sections.get(&layer).map(as_map).unwrap_or_default();
        for (key, value) in limits {
            if value.is_null() {
                all.remove(&key).ok_or_else(|| vec![format!("[{layer}] {key}: is not set there")])?;
            } else {
                all.insert(key, value);
            }
        }
        if all.is_empty() {
            self.sections.remove(&layer);
            return Ok(());
        }
        let (layer, patch) = section(kind, name, Value::Object(all))?;
        let problems: Vec<String> = patch.all_problems().iter().map(|problem| format!("[{layer}] {problem}")).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        self.sections.insert(layer, patch);
        Ok(())
    }

    /// The limits for one order.
    pub fn limits_for(&self, scope: &PolicyScope<'_>) -> Cow<'_, Policy> {
        let mut limits = Cow::Borrowed(&self.base);
        for (_, patch) in self.sections.iter().filter(|(layer, _)| layer.holds_for(scope)) {
            limits.to_mut().tighten(patch);
        }
        limits
    }

    /// The worst slippage that [`PolicySet::limits_for`] tells, alone: every open order is valued by it.
    pub fn slippage_percent_for(&self, scope: &PolicyScope<'_>) -> Decimal {
        let sections = self.sections.iter().filter(|(layer, _)| layer.holds_for(scope));
        sections.filter_map(|(_, patch)| patch.market_order_slippage_percent).fold(
            self.base.market_order_slippage_percent,
            // More is tighter: see the table.
            Decimal::max,
        )
    }

    /// Each limit for such orders, with where it comes from.
    pub fn explain(&self, scope: &PolicyScope<'_>) -> Vec<Effective> {
        let mut limits = self.base.clone();
        let changed = Policy::conservative().differing(&limits);
        let mut origins: BTreeMap<&str, String> = changed.into_iter().map(|key| (key, "policy".to_owned())).collect();
        for (layer, patch) in self.sections.iter().filter(|(layer, _)| layer.holds_for(scope)) {
            let before = limits.clone();
            limits.tighten(patch);
            origins.extend(before.differing(&limits).into_iter().map(|key| (key, layer.to_string())));
        }
        let values = as_map(&limits);
        LIMITS
            .iter()
            .map(|limit| Effective {
                limit: *limit,
                value: values.get(limit.key).cloned().unwrap_or(Value::Null),
                origin: origins.get(limit.key).cloned().unwrap_or_else(|| "default".to_owned()),
            })
            .collect()
    }

    /// Says in the hints of these reasons which section set a limit that they name: raising it elsewhere would change nothing.
    pub fn name_sections<'a>(
        &self,
        scope: &PolicyScope<'_>,
        counts: &Policy,
        reasons: impl Iterator<Item = &'a mut Reason>,
    ) {
        let mut reasons = reasons.peekable();
        if reasons.peek().is_none() {
            return;
        }
        let sections = self.sections.iter().filter(|(layer, _)| layer.holds_for(scope));
        let mut said: BTreeMap<&str, (bool, Vec<&Layer>)> = BTreeMap::new();
        for (layer, patch) in sections {
            for (key, is_list) in patch.counting(&self.base, counts) {
                said.entry(key).or_insert_with(|| (is_list, Vec::new())).1.push(layer);
            }
        }
        for reason in reasons {
            if let Some((key, (is_list, layers))) = said.iter().find(|(key, _)| names(&reason.hint, key)) {
                let layers: Vec<String> = layers.iter().map(|layer| format!("[{layer}]")).collect();
                let layers = layers.join(" and ");
                // Which part of a list stops an order, the section alone does not tell.
                reason.hint = if *is_list {
                    format!("{} Here {key} is what the top and {layers} say together.", reason.hint)
                } else {
                    format!("{} Here {key} is that of {layers}.", reason.hint)
                };
            }
        }
    }

    /// Hash of the policy: 64 hex digits of BLAKE3 over its canonical JSON.
    pub fn hash(&self) -> String {
        blake3::hash(self.text().as_bytes()).to_hex().to_string()
    }

    /// Canonical JSON text: field order is fixed, sets and sections are sorted. For the record; files are read by
    /// [`PolicySet::read`].
    pub fn text(&self) -> String {
        // The encoder cannot fail on this shape; if it ever did, the text would still tell policies apart.
        serde_json::to_string(self).unwrap_or_else(|_| format!("{self:?}"))
    }
}

impl From<Policy> for PolicySet {
    fn from(base: Policy) -> Self {
        Self { base, sections: BTreeMap::new() }
    }
}

fn twice(kind: &str, name: &str) -> String {
    format!("[{kind}.{name}]: there twice, in other letters")
}

fn section(kind: &str, name: &str, limits: Value) -> Result<(Layer, Patch), Vec<String>> {
    let layer = Layer::read(kind, name).map_err(|problem| vec![problem])?;
    let within = |problem: &String| format!("[{kind}.{name}]: {problem}");
    // Here and not in `Layer::read`: a section that a journal knows by such a name can still be taken away.
    if name.trim() != name {
        let problem = "no name begins or ends with a blank: the section would never count";
        return Err(vec![within(&problem.to_owned())]);
    }
    let patch = patch(limits).map_err(|problems| problems.iter().map(within).collect::<Vec<_>>())?;
    // The checklist is one for the whole installation.
    if patch.live_clean_reconciliations_min.is_some() || patch.live_drill_age_d_max.is_some() {
        let problem = "limits of the checklist stand at the top: they count for everything";
        return Err(vec![within(&problem.to_owned())]);
    }
    Ok((layer, patch))
}

/// Reads limits by name; every one that cannot be read is told.
fn patch(limits: Value) -> Result<Patch, Vec<String>> {
    let Value::Object(mut said) = limits else { return Err(vec!["write limits by name".to_owned()]) };
    let mut problems: Vec<String> = said.iter().filter_map(|(key, value)| unreadable(key, value)).collect();
    if !problems.is_empty() {
        said.retain(|key, value| unreadable(key, value).is_none());
    }
    let read = serde_json::from_value::<Patch>(Value::Object(said)).map_err(|error| vec![error.to_string()])?;
    if problems.is_empty() {
        return Ok(read);
    }
    problems.extend(read.all_problems());
    Err(problems)
}

fn unreadable(key: &str, value: &Value) -> Option<String> {
    let is_known = LIMITS.iter().any(|limit| limit.key == key);
    if is_known && value.is_number() && !value.is_i64() && !value.is_u64() {
        return Some(format!("{key}: write a number with a point in quotes, \"{value}\": it is read digit by digit"));
    }
    let alone = Map::from_iter([(key.to_owned(), value.clone())]);
    let error = serde_json::from_value::<Patch>(Value::Object(alone)).err()?;
    if is_known {
        return Some(format!("{key}: {error}"));
    }
    // serde lists every limit that there is.
    let meant = nearest_limit(key).map_or_else(String::new, |meant| format!(", did you mean `{meant}`?"));
    let kind = Layer::KINDS.contains(&key).then_some(": sections stand at the top of the file, not inside another one");
    Some(format!("unknown field `{key}`: no limit is called so{meant}{}", kind.unwrap_or_default()))
}

/// Whether a text names the limit, and not only a longer one.
fn names(text: &str, key: &str) -> bool {
    let goes_on = |rest: Option<char>| rest.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_');
    text.split_once(key).is_some_and(|(before, behind)| {
        let is_whole = !goes_on(before.chars().next_back()) && !goes_on(behind.chars().next());
        is_whole || names(behind, key)
    })
}

/// The values of a policy or a patch by name.
pub(super) fn as_map<T: Serialize>(limits: &T) -> Map<String, Value> {
    match serde_json::to_value(limits) {
        Ok(Value::Object(values)) => values,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// Sections as `{"kind.name": limits}` in canonical text.
mod layers {
    use super::{Layer, Patch};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use std::collections::BTreeMap;

    pub(super) fn serialize<S: Serializer>(sections: &BTreeMap<Layer, Patch>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(sections.iter().map(|(layer, patch)| (layer.to_string(), patch)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Layer, Patch>, D::Error> {
        BTreeMap::<String, Patch>::deserialize(from)?
            .into_iter()
            .map(|(text, patch)| {
                let (kind, name) = text.split_once('.').ok_or_else(|| D::Error::custom("a section without a name"))?;
                Layer::read(kind, name).map(|layer| (layer, patch)).map_err(D::Error::custom)
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
