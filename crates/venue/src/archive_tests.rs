use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::Status;

use super::*;
use crate::core::Side;

fn order(perm_id: i64) -> LedgerOrder {
    LedgerOrder {
        order_ref: format!("ref-{perm_id}"),
        client_id: 1,
        order_id: 1,
        perm_id,
        account: "DUV0000001".to_owned(),
        con_id: 265_598,
        symbol: "AAPL".to_owned(),
        side: Side::Buy,
        order_type: "LMT".to_owned(),
        tif: "DAY".to_owned(),
        total_qty: Decimal::ONE,
        filled_qty: Decimal::ZERO,
        limit_price: Some(Decimal::TEN),
        stop_price: None,
        avg_price: Decimal::ZERO,
        commission: Decimal::ZERO,
        status: Status::Cancelled,
        reason: String::new(),
        accepted_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        modifications: Vec::new(),
        executions: Vec::new(),
    }
}

fn perm_ids(archive: &Archive) -> Vec<i64> {
    let mut found = Vec::new();
    let read = archive.reader().lines(|line| {
        let value: serde_json::Value = serde_json::from_str(line)?;
        found.extend(value["perm_id"].as_i64());
        Ok(())
    });
    read.unwrap();
    found
}

#[test]
fn what_was_appended_is_read_in_order_in_memory_and_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    for mut archive in [Archive::Memory(Vec::new()), Archive::open(dir.path(), 0).unwrap()] {
        archive.append(&[order(1), order(2)]).unwrap();
        archive.append(&[order(3)]).unwrap();
        assert_eq!(perm_ids(&archive), [1, 2, 3]);
    }
}

#[test]
fn what_a_crash_left_behind_the_end_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(dir.path(), 0).unwrap();
    archive.append(&[order(1)]).unwrap();
    let len = archive.len();
    archive.append(&[order(2)]).unwrap();
    drop(archive);
    // The changes that let go of order 2 never became durable.
    let mut archive = Archive::open(dir.path(), len).unwrap();
    assert_eq!(perm_ids(&archive), [1]);
    archive.append(&[order(2)]).unwrap();
    assert_eq!(perm_ids(&archive), [1, 2]);
}

#[test]
fn a_file_that_lost_its_end_is_corrupt() {
    let dir = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(dir.path(), 0).unwrap();
    archive.append(&[order(1)]).unwrap();
    let len = archive.len();
    drop(archive);
    assert!(matches!(Archive::open(dir.path(), len + 1), Err(StateError::Corrupt { .. })));
}
