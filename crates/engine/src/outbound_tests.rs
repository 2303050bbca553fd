use super::*;

const THIRD: Generation = Generation(3);

fn id(number: i64) -> BrokerOrderId {
    BrokerOrderId::new(number).unwrap()
}

#[test]
fn as_many_messages_leave_under_an_id_as_the_journal_intends_and_the_next_is_an_alarm() {
    let mut outbound = Outbound::of(THIRD);
    outbound.intend(id(41));
    outbound.intend(id(42));
    assert_eq!(outbound.leave(THIRD, id(41)), Ok(()));
    assert_eq!(outbound.take_overrun(), None);
    // Another intent that still waits does not cover it.
    assert_eq!(outbound.leave(THIRD, id(41)), Err(NotSentReason::OverIntent));
    let why = outbound.take_overrun().unwrap();
    assert!(why.contains("41") && why.contains("1 that"), "{why}");
    assert_eq!(outbound.take_overrun(), None, "said once");
    assert_eq!(outbound.leave(THIRD, id(42)), Ok(()), "the other intent is not spent");
    outbound.intend(id(41));
    assert_eq!(outbound.leave(THIRD, id(41)), Ok(()), "a change is an intent of its own");
    assert_eq!(outbound.leave(THIRD, id(99)), Err(NotSentReason::OverIntent), "never intended");
    outbound.cancel_leaves(THIRD);
    assert_eq!(outbound.count(), OutboundCount { intended: 3, left: 3, cancels: 1 });
}

#[test]
fn another_connection_counts_anew_and_what_was_meant_for_the_old_one_is_stale() {
    let mut outbound = Outbound::of(THIRD);
    outbound.intend(id(41));
    outbound.begin(Generation(4));
    assert_eq!(outbound.leave(THIRD, id(41)), Err(NotSentReason::StaleGeneration));
    assert_eq!(outbound.take_overrun(), None);
    assert_eq!(outbound.leave(Generation(4), id(41)), Err(NotSentReason::OverIntent));
    outbound.begin(Generation(5));
    assert!(outbound.take_overrun().is_some(), "an alarm that nobody has taken yet outlives the connection");
}
