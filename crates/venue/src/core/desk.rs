//! The core: its way in and its way out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{NO_REQ_ID, Notice, Reply, Request};

use super::asset::Currency;
use super::change::Opened;
use super::fx::Route;
use super::order::OrderRecord;
use super::parts::Parts;
use super::session::Session;
use super::snapshot::{Moved, Snapshot};
use super::state::State;
use super::{Change, Commissions, CoreConfig, CoreError, DataRights, LedgerOrder};
use crate::market::{Instrument, Market, MarketConfig, Quote, Sessions};

/// The real closes end here; a venue whose time begins before keeps their own dates.
const LAST_REAL_CLOSE: jiff::civil::Date = jiff::civil::date(2022, 12, 28);

/// Replies of a step that has room for them from the start.
const REPLIES: usize = 8;

/// A client connection, named by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// What one call brought about. The changes must be durable before anything goes out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// What must survive, in order.
    pub changes: Vec<Change>,
    /// What to send, in order.
    pub out: Vec<(ConnId, Reply)>,
    /// Connections to close once that is sent.
    pub close: Vec<ConnId>,
    /// Orders of the ledger that the core keeps no longer: whoever keeps the ledger does from now on.
    pub archived: Vec<LedgerOrder>,
}

impl Step {
    pub(super) fn send(&mut self, conn: ConnId, reply: Reply) {
        self.out.push((conn, reply));
    }
}

/// The simulated broker.
#[derive(Clone, Debug)]
pub struct Core {
    pub(super) market: Market,
    pub(super) state: State,
    pub(super) sessions: BTreeMap<ConnId, Session>,
    /// Market data the accounts have a right to.
    pub(super) data_rights: DataRights,
    /// Whether requests for history are held to IBKR's pacing.
    pub(super) pacing: bool,
    pub(super) by_client: BTreeMap<i32, ConnId>,
    /// Accounts that traded since they were last reported.
    pub(super) traded: BTreeSet<(usize, usize)>,
    /// What each account's holdings are worth and tie up, and the second that holds for.
    pub(super) parts: Vec<Option<(i64, Parts)>>,
    /// When what somebody has ordered expires.
    pub(super) expiring: BTreeSet<(Timestamp, usize)>,
    /// Where the rates of currencies are read.
    pub(super) routes: BTreeMap<Currency, Route>,
    /// The schedule of commissions.
    pub(super) commissions: Commissions,
    /// Quotes of the second last looked at.
    quotes: BTreeMap<usize, (i64, Option<Quote>)>,
    /// Days last looked up: an instant of each, and its end.
    pub(super) day_ends: BTreeMap<usize, (Timestamp, Timestamp)>,
    /// Time reached.
    pub(super) reached: Timestamp,
    /// Second in which the books last met the market: within one, nothing new comes to meet.
    pub(super) matched: i64,
    /// Hour, since 1970, in which the day was last looked up.
    pub(super) hour: i64,
    /// Highest order ids that clients have used, accepted or not, since the Gateway started.
    pub(super) used_ids: BTreeMap<i32, i32>,
    /// How the venue was opened, with the sessions of its settings.
    opened: Opened,
    /// Prices that operators moved.
    moves: Vec<Moved>,
    /// The opening, until a step takes it along.
    pending: Vec<Change>,
}

impl Core {
    /// Opens a venue. The opening itself is a change: the first step carries it.
    pub fn new(cfg: CoreConfig, now: Timestamp) -> Result<Self, CoreError> {
        let opened_on = tws::time::in_zone(now).date();
        let last_close_on =
            if opened_on <= LAST_REAL_CLOSE { LAST_REAL_CLOSE } else { Market::trading_day_before(now)? };
        let prefix = if cfg.live_like { "UV" } else { "DUV" };
        let opened = Opened {
            market: MarketConfig {
                seed: cfg.seed,
                sessions: if cfg.always { Sessions::Always } else { Sessions::Exchange },
                opened_on,
                last_close_on,
                intraday: cfg.intraday,
            },
            accounts: (1..=cfg.accounts.max(1)).map(|n| format!("{prefix}{n:07}")).collect(),
            deposit: CoreConfig::DEPOSIT,
        };
        let mut core = Self::of(&opened, cfg.commissions, now)?;
        core.pending.push(Change::Opened(opened));
        (core.data_rights, core.pacing) = (cfg.data, cfg.pacing);
        Ok(core)
    }

