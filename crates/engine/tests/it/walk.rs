//! Long random walks, the same for the same seed: orders, answers that get lost, lines that break, processes that die.
//! At the end journal and broker must agree about every order.

use crate::support::*;
use domain::id::Leg;
use domain::lifecycle::OrdStatus;
use domain::trading_state::{KillScope, TradingState};
use engine::desk::Desk as _;
use jiff::SignedDuration;
use rust_decimal::Decimal;
use std::time::Duration;

const STEPS: u32 = 60;

/// A small generator of numbers (`SplitMix64`); its seed is the scenario's name.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let len = u64::try_from(from.len()).unwrap();
        (len > 0).then(|| from[usize::try_from(self.roll(len)).unwrap()].clone())
    }
}

struct Walk {
    rig: Rig,
    dice: Dice,
    up: bool,
    orders: u32,
    trades: u32,
    changes: u32,
    did: Vec<String>,
}

impl Walk {
    /// Keys of the orders that live at the broker.
    fn alive(&self) -> Vec<String> {
        let over = |status: &str| matches!(status, "Filled" | "Cancelled");
        self.rig.broker.ledger().iter().filter(|o| !over(&o.status)).map(|o| o.cl_ord_id.to_string()).collect()
    }

    async fn step(&mut self) {
        let what = self.dice.roll(14);
        self.did.push(what.to_string());
        match what {
            0..=3 => self.submit().await,
            4 | 5 => self.acknowledge().await,
            6 | 7 => self.trade().await,
            8 => self.cancel().await,
            9 => self.change().await,
            10 => self.line().await,
            11 => self.die().await,
            12 => self.kill().await,
            _ => self.rig.pass(SignedDuration::from_secs(i64::try_from(self.dice.roll(8)).unwrap())),
        }
        self.rig.settle().await;
    }

    async fn submit(&mut self) {
        let modes =
            [OnSubmit::Write, OnSubmit::Write, OnSubmit::WriteSilently, OnSubmit::Swallow, OnSubmit::UnknownButPlaced];
        let mode = self.dice.pick(&modes).unwrap();
        self.rig.broker.on_submit(mode);
        self.orders += 1;
        let name = format!("k-{}", self.orders);
        self.did.push(format!("{name} {mode:?}"));
        let order = if self.dice.roll(3) == 0 { bracket(&name) } else { buy(&name) };
        // Refused, not ready or sent: whatever it is, the journal and the broker must agree at the end.
        drop(self.rig.submit(&alice(), order).await);
        self.rig.settle().await;
    }

    async fn acknowledge(&mut self) {
        if let Some(name) = self.dice.pick(&self.alive())
            && self.up
        {
            self.rig.broker.acknowledge(&name).await;
        }
    }

    async fn trade(&mut self) {
        let Some(name) = self.dice.pick(&self.alive()) else { return };
        let left = self.may_trade(&name);
        if left.is_zero() {
            return;
        }
        let part = if self.dice.roll(2) == 0 { left } else { dec("1") };
        self.trades += 1;
        let trade = self.rig.broker.trade(&name, &part.to_string(), &format!("e.{}.01", self.trades));
        let tied = self.tie(&name, part);
        if self.up && self.dice.roll(3) > 0 {
            self.rig.broker.executed(&trade).await;
            self.rig.broker.status(&name).await;
            self.tell(&tied).await;
        }
    }

    /// What of an order the broker may trade: of an exit no more than its entry opened and the exits have not closed.
    fn may_trade(&self, name: &str) -> Decimal {
        let placed = self.rig.broker.placed(name);
        let left = placed.intent.qty.get() - placed.filled;
        if !placed.cl_ord_id.is_exit() {
            return left;
        }
        let group = placed.cl_ord_id.group();
        let closed: Decimal =
            Leg::EXITS.map(|leg| self.rig.broker.placed(group.leg_key(leg).as_str()).filled).iter().sum();
        left.min(self.rig.broker.placed(group.as_str()).filled - closed)
    }

