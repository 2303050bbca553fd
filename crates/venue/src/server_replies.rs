//! A reply on its way to a client while faults are about.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tws::model::Reply;

use crate::core::ConnId;
use crate::faults::{CorruptHow, Fault, Plan, Seen, is_live_data, is_of_farm, peek_msg_id, stream_of};
use crate::server_core::{CoreTask, Group};
use crate::server_wire::WAITING_MAX;

/// Message ids of what the broker reports unasked about orders, and of data.
const UNASKED: [i32; 4] = [3, 5, 11, 59];

/// Bytes in front of a frame's body: its length.
const PREFIX_LEN: usize = 4;

impl CoreTask {
    /// Says something to a client, if the faults let it through.
    pub(crate) fn say_among_faults(&mut self, conn: ConnId, mut reply: Reply, now: Timestamp, group: &mut Group) {
        let Some(client) = self.clients.get(&conn) else {
            return;
        };
        let (client_id, version) = (client.id, client.version);
        let frame = tws::encode(version, &reply);
        let Some(msg_id) = frame.get(PREFIX_LEN..).and_then(|body| peek_msg_id(version, body)) else {
            return self.write(conn, &reply, group);
        };
        if self.is_withheld(conn, msg_id, &reply, now) {
            return;
        }
        if self.closes_before(conn, &reply) {
            return self.close(conn, now, group);
        }
        if let Reply::ContractData { details, .. } = &mut reply
            && self.wire.has(|f| matches!(f, Fault::WindowsZoneNames { .. }))
        {
            let named = crate::server_zones::windows_name(&details.time_zone_id).to_owned();
            details.time_zone_id = named;
        }
        let order_ref = self.ref_of(client_id, &reply);
        let seen = Seen { inbound: false, msg_id, client: client_id, order_ref: order_ref.as_deref() };
        let (plan, venue) = Plan::of(self.wire.armed.seen(&seen, now));
        if !plan.lose {
            self.send_as_planned(conn, reply, &plan, now, group);
        }
        for fired in venue {
            self.begin_fault(fired, now, group);
        }
    }

    /// Whether something that goes on keeps this reply from its client.
    fn is_withheld(&self, conn: ConnId, msg_id: i32, reply: &Reply, now: Timestamp) -> bool {
        let live = is_live_data(msg_id);
        self.wire.armed.active().any(|fault| match fault {
            Fault::NeverAnswers { .. } => true,
            Fault::ConnectivityLost { .. } => live || UNASKED.contains(&msg_id) || msg_id == 90,
            Fault::FarmOutage { farm, .. } => is_of_farm(*farm, msg_id),
            Fault::CompetingSession { .. } => live,
            Fault::FreezeData { symbol: None, .. } => live,
            Fault::FreezeData { symbol: Some(symbol), .. } => {
                live && stream_of(reply).and_then(|req_id| self.core.symbol_of_line(conn, req_id)) == Some(symbol)
            }
            Fault::NoExecutionEnd { .. } => msg_id == 55,
            Fault::ShortMemory { executions, completed_orders, .. } => {
                if let Reply::ExecutionDetails(details) = reply {
                    details.req_id >= 0 && executions.is_some_and(|kept| details.execution.time < kept.before(now))
                } else if let Reply::CompletedOrder(order) = reply {
                    let completed = order.state.completed_time;
                    completed_orders.is_some_and(|kept| completed.is_some_and(|at| at < kept.before(now)))
                } else {
                    false
                }
            }
            Fault::Drop(_)
            | Fault::LoseRequest
            | Fault::LoseAck
            | Fault::Reject { .. }
            | Fault::HoldBehindDialog { .. }
            | Fault::SecondPermId
            | Fault::Delay { .. }
            | Fault::Duplicate
            | Fault::LoseReply
            | Fault::Reorder { .. }
            | Fault::Corrupt(_)
            | Fault::DropConnections
            | Fault::Restart { .. }
            | Fault::LogOut { .. }
            | Fault::FarmInactive { .. }
            | Fault::Halt { .. }
            | Fault::MovePrice { .. }
            | Fault::ReadOnly { .. }
            | Fault::PresetTif { .. }
            | Fault::ClientIdLingers { .. }
            | Fault::SlowWhatIf { .. }
            | Fault::NoWhatIf { .. }
            | Fault::WindowsZoneNames { .. } => false,
        })
    }

