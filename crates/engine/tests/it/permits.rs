//! What humans permit in advance, in a running engine: mandates and live arming.

use crate::support::*;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use domain::mandate::{MandateStatus, MandateTerms};
use domain::mode::Mode;
use domain::order::{OrderIntent, Side};
use domain::principal::{Face, Principal};
use domain::trading_state::{KillScope, TradingState};
use engine::Clock as _;
use engine::desk::{Desk as _, MandateView, Outcome};
use engine::{DrillOutcome, Driller};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Semaphore;

fn terms(rig: &Rig) -> MandateTerms {
    MandateTerms {
        key: None,
        strategy: Some(id("momentum")),
        account: account(),
        mode: Mode::Paper,
        symbols: BTreeSet::from(["AAPL".to_owned()]),
        sides: BTreeSet::from([Side::Buy]),
        order_notional_max: dec("1000"),
        notional_max: dec("2000"),
        orders_max: 5,
        expires_at: rig.clock.now() + SignedDuration::from_hours(24),
    }
}

/// Buys 10 at 100 for the strategy of the mandate.
fn mandated(cl_ord_id: &str) -> OrderIntent {
    OrderIntent { strategy: Some(id("momentum")), ..buy(cl_ord_id) }
}

async fn granted(rig: &Rig) -> MandateView {
    let waiting = rig.desk().grant_mandate(&alice(), terms(rig), "paper loop".to_owned()).await.unwrap();
    assert_eq!(waiting.status, MandateStatus::Pending);
    let active = rig.desk().confirm_mandate(&bob(), waiting.mandate.id).await.unwrap();
    assert_eq!(active.status, MandateStatus::Active);
    active
}

