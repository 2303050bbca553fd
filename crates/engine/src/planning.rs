//! One yes to the whole plan of a run: whether it takes one, and what is answered. The gates judge each order by it.

use crate::core::{Batch, Core, engine_principal, sends};
use crate::input::{Input, Reply};
use crate::service::{Service, need_human};
use crate::use_cases::check_reason;
use domain::approval::ApprovalStatus;
use domain::approved::ResolvedOrder;
use domain::contract::SecType;
use domain::fault::Fault;
use domain::gates::{ApprovalFact, Wanted, YesAsk, whether_asked};
use domain::id::{AccountId, ApprovalId, ClOrdId, RunId};
use domain::journal::JournalEvent;
use domain::looping::event::LoopEvent;
use domain::looping::execution::Style;
use domain::looping::order_plan::{LineAction, OrderPlan, PlanLine};
use domain::looping::plan_approval::{PlanApproval, PlanQuestion};
use domain::looping::run::TradeRun;
use domain::mandate::Mandate;
use domain::mode::{Mode, ModeProof};
use domain::order::Side;
use domain::policy::{Policy, PolicyScope};
use domain::principal::{Face, Principal, Scope};
use domain::reason::Reason;
use domain::trading_state::TradingState;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::sync::Arc;

/// An answer to the question about a plan.
#[derive(Debug)]
pub(crate) struct PlanAnswer {
    pub(crate) id: ApprovalId,
    pub(crate) status: ApprovalStatus,
    pub(crate) reason: Option<String>,
}

/// What a plan is judged by.
struct Look<'a> {
    run: &'a TradeRun,
    account: &'a AccountId,
    plan: &'a OrderPlan,
    mode: Mode,
    now: Timestamp,
}

impl Look<'_> {
    /// What a line comes to at worst, in the account's currency: as the plan counts it, or as its orders are counted once
    /// they leave, where that is more.
    fn notional(&self, line: &PlanLine, limits: &Policy) -> Decimal {
        let beyond = match self.run.order.terms.style {
            Style::Marketable { collar } | Style::Patient { collar, .. } => collar,
            Style::Moc => limits.market_order_slippage_percent / Decimal::ONE_HUNDRED,
        };
        let slippage = self.plan.rules.slippage.max(beyond);
        line.value.checked_mul(Decimal::ONE + slippage).unwrap_or(Decimal::MAX)
    }

    /// What sections of a policy ask of a line.
    fn scope<'b>(&'b self, line: &'b PlanLine) -> PolicyScope<'b> {
        PolicyScope {
            account: Some(self.account),
            strategy: Some(&self.run.order.terms.strategy),
            sec_type: Some(SecType::Stk),
            symbol: Some(&line.symbol),
            con_id: Some(line.con_id),
        }
    }
}

impl Core {
    /// What a plan leads to: it stands, or it waits for a human's yes.
    ///
    /// # Errors
    /// In live what an order would stand on is not there, and no yes would help.
    pub(crate) fn planned(
        &self,
        now: Timestamp,
        by: &Principal,
        (run, account, plan): (RunId, AccountId, Box<OrderPlan>),
        id: ApprovalId,
    ) -> Result<LoopEvent, Fault> {
        let stands = |plan| LoopEvent::RunPlanned { run: run.clone(), account: account.clone(), plan };
        let known = self.book.looping.run(&run);
        let (Some(known), true, true) = (known, sends(self.config.trading), plan.steps().next().is_some()) else {
            return Ok(stands(plan));
        };
        let mode = self.session.mode.as_ref().map(ModeProof::mode).and_then(Result::ok);
        let mode = mode.ok_or_else(|| Fault::NotReady(vec!["the mode is not proven".to_owned()]))?;
        let look = Look { run: known, account: &account, plan: &plan, mode, now };
        let reasons = self.why_asked(by, &look)?;
        if reasons.is_empty() {
            return Ok(stands(plan));
        }
        if let Some(mandate) = self.covering(by, &look) {
            let mandate = mandate.id.clone();
            return Ok(LoopEvent::PlanMandated { run: run.clone(), account: account.clone(), plan, mandate });
        }
        self.can_be_approved(&look)?;
        let approval = self.ask_about(by, &look, reasons, id)?;
        Ok(LoopEvent::PlanHeld { run: run.clone(), account: account.clone(), plan, approval: Box::new(approval) })
    }

