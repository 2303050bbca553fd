//! What each step of a plan does.

use crate::checks::{Violation, key_of};
use crate::plan::{Step, Trouble};
use crate::run::Run;
use crate::world::{self, Ask};
use domain::approval::ApprovalStatus;
use domain::id::ClOrdId;
use domain::lifecycle::OrdStatus;
use domain::order::{Amendment, OrderType, Tif};
use domain::trading_state::TradingState;
use jiff::SignedDuration;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// What a large order is worth.
const ORDER_NOTIONAL: i64 = 23_500;

impl Run {
    pub(crate) fn take(&mut self, step: &Step) -> Result<(), Violation> {
        match *step {
            Step::Submit { by_bot, ask } => self.submit(by_bot, ask),
            Step::Repeat { pick } => self.again(pick, false),
            Step::Conflict { pick } => self.again(pick, true),
            Step::Replace { pick, qty_percent, cents } => self.replace(pick, qty_percent, cents),
            Step::Cancel { pick } => self.cancel(pick),
            Step::CancelAll => self.with_holder(|run, at| run.processes[at].cancel_all(&run.ears, world::alice())),
            Step::Decide { pick, yes, twice } => self.decide(pick, yes, twice),
            Step::Kill { ask, after_ms } => {
                self.submit(false, ask);
                self.pass(i64::from(after_ms))?;
                self.with_holder(|run, at| {
                    run.processes[at].set_state(&run.ears, world::bot(), TradingState::Halted);
                });
            }
            Step::Lift => self.lift(),
            Step::Resolve => self.resolve(),
            Step::Pass { ms } => return self.pass(i64::from(ms)),
            Step::Leap { minutes } => self.leap(minutes),
            Step::Crowd { stock } => self.crowd(stock)?,
            Step::Untold { stock } => self.untold(stock)?,
            Step::Unended { stock } => return self.unended(stock),
            Step::Weekend { stock, buys } => return self.weekend(stock % world::STOCKS.len(), buys),
            Step::Skew { seconds } => {
                self.did("clock jump");
                self.ground.clock.set_skew(SignedDuration::from_secs(i64::from(seconds)));
            }
            Step::Correct { pick, cents } => {
                if self.broker.correct(pick, cents) {
                    self.did("trade corrected");
                }
            }
            Step::DenyCancels { count } => {
                self.did("cancel refused");
                self.broker.deny_cancels += count;
            }
            Step::SecondPermId { pick } => self.second_perm_id(pick),
            Step::Move { stock, percent } => self.move_market(stock, percent),
            Step::Fill { pick } => self.fill(pick),
            Step::Manual { stock, buys, qty } => self.broker.enter_manual(stock, buys, qty),
            Step::Lie { pick, what, salt } => self.lie(pick, what, salt)?,
            Step::Trouble(trouble) => self.fail(trouble),
        }
        self.pass(6)
    }

    fn fail(&mut self, trouble: Trouble) {
        let now = self.now();
        let after = |ms: u32| now + SignedDuration::from_millis(i64::from(ms));
        match trouble {
            Trouble::Cut { still } => {
                self.did("line cut");
                self.broker.cut_all(still);
            }
            Trouble::BreakWrites { count } => {
                self.did("write broken");
                self.with_holder(|run, at| run.processes[at].link.break_writes = count);
            }
            Trouble::LoseEnds { count } => {
                self.did("end of a list lost");
                self.broker.lose_ends += count;
            }
            Trouble::Silence { count } => {
                self.did("acknowledgement lost");
                self.broker.silent += count;
            }
            Trouble::Restart { low, down_ms } => {
                self.did("Gateway restart");
                self.broker.fall(low);
                self.rise_at = Some(after(down_ms));
            }
            Trouble::Blackout { down_ms, power } => {
                self.did("Gateway and gateway restart");
                self.broker.fall(true);
                self.rise_at = Some(after(down_ms));
                self.kill_process(power);
            }
            Trouble::Offline { ms, lost } => {
                self.did("1100");
                self.broker.go_offline();
                self.online_at = Some((after(ms), lost));
            }
            Trouble::FarmAway { ms } => {
                self.did("farm away");
                self.broker.lose_farm();
                self.farm_back_at = Some(after(ms));
            }
            Trouble::Crash { power } => {
                self.did(if power { "power lost" } else { "gateway killed" });
                self.kill_process(power);
            }
            Trouble::Stop => self.stop(),
            Trouble::JournalFault { ahead, fault, die, power } => {
                self.did(match fault {
                    store::Fault::BeforeCommit => "journal fault before commit",
                    store::Fault::InsideCommit => "journal fault inside commit",
                    store::Fault::AfterCommit => "journal fault after commit",
                });
                self.ground.disk.fail(ahead, fault);
                self.may_end = true;
                self.power_fails = power;
                self.dies(die);
            }
            Trouble::Usurp { after_ms } => self.usurp(after_ms),
            Trouble::Wake => self.wake(),
        }
    }

