use super::{AccountMark, Activity, Breaker, Footprint, Series};
use crate::book::Book;
use crate::book::tests::{acknowledged, at, canceling, contract, execution, of, principal, replacing, submitting};
use crate::event::OrderEvent;
use crate::execution::Commission;
use crate::id::{AccountId, StrategyId};
use crate::journal::{JournalEvent, Recorded};
use crate::lifecycle::OrdStatus;
use crate::money::Money;
use crate::order::{OrderType, Side};
use crate::order_record::OrderRecord;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

const WINDOW_S: i64 = 60;

pub(in crate::activity) fn account() -> AccountId {
    "DU1234567".parse().unwrap()
}

fn strategy() -> StrategyId {
    "s-1".parse().unwrap()
}

pub(in crate::activity) fn later(seconds: i64) -> Timestamp {
    at(0).checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

pub(in crate::activity) fn begun(name: &str, id: i64, notional: i64) -> JournalEvent {
    let mut event = submitting(name, id);
    if let JournalEvent::OrderSubmitting { order, notional: worst, .. } = &mut event {
        order.intent.strategy = Some(strategy());
        *worst = Some(Decimal::from(notional));
    }
    event
}

pub(in crate::activity) fn traded(name: &str, exec_id: &str, quantity: i64) -> JournalEvent {
    of(name, OrderEvent::Executed { execution: Box::new(execution(exec_id, quantity, "")) })
}

fn cost(name: &str, exec_id: &str, pnl: i64) -> JournalEvent {
    let amount = Money { amount: Decimal::ONE, currency: "USD".parse().unwrap() };
    let commission = Commission { amount, realized_pnl: Some(Decimal::from(pnl)) };
    of(name, OrderEvent::CommissionJoined { exec_id: exec_id.parse().unwrap(), commission })
}

fn rejected(name: &str) -> JournalEvent {
    of(name, OrderEvent::Rejected { code: 201, message: "no".to_owned() })
}

/// A book, with every record that it took.
pub(in crate::activity) struct Told {
    book: Book,
    records: Vec<Recorded>,
}

impl Told {
    fn new() -> Self {
        Self { book: Book::empty(), records: Vec::new() }
    }

    /// Books it if it follows.
    fn tell(&mut self, at: Timestamp, event: JournalEvent) -> bool {
        let record = Recorded { seq: self.book.seq + 1, at, event };
        let mut next = self.book.clone();
        let follows = next.apply(&record).is_ok();
        if follows {
            self.book = next;
            self.records.push(record);
        }
        follows
    }

    pub(in crate::activity) fn must(&mut self, at: Timestamp, event: JournalEvent) {
        let kind = event.kind();
        assert!(self.tell(at, event), "{kind}");
    }

    pub(in crate::activity) fn activity(&self) -> &Activity {
        &self.book.activity
    }
}

/// So many orders, sent and not answered.
pub(in crate::activity) fn told_with(orders: i64) -> Told {
    let mut told = Told::new();
    (1..=orders).for_each(|id| told.must(at(0), begun(&format!("o-{id}"), id, 1)));
    told
}

#[derive(Clone, Debug)]
enum Step {
    Begin(i64),
    Acknowledge(usize),
    Trade(usize, i64),
    Replace(usize, i64),
    Cancel(usize),
    Canceled(usize),
    Reject(usize),
    LinkLost(usize),
    Day,
    Reset,
}

fn step() -> impl Strategy<Value = Step> {
    let order = || 0_usize..4;
    prop_oneof![
        3 => (1_i64..5_000).prop_map(Step::Begin),
        3 => order().prop_map(Step::Acknowledge),
        4 => (order(), 1_i64..6).prop_map(|(order, qty)| Step::Trade(order, qty)),
        2 => (order(), 1_i64..30).prop_map(|(order, qty)| Step::Replace(order, qty)),
        1 => order().prop_map(Step::Cancel),
        1 => order().prop_map(Step::Canceled),
        1 => order().prop_map(Step::Reject),
        1 => order().prop_map(Step::LinkLost),
        1 => Just(Step::Day),
        1 => Just(Step::Reset),
    ]
}

/// What a step says, with names that are new where they must be.
fn event(number: usize, step: &Step, now: Timestamp) -> JournalEvent {
    let name = |order: &usize| format!("o-{order}");
    match step {
        Step::Begin(notional) => {
            let id = i64::try_from(number).unwrap() + 1;
            begun(&format!("o-{}", number % 4), id, *notional)
        }
        Step::Acknowledge(order) => of(&name(order), acknowledged(i64::try_from(*order).unwrap() + 1, 1)),
        Step::Trade(order, qty) => traded(&name(order), &format!("e{number}.01"), *qty),
        Step::Replace(order, qty) => replacing(&name(order), &format!("r-{number}"), *qty, "189"),
        Step::Cancel(order) => canceling(&name(order)),
        Step::Canceled(order) => of(&name(order), OrderEvent::Canceled { detail: None }),
        Step::Reject(order) => rejected(&name(order)),
        Step::LinkLost(order) => of(&name(order), OrderEvent::LinkLost),
        Step::Day => JournalEvent::TradingDayBegan { began_at: now, begins_week: false },
        Step::Reset => {
            JournalEvent::BreakerReset { breaker: Breaker::Rejects, by: principal(), reason: "seen".to_owned() }
        }
    }
}

/// The sums out of the records, as somebody would count who reads them one by one.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    orders: u32,
    messages: u32,
    trades: u32,
    turnover: Decimal,
    window_qty: Decimal,
    rejects: u32,
}

