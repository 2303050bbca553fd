//! Account values, holdings, profit and loss: on request, and when they change.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use tws::model::{
    AccountScope, AccountSummaryRow, AccountValue, AccountValueMulti, Notice, PnL, PnLRequest, PnLSingle,
    PortfolioValue, Position, PositionMulti, Reply,
};

use super::contract::listed;
use super::desk::{ConnId, Core, Step};
use super::session::{AccountSet, MultiFeed, PnlFeed, PnlSingleFeed, SummaryFeed, ValuesFeed};

/// Account values without a trade are sent anew this often, as IBKR does.
const VALUES_SECONDS: i64 = 180;

/// A value: key, text, currency (empty where none applies).
type Value = (&'static str, String, &'static str);

impl Core {
    fn position(&self, account: usize, instrument: usize) -> Position {
        let a = &self.state.accounts[account];
        let holding = a.holdings.get(&instrument);
        Position {
            account: a.id.clone(),
            contract: Arc::new(listed(self.instrument(instrument))),
            position: holding.map_or(Decimal::ZERO, |h| h.quantity),
            avg_cost: holding.map_or(Decimal::ZERO, super::Holding::average_cost),
        }
    }

    /// Accounts and instruments held.
    fn held(&self) -> Vec<(usize, usize)> {
        let accounts = self.state.accounts.iter().enumerate();
        accounts
            .flat_map(|(a, account)| {
                let held = account.holdings.iter().filter(|(_, h)| !h.quantity.is_zero());
                held.map(move |(instrument, _)| (a, *instrument))
            })
            .collect()
    }

