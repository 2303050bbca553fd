//! Slots at which something goes wrong: it is brought about at its moment, and got over.

use super::drive::{Stage, grows, out_of_range, untold};
use super::mishap::{Met, Mishap, pick};
use super::sight::{Sight, has_begun, is_amid, is_amid_trades, is_checked, is_with_the_broker, works};
use crate::failure::Failure;
use crate::rehearsal::until_ready;
use crate::run::gateway::Gateway;
use crate::run::new_york;
use crate::run::place::{LeaseHolder, lease_holder};
use domain::broker_calendar::BrokerCalendar;
use domain::looping::order_plan::PlanLine;
use domain::looping::run::TradeRun;
use domain::looping::schedule::Slot;
use engine::Clock as _;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// With something wrong a run may wait for time to pass; it gets some after a silence of so many looks.
const SILENCE: u32 = 40;
/// So much of it at once, and four times as much each time the run has come no further, up to the most; prices age by it.
const STRIDE: SignedDuration = SignedDuration::from_secs(5);
const STRIDE_MAX: SignedDuration = SignedDuration::from_mins(2);
/// Behind the close more, up to the end of everything that waits for the auction: an order of unknown fate is waited for longest.
const LATE_STRIDE: SignedDuration = SignedDuration::from_mins(1);
const LATE: SignedDuration = SignedDuration::from_mins(30);
/// Behind the close of the broker's day.
const NIGHT: SignedDuration = SignedDuration::from_mins(10);
/// Looks that the gateway gets at it.
const LOOKS_MAX: usize = 10;
/// For the threads of a process that has vanished to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(30);
/// For a slot that passed unattended to be noted.
const NOTED_WITHIN: u32 = 3_000;
const LOOK_EVERY: Duration = Duration::from_millis(10);
const REFUSAL: i32 = 201;
/// Where on an order's way the connection is lost, and which order's it is at most.
const POINTS: [&str; 3] = ["before_read", "after_accept", "before_ack"];
const NTH_MAX: usize = 3;

impl Stage {
    /// Goes through a slot at which something goes wrong.
    pub(super) async fn meet(&mut self, mishap: Mishap, slot: &Slot) -> Result<Met, Failure> {
        let mut met = Met::new(mishap);
        match mishap {
            Mishap::CrashBefore => {
                met.occurred = self.crash().await?.is_some();
                self.rise().await?;
            }
            Mishap::Absence => {
                met.occurred = self.crash().await?.is_some();
                return Ok(met);
            }
            Mishap::Refusal => {
                let reject =
                    json!({"reject": {"code": REFUSAL, "message": "Order rejected - reason: as the replay wanted"}});
                self.fault(json!({"when": self.when_sending(slot), "do": reject})).await?;
            }
            Mishap::CutAmid => {
                let point = POINTS.get(pick(self.seed, &slot.key, "point", POINTS.len()));
                self.fault(json!({"when": self.when_sending(slot), "do": {"drop": point}})).await?;
            }
            Mishap::CrashFilling => {
                // Of the auction no more is heard than up to this order: a quick process would have heard of all of it.
                let drop = json!({"drop": "between_status_and_execution"});
                self.fault(json!({"when": self.when_sending(slot), "do": drop})).await?;
            }
            Mishap::Stale => {
                let victim = self.one_held(slot).await?;
                self.fault(json!({"when": {}, "do": {"freeze_data": {"symbol": victim}}})).await?;
                met.victim = Some(victim);
            }
            Mishap::CrashChecking
            | Mishap::CrashAmid
            | Mishap::CrashBehind
            | Mishap::Cut
            | Mishap::Takeover
            | Mishap::TakeoverAmid
            | Mishap::Halt => {}
        }
        let other = if mishap.needs_another() { Some(self.start().await?) } else { None };
        self.near(slot).await?;
        match mishap {
            Mishap::CrashChecking => met.occurred = self.crash_checking(slot).await?,
            Mishap::CrashAmid | Mishap::TakeoverAmid => met.occurred = self.end_amid(slot, other).await?,
            Mishap::CrashBefore
            | Mishap::CrashBehind
            | Mishap::CrashFilling
            | Mishap::Cut
            | Mishap::CutAmid
            | Mishap::Takeover
            | Mishap::Refusal
            | Mishap::Halt
            | Mishap::Stale
            | Mishap::Absence => {
                self.go_to(slot.at).await?;
                self.in_time(slot, slot.session.close, is_with_the_broker).await?;
                self.strike_working(&mut met, slot, other).await?;
            }
        }
        Ok(met)
    }

