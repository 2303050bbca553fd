use super::*;
use crate::approval::ApprovalBounds;
use crate::approval::ApprovalStatus;
use crate::bracket::{Bracket, ExitIds};
use crate::contract::{Contract, Instrument, PriceIncrement, SecType};
use crate::id::PermId;
use crate::money::Qty;
use crate::order::OrderIntent;
use crate::order::{Amendment, OrderType, Side, Tif};
use crate::principal::Principal;
use crate::principal::{Face, PrincipalKind, Scope};
use crate::reason::Reason;
use proptest::prelude::*;
use rust_decimal::Decimal;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_463_600 + second).unwrap()
}

/// A key as the journal reads it: of a bracket's exit too.
pub(crate) fn key(text: &str) -> ClOrdId {
    text.to_owned().try_into().unwrap()
}

pub(crate) fn qty(number: i64) -> Qty {
    Qty::new(Decimal::from(number)).unwrap()
}

pub(crate) fn principal() -> Principal {
    Principal {
        key_id: "operator".parse().unwrap(),
        kind: PrincipalKind::Human,
        scopes: BTreeSet::from([Scope::Read, Scope::TradePaper]),
        face: Face::Rest,
        correlation_id: "c-1".parse().unwrap(),
    }
}

pub(crate) fn contract() -> Contract {
    Contract {
        con_id: ConId::new(265_598).unwrap(),
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: Some("NASDAQ".to_owned()),
        currency: "USD".parse().unwrap(),
        local_symbol: "AAPL".to_owned(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 2) }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: "APPLE INC".to_owned(),
        order_types: vec!["LMT".to_owned()],
        time_zone: Some("America/New_York".to_owned()),
        trading_hours: None,
        liquid_hours: None,
    }
}

/// Buy 10 AAPL at 189.50 for the day.
pub(crate) fn order(name: &str) -> ResolvedOrder {
    ResolvedOrder {
        intent: OrderIntent {
            cl_ord_id: key(name),
            account: None,
            instrument: Instrument::ConId(contract().con_id),
            side: Side::Buy,
            qty: qty(10),
            order_type: OrderType::Limit { limit: "189.50".parse().unwrap() },
            tif: Tif::Day,
            outside_rth: false,
            reduce_only: false,
            strategy: None,
            preview_id: None,
            bracket: None,
            oca_group: None,
            flatten: false,
        },
        account: "DU1234567".parse().unwrap(),
        contract: contract(),
    }
}

pub(crate) fn submitting(name: &str, id: i64) -> JournalEvent {
    JournalEvent::OrderSubmitting {
        order: Box::new(order(name)),
        request_hash: "request-1".to_owned(),
        by: principal(),
        broker_order_id: BrokerOrderId::new(id).unwrap(),
        exits: None,
        generation: Generation(1),
        epoch: LeaseEpoch(1),
        approval: None,
        gates_passed: vec!["C01_READ_ONLY".to_owned()],
        notional: None,
    }
}

/// The same with exits at 195 and 185, under the two ids behind it.
pub(crate) fn bracketing(name: &str, id: i64) -> JournalEvent {
    let mut event = submitting(name, id);
    if let JournalEvent::OrderSubmitting { order, exits, .. } = &mut event {
        let price = |text: &str| text.parse().unwrap();
        order.intent.bracket = Some(Bracket { take_profit: price("195"), stop_loss: price("185") });
        let id = |more: i64| BrokerOrderId::new(id + more).unwrap();
        *exits = Some(ExitIds { take_profit: id(1), stop_loss: id(2) });
    }
    event
}

pub(crate) fn of(name: &str, event: OrderEvent) -> JournalEvent {
    JournalEvent::Order { cl_ord_id: key(name), event }
}

pub(crate) fn acknowledged(perm: i64, generation: u64) -> OrderEvent {
    OrderEvent::Acknowledged {
        broker_status: "Submitted".to_owned(),
        perm_id: PermId::new(perm).ok(),
        generation: Generation(generation),
    }
}

