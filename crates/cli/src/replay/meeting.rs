//! Slots at which something goes wrong: it is brought about at its moment, and got over.

use super::drive::{Stage, is_with_the_broker, out_of_range, untold};
use super::mishap::{Mishap, pick};
use crate::failure::Failure;
use crate::rehearsal::until_ready;
use crate::run::gateway::Gateway;
use crate::run::place::{LeaseHolder, lease_holder};
use domain::looping::execution::order_keys;
use domain::looping::run::TradeRun;
use domain::looping::schedule::Slot;
use engine::Clock as _;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// With something wrong a run may wait for time to pass; it gets some after so long a silence.
const SILENCE: Duration = Duration::from_millis(400);
/// So much of it at once.
const STRIDE: SignedDuration = SignedDuration::from_secs(5);
/// Behind the close more, up to the end of everything that waits for the auction.
const LATE_STRIDE: SignedDuration = SignedDuration::from_mins(1);
const LATE: SignedDuration = SignedDuration::from_mins(20);
/// For a process that has vanished to let go of its journal.
/// A question that was under way holds it until it is given up.
const GONE_WITHIN: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(10);
const REFUSAL: i32 = 201;

impl Stage {
    /// Goes through a slot at which something goes wrong.
    pub(super) async fn meet(&mut self, mishap: Mishap, slot: &Slot) -> Result<(), Failure> {
        match mishap {
            Mishap::CrashBefore => {
                self.crash().await?;
                self.rise().await?;
            }
            Mishap::Absence => {
                self.crash().await?;
                return Ok(());
            }
            Mishap::Refusal => {
                let nth = 1 + pick(self.seed, &slot.key, "nth", 5);
                let when = json!({"message": "place_order", "nth": nth});
                let reject =
                    json!({"reject": {"code": REFUSAL, "message": "Order rejected - reason: as the replay wanted"}});
                self.fault(json!({"when": when, "do": reject})).await?;
            }
            Mishap::Halt => {
                let halt = json!({"symbol": self.victim(slot), "halted": true});
                self.market.ask(Method::POST, "/halt", Some(halt)).await.map(drop)?;
            }
            Mishap::Stale => {
                self.fault(json!({"when": {}, "do": {"freeze_data": {"symbol": self.victim(slot)}}})).await?;
            }
            Mishap::CrashAmid
            | Mishap::CrashBehind
            | Mishap::Cut
            | Mishap::Takeover
            | Mishap::TakeoverAmid
            | Mishap::CutAmid => {}
        }
        let other = if mishap.needs_another() { Some(self.start().await?) } else { None };
        self.approach(slot).await?;
        let close = slot.session.close;
        match (mishap, other) {
            (Mishap::CrashAmid, _) => {
                self.in_time(slot, close, has_begun).await?;
                self.crash().await?;
                self.rise().await?;
                self.in_time(slot, close, is_with_the_broker).await
            }
            (Mishap::CutAmid, _) => {
                self.in_time(slot, close, has_begun).await?;
                self.cut().await?;
                self.in_time(slot, close, is_with_the_broker).await
            }
            (Mishap::TakeoverAmid, Some(other)) => {
                self.in_time(slot, close, has_begun).await?;
                self.hand_over(other).await?;
                self.in_time(slot, close, is_with_the_broker).await
            }
            (mishap, other) => {
                self.in_time(slot, close, is_with_the_broker).await?;
                match (mishap, other) {
                    (_, Some(other)) => self.hand_over(other).await,
                    (Mishap::CrashBehind, None) => self.crash().await,
                    (Mishap::Cut, None) => self.cut().await,
                    (_, None) => Ok(()),
                }
            }
        }
    }

    /// The process that writes ends without a word, and the one that stands by goes on.
    async fn hand_over(&mut self, other: Gateway) -> Result<(), Failure> {
        if let Some(first) = self.gateway.take() {
            first.vanish().await;
        }
        until_ready(&other, "the second gateway of the replay").await?;
        self.gateway = Some(other);
        Ok(())
    }

