//! One yes to the whole plan of a run, in a running engine: needed, bound, each part once, whatever dies on the way.

use crate::support::*;
use domain::approval::ApprovalStatus;
use domain::approval_request::ApprovalRequest;
use domain::fault::Fault;
use domain::id::{MandateId, RunId};
use domain::lifecycle::OrdStatus;
use domain::looping::decision::{Amount, Decision, DecisionSource, Target};
use domain::looping::event::LoopEvent;
use domain::looping::execution::{ExecutionTerms, Leftover, Style};
use domain::looping::order_plan::{Holding, PlanPrice, PlanRules, plan};
use domain::looping::plan_approval::PlanApproval;
use domain::looping::run::{RunCause, RunOrder, RunState, TradeRun};
use domain::mandate::MandateTerms;
use domain::market::DataType;
use domain::mode::Mode;
use domain::order::{OrderIntent, Side};
use domain::principal::Principal;
use domain::trading_state::{KillScope, TradingState};
use engine::Clock as _;
use engine::desk::{Desk as _, Outcome};
use jiff::SignedDuration;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) fn run_id() -> RunId {
    id("week")
}

fn rules() -> PlanRules {
    PlanRules {
        cash_buffer: Decimal::ZERO,
        min_trade_value: Decimal::ZERO,
        turnover_max: Decimal::TWO,
        slippage: dec("0.005"),
        commission_per_unit: Decimal::ZERO,
        commission_min: Decimal::ZERO,
    }
}

pub(crate) async fn note(rig: &Rig, event: LoopEvent) -> Result<(), Fault> {
    rig.desk().note_loop(&bot(), event).await
}

/// A run by the program's key that buys 10 at 100, up to its plan.
pub(crate) async fn begun(rig: &Rig) -> Result<(), Fault> {
    let now = rig.clock.now();
    let terms = ExecutionTerms {
        style: Style::Marketable { collar: dec("0.002") },
        slices: 1,
        slice_every_s: 60,
        deadline_s: 600,
        leftover: Leftover::Cancel,
        strategy: id("loop"),
    };
    let order = RunOrder {
        id: run_id(),
        cause: RunCause::Hand,
        decision: Some(id("d-1")),
        terms,
        begin_by: now + SignedDuration::from_mins(5),
    };
    let decision = Decision {
        id: id("d-1"),
        source: DecisionSource::Proposed,
        as_of: now,
        decided_at: now,
        data_hash: "0".repeat(64),
        cash_buffer: Decimal::ZERO,
        targets: vec![Target { con_id: con_id(), symbol: "AAPL".to_owned(), amount: Amount::Qty(Decimal::TEN) }],
        note: None,
    };
    note(rig, LoopEvent::DecisionMade { decision: Box::new(decision) }).await?;
    note(rig, LoopEvent::RunQueued { run: Box::new(order) }).await?;
    note(rig, LoopEvent::RunChecking { run: run_id() }).await?;
    planned(rig).await
}

async fn planned(rig: &Rig) -> Result<(), Fault> {
    let holding = Holding {
        con_id: con_id(),
        symbol: "AAPL".to_owned(),
        held: Decimal::ZERO,
        target: Amount::Qty(Decimal::TEN),
        price: Ok(PlanPrice { price: dec("100"), source: DataType::Live, at: rig.clock.now() }),
        lot: Decimal::ONE,
        min_size: Decimal::ONE,
        working: 0,
    };
    let plan = Box::new(plan(&[holding], dec("100000"), dec("100000"), &rules()));
    note(rig, LoopEvent::RunPlanned { run: run_id(), account: account(), plan }).await
}

pub(crate) fn run(rig: &Rig) -> Arc<TradeRun> {
    Arc::clone(&rig.desk().looping(&alice()).unwrap().runs[&run_id()])
}

/// The one question that waits.
pub(crate) fn asked(rig: &Rig) -> PlanApproval {
    let pending = rig.desk().approvals(&alice(), true).unwrap();
    assert_eq!(pending.len(), 1, "one plan waits");
    assert_eq!(rig.desk().status(&alice()).unwrap().pending_approvals, 1);
    let of_plan = match pending.into_iter().next().unwrap() {
        ApprovalRequest::Plan(plan) => Some(*plan),
        ApprovalRequest::Order(_) => None,
    };
    of_plan.unwrap()
}

fn status(rig: &Rig) -> ApprovalStatus {
    run(rig).approval.as_ref().unwrap().status
}

/// The order of the plan's only step, or a slice of it.
pub(crate) fn part(key: &str, qty_text: &str) -> OrderIntent {
    OrderIntent { qty: qty(qty_text), strategy: Some(id("loop")), ..buy(key) }
}

async fn outcome(rig: &Rig, by: &Principal, intent: OrderIntent) -> (Outcome, Vec<String>) {
    let answer = rig.submit(by, intent).await.unwrap();
    (answer.outcome, reason_codes(&answer.order))
}

pub(crate) async fn is_refused(rig: &Rig, intent: OrderIntent) {
    let key = intent.cl_ord_id.clone();
    let (outcome, codes) = outcome(rig, &bot(), intent).await;
    assert_eq!(outcome, Outcome::Denied, "{key}");
    assert!(codes.contains(&"C06_APPROVAL".to_owned()), "{key}: {codes:?}");
}