    pub(crate) fn with_holder(&mut self, act: impl FnOnce(&mut Self, usize)) {
        if self.holder().is_some() {
            act(self, self.processes.len() - 1);
        }
    }

    /// Offsets become prices beside the touch: a buyer's below the ask, a seller's above the bid.
    fn priced(&mut self, ask: Ask) -> Ask {
        let Some(offset) = ask.limit_cents else { return ask };
        let (bid, touch_ask) = self.broker.touch(ask.stock);
        let touch = if ask.buys { touch_ask } else { bid };
        let cents = touch.and_then(|price| (price * Decimal::ONE_HUNDRED).to_i64()).unwrap_or(10_000);
        Ask { limit_cents: Some(if ask.buys { cents + offset } else { cents - offset }), ..ask }
    }

    pub(crate) fn submit(&mut self, by_bot: bool, ask: Ask) {
        let ask = self.priced(ask);
        let key = format!("k-{}", self.asked.len() + 1);
        self.asked.push((key.clone(), ask, by_bot));
        self.with_holder(|run, at| {
            let by = if by_bot { world::bot() } else { world::alice() };
            run.processes[at].submit(&run.ears, by, world::intent(&key, &ask));
        });
    }

    fn again(&mut self, pick: usize, other: bool) {
        let Some((key, mut ask, by_bot)) = self.asked.get(pick % self.asked.len().max(1)).cloned() else { return };
        if other {
            ask.qty += 1;
        }
        // Whoever asks first under a key decides what it means; a conflict must not become the first.
        let known = self.ground.truth.read().book.request_under(&world::lit::<ClOrdId>(&key)).is_some();
        if other && !known {
            return;
        }
        self.with_holder(|run, at| {
            let by = if by_bot { world::bot() } else { world::alice() };
            run.processes[at].submit(&run.ears, by, world::intent(&key, &ask));
        });
    }

    /// A key of an order that is in one of these states.
    fn pick(&self, pick: usize, fits: impl Fn(OrdStatus) -> bool) -> Option<ClOrdId> {
        let state = self.ground.truth.read();
        let keys: Vec<&ClOrdId> =
            state.book.open_orders().filter(|order| fits(order.status)).map(|order| &order.intent.cl_ord_id).collect();
        keys.get(pick % keys.len().max(1)).copied().cloned()
    }

    fn replace(&mut self, pick: usize, qty_percent: i64, cents: i64) {
        if let Some(key) = self.pick(pick, |status| status == OrdStatus::Working) {
            self.change(key, qty_percent, cents);
        }
    }

    pub(crate) fn change(&mut self, key: ClOrdId, qty_percent: i64, cents: i64) {
        let (qty, order_type, tif) = {
            let state = self.ground.truth.read();
            let Some(order) = state.book.orders.get(&key) else { return };
            let qty = (order.intent.qty.get() * Decimal::new(qty_percent, 2)).round().max(Decimal::ONE);
            (qty, order.intent.order_type, order.intent.tif)
        };
        let OrderType::Limit { limit } = order_type else { return };
        let price = (limit.get() + Decimal::new(cents, 2)).max(Decimal::ONE);
        let to = Amendment {
            qty: world::lit(&qty.to_string()),
            order_type: OrderType::Limit { limit: world::lit(&price.to_string()) },
            tif,
        };
        self.changes += 1;
        let change: ClOrdId = world::lit(&format!("r-{}", self.changes));
        self.with_holder(|run, at| run.processes[at].replace(&run.ears, world::alice(), key, change, to));
    }

