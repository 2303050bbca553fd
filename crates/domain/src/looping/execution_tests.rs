use super::*;
use crate::book::tests::contract;
use crate::looping::book::tests::{at, order_of, terms};
use crate::looping::decision::Amount;
use crate::looping::order_plan::{Holding, PlanPrice, PlanRules, plan};
use crate::looping::run::{RunCause, RunState};
use crate::market::DataType;
use proptest::prelude::*;
use std::sync::Arc;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn id(number: i64) -> ConId {
    ConId::new(number).unwrap()
}

fn rules() -> PlanRules {
    PlanRules {
        cash_buffer: Decimal::ZERO,
        min_trade_value: Decimal::ZERO,
        turnover_max: Decimal::TWO,
        slippage: Decimal::ZERO,
        commission_per_unit: Decimal::ZERO,
        commission_min: Decimal::ZERO,
    }
}

fn step_of(key: &ClOrdId) -> u16 {
    key.as_str().split('.').nth(1).unwrap().parse().unwrap()
}

/// A run and a market that answers as it is told.
struct Floor {
    run: TradeRun,
    children: BTreeMap<ClOrdId, Child>,
    markets: BTreeMap<ConId, Market>,
    now: i64,
    paused: bool,
    changes: Vec<String>,
    sent: Vec<ClOrdId>,
    /// Changes and cancels are not answered at once.
    slow: bool,
    /// The desk takes no cancel now.
    refuses: bool,
    /// Limits that orders are to have, while nobody has answered.
    asked: BTreeMap<ClOrdId, Decimal>,
}

fn holding(number: i64, held: &str, target: Amount) -> Holding {
    Holding {
        con_id: id(number),
        symbol: format!("S{number}"),
        held: dec(held),
        target,
        price: Ok(PlanPrice { price: Decimal::TEN, source: DataType::Live, at: at(0) }),
        lot: Decimal::ONE,
        min_size: Decimal::ONE,
        working: 0,
    }
}

impl Floor {
    /// 100 of the first are held and all of the account is to be in the second, at 10 each with 9.90 bid and 10.10 asked.
    fn switch(style: Style, change: impl FnOnce(&mut ExecutionTerms)) -> Self {
        let weight = |weight: &str| Amount::Weight(dec(weight));
        Self::of(&[holding(1, "100", weight("0")), holding(2, "0", weight("1"))], "1000", "0", style, change)
    }

    /// The same, in two others by halves.
    fn split(style: Style, change: impl FnOnce(&mut ExecutionTerms)) -> Self {
        let weight = |weight: &str| Amount::Weight(dec(weight));
        let held = [holding(1, "100", weight("0")), holding(2, "0", weight("0.5")), holding(3, "0", weight("0.5"))];
        Self::of(&held, "1000", "0", style, change)
    }

    fn of(held: &[Holding], value: &str, cash: &str, style: Style, change: impl FnOnce(&mut ExecutionTerms)) -> Self {
        let planned = plan(held, dec(value), dec(cash), &rules());
        let mut order = order_of("run", RunCause::Hand, None);
        order.terms = terms(style);
        change(&mut order.terms);
        let mut run = TradeRun::queued(order, at(0));
        run.state = RunState::Executing;
        run.plan = Some(Arc::new(planned));
        run.executing_since = Some(at(0));
        let mut floor = Self {
            run,
            children: BTreeMap::new(),
            markets: BTreeMap::new(),
            now: 0,
            paused: false,
            changes: Vec::new(),
            sent: Vec::new(),
            slow: false,
            refuses: false,
            asked: BTreeMap::new(),
        };
        floor.quote_all("9.90", "10.10");
        floor
    }

    fn quote_all(&mut self, bid: &str, ask: &str) {
        for number in 1..=3 {
            self.quote(number, Some((bid, ask)));
        }
    }

