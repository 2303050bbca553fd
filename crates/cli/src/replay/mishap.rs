//! What goes wrong around a slot, dealt out of a seed.

use crate::args::FaultsWord;
use domain::id::SlotKey;
use domain::looping::run::RunState;
use std::collections::BTreeMap;

/// Slots are dealt in groups of so many.
const GROUP: u64 = 3;
/// A span of fewer slots than so many of every kind has a mishap at all slots of a group but one, a longer one at one of them.
const SPARSE_FROM: usize = 9;

/// Around one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mishap {
    /// The gateway's process ends before the slot and is started again in time.
    CrashBefore,
    /// It ends while it looks whether the run may begin: the broker does not answer it.
    CrashChecking,
    /// It ends with a part of the run's orders sent: one on its way may be lost, and is not sent again.
    CrashAmid,
    /// It ends with all orders at the broker, and is started again when they have traded.
    CrashBehind,
    /// It ends while it hears of the auction's trades.
    CrashFilling,
    /// The connection is lost with all orders at the broker, so that they trade unheard.
    Cut,
    /// The connection is lost with a part of the run's orders sent, at a point of an order's way.
    CutAmid,
    /// A second process stands by on the same data and goes on where the first one ends: with all orders at the broker.
    Takeover,
    /// The same with a part of the run's orders sent: one on its way may be lost, and is not sent again.
    TakeoverAmid,
    /// The broker refuses an order.
    Refusal,
    /// An instrument is halted, with its order at the broker, until behind the close: it has no auction.
    Halt,
    /// Live prices of an instrument stop.
    Stale,
    /// The gateway is down from before the slot until behind the close.
    Absence,
}

impl Mishap {
    /// What a gateway must bring to the same end as if nothing had happened.
    const HARMLESS: [Self; 6] =
        [Self::CrashBefore, Self::CrashChecking, Self::CrashBehind, Self::CrashFilling, Self::Cut, Self::Takeover];
    const ALL: [Self; 13] = [
        Self::CrashBefore,
        Self::CrashChecking,
        Self::CrashAmid,
        Self::CrashBehind,
        Self::CrashFilling,
        Self::Cut,
        Self::CutAmid,
        Self::Takeover,
        Self::TakeoverAmid,
        Self::Refusal,
        Self::Halt,
        Self::Stale,
        Self::Absence,
    ];

    /// Our word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::CrashBefore => "crash_before",
            Self::CrashChecking => "crash_checking",
            Self::CrashAmid => "crash_amid",
            Self::CrashBehind => "crash_behind",
            Self::CrashFilling => "crash_filling",
            Self::Cut => "cut",
            Self::CutAmid => "cut_amid",
            Self::Takeover => "takeover",
            Self::TakeoverAmid => "takeover_amid",
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
            | Self::CrashChecking
            | Self::CrashAmid
            | Self::CrashBehind
            | Self::CrashFilling
            | Self::Cut
            | Self::CutAmid
            | Self::Refusal
            | Self::Halt
            | Self::Stale
            | Self::Absence => false,
        }
    }

    /// Whether a run that met it may end so.
    pub(super) fn may_end(self, state: RunState) -> bool {
        let is_done = state == RunState::Done;
        match self {
            Self::CrashBefore
            | Self::CrashChecking
            | Self::CrashBehind
            | Self::CrashFilling
            | Self::Cut
            | Self::Takeover => is_done,
            // Something cannot have traded.
            Self::Refusal | Self::Halt | Self::Stale => !is_done,
            // What was on its way may have arrived.
            Self::CrashAmid | Self::CutAmid | Self::TakeoverAmid => true,
            // There is no run.
            Self::Absence => false,
        }
    }
}

/// What went wrong around a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) mishap: Mishap,
    /// Whether there was something that could go wrong: a slot without orders has none that could be refused.
    pub(super) occurred: bool,
    /// The instrument that it happens to.
    pub(super) victim: Option<String>,
}

impl Met {
    pub(super) fn new(mishap: Mishap) -> Self {
        Self { mishap, occurred: false, victim: None }
    }
}

/// Every kind in turn, in an order that each round draws anew: the same seed deals the same.
#[derive(Clone, Debug)]
pub(super) struct Deck {
    seed: u64,
    kinds: &'static [Mishap],
    /// Of a group of slots, this many.
    of_a_group: u64,
    slots: u64,
    rounds: u64,
    /// The next one is the last.
    left: Vec<Mishap>,
    /// What came of those that were dealt.
    met: BTreeMap<SlotKey, Met>,
}

impl Deck {
    /// For so many slots.
    pub(super) fn new(faults: FaultsWord, seed: u64, slots: usize) -> Self {
        let kinds: &[Mishap] = match faults {
            FaultsWord::None => &[],
            FaultsWord::Harmless => &Mishap::HARMLESS,
            FaultsWord::All => &Mishap::ALL,
        };
        let is_sparse = slots >= SPARSE_FROM * kinds.len();
        let of_a_group = if is_sparse { 1 } else { GROUP - 1 };
        Self { seed, kinds, of_a_group, slots: 0, rounds: 0, left: Vec::new(), met: BTreeMap::new() }
    }

    /// The mishap of the next slot.
    pub(super) fn deal(&mut self) -> Option<Mishap> {
        if self.kinds.is_empty() {
            return None;
        }
        let (group, place) = (self.slots / GROUP, self.slots % GROUP);
        self.slots += 1;
        let turned = u64::from(drawn(self.seed, "group", &group.to_string()));
        if (place + turned) % GROUP >= self.of_a_group {
            return None;
        }
        if self.left.is_empty() {
            self.left = self.kinds.to_vec();
            let (seed, round) = (self.seed, self.rounds.to_string());
            self.left.sort_by_key(|kind| hash(seed, &round, kind.word()));
            self.rounds += 1;
        }
        self.left.pop()
    }

    /// Notes what became of one. Where nothing could go wrong, its kind comes again in this round.
    pub(super) fn note(&mut self, slot: &SlotKey, met: Met) {
        if !met.occurred {
            self.left.insert(0, met.mishap);
        }
        self.met.insert(slot.clone(), met);
    }

    /// What was met at a slot.
    pub(super) fn met(&self, slot: &SlotKey) -> Option<&Met> {
        self.met.get(slot)
    }

    /// Everything that was met.
    pub(super) fn all_met(&self) -> impl Iterator<Item = (&SlotKey, &Met)> {
        self.met.iter()
    }

    /// Kinds that were to occur and did not.
    pub(super) fn never(&self) -> Vec<&'static str> {
        let occurred = |kind: &Mishap| self.met.values().any(|met| met.occurred && met.mishap == *kind);
        self.kinds.iter().filter(|kind| !occurred(kind)).map(|kind| kind.word()).collect()
    }
}

/// A number below `below` for a purpose of a slot's mishap.
pub(super) fn pick(seed: u64, slot: &SlotKey, what: &str, below: usize) -> usize {
    usize::from(drawn(seed, &slot.to_string(), what)) % below.max(1)
}

fn drawn(seed: u64, of: &str, what: &str) -> u8 {
    let [first, ..] = hash(seed, of, what);
    first
}

fn hash(seed: u64, of: &str, what: &str) -> [u8; 32] {
    *blake3::hash(format!("{seed} {of} {what}").as_bytes()).as_bytes()
}

#[cfg(test)]
#[path = "mishap_tests.rs"]
mod tests;
