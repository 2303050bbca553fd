use super::*;
use crate::book::tests::principal;
use crate::looping::decision::{Amount, Target};
use crate::looping::execution::{ExecutionTerms, Leftover, Style};
use crate::looping::order_plan::{Holding, OrderPlan, PlanPrice, PlanRules, plan};
use crate::looping::plan_approval::PlanQuestion;
use crate::looping::run::{RunEnd, RunOrder, StepEnd, StepOutcome};
use crate::market::DataType;
use rust_decimal::Decimal;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

pub(crate) fn terms(style: Style) -> ExecutionTerms {
    ExecutionTerms {
        style,
        slices: 1,
        slice_every_s: 60,
        deadline_s: 600,
        leftover: Leftover::Cancel,
        strategy: "loop".parse().unwrap(),
    }
}

pub(crate) fn order_of(id: &str, cause: RunCause, decision: Option<&str>) -> RunOrder {
    RunOrder {
        id: id.parse().unwrap(),
        cause,
        decision: decision.map(|id| id.parse().unwrap()),
        terms: terms(Style::Moc),
        begin_by: at(1_000_000),
    }
}

fn decision(id: &str) -> LoopEvent {
    let target = Target {
        con_id: crate::id::ConId::new(1).unwrap(),
        symbol: "AAPL".to_owned(),
        amount: Amount::Weight(Decimal::ONE),
    };
    LoopEvent::DecisionMade {
        decision: Box::new(Decision {
            id: id.parse().unwrap(),
            source: DecisionSource::Proposed,
            as_of: at(0),
            decided_at: at(0),
            data_hash: "0".repeat(64),
            cash_buffer: Decimal::ZERO,
            targets: vec![target],
            note: None,
        }),
    }
}

pub(crate) fn small_plan() -> OrderPlan {
    let holding = Holding {
        con_id: crate::id::ConId::new(1).unwrap(),
        symbol: "AAPL".to_owned(),
        held: Decimal::ZERO,
        target: Amount::Weight(Decimal::ONE),
        price: Ok(PlanPrice { price: Decimal::TEN, source: DataType::Live, at: at(0) }),
        lot: Decimal::ONE,
        min_size: Decimal::ONE,
        working: 0,
    };
    let rules = PlanRules {
        cash_buffer: Decimal::ZERO,
        min_trade_value: Decimal::ZERO,
        turnover_max: Decimal::TWO,
        slippage: Decimal::ZERO,
        commission_per_unit: Decimal::ZERO,
        commission_min: Decimal::ZERO,
    };
    plan(&[holding], Decimal::ONE_HUNDRED, Decimal::ONE_HUNDRED, &rules)
}

/// The end of a step of which nothing left.
pub(crate) fn refused() -> StepEnd {
    StepEnd {
        outcome: StepOutcome::Refused,
        filled: Decimal::ZERO,
        avg_px: None,
        reasons: Vec::new(),
        orders: Vec::new(),
    }
}

/// A question about the small plan of a run, by the key `loop`.
pub(crate) fn asked(id: &str, run: &str) -> PlanApproval {
    let question = PlanQuestion {
        id: id.parse().unwrap(),
        run: &run.parse().unwrap(),
        terms: &terms(Style::Moc),
        by: &"loop".parse().unwrap(),
        account: &"DU1234567".parse().unwrap(),
        mode: crate::mode::Mode::Paper,
        policy_hash: "policy",
        ttl_s: 900,
        band: Decimal::new(2, 2),
        reasons: Vec::new(),
    };
    PlanApproval::ask(question, &small_plan(), at(0)).unwrap()
}

fn slot(key: &str) -> RunCause {
    RunCause::Slot { slot: key.parse().unwrap(), due_at: at(0) }
}

fn queued(id: &str, cause: RunCause, decision: Option<&str>) -> LoopEvent {
    LoopEvent::RunQueued { run: Box::new(order_of(id, cause, decision)) }
}

fn ended(id: &str, state: RunEnd) -> LoopEvent {
    LoopEvent::RunEnded { run: id.parse().unwrap(), state, reason: "so it ended".to_owned(), positions: None }
}

struct Books {
    book: LoopBook,
    second: i64,
}

impl Books {
    fn new() -> Self {
        Self { book: LoopBook::default(), second: 0 }
    }

