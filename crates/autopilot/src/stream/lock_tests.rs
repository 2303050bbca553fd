use super::*;

fn owner(pid: u32) -> LockOwner {
    LockOwner { pid, installation: "abcd1234".to_owned(), since: "2026-03-02T15:00:00Z".parse().unwrap() }
}

fn ours(tried: Tried) -> Lock {
    match tried {
        Tried::Ours(lock) => lock,
        Tried::Theirs(who) => panic!("{who:?} has it"),
    }
}

#[test]
fn a_live_lock_is_not_taken_and_says_who_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let lock = ours(Lock::take(dir.path(), &owner(1)).unwrap());
    assert_eq!(lock.taken_over, None);
    let Tried::Theirs(who) = Lock::take(dir.path(), &owner(2)).unwrap() else { panic!("taken twice") };
    assert_eq!(who, Some(owner(1)));
    drop(lock);
}

#[test]
fn a_stale_lock_is_taken_over_and_its_last_owner_is_known() {
    let dir = tempfile::tempdir().unwrap();
    // Dropped without its end, as by a process that dies.
    drop(ours(Lock::take(dir.path(), &owner(1)).unwrap()));
    let lock = ours(Lock::take(dir.path(), &owner(2)).unwrap());
    assert_eq!(lock.taken_over, Some(owner(1)));
    lock.end().unwrap();
    let lock = ours(Lock::take(dir.path(), &owner(3)).unwrap());
    assert_eq!(lock.taken_over, None);
}

#[test]
fn a_file_that_was_cut_off_names_nobody_and_can_be_taken() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), "{\"pid\": 1, \"inst").unwrap();
    assert_eq!(ours(Lock::take(dir.path(), &owner(2)).unwrap()).taken_over, None);
    std::fs::write(dir.path().join(FILE), [0xff, 0xfe, 0]).unwrap();
    assert_eq!(ours(Lock::take(dir.path(), &owner(2)).unwrap()).taken_over, None);
}
