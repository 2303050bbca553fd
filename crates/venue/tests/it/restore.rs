//! What was told to a client is still so after a crash.

use std::fs;
use std::path::Path;

use ibapi::accounts::PositionUpdate;
use ibapi::orders::order_builder::{limit_order, market_order};
use ibapi::orders::{Action, Orders};
use serde_json::Value;

use venue::VenueConfig;

use crate::raw;
use crate::raw_client::Raw;
use crate::support::{PATIENCE, Updates, connect, contract, get, start, step, stepped_in, submit};

/// What a crash at this moment would leave: the files as they are, the venue still running.
fn crash_copy(of: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["changes", "snapshot", "ledger"] {
        if of.join(name).exists() {
            fs::copy(of.join(name), copy.path().join(name)).unwrap();
        }
    }
    copy
}

#[tokio::test]
async fn ledger_orders_positions_and_ids_survive_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let venue = start(stepped_in(dir.path())).await;
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    submit(&client, &aapl, market_order(Action::Buy, 10.0), "filled").await;
    step(&venue, "PT1S").await;
    updates.until("status Filled").await;
    let resting = submit(&client, &aapl, limit_order(Action::Buy, 5.0, 10.0), "resting").await;
    updates.until("status Submitted").await;
    let before = get(&venue, "/ledger").await;
    let time_before = get(&venue, "/healthz").await["venue_time"].clone();

    let copy = crash_copy(dir.path());
    let restored = start(stepped_in(copy.path())).await;
    assert_eq!(get(&restored, "/ledger").await, before);
    assert_eq!(get(&restored, "/healthz").await["venue_time"], time_before);
    assert_eq!(get(&restored, "/state").await["accounts"], get(&venue, "/state").await["accounts"]);

    let client = connect(&restored, 3).await;
    assert!(client.next_order_id() > resting, "{}", client.next_order_id());
    let mut open = client.open_orders().await.unwrap();
    let open = open.collect_to_end_within(PATIENCE).await.unwrap();
    let refs: Vec<_> = open
        .iter()
        .filter_map(|row| match row {
            Orders::OrderData(o) => Some((o.order_id, o.order.order_ref.as_str())),
            Orders::OrderStatus(_) => None,
        })
        .collect();
    assert_eq!(refs, [(resting, "resting")]);
    let mut positions = client.positions().await.unwrap();
    let rows = positions.collect_until(PATIENCE, |rows| matches!(rows.last(), Some(PositionUpdate::PositionEnd))).await;
    assert!(
        matches!(&rows[..], [PositionUpdate::Position(p), PositionUpdate::PositionEnd] if (p.position - 10.0).abs() < 1e-9),
        "{rows:?}"
    );

    // The restored order is alive, not a picture of one.
    let mut updates = Updates::of(&client).await;
    let _cancel = client.cancel_order(resting, "").await.unwrap();
    updates.until("status Cancelled").await;
}

