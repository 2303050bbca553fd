use super::*;
use crate::error::FaultKind;
use crate::open::OpenOptions;

fn notice(len: usize) -> JournalEvent {
    JournalEvent::Notice { code: 1, message: "x".repeat(len) }
}

#[test]
fn a_full_disk_is_told_ends_writing_and_leaves_whole_batches() {
    let root = tempfile::tempdir().unwrap();
    let at = Timestamp::UNIX_EPOCH;
    let options = OpenOptions::new(root.path().join("data"), root.path().join("state/checkpoint"), at);
    let mut journal = SqliteJournal::open(&options).unwrap();
    journal.append(at, &[notice(1)]).unwrap();
    let pages: i64 = journal.writer.conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    journal.writer.conn.pragma_update_and_check(None, "max_page_count", pages + 2, |_| Ok(())).unwrap();

    let failed = journal.append(at, &[notice(1), notice(100_000)]);
    let Err(JournalError::Failed(fault)) = failed else { panic!("{failed:?}") };
    assert_eq!(fault.kind, FaultKind::DiskFull);
    assert!(fault.to_string().contains("free some space"), "{fault}");
    assert_eq!(journal.append(at, &[notice(1)]), Err(JournalError::Poisoned));
    assert_eq!(journal.head().seq, 1);
    drop(journal);

    let mut journal = SqliteJournal::open(&options).unwrap();
    assert_eq!(journal.head().seq, 1);
    journal.append(at, &[notice(100_000)]).unwrap();
}

#[test]
fn a_checkpoint_file_that_cannot_be_written_ends_writing() {
    let root = tempfile::tempdir().unwrap();
    let at = Timestamp::UNIX_EPOCH;
    let options = OpenOptions::new(root.path().join("data"), root.path().join("state/checkpoint"), at);
    let mut journal = SqliteJournal::open(&options).unwrap();
    journal.append(at, &[notice(1)]).unwrap();
    journal.checkpoint.break_for_test();
    assert!(matches!(journal.append(at, &[notice(2)]), Err(JournalError::Failed(_))));
    assert_eq!(journal.append(at, &[notice(3)]), Err(JournalError::Poisoned));
    drop(journal);
    // The commit had happened: only a replay tells.
    assert_eq!(SqliteJournal::open(&options).unwrap().head().seq, 2);
}

/// What decides whether a commit survives a loss of power.
fn durability(conn: &Connection) -> (i64, String, i64, i64) {
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get(0)).unwrap();
    let log = conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    (number("synchronous"), log, number("fullfsync"), number("checkpoint_fullfsync"))
}

#[test]
fn a_commit_is_synced_before_it_returns_and_a_beat_is_not() {
    let root = tempfile::tempdir().unwrap();
    let at = Timestamp::UNIX_EPOCH;
    let options = OpenOptions::new(root.path().join("data"), root.path().join("state/checkpoint"), at);
    let full = (2, "wal".to_owned(), 1, 1);
    // A new database, and one that is there.
    for _ in 0..2 {
        let mut journal = SqliteJournal::open(&options).unwrap();
        // The connection of the beats stands already: its own setting must not reach the writer's.
        assert_eq!(durability(&journal.writer.conn), full);
        assert_eq!(durability(&journal.pulse), (1, "wal".to_owned(), 1, 1));
        journal.beat().unwrap();
        journal.append(at, &[notice(1)]).unwrap();
        assert_eq!(durability(&journal.writer.conn), full);
    }
}
