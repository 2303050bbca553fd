//! Whatever is not the protocol ends its own connection, and nothing else.

use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use venue::{Venue, VenueConfig};

use crate::support::{connect, framed, hello, send_and_read_to_end, start, start_api, stepped, within};

/// A real client still gets its answers.
async fn assert_lives(venue: &Venue, client_id: i32) {
    let client = connect(venue, client_id).await;
    let accounts = within("an answer", client.managed_accounts()).await.unwrap();
    assert_eq!(accounts, ["DUV0000001"]);
    client.disconnect().await;
}

#[tokio::test]
async fn random_bytes_are_answered_with_a_closed_connection() {
    let venue = start(stepped()).await;
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for round in 0..40 {
        let noise: Vec<u8> = (0..rng.random_range(4..400)).map(|_| rng.random()).collect();
        let bytes = match round % 4 {
            0 => noise,
            1 => [hello("v213..226"), noise].concat(),
            2 => [hello("v213..226"), start_api(9), framed(&noise)].concat(),
            _ => [b"API\0".to_vec(), framed(&noise)].concat(),
        };
        send_and_read_to_end(venue.tws_addr(), &bytes).await;
    }
    assert_lives(&venue, 1).await;
}

#[tokio::test]
async fn an_oversized_frame_is_refused_by_its_length_alone() {
    let venue = start(stepped()).await;
    let lengths = [u32::MAX, 1 << 30, (1 << 20) + 1];
    for len in lengths {
        let in_greeting = [b"API\0".to_vec(), len.to_be_bytes().to_vec()].concat();
        assert_eq!(send_and_read_to_end(venue.tws_addr(), &in_greeting).await, b"");
        let in_session = [hello("v213..226"), start_api(9), len.to_be_bytes().to_vec()].concat();
        send_and_read_to_end(venue.tws_addr(), &in_session).await;
    }
    assert_lives(&venue, 1).await;
}

#[tokio::test]
async fn half_a_greeting_is_waited_for_until_the_deadline_and_no_longer() {
    let venue = start(stepped()).await;
    let whole = [hello("v213..226"), start_api(9)].concat();
    for cut in [0, 3, 6, 12, hello("v213..226").len() + 5] {
        send_and_read_to_end(venue.tws_addr(), &whole[..cut]).await;
    }
    assert_lives(&venue, 1).await;
}

#[tokio::test]
async fn half_a_message_is_waited_for_until_the_deadline_and_no_longer() {
    let venue = start(stepped()).await;
    let half = [hello("v213..226"), start_api(9), vec![0, 0, 0, 50, 0, 0]].concat();
    send_and_read_to_end(venue.tws_addr(), &half).await;
    assert_lives(&venue, 9).await;
}

#[tokio::test]
async fn versions_that_are_not_served_are_answered_with_a_closed_connection() {
    let venue = start(stepped()).await;
    for range in ["v100..156", "v201..212", "v300..400", "v226..213", "100..226", "", "v"] {
        let answer = send_and_read_to_end(venue.tws_addr(), &hello(range)).await;
        assert_eq!(answer, b"", "{range:?}");
    }
    assert_lives(&venue, 1).await;
}

#[tokio::test]
async fn messages_before_and_after_their_place_end_the_connection() {
    let venue = start(stepped()).await;
    let current_time = framed(&[0, 0, 0, 249]);
    let early = [hello("v213..226"), current_time].concat();
    let twice = [hello("v213..226"), start_api(9), start_api(9)].concat();
    let text = [hello("v213..226"), framed(b"\0\0\0\x4771\x002\x000\0")].concat();
    for bytes in [early, twice, text] {
        send_and_read_to_end(venue.tws_addr(), &bytes).await;
    }
    assert_lives(&venue, 9).await;
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_frees_its_id() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 5).await;
    drop(client);
    // The venue hears of the end of the connection when it reads it, not before.
    within("the client id to be free", async {
        loop {
            match ibapi::Client::connect(&venue.tws_addr().to_string(), 5).await {
                Ok(client) => return client,
                Err(ibapi::Error::ClientIdInUse { .. }) => tokio::task::yield_now().await,
                Err(e) => panic!("{e}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_client_of_the_same_id_is_refused_and_the_first_goes_on() {
    let venue = start(stepped()).await;
    let first = connect(&venue, 5).await;
    let second = ibapi::Client::connect(&venue.tws_addr().to_string(), 5).await;
    assert!(matches!(second, Err(ibapi::Error::ClientIdInUse { client_id: 5 })), "{:?}", second.err());
    assert_eq!(first.managed_accounts().await.unwrap(), ["DUV0000001"]);
    // The refused connection has taken nothing of the first one with it.
    assert_eq!(first.managed_accounts().await.unwrap(), ["DUV0000001"]);
}

#[tokio::test]
async fn more_connections_than_allowed_are_closed_at_once() {
    let venue =
        start(VenueConfig { connections_max: 2, handshake_deadline: Duration::from_mins(1), ..stepped() }).await;
    let _one = connect(&venue, 1).await;
    let _two = connect(&venue, 2).await;
    let mut third = TcpStream::connect(venue.tws_addr()).await.unwrap();
    let read = within("the third to be closed", third.read(&mut [0; 8])).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn the_message_rate_is_held_by_waiting_not_by_refusing() {
    let venue = start(VenueConfig { throttle: true, ..stepped() }).await;
    let client = connect(&venue, 1).await;
    let begun = std::time::Instant::now();
    for _ in 0..70 {
        client.managed_accounts().await.unwrap();
    }
    // Fifty at once, then twenty more at 20 ms each.
    assert!(begun.elapsed() >= Duration::from_millis(380), "{:?}", begun.elapsed());
}