    fn quote(&mut self, number: i64, prices: Option<(&str, &str)>) {
        let quote = prices.map(|(bid, ask)| Quote {
            con_id: id(number),
            bid: Some(bid.parse().unwrap()),
            ask: Some(ask.parse().unwrap()),
            last: None,
            bid_size: None,
            ask_size: None,
            last_size: None,
            volume: None,
            close: None,
            halted: None,
            shortable: None,
            data_type: DataType::Live,
            received_at: at(self.now),
        });
        self.markets.insert(id(number), Market { contract: Contract { con_id: id(number), ..contract() }, quote });
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            run: &self.run,
            children: &self.children,
            markets: &self.markets,
            closes_at: Some(at(1_000)),
            paused: self.paused,
            now: at(self.now),
        }
    }

    /// Does what is to do, until there is nothing; what was done, in words.
    fn go(&mut self) -> Vec<String> {
        let mut done = Vec::new();
        for _ in 0..100 {
            let mut moves = moves(&self.scene());
            if self.refuses {
                moves.retain(|one| !matches!(one, Move::Cancel(_)));
            }
            if moves.is_empty() {
                return done;
            }
            for one in moves {
                done.push(self.do_one(one));
            }
        }
        panic!("it never comes to rest: {done:?}");
    }

    fn do_one(&mut self, one: Move) -> String {
        match one {
            Move::Submit(intent) => {
                let limit = intent.order_type.limit_price().map(Price::get);
                self.sent.push(intent.cl_ord_id.clone());
                let told = format!(
                    "{} {} {}{}",
                    intent.cl_ord_id,
                    intent.side.word(),
                    intent.qty,
                    limit.map_or_else(String::new, |limit| format!(" at {limit}"))
                );
                let child = Child {
                    status: OrdStatus::Working,
                    qty: intent.qty.get(),
                    cum_qty: Decimal::ZERO,
                    avg_px: None,
                    limit,
                    worst_limit: limit,
                    created_at: at(self.now),
                    updated_at: at(self.now),
                    changes: Vec::new(),
                    cancel_wanted: false,
                    reasons: Vec::new(),
                };
                assert!(self.children.insert(intent.cl_ord_id, child).is_none(), "nothing is sent twice");
                told
            }
            Move::Replace { order, key, amendment } => {
                let limit = amendment.order_type.limit_price().unwrap().get();
                let child = self.children.get_mut(&order).unwrap();
                child.changes.push(key.clone());
                (child.status, child.updated_at) = (OrdStatus::PendingReplace, at(self.now));
                let present = child.worst_limit.unwrap();
                let sells = self.run.plan.as_ref().unwrap().step(step_of(&order)).unwrap().action == LineAction::Sell;
                child.worst_limit = Some(if sells { present.min(limit) } else { present.max(limit) });
                assert!(self.asked.insert(order.clone(), limit).is_none(), "one change at a time");
                assert!(!self.changes.contains(&key.to_string()), "no change is asked for twice");
                self.changes.push(key.to_string());
                if !self.slow {
                    self.answer(&order, true);
                }
                format!("{key} to {limit}")
            }
            Move::Cancel(key) => {
                let child = self.children.get_mut(&key).unwrap();
                assert!(!child.cancel_wanted, "{key} is canceled once");
                child.cancel_wanted = true;
                child.updated_at = at(self.now);
                if !child.status.is_unknown() {
                    child.status = OrdStatus::PendingCancel;
                }
                if !self.slow {
                    child.status = OrdStatus::Canceled;
                }
                format!("cancel {key}")
            }
            Move::EndStep(step, end) => {
                let told = format!("step {step} {} {}", end.outcome.word(), end.filled);
                assert_eq!(end.reasons.is_empty(), end.outcome == StepOutcome::Filled, "{end:?}");
                self.leaves_nothing_behind(step);
                assert!(self.run.steps.insert(step, end).is_none());
                told
            }
        }
    }

    /// What is over has no order that works on and that nobody wants canceled, unless leftovers are kept.
    fn leaves_nothing_behind(&self, step: u16) {
        let keeps = self.run.order.terms.leftover == Leftover::Keep;
        for (key, child) in self.children.iter().filter(|(key, _)| step_of(key) == step) {
            let is_kept = keeps && child.status != OrdStatus::PendingApproval;
            assert!(child.status.is_final() || child.cancel_wanted || is_kept, "{key} is left behind: {child:?}");
        }
    }

    /// What buys have cost and may cost still is there.
    fn overspent(&self) -> Option<Decimal> {
        let plan = self.run.plan.as_ref().unwrap();
        let mut cash = plan.cash;
        for (key, child) in &self.children {
            let traded = child.cum_qty * child.avg_px.unwrap_or_default();
            if plan.step(step_of(key)).unwrap().action == LineAction::Sell {
                cash += traded;
            } else {
                cash -= traded + child.leaves() * child.worst_limit.unwrap();
            }
        }
        (cash < dec("-0.000001")).then_some(cash)
    }

    /// The broker answers what was asked of an order.
    fn answer(&mut self, key: &ClOrdId, takes: bool) {
        let child = self.children.get_mut(key).unwrap();
        let asked = self.asked.remove(key);
        if child.status.is_final() {
            return;
        }
        child.updated_at = at(self.now);
        if child.cancel_wanted {
            child.status = OrdStatus::Canceled;
            return;
        }
        child.limit = asked.filter(|_| takes).or(child.limit);
        child.worst_limit = child.limit;
        child.status = OrdStatus::Working;
    }

    /// So much of an order trades at the worst that it may trade at.
    fn trade(&mut self, key: &ClOrdId, qty: Decimal) {
        let child = self.children.get_mut(key).unwrap();
        let qty = qty.min(child.leaves());
        let price = child.worst_limit.unwrap_or(Decimal::TEN);
        let before = child.avg_px.unwrap_or(price) * child.cum_qty;
        child.cum_qty += qty;
        child.avg_px = Some((before + qty * price) / child.cum_qty);
        child.updated_at = at(self.now);
        if child.leaves().is_zero() {
            child.status = OrdStatus::Filled;
        }
    }

    fn open(&self) -> Vec<ClOrdId> {
        self.children.iter().filter(|(_, child)| !child.status.is_final()).map(|(key, _)| key.clone()).collect()
    }

    /// The connection is lost: what works is not known any more.
    fn lose(&mut self) {
        for child in self.children.values_mut().filter(|child| !child.status.is_final()) {
            (child.status, child.updated_at) = (OrdStatus::Unconfirmed, at(self.now));
        }
    }

    fn fill(&mut self, key: &str, qty: &str, price: &str) {
        let child = self.children.get_mut(&key.parse().unwrap()).unwrap();
        child.cum_qty += dec(qty);
        child.avg_px = Some(dec(price));
        if child.cum_qty == child.qty {
            child.status = OrdStatus::Filled;
        }
    }

    fn set(&mut self, key: &str, status: OrdStatus, reason: &str) {
        let child = self.children.get_mut(&key.parse().unwrap()).unwrap();
        child.status = status;
        child.reasons.push(reason.to_owned());
    }
}

