use super::*;
use crate::book::tests::{approval, asking, at, book_of, key, moved, principal, submitting, try_book};
use crate::journal::Recorded;

fn restoration(checkpoint: CheckpointFound) -> Restoration {
    Restoration {
        source: "monday.tar".to_owned(),
        taken_at: at(0),
        head_seq: 7,
        head_hash: "ee".to_owned(),
        checkpoint,
        moved_aside: None,
    }
}

fn restore(mut book: Book, checkpoint: CheckpointFound) -> Book {
    for event in restored(&book, restoration(checkpoint), &principal()) {
        book.apply(&Recorded { seq: book.seq + 1, at: at(100), event }).unwrap();
    }
    book
}

#[test]
fn a_restored_journal_is_halted_with_the_reason() {
    let book = restore(book_of(vec![submitting("o-1", 7)]), CheckpointFound::Ahead { seq: 9, hash: "ff".to_owned() });
    assert!(book.is_halted_globally());
    let entry = &book.trading_states.entries()[&KillScope::Global];
    assert!(entry.reason.contains("records 8 to 9 are lost"), "{}", entry.reason);
}

#[test]
fn order_ids_that_may_have_been_used_since_are_refused() {
    let found = CheckpointFound::Ahead { seq: 3_000_007, hash: "ff".to_owned() };
    for (checkpoint, floor) in [(CheckpointFound::Missing, 1_000_007), (found, 3_000_007)] {
        let mut book = restore(book_of(vec![submitting("o-1", 7)]), checkpoint);
        assert_eq!(book.order_id_high_water, floor);
        let record = Recorded { seq: book.seq + 1, at: at(101), event: submitting("o-2", i64::from(floor)) };
        assert!(book.apply(&record).is_err());
    }
    let nearly = book_of(vec![submitting("o-1", 1_499_999_990)]);
    assert_eq!(restore(nearly, CheckpointFound::Missing).order_id_high_water, 1_499_999_999);
}

#[test]
fn an_approval_that_was_not_spent_may_have_been_spent_since_and_is_void() {
    let waiting = book_of(vec![asking("ap-1", "o-1")]);
    let granted = book_of(vec![asking("ap-1", "o-1"), moved("ap-1", ApprovalStatus::Approved)]);
    for book in [waiting, granted] {
        let book = restore(book, CheckpointFound::Missing);
        assert_eq!(book.approvals[&approval("ap-1", "o-1").id].status, ApprovalStatus::Void);
        assert_eq!(book.orders[&key("o-1")].status, OrdStatus::Denied);
    }
    let mut spent = try_book(vec![asking("ap-1", "o-1"), moved("ap-1", ApprovalStatus::Denied)]).unwrap();
    spent = restore(spent, CheckpointFound::Agrees { seq: 7 });
    assert_eq!(spent.approvals[&approval("ap-1", "o-1").id].status, ApprovalStatus::Denied);
}

#[test]
fn each_finding_at_the_checkpoint_file_has_its_words() {
    for (found, words, lost) in [
        (CheckpointFound::Missing, "how much nobody knows", 0),
        (CheckpointFound::Agrees { seq: 7 }, "no record after 7", 0),
        (CheckpointFound::Ahead { seq: 12, hash: String::new() }, "records 8 to 12 are lost", 5),
        (CheckpointFound::Differs { seq: 5 }, "another way before record 5", 0),
        (CheckpointFound::Changed { lines: 2 }, "2 line(s)", 0),
    ] {
        let restoration = restoration(found);
        assert!(restoration.loss().contains(words), "{}", restoration.loss());
        assert_eq!(restoration.lost(), lost);
    }
}