    /// Behind the close: whoever is down is started, whatever goes wrong still ends, and the run comes to its end.
    pub(super) async fn get_over(&mut self, mishap: Mishap, slot: &Slot) -> Result<(), Failure> {
        if self.gateway.is_none() {
            self.rise().await?;
        }
        if mishap == Mishap::Halt {
            let halt = json!({"symbol": self.victim(slot), "halted": false});
            self.market.ask(Method::POST, "/halt", Some(halt)).await.map(drop)?;
        }
        let faults = self.market.ask(Method::GET, "/faults", None).await?;
        for id in faults.as_array().into_iter().flatten().filter_map(|one| one.get("id").and_then(Value::as_u64)) {
            self.market.ask(Method::DELETE, &format!("/faults/{id}"), None).await.map(drop)?;
        }
        if mishap == Mishap::Absence {
            return self.until_noted(slot).await;
        }
        let end = slot.session.close.checked_add(LATE).map_err(|error| out_of_range(&error))?;
        self.in_time(slot, end, |_, run| run.state.is_final()).await
    }

    /// Lets a run come so far, and time pass where it waits for it, until then at most.
    async fn in_time(
        &self,
        slot: &Slot,
        end: Timestamp,
        there: impl Fn(&Self, &TradeRun) -> bool,
    ) -> Result<(), Failure> {
        loop {
            if self.comes(&slot.run, &there, SILENCE).await? {
                return Ok(());
            }
            let now = self.clock.now();
            let stride = if now < slot.session.close { STRIDE } else { LATE_STRIDE };
            let next = now.checked_add(stride).map_err(|error| out_of_range(&error))?;
            if next >= end {
                // The close is there for the next step; behind it there is nothing left to wait for.
                return if now < slot.session.close { Ok(()) } else { Err(self.stuck(&slot.run)) };
            }
            self.go_to(next).await?;
        }
    }

    /// Waits until a slot that passed unattended is noted.
    async fn until_noted(&self, slot: &Slot) -> Result<(), Failure> {
        let mut head = self.desk()?.follow(&self.by, None).map_err(|fault| untold(&fault))?.head();
        loop {
            head.mark_unchanged();
            if self.book()?.slots.contains_key(&slot.key) {
                return Ok(());
            }
            if !matches!(tokio::time::timeout(GONE_WITHIN, head.changed()).await, Ok(Ok(()))) {
                return Err(self.stuck(&slot.run));
            }
        }
    }

    /// The process ends without a word, and its journal is let go of.
    async fn crash(&mut self) -> Result<(), Failure> {
        let Some(gateway) = self.gateway.take() else { return Ok(()) };
        gateway.vanish().await;
        let free = async {
            loop {
                match lease_holder(&self.config.data_dir) {
                    Ok(LeaseHolder::Never | LeaseHolder::Free) => return,
                    Ok(LeaseHolder::Process(_)) | Err(_) => {
                        // tidy: sleep — the lock is looked at, not told
                        tokio::time::sleep(LOOK_EVERY).await;
                    }
                }
            }
        };
        tokio::time::timeout(GONE_WITHIN, free).await.map_err(|_late| {
            Failure::unavailable("a gateway of the replay vanished and holds its journal", "report this")
        })
    }

    async fn cut(&self) -> Result<(), Failure> {
        self.market.ask(Method::POST, "/connections/drop", None).await.map(drop)
    }

    async fn fault(&self, spec: Value) -> Result<(), Failure> {
        self.market.ask(Method::POST, "/faults", Some(spec)).await.map(drop)
    }

    /// The instrument that it happens to.
    fn victim(&self, slot: &Slot) -> String {
        let universe = &self.settings.decisions.universe;
        let place = pick(self.seed, &slot.key, "victim", universe.len());
        universe.iter().nth(place).cloned().unwrap_or_default()
    }
}

/// Whether a part of a run's orders was sent, or none will be.
fn has_begun(stage: &Stage, run: &TradeRun) -> bool {
    run.state.is_final() || order_keys(run).iter().any(|key| stage.order(key).is_some())
}
