//! A decision: what the account should hold, said once, checked as a whole, never changed.

use crate::contract::Contract;
use crate::id::{ConId, DecisionId};
use crate::money::parse_decimal;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Longest text of a decision, bytes.
pub const DECISION_LEN_MAX: usize = 256 * 1024;
/// Most targets of one decision.
pub const TARGETS_MAX: usize = 500;
/// Most reasons that are told of one.
const REASONS_MAX: usize = 100;
const NOTE_LEN_MAX: usize = 500;
/// Characters of an unknown field's name that are told.
const FIELD_LEN_MAX: usize = 40;
/// Digits of a weight that count; the rest is cut off, so that thirds and sevenths never add up to more than one.
const WEIGHT_DIGITS: u32 = 8;
/// A number that is written with a smaller exponent than this one's is nothing.
const EXPONENT_MAX: i32 = 20;
/// A clock of the signal may be ahead of ours by so much.
const AHEAD_MAX: SignedDuration = SignedDuration::from_secs(60);

/// Where a decision came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum DecisionSource {
    /// What an external command printed.
    Command {
        /// Its first word.
        program: String,
    },
    /// What stood in a file.
    File {
        /// Its path.
        path: String,
    },
    /// Somebody proposed it over REST, MCP or the command line.
    Proposed,
    /// A signal of ours.
    BuiltIn {
        /// Its word.
        name: String,
    },
}

impl DecisionSource {
    /// Our word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Command { .. } => "command",
            Self::File { .. } => "file",
            Self::Proposed => "proposed",
            Self::BuiltIn { .. } => "built_in",
        }
    }
}

/// How much of one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// A part of what the account invests, 0 to 1.
    Weight(Decimal),
    /// So many units, not negative.
    Qty(Decimal),
}

impl Amount {
    /// The weight, if it is one.
    pub fn weight(self) -> Option<Decimal> {
        match self {
            Self::Weight(weight) => Some(weight),
            Self::Qty(_) => None,
        }
    }
}

/// A target as it was said: a ticker means a stock at SMART in dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Ticker, in capitals.
    pub symbol: String,
    /// How much.
    pub amount: Amount,
}

/// A decision as it was said, before anything was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionDraft {
    /// The moment that its data is of.
    pub as_of: Timestamp,
    /// Targets, at most one of each symbol.
    pub targets: Vec<Wish>,
    /// Part of the account that stays cash; `None` leaves it to the configuration.
    pub cash_buffer: Option<Decimal>,
    /// Words of whoever decided: data, never an instruction.
    pub note: Option<String>,
}

/// What a decision must keep to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRules {
    /// Symbols that it may name.
    pub universe: BTreeSet<String>,
    /// Largest weight of one target.
    pub weight_max: Decimal,
    /// Oldest data.
    pub age_max: SignedDuration,
}

/// A target whose symbol the broker knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The contract.
    pub con_id: ConId,
    /// Its ticker.
    pub symbol: String,
    /// How much.
    pub amount: Amount,
}

/// A decision that counts: checked, resolved, immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Named by its content: the same decision has the same name.
    pub id: DecisionId,
    /// Where it came from.
    pub source: DecisionSource,
    /// The moment that its data is of.
    pub as_of: Timestamp,
    /// When it was accepted.
    pub decided_at: Timestamp,
    /// What it is made of: BLAKE3, 64 hex digits, of what the signal was given; of the text where it was given nothing.
    pub data_hash: String,
    /// Part of the account that stays cash.
    pub cash_buffer: Decimal,
    /// A target for every symbol of the universe; what the decision left out is wanted no more, weight 0.
    pub targets: Vec<Target>,
    /// Words of whoever decided.
    pub note: Option<String>,
}

/// What makes a draft a decision, beside its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Where it came from.
    pub source: DecisionSource,
    /// BLAKE3 of what it is made of, 64 hex digits.
    pub data_hash: String,
}

impl DecisionDraft {
    /// Reads JSON: `{"as_of": time, "targets": [{"symbol": text, "weight": decimal} or {"symbol", "qty"}],
    /// "cash_buffer"?: decimal, "note"?: text}`. Decimals are texts or plain numbers.
    ///
    /// # Errors
    /// Every rule that it breaks.
    pub fn from_json(text: &str) -> Result<Self, Vec<String>> {
        if text.len() > DECISION_LEN_MAX {
            return Err(vec![format!("the decision has {} bytes, at most {DECISION_LEN_MAX}", text.len())]);
        }
        let value: Value = serde_json::from_str(text).map_err(|error| vec![format!("this is not JSON: {error}")])?;
        Self::from_value(&value)
    }

