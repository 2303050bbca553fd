//! What callers are told when the broker does not answer, or answers something else: each is told what became of the request
//! itself, and whether its key is spent.

use crate::support::*;
use domain::approval::ApprovalStatus;
use domain::broker::AskError;
use domain::change::ChangeOutcome;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::mode::Trading;
use engine::desk::{ChangeAnswer, Desk as _, Outcome};
use std::time::Duration;

/// Answers to a question that are none.
fn no_answers() -> [AskError; 3] {
    let refused = AskError::Broker { code: 321, message: "Error validating request".to_owned() };
    [AskError::Timeout, AskError::Garbled("no field".to_owned()), refused]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_contract_could_not_be_asked_for_was_not_made_and_its_key_is_free() {
    let rig = Rig::ready().await;
    for (n, error) in no_answers().into_iter().enumerate() {
        let name = format!("k-{n}");
        rig.broker.answer_with("contracts", Some(error));
        let records = rig.log.records().len();
        let preview = rig.desk().preview(&alice(), buy(&name)).await;
        let submit = rig.submit(&alice(), buy(&name)).await;
        assert_eq!((code_of(&preview), code_of(&submit)), ("Unanswered".to_owned(), "Unanswered".to_owned()), "{name}");
        assert_eq!((rig.find(&name), rig.log.records().len()), (None, records), "{name}: nothing was noted");
    }
    rig.broker.answer_with("contracts", None);
    for n in 0..no_answers().len() {
        let name = format!("k-{n}");
        let answer = rig.submit(&alice(), buy(&name)).await.unwrap();
        assert!(!answer.replayed, "{name}");
        rig.until("it is sent", || rig.broker.submits().contains(&name)).await;
        rig.broker.acknowledge(&name).await;
        rig.until_status(&name, OrdStatus::Working).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_and_a_release_whose_contract_could_not_be_asked_for_leave_all_as_it_was() {
    for error in no_answers() {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        assert_eq!(rig.submit(&bot(), buy("k-2")).await.unwrap().outcome, Outcome::NeedsApproval);
        let approval = rig.pending_approval().id;
        // What was resolved is asked for anew on the next connection.
        rig.broker.down().await;
        rig.connect(1).await;
        rig.until_status("k-1", OrdStatus::Working).await;
        rig.broker.answer_with("contracts", Some(error));
        let change = || async {
            rig.desk().replace(&alice(), key("k-1"), key("r-1"), amend("5", "99"), None, Duration::ZERO).await
        };
        let release = || async { rig.desk().approve(&bob(), approval.clone(), None, Duration::ZERO).await };
        assert_eq!(
            (code_of(&change().await), code_of(&release().await)),
            ("Unanswered".to_owned(), "Unanswered".to_owned())
        );
        let order = rig.order("k-1");
        assert_eq!((order.status, order.pending_replace, order.changes.len()), (OrdStatus::Working, None, 0));
        assert_eq!(of_order(rig.desk().approval(&alice(), &approval).unwrap()).status, ApprovalStatus::Pending);
        rig.broker.answer_with("contracts", None);
        assert!(!change().await.unwrap().replayed, "its key is free");
        assert_eq!(release().await.unwrap().order.intent.cl_ord_id, key("k-2"));
    }
}

#[tokio::test]
async fn an_order_that_waits_for_its_facts_longer_than_its_caller_is_not_made_afterwards() {
    for name in ["contracts", "bars", "quote"] {
        let rig = Rig::ready().await;
        rig.broker.be_silent_about(Some(name));
        tokio::time::pause();
        let began = tokio::time::Instant::now();
        let late = rig.desk().submit(&alice(), buy("k-1"), Duration::from_secs(2)).await;
        let took = began.elapsed();
        // The question itself is given up, so that the next order asks anew.
        rig.broker.be_silent_about(None);
        tokio::time::advance(Duration::from_mins(1)).await;
        tokio::time::resume();
        assert_eq!(code_of(&late), "Unanswered", "{name}");
        assert!(took >= Duration::from_secs(12) && took < Duration::from_secs(13), "{name}: {took:?}");
        rig.settle().await;
        assert_eq!((rig.find("k-1"), rig.broker.submits().len()), (None, 0), "{name}");
        let made = rig.submit(&alice(), buy("k-1")).await.unwrap();
        assert!(!made.replayed, "{name}: its key is free");
        rig.until("it is sent", || rig.broker.submits().len() == 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denied_change_is_on_the_record_and_answers_the_same_for_ever() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    let seen = rig.order("k-1");
    let too_many = || amend("2000", "100");
    for restarted in [false, true] {
        for again in [false, true] {
            let told = rig.desk().replace(&alice(), key("k-1"), key("r-1"), too_many(), None, Duration::ZERO).await;
            let Ok(ChangeAnswer { outcome: ChangeOutcome::Denied(reasons), replayed, .. }) = told else {
                panic!("{told:?}")
            };
            assert_eq!(replayed, restarted || again);
            assert!(reasons.iter().any(|reason| reason.code == "C13_MAX_QTY"), "{reasons:?}");
        }
        let other = rig.desk().replace(&alice(), key("k-1"), key("r-1"), amend("5", "100"), None, Duration::ZERO).await;
        assert_eq!(code_of(&other), "IdempotencyConflict");
        let denials = rig.log.count(|event| {
            matches!(event, JournalEvent::ReplaceDenied { key, by, .. }
            if key.as_str() == "r-1" && by.key_id == alice().key_id)
        });
        assert_eq!(denials, 1);
        if !restarted {
            assert_eq!(rig.order("k-1").updated_at, seen.updated_at, "who has seen the order has seen the newest");
            let counted = rig.desk().metrics(&alice()).unwrap().tally.denials().get("C13_MAX_QTY").copied();
            assert_eq!(counted, Some(1));
            rig.stop().await;
            rig.boot();
            rig.connect(1).await;
            rig.until_status("k-1", OrdStatus::Working).await;
        }
    }
    assert_eq!(rig.broker.replaces().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_a_human_would_have_to_allow_is_denied_and_says_what_to_do_instead() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let told = rig.desk().replace(&bot(), key("k-1"), key("r-1"), amend("5", "99"), None, Duration::ZERO).await;
    let Ok(ChangeAnswer { outcome: ChangeOutcome::Denied(reasons), .. }) = told else { panic!("{told:?}") };
    assert_eq!(reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>(), ["C06_APPROVAL"]);
    assert!(reasons[0].hint.contains("submit another one"), "{reasons:?}");
    assert_eq!(rig.desk().approvals(&alice(), true).unwrap(), Vec::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_trading_is_off_no_change_of_what_works_is_sent_and_its_cancel_is() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.stop().await;
    rig.config.trading = Trading::Off;
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    let told = rig.desk().replace(&alice(), key("k-1"), key("r-1"), amend("5", "99"), None, Duration::ZERO).await;
    assert_eq!(code_of(&told), "NotReplaceable");
    assert!(told.unwrap_err().to_string().contains("trading is off"));
    rig.desk().cancel(&alice(), key("k-1"), Some(key("c-1")), None, Duration::ZERO).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    assert_eq!(rig.broker.replaces().len(), 0);
}
