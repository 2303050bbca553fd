//! What accounts hold: on request, and as it changes.
//!
//! An exchange of currencies shows twice, as at IBKR: in the cash balances of both, and as a virtual
//! position in the pair, which remembers what the bought currency cost.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{AccountScope, Contract, Notice, Position, PositionMulti, Reply};

use super::contract::{full, listed};
use super::desk::{ConnId, Core, Step};
use super::session::AccountSet;
use crate::market::SecType;

impl Core {
    /// A contract as positions name it: a stock at its listing exchange, a derivative at none.
    fn held_contract(&self, instrument: usize) -> Contract {
        let i = self.instrument(instrument);
        match i.sec_type {
            SecType::Fut | SecType::Opt => Contract { exchange: String::new(), ..listed(i) },
            SecType::Stk
            | SecType::Ind
            | SecType::Cash
            | SecType::Cfd
            | SecType::Bond
            | SecType::Fund
            | SecType::Crypto => listed(i),
        }
    }

    /// A contract as the portfolio names it: by its primary exchange.
    pub(super) fn portfolio_contract(&self, instrument: usize) -> Contract {
        full(self.instrument(instrument), "")
    }

    fn position(&self, account: usize, instrument: usize) -> Position {
        let a = &self.state.accounts[account];
        let holding = a.holdings.get(&instrument);
        Position {
            account: a.id.clone(),
            contract: Arc::new(self.held_contract(instrument)),
            position: holding.map_or(Decimal::ZERO, |h| h.quantity),
            avg_cost: holding.map_or(Decimal::ZERO, super::Holding::average_cost),
        }
    }

    /// Accounts and instruments held.
    pub(super) fn held(&self) -> Vec<(usize, usize)> {
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
            self.report_traded(*conn, session, &traded, now, step);
        }
        self.sessions = sessions;
    }

    /// The accounts of a scope, or an error to its client.
    pub(super) fn scope(
        &self,
        conn: ConnId,
        scope: &AccountScope,
        now: Timestamp,
        step: &mut Step,
    ) -> Option<AccountSet> {
        if (scope.account.is_empty() || scope.account == "All") && scope.model_code.is_empty() {
            return Some((0..self.state.accounts.len()).collect());
        }
        self.one(conn, scope, now, step).map(|account| AccountSet::from([account]))
    }

    /// The one account of a scope, or an error to its client.
    pub(super) fn one(&self, conn: ConnId, scope: &AccountScope, now: Timestamp, step: &mut Step) -> Option<usize> {
        let found = if scope.model_code.is_empty() {
            self.account_of(&scope.account).map_err(|refusal| match refusal.code {
                321 => refusal.message,
                _ => super::terms::Refusal::invalid(&refusal.message).message,
            })
        } else {
            Err(super::terms::Refusal::invalid("This venue has no models").message)
        };
        match found {
            Ok(account) => Some(account),
            Err(text) => {
                step.send(conn, Reply::Notice(Notice::about(scope.req_id, 321, text, now)));
                None
            }
        }
    }
}
