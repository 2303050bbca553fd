//! A journal of every schema that ever shipped, as that version wrote it: it must open, come up, verify and say the same.
//!
//! A fixture never changes once its schema has shipped. The first run with a new schema writes its fixture and fails, so
//! that somebody looks at it and commits it; a schema that changes before it ships needs its directory deleted first.

use crate::event::{Place, all, append_session, notice};
use domain::book::Book;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tollgate_store::verify::{VerifyOptions, verify};
use tollgate_store::{Journal, JournalReader, OpenError, SqliteJournal};

/// The files of a fixture: the database, what lies outside the data directory, and what replay must say.
const DATABASE: &str = "journal.sqlite";
const STATE: [&str; 2] = ["checkpoint", "journal.key"];
const SAID: &str = "said.txt";

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn schema_of(database: &Path) -> i64 {
    let conn = rusqlite::Connection::open(database).unwrap();
    conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// The schema that this version writes.
fn newest() -> i64 {
    let place = Place::new();
    drop(place.open());
    schema_of(&place.database())
}

/// A place with a copy of the fixture of a schema.
fn laid_out(schema: i64) -> (Place, String) {
    use std::os::unix::fs::PermissionsExt;
    let (from, place) = (home().join(format!("schema-{schema}")), Place::new());
    std::fs::create_dir_all(place.data()).unwrap();
    std::fs::create_dir_all(place.state()).unwrap();
    std::fs::copy(from.join(DATABASE), place.database()).unwrap();
    for name in STATE {
        std::fs::copy(from.join(name), place.state().join(name)).unwrap();
        std::fs::set_permissions(place.state().join(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let said = std::fs::read_to_string(from.join(SAID)).unwrap();
    (place, said)
}

/// What a journal says, in words that no later version may read otherwise.
fn said(journal: &dyn Journal) -> String {
    let mut book = Book::empty();
    let mut text = String::new();
    for record in all(journal) {
        book.apply(&record).unwrap();
        writeln!(text, "{} {} {}", record.seq, record.at, record.event.kind()).unwrap();
    }
    for (key, order) in &book.orders {
        let (status, qty) = (order.status.word(), order.cum_qty());
        writeln!(text, "order {key} {status} {qty} of {}", order.intent.qty).unwrap();
    }
    let own = book.orders.keys().filter(|key| !key.is_exit()).map(|key| (key, key));
    let keys: BTreeMap<_, _> = own.chain(book.other_keys.iter().map(|(key, used)| (key, &used.order))).collect();
    for (key, order) in keys {
        writeln!(text, "key {key} is of order {order}").unwrap();
    }
    for (scope, entry) in book.trading_states.entries() {
        writeln!(text, "{scope} is {}: {}", entry.state.word(), entry.reason).unwrap();
    }
    writeln!(text, "installation {:?}, order ids up to {}", book.installation, book.order_id_high_water).unwrap();
    writeln!(text, "end {}", journal.head().hash).unwrap();
    text
}

/// Writes the fixture of the schema of this version.
fn write_fixture(to: &Path) {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let text = said(&journal);
    journal.close().unwrap();
    place.raw().execute_batch("PRAGMA journal_mode = DELETE; VACUUM").unwrap();
    std::fs::create_dir_all(to).unwrap();
    std::fs::copy(place.database(), to.join(DATABASE)).unwrap();
    for name in STATE {
        std::fs::copy(place.state().join(name), to.join(name)).unwrap();
    }
    std::fs::write(to.join(SAID), text).unwrap();
}

fn is_clean(place: &Place) -> bool {
    let options =
        VerifyOptions { data_dir: place.data(), checkpoint_file: place.checkpoint(), key_file: None, faults_max: 9 };
    verify(&options).unwrap().is_clean()
}

#[test]
fn the_newest_schema_has_a_fixture() {
    let to = home().join(format!("schema-{}", newest()));
    if !to.exists() {
        write_fixture(&to);
        panic!("schema {} had no fixture; it is written now: look at {} and commit it", newest(), to.display());
    }
}

#[test]
fn a_journal_of_every_schema_that_shipped_opens_comes_up_verifies_and_says_the_same() {
    for schema in 1..=newest() {
        let (place, before) = laid_out(schema);
        assert_eq!(schema_of(&place.database()), schema);
        if schema < newest() {
            let refused = JournalReader::open(&place.data()).err();
            assert_eq!(refused, Some(OpenError::Older { found: schema, known: newest() }));
        }
        let mut journal = place.open();
        assert_eq!(said(&journal), before, "schema {schema}");
        assert!(is_clean(&place), "schema {schema}");
        assert_eq!(schema_of(&place.database()), newest());
        let reader = JournalReader::open(&place.data()).unwrap();
        for (key, order) in [("a1", "a1"), ("b1-r", "b1"), ("b1-c", "b1")] {
            let claim = reader.key_claim(&key.parse().unwrap()).unwrap();
            assert_eq!(claim.map(|claim| claim.cl_ord_id).as_deref(), Some(order), "schema {schema}, key {key}");
        }
        let end = journal.head().seq;
        journal.append(crate::event::at(99), &[notice(1)]).unwrap();
        journal.close().unwrap();
        assert!(is_clean(&place), "schema {schema}, after an append");
        assert_eq!(place.open().head().seq, end + 1);
    }
}

#[test]
fn a_newer_journal_is_refused_with_what_to_do_and_left_as_it_is() {
    let (place, before) = laid_out(newest());
    place.raw().pragma_update(None, "user_version", newest() + 1).unwrap();
    let bytes = std::fs::read(place.database()).unwrap();
    let refused = SqliteJournal::open(&place.options()).err().unwrap();
    assert_eq!(refused, OpenError::Newer { found: newest() + 1, known: newest() });
    assert!(refused.to_string().contains("use the newer Tollgate"), "{refused}");
    assert_eq!(std::fs::read(place.database()).unwrap(), bytes);
    place.raw().pragma_update(None, "user_version", newest()).unwrap();
    assert_eq!(said(&place.open()), before);
}

#[test]
fn a_coming_up_that_a_crash_cut_off_begins_again_and_loses_nothing() {
    for schema in 1..newest() {
        // The power fails while the first step's transaction is open: its pages may be in the files already.
        let (place, before) = laid_out(schema);
        let raw = place.raw();
        raw.execute_batch("PRAGMA journal_mode = WAL; PRAGMA cache_size = 1; BEGIN IMMEDIATE").unwrap();
        raw.execute_batch("CREATE TABLE half_a_step (half TEXT); PRAGMA user_version = 99").unwrap();
        let after = Place::new();
        after.take_over_from(&place);
        drop(raw);
        assert_eq!(said(&after.open()), before, "schema {schema}");

        // It fails between a step and the computing anew of what is derived.
        let (place, before) = laid_out(schema);
        drop(place.open());
        place.raw().execute_batch("DELETE FROM orders; DELETE FROM meta WHERE name = 'derived_at_schema'").unwrap();
        let journal = place.open();
        assert_eq!(said(&journal), before, "schema {schema}");
        let orders: i64 = place.raw().query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap();
        assert_eq!(orders, 4, "schema {schema}");
    }
}
