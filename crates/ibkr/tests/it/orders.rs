use crate::desk::{Desk, apple, limit, order_id, ticket};
use crate::gateway::{ACCOUNT, CLIENT_ID, Gateway, Peer};
use domain::broker::{BrokerCommand, BrokerEvent, NotSentReason, Question, SendOutcome};
use domain::id::{Generation, PermId};
use domain::order::OrderType;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::sync::Arc;
use tws::model::{
    CommissionReport, Contract, ExecSide, Execution, ExecutionDetails, OpenOrder, Order, OrderState, OrderStatus,
    PlaceOrder, Reply, Request, Status,
};

const FIRST: Generation = Generation(1);

pub(crate) fn wire_apple() -> Contract {
    Contract {
        con_id: Some(265_598),
        symbol: "AAPL".to_owned(),
        sec_type: "STK".to_owned(),
        exchange: "SMART".to_owned(),
        currency: "USD".to_owned(),
        ..Contract::default()
    }
}

/// A connection that stands.
pub(crate) async fn linked() -> (Gateway, Desk, Peer) {
    let gateway = Gateway::bind().await;
    let mut desk = Desk::start(gateway.config());
    let peer = gateway.accept().await;
    desk.up().await;
    (gateway, desk, peer)
}

pub(crate) fn status(order_id: i32, status: Status, filled: i64, remaining: i64) -> OrderStatus {
    OrderStatus {
        order_id,
        status,
        filled: Decimal::from(filled),
        remaining: Decimal::from(remaining),
        avg_fill_price: Decimal::ZERO,
        perm_id: 99,
        parent_id: 0,
        last_fill_price: Decimal::ZERO,
        client_id: CLIENT_ID,
        why_held: String::new(),
        mkt_cap_price: Decimal::ZERO,
    }
}

pub(crate) fn trade(order_id: i32, exec_id: &str, price: Decimal) -> ExecutionDetails {
    ExecutionDetails {
        req_id: -1,
        contract: wire_apple().into(),
        execution: Arc::new(Execution {
            order_id,
            client_id: CLIENT_ID,
            perm_id: 99,
            exec_id: exec_id.to_owned(),
            time: "2026-04-13T19:27:04Z".parse().expect("a time"),
            account: ACCOUNT.to_owned(),
            exchange: "ISLAND".to_owned(),
            side: ExecSide::Bought,
            shares: Decimal::TEN,
            price,
            cum_qty: Decimal::TEN,
            avg_price: price,
            order_ref: "tg:demo:k-1".to_owned(),
            liquidation: false,
            model_code: String::new(),
            last_liquidity: 2,
            submitter: String::new(),
        }),
    }
}

/// The broker's echo of an order.
pub(crate) fn echo(place: PlaceOrder, status: Status) -> OpenOrder {
    let mut order = place.order;
    order.client_id = Some(CLIENT_ID);
    order.perm_id = Some(99);
    OpenOrder {
        order_id: place.order_id,
        contract: place.contract.into(),
        order: order.into(),
        state: OrderState::of(status),
    }
}

