use crate::desk::{Desk, order_id};
use crate::gateway::{ACCOUNT, CLIENT_ID, Gateway, Peer};
use crate::orders::{echo, linked, status, trade, wire_apple};
use domain::broker::{Answer, BrokerSnapshot, Question, Section};
use domain::id::Generation;
use rust_decimal::Decimal;
use std::sync::Arc;
use std::time::Duration;
use tws::model::{
    AccountSummaryRow, CommissionReport, CompletedOrder, Contract, Order, OrderState, PlaceOrder, PortfolioValue,
    Position, Reply, Request, Status,
};

fn question() -> Question {
    Question::Snapshot { account: ACCOUNT.parse().expect("valid") }
}

fn order(client_id: i32, reference: &str) -> Order {
    Order {
        client_id: Some(client_id),
        perm_id: Some(99),
        action: "BUY".to_owned(),
        order_type: "MKT".to_owned(),
        total_quantity: Some(Decimal::TEN),
        account: ACCOUNT.to_owned(),
        order_ref: reference.to_owned(),
        ..Order::default()
    }
}

async fn open_orders(peer: &mut Peer) {
    for (client_id, reference) in [(CLIENT_ID, "tg:demo:k-1"), (3, "somebody else")] {
        let place = PlaceOrder { order_id: 41, contract: wire_apple(), order: order(client_id, reference) };
        let mut open = echo(place, Status::Submitted);
        Arc::make_mut(&mut open.order).client_id = Some(client_id);
        peer.send(Reply::OpenOrder(Box::new(open))).await;
        let mut report = status(41, Status::Submitted, 4, 6);
        report.client_id = client_id;
        peer.send(Reply::OrderStatus(report)).await;
    }
    peer.send(Reply::OpenOrdersEnd).await;
}

async fn completed(peer: &mut Peer) {
    let mut done = order(CLIENT_ID, "tg:demo:k-0");
    done.total_quantity = Some(Decimal::from(3));
    done.filled_quantity = Some(Decimal::from(7));
    let completed =
        CompletedOrder { contract: wire_apple().into(), order: done, state: OrderState::of(Status::Cancelled) };
    peer.send(Reply::CompletedOrder(Box::new(completed))).await;
}

async fn values(peer: &mut Peer, req_id: i32) {
    for (tag, value, currency) in [("NetLiquidation", "1000000", "USD"), ("CashBalance", "900", "EUR")] {
        peer.send(Reply::AccountSummary(AccountSummaryRow {
            req_id,
            account: ACCOUNT.to_owned(),
            tag: tag.to_owned(),
            value: value.to_owned(),
            currency: currency.to_owned(),
        }))
        .await;
    }
    peer.send(Reply::AccountSummaryEnd { req_id }).await;
}

async fn executions(peer: &mut Peer, req_id: i32, price: Decimal) {
    let mut details = trade(41, "0001.01.01", price);
    details.req_id = req_id;
    peer.send(Reply::ExecutionDetails(Box::new(details))).await;
    peer.send(Reply::ExecutionDetailsEnd { req_id }).await;
    peer.send(Reply::CommissionReport(CommissionReport {
        exec_id: "0001.01.01".to_owned(),
        commission: Decimal::ONE,
        currency: "USD".to_owned(),
        realized_pnl: None,
    }))
    .await;
}

async fn portfolio(peer: &mut Peer) {
    peer.send(Reply::PortfolioValue(PortfolioValue {
        contract: wire_apple().into(),
        position: Decimal::from(-5),
        market_price: Decimal::from(190),
        market_value: Decimal::from(-950),
        average_cost: Decimal::new(18_950, 2),
        unrealized_pnl: Decimal::new(-25, 1),
        realized_pnl: Decimal::ZERO,
        account: ACCOUNT.to_owned(),
    }))
    .await;
    peer.send(Reply::AccountDownloadEnd { account: ACCOUNT.to_owned() }).await;
}

/// Answers the six requests of a snapshot, in whatever order they come.
async fn serve(peer: &mut Peer, ends_completed: bool, price: Decimal) {
    serve_holding(peer, ends_completed, price, wire_apple()).await;
}

