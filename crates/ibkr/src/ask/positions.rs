//! Positions, and what the broker thinks they are worth.

use super::answer::Asker;
use super::snapshot::{linger, turn};
use crate::contract;
use crate::decimal;
use crate::fault;
use domain::account::Position;
use domain::broker::AskError;
use domain::id::{AccountId, ConId};
use futures::{Stream, StreamExt};
use ibapi::accounts::{AccountPortfolioValue, AccountUpdate, PositionUpdate};
use ibapi::contracts::SecurityType;
use ibapi::subscriptions::SubscriptionItem;
use std::collections::BTreeMap;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// Positions of all accounts, once the end marker came. Those of the account in use carry the broker's valuation if it
/// gives one in time: it is for reading, so its absence spoils nothing.
pub(super) async fn positions(asker: &Asker, account: &AccountId) -> Result<Vec<Position>, AskError> {
    let (held, values) = tokio::join!(held(asker), valuations(asker, account));
    let mut positions = held?;
    match values {
        Ok(values) => {
            for position in positions.iter_mut().filter(|position| position.account == *account) {
                if let Some(value) = values.get(&position.con_id) {
                    apply(position, value);
                }
            }
        }
        Err(error) => tracing::info!(%error, "the broker values no positions"),
    }
    Ok(positions)
}

async fn held(asker: &Asker) -> Result<Vec<Position>, AskError> {
    let turn = turn(asker, &asker.session.turns.positions).await?;
    let deadline = asker.deadline();
    let stream = asker.within(deadline, asker.session.client.positions()).await?;
    let is_end = |update: &PositionUpdate| matches!(update, PositionUpdate::PositionEnd);
    let mut positions = BTreeMap::new();
    for update in to_end(asker, deadline, stream, turn, is_end).await? {
        match update {
            PositionUpdate::Position(wire) => {
                let position = position(&wire).map_err(AskError::Garbled)?;
                positions.insert((position.account.clone(), position.con_id), position);
            }
            PositionUpdate::PositionEnd => {}
        }
    }
    Ok(positions.into_values().filter(|position| !position.qty.is_zero()).collect())
}

/// Reads a stream that stays open up to its first end marker, and ends it. The turn lasts until the marker came.
async fn to_end<T: Send + 'static>(
    asker: &Asker,
    deadline: Instant,
    mut stream: impl Stream<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Send + Unpin + 'static,
    turn: OwnedMutexGuard<()>,
    is_end: fn(&T) -> bool,
) -> Result<Vec<T>, AskError> {
    let mut rows = Vec::new();
    loop {
        let fault = match tokio::time::timeout_at(deadline, stream.next()).await {
            Ok(Some(Ok(SubscriptionItem::Data(row)))) if is_end(&row) => return Ok(rows),
            Ok(Some(Ok(SubscriptionItem::Data(row)))) => {
                rows.push(row);
                continue;
            }
            Ok(Some(Ok(SubscriptionItem::Notice(notice)))) if fault::is_gap(&notice) => {
                AskError::Garbled(notice.message)
            }
            Ok(Some(Ok(SubscriptionItem::Notice(notice)))) => {
                tracing::info!(code = notice.code, message = notice.message, "notice on account data");
                continue;
            }
            Ok(Some(Err(error))) => fault::ask_error(&error),
            Ok(None) => AskError::NoLink,
            Err(_) => {
                keep_turn_until(stream, turn, is_end);
                return Err(AskError::Timeout);
            }
        };
        linger(asker, turn);
        return Err(fault);
    }
}

/// Reads on until the end marker comes after all, and only then lets the next request of the kind begin.
fn keep_turn_until<T>(
    mut stream: impl Stream<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Send + Unpin + 'static,
    turn: OwnedMutexGuard<()>,
    is_end: fn(&T) -> bool,
) where
    T: Send + 'static,
{
    tokio::spawn(async move {
        while let Some(Ok(item)) = stream.next().await {
            if matches!(&item, SubscriptionItem::Data(data) if is_end(data)) {
                break;
            }
        }
        drop(stream);
        drop(turn);
    });
}

fn position(wire: &ibapi::accounts::Position) -> Result<Position, String> {
    let id = wire.contract.contract_id;
    let unreadable = |what: &str| format!("position in contract {id}: {what}");
    Ok(Position {
        account: wire.account.parse().map_err(|_| unreadable("no account"))?,
        con_id: ConId::new(i64::from(id)).map_err(|_| unreadable("no contract id"))?,
        symbol: wire.contract.symbol.to_string(),
        terms: contract::terms(&wire.contract),
        currency: wire.contract.currency.as_str().parse().map_err(|_| unreadable("no currency"))?,
        is_cash: wire.contract.security_type == SecurityType::ForexPair,
        qty: decimal::decimal(wire.position).ok_or_else(|| unreadable("no quantity"))?,
        avg_cost: decimal::nonzero(wire.average_cost),
        market_price: None,
        market_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
    })
}

fn apply(position: &mut Position, value: &AccountPortfolioValue) {
    position.market_price = decimal::nonzero(value.market_price);
    // Without a price the broker sends zeros for what it cannot know.
    if position.market_price.is_some() {
        position.market_value = decimal::decimal(value.market_value);
        position.unrealized_pnl = decimal::decimal(value.unrealized_pnl);
        position.realized_pnl = decimal::decimal(value.realized_pnl);
    }
}

/// The portfolio of one account by contract.
async fn valuations(asker: &Asker, account: &AccountId) -> Result<BTreeMap<ConId, AccountPortfolioValue>, AskError> {
    let turn = turn(asker, &asker.session.turns.account_updates).await?;
    let deadline = asker.deadline();
    let wire_id = ibapi::accounts::types::AccountId::from(account.as_str());
    let stream = asker.within(deadline, asker.session.client.account_updates(&wire_id)).await?;
    let is_end = |update: &AccountUpdate| matches!(update, AccountUpdate::End);
    let mut values = BTreeMap::new();
    for update in to_end(asker, deadline, stream, turn, is_end).await? {
        match update {
            AccountUpdate::PortfolioValue(value) => {
                let is_theirs = value.account.as_deref().is_none_or(|theirs| theirs == account.as_str());
                if let (true, Ok(con_id)) = (is_theirs, ConId::new(i64::from(value.contract.contract_id))) {
                    values.insert(con_id, value);
                }
            }
            AccountUpdate::AccountValue(_) | AccountUpdate::UpdateTime(_) | AccountUpdate::End => {}
        }
    }
    Ok(values)
}
