use super::*;
use domain::account::AccountPnl;
use domain::activity::{AccountMark, AccountValue};
use domain::looping::decision::{DecisionSource, Target};
use domain::stream::Source;

fn now() -> Timestamp {
    "2026-03-02T15:00:00Z".parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn position(con_id: i64, symbol: &str, value: Option<&str>) -> Position {
    Position {
        account: "DU1".parse().unwrap(),
        con_id: ConId::new(con_id).unwrap(),
        symbol: symbol.to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        currency: "USD".parse().unwrap(),
        is_cash: false,
        qty: Decimal::ONE,
        avg_cost: None,
        market_price: None,
        market_value: value.map(number),
        unrealized_pnl: None,
        realized_pnl: None,
    }
}

fn account() -> Account {
    let mark = AccountMark {
        currency: "USD".parse().unwrap(),
        net_liquidation: number("90000"),
        unrealized: None,
        realized: None,
    };
    let value = AccountValue {
        last: mark,
        last_at: now(),
        day_start: number("100000"),
        week_start: number("100000"),
        peak: number("120000"),
    };
    let id: AccountId = "DU1".parse().unwrap();
    let told = AccountPnl { account: id.clone(), daily: None, unrealized: None, realized: None, received_at: now() };
    Account {
        pnl: Ok(PnlView { now: told, positions: Ok(Vec::new()), value: Some(value) }),
        summary: Ok(AccountSummary {
            account: id.clone(),
            base_currency: None,
            net_liquidation: Some(number("90000")),
            cash: BTreeMap::new(),
            total_cash: None,
            buying_power: None,
            init_margin: None,
            maint_margin: None,
            excess_liquidity: None,
            available_funds: None,
            gross_position_value: Some(number("45000")),
            unrealized_pnl: None,
            realized_pnl: None,
            exchange_rates: BTreeMap::new(),
            received_at: now(),
        }),
        positions: Ok(vec![position(1, "AAPL", Some("45000")), position(2, "MSFT", Some("9000"))]),
        id,
    }
}

fn figure(known: Known) -> String {
    match known {
        Ok(Some(Observed { value, of })) => {
            format!("{} {of}", value.map_or("more".to_owned(), |value| value.round_dp(2).normalize().to_string()))
        }
        Ok(None) => "nothing".to_owned(),
        Err(why) => format!("unknown: {why}"),
    }
}

#[test]
fn the_account_s_figures_are_parts_of_what_it_was_worth() {
    let one = account();
    assert_eq!(figure(drawdown(&one, now())), "25 DU1");
    assert_eq!(figure(daily_loss(&one, now())), "10 DU1");
    assert_eq!(figure(exposure(&one)), "50 DU1");
}

#[test]
fn what_was_told_long_ago_or_not_at_all_is_unknown_and_not_zero() {
    let one = account();
    let later = now() + SignedDuration::from_mins(11);
    assert!(figure(drawdown(&one, later)).starts_with("unknown: profit and loss were last told at"));
    let silent = Account { summary: Err("no answer".to_owned()), pnl: Err("no answer".to_owned()), ..account() };
    assert_eq!(figure(exposure(&silent)), "unknown: no answer");
    assert_eq!(figure(daily_loss(&silent, now())), "unknown: no answer");
    let mut empty = account();
    if let Ok(summary) = &mut empty.summary {
        summary.net_liquidation = Some(Decimal::ZERO);
    }
    assert_eq!(figure(exposure(&empty)), "unknown: the account is worth 0");
}

fn decision(cash_buffer: &str, targets: &[(i64, &str, Amount)]) -> Decision {
    let target = |(con_id, symbol, amount): &(i64, &str, Amount)| Target {
        con_id: ConId::new(*con_id).unwrap(),
        symbol: (*symbol).to_owned(),
        amount: *amount,
    };
    Decision {
        id: "d-0123456789abcdef".parse().unwrap(),
        source: DecisionSource::Proposed,
        as_of: now(),
        decided_at: now(),
        data_hash: "0".repeat(64),
        cash_buffer: number(cash_buffer),
        targets: targets.iter().map(target).collect(),
        note: None,
    }
}

#[test]
fn drift_is_the_largest_distance_from_a_target_on_either_side() {
    let weight = |text: &str| Amount::Weight(number(text));
    let one = account();
    let all = decision("0", &[(1, "AAPL", weight("0.5")), (2, "MSFT", weight("0.08"))]);
    assert_eq!(figure(drift(&one, &all)), "2 MSFT");
    // What the decision does not name should not be held; what it names and is not held is missing.
    assert_eq!(figure(drift(&one, &decision("0", &[(1, "AAPL", weight("0.5"))]))), "10 MSFT");
    let more = decision("0", &[(1, "AAPL", weight("0.5")), (2, "MSFT", weight("0.1")), (3, "KO", weight("0.2"))]);
    assert_eq!(figure(drift(&one, &more)), "20 KO");
    let unpriced = Account { positions: Ok(vec![position(1, "AAPL", None)]), ..account() };
    assert_eq!(figure(drift(&unpriced, &decision("0", &[]))), "unknown: the value of AAPL is not known");
}

#[test]
fn a_weight_is_a_part_of_what_is_invested_and_not_of_the_cash_that_is_kept() {
    // Half of a hundred is kept: all of the rest, and a fifth of it.
    let weight = |text: &str| Amount::Weight(number(text));
    let kept = decision("0.5", &[(1, "AAPL", weight("1")), (2, "MSFT", weight("0.2"))]);
    assert_eq!(figure(drift(&account(), &kept)), "0 MSFT");
}

#[test]
fn quantities_drift_by_what_they_are_worth_and_are_unknown_where_nothing_tells_that() {
    let qty = |text: &str| Amount::Qty(number(text));
    // One of each is held: 45,000 and 9,000 of 90,000.
    let wanted = decision("0", &[(1, "AAPL", qty("1")), (2, "MSFT", qty("3"))]);
    assert_eq!(figure(drift(&account(), &wanted)), "20 MSFT");
    let absent = decision("0", &[(1, "AAPL", qty("1")), (2, "MSFT", qty("1")), (3, "KO", qty("7"))]);
    assert_eq!(figure(drift(&account(), &absent)), "unknown: what 7 KO are worth is not known: none is held");
    let none = decision("0", &[(1, "AAPL", qty("1")), (2, "MSFT", qty("1")), (3, "KO", qty("0"))]);
    assert_eq!(figure(drift(&account(), &none)), "0 MSFT");
}

#[test]
fn what_is_told_of_an_order_that_waits_does_not_begin_its_wait_anew() {
    let at = |seconds: i64| now() + SignedDuration::from_secs(seconds);
    let key: ClOrdId = "k-1".parse().unwrap();
    let mut waits = Waits::default();
    let mut look = |status, updated| waits.look([(&key, status, at(updated))].into_iter()).map(|(_, _, since)| since);
    assert_eq!(look(OrdStatus::PendingCancel, 0), Some(at(0)));
    assert_eq!(look(OrdStatus::PendingCancel, 60), Some(at(0)));
    assert_eq!(look(OrdStatus::Unconfirmed, 90), Some(at(90)));
    assert_eq!(look(OrdStatus::Working, 91), None);
    assert_eq!(look(OrdStatus::PendingCancel, 120), Some(at(120)));
}

fn subscription(symbol: &str, reason: Reason, is_open: Option<bool>, age_ms: Option<i64>) -> Subscription {
    Subscription {
        symbol: symbol.to_owned(),
        con_id: "1".to_owned(),
        file: String::new(),
        reasons: vec![reason],
        has_line: true,
        source: Source::Stream,
        stale: false,
        is_open,
        data_type: None,
        age_ms,
        error: None,
    }
}

#[test]
fn only_prices_that_matter_and_whose_market_is_open_grow_old() {
    let streams = |subscriptions: Vec<Subscription>| StreamStatus {
        subscriptions,
        heartbeat_at: Some(now()),
        ..StreamStatus::idle(StreamState::Streaming, 5)
    };
    let stale = |status: &StreamStatus| super::stale(status, now());
    let open = Some(true);
    assert_eq!(figure(stale(&StreamStatus::idle(StreamState::Off, 0))), "nothing");
    assert!(figure(stale(&StreamStatus::idle(StreamState::LockedOut, 0))).starts_with("unknown: "));
    let all = vec![
        subscription("WATCHED", Reason::WatchList, open, Some(900_000)),
        subscription("CLOSED", Reason::Position, Some(false), Some(900_000)),
        subscription("HELD", Reason::Position, open, Some(5_999)),
        subscription("WANTED", Reason::Decision, open, Some(7_000)),
    ];
    assert_eq!(figure(stale(&streams(all.clone()))), "7 WANTED");
    let none = [all, vec![subscription("LOST", Reason::Position, open, None)]].concat();
    assert_eq!(figure(stale(&streams(none))), "more LOST has no price");
    assert_eq!(figure(stale(&streams(Vec::new()))), "nothing");
}

#[test]
fn a_runner_that_does_not_look_and_a_market_of_unknown_hours_are_unknown_and_not_fine() {
    let fresh = vec![subscription("HELD", Reason::Position, Some(true), Some(1_000))];
    let told = |status: StreamStatus, seconds| figure(stale(&status, now() + SignedDuration::from_secs(seconds)));
    let looked = |subscriptions: Vec<Subscription>| StreamStatus {
        subscriptions,
        heartbeat_at: Some(now()),
        ..StreamStatus::idle(StreamState::Streaming, 5)
    };
    assert_eq!(told(looked(fresh.clone()), 60), "1 HELD");
    assert_eq!(told(looked(fresh.clone()), 61), "unknown: the stream runner has not looked since 2026-03-02T15:00:00Z");
    let unlooked = StreamStatus { heartbeat_at: None, ..looked(fresh.clone()) };
    assert_eq!(told(unlooked, 0), "unknown: the stream runner has not looked yet");
    let hours = [fresh, vec![subscription("NEW", Reason::Decision, None, Some(9_000))]].concat();
    assert_eq!(
        told(looked(hours), 0),
        "unknown: the hours of NEW are not known, nor whether its price should be fresh"
    );
    let untold = StreamStatus { trouble: Some("positions are not known: no link".to_owned()), ..looked(Vec::new()) };
    assert_eq!(told(untold, 0), "unknown: positions are not known: no link");
}

#[test]
fn a_loop_that_shows_no_life_has_an_age() {
    assert_eq!(figure(heartbeat(None, now())), "nothing");
    let life = SignOfLife::begun(now() - SignedDuration::from_secs(90));
    assert_eq!(figure(heartbeat(Some(&life), now())), "90 the loop");
}
