//! What expires: futures, options, bonds.
//!
//! An instrument is settled at the instant it ceases to trade, whatever is held of it, by executions
//! without order, client or commission:
//!
//! - a future at its underlying's price then;
//! - a bond at par;
//! - an option at price 0; one that is in the money is exercised, or assigned to who is short, and the
//!   stock changes hands at the strike (of an index, the difference is paid in cash instead).
//!
//! IBKR does this overnight and lets holders decline; here all that is in the money is exercised at
//! once. The executions are found by asking for executions; positions and portfolio are told as after
//! any trade. Orders that still work in what expired are cancelled.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::Execution;

use super::change::Settled;
use super::desk::{Core, Step};
use super::{Change, Side};
use crate::market::{Instrument, Right, SecType};

/// One movement of a settlement.
struct Leg {
    instrument: usize,
    side: Side,
    quantity: Decimal,
    price: Decimal,
}

impl Core {
    /// Settles what has expired by an instant, in the order in which it did.
    pub(super) fn settle(&mut self, at: Timestamp, step: &mut Step) {
        while let Some((expired_at, instrument)) = self.expiring.first().copied().filter(|(t, _)| *t <= at) {
            self.expiring.remove(&(expired_at, instrument));
            self.cancel_expired(instrument, expired_at, step);
            for account in 0..self.state.accounts.len() {
                let quantity = self.state.accounts[account].position(instrument);
                if quantity.is_zero() {
                    continue;
                }
                for leg in self.settlement(instrument, quantity, expired_at) {
                    self.settle_leg(account, &leg, expired_at, step);
                }
            }
        }
    }

    /// Remembers when an instrument that somebody orders expires.
    pub(super) fn note_expiry(&mut self, instrument: usize) {
        if self.instrument(instrument).expiry.is_some()
            && let Some(at) = self.market.expires_at(instrument)
        {
            self.expiring.insert((at, instrument));
        }
    }

    /// The same for all that is held or ordered, after a restart from a snapshot.
    pub(super) fn note_expiries(&mut self) {
        let held = self.held().into_iter().map(|(_, instrument)| instrument);
        let ordered = self.state.live.iter().map(|perm_id| self.state.order(*perm_id).instrument);
        let all: Vec<usize> = held.chain(ordered).collect();
        for instrument in all {
            self.note_expiry(instrument);
        }
    }

    fn cancel_expired(&mut self, instrument: usize, at: Timestamp, step: &mut Step) {
        let orders = self.state.live.iter().copied();
        let orders: Vec<i64> = orders.filter(|id| self.state.order(*id).instrument == instrument).collect();
        for perm_id in orders {
            self.end_cancelled(perm_id, "Expired", "The contract has expired", at, step);
        }
    }

    /// What a holding turns into.
    fn settlement(&self, instrument: usize, quantity: Decimal, at: Timestamp) -> Vec<Leg> {
        let i = self.instrument(instrument);
        let close = |price| Leg { instrument, side: closing_side(quantity), quantity: quantity.abs(), price };
        match (i.sec_type, i.underlying) {
            (SecType::Fut, Some(underlying)) => vec![close(self.mark(underlying, at))],
            (SecType::Bond, _) => vec![close(Decimal::ONE_HUNDRED)],
            (SecType::Opt, Some(underlying)) => {
                let value = intrinsic(i, self.mark(underlying, at));
                if value.is_zero() {
                    return vec![close(Decimal::ZERO)];
                }
                if self.instrument(underlying).sec_type == SecType::Ind {
                    return vec![close(value)];
                }
                let side = match (i.right, quantity.is_sign_negative()) {
                    (Some(Right::Put), false) | (Some(Right::Call) | None, true) => Side::Sell,
                    (Some(Right::Put), true) | (Some(Right::Call) | None, false) => Side::Buy,
                };
                let (shares, strike) = (quantity.abs() * i.multiplier, i.strike.unwrap_or_default());
                vec![close(Decimal::ZERO), Leg { instrument: underlying, side, quantity: shares, price: strike }]
            }
            // What has no underlying is worth what it last was.
            (
                SecType::Fut
                | SecType::Opt
                | SecType::Stk
                | SecType::Ind
                | SecType::Cash
                | SecType::Cfd
                | SecType::Fund
                | SecType::Crypto,
                _,
            ) => vec![close(self.mark(instrument, at))],
        }
    }

    fn settle_leg(&mut self, account: usize, leg: &Leg, at: Timestamp, step: &mut Step) {
        let number = self.state.next_execution();
        let i = self.instrument(leg.instrument);
        let execution = Execution {
            order_id: 0,
            client_id: 0,
            perm_id: 0,
            exec_id: format!("0000e0d5.{number:08x}.01.01"),
            time: at,
            account: self.state.accounts[account].id.clone(),
            exchange: i.primary_exchange.clone(),
            side: leg.side.executed(),
            shares: leg.quantity,
            price: leg.price,
            cum_qty: leg.quantity,
            avg_price: leg.price,
            order_ref: String::new(),
            liquidation: false,
            model_code: String::new(),
            last_liquidity: 0,
            submitter: String::new(),
        };
        let rate = self.rate(self.state.asset(leg.instrument).currency, at);
        let settled = Settled { account, con_id: i.con_id, execution: Arc::new(execution), rate };
        self.commit(step, Change::Settled(Box::new(settled)));
        self.traded.insert((account, leg.instrument));
    }
}

fn closing_side(quantity: Decimal) -> Side {
    if quantity.is_sign_negative() { Side::Buy } else { Side::Sell }
}

/// What exercising an option is worth.
fn intrinsic(option: &Instrument, underlying: Decimal) -> Decimal {
    let strike = option.strike.unwrap_or_default();
    let value = match option.right {
        Some(Right::Put) => strike - underlying,
        Some(Right::Call) | None => underlying - strike,
    };
    value.max(Decimal::ZERO)
}
