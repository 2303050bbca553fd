use super::*;
use crate::account::AccountSummary;
use crate::book::tests::{
    acknowledged, at, book_of, contract, executed, execution, first, key, of, replacing, sent_then, submitting,
};
use crate::broker_calendar::BrokerCalendar;
use crate::execution::Commission;
use crate::id::{BrokerOrderId, PermId};
use crate::journal::Recorded;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// `o-1` as it was sent, with this status word.
pub(crate) fn shown(status: &str) -> BrokerOrder {
    BrokerOrder {
        account: "DU1234567".parse().ok(),
        con_id: Some(contract().con_id),
        symbol: "AAPL".to_owned(),
        action: "BUY".to_owned(),
        total_qty: Some(Decimal::TEN),
        filled: None,
        order_type: "LMT".to_owned(),
        limit_price: Some("189.5".parse().unwrap()),
        aux_price: None,
        trail_percent: None,
        tif: "DAY".to_owned(),
        good_till: None,
        outside_rth: false,
        broker_order_id: BrokerOrderId::new(7).ok(),
        client_id: ClientId::new(17).ok(),
        perm_id: PermId::new(900).ok(),
        order_ref: "tg:abc:o-1".to_owned(),
        status: status.to_owned(),
        detail: None,
    }
}

type Distort = fn(&mut BrokerOrder);

/// A complete, empty look on the second connection, long after everything.
pub(crate) fn nothing() -> BrokerSnapshot {
    BrokerSnapshot {
        generation: Generation(2),
        taken_at: at(1000),
        open_orders: Section::Complete(Vec::new()),
        completed_orders: Section::Complete(Vec::new()),
        executions: Section::Complete(Vec::new()),
        busts: Vec::new(),
        executions_since: None,
        positions: Section::Complete(Vec::new()),
        account: Section::Complete(AccountSummary {
            account: "DU1234567".parse().unwrap(),
            base_currency: None,
            net_liquidation: None,
            cash: BTreeMap::new(),
            total_cash: None,
            buying_power: None,
            init_margin: None,
            maint_margin: None,
            excess_liquidity: None,
            available_funds: None,
            gross_position_value: None,
            unrealized_pnl: None,
            realized_pnl: None,
            exchange_rates: BTreeMap::new(),
            received_at: at(1000),
        }),
    }
}

fn open(orders: Vec<BrokerOrder>) -> BrokerSnapshot {
    BrokerSnapshot { open_orders: Section::Complete(orders), ..nothing() }
}

fn completed(orders: Vec<BrokerOrder>) -> BrokerSnapshot {
    BrokerSnapshot { completed_orders: Section::Complete(orders), ..nothing() }
}

fn traded(executions: Vec<Execution>) -> BrokerSnapshot {
    BrokerSnapshot { executions: Section::Complete(executions), ..nothing() }
}

/// A whole comparison: what it found, booked, and its end.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) events: Vec<JournalEvent>,
    pub(crate) alarm: Option<String>,
    pub(crate) complete: bool,
}

fn look(book: &Book, snapshot: &BrokerSnapshot) -> Outcome {
    look_at(book, snapshot, true)
}

fn look_while_touched(book: &Book, snapshot: &BrokerSnapshot, touched: &BTreeSet<ClOrdId>) -> Outcome {
    look_as(book, snapshot, true, touched, None)
}

pub(crate) fn look_at(book: &Book, snapshot: &BrokerSnapshot, quiet: bool) -> Outcome {
    look_as(book, snapshot, quiet, &BTreeSet::new(), None)
}

pub(crate) fn look_as(
    book: &Book,
    snapshot: &BrokerSnapshot,
    quiet: bool,
    touched: &BTreeSet<ClOrdId>,
    unsettled: Option<&str>,
) -> Outcome {
    let client_id = ClientId::new(17).unwrap();
    let Comparison { mut events, alarm, draft } = reconcile(book, snapshot, client_id, touched, (unsettled, None));
    let booked = booked(book.clone(), &events, snapshot.taken_at);
    let calendar = BrokerCalendar::ibkr(jiff::tz::TimeZone::get("America/New_York").unwrap());
    let account = "DU1234567".parse().unwrap();
    let circumstances = Circumstances { account: Some(&account), quiet, calendar: &calendar };
    let Conclusion { events: last, complete } = draft.conclude(&booked, snapshot, &circumstances);
    events.extend(last);
    Outcome { events, alarm, complete }
}

