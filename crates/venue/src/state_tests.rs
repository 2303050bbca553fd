use std::path::Path;

use super::*;

const IDENTITY: Identity = Identity { format: 1, seed: 7, accounts: 1, live_like: false };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn open(dir: &Path) -> Result<(StateDir, Remembered<String>), StateError> {
    StateDir::open(dir, &IDENTITY)
}

fn append(state: &mut StateDir, second: i64, changes: &[&str]) {
    state.append(&Batch { now: at(second), changes: changes.iter().map(ToString::to_string).collect() }).unwrap();
}

#[test]
fn what_was_appended_is_remembered_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (mut state, remembered) = open(dir.path()).unwrap();
    assert_eq!((remembered.changes.len(), remembered.reached), (0, None));
    append(&mut state, 10, &["a", "b"]);
    append(&mut state, 20, &["c"]);
    drop(state);
    let (_state, remembered) = open(dir.path()).unwrap();
    assert_eq!(remembered.changes, ["a", "b", "c"]);
    assert_eq!(remembered.reached, Some(at(20)));
}

#[test]
fn two_venues_never_share_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let (_state, _) = open(dir.path()).unwrap();
    assert!(matches!(open(dir.path()), Err(StateError::Locked { .. })));
}

#[test]
fn a_torn_tail_is_removed_and_appending_goes_on_behind_the_last_whole_record() {
    let dir = tempfile::tempdir().unwrap();
    let (mut state, _) = open(dir.path()).unwrap();
    append(&mut state, 10, &["kept"]);
    append(&mut state, 20, &["lost"]);
    drop(state);
    let file = dir.path().join(CHANGES_FILE);
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 3]).unwrap();

    let (mut state, remembered) = open(dir.path()).unwrap();
    assert_eq!(remembered.changes, ["kept"]);
    append(&mut state, 30, &["new"]);
    drop(state);
    let (_state, remembered) = open(dir.path()).unwrap();
    assert_eq!(remembered.changes, ["kept", "new"]);
}

#[test]
fn a_changed_byte_is_an_error_that_names_the_file_and_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let (mut state, _) = open(dir.path()).unwrap();
    append(&mut state, 10, &["one"]);
    append(&mut state, 20, &["two"]);
    drop(state);
    let file = dir.path().join(CHANGES_FILE);
    let mut bytes = fs::read(&file).unwrap();
    let one = bytes.windows(3).position(|w| w == b"one").unwrap();
    bytes[one] = b'O';
    fs::write(&file, bytes).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, StateError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("changes is corrupt at byte"), "{error}");
}

#[test]
fn a_directory_of_another_venue_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let other = Identity { seed: 8, ..IDENTITY };
    let error = StateDir::open::<String>(dir.path(), &other).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{} was made with format 1, seed 7, 1 paper account(s), and this venue has format 1, seed 8, 1 paper account(s)",
            dir.path().display()
        )
    );
}
