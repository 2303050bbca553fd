//! What a plan is made of: the account, its positions, prices, and what stands in the way.

use super::service::Pilot;
use domain::contract::{Contract, Instrument};
use domain::fault::Fault;
use domain::hours::{Hours, Phase};
use domain::id::{AccountId, ConId};
use domain::looping::decision::Decision;
use domain::looping::order_plan::{Holding, OrderPlan, PlanPrice, PlanRules, plan, too_large};
use domain::market::Quote;
use domain::mode::{Mode, Trading};
use domain::principal::{Principal, Scope};
use domain::trading_state::TradingState;
use engine::desk::OrderFilter;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Orders that are looked at for work in the plan's instruments.
const OPEN_ORDERS_MAX: usize = 10_000;

/// The account as a plan needs it.
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) value: Decimal,
    pub(super) cash: Decimal,
    /// Signed quantities by contract.
    pub(super) held: BTreeMap<ConId, Decimal>,
}

/// A plan, whose account it is for, and why it could not be done now.
pub(super) struct Planned {
    pub(super) account: AccountId,
    pub(super) plan: OrderPlan,
    pub(super) blocked: Vec<String>,
    /// Targets that are larger than a target may be, at the prices of the plan.
    pub(super) too_large: Vec<String>,
}

impl Pilot {
    /// The account that orders would be for.
    pub(super) async fn account(&self, by: &Principal) -> Result<Account, Fault> {
        let status = self.desk.status(by)?;
        let id = status.account.ok_or(Fault::NotReady(status.not_ready))?;
        let summary = self.desk.account_summary(by, id.clone()).await?;
        let untold = |what: &str| Fault::Unanswered(format!("the broker does not tell the account's {what}"));
        let base = summary.base_currency.as_ref().ok_or_else(|| untold("base currency"))?;
        if *base != self.settings.currency {
            let own = &self.settings.currency;
            let why = format!("the account's base currency is {base}, not {own}: set loop.currency");
            return Err(Fault::CapabilityMissing(why));
        }
        let value = summary.net_liquidation.ok_or_else(|| untold("net liquidation"))?;
        let cash = summary.cash.get(&self.settings.currency).copied().or(summary.total_cash);
        let cash = cash.ok_or_else(|| untold("cash"))?;
        let positions = self.desk.positions(by, id.clone()).await?;
        let shares = positions.iter().filter(|position| !position.is_cash);
        let held = shares.map(|position| (position.con_id, position.qty)).collect();
        Ok(Account { id, value, cash, held })
    }

    /// Plans a decision for the account as it is now. A missing price refuses its line, not the plan. Each question has an end of its
    /// own, and there are many of them: `between` them the turn shows life, and whoever only wants to see a plan must not.
    pub(super) async fn make_plan(
        &self,
        by: &Principal,
        decision: &Decision,
        now: Timestamp,
        between: &(dyn Fn() + Sync),
    ) -> Result<Planned, Fault> {
        let account = self.account(by).await?;
        let filter = OrderFilter { open_only: true, status: None, strategy: None, after: None, limit: OPEN_ORDERS_MAX };
        let open = self.desk.orders(by, filter)?;
        let (mut blocked, mut differs) = (Vec::new(), None);
        let mut holdings = Vec::with_capacity(decision.targets.len());
        for target in &decision.targets {
            between();
            let instrument = Instrument::ConId(target.con_id);
            let contract = self.desk.contract(by, instrument.clone()).await?;
            blocked.extend(self.closed(&contract, now));
            differs = differs
                .or_else(|| Hours::read(&contract).and_then(|hours| self.settings.calendar.differs(&hours, now)));
            let is_its = |con_id: Option<ConId>| con_id == Some(target.con_id);
            let works = open.iter().filter(|order| is_its(order.contract.as_ref().map(|contract| contract.con_id)));
            between();
            holdings.push(Holding {
                con_id: target.con_id,
                symbol: target.symbol.clone(),
                held: account.held.get(&target.con_id).copied().unwrap_or(Decimal::ZERO),
                target: target.amount,
                price: self.price(by, instrument).await?,
                lot: contract.size_increment,
                min_size: contract.min_size,
                working: works.count(),
            });
        }
        let rules = PlanRules { cash_buffer: decision.cash_buffer, ..self.settings.rules.clone() };
        let plan = plan(&holdings, account.value, account.cash, &rules);
        let too_large = too_large(&holdings, account.value, self.settings.decisions.weight_max);
        if let Some(difference) = differs {
            tracing::warn!(difference, "the calendar of slots and the broker's hours differ; the broker's count");
        }
        // A market whose hours are the same is told once.
        blocked.dedup();
        Ok(Planned { account: account.id, plan, blocked, too_large })
    }