pub(crate) fn execution(exec_id: &str, quantity: i64, order_ref: &str) -> Execution {
    Execution {
        exec_id: exec_id.parse().unwrap(),
        account: "DU1234567".parse().unwrap(),
        con_id: contract().con_id,
        symbol: "AAPL".to_owned(),
        terms: crate::contract::ContractTerms::NONE,
        is_buy: true,
        last_qty: qty(quantity),
        last_px: "189.40".parse().unwrap(),
        is_cash: false,
        exchange: "NASDAQ".to_owned(),
        executed_at: Some(at(5)),
        broker_order_id: BrokerOrderId::new(7).ok(),
        client_id: crate::id::ClientId::new(17).ok(),
        perm_id: PermId::new(900).ok(),
        order_ref: order_ref.to_owned(),
        commission: None,
    }
}

pub(crate) fn executed(exec_id: &str, quantity: i64) -> OrderEvent {
    OrderEvent::Executed { execution: Box::new(execution(exec_id, quantity, "tg:abc:o-1")) }
}

pub(crate) fn filled(quantity: i64) -> OrderEvent {
    OrderEvent::ReportedFilled { filled: Decimal::from(quantity), avg_px: None, perm_id: PermId::new(900).ok() }
}

pub(crate) fn change_denied(
    name: &str,
    change_key: &str,
    quantity: i64,
    limit: &str,
    reasons: Vec<Reason>,
) -> JournalEvent {
    let JournalEvent::ReplaceSubmitting { cl_ord_id, key, request_hash, by, amendment, .. } =
        replacing(name, change_key, quantity, limit)
    else {
        unreachable!("it is a change")
    };
    JournalEvent::ReplaceDenied { cl_ord_id, key, request_hash, by, amendment, reasons }
}

pub(crate) fn replacing(name: &str, change_key: &str, quantity: i64, limit: &str) -> JournalEvent {
    JournalEvent::ReplaceSubmitting {
        cl_ord_id: key(name),
        key: key(change_key),
        request_hash: format!("request-{change_key}"),
        by: principal(),
        amendment: Amendment {
            qty: qty(quantity),
            order_type: OrderType::Limit { limit: limit.parse().unwrap() },
            tif: Tif::Day,
        },
        notional: None,
    }
}

pub(crate) fn canceling(name: &str) -> JournalEvent {
    JournalEvent::CancelSubmitting { cl_ord_id: key(name), key: None, request_hash: String::new(), by: principal() }
}

pub(crate) fn approval(id: &str, name: &str) -> Approval {
    let order = order(name);
    Approval {
        id: id.parse().unwrap(),
        cl_ord_id: key(name),
        requested_by: "agent".parse().unwrap(),
        requested_at: at(0),
        expires_at: at(300),
        bounds: ApprovalBounds {
            con_id: order.contract.con_id,
            account: order.account,
            mode: crate::mode::Mode::Paper,
            request_hash: "request-1".to_owned(),
            policy_hash: "policy-1".to_owned(),
            price_low: "180".parse().unwrap(),
            price_high: "200".parse().unwrap(),
            notional_max: Decimal::from(2000),
            margin_max: None,
            contract_terms: String::new(),
        },
        reasons: Vec::new(),
        status: ApprovalStatus::Pending,
        decided_by: None,
        decided_at: None,
        decision_reason: None,
    }
}

pub(crate) fn asking(id: &str, name: &str) -> JournalEvent {
    JournalEvent::ApprovalRequested {
        order: Box::new(order(name)),
        request_hash: "request-1".to_owned(),
        by: principal(),
        approval: Box::new(approval(id, name)),
    }
}

pub(crate) fn moved(id: &str, status: ApprovalStatus) -> JournalEvent {
    JournalEvent::ApprovalMoved { id: id.parse().unwrap(), status, by: Some("operator".parse().unwrap()), reason: None }
}

pub(crate) fn releasing(name: &str, id: i64, with: &str) -> JournalEvent {
    let JournalEvent::OrderSubmitting {
        order, request_hash, by, broker_order_id, generation, epoch, gates_passed, ..
    } = submitting(name, id)
    else {
        unreachable!("submitting makes a submit")
    };
    let approval = Some(with.parse().unwrap());
    JournalEvent::OrderSubmitting {
        order,
        request_hash,
        by,
        broker_order_id,
        exits: None,
        generation,
        epoch,
        approval,
        gates_passed,
        notional: None,
    }
}

