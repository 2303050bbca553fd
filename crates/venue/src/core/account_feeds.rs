//! Account values and summaries: on request, every three minutes, and when a trade changed them.
//!
//! A trade is told at once, but a client that subscribes to account values hears at most once a
//! second of all the trades in it, as at IBKR, where one order has many fills.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan};
use tws::model::{AccountScope, AccountSummaryRow, AccountValue, AccountValueMulti, Notice, Reply};

use super::account_values::{Unit, Value};
use super::asset::Currency;
use super::desk::{ConnId, Core, Step};
use super::session::{MultiFeed, Session, SummaryFeed, ValuesFeed};
use super::terms::Refusal;

/// Account values without a trade are sent anew this often, as IBKR does.
const VALUES_SECONDS: i64 = 180;
/// Most account summaries of a client at a time.
const SUMMARIES_MAX: usize = 2;

/// Tags of the account summary. IBKR's own client sends three more that do not exist
/// (`PreviousEquityWithLoanValue`, `ReqTEquity`, `ReqTMargin`) and gets no row for them: a tag that is
/// not here has none.
const TAGS: [&str; 32] = [
    "AccountType",
    "NetLiquidation",
    "TotalCashValue",
    "SettledCash",
    "AccruedCash",
    "BuyingPower",
    "EquityWithLoanValue",
    "PreviousDayEquityWithLoanValue",
    "GrossPositionValue",
    "RegTEquity",
    "RegTMargin",
    "SMA",
    "InitMarginReq",
    "MaintMarginReq",
    "AvailableFunds",
    "ExcessLiquidity",
    "Cushion",
    "FullInitMarginReq",
    "FullMaintMarginReq",
    "FullAvailableFunds",
    "FullExcessLiquidity",
    "LookAheadNextChange",
    "LookAheadInitMarginReq",
    "LookAheadMaintMarginReq",
    "LookAheadAvailableFunds",
    "LookAheadExcessLiquidity",
    "DayTradesRemaining",
    "DayTradesRemainingT+1",
    "DayTradesRemainingT+2",
    "DayTradesRemainingT+3",
    "DayTradesRemainingT+4",
    "Leverage",
];

/// The currencies a `$LEDGER` tag asks for.
fn ledger_wants(tag: &str, unit: Unit) -> bool {
    match tag {
        "$LEDGER" => unit == Unit::Base,
        "$LEDGER:ALL" => true,
        other => {
            other.strip_prefix("$LEDGER:").is_some_and(|code| code.len() == 3 && unit == Unit::In(Currency::of(code)))
        }
    }
}

fn is_due(sent_at: Timestamp, now: Timestamp) -> bool {
    now >= sent_at.saturating_add(VALUES_SECONDS.seconds()).unwrap_or(now)
}

