//! Trades that are not ours, in the book.

use super::Book;
use crate::execution::{Commission, Execution, family, split_correction, supersedes};
use crate::holding::Move;
use crate::id::ExecId;
use jiff::Timestamp;

impl Book {
    /// The cost of a trade that is not ours; one that comes before its trade is kept for it.
    pub(super) fn external_cost(&mut self, exec_id: &ExecId, commission: &Commission) {
        match self.external_executions.get_mut(exec_id) {
            Some(execution) => execution.commission = Some(commission.clone()),
            None => {
                self.early_commissions.insert(exec_id.clone(), commission.clone());
            }
        }
    }

    /// What took a trade back before anybody knew whose it was.
    pub fn external_bust_of(&self, exec_id: &ExecId) -> Option<&ExecId> {
        let family = split_correction(exec_id).0;
        self.external_busts.iter().find(|bust| split_correction(bust).0 == family && !supersedes(exec_id, bust))
    }

    pub(super) fn external_bust(&mut self, bust: &ExecId, at: Timestamp) {
        self.executions.entry(bust.clone()).or_insert(None);
        self.external_busts.insert(bust.clone());
        let gone = family(&self.external_executions, bust).find(|known| !supersedes(known, bust)).cloned();
        let gone = gone.and_then(|gone| self.external_executions.remove(&gone));
        if let (Some(index), Some(gone)) = (self.index.kept(), &gone) {
            index.forget_trade(gone);
        }
        if let Some(change) = gone.as_ref().and_then(Move::undone) {
            self.holdings.book(&change, at);
        }
    }

    /// A trade that is not ours: a correction replaces what it corrects, and what is older than that changes nothing.
    pub(super) fn external_trade(&mut self, mut trade: Execution, at: Timestamp) {
        trade.commission = self.early_commissions.remove(&trade.exec_id).or(trade.commission);
        self.executions.insert(trade.exec_id.clone(), None);
        let id = &trade.exec_id;
        let busted = self.external_bust_of(id).is_some();
        let known = family(&self.external_executions, id).next().cloned();
        if busted || known.as_ref().is_some_and(|known| !supersedes(id, known)) {
            return;
        }
        let replaced = known.and_then(|known| self.external_executions.remove(&known));
        if let Some(index) = self.index.kept() {
            if let Some(replaced) = &replaced {
                index.forget_trade(replaced);
            }
            index.trade(&trade);
        }
        let moves = [replaced.as_ref().and_then(Move::undone), Move::of(&trade)];
        for change in moves.iter().flatten() {
            self.holdings.book(change, at);
        }
        self.external_executions.insert(trade.exec_id.clone(), trade);
    }
}
