//! Account values and summaries as IBKR names and divides them.

use super::rig::{CONN, Rig, dec, order, place};
use crate::core::CoreConfig;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use tws::model::{AccountScope, Order, Reply, Request};

type Rows = BTreeMap<(String, String), String>;

fn updates(rig: &mut Rig) -> Rows {
    let asked = Request::AccountUpdates { subscribe: true, account: "DUV0000001".into() };
    let replies = rig.ask_raw(CONN, asked);
    let rows = replies.into_iter().filter_map(|(_, r)| match r {
        Reply::AccountValue(v) => Some(((v.key, v.currency), v.value)),
        _ => None,
    });
    rows.collect()
}

fn summary(rig: &mut Rig, req_id: i32, tags: &[&str]) -> Vec<(String, String, String)> {
    let tags = tags.iter().map(|t| (*t).to_owned()).collect();
    let replies = rig.ask_raw(CONN, Request::AccountSummary { req_id, group: "All".into(), tags });
    let rows = replies.into_iter().filter_map(|(_, r)| match r {
        Reply::AccountSummary(row) => Some((row.tag, row.value, row.currency)),
        Reply::Notice(n) => Some((n.code.to_string(), n.message, String::new())),
        _ => None,
    });
    rows.collect()
}

fn of(rows: &Rows, key: &str, currency: &str) -> Decimal {
    dec(&rows[&(key.to_owned(), currency.to_owned())])
}

#[test]
fn a_download_has_the_keys_a_gateway_sends_and_its_segments_add_up() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 100 MKT"));
    rig.place(2, order("SELL 40 MKT"));
    let rows = updates(&mut rig);
    for key in ["AccountCode", "AccountReady", "Cushion", "DayTradesRemainingT+4", "Leverage-S", "SegmentTitle-C"] {
        assert!(rows.contains_key(&(key.to_owned(), String::new())), "{key}");
    }
    let segmented: Vec<&str> = rows.keys().filter_map(|(key, _)| key.strip_suffix("-C")).collect();
    let figures: Vec<&&str> = segmented.iter().filter(|key| **key != "SegmentTitle").collect();
    assert!(figures.len() > 20, "{figures:?}");
    for key in figures {
        let segments: Decimal = ["-C", "-P", "-S"].map(|s| of(&rows, &format!("{key}{s}"), "USD")).iter().sum();
        assert_eq!(segments, of(&rows, key, "USD"), "{key}");
    }
    for key in ["CashBalance", "TotalCashBalance", "StockMarketValue", "UnrealizedPnL", "RealizedPnL"] {
        assert_eq!(of(&rows, key, "BASE"), of(&rows, key, "USD"), "{key}: there is one currency");
    }
    assert_eq!(of(&rows, "NetLiquidation", "USD"), of(&rows, "NetLiquidationByCurrency", "BASE").round_dp(2));
    assert_eq!(rows[&("ExchangeRate".to_owned(), "USD".to_owned())], "1.00");
}

#[test]
fn a_summary_is_ordered_by_tag_and_the_ledger_by_what_was_asked_of_it() {
    let mut rig = Rig::always();
    let rows = summary(&mut rig, 1, &["NetLiquidation", "TotalCashValue", "BuyingPower", "ExcessLiquidity"]);
    let tags: Vec<&str> = rows.iter().map(|(tag, ..)| tag.as_str()).collect();
    assert_eq!(tags, ["BuyingPower", "ExcessLiquidity", "NetLiquidation", "TotalCashValue"]);
    assert_eq!(rows[2], ("NetLiquidation".into(), "1000000.00".into(), "USD".into()));
    rig.ask(Request::CancelAccountSummary { req_id: 1 });
    let currencies = |rows: &[(String, String, String)]| {
        let mut all: Vec<String> = rows.iter().map(|(.., currency)| currency.clone()).collect();
        all.sort();
        all.dedup();
        all
    };
    let base = summary(&mut rig, 2, &["$LEDGER"]);
    assert_eq!(currencies(&base), ["BASE"]);
    assert!(base.iter().any(|(tag, value, _)| tag == "CashBalance" && value == "1000000.00"));
    rig.ask(Request::CancelAccountSummary { req_id: 2 });
    let all = summary(&mut rig, 3, &["$LEDGER:ALL", "Leverage", "SettledCash"]);
    assert_eq!(currencies(&all), ["", "BASE", "USD"]);
    assert!(all.iter().any(|(tag, ..)| tag == "Leverage") && all.iter().any(|(tag, ..)| tag == "SettledCash"));
    rig.ask(Request::CancelAccountSummary { req_id: 3 });
    assert_eq!(summary(&mut rig, 4, &["$LEDGER:EUR", "AccountType"]).len(), 1, "there are no euros");
}