    /// Opens a venue as its changes left it, or a new one if there are none.
    ///
    /// Sessions follow the settings; everything else about the market and the accounts is as it was
    /// opened.
    pub fn restore(cfg: CoreConfig, changes: impl Iterator<Item = Change>, now: Timestamp) -> Result<Self, CoreError> {
        let mut changes = changes.enumerate();
        let mut core = match changes.next() {
            None => return Self::new(cfg, now),
            Some((_, Change::Opened(mut opened))) => {
                opened.market.sessions = if cfg.always { Sessions::Always } else { Sessions::Exchange };
                Self::of(&opened, cfg.commissions, now)?
            }
            Some((position, _)) => {
                let reason = "the history does not begin with an opening".to_owned();
                return Err(CoreError::History { position, reason });
            }
        };
        (core.data_rights, core.pacing) = (cfg.data, cfg.pacing);
        core.follow(changes)?;
        Ok(core)
    }

    /// Opens a venue as a snapshot and the changes since left it.
    pub fn restore_from(
        cfg: CoreConfig,
        snapshot: Snapshot,
        changes: impl Iterator<Item = Change>,
        now: Timestamp,
    ) -> Result<Self, CoreError> {
        let mut opened = snapshot.opened.clone();
        opened.market.sessions = if cfg.always { Sessions::Always } else { Sessions::Exchange };
        let mut core = Self::of(&opened, cfg.commissions, now)?;
        (core.data_rights, core.pacing) = (cfg.data, cfg.pacing);
        for moved in &snapshot.moves {
            core.move_market(moved);
        }
        core.state = State::of_snapshot(snapshot, std::sync::Arc::clone(core.market.universe()))?;
        core.note_expiries();
        core.follow(changes.enumerate())?;
        Ok(core)
    }

    /// Everything that survives, in one piece.
    pub fn snapshot(&self) -> Snapshot {
        self.state.snapshot(&self.opened, &self.moves)
    }

    fn follow(&mut self, changes: impl Iterator<Item = (usize, Change)>) -> Result<(), CoreError> {
        for (position, change) in changes {
            self.state.check(&change).map_err(|reason| CoreError::History { position, reason })?;
            self.apply(&change);
            // Whoever kept these changes has archived them.
            self.state.retired.clear();
        }
        Ok(())
    }

    fn move_market(&mut self, moved: &Moved) {
        if let Some(instrument) = self.market.universe().find_con_id(moved.con_id) {
            self.market.move_price(instrument, f64::from_bits(moved.factor_bits), moved.at);
            self.moves.push(*moved);
            self.quotes.remove(&instrument);
            self.parts.fill(None);
        }
    }

    fn of(opened: &Opened, commissions: Commissions, now: Timestamp) -> Result<Self, CoreError> {
        let market = Market::new(opened.market.clone())?;
        Ok(Self {
            quotes: BTreeMap::new(),
            day_ends: BTreeMap::new(),
            parts: vec![None; opened.accounts.len()],
            expiring: BTreeSet::new(),
            routes: super::fx::routes(market.universe()),
            commissions,
            state: State::new(opened, std::sync::Arc::clone(market.universe())),
            market,
            sessions: BTreeMap::new(),
            data_rights: DataRights::Live,
            pacing: true,
            by_client: BTreeMap::new(),
            traded: BTreeSet::new(),
            reached: now,
            matched: i64::MIN,
            hour: i64::MIN,
            used_ids: BTreeMap::new(),
            opened: opened.clone(),
            moves: Vec::new(),
            pending: Vec::new(),
        })
    }

    fn apply(&mut self, change: &Change) {
        if let Some(moved) = Moved::by(change) {
            self.move_market(&moved);
        }
        if let Change::Executed(executed) = change
            && let Some(record) = self.state.get(executed.execution.perm_id)
        {
            let (account, instrument) = (record.account, record.instrument);
            return self.reprice(account, instrument, |core| core.state.apply(change));
        }
        if let Change::Settled(settled) = change
            && let Some(instrument) = self.market.universe().find_con_id(settled.con_id)
        {
            return self.reprice(settled.account, instrument, |core| core.state.apply(change));
        }
        self.state.apply(change);
        if let Change::Accepted(accepted) = change
            && let Some(instrument) = self.market.universe().find_con_id(accepted.con_id)
        {
            self.note_expiry(instrument);
        }
    }

    /// Makes a change and notes it for the server.
    pub(super) fn commit(&mut self, step: &mut Step, change: Change) {
        self.apply(&change);
        step.changes.push(change);
        for record in std::mem::take(&mut self.state.retired) {
            if record.accepted {
                step.archived.push(self.ledger_line(&record));
            }
        }
    }