/// It leaves, and the broker works it.
pub(crate) async fn works(rig: &Rig, intent: OrderIntent) {
    let key = intent.cl_ord_id.to_string();
    let (sent, reasons) = outcome(rig, &bot(), intent).await;
    assert!(!matches!(sent, Outcome::NeedsApproval | Outcome::Denied), "{reasons:?}");
    rig.until("the broker has it", || rig.broker.submits().contains(&key)).await;
    rig.broker.acknowledge(&key).await;
    rig.until_status(&key, OrdStatus::Working).await;
}

/// The program's key may buy AAPL for so much.
pub(crate) async fn mandated(rig: &Rig, notional_max: &str) -> MandateId {
    let terms = MandateTerms {
        key: Some(id("bot")),
        strategy: None,
        account: account(),
        mode: Mode::Paper,
        symbols: BTreeSet::from(["AAPL".to_owned()]),
        sides: BTreeSet::from([Side::Buy]),
        order_notional_max: dec(notional_max),
        notional_max: dec(notional_max),
        orders_max: 5,
        expires_at: rig.clock.now() + SignedDuration::from_hours(24),
    };
    let kind = domain::principal::PrincipalKind::Agent;
    rig.desk().create_key(&alice(), id("bot"), kind, bot().scopes, None).await.unwrap();
    let view = rig.desk().grant_mandate(&alice(), terms, "the loop".to_owned()).await.unwrap();
    rig.desk().confirm_mandate(&bob(), view.mandate.id).await.unwrap().mandate.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_waits_for_one_yes_and_each_order_takes_its_part_once() {
    let rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    let question = asked(&rig);
    assert_eq!((question.parts.len(), question.parts[0].qty), (1, Decimal::TEN));
    assert_eq!(run(&rig).state, RunState::Checking);
    is_refused(&rig, part("week.1", "10")).await;
    assert_eq!(rig.broker.submits().len(), 0, "nothing leaves before the yes");

    let answered = rig.desk().approve_plan(&bob(), question.id.clone(), None).await.unwrap();
    assert_eq!((answered.status, answered.decided_by), (ApprovalStatus::Approved, Some(id("bob"))));
    assert_eq!(run(&rig).state, RunState::Executing);
    let again = rig.desk().approve_plan(&alice(), question.id.clone(), None).await;
    assert_eq!(code_of(&again), "ApprovalOver");
    // The key of the order that was refused is spent, like any other's: slices have keys of their own.
    works(&rig, part("week.1.1", "6")).await;
    is_refused(&rig, part("week.1.2", "5")).await;
    works(&rig, part("week.1.3", "4")).await;
    is_refused(&rig, part("week.1.4", "1")).await;
    // A repeat is the same order, and takes nothing.
    assert!(rig.submit(&bot(), part("week.1.1", "6")).await.unwrap().replayed);
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["week.1.1", "week.1.3"]);
    assert_eq!(run(&rig).approval.as_ref().unwrap().used.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_leaves_the_bounds_of_the_plan_is_refused() {
    let rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    rig.desk().approve_plan(&bob(), asked(&rig).id, Some("as discussed".to_owned())).await.unwrap();
    is_refused(&rig, part("week.1.1", "11")).await;
    let dear =
        OrderIntent { order_type: domain::order::OrderType::Limit { limit: px("102.01") }, ..part("week.1.2", "1") };
    is_refused(&rig, dear).await;
    is_refused(&rig, OrderIntent { side: Side::Sell, ..part("week.1.3", "1") }).await;
    // Another key has no part in it, and takes none of its names.
    let other = Principal { key_id: id("other"), ..bot() };
    assert_eq!(outcome(&rig, &other, part("week.1.4", "1")).await, (Outcome::Denied, vec!["C06_APPROVAL".to_owned()]));
    // An order of the same key that is no step of the run is asked about alone.
    assert_eq!(outcome(&rig, &bot(), part("week.2", "1")).await.0, Outcome::NeedsApproval);
    rig.pass(SignedDuration::from_secs(661));
    rig.broker.move_price("99.99", "100.01").await;
    is_refused(&rig, part("week.1.5", "1")).await;
    rig.settle().await;
    assert_eq!(rig.broker.submits().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_a_program_nor_the_asker_nor_a_key_without_the_scope_says_yes_or_no() {
    let rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    let question = asked(&rig).id;
    for by in [bot(), carol(), rogue()] {
        assert!(rig.desk().approve_plan(&by, question.clone(), None).await.is_err());
        assert!(rig.desk().deny_approval(&by, question.clone(), "no".to_owned()).await.is_err());
        assert!(rig.desk().revoke_approval(&by, question.clone(), "no".to_owned()).await.is_err());
    }
    let own = Principal { key_id: bot().key_id, ..alice() };
    assert_eq!(rig.desk().approve_plan(&own, question.clone(), None).await.unwrap_err(), Fault::OwnRequest);
    // Nobody notes an answer, or its use, by saying so.
    for event in [
        LoopEvent::PlanAnswered {
            run: run_id(),
            approval: question.clone(),
            status: ApprovalStatus::Approved,
            reason: None,
        },
        LoopEvent::PartUsed { run: run_id(), step: 1, order: key("week.1"), qty: Decimal::ONE },
    ] {
        assert_eq!(code_of(&rig.desk().note_loop(&alice(), event).await), "Conflict");
    }
    assert_eq!(code_of(&planned(&rig).await), "Conflict", "the same plan is not planned past the question");
    // The yes to an order is no yes to a plan.
    let as_order = rig.desk().approve(&bob(), question, None, std::time::Duration::ZERO).await;
    assert_eq!(code_of(&as_order), "Conflict");
    assert_eq!(status(&rig), ApprovalStatus::Pending);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_a_lapse_and_a_revocation_let_nothing_leave() {
    for how in ["deny", "lapse", "revoke"] {
        let rig = Rig::ready().await;
        begun(&rig).await.unwrap();
        let question = asked(&rig).id;
        let expected = match how {
            "deny" => {
                assert_eq!(
                    code_of(&rig.desk().deny_approval(&bob(), question.clone(), " ".to_owned()).await),
                    "Invalid"
                );
                rig.desk().deny_approval(&bob(), question.clone(), "not this week".to_owned()).await.unwrap();
                ApprovalStatus::Denied
            }
            "lapse" => {
                rig.pass(SignedDuration::from_secs(601));
                let late = rig.desk().approve_plan(&bob(), question.clone(), None).await;
                assert_eq!(code_of(&late), "ApprovalOver", "also before the engine notices");
                rig.until("the question has lapsed", || status(&rig) == ApprovalStatus::Expired).await;
                ApprovalStatus::Expired
            }
            _ => {
                rig.desk().approve_plan(&bob(), question.clone(), None).await.unwrap();
                rig.desk().revoke_approval(&alice(), question.clone(), "wait".to_owned()).await.unwrap();
                ApprovalStatus::Revoked
            }
        };
        assert_eq!(status(&rig), expected);
        assert_eq!(rig.desk().status(&alice()).unwrap().pending_approvals, 0);
        is_refused(&rig, part("week.1", "10")).await;
        rig.settle().await;
        assert_eq!(rig.broker.submits().len(), 0, "{how}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_holds_the_yes_up_and_stops_what_was_approved() {
    let rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    let question = asked(&rig).id;
    let set = |state| {
        let desk = rig.desk();
        async move { desk.set_trading_state(&alice(), KillScope::Global, state, "drill".to_owned()).await.unwrap() }
    };
    set(TradingState::Halted).await;
    assert_eq!(code_of(&rig.desk().approve_plan(&bob(), question.clone(), None).await), "NotReady");
    set(TradingState::Active).await;
    rig.desk().approve_plan(&bob(), question, None).await.unwrap();
    set(TradingState::Halted).await;
    assert_eq!(outcome(&rig, &bot(), part("week.1", "10")).await.0, Outcome::Denied);
    assert_eq!(rig.broker.submits().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_is_asked_and_where_a_mandate_covers_it_all_a_plan_stands_at_once() {
    let free = Rig::ready_with(|config| config.policy.base.approval_required_for.clear()).await;
    begun(&free).await.unwrap();
    assert_eq!(run(&free).state, RunState::Executing);

    for (notional_max, stands) in [("1005", true), ("1004.99", false)] {
        let rig = Rig::ready().await;
        mandated(&rig, notional_max).await;
        begun(&rig).await.unwrap();
        assert_eq!(run(&rig).state == RunState::Executing, stands, "a budget of {notional_max}");
        assert_eq!(run(&rig).approval.is_none(), stands);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_policy_voids_the_question() {
    let rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    let question = asked(&rig).id;
    let tighter = serde_json::from_str(r#"{"order_qty_max": "50"}"#).unwrap();
    rig.desk().set_limits(&alice(), tighter, None, "tighter".to_owned()).await.unwrap();
    rig.until("the question is void", || status(&rig) == ApprovalStatus::Void).await;
    assert_eq!(code_of(&rig.desk().approve_plan(&bob(), question, None).await), "ApprovalOver");
}

/// The process dies behind the question, behind the yes, and behind an order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_step_loses_no_answer_and_gives_no_part_twice() {
    let mut rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    let question = asked(&rig);
    rig.crash().await;
    rig.boot();
    rig.connect(100).await;
    assert_eq!(asked(&rig), question);
    rig.desk().approve_plan(&bob(), question.id, None).await.unwrap();
    rig.crash().await;
    rig.boot();
    rig.connect(200).await;
    assert_eq!((status(&rig), run(&rig).state), (ApprovalStatus::Approved, RunState::Executing));
    works(&rig, part("week.1.1", "6")).await;
    rig.crash().await;
    rig.boot();
    rig.connect(300).await;
    rig.until_status("week.1.1", OrdStatus::Working).await;
    assert!(rig.submit(&bot(), part("week.1.1", "6")).await.unwrap().replayed);
    is_refused(&rig, part("week.1.2", "5")).await;
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["week.1.1"]);
}