#[test]
fn a_third_summary_is_refused_and_a_tag_that_is_not_there_has_no_row() {
    let mut rig = Rig::always();
    assert_eq!(summary(&mut rig, 1, &["ReqTMargin", "SMA"]).len(), 1, "IBKR's own client asks for it");
    assert_eq!(summary(&mut rig, 2, &["Nothing"])[0].0, "321");
    assert_eq!(summary(&mut rig, 2, &["SMA"]).len(), 1);
    let refused = summary(&mut rig, 3, &["SMA"]);
    assert_eq!(refused[0].0, "322");
    assert!(refused[0].1.contains("Maximum number of account summary requests exceeded"));
    rig.ask(Request::CancelAccountSummary { req_id: 1 });
    assert_eq!(summary(&mut rig, 3, &["SMA"]).len(), 1);
    let unknown = Request::AccountSummary { req_id: 9, group: "Friends".into(), tags: vec!["SMA".into()] };
    assert_eq!(rig.ask(unknown), ["error 9 321"]);
}

#[test]
fn many_fills_in_a_second_are_told_once_and_none_is_lost() {
    let mut rig = Rig::always();
    updates(&mut rig);
    assert!(rig.place(1, order("BUY 1 MKT")).iter().any(|t| t == "PortfolioValue"));
    for id in 2..10 {
        assert!(!rig.place(id, order("BUY 1 MKT")).iter().any(|t| t == "PortfolioValue"));
    }
    rig.now += jiff::Span::new().seconds(1);
    let step = rig.core.advance(rig.now);
    let held = step.out.iter().find_map(|(_, r)| match r {
        Reply::PortfolioValue(v) => Some(v.position),
        _ => None,
    });
    assert_eq!(held, Some(dec("9")));
}

#[test]
fn a_ledger_only_subscription_leaves_the_rest_out() {
    let mut rig = Rig::always();
    let scope = AccountScope { req_id: 4, account: "DUV0000001".into(), model_code: String::new() };
    let asked = Request::AccountUpdatesMulti { scope, ledger_and_nlv: true };
    let keys: Vec<String> = rig
        .ask_raw(CONN, asked)
        .into_iter()
        .filter_map(|(_, r)| match r {
            Reply::AccountValueMulti(v) => Some(v.key),
            _ => None,
        })
        .collect();
    assert!(keys.contains(&"NetLiquidation".to_owned()) && keys.contains(&"CashBalance".to_owned()));
    assert!(!keys.contains(&"BuyingPower".to_owned()));
}

#[test]
fn of_several_accounts_an_order_must_name_one_and_each_keeps_its_own_money() {
    let config = CoreConfig { accounts: 3, always: true, ..CoreConfig::default() };
    let mut rig = Rig::with(config, "2026-11-21T15:00:00Z");
    assert_eq!(rig.place(1, order("BUY 5 MKT")), ["error 1 435"]);
    let named = |account: &str| Order { account: account.into(), ..order("BUY 5 MKT") };
    assert_eq!(rig.ask(place(2, "AAPL", named("DUV0000009"))), ["error 2 321"]);
    rig.ask(place(3, "AAPL", named("DUV0000002")));
    let view = rig.core.state_view(rig.now);
    let held: Vec<usize> = view.accounts.iter().map(|a| a.positions.len()).collect();
    assert_eq!(held, [0, 1, 0]);
    let rows = summary(&mut rig, 1, &["NetLiquidation"]);
    assert_eq!(rows.len(), 3, "one of each account");
    let scope = AccountScope { req_id: 3, account: "DUV0000003".into(), model_code: String::new() };
    assert_eq!(rig.ask(Request::PositionsMulti(scope)), ["PositionMultiEnd"]);
}