    /// With all orders at the broker.
    async fn strike_working(&mut self, met: &mut Met, slot: &Slot, other: Option<Gateway>) -> Result<(), Failure> {
        match met.mishap {
            Mishap::Takeover => {
                if let Some(other) = other {
                    met.occurred = self.hand_over(other).await?.shows(&slot.run, works)?;
                }
            }
            Mishap::CrashBehind => {
                if let Some(last) = self.crash().await? {
                    met.occurred = last.shows(&slot.run, works)?;
                }
            }
            Mishap::Cut => {
                met.occurred = self.sight()?.shows(&slot.run, works)?;
                self.market.ask(Method::POST, "/connections/drop", None).await.map(drop)?;
            }
            Mishap::Halt => {
                met.victim = self.one_ordered(slot)?;
                met.occurred = met.victim.is_some();
                if let Some(symbol) = &met.victim {
                    self.fault(json!({"when": {}, "do": {"halt": {"symbol": symbol}}})).await?;
                }
            }
            Mishap::CrashBefore
            | Mishap::CrashChecking
            | Mishap::CrashAmid
            | Mishap::CrashFilling
            | Mishap::CutAmid
            | Mishap::TakeoverAmid
            | Mishap::Refusal
            | Mishap::Stale
            | Mishap::Absence => {}
        }
        Ok(())
    }

    /// While the broker answers nothing, so that the run gets no further than to be looked at.
    async fn crash_checking(&mut self, slot: &Slot) -> Result<bool, Failure> {
        self.fault(json!({"when": {}, "do": {"never_answers": {}}})).await?;
        self.go_to(slot.at).await?;
        self.until(&slot.run, |_, _| true).await?;
        let last = self.crash().await?;
        self.lift_faults().await?;
        self.rise().await?;
        self.in_time(slot, slot.session.close, is_with_the_broker).await?;
        last.map_or(Ok(false), |last| last.shows(&slot.run, is_checked))
    }

    /// As soon as one of the run's orders was sent.
    async fn end_amid(&mut self, slot: &Slot, other: Option<Gateway>) -> Result<bool, Failure> {
        self.go_to(slot.at).await?;
        self.in_time(slot, slot.session.close, has_begun).await?;
        let last = if let Some(other) = other {
            Some(self.hand_over(other).await?)
        } else {
            let last = self.crash().await?;
            self.rise().await?;
            last
        };
        self.in_time(slot, slot.session.close, is_with_the_broker).await?;
        last.map_or(Ok(false), |last| last.shows(&slot.run, is_amid))
    }

    /// The process that writes ends without a word, and the one that stands by goes on; what the first one knew.
    async fn hand_over(&mut self, other: Gateway) -> Result<Sight, Failure> {
        let last = self.sight()?;
        if let Some(first) = self.gateway.take() {
            first.vanish().await;
        }
        until_ready(&other, "the second gateway of the replay").await?;
        self.gateway = Some(other);
        Ok(last)
    }

    /// Behind the close: whoever is down is started, whatever goes wrong still ends, and the run comes to its end.
    pub(super) async fn get_over(&mut self, mut met: Met, slot: &Slot) -> Result<Met, Failure> {
        if met.mishap == Mishap::CrashFilling {
            // The line is cut amid the trades; what came over it before is to be heard, and no more.
            self.comes(&slot.run, &is_amid_trades, SILENCE).await?;
            if let Some(last) = self.crash().await? {
                met.occurred = last.shows(&slot.run, is_amid_trades)?;
            }
        }
        if self.gateway.is_none() {
            self.rise().await?;
        }
        if self.lift_faults().await? && matches!(met.mishap, Mishap::Refusal | Mishap::CutAmid) {
            met.occurred = true;
        }
        if met.mishap == Mishap::Absence {
            self.until_noted(slot).await?;
            return Ok(met);
        }
        let end = slot.session.close.checked_add(LATE).map_err(|error| out_of_range(&error))?;
        self.in_time(slot, end, |_, run| run.state.is_final()).await?;
        if met.mishap == Mishap::Stale {
            let was_to_be_priced = |_: &Sight, run: &TradeRun| {
                // A run without a decision asks for no price, and one that lacks a price may have no plan.
                let names = |line: &PlanLine| Some(&line.symbol) == met.victim.as_ref();
                run.order.decision.is_some() && run.plan.as_ref().is_none_or(|plan| plan.lines.iter().any(names))
            };
            met.occurred = self.sight()?.shows(&slot.run, was_to_be_priced)?;
        }
        self.live_through_the_night(slot).await?;
        Ok(met)
    }