    /// What the broker does with the rest of a bracket after one of its orders traded `part` or ended; whom it tells of.
    fn tie(&self, name: &str, part: Decimal) -> Vec<String> {
        let (broker, mut tied) = (&self.rig.broker, Vec::new());
        let placed = broker.placed(name);
        if placed.intent.bracket.is_none() && !placed.cl_ord_id.is_exit() {
            return tied;
        }
        let entry = broker.placed(placed.cl_ord_id.group_str());
        for leg in Leg::EXITS {
            let key = entry.cl_ord_id.leg_key(leg);
            let exit = broker.placed(key.as_str());
            let sibling = placed.cl_ord_id.is_exit() && key != placed.cl_ord_id;
            let over = |status: &str| matches!(status, "Filled" | "Cancelled");
            if over(&exit.status) || !(sibling || entry.status == "Cancelled") {
                continue;
            }
            let qty = if sibling { exit.intent.qty.get() - part } else { exit.intent.qty.get().min(entry.filled) };
            broker.edit(key.as_str(), |order| match domain::money::Qty::new(qty) {
                Ok(left) if qty > order.filled => order.intent.qty = left,
                Ok(_) | Err(_) => "Cancelled".clone_into(&mut order.status),
            });
            tied.push(key.to_string());
        }
        tied
    }

    async fn tell(&self, names: &[String]) {
        for name in names {
            self.rig.broker.status(name).await;
        }
    }

    async fn cancel(&mut self) {
        let Some(name) = self.dice.pick(&self.alive()) else { return };
        let name = key(&name).group_str().to_owned();
        drop(self.rig.desk().cancel(&alice(), key(&name), None, None, Duration::ZERO).await);
        self.rig.settle().await;
        if !self.alive().contains(&name) {
            return;
        }
        match self.dice.roll(3) {
            0 if self.up => {
                self.rig.broker.canceled(&name).await;
                self.tell(&self.tie(&name, Decimal::ZERO)).await;
            }
            1 => {
                self.rig.broker.edit(&name, |order| "Cancelled".clone_into(&mut order.status));
                self.tie(&name, Decimal::ZERO);
            }
            _ => {}
        }
    }

    async fn change(&mut self) {
        let Some(name) = self.dice.pick(&self.alive()) else { return };
        self.changes += 1;
        let to = amend(&(11 + self.dice.roll(5)).to_string(), "99.9");
        let (seen, new_key) = (self.rig.broker.replaces().len(), key(&format!("r-{}", self.changes)));
        let told = self.rig.desk().replace(&alice(), key(&name), new_key, to, None, Duration::ZERO).await;
        if told_of(&told) != "UnderWay" {
            return;
        }
        self.rig.until("the broker has the change", || self.rig.broker.replaces().len() > seen).await;
        match self.dice.roll(4) {
            0 => self.rig.broker.error(&name, 104).await,
            1 => {}
            echo => {
                let changed = self.rig.broker.replaces().pop().unwrap();
                self.rig.broker.edit(&name, |order| order.intent = changed);
                if echo == 2 {
                    self.rig.broker.echo(&name).await;
                }
            }
        }
    }

    async fn line(&mut self) {
        if self.up {
            self.rig.broker.down().await;
        } else {
            let next = i64::try_from(self.dice.roll(3)).unwrap();
            self.rig.broker.up(next + 1).await;
        }
        self.up = !self.up;
    }

    async fn die(&mut self) {
        match self.dice.roll(3) {
            0 => drop(self.rig.stop().await),
            1 => self.rig.end().await,
            _ => self.rig.crash().await,
        }
        self.rig.boot();
        self.up = false;
    }

    async fn kill(&mut self) {
        for state in [TradingState::Halted, TradingState::Active] {
            self.rig.desk().set_trading_state(&alice(), KillScope::Global, state, "drill".to_owned()).await.unwrap();
            self.rig.settle().await;
        }
    }

    /// Unknown orders block the instrument; a human looks at the broker and says what is dead.
    async fn resolve(&mut self) {
        for cl_ord_id in self.rig.desk().status(&alice()).unwrap().unknown_orders {
            if self.rig.order(cl_ord_id.as_str()).status != OrdStatus::Missing {
                continue;
            }
            let there = self.rig.broker.ledger().iter().any(|order| order.cl_ord_id == cl_ord_id);
            assert!(!there, "{cl_ord_id} is held for missing, and the broker has it: {:?}", self.did);
            self.rig.desk().resolve(&alice(), cl_ord_id, "it is not in TWS".to_owned()).await.unwrap();
        }
    }

