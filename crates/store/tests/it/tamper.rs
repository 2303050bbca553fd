//! Every way to bend the journal, and what the walk says about it.

use crate::event::{Place, append_session, at, notice};
use tollgate_store::verify::{Fault, VerifyOptions, VerifyReport, verify};
use tollgate_store::{Journal, OpenError, SqliteJournal};

fn walk(place: &Place) -> VerifyReport {
    let options =
        VerifyOptions { data_dir: place.data(), checkpoint_file: place.checkpoint(), key_file: None, faults_max: 100 };
    verify(&options).unwrap()
}

/// A finished session whose triggers are gone, bent by `sql`.
fn bent(sql: &str) -> (Place, VerifyReport) {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    journal.close().unwrap();
    assert!(walk(&place).is_clean());
    let raw = place.raw();
    raw.execute_batch(
        "DROP TRIGGER records_never_change; DROP TRIGGER records_never_go; DROP TRIGGER records_come_in_order;",
    )
    .unwrap();
    raw.execute_batch(sql).unwrap();
    drop(raw);
    let report = walk(&place);
    (place, report)
}

fn check(sql: &str, expected: &[Fault]) {
    let (_place, report) = bent(sql);
    assert_eq!(report.faults, expected, "after {sql}");
    assert_eq!(report.faults_total, expected.len() as u64);
}

const LAST: i64 = 27;
const COPY: &str = "at_ns, kind, cl_ord_id, correlation_id, principal, body, prev_hash, hash";

#[test]
fn the_triggers_refuse_what_bends_the_journal() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    assert_eq!(journal.head().seq, u64::try_from(LAST).unwrap());
    let raw = place.raw();
    for sql in [
        "UPDATE records SET kind = 'x' WHERE seq = 3".to_owned(),
        "DELETE FROM records WHERE seq = 3".to_owned(),
        format!("INSERT INTO records SELECT 99, {COPY} FROM records WHERE seq = 3"),
        format!("INSERT OR REPLACE INTO records SELECT 3, {COPY} FROM records WHERE seq = 4"),
    ] {
        let refused = raw.execute(&sql, []).unwrap_err().to_string();
        assert!(refused.contains("records of the journal"), "{sql}: {refused}");
    }
}

#[test]
fn a_changed_body_is_found() {
    check(
        "UPDATE records SET body = CAST(replace(body, '1000', '1001') AS BLOB) WHERE seq = 4",
        &[Fault::Changed { seq: 4 }],
    );
    check(
        &format!("UPDATE records SET body = x'7b7d' WHERE seq IN (1, {LAST})"),
        &[Fault::Changed { seq: 1 }, Fault::Changed { seq: LAST }],
    );
}

#[test]
fn a_change_of_any_column_is_found() {
    for change in [
        "at_ns = at_ns + 1",
        "kind = 'order'",
        "cl_ord_id = 'other'",
        "cl_ord_id = NULL",
        "correlation_id = 'req-2'",
        "correlation_id = NULL",
        "principal = 'bob'",
        "principal = NULL",
        "prev_hash = zeroblob(32)",
        "hash = zeroblob(32)",
        "hash = x'00'",
    ] {
        check(&format!("UPDATE records SET {change} WHERE seq = 4"), &[Fault::Changed { seq: 4 }]);
    }
}

#[test]
fn removed_records_are_named() {
    check("DELETE FROM records WHERE seq = 5", &[Fault::Removed { from: 5, to: 5 }]);
    check("DELETE FROM records WHERE seq BETWEEN 1 AND 3", &[Fault::Removed { from: 1, to: 3 }]);
    check(
        "DELETE FROM records WHERE seq IN (5, 9)",
        &[Fault::Removed { from: 5, to: 5 }, Fault::Removed { from: 9, to: 9 }],
    );
}

