use std::path::Path;

use super::*;

const IDENTITY: Identity = Identity { format: 1, seed: 7, accounts: 1, live_like: false };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn open(dir: &Path) -> Result<(StateDir, Remembered<String, String>), StateError> {
    StateDir::open(dir, &IDENTITY)
}

fn append(state: &mut StateDir, second: i64, changes: &[&str]) {
    let changes = changes.iter().map(ToString::to_string).collect();
    state.append(&Batch { now: at(second), changes, ledger_len: second.cast_unsigned() }).unwrap();
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
    let error = StateDir::open::<String, String>(dir.path(), &other).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{} was made with format 1, seed 7, 1 paper account(s), and this venue has format 1, seed 8, 1 paper account(s)",
            dir.path().display()
        )
    );
}

/// Snapshot and changes as a directory remembers them.
fn remembered(dir: &Path) -> (Option<String>, Vec<String>, Option<Timestamp>, u64) {
    let (_state, remembered) = open(dir).unwrap();
    (remembered.snapshot, remembered.changes, remembered.reached, remembered.ledger_len)
}

fn copy(of: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in fs::read_dir(of).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

#[test]
fn changes_begun_anew_follow_their_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let (mut state, _) = open(dir.path()).unwrap();
    for round in 1..=3 {
        append(&mut state, round * 10, &["in the snapshot"]);
        state.compact(&format!("snapshot {round}"), at(round * 10), 7).unwrap();
        append(&mut state, round * 10 + 1, &["behind it"]);
    }
    drop(state);
    assert_eq!(remembered(dir.path()), (Some("snapshot 3".into()), vec!["behind it".into()], Some(at(31)), 31));
}

#[test]
fn a_crash_at_any_point_of_beginning_anew_loses_nothing_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut state, _) = open(dir.path()).unwrap();
    append(&mut state, 10, &["a"]);
    state.compact(&"a", at(10), 3).unwrap();
    append(&mut state, 20, &["b"]);
    let before = (Some("a".to_owned()), vec!["b".to_owned()], Some(at(20)), 20);
    let after = (Some("a b".to_owned()), Vec::new(), Some(at(20)), 20);
    let fresh = copy(dir.path());
    assert_eq!(remembered(fresh.path()), before);
    // A snapshot half written beside the old one.
    fs::write(fresh.path().join("snapshot.new"), b"half").unwrap();
    assert_eq!(remembered(fresh.path()), before);
    // The new snapshot in place, the old changes still there.
    state.keep_snapshot(&"a b", at(20), 20).unwrap();
    let between = copy(dir.path());
    assert_eq!(remembered(between.path()), after);
    // Opening it has begun the changes anew: they can be appended to and are found again.
    let (mut again, _) = open(between.path()).unwrap();
    append(&mut again, 30, &["c"]);
    drop(again);
    assert_eq!(remembered(between.path()), (Some("a b".into()), vec!["c".into()], Some(at(30)), 30));
    // New changes half written beside the old ones.
    let half = copy(dir.path());
    fs::write(half.path().join("changes.new"), b"half").unwrap();
    assert_eq!(remembered(half.path()), after);
    // Both in place.
    state.begin_changes().unwrap();
    let done = copy(dir.path());
    assert_eq!(remembered(done.path()), after);
}

#[test]
fn changes_that_do_not_belong_to_their_snapshot_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (mut state, _) = open(dir.path()).unwrap();
    append(&mut state, 10, &["a"]);
    let first = fs::read(dir.path().join(CHANGES_FILE)).unwrap();
    state.compact(&"1", at(10), 0).unwrap();
    state.compact(&"2", at(10), 0).unwrap();
    drop(state);
    fs::write(dir.path().join(CHANGES_FILE), first).unwrap();
    assert!(matches!(open(dir.path()), Err(StateError::Corrupt { .. })));
    // Nor may a snapshot be missing.
    let dir = tempfile::tempdir().unwrap();
    let (mut state, _) = open(dir.path()).unwrap();
    state.compact(&"1", at(10), 0).unwrap();
    drop(state);
    fs::remove_file(dir.path().join(SNAPSHOT_FILE)).unwrap();
    assert!(matches!(open(dir.path()), Err(StateError::Corrupt { .. })));
}

#[test]
fn changes_are_long_only_beyond_twice_the_last_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let (mut state, _) = open(dir.path()).unwrap();
    append(&mut state, 10, &["x".repeat(1000).as_str()]);
    assert!(state.is_long(1000) && !state.is_long(5000));
    state.compact(&"y".repeat(4000), at(10), 0).unwrap();
    append(&mut state, 20, &["x".repeat(5000).as_str()]);
    assert!(!state.is_long(1000));
    append(&mut state, 30, &["x".repeat(5000).as_str()]);
    assert!(state.is_long(1000));
}
