//! What may be spent only once: keys, approvals, submissions. The book refuses a second spending already; the constraints
//! here are the second lock, in the same transaction as the record.

use crate::error::{Claim, JournalError, StorageFault};
use crate::row::nanoseconds;
use domain::approval::{Approval, ApprovalStatus};
use domain::id::{ApprovalId, BrokerOrderId, ClOrdId, KeyId, Leg};
use domain::journal::{JournalEvent, Recorded};
use rusqlite::{Connection, OptionalExtension, params};
use std::borrow::Cow;

/// Claims what the record spends, and files it under its order.
pub(crate) fn claim(conn: &Connection, record: &Recorded) -> Result<(), JournalError> {
    spend(conn, record)?;
    let order = order_of(conn, &record.event).map_err(failed)?;
    let Some(order) = order else { return Ok(()) };
    let mut statement = conn
        .prepare_cached(
            "INSERT INTO order_records (order_no, seq)
             SELECT seq, ?2 FROM idempotency_keys WHERE key = ?1 AND cl_ord_id = ?1",
        )
        .map_err(failed)?;
    statement.execute(params![order, number(record.seq)?]).map_err(failed)?;
    Ok(())
}

/// The order, or the entry of the bracket, that an event is about: what happens to exits is found under its key.
pub(crate) fn order_of<'a>(
    conn: &Connection,
    event: &'a JournalEvent,
) -> Result<Option<Cow<'a, str>>, rusqlite::Error> {
    if let JournalEvent::ApprovalMoved { id, .. } = event {
        return Ok(order_of_approval(conn, id)?.map(Cow::Owned));
    }
    Ok(event.cl_ord_id().map(|key| Cow::Borrowed(key.group_str())))
}

/// The number of an order: the place of the record that spent its key.
pub(crate) fn order_no(conn: &Connection, key: &ClOrdId) -> Result<i64, rusqlite::Error> {
    let sql = "SELECT seq FROM idempotency_keys WHERE key = ?1 AND cl_ord_id = ?1";
    conn.prepare_cached(sql)?.query_row([key.group_str()], |row| row.get(0))
}

/// The place of an order in its bracket.
pub(crate) fn leg_no(key: &ClOrdId) -> i64 {
    match key.leg() {
        Leg::Entry => 0,
        Leg::TakeProfit => 1,
        Leg::StopLoss => 2,
    }
}

/// A record's place as the database counts it.
pub(crate) fn number(seq: u64) -> Result<i64, JournalError> {
    i64::try_from(seq).map_err(|error| JournalError::Failed(StorageFault::other(format!("journal is full: {error}"))))
}

fn spend(conn: &Connection, record: &Recorded) -> Result<(), JournalError> {
    let seq = number(record.seq)?;
    let at_ns = nanoseconds(record.at).map_err(failed)?;
    match &record.event {
        JournalEvent::OrderDenied { intent, request_hash, .. } => {
            claim_key(conn, seq, &intent.cl_ord_id, request_hash, &intent.cl_ord_id, "submit")
        }
        JournalEvent::OrderSimulated { order, request_hash, .. } => {
            let key = &order.intent.cl_ord_id;
            claim_key(conn, seq, key, request_hash, key, "submit")
        }
        JournalEvent::ApprovalRequested { order, request_hash, approval, .. } => {
            keep_or_claim_key(conn, seq, &order.intent.cl_ord_id, request_hash)?;
            ask(conn, approval, at_ns)
        }
        JournalEvent::ApprovalMoved { id, status, by, .. } => move_on(conn, id, *status, by.as_ref(), at_ns),
        JournalEvent::OrderSubmitting { .. } => submit(conn, seq, &record.event, at_ns),
        JournalEvent::ReplaceSubmitting { cl_ord_id, key, request_hash, .. }
        | JournalEvent::ReplaceDenied { cl_ord_id, key, request_hash, .. } => {
            claim_key(conn, seq, key, request_hash, cl_ord_id, "replace")
        }
        JournalEvent::CancelSubmitting { cl_ord_id, key: Some(key), request_hash, .. } => {
            claim_key(conn, seq, key, request_hash, &cl_ord_id.group(), "cancel")
        }
        JournalEvent::FlattenRequested { key, request_hash, .. } => {
            claim_key(conn, seq, key, request_hash, key, "flatten")
        }
        JournalEvent::OrphanSeen { cl_ord_id, .. } => spend_key(conn, seq, &cl_ord_id.group()),
        JournalEvent::CancelSubmitting { key: None, .. }
        | JournalEvent::Installed { .. }
        | JournalEvent::Started { .. }
        | JournalEvent::Stopped
        | JournalEvent::LinkUp { .. }
        | JournalEvent::LinkDown { .. }
        | JournalEvent::Notice { .. }
        | JournalEvent::Previewed { .. }
        | JournalEvent::Order { .. }
        | JournalEvent::ExternalExecution { .. }
        | JournalEvent::ExternalCommission { .. }
        | JournalEvent::ExternalBust { .. }
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
        | JournalEvent::TradingDayBegan { .. }
        | JournalEvent::AccountMarked { .. }
        | JournalEvent::BreakerTripped { .. }
        | JournalEvent::BreakerReset { .. }
        | JournalEvent::Loop { .. }
        | JournalEvent::KeyCreated { .. }
        | JournalEvent::KeyRevoked { .. } => Ok(()),
    }
}

