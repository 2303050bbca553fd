use super::*;
use crate::journal::Journal;
use crate::open::OpenOptions;
use crate::sqlite::SqliteJournal;
use domain::journal::JournalEvent;
use std::convert::Infallible;

fn key() -> ChainKey {
    ChainKey::new(&[3; 32])
}

fn head(seq: u64) -> Head {
    Head { seq, hash: key().seal_checkpoint(&seq.to_string()) }
}

fn journal_of(head: Head) -> impl Fn(u64) -> Result<Option<RecordHash>, Infallible> {
    move |seq| Ok((seq == head.seq).then_some(head.hash))
}

fn read_bytes(
    bytes: &[u8],
    hash_at: impl FnOnce(u64) -> Result<Option<RecordHash>, Infallible>,
) -> Result<Book, String> {
    read(bytes, u64::try_from(bytes.len()).unwrap(), &key(), hash_at)
}

fn book(seq: u64) -> Book {
    let mut book = Book::empty();
    book.seq = seq;
    book.installation = Some("test1".parse().unwrap());
    book.by_broker_id.insert(BrokerOrderId::new(7).unwrap(), "k".parse().unwrap());
    book.executions.insert("e.01".parse().unwrap(), None);
    book
}

fn with_another_version(good: &[u8]) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let at = good.windows(version.len()).position(|bytes| bytes == version).unwrap();
    let mut newer = good.to_vec();
    newer[at..at + version.len()].copy_from_slice(&b"9.9.9"[..version.len()]);
    newer
}

#[test]
fn a_snapshot_says_what_was_written_and_nothing_in_another_journal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(SNAPSHOT_FILE);
    write(&path, &key(), &head(5), &book(5)).unwrap();
    assert_eq!(load(&path, &key(), journal_of(head(5))), Some(book(5)));
    assert_eq!(load(&path, &key(), journal_of(head(6))), None, "the record is not there");
    let other = Head { seq: 5, hash: head(6).hash };
    assert_eq!(load(&path, &key(), journal_of(other)), None, "another record is there");
    assert_eq!(load(&path, &ChainKey::new(&[4; 32]), journal_of(head(5))), None, "another key");
}

#[test]
fn a_snapshot_that_was_changed_or_cut_anywhere_is_ignored() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(SNAPSHOT_FILE);
    write(&path, &key(), &head(5), &book(5)).unwrap();
    let good = std::fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(read_bytes(&bad, journal_of(head(5))).is_err(), "byte {at}");
        assert!(read_bytes(&good[..at], journal_of(head(5))).is_err(), "cut at {at}");
    }
    let newer = with_another_version(&good);
    assert!(read_bytes(&newer, journal_of(head(5))).is_err());
}

#[test]
fn a_crash_while_a_snapshot_is_written_leaves_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(SNAPSHOT_FILE);
    write(&path, &key(), &head(5), &book(5)).unwrap();
    let good = std::fs::read(&path).unwrap();
    // What a crash leaves is a part of the new file, under its other name.
    std::fs::write(path.with_extension("snapshot.new"), &good[..good.len() / 2]).unwrap();
    assert_eq!(load(&path, &key(), journal_of(head(5))), Some(book(5)));
    write(&path, &key(), &head(6), &book(6)).unwrap();
    assert_eq!(load(&path, &key(), journal_of(head(6))), Some(book(6)));
}

#[test]
fn an_orderly_end_leaves_a_snapshot_and_a_short_history_or_a_sudden_end_none() {
    let dir = tempfile::tempdir().unwrap();
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let options = OpenOptions::new(dir.path().join("data"), dir.path().join("state").join("checkpoint"), at);
    let path = options.data_dir.join(SNAPSHOT_FILE);
    let notices = vec![JournalEvent::Notice { code: 1, message: "x".to_owned() }; 1_000];
    let mut journal = SqliteJournal::open(&options).unwrap();
    journal.append(at, &[JournalEvent::Stopped]).unwrap();
    drop(journal);
    assert!(!path.exists(), "one record is not worth it");
    let mut journal = SqliteJournal::open(&options).unwrap();
    journal.append(at, &notices).unwrap();
    drop(journal);
    assert!(!path.exists(), "it did not end in order");
    let mut journal = SqliteJournal::open(&options).unwrap();
    journal.append(at, &[JournalEvent::Stopped]).unwrap();
    let book = journal.book().cloned();
    journal.close().unwrap();
    assert!(!private::is_exposed(&path).unwrap());
    let mut journal = SqliteJournal::open(&options).unwrap();
    assert_eq!(journal.snapshots.at_seq, 1_002, "the start began from it");
    assert_eq!(journal.book().cloned(), book);
    // What is replayed behind it counts as ever.
    journal.append(at, &notices).unwrap();
    let book = journal.book().cloned();
    drop(journal);
    assert_eq!(SqliteJournal::open(&options).unwrap().book().cloned(), book);
}
