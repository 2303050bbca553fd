//! The books, worked out from two sides, and compared with what the venue says its accounts hold.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use serde_json::Value;
use venue::market::{Instrument, Market, SecType};

use super::Failure;
use super::ask::{Fee, Trade};
use super::trader::Trader;

/// What was compared.
pub(crate) struct Figures {
    pub(crate) orders: u64,
    executions: usize,
    /// Net liquidation of all accounts.
    equity: Decimal,
    commissions: Decimal,
    realized: Decimal,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} orders, {} executions, net liquidation {:.2}, realised {:.2}, commissions {:.2}, books balance",
            self.orders, self.executions, self.equity, self.realized, self.commissions
        )
    }
}

/// One execution with its money.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    account: String,
    con_id: i32,
    signed: Decimal,
    price: Decimal,
    commission: Decimal,
    paid_in: String,
    realized: Option<Decimal>,
}

type Entries = BTreeMap<String, Entry>;

/// Compares everything with everything, to the last digit.
pub(crate) fn audit(state: &Value, ledger: &Value, traders: &[Trader], market: &Market) -> Result<Figures, Failure> {
    let orders = ledger.as_array().ok_or("the ledger is a list")?;
    let venue = of_ledger(orders)?;
    let clients = of_clients(traders)?;
    for (exec_id, entry) in &venue {
        match clients.get(exec_id) {
            None => return Err(format!("no client was told of execution {exec_id}: {entry:?}").into()),
            Some(told) if *told != (Entry { paid_in: told.paid_in.clone(), ..entry.clone() }) => {
                return Err(format!("execution {exec_id}: the venue has {entry:?}, its client {told:?}").into());
            }
            Some(_) => {}
        }
    }
    let settled = of_settlements(traders)?;
    if let Some((exec_id, entry)) = clients.iter().find(|(id, _)| !venue.contains_key(*id)) {
        return Err(format!("the venue's ledger does not have execution {exec_id}: {entry:?}").into());
    }
    let mut clients = clients;
    clients.extend(settled);
    let mut figures = Figures {
        orders: orders.len() as u64,
        executions: clients.len(),
        equity: Decimal::ZERO,
        commissions: Decimal::ZERO,
        realized: Decimal::ZERO,
    };
    for account in state["accounts"].as_array().ok_or("accounts are a list")? {
        balance(account, &clients, market, &mut figures)?;
    }
    Ok(figures)
}

fn of_ledger(orders: &[Value]) -> Result<Entries, Failure> {
    let mut all = Entries::new();
    for order in orders {
        let mut filled = Decimal::ZERO;
        for execution in order["executions"].as_array().ok_or("executions are a list")? {
            let quantity = decimal(&execution["quantity"])?;
            filled += quantity;
            let entry = Entry {
                account: text(&order["account"])?.to_owned(),
                con_id: i32::try_from(order["con_id"].as_i64().ok_or("a con_id")?)?,
                signed: if text(&order["side"])? == "BUY" { quantity } else { -quantity },
                price: decimal(&execution["price"])?,
                commission: decimal(&execution["commission"])?,
                // The ledger does not say.
                paid_in: String::new(),
                realized: Some(&execution["realized_pnl"]).filter(|v| !v.is_null()).map(decimal).transpose()?,
            };
            if all.insert(text(&execution["exec_id"])?.to_owned(), entry).is_some() {
                return Err(format!("execution {} is in the ledger twice", execution["exec_id"]).into());
            }
        }
        if filled != decimal(&order["filled_qty"])? || filled > decimal(&order["total_qty"])? {
            return Err(format!("executions of {filled} make up {order}").into());
        }
    }
    Ok(all)
}

/// Executions without an order, by which what expired was settled.
fn of_settlements(traders: &[Trader]) -> Result<Entries, Failure> {
    let mut all = Entries::new();
    for (exec_id, trade) in traders.iter().flat_map(|t| &t.settlements) {
        let fee = traders.iter().find_map(|t| t.settlement_fees.get(exec_id));
        all.insert(exec_id.clone(), entry(trade, fee.ok_or_else(|| format!("no commission report of {exec_id}"))?));
    }
    Ok(all)
}

fn entry(trade: &Trade, fee: &Fee) -> Entry {
    Entry {
        account: trade.account.clone(),
        con_id: trade.con_id,
        signed: if trade.bought { trade.shares } else { -trade.shares },
        price: trade.price,
        commission: fee.commission,
        paid_in: fee.currency.clone(),
        realized: fee.realized,
    }
}

fn of_clients(traders: &[Trader]) -> Result<Entries, Failure> {
    let mut all = Entries::new();
    for trader in traders {
        for (exec_id, trade) in &trader.trades {
            let fee = trader
                .fees
                .get(exec_id)
                .ok_or_else(|| format!("client {} has no commission of {exec_id}", trader.id))?;
            if all.insert(exec_id.clone(), entry(trade, fee)).is_some() {
                return Err(format!("two clients own execution {exec_id}").into());
            }
        }
    }
    Ok(all)
}