/// The order that an approval is for.
fn order_of_approval(conn: &Connection, id: &ApprovalId) -> Result<Option<String>, rusqlite::Error> {
    let mut statement = conn.prepare_cached("SELECT cl_ord_id FROM approvals WHERE approval_id = ?1")?;
    statement.query_row([id.as_str()], |row| row.get(0)).optional()
}

fn claim_key(
    conn: &Connection,
    seq: i64,
    key: &ClOrdId,
    hash: &str,
    order: &ClOrdId,
    verb: &str,
) -> Result<(), JournalError> {
    let sql = "INSERT INTO idempotency_keys (key, request_hash, cl_ord_id, verb, seq) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
    match statement.execute(params![key.as_str(), hash, order.as_str(), verb, seq]) {
        Ok(_) => Ok(()),
        Err(error) if is_taken(&error) => Err(conflict(Claim::IdempotencyKey, key.as_str(), "it was used already")),
        Err(error) => Err(failed(error)),
    }
}

/// A key that was used in a history that is lost, for what nobody knows.
fn spend_key(conn: &Connection, seq: i64, key: &ClOrdId) -> Result<(), JournalError> {
    let sql = "INSERT OR IGNORE INTO idempotency_keys (key, request_hash, cl_ord_id, verb, seq)
               VALUES (?1, '', ?1, 'submit', ?2)";
    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
    statement.execute(params![key.as_str(), seq]).map_err(failed)?;
    Ok(())
}

