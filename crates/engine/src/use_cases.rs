//! The use cases themselves: scopes first, then facts, then the writer.

use crate::asks::{Asker, only};
use crate::desk::{
    AccountPoint, AuditFilter, AuditRecord, AuditVerification, BarsRequest, BoardEntry, CancelAnswer, Capabilities,
    ChangeAnswer, CsrfProof, Desk, ExecutionFilter, FlattenAnswer, FlattenWish, HistoryFilter, LimitsOf, LimitsView,
    LiveStatus, MandateView, Metrics, NewKey, NewSession, OrderAnswer, OrderFilter, PnlView, Preview, SessionLife,
    SessionView, Status,
};
use crate::drilling::DrillOutcome;
use crate::estimating::estimated;
use crate::following::{JournalFeed, KeyEnd};
use crate::input::{Booked, Input};
use crate::limits::{self, PolicyWish};
use crate::outcome::{changes, outcome};
use crate::service::{Service, is_answered, may_cancel, need, need_human, need_trade};
use crate::ticking::duration;
use crate::watching::{QuoteFeed, WatchedQuote};
use crate::way;
use crate::witness::BrokerVerification;
use async_trait::async_trait;
use domain::account::{AccountSummary, Position};
use domain::activity::Breaker;
use domain::approval::{Approval, ApprovalStatus};
use domain::approval_request::ApprovalRequest;
use domain::book::OrderRecord;
use domain::broker::{Answer, OptionClass, Question, SymbolMatch};
use domain::contract::{Contract, Instrument};
use domain::execution::Execution;
use domain::fault::Fault;
use domain::gates::Decision;
use domain::id::{AccountId, ApprovalId, ClOrdId, ConId, CorrelationId, KeyId, MandateId};
use domain::looping::book::LoopBook;
use domain::looping::event::LoopEvent;
use domain::looping::plan_approval::PlanApproval;
use domain::mandate::MandateTerms;
use domain::market::{Bar, Quote};
use domain::order::{Amendment, OrderIntent};
use domain::principal::{Face, KeyRecord, Principal, PrincipalKind, Scope};
use domain::trading_state::{KillScope, StateEntry, TradingState};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// The longest text of a reason.
const REASON_MAX: usize = 500;

#[async_trait]
impl Desk for Service {
    fn authenticate(&self, presented: &str, face: Face, correlation_id: CorrelationId) -> Result<Principal, Fault> {
        self.principal_of_key(presented, face, correlation_id)
    }

    fn sign_in(&self, by: &Principal) -> Result<NewSession, Fault> {
        self.begin_session(by)
    }

    fn authenticate_session(
        &self,
        secret: &str,
        proof: CsrfProof<'_>,
        correlation_id: CorrelationId,
    ) -> Result<Principal, Fault> {
        self.principal_of_session(secret, proof, correlation_id)
    }

    fn session(&self, secret: &str) -> Result<SessionView, Fault> {
        self.view_session(secret)
    }

    fn session_life(&self, secret: &str) -> Result<SessionLife, Fault> {
        self.life_of_session(secret)
    }

    fn sign_out(&self, secret: &str) -> Result<(), Fault> {
        self.end_session(secret)
    }

    fn status(&self, by: &Principal) -> Result<Status, Fault> {
        need(by, Scope::Read)?;
        self.status_now()
    }

    fn metrics(&self, by: &Principal) -> Result<Metrics, Fault> {
        need(by, Scope::Read)?;
        self.metrics_now()
    }

    fn not_ready(&self) -> Vec<String> {
        self.why_not_ready()
    }

    fn readiness(&self, by: Option<&Principal>) -> Vec<String> {
        self.why_not_ready_for(by)
    }

    fn gate_board(&self, by: &Principal) -> Result<Vec<BoardEntry>, Fault> {
        need(by, Scope::Read)?;
        Ok(self.board())
    }

