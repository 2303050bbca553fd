//! No sequence of orders, changes, cancels, partial fills, rejects, unknown outcomes and restarts leads above a limit on a
//! sum. What is open, held and traded is counted from the broker's ledger, not from the engine's sums.

use crate::support::*;
use domain::change::ChangeOutcome;
use domain::lifecycle::OrdStatus;
use domain::mandate::MandateTerms;
use domain::mode::Mode;
use domain::order::{Amendment, OrderIntent, OrderType, Side, Tif};
use domain::policy::Policy;
use engine::Clock as _;
use engine::desk::{ChangeAnswer, Desk as _};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

/// The limit that is tight in a sequence; the others leave room, so that each is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tight {
    OpenOrders,
    PerSide,
    OrdersOfTheDay,
    Turnover,
    Position,
    PositionWorth,
    Capital,
    OpenNotional,
    Mandate,
}

const ALL: [Tight; 9] = [
    Tight::OpenOrders,
    Tight::PerSide,
    Tight::OrdersOfTheDay,
    Tight::Turnover,
    Tight::Position,
    Tight::PositionWorth,
    Tight::Capital,
    Tight::OpenNotional,
    Tight::Mandate,
];

impl Tight {
    /// The control that refuses when this one is reached; a mandate that is used up asks a human.
    fn code(self) -> &'static str {
        match self {
            Self::OpenOrders | Self::PerSide => "C30_OPEN_ORDERS",
            Self::OrdersOfTheDay | Self::Turnover => "C31_TURNOVER",
            Self::Position | Self::PositionWorth => "C28_POSITION",
            Self::Capital => "C27_CAPITAL",
            Self::OpenNotional => "C40_WORST_CASE",
            Self::Mandate => "C06_APPROVAL",
        }
    }

    fn policy(self) -> Policy {
        let large = dec("100000000");
        let mut policy = Policy::conservative();
        policy.look_alike_window_s = 0;
        policy.heartbeat_s_max = 1_000_000;
        policy.short_sales_allowed = true;
        policy.self_match_allowed = true;
        policy.rejects_max = 1_000;
        policy.cooldown_after = 1_000;
        policy.leverage_max = large;
        policy.margin_use_percent_max = large;
        policy.short_window_notional_max = large;
        policy.short_window_qty_max = large;
        policy.efficiency_messages_min = 100_000;
        policy.messages_per_second_max = 100_000;
        let limit = |one: Self, tight: &str| if self == one { dec(tight) } else { large };
        let count = |one: Self, tight: u32| if self == one { tight } else { 100_000 };
        policy.open_orders_max = count(Self::OpenOrders, 3);
        policy.open_orders_per_instrument_max = count(Self::PerSide, 2);
        policy.orders_day_max = count(Self::OrdersOfTheDay, 5);
        policy.turnover_day_max = limit(Self::Turnover, "5000");
        policy.position_qty_max = limit(Self::Position, "30");
        policy.position_notional_max = limit(Self::PositionWorth, "3500");
        policy.capital_gross_max = limit(Self::Capital, "3500");
        policy.open_notional_max = limit(Self::OpenNotional, "3500");
        policy.capital_net_max = large;
        policy.issuer_notional_max = large;
        policy.currency_notional_max = large;
        policy
    }
}

/// How an order reaches the broker.
#[derive(Clone, Copy, Debug)]
enum Way {
    Told,
    Silent,
    Unknown,
    Lost,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Submit { buys: bool, qty: u8, off: u8, way: Way },
    Acknowledge(u8),
    Fill(u8, u8),
    Replace { order: u8, qty: u8, off: u8 },
    TakeChange(u8),
    RefuseChange(u8),
    Cancel(u8),
    Canceled(u8),
    Reject(u8),
    Reconnect,
    Restart,
    LookAndResolve,
}

