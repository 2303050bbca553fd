//! What goes wrong around a slot, out of a seed.

use crate::args::FaultsWord;
use domain::id::SlotKey;

/// One slot in so many has a mishap.
const ONE_IN: u8 = 3;

/// Around one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mishap {
    /// The gateway's process ends before the slot and is started again in time.
    CrashBefore,
    /// It ends with a part of the run's orders sent: one on its way may be lost, and is not sent again.
    CrashAmid,
    /// It ends with all orders at the broker, and is started again when they have traded.
    CrashBehind,
    /// The connection is lost with all orders at the broker, so that they trade unheard.
    Cut,
    /// A second process stands by on the same data and goes on where the first one ends: with all orders at the broker.
    Takeover,
    /// The same with a part of the run's orders sent: one on its way may be lost, and is not sent again.
    TakeoverAmid,
    /// The connection is lost amid the run.
    CutAmid,
    /// The broker refuses an order.
    Refusal,
    /// An instrument is halted until the next day: it has no auction.
    Halt,
    /// The broker has no prices of an instrument, and says so.
    Stale,
    /// The gateway is down from before the slot until behind the close.
    Absence,
}

impl Mishap {
    /// What a gateway must bring to the same end as if nothing had happened.
    const HARMLESS: [Self; 4] = [Self::CrashBefore, Self::CrashBehind, Self::Cut, Self::Takeover];
    const ALL: [Self; 11] = [
        Self::CrashBefore,
        Self::CrashAmid,
        Self::CrashBehind,
        Self::Cut,
        Self::Takeover,
        Self::TakeoverAmid,
        Self::CutAmid,
        Self::Refusal,
        Self::Halt,
        Self::Stale,
        Self::Absence,
    ];

    /// Our word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::CrashBefore => "crash_before",
            Self::CrashAmid => "crash_amid",
            Self::CrashBehind => "crash_behind",
            Self::Cut => "cut",
            Self::Takeover => "takeover",
            Self::TakeoverAmid => "takeover_amid",
            Self::CutAmid => "cut_amid",
            Self::Refusal => "refusal",
            Self::Halt => "halt",
            Self::Stale => "stale",
            Self::Absence => "absence",
        }
    }

    /// Whether a second process stands by for it.
    pub(super) fn needs_another(self) -> bool {
        match self {
            Self::Takeover | Self::TakeoverAmid => true,
            Self::CrashBefore
            | Self::CrashAmid
            | Self::CrashBehind
            | Self::Cut
            | Self::CutAmid
            | Self::Refusal
            | Self::Halt
            | Self::Stale
            | Self::Absence => false,
        }
    }

    /// The mishap of a slot: the same seed gives the same ones.
    pub(super) fn of(faults: FaultsWord, seed: u64, slot: &SlotKey) -> Option<Self> {
        let kinds: &[Self] = match faults {
            FaultsWord::None => return None,
            FaultsWord::Harmless => &Self::HARMLESS,
            FaultsWord::All => &Self::ALL,
        };
        let drawn = drawn(seed, slot, "mishap");
        let (when, which) = (drawn.first()?, drawn.get(1)?);
        (when % ONE_IN == 0).then(|| kinds.get(usize::from(*which) % kinds.len()).copied()).flatten()
    }
}

/// A number below `below` for a purpose of a slot's mishap.
pub(super) fn pick(seed: u64, slot: &SlotKey, what: &str, below: usize) -> usize {
    let drawn = drawn(seed, slot, what);
    drawn.first().map_or(0, |byte| usize::from(*byte) % below.max(1))
}

fn drawn(seed: u64, slot: &SlotKey, what: &str) -> [u8; 32] {
    *blake3::hash(format!("{seed} {slot} {what}").as_bytes()).as_bytes()
}
