use super::rig::{CONN, Rig, dec, order, place};
use crate::core::ConnId;
use tws::model::{ExecutionFilter, Request, Status};

#[test]
fn a_cancel_is_pending_then_cancelled_then_202() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 1 LMT 10"));
    assert_eq!(rig.cancel(1), ["status 1 PendingCancel 0/1", "status 1 Cancelled 0/1", "error 1 202"]);
    assert_eq!(rig.line(1).status, Status::Cancelled);
}

#[test]
fn cancelling_what_is_unknown_is_10147_and_what_has_ended_10148() {
    let mut rig = Rig::always();
    assert_eq!(rig.cancel(99), ["error 99 10147"]);
    rig.place(1, order("BUY 1 MKT"));
    assert_eq!(rig.cancel(1), ["error 1 10148"]);
    rig.place(2, order("BUY 1 LMT 10"));
    rig.cancel(2);
    assert_eq!(rig.cancel(2), ["error 2 10148"]);
}

#[test]
fn orders_belong_to_their_client_and_survive_its_connection() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 10 LMT 13.27 GTC"));
    rig.core.disconnect(CONN, rig.now);
    let other = ConnId(2);
    assert_eq!(rig.connect(other, 2)[1], "[2] next 1", "ids of different clients collide");
    let ask = |rig: &mut Rig, conn, request| rig.ask_raw(conn, request).len();
    assert_eq!(ask(&mut rig, other, Request::OpenOrders), 1, "only the end marker");
    assert_eq!(ask(&mut rig, other, Request::AllOpenOrders), 3, "order, status, end marker");
    let cancel = Request::CancelOrder(tws::model::CancelOrder { order_id: 1, ..Default::default() });
    assert_eq!(rig.ask_raw(other, cancel).len(), 1, "10147: not its order");
    assert_eq!(rig.connect(CONN, 1)[1], "next 2");
    assert_eq!(rig.ask(Request::OpenOrders), ["open 1 Submitted", "status 1 Submitted 0/10", "open end"]);
    assert_eq!(rig.cancel(1)[1], "status 1 Cancelled 0/10");
}

#[test]
fn a_client_id_in_use_is_refused_and_its_connection_closed() {
    let mut rig = Rig::always();
    let step = rig.core.connect(ConnId(5), 1, rig.now);
    assert_eq!(step.close, [ConnId(5)]);
    assert_eq!(step.out.len(), 1);
    assert!(rig.core.disconnect(ConnId(5), rig.now).out.is_empty());
    assert_eq!(rig.place(1, order("BUY 1 MKT")).len(), 6, "the first one goes on undisturbed");
}

#[test]
fn a_global_cancel_ends_the_orders_of_every_client() {
    let mut rig = Rig::always();
    rig.connect(ConnId(2), 2);
    rig.place(1, order("BUY 1 LMT 10"));
    rig.ask_raw(ConnId(2), place(1, "MSFT", order("BUY 1 LMT 10")));
    let told = rig.ask(Request::GlobalCancel);
    assert_eq!(told, ["status 1 Cancelled 0/1", "error 1 202", "[2] status 1 Cancelled 0/1", "[2] error 1 202"]);
}

#[test]
fn ended_orders_are_listed_with_what_remained_until_midnight() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 5 MKT"));
    rig.place(2, order("BUY 7 LMT 10"));
    rig.cancel(2);
    let asked = Request::CompletedOrders { api_only: true };
    assert_eq!(
        rig.ask(asked.clone()),
        ["completed Filled Filled Size: 5 left 0", "completed Cancelled Cancelled by Trader left 7", "completed end"]
    );
    rig.pass(24 * 3600);
    assert_eq!(rig.ask(asked), ["completed end"]);
}

#[test]
fn executions_are_those_of_today_that_pass_the_filter() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 5 MKT"));
    rig.place(2, order("SELL 2 MKT"));
    let asked = |filter| Request::Executions { req_id: 9, filter };
    assert_eq!(
        rig.ask(asked(ExecutionFilter::default())),
        ["exec 1 BOT 5", "commission 1", "exec 2 SLD 2", "commission 1", "exec end 9"]
    );
    let sells = ExecutionFilter { side: "SELL".into(), ..ExecutionFilter::default() };
    assert_eq!(rig.ask(asked(sells)), ["exec 2 SLD 2", "commission 1", "exec end 9"]);
    let other = ExecutionFilter { client_id: Some(4), ..ExecutionFilter::default() };
    assert_eq!(rig.ask(asked(other)), ["exec end 9"]);
    let later = ExecutionFilter { time: "20261121-15:00:01".into(), ..ExecutionFilter::default() };
    assert_eq!(rig.ask(asked(later)), ["exec end 9"]);
    rig.pass(24 * 3600);
    assert_eq!(rig.ask(asked(ExecutionFilter::default())), ["exec end 9"]);
    let week = ExecutionFilter { last_n_days: Some(7), ..ExecutionFilter::default() };
    assert_eq!(rig.ask(asked(week)).len(), 5);
    assert_eq!(rig.line(1).filled_qty, dec("5"));
}
