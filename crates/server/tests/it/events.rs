//! Streams of events: where they begin, what they say, what ends them, and that nobody waits for anybody.

use crate::client::{PATIENCE, gateway, gateway_with};
use crate::sse::Sse;
use domain::fault::Fault;
use domain::journal::JournalEvent;
use domain::reason::Reason;
use engine::KeyEnd;
use serde_json::json;
use std::time::Duration;

const PATH: &str = "/api/v1/events";

fn denied(key: &str) -> JournalEvent {
    let by = domain::principal::Principal {
        key_id: "tester".parse().unwrap(),
        kind: domain::principal::PrincipalKind::Human,
        scopes: [].into(),
        face: domain::principal::Face::Rest,
        correlation_id: "c-1".parse().unwrap(),
    };
    let reasons: Vec<Reason> = vec![crate::fake_desk::reason("C13_MAX_QTY")];
    let intent = Box::new(crate::fake_desk::intent(key));
    JournalEvent::OrderDenied { intent, order: None, by, reasons, request_hash: "h".to_owned() }
}

#[tokio::test]
async fn a_stream_begins_at_the_present_and_says_each_record_as_the_audit_does() {
    let gateway = gateway().await;
    gateway.desk.journal.grow_by(5);
    let mut stream = Sse::open(&gateway, PATH, &[]).await;
    assert_eq!(stream.status, 200);
    let head = stream.head.to_lowercase();
    assert!(head.contains("content-type: text/event-stream") && head.contains("cache-control: no-store"), "{head}");
    let first = stream.next().await.unwrap();
    assert_eq!(
        (first.id.as_deref(), first.event),
        (Some("5"), None),
        "where to go on is known before the first record"
    );
    gateway.desk.journal.grow([denied("k-1")]);
    let event = stream.event().await;
    assert_eq!((event.id.as_deref(), event.event.as_deref()), (Some("6"), Some("order_denied")));
    let page = gateway.get("/api/v1/events?after=5").await;
    assert_eq!(event.data.as_ref(), Some(&page.body["items"][0]), "one shape");
    assert_eq!(event.data.unwrap()["cl_ord_id"], "k-1");
}

#[tokio::test]
async fn a_reader_goes_on_behind_the_last_event_that_it_saw_wherever_that_is() {
    let gateway = gateway_with(|limits| limits.streams.ready_records_max = 50).await;
    gateway.desk.journal.grow_by(400);
    let whole: Vec<u64> = (1..=400).collect();
    for (path, header, from) in [
        ("?after=0", None, 0),
        ("?cursor=37", None, 37),
        ("?after=10", Some("380"), 380),
        ("", Some("399"), 399),
        ("", Some("349"), 349),
    ] {
        let headers: Vec<(&str, &str)> = header.map(|id| ("Last-Event-ID", id)).into_iter().collect();
        let mut stream = Sse::open(&gateway, &format!("{PATH}{path}"), &headers).await;
        let ids = stream.ids(400 - from).await;
        assert_eq!(ids, whole[from..], "{path} {header:?}");
    }
}

#[tokio::test]
async fn only_what_is_wanted_comes_and_the_place_moves_on_all_the_same() {
    let gateway = gateway_with(|limits| limits.streams.heartbeat = Duration::from_millis(20)).await;
    let mut by_kind = Sse::open(&gateway, &format!("{PATH}?kind=order_denied,order"), &[]).await;
    let mut by_order = Sse::open(&gateway, &format!("{PATH}?cl_ord_id=k-2"), &[]).await;
    gateway.desk.journal.grow_by(2);
    gateway.desk.journal.grow([denied("k-1"), denied("k-2")]);
    gateway.desk.journal.grow_by(3);
    assert_eq!(by_kind.ids(2).await, [3, 4]);
    assert_eq!(by_order.ids(1).await, [4]);
    // Without a record to send, the next sign of life says how far the journal was looked at.
    loop {
        let block = by_order.next().await.unwrap();
        assert_eq!((block.event, block.data), (None, None));
        if block.id.as_deref() == Some("7") {
            break;
        }
    }
    let page = gateway.get("/api/v1/events?after=0&cl_ord_id=k-2").await;
    assert_eq!((page.body["items"].as_array().unwrap().len(), &page.body["next_cursor"]), (1, &json!("7")));
    let page = gateway.get("/api/v1/events?after=0&kind=order.executed,order_denied").await;
    assert_eq!(page.body["items"].as_array().unwrap().len(), 2);
    let page = gateway.get("/api/v1/events?after=0&kind=order_denied,order&limit=3").await;
    assert_eq!((page.body["items"].as_array().unwrap().len(), &page.body["next_cursor"]), (1, &json!("3")));
}