    fn book(&mut self, event: &LoopEvent) {
        self.second += 1;
        self.book.apply(event, &principal(), at(self.second)).unwrap();
    }

    fn refuses(&self, event: &LoopEvent) -> String {
        let mut copy = self.book.clone();
        let why = copy.apply(event, &principal(), at(99)).unwrap_err();
        assert_eq!(copy, self.book, "what is refused leaves nothing behind");
        why
    }

    /// A run through its whole life, to this end.
    fn run(&mut self, id: &str, decided: &str, state: RunEnd) {
        let run: RunId = id.parse().unwrap();
        self.book(&queued(id, RunCause::Hand, Some(decided)));
        self.book(&LoopEvent::RunChecking { run: run.clone() });
        self.book(&LoopEvent::RunPlanned {
            run: run.clone(),
            account: "DU1234567".parse().unwrap(),
            plan: Box::new(small_plan()),
        });
        let end = StepEnd {
            outcome: StepOutcome::Filled,
            filled: Decimal::TEN,
            avg_px: None,
            reasons: Vec::new(),
            orders: Vec::new(),
        };
        self.book(&LoopEvent::StepEnded { run, step: 1, end });
        self.book(&ended(id, state));
    }
}

#[test]
fn a_slot_is_used_once_for_ever() {
    let mut books = Books::new();
    books.book(&queued("a", slot("weekly:1"), None));
    assert!(books.refuses(&queued("b", slot("weekly:1"), None)).contains("slot weekly:1 was used before"));
    let missed =
        |key: &str| LoopEvent::SlotMissed { slot: key.parse().unwrap(), due_at: at(0), reason: "late".to_owned() };
    assert!(books.refuses(&missed("weekly:1")).contains("was used before"));
    books.book(&missed("weekly:2"));
    assert!(books.refuses(&queued("b", slot("weekly:2"), None)).contains("was used before"));
    assert!(books.refuses(&queued("a", RunCause::Hand, None)).contains("there was a run a before"));
}

#[test]
fn one_run_is_under_way_at_a_time_and_the_oldest_comes_first() {
    let mut books = Books::new();
    books.book(&queued("a", RunCause::Hand, None));
    books.book(&queued("b", RunCause::Hand, None));
    assert_eq!(books.book.current().unwrap().id().as_str(), "a");
    books.book(&LoopEvent::RunChecking { run: "a".parse().unwrap() });
    assert!(books.refuses(&LoopEvent::RunChecking { run: "b".parse().unwrap() }).contains("run a is checking already"));
    books.book(&ended("a", RunEnd::Blocked));
    assert_eq!(books.book.current().unwrap().id().as_str(), "b");
}

#[test]
fn a_run_has_a_decision_before_it_has_a_plan_and_ends_once_its_steps_have() {
    let mut books = Books::new();
    let run: RunId = "a".parse().unwrap();
    books.book(&queued("a", RunCause::Hand, None));
    books.book(&LoopEvent::RunChecking { run: run.clone() });
    let planned =
        LoopEvent::RunPlanned { run: run.clone(), account: "DU1234567".parse().unwrap(), plan: Box::new(small_plan()) };
    assert!(books.refuses(&planned).contains("no decision"));
    let decided = LoopEvent::RunDecided { run: run.clone(), decision: "d-1".parse().unwrap() };
    assert!(books.refuses(&decided).contains("there is no decision d-1"));
    books.book(&decision("d-1"));
    assert!(books.refuses(&decision("d-1")).contains("was made before"));
    books.book(&decided);
    books.book(&planned);
    assert!(books.refuses(&ended("a", RunEnd::Done)).contains("open steps"));
    assert!(books.refuses(&ended("a", RunEnd::Blocked)).contains("open steps"));
}

#[test]
fn a_plan_that_a_mandate_covers_stands_at_once_and_names_it() {
    let mut books = Books::new();
    let run: RunId = "a".parse().unwrap();
    let mandated = LoopEvent::PlanMandated {
        run: run.clone(),
        account: "DU1234567".parse().unwrap(),
        plan: Box::new(small_plan()),
        mandate: "md-1".parse().unwrap(),
    };
    books.book(&decision("d-1"));
    books.book(&queued("a", RunCause::Hand, Some("d-1")));
    assert!(books.refuses(&mandated).contains("cannot become executing"));
    books.book(&LoopEvent::RunChecking { run: run.clone() });
    books.book(&mandated);
    let stands = books.book.run(&run).unwrap();
    assert_eq!((stands.state, stands.reason.as_str()), (RunState::Executing, "its plan stands on mandate md-1"));
    assert_eq!(stands.mandate, Some("md-1".parse().unwrap()));
    assert_eq!((stands.executing_since, stands.open_steps()), (Some(at(books.second)), vec![1]));
    assert!(books.refuses(&part(&run, "a.1", 1)).contains("is no part of an approved plan"));
}

