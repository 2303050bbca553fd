//! What the account is worth, what it lost, and what follows: trading states for losses, a latch for the drawdown.

use crate::core::{Batch, Core, Effect, engine_principal};
use crate::ticking::has_passed;
use domain::account::AccountSummary;
use domain::activity::{AccountMark, Breaker};
use domain::book::OrderRecord;
use domain::exposure::may_open;
use domain::fault::Fault;
use domain::id::{AccountId, ClOrdId, Generation};
use domain::journal::JournalEvent;
use domain::mode::ModeProof;
use domain::policy::PolicyScope;
use domain::principal::{Face, Principal};
use domain::trading_state::{KillScope, TradingState};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

/// The account's worth is journaled at most this often, unless it fell.
const MARK_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Between the comparisons the account's worth is asked for this often: losses do not wait for the next one.
const ASK_EVERY: SignedDuration = SignedDuration::from_secs(30);

impl Core {
    pub(crate) fn ask_worth_if_due(&mut self, batch: &mut Batch, now: Timestamp) {
        if !self.session.reconciled || self.reconciling.is_some() {
            return;
        }
        let told_at = self.session.account.as_ref().map(|told| told.received_at);
        let rests = |at: Option<Timestamp>| at.is_none_or(|at| has_passed(at, ASK_EVERY, now));
        let account = self.session.mode.as_ref().and_then(ModeProof::account).cloned();
        let is_due = rests(told_at) && rests(self.worth_asked_at) || self.unseen.wants_values(self.worth_asked_at, now);
        if let Some(account) = account.filter(|_| is_due) {
            self.worth_asked_at = Some(now);
            let generation = self.session.generation;
            batch.effects.push(Effect::AskWorth { generation, account, asked_at: now });
        }
    }

    pub(crate) fn told_worth(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        (generation, asked_at): (Generation, Timestamp),
        result: Result<AccountSummary, Fault>,
    ) {
        if generation != self.session.generation {
            return;
        }
        match result {
            Ok(told) => {
                let known = self.session.account.as_ref();
                if known.is_none_or(|known| known.account == told.account && known.received_at <= told.received_at) {
                    self.session.account = Some(told);
                    self.unseen.told(asked_at, now);
                    self.mark_account(batch, now);
                }
            }
            // It grows old, and says so, until a later answer or look.
            Err(fault) => tracing::warn!(%fault, "what the account is worth was not told"),
        }
    }

    /// Journals what the broker says that the account is worth, if it says something new, and acts on what was lost.
    pub(crate) fn mark_account(&mut self, batch: &mut Batch, now: Timestamp) {
        let Some(told) = &self.session.account else { return };
        let (Some(currency), Some(net_liquidation)) = (told.base_currency.clone(), told.net_liquidation) else {
            return;
        };
        let (unrealized, realized) = (told.unrealized_pnl, told.realized_pnl);
        let account = told.account.clone();
        let mark = AccountMark { currency, net_liquidation, unrealized, realized };
        // A fall is judged at once: a limit on losses does not wait for the next word.
        let is_due = self.book.activity.value(&account).is_none_or(|value| {
            let fell = mark.net_liquidation < value.last.net_liquidation;
            value.last != mark && (fell || has_passed(value.last_at, MARK_EVERY, now))
        });
        if is_due {
            self.push(batch, now, JournalEvent::AccountMarked { account: account.clone(), mark });
        }
        self.mind_losses(batch, now, &account);
    }