fn after(book: Book, outcome: &Outcome) -> Book {
    booked(book, &outcome.events, at(1001))
}

pub(crate) fn booked(mut book: Book, events: &[JournalEvent], now: Timestamp) -> Book {
    for event in events {
        book.apply(&Recorded { seq: book.seq + 1, at: now, event: event.clone() }).unwrap();
    }
    book
}

pub(crate) fn rules(outcome: &Outcome) -> Vec<u8> {
    match outcome.events.last() {
        Some(JournalEvent::Reconciled { report }) => report.differences.iter().map(|one| one.rule).collect(),
        _ => panic!("the report comes last"),
    }
}

#[track_caller]
fn check(book: Book, snapshot: &BrokerSnapshot, found: &[u8], status: OrdStatus) -> Book {
    let outcome = look(&book, snapshot);
    assert_eq!(rules(&outcome), found);
    let book = after(book, &outcome);
    assert_eq!(first(&book).status, status);
    book
}

fn working() -> Book {
    sent_then(vec![acknowledged(900, 1)])
}

fn unconfirmed() -> Book {
    sent_then(vec![OrderEvent::Written])
}

#[test]
fn r1_an_order_without_our_intent_alarms_until_it_is_over_and_a_human_lifted_the_halt() {
    let orphan = |status: &str| BrokerOrder { order_ref: "tg:abc:lost".to_owned(), ..shown(status) };
    let lift = |mut book: Book| {
        let (scope, state) = (crate::trading_state::KillScope::Global, crate::trading_state::TradingState::Active);
        let by = crate::book::tests::principal();
        let event = JournalEvent::TradingStateSet { scope, state, by, reason: "looked".to_owned() };
        book.apply(&Recorded { seq: book.seq + 1, at: at(1002), event }).unwrap();
        book
    };
    let book = working();
    let outcome = look(&book, &open(vec![shown("Submitted"), orphan("Submitted")]));
    assert!(outcome.alarm.is_some());
    let book = after(book, &outcome);
    assert_eq!(book.orphans.working().collect::<Vec<_>>(), [&key("lost")]);
    assert!(book.request_under(&key("lost")).is_some(), "its key is spent");
    let again = look(&book, &open(vec![shown("Submitted"), orphan("Submitted")]));
    assert!(again.alarm.is_some());
    assert!(!again.events.iter().any(|event| matches!(event, JournalEvent::OrphanSeen { .. })), "said once");

    // Over, but nobody has looked; then somebody has.
    let over = BrokerSnapshot {
        open_orders: Section::Complete(vec![shown("Submitted")]),
        ..completed(vec![orphan("Cancelled")])
    };
    let outcome = look(&book, &over);
    assert!(outcome.alarm.is_some());
    let book = after(book, &outcome);
    assert_eq!(book.orphans.working().count(), 0);
    let book = lift(book);
    assert_eq!(look(&book, &over).alarm, None);
    // One that lives after all halts again.
    let outcome = look(&book, &open(vec![shown("Submitted"), orphan("Submitted")]));
    assert!(outcome.alarm.is_some());
    let book = lift(after(book, &outcome));
    assert!(look(&book, &open(vec![shown("Submitted"), orphan("Submitted")])).alarm.is_some(), "it works still");
    // What no complete list shows is over.
    let gone = after(book, &look(&lift(working()), &open(vec![shown("Submitted")])));
    assert_eq!(after(gone.clone(), &look(&gone, &open(vec![shown("Submitted")]))).orphans.working().count(), 0);
}

#[test]
fn r1_a_reference_of_ours_without_an_intent_halts_everything() {
    let mut orphan = shown("Submitted");
    orphan.order_ref = "tg:abc:o-9".to_owned();
    let outcome = look(&working(), &open(vec![shown("Submitted"), orphan]));
    assert!(outcome.alarm.is_some_and(|what| what.contains("tg:abc:o-9")));
    let mut leg = shown("Submitted");
    leg.order_ref = "tg:abc:o-1:tp".to_owned();
    assert!(look(&working(), &open(vec![leg])).alarm.is_some(), "no leg was ever sent");
    let outcome = look(&working(), &traded(vec![execution("e.01", 3, "tg:abc:o-9")]));
    assert!(outcome.alarm.is_some());
    let restored = after(working(), &outcome);
    assert!(restored.external_executions.contains_key(&"e.01".parse().unwrap()), "the trade is recorded");
}

