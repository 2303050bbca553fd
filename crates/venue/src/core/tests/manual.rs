use super::rig::{CONN, Rig, dec, order, stock};
use crate::core::{ConnId, CoreError};
use tws::model::{CancelOrder, Reply, Request, Status};

const ZERO: ConnId = ConnId(9);

fn enter(rig: &mut Rig, text: &str) -> (i64, Vec<(ConnId, Reply)>) {
    let (step, entered) = rig.core.enter_manual(stock("AAPL"), order(text), rig.now);
    rig.changes.extend(step.changes);
    (entered.unwrap(), step.out)
}

#[test]
fn a_manual_order_is_nobodys_but_all_open_shows_it_without_an_id() {
    let mut rig = Rig::always();
    let (perm_id, told) = enter(&mut rig, "BUY 5 LMT 10");
    assert!(told.is_empty());
    assert_eq!(rig.ask(Request::OpenOrders), ["open end"]);
    let all = rig.ask_raw(CONN, Request::AllOpenOrders);
    let Some((_, Reply::OpenOrder(open))) = all.first() else {
        panic!("{all:?}");
    };
    assert_eq!((open.order_id, open.order.perm_id), (0, Some(perm_id)));
    assert!(rig.restored().state == rig.core.state);
}

#[test]
fn client_0_binds_manual_orders_by_asking_for_its_open_orders_and_can_change_and_cancel_them() {
    let mut rig = Rig::always();
    let (perm_id, _) = enter(&mut rig, "BUY 5 LMT 10");
    rig.connect(ZERO, 0);
    let told = rig.ask_raw(ZERO, Request::OpenOrders);
    let Some((_, Reply::OrderBound(bound))) = told.first() else {
        panic!("{told:?}");
    };
    assert_eq!((bound.perm_id, bound.client_id, bound.order_id), (perm_id, 0, -1));
    assert!(matches!(&told[1].1, Reply::OpenOrder(o) if o.order_id == -1));
    let change = super::rig::place(-1, "AAPL", order("BUY 7 LMT 11"));
    rig.ask_raw(ZERO, change);
    assert_eq!(rig.line(-1).total_qty, dec("7"));
    rig.ask_raw(ZERO, Request::CancelOrder(CancelOrder { order_id: -1, ..Default::default() }));
    assert_eq!(rig.line(-1).status, Status::Cancelled);
    assert!(rig.restored().state == rig.core.state);
    assert_eq!(rig.core.next_valid_id(0), 1, "bound ids are negative: its own go on from 1");
}

#[test]
fn client_0_that_binds_automatically_hears_of_a_manual_order_at_once() {
    let mut rig = Rig::always();
    rig.connect(ZERO, 0);
    rig.ask_raw(ZERO, Request::AutoOpenOrders { auto_bind: true });
    let (_, told) = enter(&mut rig, "BUY 5 MKT");
    assert!(told.iter().all(|(conn, _)| *conn == ZERO));
    assert!(matches!(told[0].1, Reply::OrderBound(_)));
    assert!(told.iter().any(|(_, r)| matches!(r, Reply::ExecutionDetails(e) if e.execution.order_id == -1)));
    let (_, more) = enter(&mut rig, "BUY 5 LMT 10");
    assert!(matches!(&more[0].1, Reply::OrderBound(b) if b.order_id == -2));
    rig.ask_raw(ZERO, Request::AutoOpenOrders { auto_bind: false });
    assert!(enter(&mut rig, "BUY 5 LMT 10").1.is_empty());
    assert_eq!(rig.ask(Request::AutoOpenOrders { auto_bind: true }), ["error -1 327"], "only client 0");
}

#[test]
fn a_global_cancel_reaches_manual_orders_and_api_only_lists_leave_them_out() {
    let mut rig = Rig::always();
    enter(&mut rig, "BUY 5 LMT 10");
    rig.place(1, order("BUY 7 LMT 10"));
    rig.ask(Request::GlobalCancel);
    assert!(rig.core.ledger().iter().all(|o| o.status == Status::Cancelled));
    assert_eq!(rig.ask(Request::CompletedOrders { api_only: true }).len(), 2, "one order and the end");
    assert_eq!(rig.ask(Request::CompletedOrders { api_only: false }).len(), 3);
}

#[test]
fn a_manual_order_is_checked_like_any_other() {
    let mut rig = Rig::always();
    rig.price("100");
    let mut code = |text: &str| match rig.core.enter_manual(stock("AAPL"), order(text), rig.now).1 {
        Err(CoreError::Order { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    assert_eq!([code("BUY 5 LMT 10.001"), code("BUY 0 MKT"), code("BUY 50000 MKT")], [110, 434, 201]);
    assert!(rig.core.ledger().is_empty());
}
