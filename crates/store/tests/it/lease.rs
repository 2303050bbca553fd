use crate::event::{Place, all, append_session, at, notice};
use tollgate_store::verify::{VerifyOptions, verify};
use tollgate_store::{Journal, JournalError, JournalReader, OpenError, Pulse, SqliteJournal};

#[test]
fn a_second_writer_is_refused_and_told_the_process() {
    let place = Place::new();
    let journal = place.open();
    let refused = SqliteJournal::open(&place.options()).err();
    assert_eq!(refused, Some(OpenError::LeaseHeld { pid: Some(std::process::id()) }));
    let text = refused.unwrap().to_string();
    assert!(text.contains(&std::process::id().to_string()), "{text}");
    drop(journal);
    place.open();
}

#[test]
fn readers_need_no_lease() {
    let place = Place::new();
    let mut journal = place.open();
    let reader = JournalReader::open(&place.data()).unwrap();
    assert_eq!(reader.head().unwrap(), journal.head());
    append_session(&mut journal);
    assert_eq!(reader.head().unwrap(), journal.head());
}

#[test]
fn each_writer_begins_a_new_epoch_and_knows_how_the_last_one_ended() {
    let place = Place::new();
    let mut journal = place.open();
    assert_eq!((journal.lease().epoch.0, journal.lease().previous_ended_cleanly), (1, true));
    journal.append(at(1), &[notice(1)]).unwrap();
    drop(journal);
    let mut journal = place.open();
    assert_eq!((journal.lease().epoch.0, journal.lease().previous_ended_cleanly), (2, false));
    journal.append(at(2), &[domain::journal::JournalEvent::Stopped]).unwrap();
    journal.close().unwrap();
    let journal = place.open();
    assert_eq!((journal.lease().epoch.0, journal.lease().previous_ended_cleanly), (3, true));
}

#[test]
fn a_woken_old_writer_writes_nothing() {
    let place = Place::new();
    let mut old = place.open();
    old.append(at(1), &[notice(1)]).unwrap();
    let mut new = SqliteJournal::open(&place.seizing()).unwrap();
    new.append(at(2), &[notice(2)]).unwrap();
    for second in 3..5 {
        let lost = old.append(at(second), &[notice(3)]);
        assert_eq!(lost, Err(JournalError::LeaseLost { ours: 1, current: 2 }));
    }
    new.append(at(5), &[notice(4)]).unwrap();
    assert_eq!(all(&new).len(), 3);
}

#[test]
fn a_beat_is_seen_by_readers_and_leaves_the_chain_alone() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let reader = JournalReader::open(&place.data()).unwrap();
    let (before, head) = (reader.pulse().unwrap(), reader.head().unwrap());
    assert_eq!((before.epoch.0, before.seq, before.holder_pid), (1, head.seq, Some(std::process::id())));
    assert_eq!(reader.pulse().unwrap(), before, "a holder that does nothing looks dead");
    journal.beat().unwrap();
    assert_eq!(reader.pulse().unwrap(), Pulse { beat: before.beat + 1, ..before });
    assert_eq!(reader.head().unwrap(), head);
    let options =
        VerifyOptions { data_dir: place.data(), checkpoint_file: place.checkpoint(), key_file: None, faults_max: 10 };
    let report = verify(&options).unwrap();
    assert!(report.is_clean(), "{report:?}");
}

#[test]
fn the_beat_of_a_fenced_writer_fails_and_changes_nothing() {
    let place = Place::new();
    let mut old = place.open();
    old.beat().unwrap();
    let mut new = SqliteJournal::open(&place.seizing()).unwrap();
    let pulse = JournalReader::open(&place.data()).unwrap().pulse().unwrap();
    for _ in 0..2 {
        assert_eq!(old.beat(), Err(JournalError::LeaseLost { ours: 1, current: 2 }));
    }
    assert_eq!(JournalReader::open(&place.data()).unwrap().pulse().unwrap(), pulse);
    new.beat().unwrap();
    assert_eq!(new.lease().previous_pid, Some(std::process::id()));
}

#[test]
fn the_lock_goes_with_the_lease_that_was_seized() {
    let place = Place::new();
    let old = place.open();
    let new = SqliteJournal::open(&place.seizing()).unwrap();
    // The end of the old holder frees nothing that a third process could take at once.
    drop(old);
    let refused = SqliteJournal::open(&place.options()).err();
    assert_eq!(refused, Some(OpenError::LeaseHeld { pid: Some(std::process::id()) }));
    drop(new);
    assert_eq!(place.open().lease().epoch.0, 3);
}

#[test]
fn a_holder_that_was_stopped_inside_a_commit_keeps_the_lease_until_it_goes_on() {
    let place = Place::new();
    let mut old = place.open();
    old.append(at(1), &[notice(1)]).unwrap();
    // What a stopped process holds of the database: its write lock.
    let stopped = rusqlite::Connection::open(place.database()).unwrap();
    stopped.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = SqliteJournal::open(&place.seizing()).err();
    assert_eq!(refused, Some(OpenError::LeaseHeld { pid: Some(std::process::id()) }));
    stopped.execute_batch("COMMIT").unwrap();
    old.append(at(2), &[notice(2)]).unwrap();
    let refused = SqliteJournal::open(&place.options()).err();
    assert!(matches!(refused, Some(OpenError::LeaseHeld { .. })), "the lock is where it was: {refused:?}");
}
