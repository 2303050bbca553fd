use super::*;
use crate::book::tests::{acknowledged, first, replacing, sent_then};
use crate::id::{BrokerOrderId, PermId};
use rust_decimal::Decimal;
use std::fmt::Write as _;

fn report(word: &str, filled: Option<Decimal>) -> StatusReport {
    StatusReport {
        broker_order_id: BrokerOrderId::new(7).unwrap(),
        client_id: None,
        perm_id: PermId::new(900).ok(),
        status: word.to_owned(),
        filled,
        remaining: None,
        avg_px: None,
        why_held: String::new(),
    }
}

fn said(event: Option<&OrderEvent>) -> String {
    let Some(event) = event else { return "not known to us".to_owned() };
    let text = serde_json::to_value(event).unwrap();
    text["event"].as_str().unwrap().to_owned()
}

#[test]
fn every_status_word_is_read_as_written_down() {
    let words = [
        "PendingSubmit",
        "ApiPending",
        "PreSubmitted",
        "Submitted",
        "Filled",
        "PendingCancel",
        "Cancelled",
        "ApiCancelled",
        "Inactive",
        "Unknown",
        "submitted",
        "",
    ];
    let mut table = String::new();
    for word in words {
        for tif in [TifKind::Day, TifKind::Fok] {
            let event = read_status(&report(word, Some(Decimal::TEN)), tif, Generation(1));
            writeln!(table, "{word:<14} {:<4} {}", tif.word(), said(event.as_ref())).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn filled_without_a_quantity_is_not_read() {
    for filled in [None, Some(Decimal::ZERO), Some(-Decimal::ONE)] {
        assert_eq!(read_status(&report("Filled", filled), TifKind::Day, Generation(1)), None);
    }
}

#[test]
fn every_code_is_read_as_written_down() {
    let codes = [
        103, 104, 105, 110, 134, 135, 161, 200, 201, 202, 203, 321, 322, 387, 388, 391, 398, 399, 400, 404, 460, 461,
        2109, 10_052, 10_147, 10_148, 10_149, 10_289, 10_349, 99_999,
    ];
    let mut table = format!("{:<7}", "");
    for status in OrdStatus::ALL {
        write!(table, "{:<17}", status.word()).unwrap();
    }
    for code in codes {
        write!(table, "\n{code:<7}").unwrap();
        for status in OrdStatus::ALL {
            write!(table, "{:<17}", said(Some(&read_error(code, "x", status, false)))).unwrap();
        }
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn a_refused_cancel_and_a_doubled_id_never_end_an_order() {
    for code in [103, 161, 399, 10_147, 10_148, 10_149, 10_349] {
        for status in OrdStatus::ALL {
            let word = said(Some(&read_error(code, "x", status, false)));
            assert!(word == "cancel_refused" || word == "informed", "{code} {status:?} {word}");
        }
    }
}

#[test]
fn what_refuses_any_request_refuses_the_cancel_once_one_was_sent() {
    for code in [321, 322] {
        for status in OrdStatus::ALL {
            let word = said(Some(&read_error(code, "x", status, true)));
            assert_eq!(word == "cancel_refused", status.may_be_live(), "{code} {status:?} {word}");
        }
    }
}

#[test]
fn a_filled_order_without_its_filled_quantity_counts_its_own_total_or_the_smaller_version() {
    let mut book = sent_then(vec![acknowledged(900, 1)]);
    let event = replacing("o-1", "r-1", 6, "190");
    book.apply(&crate::journal::Recorded { seq: book.seq + 1, at: crate::book::tests::at(9), event }).unwrap();
    let mut seen = crate::reconcile::tests::shown("Filled");
    seen.filled = None;
    for (total, filled) in [(None, 6), (Some(7), 7), (Some(10), 10)] {
        seen.total_qty = total.map(Decimal::from);
        let event = read_order(&seen, first(&book), Generation(1)).unwrap();
        let perm_id = PermId::new(900).ok();
        assert_eq!(event, OrderEvent::ReportedFilled { filled: Decimal::from(filled), avg_px: None, perm_id });
    }
}

#[test]
fn an_order_works_as_known_only_under_its_own_id_over_the_connection_that_acknowledged_it_while_nothing_is_asked() {
    let says = |word: &str, perm_id: Option<i64>, generation| OrderEvent::Acknowledged {
        broker_status: word.to_owned(),
        perm_id: perm_id.map(|id| PermId::new(id).unwrap()),
        generation: Generation(generation),
    };
    let after = |events: Vec<OrderEvent>| sent_then(events);
    let working = after(vec![acknowledged(900, 1)]);
    let known =
        |book: &crate::book::Book, said: &OrderEvent, heard_in| works_as_known(first(book), said, Generation(heard_in));
    assert!(known(&working, &says("Submitted", Some(900), 1), 1));
    assert!(known(&working, &says("PreSubmitted", None, 1), 1));
    assert!(!known(&working, &says("Submitted", Some(901), 1), 1), "another order's id");
    assert!(!known(&working, &says("Submitted", Some(900), 2), 2), "a connection that has not acknowledged it");
    assert!(!known(&after(vec![]), &says("Submitted", Some(900), 1), 1), "its acknowledgement itself");
    for said in
        [OrderEvent::CancelPending, OrderEvent::Canceled { detail: None }, OrderEvent::Inactive { detail: None }]
    {
        assert!(!known(&working, &said, 1), "{said:?}");
    }
    let mut asked = working.clone();
    let event = replacing("o-1", "r-1", 6, "190");
    asked.apply(&crate::journal::Recorded { seq: asked.seq + 1, at: crate::book::tests::at(9), event }).unwrap();
    assert!(!known(&asked, &says("Submitted", Some(900), 1), 1), "a change is under way");
    let mut asked = working;
    let event = crate::book::tests::canceling("o-1");
    asked.apply(&crate::journal::Recorded { seq: asked.seq + 1, at: crate::book::tests::at(9), event }).unwrap();
    assert!(!known(&asked, &says("Submitted", Some(900), 1), 1), "a cancel is wanted");
}
