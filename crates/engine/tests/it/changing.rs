//! Replace: an intent of its own, bound to its order.

use crate::support::*;
use domain::broker::SendOutcome;
use domain::cancel::CancelFate;
use domain::change::{ChangeFate, ChangeOutcome};
use domain::fault::Fault;
use domain::id::PermId;
use domain::lifecycle::OrdStatus;
use domain::order::{Amendment, OrderIntent, OrderType, Side};
use engine::desk::{ChangeAnswer, Desk as _, Outcome};
use jiff::SignedDuration;
use std::time::Duration;

async fn replace(rig: &Rig, cl_ord_id: &str, new_key: &str, to: Amendment) -> Result<ChangeAnswer, Fault> {
    rig.desk().replace(&alice(), key(cl_ord_id), key(new_key), to, None, Duration::ZERO).await
}

/// The change reached the broker, which has taken it over into its ledger.
async fn take_over(rig: &Rig, cl_ord_id: &str) {
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    let changed = rig.broker.replaces().pop().unwrap();
    rig.broker.edit(cl_ord_id, |order| order.intent = changed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_sent_under_the_orders_own_id_and_counts_once_the_broker_shows_it() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let answer = replace(&rig, "k-1", "r-1", amend("20", "99.5")).await.unwrap();
    assert_eq!(answer.outcome, ChangeOutcome::Sent(ChangeFate::UnderWay));
    assert_eq!(answer.order.status, OrdStatus::PendingReplace);
    assert_eq!(answer.order.intent.qty, qty("10"), "the original stands until the broker has taken the change");
    assert_eq!(answer.order.worst_leaves(), dec("20"), "and the worst of both is reserved");
    take_over(&rig, "k-1").await;
    rig.broker.echo("k-1").await;
    let changed = rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!((changed.intent.qty, changed.intent.order_type.limit_price()), (qty("20"), Some(px("99.5"))));
    assert_eq!((changed.version, changed.attempts.len(), changed.pending_replace), (2, 1, None));
    let repeat = replace(&rig, "k-1", "r-1", amend("20", "99.5")).await.unwrap();
    assert!(repeat.replayed);
    rig.settle().await;
    assert_eq!((rig.broker.replaces().len(), rig.halted()), (1, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_echo_of_the_original_acknowledges_no_change_of_the_price() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("10", "99")).await.unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    rig.broker.edit("k-1", |order| "PreSubmitted".clone_into(&mut order.status));
    rig.broker.echo("k-1").await;
    rig.settle().await;
    let order = rig.order("k-1");
    assert_eq!((order.status, order.version, rig.halted()), (OrdStatus::PendingReplace, 1, None));
    take_over(&rig, "k-1").await;
    rig.broker.echo("k-1").await;
    let changed = rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(changed.intent.order_type.limit_price(), Some(px("99")));
    assert_eq!((rig.halted(), rig.broker.all_cancels().len()), (None, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_change_leaves_the_original() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    for (n, code) in [104, 105, 110, 134, 201].into_iter().enumerate() {
        replace(&rig, "k-1", &format!("r-{n}"), amend("20", "99")).await.unwrap();
        rig.until("the broker has the change", || rig.broker.replaces().len() == n + 1).await;
        // TWS repeats itself.
        for _ in 0..2 {
            rig.broker.error("k-1", code).await;
            rig.settle().await;
            let order = rig.order("k-1");
            assert_eq!((order.status, order.worst_leaves()), (OrdStatus::Working, dec("10")), "code {code}");
            assert_eq!((order.intent.qty, order.version, order.pending_replace), (qty("10"), 1, None), "code {code}");
        }
        assert_eq!(rig.halted(), None, "code {code}");
        let told = replace(&rig, "k-1", &format!("r-{n}"), amend("20", "99")).await;
        assert_eq!(told_of(&told), "Refused", "that the original works is no answer to the change");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_gets_no_answer_is_settled_by_a_later_look() {
    for taken in [false, true] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
        rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
        if taken {
            take_over(&rig, "k-1").await;
        }
        rig.pass(SignedDuration::from_secs(16));
        let order = rig.until_status("k-1", OrdStatus::Working).await;
        let (total, version) = if taken { ("20", 2) } else { ("10", 1) };
        assert_eq!((order.intent.qty, order.version, order.pending_replace), (qty(total), version, None));
        assert_eq!((rig.halted(), rig.broker.all_cancels().len()), (None, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_that_comes_behind_a_settled_change_ends_no_order_and_asks_for_a_look() {
    for taken in [false, true] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
        rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
        if taken {
            take_over(&rig, "k-1").await;
            rig.broker.echo("k-1").await;
        } else {
            // Nobody answers: a look settles it.
            rig.pass(SignedDuration::from_secs(16));
        }
        rig.until("the change is settled", || rig.order("k-1").status == OrdStatus::Working).await;
        let looks = rig.broker.asked("snapshot");
        rig.broker.error("k-1", 201).await;
        rig.settle().await;
        let order = rig.order("k-1");
        assert_eq!((order.status, order.version), (OrdStatus::Working, if taken { 2 } else { 1 }));
        rig.pass(SignedDuration::from_secs(4));
        rig.until("it is looked", || rig.broker.asked("snapshot") > looks).await;
        assert_eq!((rig.order("k-1").status, rig.halted()), (OrdStatus::Working, None));
        // What is true is told by the status.
        rig.broker.edit("k-1", |order| "Inactive".clone_into(&mut order.status));
        rig.broker.status("k-1").await;
        rig.until_status("k-1", OrdStatus::Rejected).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_held_for_not_taken_and_shows_later_is_canceled_and_halts() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    rig.pass(SignedDuration::from_secs(16));
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(told_of(&replace(&rig, "k-1", "r-1", amend("20", "99")).await), "Unsent");
    take_over(&rig, "k-1").await;
    rig.broker.echo("k-1").await;
    rig.until("what was not meant is canceled", || rig.broker.cancels("k-1") == 1).await;
    assert!(rig.halted().is_some_and(|why| why.contains("quantity is 20, the intent says 10")), "{:?}", rig.halted());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_the_end_of_its_order_overtook_is_told_so() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.broker.error("k-1", 202).await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    assert_eq!(told_of(&replace(&rig, "k-1", "r-1", amend("20", "99")).await), "Overtaken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_taken_before_the_cancel_is_booked_whenever_the_broker_shows_it() {
    // The first line that shows the change comes while the cancel is under way, or is the order's last.
    for last_words in [vec!["Submitted", "PendingCancel", "Cancelled"], vec!["PendingCancel", "Cancelled"]] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
        take_over(&rig, "k-1").await;
        rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
        for word in &last_words {
            rig.broker.edit("k-1", |order| (*word).clone_into(&mut order.status));
            rig.broker.echo("k-1").await;
        }
        let order = rig.until_status("k-1", OrdStatus::Canceled).await;
        assert_eq!((order.intent.qty, order.version, order.pending_replace), (qty("20"), 2, None), "{last_words:?}");
        assert_eq!(order.changes.get(&key("r-1")), Some(&ChangeFate::Taken), "{last_words:?}");
        assert_eq!(rig.halted(), None, "{last_words:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_a_bare_end_overtook_is_booked_by_the_next_comparison() {
    for taken in [false, true] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
        rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
        if taken {
            take_over(&rig, "k-1").await;
        }
        rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
        rig.broker.edit("k-1", |order| "Cancelled".clone_into(&mut order.status));
        rig.broker.status("k-1").await;
        let order = rig.until_status("k-1", OrdStatus::Canceled).await;
        assert_eq!((order.intent.qty, order.version), (qty("10"), 1), "a bare status tells no terms");
        assert_eq!(told_of(&replace(&rig, "k-1", "r-1", amend("20", "99")).await), "Overtaken");
        // It is looked for soon: tomorrow the broker tells no more of the order.
        let looks = rig.broker.asked("snapshot");
        rig.pass(SignedDuration::from_secs(4));
        rig.until("it is looked", || rig.broker.asked("snapshot") > looks).await;
        if taken {
            rig.until("the change is booked", || rig.order("k-1").version == 2).await;
        } else {
            rig.broker.down().await;
            rig.connect(1).await;
        }
        let order = rig.order("k-1");
        let (total, version, told) = if taken { ("20", 2, "Taken") } else { ("10", 1, "Unsent") };
        assert_eq!((order.status, order.intent.qty, order.version), (OrdStatus::Canceled, qty(total), version));
        let repeat = replace(&rig, "k-1", "r-1", amend("20", "99")).await;
        assert_eq!(told_of(&repeat), told);
        assert_eq!((rig.halted(), rig.broker.replaces().len()), (None, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_during_a_change_makes_both_versions_unknown_until_the_broker_shows_one() {
    for taken in [true, false] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
        rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
        rig.broker.down().await;
        let unknown = rig.until_status("k-1", OrdStatus::Unconfirmed).await;
        assert_eq!(unknown.worst_leaves(), dec("20"));
        if taken {
            take_over(&rig, "k-1").await;
        }
        rig.connect(1).await;
        if !taken {
            // What was written right before the connection broke may still be on its way.
            let order = rig.order("k-1");
            assert_eq!((order.status, order.worst_leaves()), (OrdStatus::Unconfirmed, dec("20")));
            rig.pass(SignedDuration::from_secs(16));
        }
        let order = rig.until_status("k-1", OrdStatus::Working).await;
        let (expected, version) = if taken { ("20", 2) } else { ("10", 1) };
        assert_eq!((order.intent.qty, order.version), (qty(expected), version), "taken: {taken}");
        assert_eq!((order.pending_replace, rig.halted()), (None, None), "taken: {taken}");
        assert_eq!(rig.broker.replaces().len(), 1, "a change is never sent again");
        // And it goes on as an ordinary order.
        rig.broker.fill("k-1", expected, "e.1.01").await;
        rig.until_status("k-1", OrdStatus::Filled).await;
        assert_eq!(rig.halted(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_the_brokers_program_keeps_while_its_line_is_lost_is_on_its_way_until_the_line_is_back() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    rig.broker.notice(1100).await;
    rig.settle().await;
    rig.pass(SignedDuration::from_secs(60));
    rig.broker.notice(1102).await;
    rig.until_ready().await;
    rig.settle().await;
    let order = rig.order("k-1");
    assert_eq!((order.status, order.worst_leaves()), (OrdStatus::PendingReplace, dec("20")), "a minute old and kept");
    rig.pass(SignedDuration::from_secs(16));
    let order = rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!((order.worst_leaves(), order.pending_replace), (dec("10"), None));
    assert_eq!((rig.halted(), rig.broker.all_cancels().len()), (None, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_an_older_change_settles_no_newer_one() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.on_submit(OnSubmit::Hold);
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    rig.pass(SignedDuration::from_secs(16));
    rig.until_status("k-1", OrdStatus::Working).await;
    let late = rig.broker.take_held();
    replace(&rig, "k-1", "r-2", amend("30", "99")).await.unwrap();
    rig.until("the broker has the change", || rig.broker.replaces().len() == 1).await;
    drop(late);
    for outcome in [
        SendOutcome::NotSent { reason: domain::broker::NotSentReason::Pacing },
        SendOutcome::Unknown { detail: "broken pipe".to_owned() },
    ] {
        let broker_order_id = rig.broker.placed("k-1").broker_order_id;
        let change = Some(key("r-1"));
        let sent = domain::broker::BrokerEvent::Sent { cl_ord_id: key("k-1"), broker_order_id, change, outcome };
        rig.broker.say(sent).await;
    }
    rig.settle().await;
    let order = rig.order("k-1");
    assert_eq!((order.status, order.worst_leaves()), (OrdStatus::PendingReplace, dec("30")));
    assert_eq!(order.changes.get(&key("r-2")), Some(&ChangeFate::UnderWay));
    take_over(&rig, "k-1").await;
    rig.broker.echo("k-1").await;
    assert_eq!(rig.until_status("k-1", OrdStatus::Working).await.intent.qty, qty("30"));
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_never_left_the_adapter_leaves_the_original() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.on_submit(OnSubmit::Hold);
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    rig.broker.down().await;
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    rig.broker.release(&rig.interlock).await;
    rig.settle().await;
    let order = rig.order("k-1");
    assert_eq!(order.status, OrdStatus::Unconfirmed, "an unsent change does not end the order");
    assert_eq!((order.pending_replace, rig.halted()), (None, None));
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(told_of(&replace(&rig, "k-1", "r-1", amend("20", "99")).await), "Unsent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_permanent_ids_for_one_intent_halt_the_instrument() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let mut twin = rig.broker.placed("k-1").as_reported();
    twin.perm_id = Some(PermId::new(777).unwrap());
    let generation = rig.broker.generation();
    rig.broker.say(domain::broker::BrokerEvent::OpenOrder { generation, order: Box::new(twin) }).await;
    rig.until("the instrument is halted", || rig.halted().is_some()).await;
    assert_eq!(rig.submit(&alice(), buy("k-2")).await.unwrap().outcome, Outcome::Denied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_working_order_of_this_connection_is_changed() {
    let rig = Rig::ready().await;
    assert_eq!(code_of(&replace(&rig, "k-0", "r-0", amend("5", "100")).await), "NotFound");
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    assert_eq!(code_of(&replace(&rig, "k-1", "r-1", amend("5", "100")).await), "NotReplaceable");
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    let market = Amendment { order_type: domain::order::OrderType::Market, ..amend("5", "100") };
    assert_eq!(code_of(&replace(&rig, "k-1", "r-2", market).await), "Invalid");
    rig.broker.fill("k-1", "4", "e.1.01").await;
    rig.settle().await;
    assert_eq!(code_of(&replace(&rig, "k-1", "r-3", amend("4", "100")).await), "Invalid");
    assert_eq!(told_of(&replace(&rig, "k-1", "r-4", amend("2000", "100")).await), "Denied");
    rig.broker.fill("k-1", "6", "e.2.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    assert_eq!(code_of(&replace(&rig, "k-1", "r-5", amend("20", "100")).await), "NotReplaceable");
    assert_eq!(rig.broker.replaces().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_change_of_a_partly_filled_order_is_judged_by_what_is_left_of_it() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.broker.hold_position("10");
    rig.boot();
    rig.connect(1).await;
    let stop = |at: &str| OrderType::Stop { stop: px(at) };
    let all = OrderIntent { side: Side::Sell, order_type: stop("95"), ..buy("k-1") };
    rig.submit(&alice(), all).await.unwrap();
    rig.until("the broker has it", || !rig.broker.submits().is_empty()).await;
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    rig.broker.fill("k-1", "6", "e.1.01").await;
    rig.settle().await;
    let to = |many: &str, at: &str| Amendment { order_type: stop(at), ..amend(many, "1") };
    let refused = replace(&rig, "k-1", "r-1", to("11", "94")).await;
    assert!(format!("{refused:?}").contains("C24_REDUCE_ONLY"), "five left, four held: {refused:?}");
    replace(&rig, "k-1", "r-2", to("10", "94")).await.unwrap();
    rig.until("the broker has the change", || rig.broker.replaces().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_write_of_a_change_makes_the_order_unknown() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.on_submit(OnSubmit::Hold);
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    rig.broker
        .say(domain::broker::BrokerEvent::Sent {
            cl_ord_id: key("k-1"),
            broker_order_id: rig.broker.placed("k-1").broker_order_id,
            change: Some(key("r-1")),
            outcome: SendOutcome::Unknown { detail: "broken pipe".to_owned() },
        })
        .await;
    let order = rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    assert_eq!(order.worst_leaves(), dec("20"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reduced_order_that_fills_before_its_change_is_acknowledged_is_filled() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("4", "100")).await.unwrap();
    take_over(&rig, "k-1").await;
    rig.broker.fill("k-1", "4", "e.1.01").await;
    let order = rig.until_status("k-1", OrdStatus::Filled).await;
    assert_eq!((order.intent.qty, order.cum_qty(), order.version), (qty("4"), dec("4"), 2));
    assert_eq!((order.pending_replace, rig.halted()), (None, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trades_beyond_the_original_prove_that_the_change_was_taken() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "100")).await.unwrap();
    take_over(&rig, "k-1").await;
    rig.broker.fill("k-1", "20", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    rig.settle().await;
    let order = rig.order("k-1");
    assert_eq!((order.intent.qty, order.cum_qty(), order.version), (qty("20"), dec("20"), 2));
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_lost_with_its_line_is_settled_also_when_a_cancel_followed_it() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    rig.broker.down().await;
    rig.connect(1).await;
    assert_eq!(rig.order("k-1").worst_leaves(), dec("20"), "it may still be on its way");
    rig.pass(SignedDuration::from_secs(16));
    rig.until("a look settles it", || rig.order("k-1").pending_replace.is_none()).await;
    let order = rig.order("k-1");
    assert_eq!((order.status, order.worst_leaves()), (OrdStatus::PendingCancel, dec("10")));
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_change_waits_until_it_is_known_what_became_of_the_first() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    rig.broker.hold_snapshots(true);
    rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    rig.broker.error("k-1", 10147).await;
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    // It trades, so it lives; which version of it does, the trade does not tell.
    rig.broker.fill("k-1", "4", "e.1.01").await;
    let order = rig.until_status("k-1", OrdStatus::Working).await;
    assert!(order.pending_replace.is_some());
    assert_eq!(code_of(&replace(&rig, "k-1", "r-2", amend("30", "99")).await), "NotReplaceable");
    assert_eq!((rig.broker.replaces().len(), rig.order("k-1").status), (1, OrdStatus::Working));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_to_where_our_own_have_just_traded_is_held_like_a_new_order() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |config| config.policy.base.wash_orders_max = 0);
    rig.broker.hold_position("10");
    rig.boot();
    rig.connect(1).await;
    let at = |name: &str, side: Side, limit: &str| OrderIntent {
        side,
        order_type: OrderType::Limit { limit: px(limit) },
        ..buy(name)
    };
    for (name, side, limit) in [("k-1", Side::Sell, "100"), ("k-2", Side::Buy, "98")] {
        rig.submit(&alice(), at(name, side, limit)).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits().iter().any(|sent| sent == name)).await;
        rig.broker.acknowledge(name).await;
        rig.until_status(name, OrdStatus::Working).await;
        if side == Side::Sell {
            rig.broker.fill(name, "10", "e1.01").await;
            rig.until_status(name, OrdStatus::Filled).await;
        }
    }
    let refused = replace(&rig, "k-2", "r-1", amend("10", "100")).await;
    assert_eq!(told_of(&refused), "Denied");
    assert!(format!("{refused:?}").contains("C58_SURVEILLANCE"), "{refused:?}");
    assert_eq!(told_of(&replace(&rig, "k-2", "r-2", amend("10", "97")).await), "UnderWay", "away from it");
    rig.until("one change has left", || rig.broker.replaces().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_wakes_up_takes_no_second_change_before_the_first_is_known() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    rig.broker.hold_snapshots(true);
    for (word, status) in [("Inactive", OrdStatus::Rejected), ("Submitted", OrdStatus::Working)] {
        rig.broker.edit("k-1", |order| word.clone_into(&mut order.status));
        rig.broker.status("k-1").await;
        rig.until_status("k-1", status).await;
    }
    let order = rig.order("k-1");
    assert_eq!((order.worst_leaves(), rig.halted()), (dec("20"), None));
    assert_eq!(code_of(&replace(&rig, "k-1", "r-2", amend("15", "98")).await), "NotReplaceable");
    assert_eq!(rig.broker.replaces().len(), 1);
    // The look that its end asked for had begun before it woke up. It is looked for again, long before the timer.
    rig.broker.release(&rig.interlock).await;
    rig.settle().await;
    rig.pass(SignedDuration::from_secs(16));
    rig.until("a look settles the change", || rig.order("k-1").pending_replace.is_none()).await;
    assert_eq!(rig.order("k-1").changes.get(&key("r-1")), Some(&ChangeFate::Unsent));
    assert_eq!((rig.order("k-1").worst_leaves(), rig.halted()), (dec("10"), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_the_broker_refuses_because_the_order_is_filled_explains_no_trade() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    replace(&rig, "k-1", "r-1", amend("20", "99")).await.unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    rig.broker.edit("k-1", |order| {
        "Filled".clone_into(&mut order.status);
        order.filled = dec("10");
    });
    rig.broker.echo("k-1").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    rig.broker.error("k-1", 104).await;
    rig.settle().await;
    let fate = rig.order("k-1").changes.remove(&key("r-1"));
    assert!(matches!(fate, Some(ChangeFate::Refused { code: 104, .. })), "{fate:?}");
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.broker.fill("k-1", "10", "f.1.01").await;
    rig.until("the overfill halts", || rig.halted().is_some()).await;
    assert_eq!(rig.order("k-1").intent.qty, qty("10"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_or_cancel_tied_to_what_was_seen_is_refused_once_the_order_has_changed_and_a_repeat_is_not() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let tag = || rig.log.book().order_tag(&key("k-1"));
    let change = async |new_key, to, seen| {
        rig.desk().replace(&alice(), key("k-1"), key(new_key), to, seen, Duration::ZERO).await
    };
    let seen = tag();
    assert_eq!(code_of(&change("r-0", amend("20", "99.5"), Some("0-0".to_owned())).await), "Stale");
    assert_eq!(tag(), seen, "nothing was done");
    change("r-1", amend("20", "99.5"), seen.clone()).await.unwrap();
    take_over(&rig, "k-1").await;
    rig.broker.echo("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_ne!(tag(), seen);
    let repeat = change("r-1", amend("20", "99.5"), seen.clone()).await.unwrap();
    assert_eq!((repeat.replayed, repeat.outcome), (true, ChangeOutcome::Sent(ChangeFate::Taken)));
    assert_eq!(code_of(&change("r-2", amend("30", "99.5"), seen.clone()).await), "Stale");
    let cancel = async |key_of_it, seen| {
        rig.desk().cancel(&alice(), key("k-1"), Some(key(key_of_it)), seen, Duration::ZERO).await
    };
    assert_eq!(code_of(&cancel("c-0", seen).await), "Stale");
    assert_eq!(rig.broker.all_cancels().len(), 0);
    let seen = tag();
    rig.clock.advance(SignedDuration::from_millis(1));
    cancel("c-1", seen.clone()).await.unwrap();
    assert!(cancel("c-1", seen.clone()).await.unwrap().replayed);
    assert_eq!(code_of(&cancel("c-2", seen).await), "Stale", "that it is wanted canceled is a change too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fill_that_overtakes_a_cancel_is_no_proven_cancel_whoever_asks_and_however_often() {
    let rig = Rig::ready().await;
    for name in ["k-1", "k-2"] {
        rig.working(name).await;
    }
    let desk = rig.desk();
    let cancel = |wait| {
        let desk = desk.clone();
        async move { desk.cancel(&alice(), key("k-1"), Some(key("c-1")), None, wait).await.unwrap() }
    };
    let first = tokio::spawn(cancel(PATIENCE));
    rig.until("it is written", || rig.broker.cancels("k-1") == 1).await;
    let desk = rig.desk();
    let all = tokio::spawn(async move { desk.cancel_all(&alice(), PATIENCE).await.unwrap() });
    rig.until("both are written", || rig.broker.cancels("k-2") == 1).await;
    rig.broker.canceled("k-2").await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    let overtaken = CancelFate::Overtaken { cl_ord_id: key("k-1"), status: OrdStatus::Filled };
    let told = first.await.unwrap();
    assert_eq!((told.fate, told.order.status, told.replayed), (overtaken.clone(), OrdStatus::Filled, false));
    let again = cancel(Duration::ZERO).await;
    assert_eq!((again.fate, again.replayed), (overtaken.clone(), true));
    let all: Vec<_> = all.await.unwrap().into_iter().map(|one| one.fate).collect();
    assert_eq!(all, [overtaken, CancelFate::Proven]);
    // Nothing was done for this one: the order was over.
    assert_eq!(
        code_of(&rig.desk().cancel(&alice(), key("k-1"), Some(key("c-2")), None, PATIENCE).await),
        "AlreadyFinal"
    );
}