async fn placed(peer: &mut Peer) -> PlaceOrder {
    match peer.next().await {
        Request::PlaceOrder(place) => *place,
        other => panic!("an order was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn an_order_leaves_with_everything_said_and_its_life_is_told() {
    let (_gateway, mut desk, mut peer) = linked().await;
    desk.command(BrokerCommand::Submit(ticket("k-1", 41, FIRST, limit("189.51")))).await;
    let place = placed(&mut peer).await;
    assert_eq!(place.order_id, 41);
    assert_eq!((place.contract.con_id, place.contract.exchange.as_str()), (Some(265_598), "SMART"));
    let order = &place.order;
    assert_eq!((order.action.as_str(), order.order_type.as_str(), order.tif.as_str()), ("BUY", "LMT", "DAY"));
    assert_eq!(order.total_quantity, Some(Decimal::TEN));
    assert_eq!(order.lmt_price, Some(Decimal::new(18_951, 2)));
    assert_eq!((order.account.as_str(), order.order_ref.as_str()), (ACCOUNT, "tg:demo:k-1"));
    assert!(order.transmit && !order.what_if && !order.outside_rth);
    assert_eq!(desk.sent().await, (order_id(41), SendOutcome::Written));

    peer.send(Reply::OpenOrder(Box::new(echo(place, Status::Submitted)))).await;
    peer.send(Reply::OrderStatus(status(41, Status::Submitted, 0, 10))).await;
    peer.send(Reply::ExecutionDetails(Box::new(trade(41, "0001.01.01", Decimal::new(18_950, 2))))).await;
    peer.send(Reply::OrderStatus(status(41, Status::Filled, 10, 0))).await;
    peer.send(Reply::CommissionReport(CommissionReport {
        exec_id: "0001.01.01".to_owned(),
        commission: Decimal::new(105, 2),
        currency: "USD".to_owned(),
        realized_pnl: None,
    }))
    .await;

    let BrokerEvent::OpenOrder { order, generation } = desk.next().await else { panic!("an open order") };
    assert_eq!(generation, FIRST);
    assert_eq!((order.broker_order_id, order.order_ref.as_str()), (Some(order_id(41)), "tg:demo:k-1"));
    assert_eq!(order.perm_id.map(PermId::get), Some(99));
    let BrokerEvent::Status { report, .. } = desk.next().await else { panic!("a status") };
    assert_eq!((report.status.as_str(), report.remaining), ("Submitted", Some(Decimal::TEN)));
    let BrokerEvent::Executed { execution, .. } = desk.next().await else { panic!("a trade") };
    assert_eq!(execution.last_px.get(), Decimal::new(1_895, 1));
    assert_eq!(execution.executed_at, Some("2026-04-13T19:27:04Z".parse().expect("a time")));
    let BrokerEvent::Status { report, .. } = desk.next().await else { panic!("a status") };
    assert_eq!((report.status.as_str(), report.filled), ("Filled", Some(Decimal::TEN)));
    let BrokerEvent::CommissionReported { exec_id, commission } = desk.next().await else { panic!("a commission") };
    assert_eq!((exec_id.as_str(), commission.amount.amount), ("0001.01.01", Decimal::new(105, 2)));
    assert_eq!(commission.realized_pnl, None);
}

/// Proves that nothing was written before the question.
pub(crate) async fn nothing_left(desk: &mut Desk, peer: &mut Peer) {
    let id = desk.ask(Question::Time).await;
    assert_eq!(peer.next().await, Request::CurrentTimeMillis, "nothing was written before");
    peer.send(Reply::CurrentTimeMillis(Timestamp::now())).await;
    desk.answer(id).await.expect("the time");
}

#[tokio::test]
async fn an_order_that_the_guard_refuses_does_not_leave_and_its_cancel_does() {
    let (_gateway, mut desk, mut peer) = linked().await;
    desk.guard.refuse(NotSentReason::Killed);
    desk.command(BrokerCommand::Submit(ticket("k-1", 41, FIRST, OrderType::Market))).await;
    let reason = NotSentReason::Killed;
    assert_eq!(desk.sent().await, (order_id(41), SendOutcome::NotSent { reason }));
    nothing_left(&mut desk, &mut peer).await;
    desk.command(BrokerCommand::Cancel {
        cl_ord_id: "k-0".parse().expect("a key"),
        broker_order_id: order_id(40),
        generation: FIRST,
    })
    .await;
    assert!(matches!(peer.next().await, Request::CancelOrder(cancel) if cancel.order_id == 40));
    assert_eq!(desk.cancel_sent().await.1, SendOutcome::Written);
}

#[tokio::test]
async fn the_door_counts_what_leaves_and_lets_out_no_more_than_the_guard_allows() {
    let (_gateway, mut desk, mut peer) = linked().await;
    desk.guard.let_out(2);
    let send = || ticket("k-1", 41, FIRST, limit("189.51"));
    desk.command(BrokerCommand::Submit(send())).await;
    desk.command(BrokerCommand::Replace { ticket: send() }).await;
    // The code that sends has gone mad: it sends again what has left.
    desk.command(BrokerCommand::Submit(send())).await;
    let reason = NotSentReason::OverIntent;
    for outcome in [SendOutcome::Written, SendOutcome::Written, SendOutcome::NotSent { reason }] {
        assert_eq!(desk.sent().await, (order_id(41), outcome));
    }
    placed(&mut peer).await;
    placed(&mut peer).await;
    desk.command(BrokerCommand::Cancel {
        cl_ord_id: "k-1".parse().expect("a key"),
        broker_order_id: order_id(41),
        generation: FIRST,
    })
    .await;
    assert!(matches!(peer.next().await, Request::CancelOrder(_)), "the third order never came, the cancel did");
    assert_eq!(desk.cancel_sent().await.1, SendOutcome::Written);
    assert_eq!(desk.guard.left(), (3, 1), "two that left, one that was stopped, one cancel");
}

#[tokio::test]
async fn what_was_decided_for_another_connection_does_not_leave() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let reason = NotSentReason::StaleGeneration;
    desk.command(BrokerCommand::Submit(ticket("k-1", 41, Generation(9), OrderType::Market))).await;
    assert_eq!(desk.sent().await.1, SendOutcome::NotSent { reason });
    desk.command(BrokerCommand::Cancel {
        cl_ord_id: "k-1".parse().expect("a key"),
        broker_order_id: order_id(41),
        generation: Generation(9),
    })
    .await;
    assert_eq!(desk.cancel_sent().await.1, SendOutcome::NotSent { reason });
    nothing_left(&mut desk, &mut peer).await;
}

#[tokio::test]
async fn without_a_connection_every_command_is_answered() {
    let gateway = Gateway::bind().await;
    let config = gateway.config();
    drop(gateway);
    let mut desk = Desk::start(config);
    let reason = NotSentReason::NoLink;
    desk.command(BrokerCommand::Submit(ticket("k-1", 41, FIRST, OrderType::Market))).await;
    assert_eq!(desk.sent().await.1, SendOutcome::NotSent { reason });
    desk.command(BrokerCommand::Cancel {
        cl_ord_id: "k-1".parse().expect("a key"),
        broker_order_id: order_id(41),
        generation: FIRST,
    })
    .await;
    assert_eq!(desk.cancel_sent().await.1, SendOutcome::NotSent { reason });
    let id = desk.ask(Question::Quote(Box::new(apple()))).await;
    assert_eq!(desk.answer(id).await, Err(domain::broker::AskError::NoLink));
}

#[tokio::test]
async fn an_order_that_the_wire_cannot_say_does_not_leave() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let finest = limit("999999999.12345678");
    desk.command(BrokerCommand::Submit(ticket("k-1", 41, FIRST, finest))).await;
    let reason = NotSentReason::NotExpressible;
    assert_eq!(desk.sent().await.1, SendOutcome::NotSent { reason });
    nothing_left(&mut desk, &mut peer).await;
}

