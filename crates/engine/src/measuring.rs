//! A decision alone, for the benchmark: what the writer does from an order to its verdict, without journal and wire.
//! Built with the feature `measuring` only.

use crate::asks::Asks;
use crate::clock::Clock;
use crate::config::EngineConfig;
use crate::core::Core;
use crate::desk::{LeaseStatus, Role};
use crate::input::OrderFacts;
use crate::market::MarketDesk;
use crate::shared::Session;
use crate::start::MarketPrices;
use crate::submitting::Case;
use domain::account::{AccountSummary, Position};
use domain::book::Book;
use domain::contract::Contract;
use domain::fault::Fault;
use domain::gates::{ApprovalFact, Evaluation, LinkState, Reference};
use domain::market::Quote;
use domain::mode::ModeProof;
use domain::order::OrderIntent;
use domain::principal::Principal;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What a ready engine knows.
#[derive(Debug)]
pub struct Known {
    /// The journal's state.
    pub book: Book,
    /// Account, port and server.
    pub mode: ModeProof,
    /// The account's funds.
    pub account: AccountSummary,
    /// Its positions.
    pub positions: Vec<Position>,
    /// A quote of every instrument.
    pub quotes: Vec<Quote>,
}

/// An engine that decides and does nothing.
pub struct Decider {
    core: Core,
    market: Arc<MarketDesk>,
}

impl Decider {
    /// An engine that is ready at `now`.
    pub fn new(config: EngineConfig, known: Known, clock: Arc<dyn Clock>, now: Timestamp) -> Self {
        let (commands, _no_adapter) = mpsc::channel(1);
        let market = Arc::new(MarketDesk::new(Arc::new(Asks::new(commands.clone())), commands, clock));
        for quote in known.quotes {
            market.put(quote);
        }
        let lease = LeaseStatus { role: Role::Writer, epoch: known.book.epoch.0, holder_pid: None };
        let generation = known.book.generation;
        let mut session = Session::down(now, "connecting", &config.endpoint, lease);
        session.link = LinkState::Up { generation };
        session.generation = generation;
        session.clock_skew_ms = Some(0);
        session.mode = Some(known.mode);
        session.reconciled = true;
        session.held = known.positions.iter().map(|position| (position.con_id, position.qty)).collect();
        session.positions = Some(Arc::new(known.positions.clone()));
        session.account = Some(known.account);
        let mut core = Core::new(config, known.book, session, Box::new(MarketPrices(Arc::clone(&market))), now);
        core.heard_at = Some(now);
        core.reconciled_at = Some(now);
        core.valuation.tell(&known.positions);
        core.value_everything();
        Self { core, market }
    }

    /// The order's quote, as the market desk hears it.
    pub fn hear(&self, ask: &Ask) {
        if let Some(quote) = &ask.facts.quote {
            self.market.put(quote.clone());
        }
    }

    /// What the gates say to a new order, in the way of [`Core::submit`].
    ///
    /// # Errors
    /// The key was used, or no account is pinned.
    pub fn decide(&mut self, ask: &Ask, now: Timestamp) -> Result<Evaluation, Fault> {
        let Ask { intent, by, request_hash, facts } = ask;
        self.core.known(&intent.cl_ord_id, request_hash)?;
        let order = self.core.resolve(intent, facts)?;
        let preview = self.core.preview_fact(intent, request_hash, now);
        let (approval, changes) = (ApprovalFact::None, None);
        let case = Case { order: &order, request_hash, by, facts, approval, preview, is_new: true, changes };
        Ok(self.core.judge(&case, now).evaluation)
    }
}

/// An order with what the market desk found for it.
#[derive(Debug)]
pub struct Ask {
    intent: OrderIntent,
    by: Principal,
    request_hash: String,
    facts: OrderFacts,
}

impl Ask {
    /// As a request reaches the writer.
    pub fn new(intent: OrderIntent, by: Principal, contract: Contract, quote: Quote, reference: Reference) -> Self {
        let facts = OrderFacts { contract, quote: Some(quote), reference };
        Self { intent, by, request_hash: "0".repeat(64), facts }
    }
}

impl std::fmt::Debug for Decider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decider({} orders)", self.core.book.orders.len())
    }
}
