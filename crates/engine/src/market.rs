//! The market-data desk: the one source of contracts and prices. Gates, faces and loop all read it.

use crate::asks::{Asker, Asks, only};
use crate::clock::Clock;
use domain::broker::{Answer, BrokerCommand, OptionClass, Question};
use domain::contract::{Contract, Instrument, SecType};
use domain::fault::Fault;
use domain::gates::{Dated, Reference, volume_counts};
use domain::hours::Hours;
use domain::id::ConId;
use domain::market::{BarDuration, BarSize, DataType, DurationUnit, Quote, WhatToShow, average_volume};
use domain::price_window::PriceWindow;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::mpsc;

/// IBKR gives a plain login a hundred lines; the rest stay for other programs.
const LINES_MAX: usize = 80;
/// Of these, so many at most are for streams: the rest stay for orders and questions.
pub(crate) const HELD_MAX: usize = 60;
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

/// A line that streams hold open.
#[derive(Clone, Debug)]
struct Hold {
    contract: Contract,
    readers: usize,
    /// Nobody but streams asked for it: it is closed with the last of them.
    only_streams: bool,
    /// What was received before belongs to an earlier line.
    since: Timestamp,
    /// Why the broker feeds it no more.
    refused: Option<String>,
}

/// How an instrument is fed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Feeding {
    /// Its line is open and has spoken.
    Fed,
    /// Its line is open and has said nothing yet.
    Waiting,
    /// The broker refused it.
    Refused(String),
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
    /// Those of them that streams hold open.
    holds: BTreeMap<ConId, Hold>,
}

impl Cache {
    /// Makes room for one more line; what was closed for it. A line that a stream holds is not closed for another one.
    fn make_room(&mut self) -> Option<ConId> {
        if self.lines.len() < LINES_MAX {
            return None;
        }
        let free = self.lines.iter().filter(|(con_id, _)| !self.holds.contains_key(con_id));
        let oldest = free.min_by_key(|(_, (_, used))| *used).map(|(con_id, _)| *con_id)?;
        self.lines.remove(&oldest);
        self.quotes.remove(&oldest);
        Some(oldest)
    }
}

/// Lines that are held open until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    market: Arc<MarketDesk>,
    pub(crate) contracts: Vec<Contract>,
}

impl Drop for Held {
    fn drop(&mut self) {
        for contract in &self.contracts {
            self.market.release(contract.con_id);
        }
    }
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
    pub(crate) async fn contract(&self, asker: Asker, instrument: &Instrument) -> Result<Contract, Fault> {
        Ok(self.known(asker, instrument).await?.contract)
    }

