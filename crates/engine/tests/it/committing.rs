//! How many commits there are, and when the checkpoint file is synced.

use crate::support::*;
use domain::event::OrderEvent;
use domain::journal::JournalEvent;
use engine::desk::Desk as _;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;

/// The intents of every commit that has any.
fn intents_per_commit(rig: &Rig) -> Vec<Vec<String>> {
    let intents = |events: &Vec<JournalEvent>| -> Vec<String> {
        let submitting = |event: &&JournalEvent| matches!(event, JournalEvent::OrderSubmitting { .. });
        events.iter().filter(submitting).filter_map(JournalEvent::cl_ord_id).map(ToString::to_string).collect()
    };
    let calls = rig.log.calls();
    let commits = calls.iter().filter_map(|call| match call {
        Call::Append(events) => Some(intents(events)),
        Call::SyncCheckpoint => None,
    });
    commits.filter(|intents| !intents.is_empty()).collect()
}

/// Waits without ever being idle, so that the time that is paused stands still and no tick takes a place in a batch.
async fn spin_until(holds: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "spun in vain");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_waits_while_the_disk_is_busy_shares_commits_of_sixty_four_and_is_sent_in_order() {
    let rig = Rig::ready_with(|config| {
        let policy = &mut config.policy.base;
        (policy.open_orders_max, policy.open_orders_per_instrument_max) = (100, 100);
        policy.messages_per_second_max = 100;
        policy.open_notional_max = dec("1000000");
        policy.margin_use_percent_max = dec("100");
        (policy.position_notional_max, policy.issuer_notional_max) = (dec("1000000"), dec("1000000"));
    })
    .await;
    rig.settle().await;
    let rig = Arc::new(rig);
    tokio::time::pause();
    // A tick that was due before time stood still comes now, and not among the orders.
    work_off().await;
    rig.log.shut_gate();
    let submit = |name: String| {
        let rig = Arc::clone(&rig);
        tokio::spawn(async move { rig.desk().submit(&alice(), buy(&name), Duration::ZERO).await })
    };
    let mut answers = vec![submit("first".to_owned())];
    spin_until(|| rig.log.waits_at_gate()).await;
    answers.extend((0..70).map(|n| submit(format!("k-{n:02}"))));
    work_off().await;
    assert_eq!((intents_per_commit(&rig).len(), rig.broker.submits().len()), (0, 0), "the first is not durable yet");
    assert!(answers.iter().all(|answer| !answer.is_finished()), "nobody is answered before the commit");
    rig.log.open_gate();
    spin_until(|| rig.broker.submits().len() == 71).await;
    let commits = intents_per_commit(&rig);
    assert_eq!(commits.iter().map(Vec::len).collect::<Vec<_>>(), [1, 64, 6]);
    assert_eq!(rig.broker.submits(), commits.concat());
    let mut asked: Vec<String> = (0..70).map(|n| format!("k-{n:02}")).collect();
    asked.insert(0, "first".to_owned());
    assert_eq!(rig.broker.submits(), asked, "in the order in which they came");
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_checkpoint_file_is_synced_every_second_and_at_the_end() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    let before = rig.log.syncs();
    rig.pass(SignedDuration::from_millis(999));
    rig.settle().await;
    assert_eq!(rig.log.syncs(), before, "a second has not passed");
    rig.pass(SignedDuration::from_millis(1));
    rig.until("the second is over", || rig.log.syncs() > before).await;
    rig.settle().await;
    rig.settle().await;
    assert_eq!(rig.log.syncs(), before + 1, "once for each second");
    rig.pass(SignedDuration::from_secs(1));
    rig.until("the next is over", || rig.log.syncs() > before + 1).await;
    assert_eq!(rig.stop().await, engine::Ended::Orderly);
    let calls = rig.log.calls();
    assert_eq!(rig.log.syncs(), before + 3);
    let [.., Call::Append(last), Call::SyncCheckpoint] = calls.as_slice() else { panic!("{:?}", calls.last()) };
    assert_eq!(last.last(), Some(&JournalEvent::Stopped));
}

/// The commits in which the broker's word on this order was booked.
fn words_per_commit(rig: &Rig, cl_ord_id: &str) -> Vec<Vec<String>> {
    let words = |events: &Vec<JournalEvent>| -> Vec<String> {
        let word = |event: &JournalEvent| -> Option<String> {
            let JournalEvent::Order { cl_ord_id: key, event: OrderEvent::Acknowledged { broker_status, .. } } = event
            else {
                return None;
            };
            (key.as_str() == cl_ord_id).then(|| broker_status.clone())
        };
        events.iter().filter_map(word).collect()
    };
    let calls = rig.log.calls();
    let commits = calls.iter().filter_map(|call| match call {
        Call::Append(events) => Some(words(events)),
        Call::SyncCheckpoint => None,
    });
    commits.filter(|words| !words.is_empty()).collect()
}

#[tokio::test]
async fn another_word_for_a_working_order_waits_for_company_and_a_differing_echo_does_not() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.settle().await;
    tokio::time::pause();
    // A tick that was due before time stood still comes now.
    work_off().await;
    let before = rig.log.calls().len();
    let first_word = rig.broker.placed("k-1").status;
    let other = if first_word == "Submitted" { "PreSubmitted" } else { "Submitted" };
    rig.broker.edit("k-1", |placed| placed.status = other.to_owned());
    rig.broker.echo("k-1").await;
    rig.broker.echo("k-1").await;
    work_off().await;
    assert_eq!(rig.log.calls().len(), before, "nothing follows from it: no commit of its own");
    // Company: what it brings is booked behind it, in one commit.
    rig.broker.commission("company.1", "0").await;
    spin_until(|| rig.log.calls().len() > before).await;
    let (commits, words) = (rig.log.calls(), words_per_commit(&rig, "k-1"));
    let [Call::Append(events)] = &commits[before..] else { panic!("one commit: {:?}", &commits[before..]) };
    assert!(events.iter().any(|event| matches!(event, JournalEvent::ExternalCommission { .. })), "{events:?}");
    assert!(events.iter().any(|event| event.cl_ord_id().is_some_and(|key| key.as_str() == "k-1")), "{events:?}");
    assert_eq!(words.last().unwrap().as_slice(), [other.to_owned()], "said twice, booked once");
    // What is not as it was sent is never put off.
    let before = rig.log.calls().len();
    rig.broker.edit("k-1", |placed| placed.intent.qty = qty("11"));
    rig.broker.echo("k-1").await;
    spin_until(|| rig.log.calls().len() > before).await;
    assert_eq!(rig.log.count(|event| matches!(event, JournalEvent::InstrumentHalted { .. })), 1);
}