#[tokio::test]
async fn without_the_media_type_one_page_comes_which_says_where_to_go_on() {
    let gateway = gateway().await;
    gateway.desk.journal.grow_by(5);
    let present = gateway.get(PATH).await;
    assert_eq!(present.body, json!({"items": [], "next_cursor": "5"}));
    gateway.desk.journal.grow_by(3);
    let page = gateway.get(&format!("{PATH}?cursor=5&limit=2")).await;
    let places: Vec<_> = page.body["items"].as_array().unwrap().iter().map(|item| item["seq"].clone()).collect();
    assert_eq!((places, &page.body["next_cursor"]), (vec![json!(6), json!(7)], &json!("7")));
    for accept in ["application/json", "*/*", "text/event-stream;q=0"] {
        let reply = gateway.ask("GET", PATH, &[("Accept", accept)], "").await;
        assert_eq!(reply.header("content-type"), Some("application/json"), "{accept}");
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_by_name_before_a_stream_begins() {
    let gateway = gateway().await;
    for (query, field) in [
        ("kind=nonsense", "kind"),
        ("kind=order,", "kind"),
        ("kind=order.nonsense", "kind"),
        ("cl_ord_id=a%20b", "cl_ord_id"),
        ("after=-1", "after"),
        ("after=1&cursor=1", "cursor"),
        ("cursor=x", "cursor"),
        ("limit=5", "limit"),
        ("since=5", "since"),
    ] {
        let path = format!("{PATH}?{query}");
        let reply = gateway.ask("GET", &path, &[("Accept", "text/event-stream")], "").await;
        reply.is_problem(400, "invalid_request");
        assert_eq!(reply.body["field"], field, "{query}");
    }
    let wrong = [("Accept", "text/event-stream"), ("Last-Event-ID", "x")];
    let reply = gateway.ask("GET", PATH, &wrong, "").await;
    assert_eq!(reply.body["field"], "Last-Event-ID");
    let beyond = Fault::Invalid { field: "after".to_owned(), rule: "must not be above 5".to_owned() };
    *gateway.desk.journal_fault.lock().unwrap() = Some(beyond);
    for (header, field) in [(Some("9"), "Last-Event-ID"), (None, "after")] {
        let mut asks = vec![("Accept", "text/event-stream")];
        asks.extend(header.map(|id| ("Last-Event-ID", id)));
        let reply = gateway.ask("GET", &format!("{PATH}?after=9"), &asks, "").await;
        assert_eq!((reply.status, reply.body["field"].as_str()), (400, Some(field)));
    }
}

#[tokio::test]
async fn a_key_that_counts_no_more_ends_its_streams_with_the_reason() {
    for (end, reason) in
        [(KeyEnd::Revoked, "key_revoked"), (KeyEnd::Expired, "key_expired"), (KeyEnd::Unknown, "key_unknown")]
    {
        let gateway = gateway().await;
        let mut stream = Sse::open(&gateway, PATH, &[]).await;
        gateway.desk.journal.grow_by(1);
        assert_eq!(stream.ids(1).await, [1]);
        *gateway.desk.key_left.lock().unwrap() = Err(end);
        gateway.desk.journal.grow_by(1);
        let said = stream.end().await;
        assert_eq!((&said["reason"], &said["retryable"]), (&json!(reason), &json!(false)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_s_time_is_over_although_nothing_happens() {
    let gateway = gateway().await;
    *gateway.desk.key_left.lock().unwrap() = Ok(Some(Duration::from_secs(40)));
    let mut stream = Sse::open(&gateway, PATH, &[]).await;
    let began = tokio::time::Instant::now();
    for _ in 0..3 {
        stream.next().await.unwrap();
    }
    *gateway.desk.key_left.lock().unwrap() = Err(KeyEnd::Expired);
    assert_eq!(stream.end().await["reason"], "key_expired");
    assert!((40..41).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_says_that_it_lives() {
    let gateway = gateway_with(|limits| limits.streams.heartbeat = Duration::from_secs(7)).await;
    let mut stream = Sse::open(&gateway, PATH, &[]).await;
    stream.next().await.unwrap();
    let began = tokio::time::Instant::now();
    for nth in 1..=5 {
        let block = stream.next().await.unwrap();
        assert_eq!((block.comment.as_deref(), block.id), (Some("alive"), None));
        assert_eq!(began.elapsed().as_secs(), 7 * nth);
    }
}

#[tokio::test]
async fn a_reader_who_takes_too_little_is_ended_with_the_reason_and_goes_on_without_a_gap() {
    let gateway = gateway_with(|limits| {
        (limits.streams.lag_records_max, limits.streams.send_buffer_bytes) = (100, 4_096);
        limits.streams.ready_records_max = 32;
    })
    .await;
    let mut slow = Sse::open_at(gateway.addr, PATH, &[], Some(4_096)).await;
    slow.next().await.unwrap();
    let mut quick = Sse::open(&gateway, PATH, &[]).await;
    let mut seen = Vec::new();
    // Far more than the buffers between the two hold.
    for _ in 0..200 {
        gateway.desk.journal.grow_by(20);
        seen.extend(quick.ids(20).await);
    }
    assert_eq!(seen, (1..=4_000).collect::<Vec<u64>>(), "a slow reader holds nobody up");
    let mut had = 0_u64;
    let reason = loop {
        let event = slow.event().await;
        match event.id {
            Some(id) => {
                assert_eq!(id.parse::<u64>().unwrap(), had + 1, "no gap, no double");
                had += 1;
            }
            None => break event.data.unwrap(),
        }
    };
    assert_eq!((&reason["reason"], &reason["retryable"]), (&json!("slow_reader"), &json!(true)));
    assert!(had < 3_900, "{had}");
    let mut again = Sse::open(&gateway, PATH, &[("Last-Event-ID", &had.to_string())]).await;
    let rest = again.ids(usize::try_from(4_000 - had).unwrap()).await;
    assert_eq!(rest, (had + 1..=4_000).collect::<Vec<u64>>());
}

#[tokio::test]
async fn one_reading_serves_a_thousand_readers_and_others_are_served_meanwhile() {
    const READERS: usize = 1_000;
    const RECORDS: usize = 20;
    // Fewer connections than readers: a stream leaves its place.
    let gateway = gateway_with(|limits| limits.connections_max = 16).await;
    let mut readers = Vec::with_capacity(READERS);
    for _ in 0..READERS {
        let mut reader = Sse::open(&gateway, PATH, &[]).await;
        reader.next().await.unwrap();
        readers.push(reader);
    }
    assert_eq!(gateway.get("/api/v1/orders").await.status, 200);
    let before = gateway.desk.journal.readings();
    gateway.desk.journal.grow_by(RECORDS);
    let all = readers.iter_mut().map(|reader| reader.ids(RECORDS));
    let seen = futures::future::join_all(all).await;
    assert!(seen.iter().all(|ids| ids.iter().copied().eq(1..=RECORDS as u64)));
    assert_eq!(gateway.desk.journal.readings() - before, 1);
    assert_eq!(gateway.get("/api/v1/orders").await.status, 200);
    gateway.stop().await;
    let ends = futures::future::join_all(readers.iter_mut().map(Sse::end)).await;
    assert!(ends.iter().all(|end| end["reason"] == "shutting_down"));
}

#[tokio::test]
async fn a_key_has_no_more_streams_than_one_may_and_gets_them_back() {
    let gateway = gateway_with(|limits| {
        limits.streams.open_per_key_max = 2;
        // Who is gone is seen when he is written to.
        limits.streams.heartbeat = Duration::from_millis(20);
    })
    .await;
    let first = Sse::open(&gateway, PATH, &[]).await;
    let _second = Sse::open(&gateway, PATH, &[]).await;
    let refused = gateway.ask("GET", PATH, &[("Accept", "text/event-stream")], "").await;
    refused.is_problem(503, "too_many_streams");
    assert!(refused.body["detail"].as_str().unwrap().contains("with this key"), "{}", refused.body);
    assert_eq!(refused.header("retry-after"), Some("5"));
    drop(first);
    let freed = async { while Sse::open(&gateway, PATH, &[]).await.status != 200 {} };
    tokio::time::timeout(PATIENCE, freed).await.expect("what is given back can be taken");
}

#[tokio::test]
async fn one_stream_too_many_is_told_to_come_back_and_a_place_is_free_when_one_ends() {
    let gateway = gateway_with(|limits| limits.streams.open_max = 2).await;
    let first = Sse::open(&gateway, PATH, &[]).await;
    let _second = Sse::open(&gateway, PATH, &[]).await;
    let asks = [("Accept", "text/event-stream")];
    let refused = gateway.ask("GET", PATH, &asks, "").await;
    refused.is_problem(503, "too_many_streams");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(gateway.get(PATH).await.status, 200, "a page is no stream");
    drop(first);
    let mut again = Sse::open(&gateway, PATH, &[]).await;
    while again.status != 200 {
        again = Sse::open(&gateway, PATH, &[]).await;
    }
    gateway.desk.journal.grow_by(1);
    assert_eq!(again.ids(1).await, [1]);
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_ends_the_streams_with_the_reason() {
    let gateway = gateway().await;
    let mut stream = Sse::open(&gateway, PATH, &[]).await;
    gateway.desk.journal.grow_by(1);
    assert_eq!(stream.ids(1).await, [1]);
    gateway.desk.journal.break_down();
    gateway.desk.journal.grow_by(1);
    assert_eq!(stream.end().await["reason"], "storage");
    gateway.get("/api/v1/events?after=0").await.is_problem(503, "storage");
}

#[tokio::test]
async fn the_end_of_the_gateway_ends_its_streams_at_once_with_the_reason() {
    let gateway = gateway().await;
    let mut stream = Sse::open(&gateway, PATH, &[]).await;
    let mut stalled = Sse::open(&gateway, PATH, &[]).await;
    let told = async { tokio::join!(stream.end(), stalled.end()) };
    let (told, ()) = tokio::join!(told, gateway.stop());
    assert_eq!((&told.0["reason"], &told.1["reason"]), (&json!("shutting_down"), &json!("shutting_down")));
}

#[tokio::test]
async fn a_stream_needs_a_key_and_what_the_desk_refuses_is_told() {
    let gateway = gateway().await;
    let none = [("Accept", "text/event-stream")];
    gateway.request("GET", PATH, &none, "").await.is_problem(401, "unauthorized");
    *gateway.desk.journal_fault.lock().unwrap() = Some(Fault::ForbiddenScope(domain::principal::Scope::Read));
    gateway.ask("GET", PATH, &none, "").await.is_problem(403, "forbidden_scope");
}
