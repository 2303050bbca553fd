//! How a loop is set up.

use super::command::SignalCommand;
use domain::contract::{Instrument, SecType, SymbolSpec};
use domain::id::StrategyId;
use domain::looping::calendar::ExchangeCalendar;
use domain::looping::decision::DecisionRules;
use domain::looping::execution::ExecutionTerms;
use domain::looping::order_plan::PlanRules;
use domain::looping::schedule::Schedule;
use domain::looping::signal::BuiltIn;
use domain::money::Currency;
use jiff::SignedDuration;
use std::path::PathBuf;

/// Where decisions come from.
#[derive(Clone, Debug)]
pub enum Signal {
    /// An external command, given positions, bars and parameters.
    Command(SignalCommand),
    /// A file that somebody else writes.
    File(PathBuf),
    /// One of ours.
    BuiltIn(BuiltIn),
    /// Somebody proposes; a run goes by the newest proposal.
    Proposed,
}

impl Signal {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Command(command) => format!("command {}", command.words()),
            Self::File(path) => format!("file {}", path.display()),
            Self::BuiltIn(signal) => format!("built-in {}", signal.word()),
            Self::Proposed => "proposed".to_owned(),
        }
    }
}

/// How a loop is set up.
#[derive(Clone, Debug)]
pub struct PilotSettings {
    /// Where decisions come from.
    pub signal: Signal,
    /// When it runs, and the rule in words; `None`: by hand only.
    pub schedule: Option<(Schedule, String)>,
    /// The exchange's days.
    pub calendar: ExchangeCalendar,
    /// What decisions must keep to. Its universe is what the loop trades.
    pub decisions: DecisionRules,
    /// How plans are made.
    pub rules: PlanRules,
    /// How orders are worked.
    pub terms: ExecutionTerms,
    /// How long what stands in a run's way is waited for.
    pub begin_within: SignedDuration,
    /// Whether a run that ends badly is taken back by itself.
    pub rolls_back: bool,
    /// The currency of prices and cash.
    pub currency: Currency,
}

impl PilotSettings {
    /// The strategy that orders name.
    pub fn strategy(&self) -> &StrategyId {
        &self.terms.strategy
    }

    /// What a symbol of the universe means: a stock at SMART.
    pub fn instrument(&self, symbol: &str) -> Instrument {
        Instrument::Spec(SymbolSpec {
            symbol: symbol.to_owned(),
            sec_type: SecType::Stk,
            exchange: "SMART".to_owned(),
            currency: self.currency.clone(),
            expiry: None,
            strike: None,
            right: None,
        })
    }
}
