//! Cancels, by the client, by the clock, by the venue.

use jiff::Timestamp;
use tws::model::{Notice, OrderStatus, Reply, Status};

use super::Change;
use super::desk::{ConnId, Core, Step};
use super::order_reports::status;

impl Core {
    pub(super) fn cancel(&mut self, conn: ConnId, client_id: i32, order_id: i32, now: Timestamp, step: &mut Step) {
        let Some(perm_id) = self.state.find(client_id, order_id) else {
            let text = format!("OrderId {order_id} that needs to be cancelled is not found.");
            return step.send(conn, Reply::Notice(Notice::about(order_id, 10147, text, now)));
        };
        let record = self.state.order(perm_id);
        if !record.is_live() {
            let text = format!(
                "OrderId {order_id} that needs to be cancelled can not be cancelled, state: {}.",
                record.status
            );
            return step.send(conn, Reply::Notice(Notice::about(order_id, 10148, text, now)));
        }
        if record.is_locked_in(now) {
            let text = format!("Cancel attempted when order is not in a cancellable state. Order permId = {perm_id}");
            return step.send(conn, Reply::Notice(Notice::about(order_id, 161, text, now)));
        }
        if !record.held {
            self.report_pending_cancel(perm_id, step);
        }
        self.end_cancelled(perm_id, "Cancelled by Trader", "", now, step);
    }

    /// Tells the owner that its order is being cancelled. The order itself does not change by that.
    pub(super) fn report_pending_cancel(&self, perm_id: i64, step: &mut Step) {
        let record = self.state.order(perm_id);
        if let Some(conn) = self.owner(record) {
            let pending = OrderStatus { status: Status::PendingCancel, ..status(record) };
            step.send(conn, Reply::OrderStatus(pending));
        }
    }

    /// Every open order of every client.
    pub(super) fn global_cancel(&mut self, now: Timestamp, step: &mut Step) {
        let all: Vec<i64> = self.state.live.iter().copied().collect();
        for perm_id in all {
            self.end_cancelled(perm_id, "Cancelled by Trader", "", now, step);
        }
    }

    /// Ends an order as cancelled: status, then 202; then what was tied to it.
    ///
    /// An order that a tie has ended in the meantime stays as it is.
    pub(super) fn end_cancelled(&mut self, perm_id: i64, reason: &str, told: &str, now: Timestamp, step: &mut Step) {
        self.end_within(perm_id, (reason, told), None, now, step);
    }

    /// The same, while all children of `family` are being ended one after another: what they have in
    /// common is not followed again from each of them.
    pub(super) fn end_within(
        &mut self,
        perm_id: i64,
        (reason, told): (&str, &str),
        family: Option<i64>,
        now: Timestamp,
        step: &mut Step,
    ) {
        if !self.state.order(perm_id).is_live() {
            return;
        }
        // Cancelled before it ever went out.
        let held = self.state.order(perm_id).held;
        let status = if held { Status::ApiCancelled } else { Status::Cancelled };
        self.set_status(perm_id, status, reason, now, step);
        self.report_status(perm_id, step);
        let text = format!("Order Canceled - reason:{told}");
        self.notify(perm_id, 202, &text, now, step);
        self.follow_end(perm_id, family, now, step);
    }

    pub(super) fn set_status(&mut self, perm_id: i64, status: Status, reason: &str, at: Timestamp, step: &mut Step) {
        self.commit(step, Change::StatusSet { perm_id, status, reason: reason.to_owned(), at });
    }
}