/// One account, from its executions alone.
fn balance(account: &Value, entries: &Entries, market: &Market, figures: &mut Figures) -> Result<(), Failure> {
    let name = text(&account["account"])?;
    let off = |what: &str, is: Decimal, should: Decimal| -> Failure {
        format!("{name}: {what} is {is} and should be {should}").into()
    };
    let mut retold = Retold::default();
    // Execution ids count upwards: this is the order in which they happened.
    for entry in entries.values().filter(|e| e.account == name) {
        let instrument = market.universe().find_con_id(entry.con_id).ok_or("an instrument")?;
        retold.take(entry, market.universe().get(instrument));
    }
    for balance in account["balances"].as_array().ok_or("balances are a list")? {
        let currency = text(&balance["currency"])?;
        let money = retold.money.remove(currency).unwrap_or_default();
        let cash = decimal(&balance["deposited"])? + money.traded + money.converted - money.commissions;
        let told = [
            ("cash", cash),
            ("traded", money.traded),
            ("converted", money.converted),
            ("commissions", money.commissions),
            ("realized_pnl", money.realized),
        ];
        for (what, should) in told {
            let is = decimal(&balance[what])?;
            if is != should {
                return Err(off(&format!("{what} in {currency}"), is, should));
            }
        }
    }
    if let Some((currency, money)) = retold.money.iter().find(|(_, m)| **m != Money::default()) {
        return Err(format!("{name}: no balance in {currency}, which should have {money:?}").into());
    }
    for holding in account["positions"].as_array().ok_or("positions are a list")? {
        let con_id = i32::try_from(holding["con_id"].as_i64().ok_or("a con_id")?)?;
        let (is, should) = (decimal(&holding["quantity"])?, retold.held.remove(&con_id).unwrap_or_default().quantity);
        if is != should {
            return Err(off(&format!("position in {}", holding["symbol"]), is, should));
        }
    }
    if let Some((con_id, held)) = retold.held.iter().find(|(_, h)| !h.quantity.is_zero()) {
        return Err(off(&format!("position in {con_id}"), Decimal::ZERO, held.quantity));
    }
    figures.equity += decimal(&account["net_liquidation"])?;
    figures.commissions += decimal(&account["commissions"])?;
    figures.realized += decimal(&account["realized_pnl"])?;
    Ok(())
}

/// Money of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Money {
    traded: Decimal,
    converted: Decimal,
    commissions: Decimal,
    realized: Decimal,
}

/// A holding, with what it cost without fees.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    quantity: Decimal,
    carried: Decimal,
}

/// An account as its executions make it.
#[derive(Default)]
struct Retold {
    money: BTreeMap<String, Money>,
    held: BTreeMap<i32, Held>,
}

impl Retold {
    fn take(&mut self, entry: &Entry, of: &Instrument) {
        let value = entry.signed * entry.price * of.multiplier;
        let held = self.held.entry(entry.con_id).or_default();
        let released = held.take(entry.signed, value);
        let money = self.money.entry(of.currency.clone()).or_default();
        match of.sec_type {
            // Held on margin: cash moves by the profit, when it closes.
            SecType::Fut | SecType::Cfd => money.traded += released,
            SecType::Cash => {
                money.converted -= value;
                self.money.entry(of.symbol.clone()).or_default().converted += entry.signed;
            }
            SecType::Stk | SecType::Ind | SecType::Opt | SecType::Bond | SecType::Fund | SecType::Crypto => {
                money.traded -= value;
            }
        }
        let paid = self.money.entry(entry.paid_in.clone()).or_default();
        paid.commissions += entry.commission;
        if of.sec_type == SecType::Cash {
            // What an exchange of currencies realises is told in the base currency, and kept apart.
            paid.realized -= entry.commission;
        } else {
            self.money.entry(of.currency.clone()).or_default().realized += entry.realized.unwrap_or_default();
        }
    }
}

impl Held {
    /// Takes a trade, and gives what its closing part brought in above what it had cost.
    fn take(&mut self, signed: Decimal, value: Decimal) -> Decimal {
        let opposite = self.quantity.is_sign_negative() != signed.is_sign_negative();
        let closing = if opposite { signed.abs().min(self.quantity.abs()) } else { Decimal::ZERO };
        if closing.is_zero() {
            self.quantity += signed;
            self.carried += value;
            return Decimal::ZERO;
        }
        let held = self.quantity.abs();
        let cost = if closing == held { self.carried } else { (self.carried * closing / held).round_dp(8) };
        let closed = if closing == signed.abs() { value } else { value / signed.abs() * closing };
        self.quantity += signed;
        self.carried += value - closed - cost;
        -closed - cost
    }
}

fn text(value: &Value) -> Result<&str, Failure> {
    value.as_str().ok_or_else(|| format!("{value} is not text").into())
}

fn decimal(value: &Value) -> Result<Decimal, Failure> {
    Ok(text(value)?.parse()?)
}
