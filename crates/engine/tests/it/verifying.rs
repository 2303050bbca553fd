//! The walk over the whole journal, soon after a start and every day, and what it does when something is wrong.

use crate::support::*;
use domain::journal::JournalEvent;
use engine::desk::{Desk as _, VerificationStatus};
use jiff::SignedDuration;

fn walks(rig: &Rig) -> usize {
    rig.log.count(|event| matches!(event, JournalEvent::Verified { .. }))
}

fn status(rig: &Rig) -> VerificationStatus {
    rig.desk().status(&alice()).unwrap().verification
}

async fn until_walked(rig: &Rig, times: usize) {
    rig.until("the journal was walked", || walks(rig) == times && !status(rig).is_under_way).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_start_and_each_day_walks_the_whole_journal_beside_the_orders() {
    let rig = Rig::ready_on_files().await;
    assert_eq!(status(&rig).newest, None);
    rig.working("k-1").await;
    rig.pass(SignedDuration::from_secs(5));
    until_walked(&rig, 1).await;
    let (at, walk) = status(&rig).newest.unwrap();
    assert!(walk.is_clean(), "{walk:?}");
    assert!(walk.records > 3 && walk.began_at <= at, "{walk:?}");
    rig.working("k-2").await;
    rig.pass(SignedDuration::from_hours(23));
    rig.settle().await;
    assert_eq!(walks(&rig), 1, "not before a day is over");
    rig.pass(SignedDuration::from_hours(1));
    until_walked(&rig, 2).await;
    assert!(status(&rig).newest.unwrap().1.records > walk.records);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_that_finds_something_halts_everything_and_stays_as_evidence() {
    let mut rig = Rig::ready_on_files().await;
    rig.working("k-1").await;
    rig.pass(SignedDuration::from_secs(5));
    until_walked(&rig, 1).await;
    let checkpoint = rig.dir.path().join("state").join("checkpoint");
    let text = std::fs::read_to_string(&checkpoint).unwrap();
    let third = &text.lines().nth(2).unwrap().to_owned();
    let forged = third.replace(['1', '2', '3'], "0");
    std::fs::write(&checkpoint, text.replace(third, &forged)).unwrap();
    rig.pass(SignedDuration::from_hours(24));
    until_walked(&rig, 2).await;
    let walk = status(&rig).newest.unwrap().1;
    assert_eq!((walk.is_clean(), walk.findings_total), (false, 1), "{walk:?}");
    assert!(walk.findings[0].contains("checkpoint"), "{walk:?}");
    rig.until("readers see the alarm", || rig.desk().not_ready().iter().any(|why| why.contains("not clean"))).await;
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-2")).await), "NotReady");

    rig.end().await;
    // Nobody writes it now. What was added since stays.
    let text = std::fs::read_to_string(&checkpoint).unwrap();
    std::fs::write(&checkpoint, text.replace(&forged, third)).unwrap();
    rig.boot();
    assert!(!status(&rig).newest.unwrap().1.is_clean(), "what was found outlives the process");
    rig.connect(2).await;
    let denied = rig.submit(&alice(), buy("k-3")).await.unwrap();
    assert!(denied.order.reasons.iter().any(|reason| reason.code.starts_with("C10")), "{denied:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_that_could_not_be_made_is_told_and_made_later() {
    let rig = Rig::ready_on_files().await;
    let key = rig.dir.path().join("state").join("journal.key");
    let aside = key.with_extension("aside");
    std::fs::rename(&key, &aside).unwrap();
    rig.pass(SignedDuration::from_secs(5));
    rig.until("the failure is told", || status(&rig).failed.is_some()).await;
    assert_eq!(walks(&rig), 0);
    std::fs::rename(&aside, &key).unwrap();
    rig.pass(SignedDuration::from_mins(1));
    until_walked(&rig, 1).await;
    assert_eq!(status(&rig).failed, None);
}