#[test]
fn r2_an_order_that_the_broker_shows_is_adopted_as_shown() {
    check(unconfirmed(), &open(vec![shown("Submitted")]), &[2], OrdStatus::Working);
    check(unconfirmed(), &completed(vec![shown("Cancelled")]), &[2], OrdStatus::Canceled);
    check(unconfirmed(), &completed(vec![shown("Filled")]), &[2], OrdStatus::Filled);
    let missing = || sent_then(vec![OrderEvent::Written, OrderEvent::NotFound]);
    check(missing(), &open(vec![shown("PendingSubmit")]), &[2], OrdStatus::Unconfirmed);
    check(working(), &open(vec![shown("Nonsense")]), &[2], OrdStatus::Working);
    check(working(), &completed(vec![shown("Submitted")]), &[2], OrdStatus::Working);
}

#[test]
fn r2_an_order_that_ends_between_two_lists_is_canceled_once() {
    let over = vec![BrokerOrder { detail: Some("Sibling order ended".to_owned()), ..shown("Cancelled") }];
    let both = BrokerSnapshot { completed_orders: Section::Complete(over), ..open(vec![shown("Cancelled")]) };
    let outcome = look(&working(), &both);
    let canceled =
        |event: &&JournalEvent| matches!(event, JournalEvent::Order { event: OrderEvent::Canceled { .. }, .. });
    assert_eq!(outcome.events.iter().filter(canceled).count(), 1);
    assert_eq!(first(&after(working(), &outcome)).status, OrdStatus::Canceled);
}

#[test]
fn r2_an_order_held_for_dead_that_the_broker_holds_is_open_again() {
    let dead = sent_then(vec![OrderEvent::Canceled { detail: None }]);
    let book = check(dead, &open(vec![shown("PendingSubmit")]), &[], OrdStatus::Unconfirmed);
    assert!(!book.halted_instruments.is_empty());
}

#[test]
fn r3_a_trade_that_the_journal_lacks_is_booked_whatever_the_state() {
    let look = traded(vec![execution("e.01", 10, "tg:abc:o-1")]);
    check(unconfirmed(), &look, &[3], OrdStatus::Filled);
    let book = check(sent_then(vec![OrderEvent::Canceled { detail: None }]), &look, &[3], OrdStatus::Filled);
    check(book, &look, &[], OrdStatus::Filled);
    // The reference was dropped, the permanent id was not, and the order is over.
    let over = sent_then(vec![acknowledged(900, 1), OrderEvent::Canceled { detail: None }]);
    let book = check(over, &traded(vec![execution("e.01", 4, "")]), &[3], OrdStatus::Canceled);
    assert_eq!(first(&book).cum_qty(), Decimal::from(4));
}

#[test]
fn r4_a_correction_replaces_its_trade() {
    let look = traded(vec![execution("e.02", 3, "tg:abc:o-1")]);
    let book = check(sent_then(vec![executed("e.01", 4)]), &look, &[4], OrdStatus::Working);
    assert_eq!(first(&book).cum_qty(), Decimal::from(3));
}

#[test]
fn r4_a_trade_and_its_correction_in_one_list_count_once_in_any_order() {
    let (old, new) = (execution("e.01", 4, "tg:abc:o-1"), execution("e.02", 3, "tg:abc:o-1"));
    for list in [vec![old.clone(), new.clone()], vec![new, old]] {
        let book = check(working(), &traded(list), &[3, 3], OrdStatus::Working);
        assert_eq!(first(&book).cum_qty(), Decimal::from(3));
    }
}

#[test]
fn a_commission_that_comes_late_joins_its_trade() {
    let mut trade = execution("e.01", 10, "tg:abc:o-1");
    let amount = crate::money::Money { amount: Decimal::ONE, currency: "USD".parse().unwrap() };
    trade.commission = Some(Commission { amount, realized_pnl: None });
    let book = check(sent_then(vec![executed("e.01", 10)]), &traded(vec![trade.clone()]), &[], OrdStatus::Filled);
    assert_eq!(first(&book).executions[&trade.exec_id].commission, trade.commission);
    let mut bare = execution("e.01", 10, "by hand");
    bare.perm_id = None;
    let foreign = book_of(vec![JournalEvent::ExternalExecution { execution: Box::new(bare) }]);
    let book = after(foreign.clone(), &look(&foreign, &traded(vec![trade.clone()])));
    assert_eq!(book.external_executions[&trade.exec_id].commission, trade.commission);
}

