use super::{Halt, REASONS_MAX};
use crate::book::Book;
use crate::book::tests::{book_of, contract, principal};
use crate::journal::{JournalEvent, Recorded};

fn halted(reason: &str) -> JournalEvent {
    JournalEvent::InstrumentHalted { con_id: contract().con_id, reason: reason.to_owned() }
}

fn why(book: &Book) -> String {
    book.halted_instruments.get(&contract().con_id).map(ToString::to_string).unwrap_or_default()
}

#[test]
fn every_finding_is_told_until_a_human_has_looked() {
    let mut book = book_of(vec![halted("the exits are gone"), halted("it differs"), halted("the exits are gone")]);
    assert_eq!(why(&book), "the exits are gone; it differs");
    let (con_id, reason) = (contract().con_id, "looked".to_owned());
    let event = JournalEvent::InstrumentReleased { con_id, by: principal(), reason };
    book.apply(&Recorded { seq: book.seq + 1, at: crate::book::tests::at(9), event }).unwrap();
    assert_eq!((why(&book).as_str(), book.halted_instruments.len()), ("", 0));
}

#[test]
fn the_first_findings_are_kept_and_the_newest() {
    let mut halt = Halt::default();
    (0..100).for_each(|nth| halt.add(format!("{nth}")));
    assert_eq!(halt.0.len(), REASONS_MAX);
    assert!(halt.says("0") && halt.says("14") && halt.says("99") && !halt.says("98"));
}
