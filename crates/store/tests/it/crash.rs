//! The process dies at any moment: what `append` had promised is there, and nothing is half there.

use crate::event::{Place, all, append_session, at, notice, session};
use tollgate_store::verify::{VerifyOptions, verify};
use tollgate_store::{Journal, SqliteJournal};

fn is_clean(place: &Place) -> bool {
    let options =
        VerifyOptions { data_dir: place.data(), checkpoint_file: place.checkpoint(), key_file: None, faults_max: 10 };
    verify(&options).unwrap().is_clean()
}

#[test]
fn files_copied_after_any_commit_open_with_all_that_was_appended() {
    let place = Place::new();
    let mut journal = place.open();
    let mut appended = Vec::new();
    for (second, batch) in (1..).zip(session()) {
        appended.extend(journal.append(at(second), &batch).unwrap());
        let copy = Place::new();
        copy.take_over_from(&place);
        assert!(is_clean(&copy), "after batch {second}");
        let reopened = copy.open();
        assert_eq!(all(&reopened), appended, "after batch {second}");
        let stopped = appended.last().is_some_and(|record| record.event.kind() == "stopped");
        assert_eq!(reopened.lease().previous_ended_cleanly, stopped);
        assert_eq!(reopened.lease().epoch.0, 2);
    }
}

#[test]
fn a_write_ahead_log_cut_anywhere_opens_with_whole_batches_only() {
    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(0), &[notice(0), notice(0)]).unwrap();
    let state_before = std::fs::read(place.checkpoint()).unwrap();
    let appended = append_session(&mut journal);
    let log = place.data().join("journal.sqlite-wal");
    let len = std::fs::metadata(&log).unwrap().len();
    let mut batch_ends: Vec<u64> = vec![2];
    for batch in session() {
        let last = *batch_ends.last().unwrap();
        batch_ends.push(last + batch.len() as u64);
    }
    assert_eq!(appended.last().unwrap().seq, *batch_ends.last().unwrap());

    let mut heads = std::collections::BTreeSet::new();
    for step in 0..40 {
        let copy = Place::new();
        copy.take_over_from(&place);
        // The checkpoint file may be behind: only its sync makes it durable.
        std::fs::write(copy.checkpoint(), &state_before).unwrap();
        std::fs::remove_file(copy.data().join("journal.sqlite-shm")).unwrap();
        let log = std::fs::OpenOptions::new().write(true).open(copy.data().join("journal.sqlite-wal")).unwrap();
        log.set_len(len - step * len / 200).unwrap();
        match SqliteJournal::open(&copy.options()) {
            Ok(reopened) => {
                let head = reopened.head().seq;
                assert!(batch_ends.contains(&head), "{head} is inside a batch");
                assert_eq!(all(&reopened).len() as u64, head);
                heads.insert(head);
            }
            Err(error) => panic!("cut {step}: {error}"),
        }
        assert!(is_clean(&copy), "cut {step}");
    }
    assert!(heads.len() > 3, "the cuts hit several batches: {heads:?}");
}

const DIES: &str = "TOLLGATE_STORE_TEST_DIES_AT";

#[test]
fn a_killed_process_leaves_what_it_had_appended() {
    if let Ok(root) = std::env::var(DIES) {
        write_and_die(&root);
    }
    let place = Place::new();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::a_killed_process_leaves_what_it_had_appended"])
        .env(DIES, place.root.path())
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
    let told = std::fs::read_to_string(place.root.path().join("told")).unwrap();
    let journal = place.open();
    assert_eq!(journal.head().seq.to_string(), told);
    assert!(!journal.lease().previous_ended_cleanly);
    assert!(is_clean(&place));
}

/// What the child does: appends half a session, tells how far it came, and is gone without unwinding.
fn write_and_die(root: &str) -> ! {
    let root = std::path::Path::new(root);
    let options = tollgate_store::OpenOptions::new(root.join("data"), root.join("state").join("checkpoint"), at(0));
    let mut journal = SqliteJournal::open(&options).unwrap();
    for batch in session().iter().take(9) {
        journal.append(at(1), batch).unwrap();
    }
    std::fs::write(root.join("told"), journal.head().seq.to_string()).unwrap();
    std::process::abort();
}
