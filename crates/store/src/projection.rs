//! The derived tables for readers. What they say comes out of the domain's book; there is no second state machine here.

use crate::claims;
use crate::error::{JournalError, StorageFault};
use crate::row::{self, nanoseconds};
use crate::schema;
use domain::book::{Book, OrderRecord};
use domain::event::{OrderEvent, TradeNews};
use domain::execution::{Execution, family};
use domain::id::{ApprovalId, ClOrdId, ExecId};
use domain::journal::{JournalEvent, Recorded};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Which rows a batch may have changed.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    orders: BTreeSet<ClOrdId>,
    executions: BTreeSet<ExecId>,
}

impl Touched {
    pub(crate) fn by(&mut self, event: &JournalEvent) {
        if let Some(key) = event.cl_ord_id() {
            self.orders.insert(key.clone());
        }
        match event {
            JournalEvent::Order { event, .. } => self.by_order_event(event),
            JournalEvent::OrderSubmitting { order, exits: Some(exits), .. } => {
                let key = &order.intent.cl_ord_id;
                self.orders.extend(exits.pairs().map(|(leg, _)| key.leg_key(leg)));
            }
            JournalEvent::ExternalExecution { execution } => {
                self.executions.insert(execution.exec_id.clone());
            }
            JournalEvent::ExternalBust { exec_id } | JournalEvent::ExternalCommission { exec_id, .. } => {
                self.executions.insert(exec_id.clone());
            }
            JournalEvent::Installed { .. }
            | JournalEvent::Started { .. }
            | JournalEvent::Stopped
            | JournalEvent::LinkUp { .. }
            | JournalEvent::LinkDown { .. }
            | JournalEvent::Notice { .. }
            | JournalEvent::Previewed { .. }
            | JournalEvent::OrderDenied { .. }
            | JournalEvent::OrderSimulated { .. }
            | JournalEvent::ApprovalRequested { .. }
            | JournalEvent::ApprovalMoved { .. }
            | JournalEvent::OrderSubmitting { exits: None, .. }
            | JournalEvent::ReplaceSubmitting { .. }
            | JournalEvent::ReplaceDenied { .. }
            | JournalEvent::CancelSubmitting { .. }
            | JournalEvent::FlattenRequested { .. }
            | JournalEvent::PositionsAdopted { .. }
            | JournalEvent::PositionAdopted { .. }
            | JournalEvent::ExternalOrder { .. }
            | JournalEvent::TradingStateSet { .. }
            | JournalEvent::PolicyApplied { .. }
            | JournalEvent::PolicyWished { .. }
            | JournalEvent::PolicyAccepted { .. }
            | JournalEvent::PolicyWithdrawn { .. }
            | JournalEvent::MandateGranted { .. }
            | JournalEvent::MandateConfirmed { .. }
            | JournalEvent::MandateUsed { .. }
            | JournalEvent::MandateRevoked { .. }
            | JournalEvent::LiveArmed { .. }
            | JournalEvent::LiveDisarmed { .. }
            | JournalEvent::ReferenceSurvived { .. }
            | JournalEvent::LimitsDrilled { .. }
            | JournalEvent::InstrumentHalted { .. }
            | JournalEvent::InstrumentReleased { .. }
            | JournalEvent::Reconciled { .. }
            | JournalEvent::Verified { .. }
            | JournalEvent::Restored { .. }
            | JournalEvent::OrphanSeen { .. }
            | JournalEvent::TradingDayBegan { .. }
            | JournalEvent::AccountMarked { .. }
            | JournalEvent::BreakerTripped { .. }
            | JournalEvent::BreakerReset { .. }
            | JournalEvent::Loop { .. }
            | JournalEvent::KeyCreated { .. }
            | JournalEvent::KeyRevoked { .. } => {}
        }
    }

    fn by_order_event(&mut self, event: &OrderEvent) {
        match event.of_trade() {
            Some(TradeNews::Made(execution)) => {
                self.executions.insert(execution.exec_id.clone());
            }
            Some(TradeNews::Corrected { old, execution }) => {
                self.executions.insert(old.clone());
                self.executions.insert(execution.exec_id.clone());
            }
            Some(TradeNews::Undone(exec_id) | TradeNews::Cost(exec_id)) => {
                self.executions.insert(exec_id.clone());
            }
            None => {}
        }
    }

    /// Writes what the book says about them now.
    pub(crate) fn write(&self, conn: &Connection, book: &Book) -> Result<(), rusqlite::Error> {
        for key in &self.orders {
            if let Some(order) = book.orders.get(key) {
                write_order(conn, key, order)?;
            }
        }
        for exec_id in &self.executions {
            write_execution(conn, book, exec_id)?;
            // A correction or a bust takes its earlier versions out.
            for kin in family(&book.executions, exec_id).filter(|kin| *kin != exec_id) {
                write_execution(conn, book, kin)?;
            }
        }
        Ok(())
    }
}

