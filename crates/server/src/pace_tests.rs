use super::{KNOWN_MAX, Pace};
use std::time::{Duration, Instant};

#[test]
fn two_seconds_worth_pass_at_once_then_one_by_one() {
    let pace = Pace::new(10);
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(pace.take(&"a", start), Ok(()));
    }
    assert_eq!(pace.take(&"a", start), Err(Duration::from_millis(100)));
    assert_eq!(pace.take(&"b", start), Ok(()), "another has its own count");
    let later = start + Duration::from_millis(100);
    assert_eq!(pace.take(&"a", later), Ok(()));
    assert!(pace.take(&"a", later).is_err());
    for _ in 0..20 {
        assert_eq!(
            pace.take(&"a", start + Duration::from_mins(1)),
            Ok(()),
            "what was not used is not saved beyond the burst"
        );
    }
    assert!(pace.take(&"a", start + Duration::from_mins(1)).is_err());
}

#[test]
fn zero_is_no_bound() {
    let pace = Pace::new(0);
    let now = Instant::now();
    assert!((0..10_000).all(|_| pace.take(&1, now).is_ok()));
    assert_eq!(pace.known.lock().unwrap().due.len(), 0);
}

#[test]
fn a_flood_of_peers_is_held_in_bounded_memory() {
    let pace = Pace::new(1);
    let now = Instant::now();
    for peer in 0..10_000 {
        pace.take(&peer, now).unwrap();
    }
    assert_eq!(pace.known.lock().unwrap().due.len(), KNOWN_MAX);
}
