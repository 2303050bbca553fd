//! Faults as a whole: repeatable, counted, taken away, refused when they make no sense.

use serde_json::{Value, json};
use venue::{FaultScript, VenueConfig};

use crate::raw::{self, limit_order};
use crate::raw_client::Raw;
use crate::support::{fault, get, no_fault, post, start, step, stepped};

/// What a client sees of forty orders, half of which lose something by chance.
async fn seen_with(seed: u64) -> Vec<String> {
    let script = format!(
        "seed = {seed}\n\
         [[fault]]\nwhen = {{ message = \"place_order\", chance = 0.5, times = 1000 }}\ndo = \"lose_request\"\n\
         [[fault]]\nwhen = {{ reply = \"order_status\", chance = 0.3, times = 1000 }}\ndo = \"duplicate\"\n\
         [[fault]]\nwhen = {{ reply = \"open_order\", chance = 0.3, times = 1000 }}\ndo = {{ reorder = {{ behind = 2 }} }}\n"
    );
    let faults = Some(FaultScript::parse(&script).unwrap());
    let venue = start(VenueConfig { faults, ..stepped() }).await;
    let mut client = Raw::connect(&venue, 1).await;
    for id in 1..=40 {
        client.send(&raw::place(id, "AAPL", &limit_order("BUY", "1", 10.0, "a"))).await;
    }
    let seen = client.so_far().await;
    venue.shutdown().await.unwrap();
    seen
}

#[tokio::test]
async fn the_same_seed_and_script_give_the_same_outcome_and_another_seed_another() {
    let first = seen_with(7).await;
    assert_eq!(seen_with(7).await, first);
    assert_ne!(seen_with(8).await, first);
}

#[tokio::test]
async fn a_fault_happens_at_the_nth_message_and_so_many_times() {
    let venue = start(stepped()).await;
    let when = json!({"message": "place_order", "client": 1, "order_ref": "a", "nth": 2, "times": 2});
    let id = fault(&venue, json!({"when": when, "do": {"reject": {"code": 201}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    let mut other = Raw::connect(&venue, 2).await;
    other.send(&raw::place(1, "AAPL", &limit_order("BUY", "1", 10.0, "a"))).await;
    other.until("status 1 Submitted").await;
    for (order_id, order_ref) in [(1, "b"), (2, "a"), (3, "a"), (4, "a"), (5, "a")] {
        client.send(&raw::place(order_id, "AAPL", &limit_order("BUY", "1", 10.0, order_ref))).await;
    }
    let words = client.until("status 5 Submitted").await;
    let refused: Vec<_> = words.iter().filter(|w| w.starts_with("error")).collect();
    assert_eq!(refused, ["error 3 201", "error 4 201"]);
    let faults = get(&venue, "/faults").await;
    assert_eq!(faults[0]["id"], id);
    assert_eq!((&faults[0]["state"], &faults[0]["fired"]), (&json!("over"), &json!(2)));
}

#[tokio::test]
async fn a_fault_taken_away_before_its_time_never_happens() {
    let venue = start(stepped()).await;
    let id = fault(&venue, json!({"when": {"after": "PT1M"}, "do": "drop_connections"})).await;
    let mut client = Raw::connect(&venue, 1).await;
    no_fault(&venue, id).await;
    step(&venue, "PT2M").await;
    client.so_far().await;
    assert_eq!(get(&venue, "/faults").await, json!([]));
}

#[tokio::test]
async fn faults_that_make_no_sense_are_refused_with_the_names_there_are() {
    let venue = start(stepped()).await;
    let cases: [(Value, &str); 6] = [
        (json!({"do": "explode"}), "`connectivity_lost`"),
        (json!({"when": {"mesage": "ids"}, "do": "duplicate"}), "`message`"),
        (json!({"when": {"message": "place"}, "do": "duplicate"}), "place_order"),
        (json!({"do": "lose_request"}), "when.message"),
        (json!({"do": {"halt": {"symbol": "NOSUCH"}}}), "NOSUCH"),
        (json!({"do": {"move_price": {"symbol": "AAPL", "price": "0"}}}), "not a price"),
    ];
    for (body, names) in cases {
        let (status, answer) = post(&venue, "/faults", &body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("invalid_request")), "{body} {answer}");
        assert!(answer["detail"].as_str().unwrap().contains(names), "{body} {answer}");
    }
    assert_eq!(get(&venue, "/faults").await, json!([]));
    let names = get(&venue, "/faults/names").await;
    assert!(names["messages"].as_array().unwrap().contains(&json!("place_order")));
}
