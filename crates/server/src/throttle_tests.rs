use super::{Failures, PEERS_MAX, REPEATS_PER_GUESS_MAX, Throttle};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

fn peer(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x7f00_0000 | number))
}

#[test]
fn the_first_guesses_pass_the_next_waits_and_a_new_minute_forgives() {
    let throttle = Throttle::new(3);
    let start = Instant::now();
    for guess in ["a", "b", "c"] {
        assert_eq!(throttle.failed(peer(1), guess, start), None);
    }
    let later = start + Duration::from_secs(20);
    assert_eq!(throttle.failed(peer(1), "d", later), Some(Duration::from_secs(40)));
    assert_eq!(throttle.failed(peer(2), "d", later), None, "another peer has its own count");
    assert_eq!(throttle.failed(peer(1), "d", start + Duration::from_mins(1)), None);
}

#[test]
fn what_one_program_with_an_old_key_does_changes_nothing_for_another_at_the_same_address() {
    let throttle = Throttle::new(2);
    let start = Instant::now();
    let most = 2 * REPEATS_PER_GUESS_MAX;
    for _ in 0..=most {
        assert_eq!(throttle.failed(peer(1), "mad", start), None);
        assert_eq!(throttle.failed(peer(1), "calm", start), None);
    }
    assert!(throttle.failed(peer(1), "mad", start).is_some());
    assert!(throttle.failed(peer(1), "guess", start).is_some(), "two are all that there may be");
    let counted = throttle.failures();
    assert_eq!(counted, Failures { guesses: 2, repeats: 2 * u64::from(most), beyond: 2 });
    assert_eq!(throttle.failed(peer(2), "calm", start), None, "and nothing at another one");
}

#[test]
fn a_key_that_is_tried_again_is_no_second_guess_but_has_an_end_too() {
    let throttle = Throttle::new(2);
    let start = Instant::now();
    for _ in 0..=2 * REPEATS_PER_GUESS_MAX {
        assert_eq!(throttle.failed(peer(1), "old", start), None);
    }
    assert_eq!(throttle.failed(peer(1), "old", start), Some(Duration::from_mins(1)));
    assert_eq!(throttle.failed(peer(1), "other", start), None, "a guess of its own");
}

#[test]
fn a_flood_of_peers_is_held_in_bounded_memory() {
    let throttle = Throttle::new(1);
    let start = Instant::now();
    for number in 0..3_000_u32 {
        throttle.failed(peer(number), "guess", start + Duration::from_millis(u64::from(number)));
    }
    assert_eq!(throttle.peers.lock().unwrap().len(), PEERS_MAX);
}
