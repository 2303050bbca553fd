//! The faults that are ordered: which of them a moment or a message sets off, and which go on.

use std::num::NonZeroU32;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::fault::Lasts;
use super::{Fault, FaultScript, FaultSpec, Length, When};

/// Most faults a venue remembers, those that are over included.
pub(crate) const FAULTS_MAX: usize = 1_000;

/// A message on its way, as triggers see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// From a client to the venue, or back.
    pub(crate) inbound: bool,
    /// Message id.
    pub(crate) msg_id: i32,
    /// Client id.
    pub(crate) client: i32,
    /// Reference of the order it is about.
    pub(crate) order_ref: Option<&'a str>,
}

/// A fault that begins or ends now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fired {
    /// Its id.
    pub(crate) id: u64,
    /// What.
    pub(crate) fault: Fault,
    /// A number drawn for it.
    pub(crate) drawn: u64,
}

/// A fault that was taken away.
#[derive(Debug)]
pub(crate) enum Removed {
    /// It went on, and has to be ended.
    Active(Fired),
    /// It did not.
    Idle,
}

/// A fault as the control API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct FaultView<'a> {
    id: u64,
    #[serde(flatten)]
    spec: &'a FaultSpec,
    /// `waiting`, `active` or `over`.
    state: &'static str,
    /// Messages that matched its trigger.
    matched: u32,
    /// Times it happened.
    fired: u32,
    /// When it ends by itself.
    until: Option<Timestamp>,
}

#[derive(Debug)]
struct One {
    id: u64,
    spec: FaultSpec,
    /// When time sets it off.
    due: Option<Timestamp>,
    chances: ChaCha8Rng,
    matched: u32,
    fired: u32,
    /// Whether it goes on.
    active: bool,
    /// When it ends by itself, while it goes on.
    until: Option<Timestamp>,
}

impl One {
    fn is_waiting(&self) -> bool {
        if self.spec.when.is_by_message() { self.fired < times(&self.spec.when) } else { self.due.is_some() }
    }

    fn is_over(&self) -> bool {
        !self.is_waiting() && !self.active
    }

    fn view(&self) -> FaultView<'_> {
        let Self { id, spec, matched, fired, active, until, .. } = self;
        let state = match active {
            true => "active",
            false if self.is_waiting() => "waiting",
            false => "over",
        };
        FaultView { id: *id, spec, state, matched: *matched, fired: *fired, until: *until }
    }

    fn fire(&mut self, now: Timestamp) -> Fired {
        self.fired += 1;
        self.due = None;
        if let Lasts::Until(length) = self.spec.fault.lasts() {
            (self.active, self.until) = (true, length.map(|length| length.after(now)));
        }
        Fired { id: self.id, fault: self.spec.fault.clone(), drawn: self.chances.random() }
    }

    fn matches(&self, seen: &Seen<'_>) -> bool {
        let When { message, reply, client, order_ref, .. } = &self.spec.when;
        let kind = if seen.inbound { message.map(|m| m.id) } else { reply.map(|r| r.id) };
        kind == Some(seen.msg_id)
            && client.is_none_or(|client| client == seen.client)
            && order_ref.as_deref().is_none_or(|wanted| seen.order_ref == Some(wanted))
    }
}

fn times(when: &When) -> u32 {
    when.times.map_or(1, NonZeroU32::get)
}

/// All faults, oldest first.
#[derive(Debug)]
pub(crate) struct Armed {
    seed: u64,
    list: Vec<One>,
    next_id: u64,
    /// Whether anything may still happen.
    quiet: bool,
}

impl Armed {
    /// The faults of a script at the venue's start.
    pub(crate) fn new(script: &FaultScript, seed: u64, started: Timestamp) -> Self {
        let mut armed = Self { seed: script.seed.unwrap_or(seed), list: Vec::new(), next_id: 1, quiet: true };
        for spec in &script.faults {
            armed.push(spec.clone(), started);
        }
        armed
    }

