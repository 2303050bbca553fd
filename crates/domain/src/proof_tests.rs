use super::*;
use crate::book::Book;
use crate::book::tests::{acknowledged, at, book_of, bracketing, first, key, of, sent_then};
use crate::event::OrderEvent;
use crate::journal::{JournalEvent, Recorded};
use jiff::tz::TimeZone;

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `o-1`, sent at this moment and looked for in vain a minute later.
fn missing(sent: &str) -> Book {
    let sent = moment(sent);
    let mut book = Book::empty();
    let events = [
        crate::book::tests::submitting("o-1", 7),
        crate::book::tests::of("o-1", OrderEvent::Written),
        crate::book::tests::of("o-1", OrderEvent::NotFound),
    ];
    for (seq, event) in (1..).zip(events) {
        let at = if matches!(event, JournalEvent::Order { event: OrderEvent::NotFound, .. }) {
            sent + SignedDuration::from_mins(1)
        } else {
            sent
        };
        book.apply(&Recorded { seq, at, event }).unwrap();
    }
    book
}

fn judge(sent: &str, looked: &str, since: Option<&str>, agreed: bool) -> Result<Timestamp, StillPossible> {
    let calendar = BrokerCalendar::ibkr(TimeZone::get("America/New_York").unwrap());
    let look = Look { taken_at: moment(looked), executions_since: since.map(moment), calendar: &calendar };
    proof_of_death(first(&missing(sent)), None, &look, agreed.then_some(Decimal::ZERO)).map(|proof| proof.day_closed_at)
}

#[test]
fn an_order_is_dead_only_when_its_day_has_closed_inside_the_window() {
    use StillPossible::{DayOpen, NotMissing, WindowTooShort, WindowUnknown};
    let friday = "2026-11-27T15:00:00Z";
    let midnight = Some("2026-11-27T05:00:00Z");
    for (sent, looked, since, expected) in [
        // Friday after the close in New York, and the broker's midnight was before the send.
        (friday, "2026-11-28T01:30:00Z", midnight, Ok("2026-11-28T01:00:00Z")),
        (friday, "2026-11-28T01:01:00Z", midnight, Ok("2026-11-28T01:00:00Z")),
        (friday, "2026-11-28T01:00:59Z", midnight, Err(DayOpen)),
        (friday, "2026-11-27T20:00:00Z", midnight, Err(DayOpen)),
        // Saturday: the executions begin after the send, so a fill on Friday would be absent.
        (friday, "2026-11-28T12:00:00Z", Some("2026-11-28T05:00:00Z"), Err(WindowTooShort)),
        (friday, "2026-11-30T12:00:00Z", Some("2026-11-30T05:00:00Z"), Err(WindowTooShort)),
        // Just inside and just outside the window.
        ("2026-11-27T05:01:00Z", "2026-11-28T01:30:00Z", midnight, Ok("2026-11-28T01:00:00Z")),
        ("2026-11-27T05:00:59Z", "2026-11-28T01:30:00Z", midnight, Err(WindowTooShort)),
        ("2026-11-27T04:59:00Z", "2026-11-28T01:30:00Z", midnight, Err(WindowTooShort)),
        // A Gateway in Berlin: its midnight passes before the day closes in New York.
        (friday, "2026-11-28T01:30:00Z", Some("2026-11-27T23:00:00Z"), Err(WindowTooShort)),
        // A Gateway whose zone is not known.
        (friday, "2026-11-28T01:30:00Z", None, Err(WindowUnknown)),
        // Sent after Friday's close: Saturday's close ends its day, and by then the window must still reach back.
        ("2026-11-28T01:30:00Z", "2026-11-28T04:30:00Z", midnight, Err(DayOpen)),
        ("2026-11-28T05:30:00Z", "2026-11-29T01:30:00Z", Some("2026-11-28T05:00:00Z"), Ok("2026-11-29T01:00:00Z")),
        // The night that has 25 hours, and the one that has 23.
        ("2026-11-01T04:02:00Z", "2026-11-02T01:30:00Z", Some("2026-11-01T04:00:00Z"), Ok("2026-11-02T01:00:00Z")),
        ("2026-11-01T04:02:00Z", "2026-11-02T00:30:00Z", Some("2026-11-01T04:00:00Z"), Err(DayOpen)),
        ("2026-03-08T05:02:00Z", "2026-03-09T00:30:00Z", Some("2026-03-08T05:00:00Z"), Ok("2026-03-09T00:00:00Z")),
        // Found missing by this very look, or after it began.
        (friday, "2026-11-27T15:01:00Z", midnight, Err(NotMissing)),
    ] {
        assert_eq!(judge(sent, looked, since, true), expected.map(moment), "sent {sent}, looked {looked}");
    }
}

#[test]
fn a_position_that_was_not_compared_or_differs_proves_nothing() {
    let judged = judge("2026-11-27T15:00:00Z", "2026-11-28T01:30:00Z", Some("2026-11-27T05:00:00Z"), false);
    assert_eq!(judged, Err(StillPossible::PositionsDiffer));
}

#[test]
fn only_a_missing_order_without_a_twin_is_proven_dead() {
    let calendar = BrokerCalendar::ibkr(TimeZone::get("America/New_York").unwrap());
    let since = Some(moment("2026-03-02T05:00:00Z"));
    let look = Look { taken_at: moment("2026-03-03T01:30:00Z"), executions_since: since, calendar: &calendar };
    let judge = |events| proof_of_death(first(&sent_then(events)), None, &look, Some(Decimal::ZERO)).map(|_| ());
    let twin = OrderEvent::TwinSeen {
        perm_id: crate::id::PermId::new(901).unwrap(),
        broker_order_id: None,
        total: None,
        broker_status: "Submitted".to_owned(),
    };
    assert_eq!(judge(vec![OrderEvent::NotFound]), Ok(()));
    assert_eq!(judge(vec![OrderEvent::Written]), Err(StillPossible::NotMissing));
    assert_eq!(judge(vec![acknowledged(900, 1)]), Err(StillPossible::NotMissing));
    assert_eq!(judge(vec![acknowledged(900, 1), twin, OrderEvent::NotFound]), Err(StillPossible::TwinLives));
}

#[test]
fn a_bracket_of_which_the_broker_never_showed_an_order_may_wait_untransmitted() {
    let calendar = BrokerCalendar::ibkr(TimeZone::get("America/New_York").unwrap());
    let look = Look { taken_at: at(86_400), executions_since: Some(at(-86_400)), calendar: &calendar };
    let exit = key("o-1:sl");
    let judge = |shown: Option<OrderEvent>| {
        let missing = ["o-1", "o-1:tp", "o-1:sl"].map(|name| of(name, OrderEvent::NotFound));
        let events = std::iter::once(bracketing("o-1", 7)).chain(missing).chain(shown.map(|event| of("o-1", event)));
        let book = book_of(events.collect());
        let group = book.group(&exit);
        proof_of_death(&book.orders[&exit], group.as_ref(), &look, Some(Decimal::ZERO)).map(|_| ())
    };
    assert_eq!(judge(None), Err(StillPossible::MayWaitUntransmitted));
    // Once any of it was shown it was transmitted whole, and the exit is judged as any order.
    assert_eq!(judge(Some(acknowledged(900, 1))), Ok(()));
}
