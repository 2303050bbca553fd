//! What a replay came to, and what of it must never be.

use super::drive::{Stage, Tally, untold};
use super::market::Witness;
use super::mishap::Mishap;
use super::record::RunLine;
use super::sight::Sight;
use super::told::{Count, Told};
use crate::failure::Failure;
use domain::id::{RunId, SlotKey};
use domain::looping::book::{LoopBook, SlotFate};
use domain::looping::run::{RunState, StepEnd, StepOutcome, TradeRun};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl Stage {
    /// Looks at what the gateway and the broker have in the end.
    pub(super) async fn look(&self, tally: Tally) -> Result<Told, Failure> {
        let sight = self.sight()?;
        let book = sight.book()?;
        let runs: Vec<RunLine> =
            book.ran.iter().filter_map(|id| book.run(id)).map(|run| self.line(&sight, run)).collect();
        let missed: Vec<String> = missed(&book).map(|(key, reason)| format!("{key}: {reason}")).collect();
        let mut wrong = of_slots(&tally, &book);
        wrong.extend(book.runs.values().flat_map(|run| unsaid(run)));
        wrong.extend(self.of_mishaps(&book));
        wrong.extend(self.of_books(&sight, &book).await?);
        Ok(Told {
            mishaps: self.counts(&book),
            never: self.deck.never(),
            tally,
            runs,
            missed,
            wrong,
            records: Value::Null,
        })
    }

    /// What runs and slots show of what they met.
    fn of_mishaps(&self, book: &LoopBook) -> Vec<String> {
        let mut wrong: Vec<String> =
            self.deck.never().iter().map(|kind| format!("{kind} never occurred: a longer span has it")).collect();
        let mut was_done = true;
        for run in book.ran.iter().filter_map(|id| book.run(id)) {
            let met = run.order.cause.slot().and_then(|slot| self.deck.met(slot)).filter(|met| met.occurred);
            let (may, word) = match met {
                Some(met) => (met.mishap.may_end(run.state), met.mishap.word()),
                None => (run.state == RunState::Done, "nothing"),
            };
            // A signal that knows too little yet costs its slot, whatever else happens.
            let is_undecided = run.state == RunState::Failed && run.order.decision.is_none();
            let is_aftermath = !was_done && run.state == RunState::Partial && lacks_margin(run.steps.values());
            was_done = run.state == RunState::Done;
            if !may && !is_undecided && !is_aftermath {
                wrong.push(format!("run {} met {word} and is {}: {}", run.id(), run.state.word(), run.reason));
            }
        }
        let attended = |slot: &SlotKey| self.deck.met(slot).is_none_or(|met| met.mishap != Mishap::Absence);
        wrong.extend(
            missed(book)
                .filter(|(slot, _)| attended(slot))
                .map(|(slot, reason)| format!("slot {slot} was missed although a gateway was there: {reason}")),
        );
        wrong
    }

    /// Whether broker, gateway and runs agree about what was sent, what traded and what is held.
    async fn of_books(&self, sight: &Sight, book: &LoopBook) -> Result<Vec<String>, Failure> {
        let held = self.held().await?;
        let traded = traded(sight, book);
        let orders = book.runs.values().flat_map(|run| sight.orders(run));
        let asked: BTreeSet<String> = orders.map(|order| order.intent.cl_ord_id.to_string()).collect();
        let Witness { held: at_broker, sent_twice, unasked, unbalanced } = self.market.witness(&asked).await?;
        let mut wrong: Vec<String> =
            sent_twice.iter().map(|key| format!("order {key} is twice at the broker")).collect();
        wrong.extend(unasked.iter().map(|key| format!("the broker has an order {key} that no run asked for")));
        wrong.extend(unbalanced.iter().map(|what| format!("the broker's books do not balance: {what}")));
        if at_broker != held || traded != held {
            wrong.push(format!(
                "the broker holds {at_broker:?}, the gateway shows {held:?}, its trades come to {traded:?}"
            ));
        }
        Ok(wrong)
    }

    /// What the gateway says is held, by symbol.
    pub(super) async fn held(&self) -> Result<Vec<(String, Decimal)>, Failure> {
        let held = self.desk()?.positions(&self.by, self.account.clone()).await.map_err(|fault| untold(&fault))?;
        let held = held.iter().filter(|position| !position.qty.is_zero());
        let mut held: Vec<(String, Decimal)> = held.map(|position| (position.symbol.clone(), position.qty)).collect();
        held.sort();
        Ok(held)
    }

    /// How often each kind occurred, and what became of the runs that met it.
    fn counts(&self, book: &LoopBook) -> BTreeMap<&'static str, Count> {
        let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
        for (slot, met) in self.deck.all_met() {
            let count = counts.entry(met.mishap.word()).or_default();
            if !met.occurred {
                count.found_nothing += 1;
                continue;
            }
            count.occurred += 1;
            let fate = match book.slots.get(slot) {
                Some(SlotFate::Run(run)) => book.run(run).map_or("lost", |run| run.state.word()),
                Some(SlotFate::Missed { .. }) => "missed",
                None => "lost",
            };
            *count.ended.entry(fate).or_default() += 1;
        }
        counts
    }

    fn line(&self, sight: &Sight, run: &TradeRun) -> RunLine {
        let orders = sight.orders(run);
        let met = run.order.cause.slot().and_then(|slot| self.deck.met(slot)).filter(|met| met.occurred);
        RunLine {
            run: run.id().to_string(),
            queued_at: run.queued_at().map(|at| at.to_string()).unwrap_or_default(),
            state: run.state.word().to_owned(),
            orders: orders.len(),
            executions: orders.iter().map(|order| order.executions.len()).sum(),
            mishap: met.map_or("", |met| met.mishap.word()),
            reason: run.reason.clone(),
        }
    }
}

