//! What other gateways get wrong about modes, switches, gates and approvals, and the tests that say that this one does not.
//!
//! | what they do | tests |
//! |---|---|
//! | the approval is unspent after a crash; two processes spend one | `an_approval_that_was_spent_before_a_crash_stays_spent`, `two_yeses_at_once_send_once`, `an_approval_is_spent_once_by_its_own_order_in_time` |
//! | paper with orders enabled sends to whatever is connected | `a_live_account_is_refused_while_the_owner_says_paper`, `the_word_live_on_a_paper_account_sends_nothing`, `account_port_and_setting_must_say_the_same` |
//! | `dry_run` is shown and never read | `with_trading_off_every_gate_runs_and_nothing_is_sent` |
//! | after live → paper the process stays on the live port; a state file outranks the setting | `the_setting_of_the_newest_start_counts_and_no_earlier_one`, `an_account_that_contradicts_the_port_or_the_pin_is_not_ready` |
//! | "submitted" although no broker was contacted | `without_a_line_nothing_is_called_sent`, `with_trading_off_every_gate_runs_and_nothing_is_sent` |
//! | the kill switch blocks cancels | `a_cancel_passes_while_everything_is_halted` |
//! | it is a start-up flag, not persisted | `a_kill_halts_new_orders_and_cancels_until_it_is_proven`, `a_kill_survives_a_crash_and_its_cancels_go_on` |
//! | nobody records who moved it | `the_switch_says_who_moved_it_and_why_after_a_restart` |
//! | deleting the override file changes nothing until restart | `deleting_the_override_file_stops_the_next_order_without_a_restart`, `a_live_order_leaves_only_while_the_override_file_is_there` |
//! | gates hard-coded to true | `tollgate limits drill`, `make mutants` |
//! | only the first refusal is reported | `a_denial_names_every_reason_sends_nothing_and_spends_the_key`, `every_reason_is_reported_at_once_with_those_of_holds` |
//! | stops and market orders pass without a notional check | `the_worst_notional_stays_within_the_limit`, `the_worst_price_of_each_type_is_the_worst` |
//! | currencies are not compared | `amounts_count_in_base_currency_at_a_fresh_rate` |
//! | a modify is not bound to its order | `a_change_is_sent_under_the_orders_own_id_and_counts_once_the_broker_shows_it`, `only_a_working_order_of_this_connection_is_changed` |
//! | "session" counters never reset | `the_orders_of_a_day_count_with_those_of_unknown_fate_and_begin_anew` |
//! | paper orders count as live | `simulated_orders_use_up_nothing` |
//! | ambiguous orders are not counted | `the_orders_of_a_day_count_with_those_of_unknown_fate_and_begin_anew`, `no_sequence_leads_above_a_limit_on_a_sum` |
//! | one agent previews, approves and submits | `neither_a_program_nor_the_requester_nor_a_key_without_the_scope_approves`, `orders_inside_a_mandate_need_no_yes_and_those_outside_still_do` |
//! | every warning of the broker is confirmed unread | `a_warning_of_the_broker_is_shown_in_its_words_and_answered_by_nobody`, `no_order_passes_over_a_warning_unread`, `an_order_that_tws_holds_behind_a_dialog_is_shown_so` |
//! | a quote's age is what it says of itself | `the_age_of_a_quote_counts_from_its_receipt` |
//! | 1e15, negative prices, NaN are accepted | `what_is_no_plain_positive_decimal_is_no_amount`, `a_quantity_above_the_limit_is_refused` |
//! | a limit order needs a live quote | `a_limit_order_can_stand_on_delayed_data_or_a_close` |
//! | a wrong contract is picked as "first match" | `a_contract_that_is_not_the_only_one_is_refused_with_all_of_them` |
//! | a front-month future is cached for ever | `a_contract_is_asked_for_anew_on_every_connection` |