    /// Why a human is to be asked about a plan: whatever the policy says of any of its orders, and always in live.
    fn why_asked(&self, by: &Principal, look: &Look<'_>) -> Result<Vec<Reason>, Fault> {
        let mut found: Vec<Reason> = Vec::new();
        if look.mode == Mode::Live {
            found.push(Reason {
                control: 6,
                code: "C06_APPROVAL".to_owned(),
                message: "In live a run needs a mandate that covers its plan, or one approval of it.".to_owned(),
                observed: Some("no mandate that covers it".to_owned()),
                limit: Some("a mandate or an approval".to_owned()),
                hint: "Approve the plan (`tollgate approval approve`), or grant a mandate (`tollgate mandate grant`)."
                    .to_owned(),
            });
        }
        let strategy = &look.run.order.terms.strategy;
        for (_, line) in look.plan.steps() {
            let limits = self.policy().limits_for(&look.scope(line));
            let asked = whether_asked(&YesAsk {
                policy: &limits,
                principal: by,
                strategy: Some(strategy),
                symbol: &line.symbol,
                first_use: !self.instruments_used.contains(&(look.account.clone(), line.con_id)),
                is_live: look.mode == Mode::Live,
                notional: &|| Some(look.notional(line, &limits)),
            });
            match asked {
                Wanted::No => {}
                // One reason for many orders is told once.
                Wanted::Yes(reasons) => {
                    for reason in reasons {
                        if found.iter().all(|known| known.message != reason.message) {
                            found.push(reason);
                        }
                    }
                }
                Wanted::Unknown(reasons) => {
                    return Err(Fault::NotReady(reasons.into_iter().map(|reason| reason.message).collect()));
                }
            }
        }
        Ok(found)
    }

    /// The mandate that covers all of a plan.
    fn covering(&self, by: &Principal, look: &Look<'_>) -> Option<&Arc<Mandate>> {
        let strategy = Some(&look.run.order.terms.strategy);
        let is_its = |one: &&Arc<Mandate>| one.is_for(&by.key_id, strategy) && !one.is_own(&by.key_id);
        let notional = |line: &PlanLine| look.notional(line, &self.policy().limits_for(&look.scope(line)));
        let lines: Vec<(&PlanLine, Decimal)> = look.plan.steps().map(|(_, line)| (line, notional(line))).collect();
        self.book.mandates.active(look.now).filter(is_its).find(|one| covers(one, look, &lines))
    }

    /// In live an approval stands for no arming: what an order would be refused for is told before anybody is asked.
    fn can_be_approved(&self, look: &Look<'_>) -> Result<(), Fault> {
        if look.mode != Mode::Live {
            return Ok(());
        }
        let mut faults: Vec<String> = self
            .why_not_live(look.account, look.now)
            .into_iter()
            .map(|reason| format!("{} {}", reason.message, reason.hint))
            .collect();
        if self.book.live.armed(look.now).is_none_or(|arming| arming.account != *look.account) {
            faults.push(
                "Live trading is not armed, and no mandate covers the plan: a human arms it (`tollgate live arm`) and \
                 approves the plan, or grants a mandate (`tollgate mandate grant`)."
                    .to_owned(),
            );
        }
        if faults.is_empty() { Ok(()) } else { Err(Fault::NotReady(faults)) }
    }

    fn ask_about(
        &self,
        by: &Principal,
        look: &Look<'_>,
        reasons: Vec<Reason>,
        id: ApprovalId,
    ) -> Result<PlanApproval, Fault> {
        let limits = &self.policy().base;
        let question = PlanQuestion {
            id,
            run: look.run.id(),
            terms: &look.run.order.terms,
            by: &by.key_id,
            account: look.account,
            mode: look.mode,
            policy_hash: self.policy_hash(),
            ttl_s: limits.approval_ttl_s,
            band: limits.approval_price_band_percent / Decimal::ONE_HUNDRED,
            reasons,
        };
        PlanApproval::ask(question, look.plan, look.now).map_err(Fault::Internal)
    }

