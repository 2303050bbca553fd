use super::*;
use jiff::Timestamp;
use std::sync::Mutex;

#[derive(Debug, Default)]
struct Hand(Mutex<Duration>);

impl Hand {
    fn at(&self, seconds: u64) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Duration::from_secs(seconds);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        // Set back an hour with each second that really passes: nothing here may look at it.
        Timestamp::UNIX_EPOCH - jiff::SignedDuration::from_hours(self.monotonic().as_secs().cast_signed())
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

const LASTS: Duration = Duration::from_secs(5);

fn open() -> (Arc<Hand>, Interlock, SendPermit) {
    let hand = Arc::new(Hand::default());
    let clock: Arc<dyn Clock> = Arc::<Hand>::clone(&hand);
    let interlock = Interlock::new(PathBuf::from("/nonexistent/KILL"), clock);
    let permit = SendPermit { kill_epoch: KillEpoch(0), lease_epoch: LeaseEpoch(3), generation: Generation(1) };
    interlock.set_lease(permit.lease_epoch);
    interlock.set_generation(permit.generation);
    interlock.set_may_be_live(false);
    (hand, interlock, permit)
}

#[test]
fn nothing_leaves_before_the_lease_was_ever_proven() {
    let (_, interlock, permit) = open();
    assert_eq!(interlock.check(&permit), Err(NotSentReason::LeaseUnproven));
    interlock.prove_lease(Duration::ZERO, LASTS);
    assert_eq!(interlock.check(&permit), Ok(()));
}

#[test]
fn a_process_that_was_stopped_proves_its_lease_again_before_anything_leaves() {
    let (hand, interlock, permit) = open();
    interlock.prove_lease(Duration::from_secs(10), LASTS);
    for (second, may) in [(10, true), (14, true), (15, false), (3_600, false)] {
        hand.at(second);
        assert_eq!(interlock.check(&permit).is_ok(), may, "second {second}");
    }
    assert_eq!(interlock.check(&permit), Err(NotSentReason::LeaseUnproven));
    interlock.prove_lease(Duration::from_hours(1), LASTS);
    assert_eq!(interlock.check(&permit), Ok(()));
}

#[test]
fn a_proof_that_arrives_late_counts_from_its_beginning_and_takes_nothing_back() {
    let (hand, interlock, permit) = open();
    interlock.prove_lease(Duration::from_secs(10), LASTS);
    interlock.prove_lease(Duration::from_secs(2), LASTS);
    hand.at(14);
    assert_eq!(interlock.check(&permit), Ok(()));
    hand.at(15);
    assert_eq!(interlock.check(&permit), Err(NotSentReason::LeaseUnproven));
}

/// Line 13 of what existing gateways get wrong: deleting the override file changes nothing until a restart.
#[test]
fn a_live_order_leaves_only_while_the_override_file_is_there() {
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("go");
    let (_, interlock, permit) = open();
    interlock.prove_lease(Duration::ZERO, LASTS);
    interlock.set_may_be_live(true);
    assert_eq!(interlock.check(&permit), Err(NotSentReason::OverrideFile), "none is configured");
    let interlock = interlock.with_override_file(Some(file.clone()));
    assert_eq!(interlock.check(&permit), Err(NotSentReason::OverrideFile), "it is not there");
    std::fs::write(&file, "").unwrap();
    assert_eq!(interlock.check(&permit), Ok(()));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(interlock.check(&permit), Err(NotSentReason::OverrideFile), "it was deleted");
    interlock.set_may_be_live(false);
    assert_eq!(interlock.check(&permit), Ok(()), "paper does not ask for it");
}
