use super::*;

#[tokio::test]
async fn pieces_come_out_in_order_and_end_with_the_sender() {
    let (tx, mut rx) = outbox(CancellationToken::new());
    tx.push(vec![1]).unwrap();
    tx.push(vec![2, 3]).unwrap();
    drop(tx);
    assert_eq!(rx.next().await, Some(vec![1]));
    assert_eq!(rx.next().await, Some(vec![2, 3]));
    assert_eq!(rx.next().await, None);
}

#[tokio::test]
async fn a_client_that_does_not_read_overflows_by_bytes() {
    let (tx, mut rx) = outbox(CancellationToken::new());
    tx.push(vec![0; QUEUED_BYTES_MAX]).unwrap();
    assert_eq!(tx.push(vec![0]), Err(Overflow));
    assert!(rx.next().await.is_some());
}

#[tokio::test]
async fn a_client_that_reads_has_room_again() {
    let (tx, mut rx) = outbox(CancellationToken::new());
    for _ in 0..3 {
        tx.push(vec![0; QUEUED_BYTES_MAX]).unwrap();
        assert!(rx.next().await.is_some());
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_overflows_by_pieces() {
    let (tx, _rx) = outbox(CancellationToken::new());
    for _ in 0..QUEUED_PIECES_MAX {
        tx.push(vec![0]).unwrap();
    }
    assert_eq!(tx.push(vec![0]), Err(Overflow));
}