const MARKETABLE: Style = Style::Marketable { collar: Decimal::from_parts(1, 0, 0, false, 2) };

#[test]
fn a_buy_waits_for_the_sells_and_spends_what_they_brought() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    assert_eq!(floor.go(), ["run.1 sell 100 at 9.81"], "one percent below the bid, to the next tick");
    floor.fill("run.1", "60", "9.90");
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.fill("run.1", "40", "9.90");
    // 990 came in; at 10.20 it buys 97.
    assert_eq!(floor.go(), ["step 1 filled 100", "run.2 buy 97 at 10.2"]);
    floor.fill("run.2", "97", "10.10");
    assert_eq!(floor.go(), ["step 2 partial 97"]);
    assert!(floor.run.steps[&2].reasons[0].starts_with("cut_to_cash"));
    assert_eq!(floor.run.verdict().0, super::super::run::RunEnd::Partial);
}

#[test]
fn a_sell_that_did_not_trade_leaves_nothing_to_buy_with() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.go();
    floor.set("run.1", OrdStatus::Denied, "C13_MAX_QTY: too many");
    assert_eq!(floor.go(), ["step 1 refused 0", "step 2 refused 0"]);
    let (end, why) = floor.run.verdict();
    assert_eq!(end, super::super::run::RunEnd::Failed);
    assert!(why.contains("C13_MAX_QTY") && why.contains("cut_to_cash"), "{why}");
}

