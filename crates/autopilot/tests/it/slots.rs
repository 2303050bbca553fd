//! The schedule: each slot once, none silently missed.

use crate::world::*;
use domain::fault::Fault;
use domain::id::RunId;
use domain::looping::book::SlotFate;
use domain::looping::event::LoopEvent;
use domain::looping::run::{RunCause, RunOrder, RunState};
use domain::looping::schedule::{MissedPolicy, Schedule};
use engine::Pilot as _;
use engine::desk::Role;
use engine::pilot::RunWish;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

fn weekly_settings(missed: MissedPolicy) -> autopilot::pilot::PilotSettings {
    let mut settings = settings();
    settings.schedule = Some(weekly(missed));
    settings
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Slots and what became of them.
fn slots(world: &World) -> Vec<String> {
    let told = |fate: &SlotFate| match fate {
        SlotFate::Run(run) => format!("run {run}"),
        SlotFate::Missed { .. } => "missed".to_owned(),
    };
    world.book().slots.iter().map(|(slot, fate)| format!("{slot} {}", told(fate))).collect()
}

#[tokio::test]
async fn a_slot_runs_once_however_often_and_by_however_many_it_is_looked_at() {
    let world = World::new();
    let pilots = [world.pilot(weekly_settings(MissedPolicy::Skip)), world.pilot(weekly_settings(MissedPolicy::Skip))];
    for minute in 0..60 {
        for pilot in &pilots {
            pilot.turn().await.unwrap();
        }
        if minute == 41 {
            assert_eq!(slots(&world), ["weekly:2026-11-20T15:40 run weekly-20261120-1540"]);
        }
        world.pass(SignedDuration::from_mins(1));
    }
    assert_eq!(world.book().ran.len(), 1);
    assert_eq!(world.sent(), ["weekly-20261120-1540.1", "weekly-20261120-1540.2"]);
}

#[tokio::test]
async fn two_turns_at_the_same_moment_run_a_slot_once() {
    let world = World::new();
    let pilots = [world.pilot(weekly_settings(MissedPolicy::Skip)), world.pilot(weekly_settings(MissedPolicy::Skip))];
    pilots[0].turn().await.unwrap();
    world.pass(SignedDuration::from_mins(40));
    let (one, other) = tokio::join!(pilots[0].turn(), pilots[1].turn());
    // Whoever came too late is told that it does not follow.
    assert!(one.is_ok() || other.is_ok());
    pilots[1].turn().await.unwrap();
    assert_eq!(world.book().ran.len(), 1);
    assert_eq!(world.sent().len(), 2);
}

#[tokio::test]
async fn weeks_of_silence_are_accounted_for_slot_by_slot() {
    let world = World::new();
    let pilot = world.pilot(weekly_settings(MissedPolicy::Skip));
    pilot.turn().await.unwrap();
    world.with(|world| world.now = at("2026-12-11T20:41:00Z"));
    pilot.turn().await.unwrap();
    assert_eq!(
        slots(&world),
        [
            "weekly:2026-11-20T15:40 missed",
            // The day after Thanksgiving ends at 13:00.
            "weekly:2026-11-27T12:40 missed",
            "weekly:2026-12-04T15:40 missed",
            "weekly:2026-12-11T15:40 run weekly-20261211-1540",
        ]
    );
    let status = engine::Pilot::status(pilot.as_ref(), &person()).unwrap();
    assert_eq!(status.missed.len(), 3);
    assert_eq!(status.next_slot.unwrap().key.as_str(), "weekly:2026-12-18T15:40");
}

#[tokio::test]
async fn a_slot_may_run_late_within_its_window() {
    for (minutes, runs) in [(14, true), (16, false)] {
        let world = World::new();
        let pilot = world.pilot(weekly_settings(MissedPolicy::Late(SignedDuration::from_mins(15))));
        pilot.turn().await.unwrap();
        world.pass(SignedDuration::from_mins(40 + minutes));
        pilot.turn().await.unwrap();
        assert_eq!(!world.book().ran.is_empty(), runs, "{minutes} minutes late");
    }
}

#[tokio::test]
async fn a_slot_without_a_connection_waits_for_it_and_is_used_once() {
    let world = World::new();
    let pilot = world.pilot(weekly_settings(MissedPolicy::Skip));
    pilot.turn().await.unwrap();
    world.with(|world| world.not_ready = vec!["no connection".to_owned()]);
    world.pass(SignedDuration::from_mins(40));
    pilot.turn().await.unwrap();
    world.pass(SignedDuration::from_mins(4));
    world.with(|world| world.not_ready.clear());
    let book = world.book();
    assert_eq!(book.current().unwrap().state, RunState::Checking);
    pilot.turn().await.unwrap();
    assert_eq!(world.book().run(&"weekly-20261120-1540".parse().unwrap()).unwrap().state, RunState::Done);
}

/// Whatever held it up: the gateway was not there, or another run took its time.
#[tokio::test]
async fn a_run_that_has_not_begun_in_time_is_blocked_and_does_not_begin_on_another_day() {
    for begun in [false, true] {
        let world = World::new();
        let pilot = world.pilot(weekly_settings(MissedPolicy::Skip));
        pilot.turn().await.unwrap();
        world.pass(SignedDuration::from_mins(40));
        world.with(|world| {
            world.not_ready = vec!["no connection".to_owned()];
            world.death = if begun { Death::Never } else { Death::Behind(0) };
        });
        drop(pilot.turn().await);
        let state = world.book().current().unwrap().state;
        assert_eq!(state, if begun { RunState::Checking } else { RunState::Queued });
        world.with(|world| {
            world.death = Death::Never;
            world.not_ready.clear();
            // The Monday behind it, in the middle of the session.
            world.now = at("2026-11-23T16:00:00Z");
        });
        world.pilot(weekly_settings(MissedPolicy::Skip)).turn().await.unwrap();
        let run = Arc::clone(&world.book().runs[&"weekly-20261120-1540".parse().unwrap()]);
        assert_eq!(run.state, RunState::Blocked, "{}", run.reason);
        assert!(run.reason.contains("it was to begin by 2026-11-20T20:45:00Z"), "{}", run.reason);
        assert_eq!(world.sent(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_slot_of_a_paused_loop_is_missed_and_says_so() {
    let world = World::new();
    let pilot = world.pilot(weekly_settings(MissedPolicy::Skip));
    pilot.turn().await.unwrap();
    pilot.pause(&person(), "holidays".to_owned()).await.unwrap();
    world.pass(SignedDuration::from_mins(40));
    pilot.turn().await.unwrap();
    assert_eq!(slots(&world), ["weekly:2026-11-20T15:40 missed"]);
    let status = engine::Pilot::status(pilot.as_ref(), &person()).unwrap();
    assert!(status.missed[0].1.contains("holidays"));
}

#[tokio::test]
async fn a_process_that_does_not_write_runs_nothing() {
    let world = World::new();
    let pilot = world.pilot(weekly_settings(MissedPolicy::Skip));
    pilot.turn().await.unwrap();
    world.with(|world| world.role = Role::Standby);
    world.pass(SignedDuration::from_mins(40));
    pilot.turn().await.unwrap();
    assert_eq!(slots(&world), Vec::<String>::new());
    assert_eq!(engine::Pilot::status(pilot.as_ref(), &person()).unwrap().state, "standby");
}

#[tokio::test]
async fn slots_before_the_schedule_was_set_are_nobody_s() {
    let world = World::new();
    world.with(|world| world.now = at("2026-12-11T20:41:00Z"));
    let pilot = world.pilot(weekly_settings(MissedPolicy::Late(SignedDuration::from_mins(60))));
    pilot.turn().await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(slots(&world), Vec::<String>::new());
}

/// The gateway was down at the old slot's moment, and came up with another rule.
#[tokio::test]
async fn a_slot_of_the_schedule_before_is_told_as_missed_and_the_new_one_goes_on() {
    for late in [5, 90] {
        let world = World::new();
        let old = weekly_settings(MissedPolicy::Late(SignedDuration::from_mins(60)));
        world.pilot(old.clone()).turn().await.unwrap();
        world.pass(SignedDuration::from_mins(40 + late));
        let mut new = old;
        let rule = domain::looping::schedule_text::spec("weekly fri", "close-10m", "skip");
        new.schedule = Some((Schedule::of_spec("weekly", &rule).unwrap(), rule));
        let pilot = world.pilot(new);
        pilot.turn().await.unwrap();
        assert_eq!(slots(&world), ["weekly:2026-11-20T15:40 missed"], "{late} minutes late");
        let why = engine::Pilot::status(pilot.as_ref(), &person()).unwrap().missed[0].1.clone();
        assert_eq!(why.contains("the schedule was changed"), late == 5, "{why}");
        world.with(|world| world.now = at("2026-11-27T17:50:00Z"));
        pilot.turn().await.unwrap();
        let ran: Vec<String> = world.book().ran.iter().map(ToString::to_string).collect();
        assert_eq!(ran, ["weekly-20261127-1250"]);
    }
}

/// Its moment comes while the books of the schedule before are closed.
#[tokio::test]
async fn no_slot_is_between_two_schedules() {
    let world = World::new();
    let old = weekly_settings(MissedPolicy::Skip);
    world.pilot(old.clone()).turn().await.unwrap();
    world.with(|world| {
        (world.now, world.notes_take) = (at("2026-11-20T20:49:59Z"), SignedDuration::from_secs(2));
    });
    let mut new = old;
    let rule = domain::looping::schedule_text::spec("weekly fri", "close-10m", "skip");
    new.schedule = Some((Schedule::of_spec("weekly", &rule).unwrap(), rule));
    let pilot = world.pilot(new);
    pilot.turn().await.unwrap();
    pilot.turn().await.unwrap();
    let fates = ["weekly:2026-11-20T15:40 missed", "weekly:2026-11-20T15:50 run weekly-20261120-1550"];
    assert_eq!(slots(&world), fates);
}

/// The gateway was down at the slot's moment, and came up without a schedule; weeks later it got one again.
#[tokio::test]
async fn the_last_slots_of_a_schedule_that_is_removed_are_told_and_none_of_the_time_without_one() {
    let world = World::new();
    let scheduled = weekly_settings(MissedPolicy::Late(SignedDuration::from_mins(60)));
    world.pilot(scheduled.clone()).turn().await.unwrap();
    world.pass(SignedDuration::from_mins(45));
    let by_hand = world.pilot(settings());
    for _ in 0..2 {
        by_hand.turn().await.unwrap();
        assert_eq!(slots(&world), ["weekly:2026-11-20T15:40 missed"]);
        assert_eq!(world.book().schedule, None);
    }
    let status = engine::Pilot::status(by_hand.as_ref(), &person()).unwrap();
    assert!(status.missed[0].1.contains("removed"), "{:?}", status.missed);
    world.with(|world| world.now = at("2026-12-04T20:50:00Z"));
    let pilot = world.pilot(scheduled);
    pilot.turn().await.unwrap();
    pilot.turn().await.unwrap();
    assert_eq!(slots(&world), ["weekly:2026-11-20T15:40 missed"]);
    world.with(|world| world.now = at("2026-12-11T20:40:00Z"));
    pilot.turn().await.unwrap();
    assert_eq!(slots(&world), ["weekly:2026-11-20T15:40 missed", "weekly:2026-12-11T15:40 run weekly-20261211-1540"]);
}

#[tokio::test]
async fn a_run_by_hand_takes_no_slot_s_name_and_one_that_has_it_costs_the_slot_alone() {
    let world = World::new();
    world.with(|world| world.fates.insert("BBB".to_owned(), Fate::Rests));
    let pilot = world.pilot(weekly_settings(MissedPolicy::Skip));
    pilot.turn().await.unwrap();
    let id: RunId = "weekly-20261120-1540".parse().unwrap();
    let refused = pilot.begin(&person(), RunWish { id: Some(id.clone()), decision: None }).await.unwrap_err();
    assert!(matches!(&refused, Fault::Invalid { field, .. } if field == "id"), "{refused}");
    world.pass(SignedDuration::from_mins(30));
    pilot.begin(&person(), RunWish { id: Some("before".parse().unwrap()), decision: None }).await.unwrap();
    pilot.turn().await.unwrap();
    // A journal of another version may hold such a run.
    let run = RunOrder {
        id,
        cause: RunCause::Hand,
        decision: None,
        terms: settings().terms,
        begin_by: at("2026-11-20T20:59:00Z"),
    };
    world.note(&person(), LoopEvent::RunQueued { run: Box::new(run) }).unwrap();
    world.pass(SignedDuration::from_mins(10));
    pilot.turn().await.unwrap();
    assert_eq!(slots(&world), ["weekly:2026-11-20T15:40 missed"]);
    let book = world.book();
    assert_eq!(book.run(&"before".parse().unwrap()).unwrap().state, RunState::Partial, "its deadline was minded");
}

#[tokio::test]
async fn trouble_with_the_schedule_holds_up_no_run() {
    let world = World::new();
    world.with(|world| world.refuses.insert("schedule_set"));
    let pilot = world.pilot(weekly_settings(MissedPolicy::Skip));
    pilot.begin(&person(), RunWish { id: Some("one".parse().unwrap()), decision: None }).await.unwrap();
    assert!(pilot.turn().await.is_err(), "it is told");
    assert_eq!(world.book().run(&"one".parse().unwrap()).unwrap().state, RunState::Done);
}

#[tokio::test]
async fn a_signal_that_fails_costs_its_slot_and_nothing_else() {
    let world = World::new();
    let mut settings = weekly_settings(MissedPolicy::Skip);
    settings.signal = autopilot::pilot::Signal::Command(autopilot::pilot::SignalCommand {
        words: ["/bin/sh", "-c", "cat > /dev/null; echo garbage"].map(str::to_owned).to_vec(),
        directory: "/".into(),
        timeout: std::time::Duration::from_mins(1),
        bars_days: 0,
        params: serde_json::Value::Null,
    });
    let pilot = world.pilot(settings);
    pilot.turn().await.unwrap();
    world.pass(SignedDuration::from_mins(40));
    pilot.turn().await.unwrap();
    let book = world.book();
    let run = book.run(&"weekly-20261120-1540".parse().unwrap()).unwrap();
    assert_eq!(run.state, RunState::Failed);
    assert!(run.reason.contains("not JSON"), "{}", run.reason);
    assert!(book.refused.is_some());
    assert_eq!(world.sent(), Vec::<String>::new());
}
