//! A decision against the account as it is now: what would be bought and sold, and why. Sends nothing.

use crate::decision::Decision;
use domain::account::Position;
use domain::fault::Fault;
use domain::id::AccountId;
use domain::money::Currency;
use domain::principal::Principal;
use domain::rebalance::{self, Holding, PlanLine};
use engine::Desk;
use rust_decimal::Decimal;

/// A plan and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The account.
    pub account: AccountId,
    /// Its net liquidation value.
    pub value: Decimal,
    /// Its cash.
    pub cash: Decimal,
    /// Sells first.
    pub lines: Vec<PlanLine>,
}

/// Plans a decision for an account.
///
/// # Errors
/// What the desk says; an account value that the broker does not tell is [`Fault::Unanswered`], never zero.
pub async fn plan(desk: &dyn Desk, by: &Principal, account: AccountId, decision: &Decision) -> Result<Plan, Fault> {
    let dollars: Currency = "USD".parse().map_err(|error| Fault::Internal(format!("{error}")))?;
    let summary = desk.account_summary(by, account.clone()).await?;
    let untold = |what: &str| Fault::Unanswered(format!("the broker does not tell the account's {what}"));
    let value = summary.net_liquidation.ok_or_else(|| untold("net liquidation"))?;
    let cash = summary.cash.get(&dollars).copied().or(summary.total_cash).ok_or_else(|| untold("cash"))?;
    let positions = desk.positions(by, account.clone()).await?;
    let mut holdings = Vec::with_capacity(decision.targets.len());
    for target in &decision.targets {
        let contract = desk.contract(by, target.instrument(&dollars)).await?;
        let instrument = domain::contract::Instrument::ConId(contract.con_id);
        // A missing price refuses its line, not the plan.
        let price = match desk.quote(by, instrument).await {
            Ok((_, quote)) => quote.reference(),
            Err(Fault::MarketDataUnavailable(_) | Fault::MarketDataNotEntitled(_) | Fault::Unanswered(_)) => None,
            Err(fault) => return Err(fault),
        };
        let held = |position: &&Position| position.con_id == contract.con_id;
        holdings.push(Holding {
            con_id: contract.con_id,
            symbol: contract.symbol.clone(),
            held: positions.iter().find(held).map_or(Decimal::ZERO, |position| position.qty),
            weight: target.weight,
            price,
            lot: contract.size_increment,
        });
    }
    let lines = rebalance::plan(&holdings, value, cash, &decision.rules());
    Ok(Plan { account, value, cash, lines })
}
