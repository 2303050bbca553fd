//! The venue's ledger against the journal, order by order and trade by trade.

use crate::book::Order;
use crate::ledger::LedgerOrder;
use crate::tally::Violation;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// Compares them at rest.
pub(crate) fn check(world: &World, installation: &str, ledger: &[LedgerOrder], journal: &[Order]) {
    let ours = format!("tg:{installation}:");
    let known: BTreeMap<&str, &Order> = journal.iter().map(|order| (order.cl_ord_id.as_str(), order)).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let found = |kind: Violation, what: String| {
        world.tally.violation(kind, what);
    };
    for line in ledger {
        if !line.order_ref.starts_with(&ours) {
            found(Violation::Duplicate, format!("the ledger has {:?}, which is nobody's", line.order_ref));
            continue;
        }
        if !seen.insert(line.key()) {
            found(Violation::Duplicate, format!("{} is in the ledger twice", line.order_ref));
        }
        match known.get(line.key()) {
            None => found(Violation::Lost, format!("{} is in the ledger and not in the journal", line.order_ref)),
            Some(order) => differences(line, order).into_iter().for_each(|what| found(Violation::Lost, what)),
        }
    }
    for order in journal {
        let must_be_there =
            matches!(order.status.as_str(), "working" | "pending_cancel" | "pending_replace" | "filled")
                || !order.executions.is_empty();
        if must_be_there && !seen.contains(order.cl_ord_id.as_str()) {
            let what = format!("{} is {} in the journal and not in the ledger", order.cl_ord_id, order.status);
            found(Violation::Untrue, what);
        }
    }
}

fn differences(line: &LedgerOrder, order: &Order) -> Vec<String> {
    let mut found = Vec::new();
    let key = &order.cl_ord_id;
    let mut differ = |what: &str, ledger: String, journal: String| {
        if ledger != journal {
            found.push(format!("{key}: {what} is {ledger} in the ledger and {journal} in the journal"));
        }
    };
    let status = match line.end() {
        Some("canceled") if order.status == "expired" => "expired",
        end => end.unwrap_or("working"),
    };
    differ("the state", status.to_owned(), order.status.clone());
    differ("what is filled", line.filled_qty.normalize().to_string(), order.cum_qty.normalize().to_string());
    if !order.is_exit() {
        // The broker takes an exit down to what its entry has filled.
        differ("the quantity", line.total_qty.normalize().to_string(), order.qty.normalize().to_string());
    }
    if let Some(perm_id) = &order.perm_id {
        differ("the permanent id", line.perm_id.to_string(), perm_id.clone());
    }
    if line.order_type == "LMT" {
        let limit = |price: Option<rust_decimal::Decimal>| format!("{:?}", price.map(|price| price.normalize()));
        differ("the limit", limit(line.limit_price), limit(order.limit_price));
    }
    let ledger: BTreeSet<String> = line
        .executions
        .iter()
        .map(|trade| trade_words(&trade.exec_id, trade.quantity, trade.price, Some(trade.commission)))
        .collect();
    let journal: Vec<String> = order
        .executions
        .iter()
        .map(|trade| {
            let commission = trade.commission.as_ref().map(|commission| commission.amount);
            trade_words(&trade.exec_id, trade.last_qty, trade.last_px, commission)
        })
        .collect();
    let once: BTreeSet<String> = journal.iter().cloned().collect();
    differ("a trade that is there once", journal.len().to_string(), once.len().to_string());
    for trade in ledger.symmetric_difference(&once) {
        let has = if ledger.contains(trade) { ("there", "absent") } else { ("absent", "there") };
        differ(&format!("trade {trade}"), has.0.to_owned(), has.1.to_owned());
    }
    found
}

fn trade_words(
    exec_id: &str,
    qty: rust_decimal::Decimal,
    price: rust_decimal::Decimal,
    commission: Option<rust_decimal::Decimal>,
) -> String {
    let commission = commission.map_or("unknown".to_owned(), |amount| amount.normalize().to_string());
    format!("{exec_id}: {} at {}, commission {commission}", qty.normalize(), price.normalize())
}