    fn cancel(&mut self, pick: usize) {
        let Some(key) = self.pick(pick, |_| true) else { return };
        self.changes += 1;
        let change: Option<ClOrdId> = pick.is_multiple_of(2).then(|| world::lit(&format!("c-{}", self.changes)));
        self.with_holder(|run, at| run.processes[at].cancel(&run.ears, world::alice(), key, change));
    }

    fn decide(&mut self, pick: usize, yes: bool, twice: bool) {
        let id = {
            let state = self.ground.truth.read();
            let waiting: Vec<_> = state
                .book
                .approvals
                .values()
                .filter(|one| one.status == ApprovalStatus::Pending)
                .map(|one| one.id.clone())
                .collect();
            waiting.get(pick % waiting.len().max(1)).cloned()
        };
        let Some(id) = id else { return };
        self.with_holder(|run, at| {
            run.processes[at].decide(&run.ears, world::bob(), id.clone(), yes);
            if twice {
                run.processes[at].decide(&run.ears, world::alice(), id, yes);
            }
        });
    }

    pub(crate) fn lift(&mut self) {
        self.checks.lifting();
        self.with_holder(|run, at| run.processes[at].set_state(&run.ears, world::alice(), TradingState::Active));
    }

    /// People look at the broker: what it does not have is dead, and what is halted was looked at.
    pub(crate) fn resolve(&mut self) {
        let ledger = self.broker.ledger();
        let there: Vec<ClOrdId> = ledger.iter().filter_map(key_of).collect();
        // A person knows the statements of earlier days, too.
        let was_there = |key: &ClOrdId| there.contains(key) || self.checks.has_seen(key);
        let keys: Vec<ClOrdId> = {
            let state = self.ground.truth.read();
            let halted = |order: &domain::book::OrderRecord| {
                order.contract.as_ref().is_some_and(|one| state.book.halted_instruments.contains_key(&one.con_id))
            };
            // What is said of an order is said of its whole group.
            let doubtful: Vec<ClOrdId> = state
                .book
                .open_orders()
                .filter(|order| order.status.is_unknown() && !self.lies)
                .filter(|order| order.status != OrdStatus::Missing || was_there(&order.intent.cl_ord_id))
                .map(|order| order.intent.cl_ord_id.group())
                .collect();
            let orders = state.book.orders.values().filter(|order| !doubtful.contains(&order.intent.cl_ord_id.group()));
            // Where the broker lies a person may be wrong, too.
            let dead = |order: &&std::sync::Arc<domain::book::OrderRecord>| {
                order.status == OrdStatus::Missing || self.lies && order.status.is_unknown()
            };
            let due = orders.filter(|order| dead(order) || halted(order));
            due.map(|order| order.intent.cl_ord_id.clone()).collect()
        };
        for key in keys {
            self.with_holder(|run, at| run.processes[at].resolve(&run.ears, world::alice(), key));
        }
    }

    fn leap(&mut self, minutes: u32) {
        self.did("machine slept");
        self.ground.clock.pass(SignedDuration::from_mins(i64::from(minutes)));
    }

    /// Each a little below the limit of one order, far from the market, in three stocks since an unknown order blocks its own.
    fn crowd(&mut self, first: usize) -> Result<(), Violation> {
        self.did("acknowledgement lost");
        self.broker.silent += 1;
        for nth in 0..world::STOCKS.len() {
            let stock = (first + nth) % world::STOCKS.len();
            let price = self.broker.touch(stock).1.unwrap_or(Decimal::ONE_HUNDRED);
            let qty = (Decimal::from(ORDER_NOTIONAL) / price).to_i64().unwrap_or(1);
            let (limit_cents, tif) = (Some(-300), Tif::Gtc);
            self.submit(false, Ask { stock, buys: true, qty, limit_cents, tif, exits_cents: None });
            self.pass(40)?;
        }
        Ok(())
    }

