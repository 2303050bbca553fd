//! Faults of the venue as a whole: their beginning and their end.

use jiff::Timestamp;
use tws::model::{Notice, Reply};

use crate::core::{ConnId, Core, CoreError};
use crate::faults::{FarmName, Fault, Fired, Restored};
use crate::server_core::{CoreTask, Group};

/// What a farm is called at its end of a notice.
const fn farm_host(farm: FarmName) -> &'static str {
    match farm {
        FarmName::MarketData => "usfarm",
        FarmName::Historical => "ushmds",
        FarmName::Contracts => "secdefnj",
    }
}

fn broken(farm: FarmName) -> (i32, String) {
    let host = farm_host(farm);
    match farm {
        FarmName::MarketData => (2103, format!("Market data farm connection is broken:{host}")),
        FarmName::Historical => (2105, format!("HMDS data farm connection is broken:{host}")),
        FarmName::Contracts => (2157, format!("Sec-def data farm connection is broken:{host}")),
    }
}

fn restored(farm: FarmName) -> (i32, String) {
    let host = farm_host(farm);
    match farm {
        FarmName::MarketData => (2104, format!("Market data farm connection is OK:{host}")),
        FarmName::Historical => (2106, format!("HMDS data farm connection is OK:{host}")),
        FarmName::Contracts => (2158, format!("Sec-def data farm connection is OK:{host}")),
    }
}

fn inactive(farm: FarmName) -> Option<(i32, String)> {
    let host = farm_host(farm);
    let upon_demand = "connection is inactive but should be available upon demand.";
    match farm {
        FarmName::MarketData => Some((2108, format!("Market data farm {upon_demand}{host}"))),
        FarmName::Historical => Some((2107, format!("HMDS data farm {upon_demand}{host}"))),
        FarmName::Contracts => None,
    }
}

/// Says what is wrong with a fault at this venue, if anything.
pub(crate) fn check(core: &Core, fault: &Fault) -> Result<(), CoreError> {
    if let Fault::Halt { symbol, .. } | Fault::FreezeData { symbol: Some(symbol), .. } = fault {
        core.check_symbol(symbol)
    } else if let Fault::MovePrice { symbol, price } = fault {
        core.check_move(symbol, *price)
    } else {
        Ok(())
    }
}

impl CoreTask {
    /// What time brings: faults begin and end, and messages that waited go on.
    pub(crate) fn time_of_faults(&mut self, now: Timestamp, group: &mut Group) {
        for fired in self.wire.armed.begun(now) {
            self.begin_fault(fired, now, group);
        }
        self.end_faults(now, group);
        if self.wire.down_until.is_some_and(|until| until <= now) {
            self.wire.down_until = None;
            self.wire.set_gate();
        }
        self.wire.lingering.retain(|_, until| *until > now);
        self.release_lines(now, group);
        self.release_waiting(now, group);
    }

    fn end_faults(&mut self, now: Timestamp, group: &mut Group) {
        for ended in self.wire.armed.ended(now) {
            self.end_fault(ended, now, group);
        }
    }

    /// Begins a fault that a message or a moment set off.
    pub(crate) fn begin_fault(&mut self, fired: Fired, now: Timestamp, group: &mut Group) {
        tracing::info!(id = fired.id, fault = ?fired.fault, "a fault begins");
        self.wire.set_gate();
        match fired.fault {
            Fault::DropConnections | Fault::LogOut { .. } => self.close_all(now, group),
            // What is lost before it is lost as it comes; the rest is its end.
            Fault::Restart { .. } => self.end_faults(now, group),
            Fault::ConnectivityLost { .. } => {
                self.tell_all(1100, "Connectivity between IBKR and Trader Workstation has been lost.", now, group);
            }
            Fault::FarmOutage { farm, .. } => {
                let (code, text) = broken(farm);
                self.tell_all(code, &text, now, group);
            }
            Fault::FarmInactive { farm } => {
                if let Some((code, text)) = inactive(farm) {
                    self.tell_all(code, &text, now, group);
                }
            }
            Fault::CompetingSession { .. } => {
                for (conn, req_id) in self.core.data_lines() {
                    self.tell_of_competition(conn, req_id, now, group);
                }
            }
            Fault::Halt { symbol, .. } => self.set_halt(&symbol, true, now, group),
            Fault::MovePrice { symbol, price } => match self.core.move_price(&symbol, price, now) {
                Ok(step) => self.take(step, now, group),
                Err(e) => tracing::warn!(%e, "a fault cannot move a price"),
            },
            // They show in what happens to messages.
            Fault::FreezeData { .. }
            | Fault::NeverAnswers { .. }
            | Fault::ReadOnly { .. }
            | Fault::PresetTif { .. }
            | Fault::ClientIdLingers { .. }
            | Fault::NoExecutionEnd { .. }
            | Fault::ShortMemory { .. }
            | Fault::SlowWhatIf { .. }
            | Fault::NoWhatIf { .. }
            | Fault::WindowsZoneNames { .. }
            | Fault::Drop(_)
            | Fault::LoseRequest
            | Fault::LoseAck
            | Fault::Reject { .. }
            | Fault::HoldBehindDialog { .. }
            | Fault::SecondPermId
            | Fault::Delay { .. }
            | Fault::Duplicate
            | Fault::LoseReply
            | Fault::Reorder { .. }
            | Fault::Corrupt(_) => {}
        }
    }