    fn push(&mut self, spec: FaultSpec, now: Timestamp) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let due = match (spec.when.at, spec.when.after) {
            (Some(at), _) => Some(at),
            (None, Some(after)) => Some(after.after(now)),
            (None, None) if spec.when.is_by_message() => None,
            (None, None) => Some(now),
        };
        let mut chances = ChaCha8Rng::seed_from_u64(self.seed);
        chances.set_stream(id);
        self.list.push(One { id, spec, due, chances, matched: 0, fired: 0, active: false, until: None });
        self.quiet = false;
        id
    }

    /// Orders one more; `None` if there are too many that are not over.
    pub(crate) fn add(&mut self, spec: FaultSpec, now: Timestamp) -> Option<u64> {
        while self.list.len() >= FAULTS_MAX {
            let over = self.list.iter().position(One::is_over)?;
            self.list.remove(over);
        }
        Some(self.push(spec, now))
    }

    /// Takes one away, if it was there.
    pub(crate) fn remove(&mut self, id: u64) -> Option<Removed> {
        let position = self.list.iter().position(|one| one.id == id)?;
        let one = self.list.remove(position);
        self.settle();
        let fired = Fired { id, fault: one.spec.fault, drawn: 0 };
        Some(if one.active { Removed::Active(fired) } else { Removed::Idle })
    }

    /// Whether nothing can happen any more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    fn settle(&mut self) {
        self.quiet = self.list.iter().all(One::is_over);
    }

    /// When time next begins or ends something.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        if self.quiet {
            return None;
        }
        self.list.iter().flat_map(|one| [one.due, one.until]).flatten().min()
    }

    /// What has come to its end by now.
    pub(crate) fn ended(&mut self, now: Timestamp) -> Vec<Fired> {
        let mut ended = Vec::new();
        for one in &mut self.list {
            if one.until.is_some_and(|until| until <= now) {
                (one.active, one.until) = (false, None);
                ended.push(Fired { id: one.id, fault: one.spec.fault.clone(), drawn: 0 });
            }
        }
        self.settle();
        ended
    }

    /// What begins by now.
    pub(crate) fn begun(&mut self, now: Timestamp) -> Vec<Fired> {
        let due = self.list.iter_mut().filter(|one| one.due.is_some_and(|due| due <= now));
        let begun = due.map(|one| one.fire(now)).collect();
        self.settle();
        begun
    }

    /// What a message sets off, in the order of the script.
    pub(crate) fn seen(&mut self, seen: &Seen<'_>, now: Timestamp) -> Vec<Fired> {
        let mut fired = Vec::new();
        for one in &mut self.list {
            if !one.is_waiting() || !one.matches(seen) {
                continue;
            }
            one.matched = one.matched.saturating_add(1);
            let when = &one.spec.when;
            if one.matched < when.nth.map_or(1, NonZeroU32::get) {
                continue;
            }
            let happens = when.chance.is_none_or(|chance| chance.includes(one.chances.random_range(0..1_000_000)));
            if happens {
                fired.push(one.fire(now));
            }
        }
        if !fired.is_empty() {
            self.settle();
        }
        fired
    }

    /// What goes on.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Fault> {
        self.list.iter().filter(|one| one.active).map(|one| &one.spec.fault)
    }

    /// A length between the two that the first slow preview going on gives, if one does.
    pub(crate) fn what_if_takes(&mut self) -> Option<Length> {
        self.list.iter_mut().filter(|one| one.active).find_map(|one| {
            let Fault::SlowWhatIf { min, max, .. } = &one.spec.fault else {
                return None;
            };
            let (low, high) = (min.as_millis(), max.as_millis().max(min.as_millis()));
            let drawn = one.chances.random_range(low..=high);
            Some(Length::from_millis(u32::try_from(drawn).unwrap_or(u32::MAX)))
        })
    }

    /// All of them for the control API.
    pub(crate) fn views(&self) -> Vec<FaultView<'_>> {
        self.list.iter().map(One::view).collect()
    }
}