/// A book after these events, one a second, in the installation `abc`.
pub(crate) fn try_book(events: Vec<JournalEvent>) -> Result<Book, ReplayError> {
    let mut book = Book::empty();
    let installed = JournalEvent::Installed { installation: "abc".parse().unwrap() };
    for (event, seq) in std::iter::once(installed).chain(events).zip(1_u64..) {
        book.apply(&Recorded { seq, at: at(i64::try_from(seq).unwrap()), event })?;
    }
    Ok(book)
}

pub(crate) fn book_of(events: Vec<JournalEvent>) -> Book {
    try_book(events).unwrap()
}

/// A sent order `o-1` of 10 after these events.
pub(crate) fn sent_then(events: Vec<OrderEvent>) -> Book {
    book_of(std::iter::once(submitting("o-1", 7)).chain(events.into_iter().map(|event| of("o-1", event))).collect())
}

pub(crate) fn first(book: &Book) -> &OrderRecord {
    &book.orders[&key("o-1")]
}

fn refused(events: Vec<JournalEvent>, why: &str) {
    let error = try_book(events).unwrap_err();
    assert!(error.why.contains(why), "{error}");
}

#[test]
fn a_gap_in_the_records_is_refused() {
    let mut book = Book::empty();
    let error = book.apply(&Recorded { seq: 2, at: at(0), event: JournalEvent::Stopped }).unwrap_err();
    assert_eq!(error.why, "expected record 1");
}

#[test]
fn a_key_is_used_once_whatever_for() {
    refused(vec![submitting("o-1", 7), submitting("o-1", 8)], "not what waited");
    let working = [submitting("o-1", 7), of("o-1", acknowledged(900, 1)), replacing("o-1", "r-1", 12, "189.50")];
    let with = |event: JournalEvent| working.iter().cloned().chain([event]).collect::<Vec<_>>();
    refused(with(submitting("r-1", 8)), "key r-1 is used already");
    refused(with(replacing("o-1", "r-1", 12, "189.50")), "key r-1 is used already");
}

#[test]
fn a_broker_id_is_never_used_twice_or_turned_back() {
    refused(vec![submitting("o-1", 7), submitting("o-2", 7)], "was used before");
    refused(vec![submitting("o-1", 7), submitting("o-2", 6)], "was used before");
}

#[test]
fn an_approval_is_spent_once_by_its_own_order_while_it_lasts() {
    let yes = vec![asking("ap-1", "o-1"), moved("ap-1", ApprovalStatus::Approved)];
    let with = |more: Vec<JournalEvent>| yes.iter().cloned().chain(more).collect::<Vec<_>>();
    let book = book_of(with(vec![releasing("o-1", 7, "ap-1")]));
    assert_eq!(first(&book).status, OrdStatus::Submitting);
    refused(with(vec![releasing("o-1", 7, "ap-1"), releasing("o-2", 8, "ap-1")]), "is consumed");
    refused(with(vec![releasing("o-2", 8, "ap-1")]), "was given for another order");
    refused(with(vec![submitting("o-1", 7)]), "not what waited");
    refused(vec![asking("ap-1", "o-1"), releasing("o-1", 7, "ap-1")], "is pending");
    refused(with(vec![releasing("o-1", 7, "ap-1"), moved("ap-1", ApprovalStatus::Approved)]), "cannot become approved");
    refused(with(vec![asking("ap-1", "o-2")]), "exists already");
    let mut late = book_of(yes);
    let record = Recorded { seq: late.seq + 1, at: at(300), event: releasing("o-1", 7, "ap-1") };
    assert!(late.apply(&record).unwrap_err().why.contains("ran out"));
}

#[test]
fn a_second_change_is_refused_while_the_first_is_open() {
    let events = vec![
        submitting("o-1", 7),
        of("o-1", acknowledged(900, 1)),
        replacing("o-1", "r-1", 15, "189.50"),
        of("o-1", OrderEvent::SendUnknown { detail: "reset".to_owned() }),
        of("o-1", executed("e.01", 2)),
    ];
    let book = book_of(events.clone());
    assert_eq!(first(&book).acknowledged_in, None, "no change may follow before the broker has shown a version");
    assert_eq!(first(&book).worst_leaves(), Decimal::from(13));
    refused(events.into_iter().chain([replacing("o-1", "r-2", 8, "189.50")]).collect(), "is still open");
}