#[test]
fn the_way_back_leads_to_the_last_decision_that_was_done() {
    let mut books = Books::new();
    for id in ["d-1", "d-2", "d-3"] {
        books.book(&decision(id));
    }
    books.run("a", "d-1", RunEnd::Done);
    books.run("b", "d-2", RunEnd::Partial);
    books.run("c", "d-3", RunEnd::Failed);
    let good = |id: &str| {
        let run = books.book.run(&id.parse().unwrap()).unwrap();
        books.book.last_good(run).map(|decision| decision.id.to_string())
    };
    assert_eq!(good("c").as_deref(), Some("d-1"));
    assert_eq!(good("a"), None, "there is nothing before the first");
    books.run("back", "d-1", RunEnd::Done);
    books.book(&LoopEvent::RunRolledBack { run: "c".parse().unwrap(), by_run: "back".parse().unwrap() });
    let again = LoopEvent::RunRolledBack { run: "c".parse().unwrap(), by_run: "back".parse().unwrap() };
    assert!(books.refuses(&again).contains("rolled_back"));
    let done = LoopEvent::RunRolledBack { run: "a".parse().unwrap(), by_run: "back".parse().unwrap() };
    assert!(books.refuses(&done).contains("cannot become"));
}

#[test]
fn the_account_follows_the_newest_decision_that_traded_and_stands() {
    let mut books = Books::new();
    for id in ["d-1", "d-2", "d-3"] {
        books.book(&decision(id));
    }
    assert_eq!(books.book.decision_in_force(), None, "what was only decided is followed by nothing");
    books.run("a", "d-1", RunEnd::Done);
    books.run("b", "d-2", RunEnd::Failed);
    let in_force = |books: &Books| books.book.decision_in_force().unwrap().id.to_string();
    assert_eq!(in_force(&books), "d-1");
    books.run("c", "d-3", RunEnd::Partial);
    assert_eq!(in_force(&books), "d-3");
}

#[test]
fn a_run_may_be_taken_back_again_where_the_way_back_failed_and_whatever_came_behind_it() {
    let mut books = Books::new();
    books.book(&decision("d-1"));
    books.book(&decision("d-2"));
    books.run("good", "d-1", RunEnd::Done);
    books.run("bad", "d-2", RunEnd::Partial);
    let bad: RunId = "bad".parse().unwrap();
    let way = |books: &Books| books.book.way_back(&bad).map(|id| id.to_string());
    assert_eq!(way(&books).as_deref(), Some("bad-r"));
    let back = |books: &mut Books, id: &str, state| {
        let run: RunId = id.parse().unwrap();
        books.book(&queued(id, RunCause::Rollback { of: bad.clone() }, Some("d-1")));
        books.book(&LoopEvent::RunChecking { run: run.clone() });
        if state == RunEnd::Done {
            let account = "DU1234567".parse().unwrap();
            books.book(&LoopEvent::RunPlanned { run: run.clone(), account, plan: Box::new(small_plan()) });
            let end = StepEnd {
                outcome: StepOutcome::Filled,
                filled: Decimal::TEN,
                avg_px: None,
                reasons: Vec::new(),
                orders: Vec::new(),
            };
            books.book(&LoopEvent::StepEnded { run, step: 1, end });
        }
        books.book(&ended(id, state));
    };
    back(&mut books, "bad-r", RunEnd::Blocked);
    assert_eq!(way(&books).as_deref(), Some("bad-r2"));
    let failed = books.book.run(&"bad-r".parse().unwrap()).unwrap();
    assert_eq!(books.book.origin(failed).id(), &bad);
    back(&mut books, "bad-r2", RunEnd::Done);
    books.book(&queued("next", RunCause::Hand, None));
    let gone: Vec<(String, String)> =
        books.book.gone_back().into_iter().map(|(of, by)| (of.to_string(), by.to_string())).collect();
    assert_eq!(gone, [("bad".to_owned(), "bad-r2".to_owned())]);
    books.book(&LoopEvent::RunRolledBack { run: bad.clone(), by_run: "bad-r2".parse().unwrap() });
    assert_eq!(books.book.gone_back(), Vec::new());
    // The longest id has a way back, too.
    let longest: RunId = "a".repeat(26).parse().unwrap();
    assert!(books.book.way_back(&longest).is_some());
}

