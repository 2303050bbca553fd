//! The market-data desk: the one source of contracts and prices. Gates, faces and loop all read it.

use crate::asks::{Asks, only};
use crate::clock::Clock;
use domain::broker::{Answer, BrokerCommand, Question};
use domain::contract::{Contract, Instrument};
use domain::fault::Fault;
use domain::gates::{Dated, Reference, volume_counts};
use domain::hours::Hours;
use domain::id::ConId;
use domain::market::{BarDuration, BarSize, DurationUnit, Quote, WhatToShow, average_volume};
use domain::price_window::PriceWindow;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::mpsc;

/// IBKR gives a plain login a hundred lines; the rest stay for other programs.
const LINES_MAX: usize = 80;
/// A streamed quote this young answers without a question.
const FRESH_MS: i64 = 1_000;
/// Contracts kept for the session.
const CONTRACTS_MAX: usize = 10_000;
/// Quotes and price windows kept of what has no line any more; beyond so many they are forgotten.
const QUOTES_MAX: usize = 1_000;
/// Hours and volumes older than this are asked for anew: half of the least age that a policy can name.
const REFRESH: SignedDuration = SignedDuration::from_mins(30);
/// What could not be had is not asked for again before this: no order waits for what the last one waited for in vain.
const RETRY: SignedDuration = SignedDuration::from_mins(1);
/// Days over which the volume is averaged, about a month of trading.
const VOLUME_SPAN: BarDuration = BarDuration { count: 1, unit: DurationUnit::Months };

/// A contract with its hours, and when the broker said so.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) contract: Contract,
    hours: Option<Arc<Hours>>,
    at: Timestamp,
    /// When to ask again.
    ask_at: Timestamp,
}

/// An average volume, and when to ask again.
#[derive(Clone, Debug)]
struct KnownVolume {
    value: Option<Dated<Decimal>>,
    ask_at: Timestamp,
}

#[derive(Debug, Default)]
struct Cache {
    by_instrument: BTreeMap<Instrument, Known>,
    volumes: BTreeMap<ConId, KnownVolume>,
    quotes: BTreeMap<ConId, Quote>,
    /// Where prices have been; that a line is closed for another one makes no jump unseen.
    windows: BTreeMap<ConId, PriceWindow>,
    /// Lines that are open, with the time of their last use.
    lines: BTreeMap<ConId, (Contract, Timestamp)>,
}

/// Contracts and quotes, with lines to the broker kept open for what is in use.
#[derive(Debug)]
pub(crate) struct MarketDesk {
    asks: Arc<Asks>,
    commands: mpsc::Sender<BrokerCommand>,
    clock: Arc<dyn Clock>,
    cache: RwLock<Cache>,
}