#[test]
fn a_removed_record_is_found_though_the_rest_closed_the_gap() {
    let (_place, report) = bent(
        "DELETE FROM records WHERE seq = 20;
         UPDATE records SET seq = -seq WHERE seq > 20; UPDATE records SET seq = -seq - 1 WHERE seq < 0;",
    );
    assert!(report.faults.contains(&Fault::Removed { from: 20, to: 20 }), "{report:?}");
    assert!(report.faults.contains(&Fault::Moved { seq: 20, was: 21 }), "{report:?}");
    assert!(!report.faults.iter().any(|fault| matches!(fault, Fault::Changed { .. } | Fault::Inserted { .. })));
}

#[test]
fn an_inserted_record_is_named_and_so_are_those_that_it_pushed_away() {
    let (_place, report) = bent(&format!(
        "UPDATE records SET seq = -seq WHERE seq >= 20; UPDATE records SET seq = 1 - seq WHERE seq < 0;
         INSERT INTO records SELECT 20, {COPY} FROM records WHERE seq = 4;
         UPDATE records SET body = x'7b7d' WHERE seq = 20;"
    ));
    let mut expected = vec![Fault::Inserted { seq: 20 }];
    expected.extend((20..=LAST).map(|was| Fault::Moved { seq: was + 1, was }));
    assert_eq!(report.faults, expected);
}

#[test]
fn a_record_appended_by_another_hand_is_found() {
    let insert = format!("INSERT INTO records SELECT {}, {COPY} FROM records WHERE seq = {LAST}", LAST + 1);
    // A copy of a genuine record in a new place.
    check(&insert, &[Fault::Moved { seq: LAST + 1, was: LAST }]);
    let forged = format!("{insert}; UPDATE records SET body = x'7b7d' WHERE seq = {}", LAST + 1);
    check(&forged, &[Fault::Inserted { seq: LAST + 1 }]);
    let before_all = format!(
        "INSERT INTO records SELECT 0, {COPY} FROM records WHERE seq = 4;
        UPDATE records SET body = x'7b7d' WHERE seq = 0"
    );
    check(&before_all, &[Fault::Inserted { seq: 0 }]);
}

#[test]
fn swapped_records_are_found() {
    let swap = |a: i64, b: i64| {
        format!(
            "UPDATE records SET seq = -1 WHERE seq = {a}; UPDATE records SET seq = {a} WHERE seq = {b};
             UPDATE records SET seq = {b} WHERE seq = -1;"
        )
    };
    check(&swap(5, 6), &[Fault::Moved { seq: 5, was: 6 }, Fault::Moved { seq: 6, was: 5 }]);
    let (_place, report) = bent(&swap(5, 9));
    assert!(report.faults.contains(&Fault::Moved { seq: 5, was: 9 }), "{report:?}");
    assert!(report.faults.contains(&Fault::Moved { seq: 9, was: 5 }), "{report:?}");
}

#[test]
fn a_truncated_journal_is_found_and_not_opened() {
    for (sql, end) in [("DELETE FROM records WHERE seq > 20", 20), ("DELETE FROM records", 0)] {
        let (place, report) = bent(sql);
        let [Fault::Truncated { checkpoint_seq, checkpoint_hash, end: found }] = report.faults.as_slice() else {
            panic!("after {sql}: {report:?}");
        };
        assert_eq!((*checkpoint_seq, *found), (u64::try_from(LAST).unwrap(), end));
        assert_eq!(checkpoint_hash.len(), 64);
        assert_eq!(report.faults[0].seq(), u64::try_from(end + 1).ok());
        let behind = OpenError::Behind { end: end.unsigned_abs(), checkpoint_seq: LAST.unsigned_abs() };
        assert_eq!(SqliteJournal::open(&place.options()).err(), Some(behind));
    }
}

#[test]
fn a_changed_last_record_is_found_at_the_start() {
    let (place, _report) = bent(&format!("UPDATE records SET at_ns = 1 WHERE seq = {LAST}"));
    let opened = SqliteJournal::open(&place.options()).err();
    assert!(matches!(opened, Some(OpenError::Tampered(_))), "{opened:?}");
}

