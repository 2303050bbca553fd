use crate::desk::Desk;
use crate::gateway::{ACCOUNT, Gateway, NEXT_ID};
use domain::broker::{AskError, BrokerCommand, BrokerEvent, Question};
use domain::id::{AccountId, Generation};
use std::time::Duration;
use tws::model::{Reply, Request};

#[tokio::test]
async fn a_connection_tells_its_accounts_next_id_version_and_clock() {
    let gateway = Gateway::bind().await;
    let config = gateway.config();
    let mut desk = Desk::start(config.clone());
    let _peer = gateway.accept_with(&[ACCOUNT, "DUV0000002"]).await;
    let facts = desk.up().await;
    assert_eq!(facts.generation, Generation(1));
    let accounts: Vec<_> = facts.accounts.iter().map(AccountId::as_str).collect();
    assert_eq!(accounts, [ACCOUNT, "DUV0000002"]);
    assert_eq!(facts.next_valid_id, i64::from(NEXT_ID));
    assert!((213..=226).contains(&facts.server_version));
    assert!(facts.clock_skew_ms.expect("told").abs() < 2_000);
    assert_eq!(facts.endpoint, config.endpoint());
}

#[tokio::test]
async fn a_gateway_that_accepts_and_never_answers_times_out() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.handshake_deadline = Duration::from_millis(50);
    let mut desk = Desk::start(config);
    let _mute = gateway.raw().await;
    let (reason, code) = desk.failed().await;
    assert!(reason.contains("handshake"), "{reason}");
    assert_eq!(code, None);
}

#[tokio::test]
async fn nobody_listening_is_a_failed_link_and_tried_again() {
    let gateway = Gateway::bind().await;
    let config = gateway.config();
    drop(gateway);
    let mut desk = Desk::start(config);
    for _ in 0..3 {
        desk.failed().await;
    }
}

#[tokio::test]
async fn a_client_id_in_use_is_told_with_its_code_and_tried_until_it_is_free() {
    let gateway = Gateway::bind().await;
    let mut desk = Desk::start(gateway.config());
    for _ in 0..3 {
        let mut peer = gateway.started().await;
        peer.notice(-1, 326).await;
        let (reason, code) = desk.failed().await;
        assert_eq!(code, Some(326), "{reason}");
    }
    let _peer = gateway.accept().await;
    assert_eq!(desk.up().await.generation, Generation(1), "only connections that stood are counted");
}

#[tokio::test]
async fn a_login_without_the_pinned_account_is_refused() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.account = Some("DUV0000009".parse().expect("valid"));
    let mut desk = Desk::start(config);
    let mut peer = gateway.started().await;
    peer.log_in(&[ACCOUNT]).await;
    let (reason, _) = desk.failed().await;
    assert!(reason.contains("DUV0000009"), "{reason}");
}

#[tokio::test]
async fn a_dropped_socket_ends_the_generation_and_the_next_one_follows() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.first_generation = Generation(5);
    let mut desk = Desk::start(config);
    let mut peer = gateway.accept().await;
    desk.up().await;
    let id = desk.ask(Question::Time).await;
    assert_eq!(peer.next().await, Request::CurrentTimeMillis);
    drop(peer);
    // Both belong to the old connection; which comes first is not promised.
    let (mut down, mut answer) = (None, None);
    while down.is_none() || answer.is_none() {
        match desk.next().await {
            BrokerEvent::LinkDown { generation, .. } => down = Some(generation),
            BrokerEvent::Answer { id: answered, answer: said } if answered == id => answer = Some(said),
            _ => {}
        }
    }
    assert_eq!((down, answer), (Some(Generation(5)), Some(Err(AskError::NoLink))));
    let _peer = gateway.accept().await;
    assert_eq!(desk.up().await.generation, Generation(6));
}

#[tokio::test]
async fn a_frame_that_cannot_be_read_is_a_gap_and_ends_the_generation() {
    let gateway = Gateway::bind().await;
    let mut desk = Desk::start(gateway.config());
    let mut peer = gateway.accept().await;
    desk.up().await;
    // An open order (5 + 200) whose body is no protobuf.
    peer.send_bytes(&[0, 0, 0, 8, 0, 0, 0, 205, 0xff, 0xff, 0xff, 0xff]).await;
    let (generation, reason) = desk.down().await;
    assert_eq!(generation, Generation(1));
    assert!(reason.contains("could not be read"), "{reason}");
    peer.closed().await;
    let _peer = gateway.accept().await;
    assert_eq!(desk.up().await.generation, Generation(2));
}

