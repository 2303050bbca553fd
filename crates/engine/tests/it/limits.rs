//! The policy in force: what tightens counts at once, what loosens waits for humans and time.

use crate::support::*;
use domain::contract::{Contract, SecType};
use domain::fault::Fault;
use domain::id::ConId;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::principal::Principal;
use engine::desk::{Desk as _, LimitsOf, LimitsView};
use futures::FutureExt as _;
use jiff::SignedDuration;
use serde_json::{Map, Value};

fn said(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap()
}

async fn set(rig: &Rig, by: &Principal, text: &str) -> Result<LimitsView, Fault> {
    rig.desk().set_limits(by, said(text), None, "a test".to_owned()).await
}

async fn accept(rig: &Rig, by: &Principal) -> Result<LimitsView, Fault> {
    let hash = now(rig).policy.pending.unwrap().0.hash;
    rig.desk().accept_policy(by, hash, "seen".to_owned()).await
}

fn now(rig: &Rig) -> LimitsView {
    // Limits for every order are told without asking anybody.
    let desk = rig.desk();
    let by = alice();
    desk.limits(&by, LimitsOf::default()).now_or_never().unwrap().unwrap()
}

fn limit(view: &LimitsView, key: &str) -> String {
    view.limits.iter().find(|one| one.limit.key == key).unwrap().value.to_string()
}

fn kinds(rig: &Rig) -> Vec<&'static str> {
    rig.log.records().iter().map(|record| record.event.kind()).filter(|kind| kind.starts_with("policy_")).collect()
}

