//! Whether the books balance: every account against its own identities, and against the executions
//! and commissions its clients were told of. To the last digit; nothing here is rounded.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::account::{Account, CashLedger};
use super::asset::{Class, Currency};
use super::audit_told::Retold;
use super::desk::Core;

/// What an examination of the books found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Venue time.
    pub now: Timestamp,
    /// Accounts examined.
    pub accounts: usize,
    /// Executions the accounts were computed from anew.
    pub executions: usize,
    /// What does not balance. Anything here is a fault of the venue.
    pub violations: Vec<Violation>,
}

/// An identity that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Account.
    pub account: String,
    /// Currency or instrument it is about.
    pub of: String,
    /// The identity.
    pub identity: &'static str,
    /// Its left side.
    pub left: Decimal,
    /// Its right side.
    pub right: Decimal,
}

/// Collects what does not balance in one account.
struct Scale<'a> {
    account: &'a str,
    violations: &'a mut Vec<Violation>,
}

impl Scale<'_> {
    fn weigh(&mut self, of: &impl ToString, identity: &'static str, left: Decimal, right: Decimal) {
        if left != right {
            let account = self.account.to_owned();
            self.violations.push(Violation { account, of: of.to_string(), identity, left, right });
        }
    }
}

impl Core {
    /// Examines the books of every account.
    pub fn audit(&self, now: Timestamp) -> Audit {
        let (retold, executions) = self.retell();
        let mut violations = Vec::new();
        for (position, (account, told)) in self.state.accounts.iter().zip(&retold).enumerate() {
            let mut scale = Scale { account: &account.id, violations: &mut violations };
            self.weigh_ledgers(account, told, &mut scale);
            self.weigh_positions(account, told, &mut scale);
            self.weigh_whole(position, now, &mut scale);
        }
        Audit { now, accounts: retold.len(), executions, violations }
    }

    /// Every account from its executions.
    fn retell(&self) -> (Vec<Retold>, usize) {
        let mut told = self.state.told.clone();
        for record in self.state.orders() {
            told.take_in(record, &self.state.universe);
        }
        for (account, instrument, fill) in &self.state.settled {
            told.take_in_fill(*account, *instrument, fill, &self.state.universe);
        }
        let accounts = (0..self.state.accounts.len()).map(|a| told.account(a)).collect();
        (accounts, told.executions)
    }

    fn weigh_ledgers(&self, account: &Account, told: &Retold, scale: &mut Scale<'_>) {
        let nothing = CashLedger::default();
        for (currency, l) in &account.ledgers {
            let told = told.ledgers.get(currency).unwrap_or(&nothing);
            let (mut inside, mut carried, mut bought, mut paid) =
                (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
            for (instrument, h) in &account.holdings {
                let asset = self.state.asset(*instrument);
                let own = asset.currency == *currency;
                match asset.class {
                    Class::Paid if own => inside += h.cost,
                    Class::Margined if own => {
                        inside += h.cost - h.carried;
                        carried += h.carried;
                    }
                    Class::Exchange { .. } if own => paid += h.cost,
                    Class::Exchange { bought: of } if of == *currency => bought += h.quantity,
                    Class::Paid | Class::Margined | Class::Exchange { .. } => {}
                }
            }
            for (identity, left, right) in [
                (
                    "cash = deposited + traded + converted - commissions",
                    l.cash,
                    l.deposited + l.traded + l.converted - l.commissions,
                ),
                (
                    "cash + cost of holdings = deposited + converted + realized",
                    l.cash + inside,
                    l.deposited + l.converted + l.realized,
                ),
                ("converted = bought - paid + realized", l.converted, bought - paid + l.realized_fx),
                ("traded = executions + carried on margin", l.traded, told.traded + carried),
                ("converted = executions", l.converted, told.converted),
                ("commissions = commission reports", l.commissions, told.commissions),
                ("realized = commission reports", l.realized, told.realized),
            ] {
                scale.weigh(currency, identity, left, right);
            }
        }
        for currency in told.ledgers.keys().filter(|c| !account.ledgers.contains_key(c)) {
            scale.weigh(currency, "a currency that was traded has a balance", Decimal::ZERO, Decimal::ONE);
        }
    }

    fn weigh_positions(&self, account: &Account, told: &Retold, scale: &mut Scale<'_>) {
        for (instrument, quantity) in &told.positions {
            let of = &self.instrument(*instrument).local_symbol;
            scale.weigh(of, "position = executions", account.position(*instrument), *quantity);
        }
        for instrument in account.holdings.keys().filter(|i| !told.positions.contains_key(i)) {
            let of = &self.instrument(*instrument).local_symbol;
            scale.weigh(of, "position = executions", account.position(*instrument), Decimal::ZERO);
        }
    }

    fn weigh_whole(&self, position: usize, now: Timestamp, scale: &mut Scale<'_>) {
        let account = &self.state.accounts[position];
        let profit: Decimal = account
            .ledgers
            .iter()
            .map(|(currency, l)| (l.deposited + l.realized + l.realized_fx) * self.rate(*currency, now))
            .sum();
        let identity = "net liquidation = deposits + realized + unrealized";
        let right = profit + self.unrealized(position, now);
        scale.weigh(&Currency::BASE, identity, self.equity(position, now), right);
        let live = self.state.live.iter().map(|id| self.state.order(*id)).filter(|o| o.account == position);
        scale.weigh(&Currency::BASE, "reserved = working orders", account.reserved, live.map(|o| o.reserve).sum());
    }
}