#[test]
fn r5_what_is_not_ours_is_shown_and_never_touched() {
    let mut foreign = shown("Submitted");
    foreign.order_ref = "by hand".to_owned();
    foreign.perm_id = PermId::new(77).ok();
    let mut trade = execution("x.01", 5, "tg:other:o-1");
    trade.perm_id = PermId::new(78).ok();
    let mut snapshot = open(vec![shown("Submitted"), foreign.clone()]);
    snapshot.executions = Section::Complete(vec![trade]);
    let outcome = look(&working(), &snapshot);
    assert_eq!(outcome.alarm, None);
    let book = after(working(), &outcome);
    assert_eq!(book.external_orders[&77], foreign);
    assert_eq!(book.last_reconciliation.as_ref().map(|report| report.external), Some(2));
    let again = look(&book, &snapshot);
    assert_eq!(again.events.len(), 1, "what is known already is not told again: {:?}", again.events);
}

#[test]
fn r6_an_order_that_no_complete_list_shows_is_missing_and_never_dead() {
    let book = check(working(), &nothing(), &[6], OrdStatus::Missing);
    // A fill of Friday, looked up on Saturday: every list is empty and complete, and still it proves nothing.
    let saturday = BrokerSnapshot { taken_at: at(2 * 86_400), ..nothing() };
    let book = check(book, &saturday, &[], OrdStatus::Missing);
    assert_eq!(first(&book).worst_leaves(), Decimal::TEN, "it stays reserved");
}

#[test]
fn r6_an_order_sent_just_before_the_look_on_the_same_connection_is_not_missing() {
    let early = BrokerSnapshot { generation: Generation(1), taken_at: at(8), ..nothing() };
    check(unconfirmed(), &early, &[], OrdStatus::Unconfirmed);
    let settled = BrokerSnapshot { generation: Generation(1), taken_at: at(60), ..nothing() };
    check(unconfirmed(), &settled, &[6], OrdStatus::Missing);
    // Sent by a clock that was an hour ahead and set back since: that hour is not waited for.
    let set_back = BrokerSnapshot { generation: Generation(1), taken_at: at(-3_600), ..nothing() };
    check(unconfirmed(), &set_back, &[6], OrdStatus::Missing);
}

#[test]
fn r6_while_a_farm_is_away_silence_proves_nothing_and_is_reported() {
    let away = Some("the broker's farm usfarm is away");
    let unsettled = look_as(&working(), &nothing(), true, &BTreeSet::new(), away);
    let book = after(working(), &unsettled);
    assert_eq!((rules(&unsettled), first(&book).status), (vec![6], OrdStatus::Working));
    let report = book.last_reconciliation.as_ref().unwrap();
    assert_eq!((report.missing, report.complete), (0, true), "other instruments trade on");
    assert!(report.differences[0].what.contains("while the broker's farm usfarm is away"), "{report:?}");
    check(book, &nothing(), &[6], OrdStatus::Missing);
}

#[test]
fn r2_an_order_of_which_the_same_look_shows_trades_is_not_held() {
    let held = BrokerSnapshot {
        executions: Section::Complete(vec![execution("x.01", 10, "tg:abc:o-1")]),
        ..open(vec![shown("PendingSubmit")])
    };
    check(working(), &held, &[3], OrdStatus::Filled);
}

#[test]
fn r7_an_open_order_that_differs_from_its_intent_halts_its_instrument_once() {
    let wrong: [(&str, Distort); 9] = [
        ("quantity", |seen| seen.total_qty = Some(Decimal::from(11))),
        ("limit price", |seen| seen.limit_price = Some(Decimal::from(190))),
        ("account", |seen| seen.account = "DU7654321".parse().ok()),
        ("time in force", |seen| seen.tif = "GTC".to_owned()),
        ("side", |seen| seen.action = "SELL".to_owned()),
        ("contract", |seen| seen.con_id = crate::id::ConId::new(1).ok()),
        ("type", |seen| seen.order_type = "MKT".to_owned()),
        ("outside", |seen| seen.outside_rth = true),
        ("type", |seen| seen.order_type = "STP LMT".to_owned()),
    ];
    assert_eq!(echo_differences(first(&working()), &shown("Submitted")), Vec::<String>::new());
    for (what, change) in wrong {
        let mut seen = shown("Submitted");
        change(&mut seen);
        let differences = echo_differences(first(&working()), &seen);
        assert!(differences.len() == 1 && differences[0].contains(what), "{what}: {differences:?}");
        let book = check(working(), &open(vec![seen.clone()]), &[7], OrdStatus::Working);
        assert_eq!(book.halted_instruments.len(), 1);
        let again = look(&book, &open(vec![seen]));
        assert!(!again.events.iter().any(|event| matches!(event, JournalEvent::InstrumentHalted { .. })));
    }
}

