//! Streaming quotes: one task per contract, coalesced, ended with their connection.

use crate::adapter::{Deaf, Shared};
use crate::contract;
use crate::fault;
use crate::quote_book::{Fold, QuoteBook};
use crate::session::Session;
use domain::broker::{AskError, BrokerEvent};
use domain::contract::{Contract, SecType};
use domain::id::ConId;
use futures::StreamExt;
use ibapi::market_data::realtime::TickTypes;
use ibapi::subscriptions::{Subscription, SubscriptionItem};
use ibapi::{Error, Notice};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

/// Contracts that may be followed at once; the broker's own limit is lower.
const CONTRACTS_MAX: usize = 512;
/// IBKR's code for too many market data lines, used for our own limit too.
const TOO_MANY_LINES: i32 = 101;
/// Delayed data follows.
const DELAYED_FOLLOWS: i32 = 10_167;
/// Not subscribed; delayed data would be available if it were asked for.
const NOT_ENTITLED: [i32; 3] = [10_089, 10_090, 10_091];

/// What the engine wants of the desk.
#[derive(Debug)]
pub(crate) enum Wish {
    /// Follow a contract; renews the request if it is followed already.
    Begin(Box<Contract>),
    /// Follow it no more.
    End(ConId),
}

/// Keeps the tasks.
pub(crate) async fn desk(shared: &Shared, mut wishes: mpsc::Receiver<Wish>) -> Deaf {
    let mut tasks = JoinSet::new();
    let mut followed: BTreeMap<ConId, AbortHandle> = BTreeMap::new();
    while let Some(wish) = wishes.recv().await {
        while tasks.try_join_next().is_some() {}
        match wish {
            Wish::End(con_id) => {
                if let Some(task) = followed.remove(&con_id) {
                    task.abort();
                }
            }
            Wish::Begin(contract) => {
                let con_id = contract.con_id;
                if let Some(task) = followed.remove(&con_id) {
                    task.abort();
                }
                followed.retain(|_, task| !task.is_finished());
                if followed.len() >= CONTRACTS_MAX {
                    let message = format!("more than {CONTRACTS_MAX} contracts are followed");
                    if let Err(deaf) = refuse(shared, con_id, TOO_MANY_LINES, message).await {
                        return deaf;
                    }
                    continue;
                }
                // Without a connection there is nothing to do: the engine asks again after the next one.
                if let Some(session) = shared.link.current() {
                    let shared = shared.clone();
                    let task = tasks.spawn(async move {
                        tokio::select! {
                            _ = session.down() => Ok(()),
                            ended = follow(&shared, &session, &contract) => ended,
                        }
                    });
                    followed.insert(con_id, task);
                }
            }
        }
    }
    std::future::pending().await
}

async fn refuse(shared: &Shared, con_id: ConId, code: i32, message: String) -> Result<(), Deaf> {
    let event = BrokerEvent::QuoteRefused { con_id, code, message };
    shared.events.send(event).await
}

/// What to do after one item of the stream.
enum Next {
    Read,
    Show,
    Renew,
    Refused { code: i32, message: String },
    Refuse { code: i32, message: String },
    End,
}

async fn follow(shared: &Shared, session: &Session, contract: &Contract) -> Result<(), Deaf> {
    let wire = contract::to_wire(contract);
    let con_id = contract.con_id;
    loop {
        shared.pacer.question().await;
        let request = session.client.market_data(&wire).generic_ticks(beside(contract.sec_type)).subscribe();
        let stream = match tokio::time::timeout(shared.config.write_deadline, request).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                return match ended(session, con_id, &error) {
                    Next::Refuse { code, message } => refuse(shared, con_id, code, message).await,
                    Next::Read | Next::Show | Next::Renew | Next::Refused { .. } | Next::End => Ok(()),
                };
            }
            Err(_) => {
                session.fail("the write of a market data request took too long");
                return Ok(());
            }
        };
        if !read(shared, session, con_id, stream).await? {
            return Ok(());
        }
    }
}

/// What is asked for beside the prices: how many shares can be borrowed. Halts are told unasked.
fn beside(sec_type: SecType) -> &'static [&'static str] {
    match sec_type {
        SecType::Stk | SecType::Etf => &["236"],
        SecType::Fut
        | SecType::Opt
        | SecType::Ind
        | SecType::Cash
        | SecType::Cfd
        | SecType::Bond
        | SecType::Fund
        | SecType::Crypto => &[],
    }
}

/// Reads one subscription; `true` when it has to be made anew.
async fn read(
    shared: &Shared,
    session: &Session,
    con_id: ConId,
    mut stream: Subscription<TickTypes>,
) -> Result<bool, Deaf> {
    let time = &shared.config.time;
    let mut book = QuoteBook::new(con_id, time.now());
    let mut is_dirty = false;
    let mut show_at = Instant::now();
    loop {
        let next = tokio::select! {
            item = stream.next() => take(session, con_id, &mut book, item, time.now()),
            () = tokio::time::sleep_until(show_at), if is_dirty => {
                // A full channel is no reason to wait here: the newest state goes next time.
                is_dirty = !shared.events.offer(BrokerEvent::Quote(book.quote().clone()));
                show_at = Instant::now() + shared.config.quote_interval;
                Next::Read
            }
        };
        match next {
            Next::Read => {}
            Next::Show => is_dirty |= book.has_price(),
            Next::Renew => return Ok(true),
            Next::Refused { code, message } => refuse(shared, con_id, code, message).await?,
            Next::Refuse { code, message } => {
                refuse(shared, con_id, code, message).await?;
                return Ok(false);
            }
            Next::End => return Ok(false),
        }
    }
}

fn take(
    session: &Session,
    con_id: ConId,
    book: &mut QuoteBook,
    item: Option<Result<SubscriptionItem<TickTypes>, Error>>,
    now: Timestamp,
) -> Next {
    match item {
        Some(Ok(SubscriptionItem::Data(tick))) => match book.fold(&tick, now) {
            Fold::Changed => Next::Show,
            Fold::Ignored | Fold::SnapshotEnd => Next::Read,
        },
        Some(Ok(SubscriptionItem::Notice(notice))) => noticed(book, notice, now),
        Some(Err(error)) => ended(session, con_id, &error),
        None => Next::End,
    }
}

fn noticed(book: &mut QuoteBook, notice: Notice, now: Timestamp) -> Next {
    if fault::is_gap(&notice) {
        // Ticks were dropped, so any field may be stale: begin again.
        Next::Renew
    } else if notice.code == DELAYED_FOLLOWS {
        book.delayed(now);
        Next::Show
    } else if NOT_ENTITLED.contains(&notice.code) {
        Next::Refused { code: notice.code, message: notice.message }
    } else {
        tracing::info!(code = notice.code, message = notice.message, "notice on a quote");
        Next::Read
    }
}

fn ended(session: &Session, con_id: ConId, error: &Error) -> Next {
    match fault::ask_error(error) {
        AskError::Broker { code, message } => Next::Refuse { code, message },
        AskError::NoLink => Next::End,
        AskError::Timeout | AskError::Garbled(_) => {
            session.fail(format!("market data of contract {con_id} could not be read: {error}"));
            Next::End
        }
    }
}