#[test]
fn a_commission_before_its_trade_waits_for_it() {
    let commission = Commission {
        amount: crate::money::Money { amount: Decimal::ONE, currency: "USD".parse().unwrap() },
        realized_pnl: None,
    };
    let early = JournalEvent::ExternalCommission { exec_id: "e.01".parse().unwrap(), commission: commission.clone() };
    let book = book_of(vec![submitting("o-1", 7), early, of("o-1", executed("e.01", 10))]);
    assert_eq!(first(&book).executions[&"e.01".parse().unwrap()].commission, Some(commission));
}

pub(crate) fn any_broker_event() -> impl Strategy<Value = OrderEvent> {
    let text = || "x".to_owned();
    prop_oneof![
        (0..4_i64, 1..4_i64, 1..8_i64).prop_map(|(n, version, q)| executed(&format!("e{n}.0{version}"), q)),
        (0..4_i64, 1..4_i64, 1..8_i64).prop_map(|(n, version, q)| OrderEvent::Corrected {
            old: format!("e{n}.01").parse().unwrap(),
            execution: Box::new(execution(&format!("e{n}.0{version}"), q, "tg:abc:o-1")),
        }),
        (0..4_i64).prop_map(|n| OrderEvent::Busted { exec_id: format!("e{n}.01").parse().unwrap() }),
        (0..14_i64).prop_map(filled),
        (1..3_i64, 1..3_u64).prop_map(|(perm, generation)| acknowledged(perm, generation)),
        Just(OrderEvent::Held { broker_status: "PendingSubmit".to_owned() }),
        Just(OrderEvent::CancelPending),
        Just(OrderEvent::Canceled { detail: None }),
        Just(OrderEvent::Inactive { detail: None }),
        Just(OrderEvent::Expired),
        Just(OrderEvent::LinkLost),
        Just(OrderEvent::NotFound),
        Just(OrderEvent::Written),
        Just(OrderEvent::NotSent { reason: crate::broker::NotSentReason::Pacing }),
        Just(OrderEvent::SendUnknown { detail: text() }),
        Just(OrderEvent::Rejected { code: 201, message: text() }),
        Just(OrderEvent::Rejected { code: 321, message: text() }),
        Just(OrderEvent::CancelRefused { code: 10_147, message: text() }),
        Just(OrderEvent::ReplaceRefused { code: 104, message: text() }),
        Just(OrderEvent::Informed { code: 399, message: text() }),
    ]
}

proptest! {
    #[test]
    fn no_broker_talk_breaks_a_book(
        talk in prop::collection::vec(any_broker_event(), 0..30),
        replace in any::<bool>(),
    ) {
        let mut events = vec![submitting("o-1", 7)];
        if replace {
            events.extend([of("o-1", acknowledged(1, 1)), replacing("o-1", "r-1", 15, "190")]);
        }
        events.extend(talk.into_iter().map(|event| of("o-1", event)));
        let mut book = book_of(Vec::new());
        let mut records = Vec::new();
        for event in events {
            let before = book.order(&key("o-1")).map_or(Decimal::ZERO, OrderRecord::cum_qty);
            let record = Recorded { seq: book.seq + 1, at: at(1), event };
            book.apply(&record).unwrap();
            let order = first(&book);
            let corrects = matches!(
                &record.event,
                JournalEvent::Order { event: OrderEvent::Busted { .. } | OrderEvent::Corrected { .. }, .. }
            );
            // A trade of a family that is booked is a correction, whatever it is called.
            let trade = matches!(&record.event, JournalEvent::Order { event: OrderEvent::Executed { .. }, .. });
            let shrinks = corrects || (trade && order.reported_filled.is_none());
            prop_assert!(shrinks || order.cum_qty() >= before, "{:?}", record.event);
            prop_assert!(!order.status.is_final() || order.leaves_qty().is_zero());
            prop_assert_eq!(book.open.contains(&key("o-1")), !order.status.is_final());
            let families: BTreeSet<&str> =
                order.executions.keys().map(|id| crate::execution::split_correction(id).0).collect();
            prop_assert_eq!(families.len(), order.executions.len(), "two versions of one trade count");
            let traded: Decimal = order.executions.values().map(|one| one.last_qty.get()).sum();
            if traded > Decimal::from(15) {
                prop_assert!(!book.halted_instruments.is_empty(), "an overfill halts");
            }
            records.push(record);
        }
        let mut again = book_of(Vec::new());
        for record in &records {
            again.apply(record).unwrap();
        }
        prop_assert_eq!(again, book);
    }
}