#[test]
fn what_is_left_at_the_deadline_is_canceled() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.go();
    floor.fill("run.1", "60", "9.90");
    floor.now = 599;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 600;
    assert_eq!(floor.go(), ["cancel run.1", "step 2 refused 0", "step 1 partial 60"]);
    assert!(floor.run.steps[&2].reasons[0].contains("deadline"));
}

#[test]
fn what_is_left_may_cross_the_market_once_and_is_then_canceled() {
    let patient = Style::Patient { collar: dec("0.01"), walk_every_s: 10_000, walks: 1 };
    let mut floor = Floor::switch(patient, |terms| terms.leftover = Leftover::Cross);
    assert_eq!(floor.go(), ["run.1 sell 100 at 10.1"], "it begins at its own side");
    floor.now = 600;
    assert_eq!(floor.go(), ["run.1.x to 9.81", "step 2 refused 0"]);
    floor.now = 659;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 660;
    assert_eq!(floor.go()[0], "cancel run.1");
}

#[test]
fn what_is_left_may_be_kept() {
    let mut floor = Floor::switch(MARKETABLE, |terms| terms.leftover = Leftover::Keep);
    floor.go();
    floor.now = 600;
    assert_eq!(floor.go(), ["step 1 unfilled 0", "step 2 refused 0"]);
    assert_eq!(floor.children[&"run.1".parse().unwrap()].status, OrdStatus::Working);
}

#[test]
fn a_patient_order_walks_to_the_other_side_and_never_back() {
    let mut floor = Floor::switch(Style::Patient { collar: Decimal::ZERO, walk_every_s: 10, walks: 4 }, |_| {});
    assert_eq!(floor.go(), ["run.1 sell 100 at 10.1"]);
    floor.now = 9;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 10;
    assert_eq!(floor.go(), ["run.1.w1 to 10.05"]);
    // A walk that was slept through is not made up for.
    floor.now = 35;
    assert_eq!(floor.go(), ["run.1.w3 to 9.95"]);
    floor.quote(1, Some(("10.40", "10.60")));
    floor.now = 40;
    assert_eq!(floor.go(), Vec::<String>::new(), "the market went up: the order stands better than it would");
    floor.quote(1, Some(("9.90", "10.10")));
    assert_eq!(floor.go(), ["run.1.w4 to 9.9"]);
    floor.now = 500;
    assert_eq!(floor.go(), Vec::<String>::new());
}

#[test]
fn slices_leave_one_after_the_other_and_are_the_step_together() {
    let mut floor = Floor::switch(MARKETABLE, |terms| terms.slices = 3);
    assert_eq!(floor.go(), ["run.1.1 sell 33 at 9.81"]);
    floor.now = 60;
    assert_eq!(floor.go(), ["run.1.2 sell 33 at 9.81"]);
    floor.now = 120;
    assert_eq!(floor.go(), ["run.1.3 sell 34 at 9.81"]);
    for (key, qty) in [("run.1.1", "33"), ("run.1.2", "33"), ("run.1.3", "34")] {
        floor.fill(key, qty, "9.90");
    }
    assert_eq!(floor.go()[0], "step 1 filled 100");
}

