//! What a start makes of the snapshot that an orderly end left.

use crate::event::{Place, all, append_session, at, notice};
use domain::book::Book;
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
