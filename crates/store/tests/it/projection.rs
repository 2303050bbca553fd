use crate::event::{Place, append_session, at, denied, happened, trade};
use domain::event::OrderEvent;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use rusqlite::types::Value;
use tollgate_store::Journal;

fn dump(place: &Place) -> Vec<Vec<Value>> {
    let raw = place.raw();
    let mut rows = Vec::new();
    for table in ["orders", "executions", "approvals", "idempotency_keys", "submissions"] {
        let mut statement = raw.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
        let columns = statement.column_count();
        let table_rows = statement
            .query_map([], |row| (0..columns).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>())
            .unwrap();
        rows.extend(table_rows.map(Result::unwrap));
    }
    rows
}

#[test]
fn a_rebuild_gives_the_tables_that_were_kept_along() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let kept = dump(&place);
    assert_eq!(kept.len(), 4 + 2 + 1 + 6 + 2);
    journal.rebuild_projections().unwrap();
    assert_eq!(dump(&place), kept);
    assert!(journal.append(at(90), &[denied("d1")]).is_err());

    place
        .raw()
        .execute_batch("DELETE FROM orders; UPDATE approvals SET status = 'approved'; DELETE FROM executions;")
        .unwrap();
    assert_ne!(dump(&place), kept);
    journal.rebuild_projections().unwrap();
    assert_eq!(dump(&place), kept);
}

#[test]
fn the_tables_say_what_the_book_says() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let raw = place.raw();
    let book = journal.book().unwrap();
    assert_eq!(book.orders.len(), 4);
    for (key, order) in &book.orders {
        let (status, cum_qty): (String, String) = raw
            .query_row("SELECT status, cum_qty FROM orders WHERE cl_ord_id = ?1", [key.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!((status.as_str(), cum_qty), (order.status.word(), order.cum_qty().to_string()), "{key}");
    }
    let canceled: String =
        raw.query_row("SELECT status FROM orders WHERE cl_ord_id = 'b1'", [], |row| row.get(0)).unwrap();
    assert_eq!(canceled, OrdStatus::Canceled.word());
    let trades: Vec<(String, Option<String>)> = raw
        .prepare("SELECT exec_id, cl_ord_id FROM executions ORDER BY exec_id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(trades, [("e.02".to_owned(), Some("a1".to_owned())), ("x.01".to_owned(), None)]);
    let cost: String =
        raw.query_row("SELECT commission FROM executions WHERE exec_id = 'x.01'", [], |row| row.get(0)).unwrap();
    assert_eq!(cost, "-0.35");
}

#[test]
fn a_bust_or_a_correction_takes_the_earlier_versions_out_of_the_tables() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let exec = |id: &str| id.parse().unwrap();
    let events = [
        JournalEvent::ExternalExecution { execution: trade("y.01", "7") },
        JournalEvent::ExternalBust { exec_id: exec("y.02") },
        JournalEvent::ExternalExecution { execution: trade("z.01", "7") },
        JournalEvent::ExternalExecution { execution: trade("z.02", "6") },
        happened("a1", OrderEvent::Executed { execution: trade("g.01", "1") }),
        happened("a1", OrderEvent::Busted { exec_id: exec("g.02") }),
    ];
    journal.append(at(100), &events).unwrap();
    let ids: Vec<String> = place
        .raw()
        .prepare("SELECT exec_id FROM executions ORDER BY exec_id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(ids, ["e.02", "x.01", "z.02"]);
}