    async fn price(&self, by: &Principal, instrument: Instrument) -> Result<Result<PlanPrice, String>, Fault> {
        let quote = match self.desk.quote(by, instrument).await {
            Ok((_, quote)) => quote,
            Err(fault @ (Fault::MarketDataUnavailable(_) | Fault::MarketDataNotEntitled(_) | Fault::Unanswered(_))) => {
                return Ok(Err(fault.to_string()));
            }
            Err(fault) => return Err(fault),
        };
        let Quote { data_type, received_at, .. } = quote;
        let price = quote.reference().ok_or_else(|| "the quote says no price".to_owned());
        Ok(price.map(|price| PlanPrice { price, source: data_type, at: received_at }))
    }

    /// Why nothing can be ordered of a contract now. The broker's hours count; where it tells none, the calendar does.
    fn closed(&self, contract: &Contract, now: Timestamp) -> Option<String> {
        match Hours::read(contract).map(|hours| hours.phase(now)) {
            Some(Phase::Regular(_)) => None,
            Some(phase @ (Phase::Extended | Phase::Closed)) => {
                Some(format!("the broker says that the market is {}", phase.word()))
            }
            None if self.settings.calendar.session_at(now).is_some() => None,
            None => Some("the exchange is closed, by the calendar".to_owned()),
        }
    }

    /// When the session of a moment closes: by the broker's hours, by the calendar where it tells none.
    pub(super) fn closes_at(&self, contract: &Contract, at: Timestamp) -> Option<Timestamp> {
        let by_calendar = self.settings.calendar.session_at(at).map(|session| session.close);
        match Hours::read(contract).map(|hours| hours.phase(at)) {
            Some(Phase::Regular(session)) => Some(session.close),
            Some(Phase::Extended | Phase::Closed) | None => by_calendar,
        }
    }

    /// Why no run could begin now, whatever it wants.
    pub(super) fn blockers(&self, by: &Principal) -> Result<Vec<String>, Fault> {
        let status = self.desk.status(by)?;
        let mut found = status.not_ready;
        if let Some(pause) = &self.desk.looping(by)?.paused {
            found.push(format!("the loop is paused: {}", pause.reason));
        }
        if status.trading == Trading::Off {
            found.push("trading is off in the configuration".to_owned());
        }
        if status.mode == Ok(Mode::Live) && !by.may(Scope::TradeLive) {
            found.push(format!(
                "the loop's key {} was made for paper and may not trade live: revoke it (`tollgate key revoke {}`), remove \
                 loop.key from the data directory and start again, so that another one is made",
                by.key_id, by.key_id
            ));
        }
        if status.kill_file {
            found.push("the file KILL is there".to_owned());
        }
        for (scope, entry) in &status.trading_states {
            let of_loop = match scope {
                domain::trading_state::KillScope::Global => true,
                domain::trading_state::KillScope::Account(account) => Some(account) == status.account.as_ref(),
                domain::trading_state::KillScope::Strategy(strategy) => strategy == self.settings.strategy(),
            };
            if of_loop && entry.state != TradingState::Active {
                found.push(format!("trading is {}: {}", entry.state.word(), entry.reason));
            }
        }
        Ok(found)
    }
}
