//! How IBKR's words and codes are read: one table each. What is not listed changes nothing and is kept as said.
//!
//! Source: IBKR's TWS API pages on order statuses and message codes, and the recorded behaviours in `docs/`.

use crate::broker::{BrokerOrder, StatusReport};
use crate::echo::{Version, version_shown};
use crate::event::OrderEvent;
use crate::id::{ClOrdId, Generation};
use crate::lifecycle::OrdStatus;
use crate::mutation::{self, Mutation};
use crate::order::{Amendment, TifKind};
use crate::order_record::OrderRecord;

/// What an `orderStatus` message means for the order; `None` when its word is not known to us.
pub fn read_status(report: &StatusReport, tif: TifKind, generation: Generation) -> Option<OrderEvent> {
    let event = read_word(&report.status, tif, generation, report.perm_id)?;
    if let OrderEvent::ReportedFilled { perm_id, .. } = event {
        // Filled without a quantity is not readable: unknown, never zero.
        let filled = report.filled.filter(|filled| *filled > rust_decimal::Decimal::ZERO)?;
        return Some(OrderEvent::ReportedFilled { filled, avg_px: report.avg_px, perm_id });
    }
    Some(event)
}

/// What an order seen among open or completed orders means.
///
/// A filled one that does not tell how much is filled by its own total, whatever the broker has brought that to, and
/// without one by the smaller of what was ordered.
pub fn read_order(order: &BrokerOrder, ours: &OrderRecord, generation: Generation) -> Option<OrderEvent> {
    let event = read_word(&order.status, ours.intent.tif.kind(), generation, order.perm_id)?;
    if let OrderEvent::ReportedFilled { perm_id, .. } = event {
        let filled = order.filled.filter(|filled| !filled.is_zero()).or(order.total_qty);
        let filled = filled.unwrap_or_else(|| ours.smaller_total().max(ours.cum_qty()));
        return Some(OrderEvent::ReportedFilled { filled, avg_px: None, perm_id });
    }
    if let OrderEvent::Canceled { detail: None } = event {
        return Some(OrderEvent::Canceled { detail: order.detail.clone() });
    }
    if let OrderEvent::Inactive { .. } = event {
        return Some(OrderEvent::Inactive { detail: order.detail.clone() });
    }
    Some(event)
}

/// A change that had been taken before its order ended: the echo that ends the order shows it, or any echo after the end
/// that overtook it. `event` is what the echo says of the order's state. What waits with changed terms, or works while a
/// change is under way, may show what was asked for, not what was taken.
pub fn taken_in_the_end(seen: &BrokerOrder, ours: &OrderRecord, event: &OrderEvent) -> Option<OrderEvent> {
    let is_end =
        matches!(event, OrderEvent::Canceled { .. } | OrderEvent::Inactive { .. } | OrderEvent::ReportedFilled { .. });
    let works = matches!(event, OrderEvent::Acknowledged { .. });
    let tells = |key: &ClOrdId| is_end || (works && !ours.is_under_way(key));
    let is_shown = |asked: &Amendment| version_shown(seen, ours, asked) == Version::Changed;
    let shown = ours.unsettled_changes().find(|(key, asked)| tells(key) && is_shown(asked));
    shown.map(|(key, _)| OrderEvent::ReplaceTaken { key: key.clone() })
}

/// A change that had not been taken when its order ended: the broker's list of what is over shows the original, and what is
/// over is changed no more.
pub fn left_in_the_end(seen: &BrokerOrder, ours: &OrderRecord) -> Option<OrderEvent> {
    let is_original = |asked: &Amendment| version_shown(seen, ours, asked) == Version::Original;
    ours.unsettled_changes().any(|(_, asked)| is_original(asked)).then_some(OrderEvent::ReplaceUnsent)
}

/// Whether this says of an order no more than that it works, which is known: over the connection that acknowledged it, under its
/// own permanent id, and while nothing else is asked of it. Only the broker's word may be another one.
pub fn works_as_known(ours: &OrderRecord, said: &OrderEvent, heard_in: Generation) -> bool {
    let OrderEvent::Acknowledged { perm_id, .. } = said else { return false };
    ours.status == OrdStatus::Working
        && ours.acknowledged_in == Some(heard_in)
        && (perm_id.is_none() || ours.perm_id == *perm_id)
        && !ours.cancel_wanted
        && ours.unsettled_changes().next().is_none()
}

fn read_word(
    word: &str,
    tif: TifKind,
    generation: Generation,
    perm_id: Option<crate::id::PermId>,
) -> Option<OrderEvent> {
    let broker_status = word.to_owned();
    Some(match word {
        // Without a permanent id TWS still holds it behind a dialog or on its way.
        "PendingSubmit" | "ApiPending" => OrderEvent::Held { broker_status },
        "PreSubmitted" | "Submitted" => OrderEvent::Acknowledged { broker_status, perm_id, generation },
        "Filled" => OrderEvent::ReportedFilled { filled: rust_decimal::Decimal::ZERO, avg_px: None, perm_id },
        "PendingCancel" => OrderEvent::CancelPending,
        "Cancelled" | "ApiCancelled" => OrderEvent::Canceled { detail: None },
        // An unfilled fill-or-kill ends as Inactive: over, not refused.
        "Inactive" if tif == TifKind::Fok => {
            OrderEvent::Canceled { detail: Some("fill-or-kill not filled".to_owned()) }
        }
        "Inactive" => OrderEvent::Inactive { detail: None },
        _ => return None,
    })
}

/// What an error with one of our order ids means for an order in `status`, whose cancel was asked for or not.
pub fn read_error(code: i32, message: &str, status: OrdStatus, cancel_wanted: bool) -> OrderEvent {
    let message = message.to_owned();
    match code {
        202 => OrderEvent::Canceled { detail: Some(message) },
        // Cancel refused: never a proof that the order is dead.
        161 | 10147 if mutation::is_on(Mutation::CancelRefusedIsDead) => OrderEvent::Canceled { detail: Some(message) },
        161 | 10147 | 10148 | 10149 => OrderEvent::CancelRefused { code, message },
        // Refusals of any request, a Gateway's read-only mode among them: of an order that may live, its cancel.
        321 | 322 if cancel_wanted && status.may_be_live() => OrderEvent::CancelRefused { code, message },
        // Modify refused: the original stands.
        104 | 105 | 134 => OrderEvent::ReplaceRefused { code, message },
        // Refusals of what was sent last: the change if one is under way, else the order.
        110 | 200 | 201 | 203 | 321 | 322 | 387 | 388 | 391 | 398 | 400 | 460 | 461 | 10052 | 10289 => match status {
            OrdStatus::PendingReplace => OrderEvent::ReplaceRefused { code, message },
            OrdStatus::Working | OrdStatus::PendingCancel if code != 201 => OrderEvent::Informed { code, message },
            OrdStatus::PendingApproval
            | OrdStatus::Denied
            | OrdStatus::Simulated
            | OrdStatus::Submitting
            | OrdStatus::Unconfirmed
            | OrdStatus::Missing
            | OrdStatus::Working
            | OrdStatus::PendingCancel
            | OrdStatus::Filled
            | OrdStatus::Canceled
            | OrdStatus::Rejected
            | OrdStatus::Expired => OrderEvent::Rejected { code, message },
        },
        // 103 (duplicate id) on a submit may mean that the first copy lives: unknown, never refused.
        // 399, 404, 10349 and everything not listed: kept, decides nothing.
        _ => OrderEvent::Informed { code, message },
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
