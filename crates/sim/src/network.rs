//! The wire between a gateway and IB Gateway: messages in order, each with the time at which it arrives, until the line is
//! cut. What is told unasked may be lost, doubled, swapped or late, as the seed has it; lists come whole or not at all.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;
use tws::model::{Reply, Request};

/// How bad the line is, in chances out of a thousand per message, and its longest ordinary delay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// Told unasked and lost.
    pub lose: u32,
    /// Told twice.
    pub double: u32,
    /// Told after the next one.
    pub swap: u32,
    /// The line stalls for up to two seconds.
    pub stall: u32,
    /// Milliseconds.
    pub delay_ms_max: u32,
}

/// What happened on the lines, for the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weathered {
    /// Messages lost.
    pub lost: u64,
    /// Messages doubled.
    pub doubled: u64,
    /// Messages swapped.
    pub swapped: u64,
    /// Messages that stalled the line.
    pub stalled: u64,
}

/// A message on its way to the gateway.
#[derive(Clone, Debug)]
pub struct Down {
    at: Timestamp,
    /// The message.
    pub reply: Reply,
    /// Part of a list that was asked for.
    pub listed: bool,
}

/// One connection's two directions.
#[derive(Debug)]
pub struct Wire {
    up: VecDeque<(Timestamp, Request)>,
    down: VecDeque<Down>,
    up_free: Timestamp,
    down_free: Timestamp,
}

impl Wire {
    /// Empty.
    pub fn new(now: Timestamp) -> Self {
        Self { up: VecDeque::new(), down: VecDeque::new(), up_free: now, down_free: now }
    }

    fn due(
        now: Timestamp,
        free: Timestamp,
        weather: &Weather,
        dice: &mut ChaCha8Rng,
        did: &mut Weathered,
    ) -> Timestamp {
        let mut delay = i64::from(dice.random_range(0..=weather.delay_ms_max));
        if dice.random_range(0..1_000) < weather.stall {
            delay += dice.random_range(0..2_000);
            did.stalled += 1;
        }
        free.max(now + SignedDuration::from_millis(delay))
    }

    /// The gateway writes.
    pub fn write(
        &mut self,
        now: Timestamp,
        request: Request,
        weather: &Weather,
        dice: &mut ChaCha8Rng,
        did: &mut Weathered,
    ) {
        self.up_free = Self::due(now, self.up_free, weather, dice, did);
        self.up.push_back((self.up_free, request));
    }

    /// IB Gateway tells.
    pub fn tell(
        &mut self,
        now: Timestamp,
        reply: Reply,
        listed: bool,
        weather: &Weather,
        dice: &mut ChaCha8Rng,
        did: &mut Weathered,
    ) {
        if !listed && dice.random_range(0..1_000) < weather.lose {
            did.lost += 1;
            return;
        }
        let twice = !listed && dice.random_range(0..1_000) < weather.double;
        self.down_free = Self::due(now, self.down_free, weather, dice, did);
        let message = Down { at: self.down_free, reply, listed };
        if twice {
            did.doubled += 1;
            self.down.push_back(message.clone());
        }
        let swap = !listed
            && dice.random_range(0..1_000) < weather.swap
            && self.down.back().is_some_and(|before| !before.listed);
        if swap && let Some(before) = self.down.pop_back() {
            did.swapped += 1;
            let (early, late) = (Down { at: before.at, ..message }, Down { at: self.down_free, ..before });
            self.down.push_back(early);
            self.down.push_back(late);
        } else {
            self.down.push_back(message);
        }
    }

    /// What has arrived at IB Gateway.
    pub fn arrived(&mut self, now: Timestamp) -> Option<Request> {
        self.up.pop_front_if(|(at, _)| *at <= now).map(|(_, request)| request)
    }

    /// What has arrived at the gateway.
    pub fn heard(&mut self, now: Timestamp) -> Option<Down> {
        self.down.pop_front_if(|message| message.at <= now)
    }

    /// When the next message arrives at either end.
    pub fn next_due(&self) -> Option<Timestamp> {
        let (up, down) = (self.up.front().map(|(at, _)| *at), self.down.front().map(|message| message.at));
        up.into_iter().chain(down).min()
    }

    /// The line is cut: what the gateway wrote last may still arrive, up to `still` messages.
    pub fn cut(&mut self, still: usize) -> Vec<Request> {
        self.down.clear();
        let mut rest: Vec<Request> = self.up.drain(..).map(|(_, request)| request).collect();
        rest.truncate(still);
        rest
    }
}
