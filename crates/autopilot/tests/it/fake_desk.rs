//! The world as a desk. What the loop does not ask is not told.

use crate::world::World;
use async_trait::async_trait;
use domain::account::{AccountSummary, Position};
use domain::activity::Breaker;
use domain::approval_request::ApprovalRequest;
use domain::book::OrderRecord;
use domain::broker::{OptionClass, SymbolMatch};
use domain::cancel::CancelFate;
use domain::change::{ChangeFate, ChangeOutcome};
use domain::contract::{Contract, Instrument};
use domain::execution::Execution;
use domain::fault::Fault;
use domain::id::{AccountId, ApprovalId, ClOrdId, ConId, CorrelationId, KeyId, MandateId};
use domain::looping::book::LoopBook;
use domain::looping::event::LoopEvent;
use domain::looping::plan_approval::PlanApproval;
use domain::mandate::MandateTerms;
use domain::market::{Bar, Quote};
use domain::mode::Mode;
use domain::order::{Amendment, OrderIntent};
use domain::principal::{Face, KeyRecord, Principal, PrincipalKind, Scope};
use domain::trading_state::{KillScope, StateEntry, TradingState};
use engine::desk::*;
use engine::{BrokerVerification, Desk, DrillOutcome, JournalFeed, KeyEnd, QuoteFeed, WatchedQuote};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A desk over the world.
pub(crate) struct FakeDesk(pub(crate) Arc<World>);

fn untold<T>() -> Result<T, Fault> {
    Err(Fault::CapabilityMissing("this desk was not told to do that".to_owned()))
}

#[async_trait]
impl Desk for FakeDesk {
    fn authenticate(&self, presented: &str, face: Face, correlation_id: CorrelationId) -> Result<Principal, Fault> {
        if presented != "loop-key" {
            return Err(Fault::Unauthorized);
        }
        // Its key is made for the mode that it trades in.
        let trade = if self.0.with(|world| world.mode) == Mode::Live && !self.0.with(|world| world.paper_key) {
            Scope::TradeLive
        } else {
            Scope::TradePaper
        };
        Ok(Principal {
            key_id: "loop".parse().unwrap(),
            kind: PrincipalKind::Agent,
            scopes: BTreeSet::from([Scope::Read, Scope::Preview, trade]),
            face,
            correlation_id,
        })
    }

    fn status(&self, _: &Principal) -> Result<Status, Fault> {
        Ok(self.0.status())
    }

    fn not_ready(&self) -> Vec<String> {
        self.0.status().not_ready
    }

    fn readiness(&self, _: Option<&Principal>) -> Vec<String> {
        self.not_ready()
    }

    async fn quote(&self, _: &Principal, instrument: Instrument) -> Result<(Contract, Quote), Fault> {
        self.0.quote(&instrument)
    }

    async fn contract(&self, _: &Principal, instrument: Instrument) -> Result<Contract, Fault> {
        self.0.contract(&instrument)
    }

    async fn bars(&self, _: &Principal, _: BarsRequest) -> Result<(Contract, Vec<Bar>), Fault> {
        untold()
    }

    async fn account_summary(&self, _: &Principal, _: AccountId) -> Result<AccountSummary, Fault> {
        Ok(self.0.summary())
    }

    async fn positions(&self, _: &Principal, _: AccountId) -> Result<Vec<Position>, Fault> {
        Ok(self.0.positions())
    }

    async fn submit(&self, by: &Principal, intent: OrderIntent, _: Duration) -> Result<OrderAnswer, Fault> {
        let order = self.0.submit(by, intent)?;
        Ok(OrderAnswer { outcome: Outcome::Acknowledged, order, replayed: false })
    }

    async fn replace(
        &self,
        _: &Principal,
        order: ClOrdId,
        key: ClOrdId,
        amendment: Amendment,
        _: Option<String>,
        _: Duration,
    ) -> Result<ChangeAnswer, Fault> {
        let order = self.0.replace(&order, key, amendment)?;
        Ok(ChangeAnswer { order, outcome: ChangeOutcome::Sent(ChangeFate::Taken), replayed: false })
    }