    /// The same from a value.
    ///
    /// # Errors
    /// Every rule that it breaks.
    pub fn from_value(value: &Value) -> Result<Self, Vec<String>> {
        let Some(said) = value.as_object() else {
            return Err(vec!["a decision is a JSON object with as_of and targets".to_owned()]);
        };
        let mut reasons = unknown(said, "", &["as_of", "targets", "cash_buffer", "note"]);
        let as_of: Option<Timestamp> = said.get("as_of").and_then(Value::as_str).and_then(|text| text.parse().ok());
        if as_of.is_none() {
            reasons.push("as_of: needed, as RFC 3339 such as 2026-11-27T20:00:00Z".to_owned());
        }
        let cash_buffer = said.get("cash_buffer").and_then(|value| part("cash_buffer", value, &mut reasons));
        let note = match said.get("note") {
            None | Some(Value::Null) => None,
            Some(Value::String(note)) if note.len() <= NOTE_LEN_MAX => Some(note.clone()),
            Some(_) => {
                reasons.push(format!("note: a text of at most {NOTE_LEN_MAX} bytes"));
                None
            }
        };
        let targets = targets(said.get("targets"), &mut reasons);
        if let (Some(as_of), true) = (as_of, reasons.is_empty()) {
            return Ok(Self { as_of, targets, cash_buffer, note });
        }
        reasons.truncate(REASONS_MAX);
        Err(reasons)
    }

    /// What of the rules it breaks.
    pub fn problems(&self, rules: &DecisionRules, now: Timestamp) -> Vec<String> {
        let mut found = Vec::new();
        let age = now.duration_since(self.as_of);
        if age > rules.age_max {
            found.push(format!(
                "as_of: the decision is stale: its data is {} minutes old, at most {}",
                age.as_mins(),
                rules.age_max.as_mins()
            ));
        }
        if age < -AHEAD_MAX {
            found.push(format!("as_of: {} lies in the future; it is {now} here", self.as_of));
        }
        let mut sum = Decimal::ZERO;
        for target in &self.targets {
            if !rules.universe.contains(&target.symbol) {
                found.push(format!("{}: unknown, it is not in the loop's universe", target.symbol));
            }
            let Some(weight) = target.amount.weight() else { continue };
            if weight > rules.weight_max {
                found.push(format!("{}: too large: a weight of {weight}, at most {}", target.symbol, rules.weight_max));
            }
            sum += weight;
        }
        if sum > Decimal::ONE {
            found.push(format!("targets: the weights add up to {sum}, at most 1"));
        }
        found
    }

    /// Makes it a decision. `resolved` holds every symbol of the universe with its contract, whatever symbol the contract
    /// itself bears.
    ///
    /// # Errors
    /// What cannot be named or encoded; nothing of that is known for these shapes.
    pub fn decide(
        self,
        origin: Origin,
        resolved: &[(String, Contract)],
        cash_buffer: Decimal,
        now: Timestamp,
    ) -> Result<Decision, String> {
        let amount = |symbol: &str| {
            let said = self.targets.iter().find(|wish| wish.symbol == symbol);
            said.map_or(Amount::Weight(Decimal::ZERO), |wish| wish.amount)
        };
        let targets: Vec<Target> = resolved
            .iter()
            .map(|(symbol, contract)| Target {
                con_id: contract.con_id,
                symbol: symbol.clone(),
                amount: amount(symbol),
            })
            .collect();
        let cash_buffer = self.cash_buffer.unwrap_or(cash_buffer);
        let content = (&origin.source, self.as_of, &origin.data_hash, cash_buffer, &targets, &self.note);
        let text = serde_json::to_vec(&content).map_err(|error| error.to_string())?;
        let hash = blake3::hash(&text).to_hex();
        let id = format!("d-{}", hash.chars().take(16).collect::<String>());
        Ok(Decision {
            id: id.parse().map_err(|error: crate::id::IdError| error.to_string())?,
            source: origin.source,
            as_of: self.as_of,
            decided_at: now,
            data_hash: origin.data_hash,
            cash_buffer,
            targets,
            note: self.note,
        })
    }
}

fn unknown(said: &Map<String, Value>, at: &str, known: &[&str]) -> Vec<String> {
    let named = |key: &String| format!("{at}{}: unknown field", key.chars().take(FIELD_LEN_MAX).collect::<String>());
    said.keys().filter(|key| !known.contains(&key.as_str())).map(named).collect()
}