    /// Whether this is the execution before which the connection closes.
    fn closes_before(&mut self, conn: ConnId, reply: &Reply) -> bool {
        let Reply::ExecutionDetails(details) = reply else {
            return false;
        };
        self.wire.watched.contains(&(conn, details.execution.order_id))
    }

    /// The reference of the order a reply is about.
    fn ref_of(&self, client_id: i32, reply: &Reply) -> Option<String> {
        if let Reply::OpenOrder(open) = reply {
            Some(open.order.order_ref.clone())
        } else if let Reply::OrderStatus(status) = reply {
            self.core.order_ref(status.client_id, status.order_id).map(str::to_owned)
        } else if let Reply::ExecutionDetails(details) = reply {
            Some(details.execution.order_ref.clone())
        } else if let Reply::CompletedOrder(completed) = reply {
            Some(completed.order.order_ref.clone())
        } else if let Reply::Notice(notice) = reply {
            self.core.order_ref(client_id, notice.req_id).map(str::to_owned)
        } else if let Reply::CommissionReport(report) = reply {
            self.core.ref_of_execution(&report.exec_id).map(str::to_owned)
        } else {
            None
        }
    }

    fn send_as_planned(&mut self, conn: ConnId, reply: Reply, plan: &Plan, now: Timestamp, group: &mut Group) {
        if let Some((how, noise)) = plan.corrupt {
            return self.send_corrupted(conn, &reply, how, noise, now, group);
        }
        if let Some(behind) = plan.behind.filter(|n| *n > 0) {
            return self.wire.behind.entry(conn).or_default().push((behind, reply));
        }
        for _ in 0..=u8::from(plan.duplicate) {
            let line = self.wire.outbound.entry(conn).or_default();
            if plan.delay.is_some() || line.len() > 0 {
                if line.len() >= WAITING_MAX {
                    return self.close(conn, now, group);
                }
                line.push(reply.clone(), plan.delay.unwrap_or_default(), now);
            } else {
                self.wire.outbound.remove(&conn);
                self.write(conn, &reply, group);
            }
        }
        self.overtaken(conn, group);
    }

    /// One more reply has gone to a client: those that waited behind it come nearer.
    fn overtaken(&mut self, conn: ConnId, group: &mut Group) {
        let Some(behind) = self.wire.behind.get_mut(&conn) else {
            return;
        };
        for (left, _) in behind.iter_mut() {
            *left -= 1;
        }
        let (due, rest): (Vec<_>, Vec<_>) = std::mem::take(behind).into_iter().partition(|(left, _)| *left == 0);
        if rest.is_empty() {
            self.wire.behind.remove(&conn);
        } else {
            *behind = rest;
        }
        for (_, reply) in due {
            self.write(conn, &reply, group);
        }
    }

    fn send_corrupted(
        &mut self,
        conn: ConnId,
        reply: &Reply,
        how: CorruptHow,
        noise: u64,
        now: Timestamp,
        group: &mut Group,
    ) {
        let Some(client) = self.clients.get(&conn) else {
            return;
        };
        let mut frame = tws::encode(client.version, reply);
        match how {
            CorruptHow::Length => {
                if let Some(first) = frame.first_mut() {
                    *first = 0x7f;
                }
                self.write_raw(conn, frame, group);
            }
            CorruptHow::Body => {
                let body = frame.get_mut(PREFIX_LEN..).unwrap_or_default();
                let len = body.len().max(1) as u64;
                // A set: a byte that is hit twice must not be whole again.
                let hit: BTreeSet<u64> = (0..4).map(|n| noise.rotate_left(16 * n) % len).collect();
                for at in hit {
                    if let Some(bad) = usize::try_from(at).ok().and_then(|at| body.get_mut(at)) {
                        *bad = !*bad;
                    }
                }
                self.write_raw(conn, frame, group);
            }
            CorruptHow::Truncate => {
                frame.truncate(PREFIX_LEN + (frame.len() - PREFIX_LEN) / 2);
                self.write_raw(conn, frame, group);
                self.close(conn, now, group);
            }
        }
    }
}