    pub(super) fn begin(&mut self) -> Step {
        // An order that fills brings about some six replies: one allocation holds them.
        Step { changes: std::mem::take(&mut self.pending), out: Vec::with_capacity(REPLIES), ..Step::default() }
    }

    /// A client began its session.
    pub fn connect(&mut self, conn: ConnId, client_id: i32, now: Timestamp) -> Step {
        let mut step = self.begin();
        if self.by_client.contains_key(&client_id) {
            let text = "Unable to connect as the client id is already in use. Retry with a unique client id.";
            step.send(conn, Reply::Notice(Notice::general(326, text, now)));
            step.close.push(conn);
            return step;
        }
        self.sessions.insert(conn, Session::new(client_id, now));
        self.by_client.insert(client_id, conn);
        step.send(conn, self.managed_accounts());
        let order_id = self.issue_id(conn, client_id);
        step.send(conn, Reply::NextValidId { order_id });
        for (code, text) in [
            (2104, "Market data farm connection is OK:usfarm"),
            (2106, "HMDS data farm connection is OK:ushmds"),
            (2158, "Sec-def data farm connection is OK:secdefnj"),
        ] {
            step.send(conn, Reply::Notice(Notice::general(code, text, now)));
        }
        step
    }

    /// A client's connection is gone. Its orders stay; its client id is free at once.
    pub fn disconnect(&mut self, conn: ConnId, _now: Timestamp) -> Step {
        if let Some(session) = self.sessions.remove(&conn) {
            self.by_client.remove(&session.client_id);
        }
        self.begin()
    }

    fn managed_accounts(&self) -> Reply {
        Reply::ManagedAccounts { accounts: self.state.accounts.iter().map(|a| a.id.clone()).collect() }
    }