fn targets(said: Option<&Value>, reasons: &mut Vec<String>) -> Vec<Wish> {
    let Some(list) = said.and_then(Value::as_array) else {
        reasons.push("targets: needed, as a list of {symbol, weight} or {symbol, qty}".to_owned());
        return Vec::new();
    };
    if list.is_empty() {
        reasons.push("targets: at least one; weight 0 sells what is held".to_owned());
    }
    if list.len() > TARGETS_MAX {
        reasons.push(format!("targets: {} of them, at most {TARGETS_MAX}", list.len()));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut wishes = Vec::with_capacity(list.len());
    for (place, value) in list.iter().enumerate() {
        let before = reasons.len();
        let wish = wish(place, value, reasons);
        match wish {
            Some(wish) if !seen.insert(wish.symbol.clone()) => reasons.push(format!("{}: named twice", wish.symbol)),
            Some(wish) if reasons.len() == before => wishes.push(wish),
            Some(_) | None => {}
        }
    }
    wishes
}

fn wish(place: usize, value: &Value, reasons: &mut Vec<String>) -> Option<Wish> {
    let at = format!("targets[{place}].");
    let Some(said) = value.as_object() else {
        reasons.push(format!("targets[{place}]: an object with symbol and weight or qty"));
        return None;
    };
    reasons.extend(unknown(said, &at, &["symbol", "weight", "qty"]));
    let symbol = said.get("symbol").and_then(Value::as_str).filter(|text| is_ticker(text));
    if symbol.is_none() {
        reasons.push(format!("{at}symbol: 1 to 20 printable characters, letters in capitals"));
    }
    let name = symbol.map_or(at, |symbol| format!("{symbol}: "));
    let amount = match (said.get("weight"), said.get("qty")) {
        (Some(weight), None) => {
            let weight = part(&format!("{name}weight"), weight, reasons)?;
            Amount::Weight(weight.round_dp_with_strategy(WEIGHT_DIGITS, RoundingStrategy::ToZero))
        }
        (None, Some(qty)) => {
            let field = format!("{name}qty");
            let qty = number(&field, qty, reasons)?;
            if qty < Decimal::ZERO || qty > Decimal::from(1_000_000_000) {
                reasons.push(format!("{field}: must be from 0 to 1000000000, it is {qty}"));
                return None;
            }
            Amount::Qty(qty)
        }
        (None, None) | (Some(_), Some(_)) => {
            reasons.push(format!("{name}say a weight or a qty, not both"));
            return None;
        }
    };
    symbol.map(|symbol| Wish { symbol: symbol.to_owned(), amount })
}

/// Whether a text may be a ticker: 1 to 20 printable characters, letters in capitals; IBKR's have blanks within, as in
/// `BRK B`.
pub fn is_ticker(text: &str) -> bool {
    let fits = |c: char| c == ' ' || (c.is_ascii_graphic() && !c.is_ascii_lowercase());
    !text.is_empty() && text.len() <= 20 && text.trim() == text && text.chars().all(fits)
}

fn part(field: &str, value: &Value, reasons: &mut Vec<String>) -> Option<Decimal> {
    let part = number(field, value, reasons)?;
    if part < Decimal::ZERO || part > Decimal::ONE {
        reasons.push(format!("{field}: must be from 0 to 1, it is {part}"));
        return None;
    }
    Some(part)
}

fn number(field: &str, value: &Value, reasons: &mut Vec<String>) -> Option<Decimal> {
    let read = match value {
        Value::String(text) => parse_decimal(text, "it"),
        // Many languages write small numbers with an exponent, and say nothing else by it.
        Value::Number(number) => {
            let text = number.to_string();
            plain(&text).map_or_else(|| parse_decimal(&text, "it"), Ok)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => parse_decimal("", "it"),
    };
    match read {
        Ok(number) => Some(number),
        Err(error) => {
            reasons.push(format!("{field}: must be {}", error.rule));
            None
        }
    }
}

/// A number with an exponent; what lies below every digit that counts is nothing.
fn plain(text: &str) -> Option<Decimal> {
    let (digits, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let digits = Decimal::from_str_exact(digits).ok()?;
    if exponent < -EXPONENT_MAX {
        return Some(Decimal::ZERO);
    }
    let tens = (0..exponent.unsigned_abs()).try_fold(Decimal::ONE, |tens, _| tens.checked_mul(Decimal::TEN))?;
    if exponent < 0 { digits.checked_div(tens) } else { digits.checked_mul(tens) }
}

/// BLAKE3 of a text, 64 hex digits.
pub fn hash_of(text: &[u8]) -> String {
    blake3::hash(text).to_hex().to_string()
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