#[tokio::test]
async fn a_tighter_limit_counts_for_the_next_order_and_a_looser_one_waits() {
    let rig = Rig::ready().await;
    let view = set(&rig, &alice(), r#"{"order_qty_max": "5"}"#).await.unwrap();
    assert_eq!((limit(&view, "order_qty_max"), view.policy.pending), ("\"5\"".to_owned(), None));
    let denied = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!(reason_codes(&denied.order), ["C13_MAX_QTY"]);

    let view = set(&rig, &alice(), r#"{"order_qty_max": "50", "order_notional_max": "20000"}"#).await.unwrap();
    assert_eq!(limit(&view, "order_qty_max"), "\"5\"");
    assert_eq!(limit(&view, "order_notional_max"), "\"20000\"", "the tighter part of one change counts at once");
    let (pending, changes) = view.policy.pending.unwrap();
    assert_eq!((pending.counts_from(), changes.len(), changes[0].key.as_str()), (None, 1, "order_qty_max"));
    assert_eq!(rig.submit(&alice(), buy("k-2")).await.unwrap().order.status, OrdStatus::Denied);

    accept(&rig, &alice()).await.unwrap();
    rig.pass(SignedDuration::from_secs(899));
    rig.settle().await;
    assert_eq!(limit(&now(&rig), "order_qty_max"), "\"5\"");
    rig.pass(SignedDuration::from_secs(1));
    rig.until("the delay has passed", || limit(&now(&rig), "order_qty_max") == "\"50\"").await;
    assert_eq!(now(&rig).policy.pending, None);
    assert_eq!(
        kinds(&rig),
        ["policy_applied", "policy_applied", "policy_applied", "policy_wished", "policy_accepted", "policy_applied"]
    );
}

#[tokio::test]
async fn two_humans_loosen_at_once_and_an_agent_never_does() {
    let rig = Rig::ready().await;
    set(&rig, &alice(), r#"{"order_qty_max": "2000"}"#).await.unwrap();
    assert_eq!(code_of(&accept(&rig, &bot()).await), "ForbiddenScope");
    let view = accept(&rig, &bob()).await.unwrap();
    assert_eq!((limit(&view, "order_qty_max"), view.policy.pending), ("\"2000\"".to_owned(), None));
    assert_eq!(code_of(&set(&rig, &bot(), r#"{"order_qty_max": "1"}"#).await), "ForbiddenScope");
}

#[tokio::test]
async fn a_wish_is_withdrawn_by_hand_or_by_the_next_change() {
    let rig = Rig::ready().await;
    set(&rig, &alice(), r#"{"order_qty_max": "2000"}"#).await.unwrap();
    let hash = now(&rig).policy.pending.unwrap().0.hash;
    rig.desk().withdraw_policy(&alice(), hash.clone(), "no".to_owned()).await.unwrap();
    assert_eq!(now(&rig).policy.pending, None);
    assert_eq!(code_of(&rig.desk().accept_policy(&bob(), hash, "late".to_owned()).await), "NotFound");

    set(&rig, &alice(), r#"{"order_qty_max": "2000"}"#).await.unwrap();
    set(&rig, &alice(), r#"{"order_qty_max": "10"}"#).await.unwrap();
    assert_eq!(now(&rig).policy.pending, None, "what waited would undo what came after it");
    assert_eq!(limit(&now(&rig), "order_qty_max"), "\"10\"");
}

#[tokio::test]
async fn whoever_has_seen_another_policy_changes_nothing() {
    let rig = Rig::ready().await;
    let seen = now(&rig).policy.hash;
    set(&rig, &alice(), r#"{"order_qty_max": "10"}"#).await.unwrap();
    let late = rig.desk().set_limits(&alice(), said(r#"{"open_orders_max": 1}"#), Some(seen), "late".to_owned()).await;
    assert_eq!(code_of(&late), "Stale");
    for wrong in [r#"{"order_qty_mx": "1"}"#, r#"{"order_qty_max": 2.5}"#, r#"{"order_qty_max": "-1"}"#] {
        assert_eq!(code_of(&set(&rig, &alice(), wrong).await), "Invalid", "{wrong}");
    }
    assert_eq!(kinds(&rig), ["policy_applied"; 2]);
}

#[tokio::test]
async fn a_file_that_was_changed_by_hand_is_a_wish_like_any_other() {
    let mut rig = Rig::ready().await;
    let first = now(&rig);
    rig.stop().await;
    rig.config.policy.base.order_qty_max = dec("5000");
    rig.config.policy.base.open_orders_max = 3;
    rig.boot();
    rig.connect(1).await;
    let view = now(&rig);
    assert_eq!(limit(&view, "order_qty_max"), limit(&first, "order_qty_max"));
    assert_eq!(limit(&view, "open_orders_max"), "3");
    let (pending, _) = view.policy.pending.clone().unwrap();
    assert_eq!((pending.by, pending.humans.len()), (None, 0));
    // The next start finds the same file: nothing new is wished, and what was set by command since stands.
    set(&rig, &alice(), r#"{"open_orders_max": 2}"#).await.unwrap();
    rig.stop().await;
    let before = kinds(&rig).len();
    rig.boot();
    rig.connect(1).await;
    assert_eq!((kinds(&rig).len(), limit(&now(&rig), "open_orders_max")), (before, "2".to_owned()));
}

#[tokio::test]
async fn a_crash_between_wish_and_delay_loses_neither() {
    let mut rig = Rig::ready().await;
    set(&rig, &alice(), r#"{"order_qty_max": "2000"}"#).await.unwrap();
    accept(&rig, &alice()).await.unwrap();
    rig.crash().await;
    rig.pass(SignedDuration::from_mins(16));
    rig.boot();
    rig.connect(1).await;
    rig.until("it counts", || limit(&now(&rig), "order_qty_max") == "\"2000\"").await;
    let wished = |event: &JournalEvent| matches!(event, JournalEvent::PolicyWished { .. });
    assert_eq!(rig.log.count(wished), 1);
}

#[tokio::test]
async fn limits_of_a_strategy_are_shown_and_count_for_its_orders_alone() {
    let rig = Rig::ready().await;
    set(&rig, &alice(), r#"{"strategy": {"calm": {"order_qty_max": "3"}}}"#).await.unwrap();
    let of = LimitsOf { strategy: "calm".parse().ok(), ..LimitsOf::default() };
    let view = rig.desk().limits(&alice(), of).await.unwrap();
    assert_eq!((limit(&view, "order_qty_max"), view.sections), ("\"3\"".to_owned(), vec!["strategy.calm".to_owned()]));
    let mut intent = buy("k-1");
    intent.strategy = "calm".parse().ok();
    assert_eq!(reason_codes(&rig.submit(&alice(), intent).await.unwrap().order), ["C13_MAX_QTY"]);
    rig.working("k-2").await;
}

#[tokio::test]
async fn an_instrument_is_known_to_its_sections_by_either_name() {
    let rig = Rig::ready().await;
    let shown = async |name: &str| {
        let of = LimitsOf { instrument: Some(name.to_owned()), ..LimitsOf::default() };
        rig.desk().limits(&alice(), of).await.map(|view| limit(&view, "order_qty_max"))
    };
    let (symbol, number) = ("AAPL", con_id().to_string());
    set(&rig, &alice(), r#"{"instrument": {"AAPL": {"order_qty_max": "3"}}}"#).await.unwrap();
    for name in [symbol, "aapl", &number] {
        assert_eq!(shown(name).await.unwrap(), "\"3\"", "{name}, whose section goes by its symbol");
    }
    let by_number =
        format!(r#"{{"instrument": {{"AAPL": {{"order_qty_max": null}}, "{number}": {{"order_qty_max": "2"}}}}}}"#);
    set(&rig, &alice(), &by_number).await.unwrap();
    accept(&rig, &bob()).await.unwrap();
    for name in [symbol, &number] {
        assert_eq!(shown(name).await.unwrap(), "\"2\"", "{name}, whose section goes by its con_id");
    }
    assert_eq!(shown("MSFT").await.unwrap(), "\"1000\"");
    set(&rig, &alice(), r#"{"instrument": {"424242": {"order_qty_max": "1"}}}"#).await.unwrap();
    assert_eq!(shown(symbol).await.unwrap(), "\"2\"", "a section of what the broker does not know takes nothing away");
    assert_eq!(shown("424242").await.unwrap(), "\"1\"", "and is shown itself");
}

async fn shown(rig: &Rig, of: LimitsOf) -> LimitsView {
    rig.desk().limits(&alice(), of).await.unwrap()
}

fn of_instrument(name: &str) -> LimitsOf {
    LimitsOf { instrument: Some(name.to_owned()), ..LimitsOf::default() }
}

#[tokio::test]
async fn what_is_shown_of_an_instrument_is_what_an_order_in_it_is_refused_by_whatever_else_has_sections() {
    let rig = Rig::ready().await;
    set(&rig, &alice(), r#"{"sec_type": {"stk": {"order_qty_max": "3"}}}"#).await.unwrap();
    for others in [r#"{"open_orders_max": 49}"#, r#"{"instrument": {"TSLA": {"order_qty_max": "2"}}}"#] {
        set(&rig, &alice(), others).await.unwrap();
        for name in ["AAPL", "aapl", &con_id().to_string()] {
            let view = shown(&rig, of_instrument(name)).await;
            assert_eq!((limit(&view, "order_qty_max"), view.warnings), ("\"3\"".to_owned(), vec![]), "{name}");
        }
    }
    let denied = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!(reason_codes(&denied.order), ["C13_MAX_QTY"]);
    let of = LimitsOf { sec_type: Some(SecType::Opt), ..of_instrument(&con_id().to_string()) };
    assert_eq!(code_of(&rig.desk().limits(&alice(), of).await), "Invalid", "it is no option");
}

#[tokio::test]
async fn a_section_of_an_option_is_not_taken_for_one_of_its_shares() {
    let rig = Rig::ready().await;
    let option = ConId::new(777).unwrap();
    let option = Contract { con_id: option, sec_type: SecType::Opt, ..contract() };
    rig.broker.offer(vec![contract(), option]);
    set(&rig, &alice(), r#"{"instrument": {"777": {"order_qty_max": "1"}}}"#).await.unwrap();
    assert_eq!(limit(&shown(&rig, of_instrument("777")).await, "order_qty_max"), "\"1\"");
    let view = shown(&rig, of_instrument("AAPL")).await;
    assert_eq!(limit(&view, "order_qty_max"), "\"1000\"", "{:?}", view.warnings);
    let of = LimitsOf { sec_type: Some(SecType::Opt), ..of_instrument("AAPL") };
    let view = shown(&rig, of).await;
    assert!(view.warnings[0].contains("Name AAPL by its con_id"), "which of its options? {:?}", view.warnings);
}

#[tokio::test]
async fn without_the_broker_limits_are_shown_and_what_is_not_known_is_said() {
    let mut rig = Rig::ready().await;
    let number = con_id().to_string();
    let sections = format!(
        r#"{{"sec_type": {{"stk": {{"order_qty_max": "5"}}}}, "instrument": {{"AAPL": {{"order_qty_max": "3"}}, "{number}": {{"order_qty_max": "2"}}}}}}"#
    );
    set(&rig, &alice(), &sections).await.unwrap();
    rig.stop().await;
    rig.boot();
    rig.until("the policy is known", || !rig.log.records().is_empty()).await;
    let by_symbol = shown(&rig, of_instrument("AAPL")).await;
    assert_eq!(limit(&by_symbol, "order_qty_max"), "\"3\"");
    assert!(
        by_symbol.warnings[0].contains("those of AAPL by its con_id may make it tighter"),
        "{:?}",
        by_symbol.warnings
    );
    let by_number = shown(&rig, of_instrument(&number)).await;
    assert_eq!(limit(&by_number, "order_qty_max"), "\"2\"");
    assert!(by_number.warnings[0].contains("by its symbol or its kind"), "{:?}", by_number.warnings);
    set(&rig, &alice(), &format!(r#"{{"instrument": {{"{number}": {{"order_qty_max": "1"}}}}}}"#)).await.unwrap();
    assert_eq!(limit(&shown(&rig, of_instrument(&number)).await, "order_qty_max"), "\"1\"");
}

#[tokio::test]
async fn limits_and_what_is_used_of_them_are_of_the_same_account() {
    let rig = Rig::ready().await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    let section = format!(r#"{{"account": {{"{}": {{"orders_day_max": 10}}}}}}"#, account());
    set(&rig, &alice(), &section).await.unwrap();
    for account in [None, Some(account())] {
        let view = shown(&rig, LimitsOf { account, ..LimitsOf::default() }).await;
        let used = view.used.get("orders_day_max").map(ToString::to_string);
        assert_eq!((limit(&view, "orders_day_max"), used), ("10".to_owned(), Some("1".to_owned())));
    }
}

#[tokio::test]
async fn a_file_that_was_changed_back_takes_its_own_wish_back_and_nobody_elses() {
    let mut rig = Rig::ready().await;
    let first = rig.config.policy.clone();
    rig.stop().await;
    rig.config.policy.base.off = domain::policy::Policy::bench().off;
    rig.boot();
    rig.connect(1).await;
    assert!(now(&rig).policy.pending.is_some_and(|(waits, _)| !waits.set.base.off.is_empty()));
    rig.stop().await;
    rig.config.policy = first;
    rig.boot();
    rig.connect(1).await;
    assert_eq!(now(&rig).policy.pending, None, "what measures on the simulated broker waits for nobody any more");

    set(&rig, &alice(), r#"{"order_qty_max": "2000"}"#).await.unwrap();
    rig.stop().await;
    rig.config.policy.base.order_qty_max = dec("999");
    rig.boot();
    rig.connect(1).await;
    assert_eq!(now(&rig).policy.pending, None, "the file changed something: what waits would undo it");
    set(&rig, &alice(), r#"{"order_qty_max": "2000"}"#).await.unwrap();
    set(&rig, &alice(), r#"{"order_qty_max": "999"}"#).await.unwrap();
    assert!(now(&rig).policy.pending.is_some(), "to say what holds already is no change");
}

#[tokio::test]
async fn what_is_used_of_a_day_is_told_beside_its_limit() {
    let rig = Rig::ready().await;
    let used = |key: &str| now(&rig).used.get(key).map(|used| used.normalize().to_string());
    assert_eq!((used("orders_day_max"), used("turnover_day_max")), (Some("0".to_owned()), Some("0".to_owned())));
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!(used("orders_day_max"), Some("1".to_owned()));
    assert_eq!(used("messages_per_day_max"), Some("1".to_owned()));
    assert_eq!(used("open_orders_max"), Some("1".to_owned()));
    assert_eq!(used("strategy_executions_max"), None, "nobody asked for a strategy");
    let of = LimitsOf { strategy: Some("calm".parse().unwrap()), ..LimitsOf::default() };
    let view = rig.desk().limits(&alice(), of).await.unwrap();
    assert_eq!(view.used.get("strategy_executions_max").map(ToString::to_string), Some("0".to_owned()));
}

#[tokio::test]
async fn an_order_that_waits_for_a_human_is_not_among_the_open_ones_of_which_there_is_a_limit() {
    let rig = Rig::ready().await;
    set(&rig, &alice(), r#"{"approval_notional_min": "1", "open_orders_max": 1}"#).await.unwrap();
    let used = || now(&rig).used.get("open_orders_max").map(ToString::to_string);
    assert_eq!(rig.submit(&alice(), buy("k-1")).await.unwrap().order.status, OrdStatus::PendingApproval);
    assert_eq!(used(), Some("0".to_owned()));
    let second = rig.submit(&alice(), buy("k-2")).await.unwrap().order;
    assert_eq!(second.status, OrdStatus::PendingApproval, "the gate counts alike: {:?}", reason_codes(&second));
}
