//! Sessions over a real socket: what the cookie is, and that no other page can use it.

use crate::client::{Gateway, gateway, gateway_with};
use crate::fake_desk::{CSRF, Call, SESSION};
use crate::sse::Sse;
use std::time::Duration;

const KILL: &str = r#"{"scope":"global","state":"halted","reason":"drill"}"#;

fn cookie(gateway: &Gateway, secret: &str) -> String {
    format!("tollgate-{}={secret}", gateway.addr.port())
}

async fn signed_in() -> Gateway {
    let gateway = gateway().await;
    assert_eq!(gateway.ask("POST", "/api/v1/session", &[], "").await.status, 201);
    gateway
}

#[tokio::test]
async fn signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let gateway = gateway().await;
    let reply = gateway.ask("POST", "/api/v1/session", &[], "").await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let set = reply.header("set-cookie").unwrap();
    let (pair, flags) = set.split_once("; ").unwrap();
    assert_eq!(pair, cookie(&gateway, SESSION));
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(flags.split("; ").any(|one| one == flag), "{set}");
    }
    assert!(!flags.contains("Domain") && !flags.contains("Secure"), "{set}");
    assert_eq!((&reply.body["key_id"], &reply.body["csrf_token"]), (&"tester".into(), &CSRF.into()));
    assert!(!reply.body.to_string().contains(SESSION), "the secret is in the cookie only");
}