async fn serve_holding(peer: &mut Peer, ends_completed: bool, price: Decimal, held: Contract) {
    let mut open = 6;
    while open > 0 {
        match peer.next().await {
            Request::AllOpenOrders => open_orders(peer).await,
            Request::CompletedOrders { api_only: false } => {
                completed(peer).await;
                if ends_completed {
                    peer.send(Reply::CompletedOrdersEnd).await;
                }
            }
            Request::Executions { req_id, .. } => executions(peer, req_id, price).await,
            Request::Positions => {
                peer.send(Reply::Position(Position {
                    account: ACCOUNT.to_owned(),
                    contract: Arc::new(held.clone()),
                    position: Decimal::from(-5),
                    avg_cost: Decimal::new(18_950, 2),
                }))
                .await;
                peer.send(Reply::PositionEnd).await;
            }
            Request::AccountSummary { req_id, .. } => values(peer, req_id).await,
            Request::AccountUpdates { subscribe: true, .. } => portfolio(peer).await,
            Request::CancelPositions
            | Request::CancelAccountSummary { .. }
            | Request::AccountUpdates { subscribe: false, .. } => continue,
            other => panic!("{other:?}"),
        }
        open -= 1;
    }
}

async fn snapshot(desk: &mut Desk, id: u64) -> BrokerSnapshot {
    match desk.answer(id).await {
        Ok(Answer::Snapshot(snapshot)) => *snapshot,
        other => panic!("a snapshot was expected, not {other:?}"),
    }
}

fn complete<T>(section: Section<T>) -> T {
    match section {
        Section::Complete(rows) => rows,
        Section::Unknown(reason) => panic!("{reason}"),
    }
}

#[tokio::test]
async fn a_snapshot_is_complete_when_every_end_marker_came() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(question()).await;
    serve(&mut peer, true, Decimal::new(18_950, 2)).await;
    let snapshot = snapshot(&mut desk, id).await;
    assert_eq!(snapshot.generation, Generation(1));

    let open = complete(snapshot.open_orders);
    assert_eq!(open.len(), 2, "the same order id of two clients is two orders");
    assert!(open.iter().all(|order| order.broker_order_id == Some(order_id(41))));
    assert!(open.iter().all(|order| order.filled == Some(Decimal::from(4))));
    let references: Vec<_> = open.iter().map(|order| order.order_ref.as_str()).collect();
    assert_eq!(references, ["somebody else", "tg:demo:k-1"]);

    let completed = complete(snapshot.completed_orders);
    assert_eq!((completed[0].total_qty, completed[0].filled), (Some(Decimal::TEN), Some(Decimal::from(7))));

    let executions = complete(snapshot.executions);
    assert_eq!(executions[0].exec_id.as_str(), "0001.01.01");

    let positions = complete(snapshot.positions);
    assert_eq!((positions[0].qty, positions[0].con_id.get()), (Decimal::from(-5), 265_598));

    assert_eq!(positions[0].market_value, Some(Decimal::from(-950)));
    assert_eq!(positions[0].unrealized_pnl, Some(Decimal::new(-25, 1)));

    let account = complete(snapshot.account);
    assert_eq!(account.net_liquidation, Some(Decimal::from(1_000_000)));
    assert_eq!(account.cash.len(), 1);
}

#[tokio::test]
async fn a_section_without_its_end_marker_is_unknown_and_its_late_marker_ends_no_other() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.ask_deadline = Duration::from_secs(1);
    let mut desk = Desk::start(config);
    let mut peer = gateway.accept().await;
    desk.up().await;
    let price = Decimal::new(18_950, 2);

    let id = desk.ask(question()).await;
    serve(&mut peer, false, price).await;
    let first = snapshot(&mut desk, id).await;
    assert!(matches!(first.completed_orders, Section::Unknown(_)), "never silently empty");
    complete(first.open_orders);
    complete(first.positions);

    // While the first request has not ended, a second one could be ended by its marker: it is not even made.
    let id = desk.ask(question()).await;
    let mut open = 5;
    while open > 0 {
        match peer.next().await {
            Request::AllOpenOrders => open_orders(&mut peer).await,
            Request::Executions { req_id, .. } => executions(&mut peer, req_id, price).await,
            Request::Positions => peer.send(Reply::PositionEnd).await,
            Request::AccountSummary { req_id, .. } => values(&mut peer, req_id).await,
            Request::AccountUpdates { subscribe: true, .. } => portfolio(&mut peer).await,
            Request::CancelPositions
            | Request::CancelAccountSummary { .. }
            | Request::AccountUpdates { subscribe: false, .. } => continue,
            other => panic!("{other:?}"),
        }
        open -= 1;
    }
    let second = snapshot(&mut desk, id).await;
    let Section::Unknown(reason) = second.completed_orders else { panic!("unknown") };
    assert!(reason.contains("earlier request"), "{reason}");

    peer.send(Reply::CompletedOrdersEnd).await;
    let id = desk.ask(question()).await;
    serve(&mut peer, true, price).await;
    let third = snapshot(&mut desk, id).await;
    assert_eq!(complete(third.completed_orders).len(), 1);
}

