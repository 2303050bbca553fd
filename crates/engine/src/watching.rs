//! Watching prices: the newest quote of each instrument, and whether anybody feeds it still.

use crate::asks::Asker;
use crate::market::{Feeding, Held};
use crate::service::{Service, need};
use crate::shared::Shared;
use domain::contract::{Contract, Instrument};
use domain::fault::Fault;
use domain::gates::LinkState;
use domain::market::Quote;
use domain::principal::{Principal, Scope};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How an instrument is fed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedState {
    /// The broker feeds it: the quote is the newest that there is, however old it is.
    Fed,
    /// Nothing was said yet; a quote beside it is from before.
    Unknown,
    /// It is fed no more, with the reason; a quote beside it is the last that was known.
    NotFed(String),
    /// The bid stands above the ask: the quote proves nothing and is held back.
    Crossed,
}

/// An instrument that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedQuote {
    /// Which.
    pub contract: Contract,
    /// How it is fed.
    pub state: FeedState,
    /// The newest quote; `None` before the first.
    pub quote: Option<Quote>,
}

impl WatchedQuote {
    fn of(contract: &Contract, state: FeedState, quote: Option<Quote>) -> Self {
        let is_crossed = quote.as_ref().is_some_and(Quote::is_crossed);
        let state = if is_crossed && state == FeedState::Fed { FeedState::Crossed } else { state };
        Self { contract: contract.clone(), state, quote: quote.filter(|_| !is_crossed) }
    }
}

/// Quotes of some instruments; their lines stay open until it is dropped.
pub trait QuoteFeed: Send + Sync {
    /// Each instrument as it is now.
    fn look(&self) -> Vec<WatchedQuote>;
}

struct Watching {
    held: Held,
    service: Arc<Service>,
}

/// Why nothing is fed at all, if that is so.
fn why_dark(shared: &Shared) -> Option<String> {
    match &shared.read().session.link {
        LinkState::Up { .. } => None,
        LinkState::BrokerOffline => Some("the broker has lost its line".to_owned()),
        LinkState::Down(why) => Some(format!("there is no connection to the broker: {why}")),
    }
}

impl QuoteFeed for Watching {
    fn look(&self) -> Vec<WatchedQuote> {
        let dark = why_dark(&self.service.shared);
        let look = |contract: &Contract| {
            let (quote, feeding) = self.service.market.fed(contract.con_id);
            let state = match (&dark, feeding) {
                (Some(why), _) => FeedState::NotFed(why.clone()),
                (None, Feeding::Refused(why)) => FeedState::NotFed(why),
                (None, Feeding::Fed) => FeedState::Fed,
                (None, Feeding::Waiting) => FeedState::Unknown,
            };
            WatchedQuote::of(contract, state, quote)
        };
        self.held.contracts.iter().map(look).collect()
    }
}

impl Service {
    /// Every instrument's one contract, each once.
    async fn contracts(&self, instruments: &[Instrument]) -> Result<Vec<Contract>, Fault> {
        let asked = instruments.iter().map(|instrument| self.market.contract(Asker::Reader, instrument));
        let mut contracts = futures::future::try_join_all(asked).await?;
        let mut seen = BTreeSet::new();
        contracts.retain(|contract| seen.insert(contract.con_id));
        Ok(contracts)
    }

    /// See [`crate::Desk::quotes`].
    pub(crate) async fn newest_quotes(
        &self,
        by: &Principal,
        instruments: Vec<Instrument>,
    ) -> Result<Vec<WatchedQuote>, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        let contracts = self.contracts(&instruments).await?;
        let quotes = contracts.iter().map(async |contract| match self.market.quote(Asker::Reader, contract).await {
            Ok(quote) => WatchedQuote::of(contract, FeedState::Fed, Some(quote)),
            Err(fault) => {
                let last = self.market.last_quote(contract.con_id);
                WatchedQuote::of(contract, FeedState::NotFed(fault.to_string()), last)
            }
        });
        Ok(futures::future::join_all(quotes).await)
    }

    /// See [`crate::Desk::watch_quotes`].
    pub(crate) async fn watch(
        &self,
        by: &Principal,
        instruments: Vec<Instrument>,
    ) -> Result<Box<dyn QuoteFeed>, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        let contracts = self.contracts(&instruments).await?;
        let service = self.own.upgrade().ok_or_else(|| Fault::Internal("this desk is being taken apart".to_owned()))?;
        Ok(Box::new(Watching { held: self.market.hold(contracts)?, service }))
    }
}