#[test]
fn r8_a_list_without_its_end_proves_nothing() {
    let why = || "timed out".to_owned();
    let partial: [fn(&mut BrokerSnapshot, String); 5] = [
        |look, why| look.open_orders = Section::Unknown(why),
        |look, why| look.completed_orders = Section::Unknown(why),
        |look, why| look.executions = Section::Unknown(why),
        |look, why| look.positions = Section::Unknown(why),
        |look, why| look.account = Section::Unknown(why),
    ];
    for spoil in partial {
        let mut snapshot = nothing();
        spoil(&mut snapshot, why());
        assert!(!look(&working(), &snapshot).complete);
        let book = check(working(), &snapshot, &[], OrdStatus::Working);
        assert_eq!(book.last_reconciliation.map(|report| report.incomplete.len()), Some(1));
    }
}

#[test]
fn an_order_that_was_heard_of_since_the_look_began_is_left_to_the_next_look() {
    let touched = BTreeSet::from([key("o-1")]);
    for old in [completed(vec![shown("Cancelled")]), nothing()] {
        assert_eq!(after(working(), &look_while_touched(&working(), &old, &touched)).orders, working().orders);
    }
}

fn changing(lost: bool) -> Book {
    let mut events = vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), replacing("o-1", "r-1", 10, "190")];
    if lost {
        events.push(of("o-1", OrderEvent::LinkLost));
    }
    book_of(events)
}

#[test]
fn a_change_is_booked_if_the_end_of_its_order_shows_it() {
    let mut events = vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), replacing("o-1", "r-1", 10, "190")];
    events.push(of("o-1", OrderEvent::CancelRequested));
    let cancelling = book_of(events);
    for (limit, version) in [(190, 2), (100, 1)] {
        let mut seen = shown("Cancelled");
        seen.limit_price = Some(Decimal::from(limit));
        let outcome = look(&cancelling, &completed(vec![seen]));
        let book = after(cancelling.clone(), &outcome);
        assert_eq!((first(&book).status, first(&book).version), (OrdStatus::Canceled, version), "{limit}");
    }
    let mut seen = shown("Submitted");
    seen.limit_price = Some(Decimal::from(190));
    let outcome = look(&cancelling, &open(vec![seen]));
    let book = after(cancelling, &outcome);
    assert_eq!((first(&book).status, first(&book).version), (OrdStatus::PendingCancel, 2));
}

#[test]
fn a_change_is_settled_by_what_the_echo_shows() {
    let original = open(vec![shown("Submitted")]);
    let mut seen = shown("Submitted");
    seen.limit_price = Some(Decimal::from(190));
    let amended = open(vec![seen.clone()]);
    seen.limit_price = Some(Decimal::from(191));
    let neither = open(vec![seen]);
    let young = BrokerSnapshot { taken_at: at(8), ..original.clone() };
    check(changing(false), &young, &[], OrdStatus::PendingReplace);
    // Its refusal was lost, or is no code that we know: a look that began long after it tells.
    let book = check(changing(false), &original, &[2], OrdStatus::Working);
    assert_eq!((first(&book).version, &first(&book).pending_replace), (1, &None));
    let book = check(changing(true), &original, &[2, 2], OrdStatus::Working);
    assert_eq!((first(&book).version, &first(&book).pending_replace), (1, &None));
    for lost in [false, true] {
        let outcome = look(&changing(lost), &amended);
        let book = after(changing(lost), &outcome);
        assert_eq!((first(&book).status, first(&book).version), (OrdStatus::Working, 2));
    }
    let book = check(changing(true), &neither, &[7], OrdStatus::Unconfirmed);
    assert_eq!(book.halted_instruments.len(), 1);
}

#[test]
fn the_report_counts_what_was_seen() {
    let book = after(unconfirmed(), &look(&unconfirmed(), &nothing()));
    let report = book.last_reconciliation.unwrap();
    assert_eq!((report.scanned, report.missing, report.unresolved, report.complete), (0, 1, 1, true));
    assert_eq!(report.differences[0].cl_ord_id, Some(key("o-1")));
}