/// A run whose plan waits for a yes.
fn held() -> (Books, RunId) {
    let mut books = Books::new();
    let run: RunId = "a".parse().unwrap();
    books.book(&decision("d-1"));
    books.book(&queued("a", RunCause::Hand, Some("d-1")));
    books.book(&LoopEvent::RunChecking { run: run.clone() });
    books.book(&LoopEvent::PlanHeld {
        run: run.clone(),
        account: "DU1234567".parse().unwrap(),
        plan: Box::new(small_plan()),
        approval: Box::new(asked("ap-1", "a")),
    });
    (books, run)
}

fn answered(run: &RunId, status: ApprovalStatus) -> LoopEvent {
    LoopEvent::PlanAnswered { run: run.clone(), approval: "ap-1".parse().unwrap(), status, reason: None }
}

fn part(run: &RunId, order: &str, qty: i64) -> LoopEvent {
    LoopEvent::PartUsed { run: run.clone(), step: 1, order: order.parse().unwrap(), qty: Decimal::from(qty) }
}

#[test]
fn a_plan_that_is_held_begins_nothing_before_a_human_said_yes() {
    let (mut books, run) = held();
    let state = books.book.run(&run).unwrap();
    assert_eq!(state.state, RunState::Checking);
    assert!(state.reason.starts_with("awaits approval ap-1 of its plan, until "), "{}", state.reason);
    assert!(books.refuses(&part(&run, "a.1", 1)).contains("does not stand. Observed pending"));
    let planned =
        LoopEvent::RunPlanned { run: run.clone(), account: "DU1234567".parse().unwrap(), plan: Box::new(small_plan()) };
    assert!(books.refuses(&planned).contains("takes a person's yes"), "nothing goes round the question");
    assert!(books.refuses(&ended("a", RunEnd::Blocked)).contains("waits for the approval"));
    for status in [ApprovalStatus::Pending, ApprovalStatus::Consumed] {
        assert!(!books.refuses(&answered(&run, status)).is_empty());
    }
    // An agent, the one who asked, and one who comes too late say yes in vain.
    let (yes, human) = (answered(&run, ApprovalStatus::Approved), principal());
    let agent = Principal { kind: crate::principal::PrincipalKind::Agent, ..human.clone() };
    let asker = Principal { key_id: "loop".parse().unwrap(), ..human.clone() };
    for (by, second) in [(&agent, 50), (&asker, 50), (&human, 600)] {
        assert!(books.book.clone().apply(&yes, by, at(second)).is_err());
    }
    books.book(&yes);
    let state = books.book.run(&run).unwrap();
    assert_eq!(state.state, RunState::Executing);
    assert_eq!(state.executing_since, Some(at(books.second)));
    assert!(books.refuses(&yes).contains("cannot become approved"), "an answer is given once");
}

#[test]
fn each_order_takes_its_part_once_and_the_end_of_the_run_ends_the_yes() {
    let (mut books, run) = held();
    books.book(&answered(&run, ApprovalStatus::Approved));
    books.book(&part(&run, "a.1", 8));
    books.book(&part(&run, "a.1", 10));
    assert!(books.refuses(&part(&run, "a.1", 10)).contains("took as much of its part before"));
    assert!(books.refuses(&part(&run, "a.1.2", 1)).contains("Observed 1, limit 0"));
    assert!(books.refuses(&part(&run, "b.1", 1)).contains("is no part"));
    let end = StepEnd {
        outcome: StepOutcome::Filled,
        filled: Decimal::TEN,
        avg_px: None,
        reasons: Vec::new(),
        orders: Vec::new(),
    };
    books.book(&LoopEvent::StepEnded { run: run.clone(), step: 1, end });
    assert!(books.refuses(&part(&run, "a.1", 11)).contains("The step is over. Observed step 1 filled"));
    books.book(&ended("a", RunEnd::Done));
    let status = |books: &Books| books.book.run(&run).unwrap().approval.as_ref().unwrap().status;
    assert_eq!(status(&books), ApprovalStatus::Consumed);
    assert!(!books.refuses(&answered(&run, ApprovalStatus::Revoked)).is_empty());
}