    async fn cancel(
        &self,
        _: &Principal,
        order: ClOrdId,
        _: Option<ClOrdId>,
        _: Option<String>,
        _: Duration,
    ) -> Result<CancelAnswer, Fault> {
        Ok(CancelAnswer { order: self.0.cancel(&order)?, fate: CancelFate::Proven, replayed: false })
    }

    fn is_held_in_tws(&self, _: &OrderRecord) -> bool {
        false
    }

    fn orders(&self, _: &Principal, filter: OrderFilter) -> Result<Vec<OrderRecord>, Fault> {
        Ok(self.0.orders(filter.open_only))
    }

    fn order(&self, _: &Principal, key: &ClOrdId) -> Result<OrderRecord, Fault> {
        self.0.order(key).ok_or_else(|| Fault::NotFound { what: "order", id: key.to_string() })
    }

    fn mandates(&self, _: &Principal) -> Result<Vec<MandateView>, Fault> {
        Ok(Vec::new())
    }

    fn looping(&self, _: &Principal) -> Result<Arc<LoopBook>, Fault> {
        Ok(self.0.book())
    }

    async fn note_loop(&self, by: &Principal, event: LoopEvent) -> Result<(), Fault> {
        self.0.note(by, event)
    }

    async fn audit(&self, _: &Principal, _: AuditFilter) -> Result<Vec<AuditRecord>, Fault> {
        Ok(Vec::new())
    }

    fn key_left(&self, _: &Principal) -> Result<Option<Duration>, KeyEnd> {
        Ok(None)
    }

