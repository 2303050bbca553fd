//! A request on its way to the core while faults are about.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{NO_REQ_ID, Notice, OpenOrder, OrderState, OrderStatus, PlaceOrder, Reply, Request, Status};

use crate::core::ConnId;
use crate::faults::{DropPoint, Fault, Plan, Seen, Waiting, is_local, is_order, needs_farm, subscribed};
use crate::server_core::{CoreTask, Group};
use crate::server_wire::{Inbound, WAITING_MAX};

/// Message ids of requests that a read-only API refuses besides orders: they ask about orders.
const ABOUT_ORDERS: [i32; 4] = [5, 15, 16, 99];

const READ_ONLY: &str = "Error validating request.-'bW' : cause - The API interface is currently in Read-Only mode.";

/// The order id of a request about one order.
fn order_id_of(request: &Request) -> Option<i32> {
    if let Request::PlaceOrder(place) = request {
        Some(place.order_id)
    } else if let Request::CancelOrder(cancel) = request {
        Some(cancel.order_id)
    } else {
        None
    }
}

fn what_if(request: &Request) -> bool {
    if let Request::PlaceOrder(place) = request { place.order.what_if } else { false }
}

impl CoreTask {
    /// A request has come.
    pub(crate) fn request_among_faults(
        &mut self,
        conn: ConnId,
        msg_id: i32,
        request: Request,
        now: Timestamp,
        group: &mut Group,
    ) {
        let plan = self.meet(conn, msg_id, &request, now, group);
        let lost = plan.lose || self.wire.is_silent() || self.is_lost_to_restart(conn, msg_id, &request);
        if plan.drop == Some(DropPoint::BeforeRead) {
            return self.close(conn, now, group);
        }
        if lost {
            return;
        }
        let line = self.wire.inbound.entry(conn).or_default();
        if plan.delay.is_some() || line.len() > 0 {
            if line.len() >= WAITING_MAX {
                return self.close(conn, now, group);
            }
            let by = plan.delay.unwrap_or_default();
            return line.push(Inbound { msg_id, request, plan }, by, now);
        }
        self.wire.inbound.remove(&conn);
        self.go_on(conn, Inbound { msg_id, request, plan }, now, group);
    }

    /// Asks the triggers, and begins what concerns the venue.
    fn meet(&mut self, conn: ConnId, msg_id: i32, request: &Request, now: Timestamp, group: &mut Group) -> Plan {
        let Some(client) = self.clients.get(&conn).map(|c| c.id) else {
            return Plan::default();
        };
        let order_ref = if let Request::PlaceOrder(place) = request {
            Some(place.order.order_ref.as_str())
        } else {
            order_id_of(request).and_then(|id| self.core.order_ref(client, id))
        };
        let seen = Seen { inbound: true, msg_id, client, order_ref };
        let (mut plan, venue) = Plan::of(self.wire.armed.seen(&seen, now));
        for fired in venue {
            // The message that begins a restart is itself too late.
            plan.lose |= matches!(fired.fault, Fault::Restart { .. }) && is_order(msg_id);
            if plan.lose {
                self.note_id(conn, request);
            }
            self.begin_fault(fired, now, group);
        }
        plan
    }

    fn is_lost_to_restart(&mut self, conn: ConnId, msg_id: i32, request: &Request) -> bool {
        let lost = is_order(msg_id) && self.wire.has(|f| matches!(f, Fault::Restart { .. }));
        if lost {
            self.note_id(conn, request);
        }
        lost
    }

    /// The Gateway has seen an order id, whatever becomes of the order.
    fn note_id(&mut self, conn: ConnId, request: &Request) {
        if let (Some(client), Request::PlaceOrder(place)) = (self.core.client_of(conn), request) {
            self.core.note_order_id(client, place.order_id);
        }
    }