#[tokio::test]
async fn a_crash_in_the_middle_of_a_write_loses_only_what_nobody_was_told() {
    let dir = tempfile::tempdir().unwrap();
    let venue = start(stepped_in(dir.path())).await;
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    submit(&client, &aapl, limit_order(Action::Buy, 1.0, 10.0), "first").await;
    updates.until("status Submitted").await;
    let told = get(&venue, "/ledger").await;
    let copy = crash_copy(dir.path());
    let durable = fs::metadata(copy.path().join("changes")).unwrap().len();
    submit(&client, &aapl, limit_order(Action::Buy, 2.0, 10.0), "second").await;
    updates.until("status Submitted").await;

    let bytes = fs::read(dir.path().join("changes")).unwrap();
    let durable = usize::try_from(durable).unwrap();
    assert!(bytes.len() > durable + 20);
    for cut in [durable, durable + 1, durable + 13, durable + 20] {
        fs::write(copy.path().join("changes"), &bytes[..cut]).unwrap();
        let restored = start(stepped_in(copy.path())).await;
        assert_eq!(get(&restored, "/ledger").await, told, "cut at {cut}");
        restored.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn stopping_and_starting_again_any_number_of_times_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for round in 0..4 {
        let venue = start(stepped_in(dir.path())).await;
        assert_eq!(refs(&get(&venue, "/ledger").await), expected, "round {round}");
        let client = connect(&venue, 3).await;
        let mut updates = Updates::of(&client).await;
        let aapl = contract(&client, "AAPL").await;
        let order_ref = format!("round-{round}");
        submit(&client, &aapl, limit_order(Action::Buy, 1.0, 10.0), &order_ref).await;
        updates.until("status Submitted").await;
        expected.push(order_ref);
        venue.shutdown().await.unwrap();
    }
}

fn refs(ledger: &Value) -> Vec<String> {
    let orders = ledger.as_array().unwrap().iter();
    orders.map(|o| o["order_ref"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_directory_in_use_or_corrupt_is_an_error_that_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let venue = start(stepped_in(dir.path())).await;
    let error = venue::start(stepped_in(dir.path())).await.unwrap_err();
    assert!(error.to_string().contains("in use by another venue"), "{error}");
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    for n in 0..2 {
        submit(&client, &aapl, limit_order(Action::Buy, 1.0, 10.0), &format!("o{n}")).await;
        updates.until("status Submitted").await;
    }
    venue.shutdown().await.unwrap();
    let path = dir.path().join("changes");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = venue::start(stepped_in(dir.path())).await.unwrap_err();
    assert!(error.to_string().contains("is corrupt at byte"), "{error}");
}

#[tokio::test]
async fn a_long_history_is_replaced_by_a_snapshot_and_old_orders_stay_in_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let config = || VenueConfig { compact_len: 20_000, ..stepped_in(dir.path()) };
    let venue = start(config()).await;
    let mut client = Raw::connect(&venue, 3).await;
    for id in 1..=60 {
        let order =
            if id % 2 == 0 { raw::market_order("BUY", "1", "a") } else { raw::limit_order("BUY", "1", 10.0, "b") };
        client.send(&raw::place(id, "AAPL", &order)).await;
    }
    client.until("status 59 Submitted").await;
    step(&venue, "PT24H").await;
    let before = get(&venue, "/ledger").await;
    let accounts = get(&venue, "/state").await["accounts"].clone();
    // Ten days later the day orders are long over, and the core has let go of them.
    step(&venue, "PT240H").await;
    assert_eq!(get(&venue, "/ledger").await, before);
    client.send(&raw::place(61, "AAPL", &raw::limit_order("BUY", "1", 10.0, "c"))).await;
    client.until("status 61 Submitted").await;
    client.send(&raw::place(4, "AAPL", &raw::limit_order("BUY", "1", 10.0, "again"))).await;
    client.until("error 4 103").await;
    let ledger = get(&venue, "/ledger").await;
    assert_eq!(ledger.as_array().unwrap().len(), 61);
    let audit = get(&venue, "/audit").await;
    assert_eq!((&audit["violations"], &audit["executions"]), (&serde_json::json!([]), &serde_json::json!(30)));
    let len = |name: &str| fs::metadata(dir.path().join(name)).map_or(0, |m| m.len());
    assert!(len("snapshot") > 0 && len("changes") < 60_000 && len("ledger") > 0);
    let copy = crash_copy(dir.path());
    let restored = start(VenueConfig { state_dir: Some(copy.path().to_owned()), ..config() }).await;
    assert_eq!(get(&restored, "/ledger").await, ledger);
    assert_eq!(get(&restored, "/ledger?order_id=4").await[0], ledger[3]);
    assert_eq!(get(&restored, "/audit").await["violations"], serde_json::json!([]));
    assert_eq!(get(&restored, "/state").await["accounts"][0]["positions"], accounts[0]["positions"]);
    let mut client = Raw::begin(&restored, 3).await;
    client.until("next 62").await;
}