    /// The run that an order is of: its key says so, whoever sends or changes it.
    pub(crate) fn run_fact(&self, key: &ClOrdId) -> ApprovalFact {
        let run = key.as_str().split('.').next().and_then(|text| text.parse::<RunId>().ok());
        let run = run.and_then(|run| self.book.looping.runs.get(&run));
        match run.filter(|run| run.step_of(key).is_some()) {
            Some(run) => ApprovalFact::OfRun(Arc::clone(run)),
            None => ApprovalFact::None,
        }
    }

    /// The order's part of its plan, or what a change of it takes more, in the intent's own transaction.
    pub(crate) fn take_part(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        order: &ResolvedOrder,
        by: &Principal,
        approval: &ApprovalFact,
    ) {
        let ApprovalFact::OfRun(run) = approval else { return };
        let (key, qty) = (&order.intent.cl_ord_id, order.intent.qty.get());
        let part = run.approval.as_ref().and_then(|plan| plan.part_of(key));
        let Some(part) = part.filter(|_| run.takes_more(key, qty)) else { return };
        let event = LoopEvent::PartUsed { run: run.id().clone(), step: part.step, order: key.clone(), qty };
        self.push(batch, now, JournalEvent::Loop { event, by: by.clone() });
    }

    pub(crate) fn take_answer(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Principal,
        answer: PlanAnswer,
        reply: Reply<()>,
    ) {
        let answered = self.answer_plan(batch, now, by, answer);
        batch.owe(reply, answered);
    }

    fn answer_plan(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Principal,
        answer: PlanAnswer,
    ) -> Result<(), Fault> {
        let PlanAnswer { id, status, reason } = answer;
        let missing = || Fault::NotFound { what: "approval", id: id.to_string() };
        let asked = self.book.looping.plan_approval(&id).ok_or_else(missing)?;
        let over = |status: &str| Fault::ApprovalOver { id: id.clone(), status: status.to_owned() };
        if !asked.may_become(status) {
            return Err(over(asked.status.word()));
        }
        if asked.status == ApprovalStatus::Pending && !asked.waits(now) {
            return Err(over(ApprovalStatus::Expired.word()));
        }
        if status == ApprovalStatus::Approved {
            if asked.requested_by == by.key_id {
                return Err(Fault::OwnRequest);
            }
            if let Some(why) = self.why_void(&asked.policy_hash, asked.mode) {
                return Err(over(&format!("void: {why}")));
            }
            let halted = self.why_halted(asked);
            if !halted.is_empty() {
                return Err(Fault::NotReady(halted));
            }
        }
        let event = LoopEvent::PlanAnswered { run: asked.run.clone(), approval: id.clone(), status, reason };
        self.book.looping.follows(&event).map_err(|why| Fault::Conflict { what: "loop", why })?;
        self.push(batch, now, JournalEvent::Loop { event, by });
        Ok(())
    }

    /// Why no order of the plan would leave now; the question waits on.
    fn why_halted(&self, asked: &PlanApproval) -> Vec<String> {
        let mut found = Vec::new();
        if !sends(self.config.trading) {
            found.push("trading is off; the plan still waits".to_owned());
        }
        if self.kill_file {
            found.push("the file KILL is there; the plan still waits".to_owned());
        }
        let strategy = self.book.looping.run(&asked.run).map(|run| &run.order.terms.strategy);
        let strictest = self.book.trading_states.strictest(&asked.account, strategy);
        if let Some((_, entry)) = strictest.filter(|(_, entry)| entry.state != TradingState::Active) {
            found.push(format!("trading is {}: {}; the plan still waits", entry.state.word(), entry.reason));
        }
        found
    }

