use crate::event::{
    Place, acknowledged, all, append_session, asked, at, denied, notice, session, simulated, submitting,
};
use domain::approval::ApprovalStatus;
use domain::event::OrderEvent;
use domain::journal::JournalEvent;
use proptest::prelude::*;
use tollgate_store::verify::{VerifyOptions, verify};
use tollgate_store::{Claim, Journal, JournalError};

#[test]
fn replay_gives_what_was_appended_over_reopening() {
    let place = Place::new();
    let mut journal = place.open();
    let appended = append_session(&mut journal);
    assert_eq!(appended.len(), session().iter().map(Vec::len).sum::<usize>());
    assert_eq!(all(&journal), appended);
    let head = journal.head();
    assert_eq!(head.seq, appended.len() as u64);
    journal.close().unwrap();

    let journal = place.open();
    assert_eq!(all(&journal), appended);
    assert_eq!(journal.head(), head);
    let mut tail = Vec::new();
    let mut keep = |record| {
        tail.push(record);
        Ok(())
    };
    journal.replay(20, &mut keep).unwrap();
    assert_eq!(tail, appended[19..]);
}

#[test]
fn a_visitor_can_end_a_replay() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let mut seen = 0;
    let mut visit = |_| {
        seen += 1;
        if seen == 3 { Err(JournalError::Stopped("enough".to_owned())) } else { Ok(()) }
    };
    assert_eq!(journal.replay(1, &mut visit), Err(JournalError::Stopped("enough".to_owned())));
    assert_eq!(seen, 3);
}

#[test]
fn an_empty_batch_does_nothing() {
    let place = Place::new();
    let mut journal = place.open();
    assert_eq!(journal.append(at(1), &[]), Ok(Vec::new()));
    assert_eq!(journal.head(), tollgate_store::Head::START);
}

/// The batch is refused for `claim`, nothing of it stays, and the journal goes on.
fn check_conflict(before: &[JournalEvent], batch: &[JournalEvent], claim: Claim) {
    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(1), before).unwrap();
    let head = journal.head();
    let mut with_company = vec![notice(1)];
    with_company.extend_from_slice(batch);
    match journal.append(at(2), &with_company) {
        Err(JournalError::Conflict { claim: found, .. }) => assert_eq!(found, claim),
        other => panic!("expected a conflict over {claim}, got {other:?}"),
    }
    assert_eq!(journal.head(), head);
    assert_eq!(all(&journal).len(), before.len());
    journal.append(at(3), &[notice(2), denied("fresh")]).unwrap();
    assert_eq!(journal.head().seq, head.seq + 2);
}

#[test]
fn a_key_is_spent_once() {
    check_conflict(&[denied("k")], &[denied("k")], Claim::IdempotencyKey);
    check_conflict(&[denied("k")], &[simulated("k")], Claim::IdempotencyKey);
    check_conflict(&[], &[denied("k"), simulated("k")], Claim::IdempotencyKey);
    let cancel = |order: &str, key: &str| JournalEvent::CancelSubmitting {
        cl_ord_id: order.parse().unwrap(),
        key: Some(key.parse().unwrap()),
        request_hash: "h".to_owned(),
        by: crate::event::human(),
    };
    check_conflict(&[submitting("a", 1, None), denied("k")], &[cancel("a", "k")], Claim::IdempotencyKey);
}

#[test]
fn an_order_is_submitted_once() {
    check_conflict(&[submitting("a", 1, None)], &[submitting("a", 2, None)], Claim::Submission);
    check_conflict(&[submitting("a", 1, None)], &[submitting("b", 1, None)], Claim::BrokerOrderId);
}

#[test]
fn an_approval_is_spent_once_by_its_own_order_in_time() {
    use crate::event::approval_moved as moved;
    let approved = [asked("a", "ap"), moved("ap", ApprovalStatus::Approved)];
    let spend = |key: &str, id| submitting(key, id, Some("ap"));
    check_conflict(&approved, &[spend("b", 1)], Claim::Approval);
    check_conflict(&[asked("a", "ap")], &[spend("a", 1)], Claim::Approval);
    check_conflict(&[asked("a", "ap"), moved("ap", ApprovalStatus::Revoked)], &[spend("a", 1)], Claim::Approval);
    let mut spent = approved.to_vec();
    spent.push(spend("a", 1));
    check_conflict(&spent, &[spend("b", 2)], Claim::Approval);
    check_conflict(&spent, &[moved("ap", ApprovalStatus::Approved)], Claim::Approval);

    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(1), &approved).unwrap();
    let late = journal.append(at(600), &[spend("a", 1)]);
    assert!(matches!(late, Err(JournalError::Conflict { claim: Claim::Approval, .. })), "{late:?}");
    journal.append(at(599), &[spend("a", 1)]).unwrap();
}

#[test]
fn what_could_not_be_replayed_is_not_written() {
    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(1), &[denied("d")]).unwrap();
    for event in [acknowledged("nobody", 1), crate::event::happened("d", OrderEvent::Written)] {
        let refused = journal.append(at(2), &[notice(1), event]);
        assert!(matches!(refused, Err(JournalError::Refused(_))), "{refused:?}");
        assert_eq!(journal.head().seq, 1);
    }
    journal.append(at(3), &[submitting("a", 1, None)]).unwrap();
    journal.append(at(4), &[acknowledged("a", 5)]).unwrap();
    assert_eq!(all(&journal).len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_batches_replay_and_verify(
        batches in prop::collection::vec(prop::collection::vec((any::<i32>(), ".{0,40}"), 0..6), 0..8),
        reopen_after in 0_usize..8,
    ) {
        let place = Place::new();
        let mut journal = place.open();
        let mut appended = Vec::new();
        for (index, batch) in batches.iter().enumerate() {
            if index == reopen_after {
                drop(journal);
                journal = place.open();
            }
            let events: Vec<_> = batch
                .iter()
                .map(|(code, message)| JournalEvent::Notice { code: *code, message: message.clone() })
                .collect();
            let second = i64::try_from(index).unwrap();
            appended.extend(journal.append(at(second), &events).unwrap());
        }
        prop_assert_eq!(all(&journal), appended);
        let options = VerifyOptions {
            data_dir: place.data(), checkpoint_file: place.checkpoint(), key_file: None, faults_max: 10,
        };
        let report = verify(&options).unwrap();
        prop_assert!(report.is_clean(), "{:?}", report);
    }
}