#[tokio::test]
async fn an_unreadable_execution_makes_the_section_unknown() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(question()).await;
    serve(&mut peer, true, Decimal::ZERO).await;
    let snapshot = snapshot(&mut desk, id).await;
    let Section::Unknown(reason) = snapshot.executions else { panic!("unknown") };
    assert!(reason.contains("no price"), "{reason}");
    complete(snapshot.open_orders);
}

#[tokio::test]
async fn an_unreadable_position_makes_the_section_unknown_and_the_next_snapshot_is_whole() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let price = Decimal::new(18_950, 2);
    let nameless = Contract { con_id: None, ..wire_apple() };
    let id = desk.ask(question()).await;
    serve_holding(&mut peer, true, price, nameless).await;
    let first = snapshot(&mut desk, id).await;
    let Section::Unknown(reason) = first.positions else { panic!("unknown") };
    assert!(reason.contains("no contract id"), "{reason}");
    let id = desk.ask(question()).await;
    serve(&mut peer, true, price).await;
    assert_eq!(complete(snapshot(&mut desk, id).await.positions).len(), 1);
}

/// Trades and orders of a busy day.
const MANY: usize = 12_000;

async fn serve_a_busy_day(peer: &mut Peer) {
    for _ in 0..6 {
        match peer.next().await {
            Request::Executions { req_id, .. } => {
                let trades = (0..MANY).flat_map(|at| {
                    let mut details = trade(41, &format!("{at:06}.01.01"), Decimal::ONE_HUNDRED);
                    details.req_id = req_id;
                    let commission = CommissionReport {
                        exec_id: format!("{at:06}.01.01"),
                        commission: Decimal::ONE,
                        currency: "USD".to_owned(),
                        realized_pnl: None,
                    };
                    [Reply::ExecutionDetails(Box::new(details)), Reply::CommissionReport(commission)]
                });
                peer.send_all(trades.chain([Reply::ExecutionDetailsEnd { req_id }])).await;
            }
            Request::CompletedOrders { .. } => {
                let orders = (0..MANY).map(|at| {
                    let done =
                        Order { perm_id: Some(1_000 + i64::try_from(at).expect("small")), ..order(CLIENT_ID, "x") };
                    let state = OrderState::of(Status::Cancelled);
                    Reply::CompletedOrder(Box::new(CompletedOrder {
                        contract: wire_apple().into(),
                        order: done,
                        state,
                    }))
                });
                peer.send_all(orders.chain([Reply::CompletedOrdersEnd])).await;
            }
            Request::AllOpenOrders => open_orders(peer).await,
            Request::Positions => peer.send(Reply::PositionEnd).await,
            Request::AccountSummary { req_id, .. } => values(peer, req_id).await,
            Request::AccountUpdates { subscribe: true, .. } => portfolio(peer).await,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_busy_day_of_trades_and_orders_is_read_to_its_end() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let id = desk.ask(question()).await;
    let peer = tokio::spawn(async move {
        serve_a_busy_day(&mut peer).await;
        peer
    });
    let snapshot = snapshot(&mut desk, id).await;
    let trades = complete(snapshot.executions);
    assert_eq!(trades.len(), MANY);
    assert!(trades.iter().all(|trade| trade.commission.is_some()));
    assert_eq!(complete(snapshot.completed_orders).len(), MANY);
    drop(peer.await);
}
