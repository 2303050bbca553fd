use super::*;
use jiff::Timestamp;

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

#[tokio::test]
async fn whoever_waits_for_a_command_shows_life_until_it_has_ended() {
    let life = SignOfLife::begun(Timestamp::UNIX_EPOCH);
    let shown = async {
        while life.at() != Some(Noon.now()) {
            tokio::task::yield_now().await;
        }
        7
    };
    assert_eq!(alive_while(&life, &Noon, Duration::from_millis(1), shown).await, 7);
}
