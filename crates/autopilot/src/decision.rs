//! A decision: target weights, said once, checked before anything is looked up.

use domain::contract::{Instrument, SecType, SymbolSpec};
use domain::money::Currency;
use domain::rebalance::PlanRules;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeSet;

/// One target of a decision: a US stock on SMART in dollars, and its part of the account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Ticker.
    pub symbol: String,
    /// Part of the account's value, 0 to 1.
    pub weight: Decimal,
}

/// Target weights with the rules to plan them by.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Where it came from, for the record.
    pub source: String,
    /// Part of the account that stays cash.
    pub cash_buffer: Decimal,
    /// Trades below this value are left out.
    pub min_trade_value: Decimal,
    /// Largest sum of all trades as a part of the account.
    pub turnover_max: Decimal,
    /// The targets.
    pub targets: Vec<Target>,
}

/// Why a text is not a decision. Every reason is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionError(pub Vec<String>);

impl std::fmt::Display for DecisionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for DecisionError {}

impl Decision {
    /// Reads a decision from TOML.
    ///
    /// # Errors
    /// Every rule that it breaks.
    pub fn from_toml(text: &str) -> Result<Self, DecisionError> {
        let decision: Self = toml::from_str(text).map_err(|error| DecisionError(vec![error.to_string()]))?;
        let problems = decision.problems();
        if problems.is_empty() { Ok(decision) } else { Err(DecisionError(problems)) }
    }

    fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let part = |value: Decimal| value >= Decimal::ZERO && value <= Decimal::ONE;
        for (name, value) in [("cash_buffer", self.cash_buffer), ("turnover_max", self.turnover_max)] {
            if !part(value) {
                found.push(format!("{name}: must be from 0 to 1, it is {value}"));
            }
        }
        if self.min_trade_value < Decimal::ZERO {
            found.push(format!("min_trade_value: must not be negative, it is {}", self.min_trade_value));
        }
        if self.targets.is_empty() {
            found.push("targets: at least one".to_owned());
        }
        let mut seen = BTreeSet::new();
        for target in &self.targets {
            if !part(target.weight) {
                found.push(format!("{}: the weight must be from 0 to 1, it is {}", target.symbol, target.weight));
            }
            if !seen.insert(&target.symbol) {
                found.push(format!("{}: named twice", target.symbol));
            }
        }
        let sum: Decimal = self.targets.iter().map(|target| target.weight.clamp(-Decimal::ONE, Decimal::TWO)).sum();
        if sum > Decimal::ONE {
            found.push(format!("targets: the weights add up to {sum}, at most 1"));
        }
        found
    }

    /// The rules to plan by.
    pub fn rules(&self) -> PlanRules {
        PlanRules {
            cash_buffer: self.cash_buffer,
            min_trade_value: self.min_trade_value,
            turnover_max: self.turnover_max,
        }
    }
}

impl Target {
    /// The instrument that the ticker means.
    pub fn instrument(&self, dollars: &Currency) -> Instrument {
        Instrument::Spec(SymbolSpec {
            symbol: self.symbol.clone(),
            sec_type: SecType::Stk,
            exchange: "SMART".to_owned(),
            currency: dollars.clone(),
            expiry: None,
            strike: None,
            right: None,
        })
    }
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
