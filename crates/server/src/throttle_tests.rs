use super::{PEERS_MAX, Throttle};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

fn peer(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x7f00_0000 | number))
}

#[test]
fn the_first_failures_pass_the_next_waits_and_a_new_minute_forgives() {
    let throttle = Throttle::new(3);
    let start = Instant::now();
    for _ in 0..3 {
        assert_eq!(throttle.failed(peer(1), start), None);
    }
    let later = start + Duration::from_secs(20);
    assert_eq!(throttle.failed(peer(1), later), Some(Duration::from_secs(40)));
    assert_eq!(throttle.failed(peer(2), later), None, "another peer has its own count");
    assert_eq!(throttle.failed(peer(1), start + Duration::from_mins(1)), None);
}

#[test]
fn a_flood_of_peers_is_held_in_bounded_memory() {
    let throttle = Throttle::new(1);
    let start = Instant::now();
    for number in 0..3_000_u32 {
        throttle.failed(peer(number), start + Duration::from_millis(u64::from(number)));
    }
    assert_eq!(throttle.peers.lock().unwrap().len(), PEERS_MAX);
}
