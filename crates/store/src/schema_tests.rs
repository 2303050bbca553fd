use super::*;
use std::collections::BTreeSet;
use std::path::Path;

/// What a database is made of, white space aside.
fn parts(conn: &Connection) -> BTreeSet<String> {
    let mut statement = conn.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema").unwrap();
    let part = |row: &rusqlite::Row<'_>| Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?].join(" "));
    let parts = statement.query_map([], part).unwrap();
    parts.map(|part| part.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn each_step_leads_to_the_next_number() {
    let numbers: Vec<i64> = MIGRATIONS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=NEWEST).collect::<Vec<_>>());
}

#[test]
fn no_step_has_changed_since_its_schema_shipped() {
    for (number, _) in MIGRATIONS {
        let fixture = format!("{}/tests/fixtures/schema-{number}/journal.sqlite", env!("CARGO_MANIFEST_DIR"));
        assert!(Path::new(&fixture).exists(), "schema {number} has no fixture yet: run tests/it/fixture.rs");
        let shipped = Connection::open(fixture).unwrap();
        let mut now = Connection::open_in_memory().unwrap();
        migrate(&mut now, number).unwrap();
        assert_eq!(parts(&now), parts(&shipped), "schema {number}");
        assert_eq!(version(&now).unwrap(), version(&shipped).unwrap());
    }
}