    async fn quote(&self, by: &Principal, instrument: Instrument) -> Result<(Contract, Quote), Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        let contract = self.market.contract(Asker::Reader, &instrument).await?;
        let quote = self.market.quote(Asker::Reader, &contract).await?;
        if quote.is_crossed() {
            return Err(Fault::MarketDataUnavailable("the quote is crossed: bid above ask".to_owned()));
        }
        Ok((contract, quote))
    }

    async fn quotes(&self, by: &Principal, instruments: Vec<Instrument>) -> Result<Vec<WatchedQuote>, Fault> {
        self.newest_quotes(by, instruments).await
    }

    async fn watch_quotes(&self, by: &Principal, instruments: Vec<Instrument>) -> Result<Box<dyn QuoteFeed>, Fault> {
        self.watch(by, instruments).await
    }

    async fn bars(&self, by: &Principal, request: BarsRequest) -> Result<(Contract, Vec<Bar>), Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        let contract = self.market.contract(Asker::Reader, &request.instrument).await?;
        let question = Question::Bars {
            contract: Box::new(contract.clone()),
            size: request.size,
            duration: request.duration,
            end: request.end,
            what: request.what,
            regular_hours: request.regular_hours,
        };
        Ok((contract, only!(Answer::Bars, self.asks.ask(Asker::Reader, question).await?)?))
    }

    async fn search_contracts(&self, by: &Principal, text: String) -> Result<Vec<SymbolMatch>, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        only!(Answer::Symbols, self.asks.ask(Asker::Reader, Question::MatchingSymbols(text)).await?)
    }

    async fn contract(&self, by: &Principal, instrument: Instrument) -> Result<Contract, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        self.market.contract(Asker::Reader, &instrument).await
    }

    async fn option_chain(&self, by: &Principal, underlying: ConId) -> Result<(Contract, Vec<OptionClass>), Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        self.market.option_chain(underlying).await
    }

    fn accounts(&self, by: &Principal) -> Result<Vec<AccountId>, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        let connected = self.look(|_, session| session.mode.as_ref().map(|mode| mode.connected.clone()));
        connected.ok_or_else(|| Fault::NotReady(self.why_not_ready()))
    }

    async fn account_summary(&self, by: &Principal, account: AccountId) -> Result<AccountSummary, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        self.own_account(&account)?;
        only!(Answer::Account, self.asks.ask(Asker::Reader, Question::Account(account)).await?)
    }

    async fn positions(&self, by: &Principal, account: AccountId) -> Result<Vec<Position>, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        self.own_account(&account)?;
        self.positions_now(&account).await
    }

    async fn pnl(&self, by: &Principal, account: AccountId) -> Result<PnlView, Fault> {
        need(by, Scope::Read)?;
        self.be_writer()?;
        self.own_account(&account)?;
        self.pnl_view(account).await
    }

    async fn account_history(&self, by: &Principal, of: HistoryFilter) -> Result<Vec<AccountPoint>, Fault> {
        self.history_of(by, of).await
    }

    fn capabilities(&self, by: &Principal, account: AccountId) -> Result<Capabilities, Fault> {
        self.capabilities_of(by, account)
    }

    async fn verify_broker(&self, by: &Principal) -> Result<BrokerVerification, Fault> {
        self.look_twice(by).await
    }

    async fn preview(&self, by: &Principal, intent: OrderIntent) -> Result<Preview, Fault> {
        need(by, Scope::Preview)?;
        self.be_ready()?;
        let mut facts = self.facts(Asker::Reader, &intent.instrument).await?;
        let account = self.account_of(&intent)?;
        let what_if = self.what_if(Asker::Reader, &intent, &facts.contract, &account).await;
        facts.reference.what_if = what_if.as_ref().ok().map(estimated);
        let what_if = what_if.map(|what_if| what_if.value);
        let preview_id = format!("pv-{}", self.random_hex::<12>()?).parse().map_err(internal)?;
        let (contract, quote) = (facts.contract.clone(), facts.quote.clone());
        let request_hash = hash(&intent)?;
        let id = domain::id::PreviewId::clone(&preview_id);
        let draft = self
            .tell(|reply| Input::Preview {
                by: by.clone(),
                intent: Box::new(intent),
                request_hash,
                facts,
                preview_id,
                reply,
            })
            .await?;
        let (decision, reasons) = match draft.evaluation.decision {
            Decision::Approved(_) => ("approved", Vec::new()),
            Decision::NeedsApproval(reasons) => ("needs_approval", reasons),
            Decision::Denied(reasons) => ("denied", reasons),
        };
        Ok(Preview {
            id,
            expires_at: draft.expires_at,
            contract,
            account,
            quote,
            worst_price: draft.worst_price,
            notional: draft.notional,
            decision,
            reasons,
            gates: draft.evaluation.results,
            what_if,
        })
    }

    async fn submit(&self, by: &Principal, intent: OrderIntent, wait: Duration) -> Result<OrderAnswer, Fault> {
        need_trade(by)?;
        self.be_writer()?;
        let key = intent.cl_ord_id.clone();
        let request_hash = hash(&intent)?;
        if self.is_known(&key, &request_hash)? {
            return self.repeated(&key, wait).await;
        }
        self.be_ready()?;
        way::received(&key, &by.correlation_id);
        let facts = self.facts_within(&intent, wait).await?;
        let approval_id = self.new_approval_id()?;
        let first = self.shared.begin_first(&key);
        let booked = self
            .tell(|reply| Input::Submit {
                by: by.clone(),
                intent: Box::new(intent),
                request_hash,
                facts,
                approval_id,
                reply,
            })
            .await?;
        match booked {
            Booked::New => {
                let order = self.wait_for(&key, wait, is_answered).await?;
                drop(first);
                Ok(OrderAnswer { outcome: outcome(&order), order, replayed: false })
            }
            Booked::Known => {
                drop(first);
                self.repeated(&key, wait).await
            }
        }
    }

    async fn replace(
        &self,
        by: &Principal,
        cl_ord_id: ClOrdId,
        key: ClOrdId,
        amendment: Amendment,
        if_match: Option<String>,
        wait: Duration,
    ) -> Result<ChangeAnswer, Fault> {
        need_trade(by)?;
        self.be_writer()?;
        let request_hash = request_hash(&("replace", &cl_ord_id, &amendment))?;
        let mut known = self.is_known(&key, &request_hash)?;
        if !known {
            self.be_ready()?;
            let order = self.order_record(&cl_ord_id)?;
            let con_id = order.contract.as_ref().map(|contract| contract.con_id);
            let instrument = con_id.map_or(order.intent.instrument.clone(), Instrument::ConId);
            let changed = amendment.of(OrderIntent { instrument, ..order.intent });
            let facts = self.facts_within(&changed, wait).await?;
            let (by, cl_ord_id) = (by.clone(), cl_ord_id.clone());
            let key = key.clone();
            let replace =
                |reply| Input::Replace { by, cl_ord_id, key, request_hash, if_match, amendment, facts, reply };
            known = self.tell(replace).await? == Booked::Known;
        }
        let order = self.wait_for(&cl_ord_id, wait, |order| !changes(order, &key)).await?;
        let missing = || Fault::NotFound { what: "change", id: key.to_string() };
        Ok(ChangeAnswer { outcome: order.change_outcome(&key).ok_or_else(missing)?, order, replayed: known })
    }

    async fn cancel(
        &self,
        by: &Principal,
        cl_ord_id: ClOrdId,
        key: Option<ClOrdId>,
        if_match: Option<String>,
        wait: Duration,
    ) -> Result<CancelAnswer, Fault> {
        may_cancel(by)?;
        let request_hash = request_hash(&("cancel", &cl_ord_id))?;
        let (asker, id) = (by.clone(), cl_ord_id.clone());
        let cancel = |reply| Input::Cancel { by: asker, cl_ord_id: id, key, request_hash, if_match, reply };
        let booked = self.tell(cancel).await?;
        self.canceled(&cl_ord_id, wait, booked == Booked::Known).await
    }

    async fn cancel_all(&self, by: &Principal, wait: Duration) -> Result<Vec<CancelAnswer>, Fault> {
        may_cancel(by)?;
        let keys = self.tell(|reply| Input::CancelAll { by: by.clone(), reply }).await?;
        let waits = keys.iter().map(|key| self.canceled(key, wait, false));
        futures::future::join_all(waits).await.into_iter().collect()
    }

    async fn flatten(
        &self,
        by: &Principal,
        key: ClOrdId,
        wish: FlattenWish,
        wait: Duration,
    ) -> Result<FlattenAnswer, Fault> {
        let own = self.own.upgrade().ok_or_else(|| Fault::Internal("this desk is being taken apart".to_owned()))?;
        let by = by.clone();
        // It takes several steps: a caller who hangs up after the first one must not leave the others undone.
        let closing = tokio::spawn(async move { own.flatten_positions(&by, key, wish, wait).await });
        closing.await.unwrap_or_else(|error| Err(Fault::Internal(format!("flattening failed: {error}"))))
    }

    async fn resolve(&self, by: &Principal, cl_ord_id: ClOrdId, reason: String) -> Result<OrderRecord, Fault> {
        need_human(by, Scope::Admin)?;
        let reason = check_reason(reason)?;
        let (asker, id) = (by.clone(), cl_ord_id.clone());
        self.tell(|reply| Input::Resolve { by: asker, cl_ord_id: id, reason, reply }).await?;
        self.order_record(&cl_ord_id)
    }

    async fn release(&self, by: &Principal, con_id: ConId, reason: String) -> Result<(), Fault> {
        need_human(by, Scope::Admin)?;
        let reason = check_reason(reason)?;
        let by = by.clone();
        self.tell(|reply| Input::Release { by, con_id, reason, reply }).await
    }

    fn is_held_in_tws(&self, order: &OrderRecord) -> bool {
        order.is_held_in_tws(self.clock.now(), duration(self.config.held_after))
    }

    fn orders(&self, by: &Principal, filter: OrderFilter) -> Result<Vec<OrderRecord>, Fault> {
        need(by, Scope::Read)?;
        Ok(self.list_orders(&filter))
    }

    fn order(&self, by: &Principal, cl_ord_id: &ClOrdId) -> Result<OrderRecord, Fault> {
        need(by, Scope::Read)?;
        self.order_record(cl_ord_id)
    }

    fn exits(&self, by: &Principal, cl_ord_id: &ClOrdId) -> Result<Vec<OrderRecord>, Fault> {
        // Part of every answer about an order, whichever scope it was asked with.
        let asks = [Scope::TradePaper, Scope::TradeLive, Scope::Kill, Scope::Approve, Scope::Admin];
        if !asks.into_iter().any(|scope| by.may(scope)) {
            need(by, Scope::Read)?;
        }
        Ok(self.look(|book, _| book.exits(cl_ord_id).cloned().collect()))
    }

    fn executions(&self, by: &Principal, filter: ExecutionFilter) -> Result<Vec<Execution>, Fault> {
        need(by, Scope::Read)?;
        self.list_executions(&filter)
    }

    fn approvals(&self, by: &Principal, pending_only: bool) -> Result<Vec<ApprovalRequest>, Fault> {
        need(by, Scope::Read)?;
        let plans =
            self.list_plan_approvals(pending_only).into_iter().map(|plan| ApprovalRequest::Plan(Box::new(plan)));
        let orders = self.list_approvals(pending_only).into_iter().map(|order| ApprovalRequest::Order(Box::new(order)));
        let mut all: Vec<ApprovalRequest> = plans.chain(orders).collect();
        all.sort_by(|one, other| (other.requested_at(), other.id()).cmp(&(one.requested_at(), one.id())));
        Ok(all)
    }

    fn approval(&self, by: &Principal, id: &ApprovalId) -> Result<ApprovalRequest, Fault> {
        // Who is to answer a plan may look at it.
        if let Some(plan) = self.plan_question(id).filter(|_| by.may(Scope::Approve) || by.may(Scope::Read)) {
            return Ok(ApprovalRequest::Plan(Box::new(plan)));
        }
        need(by, Scope::Read)?;
        self.approval_record(id).map(|order| ApprovalRequest::Order(Box::new(order)))
    }

    async fn approve(
        &self,
        by: &Principal,
        id: ApprovalId,
        reason: Option<String>,
        wait: Duration,
    ) -> Result<OrderAnswer, Fault> {
        need_human(by, Scope::Approve)?;
        let reason = reason.map(check_reason).transpose()?;
        self.be_ready()?;
        if let Some(plan) = self.plan_question(&id) {
            let why = format!("it is about the whole plan of run {}: say yes to that (`approve-plan`)", plan.run);
            return Err(Fault::Conflict { what: "approval", why });
        }
        let approval = self.approval_record(&id)?;
        let order = self.order_record(&approval.cl_ord_id)?;
        let instrument = Instrument::ConId(approval.bounds.con_id);
        let facts = self.facts_within(&OrderIntent { instrument, ..order.intent }, wait).await?;
        let next_approval_id = self.new_approval_id()?;
        let by = by.clone();
        let key = self.tell(|reply| Input::Approve { by, id, reason, facts, next_approval_id, reply }).await?;
        let order = self.wait_for(&key, wait, is_answered).await?;
        Ok(OrderAnswer { outcome: outcome(&order), order, replayed: false })
    }

    async fn approve_plan(
        &self,
        by: &Principal,
        id: ApprovalId,
        reason: Option<String>,
    ) -> Result<PlanApproval, Fault> {
        self.answer_to_plan(by, id, ApprovalStatus::Approved, reason).await
    }

    async fn deny_approval(&self, by: &Principal, id: ApprovalId, reason: String) -> Result<ApprovalRequest, Fault> {
        self.refuse(by, id, ApprovalStatus::Denied, reason).await
    }

    async fn revoke_approval(&self, by: &Principal, id: ApprovalId, reason: String) -> Result<ApprovalRequest, Fault> {
        self.refuse(by, id, ApprovalStatus::Revoked, reason).await
    }

    fn trading_states(&self, by: &Principal) -> Result<Vec<(KillScope, StateEntry)>, Fault> {
        need(by, Scope::Read)?;
        Ok(self.states())
    }

    async fn set_trading_state(
        &self,
        by: &Principal,
        scope: KillScope,
        state: TradingState,
        reason: String,
    ) -> Result<Vec<(KillScope, StateEntry)>, Fault> {
        if !by.may(Scope::Admin) {
            need(by, Scope::Kill)?;
        }
        let reason = check_reason(reason)?;
        let by = by.clone();
        self.tell(|reply| Input::SetState { by, scope, state, reason, reply }).await?;
        Ok(self.states())
    }

    async fn limits(&self, by: &Principal, of: LimitsOf) -> Result<LimitsView, Fault> {
        need(by, Scope::Read)?;
        self.limits_of(of).await
    }

    async fn set_limits(
        &self,
        by: &Principal,
        limits: Map<String, Value>,
        if_match: Option<String>,
        reason: String,
    ) -> Result<LimitsView, Fault> {
        self.wish(by, PolicyWish::Set(limits), if_match, reason).await
    }

    async fn limits_history(
        &self,
        by: &Principal,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, Fault> {
        need(by, Scope::Read)?;
        self.archive.read(move |archive| limits::history(archive, after, limit)).await
    }

    async fn accept_policy(&self, by: &Principal, hash: String, reason: String) -> Result<LimitsView, Fault> {
        self.wish(by, PolicyWish::Accept(hash), None, reason).await
    }

    async fn withdraw_policy(&self, by: &Principal, hash: String, reason: String) -> Result<LimitsView, Fault> {
        self.wish(by, PolicyWish::Withdraw(hash), None, reason).await
    }

    async fn drill_limits(&self, by: &Principal) -> Result<DrillOutcome, Fault> {
        self.drill(by).await
    }

    fn mandates(&self, by: &Principal) -> Result<Vec<MandateView>, Fault> {
        self.mandate_views(by)
    }

    async fn grant_mandate(&self, by: &Principal, terms: MandateTerms, reason: String) -> Result<MandateView, Fault> {
        self.grant(by, terms, reason).await
    }

    async fn confirm_mandate(&self, by: &Principal, id: MandateId) -> Result<MandateView, Fault> {
        self.confirm(by, id).await
    }

    async fn revoke_mandate(&self, by: &Principal, id: MandateId, reason: String) -> Result<MandateView, Fault> {
        self.revoke(by, id, reason).await
    }

    fn live(&self, by: &Principal) -> Result<LiveStatus, Fault> {
        self.live_status(by)
    }

    async fn arm_live(
        &self,
        by: &Principal,
        account: AccountId,
        lasts: SignedDuration,
        reason: String,
    ) -> Result<LiveStatus, Fault> {
        self.arm(by, account, lasts, reason).await
    }

    async fn disarm_live(&self, by: &Principal, reason: String) -> Result<LiveStatus, Fault> {
        self.disarm(by, reason).await
    }

    async fn reset_breaker(&self, by: &Principal, breaker: Breaker, reason: String) -> Result<LimitsView, Fault> {
        self.wish(by, PolicyWish::Reset(breaker), None, reason).await
    }

    fn looping(&self, by: &Principal) -> Result<Arc<LoopBook>, Fault> {
        need(by, Scope::Read)?;
        Ok(self.look(|book, _| Arc::clone(&book.looping)))
    }

    async fn note_loop(&self, by: &Principal, event: LoopEvent) -> Result<(), Fault> {
        self.note_of_loop(by, event).await
    }

    async fn audit(&self, by: &Principal, filter: AuditFilter) -> Result<Vec<AuditRecord>, Fault> {
        need(by, Scope::Read)?;
        self.archive.read(move |archive| archive.page(&filter)).await
    }

    async fn verify_audit(&self, by: &Principal) -> Result<AuditVerification, Fault> {
        need(by, Scope::Read)?;
        self.archive.verify().await
    }

    fn follow(&self, by: &Principal, after: Option<u64>) -> Result<JournalFeed, Fault> {
        self.feed(by, after)
    }

    fn key_left(&self, by: &Principal) -> Result<Option<Duration>, KeyEnd> {
        self.left_of_key(by)
    }

    fn keys(&self, by: &Principal) -> Result<Vec<KeyRecord>, Fault> {
        need_human(by, Scope::Admin)?;
        Ok(self.look(|book, _| book.api_keys.values().cloned().collect()))
    }

    async fn create_key(
        &self,
        by: &Principal,
        id: KeyId,
        kind: PrincipalKind,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<NewKey, Fault> {
        self.issue_key(by, id, kind, scopes, expires_at).await
    }

    async fn revoke_key(&self, by: &Principal, id: KeyId) -> Result<KeyRecord, Fault> {
        need_human(by, Scope::Admin)?;
        let (asker, key) = (by.key_id.clone(), id.clone());
        self.tell(|reply| Input::RevokeKey { by: asker, id: key, reply }).await?;
        let found = self.look(|book, _| book.api_keys.get(&id).cloned());
        found.ok_or_else(|| Fault::NotFound { what: "key", id: id.to_string() })
    }
}

impl Service {
    pub(crate) fn account_of(&self, intent: &OrderIntent) -> Result<AccountId, Fault> {
        intent.account.clone().map_or_else(|| self.account_in_use(), Ok)
    }

    /// The pinned account, once the broker has confirmed it.
    pub(crate) fn account_in_use(&self) -> Result<AccountId, Fault> {
        let pinned = self.look(|_, session| session.mode.as_ref().and_then(|mode| mode.account()).cloned());
        pinned.ok_or_else(|| Fault::NotReady(self.why_not_ready()))
    }

    pub(crate) fn new_approval_id(&self) -> Result<ApprovalId, Fault> {
        format!("ap-{}", self.random_hex::<12>()?).parse().map_err(internal)
    }

    fn approval_record(&self, id: &ApprovalId) -> Result<Approval, Fault> {
        let found = self.look(|book, _| book.approval(id).cloned());
        found.ok_or_else(|| Fault::NotFound { what: "approval", id: id.to_string() })
    }

    async fn refuse(
        &self,
        by: &Principal,
        id: ApprovalId,
        status: ApprovalStatus,
        reason: String,
    ) -> Result<ApprovalRequest, Fault> {
        need_human(by, Scope::Approve)?;
        if self.plan_question(&id).is_some() {
            let plan = self.answer_to_plan(by, id, status, Some(reason)).await?;
            return Ok(ApprovalRequest::Plan(Box::new(plan)));
        }
        let reason = check_reason(reason)?;
        let (by, wanted) = (by.clone(), id.clone());
        self.tell(|reply| Input::RefuseApproval { by, id: wanted, status, reason, reply }).await?;
        self.approval_record(&id).map(|order| ApprovalRequest::Order(Box::new(order)))
    }
}

pub(crate) fn check_reason(reason: String) -> Result<String, Fault> {
    let length = reason.trim().chars().count();
    if length == 0 || length > REASON_MAX {
        return Err(invalid("reason", "1 to 500 characters that say why"));
    }
    Ok(reason)
}

pub(crate) fn invalid(field: &str, rule: &str) -> Fault {
    Fault::Invalid { field: field.to_owned(), rule: rule.to_owned() }
}

fn internal<E: std::fmt::Display>(error: E) -> Fault {
    Fault::Internal(error.to_string())
}

fn hash(intent: &OrderIntent) -> Result<String, Fault> {
    intent.content_hash().map_err(|error| Fault::Internal(error.to_string()))
}

pub(crate) fn request_hash<T: serde::Serialize>(request: &T) -> Result<String, Fault> {
    let text = serde_json::to_vec(request).map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(blake3::hash(&text).to_hex().to_string())
}