    /// What is filled counts, told by a trade or by a status alone.
    fn untold(&mut self, stock: usize) -> Result<(), Violation> {
        self.did("trade told by its status alone");
        self.broker.mute_trades = true;
        let stock = stock % world::STOCKS.len();
        let price = self.broker.touch(stock).1.unwrap_or(Decimal::ONE_HUNDRED);
        let qty = (Decimal::from(ORDER_NOTIONAL) / price).to_i64().unwrap_or(1).min(200);
        for _ in 0..3 {
            self.submit(
                false,
                Ask { stock, buys: true, qty, limit_cents: Some(100), tif: Tif::Day, exits_cents: None },
            );
            self.pass(40)?;
        }
        self.broker.mute_trades = false;
        Ok(())
    }

    /// What the next day's lists do not tell any more: a fill that nobody heard of, and no position that would betray it.
    fn weekend(&mut self, stock: usize, buys: bool) -> Result<(), Violation> {
        self.did("fill that no list tells");
        self.submit(false, Ask { stock, buys, qty: 5, limit_cents: None, tif: Tif::Day, exits_cents: None });
        let key = self.asked.last().map(|(key, ..)| world::lit::<ClOrdId>(key));
        self.pass(12)?;
        // What was written arrives; whoever wrote it hears no more.
        self.broker.cut_all(usize::MAX);
        self.broker.fall(false);
        self.pass(1_500)?;
        let ledger = self.broker.ledger();
        if let Some(filled) =
            ledger.iter().find(|order| key_of(order) == key).and_then(|order| order.filled_qty.to_i64())
            && filled > 0
        {
            self.broker.enter_manual(stock, !buys, filled);
        }
        self.pass(1_500)?;
        self.leap(1_440);
        self.broker.rise();
        self.pass(6)
    }

    fn stop(&mut self) {
        self.did("orderly restart");
        let Some(mut process) = self.processes.pop() else { return };
        if !process.paused {
            // A planned fault may strike right here; the journal tells.
            drop(process.stop(&mut self.broker));
        }
        if let Some(conn) = process.link.conn() {
            self.broker.cut(conn, usize::MAX);
        }
        self.restart_at = Some(self.now() + SignedDuration::from_millis(100));
    }

    fn usurp(&mut self, after_ms: u32) {
        if !self.ground.disk.can_be_seized() || self.processes.len() != 1 || self.may_end {
            return;
        }
        self.did("gateway stopped, journal taken over");
        self.processes[0].paused = true;
        let silence = SignedDuration::from_millis(i64::try_from(world::LEASE_SILENCE.as_millis()).unwrap_or(i64::MAX));
        self.restart_at = Some(self.now() + silence);
        self.wake_at = Some(self.now() + silence + SignedDuration::from_millis(i64::from(after_ms) + 50));
    }

    fn second_perm_id(&mut self, pick: usize) {
        let live: Vec<i32> =
            self.broker.ledger().iter().filter(|order| key_of(order).is_some()).map(|order| order.order_id).collect();
        if let Some(order_id) = live.get(pick % live.len().max(1)) {
            self.did("second permId");
            self.broker.second_perm_id(*order_id);
        }
    }

    fn move_market(&mut self, stock: usize, percent: i64) {
        let (bid, _) = self.broker.touch(stock);
        if let Some(bid) = bid {
            self.broker.move_price(stock, (bid * Decimal::new(100 + percent, 2)).round_dp(2));
        }
    }

    /// The market goes to where a working order stands.
    fn fill(&mut self, pick: usize) {
        let ledger = self.broker.ledger();
        let live: Vec<_> =
            ledger.iter().filter(|order| order.limit_price.is_some() && order.filled_qty < order.total_qty).collect();
        let Some(order) = live.get(pick % live.len().max(1)) else { return };
        let stock = world::STOCKS.iter().position(|(_, con_id)| *con_id == order.con_id);
        if let (Some(stock), Some(price)) = (stock, order.limit_price) {
            self.broker.move_price(stock, price);
        }
    }
}
