//! Contracts and their price steps.

use super::answer::Asker;
use crate::contract;
use crate::decimal;
use crate::fault;
use crate::report;
use domain::broker::{AskError, OptionClass, SymbolMatch};
use domain::contract::{Contract, Instrument, PriceIncrement, SecType};
use domain::id::ConId;
use ibapi::contracts::{ContractDetails, OptionChain};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// IBKR's "no security definition has been found".
const NO_SUCH_CONTRACT: i32 = 200;

/// Every contract that fits. Rows that Tollgate cannot trade are left out; if nothing else is left, that is an error.
pub(super) async fn contracts(asker: &Asker, instrument: &Instrument) -> Result<Vec<Contract>, AskError> {
    let deadline = asker.deadline();
    let question = contract::question(instrument)
        .ok_or_else(|| AskError::Garbled("the strike cannot be said on the wire".to_owned()))?;
    let rows = match asker.within(deadline, asker.session.client.contract_details(&question)).await {
        Ok(rows) => rows,
        Err(AskError::Broker { code: NO_SUCH_CONTRACT, .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::with_capacity(rows.len());
    let mut seen = BTreeSet::new();
    let mut odd = None;
    for row in &rows {
        let known = match increments(asker, deadline, row).await {
            Some(steps) => contract::from_details(row, steps),
            None => Err(format!("contract {} has no price step", row.contract.contract_id)),
        };
        match known {
            Ok(contract) => {
                if seen.insert((contract.con_id, contract.exchange.clone())) {
                    found.push(contract);
                }
            }
            Err(reason) => {
                tracing::warn!(code = report::UNREADABLE, reason, "a contract is left out");
                odd = Some(reason);
            }
        }
    }
    match odd {
        Some(reason) if found.is_empty() => Err(AskError::Garbled(reason)),
        Some(_) | None => Ok(found),
    }
}

/// Price steps by the exchange's market rule, asked once per rule and connection; else the smallest tick.
async fn increments(asker: &Asker, deadline: Instant, details: &ContractDetails) -> Option<Vec<PriceIncrement>> {
    let Some(id) = contract::market_rule_id(details) else {
        return contract::fallback_increments(details);
    };
    // The lock is held while asking: rules answer without a request id, and the second asker wants the first's answer.
    let Ok(mut known) = tokio::time::timeout_at(deadline, asker.session.market_rules.lock()).await else {
        return contract::fallback_increments(details);
    };
    if let Some(steps) = known.get(&id) {
        return Some(steps.clone());
    }
    match asker.within(deadline, asker.session.client.market_rule(id)).await {
        Ok(rule) => {
            let steps = contract::increments(&rule);
            if let Some(steps) = &steps {
                known.insert(id, steps.clone());
            }
            steps.or_else(|| contract::fallback_increments(details))
        }
        Err(error) => {
            tracing::warn!(rule = id, %error, "no market rule: the smallest tick is used at every price");
            contract::fallback_increments(details)
        }
    }
}

/// Contracts whose symbol or name begins like this.
pub(super) async fn symbols(asker: &Asker, pattern: &str) -> Result<Vec<SymbolMatch>, AskError> {
    let rows = asker.within(asker.deadline(), asker.session.client.matching_symbols(pattern)).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let contract = row.contract;
            Some(SymbolMatch {
                con_id: ConId::new(i64::from(contract.contract_id)).ok()?,
                symbol: contract.symbol.to_string(),
                sec_type: contract.security_type.as_str().to_owned(),
                primary_exchange: contract.primary_exchange.to_string(),
                currency: contract.currency.to_string(),
                description: contract.description,
            })
        })
        .collect())
}

/// The classes of options on an underlying, up to the end marker. An exchange is named for futures only: with another
/// underlying TWS would answer with nothing.
pub(super) async fn option_chain(asker: &Asker, underlying: &Contract) -> Result<Vec<OptionClass>, AskError> {
    let deadline = asker.deadline();
    let kind = contract::security_type(underlying.sec_type);
    let question = asker.session.client.option_chain(&underlying.symbol, kind, underlying.con_id.get());
    let question = match underlying.sec_type {
        SecType::Fut => question.exchange(&underlying.exchange),
        SecType::Stk
        | SecType::Etf
        | SecType::Opt
        | SecType::Ind
        | SecType::Cash
        | SecType::Cfd
        | SecType::Bond
        | SecType::Fund
        | SecType::Crypto => question,
    };
    let mut stream = asker.within(deadline, question.subscribe()).await?;
    let left = deadline.saturating_duration_since(Instant::now());
    let rows = stream.collect_to_end_within(left).await.map_err(|error| fault::ask_error(&error))?;
    rows.iter().map(option_class).collect()
}

fn option_class(row: &OptionChain) -> Result<OptionClass, AskError> {
    let odd = |what: &str| AskError::Garbled(format!("the options of class {} have no {what}", row.trading_class));
    let strikes: BTreeSet<_> = row.strikes.iter().map(|strike| decimal::decimal(*strike)).collect();
    let strikes: Option<Vec<_>> = strikes.into_iter().collect();
    let expiries: BTreeSet<&String> = row.expirations.iter().collect();
    Ok(OptionClass {
        exchange: row.exchange.clone(),
        trading_class: row.trading_class.clone(),
        multiplier: row.multiplier.parse().map_err(|_| odd("readable multiplier"))?,
        expiries: expiries.into_iter().cloned().collect(),
        strikes: strikes.ok_or_else(|| odd("readable strikes"))?,
    })
}