fn mandate(rig: &Rig) -> MandateView {
    rig.desk().mandates(&alice()).unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_inside_a_mandate_need_no_yes_and_those_outside_still_do() {
    let mut rig = Rig::ready().await;
    granted(&rig).await;
    for key in ["k-1", "k-2"] {
        let sent = rig.submit(&bot(), mandated(key)).await.unwrap();
        assert!(!matches!(sent.outcome, Outcome::NeedsApproval | Outcome::Denied), "{:?}", sent.order.reasons);
        rig.until("the broker has it", || rig.broker.submits().iter().any(|sent| sent == key)).await;
        rig.broker.acknowledge(key).await;
        rig.until_status(key, OrdStatus::Working).await;
    }
    assert_eq!(mandate(&rig).mandate.taken, dec("2000"));
    let beyond = rig.submit(&bot(), mandated("k-3")).await.unwrap();
    assert_eq!(beyond.outcome, Outcome::NeedsApproval, "the budget is full");
    let other = rig.submit(&bot(), buy("k-4")).await.unwrap();
    assert_eq!(other.outcome, Outcome::NeedsApproval, "it names no strategy");
    // A use is journaled in the transaction of its intent, and survives.
    rig.crash().await;
    rig.boot();
    assert_eq!((mandate(&rig).mandate.taken, mandate(&rig).status), (dec("2000"), MandateStatus::Active));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_ends_a_mandate_and_lifting_it_brings_nothing_back() {
    let rig = Rig::ready().await;
    granted(&rig).await;
    let set = |by: Principal, state| {
        let desk = rig.desk();
        async move { desk.set_trading_state(&by, KillScope::Global, state, "drill".to_owned()).await }
    };
    set(bot(), TradingState::Halted).await.unwrap();
    assert_eq!(mandate(&rig).status, MandateStatus::Fallen);
    set(alice(), TradingState::Active).await.unwrap();
    assert_eq!(rig.submit(&bot(), mandated("k-1")).await.unwrap().outcome, Outcome::NeedsApproval);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_humans_with_admin_grant_and_whoever_may_kill_takes_back() {
    let rig = Rig::ready().await;
    let over_mcp = Principal { face: Face::Mcp, ..alice() };
    for by in [rogue(), over_mcp.clone()] {
        let refused = rig.desk().grant_mandate(&by, terms(&rig), "mine".to_owned()).await;
        assert_eq!(refused.unwrap_err(), Fault::HumansOnly);
    }
    let refused = rig.desk().grant_mandate(&carol(), terms(&rig), "mine".to_owned()).await;
    assert_eq!(code_of(&refused), "ForbiddenScope");
    let typo = MandateTerms { account: id("DU7654321"), ..terms(&rig) };
    assert_eq!(code_of(&rig.desk().grant_mandate(&alice(), typo, "typo".to_owned()).await), "AccountMismatch");
    let waiting = rig.desk().grant_mandate(&alice(), terms(&rig), "loop".to_owned()).await.unwrap();
    let early = rig.desk().confirm_mandate(&alice(), waiting.mandate.id.clone()).await;
    assert_eq!(code_of(&early), "Invalid", "the same human looks again after ten seconds");
    let revoked = rig.desk().revoke_mandate(&carol(), waiting.mandate.id, "no".to_owned()).await.unwrap();
    assert_eq!(revoked.status, MandateStatus::Revoked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_is_not_armed_on_paper_and_every_reason_is_told() {
    let rig = Rig::ready().await;
    let refused = rig.desk().arm_live(&alice(), account(), SignedDuration::from_hours(1), "go".to_owned()).await;
    // The paper ports of this machine may answer; then that is said first.
    assert!(matches!(refused, Err(Fault::LiveRefused(_) | Fault::NotReady(_))), "{refused:?}");
    let live = rig.desk().live(&alice()).unwrap();
    assert!(live.arming.is_none());
    assert_eq!(live.missing.len(), 5, "{:#?}", live.missing);
    assert_eq!(live.checklist.len(), domain::live::CHECKS.len());
    for by in [rogue(), Principal { face: Face::Mcp, ..alice() }] {
        let refused = rig.desk().arm_live(&by, account(), SignedDuration::from_hours(1), "go".to_owned()).await;
        assert_eq!(refused.unwrap_err(), Fault::HumansOnly);
    }
}

/// Line 3 of what existing gateways get wrong: an approval that is unspent after a crash.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_that_was_spent_before_a_crash_stays_spent() {
    let mut rig = Rig::ready().await;
    rig.submit(&bot(), buy("k-1")).await.unwrap();
    let approval = rig.pending_approval().id;
    rig.desk().approve(&bob(), approval.clone(), None, std::time::Duration::ZERO).await.unwrap();
    rig.until("the broker has it", || !rig.broker.submits().is_empty()).await;
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    let again = rig.desk().approve(&bob(), approval, None, std::time::Duration::ZERO).await;
    assert_eq!(code_of(&again), "ApprovalOver");
    assert_ne!(rig.order("k-1").status, OrdStatus::PendingApproval);
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

/// A drill that shows what it is told to, once it may go on.
#[derive(Debug)]
struct Told {
    outcome: Result<DrillOutcome, Fault>,
    fired: Semaphore,
    go_on: Semaphore,
}

#[async_trait::async_trait]
impl Driller for Told {
    async fn fire(&self) -> Result<DrillOutcome, Fault> {
        self.fired.add_permits(1);
        self.go_on.acquire().await.unwrap().forget();
        self.outcome.clone()
    }
}

fn told(outcome: Result<DrillOutcome, Fault>) -> Arc<Told> {
    Arc::new(Told { outcome, fired: Semaphore::new(0), go_on: Semaphore::new(0) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_is_on_record_as_the_gateway_saw_it_one_at_a_time_and_for_humans_only() {
    let outcome = DrillOutcome { passed: 66, total: 67, open: vec![50] };
    let drill = told(Ok(outcome.clone()));
    let rig = Rig::ready_with(|config| config.driller = Arc::clone(&drill) as Arc<dyn Driller>).await;
    let desk = rig.desk();
    assert_eq!(code_of(&desk.drill_limits(&rogue()).await), "HumansOnly");
    let first = tokio::spawn({
        let desk = Arc::clone(&desk);
        async move { desk.drill_limits(&alice()).await }
    });
    drill.fired.acquire().await.unwrap().forget();
    assert_eq!(code_of(&desk.drill_limits(&alice()).await), "UnderWay", "one at a time");
    drill.go_on.add_permits(1);
    assert_eq!(first.await.unwrap(), Ok(outcome));
    let run = rig.log.book().live.evidence.limits_drill.unwrap();
    assert_eq!((run.passed, run.total), (66, 67));
    let item = desk.live(&alice()).unwrap().checklist.into_iter().find(|item| item.name == "limits_drill").unwrap();
    assert!(!item.done && item.evidence.starts_with("66 of 67"), "{item:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_that_comes_to_no_end_is_no_evidence() {
    let broken = Fault::Internal("no room for a scratch directory".to_owned());
    let drill = told(Err(broken.clone()));
    drill.go_on.add_permits(1);
    let rig = Rig::ready_with(|config| config.driller = drill).await;
    assert_eq!(rig.desk().drill_limits(&alice()).await, Err(broken));
    assert_eq!(rig.log.book().live.evidence.limits_drill, None);
}
