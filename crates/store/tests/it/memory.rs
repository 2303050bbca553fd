use crate::event::{all, append_session, at, denied, notice, session};
use tollgate_store::{Fault, FaultPlan, Journal, JournalError, MemoryDisk};

#[test]
fn the_twin_replays_what_was_appended() {
    let disk = MemoryDisk::new();
    let appended = append_session(&mut disk.open().unwrap());
    let reopened = disk.open().unwrap();
    assert_eq!(all(&reopened), appended);
    assert!(reopened.lease().previous_ended_cleanly);
    assert_eq!(reopened.lease().epoch.0, 2);
}

/// The append fails, nothing more is written, and after `crash` or not so many records are there.
fn check(fault: Fault, crash: bool, survivors: usize) {
    let disk = MemoryDisk::new();
    disk.plan(FaultPlan::default().fail(2, fault));
    let mut journal = disk.open().unwrap();
    journal.append(at(1), &[notice(1)]).unwrap();
    let failed = journal.append(at(2), &[notice(2), notice(3)]);
    assert!(matches!(failed, Err(JournalError::Failed(_))), "{failed:?}");
    assert_eq!(journal.append(at(3), &[notice(4)]), Err(JournalError::Poisoned));
    if crash {
        disk.crash();
    }
    let mut reopened = disk.open().unwrap();
    assert_eq!(all(&reopened).len(), survivors, "{fault:?}, crash: {crash}");
    reopened.append(at(4), &[notice(5)]).unwrap();
}

#[test]
fn a_fault_before_the_commit_writes_nothing() {
    check(Fault::BeforeCommit, false, 1);
    check(Fault::BeforeCommit, true, 1);
}

#[test]
fn a_fault_inside_the_commit_is_decided_by_the_crash() {
    check(Fault::InsideCommit, false, 3);
    check(Fault::InsideCommit, true, 1);
}

#[test]
fn a_fault_after_the_commit_loses_the_answer_only() {
    check(Fault::AfterCommit, false, 3);
    check(Fault::AfterCommit, true, 3);
}

#[test]
fn a_fault_at_any_append_leaves_whole_batches_and_the_session_can_go_on() {
    let batches = session();
    let clean = append_session(&mut MemoryDisk::new().open().unwrap());
    for fault in [Fault::BeforeCommit, Fault::InsideCommit, Fault::AfterCommit] {
        for crash in [false, true] {
            for nth in 1..=batches.len() {
                let disk = MemoryDisk::new();
                disk.plan(FaultPlan::default().fail(nth as u64, fault));
                let mut journal = disk.open().unwrap();
                let done = (1..).zip(&batches).take_while(|(second, batch)| journal.append(at(*second), batch).is_ok());
                assert_eq!(done.count(), nth - 1);
                if crash {
                    disk.crash();
                }
                let mut journal = disk.open().unwrap();
                let kept = batches_in(&batches, journal.head().seq);
                let survives = fault == Fault::AfterCommit || (fault == Fault::InsideCommit && !crash);
                assert_eq!(kept, if survives { nth } else { nth - 1 }, "{fault:?} at {nth}, crash: {crash}");
                for (second, batch) in (1..).zip(&batches).skip(kept) {
                    journal.append(at(second), batch).unwrap();
                }
                assert_eq!(all(&journal), clean);
            }
        }
    }
}

/// How many whole batches so many records are.
fn batches_in(batches: &[Vec<domain::journal::JournalEvent>], records: u64) -> usize {
    let mut left = usize::try_from(records).unwrap();
    let whole = batches.iter().take_while(|batch| {
        let fits = left >= batch.len();
        if fits {
            left -= batch.len();
        }
        fits
    });
    let count = whole.count();
    assert_eq!(left, 0, "{records} records are no whole batches");
    count
}

#[test]
fn a_crash_ends_open_journals_and_an_open_fences_them() {
    let disk = MemoryDisk::new();
    let mut journal = disk.open().unwrap();
    disk.crash();
    assert!(matches!(journal.append(at(1), &[notice(1)]), Err(JournalError::Failed(_))));
    let mut old = disk.open().unwrap();
    let mut new = disk.open().unwrap();
    assert_eq!(old.append(at(2), &[notice(2)]), Err(JournalError::LeaseLost { ours: 2, current: 3 }));
    new.append(at(3), &[notice(3)]).unwrap();
    assert_eq!(all(&disk.open().unwrap()).len(), 1);
}

#[test]
fn a_conflict_leaves_the_twin_usable() {
    let disk = MemoryDisk::new();
    let mut journal = disk.open().unwrap();
    journal.append(at(1), &[denied("k")]).unwrap();
    let conflict = journal.append(at(2), &[notice(1), denied("k")]);
    assert!(conflict.is_err_and(|error| error.is_harmless()));
    journal.append(at(3), &[notice(2)]).unwrap();
    assert_eq!(all(&disk.open().unwrap()).len(), 2);
}

#[test]
fn what_a_fault_inside_the_commit_left_is_kept_by_the_next_holder_who_goes_on_from_it() {
    let disk = MemoryDisk::new();
    disk.plan(FaultPlan::default().fail(2, Fault::InsideCommit).fail(4, Fault::InsideCommit));
    let mut first = disk.open().unwrap();
    first.append(at(1), &[denied("k")]).unwrap();
    assert!(matches!(first.append(at(2), &[denied("l")]), Err(JournalError::Failed(_))));
    let mut second = disk.open().unwrap();
    assert_eq!(second.head().seq, 2);
    assert!(second.append(at(3), &[denied("l")]).is_err_and(|error| error.is_harmless()), "the key is spent");
    assert!(matches!(second.append(at(4), &[denied("m")]), Err(JournalError::Failed(_))));
    disk.crash();
    let mut third = disk.open().unwrap();
    assert_eq!(third.head().seq, 2);
    third.append(at(5), &[denied("m")]).unwrap();
    let mut replayed = domain::book::Book::empty();
    for record in all(&third) {
        replayed.apply(&record).unwrap();
    }
    assert_eq!(third.book(), Some(replayed));
}

#[test]
fn a_fenced_journal_is_told_so_while_the_new_one_has_a_fault() {
    let disk = MemoryDisk::new();
    disk.plan(FaultPlan::default().fail(1, Fault::InsideCommit));
    let mut old = disk.open().unwrap();
    let mut new = disk.open().unwrap();
    assert!(new.append(at(1), &[notice(1)]).is_err());
    assert_eq!(old.append(at(2), &[notice(2)]), Err(JournalError::LeaseLost { ours: 1, current: 2 }));
}

#[test]
fn a_sync_of_the_checkpoint_fails_when_the_plan_says_so() {
    let disk = MemoryDisk::new();
    disk.plan(FaultPlan::default().fail_sync(2));
    let mut journal = disk.open().unwrap();
    journal.sync_checkpoint().unwrap();
    assert!(matches!(journal.sync_checkpoint(), Err(JournalError::Failed(_))));
    assert_eq!(journal.append(at(1), &[notice(1)]), Err(JournalError::Poisoned));
    assert_eq!(disk.syncs(), 2);
    disk.open().unwrap().append(at(2), &[notice(2)]).unwrap();
}
