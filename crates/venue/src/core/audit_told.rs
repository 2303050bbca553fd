//! Accounts as their executions and commissions alone make them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tws::model::ExecSide;

use super::account::CashLedger;
use super::asset::{Asset, Class, Currency};
use super::commission;
use super::order::{Fill, OrderRecord};
use crate::market::Universe;

/// One account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Retold {
    pub(super) ledgers: BTreeMap<Currency, CashLedger>,
    pub(super) positions: BTreeMap<usize, Decimal>,
}

/// All accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    accounts: BTreeMap<usize, Retold>,
    /// Executions they are made of.
    pub(super) executions: usize,
}

impl Told {
    /// Takes in the executions of an order.
    pub(super) fn take_in(&mut self, record: &OrderRecord, universe: &Universe) {
        for fill in &record.fills {
            self.take_in_fill(record.account, record.instrument, fill, universe);
        }
    }

    /// Takes in one execution.
    pub(super) fn take_in_fill(&mut self, account: usize, instrument: usize, fill: &Fill, universe: &Universe) {
        self.executions += 1;
        self.accounts.entry(account).or_default().take_in(instrument, fill, universe);
    }

    /// An account, by its position.
    pub(super) fn account(&mut self, position: usize) -> Retold {
        self.accounts.remove(&position).unwrap_or_default()
    }
}

impl Retold {
    fn take_in(&mut self, instrument: usize, fill: &Fill, universe: &Universe) {
        let of = universe.get(instrument);
        let asset = Asset::of(of);
        let signed = match fill.execution.side {
            ExecSide::Bought => fill.execution.shares,
            ExecSide::Sold => -fill.execution.shares,
        };
        *self.positions.entry(instrument).or_default() += signed;
        let value = asset.value(signed, fill.execution.price);
        let ledger = self.ledgers.entry(asset.currency).or_default();
        match asset.class {
            Class::Paid | Class::Margined => {
                ledger.traded -= value;
                ledger.realized += fill.realized.unwrap_or_default();
            }
            Class::Exchange { bought } => {
                ledger.converted -= value;
                self.ledgers.entry(bought).or_default().converted += signed;
            }
        }
        let paid = self.ledgers.entry(commission::currency(of)).or_default();
        paid.commissions += fill.commission;
        if !asset.takes_in_fees() {
            paid.realized -= fill.commission;
        }
    }
}