    async fn compare(&mut self) {
        if self.up {
            self.rig.broker.down().await;
        }
        self.rig.pass(SignedDuration::from_secs(30));
        self.rig.connect(1).await;
        self.rig.settle().await;
        // What anything happened to during the look, a repeated cancel's refusal for one, waits for the next.
        self.rig.pass(SignedDuration::from_secs(4));
        let ended = |placed: &Placed| matches!(placed.status.as_str(), "Filled" | "Cancelled");
        let is_known = |placed: Placed| self.rig.order(placed.cl_ord_id.as_str()).status.is_final();
        self.rig
            .until("what is over at the broker is over here", || {
                self.rig.broker.ledger().into_iter().filter(ended).all(is_known)
            })
            .await;
        self.resolve().await;
        let did = self.did.join(", ");
        for placed in self.rig.broker.ledger() {
            let order = self.rig.order(placed.cl_ord_id.as_str());
            let expected: &[OrdStatus] = match placed.status.as_str() {
                "Filled" => &[OrdStatus::Filled],
                "Cancelled" => &[OrdStatus::Canceled],
                _ => &[OrdStatus::Working, OrdStatus::PendingCancel],
            };
            let name = &placed.cl_ord_id;
            assert!(expected.contains(&order.status), "{name}: {:?} is not {}: {did}", order.status, placed.status);
            assert_eq!(order.cum_qty(), placed.filled, "{name}: {did}");
            assert_eq!(order.attempts.len(), 1, "{name}: {did}");
            if !order.status.is_final() && !name.is_exit() {
                assert_eq!(order.intent.qty, placed.intent.qty, "{name}: {did}");
                assert_eq!(order.pending_replace, None, "{name}: {did}");
            }
        }
        assert_eq!(self.rig.halted(), None, "{did}");
        let book = self.rig.log.book();
        let sent = book.orders.values().filter(|order| !order.attempts.is_empty());
        let lost = sent
            .filter(|order| !order.status.is_final())
            .filter(|order| !self.rig.broker.ledger().iter().any(|placed| placed.cl_ord_id == order.intent.cl_ord_id));
        assert_eq!(lost.count(), 0, "{did}");
    }
}

/// How many orders reached the broker, and how many exits of brackets traded there.
async fn walk(seed: u64) -> (usize, usize) {
    let rig = Rig::ready_with(|config| {
        config.policy.base.open_orders_max = 1_000;
        config.policy.base.open_orders_per_instrument_max = 1_000;
        config.policy.base.open_notional_max = dec("10000000");
        config.policy.base.messages_per_second_max = 1_000;
    })
    .await;
    let dice = Dice(seed);
    let mut walk = Walk { rig, dice, up: true, orders: 0, trades: 0, changes: 0, did: vec![format!("seed {seed}")] };
    for n in 0..STEPS {
        walk.step().await;
        if n % 10 == 9 {
            walk.compare().await;
            walk.up = true;
        }
    }
    walk.compare().await;
    let ledger = walk.rig.broker.ledger();
    let exits = ledger.iter().filter(|order| order.cl_ord_id.is_exit() && !order.filled.is_zero());
    (ledger.len(), exits.count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journal_and_broker_agree_after_every_walk() {
    let seeds: Vec<u64> = match std::env::var("TOLLGATE_WALK_SEEDS") {
        Ok(text) => (0..text.parse().unwrap()).collect(),
        Err(_) => (0..12).collect(),
    };
    let (mut placed, mut closed) = (0, 0);
    for seed in &seeds {
        let (orders, exits) = walk(*seed).await;
        placed += orders;
        closed += exits;
    }
    assert!(placed > 3 * seeds.len(), "only {placed} orders: the walks do too little");
    assert!(closed * 2 > seeds.len(), "only {closed} exits traded: the walks do too little");
}