    fn sign_in(&self, _: &Principal) -> Result<NewSession, Fault> {
        untold()
    }
    fn authenticate_session(&self, _: &str, _: CsrfProof<'_>, _: CorrelationId) -> Result<Principal, Fault> {
        untold()
    }
    fn session(&self, _: &str) -> Result<SessionView, Fault> {
        untold()
    }
    fn session_life(&self, _: &str) -> Result<SessionLife, Fault> {
        untold()
    }
    fn sign_out(&self, _: &str) -> Result<(), Fault> {
        untold()
    }
    fn metrics(&self, _: &Principal) -> Result<Metrics, Fault> {
        untold()
    }
    fn gate_board(&self, _: &Principal) -> Result<Vec<BoardEntry>, Fault> {
        untold()
    }
    async fn quotes(&self, _: &Principal, _: Vec<Instrument>) -> Result<Vec<WatchedQuote>, Fault> {
        untold()
    }
    async fn watch_quotes(&self, _: &Principal, _: Vec<Instrument>) -> Result<Box<dyn QuoteFeed>, Fault> {
        untold()
    }
    async fn search_contracts(&self, _: &Principal, _: String) -> Result<Vec<SymbolMatch>, Fault> {
        untold()
    }
    async fn option_chain(&self, _: &Principal, _: ConId) -> Result<(Contract, Vec<OptionClass>), Fault> {
        untold()
    }
    fn accounts(&self, _: &Principal) -> Result<Vec<AccountId>, Fault> {
        Ok(vec![self.0.summary().account])
    }
    async fn pnl(&self, _: &Principal, _: AccountId) -> Result<PnlView, Fault> {
        untold()
    }
    async fn account_history(&self, _: &Principal, _: HistoryFilter) -> Result<Vec<AccountPoint>, Fault> {
        untold()
    }
    fn capabilities(&self, _: &Principal, _: AccountId) -> Result<Capabilities, Fault> {
        untold()
    }
    async fn verify_broker(&self, _: &Principal) -> Result<BrokerVerification, Fault> {
        untold()
    }
    async fn preview(&self, _: &Principal, _: OrderIntent) -> Result<Preview, Fault> {
        untold()
    }
    async fn cancel_all(&self, _: &Principal, _: Duration) -> Result<Vec<CancelAnswer>, Fault> {
        untold()
    }
    async fn flatten(&self, _: &Principal, _: ClOrdId, _: FlattenWish, _: Duration) -> Result<FlattenAnswer, Fault> {
        untold()
    }
    async fn resolve(&self, _: &Principal, _: ClOrdId, _: String) -> Result<OrderRecord, Fault> {
        untold()
    }
    async fn release(&self, _: &Principal, _: ConId, _: String) -> Result<(), Fault> {
        untold()
    }
    fn exits(&self, _: &Principal, _: &ClOrdId) -> Result<Vec<OrderRecord>, Fault> {
        untold()
    }
    fn executions(&self, _: &Principal, _: ExecutionFilter) -> Result<Vec<Execution>, Fault> {
        untold()
    }
    fn approvals(&self, _: &Principal, _: bool) -> Result<Vec<ApprovalRequest>, Fault> {
        untold()
    }
    fn approval(&self, _: &Principal, _: &ApprovalId) -> Result<ApprovalRequest, Fault> {
        untold()
    }
    async fn approve(
        &self,
        _: &Principal,
        _: ApprovalId,
        _: Option<String>,
        _: Duration,
    ) -> Result<OrderAnswer, Fault> {
        untold()
    }
    async fn deny_approval(&self, _: &Principal, _: ApprovalId, _: String) -> Result<ApprovalRequest, Fault> {
        untold()
    }
    async fn revoke_approval(&self, _: &Principal, _: ApprovalId, _: String) -> Result<ApprovalRequest, Fault> {
        untold()
    }
    async fn approve_plan(&self, _: &Principal, _: ApprovalId, _: Option<String>) -> Result<PlanApproval, Fault> {
        untold()
    }
    fn trading_states(&self, _: &Principal) -> Result<Vec<(KillScope, StateEntry)>, Fault> {
        untold()
    }
    async fn set_trading_state(
        &self,
        _: &Principal,
        _: KillScope,
        _: TradingState,
        _: String,
    ) -> Result<Vec<(KillScope, StateEntry)>, Fault> {
        untold()
    }
    async fn limits(&self, _: &Principal, _: LimitsOf) -> Result<LimitsView, Fault> {
        untold()
    }
    async fn set_limits(
        &self,
        _: &Principal,
        _: Map<String, Value>,
        _: Option<String>,
        _: String,
    ) -> Result<LimitsView, Fault> {
        untold()
    }
    async fn limits_history(&self, _: &Principal, _: Option<u64>, _: usize) -> Result<Vec<AuditRecord>, Fault> {
        untold()
    }
    async fn accept_policy(&self, _: &Principal, _: String, _: String) -> Result<LimitsView, Fault> {
        untold()
    }
    async fn withdraw_policy(&self, _: &Principal, _: String, _: String) -> Result<LimitsView, Fault> {
        untold()
    }
    async fn reset_breaker(&self, _: &Principal, _: Breaker, _: String) -> Result<LimitsView, Fault> {
        untold()
    }
    async fn drill_limits(&self, _: &Principal) -> Result<DrillOutcome, Fault> {
        untold()
    }
    async fn grant_mandate(&self, _: &Principal, _: MandateTerms, _: String) -> Result<MandateView, Fault> {
        untold()
    }
    async fn confirm_mandate(&self, _: &Principal, _: MandateId) -> Result<MandateView, Fault> {
        untold()
    }
    async fn revoke_mandate(&self, _: &Principal, _: MandateId, _: String) -> Result<MandateView, Fault> {
        untold()
    }
    fn live(&self, _: &Principal) -> Result<LiveStatus, Fault> {
        untold()
    }
    async fn arm_live(&self, _: &Principal, _: AccountId, _: SignedDuration, _: String) -> Result<LiveStatus, Fault> {
        untold()
    }
    async fn disarm_live(&self, _: &Principal, _: String) -> Result<LiveStatus, Fault> {
        untold()
    }
    async fn verify_audit(&self, _: &Principal) -> Result<AuditVerification, Fault> {
        untold()
    }
    fn follow(&self, _: &Principal, _: Option<u64>) -> Result<JournalFeed, Fault> {
        untold()
    }
    fn keys(&self, _: &Principal) -> Result<Vec<KeyRecord>, Fault> {
        untold()
    }
    async fn create_key(
        &self,
        _: &Principal,
        _: KeyId,
        _: PrincipalKind,
        _: BTreeSet<Scope>,
        _: Option<Timestamp>,
    ) -> Result<NewKey, Fault> {
        untold()
    }
    async fn revoke_key(&self, _: &Principal, _: KeyId) -> Result<KeyRecord, Fault> {
        untold()
    }
}
