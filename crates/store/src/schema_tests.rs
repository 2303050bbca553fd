use super::*;
use crate::open::OpenOptions;
use crate::sqlite::SqliteJournal;
use crate::{Journal, JournalReader};
use domain::journal::JournalEvent;
use jiff::Timestamp;

#[test]
fn each_step_leads_to_the_next_number() {
    let numbers: Vec<i64> = MIGRATIONS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=NEWEST).collect::<Vec<_>>());
}

#[test]
fn every_older_schema_is_brought_up_with_its_records_and_derived_tables() {
    let root = tempfile::tempdir().unwrap();
    let options =
        OpenOptions::new(root.path().join("data"), root.path().join("state/checkpoint"), Timestamp::UNIX_EPOCH);
    let denied = r#"{"kind":"order_denied","intent":{"cl_ord_id":"d1","account":null,"instrument":{"con_id":1},
        "side":"buy","qty":"1","order_type":{"type":"market"},"tif":{"tif":"day"},"outside_rth":false,
        "reduce_only":false,"strategy":null,"preview_id":null},"order":null,"request_hash":"h","by":{"key_id":"k",
        "kind":"human","scopes":[],"face":"rest","correlation_id":"c"},"reasons":[]}"#;
    let denied: JournalEvent = serde_json::from_str(denied).unwrap();
    let mut journal = SqliteJournal::open(&options).unwrap();
    journal.append(Timestamp::UNIX_EPOCH, &[denied]).unwrap();
    journal.close().unwrap();

    // Back to the first step: the journal proper without what is derived from it.
    let conn = Connection::open(options.data_dir.join(crate::open::DATABASE_FILE)).unwrap();
    for table in DERIVED {
        conn.execute(&format!("DROP TABLE {table}"), []).unwrap();
    }
    conn.execute("DELETE FROM meta WHERE name <> 'key_proof'", []).unwrap();
    conn.pragma_update(None, "user_version", 1).unwrap();
    drop(conn);
    let older = JournalReader::open(&options.data_dir).err();
    assert_eq!(older, Some(crate::OpenError::Older { found: 1, known: NEWEST }));

    let journal = SqliteJournal::open(&options).unwrap();
    assert_eq!(version(&journal.writer.conn).unwrap(), NEWEST);
    assert_eq!(journal.head().seq, 1);
    let claim = JournalReader::open(&options.data_dir).unwrap().key_claim(&"d1".parse().unwrap()).unwrap();
    assert_eq!(claim.map(|claim| claim.verb), Some("submit".to_owned()));
}