fn count(counted: &mut Counted, event: &JournalEvent, own: Option<&OrderRecord>, within: bool) {
    let lately = |qty: Decimal| if within { qty } else { Decimal::ZERO };
    if let JournalEvent::OrderSubmitting { order, .. } = event {
        (counted.orders, counted.messages) = (counted.orders + 1, counted.messages + 1);
        counted.window_qty += lately(order.intent.qty.get());
    }
    if let JournalEvent::ReplaceSubmitting { amendment, .. } = event {
        counted.messages += 1;
        let more = amendment.qty.get() - own.unwrap().intent.qty.get();
        counted.window_qty += lately(more.max(Decimal::ZERO));
    }
    if let JournalEvent::CancelSubmitting { .. } = event {
        counted.messages += 1;
    }
    if let JournalEvent::Order { event: OrderEvent::Executed { execution }, .. } = event {
        counted.trades += 1;
        counted.turnover += execution.last_qty.get() * execution.last_px.get();
    }
    if let JournalEvent::TradingDayBegan { .. } = event {
        *counted = Counted { window_qty: counted.window_qty, rejects: counted.rejects, ..Counted::default() };
    }
    if let JournalEvent::BreakerReset { .. } = event {
        counted.rejects = 0;
    }
}

fn recounted(records: &[Recorded], now: Timestamp) -> Counted {
    let mut counted = Counted::default();
    let mut book = Book::empty();
    for record in records {
        let within = now.duration_since(record.at) < SignedDuration::from_secs(WINDOW_S);
        let own = record.event.cl_ord_id().and_then(|key| book.order(key).cloned());
        count(&mut counted, &record.event, own.as_ref(), within);
        book.apply(record).unwrap();
        if let (JournalEvent::Order { .. }, Some(before)) = (&record.event, own) {
            let after = book.order(&before.intent.cl_ord_id).unwrap();
            let status = (before.status == OrdStatus::Rejected, after.status == OrdStatus::Rejected);
            if status == (false, true) {
                counted.rejects += 1;
            } else if !before.is_known_to_broker() && after.is_known_to_broker() && !status.1 {
                counted.rejects = 0;
            }
        }
    }
    counted
}

proptest! {
    #[test]
    fn the_sums_are_what_counting_every_record_gives(steps in vec((step(), 0_i64..40), 0..60)) {
        let mut told = Told::new();
        let mut second = 0;
        for (number, (step, pause)) in steps.iter().enumerate() {
            second += pause;
            told.tell(later(second), event(number, step, later(second)));
            let counted = recounted(&told.records, later(second));
            let (activity, day) = (told.activity(), told.activity().day(&account()));
            let usd = "USD".parse().unwrap();
            let seen = Counted {
                orders: day.orders,
                messages: day.messages,
                trades: day.trades,
                turnover: day.turnover.get(&usd).copied().unwrap_or_default(),
                window_qty: activity.sent_within(&account(), contract().con_id, WINDOW_S, later(second)).qty,
                rejects: activity.rejects_in_row,
            };
            prop_assert_eq!(seen, counted);
            // One for each order that may trade, or as often as it has.
            let parts = told.book.orders.values().map(|order| Footprint::of(order).strategy_trades);
            prop_assert_eq!(activity.strategy_trades(&strategy()), parts.sum::<u32>());
        }
    }

    #[test]
    fn a_window_keeps_no_more_than_time_allows(pauses in vec(0_i64..100, 0..200)) {
        let mut told = Told::new();
        let mut second = 0;
        for (number, pause) in pauses.iter().enumerate() {
            second += pause;
            let id = i64::try_from(number).unwrap() + 1;
            told.must(later(second), begun(&format!("w-{number}"), id, 100));
        }
        let sum = told.activity().sent_within(&account(), contract().con_id, i64::MAX, later(second));
        let within: i64 = {
            let mut sums = pauses.iter().scan(0, |sum, pause| { *sum += pause; Some(*sum) });
            i64::try_from(sums.by_ref().filter(|sent| second - sent < 3_600).count()).unwrap()
        };
        prop_assert_eq!(sum.notional, Decimal::from(within * 100));
    }
}

