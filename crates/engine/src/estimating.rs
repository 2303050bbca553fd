//! The broker's own estimates of orders: what they would do to the account's margin.

use crate::asks::{Asker, only};
use crate::input::{Input, OrderFacts};
use crate::limits;
use crate::service::Service;
use domain::broker::{Answer, Question, WhatIf, WhatIfOrder};
use domain::contract::Contract;
use domain::fault::Fault;
use domain::gates::{Dated, WhatIfFact, sells_option};
use domain::id::{AccountId, ConId};
use domain::order::{OrderIntent, Side};
use domain::policy::PolicyScope;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An estimate is told again for the same terms and positions so long: the account moves.
const KEPT: SignedDuration = SignedDuration::from_secs(10);
/// What an order is judged by may come so much later than the caller wants to wait for the broker: as long as the broker has for
/// an estimate.
const GRACE: Duration = Duration::from_secs(10);
/// Estimates kept at a time.
const KEPT_MAX: usize = 64;

/// The estimates of the last moments, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Estimates(Mutex<VecDeque<(Terms, Dated<WhatIf>)>>);

/// What an estimate depends on, as one text: account, what it holds, contract and terms.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Terms(String);

impl Terms {
    fn of(intent: &OrderIntent, contract: &Contract, account: &AccountId, held: &BTreeMap<ConId, Decimal>) -> Self {
        let OrderIntent { side, qty, order_type, tif, outside_rth, .. } = intent;
        // A trade moves the margin: what was estimated before it says nothing about an order behind it.
        let held = blake3::hash(format!("{held:?}").as_bytes()).to_hex();
        Self(format!("{account} {held} {} {side:?} {qty:?} {order_type:?} {tif:?} {outside_rth}", contract.con_id))
    }
}

impl Estimates {
    fn kept(&self, terms: &Terms, now: Timestamp) -> Option<Dated<WhatIf>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What is dated ahead of a clock that was set back is not kept either.
        let young = |at: Timestamp| at <= now && now.duration_since(at) <= KEPT;
        kept.retain(|(_, estimate)| young(estimate.at));
        kept.iter().find(|(of, _)| of == terms).map(|(_, estimate)| estimate.clone())
    }

    fn keep(&self, terms: Terms, estimate: Dated<WhatIf>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((terms, estimate));
    }
}

impl Service {
    /// What an order is judged by, or nothing in time: a caller who gave up must not find out later that his order left. The
    /// order is not made then, and its key stays free.
    pub(crate) async fn facts_within(&self, intent: &OrderIntent, wait: Duration) -> Result<Box<OrderFacts>, Fault> {
        let within = wait.saturating_add(GRACE);
        let late = || Fault::Unanswered(format!("the order's contract and prices did not come within {within:?}"));
        tokio::time::timeout(within, self.facts_of(intent)).await.map_err(|_elapsed| late())?
    }

    /// The broker's estimate is among it where the policy asks for one. That it did not answer is no fault here: the gate
    /// says what it means.
    async fn facts_of(&self, intent: &OrderIntent) -> Result<Box<OrderFacts>, Fault> {
        let mut facts = self.facts(Asker::Order, &intent.instrument).await?;
        // Without an account nothing leaves: control 3 says so.
        let Ok(account) = self.account_of(intent) else { return Ok(facts) };
        if self.wants_what_if(intent, &facts.contract, &account) {
            facts.reference.what_if = match self.what_if(Asker::Order, intent, &facts.contract, &account).await {
                Ok(what_if) => Some(estimated(&what_if)),
                Err(why) => {
                    tracing::info!(why, key = %intent.cl_ord_id, "no estimate by the broker for the gates");
                    None
                }
            };
        }
        Ok(facts)
    }

    fn wants_what_if(&self, intent: &OrderIntent, contract: &Contract, account: &AccountId) -> bool {
        let scope = PolicyScope {
            account: Some(account),
            strategy: intent.strategy.as_ref(),
            sec_type: Some(contract.sec_type),
            symbol: Some(&contract.symbol),
            con_id: Some(contract.con_id),
        };
        let is_short = intent.side == Side::SellShort && sells_option(intent.side, contract.sec_type);
        is_short || self.look(|book, _| limits::in_force(book, &self.config).limits_for(&scope).what_if_required)
    }

    /// The broker's own estimate, or why there is none.
    pub(crate) async fn what_if(
        &self,
        asker: Asker,
        intent: &OrderIntent,
        contract: &Contract,
        account: &AccountId,
    ) -> Result<Dated<WhatIf>, String> {
        let terms = self.look(|_, session| Terms::of(intent, contract, account, &session.held));
        if let Some(kept) = self.estimates.kept(&terms, self.clock.now()) {
            return Ok(kept);
        }
        let broker_order_id =
            self.tell(|reply| Input::AllocateId { reply }).await.map_err(|fault| fault.to_string())?;
        let order = WhatIfOrder {
            broker_order_id,
            account: account.clone(),
            contract: contract.clone(),
            side: intent.side,
            qty: intent.qty,
            order_type: intent.order_type,
            tif: intent.tif,
            outside_rth: intent.outside_rth,
        };
        // What is traded from here on it need not count.
        let at = self.clock.now();
        let answer = self.asks.ask(asker, Question::WhatIf(Box::new(order))).await;
        let value = answer.and_then(|answer| only!(Answer::WhatIf, answer)).map_err(|fault| fault.to_string())?;
        let estimate = Dated { value, at };
        self.estimates.keep(terms, estimate.clone());
        Ok(estimate)
    }
}

/// What the gates need of an estimate.
pub(crate) fn estimated(what_if: &Dated<WhatIf>) -> Dated<WhatIfFact> {
    let WhatIf { init_margin_change, init_margin_after, equity_with_loan_after, maint_margin_after, .. } =
        &what_if.value;
    let excess_after = equity_with_loan_after
        .zip(*maint_margin_after)
        .and_then(|(equity, margin)| Decimal::checked_sub(equity, margin));
    let value =
        WhatIfFact { init_margin_change: *init_margin_change, init_margin_after: *init_margin_after, excess_after };
    Dated { value, at: what_if.at }
}
