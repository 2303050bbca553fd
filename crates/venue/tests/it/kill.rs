//! A venue in a process of its own, killed in the middle of its work.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use futures::StreamExt;
use ibapi::Client;
use ibapi::orders::order_builder::limit_order;
use ibapi::orders::{Action, OrderUpdate};
use ibapi::subscriptions::SubscriptionItem;
use venue::VenueConfig;

use crate::support::{contract, get, start, stepped_in, submit, within};

const DIR: &str = "TOLLGATE_TEST_VENUE_DIR";

const TEST: &str = "kill::what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_is_there_twice";

/// The other process is this test binary, running the test below with a directory in its environment.
async fn be_the_venue(dir: &Path) {
    // Small, so that kills also meet the making of snapshots.
    let venue = start(VenueConfig { compact_len: 4 << 10, ..stepped_in(dir) }).await;
    let mut out = std::io::stdout();
    writeln!(out, "\nlistening {}", venue.tws_addr()).unwrap();
    out.flush().unwrap();
    std::future::pending::<()>().await;
}

/// Killed when it goes out of scope.
struct OtherProcess(Child);

impl Drop for OtherProcess {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn start_other_process(dir: &Path) -> (OtherProcess, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", TEST])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let process = OtherProcess(child);
    let addr = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening ").map(str::to_owned))
        .expect("the process says where it listens");
    (process, addr)
}

/// Submits orders until `enough` of them were acknowledged, and returns those references.
async fn acknowledged(addr: &str, round: u32, enough: usize) -> BTreeSet<String> {
    let client = Client::connect(addr, 1).await.unwrap();
    let mut updates = client.order_update_stream().await.unwrap();
    let aapl = contract(&client, "AAPL").await;
    for n in 0..enough * 3 {
        submit(&client, &aapl, limit_order(Action::Buy, 1.0, 10.0), &format!("{round}-{n}")).await;
    }
    let mut seen = BTreeSet::new();
    within("acknowledgements", async {
        while seen.len() < enough {
            if let SubscriptionItem::Data(OrderUpdate::OpenOrder(open)) = updates.next().await.unwrap().unwrap() {
                seen.insert(open.order.order_ref.clone());
            }
        }
    })
    .await;
    seen
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_is_there_twice() {
    if let Some(dir) = std::env::var_os(DIR) {
        return be_the_venue(Path::new(&dir)).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut told = BTreeSet::new();
    for round in 0..4 {
        let (process, addr) = start_other_process(dir.path());
        // A third of the orders are acknowledged when the process is killed; the others are anywhere.
        told.extend(acknowledged(&addr, round, 20).await);
        drop(process);

        let restored = start(stepped_in(dir.path())).await;
        let ledger = get(&restored, "/ledger").await;
        let orders = ledger.as_array().unwrap();
        let kept: BTreeSet<String> = orders.iter().map(|o| o["order_ref"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kept.len(), orders.len(), "an order is there twice");
        let lost: Vec<_> = told.difference(&kept).collect();
        assert!(lost.is_empty(), "lost after round {round}: {lost:?}");
        restored.shutdown().await.unwrap();
    }
}
