//! A bracket in the tables: three orders, three ids, one key.

use crate::event::{Place, acknowledged, all, at, submitting};
use domain::bracket::{Bracket, ExitIds};
use domain::id::{BrokerOrderId, ClOrdId, Leg};
use domain::journal::JournalEvent;
use tollgate_store::{Direction, Journal, JournalReader, Page, RecordFilter};

fn bracket(key: &str, id: i64) -> JournalEvent {
    let mut event = submitting(key, id, None);
    if let JournalEvent::OrderSubmitting { order, exits, .. } = &mut event {
        let (take_profit, stop_loss) = ("195".parse().unwrap(), "185".parse().unwrap());
        order.intent.bracket = Some(Bracket { take_profit, stop_loss });
        let id = |more: i64| BrokerOrderId::new(id + more).unwrap();
        *exits = Some(ExitIds { take_profit: id(1), stop_loss: id(2) });
    }
    event
}

fn exit_event(key: &str, leg: Leg, perm_id: i64) -> JournalEvent {
    let JournalEvent::Order { cl_ord_id, event } = acknowledged(key, perm_id) else { unreachable!("it is one") };
    JournalEvent::Order { cl_ord_id: cl_ord_id.leg_key(leg), event }
}

#[test]
fn each_order_of_a_bracket_has_its_row_and_the_history_of_its_key_tells_of_all() {
    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(1), &[bracket("b1", 7)]).unwrap();
    let more = [acknowledged("b1", 900), exit_event("b1", Leg::TakeProfit, 901), exit_event("b1", Leg::StopLoss, 902)];
    journal.append(at(2), &more).unwrap();
    let rows = |sql: &str| -> Vec<(String, i64)> {
        let raw = place.raw();
        let mut statement = raw.prepare(sql).unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let expected =
        |ids: [i64; 3]| [("b1".to_owned(), ids[0]), ("b1:tp".to_owned(), ids[1]), ("b1:sl".to_owned(), ids[2])];
    let perms = rows("SELECT cl_ord_id, perm_id FROM orders WHERE status = 'working' ORDER BY perm_id");
    assert_eq!(perms, expected([900, 901, 902]));
    let ids = rows(
        "SELECT cl_ord_id, submissions.broker_order_id FROM submissions JOIN orders USING (order_no, leg)
         ORDER BY submissions.broker_order_id",
    );
    assert_eq!(ids, expected([7, 8, 9]));
    assert_eq!(rows("SELECT key, 1 FROM idempotency_keys"), [("b1".to_owned(), 1)]);

    let key: ClOrdId = "b1".parse().unwrap();
    let filter = RecordFilter { cl_ord_id: Some(key), ..RecordFilter::default() };
    let page = Page { cursor: None, limit: 100, direction: Direction::Forward };
    let history = JournalReader::open(&place.data()).unwrap().records(&filter, &page).unwrap();
    assert_eq!(history.len(), 4, "what happened to its exits too");
    journal.rebuild_projections().unwrap();
    assert_eq!(rows("SELECT cl_ord_id, perm_id FROM orders WHERE status = 'working' ORDER BY perm_id"), perms);
    assert_eq!(all(&journal).len(), 4);
}

#[test]
fn no_id_of_a_bracket_is_used_again() {
    let place = Place::new();
    let mut journal = place.open();
    journal.append(at(1), &[bracket("b1", 7)]).unwrap();
    for id in [7, 8, 9] {
        assert!(journal.append(at(2), &[submitting("o1", id, None)]).is_err(), "{id}");
    }
    // A refused record ends this writer; the next one goes on above all three.
    drop(journal);
    let mut journal = place.open();
    journal.append(at(3), &[bracket("b2", 10)]).unwrap();
}