impl Core {
    pub(super) fn account_summary(
        &mut self,
        conn: ConnId,
        req_id: i32,
        group: &str,
        tags: Vec<String>,
        now: Timestamp,
        step: &mut Step,
    ) {
        let mut refuse = |code, text: String| step.send(conn, Reply::Notice(Notice::about(req_id, code, text, now)));
        if group != "All" {
            return refuse(321, Refusal::invalid(&format!("Invalid group '{group}'")).message);
        }
        let known = |tag: &str| TAGS.contains(&tag) || tag == "$LEDGER" || tag.starts_with("$LEDGER:");
        if !tags.iter().any(|t| known(t)) {
            return refuse(321, Refusal::invalid("Invalid account summary tags").message);
        }
        let running = self.sessions.get(&conn).map_or(0, |s| s.summaries.keys().filter(|id| **id != req_id).count());
        if running >= SUMMARIES_MAX {
            let text = "Error processing request.-'b0' : cause - Maximum number of account summary requests exceeded; \
                        desubscribe to previous request first";
            return refuse(322, text.to_owned());
        }
        let accounts = (0..self.state.accounts.len()).collect();
        let mut feed = SummaryFeed { accounts, tags, sent_at: now, last: BTreeMap::new() };
        self.send_summary(conn, req_id, &mut feed, now, step);
        step.send(conn, Reply::AccountSummaryEnd { req_id });
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.summaries.insert(req_id, feed);
        }
    }

    fn summary_values(&self, account: usize, tags: &[String], now: Timestamp) -> Vec<Value> {
        let asked = |key: &str| TAGS.contains(&key) && tags.iter().any(|t| t == key);
        let mut values = self.account_values(account, now);
        values.retain(|v| v.key.1.is_empty() || v.key == ("Leverage", "-S"));
        if let Some(cash) = values.iter().find(|v| v.key.0 == "TotalCashValue").cloned() {
            values.push(Value { key: ("SettledCash", ""), ..cash });
        }
        values.retain(|v| asked(v.key.0));
        for value in &mut values {
            value.key.1 = "";
        }
        if tags.iter().any(|t| t.starts_with("$LEDGER")) {
            values.extend(self.ledger_values(account, now, |unit| tags.iter().any(|t| ledger_wants(t, unit))));
        }
        values.sort_by_key(|v| (v.key, v.unit));
        values.dedup_by_key(|v| (v.key, v.unit));
        values
    }

    fn send_summary(&self, conn: ConnId, req_id: i32, feed: &mut SummaryFeed, now: Timestamp, step: &mut Step) {
        for account in &feed.accounts {
            for Value { key, unit, text } in self.summary_values(*account, &feed.tags, now) {
                let known = (*account, key, unit);
                if feed.last.get(&known) != Some(&text) {
                    let row = AccountSummaryRow {
                        req_id,
                        account: self.state.accounts[*account].id.clone(),
                        tag: key.0.to_owned(),
                        value: text.clone(),
                        currency: unit.to_string(),
                    };
                    step.send(conn, Reply::AccountSummary(row));
                    feed.last.insert(known, text);
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
        let mut feed = ValuesFeed {
            account,
            sent_at: now,
            touched: self.listed_holdings(account),
            told: i64::MIN,
            last: BTreeMap::new(),
        };
        self.send_values(conn, &mut feed, now, step);
        let id = self.state.accounts[account].id.clone();
        step.send(conn, Reply::AccountDownloadEnd { account: id });
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.account_updates = Some(feed);
        }
    }

    fn listed_holdings(&self, account: usize) -> BTreeSet<usize> {
        self.state.accounts[account].holdings.keys().copied().collect()
    }

    /// The values that changed, and the holdings that were touched.
    fn send_values(&self, conn: ConnId, feed: &mut ValuesFeed, now: Timestamp, step: &mut Step) {
        let account = &self.state.accounts[feed.account];
        for Value { key, unit, text } in self.all_values(feed.account, now) {
            if feed.last.get(&(key, unit)) != Some(&text) {
                let value = AccountValue {
                    key: format!("{}{}", key.0, key.1),
                    value: text.clone(),
                    currency: unit.to_string(),
                    account: account.id.clone(),
                };
                step.send(conn, Reply::AccountValue(value));
                feed.last.insert((key, unit), text);
            }
        }
        for instrument in std::mem::take(&mut feed.touched) {
            step.send(conn, Reply::PortfolioValue(self.portfolio_value(feed.account, instrument, now)));
        }
        let time = tws::time::in_zone(now).strftime("%H:%M").to_string();
        step.send(conn, Reply::AccountUpdateTime(time));
        feed.sent_at = now;
    }

    pub(super) fn account_updates_multi(
        &mut self,
        conn: ConnId,
        scope: &AccountScope,
        ledger_only: bool,
        now: Timestamp,
        step: &mut Step,
    ) {
        let Some(accounts) = self.scope(conn, scope, now, step) else {
            return;
        };
        let mut feed =
            MultiFeed { accounts, ledger_only, sent_at: now, touched: false, told: i64::MIN, last: BTreeMap::new() };
        self.send_multi(conn, scope.req_id, &mut feed, now, step);
        step.send(conn, Reply::AccountUpdateMultiEnd { req_id: scope.req_id });
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.account_updates_multi.insert(scope.req_id, feed);
        }
    }

    fn send_multi(&self, conn: ConnId, req_id: i32, feed: &mut MultiFeed, now: Timestamp, step: &mut Step) {
        for account in &feed.accounts {
            let values = if feed.ledger_only {
                let mut values = self.account_values(*account, now);
                values.retain(|v| v.key.0 == "NetLiquidation");
                values.extend(self.ledger_values(*account, now, |_| true));
                values
            } else {
                self.all_values(*account, now)
            };
            for Value { key, unit, text } in values {
                let known = (*account, key, unit);
                if feed.last.get(&known) != Some(&text) {
                    let value = AccountValueMulti {
                        req_id,
                        account: self.state.accounts[*account].id.clone(),
                        model_code: String::new(),
                        key: format!("{}{}", key.0, key.1),
                        value: text.clone(),
                        currency: unit.to_string(),
                    };
                    step.send(conn, Reply::AccountValueMulti(value));
                    feed.last.insert(known, text);
                }
            }
        }
        feed.touched = false;
        feed.sent_at = now;
    }

    /// Notes trades for those who subscribe to the values of their accounts, and tells those who have
    /// not heard of any in this second.
    pub(super) fn report_traded(
        &self,
        conn: ConnId,
        session: &mut Session,
        traded: &BTreeSet<(usize, usize)>,
        now: Timestamp,
        step: &mut Step,
    ) {
        if let Some(feed) = session.account_updates.as_mut() {
            let account = feed.account;
            feed.touched.extend(traded.iter().filter(|(a, _)| *a == account).map(|(_, instrument)| *instrument));
        }
        for feed in session.account_updates_multi.values_mut() {
            feed.touched |= traded.iter().any(|(a, _)| feed.accounts.contains(a));
        }
        self.send_touched(conn, session, now, step);
    }

    fn send_touched(&self, conn: ConnId, session: &mut Session, now: Timestamp, step: &mut Step) {
        let second = now.as_second();
        if let Some(feed) = session.account_updates.as_mut().filter(|f| !f.touched.is_empty() && f.told < second) {
            feed.told = second;
            self.send_values(conn, feed, now, step);
        }
        let multi = session.account_updates_multi.iter_mut();
        for (req_id, feed) in multi.filter(|(_, f)| f.touched && f.told < second) {
            feed.told = second;
            self.send_multi(conn, *req_id, feed, now, step);
        }
    }

    /// Tells those who listen what the market did to their accounts: profit and loss at each change,
    /// account values and summaries every three minutes.
    pub(super) fn report_accounts(&mut self, now: Timestamp, step: &mut Step) {
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (req_id, feed) in &mut session.pnl {
                self.send_pnl(*conn, *req_id, feed, now, step);
            }
            for (req_id, feed) in &mut session.pnl_single {
                self.send_pnl_single(*conn, *req_id, feed, now, step);
            }
            for (req_id, feed) in session.summaries.iter_mut().filter(|(_, f)| is_due(f.sent_at, now)) {
                self.send_summary(*conn, *req_id, feed, now, step);
            }
            if let Some(feed) = session.account_updates.as_mut().filter(|f| is_due(f.sent_at, now)) {
                feed.touched = self.listed_holdings(feed.account);
                self.send_values(*conn, feed, now, step);
            }
            for (req_id, feed) in session.account_updates_multi.iter_mut().filter(|(_, f)| is_due(f.sent_at, now)) {
                self.send_multi(*conn, *req_id, feed, now, step);
            }
            self.send_touched(*conn, session, now, step);
        }
        self.sessions = sessions;
    }
}