#[test]
fn a_slice_waits_until_the_fate_of_the_one_before_it_is_known() {
    let mut floor = Floor::switch(MARKETABLE, |terms| terms.slices = 2);
    floor.go();
    let key: ClOrdId = "run.1.1".parse().unwrap();
    floor.children.get_mut(&key).unwrap().status = OrdStatus::Unconfirmed;
    floor.now = 60;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.children.get_mut(&key).unwrap().status = OrdStatus::Working;
    assert_eq!(floor.go(), ["run.1.2 sell 50 at 9.81"]);
}

#[test]
fn slices_that_were_slept_through_leave_one_by_one() {
    let mut floor = Floor::switch(MARKETABLE, |terms| terms.slices = 3);
    floor.now = 500;
    let one = moves(&floor.scene());
    assert_eq!(one.len(), 1, "{one:?}");
    assert_eq!(floor.go(), ["run.1.1 sell 33 at 9.81", "run.1.2 sell 33 at 9.81", "run.1.3 sell 34 at 9.81"]);
}

#[test]
fn the_closing_auction_gets_everything_at_once_sells_first() {
    let mut floor = Floor::switch(Style::Moc, |terms| terms.slices = 3);
    assert_eq!(floor.go(), ["run.1 sell 100", "run.2 buy 100"]);
    floor.now = 1_100;
    assert_eq!(floor.go(), Vec::<String>::new(), "trades of the auction are told behind the close");
    floor.fill("run.1", "100", "10");
    floor.fill("run.2", "100", "10");
    assert_eq!(floor.go(), ["step 1 filled 100", "step 2 filled 100"]);
    assert_eq!(floor.run.verdict(), (super::super::run::RunEnd::Done, "2 of 2 orders filled".to_owned()));
}

#[test]
fn a_sell_that_the_auction_does_not_take_pays_for_nothing_there() {
    let mut floor = Floor::switch(Style::Moc, |_| {});
    let first = moves(&floor.scene());
    assert_eq!(first.len(), 1, "the buy waits until its sell has left: {first:?}");
    floor.do_one(first.into_iter().next().unwrap());
    floor.set("run.1", OrdStatus::Denied, "C13_MAX_QTY: too many");
    assert_eq!(floor.go(), ["step 1 refused 0", "step 2 refused 0"]);
    assert!(floor.run.steps[&2].reasons[0].starts_with("cut_to_cash"));
}

#[test]
fn nothing_is_sent_to_an_auction_that_is_over() {
    let mut floor = Floor::switch(Style::Moc, |_| {});
    floor.now = 1_000;
    assert_eq!(floor.go(), ["step 1 refused 0", "step 2 refused 0"]);
    assert!(floor.run.steps[&1].reasons[0].contains("the session closed before"));
}

#[test]
fn what_waits_for_a_yes_is_withdrawn_at_the_deadline_also_where_leftovers_are_kept() {
    let mut floor = Floor::switch(MARKETABLE, |terms| terms.leftover = Leftover::Keep);
    floor.go();
    floor.set("run.1", OrdStatus::PendingApproval, "C06_APPROVAL: needs a yes");
    floor.now = 599;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 600;
    assert_eq!(floor.go()[0], "cancel run.1");
}

#[test]
fn a_step_whose_contract_nobody_tells_any_more_ends_all_the_same() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.go();
    floor.markets.clear();
    floor.now = 599;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 600;
    assert_eq!(floor.go(), ["cancel run.1", "step 2 refused 0", "step 1 unfilled 0"]);
    // One that nothing was ever sent of.
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.markets.clear();
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 600;
    assert_eq!(floor.go(), ["step 1 refused 0", "step 2 refused 0"]);
    assert!(floor.run.steps[&1].reasons[0].contains("does not tell the contract"));
}