    /// A request that waits for nothing in its line any more.
    fn go_on(&mut self, conn: ConnId, inbound: Inbound, now: Timestamp, group: &mut Group) {
        let Inbound { msg_id, request, mut plan } = inbound;
        if self.must_wait(msg_id) {
            return self.wait(Waiting { conn, msg_id, request, plan, dialog: None, due: None }, now, group);
        }
        if self.is_read_only(msg_id) {
            let about = order_id_of(&request).unwrap_or(NO_REQ_ID);
            return self.say(conn, Reply::Notice(Notice::about(about, 321, READ_ONLY, now)), now, group);
        }
        if let Some((code, message)) = plan.reject.take() {
            let about = order_id_of(&request).unwrap_or(NO_REQ_ID);
            return self.say(conn, Reply::Notice(Notice::about(about, code, message, now)), now, group);
        }
        if self.meets_dialog(conn, &request, now, group) {
            return;
        }
        if let (Some((dialog, lasting)), Request::PlaceOrder(place)) = (plan.dialog.take(), &request) {
            self.report_held(conn, place, now, group);
            let due = lasting.map(|l| l.after(now));
            return self.wait(Waiting { conn, msg_id, request, plan, dialog: Some(dialog), due }, now, group);
        }
        if what_if(&request) {
            if self.wire.has(|f| matches!(f, Fault::NoWhatIf { .. })) {
                return;
            }
            if let Some(takes) = self.wire.armed.what_if_takes() {
                let due = Some(takes.after(now));
                return self.wait(Waiting { conn, msg_id, request, plan, dialog: None, due }, now, group);
            }
        }
        self.ask(conn, request, &plan, now, group);
    }

    /// Whether a request has to wait for the broker or a farm.
    fn must_wait(&self, msg_id: i32) -> bool {
        let cut_off = self.wire.is_cut_off() && !is_local(msg_id);
        cut_off
            || self.wire.has(|f| if let Fault::FarmOutage { farm, .. } = f { needs_farm(*farm, msg_id) } else { false })
    }

    fn wait(&mut self, waiting: Waiting, now: Timestamp, group: &mut Group) {
        if self.wire.waiting.len() >= WAITING_MAX {
            return self.close(waiting.conn, now, group);
        }
        self.wire.waiting.push_back(waiting);
    }

    fn is_read_only(&self, msg_id: i32) -> bool {
        (is_order(msg_id) || ABOUT_ORDERS.contains(&msg_id)) && self.wire.has(|f| matches!(f, Fault::ReadOnly { .. }))
    }

    /// Gives the core a request, with all that is to happen around it.
    fn ask(&mut self, conn: ConnId, mut request: Request, plan: &Plan, now: Timestamp, group: &mut Group) {
        let preset = self.preset(&mut request);
        let about = order_id_of(&request);
        if let (true, Some(client), Some(order_id)) = (plan.second_perm_id, self.core.client_of(conn), about) {
            let step = self.core.reissue_perm_id(client, order_id, now);
            self.take(step, now, group);
        }
        if let Some(req_id) = subscribed(&request)
            && self.wire.has(|f| matches!(f, Fault::CompetingSession { .. }))
        {
            self.tell_of_competition(conn, req_id, now, group);
        }
        if let (Some(DropPoint::BetweenStatusAndExecution), Some(order_id)) = (plan.drop, about) {
            self.wire.watched.push((conn, order_id));
        }
        for _ in 0..=u8::from(plan.duplicate) {
            self.ask_once(conn, request.clone(), plan, now, group);
        }
        if let (Some(text), Some(order_id)) = (preset, about) {
            self.say(conn, Reply::Notice(Notice::about(order_id, 10349, text, now)), now, group);
        }
    }

    fn ask_once(&mut self, conn: ConnId, request: Request, plan: &Plan, now: Timestamp, group: &mut Group) {
        let about = order_id_of(&request);
        let mut step = self.core.request(conn, request, now);
        let is_ack = |reply: &Reply| {
            if let Reply::OrderStatus(status) = reply { Some(status.order_id) == about } else { false }
        };
        let is_open = |reply: &Reply| {
            if let Reply::OpenOrder(open) = reply { Some(open.order_id) == about } else { false }
        };
        if plan.lose_ack {
            step.out.retain(|(to, reply)| *to != conn || !(is_ack(reply) || is_open(reply)));
        }
        let mut said = true;
        match plan.drop {
            Some(DropPoint::AfterAccept) => step.out.retain(|(to, _)| *to != conn),
            Some(DropPoint::BeforeAck) => step.out.retain(|(to, reply)| {
                said &= *to != conn || !is_ack(reply);
                *to != conn || said
            }),
            Some(DropPoint::BeforeRead | DropPoint::BetweenStatusAndExecution) | None => {}
        }
        self.take(step, now, group);
        if matches!(plan.drop, Some(DropPoint::AfterAccept | DropPoint::BeforeAck)) {
            self.close(conn, now, group);
        }
    }

    /// What a preset makes of a new order's time in force, and the text that says so.
    fn preset(&self, request: &mut Request) -> Option<String> {
        let Request::PlaceOrder(place) = request else {
            return None;
        };
        let tif = self
            .wire
            .armed
            .active()
            .find_map(|f| if let Fault::PresetTif { tif, .. } = f { Some(tif.clone()) } else { None })?;
        let changes = !place.order.what_if && place.order.tif != tif;
        changes.then(|| {
            place.order.tif.clone_from(&tif);
            format!("Order TIF was set to {tif} based on order preset.")
        })
    }

