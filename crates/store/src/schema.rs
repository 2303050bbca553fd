//! The tables, as a list of steps. A step, once released, never changes; a change is a new step.

use rusqlite::{Connection, OptionalExtension};

/// Marks the file as ours: "TOLL".
pub(crate) const APPLICATION_ID: i64 = 0x544F_4C4C;

/// All steps with their numbers; the number of the last step taken is the database's `user_version`. After any step the
/// derived tables are computed anew.
const MIGRATIONS: [(i64, &str); 5] =
    [(1, JOURNAL), (2, PROJECTIONS), (3, HEARTBEAT), (4, ONE_TREE_PER_TABLE), (5, ORDERS_BY_NUMBER)];

/// The schema of this version.
pub(crate) const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

const JOURNAL: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

CREATE TABLE lease (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    epoch         INTEGER NOT NULL,
    holder_pid    INTEGER NOT NULL,
    host          TEXT,
    started_at_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE records (
    seq            INTEGER PRIMARY KEY,
    at_ns          INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    cl_ord_id      TEXT,
    correlation_id TEXT,
    principal      TEXT,
    body           BLOB NOT NULL,
    prev_hash      BLOB NOT NULL,
    hash           BLOB NOT NULL
) STRICT;
CREATE INDEX records_by_order ON records (cl_ord_id, seq) WHERE cl_ord_id IS NOT NULL;
CREATE INDEX records_by_correlation ON records (correlation_id, seq) WHERE correlation_id IS NOT NULL;
CREATE INDEX records_by_kind ON records (kind, seq);

CREATE TRIGGER records_never_change BEFORE UPDATE ON records
BEGIN SELECT RAISE(ABORT, 'records of the journal never change'); END;
CREATE TRIGGER records_never_go BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'records of the journal never go'); END;
CREATE TRIGGER records_come_in_order BEFORE INSERT ON records
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM records)
BEGIN SELECT RAISE(ABORT, 'records of the journal come in order'); END;
";