    pub(super) fn positions(&mut self, conn: ConnId, step: &mut Step) {
        for (account, instrument) in self.held() {
            step.send(conn, Reply::Position(self.position(account, instrument)));
        }
        step.send(conn, Reply::PositionEnd);
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.positions = true;
        }
    }

    pub(super) fn positions_multi(&mut self, conn: ConnId, scope: &AccountScope, now: Timestamp, step: &mut Step) {
        let Some(accounts) = self.scope(conn, scope, now, step) else {
            return;
        };
        let req_id = scope.req_id;
        for (account, instrument) in self.held().into_iter().filter(|(a, _)| accounts.contains(a)) {
            let position = self.position(account, instrument);
            step.send(conn, Reply::PositionMulti(PositionMulti { req_id, position, model_code: String::new() }));
        }
        step.send(conn, Reply::PositionMultiEnd { req_id });
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.positions_multi.insert(req_id, accounts);
        }
    }

    /// The accounts of a scope, or an error to its client.
    fn scope(&self, conn: ConnId, scope: &AccountScope, now: Timestamp, step: &mut Step) -> Option<AccountSet> {
        let refuse = |text: String, step: &mut Step| {
            step.send(conn, Reply::Notice(Notice::about(scope.req_id, 321, text, now)));
            None
        };
        if !scope.model_code.is_empty() {
            return refuse("Error validating request.-'bH' : cause - This venue has no models".to_owned(), step);
        }
        if scope.account.is_empty() || scope.account == "All" {
            return Some((0..self.state.accounts.len()).collect());
        }
        match self.account_of(&scope.account) {
            Ok(account) => Some(AccountSet::from([account])),
            Err(refusal) => refuse(refusal.message, step),
        }
    }

    /// The one account of a scope.
    fn one(&self, conn: ConnId, scope: &AccountScope, now: Timestamp, step: &mut Step) -> Option<usize> {
        match self.account_of(&scope.account) {
            Ok(account) => Some(account),
            Err(refusal) => {
                let notice = Notice::about(scope.req_id, 321, refusal.message, now);
                step.send(conn, Reply::Notice(notice));
                None
            }
        }
    }

    pub(super) fn account_summary(
        &mut self,
        conn: ConnId,
        req_id: i32,
        tags: Vec<String>,
        now: Timestamp,
        step: &mut Step,
    ) {
        let mut feed = SummaryFeed {
            accounts: (0..self.state.accounts.len()).collect(),
            tags,
            sent_at: now,
            last: BTreeMap::new(),
        };
        self.send_summary(conn, req_id, &mut feed, now, step);
        step.send(conn, Reply::AccountSummaryEnd { req_id });
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.summaries.insert(req_id, feed);
        }
    }

    fn send_summary(&self, conn: ConnId, req_id: i32, feed: &mut SummaryFeed, now: Timestamp, step: &mut Step) {
        let ledger = feed.tags.iter().any(|t| t.starts_with("$LEDGER"));
        for account in &feed.accounts {
            let mut rows: Vec<Value> =
                self.values(*account, now).into_iter().filter(|(key, ..)| feed.tags.iter().any(|t| t == key)).collect();
            if ledger {
                rows.extend(self.ledger_values(*account, now));
            }
            for (tag, value, currency) in rows {
                let key = (*account, tag.to_owned(), currency.to_owned());
                if feed.last.get(&key) != Some(&value) {
                    step.send(
                        conn,
                        Reply::AccountSummary(AccountSummaryRow {
                            req_id,
                            account: self.state.accounts[*account].id.clone(),
                            tag: tag.to_owned(),
                            value: value.clone(),
                            currency: currency.to_owned(),
                        }),
                    );
                    feed.last.insert(key, value);
                }
            }
        }
        feed.sent_at = now;
    }

    pub(super) fn account_updates(&mut self, conn: ConnId, account: &str, now: Timestamp, step: &mut Step) {
        let account = match self.account_of(account) {
            Ok(account) => account,
            // Without a name, the first account, as a Gateway with several does.
            Err(_) if account.is_empty() => 0,
            Err(refusal) => {
                return step.send(conn, Reply::Notice(Notice::general(refusal.code, refusal.message, now)));
            }
        };
        let mut feed = ValuesFeed { account, sent_at: now, last: BTreeMap::new() };
        self.send_values(conn, &mut feed, now, step);
        let id = self.state.accounts[account].id.clone();
        step.send(conn, Reply::AccountDownloadEnd { account: id });
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.account_updates = Some(feed);
        }
    }

    fn send_values(&self, conn: ConnId, feed: &mut ValuesFeed, now: Timestamp, step: &mut Step) {
        let account = &self.state.accounts[feed.account];
        for (key, value, currency) in self.all_values(feed.account, now) {
            let known = (feed.account, key.to_owned(), currency.to_owned());
            if feed.last.get(&known) != Some(&value) {
                step.send(
                    conn,
                    Reply::AccountValue(AccountValue {
                        key: key.to_owned(),
                        value: value.clone(),
                        currency: currency.to_owned(),
                        account: account.id.clone(),
                    }),
                );
                feed.last.insert(known, value);
            }
        }
        for instrument in account.holdings.keys() {
            step.send(conn, Reply::PortfolioValue(self.portfolio_value(feed.account, *instrument, now)));
        }
        let time = tws::time::in_zone(now).strftime("%H:%M").to_string();
        step.send(conn, Reply::AccountUpdateTime(time));
        feed.sent_at = now;
    }

    pub(super) fn account_updates_multi(
        &mut self,
        conn: ConnId,
        scope: &AccountScope,
        now: Timestamp,
        step: &mut Step,
    ) {
        let Some(accounts) = self.scope(conn, scope, now, step) else {
            return;
        };
        let mut feed = MultiFeed { accounts, sent_at: now, last: BTreeMap::new() };
        self.send_multi(conn, scope.req_id, &mut feed, now, step);
        step.send(conn, Reply::AccountUpdateMultiEnd { req_id: scope.req_id });
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.account_updates_multi.insert(scope.req_id, feed);
        }
    }

    fn send_multi(&self, conn: ConnId, req_id: i32, feed: &mut MultiFeed, now: Timestamp, step: &mut Step) {
        for account in &feed.accounts {
            for (key, value, currency) in self.all_values(*account, now) {
                let known = (*account, key.to_owned(), currency.to_owned());
                if feed.last.get(&known) != Some(&value) {
                    step.send(
                        conn,
                        Reply::AccountValueMulti(AccountValueMulti {
                            req_id,
                            account: self.state.accounts[*account].id.clone(),
                            model_code: String::new(),
                            key: key.to_owned(),
                            value: value.clone(),
                            currency: currency.to_owned(),
                        }),
                    );
                    feed.last.insert(known, value);
                }
            }
        }
        feed.sent_at = now;
    }

    pub(super) fn pnl(&mut self, conn: ConnId, scope: &AccountScope, now: Timestamp, step: &mut Step) {
        let Some(account) = self.one(conn, scope, now, step) else {
            return;
        };
        let mut feed = PnlFeed { account, last: None };
        self.send_pnl(conn, scope.req_id, &mut feed, now, step);
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.pnl.insert(scope.req_id, feed);
        }
    }

    fn send_pnl(&self, conn: ConnId, req_id: i32, feed: &mut PnlFeed, now: Timestamp, step: &mut Step) {
        let account = &self.state.accounts[feed.account];
        let margin = self.margin(feed.account, now);
        let cost: Decimal = account.holdings.values().map(|h| h.cost).sum();
        let figures = [margin.equity - account.equity_at_day_start, margin.stock_value - cost, account.realized_today];
        if feed.last != Some(figures) {
            let [daily, unrealized, realized] = figures.map(|f| Some(f.normalize()));
            step.send(conn, Reply::PnL(PnL { req_id, daily, unrealized, realized }));
            feed.last = Some(figures);
        }
    }

    pub(super) fn pnl_single(&mut self, conn: ConnId, asked: &PnLRequest, now: Timestamp, step: &mut Step) {
        let Some(account) = self.one(conn, &asked.scope, now, step) else {
            return;
        };
        let req_id = asked.scope.req_id;
        let Some(instrument) = self.market.universe().find_con_id(asked.con_id) else {
            let text = "No security definition has been found for the request";
            return Self::notice(conn, req_id, 200, text, now, step);
        };
        let mut feed = PnlSingleFeed { account, instrument, last: None };
        self.send_pnl_single(conn, req_id, &mut feed, now, step);
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.pnl_single.insert(req_id, feed);
        }
    }

    fn send_pnl_single(&self, conn: ConnId, req_id: i32, feed: &mut PnlSingleFeed, now: Timestamp, step: &mut Step) {
        let value = self.portfolio_value(feed.account, feed.instrument, now);
        let figures = [
            value.position,
            value.unrealized_pnl + value.realized_pnl,
            value.unrealized_pnl,
            value.realized_pnl,
            value.market_value,
        ];
        if feed.last != Some(figures) {
            let [position, daily, unrealized, realized, value] = figures.map(|f| f.normalize());
            step.send(
                conn,
                Reply::PnLSingle(PnLSingle {
                    req_id,
                    position,
                    daily: Some(daily),
                    unrealized: Some(unrealized),
                    realized: Some(realized),
                    value: Some(value),
                }),
            );
            feed.last = Some(figures);
        }
    }

    fn portfolio_value(&self, account: usize, instrument: usize, now: Timestamp) -> PortfolioValue {
        let a = &self.state.accounts[account];
        let holding = a.holdings.get(&instrument).cloned().unwrap_or_default();
        let price = self.mark(instrument, now);
        let value = holding.quantity * price;
        PortfolioValue {
            contract: Arc::new(listed(self.instrument(instrument))),
            position: holding.quantity,
            market_price: price,
            market_value: value,
            average_cost: holding.average_cost(),
            unrealized_pnl: value - holding.cost,
            realized_pnl: holding.realized_today,
            account: a.id.clone(),
        }
    }

    fn all_values(&self, account: usize, now: Timestamp) -> Vec<Value> {
        let mut values = self.values(account, now);
        values.extend(self.ledger_values(account, now));
        values
    }

    /// Figures of the account.
    fn values(&self, account: usize, now: Timestamp) -> Vec<Value> {
        let a = &self.state.accounts[account];
        let m = self.margin(account, now);
        let usd = |key, value: Decimal| (key, format!("{value:.2}"), "USD");
        let cushion = if m.equity.is_zero() { Decimal::ZERO } else { m.excess() / m.equity };
        vec![
            ("AccountCode", a.id.clone(), ""),
            ("AccountReady", "true".to_owned(), ""),
            ("AccountType", "INDIVIDUAL".to_owned(), ""),
            usd("AccruedCash", Decimal::ZERO),
            usd("AvailableFunds", m.available()),
            usd("BuyingPower", m.buying_power()),
            ("Cushion", format!("{cushion:.6}"), ""),
            ("DayTradesRemaining", "-1".to_owned(), ""),
            usd("EquityWithLoanValue", m.equity),
            usd("ExcessLiquidity", m.excess()),
            usd("FullAvailableFunds", m.available()),
            usd("FullExcessLiquidity", m.excess()),
            usd("FullInitMarginReq", m.initial),
            usd("FullMaintMarginReq", m.maintenance),
            usd("GrossPositionValue", m.gross),
            usd("InitMarginReq", m.initial),
            usd("LookAheadAvailableFunds", m.available()),
            usd("LookAheadExcessLiquidity", m.excess()),
            usd("LookAheadInitMarginReq", m.initial),
            usd("LookAheadMaintMarginReq", m.maintenance),
            usd("MaintMarginReq", m.maintenance),
            usd("NetLiquidation", m.equity),
            usd("PreviousDayEquityWithLoanValue", a.equity_at_day_start),
            usd("RegTEquity", m.equity),
            usd("RegTMargin", m.initial),
            usd("SMA", m.available()),
            usd("SettledCash", a.cash),
            usd("TotalCashValue", a.cash),
        ]
    }

    /// Figures by currency, of which there is one, the base.
    fn ledger_values(&self, account: usize, now: Timestamp) -> Vec<Value> {
        let a = &self.state.accounts[account];
        let m = self.margin(account, now);
        let cost: Decimal = a.holdings.values().map(|h| h.cost).sum();
        let usd = |key, value: Decimal| (key, format!("{value:.2}"), "USD");
        vec![
            usd("CashBalance", a.cash),
            ("Currency", "USD".to_owned(), "USD"),
            ("ExchangeRate", "1.00".to_owned(), "USD"),
            usd("NetLiquidationByCurrency", m.equity),
            usd("RealizedPnL", a.realized_today),
            usd("StockMarketValue", m.stock_value),
            usd("TotalCashBalance", a.cash),
            usd("UnrealizedPnL", m.stock_value - cost),
        ]
    }

    /// Tells those who listen of the holdings that trades changed, and of their accounts.
    pub(super) fn report_trades(&mut self, now: Timestamp, step: &mut Step) {
        let traded = std::mem::take(&mut self.traded);
        if traded.is_empty() {
            return;
        }
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (account, instrument) in &traded {
                let position = || self.position(*account, *instrument);
                if session.positions {
                    step.send(*conn, Reply::Position(position()));
                }
                for (req_id, _) in session.positions_multi.iter().filter(|(_, set)| set.contains(account)) {
                    let multi = PositionMulti { req_id: *req_id, position: position(), model_code: String::new() };
                    step.send(*conn, Reply::PositionMulti(multi));
                }
            }
            let hit = |account: usize| traded.iter().any(|(a, _)| *a == account);
            if let Some(feed) = session.account_updates.as_mut().filter(|f| hit(f.account)) {
                self.send_values(*conn, feed, now, step);
            }
            for (req_id, feed) in &mut session.account_updates_multi {
                if feed.accounts.iter().any(|a| hit(*a)) {
                    self.send_multi(*conn, *req_id, feed, now, step);
                }
            }
        }
        self.sessions = sessions;
    }

    /// Tells those who listen what the market did to their accounts: profit and loss at each change,
    /// account values and summaries every three minutes.
    pub(super) fn report_accounts(&mut self, now: Timestamp, step: &mut Step) {
        let due = |sent_at: Timestamp| now >= sent_at.saturating_add(VALUES_SECONDS.seconds()).unwrap_or(now);
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (req_id, feed) in &mut session.pnl {
                self.send_pnl(*conn, *req_id, feed, now, step);
            }
            for (req_id, feed) in &mut session.pnl_single {
                self.send_pnl_single(*conn, *req_id, feed, now, step);
            }
            for (req_id, feed) in session.summaries.iter_mut().filter(|(_, f)| due(f.sent_at)) {
                self.send_summary(*conn, *req_id, feed, now, step);
            }
            if let Some(feed) = session.account_updates.as_mut().filter(|f| due(f.sent_at)) {
                self.send_values(*conn, feed, now, step);
            }
            for (req_id, feed) in session.account_updates_multi.iter_mut().filter(|(_, f)| due(f.sent_at)) {
                self.send_multi(*conn, *req_id, feed, now, step);
            }
        }
        self.sessions = sessions;
    }
}