#[tokio::test]
async fn a_replace_leaves_under_the_same_id() {
    let (_gateway, desk, mut peer) = linked().await;
    desk.command(BrokerCommand::Submit(ticket("k-1", 41, FIRST, limit("189.51")))).await;
    placed(&mut peer).await;
    let ticket = ticket("k-1", 41, FIRST, limit("189.40"));
    desk.command(BrokerCommand::Replace { ticket }).await;
    let place = placed(&mut peer).await;
    assert_eq!((place.order_id, place.order.lmt_price), (41, Some(Decimal::new(18_940, 2))));
}

#[tokio::test]
async fn orders_leave_in_the_order_in_which_they_were_decided() {
    let (_gateway, mut desk, mut peer) = linked().await;
    for id in 41..=60 {
        desk.command(BrokerCommand::Submit(ticket(&format!("k-{id}"), id, FIRST, OrderType::Market))).await;
    }
    for id in 41..=60 {
        assert_eq!(placed(&mut peer).await.order_id, id);
        assert_eq!(desk.sent().await, (order_id(id), SendOutcome::Written));
    }
}

#[tokio::test]
async fn an_order_beyond_the_message_budget_does_not_leave() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.messages_per_second = Some(1);
    config.pacing_deadline = std::time::Duration::ZERO;
    let mut desk = Desk::start(config);
    let mut peer = gateway.accept().await;
    desk.up().await;
    for id in [41, 42] {
        desk.command(BrokerCommand::Submit(ticket(&format!("k-{id}"), id, FIRST, OrderType::Market))).await;
    }
    assert_eq!(desk.sent().await, (order_id(41), SendOutcome::Written));
    let reason = NotSentReason::Pacing;
    assert_eq!(desk.sent().await, (order_id(42), SendOutcome::NotSent { reason }));
    assert_eq!(placed(&mut peer).await.order_id, 41);
}