impl MarketDesk {
    pub(crate) fn new(asks: Arc<Asks>, commands: mpsc::Sender<BrokerCommand>, clock: Arc<dyn Clock>) -> Self {
        Self { asks, commands, clock, cache: RwLock::new(Cache::default()) }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Cache> {
        self.cache.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Cache> {
        self.cache.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one contract that the instrument means.
    pub(crate) async fn contract(&self, instrument: &Instrument) -> Result<Contract, Fault> {
        Ok(self.known(instrument).await?.contract)
    }

    /// The same with its hours. What was known is good enough while the broker does not answer: its age is told.
    pub(crate) async fn known(&self, instrument: &Instrument) -> Result<Known, Fault> {
        let now = self.clock.now();
        let known = self.read().by_instrument.get(instrument).cloned();
        if let Some(known) = known.as_ref().filter(|known| now < known.ask_at) {
            return Ok(known.clone());
        }
        let answer = self.asks.ask(Question::Contracts(instrument.clone())).await;
        let found = match (answer, known) {
            (Ok(answer), _) => only!(Answer::Contracts, answer)?,
            (Err(fault), Some(mut known)) => {
                tracing::warn!(%fault, con_id = %known.contract.con_id, "the contract could not be asked for anew");
                known.ask_at = after(now, RETRY);
                self.keep(instrument, &known);
                return Ok(known);
            }
            (Err(fault), None) => return Err(fault),
        };
        let contract = one(instrument, found)?;
        let hours = Hours::read(&contract).map(Arc::new);
        let known = Known { contract, hours, at: now, ask_at: after(now, REFRESH) };
        self.keep(instrument, &known);
        Ok(known)
    }

    fn keep(&self, instrument: &Instrument, known: &Known) {
        let mut cache = self.write();
        if cache.by_instrument.len() >= CONTRACTS_MAX {
            cache.by_instrument.clear();
        }
        cache.by_instrument.insert(instrument.clone(), known.clone());
        cache.by_instrument.insert(Instrument::ConId(known.contract.con_id), known.clone());
    }

    /// What the gates want to know of a contract beside its quote.
    pub(crate) async fn reference(&self, known: &Known) -> Reference {
        let hours = known.hours.clone().map(|value| Dated { value, at: known.at });
        Reference { hours, volume: self.volume(&known.contract).await, what_if: None }
    }

    /// The average daily volume, of whatever age; `None` where there is none, or where it says nothing.
    async fn volume(&self, contract: &Contract) -> Option<Dated<Decimal>> {
        if !volume_counts(contract.sec_type) {
            return None;
        }
        let now = self.clock.now();
        let known = self.read().volumes.get(&contract.con_id).cloned();
        if let Some(known) = known.as_ref().filter(|known| now < known.ask_at) {
            return known.value.clone();
        }
        let question = Question::Bars {
            contract: Box::new(contract.clone()),
            size: BarSize::Day1,
            duration: VOLUME_SPAN,
            end: None,
            what: WhatToShow::Trades,
            regular_hours: true,
        };
        let bars = self.asks.ask(question).await.and_then(|answer| only!(Answer::Bars, answer));
        let (value, rest) = match bars.map(|bars| average_volume(&bars)) {
            Ok(Some(value)) => (Some(Dated { value, at: now }), REFRESH),
            Ok(None) => (None, RETRY),
            Err(fault) => {
                tracing::warn!(%fault, con_id = %contract.con_id, "the daily volume could not be asked for");
                (known.and_then(|known| known.value), RETRY)
            }
        };
        let mut cache = self.write();
        if cache.volumes.len() >= CONTRACTS_MAX {
            cache.volumes.clear();
        }
        cache.volumes.insert(contract.con_id, KnownVolume { value: value.clone(), ask_at: after(now, rest) });
        drop(cache);
        value
    }

    /// A quote that is young enough to show, opening a line for the next time.
    pub(crate) async fn quote(&self, contract: &Contract) -> Result<Quote, Fault> {
        let now = self.clock.now();
        self.keep_line(contract, now);
        if let Some(quote) = self.last_quote(contract.con_id)
            && quote.age_ms(now) <= FRESH_MS
            && quote.bid.is_some()
            && quote.ask.is_some()
        {
            return Ok(quote);
        }
        let quote = only!(Answer::Quote, self.asks.ask(Question::Quote(Box::new(contract.clone()))).await?)?;
        Ok(self.put(quote))
    }

    /// The newest quote that is known, of whatever age.
    pub(crate) fn last_quote(&self, con_id: ConId) -> Option<Quote> {
        self.read().quotes.get(&con_id).cloned()
    }

    /// Lowest and highest price within so many seconds; `None` when there was none.
    pub(crate) fn price_range(&self, con_id: ConId, window_s: i64, now: Timestamp) -> Option<(Decimal, Decimal)> {
        self.read().windows.get(&con_id)?.range(window_s, now)
    }

    /// Age of the oldest quote on an open line.
    pub(crate) fn worst_age_ms(&self) -> Option<i64> {
        let now = self.clock.now();
        let cache = self.read();
        cache.lines.keys().filter_map(|con_id| cache.quotes.get(con_id)).map(|quote| quote.age_ms(now)).max()
    }

    /// Books a quote. What only a line says, a halt and what can be borrowed, stays until it says something else.
    pub(crate) fn put(&self, mut quote: Quote) -> Quote {
        let mut cache = self.write();
        // A previous close is no price of these minutes.
        let is_live = quote.last.is_some() || (quote.bid.is_some() && quote.ask.is_some());
        if let Some(price) = quote.reference().filter(|_| is_live) {
            cache.windows.entry(quote.con_id).or_default().add(price, quote.received_at);
        }
        if let Some(last) = cache.quotes.get(&quote.con_id) {
            quote.halted = quote.halted.or(last.halted);
            quote.shortable = quote.shortable.or(last.shortable);
        }
        cache.quotes.insert(quote.con_id, quote.clone());
        let Cache { lines, quotes, windows, .. } = &mut *cache;
        if quotes.len() > QUOTES_MAX {
            quotes.retain(|con_id, _| lines.contains_key(con_id));
        }
        if windows.len() > QUOTES_MAX {
            windows.retain(|con_id, _| lines.contains_key(con_id));
        }
        quote
    }

    /// A new connection may see other contracts: what was resolved on the old one is asked for anew, and what its lines
    /// said is said anew.
    pub(crate) fn forget_contracts(&self) {
        let mut cache = self.write();
        cache.by_instrument.clear();
        for quote in cache.quotes.values_mut() {
            (quote.halted, quote.shortable) = (None, None);
        }
    }

    /// Opens every line again, and those of `also`: lines die with their connection, and with 1101.
    pub(crate) fn reopen_lines(&self, also: Vec<Contract>) {
        let now = self.clock.now();
        let mut cache = self.write();
        for contract in also {
            if cache.lines.len() < LINES_MAX {
                cache.lines.entry(contract.con_id).or_insert((contract, now));
            }
        }
        drop(cache);
        let contracts: Vec<Contract> = self.read().lines.values().map(|(contract, _)| contract.clone()).collect();
        for contract in contracts {
            self.send(BrokerCommand::Subscribe(Box::new(contract)));
        }
    }

    /// Forgets a line that the broker refused; it is asked for anew at the next use. What it said can be borrowed may be lent
    /// by then.
    pub(crate) fn drop_line(&self, con_id: ConId) {
        let mut cache = self.write();
        cache.lines.remove(&con_id);
        if let Some(quote) = cache.quotes.get_mut(&con_id) {
            quote.shortable = None;
        }
    }

    fn keep_line(&self, contract: &Contract, now: Timestamp) {
        let mut cache = self.write();
        if let Some(line) = cache.lines.get_mut(&contract.con_id) {
            line.1 = now;
            return;
        }
        if cache.lines.len() >= LINES_MAX
            && let Some(oldest) = cache.lines.iter().min_by_key(|(_, (_, used))| *used).map(|(con_id, _)| *con_id)
        {
            cache.lines.remove(&oldest);
            cache.quotes.remove(&oldest);
            self.send(BrokerCommand::Unsubscribe(oldest));
        }
        cache.lines.insert(contract.con_id, (contract.clone(), now));
        self.send(BrokerCommand::Subscribe(Box::new(contract.clone())));
    }

    /// A line is a convenience: when the adapter's queue is full, the next use asks for a snapshot instead.
    fn send(&self, command: BrokerCommand) {
        if let Err(error) = self.commands.try_send(command) {
            tracing::warn!(%error, "a market-data line was not opened or closed");
        }
    }
}

fn one(instrument: &Instrument, mut found: Vec<Contract>) -> Result<Contract, Fault> {
    if found.len() > 1 {
        return Err(Fault::ContractAmbiguous { instrument: instrument.to_string(), candidates: found });
    }
    found.pop().ok_or_else(|| Fault::ContractNotFound(instrument.to_string()))
}

/// At the end of the calendar nothing is asked for again.
fn after(now: Timestamp, rest: SignedDuration) -> Timestamp {
    now.checked_add(rest).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;