fn any_act() -> impl Strategy<Value = Act> {
    let way = prop_oneof![8 => Just(Way::Told), 1 => Just(Way::Silent), 1 => Just(Way::Unknown), 1 => Just(Way::Lost)];
    let submit =
        (any::<bool>(), 1u8..=15, 0u8..4, way).prop_map(|(buys, qty, off, way)| Act::Submit { buys, qty, off, way });
    prop_oneof![
        10 => submit,
        8 => any::<u8>().prop_map(Act::Acknowledge),
        5 => (any::<u8>(), 1u8..=10).prop_map(|(order, qty)| Act::Fill(order, qty)),
        5 => (any::<u8>(), 1u8..=25, 0u8..4).prop_map(|(order, qty, off)| Act::Replace { order, qty, off }),
        3 => any::<u8>().prop_map(Act::TakeChange),
        1 => any::<u8>().prop_map(Act::RefuseChange),
        2 => any::<u8>().prop_map(Act::Cancel),
        2 => any::<u8>().prop_map(Act::Canceled),
        1 => any::<u8>().prop_map(Act::Reject),
        1 => Just(Act::Reconnect),
        1 => Just(Act::Restart),
        3 => Just(Act::LookAndResolve),
    ]
}

/// A buy at or above the market, a sell at or below it: no trade at the market is dearer than its order was reckoned.
fn limit(buys: bool, off: u8) -> OrderType {
    let price = if buys { 100 + i64::from(off) } else { 100 - i64::from(off) };
    OrderType::Limit { limit: px(&price.to_string()) }
}

struct Walk {
    rig: Rig,
    tight: Tight,
    next: u32,
    trades: u32,
    changes: u32,
    seen: BTreeSet<String>,
}

impl Walk {
    async fn begin(tight: Tight) -> Self {
        let rig = Rig::ready_with(|config| *config.policy = tight.policy().into()).await;
        // One price for everything: what is open is worth tomorrow what it was worth when it was let through.
        rig.broker.move_price("100", "100").await;
        rig.settle().await;
        if tight == Tight::Mandate {
            let terms = MandateTerms {
                key: None,
                strategy: Some(id("momentum")),
                account: account(),
                mode: Mode::Paper,
                symbols: BTreeSet::from(["AAPL".to_owned()]),
                sides: BTreeSet::from([Side::Buy, Side::Sell]),
                order_notional_max: dec("3000"),
                notional_max: dec("4000"),
                orders_max: 100,
                expires_at: rig.clock.now() + SignedDuration::from_hours(24),
            };
            let waiting = rig.desk().grant_mandate(&alice(), terms, "paper loop".to_owned()).await.unwrap();
            rig.desk().confirm_mandate(&bob(), waiting.mandate.id).await.unwrap();
        }
        Self { rig, tight, next: 0, trades: 0, changes: 0, seen: BTreeSet::new() }
    }

    fn by(&self) -> domain::principal::Principal {
        if self.tight == Tight::Mandate { bot() } else { alice() }
    }

