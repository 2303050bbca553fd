use super::*;

fn known() -> Known {
    Known { key: None, at: Instant::now(), streams: 0, calls: HashMap::new() }
}

fn id(number: i64) -> RequestId {
    RequestId::Number(number)
}

#[tokio::test(start_paused = true)]
async fn the_id_of_a_call_is_taken_until_it_is_answered_or_forgotten() {
    let mut known = known();
    assert!(known.calls(&id(1), Instant::now()));
    assert!(!known.calls(&id(1), Instant::now()));
    assert!(known.is_at_work());
    // Its asker hangs up: it may still be answered.
    known.calls.insert(id(1), Some(Instant::now()));
    assert!(!known.is_at_work());
    assert!(!known.calls(&id(1), Instant::now()));
    tokio::time::advance(FORGOTTEN).await;
    assert!(known.calls(&id(1), Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_session_are_bounded() {
    let mut known = known();
    let most = i64::try_from(CALLS_MAX).unwrap();
    assert!((0..most).all(|number| known.calls(&id(number), Instant::now())));
    assert!(!known.calls(&id(most), Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_listens_or_waits_is_not_gone_however_long_it_says_nothing() {
    let seen = Arc::new(Seen::default());
    let session: SessionId = "s".into();
    seen.known().insert(session.clone(), known());
    let idle = Duration::from_secs(10);
    let listening = Listening::begin(&seen, &session);
    tokio::time::advance(idle * 3).await;
    assert!(seen.idle(idle).is_empty());
    drop(listening);
    assert!(seen.idle(idle).is_empty(), "it has only just stopped to listen");
    seen.of(&session, |known| known.calls(&id(1), Instant::now()));
    tokio::time::advance(idle).await;
    assert!(seen.idle(idle).is_empty(), "it waits for an answer");
    drop(Waiting { seen: Arc::clone(&seen), id: session.clone(), call: id(1), is_answered: true });
    tokio::time::advance(idle).await;
    assert_eq!(seen.idle(idle), [session]);
}