const PROJECTIONS: &str = "
CREATE TABLE orders (
    cl_ord_id       TEXT PRIMARY KEY,
    status          TEXT NOT NULL,
    broker_status   TEXT,
    account         TEXT,
    con_id          INTEGER,
    symbol          TEXT,
    side            TEXT NOT NULL,
    qty             TEXT NOT NULL,
    cum_qty         TEXT NOT NULL,
    avg_px          TEXT,
    broker_order_id INTEGER,
    perm_id         INTEGER,
    approval_id     TEXT,
    request_hash    TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    created_at_ns   INTEGER NOT NULL,
    updated_at_ns   INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_by_status ON orders (status);

CREATE TABLE executions (
    exec_id             TEXT PRIMARY KEY,
    cl_ord_id           TEXT,
    account             TEXT NOT NULL,
    con_id              INTEGER NOT NULL,
    symbol              TEXT NOT NULL,
    is_buy              INTEGER NOT NULL,
    last_qty            TEXT NOT NULL,
    last_px             TEXT NOT NULL,
    exchange            TEXT NOT NULL,
    executed_at_ns      INTEGER,
    commission          TEXT,
    commission_currency TEXT,
    realized_pnl        TEXT
) STRICT;
CREATE INDEX executions_by_order ON executions (cl_ord_id);

CREATE TABLE approvals (
    approval_id   TEXT PRIMARY KEY,
    cl_ord_id     TEXT NOT NULL,
    status        TEXT NOT NULL,
    requested_by  TEXT NOT NULL,
    decided_by    TEXT,
    expires_at_ns INTEGER NOT NULL,
    updated_at_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
    key          TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    cl_ord_id    TEXT NOT NULL,
    verb         TEXT NOT NULL
) STRICT;

CREATE TABLE submissions (
    cl_ord_id       TEXT PRIMARY KEY,
    broker_order_id INTEGER NOT NULL UNIQUE,
    approval_id     TEXT UNIQUE
) STRICT;
";

/// Counted up by the writer while it lives; outside the chain, because it says nothing about the past.
const HEARTBEAT: &str = "
ALTER TABLE lease ADD COLUMN beat INTEGER NOT NULL DEFAULT 0;
";

/// The derived tables, each in one tree where it had two or three: every intent writes to all of them.
const ONE_TREE_PER_TABLE: &str = "
DROP TABLE orders;
CREATE TABLE orders (
    cl_ord_id       TEXT PRIMARY KEY,
    status          TEXT NOT NULL,
    broker_status   TEXT,
    account         TEXT,
    con_id          INTEGER,
    symbol          TEXT,
    side            TEXT NOT NULL,
    qty             TEXT NOT NULL,
    cum_qty         TEXT NOT NULL,
    avg_px          TEXT,
    broker_order_id INTEGER,
    perm_id         INTEGER,
    approval_id     TEXT,
    request_hash    TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    created_at_ns   INTEGER NOT NULL,
    updated_at_ns   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP TABLE executions;
CREATE TABLE executions (
    exec_id             TEXT PRIMARY KEY,
    cl_ord_id           TEXT,
    account             TEXT NOT NULL,
    con_id              INTEGER NOT NULL,
    symbol              TEXT NOT NULL,
    is_buy              INTEGER NOT NULL,
    last_qty            TEXT NOT NULL,
    last_px             TEXT NOT NULL,
    exchange            TEXT NOT NULL,
    executed_at_ns      INTEGER,
    commission          TEXT,
    commission_currency TEXT,
    realized_pnl        TEXT
) STRICT, WITHOUT ROWID;

DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    key          TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    cl_ord_id    TEXT NOT NULL,
    verb         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

DROP TABLE submissions;
CREATE TABLE submissions (
    broker_order_id INTEGER PRIMARY KEY,
    cl_ord_id       TEXT NOT NULL UNIQUE,
    approval_id     TEXT
) STRICT;
CREATE UNIQUE INDEX submissions_by_approval ON submissions (approval_id) WHERE approval_id IS NOT NULL;
";

/// Keys come at random: a tree that is sorted by them gets a page of its own written for every intent. Only one is left,
/// and gives each order a number that rises, by which orders, their records and their submissions are sorted.
const ORDERS_BY_NUMBER: &str = "
DROP INDEX records_by_order;

DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    key          TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    cl_ord_id    TEXT NOT NULL,
    verb         TEXT NOT NULL,
    seq          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE order_records (
    order_no INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (order_no, seq)
) STRICT, WITHOUT ROWID;

DROP TABLE orders;
CREATE TABLE orders (
    order_no        INTEGER NOT NULL,
    leg             INTEGER NOT NULL,
    cl_ord_id       TEXT NOT NULL,
    status          TEXT NOT NULL,
    broker_status   TEXT,
    account         TEXT,
    con_id          INTEGER,
    symbol          TEXT,
    side            TEXT NOT NULL,
    qty             TEXT NOT NULL,
    cum_qty         TEXT NOT NULL,
    avg_px          TEXT,
    broker_order_id INTEGER,
    perm_id         INTEGER,
    approval_id     TEXT,
    request_hash    TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    created_at_ns   INTEGER NOT NULL,
    updated_at_ns   INTEGER NOT NULL,
    PRIMARY KEY (order_no, leg)
) STRICT, WITHOUT ROWID;

DROP TABLE submissions;
CREATE TABLE submissions (
    broker_order_id INTEGER PRIMARY KEY,
    order_no        INTEGER NOT NULL,
    leg             INTEGER NOT NULL,
    approval_id     TEXT,
    UNIQUE (order_no, leg)
) STRICT;
CREATE UNIQUE INDEX submissions_by_approval ON submissions (approval_id) WHERE approval_id IS NOT NULL;
";

/// Tables that replay computes anew.
pub(crate) const DERIVED: [&str; 6] =
    ["orders", "order_records", "executions", "approvals", "idempotency_keys", "submissions"];

/// The number of steps that this database has taken.
pub(crate) fn version(conn: &Connection) -> Result<i64, rusqlite::Error> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Takes the steps that are left, each in a transaction of its own, up to `target`.
pub(crate) fn migrate(conn: &mut Connection, target: i64) -> Result<(), rusqlite::Error> {
    let done = version(conn)?;
    for (number, sql) in MIGRATIONS {
        if number <= done || number > target {
            continue;
        }
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.commit()?;
    }
    Ok(())
}

/// Reads a value of the table `meta`.
pub(crate) fn meta(conn: &Connection, name: &str) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()
}

/// Sets a value of the table `meta`.
pub(crate) fn set_meta(conn: &Connection, name: &str, value: &[u8]) -> Result<(), rusqlite::Error> {
    conn.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", rusqlite::params![name, value])?;
    Ok(())
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