#[tokio::test]
async fn a_session_looks_and_tells_its_token_again() {
    let gateway = signed_in().await;
    let cookie = cookie(&gateway, SESSION);
    let headers = [("Cookie", cookie.as_str())];
    assert_eq!(gateway.request("GET", "/api/v1/orders", &headers, "").await.status, 200);
    let reply = gateway.request("GET", "/api/v1/session", &headers, "").await;
    assert_eq!((reply.status, &reply.body["csrf_token"]), (200, &CSRF.into()));
    gateway.get("/api/v1/session").await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_change_by_session_needs_its_token_and_an_origin_of_ours() {
    let gateway = signed_in().await;
    let (cookie, own) = (cookie(&gateway, SESSION), format!("http://{}", gateway.addr));
    let base = ("Cookie", cookie.as_str());
    let refused: [&[(&str, &str)]; 7] = [
        &[base],
        &[base, ("Origin", &own)],
        &[base, ("X-CSRF-Token", CSRF)],
        &[base, ("Origin", &own), ("X-CSRF-Token", "c6")],
        &[base, ("Origin", &own), ("X-CSRF-Token", "")],
        &[base, ("Origin", &own), ("X-CSRF-Token", CSRF), ("X-CSRF-Token", CSRF)],
        &[base, ("Origin", &own), ("X-CSRF-Token", CSRF), ("Sec-Fetch-Site", "same-site")],
    ];
    for headers in refused {
        gateway.request("PUT", "/api/v1/kill", headers, KILL).await.is_problem(403, "csrf_refused");
    }
    let foreign = [base, ("Origin", "http://127.0.0.1:1"), ("X-CSRF-Token", CSRF)];
    gateway.request("PUT", "/api/v1/kill", &foreign, KILL).await.is_problem(403, "forbidden_origin");
    assert_eq!(gateway.desk.calls(), []);
    let good = [base, ("Origin", &own), ("X-CSRF-Token", CSRF), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(gateway.request("PUT", "/api/v1/kill", &good, KILL).await.status, 200);
    assert!(matches!(gateway.desk.calls()[..], [Call::Kill(..)]));
}

#[tokio::test]
async fn a_page_of_another_site_does_not_even_read_by_session() {
    let gateway = signed_in().await;
    let cookie = cookie(&gateway, SESSION);
    for site in ["cross-site", "same-site", ""] {
        let headers = [("Cookie", cookie.as_str()), ("Sec-Fetch-Site", site)];
        gateway.request("GET", "/api/v1/orders", &headers, "").await.is_problem(403, "csrf_refused");
    }
}

#[tokio::test]
async fn forged_doubled_and_ended_cookies_count_for_nothing_and_are_taken_away() {
    let gateway = gateway_with(|limits| limits.failed_auth_per_minute_max = 100).await;
    gateway.ask("POST", "/api/v1/session", &[], "").await;
    let (good, port) = (cookie(&gateway, SESSION), gateway.addr.port());
    let (long, other) = ("a".repeat(10_000), "0".repeat(64));
    let forged = [
        cookie(&gateway, &other),
        cookie(&gateway, ""),
        cookie(&gateway, &long),
        cookie(&gateway, "\u{fc}"),
        format!("{good}; {good}"),
        format!("{good}; tollgate-{port}={other}"),
    ];
    for cookie in &forged {
        let reply = gateway.request("GET", "/api/v1/orders", &[("Cookie", cookie)], "").await;
        reply.is_problem(401, "unauthorized");
    }
    let names = [format!("tollgate-1={SESSION}"), format!("__Host-tollgate-{port}={SESSION}"), SESSION.to_owned()];
    for cookie in &names {
        assert_eq!(gateway.request("GET", "/api/v1/orders", &[("Cookie", cookie)], "").await.status, 401, "{cookie}");
    }
    let own = format!("http://{}", gateway.addr);
    let headers = [("Cookie", good.as_str()), ("Origin", &own), ("X-CSRF-Token", CSRF)];
    let reply = gateway.request("DELETE", "/api/v1/session", &headers, "").await;
    assert_eq!(reply.status, 204);
    assert!(reply.header("set-cookie").unwrap().contains("Max-Age=0"));
    let reply = gateway.request("GET", "/api/v1/orders", &[("Cookie", &good)], "").await;
    reply.is_problem(401, "unauthorized");
    assert!(reply.header("set-cookie").unwrap().contains("Max-Age=0"), "a browser is told to forget it");
}

#[tokio::test]
async fn a_key_takes_the_place_of_a_cookie_and_a_cookie_begins_no_session() {
    let gateway = signed_in().await;
    let cookie = cookie(&gateway, SESSION);
    let bad_key = [("Cookie", cookie.as_str()), ("Authorization", "Bearer bad")];
    gateway.request("GET", "/api/v1/orders", &bad_key, "").await.is_problem(401, "unauthorized");
    let own = format!("http://{}", gateway.addr);
    let by_session = [("Cookie", cookie.as_str()), ("Origin", &own), ("X-CSRF-Token", CSRF)];
    gateway.request("POST", "/api/v1/session", &by_session, "").await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn signing_out_ends_the_streams_of_the_session_at_once_and_no_others() {
    let gateway = signed_in().await;
    let (cookie, own) = (cookie(&gateway, SESSION), format!("http://{}", gateway.addr));
    let by_session = [("Cookie", cookie.as_str())];
    let mut events = Sse::open(&gateway, "/api/v1/events", &by_session).await;
    let mut quotes = Sse::open(&gateway, "/api/v1/market/stream?symbols=AAPL", &by_session).await;
    let mut by_key = Sse::open(&gateway, "/api/v1/events", &[]).await;
    assert_eq!((events.status, quotes.status, by_key.status), (200, 200, 200));
    let headers = [("Cookie", cookie.as_str()), ("Origin", &own), ("X-CSRF-Token", CSRF)];
    assert_eq!(gateway.request("DELETE", "/api/v1/session", &headers, "").await.status, 204);
    for stream in [&mut events, &mut quotes] {
        let end = stream.end().await;
        assert_eq!((&end["reason"], &end["retryable"]), (&"session_over".into(), &false.into()));
    }
    gateway.desk.journal.grow_by(1);
    assert_eq!(by_key.ids(1).await, [1]);
    let refused = gateway.request("GET", "/api/v1/events", &by_session, "").await;
    refused.is_problem(401, "unauthorized");
}

#[tokio::test(start_paused = true)]
async fn a_session_s_time_ends_its_stream_although_nothing_happens_and_more_use_makes_it_longer() {
    let gateway = signed_in().await;
    let cookie = cookie(&gateway, SESSION);
    let left = |seconds| *gateway.desk.session_left.lock().unwrap() = Duration::from_secs(seconds);
    left(40);
    let mut stream = Sse::open(&gateway, "/api/v1/events", &[("Cookie", &cookie)]).await;
    let began = tokio::time::Instant::now();
    stream.next().await.unwrap();
    // Another request has used it meanwhile: at its time it is asked for again.
    left(30);
    for _ in 0..3 {
        stream.next().await.unwrap();
    }
    assert_eq!(began.elapsed().as_secs(), 45);
    gateway.desk.tell(|told| told.signed_in = false);
    assert_eq!(stream.end().await["reason"], "session_over");
    assert_eq!(began.elapsed().as_secs(), 70, "asked for again when that was over");
}