    /// Why nobody needs to answer any more: what was asked under this policy and in this mode is not what would be done.
    pub(crate) fn why_void(&self, policy_hash: &str, asked_in: Mode) -> Option<&'static str> {
        let mode = self.session.mode.as_ref().map(ModeProof::mode).and_then(Result::ok);
        if policy_hash != self.policy_hash() {
            Some("the policy changed since it was asked")
        } else if mode.is_some_and(|mode| mode != asked_in) {
            Some("the mode changed since it was asked")
        } else {
            None
        }
    }

    /// Questions about plans that lapsed or lost their ground.
    pub(crate) fn mind_plans(&mut self, batch: &mut Batch, now: Timestamp) {
        let open = self.book.looping.open.iter().filter_map(|id| self.book.looping.run(id)?.approval.as_ref());
        let pending = open.filter(|asked| asked.status == ApprovalStatus::Pending);
        let ended = pending.filter_map(|asked| {
            let (status, why) = match self.why_void(&asked.policy_hash, asked.mode) {
                Some(why) => (ApprovalStatus::Void, why),
                None if asked.waits(now) => return None,
                None => (ApprovalStatus::Expired, "nobody answered in time"),
            };
            let (run, approval, reason) = (asked.run.clone(), asked.id.clone(), Some(why.to_owned()));
            Some(LoopEvent::PlanAnswered { run, approval, status, reason })
        });
        let ended: Vec<LoopEvent> = ended.collect();
        for event in ended {
            match engine_principal(Face::Engine, "engine") {
                Ok(by) => self.push(batch, now, JournalEvent::Loop { event, by }),
                Err(fault) => self.broken = Some(fault.to_string()),
            }
        }
    }
}

/// Whether a mandate has room for every order of a plan together.
fn covers(mandate: &Mandate, look: &Look<'_>, lines: &[(&PlanLine, Decimal)]) -> bool {
    let terms = &mandate.terms;
    let slices = usize::from(look.run.order.terms.slices.max(1));
    let (mut orders, mut sum) = (mandate.uses.len(), mandate.taken);
    for (line, notional) in lines {
        let side = if line.action == LineAction::Buy { Side::Buy } else { Side::Sell };
        if !terms.symbols.contains(&line.symbol.to_ascii_uppercase())
            || !terms.sides.contains(&side)
            || *notional > terms.order_notional_max
        {
            return false;
        }
        orders = orders.saturating_add(slices);
        sum = sum.saturating_add(*notional);
    }
    terms.account == *look.account
        && terms.mode == look.mode
        && u32::try_from(orders).is_ok_and(|orders| orders <= terms.orders_max)
        && sum <= terms.notional_max
}

impl Service {
    /// Questions about plans, those of the newest runs first.
    pub(crate) fn list_plan_approvals(&self, pending_only: bool) -> Vec<PlanApproval> {
        let wanted = |asked: &&Arc<PlanApproval>| !pending_only || asked.status == ApprovalStatus::Pending;
        self.look(|book, _| book.looping.plan_approvals().filter(wanted).map(|one| one.as_ref().clone()).collect())
    }

    /// One of them; `None` where the id is of an order's or nobody's.
    pub(crate) fn plan_question(&self, id: &ApprovalId) -> Option<PlanApproval> {
        self.look(|book, _| book.looping.plan_approval(id).map(|one| one.as_ref().clone()))
    }

    pub(crate) async fn answer_to_plan(
        &self,
        by: &Principal,
        id: ApprovalId,
        status: ApprovalStatus,
        reason: Option<String>,
    ) -> Result<PlanApproval, Fault> {
        need_human(by, Scope::Approve)?;
        let reason = reason.map(check_reason).transpose()?;
        let answer = PlanAnswer { id: id.clone(), status, reason };
        self.tell(|reply| Input::AnswerPlan { by: by.clone(), answer, reply }).await?;
        let missing = || Fault::NotFound { what: "approval", id: id.to_string() };
        self.plan_question(&id).ok_or_else(missing)
    }
}