/// The process was away, or looked for prices that long.
#[test]
fn a_look_long_behind_the_deadline_cancels_first_and_then_waits_for_the_answer() {
    for told in [true, false] {
        for style in [MARKETABLE, Style::Patient { collar: Decimal::ZERO, walk_every_s: 10, walks: 4 }] {
            let mut floor = Floor::switch(style, |_| {});
            floor.go();
            floor.slow = true;
            floor.now = 1_500;
            if !told {
                floor.markets.clear();
            }
            assert_eq!(floor.go(), ["cancel run.1", "step 2 refused 0"]);
            floor.now = 1_799;
            assert_eq!(floor.go(), Vec::<String>::new(), "it may trade yet");
            floor.trade(&"run.1".parse().unwrap(), Decimal::TEN);
            floor.answer(&"run.1".parse().unwrap(), true);
            assert_eq!(floor.go(), ["step 1 partial 10"]);
        }
    }
}

#[test]
fn an_order_whose_cancel_nobody_answers_is_let_go_in_the_end() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.go();
    floor.slow = true;
    floor.now = 1_500;
    floor.go();
    floor.now = 1_800;
    assert_eq!(floor.go(), ["step 1 unfilled 0"]);
}

#[test]
fn what_is_to_be_canceled_is_told_without_any_market_and_before_anything_else() {
    let mut floor = Floor::split(MARKETABLE, |terms| terms.leftover = Leftover::Cross);
    floor.go();
    floor.trade(&"run.1".parse().unwrap(), Decimal::ONE_HUNDRED);
    floor.go();
    floor.now = 659;
    assert_eq!(withdrawals(&floor.scene()), Vec::<ClOrdId>::new());
    floor.now = 660;
    let keys: Vec<String> = withdrawals(&floor.scene()).iter().map(ToString::to_string).collect();
    assert_eq!(keys, ["run.2", "run.3"]);
    floor.set("run.2", OrdStatus::Rejected, "broker 201: no");
    assert_eq!(floor.go(), ["cancel run.3", "step 2 refused 0", "step 3 unfilled 0"]);
}

/// What is asked for and not answered yet may count already: a walk does not spend it once more.
#[test]
fn a_walk_that_nobody_has_answered_yet_is_paid_for_already() {
    let wanted = |number| holding(number, "0", Amount::Qty(dec("1000")));
    let patient = Style::Patient { collar: Decimal::ZERO, walk_every_s: 10, walks: 1 };
    let mut floor = Floor::of(&[wanted(1), wanted(2)], "20050", "20050", patient, |_| {});
    floor.quote_all("10.00", "10.05");
    assert_eq!(floor.go(), ["run.1 buy 1000 at 10", "run.2 buy 1000 at 10"]);
    floor.slow = true;
    floor.now = 10;
    // 50 are left, and each of both would cost so much more.
    assert_eq!(floor.go(), ["run.1.w1 to 10.05"]);
    assert_eq!(floor.overspent(), None);
    floor.answer(&"run.1".parse().unwrap(), false);
    assert_eq!(floor.go(), ["run.2.w1 to 10.05"], "what the broker refused costs nothing");
}

#[test]
fn nothing_new_leaves_while_the_loop_is_paused() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.paused = true;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 600;
    floor.go();
    assert!(floor.run.steps[&1].reasons[0].contains("paused"));
}

#[test]
fn an_order_without_a_quote_waits_and_says_so_in_the_end() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.quote(1, None);
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 600;
    floor.go();
    assert!(floor.run.steps[&1].reasons[0].starts_with("market_data_error"));
}

#[test]
fn an_order_of_unknown_fate_is_waited_for_and_then_said_to_be_unknown() {
    let mut floor = Floor::switch(MARKETABLE, |_| {});
    floor.go();
    let key: ClOrdId = "run.1".parse().unwrap();
    let child = floor.children.get_mut(&key).unwrap();
    (child.status, child.cancel_wanted) = (OrdStatus::Unconfirmed, true);
    floor.now = 600;
    assert_eq!(floor.go(), ["step 2 refused 0"]);
    floor.now = 899;
    assert_eq!(floor.go(), Vec::<String>::new());
    floor.now = 900;
    assert_eq!(floor.go()[0], "step 1 unknown 0");
    assert_eq!(floor.sent.len(), 1, "it is never sent again");
}

