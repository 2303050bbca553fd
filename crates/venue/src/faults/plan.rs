//! What the faults that one message set off make of it.

use super::{ActsOn, CorruptHow, DropPoint, Fault, Fired, Length};

/// What is to happen to one message.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Where to close its connection.
    pub(crate) drop: Option<DropPoint>,
    /// It vanishes.
    pub(crate) lose: bool,
    /// Its acknowledgement vanishes.
    pub(crate) lose_ack: bool,
    /// It is refused.
    pub(crate) reject: Option<(i32, String)>,
    /// It waits behind a dialog: the fault, and for how long.
    pub(crate) dialog: Option<(u64, Option<Length>)>,
    /// The order it modifies gets another permId.
    pub(crate) second_perm_id: bool,
    /// It waits.
    pub(crate) delay: Option<Length>,
    /// It comes twice.
    pub(crate) duplicate: bool,
    /// It comes behind so many others.
    pub(crate) behind: Option<u32>,
    /// Its frame is damaged, with these bits.
    pub(crate) corrupt: Option<(CorruptHow, u64)>,
}

impl Plan {
    /// The plan of what was set off, and the faults that concern the venue instead.
    pub(crate) fn of(fired: Vec<Fired>) -> (Self, Vec<Fired>) {
        let (venue, message): (Vec<Fired>, Vec<Fired>) =
            fired.into_iter().partition(|fired| fired.fault.acts_on() == ActsOn::Venue);
        let mut plan = Self::default();
        for fired in message {
            plan.include(fired);
        }
        (plan, venue)
    }

    fn include(&mut self, fired: Fired) {
        match fired.fault {
            Fault::Drop(point) => self.drop = Some(point),
            Fault::LoseRequest | Fault::LoseReply => self.lose = true,
            Fault::LoseAck => self.lose_ack = true,
            Fault::Reject { code, message } => self.reject = Some((code, message)),
            Fault::HoldBehindDialog { lasting } => self.dialog = Some((fired.id, lasting)),
            Fault::SecondPermId => self.second_perm_id = true,
            Fault::Delay { by } => self.delay = Some(by),
            Fault::Duplicate => self.duplicate = true,
            Fault::Reorder { behind } => self.behind = Some(behind),
            Fault::Corrupt(how) => self.corrupt = Some((how, fired.drawn)),
            // They concern no message: `of` has put them aside, and a script that triggers a
            // standing behaviour by a message is refused.
            Fault::DropConnections
            | Fault::Restart { .. }
            | Fault::LogOut { .. }
            | Fault::ConnectivityLost { .. }
            | Fault::FarmOutage { .. }
            | Fault::FarmInactive { .. }
            | Fault::CompetingSession { .. }
            | Fault::Halt { .. }
            | Fault::MovePrice { .. }
            | Fault::FreezeData { .. }
            | Fault::NeverAnswers { .. }
            | Fault::ReadOnly { .. }
            | Fault::PresetTif { .. }
            | Fault::ClientIdLingers { .. }
            | Fault::NoExecutionEnd { .. }
            | Fault::ShortMemory { .. }
            | Fault::SlowWhatIf { .. }
            | Fault::NoWhatIf { .. }
            | Fault::WindowsZoneNames { .. } => {}
        }
    }
}