    /// One of the orders that the broker has open.
    fn one(&self, pick: u8) -> Option<String> {
        let open: Vec<String> =
            self.rig.broker.ledger().iter().filter(|order| lives(order)).map(|o| o.cl_ord_id.to_string()).collect();
        open.get(usize::from(pick) % open.len().max(1)).cloned()
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Submit { buys, qty, off, way } => self.submit(buys, qty, off, way).await,
            Act::Acknowledge(pick) => {
                if let Some(key) = self.one(pick) {
                    self.rig.broker.acknowledge(&key).await;
                }
            }
            Act::Fill(pick, most) => self.fill(pick, most).await,
            Act::Replace { order, qty, off } => self.replace(order, qty, off).await,
            Act::TakeChange(pick) => {
                if let Some(key) = self.one(pick)
                    && let Some(changed) = self.pending_change(&key)
                {
                    self.rig.broker.edit(&key, |order| order.intent = changed);
                    self.rig.broker.acknowledge(&key).await;
                }
            }
            Act::RefuseChange(pick) => {
                if let Some(key) = self.one(pick)
                    && self.pending_change(&key).is_some()
                {
                    self.rig.broker.error(&key, 10_147).await;
                }
            }
            Act::Cancel(pick) => {
                if let Some(key) = self.one(pick) {
                    self.next += 1;
                    let new = format!("c-{}", self.next);
                    let _refused =
                        self.rig.desk().cancel(&alice(), key_of(&key), Some(key_of(&new)), None, Duration::ZERO).await;
                }
            }
            Act::Canceled(pick) => {
                if let Some(key) = self.one(pick) {
                    self.rig.broker.canceled(&key).await;
                }
            }
            Act::Reject(pick) => {
                if let Some(key) = self.one(pick).filter(|key| self.rig.broker.placed(key).filled.is_zero()) {
                    self.rig.broker.edit(&key, |order| "Inactive".clone_into(&mut order.status));
                    self.rig.broker.error(&key, 201).await;
                }
            }
            Act::Reconnect => {
                self.rig.broker.down().await;
                self.rig.settle().await;
                self.rig.connect(1).await;
            }
            Act::Restart => {
                self.rig.crash().await;
                self.rig.boot();
                self.rig.connect(1).await;
            }
            Act::LookAndResolve => self.resolve().await,
        }
        self.rig.settle().await;
    }

    async fn submit(&mut self, buys: bool, qty: u8, off: u8, way: Way) {
        self.next += 1;
        let intent = OrderIntent {
            side: if buys { Side::Buy } else { Side::Sell },
            qty: qty_of(qty),
            order_type: limit(buys, off),
            strategy: (self.tight == Tight::Mandate).then(|| id("momentum")),
            ..buy(&format!("k-{}", self.next))
        };
        self.rig.broker.on_submit(match way {
            Way::Told => OnSubmit::Write,
            Way::Silent => OnSubmit::WriteSilently,
            Way::Unknown => OnSubmit::UnknownButPlaced,
            Way::Lost => OnSubmit::Swallow,
        });
        let answer = self.rig.submit(&self.by(), intent).await.unwrap();
        self.seen.extend(reason_codes(&answer.order));
        if answer.order.status == OrdStatus::PendingApproval {
            self.seen.insert("C06_APPROVAL".to_owned());
        }
        // Whether it was written is known once the queue is worked off.
        self.rig.settle().await;
        self.rig.broker.on_submit(OnSubmit::Write);
    }

    async fn fill(&mut self, pick: u8, most: u8) {
        let Some(key) = self.one(pick) else { return };
        let placed = self.rig.broker.placed(&key);
        let left = placed.intent.qty.get() - placed.filled;
        let some = left.min(Decimal::from(most));
        self.trades += 1;
        self.rig.broker.fill(&key, &some.to_string(), &format!("e{}.01", self.trades)).await;
    }

    async fn replace(&mut self, pick: u8, qty: u8, off: u8) {
        let Some(key) = self.one(pick) else { return };
        let buys = self.rig.broker.placed(&key).intent.side.is_buy();
        self.changes += 1;
        let to = Amendment { qty: qty_of(qty), order_type: limit(buys, off), tif: Tif::Day };
        let new = format!("r-{}", self.changes);
        let answer = self.rig.desk().replace(&self.by(), key_of(&key), key_of(&new), to, None, Duration::ZERO).await;
        if let Ok(ChangeAnswer { outcome: ChangeOutcome::Denied(reasons), .. }) = answer {
            self.seen.extend(reasons.into_iter().map(|reason| reason.code));
        }
    }

    /// The version that was sent and is not decided.
    fn pending_change(&self, key: &str) -> Option<OrderIntent> {
        self.rig.find(key)?.pending_replace?;
        self.rig.broker.replaces().into_iter().rev().find(|intent| intent.cl_ord_id.as_str() == key)
    }

    /// Time passes, the engine looks, and a human resolves what nobody can find.
    async fn resolve(&mut self) {
        self.rig.pass(SignedDuration::from_secs(30));
        self.rig.broker.move_price("100", "100").await;
        self.rig.broker.down().await;
        self.rig.settle().await;
        self.rig.connect(1).await;
        for nth in 1..=self.next {
            let key = format!("k-{nth}");
            if self.rig.find(&key).is_some_and(|order| order.status == OrdStatus::Missing) {
                let _refused = self.rig.desk().resolve(&alice(), key_of(&key), "looked in TWS".to_owned()).await;
            }
        }
        let _nothing = self.rig.desk().release(&alice(), con_id(), "looked in TWS".to_owned()).await;
    }

    /// Everything from the broker's own books.
    fn check(&self, after: &[Act]) {
        let policy = self.tight.policy();
        let ledger = self.rig.broker.ledger();
        let open: Vec<&Placed> = ledger.iter().filter(|order| lives(order)).collect();
        let left = |order: &Placed| (order.intent.qty.get() - order.filled).max(Decimal::ZERO);
        let price = |order: &Placed| order.intent.order_type.limit_price().unwrap().get().max(Decimal::ONE_HUNDRED);
        let sum = |buys: bool, of: &dyn Fn(&Placed) -> Decimal| -> Decimal {
            open.iter().filter(|order| order.intent.side.is_buy() == buys).map(|order| of(order)).sum()
        };
        let worth = |order: &Placed| left(order) * price(order);
        let signed = |order: &Placed| if order.intent.side.is_buy() { order.filled } else { -order.filled };
        let held: Decimal = ledger.iter().map(signed).sum();
        let traded: Decimal = ledger.iter().map(|order| order.filled * Decimal::ONE_HUNDRED).sum();
        let (buys, sells) = (sum(true, &left), sum(false, &left));
        let (buys_worth, sells_worth) = (sum(true, &worth), sum(false, &worth));
        let now = held * Decimal::ONE_HUNDRED;
        let worst = now.abs().max((now + buys_worth).abs()).max((now - sells_worth).abs());
        let at_most = |what: &str, is: Decimal, max: Decimal| {
            assert!(is <= max, "{what} is {is}, at most {max} with {:?} tight, after {after:#?}", self.tight);
        };
        at_most("open orders", Decimal::from(open.len()), Decimal::from(policy.open_orders_max));
        for buys in [true, false] {
            let count = open.iter().filter(|order| order.intent.side.is_buy() == buys).count();
            at_most("on one side", Decimal::from(count), Decimal::from(policy.open_orders_per_instrument_max));
        }
        at_most("orders of the day", Decimal::from(ledger.len()), Decimal::from(policy.orders_day_max));
        at_most("turnover with what is open", traded + buys_worth + sells_worth, policy.turnover_day_max);
        at_most("position", held.abs().max((held + buys).abs()).max((held - sells).abs()), policy.position_qty_max);
        at_most("worth of the position", worst, policy.position_notional_max);
        at_most("capital", worst, policy.capital_gross_max);
        at_most("open notional", buys_worth + sells_worth, policy.open_notional_max);
        if self.tight == Tight::Mandate {
            at_most("mandate", traded + buys_worth + sells_worth, dec("4000"));
        }
    }
}

fn lives(order: &Placed) -> bool {
    matches!(order.status.as_str(), "PreSubmitted" | "Submitted")
}

fn key_of(text: &str) -> domain::id::ClOrdId {
    key(text)
}

fn qty_of(qty: u8) -> domain::money::Qty {
    qty.to_string().parse().unwrap()
}

#[test]
fn no_sequence_leads_above_a_limit_on_a_sum() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: 4, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    for tight in ALL {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let met = RefCell::new(BTreeSet::new());
        let run =
            TestRunner::new_with_rng(config.clone(), rng).run(&proptest::collection::vec(any_act(), 40..60), |acts| {
                runtime.block_on(async {
                    let mut walk = Walk::begin(tight).await;
                    for (nth, act) in acts.iter().enumerate() {
                        walk.act(*act).await;
                        walk.check(&acts[..=nth]);
                    }
                    met.borrow_mut().append(&mut walk.seen);
                });
                Ok(())
            });
        run.unwrap();
        assert!(met.borrow().contains(tight.code()), "{tight:?} was never reached: {:?}", met.borrow());
    }
}
