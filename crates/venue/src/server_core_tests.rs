use rust_decimal::Decimal;
use tokio_util::sync::CancellationToken;
use tws::model::{Contract, Order, PlaceOrder};

use super::*;
use crate::config::{ClockMode, VenueConfig};
use crate::core::CoreConfig;
use crate::faults::FaultScript;
use crate::server_gate::Gate;
use crate::server_outbox::{OutboxReader, outbox};

const CONN: ConnId = ConnId(1);

fn task(state: Option<StateDir>) -> CoreTask {
    let config =
        VenueConfig { clock: ClockMode::Stepped, start: Some("2022-06-01".parse().unwrap()), ..VenueConfig::default() };
    let mut clock = Clock::new(&config, None).unwrap();
    let core_config = CoreConfig { always: true, ..CoreConfig::default() };
    let core = Core::new(core_config, clock.now()).unwrap();
    let wire = Wire::new(&FaultScript::default(), 1, clock.now(), Gate::default());
    let kept = Keeping { state, archive: Archive::Memory(Vec::new()), compact_len: u64::MAX };
    CoreTask::new(core, clock, kept, wire)
}

fn connect() -> (Command, OutboxReader) {
    let (outbox, reader) = outbox(CancellationToken::new());
    let connect =
        Command::Connect { conn: CONN, client_id: 1, version: ServerVersion::negotiate(226, 226).unwrap(), outbox };
    (connect, reader)
}

fn an_order() -> Command {
    Command::Request {
        conn: CONN,
        msg_id: 3,
        request: Box::new(Request::PlaceOrder(Box::new(PlaceOrder {
            order_id: 1,
            contract: Contract { con_id: Some(265_598), exchange: "SMART".into(), ..Contract::default() },
            order: Order {
                action: "BUY".into(),
                total_quantity: Some(Decimal::ONE),
                order_type: "LMT".into(),
                lmt_price: Some(Decimal::TEN),
                tif: "DAY".into(),
                transmit: true,
                ..Order::default()
            },
        }))),
    }
}

/// Runs the task over these commands, which are all there when it begins.
fn run(task: CoreTask, all: Vec<Command>) -> Result<(), StateError> {
    let (tx, rx) = mpsc::channel(16);
    for command in all {
        tx.try_send(command).unwrap();
    }
    drop(tx);
    task.run(rx)
}

#[tokio::test]
async fn an_order_is_answered_when_its_changes_are_kept() {
    let (connect, mut reader) = connect();
    tokio::task::spawn_blocking(|| run(task(None), vec![connect, an_order()])).await.unwrap().unwrap();
    assert!(reader.next().await.is_some());
}

#[tokio::test]
async fn nothing_is_told_when_the_changes_cannot_be_kept() {
    let dir = tempfile::tempdir().unwrap();
    let task = task(Some(StateDir::refusing_writes(dir.path())));
    let (connect, mut reader) = connect();
    let result = tokio::task::spawn_blocking(|| run(task, vec![connect, an_order()])).await.unwrap();
    assert!(matches!(result, Err(StateError::Io { .. })), "{result:?}");
    assert_eq!(reader.next().await, None);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_broken_off_and_the_core_goes_on() {
    let broken = CancellationToken::new();
    let (outbox, reader) = outbox(broken.clone());
    drop(reader);
    let connect =
        Command::Connect { conn: CONN, client_id: 1, version: ServerVersion::negotiate(226, 226).unwrap(), outbox };
    let (answer, answered) = oneshot::channel();
    let ask = Command::Control { ask: Ask::Health, answer };
    tokio::task::spawn_blocking(|| run(task(None), vec![connect, an_order(), ask])).await.unwrap().unwrap();
    assert!(broken.is_cancelled());
    assert!(answered.await.unwrap().is_ok());
}
