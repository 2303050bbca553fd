use super::*;

#[tokio::test(start_paused = true)]
async fn fifty_pass_at_once_and_the_next_waits_its_turn() {
    let now = Instant::now();
    let mut throttle = Throttle::new(now);
    for _ in 0..50 {
        assert_eq!(throttle.admit(now), now);
    }
    assert_eq!(throttle.admit(now), now + Duration::from_millis(20));
    assert_eq!(throttle.admit(now), now + Duration::from_millis(40));
}

#[tokio::test(start_paused = true)]
async fn a_steady_fifty_a_second_never_waits() {
    let start = Instant::now();
    let mut throttle = Throttle::new(start);
    for n in 0..500 {
        let now = start + Duration::from_millis(20) * n;
        assert_eq!(throttle.admit(now), now);
    }
}