#[tokio::test]
async fn a_message_of_an_unknown_kind_is_a_gap_too() {
    let gateway = Gateway::bind().await;
    let mut desk = Desk::start(gateway.config());
    let mut peer = gateway.accept().await;
    desk.up().await;
    peer.send_bytes(&[0, 0, 0, 6, 0, 0, 0x27, 0x0f, 1, 2]).await;
    let (_, reason) = desk.down().await;
    assert!(reason.contains("not understood"), "{reason}");
}

#[tokio::test]
async fn a_connection_that_stands_but_no_longer_answers_is_dropped() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.heartbeat = Some(Duration::from_millis(20));
    config.ask_deadline = Duration::from_millis(500);
    let mut desk = Desk::start(config);
    let mut peer = gateway.accept().await;
    desk.up().await;
    assert_eq!(peer.next().await, Request::CurrentTimeMillis);
    peer.send(Reply::CurrentTimeMillis(jiff::Timestamp::now())).await;
    assert_eq!(peer.next().await, Request::CurrentTimeMillis);
    let (_, reason) = desk.down().await;
    assert!(reason.contains("heartbeat"), "{reason}");
}

#[tokio::test]
async fn a_clock_that_is_set_while_the_connection_stands_is_told() {
    let gateway = Gateway::bind().await;
    let mut config = gateway.config();
    config.heartbeat = Some(Duration::from_millis(20));
    let mut desk = Desk::start(config);
    let mut peer = gateway.accept().await;
    desk.up().await;
    let hour_ms = 3_600_000;
    for hours in [0, 1, -1] {
        let theirs = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
        assert_eq!(peer.next().await, Request::CurrentTimeMillis);
        peer.send(Reply::CurrentTimeMillis(theirs)).await;
        let skew_of = |event| if let BrokerEvent::ClockSkew { skew_ms, .. } = event { Some(skew_ms) } else { None };
        assert!((desk.until(skew_of).await - hours * hour_ms).abs() < hour_ms / 2, "{hours} hours");
    }
}

#[tokio::test]
async fn a_new_connection_can_be_asked_for() {
    let gateway = Gateway::bind().await;
    let mut desk = Desk::start(gateway.config());
    let peer = gateway.accept().await;
    desk.up().await;
    desk.command(BrokerCommand::Reconnect).await;
    let (generation, _) = desk.down().await;
    assert_eq!(generation, Generation(1));
    peer.closed().await;
    let _peer = gateway.accept().await;
    assert_eq!(desk.up().await.generation, Generation(2));
}

#[tokio::test]
async fn messages_about_no_request_are_told_with_their_codes() {
    let gateway = Gateway::bind().await;
    let mut desk = Desk::start(gateway.config());
    let mut peer = gateway.started().await;
    peer.notice(-1, 2104).await;
    peer.log_in(&[ACCOUNT]).await;
    assert_eq!(peer.next().await, Request::CurrentTimeMillis);
    peer.send(Reply::CurrentTimeMillis(jiff::Timestamp::now())).await;
    desk.up().await;
    let codes = [1100, 1101, 1102, 2103, 2105, 2106, 2110, 2158, 502, 99_999];
    for code in codes {
        peer.notice(-1, code).await;
    }
    let mut told = Vec::new();
    while told.len() < codes.len() + 1 {
        if let BrokerEvent::Notice { code, message, .. } = desk.next().await {
            assert_eq!(message, format!("words of {code}"));
            told.push(code);
        }
    }
    assert_eq!(told[0], 2104, "what the handshake said is not lost");
    assert_eq!(told[1..], codes);
}

#[tokio::test]
async fn without_commands_the_adapter_ends_and_closes_its_connection() {
    let gateway = Gateway::bind().await;
    let mut desk = Desk::start(gateway.config());
    let peer = gateway.accept().await;
    desk.up().await;
    let Desk { commands, adapter, events: _events, .. } = desk;
    drop(commands);
    let whole = tokio::time::timeout(crate::gateway::PATIENCE, adapter.ended()).await.expect("ends in time");
    assert!(whole);
    peer.closed().await;
}