/// Computes all derived tables anew out of the records, and the book with them. Belongs into a transaction.
pub(crate) fn rebuild(conn: &Connection) -> Result<Book, JournalError> {
    let failed = |error: rusqlite::Error| JournalError::Failed(StorageFault::from(error));
    for table in schema::DERIVED {
        conn.execute(&format!("DELETE FROM {table}"), []).map_err(failed)?;
    }
    let mut book = Book::empty();
    let mut touched = Touched::default();
    row::replay(conn, 1, &mut |record: Recorded| {
        claims::claim(conn, &record)?;
        book.apply(&record).map_err(JournalError::Refused)?;
        touched.by(&record.event);
        Ok(())
    })?;
    touched.write(conn, &book).map_err(failed)?;
    schema::set_meta(conn, DERIVED_AT, &schema::NEWEST.to_le_bytes()).map_err(failed)?;
    Ok(book)
}

/// Whether the derived tables are those of this schema.
pub(crate) fn is_current(conn: &Connection) -> Result<bool, rusqlite::Error> {
    Ok(schema::meta(conn, DERIVED_AT)?.as_deref() == Some(schema::NEWEST.to_le_bytes().as_slice()))
}

/// The name in `meta` of the schema that the derived tables were computed at.
const DERIVED_AT: &str = "derived_at_schema";

fn write_order(conn: &Connection, key: &ClOrdId, order: &OrderRecord) -> Result<(), rusqlite::Error> {
    let mut statement = conn.prepare_cached(
        "INSERT OR REPLACE INTO orders (order_no, leg, cl_ord_id, status, broker_status, account, con_id, symbol, side,
         qty, cum_qty, avg_px, broker_order_id, perm_id, approval_id, request_hash, key_id, correlation_id, created_at_ns,
         updated_at_ns)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    )?;
    let contract = order.contract.as_ref();
    statement.execute(params![
        claims::order_no(conn, key)?,
        claims::leg_no(key),
        key.as_str(),
        order.status.word(),
        order.broker_status,
        order.account.as_ref().map(domain::id::AccountId::as_str),
        contract.map(|contract| contract.con_id.get()),
        contract.map(|contract| &contract.symbol),
        order.intent.side.word(),
        order.intent.qty.to_string(),
        order.cum_qty().to_string(),
        order.avg_px().map(|price| price.to_string()),
        order.last_attempt().map(|attempt| attempt.broker_order_id.get()),
        order.perm_id.map(domain::id::PermId::get),
        order.approval_id.as_ref().map(ApprovalId::as_str),
        order.request_hash,
        order.by.key_id.as_str(),
        order.by.correlation_id.as_str(),
        nanoseconds(order.created_at)?,
        nanoseconds(order.updated_at)?,
    ])?;
    Ok(())
}

fn write_execution(conn: &Connection, book: &Book, exec_id: &ExecId) -> Result<(), rusqlite::Error> {
    let owner = book.executions.get(exec_id).and_then(Option::as_ref);
    let execution = match owner {
        Some(key) => book.orders.get(key).and_then(|order| order.executions.get(exec_id)).map(Box::as_ref),
        None => book.external_executions.get(exec_id),
    };
    if let Some(execution) = execution {
        return insert_execution(conn, owner, execution);
    }
    // Busted, corrected away, or only its commission is known so far.
    conn.prepare_cached("DELETE FROM executions WHERE exec_id = ?1")?.execute([exec_id.as_str()])?;
    Ok(())
}

fn insert_execution(conn: &Connection, owner: Option<&ClOrdId>, execution: &Execution) -> Result<(), rusqlite::Error> {
    let mut statement = conn.prepare_cached(
        "INSERT OR REPLACE INTO executions (exec_id, cl_ord_id, account, con_id, symbol, is_buy, last_qty, last_px,
         exchange, executed_at_ns, commission, commission_currency, realized_pnl)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let commission = execution.commission.as_ref();
    statement.execute(params![
        execution.exec_id.as_str(),
        owner.map(ClOrdId::as_str),
        execution.account.as_str(),
        execution.con_id.get(),
        execution.symbol,
        execution.is_buy,
        execution.last_qty.to_string(),
        execution.last_px.to_string(),
        execution.exchange,
        execution.executed_at.map(nanoseconds).transpose()?,
        commission.map(|commission| commission.amount.amount.to_string()),
        commission.map(|commission| commission.amount.currency.as_str()),
        commission.and_then(|commission| commission.realized_pnl).map(|amount| amount.to_string()),
    ])?;
    Ok(())
}
