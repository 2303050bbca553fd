use super::*;
use domain::account::AccountPnl;
use domain::activity::{AccountMark, AccountValue};
use domain::stream::{Source, Subscription};

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

#[test]
fn drift_is_the_largest_distance_from_a_target_on_either_side() {
    let targets = |list: &[(i64, &str)]| -> Targets {
        list.iter().map(|(con_id, weight)| (ConId::new(*con_id).unwrap(), number(weight))).collect()
    };
    let one = account();
    assert_eq!(figure(drift(&one, None)), "nothing");
    assert_eq!(figure(drift(&one, Some(&targets(&[(1, "0.5"), (2, "0.08")])))), "2 MSFT");
    // What the decision does not name should not be held; what it names and is not held is missing.
    assert_eq!(figure(drift(&one, Some(&targets(&[(1, "0.5")])))), "10 MSFT");
    assert_eq!(figure(drift(&one, Some(&targets(&[(1, "0.5"), (2, "0.1"), (3, "0.2")])))), "20 contract 3");
    let unpriced = Account { positions: Ok(vec![position(1, "AAPL", None)]), ..account() };
    assert_eq!(figure(drift(&unpriced, Some(&targets(&[])))), "unknown: the value of AAPL is not known");
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
        ..StreamStatus::idle(StreamState::Streaming, 5)
    };
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
fn a_loop_that_shows_no_life_has_an_age() {
    assert_eq!(figure(heartbeat(None, now())), "nothing");
    let life = SignOfLife::begun(now() - SignedDuration::from_secs(90));
    assert_eq!(figure(heartbeat(Some(&life), now())), "90 the loop");
}
