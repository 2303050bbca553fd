//! Account values, profit and loss, and the broker's clock.

use super::answer::Asker;
use crate::account;
use crate::bars;
use crate::decimal;
use crate::fault;
use domain::account::{AccountPnl, AccountSummary};
use domain::broker::AskError;
use domain::id::AccountId;
use futures::StreamExt;
use ibapi::accounts::AccountSummaryResult;
use ibapi::accounts::types::AccountGroup;
use ibapi::subscriptions::SubscriptionItem;
use jiff::Timestamp;
use std::sync::Arc;

/// Account values of one account, once the end marker came.
pub(super) async fn account(asker: &Asker, id: &AccountId) -> Result<AccountSummary, AskError> {
    let deadline = asker.deadline();
    let turn = Arc::clone(&asker.session.turns.account_summary);
    let Ok(_turn) = tokio::time::timeout_at(deadline, turn.lock_owned()).await else {
        return Err(AskError::Timeout);
    };
    let group = AccountGroup::from("All");
    let mut stream = asker.within(deadline, asker.session.client.account_summary(&group, account::TAGS)).await?;
    let mut rows = Vec::new();
    loop {
        let item = match tokio::time::timeout_at(deadline, stream.next()).await {
            Ok(Some(item)) => item,
            Ok(None) => return Err(AskError::NoLink),
            Err(_) => return Err(AskError::Timeout),
        };
        match item.map_err(|error| fault::ask_error(&error))? {
            SubscriptionItem::Data(AccountSummaryResult::Summary(row)) => rows.push(row),
            SubscriptionItem::Data(AccountSummaryResult::End) => break,
            SubscriptionItem::Notice(notice) if fault::is_gap(&notice) => {
                return Err(AskError::Garbled(notice.message));
            }
            SubscriptionItem::Notice(notice) => {
                tracing::info!(code = notice.code, message = notice.message, "notice on account values");
            }
        }
    }
    stream.cancel().await;
    account::summary(id, &rows, asker.shared.config.time.now())
        .ok_or_else(|| AskError::Garbled(format!("the broker gave no values of account {id}")))
}

/// The first report of profit and loss.
pub(super) async fn pnl(asker: &Asker, id: &AccountId) -> Result<AccountPnl, AskError> {
    let deadline = asker.deadline();
    let wire_id = ibapi::accounts::types::AccountId::from(id.as_str());
    let mut stream = asker.within(deadline, asker.session.client.pnl(&wire_id, None)).await?;
    loop {
        let item = match tokio::time::timeout_at(deadline, stream.next()).await {
            Ok(Some(item)) => item,
            Ok(None) => return Err(AskError::NoLink),
            Err(_) => return Err(AskError::Timeout),
        };
        match item.map_err(|error| fault::ask_error(&error))? {
            SubscriptionItem::Data(pnl) => {
                return Ok(AccountPnl {
                    account: id.clone(),
                    daily: decimal::decimal(pnl.daily_pnl),
                    unrealized: decimal::optional(pnl.unrealized_pnl),
                    realized: decimal::optional(pnl.realized_pnl),
                    received_at: asker.shared.config.time.now(),
                });
            }
            SubscriptionItem::Notice(notice) => {
                tracing::info!(code = notice.code, message = notice.message, "notice on profit and loss");
            }
        }
    }
}

/// The broker's clock.
pub(super) async fn time(asker: &Asker) -> Result<Timestamp, AskError> {
    let at = asker.within(asker.deadline(), asker.session.client.server_time_millis()).await?;
    bars::timestamp(at).ok_or_else(|| AskError::Garbled(format!("the broker's clock says {at}")))
}
