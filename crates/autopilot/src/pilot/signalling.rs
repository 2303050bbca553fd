//! Asking the signal: what it is given, and what becomes of its answer.

use super::gathering::Account;
use super::service::Pilot;
use super::settings::Signal;
use domain::contract::{Contract, Instrument};
use domain::fault::Fault;
use domain::looping::decision::{DECISION_LEN_MAX, Decision, DecisionDraft, DecisionSource, Origin, hash_of};
use domain::looping::signal::BuiltIn;
use domain::market::{Bar, BarDuration, BarSize, DurationUnit, WhatToShow};
use domain::principal::Principal;
use engine::desk::BarsRequest;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Why there is no decision.
pub(super) enum NoDecision {
    /// What was said is no decision, for these reasons; whoever said it is told.
    Refused { origin: DecisionSource, data_hash: Option<String>, reasons: Vec<String> },
    /// It could not be asked: the desk did not answer.
    Fault(Fault),
}

impl From<Fault> for NoDecision {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn refused(origin: &DecisionSource, data_hash: Option<String>, reasons: Vec<String>) -> NoDecision {
    NoDecision::Refused { origin: origin.clone(), data_hash, reasons }
}

impl Pilot {
    /// Asks the signal and makes its answer a decision, without noting anything. It may take its time, as a command or the bars of many
    /// symbols do.
    pub(super) async fn ask_signal(&self, by: &Principal) -> Result<Arc<Decision>, NoDecision> {
        let now = self.clock.now();
        match &self.settings.signal {
            Signal::Command(command) => {
                let source = DecisionSource::Command { program: command.words.first().cloned().unwrap_or_default() };
                let input = self.command_input(by, now, command.bars_days, &command.params).await?;
                let data_hash = hash_of(input.as_bytes());
                let said = command
                    .run(&input)
                    .await
                    .map_err(|fault| refused(&source, Some(data_hash.clone()), vec![fault.to_string()]))?;
                // It took its time: what it says is judged by the time when it is said.
                self.read(by, source, data_hash, &said, self.clock.now()).await
            }
            Signal::File(path) => {
                let source = DecisionSource::File { path: path.display().to_string() };
                let said = read_file(path).await.map_err(|why| refused(&source, None, vec![why]))?;
                let data_hash = hash_of(said.as_bytes());
                self.read(by, source, data_hash, &said, now).await
            }
            Signal::BuiltIn(signal) => {
                let source = DecisionSource::BuiltIn { name: signal.word().to_owned() };
                let (closes, old) = self.closes(by, signal, now).await?;
                if !old.is_empty() {
                    return Err(refused(&source, None, old));
                }
                let as_of = now;
                let text = serde_json::to_vec(&(signal.word(), as_of, &closes)).map_err(|error| internal(&error))?;
                let data_hash = hash_of(&text);
                let targets = signal.targets(&closes).map_err(|why| refused(&source, Some(data_hash.clone()), why))?;
                let draft = DecisionDraft { as_of, targets, cash_buffer: None, note: None };
                self.decide(by, draft, Origin { source, data_hash }, now).await
            }
            Signal::Proposed => {
                let book = self.desk.looping(by)?;
                let mut newest = book.decided.iter().rev().filter_map(|id| book.decisions.get(id));
                let proposed = newest.find(|decision| decision.source == DecisionSource::Proposed);
                let none = |why: &str| refused(&DecisionSource::Proposed, None, vec![why.to_owned()]);
                let decision = proposed.ok_or_else(|| none("nobody has proposed a decision yet"))?;
                if now.duration_since(decision.as_of) > self.settings.decisions.age_max {
                    return Err(none(&format!(
                        "the newest proposal, {}, is stale: its data is of {}",
                        decision.id, decision.as_of
                    )));
                }
                Ok(Arc::clone(decision))
            }
        }
    }

    async fn read(
        &self,
        by: &Principal,
        source: DecisionSource,
        data_hash: String,
        said: &str,
        now: Timestamp,
    ) -> Result<Arc<Decision>, NoDecision> {
        let draft =
            DecisionDraft::from_json(said).map_err(|reasons| refused(&source, Some(data_hash.clone()), reasons))?;
        self.decide(by, draft, Origin { source, data_hash }, now).await
    }

