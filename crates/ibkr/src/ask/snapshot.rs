//! Everything that reconciliation needs, each section complete or unknown.

use super::answer::Asker;
use super::{positions, values};
use crate::fault;
use crate::report::{self, Trade};
use crate::zone;
use domain::broker::{AskError, BrokerOrder, BrokerSnapshot, Section};
use domain::broker_calendar::midnight_before;
use domain::execution::Execution;
use domain::id::{AccountId, ExecId};
use futures::StreamExt;
use ibapi::orders::{ExecutionFilter, Executions, OrderData, OrderStatus, Orders};
use ibapi::subscriptions::Subscription;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use time_tz::{TimeZone as _, Tz};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

/// How far back executions are asked for; the broker gives what it keeps, by default since midnight.
const EXECUTION_DAYS: i32 = 7;
/// The Gateway's clock may be ahead of ours by this much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(1);

/// The sections side by side.
pub(super) async fn snapshot(asker: &Asker, account: &AccountId) -> BrokerSnapshot {
    let taken_at = asker.shared.config.time.now();
    let (open_orders, completed_orders, executions, positions, summary) = tokio::join!(
        open_orders(asker),
        completed_orders(asker),
        executions(asker),
        positions::positions(asker, account),
        values::account(asker, account),
    );
    let (executions, busts, executions_since) = match executions {
        Ok(Traded { executions, busts, since }) => (Ok(executions), busts, since),
        Err(error) => (Err(error), Vec::new(), None),
    };
    BrokerSnapshot {
        generation: asker.session.generation,
        taken_at,
        open_orders: section(open_orders),
        completed_orders: section(completed_orders),
        executions: section(executions),
        busts,
        executions_since,
        positions: section(positions),
        account: section(summary),
    }
}

fn section<T>(outcome: Result<T, AskError>) -> Section<T> {
    match outcome {
        Ok(complete) => Section::Complete(complete),
        Err(error) => Section::Unknown(error.to_string()),
    }
}

/// Waits for the turn; only then the deadline of the answer begins, so that whoever asked before takes none of its time.
pub(super) async fn turn(asker: &Asker, of: &Arc<Mutex<()>>) -> Result<OwnedMutexGuard<()>, AskError> {
    let waiting = Arc::clone(of).lock_owned();
    tokio::time::timeout_at(asker.deadline(), waiting).await.map_err(|_| {
        AskError::Garbled(
            "an earlier request of this kind has not ended: its answer could be mistaken for ours".to_owned(),
        )
    })
}

/// Reads to the end marker. When it does not come in time, somebody keeps reading, and keeps the turn.
async fn to_end(
    asker: &Asker,
    deadline: Instant,
    mut stream: Subscription<Orders>,
    turn: OwnedMutexGuard<()>,
) -> Result<Vec<Orders>, AskError> {
    let patience = deadline.saturating_duration_since(Instant::now());
    match stream.collect_to_end_within(patience).await {
        Ok(rows) => Ok(rows),
        Err(error) => {
            let error = fault::ask_error(&error);
            if error == AskError::Timeout {
                tokio::spawn(async move {
                    while stream.next().await.is_some() {}
                    drop(turn);
                });
            } else {
                linger(asker, turn);
            }
            Err(error)
        }
    }
}

/// After an error the stream cannot be read to its end marker: the turn is kept for as long as one may take to come.
pub(super) fn linger(asker: &Asker, turn: OwnedMutexGuard<()>) {
    let while_late = asker.shared.config.ask_deadline;
    tokio::spawn(async move {
        // tidy: sleep — nothing tells when a marker that nobody reads has come
        tokio::time::sleep(while_late).await;
        drop(turn);
    });
}

async fn open_orders(asker: &Asker) -> Result<Vec<BrokerOrder>, AskError> {
    let turn = turn(asker, &asker.session.turns.open_orders).await?;
    let deadline = asker.deadline();
    let stream = asker.within(deadline, asker.session.client.all_open_orders()).await?;
    Ok(merge(to_end(asker, deadline, stream, turn).await?))
}

