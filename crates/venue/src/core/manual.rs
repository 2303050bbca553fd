//! Orders entered by hand, as in TWS. They are nobody's until client 0 binds them: then they get a
//! negative order id and client 0 hears of them, changes and cancels them like its own.

use jiff::Timestamp;
use tws::model::{Contract, NO_REQ_ID, Notice, Order, OrderBound, PlaceOrder, Reply};

use super::desk::{ConnId, Core, Step};
use super::{Change, CoreError};

/// The client that manual orders can be bound to.
const MANUAL_CLIENT: i32 = 0;

impl Core {
    /// Enters an order by hand: its permId, or why it is refused; it is checked like any other. Either
    /// way the step carries what the passing of time brought.
    pub fn enter_manual(&mut self, contract: Contract, order: Order, now: Timestamp) -> (Step, Result<i64, CoreError>) {
        let mut step = self.begin();
        self.pass_time(now, &mut step);
        let asked = PlaceOrder { order_id: 0, contract, order: Order { transmit: true, what_if: false, ..order } };
        let entered = self.place_manual(MANUAL_CLIENT, asked, now, &mut step);
        self.report_trades(now, &mut step);
        (step, entered)
    }

    /// Binds a manual order to client 0, if that client wants new ones bound.
    pub(super) fn bind_if_wanted(&mut self, perm_id: i64, step: &mut Step, now: Timestamp) {
        let wanted = self
            .by_client
            .get(&MANUAL_CLIENT)
            .and_then(|conn| self.sessions.get(conn))
            .is_some_and(|session| session.binds_manual_orders);
        if wanted {
            self.bind(perm_id, now, step);
        }
    }

    fn bind(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let order_id = self.state.next_bound_id(MANUAL_CLIENT);
        self.commit(step, Change::Bound { perm_id, order_id, at: now });
        if let Some(conn) = self.by_client.get(&MANUAL_CLIENT) {
            step.send(*conn, Reply::OrderBound(OrderBound { perm_id, client_id: MANUAL_CLIENT, order_id }));
        }
    }

    /// Binds every open manual order: what asking for its open orders does for client 0.
    pub(super) fn bind_open(&mut self, client_id: i32, now: Timestamp, step: &mut Step) {
        if client_id != MANUAL_CLIENT {
            return;
        }
        let unbound: Vec<i64> =
            self.state.live.iter().copied().filter(|id| self.state.order(*id).order_id == 0).collect();
        for perm_id in unbound {
            self.bind(perm_id, now, step);
        }
    }

    /// Client 0 hears of manual orders from now on, or no longer.
    pub(super) fn auto_open_orders(
        &mut self,
        conn: ConnId,
        client_id: i32,
        auto_bind: bool,
        now: Timestamp,
        step: &mut Step,
    ) {
        if client_id != MANUAL_CLIENT {
            let text = "Only API connections with clientId set to 0 can set the auto bind TWS orders property.";
            return step.send(conn, Reply::Notice(Notice::about(NO_REQ_ID, 327, text, now)));
        }
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.binds_manual_orders = auto_bind;
        }
        step.send(conn, Reply::OpenOrdersEnd);
    }
}
