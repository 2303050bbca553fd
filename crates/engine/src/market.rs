//! The market-data desk: the one source of contracts and prices. Gates, faces and loop all read it.

use crate::asks::Asks;
use crate::clock::Clock;
use domain::broker::{Answer, BrokerCommand, Question};
use domain::contract::{Contract, Instrument};
use domain::fault::Fault;
use domain::id::ConId;
use domain::market::Quote;
use domain::price_window::PriceWindow;
use jiff::Timestamp;
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

#[derive(Debug, Default)]
struct Cache {
    by_instrument: BTreeMap<Instrument, Contract>,
    quotes: BTreeMap<ConId, Quote>,
    /// Where prices have been; of what has a quote.
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
        if let Some(known) = self.read().by_instrument.get(instrument) {
            return Ok(known.clone());
        }
        let Answer::Contracts(mut found) = self.asks.ask(Question::Contracts(instrument.clone())).await? else {
            return Err(Fault::Internal("the adapter answered another question".to_owned()));
        };
        if found.len() > 1 {
            return Err(Fault::ContractAmbiguous { instrument: instrument.to_string(), candidates: found });
        }
        let contract = found.pop().ok_or_else(|| Fault::ContractNotFound(instrument.to_string()))?;
        let mut cache = self.write();
        if cache.by_instrument.len() >= CONTRACTS_MAX {
            cache.by_instrument.clear();
        }
        cache.by_instrument.insert(instrument.clone(), contract.clone());
        cache.by_instrument.insert(Instrument::ConId(contract.con_id), contract.clone());
        Ok(contract)
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
        let Answer::Quote(quote) = self.asks.ask(Question::Quote(Box::new(contract.clone()))).await? else {
            return Err(Fault::Internal("the adapter answered another question".to_owned()));
        };
        self.put(quote.clone());
        Ok(quote)
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

    /// Books a quote.
    pub(crate) fn put(&self, quote: Quote) {
        let mut cache = self.write();
        // A previous close is no price of these minutes.
        let is_live = quote.last.is_some() || (quote.bid.is_some() && quote.ask.is_some());
        if let Some(price) = quote.reference().filter(|_| is_live) {
            cache.windows.entry(quote.con_id).or_default().add(price, quote.received_at);
        }
        cache.quotes.insert(quote.con_id, quote);
    }

    /// A new connection may see other contracts: what was resolved on the old one is asked for anew.
    pub(crate) fn forget_contracts(&self) {
        self.write().by_instrument.clear();
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

    /// Forgets a line that the broker refused; it is asked for anew at the next use.
    pub(crate) fn drop_line(&self, con_id: ConId) {
        self.write().lines.remove(&con_id);
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
            cache.windows.remove(&oldest);
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
