use crate::event::{Place, all, append_session, at, notice};
use tollgate_store::{Journal, JournalError, JournalReader, OpenError, SqliteJournal};

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
    let mut options = place.options();
    options.seize_lease = true;
    let mut new = SqliteJournal::open(&options).unwrap();
    new.append(at(2), &[notice(2)]).unwrap();
    for second in 3..5 {
        let lost = old.append(at(second), &[notice(3)]);
        assert_eq!(lost, Err(JournalError::LeaseLost { ours: 1, current: 2 }));
    }
    new.append(at(5), &[notice(4)]).unwrap();
    assert_eq!(all(&new).len(), 3);
}
