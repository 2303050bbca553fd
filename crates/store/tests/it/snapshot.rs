//! What a start makes of the snapshot that an orderly end left.

use crate::event::{Place, acknowledged, all, append_session, at, denied, happened, notice, submitting, trade};
use domain::book::Book;
use domain::event::OrderEvent;
use domain::journal::JournalEvent;
use proptest::prelude::*;
use tollgate_store::{Journal, SqliteJournal};

fn replayed(journal: &SqliteJournal) -> Book {
    let mut book = Book::empty();
    for record in all(journal) {
        book.apply(&record).unwrap();
    }
    book
}

#[test]
fn a_start_from_a_snapshot_gives_the_book_of_a_full_replay_whatever_happened_before_it() {
    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(0), &vec![notice(1); 1_000]).unwrap();
    append_session(&mut journal);
    drop(journal);
    let snapshot = place.data().join("book.snapshot");
    assert!(snapshot.exists());
    let mut journal = place.open();
    assert_eq!(journal.book(), Some(&replayed(&journal)));
    journal.append(at(100), &[notice(2)]).unwrap();
    drop(journal);
    let journal = place.open();
    assert_eq!(journal.book(), Some(&replayed(&journal)), "records behind the snapshot count");
    drop(journal);
    std::fs::write(&snapshot, "not a snapshot").unwrap();
    let journal = place.open();
    assert_eq!(journal.book(), Some(&replayed(&journal)), "what does not fit is ignored");
}

/// A place with a history that is worth a snapshot.
fn long_enough() -> Place {
    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(0), &vec![notice(1); 1_000]).unwrap();
    append_session(&mut journal);
    journal.close().unwrap();
    place
}

fn snapshot_of(place: &Place) -> std::path::PathBuf {
    place.data().join("book.snapshot")
}

#[test]
fn a_snapshot_that_is_ahead_of_a_restored_journal_is_ignored() {
    let (before, after) = (long_enough(), Place::new());
    after.take_over_from(&before);
    let mut journal = after.open();
    journal.append(at(200), &vec![notice(2); 1_000]).unwrap();
    journal.append(at(201), &[JournalEvent::Stopped]).unwrap();
    journal.close().unwrap();
    std::fs::copy(snapshot_of(&after), snapshot_of(&before)).unwrap();
    let mut journal = before.open();
    assert_eq!(journal.book(), Some(&replayed(&journal)));
    // And where the journal has grown to its place with other records.
    journal.append(at(300), &vec![notice(3); 2_000]).unwrap();
    drop(journal);
    std::fs::copy(snapshot_of(&after), snapshot_of(&before)).unwrap();
    let journal = before.open();
    assert_eq!(journal.book(), Some(&replayed(&journal)));
}

#[test]
fn a_snapshot_of_a_writer_that_was_replaced_does_no_harm() {
    let place = long_enough();
    let mut old = place.open();
    old.append(at(200), &vec![notice(2); 1_000]).unwrap();
    old.append(at(201), &[JournalEvent::Stopped]).unwrap();
    let mut new = SqliteJournal::open(&place.seizing()).unwrap();
    new.append(at(202), &vec![notice(3); 1_000]).unwrap();
    new.append(at(203), &[JournalEvent::Stopped]).unwrap();
    new.close().unwrap();
    let newer = std::fs::read(snapshot_of(&place)).unwrap();
    old.close().unwrap();
    assert_ne!(std::fs::read(snapshot_of(&place)).unwrap(), newer, "its older snapshot has taken the place");
    let journal = place.open();
    assert_eq!(journal.book(), Some(&replayed(&journal)));
}

/// Something that may happen to one of a few orders; the book refuses what cannot.
fn any_event(order: usize, what: u8, nth: i64) -> JournalEvent {
    let key = format!("p{order}");
    match what {
        0 | 1 => submitting(&key, 1_000 + nth, None),
        2 => acknowledged(&key, 9_000 + i64::try_from(order).unwrap()),
        3 => happened(&key, OrderEvent::Executed { execution: trade(&format!("p{order}.{nth}.01"), "1") }),
        4 => happened(&key, OrderEvent::CancelPending),
        5 => happened(&key, OrderEvent::Canceled { detail: None }),
        6 => happened(&key, OrderEvent::LinkLost),
        _ => denied(&key),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_start_from_a_snapshot_of_any_history_gives_the_book_of_a_full_replay(
        events in proptest::collection::vec((0_usize..4, 0_u8..8), 1..60),
        cut in 0_usize..60,
    ) {
        let place = long_enough();
        let mut journal = place.open();
        for (nth, (order, what)) in events.into_iter().enumerate() {
            if nth == cut {
                journal.append(at(400), &vec![notice(1); 1_000]).unwrap();
                journal.append(at(401), &[JournalEvent::Stopped]).unwrap();
                journal.close().unwrap();
                journal = place.open();
            }
            let event = any_event(order, what, i64::try_from(nth).unwrap());
            // What cannot happen is refused and leaves nothing.
            drop(journal.append(at(402), &[event]));
        }
        drop(journal);
        let journal = place.open();
        prop_assert_eq!(journal.book(), Some(&replayed(&journal)));
    }
}
