use super::*;
use crate::guard::{Finding, GuardAction, GuardRule, Verdict};
use crate::id::ConId;
use crate::looping::book::tests::{asked, at, order_of, small_plan};
use crate::looping::decision::{Amount, Target};
use crate::looping::run::{RunCause, StepOutcome};
use std::collections::BTreeSet;

fn decision() -> Decision {
    let con_id = ConId::new(265_598).unwrap();
    Decision {
        id: "d-0123456789abcdef".parse().unwrap(),
        source: DecisionSource::Command { program: "python3".to_owned() },
        as_of: at(0),
        decided_at: at(1),
        data_hash: "0".repeat(64),
        cash_buffer: Decimal::new(2, 2),
        targets: vec![Target { con_id, symbol: "AAPL".to_owned(), amount: Amount::Weight(Decimal::ONE) }],
        note: Some("week 48".to_owned()),
    }
}

/// One of each.
pub(crate) fn examples() -> Vec<LoopEvent> {
    let run = || "weekly-20261127-1240".parse().unwrap();
    let (account, plan) = (|| "DU1234567".parse().unwrap(), || Box::new(small_plan()));
    let slot: SlotKey = "weekly:2026-11-27T12:40".parse().unwrap();
    let con_id = ConId::new(265_598).unwrap();
    let decision = decision();
    let end = StepEnd {
        outcome: StepOutcome::Partial,
        filled: Decimal::ONE,
        avg_px: Some(Decimal::TEN),
        reasons: vec!["canceled".to_owned()],
        orders: vec!["weekly-20261127-1240.1".parse().unwrap()],
    };
    let decided = decision.id.clone();
    vec![
        LoopEvent::ScheduleSet {
            name: "weekly".to_owned(),
            spec: "weekly friday, close-20m".to_owned(),
            since: Some(at(0)),
        },
        LoopEvent::ScheduleRemoved,
        LoopEvent::DecisionMade { decision: Box::new(decision) },
        LoopEvent::DecisionRefused {
            origin: DecisionSource::Proposed,
            data_hash: None,
            reasons: vec!["targets: at least one".to_owned()],
        },
        LoopEvent::SlotMissed { slot: slot.clone(), due_at: at(0), reason: "its moment passed".to_owned() },
        LoopEvent::RunQueued {
            run: Box::new(order_of("weekly-20261127-1240", RunCause::Slot { slot, due_at: at(0) }, None)),
        },
        LoopEvent::RunChecking { run: run() },
        LoopEvent::RunDecided { run: run(), decision: decided },
        LoopEvent::RunPlanned { run: run(), account: account(), plan: plan() },
        LoopEvent::PlanMandated { run: run(), account: account(), plan: plan(), mandate: "md-1".parse().unwrap() },
        LoopEvent::PlanHeld {
            run: run(),
            account: account(),
            plan: plan(),
            approval: Box::new(asked("ap-1", "weekly-20261127-1240")),
        },
        LoopEvent::PlanAnswered {
            run: run(),
            approval: "ap-1".parse().unwrap(),
            status: ApprovalStatus::Denied,
            reason: Some("not this week".to_owned()),
        },
        LoopEvent::PartUsed {
            run: run(),
            step: 1,
            order: "weekly-20261127-1240.1".parse().unwrap(),
            qty: Decimal::TEN,
        },
        LoopEvent::StepEnded { run: run(), step: 1, end },
        LoopEvent::RunEnded {
            run: run(),
            state: RunEnd::Partial,
            reason: "AAPL partial".to_owned(),
            positions: Some(vec![Held { con_id, symbol: "AAPL".to_owned(), qty: Decimal::ONE }]),
        },
        LoopEvent::RunRolledBack { run: run(), by_run: "h-1".parse().unwrap() },
        LoopEvent::Paused { reason: "a look".to_owned() },
        LoopEvent::Resumed { reason: "seen".to_owned() },
        LoopEvent::GuardJudged { report: Box::new(report()) },
    ]
}

fn report() -> GuardReport {
    let finding = Finding {
        rule: GuardRule::Drawdown,
        verdict: Verdict::Broken,
        since: at(0),
        observed: Some(Decimal::new(125, 1)),
        limit: Decimal::TEN,
        action: GuardAction::Halt,
        acted_at: Some(at(1)),
        about: "DU1234567".to_owned(),
    };
    GuardReport { at: at(1), asked_by: None, findings: vec![finding], outcome: Some(GuardAction::Halt), failed: None }
}

#[test]
fn every_event_has_its_word_and_keeps_its_shape() {
    let words: BTreeSet<&str> = examples().iter().map(LoopEvent::word).collect();
    assert_eq!(words, LoopEvent::WORDS.into());
    for event in examples() {
        let text = serde_json::to_value(&event).unwrap();
        assert_eq!(text["event"], event.word());
        assert_eq!(serde_json::from_value::<LoopEvent>(text).unwrap(), event);
    }
}