#[test]
fn a_yes_that_is_taken_back_holds_for_no_further_order() {
    let (mut books, run) = held();
    books.book(&answered(&run, ApprovalStatus::Approved));
    books.book(&part(&run, "a.1.1", 4));
    books.book(&answered(&run, ApprovalStatus::Revoked));
    assert!(books.refuses(&part(&run, "a.1.2", 4)).contains("does not stand. Observed revoked"));
}

#[test]
fn a_plan_that_is_refused_ends_its_run_and_nothing_else() {
    for status in [ApprovalStatus::Denied, ApprovalStatus::Revoked, ApprovalStatus::Expired, ApprovalStatus::Void] {
        let (mut books, run) = held();
        books.book(&answered(&run, status));
        assert_eq!(books.book.run(&run).unwrap().state, RunState::Checking);
        assert!(books.refuses(&answered(&run, ApprovalStatus::Approved)).contains("cannot become"));
        books.book(&ended("a", RunEnd::Blocked));
        let decided = books.book.run(&run).unwrap().approval.as_ref().unwrap().decided_by.is_some();
        assert_eq!(decided, matches!(status, ApprovalStatus::Denied | ApprovalStatus::Revoked));
    }
}

#[test]
fn proposals_without_end_are_forgotten_but_for_the_newest_and_those_that_a_run_went_by() {
    let mut books = Books::new();
    books.book(&decision("d-used"));
    books.book(&queued("a", RunCause::Hand, Some("d-used")));
    for at in 0..PROPOSALS_MAX + 5 {
        books.book(&decision(&format!("d-{at}")));
    }
    let kept = |id: &str| books.book.decision(&id.parse().unwrap()).is_some();
    assert_eq!((books.book.decided.len(), books.book.decisions.len()), (PROPOSALS_MAX + 1, PROPOSALS_MAX + 1));
    assert!(kept("d-used") && !kept("d-4") && kept("d-5"));
    assert_eq!(books.book.newest_decision().unwrap().id.as_str(), format!("d-{}", PROPOSALS_MAX + 4));
}

#[test]
fn so_many_runs_may_wait_and_no_more() {
    let mut books = Books::new();
    for at in 0..OPEN_RUNS_MAX {
        books.book(&queued(&format!("run-{at}"), RunCause::Hand, None));
    }
    assert!(books.refuses(&queued("more", RunCause::Hand, None)).contains("20 runs wait"));
    books.book(&ended("run-0", RunEnd::Blocked));
    books.book(&queued("more", RunCause::Hand, None));
}

#[test]
fn a_pause_is_one_until_it_is_lifted() {
    let mut books = Books::new();
    let (pause, resume) =
        (LoopEvent::Paused { reason: "look".to_owned() }, LoopEvent::Resumed { reason: "seen".to_owned() });
    assert!(books.refuses(&resume).contains("not paused"));
    books.book(&pause);
    assert!(books.refuses(&pause).contains("paused already"));
    books.book(&resume);
    assert_eq!(books.book.paused, None);
}

#[test]
fn a_new_schedule_counts_from_the_moment_it_is_set() {
    let mut books = Books::new();
    let set = |spec: &str, since| LoopEvent::ScheduleSet { name: "weekly".to_owned(), spec: spec.to_owned(), since };
    books.book(&set("fri", None));
    books.book(&queued("a", slot("weekly:1"), None));
    assert_eq!(books.book.accounted_until, Some(at(0)));
    books.book(&set("thu", None));
    assert_eq!((books.book.accounted_until, books.book.schedule.as_ref().unwrap().since), (None, at(3)));
    assert!(books.refuses(&queued("b", slot("weekly:1"), None)).contains("used before"), "used slots stay used");
    books.book(&set("wed", Some(at(2))));
    assert_eq!(books.book.schedule.as_ref().unwrap().since, at(2), "up to where the one before was accounted for");
    books.book(&LoopEvent::ScheduleRemoved);
    assert_eq!((books.book.accounted_until, books.book.schedule.as_ref()), (None, None));
    assert!(books.refuses(&LoopEvent::ScheduleRemoved).contains("no schedule is in force"));
}
