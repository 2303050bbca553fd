//! What callers were told, against the venue's ledger.

use crate::book::Order;
use crate::callers_log::{Call, Verb};
use crate::ledger::LedgerOrder;
use crate::rest::{Answer, Said};
use crate::tally::Violation;
use crate::world::World;
use std::collections::BTreeMap;

/// Codes that say that nothing was done and that the key is not spent.
const NOTHING_DONE: [&str; 18] = [
    "invalid_request",
    "capability_missing",
    "contract_ambiguous",
    "unauthorized",
    "forbidden_scope",
    "forbidden_kind",
    "market_data_not_entitled",
    "account_mismatch",
    "not_found",
    "contract_not_found",
    "too_many_requests",
    "pacing",
    "not_ready",
    "broker_unreachable",
    "no_answer",
    "market_data_unavailable",
    "lease_not_held",
    "storage",
];
/// Codes that an order may be answered with besides these.
const OTHERS: [&str; 10] = [
    "idempotency_conflict",
    "in_flight",
    "already_final",
    "not_replaceable",
    "denied",
    "broker_rejected",
    "canceled",
    "needs_approval",
    "internal",
    "outcome_unknown",
];

struct Court<'a> {
    ledger: BTreeMap<&'a str, &'a LedgerOrder>,
    journal: BTreeMap<&'a str, &'a Order>,
    found: Vec<String>,
}

/// Judges every answer.
pub(crate) fn check(world: &World, installation: &str, ledger: &[LedgerOrder], journal: &[Order], calls: &[Call]) {
    let ours = format!("tg:{installation}:");
    let mut court = Court {
        ledger: ledger.iter().filter(|line| line.order_ref.starts_with(&ours)).map(|line| (line.key(), line)).collect(),
        journal: journal.iter().map(|order| (order.cl_ord_id.as_str(), order)).collect(),
        found: Vec::new(),
    };
    let mut by_key: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        if let Answer::Said(said) = &call.answer {
            court.answer(call, said);
        }
        if matches!(call.verb, Verb::Submit | Verb::SubmitOther) {
            by_key.entry(&call.key).or_default().push(call);
        }
    }
    for (key, calls) in by_key {
        court.key(key, &calls);
    }
    for what in court.found {
        world.tally.violation(Violation::Untrue, what);
    }
}