    /// That an order which no list shows is dead is proven behind the close of the broker's day, and before the broker forgets its
    /// trades at midnight: a gateway lives to see it.
    async fn live_through_the_night(&self, slot: &Slot) -> Result<(), Failure> {
        let is_unclear =
            |sight: &Sight, run: &TradeRun| sight.orders(run).iter().any(|order| order.status.is_unknown());
        let close = BrokerCalendar::ibkr(new_york()?).close_after(slot.session.close);
        let mut night = close.unwrap_or(slot.session.close).checked_add(NIGHT).map_err(|error| out_of_range(&error))?;
        for _ in 0..LOOKS_MAX {
            if !self.sight()?.shows(&slot.run, is_unclear)? {
                return Ok(());
            }
            self.go_to(night).await?;
            self.compares(night).await?;
            night = night.checked_add(NIGHT).map_err(|error| out_of_range(&error))?;
        }
        Ok(())
    }

    /// Ends every fault; whether one of them happened.
    async fn lift_faults(&self) -> Result<bool, Failure> {
        let mut fired = false;
        let faults = self.market.ask(Method::GET, "/faults", None).await?;
        for one in faults.as_array().into_iter().flatten() {
            let number = |name: &str| one.get(name).and_then(Value::as_u64);
            fired |= number("fired").is_some_and(|times| times > 0);
            if let Some(id) = number("id") {
                self.market.ask(Method::DELETE, &format!("/faults/{id}"), None).await.map(drop)?;
            }
        }
        Ok(fired)
    }

    /// Lets a run come so far, and time pass where it waits for it, until then at most.
    async fn in_time(
        &self,
        slot: &Slot,
        end: Timestamp,
        there: impl Fn(&Sight, &TradeRun) -> bool,
    ) -> Result<(), Failure> {
        let mut stride = STRIDE;
        let mut before = None;
        loop {
            if self.comes(&slot.run, &there, SILENCE).await? {
                return Ok(());
            }
            let now = self.clock.now();
            let standing = self.sight()?.standing(&slot.run)?;
            stride = if now >= slot.session.close {
                LATE_STRIDE
            } else if before.replace(standing.clone()).is_none_or(|before| before != standing) {
                STRIDE
            } else {
                // What has waited for long waits for minutes, not for seconds: each look costs a silence of real time.
                stride.saturating_mul(4).min(STRIDE_MAX)
            };
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
        let sight = self.sight()?;
        let mut head = sight.desk.follow(&self.by, None).map_err(|fault| untold(&fault))?.head();
        loop {
            head.mark_unchanged();
            if sight.book()?.slots.contains_key(&slot.key) {
                return Ok(());
            }
            if !grows(&mut head, NOTED_WITHIN).await {
                return Err(self.stuck(&slot.run));
            }
        }
    }

    /// The process ends without a word, and its journal is let go of; what it knew. None where it was down.
    async fn crash(&mut self) -> Result<Option<Sight>, Failure> {
        let Some(gateway) = self.gateway.take() else { return Ok(None) };
        let last = Sight { desk: gateway.desk(), by: self.by.clone() };
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
        match tokio::time::timeout(GONE_WITHIN, free).await {
            Ok(()) => Ok(Some(last)),
            Err(_late) => {
                Err(Failure::unavailable("a gateway of the replay vanished and holds its journal", "report this"))
            }
        }
    }

    async fn fault(&self, spec: Value) -> Result<(), Failure> {
        self.market.ask(Method::POST, "/faults", Some(spec)).await.map(drop)
    }

    /// At one of a run's first orders.
    fn when_sending(&self, slot: &Slot) -> Value {
        json!({"message": "place_order", "nth": 1 + pick(self.seed, &slot.key, "nth", NTH_MAX)})
    }

    /// An instrument that the account holds, so that no plan can do without its price; any while it holds nothing.
    async fn one_held(&self, slot: &Slot) -> Result<String, Failure> {
        let held: Vec<String> = self.held().await?.into_iter().map(|(symbol, _)| symbol).collect();
        let universe: Vec<String> = self.settings.decisions.universe.iter().cloned().collect();
        let some = if held.is_empty() { universe } else { held };
        Ok(self.one_of(slot, some).unwrap_or_default())
    }

    /// An instrument with an order at the broker.
    fn one_ordered(&self, slot: &Slot) -> Result<Option<String>, Failure> {
        let sight = self.sight()?;
        let book = sight.book()?;
        let orders = book.run(&slot.run).map(|run| sight.orders(run)).unwrap_or_default();
        let open = orders.into_iter().filter(|order| !order.status.is_final());
        Ok(self.one_of(slot, open.filter_map(|order| Some(order.contract?.symbol.clone())).collect()))
    }

    fn one_of(&self, slot: &Slot, symbols: Vec<String>) -> Option<String> {
        let place = pick(self.seed, &slot.key, "victim", symbols.len());
        symbols.into_iter().nth(place)
    }
}