    /// A cancel or a change of an order that waits behind a dialog. Says whether it was one.
    fn meets_dialog(&mut self, conn: ConnId, request: &Request, now: Timestamp, group: &mut Group) -> bool {
        let Some(order_id) = order_id_of(request) else {
            return false;
        };
        let held = self
            .wire
            .waiting
            .iter()
            .position(|w| w.conn == conn && w.dialog.is_some() && order_id_of(&w.request) == Some(order_id));
        let Some(position) = held else {
            return false;
        };
        if let Request::PlaceOrder(place) = request {
            self.report_held(conn, place, now, group);
            if let Some(waiting) = self.wire.waiting.get_mut(position) {
                waiting.request = request.clone();
            }
        } else if let Some(Waiting { request: Request::PlaceOrder(place), .. }) = self.wire.waiting.remove(position) {
            let client = self.core.client_of(conn).unwrap_or_default();
            let status = held_status(client, &place, Status::ApiCancelled);
            self.say(conn, Reply::OrderStatus(status), now, group);
            let notice = Notice::about(order_id, 202, "Order Canceled - reason:", now);
            self.say(conn, Reply::Notice(notice), now, group);
        }
        true
    }

    /// TWS shows a dialog, and the client an order that has got nowhere.
    fn report_held(&mut self, conn: ConnId, place: &PlaceOrder, now: Timestamp, group: &mut Group) {
        let client = self.core.client_of(conn).unwrap_or_default();
        let mut order = place.order.clone();
        order.client_id = Some(client);
        order.order_id = Some(place.order_id);
        order.perm_id = None;
        let open = OpenOrder {
            order_id: place.order_id,
            contract: place.contract.clone().into(),
            order: order.into(),
            state: OrderState::of(Status::PendingSubmit),
        };
        self.say(conn, Reply::OpenOrder(Box::new(open)), now, group);
        let status = held_status(client, place, Status::PendingSubmit);
        self.say(conn, Reply::OrderStatus(status), now, group);
    }

    /// Lets go on what waited in slow lines.
    pub(crate) fn release_lines(&mut self, now: Timestamp, group: &mut Group) {
        let conns: Vec<ConnId> = self.wire.inbound.keys().copied().collect();
        for conn in conns {
            while let Some(inbound) = self.wire.inbound.get_mut(&conn).and_then(|line| line.pop(now)) {
                self.go_on(conn, inbound, now, group);
            }
        }
        self.wire.inbound.retain(|_, line| line.len() > 0);
        let conns: Vec<ConnId> = self.wire.outbound.keys().copied().collect();
        for conn in conns {
            while let Some(reply) = self.wire.outbound.get_mut(&conn).and_then(|line| line.pop(now)) {
                self.write(conn, &reply, group);
            }
        }
        self.wire.outbound.retain(|_, line| line.len() > 0);
    }

    /// Lets go on what waited for its time or for the broker.
    pub(crate) fn release_waiting(&mut self, now: Timestamp, group: &mut Group) {
        let mut kept = std::mem::take(&mut self.wire.waiting);
        while let Some(waiting) = kept.pop_front() {
            let ready = match waiting.due {
                Some(due) => due <= now,
                None => waiting.dialog.is_none() && !self.must_wait(waiting.msg_id),
            };
            if ready && !self.must_wait(waiting.msg_id) {
                self.ask(waiting.conn, waiting.request, &waiting.plan, now, group);
            } else {
                self.wire.waiting.push_back(waiting);
            }
        }
    }

    /// A dialog was answered: what waited behind it goes on.
    pub(crate) fn release_dialog(&mut self, id: u64, now: Timestamp) {
        for waiting in &mut self.wire.waiting {
            if waiting.dialog == Some(id) {
                waiting.due = Some(now);
            }
        }
    }
}

fn held_status(client_id: i32, place: &PlaceOrder, status: Status) -> OrderStatus {
    OrderStatus {
        order_id: place.order_id,
        status,
        filled: Decimal::ZERO,
        remaining: place.order.total_quantity.unwrap_or_default(),
        avg_fill_price: Decimal::ZERO,
        perm_id: 0,
        parent_id: place.order.parent_id.unwrap_or(0),
        last_fill_price: Decimal::ZERO,
        client_id,
        why_held: String::new(),
        mkt_cap_price: Decimal::ZERO,
    }
}
