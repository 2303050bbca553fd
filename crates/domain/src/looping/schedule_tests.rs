use super::*;
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn calendar() -> ExchangeCalendar {
    ExchangeCalendar::new(TimeZone::get("America/New_York").unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn weekly(weekday: Weekday) -> Schedule {
    Schedule {
        name: "weekly".to_owned(),
        cadence: Cadence::Weekly(weekday),
        at: SlotTime::BeforeClose(SignedDuration::from_mins(20)),
        missed: MissedPolicy::Skip,
    }
}

fn told(slots: &[Slot]) -> Vec<(String, String)> {
    slots.iter().map(|slot| (slot.key.to_string(), slot.at.to_string())).collect()
}

#[test]
fn a_weekly_slot_moves_over_holidays_and_before_early_closes() {
    let slots = weekly(Weekday::Thursday).slots(&calendar(), at("2026-11-16T00:00:00Z"), at("2026-12-31T23:59:00Z"));
    let expected = [
        ("weekly:2026-11-19T15:40", "2026-11-19T20:40:00Z"),
        // Thanksgiving: the Friday behind it, which ends at 13:00.
        ("weekly:2026-11-27T12:40", "2026-11-27T17:40:00Z"),
        ("weekly:2026-12-03T15:40", "2026-12-03T20:40:00Z"),
        ("weekly:2026-12-10T15:40", "2026-12-10T20:40:00Z"),
        ("weekly:2026-12-17T15:40", "2026-12-17T20:40:00Z"),
        ("weekly:2026-12-24T12:40", "2026-12-24T17:40:00Z"),
        ("weekly:2026-12-31T15:40", "2026-12-31T20:40:00Z"),
    ];
    assert_eq!(told(&slots), expected.map(|(key, at)| (key.to_owned(), at.to_owned())));
    assert_eq!(slots[1].run.as_str(), "weekly-20261127-1240");
}

#[test]
fn every_slot_s_run_has_an_id_of_slots_and_others_have_none() {
    for slot in weekly(Weekday::Thursday).slots(&calendar(), at("2026-01-01T00:00:00Z"), at("2026-12-31T23:59:00Z")) {
        assert!(is_of_slot(&slot.run), "{}", slot.run);
    }
    for id in
        ["first", "h-0123456789ab", "weekly-20261127-1240-r", "20261127-1240", "weekly-2026112-1240", "a-20261127-12a0"]
    {
        assert!(!is_of_slot(&id.parse().unwrap()), "{id}");
    }
}

#[test]
fn daylight_saving_moves_the_moment_and_not_the_key() {
    let friday = weekly(Weekday::Friday);
    let slots = friday.slots(&calendar(), at("2026-10-29T00:00:00Z"), at("2026-11-07T00:00:00Z"));
    assert_eq!(
        told(&slots),
        [
            ("weekly:2026-10-30T15:40".to_owned(), "2026-10-30T19:40:00Z".to_owned()),
            ("weekly:2026-11-06T15:40".to_owned(), "2026-11-06T20:40:00Z".to_owned()),
        ]
    );
}

#[test]
fn a_civil_time_keeps_its_distance_from_an_early_close() {
    let schedule = Schedule { at: SlotTime::At(Time::constant(15, 50, 0, 0)), ..weekly(Weekday::Friday) };
    let slots = schedule.slots(&calendar(), at("2026-11-26T00:00:00Z"), at("2026-11-28T00:00:00Z"));
    assert_eq!(told(&slots), [("weekly:2026-11-27T12:50".to_owned(), "2026-11-27T17:50:00Z".to_owned())]);
}

#[test]
fn months_begin_and_end_with_a_session() {
    let of = |cadence| Schedule { cadence, ..weekly(Weekday::Friday) };
    let days = |schedule: Schedule| {
        let slots = schedule.slots(&calendar(), at("2026-01-01T00:00:00Z"), at("2026-06-30T23:00:00Z"));
        slots.into_iter().map(|slot| slot.session.date).collect::<Vec<_>>()
    };
    assert_eq!(days(of(Cadence::MonthBegin))[..3], [date(2026, 1, 2), date(2026, 2, 2), date(2026, 3, 2)]);
    assert_eq!(days(of(Cadence::MonthEnd))[..3], [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31)]);
}

#[test]
fn two_rules_days_that_land_in_one_session_are_one_slot() {
    // Thanksgiving's slot moves to the Friday, which has one of its own at the same time.
    let cron = Schedule { cadence: Cadence::Cron(Cron::read("0 11 * * thu,fri").unwrap()), ..weekly(Weekday::Friday) };
    let slots = cron.slots(&calendar(), at("2026-11-25T00:00:00Z"), at("2026-11-28T00:00:00Z"));
    assert_eq!(slots.len(), 1, "{slots:?}");
}

#[test]
fn a_slot_runs_once_on_time_and_is_missed_when_it_is_over() {
    let schedule = weekly(Weekday::Friday);
    let since = at("2026-11-14T00:00:00Z");
    let verdicts = |now: &str, used: &[&str]| {
        let is_used = |key: &SlotKey| used.contains(&key.as_str());
        schedule
            .due(&calendar(), is_used, since, at(now))
            .into_iter()
            .map(|verdict| match verdict {
                SlotVerdict::Run(slot) => format!("run {}", slot.key),
                SlotVerdict::Missed(slot, _) => format!("missed {}", slot.key),
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(verdicts("2026-11-20T20:39:59Z", &[]), Vec::<String>::new());
    assert_eq!(verdicts("2026-11-20T20:40:00Z", &[]), ["run weekly:2026-11-20T15:40"]);
    assert_eq!(verdicts("2026-11-20T20:41:00Z", &["weekly:2026-11-20T15:40"]), Vec::<String>::new());
    assert_eq!(verdicts("2026-11-20T20:43:00Z", &[]), ["missed weekly:2026-11-20T15:40"]);
    // A week of silence: the old one is over, the newest is judged by its own lateness.
    assert_eq!(
        verdicts("2026-11-27T17:41:00Z", &[]),
        ["missed weekly:2026-11-20T15:40", "run weekly:2026-11-27T12:40"]
    );
}

#[test]
fn a_late_run_stays_within_its_window_and_its_session() {
    let late = |minutes| Schedule {
        missed: MissedPolicy::Late(SignedDuration::from_mins(minutes)),
        ..weekly(Weekday::Friday)
    };
    let since = at("2026-11-14T00:00:00Z");
    let runs = |schedule: &Schedule, now: &str| {
        matches!(schedule.due(&calendar(), |_| false, since, at(now)).as_slice(), [SlotVerdict::Run(_)])
    };
    assert!(runs(&late(15), "2026-11-20T20:55:00Z"));
    assert!(!runs(&late(10), "2026-11-20T20:55:00Z"));
    assert!(!runs(&late(600), "2026-11-20T21:00:00Z"), "the session has closed");
}

#[test]
fn what_cannot_be_a_schedule_says_why() {
    assert_eq!(weekly(Weekday::Friday).problem(), None);
    assert!(Schedule { name: "Weekly!".to_owned(), ..weekly(Weekday::Friday) }.problem().is_some());
    let at = SlotTime::AfterOpen(SignedDuration::from_mins(210));
    assert!(Schedule { at, ..weekly(Weekday::Friday) }.problem().is_some());
    // A slot behind the close would be missed for ever.
    for at in [Time::constant(17, 0, 0, 0), Time::constant(16, 0, 0, 0), Time::constant(9, 29, 0, 0)] {
        let problem = Schedule { at: SlotTime::At(at), ..weekly(Weekday::Friday) }.problem();
        assert!(problem.is_some_and(|why| why.starts_with("at: a time within the session")), "{at}");
    }
    let cron = |line: &str| Schedule { cadence: Cadence::Cron(Cron::read(line).unwrap()), ..weekly(Weekday::Friday) };
    assert_eq!(cron("50 15 * * fri").problem(), None);
    assert!(cron("0 18 * * fri").problem().unwrap().starts_with("schedule: 18:00:00 in New York"));
}

#[test]
fn the_last_session_of_a_month_that_ends_on_a_weekend_has_its_slot_when_it_comes() {
    // 31 May 2026 is a Sunday.
    let schedule = Schedule { cadence: Cadence::MonthEnd, ..weekly(Weekday::Friday) };
    let verdicts = schedule.due(&calendar(), |_| false, at("2026-05-20T00:00:00Z"), at("2026-05-29T19:40:30Z"));
    assert!(matches!(verdicts.as_slice(), [SlotVerdict::Run(slot)] if slot.session.date == date(2026, 5, 29)));
}

#[test]
fn of_very_many_missed_slots_each_is_told() {
    let cron = Schedule { cadence: Cadence::Cron(Cron::read("* 10-14 * * *").unwrap()), ..weekly(Weekday::Friday) };
    let (mut since, now) = (at("2026-11-16T00:00:00Z"), at("2026-11-20T19:59:30Z"));
    let (mut missed, mut run) = (0, 0);
    for _ in 0..10 {
        let verdicts = cron.due(&calendar(), |_| false, since, now);
        assert!(verdicts.len() <= SLOTS_MAX);
        for verdict in verdicts {
            let slot = match verdict {
                SlotVerdict::Run(slot) => {
                    run += 1;
                    slot
                }
                SlotVerdict::Missed(slot, _) => {
                    missed += 1;
                    slot
                }
            };
            assert!(since < slot.at);
            since = slot.at;
        }
    }
    assert_eq!((missed, run), (5 * 300 - 1, 1));
}

proptest! {
    /// Looked at in any steps, a year of slots is the same, each once, and each inside its session.
    #[test]
    fn no_slot_is_told_twice_and_none_is_left_out(steps in prop::collection::vec(1_i64..2_000_000, 1..40), rule in 0_i8..8) {
        let calendar = calendar();
        let cadence = match rule {
            5 => Cadence::MonthBegin,
            6 => Cadence::MonthEnd,
            7 => Cadence::Daily,
            day => Cadence::Weekly(Weekday::Monday.wrapping_add(day)),
        };
        let schedule = Schedule { cadence, ..weekly(Weekday::Friday) };
        let begin = at("2026-01-01T00:00:00Z");
        let mut told: Vec<Slot> = Vec::new();
        let mut now = begin;
        for step in steps {
            let then = now + SignedDuration::from_secs(step);
            told.extend(schedule.slots(&calendar, now, then));
            now = then;
        }
        prop_assert_eq!(&told, &schedule.slots(&calendar, begin, now));
        let keys: BTreeSet<_> = told.iter().map(|slot| slot.key.clone()).collect();
        prop_assert_eq!(keys.len(), told.len());
        for slot in &told {
            prop_assert!(slot.session.open <= slot.at && slot.at < slot.session.close);
        }
        if let Some(first) = told.first() {
            let next = schedule.next(&calendar, begin);
            prop_assert_eq!(next.as_ref(), Some(first));
        }
    }
}