#[tokio::test]
async fn an_order_that_waited_for_too_long_behind_others_does_not_leave() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.queue_deadline = std::time::Duration::ZERO;
    let mut desk = Desk::start(config);
    let _peer = gateway.accept().await;
    desk.up().await;
    desk.command(BrokerCommand::Submit(ticket("k-41", 41, FIRST, OrderType::Market))).await;
    let reason = NotSentReason::Pacing;
    assert_eq!(desk.sent().await, (order_id(41), SendOutcome::NotSent { reason }));
}

#[tokio::test]
async fn every_error_that_names_an_order_id_reaches_the_engine_with_its_code() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let codes = [201, 202, 110, 103, 104, 105, 10_147, 10_148, 161, 399, 404, 321, 10_349, 2_109, 99_999];
    for code in codes {
        peer.notice(41, code).await;
    }
    for expected in codes {
        let BrokerEvent::OrderError { broker_order_id, code, message, generation } = desk.next().await else {
            panic!("an order error of {expected}")
        };
        assert_eq!((broker_order_id, code, generation), (order_id(41), expected, FIRST));
        assert_eq!(message, format!("words of {code}"));
    }
}

#[tokio::test]
async fn a_manual_order_is_shown_without_an_order_id() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let place = PlaceOrder {
        order_id: -12,
        contract: wire_apple(),
        order: Order {
            action: "SELL".to_owned(),
            order_type: "LMT".to_owned(),
            total_quantity: Some(Decimal::ONE),
            ..Order::default()
        },
    };
    peer.send(Reply::OpenOrder(Box::new(echo(place, Status::Submitted)))).await;
    let BrokerEvent::OpenOrder { order, .. } = desk.next().await else { panic!("an open order") };
    assert_eq!((order.broker_order_id, order.action.as_str()), (None, "SELL"));
}

#[tokio::test]
async fn a_trade_at_a_price_of_zero_is_not_booked_but_told() {
    let (_gateway, mut desk, mut peer) = linked().await;
    peer.send(Reply::ExecutionDetails(Box::new(trade(41, "0001.01.01", Decimal::ZERO)))).await;
    let BrokerEvent::Notice { code, message, .. } = desk.next().await else { panic!("a notice") };
    assert_eq!(code, tollgate_ibkr::UNREADABLE);
    assert!(message.contains("0001.01.01"), "{message}");
}

#[tokio::test]
async fn a_slow_listener_loses_no_order_event() {
    let (_gateway, mut desk, mut peer) = linked().await;
    // The event channel holds 64.
    for filled in 0..500 {
        peer.send(Reply::OrderStatus(status(41, Status::Submitted, filled, 500 - filled))).await;
    }
    for filled in 0..500 {
        let BrokerEvent::Status { report, .. } = desk.next().await else { panic!("a status") };
        assert_eq!(report.filled, Some(Decimal::from(filled)));
    }
}

#[tokio::test]
async fn a_write_that_the_broker_does_not_take_makes_the_order_unknown_and_ends_the_connection() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.write_deadline = std::time::Duration::from_millis(100);
    let mut desk = Desk::start(config);
    let _deaf = gateway.accept().await;
    desk.up().await;
    // More than the socket buffers hold, so that some order has to wait behind it.
    for _ in 0..12 {
        desk.ask(Question::MatchingSymbols("A".repeat(1 << 20))).await;
    }
    let mut raw_id = 41;
    let outcome = loop {
        desk.command(BrokerCommand::Submit(ticket(&format!("k-{raw_id}"), raw_id, FIRST, OrderType::Market))).await;
        let (id, outcome) = desk.sent().await;
        assert_eq!(id, order_id(raw_id));
        if outcome != SendOutcome::Written {
            break outcome;
        }
        raw_id += 1;
    };
    assert!(matches!(outcome, SendOutcome::Unknown { .. }), "{outcome:?}");
    let (generation, reason) = desk.down().await;
    assert_eq!(generation, FIRST);
    assert!(reason.contains("too long"), "{reason}");
}