#[test]
fn a_strategy_that_a_human_lets_go_on_begins_with_what_may_still_trade() {
    let mut told = Told::new();
    told.must(at(0), begun("o-1", 1, 1));
    told.must(at(1), traded("o-1", "e1.01", 1));
    told.must(at(1), traded("o-1", "e2.01", 1));
    told.must(at(2), begun("o-2", 2, 1));
    assert_eq!(told.activity().strategy_trades(&strategy()), 3);
    let breaker = Breaker::StrategyTrades(strategy());
    told.must(at(3), JournalEvent::BreakerTripped { breaker: breaker.clone(), reason: "3".to_owned() });
    assert!(told.activity().breakers().contains_key(&breaker));
    told.must(at(4), JournalEvent::BreakerReset { breaker, by: principal(), reason: "seen".to_owned() });
    assert!(told.activity().breakers().is_empty());
    assert_eq!(told.activity().strategy_trades(&strategy()), 1, "the second order may still trade");
}

#[test]
fn losses_and_rejects_in_a_row_make_a_series_that_a_gain_ends() {
    let mut told = Told::new();
    told.must(at(0), begun("o-1", 1, 1));
    told.must(at(1), traded("o-1", "e1.01", 1));
    told.must(at(1), traded("o-1", "e2.01", 1));
    told.must(at(2), cost("o-1", "e1.01", -5));
    told.must(at(3), cost("o-1", "e2.01", -5));
    assert_eq!(told.activity().series(&account()), Series { count: 1, last_at: Some(at(2)) }, "one order, one loss");
    told.must(at(4), begun("o-2", 2, 1));
    told.must(at(5), rejected("o-2"));
    assert_eq!(told.activity().series(&account()), Series { count: 2, last_at: Some(at(5)) });
    told.must(at(6), begun("o-3", 3, 1));
    told.must(at(7), traded("o-3", "e3.01", 1));
    told.must(at(8), cost("o-3", "e3.01", 5));
    assert_eq!(told.activity().series(&account()), Series::default());
}

#[test]
fn a_stop_that_waits_is_no_loss_and_a_result_of_nothing_neither_lengthens_nor_ends_a_row() {
    let stop = |name: &str, id: i64| {
        let mut event = begun(name, id, 1);
        if let JournalEvent::OrderSubmitting { order, .. } = &mut event {
            order.intent.order_type = OrderType::Stop { stop: "195".parse().unwrap() };
        }
        event
    };
    let mut told = Told::new();
    told.must(at(0), stop("o-1", 1));
    told.must(at(1), of("o-1", acknowledged(900, 1)));
    let count = |told: &Told| told.activity().series(&account()).count;
    assert_eq!(count(&told), 0, "it waits");
    told.must(at(2), rejected("o-1"));
    assert_eq!(count(&told), 1, "it was rejected");
    told.must(at(3), begun("o-2", 2, 1));
    told.must(at(4), traded("o-2", "e2.01", 10));
    told.must(at(5), cost("o-2", "e2.01", 0));
    assert_eq!(count(&told), 1, "neither a loss nor a gain");
}

#[test]
fn the_first_day_begins_with_the_first_record() {
    let mut told = Told::new();
    assert_eq!(told.activity().day_began_at, None);
    told.must(at(7), begun("o-1", 1, 1));
    told.must(at(9), begun("o-2", 2, 1));
    assert_eq!(told.activity().day_began_at, Some(at(7)));
}