/// Order ids belong to a client, so both name an open order; manual orders have a permanent id only.
fn key(data: &OrderData) -> (i32, i32, i64) {
    let is_manual = data.order_id <= 0;
    (data.order.client_id, data.order_id, if is_manual { data.order.perm_id } else { 0 })
}

/// The newest message about each order; statuses add what was filled.
fn merge(rows: Vec<Orders>) -> Vec<BrokerOrder> {
    let mut orders: BTreeMap<(i32, i32, i64), BrokerOrder> = BTreeMap::new();
    let mut statuses: Vec<OrderStatus> = Vec::new();
    for row in rows {
        match row {
            Orders::OrderData(data) if data.order.what_if => {}
            Orders::OrderData(data) => {
                orders.insert(key(&data), report::open_order(&data));
            }
            Orders::OrderStatus(status) => statuses.push(status),
        }
    }
    for status in &statuses {
        let perm_id = if status.order_id <= 0 { status.perm_id } else { 0 };
        if let Some(order) = orders.get_mut(&(status.client_id, status.order_id, perm_id)) {
            order.filled = crate::decimal::size(status.filled);
            status.status.as_str().clone_into(&mut order.status);
        }
    }
    orders.into_values().collect()
}

async fn completed_orders(asker: &Asker) -> Result<Vec<BrokerOrder>, AskError> {
    let turn = turn(asker, &asker.session.turns.completed_orders).await?;
    let deadline = asker.deadline();
    let stream = asker.within(deadline, asker.session.client.completed_orders(false)).await?;
    let rows = to_end(asker, deadline, stream, turn).await?;
    Ok(rows
        .iter()
        .filter_map(|row| match row {
            Orders::OrderData(data) => Some(report::completed_order(data)),
            Orders::OrderStatus(_) => None,
        })
        .collect())
}

struct Traded {
    executions: Vec<Execution>,
    busts: Vec<ExecId>,
    since: Option<Timestamp>,
}

/// Since when a list of executions that ended at this moment is complete: IB Gateway keeps those since its own midnight,
/// and TWS keeps more only if its trade log is set to show more days, which nothing tells us. Clocks that differ near
/// midnight make the window shorter, never longer.
fn window(zone: Option<&str>, ended_at: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get(&zone::iana(zone?)?).ok()?;
    midnight_before(ended_at.checked_add(CLOCKS_DIFFER).ok()?, &zone)
}

/// One unreadable execution makes the section unknown: a trade left out would look like a trade that never was.
async fn executions(asker: &Asker) -> Result<Traded, AskError> {
    let deadline = asker.deadline();
    let filter = ExecutionFilter { last_n_days: EXECUTION_DAYS, ..ExecutionFilter::default() };
    let mut stream = asker.within(deadline, asker.session.client.executions(filter)).await?;
    let patience = deadline.saturating_duration_since(Instant::now());
    let rows = stream.collect_to_end_within(patience).await.map_err(|error| fault::ask_error(&error))?;
    let since = window(asker.session.client.time_zone().map(Tz::name), asker.shared.config.time.now());
    let mut executions: BTreeMap<ExecId, Execution> = BTreeMap::new();
    let mut busts = Vec::new();
    let mut commissions = Vec::new();
    for row in rows {
        match row {
            Executions::ExecutionData(data) => match report::trade(&data).map_err(AskError::Garbled)? {
                Trade::Done(execution) => {
                    executions.insert(execution.exec_id.clone(), *execution);
                }
                Trade::Busted(exec_id) => busts.push(exec_id),
            },
            Executions::CommissionReport(wire) => commissions.extend(report::commission(&wire)),
        }
    }
    for (exec_id, commission) in commissions {
        if let Some(execution) = executions.get_mut(&exec_id) {
            execution.commission = Some(commission);
        }
    }
    Ok(Traded { executions: executions.into_values().collect(), busts, since })
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
