//! Answering the control API where the core is.

use jiff::Timestamp;
use serde_json::json;

use crate::faults::{FAULTS_MAX, FaultSpec, REPLIES, REQUESTS, Removed};
use crate::server_control::{Answer, Ask, ConnectionState, Refusal, ServerState};
use crate::server_core::{AnswerTo, CoreTask, Group};
use crate::server_ledger::{LedgerAt, LedgerFilter};

impl CoreTask {
    /// The control API asks.
    pub(crate) fn control(&mut self, ask: Ask, to: AnswerTo, now: Timestamp, group: &mut Group) {
        let result = match ask {
            Ask::Step(target) => {
                return match target.resolve(now) {
                    Ok(until) => self.begin_step(until, to, now, group),
                    Err(refusal) => group.answers.push((to, Err(refusal))),
                };
            }
            Ask::Ledger(filter) => Ok(self.ledger(filter, group)),
            Ask::State { orders_max } => Answer::json(&self.server_state(orders_max, now)),
            Ask::Connections => Answer::json(&self.server_state(0, now).connections),
            Ask::Health => Answer::json(&json!({ "status": "ok", "venue_time": now })),
            Ask::Clock => Answer::json(&json!({ "venue_time": now, "mode": self.clock.describe() })),
            Ask::Speed(speed) => self.set_speed(speed),
            Ask::Price { symbol, price } => match self.core.move_price(&symbol, price, now) {
                Err(e) => Err(Refusal::invalid(e.to_string())),
                Ok(step) => {
                    self.take(step, now, group);
                    Answer::json(&json!({ "symbol": symbol, "price": price }))
                }
            },
            Ask::Halt { symbol, halted } => match self.core.halt(&symbol, halted, now) {
                Err(e) => Err(Refusal::invalid(e.to_string())),
                Ok(step) => {
                    self.take(step, now, group);
                    Answer::json(&json!({ "symbol": symbol, "halted": halted }))
                }
            },
            Ask::Shortable { symbol, shares } => match self.core.set_shortable(&symbol, shares, now) {
                Err(e) => Err(Refusal::invalid(e.to_string())),
                Ok(step) => {
                    self.take(step, now, group);
                    Answer::json(&json!({ "symbol": symbol, "shares": shares }))
                }
            },
            Ask::Refused => Answer::json(&self.core.refused_orders()),
            Ask::Manual(entered) => {
                let entered = *entered;
                let (step, entered) = self.core.enter_manual(entered.contract, entered.order, now);
                self.take(step, now, group);
                match entered {
                    Err(e) => Err(Refusal::invalid(e.to_string())),
                    Ok(perm_id) => Answer::json(&json!({ "perm_id": perm_id })),
                }
            }
            Ask::CancelByHand(perm_id) => match self.core.cancel_by_hand(perm_id, now) {
                Err(e) => Err(Refusal::NotFound(e.to_string())),
                Ok(step) => {
                    self.take(step, now, group);
                    Answer::json(&json!({ "perm_id": perm_id }))
                }
            },
            Ask::Audit => Answer::json(&self.core.audit(now)),
            Ask::DropConnections => {
                group.break_all = true;
                Answer::json(&json!({ "dropped": self.clients.len() }))
            }
            Ask::Faults => Answer::json(&self.wire.armed.views()),
            Ask::FaultNames => Answer::json(&names()),
            Ask::AddFault(spec) => self.add_fault(*spec, now, group),
            Ask::RemoveFault(id) => self.remove_fault(id, now, group),
        };
        group.answers.push((to, result));
    }

    fn add_fault(&mut self, spec: FaultSpec, now: Timestamp, group: &mut Group) -> Result<Answer, Refusal> {
        crate::server_faults::check(&self.core, &spec.fault).map_err(|e| Refusal::invalid(e.to_string()))?;
        let full = || Refusal::invalid(format!("there are {FAULTS_MAX} faults already"));
        let id = self.wire.armed.add(spec, now).ok_or_else(full)?;
        self.time_of_faults(now, group);
        Answer::json(&json!({ "id": id }))
    }

    fn remove_fault(&mut self, id: u64, now: Timestamp, group: &mut Group) -> Result<Answer, Refusal> {
        match self.wire.armed.remove(id) {
            None => return Err(Refusal::NotFound(format!("there is no fault {id}"))),
            Some(Removed::Active(active)) => self.end_fault(active, now, group),
            Some(Removed::Idle) => {}
        }
        self.time_of_faults(now, group);
        Answer::json(&json!({ "removed": id }))
    }

    fn ledger(&self, filter: LedgerFilter, group: &Group) -> Answer {
        // What the core let go of in this very group is not in the archive yet.
        let recent = group.archived.iter().cloned().chain(self.core.ledger()).collect();
        Answer::Ledger(Box::new(LedgerAt { recent, archive: self.archive.reader(), filter }))
    }

    fn set_speed(&mut self, speed: u32) -> Result<Answer, Refusal> {
        self.clock.set_speed(speed)?;
        Answer::json(&json!({ "mode": self.clock.describe() }))
    }

    fn server_state(&mut self, orders_max: usize, now: Timestamp) -> ServerState {
        let view = self.core.state_view_of(orders_max, now);
        let connections = view
            .connections
            .iter()
            .map(|view| {
                let client = self.clients.get(&crate::core::ConnId(view.connection));
                ConnectionState {
                    view: view.clone(),
                    server_version: client.map(|c| c.version.number()),
                    messages_in: client.map_or(0, |c| c.messages_in),
                    messages_out: client.map_or(0, |c| c.messages_out),
                }
            })
            .collect();
        ServerState {
            clock: self.clock.describe(),
            halted: self.core.halted(),
            faults_active: self.wire.armed.active().cloned().collect(),
            connections,
            view,
        }
    }
}

fn names() -> serde_json::Value {
    let of = |table: &'static [(i32, &'static str)]| table.iter().map(|(_, name)| *name).collect::<Vec<_>>();
    json!({ "messages": of(REQUESTS), "replies": of(REPLIES) })
}