impl Court<'_> {
    fn accuse(&mut self, call: &Call, said: &Said, what: &str) {
        let word = said.code.as_deref().or(said.outcome.as_deref()).unwrap_or("");
        let line = self
            .ledger
            .get(call.order.as_str())
            .map_or("nothing".to_owned(), |line| format!("{} {} of {}", line.status, line.filled_qty, line.total_qty));
        self.found.push(format!(
            "{} {} at {}: told {} {word}, but {what} (ledger: {line})",
            call.verb.word(),
            call.order,
            call.asked_at,
            said.status
        ));
    }

    fn answer(&mut self, call: &Call, said: &Said) {
        for order in said.order.iter().chain(&said.items) {
            let line = self.ledger.get(order.cl_ord_id.as_str()).copied();
            if let Some(what) = contradiction(order, line) {
                self.accuse(call, said, &format!("{} was shown as {}: {what}", order.cl_ord_id, order.status));
            }
        }
        if let Some(code) = &said.code {
            let known = NOTHING_DONE.contains(&code.as_str()) || OTHERS.contains(&code.as_str());
            let is_control = code.starts_with('C') && code.contains('_');
            if !known && !is_control {
                self.accuse(call, said, "that code is not in the table");
            }
        } else if said.status >= 400 {
            self.accuse(call, said, "a refusal has a code");
        }
        if said.status >= 500 && !matches!(said.status, 503 | 504) {
            self.accuse(call, said, "no such status is documented");
        }
        if said.code.as_deref() == Some("unauthorized") || said.code.as_deref() == Some("forbidden_scope") {
            self.accuse(call, said, "the key is valid");
        }
        match &call.verb {
            Verb::Submit => self.submitted(call, said),
            Verb::SubmitOther => {
                if said.status < 300 {
                    self.accuse(call, said, "the key was used for another request");
                }
            }
            Verb::Replace { qty, limit } => {
                let line = self.ledger.get(call.order.as_str());
                let acknowledged = said.status == 200 && said.outcome.as_deref() == Some("acknowledged");
                let works = said.order.as_ref().is_some_and(|order| order.status == "working");
                if acknowledged && works && !line.is_some_and(|line| line.ever_had(*qty, *limit)) {
                    self.accuse(call, said, "the ledger never had these terms");
                }
            }
            Verb::Cancel => {
                let over = said.order.as_ref().is_some_and(Order::is_over);
                if said.proven == Some(true) && !over {
                    self.accuse(call, said, "a proven cancel leaves the order over");
                }
                let alone = said.order.as_ref().is_some_and(|order| order.legs.is_empty());
                let end = self.ledger.get(call.order.as_str()).and_then(|line| line.end());
                if said.proven == Some(true) && alone && end == Some("filled") {
                    self.accuse(call, said, "a fill proves no cancel");
                }
            }
            Verb::CancelAll | Verb::Show | Verb::List => {}
        }
    }

    fn submitted(&mut self, call: &Call, said: &Said) {
        let accepted = self.ledger.contains_key(call.order.as_str());
        let acknowledged = said.outcome.as_deref() == Some("acknowledged");
        if acknowledged && !accepted {
            self.accuse(call, said, "the broker never accepted it");
        }
        let code = said.code.as_deref().unwrap_or_default();
        let denied = said.outcome.as_deref() == Some("denied") || code == "canceled";
        if denied && accepted {
            self.accuse(call, said, "the broker accepted it");
        }
        if code == "idempotency_conflict" {
            self.accuse(call, said, "the same request is no conflict");
        }
    }

    /// All answers about one key together.
    fn key(&mut self, key: &str, calls: &[&Call]) {
        let undone = |call: &&&Call| match &call.answer {
            Answer::Nothing(why) => why == "refused",
            Answer::Said(said) => said.code.as_deref().is_some_and(|code| NOTHING_DONE.contains(&code)),
        };
        let all_undone = calls.iter().all(|call| undone(&call));
        if all_undone && self.ledger.contains_key(key) {
            self.found.push(format!("{key}: each answer said that nothing was done, and the ledger has the order"));
        }
        let told_of = |call: &&Call| match &call.answer {
            Answer::Said(said) => said.order.as_ref().is_some_and(|order| order.cl_ord_id == key),
            Answer::Nothing(_) => false,
        };
        if calls.iter().any(told_of) && !self.journal.contains_key(key) {
            self.found.push(format!("{key}: a caller was shown the order, and the journal does not have it"));
        }
    }
}

/// Why what was told cannot have been true, now that the ledger is known.
fn contradiction(told: &Order, line: Option<&LedgerOrder>) -> Option<String> {
    let end = line.and_then(LedgerOrder::end);
    let is_true = match told.status.as_str() {
        "working" | "pending_cancel" | "pending_replace" => line.is_some(),
        "filled" => end == Some("filled"),
        "canceled" if told.perm_id.is_none() => line.is_none() || end == Some("canceled"),
        "canceled" | "expired" => end == Some("canceled"),
        "rejected" => line.is_none() || matches!(end, Some("rejected" | "canceled")),
        "denied" | "simulated" | "pending_approval" => line.is_none(),
        _ => true,
    };
    if !is_true {
        return Some(format!("the ledger says {}", line.map_or("nothing", |line| line.status.as_str())));
    }
    let filled = line.map(|line| line.filled_qty).unwrap_or_default();
    if told.cum_qty > filled {
        return Some(format!("{} were told to be filled, {filled} are", told.cum_qty));
    }
    let trades = line.map(|line| line.executions.as_slice()).unwrap_or_default();
    for trade in &told.executions {
        let known = trades.iter().find(|known| known.exec_id == trade.exec_id);
        if !known.is_some_and(|known| known.quantity == trade.last_qty && known.price == trade.last_px) {
            return Some(format!("trade {} is not in the ledger", trade.exec_id));
        }
    }
    match (&told.perm_id, line) {
        (Some(told), Some(line)) if *told != line.perm_id.to_string() => {
            Some(format!("its permanent id was told as {told}, it is {}", line.perm_id))
        }
        (Some(_) | None, Some(_) | None) => None,
    }
}
