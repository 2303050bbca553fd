//! Orders over MCP: the same use cases, the same words, a key for everything that changes something.

use super::client::{VERSIONS, connect};
use crate::client::gateway;
use crate::fake_desk::{APPROVAL, Call};
use domain::fault::Fault;
use domain::principal::{Face, PrincipalKind, Scope};
use engine::desk::Outcome;
use serde_json::{Value, json};
use std::time::Duration;

fn order() -> Value {
    json!({
        "cl_ord_id": "k1", "preview_id": "pv-0123456789abcdef01234567", "symbol": "AAPL", "sec_type": "stk", "exchange": "SMART",
        "currency": "USD", "side": "buy", "qty": "10", "order_type": "limit", "limit_price": "189.50", "tif": "day",
    })
}

fn without(name: &str) -> Value {
    let mut order = order();
    order.as_object_mut().unwrap().remove(name);
    order
}

#[tokio::test]
async fn an_order_needs_its_key_and_a_preview() {
    let gateway = gateway().await;
    for version in &VERSIONS {
        let client = connect(&gateway, "agent", version).await;
        for name in ["cl_ord_id", "preview_id"] {
            let refused = client.refused("place_order", &without(name)).await;
            assert_eq!((&refused["code"], &refused["errors"][0]["field"]), (&json!("invalid_request"), &json!(name)));
        }
        for name in ["replace_order", "cancel_order"] {
            let refused = client.refused(name, &json!({"cl_ord_id": "k1"})).await;
            assert_eq!(refused["errors"][0]["field"], "key", "{name}");
        }
    }
    assert_eq!(gateway.desk.changes(), 0);
}

#[tokio::test]
async fn a_placed_order_is_one_intent_of_an_agent_whoever_owns_the_key() {
    let gateway = gateway().await;
    for (key, version) in [("agent", &VERSIONS[0]), ("human", &VERSIONS[1])] {
        let client = connect(&gateway, key, version).await;
        let mut order = order();
        order["wait_s"] = json!(7);
        let told = client.ask("place_order", &order).await;
        assert_eq!((&told["outcome"], &told["order"]["cl_ord_id"]), (&json!("acknowledged"), &json!("k1")));
        assert_eq!((&told["approval"], &told["replayed"]), (&Value::Null, &json!(false)));
        let Some(Call::Submit(intent, wait, by)) = gateway.desk.calls().pop() else { panic!("no submit") };
        assert_eq!((intent.cl_ord_id.as_str(), wait), ("k1", Duration::from_secs(7)));
        assert_eq!(intent.preview_id.unwrap().as_str(), "pv-0123456789abcdef01234567");
        assert_eq!((by.kind, by.face), (PrincipalKind::Agent, Face::Mcp));
        assert!(!by.may(Scope::Approve) && !by.may(Scope::Admin), "{by:?}");
    }
}

#[tokio::test]
async fn a_denial_is_an_error_with_every_reason_and_what_to_do() {
    let gateway = gateway().await;
    gateway.desk.tell(|told| told.outcome = Outcome::Denied);
    let client = connect(&gateway, "agent", &VERSIONS[1]).await;
    let refused = client.refused("place_order", &order()).await;
    assert_eq!((&refused["code"], &refused["outcome"]), (&json!("C13_MAX_QTY"), &json!("denied")));
    assert_eq!(refused["reasons"].as_array().unwrap().len(), 2);
    assert_eq!(refused["reasons"][0]["hint"], "ask for less");
    assert_eq!(refused["order"]["status"], "denied");
    assert_eq!(refused["request_id"], refused["order"]["correlation_id"]);
}

#[tokio::test]
async fn an_unknown_outcome_says_to_ask_and_not_to_place_again() {
    let gateway = gateway().await;
    gateway.desk.tell(|told| told.outcome = Outcome::Unknown);
    let client = connect(&gateway, "agent", &VERSIONS[1]).await;
    let refused = client.refused("place_order", &order()).await;
    assert_eq!((&refused["code"], &refused["outcome"]), (&json!("outcome_unknown"), &json!("unknown")));
    gateway.desk.tell(|told| told.fault = Some(Fault::InFlight("k1".parse().unwrap())));
    let refused = client.refused("place_order", &order()).await;
    assert_eq!((&refused["code"], &refused["retryable"]), (&json!("in_flight"), &json!(true)));
}

#[tokio::test]
async fn an_order_that_waits_for_a_human_names_page_and_command() {
    let gateway = gateway().await;
    gateway.desk.tell(|told| (told.outcome, told.replayed) = (Outcome::NeedsApproval, true));
    let client = connect(&gateway, "agent", &VERSIONS[1]).await;
    let told = client.ask("place_order", &order()).await;
    assert_eq!((&told["outcome"], &told["replayed"]), (&json!("needs_approval"), &json!(true)));
    assert_eq!(told["approval"]["id"], APPROVAL);
    assert_eq!(told["approval"]["url"], format!("http://{}/approvals/{APPROVAL}", gateway.addr));
    assert_eq!(told["approval"]["command"], format!("tollgate approval approve {APPROVAL}"));
}

#[tokio::test]
async fn changes_and_cancels_carry_keys_of_their_own() {
    let gateway = gateway().await;
    let client = connect(&gateway, "agent", &VERSIONS[0]).await;
    let change =
        json!({"cl_ord_id": "k1", "key": "c1", "qty": "5", "order_type": "limit", "limit_price": "189", "tif": "day"});
    assert_eq!(client.ask("replace_order", &change).await["order"]["cl_ord_id"], "k1");
    assert_eq!(client.ask("cancel_order", &json!({"cl_ord_id": "k1", "key": "x1"})).await["order"]["cl_ord_id"], "k1");
    assert_eq!(client.ask("cancel_all_orders", &json!({})).await["items"].as_array().unwrap().len(), 2);
    let calls = gateway.desk.calls();
    assert!(matches!(&calls[0], Call::Replace(order, key, _, None) if order.as_str() == "k1" && key.as_str() == "c1"));
    assert!(
        matches!(&calls[1], Call::Cancel(order, Some(key), None) if order.as_str() == "k1" && key.as_str() == "x1")
    );
}

#[tokio::test]
async fn the_kill_switch_goes_one_way() {
    let gateway = gateway().await;
    let client = connect(&gateway, "agent", &VERSIONS[1]).await;
    for state in ["active", "reducing", "halted"] {
        let refused =
            client.refused("kill_switch", &json!({"scope": "global", "reason": "test", "state": state})).await;
        assert_eq!(refused["errors"][0]["field"], "state");
    }
    assert_eq!(gateway.desk.changes(), 0);
    let told = client.ask("kill_switch", &json!({"scope": "global", "reason": "test"})).await;
    assert_eq!(told["global"], "halted");
}

#[tokio::test]
async fn a_panic_of_a_use_case_is_an_answer_and_ends_nothing() {
    for version in &VERSIONS {
        let gateway = gateway().await;
        let client = connect(&gateway, "agent", version).await;
        gateway.desk.tell(|told| told.panics = true);
        let refused = client.refused("place_order", &order()).await;
        assert_eq!((&refused["code"], &refused["retryable"]), (&json!("internal"), &json!(false)));
        gateway.desk.tell(|told| told.panics = false);
        client.ask("place_order", &order()).await;
    }
}