    /// A client asks. Without a session there is nobody to answer.
    pub fn request(&mut self, conn: ConnId, req: Request, now: Timestamp) -> Step {
        let mut step = self.begin();
        let Some(client_id) = self.sessions.get(&conn).map(|s| s.client_id) else {
            return step;
        };
        // Time does not wait for a tick of the server: what it brought comes before the answer.
        self.pass_time(now, &mut step);
        self.answer(conn, client_id, req, now, &mut step);
        self.report_trades(now, &mut step);
        step
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm per message of the wire; in two functions each would need a catch-all arm"
    )]
    fn answer(&mut self, conn: ConnId, client_id: i32, req: Request, now: Timestamp, step: &mut Step) {
        match req {
            // The session began already.
            Request::StartApi { .. } | Request::SetServerLogLevel { .. } => {}
            Request::ContractData { req_id, contract } => self.contract_data(conn, req_id, &contract, now, step),
            Request::CancelContractData { .. } | Request::CancelHeadTimestamp { .. } => {}
            Request::MatchingSymbols { req_id, pattern } => {
                step.send(conn, self.matching_symbols(req_id, &pattern));
            }
            Request::SecDefOptParams(asked) => self.option_chain(conn, &asked, now, step),
            Request::MarketRule { market_rule_id } => Self::market_rule(conn, market_rule_id, now, step),
            Request::MarketData(asked) => self.market_data(conn, &asked, now, step),
            Request::CancelMarketData { req_id } => self.cancel_market_data(conn, req_id, now, step),
            Request::MarketDataType { market_data_type } => {
                self.set_market_data_type(conn, market_data_type, now, step);
            }
            Request::PlaceOrder(order) => self.place(conn, client_id, *order, now, step),
            Request::CancelOrder(cancel) => self.cancel(conn, client_id, cancel.order_id, now, step),
            Request::GlobalCancel => self.global_cancel(now, step),
            Request::OpenOrders => {
                self.bind_open(client_id, now, step);
                self.open_orders(conn, Some(client_id), step);
            }
            Request::AllOpenOrders => self.open_orders(conn, None, step),
            Request::AutoOpenOrders { auto_bind } => self.auto_open_orders(conn, client_id, auto_bind, now, step),
            Request::CompletedOrders { api_only } => self.completed_orders(conn, api_only, now, step),
            Request::Executions { req_id, filter } => self.executions(conn, req_id, &filter, now, step),
            Request::CurrentTime => step.send(conn, Reply::CurrentTime(now)),
            Request::CurrentTimeMillis => step.send(conn, Reply::CurrentTimeMillis(now)),
            Request::ManagedAccounts => {
                let accounts = self.managed_accounts();
                step.send(conn, accounts);
            }
            Request::Ids => {
                let order_id = self.issue_id(conn, client_id);
                step.send(conn, Reply::NextValidId { order_id });
            }
            Request::UserInfo { req_id } => {
                step.send(conn, Reply::UserInfo { req_id, white_branding_id: String::new() });
            }
            Request::HistoricalData(asked) => self.historical_data(conn, &asked, now, step),
            Request::CancelHistoricalData { req_id } => self.cancel_historical_data(conn, req_id, now, step),
            Request::HeadTimestamp(asked) => self.head_timestamp(conn, &asked, now, step),
            Request::Unsupported { msg_id, req_id } => {
                Self::not_served(conn, msg_id, req_id.unwrap_or(NO_REQ_ID), now, step);
            }
            Request::MarketDepth(asked) => self.market_depth(conn, &asked, now, step),
            Request::CancelMarketDepth { req_id, is_smart_depth } => {
                self.cancel_market_depth(conn, req_id, is_smart_depth, now, step);
            }
            Request::MarketDepthExchanges => self.depth_exchanges(conn, step),
            Request::TickByTick(asked) => self.tick_by_tick(conn, &asked, now, step),
            Request::CancelTickByTick { req_id } => self.cancel_tick_by_tick(conn, req_id, now, step),
            Request::RealTimeBars(asked) => self.real_time_bars(conn, &asked, now, step),
            Request::CancelRealTimeBars { req_id } => self.cancel_real_time_bars(conn, req_id, now, step),
            Request::HistoricalTicks(asked) => self.historical_ticks(conn, &asked, now, step),
            Request::Histogram(asked) => self.histogram(conn, &asked, now, step),
            Request::ScannerParameters => Self::scanner_parameters(conn, step),
            Request::ScannerSubscription(asked) => self.scan(conn, &asked, now, step),
            Request::CancelScannerSubscription { req_id } => self.cancel_scan(conn, req_id, now, step),
            // Answered at once: there is never anything left to cancel.
            Request::CancelHistoricalTicks { .. }
            | Request::CancelHistogram { .. }
            | Request::CancelCalculateImpliedVolatility { .. }
            | Request::CancelCalculateOptionPrice { .. } => {}
            Request::CalculateImpliedVolatility(asked) => {
                self.calculate_implied_volatility(conn, &asked, now, step);
            }
            Request::CalculateOptionPrice(asked) => self.calculate_option_price(conn, &asked, now, step),
            Request::SmartComponents { req_id, bbo_exchange } => {
                Self::smart_components(conn, req_id, &bbo_exchange, now, step);
            }
            Request::SoftDollarTiers { req_id } => {
                step.send(conn, Reply::SoftDollarTiers { req_id, tiers: Vec::new() });
            }
            Request::FamilyCodes => self.family_codes(conn, step),
            Request::NewsProviders => step.send(conn, Reply::NewsProviders { providers: Vec::new() }),
            // No exchange of this venue ever publishes a bulletin.
            Request::NewsBulletins { .. } | Request::CancelNewsBulletins => {}
            Request::Positions => self.positions(conn, step),
            Request::CancelPositions => self.end_feed(conn, |s| s.positions = false),
            Request::PositionsMulti(scope) => self.positions_multi(conn, &scope, now, step),
            Request::CancelPositionsMulti { req_id } => {
                self.end_feed(conn, |s| {
                    s.positions_multi.remove(&req_id);
                });
            }
            Request::AccountSummary { req_id, group, tags } => {
                self.account_summary(conn, req_id, &group, tags, now, step);
            }
            Request::CancelAccountSummary { req_id } => {
                self.end_feed(conn, |s| {
                    s.summaries.remove(&req_id);
                });
            }
            Request::AccountUpdates { subscribe: true, account } => {
                self.account_updates(conn, &account, now, step);
            }
            Request::AccountUpdates { subscribe: false, .. } => {
                self.end_feed(conn, |s| s.account_updates = None);
            }
            Request::AccountUpdatesMulti { scope, ledger_and_nlv } => {
                self.account_updates_multi(conn, &scope, ledger_and_nlv, now, step);
            }
            Request::CancelAccountUpdatesMulti { req_id } => {
                self.end_feed(conn, |s| {
                    s.account_updates_multi.remove(&req_id);
                });
            }
            Request::PnL(scope) => self.pnl(conn, &scope, now, step),
            Request::CancelPnL { req_id } => self.end_feed(conn, |s| {
                s.pnl.remove(&req_id);
            }),
            Request::PnLSingle(asked) => self.pnl_single(conn, &asked, now, step),
            Request::CancelPnLSingle { req_id } => {
                self.end_feed(conn, |s| {
                    s.pnl_single.remove(&req_id);
                });
            }
        }
    }

    /// Says that a message of the protocol is none of this venue's.
    pub(super) fn not_served(conn: ConnId, msg_id: i32, req_id: i32, now: Timestamp, step: &mut Step) {
        let text = format!("Error processing request. This venue does not serve message {msg_id}");
        step.send(conn, Reply::Notice(Notice::about(req_id, 320, text, now)));
    }

    /// Ends a subscription; one that is not there has ended already.
    fn end_feed(&mut self, conn: ConnId, end: impl FnOnce(&mut Session)) {
        if let Some(session) = self.sessions.get_mut(&conn) {
            end(session);
        }
    }

    /// What an instrument is.
    pub(super) fn instrument(&self, instrument: usize) -> &Instrument {
        self.market.universe().get(instrument)
    }

    /// A quote looked at before does not hold any more.
    pub(super) fn forget_quote(&mut self, instrument: usize) {
        self.quotes.remove(&instrument);
        self.matched = i64::MIN;
    }

    /// What the market shows; a halted instrument stands still and is not open.
    pub(super) fn shown(&self, instrument: usize, at: Timestamp) -> Option<Quote> {
        match self.state.halted.get(&instrument) {
            None => self.market.quote(instrument, at),
            Some(since) => self.market.quote(instrument, *since).map(|q| Quote { open: false, ..q }),
        }
    }

    /// The quote of an instrument, worked out once a second.
    pub(super) fn quote(&mut self, instrument: usize, at: Timestamp) -> Option<Quote> {
        let second = at.as_second();
        match self.quotes.get(&instrument) {
            Some((of, quote)) if *of == second => *quote,
            Some(_) | None => {
                let quote = self.shown(instrument, at);
                self.quotes.insert(instrument, (second, quote));
                quote
            }
        }
    }

    /// The price a holding of an instrument is valued at; 0 without a market.
    pub(super) fn mark(&self, instrument: usize, at: Timestamp) -> Decimal {
        let quote = match self.quotes.get(&instrument) {
            Some((of, quote)) if *of == at.as_second() => *quote,
            Some(_) | None => self.shown(instrument, at),
        };
        quote.map_or(Decimal::ZERO, |q| q.mark)
    }

    /// Moves a price: its middle is `price` now and goes on from there.
    pub fn move_price(&mut self, symbol: &str, price: Decimal, now: Timestamp) -> Result<Step, CoreError> {
        let (instrument, wanted) = self.check_price(symbol, price)?;
        let factor =
            self.market.factor_for(instrument, wanted, now).ok_or_else(|| CoreError::NoMarket(symbol.to_owned()))?;
        let mut step = self.begin();
        self.pass_time(now, &mut step);
        let moved = Change::PriceMoved {
            con_id: self.instrument(instrument).con_id,
            price,
            factor_bits: factor.to_bits(),
            at: now,
        };
        self.commit(&mut step, moved);
        self.matched = i64::MIN;
        let after = self.advance(now);
        step.changes.extend(after.changes);
        step.out.extend(after.out);
        step.archived.extend(after.archived);
        Ok(step)
    }

    /// Every order ever accepted that is not archived, oldest first.
    pub fn ledger(&self) -> Vec<LedgerOrder> {
        self.ledger_of(true)
    }

    /// Every order that was read and refused, oldest first. None of them is in the ledger.
    pub fn refused_orders(&self) -> Vec<LedgerOrder> {
        self.ledger_of(false)
    }

    fn ledger_of(&self, accepted: bool) -> Vec<LedgerOrder> {
        self.state.orders().filter(|order| order.accepted == accepted).map(|order| self.ledger_line(order)).collect()
    }

    fn ledger_line(&self, order: &OrderRecord) -> LedgerOrder {
        let account = &self.state.accounts[order.account].id;
        order.ledger(account, &self.instrument(order.instrument).symbol)
    }

    /// A notice about a request of a client.
    pub(super) fn notice(conn: ConnId, req_id: i32, code: i32, text: &str, now: Timestamp, step: &mut Step) {
        step.send(conn, Reply::Notice(Notice::about(req_id, code, text, now)));
    }
}
