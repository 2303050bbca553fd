//! Asking the human: a client that shows pages is asked to show the approval's, once. What it answers decides nothing.

use super::client::{VERSIONS, call, connect, connect_as};
use crate::client::{Gateway, gateway};
use crate::fake_desk::{APPROVAL, Call};
use engine::desk::Outcome;
use rmcp::model::{CallToolResponse, InputRequest};
use serde_json::{Value, json};

fn order() -> Value {
    json!({
        "cl_ord_id": "k1", "preview_id": "pv-0123456789abcdef01234567", "con_id": "265598", "side": "buy", "qty": "10",
        "order_type": "limit", "limit_price": "189.50", "tif": "day",
    })
}

async fn waiting() -> Gateway {
    let gateway = gateway().await;
    gateway.desk.tell(|told| told.outcome = Outcome::NeedsApproval);
    gateway
}

fn submits(gateway: &Gateway) -> usize {
    let calls = gateway.desk.calls();
    assert!(!calls.iter().any(|call| matches!(call, Call::Approve(..))), "{calls:?}");
    calls.len()
}

#[tokio::test]
async fn the_page_is_shown_once_in_either_version_and_the_same_key_asked_again() {
    for version in &VERSIONS {
        let gateway = waiting().await;
        let client = connect_as(&gateway, "agent", version, true).await;
        let told = client.ask("place_order", &order()).await;
        assert_eq!(
            (&told["outcome"], &told["approval"]["id"]),
            (&json!("needs_approval"), &json!(APPROVAL)),
            "{version}"
        );
        assert_eq!(client.pages(), [format!("http://{}/approvals/{APPROVAL}", gateway.addr)]);
        assert_eq!(submits(&gateway), 2, "{version}");
    }
}

#[tokio::test]
async fn a_client_without_pages_is_told_in_words() {
    for version in &VERSIONS {
        let gateway = waiting().await;
        let client = connect(&gateway, "agent", version).await;
        client.ask("place_order", &order()).await;
        assert_eq!((client.pages().len(), submits(&gateway)), (0, 1));
    }
}

#[tokio::test]
async fn a_state_is_good_for_its_key_and_its_very_call() {
    let gateway = waiting().await;
    let client = connect_as(&gateway, "agent", &VERSIONS[1], true).await;
    let CallToolResponse::InputRequired(asked) =
        client.service.call_tool_once(call("place_order", &order())).await.unwrap()
    else {
        panic!("not asked")
    };
    let requests = asked.input_requests.unwrap();
    assert!(matches!(requests.values().next(), Some(InputRequest::Elicitation(_))));
    let state = asked.request_state.unwrap();
    let accepted = [("approval".to_owned(), json!({"action": "accept"}))].into();
    let with = |order: &Value, state: &str| {
        call("place_order", order).with_request_state(state).with_input_responses(accepted)
    };
    // As it was given.
    let CallToolResponse::Complete(done) = client.service.call_tool_once(with(&order(), &state)).await.unwrap() else {
        panic!("asked again")
    };
    assert_eq!(done.structured_content.unwrap()["outcome"], "needs_approval");
    let before = submits(&gateway);
    let refused = |response: CallToolResponse| {
        let CallToolResponse::Complete(done) = response else { panic!("not refused") };
        assert_eq!(done.is_error, Some(true));
        assert!(super::client::text(&done).contains("requestState"), "{done:?}");
    };
    let mut other = order();
    other["qty"] = json!("9999");
    let brought = |order: &Value, state: &str| call("place_order", order).with_request_state(state);
    refused(client.service.call_tool_once(brought(&other, &state)).await.unwrap());
    refused(client.service.call_tool_once(brought(&order(), &format!("{state}x"))).await.unwrap());
    refused(client.service.call_tool_once(brought(&order(), "approved")).await.unwrap());
    let human = connect_as(&gateway, "human", &VERSIONS[1], true).await;
    refused(human.service.call_tool_once(brought(&order(), &state)).await.unwrap());
    assert_eq!(submits(&gateway), before);
}