    /// The same with its hours. What was known is good enough while the broker does not answer: its age is told.
    pub(crate) async fn known(&self, asker: Asker, instrument: &Instrument) -> Result<Known, Fault> {
        let now = self.clock.now();
        let known = self.read().by_instrument.get(instrument).cloned();
        if let Some(known) = known.as_ref().filter(|known| now < known.ask_at) {
            return Ok(known.clone());
        }
        let answer = self.asks.ask(asker, Question::Contracts(instrument.clone())).await;
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

    /// The options on an underlying, class by class.
    pub(crate) async fn option_chain(&self, underlying: ConId) -> Result<(Contract, Vec<OptionClass>), Fault> {
        let contract = self.contract(Asker::Reader, &Instrument::ConId(underlying)).await?;
        let answer = self.asks.ask(Asker::Reader, Question::OptionChain(Box::new(contract.clone()))).await?;
        Ok((contract, only!(Answer::OptionChain, answer)?))
    }

    /// The best kind of data that quotes of each kind of security came with, of those that are kept.
    pub(crate) fn data_seen(&self) -> BTreeMap<SecType, DataType> {
        let cache = self.read();
        let kinds: BTreeMap<ConId, SecType> =
            cache.by_instrument.values().map(|known| (known.contract.con_id, known.contract.sec_type)).collect();
        let mut best = BTreeMap::new();
        for (con_id, quote) in &cache.quotes {
            if let Some(kind) = kinds.get(con_id) {
                let seen = best.entry(*kind).or_insert(quote.data_type);
                *seen = (*seen).min(quote.data_type);
            }
        }
        best
    }

    /// What the gates want to know of a contract beside its quote.
    pub(crate) async fn reference(&self, asker: Asker, known: &Known) -> Reference {
        let hours = known.hours.clone().map(|value| Dated { value, at: known.at });
        Reference { hours, volume: self.volume(asker, &known.contract).await, what_if: None }
    }

    /// The average daily volume, of whatever age; `None` where there is none, or where it says nothing.
    async fn volume(&self, asker: Asker, contract: &Contract) -> Option<Dated<Decimal>> {
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
        let bars = self.asks.ask(asker, question).await.and_then(|answer| only!(Answer::Bars, answer));
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
    pub(crate) async fn quote(&self, asker: Asker, contract: &Contract) -> Result<Quote, Fault> {
        let now = self.clock.now();
        self.keep_line(contract, now);
        if let Some(quote) = self.last_quote(contract.con_id)
            && quote.age_ms(now) <= FRESH_MS
            && quote.bid.is_some()
            && quote.ask.is_some()
        {
            return Ok(quote);
        }
        let quote = only!(Answer::Quote, self.asks.ask(asker, Question::Quote(Box::new(contract.clone()))).await?)?;
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
        let Cache { lines, holds, .. } = &mut *cache;
        for hold in holds.values_mut() {
            (hold.since, hold.refused) = (now, None);
            lines.entry(hold.contract.con_id).or_insert_with(|| (hold.contract.clone(), now));
        }
        for contract in also {
            if let Some(hold) = holds.get_mut(&contract.con_id) {
                hold.only_streams = false;
            }
            if lines.len() < LINES_MAX {
                lines.entry(contract.con_id).or_insert((contract, now));
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

    /// The broker refused a line; whoever holds it is told why.
    pub(crate) fn refuse_line(&self, con_id: ConId, why: &str) {
        self.drop_line(con_id);
        if let Some(hold) = self.write().holds.get_mut(&con_id) {
            hold.refused = Some(why.to_owned());
        }
    }

    /// Holds lines open for a stream; each instrument has one line, however many streams watch it.
    ///
    /// # Errors
    /// [`Fault::MarketDataUnavailable`] when streams would hold more than they may.
    pub(crate) fn hold(self: &Arc<Self>, mut contracts: Vec<Contract>) -> Result<Held, Fault> {
        let now = self.clock.now();
        let mut seen = BTreeSet::new();
        contracts.retain(|contract| seen.insert(contract.con_id));
        let mut cache = self.write();
        let new = contracts.iter().filter(|contract| !cache.holds.contains_key(&contract.con_id)).count();
        if cache.holds.len().saturating_add(new) > HELD_MAX {
            let why = format!(
                "streams watch {} instruments and may watch {HELD_MAX} in all: end a stream, or watch fewer",
                cache.holds.len()
            );
            return Err(Fault::MarketDataUnavailable(why));
        }
        for contract in &contracts {
            if let Some(hold) = cache.holds.get_mut(&contract.con_id) {
                hold.readers = hold.readers.saturating_add(1);
                continue;
            }
            let is_open = cache.lines.contains_key(&contract.con_id);
            let since = if is_open { Timestamp::MIN } else { now };
            let (contract, refused) = (contract.clone(), None);
            let hold = Hold { contract: contract.clone(), readers: 1, only_streams: !is_open, since, refused };
            cache.holds.insert(contract.con_id, hold);
            if !is_open {
                if let Some(closed) = cache.make_room() {
                    self.send(BrokerCommand::Unsubscribe(closed));
                }
                cache.lines.insert(contract.con_id, (contract.clone(), now));
                self.send(BrokerCommand::Subscribe(Box::new(contract)));
            }
        }
        drop(cache);
        Ok(Held { market: Arc::clone(self), contracts })
    }

    fn release(&self, con_id: ConId) {
        let mut cache = self.write();
        let Some(hold) = cache.holds.get_mut(&con_id) else { return };
        hold.readers = hold.readers.saturating_sub(1);
        if hold.readers > 0 {
            return;
        }
        let only_streams = hold.only_streams;
        cache.holds.remove(&con_id);
        if only_streams && cache.lines.remove(&con_id).is_some() {
            if let Some(quote) = cache.quotes.get_mut(&con_id) {
                (quote.halted, quote.shortable) = (None, None);
            }
            self.send(BrokerCommand::Unsubscribe(con_id));
        }
    }

    /// The newest quote of an instrument that a stream holds, and how it is fed.
    pub(crate) fn fed(&self, con_id: ConId) -> (Option<Quote>, Feeding) {
        let cache = self.read();
        let quote = cache.quotes.get(&con_id).cloned();
        let Some(hold) = cache.holds.get(&con_id) else { return (quote, Feeding::Waiting) };
        let feeding = match (&hold.refused, &quote) {
            (Some(why), _) => Feeding::Refused(why.clone()),
            (None, Some(quote)) if quote.received_at >= hold.since => Feeding::Fed,
            (None, Some(_) | None) => Feeding::Waiting,
        };
        (quote, feeding)
    }

    fn keep_line(&self, contract: &Contract, now: Timestamp) {
        let mut cache = self.write();
        if let Some(hold) = cache.holds.get_mut(&contract.con_id) {
            hold.only_streams = false;
        }
        if let Some(line) = cache.lines.get_mut(&contract.con_id) {
            line.1 = now;
            return;
        }
        if let Some(closed) = cache.make_room() {
            self.send(BrokerCommand::Unsubscribe(closed));
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