/// Slots that passed without a run.
fn missed(book: &LoopBook) -> impl Iterator<Item = (&SlotKey, &String)> {
    book.slots.iter().filter_map(|(key, fate)| match fate {
        SlotFate::Run(_) => None,
        SlotFate::Missed { reason, .. } => Some((key, reason)),
    })
}

/// No slot runs twice, and none passes unnoticed.
fn of_slots(tally: &Tally, book: &LoopBook) -> Vec<String> {
    let mut by_slot: BTreeMap<&SlotKey, Vec<&RunId>> = BTreeMap::new();
    for run in book.runs.values() {
        if let Some(slot) = run.order.cause.slot() {
            by_slot.entry(slot).or_default().push(run.id());
        }
    }
    let mut wrong = Vec::new();
    for slot in &tally.slots {
        let runs = by_slot.remove(&slot.key).unwrap_or_default();
        match (book.slots.get(&slot.key), runs.as_slice()) {
            (Some(SlotFate::Run(fate)), [run]) if fate == *run => {}
            (Some(SlotFate::Missed { reason, .. }), []) if !reason.is_empty() => {}
            (None, _) => wrong.push(format!("slot {} has neither a run nor a reason", slot.key)),
            (Some(fate), runs) => {
                wrong.push(format!("slot {} is noted as {fate:?} and has the runs {runs:?}", slot.key));
            }
        }
    }
    wrong.extend(by_slot.keys().map(|slot| format!("slot {slot} ran and never came round")));
    if book.slots.len() != tally.slots.len() {
        wrong.push(format!("{} slots came round and {} are noted", tally.slots.len(), book.slots.len()));
    }
    wrong
}

/// Whether all of a run traded but for buys that control 29 refused: where a sell did not trade and the buys beside it did, the
/// account has no margin for more of them before its next sells have traded.
fn lacks_margin<'a>(mut steps: impl Iterator<Item = &'a StepEnd>) -> bool {
    let is_short = |end: &StepEnd| {
        end.outcome == StepOutcome::Refused
            && !end.reasons.is_empty()
            && end.reasons.iter().all(|reason| reason.contains(": C29_MARGIN: "))
    };
    steps.all(|end| end.outcome == StepOutcome::Filled || is_short(end))
}

/// What a run does not say of its end.
fn unsaid(run: &TradeRun) -> Vec<String> {
    if run.state == RunState::Done {
        return Vec::new();
    }
    let mut unsaid = Vec::new();
    if run.reason.is_empty() || !run.state.is_final() {
        unsaid.push(format!("run {} is {} without a reason", run.id(), run.state.word()));
    }
    let silent = run.steps.iter().filter(|(_, end)| end.outcome != StepOutcome::Filled && end.reasons.is_empty());
    unsaid.extend(
        silent.map(|(step, end)| format!("step {step} of run {} is {} without a reason", run.id(), end.outcome.word())),
    );
    unsaid
}

/// What all trades of all runs come to, by symbol.
fn traded(sight: &Sight, book: &LoopBook) -> Vec<(String, Decimal)> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for order in book.runs.values().flat_map(|run| sight.orders(run)) {
        if let Some(contract) = &order.contract {
            *sums.entry(contract.symbol.clone()).or_default() += order.intent.side.signed(order.cum_qty());
        }
    }
    sums.into_iter().filter(|(_, qty)| !qty.is_zero()).collect()
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
