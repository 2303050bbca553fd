//! Files that are not what they should be, each with what to do.

use crate::event::{Place, append_session};
use std::os::unix::fs::PermissionsExt;
use tollgate_store::{JournalReader, OpenError, SqliteJournal};

fn refusal(place: &Place) -> OpenError {
    SqliteJournal::open(&place.options()).err().expect("refused")
}

fn mode(path: &std::path::Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn written() -> Place {
    let place = Place::new();
    append_session(&mut place.open());
    place
}

#[test]
fn everything_is_for_the_owner_only() {
    let place = Place::new();
    std::fs::create_dir(place.data()).unwrap();
    std::fs::set_permissions(place.data(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut journal = place.open();
    append_session(&mut journal);
    assert_eq!(mode(&place.data()), 0o700);
    for name in ["journal.sqlite", "journal.sqlite-wal", "writer.lock"] {
        assert_eq!(mode(&place.data().join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&place.checkpoint()), 0o600);
    assert_eq!(mode(&place.options().key_path()), 0o600);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let place = Place::new();
    std::fs::create_dir(place.data()).unwrap();
    place.raw().execute_batch("CREATE TABLE t (a); PRAGMA user_version = 1").unwrap();
    let before = std::fs::read(place.database()).unwrap();
    assert!(matches!(refusal(&place), OpenError::Foreign { .. }));
    assert!(matches!(JournalReader::open(&place.data()).err(), Some(OpenError::Foreign { .. })));
    assert_eq!(std::fs::read(place.database()).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let place = Place::new();
    std::fs::create_dir(place.data()).unwrap();
    std::fs::write(place.database(), "x".repeat(5_000)).unwrap();
    let refused = refusal(&place);
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused:?}");
    assert_eq!(std::fs::read(place.database()).unwrap().len(), 5_000);
}

#[test]
fn a_newer_schema_is_refused() {
    let place = written();
    place.raw().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(refusal(&place), OpenError::Newer { found: 99, known: 5 });
    assert!(matches!(JournalReader::open(&place.data()).err(), Some(OpenError::Newer { .. })));
}

#[test]
fn a_missing_wrong_or_exposed_key_is_told() {
    let place = written();
    let key = place.options().key_path();
    let text = std::fs::read_to_string(&key).unwrap();

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refusal(&place).to_string().contains("chmod 600"));
    std::fs::remove_file(&key).unwrap();
    assert_eq!(refusal(&place), OpenError::KeyMissing { path: key.clone() });
    assert!(!key.exists());
    for wrong in ["00".repeat(32), "no key".to_owned()] {
        std::fs::write(&key, wrong).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(refusal(&place), OpenError::KeyUnusable { .. }));
    }
    std::fs::write(&key, text).unwrap();
    place.open();
}

#[test]
fn a_directory_that_cannot_be_made_is_told() {
    let place = Place::new();
    std::fs::write(place.data(), "a file").unwrap();
    let refused = refusal(&place);
    assert!(matches!(refused, OpenError::Storage(_)), "{refused:?}");
    assert!(refused.to_string().contains("data directory"), "{refused}");
}

#[test]
fn a_reader_of_nothing_says_that_there_is_nothing() {
    let place = Place::new();
    assert_eq!(JournalReader::open(&place.data()).err(), Some(OpenError::NoJournal { path: place.database() }));
    assert!(!place.data().exists());
}

#[test]
fn a_damaged_page_is_an_error_and_no_panic() {
    let place = written();
    // Everything into the main file first.
    place.raw().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let mut bytes = std::fs::read(place.database()).unwrap();
    for byte in bytes.iter_mut().skip(4_096) {
        *byte ^= 0x5a;
    }
    std::fs::write(place.database(), bytes).unwrap();
    let refused = refusal(&place);
    assert!(matches!(refused, OpenError::Storage(_)), "{refused:?}");
    assert!(refused.to_string().contains("tollgate restore"), "{refused}");
}
