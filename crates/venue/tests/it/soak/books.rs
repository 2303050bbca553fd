//! The books, worked out from two sides, and compared with what the venue says its accounts hold.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use serde_json::Value;
use venue::market::Market;

use super::Failure;
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
            Some(told) if told != entry => {
                return Err(format!("execution {exec_id}: the venue has {entry:?}, its client {told:?}").into());
            }
            Some(_) => {}
        }
    }
    if let Some((exec_id, entry)) = clients.iter().find(|(id, _)| !venue.contains_key(*id)) {
        return Err(format!("the venue's ledger does not have execution {exec_id}: {entry:?}").into());
    }
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

fn of_clients(traders: &[Trader]) -> Result<Entries, Failure> {
    let mut all = Entries::new();
    for trader in traders {
        for (exec_id, trade) in &trader.trades {
            let fee = trader
                .fees
                .get(exec_id)
                .ok_or_else(|| format!("client {} has no commission of {exec_id}", trader.id))?;
            let entry = Entry {
                account: trade.account.clone(),
                con_id: trade.con_id,
                signed: if trade.bought { trade.shares } else { -trade.shares },
                price: trade.price,
                commission: fee.commission,
                realized: fee.realized,
            };
            if all.insert(exec_id.clone(), entry).is_some() {
                return Err(format!("two clients own execution {exec_id}").into());
            }
        }
    }
    Ok(all)
}

/// One account: cash, positions and profit from its executions alone.
fn balance(account: &Value, entries: &Entries, market: &Market, figures: &mut Figures) -> Result<(), Failure> {
    let name = text(&account["account"])?;
    let off = |what: &str, is: Decimal, should: Decimal| -> Failure {
        format!("{name}: {what} is {is} and should be {should}").into()
    };
    let mut cash = decimal(&account["deposit"])?;
    let (mut commissions, mut realized) = (Decimal::ZERO, Decimal::ZERO);
    let mut positions = BTreeMap::<i32, Decimal>::new();
    for entry in entries.values().filter(|e| e.account == name) {
        let instrument = market.universe().find_con_id(entry.con_id).ok_or("an instrument")?;
        let multiplier = market.universe().get(instrument).multiplier;
        cash -= entry.signed * entry.price * multiplier + entry.commission;
        commissions += entry.commission;
        realized += entry.realized.unwrap_or_default();
        *positions.entry(entry.con_id).or_default() += entry.signed;
    }
    positions.retain(|_, quantity| !quantity.is_zero());
    for (what, key, should) in
        [("cash", "cash", cash), ("commissions", "commissions", commissions), ("realised", "realized_pnl", realized)]
    {
        let is = decimal(&account[key])?;
        if is != should {
            return Err(off(what, is, should));
        }
    }
    let mut cost = Decimal::ZERO;
    for holding in account["positions"].as_array().ok_or("positions are a list")? {
        let con_id = i32::try_from(holding["con_id"].as_i64().ok_or("a con_id")?)?;
        let (is, should) = (decimal(&holding["quantity"])?, positions.remove(&con_id).unwrap_or_default());
        cost += decimal(&holding["cost"])?;
        if is != should {
            return Err(off(&format!("position in {}", holding["symbol"]), is, should));
        }
    }
    if let Some((con_id, should)) = positions.first_key_value() {
        return Err(off(&format!("position in {con_id}"), Decimal::ZERO, *should));
    }
    let (left, right) = (cash + cost, decimal(&account["deposit"])? + realized);
    if left != right {
        return Err(off("cash and cost of positions", left, right));
    }
    figures.equity += decimal(&account["net_liquidation"])?;
    figures.commissions += commissions;
    figures.realized += realized;
    Ok(())
}

fn text(value: &Value) -> Result<&str, Failure> {
    value.as_str().ok_or_else(|| format!("{value} is not text").into())
}

fn decimal(value: &Value) -> Result<Decimal, Failure> {
    Ok(text(value)?.parse()?)
}