#[test]
fn a_deleted_database_is_found_by_the_checkpoint_file() {
    let place = Place::new();
    append_session(&mut place.open());
    std::fs::remove_dir_all(place.data()).unwrap();
    let opened = SqliteJournal::open(&place.options()).err();
    let missing = OpenError::DatabaseMissing { path: place.database(), checkpoint_seq: LAST.unsigned_abs() };
    assert_eq!(opened, Some(missing));
    assert!(!place.database().exists(), "nothing was made in its place");
}

#[test]
fn a_changed_checkpoint_file_is_found() {
    let (place, _report) = bent("");
    let text = std::fs::read_to_string(place.checkpoint()).unwrap();
    let third = text.lines().nth(2).unwrap();
    std::fs::write(place.checkpoint(), text.replace(third, &third.replacen('3', "4", 1))).unwrap();
    assert_eq!(walk(&place).faults, [Fault::CheckpointChanged { line: 3 }]);
    let opened = SqliteJournal::open(&place.options()).err();
    assert!(matches!(opened, Some(OpenError::Tampered(_))), "{opened:?}");
}

#[test]
fn a_lost_checkpoint_file_is_told_and_accepted_only_on_request() {
    let (place, _report) = bent("");
    std::fs::remove_file(place.checkpoint()).unwrap();
    assert_eq!(walk(&place).faults, [Fault::CheckpointMissing { path: place.checkpoint() }]);
    let opened = SqliteJournal::open(&place.options()).err();
    assert!(matches!(opened, Some(OpenError::CheckpointMissing { .. })), "{opened:?}");
    let mut options = place.options();
    options.accept_lost_checkpoint = true;
    SqliteJournal::open(&options).unwrap();
    assert!(walk(&place).is_clean());
}

#[test]
fn histories_of_two_copies_do_not_join() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    journal.close().unwrap();
    let copy = Place::new();
    copy.take_over_from(&place);
    for (place, codes) in [(&place, [1, 2]), (&copy, [3, 4])] {
        let mut journal = place.open();
        journal.append(at(50), &codes.map(notice)).unwrap();
        journal.close().unwrap();
        assert!(walk(place).is_clean());
    }
    let raw = place.raw();
    raw.execute("ATTACH ?1 AS other", [copy.database().to_str().unwrap()]).unwrap();
    raw.execute_batch(
        "DROP TRIGGER main.records_never_go; DROP TRIGGER main.records_come_in_order; DELETE FROM main.records WHERE seq = 29;
         INSERT INTO main.records SELECT * FROM other.records WHERE seq = 29;",
    )
    .unwrap();
    drop(raw);
    assert_eq!(walk(&place).faults, [Fault::Unlinked { seq: 29 }, Fault::CheckpointDiffers { seq: 29 }]);
}

#[test]
fn the_walk_runs_beside_a_writer_and_is_clean_at_any_time() {
    let place = Place::new();
    let mut journal = place.open();
    for second in 0..20 {
        journal.append(at(second), &[notice(1), notice(2)]).unwrap();
        let report = walk(&place);
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(report.records, u64::try_from(second + 1).unwrap() * 2);
        assert_eq!(report.checkpoint_seq, Some(report.records));
        assert_eq!(report.head_hash, journal.head().hash.to_string());
    }
}

#[test]
fn only_the_first_faults_are_told_but_all_are_counted() {
    let (place, _report) = bent("UPDATE records SET at_ns = 1");
    let options =
        VerifyOptions { data_dir: place.data(), checkpoint_file: place.checkpoint(), key_file: None, faults_max: 2 };
    let report = verify(&options).unwrap();
    assert_eq!(report.faults, [Fault::Changed { seq: 1 }, Fault::Changed { seq: 2 }]);
    assert_eq!(report.faults_total, u64::try_from(LAST).unwrap());
}
