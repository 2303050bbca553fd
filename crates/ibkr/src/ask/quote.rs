//! One quote, out of a short subscription: a real snapshot request takes the broker eleven seconds to end.

use super::answer::Asker;
use crate::contract;
use crate::fault;
use crate::quote_book::{Fold, QuoteBook};
use domain::broker::AskError;
use domain::contract::Contract;
use domain::market::Quote;
use futures::StreamExt;
use ibapi::subscriptions::SubscriptionItem;
use std::time::Duration;
use tokio::time::Instant;

/// After the first price, for the others to come: a closed market sends no bid and no ask.
const REST: Duration = Duration::from_secs(1);
/// Delayed data follows.
const DELAYED_FOLLOWS: i32 = 10_167;

/// The quote once bid, ask, last and close are there, or what has come within a second of the first price.
pub(super) async fn quote(asker: &Asker, contract: &Contract) -> Result<Quote, AskError> {
    let mut deadline = asker.deadline();
    let wire = contract::to_wire(contract);
    let mut stream = asker.within(deadline, asker.session.client.market_data(&wire).subscribe()).await?;
    let time = &asker.shared.config.time;
    let mut book = QuoteBook::new(contract.con_id, time.now());
    let mut refusal = None;
    while !book.is_full() {
        let had_price = book.has_price();
        let item = match tokio::time::timeout_at(deadline, stream.next()).await {
            Ok(Some(item)) => item,
            Ok(None) => return Err(AskError::NoLink),
            Err(_) => break,
        };
        match item.map_err(|error| fault::ask_error(&error))? {
            SubscriptionItem::Data(tick) => match book.fold(&tick, time.now()) {
                Fold::Changed | Fold::Ignored => {}
                Fold::SnapshotEnd => break,
            },
            SubscriptionItem::Notice(notice) if fault::is_gap(&notice) => {
                return Err(AskError::Garbled(notice.message));
            }
            SubscriptionItem::Notice(notice) if notice.code == DELAYED_FOLLOWS => book.delayed(time.now()),
            SubscriptionItem::Notice(notice) => {
                refusal = Some(AskError::Broker { code: notice.code, message: notice.message });
            }
        }
        if !had_price && book.has_price() {
            deadline = deadline.min(Instant::now() + REST);
        }
    }
    if book.has_price() { Ok(book.quote().clone()) } else { Err(refusal.unwrap_or(AskError::Timeout)) }
}
