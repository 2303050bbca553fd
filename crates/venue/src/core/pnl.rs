//! Profit and loss: of an account in the base currency, of a holding in its own.
//!
//! Daily profit counts from midnight in New York: of an account, the change of its net liquidation
//! value; of a holding, what it realised since and the change of what is not realised.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{AccountScope, PnL, PnLRequest, PnLSingle, PortfolioValue, Reply};

use super::asset::Class;
use super::desk::{ConnId, Core, Step};
use super::session::{PnlFeed, PnlSingleFeed};

/// Decimal places of profit and loss on the wire.
const PLACES: u32 = 8;

impl Core {
    /// Unrealised profit of an account in the base currency: of what it holds, and of what it
    /// exchanged, where the bought currency is worth its own rate.
    pub(super) fn unrealized(&self, account: usize, now: Timestamp) -> Decimal {
        let holdings = self.state.accounts[account].holdings.iter();
        holdings
            .map(|(instrument, h)| {
                let asset = self.state.asset(*instrument);
                let rate = self.rate(asset.currency, now);
                match asset.class {
                    Class::Paid | Class::Margined => {
                        (asset.value(h.quantity, self.held_mark(h.quantity, *instrument, now)) - h.cost) * rate
                    }
                    Class::Exchange { bought } => h.quantity * self.rate(bought, now) - h.cost * rate,
                }
            })
            .sum()
    }

    /// The last price of what is held; of what is not, none is needed.
    pub(super) fn held_mark(&self, quantity: Decimal, instrument: usize, now: Timestamp) -> Decimal {
        if quantity.is_zero() { Decimal::ZERO } else { self.mark(instrument, now) }
    }

    /// Profit realised since the day began, in the base currency.
    pub(super) fn realized_today(&self, account: usize, now: Timestamp) -> Decimal {
        self.state.accounts[account].ledgers.iter().map(|(c, l)| l.realized_today * self.rate(*c, now)).sum()
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

    pub(super) fn send_pnl(&self, conn: ConnId, req_id: i32, feed: &mut PnlFeed, now: Timestamp, step: &mut Step) {
        let at_day_start = self.state.accounts[feed.account].equity_at_day_start;
        let figures = [
            self.equity(feed.account, now) - at_day_start,
            self.unrealized(feed.account, now),
            self.realized_today(feed.account, now),
        ];
        if feed.last != Some(figures) {
            let [daily, unrealized, realized] = figures.map(|f| Some(f.round_dp(PLACES).normalize()));
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

    pub(super) fn send_pnl_single(
        &self,
        conn: ConnId,
        req_id: i32,
        feed: &mut PnlSingleFeed,
        now: Timestamp,
        step: &mut Step,
    ) {
        let value = self.portfolio_value(feed.account, feed.instrument, now);
        let holding = self.state.accounts[feed.account].holdings.get(&feed.instrument);
        let before = holding.map_or(Decimal::ZERO, |h| h.unrealized_at_day_start);
        let figures = [
            value.position,
            value.unrealized_pnl + value.realized_pnl - before,
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

    /// A holding as the portfolio shows it, in the instrument's currency.
    pub(super) fn portfolio_value(&self, account: usize, instrument: usize, now: Timestamp) -> PortfolioValue {
        let a = &self.state.accounts[account];
        let holding = a.holdings.get(&instrument).cloned().unwrap_or_default();
        let price = self.mark(instrument, now);
        let value = self.state.asset(instrument).value(holding.quantity, price);
        PortfolioValue {
            contract: Arc::new(self.portfolio_contract(instrument)),
            position: holding.quantity,
            market_price: price,
            market_value: value,
            average_cost: holding.average_cost(),
            unrealized_pnl: value - holding.cost,
            realized_pnl: holding.realized_today,
            account: a.id.clone(),
        }
    }
}