use crate::support::*;
use domain::broker::WhatIf;
use domain::id::ConId;
use domain::lifecycle::OrdStatus;
use domain::mode::Trading;
use domain::trading_state::{KillScope, TradingState};
use engine::Clock as _;
use engine::desk::{Desk as _, Outcome};
use jiff::SignedDuration;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_setting_of_the_newest_start_counts_and_no_earlier_one() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    for (trading, key, outcome) in [(Trading::Live, "k-2", Outcome::Denied), (Trading::Off, "k-3", Outcome::Simulated)]
    {
        rig.stop().await;
        rig.config.trading = trading;
        rig.boot();
        rig.connect(1).await;
        assert_eq!(rig.submit(&alice(), buy(key)).await.unwrap().outcome, outcome, "{trading:?}");
    }
    rig.stop().await;
    rig.config.trading = Trading::Paper;
    rig.boot();
    rig.connect(1).await;
    rig.working("k-4").await;
    assert_eq!(rig.broker.submits(), ["k-1", "k-4"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_line_nothing_is_called_sent() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.down().await;
    rig.settle().await;
    if let Ok(answer) = rig.submit(&alice(), buy("k-2")).await {
        assert_eq!((answer.outcome, answer.order.status), (Outcome::Denied, OrdStatus::Denied));
        assert!(reason_codes(&answer.order).contains(&"C08_READINESS".to_owned()));
    }
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_switch_says_who_moved_it_and_why_after_a_restart() {
    let mut rig = Rig::ready().await;
    let at = rig.clock.now();
    let why = "a strategy ran away".to_owned();
    rig.desk().set_trading_state(&bot(), KillScope::Global, TradingState::Halted, why.clone()).await.unwrap();
    rig.crash().await;
    rig.boot();
    let states = rig.desk().status(&alice()).unwrap().trading_states;
    let (_, entry) = states.into_iter().find(|(scope, _)| *scope == KillScope::Global).unwrap();
    assert_eq!((entry.state, entry.reason, entry.at), (TradingState::Halted, why, at));
    assert!(entry.by.contains("bot"), "{}", entry.by);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_orders_of_a_day_count_with_those_of_unknown_fate_and_begin_anew() {
    let mut rig = Rig::ready_with(|config| config.policy.base.orders_day_max = 2).await;
    rig.working("k-1").await;
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), buy("k-2")).await.unwrap();
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-2", OrdStatus::Missing).await;
    let third = rig.submit(&alice(), buy("k-3")).await.unwrap();
    assert!(reason_codes(&third.order).contains(&"C31_TURNOVER".to_owned()), "{:?}", reason_codes(&third.order));
    rig.desk().resolve(&alice(), key("k-2"), "looked in TWS".to_owned()).await.unwrap();
    rig.pass(SignedDuration::from_hours(24));
    rig.broker.move_price("99.99", "100.01").await;
    rig.settle().await;
    let tomorrow = rig.submit(&alice(), buy("k-4")).await.unwrap();
    assert!(!reason_codes(&tomorrow.order).contains(&"C31_TURNOVER".to_owned()), "{:?}", reason_codes(&tomorrow.order));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simulated_orders_use_up_nothing() {
    let mut rig = Rig::ready_with(|config| {
        config.trading = Trading::Off;
        config.policy.base.orders_day_max = 1;
        config.policy.base.open_orders_max = 1;
    })
    .await;
    for nth in 1..=3 {
        let answer = rig.submit(&alice(), buy(&format!("k-{nth}"))).await.unwrap();
        assert_eq!(answer.outcome, Outcome::Simulated, "{:?}", answer.order.reasons);
    }
    rig.stop().await;
    rig.config.trading = Trading::Paper;
    rig.boot();
    rig.connect(1).await;
    rig.working("k-4").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_age_of_a_quote_counts_from_its_receipt() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    // The line is silent for a minute; what came last says of itself that it is live.
    rig.broker.freeze_quotes();
    rig.pass(SignedDuration::from_secs(60));
    let mut market = buy("k-2");
    market.order_type = domain::order::OrderType::Market;
    let answer = rig.submit(&alice(), market).await.unwrap();
    assert_eq!(answer.outcome, Outcome::Denied);
    assert!(reason_codes(&answer.order).contains(&"C09_FRESH_DATA".to_owned()), "{:?}", reason_codes(&answer.order));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contract_that_is_not_the_only_one_is_refused_with_all_of_them() {
    let rig = Rig::ready().await;
    let other = domain::contract::Contract { con_id: ConId::new(7).unwrap(), ..contract() };
    rig.broker.offer(vec![contract(), other]);
    let refused = rig.submit(&alice(), buy("k-1")).await;
    assert_eq!(code_of(&refused), "ContractAmbiguous");
    let words = format!("{refused:?}");
    assert!(words.contains("265598") && words.contains("ConId(7)"), "{words}");
    rig.settle().await;
    assert!(rig.broker.submits().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contract_is_asked_for_anew_on_every_connection() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.submit(&alice(), buy("k-2")).await.unwrap();
    let before = rig.broker.asked("contracts");
    rig.broker.down().await;
    rig.settle().await;
    rig.connect(1).await;
    rig.submit(&alice(), buy("k-3")).await.unwrap();
    assert_eq!(rig.broker.asked("contracts"), before + 1);
    rig.pass(SignedDuration::from_mins(31));
    rig.submit(&alice(), buy("k-4")).await.unwrap();
    assert_eq!(rig.broker.asked("contracts"), before + 2, "and after half an hour on the same one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warning_of_the_broker_is_shown_in_its_words_and_answered_by_nobody() {
    let rig = Rig::ready().await;
    let warning = Some("Your order is larger than usual. Are you sure?".to_owned());
    let estimate = WhatIf { warning: warning.clone(), ..crate::estimates::margin("300", "300") };
    rig.broker.estimates(estimate);
    let preview = rig.desk().preview(&alice(), buy("p-1")).await.unwrap();
    assert_eq!(preview.what_if.unwrap().warning, warning);

    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    // 399 is a warning about an order, 10329 one that TWS asks a human to confirm.
    for code in [399, 10_329] {
        rig.broker.error("k-1", code).await;
    }
    let told = || rig.order("k-1").broker_messages;
    rig.until("both are heard", || told().len() == 2).await;
    assert_eq!(told(), [(399, "error 399".to_owned()), (10_329, "error 10329".to_owned())]);
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed, "a warning is neither a yes nor a no");
    rig.pass(SignedDuration::from_secs(30));
    rig.settle().await;
    assert_eq!((rig.broker.submits(), rig.broker.replaces().len()), (vec!["k-1".to_owned()], 0));
    assert_eq!(rig.broker.all_cancels(), [""; 0]);
}

/// The table above names tests that are there.
#[test]
fn every_named_test_is_there() {
    let table = include_str!("peers.rs");
    let rows = table.lines().filter(|line| line.starts_with("//! |"));
    let named: BTreeSet<&str> =
        rows.flat_map(|row| row.split('`').skip(1).step_by(2)).filter(|name| name.contains('_')).collect();
    let named: BTreeSet<&str> = named.into_iter().filter(|name| *name != "dry_run").collect();
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = String::new();
    let mut dirs = vec![crates.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let missing: Vec<&&str> = named.iter().filter(|name| !sources.contains(&format!("fn {name}()"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(named.len() > 25, "{named:?}");
}
