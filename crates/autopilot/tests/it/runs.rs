//! Runs by hand: what they do, what stops them, and the way back.

use crate::world::*;
use domain::approval::ApprovalStatus;
use domain::contract::Instrument;
use domain::fault::Fault;
use domain::looping::decision::DecisionDraft;
use domain::looping::execution::Style;
use domain::looping::run::{RunState, StepOutcome, TradeRun};
use domain::mode::Mode;
use engine::Pilot as _;
use engine::pilot::RunWish;
use jiff::SignedDuration;
use rust_decimal::Decimal;
use std::sync::Arc;

const ANY: RunWish = RunWish { id: None, decision: None };
const COLLAR: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
const MARKETABLE: Style = Style::Marketable { collar: COLLAR };
const PATIENT: Style = Style::Patient { collar: COLLAR, walk_every_s: 30, walks: 10 };

fn last(world: &World) -> Arc<TradeRun> {
    let book = world.book();
    Arc::clone(&book.runs[book.ran.last().unwrap()])
}

#[tokio::test]
async fn a_run_goes_to_its_target_and_the_next_one_finds_nothing_to_do() {
    let world = World::new();
    let pilot = world.pilot(settings());
    pilot.begin(&person(), RunWish { id: Some("first".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!((run.state, run.reason.as_str()), (RunState::Done, "2 of 2 orders filled"));
    assert_eq!(world.sent(), ["first.1", "first.2"]);
    // 45 percent of 98,000 at 10 each.
    assert_eq!(world.held(), [(1, dec("4410")), (2, dec("4410"))]);
    assert_eq!(run.positions.as_ref().unwrap().len(), 3, "what is held at the end is on record");
    let bundle = engine::Pilot::run(pilot.as_ref(), &person(), run.id().clone()).await.unwrap();
    assert_eq!(bundle.differences[0].wanted, bundle.differences[0].held);

    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    assert!(last(&world).reason.starts_with("nothing to do"));
    assert_eq!(world.sent().len(), 2);
    // A repeat of an id is the same run.
    let again = pilot.begin(&person(), RunWish { id: Some("first".parse().unwrap()), decision: None }).await.unwrap();
    assert_eq!(again.state, RunState::Done);
}

#[tokio::test]
async fn a_missing_price_refuses_its_line_and_the_run_is_partial() {
    let world = World::new();
    world.with(|world| world.market.get_mut("BBB").unwrap().1 = None);
    let pilot = world.pilot(settings());
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!(run.state, RunState::Partial);
    assert!(run.reason.contains("BBB not planned"), "{}", run.reason);
    let plan = run.plan.as_ref().unwrap();
    assert!(plan.refused().next().unwrap().reason.starts_with("market_data_error"));
}

#[tokio::test]
async fn orders_that_the_gates_refuse_make_a_run_partial_or_failed() {
    for (denied, state) in [(&["BBB"][..], RunState::Partial), (&["AAA", "BBB"][..], RunState::Failed)] {
        let world = World::new();
        world.with(|world| world.fates.extend(denied.iter().map(|symbol| ((*symbol).to_owned(), Fate::Denied))));
        let pilot = world.pilot(settings());
        pilot.begin(&person(), ANY).await.unwrap();
        pilot.turn().await.unwrap();
        let run = last(&world);
        assert_eq!(run.state, state);
        assert!(run.steps.values().any(|end| end.outcome == StepOutcome::Refused));
    }
}

#[tokio::test]
async fn a_run_without_a_connection_waits_and_is_then_blocked() {
    let world = World::new();
    world.with(|world| world.not_ready = vec!["no connection".to_owned()]);
    let pilot = world.pilot(settings());
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Checking);
    world.pass(SignedDuration::from_mins(5));
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!((run.state, run.reason.as_str()), (RunState::Blocked, "no connection"));
    assert_eq!(world.sent(), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_waits_for_a_connection_that_comes_back_in_time() {
    let world = World::new();
    world.with(|world| world.not_ready = vec!["no connection".to_owned()]);
    let pilot = world.pilot(settings());
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    world.pass(SignedDuration::from_mins(4));
    world.with(|world| world.not_ready.clear());
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Done);
}

#[tokio::test]
async fn nothing_begins_while_the_exchange_is_closed() {
    let world = World::new();
    world.with(|world| world.now = "2026-11-26T16:00:00Z".parse().unwrap());
    let pilot = world.pilot(settings());
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    world.pass(SignedDuration::from_mins(5));
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!((run.state, run.reason.as_str()), (RunState::Blocked, "the exchange is closed, by the calendar"));
}

#[tokio::test]
async fn in_live_only_whoever_may_trade_live_begins_a_run_and_its_plan_waits_for_a_yes() {
    let world = World::new();
    world.with(|world| (world.mode, world.asks) = (Mode::Live, true));
    let pilot = world.pilot(settings());
    let refused = pilot.begin(&person(), ANY).await.unwrap_err();
    assert!(matches!(refused, Fault::ForbiddenScope(domain::principal::Scope::TradeLive)));
    let mut trader = person();
    trader.scopes.insert(domain::principal::Scope::TradeLive);
    pilot.begin(&trader, RunWish { id: Some("live".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    // Its own moment to begin passes: somebody was asked, and that has a limit of its own.
    world.pass(SignedDuration::from_mins(6));
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!(run.state, RunState::Checking);
    assert!(run.reason.starts_with("awaits approval ap-live of its plan"), "{}", run.reason);
    assert_eq!(world.sent(), Vec::<String>::new());
    world.answer("live", ApprovalStatus::Approved, None);
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!((run.state, world.sent().len()), (RunState::Done, 2), "{}", run.reason);
}

#[tokio::test]
async fn a_key_that_was_made_on_paper_blocks_a_live_run_and_says_how_to_get_another() {
    let world = World::new();
    world.with(|world| (world.mode, world.paper_key) = (Mode::Live, true));
    let pilot = world.pilot(settings());
    let mut trader = person();
    trader.scopes.insert(domain::principal::Scope::TradeLive);
    pilot.begin(&trader, ANY).await.unwrap();
    world.pass(SignedDuration::from_mins(5));
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!(run.state, RunState::Blocked);
    assert!(run.reason.contains("was made for paper") && run.reason.contains("loop.key"), "{}", run.reason);
}

#[tokio::test]
async fn a_plan_that_nobody_says_yes_to_blocks_its_run_and_orders_nothing() {
    let cases = [
        (ApprovalStatus::Denied, Some("not this week"), "is denied by operator: not this week"),
        (ApprovalStatus::Revoked, Some("too late"), "is revoked by operator: too late"),
        (ApprovalStatus::Expired, Some("nobody answered in time"), "is expired: nobody answered in time"),
        (ApprovalStatus::Void, Some("the policy changed since it was asked"), "is void: the policy changed"),
    ];
    for (status, reason, told) in cases {
        let world = World::new();
        world.with(|world| world.asks = true);
        let pilot = world.pilot(settings());
        pilot.begin(&person(), RunWish { id: Some("one".parse().unwrap()), decision: None }).await.unwrap();
        pilot.turn().await.unwrap();
        world.answer("one", status, reason);
        pilot.turn().await.unwrap();
        let run = last(&world);
        assert_eq!(run.state, RunState::Blocked);
        assert!(run.reason.contains(told), "{}", run.reason);
        assert_eq!(world.sent(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_rests_is_canceled_at_the_deadline() {
    let world = World::new();
    world.with(|world| world.fates.insert("BBB".to_owned(), Fate::Rests));
    let pilot = world.pilot(settings());
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Executing);
    world.pass(SignedDuration::from_mins(10));
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Partial);
    assert!(world.orders(true).is_empty(), "nothing is left at the broker");
}

/// The process was not there at the deadline, and comes back long behind it.
#[tokio::test]
async fn what_rests_is_canceled_however_late_the_loop_comes_back() {
    for (style, deaf) in [(MARKETABLE, false), (MARKETABLE, true), (PATIENT, false), (PATIENT, true)] {
        let world = World::new();
        world.with(|world| world.fates.insert("BBB".to_owned(), Fate::Rests));
        let mut settings = settings();
        settings.terms.style = style;
        let pilot = world.pilot(settings.clone());
        pilot.begin(&person(), ANY).await.unwrap();
        pilot.turn().await.unwrap();
        world.pass(SignedDuration::from_mins(25));
        world.with(|world| world.is_deaf = deaf);
        world.pilot(settings).turn().await.unwrap();
        assert_eq!(last(&world).state, RunState::Partial);
        assert!(world.orders(true).is_empty(), "nothing is left at the broker");
    }
}

/// Every question takes its time, and more than there is passes until all are asked.
#[tokio::test]
async fn what_rests_is_canceled_while_prices_are_waited_for() {
    let world = World::new();
    world.with(|world| world.fates = ["AAA", "BBB", "CCC"].map(|symbol| (symbol.to_owned(), Fate::Rests)).into());
    let mut settings = domain_change(settings(), &[("AAA", "0.3"), ("BBB", "0.3"), ("CCC", "0.3")]);
    settings.terms.style = PATIENT;
    let pilot = world.pilot(settings);
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(world.orders(true).len(), 3);
    world.pass(SignedDuration::from_secs(599));
    world.with(|world| (world.answers_take, world.is_deaf) = (SignedDuration::from_secs(200), true));
    let begun = world.with(|world| world.now);
    pilot.turn().await.unwrap();
    assert!(world.orders(true).is_empty(), "nothing is left at the broker");
    for order in world.orders(false) {
        assert_eq!(order.updated_at, begun + SignedDuration::from_secs(200), "one question behind the deadline");
    }
    assert_eq!(last(&world).state, RunState::Failed);
}

/// Each question has an end of its own; together they take longer than control 46 waits for a sign of the loop.
#[tokio::test]
async fn the_loop_shows_life_however_many_answers_it_waits_for() {
    let world = World::new();
    let takes = SignedDuration::from_secs(20);
    let pilot = world.pilot(settings());
    let text = r#"{"as_of": "2026-11-20T19:59:00Z", "targets": [{"symbol": "AAA", "weight": "0.3"}, {"symbol": "BBB", "weight": "0.3"},
        {"symbol": "CCC", "weight": "0.3"}]}"#;
    let decision = pilot.propose(&person(), DecisionDraft::from_json(text).unwrap()).await.unwrap();
    world.with(|world| world.answers_take = takes);
    pilot.begin(&person(), RunWish { id: None, decision: Some(decision.id.clone()) }).await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Done);
    assert_eq!(world.with(|world| world.silence), takes, "no longer than one answer");
}

/// Whoever has a plan shown to them may do so of a loop whose own turn hangs.
#[tokio::test]
async fn a_plan_for_a_look_is_no_sign_of_the_loop_s_life() {
    let world = World::new();
    let takes = SignedDuration::from_secs(20);
    world.with(|world| world.answers_take = takes);
    let pilot = world.pilot(settings());
    let plan = engine::Pilot::plan(pilot.as_ref(), &person(), None).await.unwrap();
    let asked = world.with(|world| world.now).duration_since(BEGIN.parse().unwrap());
    assert!(plan.plan.steps().count() == 2 && asked > takes, "{asked}");
    assert_eq!(world.with(|world| world.silence), asked, "none was shown from the begin on");
}

/// 300 seconds are over long before the auction is.
#[tokio::test]
async fn a_run_for_the_closing_auction_waits_for_it_whether_its_contracts_are_told_or_not() {
    let world = World::new();
    world.with(|world| world.fates = ["AAA", "BBB"].map(|symbol| (symbol.to_owned(), Fate::Rests)).into());
    let mut settings = settings();
    (settings.terms.style, settings.terms.deadline_s) = (Style::Moc, 300);
    world.pass(SignedDuration::from_mins(40));
    let pilot = world.pilot(settings.clone());
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    world.with(|world| world.is_deaf = true);
    for _ in 0..3 {
        world.pass(SignedDuration::from_mins(10));
        world.pilot(settings.clone()).turn().await.unwrap();
        assert_eq!(last(&world).state, RunState::Executing);
        assert!(world.orders(true).iter().all(|order| !order.cancel_wanted));
    }
    // Ten minutes behind the close it is told.
    world.trade();
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Done);
}

#[tokio::test]
async fn a_run_that_ended_badly_is_taken_back_where_the_setting_says_so() {
    let world = World::new();
    let mut first = settings();
    first.rolls_back = true;
    let pilot = world.pilot(first.clone());
    pilot.begin(&person(), RunWish { id: Some("good".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    let before = world.held();
    // The next decision sells AAA and wants CCC, which the gates refuse.
    world.with(|world| world.fates.insert("CCC".to_owned(), Fate::Denied));
    let pilot = world.pilot(domain_change(first, &[("BBB", "0.5"), ("CCC", "0.5")]));
    pilot.begin(&person(), RunWish { id: Some("bad".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    pilot.turn().await.unwrap();
    let book = world.book();
    let back = book.run(&"bad-r".parse().unwrap()).unwrap();
    assert_eq!(back.state, RunState::Done, "{}", back.reason);
    pilot.turn().await.unwrap();
    let book = world.book();
    let bad = book.run(&"bad".parse().unwrap()).unwrap();
    assert_eq!(bad.state, RunState::RolledBack);
    assert_eq!(bad.rolled_back_by.as_ref().unwrap().as_str(), "bad-r");
    // Back where it was, but for what the market took on the way.
    let ids = |held: Vec<(i32, rust_decimal::Decimal)>| {
        held.into_iter().filter(|(_, qty)| !qty.is_zero()).map(|(id, _)| id).collect::<Vec<_>>()
    };
    assert_eq!(ids(world.held()), ids(before));
}

fn domain_change(
    mut settings: autopilot::pilot::PilotSettings,
    weights: &[(&str, &str)],
) -> autopilot::pilot::PilotSettings {
    settings.signal = fixed(weights);
    settings
}

#[tokio::test]
async fn the_way_back_by_hand_is_for_what_ended_badly() {
    let world = World::new();
    let pilot = world.pilot(settings());
    pilot.begin(&person(), RunWish { id: Some("good".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    let refused = pilot.roll_back(&person(), "good".parse().unwrap()).await.unwrap_err();
    assert!(refused.to_string().contains("only what ended partial or failed"), "{refused}");
    world.with(|world| world.fates.insert("CCC".to_owned(), Fate::Denied));
    let pilot = world.pilot(domain_change(settings(), &[("CCC", "1")]));
    pilot.begin(&person(), RunWish { id: Some("bad".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    assert!(world.book().run(&"bad-r".parse().unwrap()).is_none(), "by hand only");
    pilot.roll_back(&person(), "bad".parse().unwrap()).await.unwrap();
    pilot.turn().await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(world.book().run(&"bad".parse().unwrap()).unwrap().state, RunState::RolledBack);
}

#[tokio::test]
async fn a_proposal_is_a_decision_once_and_a_bad_one_orders_nothing() {
    let world = World::new();
    let pilot = world.pilot(settings());
    let draft = |targets: &str| {
        DecisionDraft::from_json(&format!(r#"{{"as_of": "2026-11-20T19:59:00Z", "targets": [{targets}]}}"#)).unwrap()
    };
    let good = r#"{"symbol": "CCC", "weight": "0.3"}"#;
    let decision = pilot.propose(&person(), draft(good)).await.unwrap();
    assert_eq!(decision.targets.len(), 3, "what it leaves out is wanted no more");
    assert_eq!(pilot.propose(&person(), draft(good)).await.unwrap().id, decision.id);
    assert_eq!(world.book().decided.len(), 1);
    let bad = r#"{"symbol": "ZZZ", "weight": "0.9"}, {"symbol": "AAA", "weight": "0.9"}"#;
    let Fault::DecisionRefused(reasons) = pilot.propose(&person(), draft(bad)).await.unwrap_err() else {
        panic!("it must be refused")
    };
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert_eq!(world.book().refused.as_ref().unwrap().reasons, reasons);
    pilot.begin(&person(), RunWish { id: None, decision: Some(decision.id.clone()) }).await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(world.held(), [(3, dec("2940"))]);
}

#[tokio::test]
async fn a_symbol_that_is_unknown_or_ambiguous_to_the_broker_is_refused_by_name_with_everything_else() {
    let world = World::new();
    world.with(|world| {
        world.ambiguous.insert("AAA".to_owned());
        world.market.remove("BBB");
    });
    let pilot = world.pilot(settings());
    let text = r#"{"as_of": "2026-11-20T19:59:00Z", "targets": [{"symbol": "AAA", "weight": "0.7"}, {"symbol": "CCC", "weight": "0.7"}]}"#;
    let refused = pilot.propose(&person(), DecisionDraft::from_json(text).unwrap()).await.unwrap_err();
    let Fault::DecisionRefused(reasons) = refused else { panic!("it must be refused: {refused}") };
    for part in ["add up to 1.4", "AAA: ambiguous", "BBB: the broker knows no such stock"] {
        assert!(reasons.iter().any(|reason| reason.contains(part)), "{part}: {reasons:?}");
    }
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Failed);
    assert_eq!(world.sent(), Vec::<String>::new());
}

#[tokio::test]
async fn a_quantity_that_is_worth_too_much_is_refused_and_nothing_is_ordered() {
    let world = World::new();
    let mut narrow = settings();
    narrow.decisions.weight_max = dec("0.5");
    let pilot = world.pilot(narrow);
    let text = r#"{"as_of": "2026-11-20T19:59:00Z", "targets": [{"symbol": "AAA", "qty": 10}, {"symbol": "BBB", "qty": 5001}]}"#;
    let decision = pilot.propose(&person(), DecisionDraft::from_json(text).unwrap()).await.unwrap();
    let view = pilot.plan(&person(), Some(decision.id.clone())).await.unwrap();
    assert!(view.blocked.iter().any(|why| why.starts_with("BBB: too large")), "{:?}", view.blocked);
    pilot.begin(&person(), RunWish { id: None, decision: Some(decision.id.clone()) }).await.unwrap();
    pilot.turn().await.unwrap();
    let run = last(&world);
    assert_eq!(run.state, RunState::Failed);
    assert!(run.reason.starts_with("BBB: too large"), "{}", run.reason);
    assert_eq!(world.sent(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_may_not_trade_live_decides_nothing_there() {
    let world = World::new();
    world.with(|world| world.mode = Mode::Live);
    let pilot = world.pilot(settings());
    let text = r#"{"as_of": "2026-11-20T19:59:00Z", "targets": [{"symbol": "AAA", "weight": "0.1"}]}"#;
    let refused = pilot.propose(&person(), DecisionDraft::from_json(text).unwrap()).await.unwrap_err();
    assert!(matches!(refused, Fault::ForbiddenScope(domain::principal::Scope::TradeLive)), "{refused}");
    assert_eq!(world.book().decided.len(), 0);
}

#[tokio::test]
async fn a_proposal_moves_neither_what_is_streamed_nor_what_the_account_could_have_drifted_from() {
    let world = World::new();
    let (pilot, wanted) = world.pilot_and_wanted(settings());
    let text = r#"{"as_of": "2026-11-20T19:59:00Z", "targets": [{"symbol": "CCC", "weight": "0.5"}]}"#;
    pilot.propose(&person(), DecisionDraft::from_json(text).unwrap()).await.unwrap();
    pilot.turn().await.unwrap();
    assert!(world.book().newest_decision().is_some() && world.book().decision_in_force().is_none());
    assert!(wanted.borrow().is_empty());
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    pilot.turn().await.unwrap();
    let book = world.book();
    let targets = &book.decision_in_force().unwrap().targets;
    let weights: Vec<_> = targets.iter().map(|target| target.amount.weight().unwrap()).collect();
    assert_eq!(weights, [dec("0.45"), dec("0.45"), dec("0")]);
    let told: Vec<_> = targets.iter().map(|target| Instrument::ConId(target.con_id)).collect();
    assert_eq!(*wanted.borrow(), told);
}

#[tokio::test]
async fn a_signal_that_takes_its_time_may_name_the_moment_of_its_end() {
    let world = World::new();
    let mut slow = settings();
    slow.signal = autopilot::pilot::Signal::Command(autopilot::pilot::SignalCommand {
        words: ["/bin/sh", "-c", r#"read -r _ < "$0"; cat > /dev/null; echo '{"as_of": "2026-11-20T20:02:00Z", "targets": [{"symbol": "AAA", "weight": 0.1}]}'"#]
            .map(str::to_owned)
            .to_vec(),
        directory: "/".into(),
        timeout: std::time::Duration::from_mins(1),
        bars_days: 0,
        params: serde_json::Value::Null,
    });
    // The command waits at a pipe until the world's clock has moved.
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("go");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    if let autopilot::pilot::Signal::Command(command) = &mut slow.signal {
        command.words.push(pipe.display().to_string());
    }
    let pilot = world.pilot(slow);
    pilot.begin(&person(), ANY).await.unwrap();
    let opened = {
        let (world, pipe) = (Arc::clone(&world), pipe.clone());
        tokio::task::spawn_blocking(move || {
            // Opening it waits for the command to read.
            let mut end = std::fs::OpenOptions::new().write(true).open(pipe).unwrap();
            world.pass(SignedDuration::from_mins(2));
            std::io::Write::write_all(&mut end, b"go\n").unwrap();
        })
    };
    pilot.turn().await.unwrap();
    opened.await.unwrap();
    let run = last(&world);
    assert_eq!(run.state, RunState::Done, "{}", run.reason);
}

#[tokio::test]
async fn a_paused_loop_begins_nothing() {
    let world = World::new();
    let pilot = world.pilot(settings());
    pilot.pause(&person(), "a look".to_owned()).await.unwrap();
    assert!(matches!(pilot.begin(&person(), ANY).await.unwrap_err(), Fault::Conflict { .. }));
    assert_eq!(pilot.resume(&person(), "seen".to_owned()).await.unwrap().state, "idle");
    pilot.begin(&person(), ANY).await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(last(&world).state, RunState::Done);
}

#[tokio::test]
async fn a_look_at_the_plan_does_nothing() {
    let world = World::new();
    let pilot = world.pilot(settings());
    let view = pilot.plan(&person(), None).await.unwrap();
    assert_eq!(view.plan.steps().count(), 2);
    assert_eq!(view.blocked, Vec::<String>::new());
    assert!(world.with(|world| world.events.is_empty()));
}
