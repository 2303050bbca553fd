//! Orders from their submission to their end.

use serde_json::json;

use super::client::{TextClient, cancel, place};
use crate::support::{get, post, start, step, stepped};

/// The wire's unset double, which says "no realised profit".
const UNSET: &str = "1.7976931348623157E308";

#[tokio::test]
async fn a_limit_order_far_from_the_market_rests_and_is_cancelled() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&place(1, "BUY", "1", "LMT", &[("lmtPrice", "10")])).await;
    let placed = client
        .expect(&["open 1 PreSubmitted", "status 1 PreSubmitted 0+1", "open 1 Submitted", "status 1 Submitted 0+1"])
        .await;
    // The broker's id is there from the first message on, and stays.
    let perm_ids: Vec<_> = [&placed[0][25], &placed[1][6], &placed[2][25], &placed[3][6]].into();
    assert!(perm_ids.iter().all(|id| *id == perm_ids[0] && *id != "0"), "{perm_ids:?}");

    client.send(&cancel(1)).await;
    let cancelled = client
        .expect(&["status 1 PendingCancel 0+1", "?open 1 Cancelled", "status 1 Cancelled 0+1", "error 1 202"])
        .await;
    assert_eq!(cancelled.last().unwrap()[3], "Order Canceled - reason:");
}

#[tokio::test]
async fn an_order_is_cancelled_by_its_id_alone() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&place(1, "BUY", "1", "LMT", &[("lmtPrice", "100")])).await;
    client
        .expect(&["open 1 PreSubmitted", "status 1 PreSubmitted 0+1", "?open 1 Submitted", "?status 1 Submitted 0+1"])
        .await;
    client.send(&cancel(1)).await;
    client
        .expect(&["?status 1 PendingCancel 0+1", "?open 1 Cancelled", "status 1 Cancelled 0+1", "?error 1 202"])
        .await;
}

#[tokio::test]
async fn a_market_order_fills_with_its_execution_before_its_status_and_its_commission_last() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 94).await;
    client.send(&place(1, "BUY", "1", "MKT", &[])).await;
    let seen = client
        .expect(&[
            "open 1 PreSubmitted",
            "status 1 PreSubmitted 0+1",
            "execution 1 BOT 1",
            "open 1 Filled",
            "status 1 Filled 1+0",
            "commission",
        ])
        .await;
    let [_, _, execution, _, status, commission] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(execution[1], "-1", "an execution nobody asked for");
    assert!(execution[15].ends_with(" US/Eastern"), "{execution:?}");
    assert_eq!((&status[5], &status[8]), (&execution[20], &execution[20]), "average and last price");
    assert_eq!(status[9], "94");
    assert_eq!(commission[2], execution[14], "the same execution");
    assert_eq!((commission[3].as_str(), commission[4].as_str(), commission[5].as_str()), ("1", "USD", UNSET));
}

#[tokio::test]
async fn an_order_not_transmitted_is_silent_until_it_is() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&place(293, "BUY", "10", "LMT", &[("lmtPrice", "13.26"), ("transmit", "0")])).await;
    client.expect(&[]).await;
    client.send(&place(293, "BUY", "10", "LMT", &[("lmtPrice", "13.26")])).await;
    client
        .expect(&[
            "?open 293 PreSubmitted",
            "?status 293 PreSubmitted 0+10",
            "open 293 Submitted",
            "status 293 Submitted 0+10",
        ])
        .await;
    client.send(&cancel(293)).await;
    client
        .expect(&[
            "?status 293 PendingCancel 0+10",
            "?open 293 Cancelled",
            "status 293 Cancelled 0+10",
            "error 293 202",
        ])
        .await;
}

#[tokio::test]
async fn a_resting_order_is_there_after_a_reconnect_and_can_be_cancelled() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&place(294, "BUY", "10", "LMT", &[("lmtPrice", "13.27"), ("tif", "GTC")])).await;
    client
        .expect(&[
            "?open 294 PreSubmitted",
            "?status 294 PreSubmitted 0+10",
            "open 294 Submitted",
            "status 294 Submitted 0+10",
        ])
        .await;
    drop(client);
    crate::support::within("the client id to be free", async {
        while get(&venue, "/connections").await.as_array().is_some_and(|all| !all.is_empty()) {}
    })
    .await;

    let mut client = TextClient::begin(&venue, 1).await;
    client.expect(&["accounts DUV0000001", "next id 295", "error -1 2104", "error -1 2106", "error -1 2158"]).await;
    client.send("5|1").await;
    client.expect(&["open 294 Submitted", "?status 294 Submitted 0+10", "open end"]).await;
    client.send(&cancel(294)).await;
    client
        .expect(&[
            "?status 294 PendingCancel 0+10",
            "?open 294 Cancelled",
            "status 294 Cancelled 0+10",
            "error 294 202",
        ])
        .await;
}

#[tokio::test]
async fn a_trailing_stop_waits_for_its_trigger_and_then_fills() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&place(246, "BUY", "1", "LMT", &[("lmtPrice", "10"), ("tif", "GTC")])).await;
    client
        .expect(&[
            "open 246 PreSubmitted",
            "status 246 PreSubmitted 0+1",
            "open 246 Submitted",
            "status 246 Submitted 0+1",
        ])
        .await;
    client.send(&cancel(246)).await;
    client
        .expect(&["?status 246 PendingCancel 0+1", "?open 246 Cancelled", "status 246 Cancelled 0+1", "error 246 202"])
        .await;

    client.send(&place(247, "SELL", "1", "TRAIL", &[("trailingPercent", "1.5")])).await;
    client.expect(&["open 247 PreSubmitted", "status 247 PreSubmitted 0+1 trigger"]).await;
    // One and a half percent below the market, and a little more.
    let (status, answer) = post(&venue, "/price", &json!({ "symbol": "AAPL", "price": "100" })).await;
    assert_eq!(status, 200, "{answer}");
    step(&venue, "PT1S").await;
    client
        .expect(&[
            "?open 247 PreSubmitted",
            "open 247 Submitted",
            "status 247 Submitted 0+1",
            "execution 247 SLD 1",
            "?open 247 Filled",
            "status 247 Filled 1+0",
            "commission",
        ])
        .await;
}

#[tokio::test]
async fn buying_in_steps_and_selling_at_once_shows_every_fill() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    for order_id in 282..285 {
        client.send(&place(order_id, "BUY", "5", "MKT", &[])).await;
        client
            .expect(&[
                &format!("open {order_id} PreSubmitted"),
                &format!("status {order_id} PreSubmitted 0+5"),
                &format!("execution {order_id} BOT 5"),
                &format!("?open {order_id} Filled"),
                &format!("status {order_id} Filled 5+0"),
                "?commission",
            ])
            .await;
        step(&venue, "PT3S").await;
    }
    client.send(&place(285, "SELL", "15", "MKT", &[])).await;
    client
        .expect(&[
            "open 285 PreSubmitted or open 285 Submitted",
            "status 285 PreSubmitted 0+15 or status 285 Submitted 0+15",
            "execution 285 SLD 15",
            "?open 285 Filled",
            "status 285 Filled 15+0",
            "?commission",
        ])
        .await;
}