#[test]
fn a_contract_for_a_hundred_turns_over_a_hundred_times_its_price() {
    let mut told = Told::new();
    let mut event = begun("o-1", 1, 1);
    if let JournalEvent::OrderSubmitting { order, .. } = &mut event {
        order.contract.multiplier = Decimal::ONE_HUNDRED;
    }
    told.must(at(0), event);
    let avg_px = Some("1.50".parse().unwrap());
    told.must(at(1), of("o-1", OrderEvent::ReportedFilled { filled: Decimal::TEN, avg_px, perm_id: None }));
    let turnover = told.activity().day(&account()).turnover.get(&"USD".parse().unwrap()).copied();
    assert_eq!(turnover, Some(Decimal::from(1_500)));
}

#[test]
fn a_trade_that_a_status_tells_first_counts_once() {
    let mut told = Told::new();
    let usd = "USD".parse().unwrap();
    told.must(at(0), begun("o-1", 1, 1));
    let avg_px = Some("189.40".parse().unwrap());
    told.must(at(1), of("o-1", OrderEvent::ReportedFilled { filled: Decimal::TEN, avg_px, perm_id: None }));
    let turnover = |told: &Told| told.activity().day(&account()).turnover.get(&usd).copied();
    assert_eq!(turnover(&told), Some(Decimal::from(1_894)));
    told.must(at(2), traded("o-1", "e1.01", 10));
    assert_eq!(turnover(&told), Some(Decimal::from(1_894)));
    assert_eq!(told.activity().day(&account()).trades, 1);
}

#[test]
fn a_trade_without_a_price_makes_the_turnover_unknown_until_it_is_told() {
    let mut told = Told::new();
    let usd = "USD".parse().unwrap();
    let mut market = begun("o-1", 1, 1);
    if let JournalEvent::OrderSubmitting { order, .. } = &mut market {
        order.intent.order_type = OrderType::Market;
    }
    told.must(at(0), market);
    told.must(at(1), of("o-1", OrderEvent::ReportedFilled { filled: Decimal::TEN, avg_px: None, perm_id: None }));
    let day = |told: &Told| told.activity().day(&account()).clone();
    assert_eq!(day(&told).unpriced.len(), 1);
    told.must(at(2), traded("o-1", "e1.01", 10));
    assert_eq!((day(&told).unpriced.len(), day(&told).turnover.get(&usd).copied()), (0, Some(Decimal::from(1_894))));
    // A buy trades at its limit at worst.
    told.must(at(3), begun("o-2", 2, 1));
    told.must(at(4), of("o-2", OrderEvent::ReportedFilled { filled: Decimal::TEN, avg_px: None, perm_id: None }));
    assert_eq!(day(&told).unpriced.len(), 0);
    assert!(day(&told).turnover.get(&usd).copied() > Some(Decimal::from(1_894)));
}

#[test]
fn the_price_of_yesterdays_trade_is_not_the_one_that_todays_turnover_waits_for() {
    let mut told = Told::new();
    let market = |name: &str, id: i64| {
        let mut event = begun(name, id, 1);
        if let JournalEvent::OrderSubmitting { order, .. } = &mut event {
            order.intent.order_type = OrderType::Market;
        }
        event
    };
    let filled = || OrderEvent::ReportedFilled { filled: Decimal::TEN, avg_px: None, perm_id: None };
    told.must(at(0), market("o-1", 1));
    told.must(at(1), of("o-1", filled()));
    told.must(at(2), JournalEvent::TradingDayBegan { began_at: at(2), begins_week: false });
    told.must(at(3), market("o-2", 2));
    told.must(at(4), of("o-2", filled()));
    told.must(at(5), traded("o-1", "e1.01", 10));
    assert_eq!(told.activity().day(&account()).unpriced.len(), 1, "what o-2 traded at is not known");
    told.must(at(6), traded("o-2", "f1.01", 10));
    assert_eq!(told.activity().day(&account()).unpriced.len(), 0);
}