    /// Ends a fault that went on.
    pub(crate) fn end_fault(&mut self, ended: Fired, now: Timestamp, group: &mut Group) {
        tracing::info!(id = ended.id, fault = ?ended.fault, "a fault ends");
        self.wire.set_gate();
        match ended.fault {
            Fault::Restart { down, .. } => {
                self.close_all(now, group);
                self.core.restart();
                self.wire.lingering.clear();
                let until = down.after(now);
                self.wire.down_until = (until > now).then_some(until);
                self.wire.set_gate();
            }
            Fault::ConnectivityLost { restored, .. } => self.restore_connectivity(restored, now, group),
            Fault::FarmOutage { farm, .. } => {
                let (code, text) = restored(farm);
                self.tell_all(code, &text, now, group);
                self.core.refresh_data();
            }
            Fault::CompetingSession { .. } | Fault::FreezeData { .. } => self.core.refresh_data(),
            Fault::Halt { symbol, .. } => self.set_halt(&symbol, false, now, group),
            Fault::HoldBehindDialog { .. } => self.release_dialog(ended.id, now),
            Fault::DropConnections
            | Fault::LogOut { .. }
            | Fault::FarmInactive { .. }
            | Fault::MovePrice { .. }
            | Fault::NeverAnswers { .. }
            | Fault::ReadOnly { .. }
            | Fault::PresetTif { .. }
            | Fault::ClientIdLingers { .. }
            | Fault::NoExecutionEnd { .. }
            | Fault::ShortMemory { .. }
            | Fault::SlowWhatIf { .. }
            | Fault::NoWhatIf { .. }
            | Fault::WindowsZoneNames { .. }
            | Fault::Drop(_)
            | Fault::LoseRequest
            | Fault::LoseAck
            | Fault::Reject { .. }
            | Fault::SecondPermId
            | Fault::Delay { .. }
            | Fault::Duplicate
            | Fault::LoseReply
            | Fault::Reorder { .. }
            | Fault::Corrupt(_) => {}
        }
    }

    fn restore_connectivity(&mut self, restored: Restored, now: Timestamp, group: &mut Group) {
        let text = match restored {
            Restored::DataKept => {
                self.core.refresh_data();
                (1102, "Connectivity between IBKR and Trader Workstation has been restored - data maintained.")
            }
            Restored::DataLost => {
                self.core.drop_data();
                (1101, "Connectivity between IBKR and Trader Workstation has been restored - data lost.")
            }
        };
        self.tell_all(text.0, text.1, now, group);
    }

    /// Halts a symbol or lets it go on.
    pub(crate) fn set_halt(&mut self, symbol: &str, halted: bool, now: Timestamp, group: &mut Group) {
        match self.core.halt(symbol, halted, now) {
            Ok(step) => self.take(step, now, group),
            Err(e) => tracing::warn!(%e, "a fault cannot halt a symbol"),
        }
    }

    /// Tells one subscriber that its live data go elsewhere.
    pub(crate) fn tell_of_competition(&mut self, conn: ConnId, req_id: i32, now: Timestamp, group: &mut Group) {
        let text = "No market data during competing live session";
        self.say(conn, Reply::Notice(Notice::about(req_id, 10197, text, now)), now, group);
    }

    fn tell_all(&mut self, code: i32, text: &str, now: Timestamp, group: &mut Group) {
        let all: Vec<ConnId> = if self.wire.is_silent() { Vec::new() } else { self.clients.keys().copied().collect() };
        for conn in all {
            // The Gateway itself says this, however things stand behind it.
            self.write(conn, &Reply::Notice(Notice::general(code, text, now)), group);
        }
    }

    pub(crate) fn close_all(&mut self, now: Timestamp, group: &mut Group) {
        let all: Vec<ConnId> = self.clients.keys().copied().collect();
        for conn in all {
            self.close(conn, now, group);
        }
    }

    /// A client id stays occupied for a while, if a fault says so.
    pub(crate) fn let_linger(&mut self, conn: ConnId, now: Timestamp) {
        let by = self
            .wire
            .armed
            .active()
            .find_map(|f| if let Fault::ClientIdLingers { by, .. } = f { Some(*by) } else { None });
        if let (Some(by), Some(client_id)) = (by, self.core.client_of(conn)) {
            self.wire.lingering.insert(client_id, by.after(now));
        }
    }
}