    /// Sets what holds until a human lifts it. A state that is stricter already stays.
    fn mind_losses(&mut self, batch: &mut Batch, now: Timestamp, account: &AccountId) {
        let Some(value) = self.book.activity.value(account) else { return };
        let scope = PolicyScope { account: Some(account), ..PolicyScope::default() };
        let limits = self.policy().limits_for(&scope).into_owned();
        let (day, week, fall) = (value.loss_day(), value.loss_week(), value.drawdown_percent());
        let breaker = Breaker::Drawdown(account.clone());
        let falls = fall >= limits.drawdown_percent_max && !limits.off.contains(&33);
        if falls && !self.book.activity.breakers().contains_key(&breaker) {
            let reason = format!("{} % below the peak, {} % allowed", fall.round_dp(2), limits.drawdown_percent_max);
            self.push(batch, now, JournalEvent::BreakerTripped { breaker, reason });
        }
        if limits.off.contains(&32) {
            return;
        }
        let periods = [
            ("day", day, limits.loss_day_reduce, limits.loss_day_halt),
            ("week", week, limits.loss_week_reduce, limits.loss_week_halt),
        ];
        let reached = |(period, loss, reduce, halt): (&str, Decimal, Decimal, Decimal)| {
            let state = match (loss >= halt, loss >= reduce) {
                (true, _) => Some((TradingState::Halted, halt)),
                (false, true) => Some((TradingState::Reducing, reduce)),
                (false, false) => None,
            };
            state.map(|(state, limit)| (state, format!("C32_LOSS: lost {loss} this {period}, the limit is {limit}")))
        };
        let strictest = periods.into_iter().filter_map(reached).max_by_key(|(state, _)| *state);
        let Some((state, reason)) = strictest else { return };
        let scope = KillScope::Account(account.clone());
        let current = self.book.trading_states.entries().get(&scope).map_or(TradingState::Active, |entry| entry.state);
        if state <= current {
            return;
        }
        match engine_principal(Face::Engine, "engine") {
            Ok(by) => self.stop_losing(batch, now, by, scope, state, reason),
            Err(fault) => self.broken = Some(fault.to_string()),
        }
    }

    /// What would open or grow a position is canceled with a halt; what protects one stays: to take it away because of a
    /// loss could only make the loss greater.
    fn stop_losing(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Principal,
        scope: KillScope,
        state: TradingState,
        reason: String,
    ) {
        self.push(batch, now, JournalEvent::TradingStateSet { scope, state, by, reason });
        if state != TradingState::Halted {
            return;
        }
        for key in self.what_opens() {
            self.cancel_by_ourselves(batch, now, &key);
        }
    }

    /// Open orders that do more than reduce, oldest first. Exits and what may only reduce protect a position.
    pub(crate) fn what_opens(&self) -> Vec<ClOrdId> {
        let mut orders: Vec<&OrderRecord> = self.book.open_orders().collect();
        orders.sort_by_key(|order| (order.created_at, &order.intent.cl_ord_id));
        let risk = |order: &OrderRecord| order.open_risk(self.outstanding(order), None);
        let protects = |order: &&OrderRecord| order.intent.cl_ord_id.is_exit() || order.intent.reduce_only;
        let (kept, others): (Vec<_>, Vec<_>) = orders.into_iter().partition(protects);
        let key = |order: &OrderRecord| order.intent.cl_ord_id.clone();
        // What waits for a human is no risk yet, and must not become one.
        let (live, waiting): (Vec<_>, Vec<_>) = others.into_iter().partition(|order| order.status.may_be_live());
        let live = live.into_iter().filter_map(|order| Some((key(order), risk(order)?)));
        let held = |con_id| self.session.held.get(&con_id).copied().unwrap_or(Decimal::ZERO);
        let kept = kept.into_iter().chain(self.over_untold()).filter_map(risk).collect();
        may_open(live, kept, held).into_iter().chain(waiting.into_iter().map(key)).collect()
    }

    /// A human has looked at what tripped.
    pub(crate) fn reset_breaker(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        breaker: Breaker,
        reason: &str,
    ) -> Result<(), Fault> {
        if !by.is_human() {
            return Err(Fault::HumansOnly);
        }
        // One that is about to trip may be reset as well: its count begins anew.
        let stands = self.book.activity.breakers().contains_key(&breaker);
        let counts = match &breaker {
            Breaker::Rejects => self.book.activity.rejects_in_row > 0,
            Breaker::StrategyTrades(strategy) => self.book.activity.strategy_trades(strategy) > 0,
            Breaker::Drawdown(account) => self.book.activity.value(account).is_some(),
        };
        if !stands && !counts {
            return Err(Fault::NotFound { what: "breaker", id: breaker.to_string() });
        }
        self.push(batch, now, JournalEvent::BreakerReset { breaker, by: by.clone(), reason: reason.to_owned() });
        Ok(())
    }
}