#[test]
fn a_stop_that_closes_counts_as_a_loss_until_its_result_is_told_and_one_that_opens_does_not() {
    let stop = |name: &str, id: i64, side: Side| {
        let mut event = begun(name, id, 1);
        if let JournalEvent::OrderSubmitting { order, .. } = &mut event {
            order.intent.side = side;
            order.intent.order_type = OrderType::Stop { stop: "189".parse().unwrap() };
        }
        event
    };
    let sold = |name: &str, exec_id: &str| {
        let mut trade = execution(exec_id, 10, "");
        trade.is_buy = false;
        of(name, OrderEvent::Executed { execution: Box::new(trade) })
    };
    let mut told = Told::new();
    let count = |told: &Told| told.activity().series(&account()).count;
    told.must(at(0), stop("o-1", 1, Side::Buy));
    told.must(at(1), traded("o-1", "e1.01", 10));
    assert_eq!(count(&told), 0, "a buy stop may open a position");
    told.must(at(2), stop("o-2", 2, Side::Sell));
    told.must(at(3), sold("o-2", "e2.01"));
    assert_eq!(count(&told), 1, "nobody told what it came to");
    told.must(at(4), cost("o-2", "e2.01", 7));
    assert_eq!(count(&told), 0, "it was stopped with a gain");
    told.must(at(5), stop("o-3", 3, Side::Sell));
    told.must(at(6), sold("o-3", "e3.01"));
    told.must(at(7), cost("o-3", "e3.01", -7));
    assert_eq!(count(&told), 1, "once");
}

#[test]
fn what_an_account_is_worth_begins_anew_with_days_with_weeks_and_when_a_human_resets_its_peak() {
    let mut told = Told::new();
    assert_eq!(told.activity().value(&account()), None);
    let marked = |worth: i64| {
        let (currency, net_liquidation) = ("USD".parse().unwrap(), Decimal::from(worth));
        let mark = AccountMark { currency, net_liquidation, unrealized: None, realized: None };
        JournalEvent::AccountMarked { account: account(), mark }
    };
    for (second, worth) in [(0, 10_000), (1, 12_000), (2, 9_000)] {
        told.must(at(second), marked(worth));
    }
    let lost = |told: &Told| {
        let value = told.activity().value(&account()).unwrap();
        let whole = |amount: Decimal| i64::try_from(amount).unwrap();
        [value.loss_day(), value.loss_week(), value.drawdown_percent()].map(whole)
    };
    assert_eq!(lost(&told), [1_000, 1_000, 25]);
    told.must(at(5), JournalEvent::TradingDayBegan { began_at: at(4), begins_week: false });
    assert_eq!(told.activity().day_began_at, Some(at(4)));
    assert_eq!(lost(&told), [0, 1_000, 25]);
    let breaker = Breaker::Drawdown(account());
    told.must(at(6), JournalEvent::BreakerReset { breaker, by: principal(), reason: "seen".to_owned() });
    assert_eq!(lost(&told), [0, 1_000, 0]);
    told.must(at(7), JournalEvent::TradingDayBegan { began_at: at(7), begins_week: true });
    assert_eq!(lost(&told), [0, 0, 0]);
}

#[test]
fn a_change_that_adds_nothing_is_a_message_and_in_no_window() {
    let mut told = told_with(1);
    told.must(at(1), of("o-1", acknowledged(900, 1)));
    told.must(at(2), replacing("o-1", "r-1", 10, "189"));
    let sum = told.activity().sent_within(&account(), contract().con_id, WINDOW_S, at(3));
    assert_eq!((sum.qty, sum.unknown), (Decimal::TEN, 0));
    assert_eq!(told.activity().day(&account()).messages, 2);
}

#[test]
fn a_new_day_forgets_the_trades_that_no_window_reaches_and_no_others() {
    let mut told = told_with(2);
    let against = |told: &Told, second| {
        let sum = told.activity().pattern(&account(), contract().con_id, false, 3_600, later(second));
        sum.against.len()
    };
    let day = |second| JournalEvent::TradingDayBegan { began_at: later(second), begins_week: false };
    told.must(later(0), traded("o-1", "e1.01", 1));
    told.must(later(10), day(10));
    assert_eq!(against(&told, 11), 1, "it traded a moment ago, though yesterday");
    told.must(later(3_000), traded("o-2", "e2.01", 1));
    told.must(later(3_600), day(3_600));
    assert_eq!(against(&told, 3_601), 1, "one is old and one is not");
    told.must(later(6_600), day(6_600));
    assert_eq!(against(&told, 6_600), 0);
    assert!(told.activity().patterns.values().all(BTreeMap::is_empty), "nothing grows with instruments of days ago");
}

#[test]
fn breakers_are_written_as_people_write_them() {
    for text in ["rejects", "strategy:s-1", "drawdown:DU1234567"] {
        assert_eq!(text.parse::<Breaker>().unwrap().to_string(), text);
    }
    assert!("nothing".parse::<Breaker>().is_err());
}
