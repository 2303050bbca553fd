//! Sessions, ids, time and the account.

use super::client::TextClient;
use crate::support::{start, stepped};

#[tokio::test]
async fn a_session_begins_with_accounts_id_and_three_notices_about_no_request() {
    let venue = start(stepped()).await;
    let mut client = TextClient::begin(&venue, 1).await;
    let first =
        client.expect(&["accounts DUV0000001", "next id 1", "error -1 2104", "error -1 2106", "error -1 2158"]).await;
    let texts: Vec<_> = first[2..].iter().map(|notice| notice[3].as_str()).collect();
    assert_eq!(
        texts,
        [
            "Market data farm connection is OK:usfarm",
            "HMDS data farm connection is OK:ushmds",
            "Sec-def data farm connection is OK:secdefnj"
        ]
    );
    // Reject as JSON, empty, then the time in milliseconds.
    assert!(first[2..].iter().all(|notice| notice[4].is_empty() && notice[5].parse::<i64>().is_ok()), "{first:?}");
}

#[tokio::test]
async fn the_time_is_whole_seconds() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send("49|1").await;
    let time = client.next().await;
    assert_eq!((time.len(), time[0].as_str(), time[1].as_str()), (3, "49", "1"));
    assert!(time[2].parse::<i64>().unwrap() > 0, "{time:?}");
}

#[tokio::test]
async fn an_id_asked_for_is_higher_than_the_one_the_session_began_with() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send("8|1|1").await;
    client.expect(&["next id 2"]).await;
    client.send("8|1|1").await;
    client.expect(&["next id 3"]).await;
    // Another session of the same client begins with the lowest free id again: none was used.
    drop(client);
    let mut again = TextClient::begin(&venue, 2).await;
    again.expect(&["accounts DUV0000001", "next id 1", "error -1 2104", "error -1 2106", "error -1 2158"]).await;
}

#[tokio::test]
async fn an_account_summary_is_its_tags_by_name_and_an_end() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send("62|1|9001|All|NetLiquidation,TotalCashValue,BuyingPower,ExcessLiquidity").await;
    let rows = client
        .expect(&[
            "summary BuyingPower",
            "summary ExcessLiquidity",
            "summary NetLiquidation",
            "summary TotalCashValue",
            "summary end 9001",
        ])
        .await;
    for row in &rows[..4] {
        assert_eq!((row[2].as_str(), row[3].as_str(), row[6].as_str()), ("9001", "DUV0000001", "USD"), "{row:?}");
        let (_, cents) = row[5].split_once('.').unwrap();
        assert_eq!(cents.len(), 2, "{row:?}");
    }
    client.send("63|1|9001").await;
    client.expect(&[]).await;
}