fn styles() -> impl Strategy<Value = Style> {
    prop_oneof![
        Just(Style::Marketable { collar: dec("0.01") }),
        // So far that there is never enough for all of its walks.
        Just(Style::Patient { collar: dec("0.08"), walk_every_s: 20, walks: 5 }),
        Just(Style::Moc),
    ]
}

fn leftovers() -> impl Strategy<Value = Leftover> {
    prop_oneof![Just(Leftover::Cancel), Just(Leftover::Cross), Just(Leftover::Keep)]
}

/// One thing that happens on the floor.
fn happen(floor: &mut Floor, what: u8, amount: i64, wait: i64) {
    let open = floor.open();
    let any = usize::try_from(amount).unwrap().checked_rem(open.len()).map(|place| open[place].clone());
    match (what, any) {
        (0..=5, Some(key)) => floor.trade(&key, Decimal::from(amount)),
        (6, Some(key)) => floor.set(key.as_str(), OrdStatus::Rejected, "broker 201: no"),
        (7..=9, _) => {
            let mid = Decimal::TEN + Decimal::new(amount - 40, 2);
            let (bid, ask) = ((mid - dec("0.05")).to_string(), (mid + dec("0.05")).to_string());
            floor.quote_all(&bid, &ask);
        }
        (10..=12, Some(key)) => floor.answer(&key, amount % 3 > 0),
        (13, _) => floor.paused = amount % 4 == 0,
        (14, _) => floor.markets.clear(),
        (15, _) => (1..=3).for_each(|number| floor.quote(number, None)),
        (16, _) => floor.lose(),
        (17, Some(key)) if floor.children[&key].status == OrdStatus::Working => {
            floor.set(key.as_str(), OrdStatus::PendingApproval, "C06_APPROVAL: needs a yes");
        }
        (18, _) => floor.now += amount * wait,
        (19, _) => floor.slow = !floor.slow,
        (20, _) => floor.refuses = !floor.refuses,
        _ => floor.now += wait,
    }
}

proptest! {
    /// Whatever the market and the connection do, however late it is looked at anew, nothing is sent, changed or canceled
    /// twice, no step trades more than its plan, buys never cost more than there is, nothing that is over has an order that
    /// works on, and everything ends.
    #[test]
    fn a_run_keeps_to_its_plan_in_any_market(
        seed in prop::collection::vec((0_u8..30, 1_i64..80, 1_i64..60), 1..120),
        style in styles(),
        leftover in leftovers(),
        slices in 1_u16..5,
        slow in any::<bool>(),
    ) {
        let mut floor = Floor::split(style, |terms| (terms.slices, terms.leftover) = (slices, leftover));
        floor.slow = slow;
        for (what, amount, wait) in seed {
            floor.go();
            // The auction is one for all: what is sold there pays for what is bought there.
            if style != Style::Moc {
                prop_assert_eq!(floor.overspent(), None);
            }
            happen(&mut floor, what, amount, wait);
        }
        (floor.now, floor.refuses) = (floor.now.max(2_000), false);
        for _ in 0..3 {
            floor.go();
            floor.now += END_WITHIN.as_secs();
        }
        floor.go();
        prop_assert!(floor.run.open_steps().is_empty(), "everything ends");
        let plan = Arc::clone(floor.run.plan.as_ref().unwrap());
        for (step, line) in plan.steps() {
            prop_assert!(floor.run.steps[&step].filled <= line.qty.unwrap().get());
        }
        prop_assert_eq!(floor.sent.len(), floor.children.len());
    }
}
