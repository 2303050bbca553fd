use std::time::Duration;

use super::*;

fn config(clock: ClockMode) -> VenueConfig {
    VenueConfig { clock, start: Some("1990-01-02".parse().unwrap()), ..VenueConfig::default() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_fast_clock_runs_by_its_factor() {
    let mut clock = Clock::new(&config(ClockMode::Speed(60)), None).unwrap();
    assert_eq!(clock.now(), at("1990-01-02T08:00:00Z"));
    tokio::time::advance(Duration::from_secs(90)).await;
    assert_eq!(clock.now(), at("1990-01-02T09:30:00Z"));
    assert!(!clock.step_to(at("1991-01-01T00:00:00Z")));
}

#[tokio::test(start_paused = true)]
async fn a_stepped_clock_stands_still_and_never_steps_back() {
    let mut clock = Clock::new(&config(ClockMode::Stepped), None).unwrap();
    tokio::time::advance(Duration::from_secs(90)).await;
    assert_eq!(clock.now(), at("1990-01-02T08:00:00Z"));
    assert!(clock.step_to(at("1990-01-02T15:00:00Z")));
    assert!(!clock.step_to(at("1990-01-02T14:59:59Z")));
    assert_eq!(clock.now(), at("1990-01-02T15:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn a_restored_clock_begins_where_it_had_got_to() {
    let reached = at("1990-03-01T00:00:00Z");
    let mut clock = Clock::new(&config(ClockMode::Stepped), Some(reached)).unwrap();
    assert_eq!(clock.now(), reached);
}

#[tokio::test(start_paused = true)]
async fn a_real_clock_is_made_faster_only_where_it_may_be_and_keeps_what_it_has_run_ahead() {
    let mut kept = Clock::new(&VenueConfig::default(), None).unwrap();
    assert!(matches!(kept.set_speed(60), Err(Refusal::Conflict(_))));
    let mut clock = Clock::new(&VenueConfig { may_speed: true, ..VenueConfig::default() }, None).unwrap();
    clock.set_speed(1).unwrap();
    assert_eq!(clock.describe(), "real");
    clock.set_speed(60).unwrap();
    let before = clock.now();
    tokio::time::advance(Duration::from_mins(1)).await;
    clock.set_speed(1).unwrap();
    let ahead = clock.now();
    assert_eq!(ahead.duration_since(before), SignedDuration::from_hours(1));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(clock.now().duration_since(ahead), SignedDuration::from_secs(1));
    assert!(clock.set_speed(0).is_err() && clock.set_speed(SPEED_MAX + 1).is_err());
}