    /// Checks a draft as a whole and resolves it.
    pub(super) async fn decide(
        &self,
        by: &Principal,
        draft: DecisionDraft,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Arc<Decision>, NoDecision> {
        let mut reasons = draft.problems(&self.settings.decisions, now);
        let (contracts, unresolved) = self.resolve_universe(by).await?;
        reasons.extend(unresolved);
        if !reasons.is_empty() {
            return Err(refused(&origin.source, Some(origin.data_hash), reasons));
        }
        let decision = draft.decide(origin, &contracts, self.settings.rules.cash_buffer, now);
        decision.map(Arc::new).map_err(|why| NoDecision::Fault(Fault::Internal(why)))
    }

    /// The contract of every symbol of the universe; what cannot be resolved, by name.
    pub(super) async fn resolve_universe(
        &self,
        by: &Principal,
    ) -> Result<(Vec<(String, Contract)>, Vec<String>), Fault> {
        let (mut contracts, mut reasons) = (Vec::new(), Vec::new());
        for symbol in &self.settings.decisions.universe {
            match self.desk.contract(by, self.settings.instrument(symbol)).await {
                Ok(contract) => contracts.push((symbol.clone(), contract)),
                Err(Fault::ContractNotFound(_)) => reasons.push(format!("{symbol}: the broker knows no such stock")),
                Err(Fault::ContractAmbiguous { candidates, .. }) => {
                    reasons.push(format!("{symbol}: ambiguous, {} contracts fit", candidates.len()));
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok((contracts, reasons))
    }

    async fn command_input(&self, by: &Principal, now: Timestamp, days: u16, params: &Value) -> Result<String, Fault> {
        let account = self.account(by).await?;
        let mut bars = serde_json::Map::new();
        if days > 0 {
            for symbol in &self.settings.decisions.universe {
                let told = self.daily_bars(by, symbol, days).await?;
                bars.insert(symbol.clone(), told.iter().map(bar_of).collect());
            }
        }
        let universe: Vec<&String> = self.settings.decisions.universe.iter().collect();
        let mut positions = Vec::with_capacity(universe.len());
        for symbol in &universe {
            let contract = self.desk.contract(by, self.settings.instrument(symbol)).await?;
            let qty = account.held.get(&contract.con_id).copied().unwrap_or(Decimal::ZERO);
            positions.push(json!({"symbol": symbol, "qty": qty}));
        }
        let Account { id, value, cash, .. } = &account;
        let input = json!({
            "now": now,
            "account": {"id": id, "value": value, "cash": cash, "currency": self.settings.currency},
            "positions": positions,
            "universe": universe,
            "bars": bars,
            "params": params,
        });
        Ok(input.to_string())
    }

    /// Closes of whole days that a signal needs, oldest first, and which of them do not reach up to the last session.
    async fn closes(
        &self,
        by: &Principal,
        signal: &BuiltIn,
        now: Timestamp,
    ) -> Result<(BTreeMap<String, Vec<Decimal>>, Vec<String>), Fault> {
        let needed = signal.closes_needed();
        let today = self.settings.calendar.date_of(now);
        let last = today.yesterday().ok().and_then(|day| self.settings.calendar.last_until(day));
        let (mut closes, mut old) = (BTreeMap::new(), Vec::new());
        for symbol in &self.settings.decisions.universe {
            let mut of_symbol = Vec::new();
            if needed > 0 {
                // Weekends and holidays take up to a third of the days.
                let days = u16::try_from(needed + needed / 2 + 10).unwrap_or(u16::MAX);
                let bars = self.daily_bars(by, symbol, days).await?;
                let whole: Vec<&Bar> = bars.iter().filter(|bar| day_of(bar) < today).collect();
                if let (Some(newest), Some(last)) = (whole.last().map(|bar| day_of(bar)), last)
                    && newest < last.date
                {
                    old.push(format!(
                        "{symbol}: stale: its newest daily bar is of {newest}, the last session was {}",
                        last.date
                    ));
                }
                of_symbol = whole.iter().map(|bar| bar.close.get()).collect();
                let surplus = of_symbol.len().saturating_sub(needed);
                of_symbol.drain(..surplus);
            }
            closes.insert(symbol.clone(), of_symbol);
        }
        Ok((closes, old))
    }

    async fn daily_bars(&self, by: &Principal, symbol: &str, days: u16) -> Result<Vec<Bar>, Fault> {
        let contract = self.desk.contract(by, self.settings.instrument(symbol)).await?;
        // IBKR takes more than a year of days in years only.
        let duration = if days <= 365 {
            BarDuration { count: i32::from(days), unit: DurationUnit::Days }
        } else {
            BarDuration { count: i32::from(days / 365 + 1), unit: DurationUnit::Years }
        };
        let request = BarsRequest {
            instrument: Instrument::ConId(contract.con_id),
            size: BarSize::Day1,
            duration,
            end: None,
            what: WhatToShow::Trades,
            regular_hours: true,
        };
        Ok(self.desk.bars(by, request).await?.1)
    }
}

/// The day of a daily bar, which begins at its midnight in UTC.
fn day_of(bar: &Bar) -> Date {
    bar.time.to_zoned(TimeZone::UTC).date()
}

fn bar_of(bar: &Bar) -> Value {
    json!({
        "date": day_of(bar),
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
    })
}

fn internal(error: &serde_json::Error) -> Fault {
    Fault::Internal(error.to_string())
}

async fn read_file(path: &Path) -> Result<String, String> {
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let failed = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
        let file = std::fs::File::open(&path).map_err(failed)?;
        let limit = u64::try_from(DECISION_LEN_MAX).unwrap_or(u64::MAX);
        let mut text = String::new();
        file.take(limit + 1).read_to_string(&mut text).map_err(failed)?;
        Ok(text)
    });
    reading.await.unwrap_or_else(|error| Err(format!("reading it failed: {error}")))
}