/// An order that waits for its approval has its key already.
fn keep_or_claim_key(conn: &Connection, seq: i64, key: &ClOrdId, hash: &str) -> Result<(), JournalError> {
    let mut statement = conn
        .prepare_cached("SELECT request_hash, cl_ord_id, verb FROM idempotency_keys WHERE key = ?1")
        .map_err(failed)?;
    let held = statement
        .query_row([key.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()
        .map_err(failed)?;
    let Some((held_hash, held_order, held_verb)) = held else {
        return claim_key(conn, seq, key, hash, key, "submit");
    };
    let (held_hash, held_order, held_verb): (String, String, String) = (held_hash, held_order, held_verb);
    if held_hash == hash && held_order == key.as_str() && held_verb == "submit" {
        Ok(())
    } else {
        Err(conflict(Claim::IdempotencyKey, key.as_str(), "it was used for another request"))
    }
}

fn ask(conn: &Connection, approval: &Approval, at_ns: i64) -> Result<(), JournalError> {
    let mut statement = conn
        .prepare_cached(
            "INSERT INTO approvals (approval_id, cl_ord_id, status, requested_by, expires_at_ns, updated_at_ns)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .map_err(failed)?;
    let expires_at_ns = nanoseconds(approval.expires_at).map_err(failed)?;
    let (id, order, by) = (approval.id.as_str(), approval.cl_ord_id.as_str(), approval.requested_by.as_str());
    match statement.execute(params![id, order, approval.status.word(), by, expires_at_ns, at_ns]) {
        Ok(_) => Ok(()),
        Err(error) if is_taken(&error) => Err(conflict(Claim::Approval, id, "it exists already")),
        Err(error) => Err(failed(error)),
    }
}

/// Nothing moves a spent approval.
fn move_on(
    conn: &Connection,
    id: &ApprovalId,
    status: ApprovalStatus,
    by: Option<&KeyId>,
    at_ns: i64,
) -> Result<(), JournalError> {
    let mut statement = conn
        .prepare_cached(
            "UPDATE approvals SET status = ?2, decided_by = coalesce(?3, decided_by), updated_at_ns = ?4
             WHERE approval_id = ?1 AND (status <> 'consumed' OR ?2 = 'consumed')",
        )
        .map_err(failed)?;
    let moved = statement.execute(params![id.as_str(), status.word(), by.map(KeyId::as_str), at_ns]);
    match moved.map_err(failed)? {
        0 => Err(conflict(Claim::Approval, id.as_str(), "it does not exist or is spent")),
        _one => Ok(()),
    }
}

/// Compare and set: approved, unexpired, for this order.
fn consume(conn: &Connection, id: &ApprovalId, order: &ClOrdId, at_ns: i64) -> Result<(), JournalError> {
    let mut statement = conn
        .prepare_cached(
            "UPDATE approvals SET status = 'consumed', updated_at_ns = ?3
             WHERE approval_id = ?1 AND cl_ord_id = ?2 AND status = 'approved' AND expires_at_ns > ?3",
        )
        .map_err(failed)?;
    match statement.execute(params![id.as_str(), order.as_str(), at_ns]).map_err(failed)? {
        0 => Err(conflict(Claim::Approval, id.as_str(), "it is not approved, has expired, or is for another order")),
        _one => Ok(()),
    }
}

fn submit(conn: &Connection, seq: i64, event: &JournalEvent, at_ns: i64) -> Result<(), JournalError> {
    let JournalEvent::OrderSubmitting { order, request_hash, broker_order_id, exits, approval, .. } = event else {
        return Ok(());
    };
    let key = &order.intent.cl_ord_id;
    keep_or_claim_key(conn, seq, key, request_hash)?;
    if let Some(approval) = approval {
        consume(conn, approval, key, at_ns)?;
    }
    send_once(conn, key, *broker_order_id, approval.as_ref())?;
    for (leg, broker_order_id) in exits.iter().flat_map(|exits| exits.pairs()) {
        send_once(conn, &key.leg_key(leg), broker_order_id, None)?;
    }
    Ok(())
}

/// An order leaves once, under an id of its own, on an approval of its own.
fn send_once(
    conn: &Connection,
    key: &ClOrdId,
    broker_order_id: BrokerOrderId,
    approval: Option<&ApprovalId>,
) -> Result<(), JournalError> {
    let mut statement = conn
        .prepare_cached("INSERT INTO submissions (order_no, leg, broker_order_id, approval_id) VALUES (?1, ?2, ?3, ?4)")
        .map_err(failed)?;
    let order_no = order_no(conn, key).map_err(failed)?;
    let id = broker_order_id.get();
    let approval = approval.map(ApprovalId::as_str);
    match statement.execute(params![order_no, leg_no(key), id, approval]) {
        Ok(_) => Ok(()),
        Err(error) if is_taken(&error) => {
            // The message names the column whose constraint failed.
            let text = error.to_string();
            Err(if text.contains("broker_order_id") {
                conflict(Claim::BrokerOrderId, &id.to_string(), "it was used already")
            } else if text.contains("approval_id") {
                conflict(Claim::Approval, approval.unwrap_or_default(), "it is spent")
            } else {
                conflict(Claim::Submission, key.as_str(), "it was submitted already")
            })
        }
        Err(error) => Err(failed(error)),
    }
}

fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

fn conflict(claim: Claim, key: &str, why: &str) -> JournalError {
    JournalError::Conflict { claim, key: key.to_owned(), why: why.to_owned() }
}

fn failed(error: rusqlite::Error) -> JournalError {
    JournalError::Failed(StorageFault::from(error))
}
