//! The dashboard's files: each that a page names is there, none is from elsewhere, and browsers get what they can keep. A binary without
//! it says how to build it.

use crate::client::{Gateway, gateway};
use crate::fake_desk::APPROVAL;

const BROWSER: (&str, &str) = ("Accept-Encoding", "gzip, deflate, br, zstd");

async fn text_of(gateway: &Gateway, path: &str) -> String {
    gateway.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", gateway.addr).as_bytes()).await
}

/// What the page loads.
fn parts_of(page: &str) -> Vec<&str> {
    let scripts = page.split("src=\"").skip(1);
    let styles = page
        .split("<link rel=\"stylesheet\"")
        .skip(1)
        .filter_map(|rest| rest.split_once("href=\""))
        .map(|(_, rest)| rest);
    scripts.chain(styles).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn every_page_is_under_a_policy_that_lets_nothing_else_in() {
    let gateway = gateway().await;
    for path in ["/", "/trade", "/orders", "/orders/k-1", "/approvals", "/risk", "/audit", "/settings", "/venue"] {
        let page = gateway.request("GET", path, &[BROWSER], "").await;
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")), "{path}");
        let policy = page.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
        gateway.request("POST", path, &[], "").await.is_problem(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn what_the_page_loads_is_there_and_is_kept_for_ever_or_it_says_how_to_build_it() {
    let gateway = gateway().await;
    let page = text_of(&gateway, "/").await;
    assert!(!page.contains("<style") && !page.contains("style=") && !page.contains("<script>"), "nothing inline");
    let parts = parts_of(&page);
    if parts.is_empty() {
        assert!(page.contains("make dashboard") && page.contains("/docs/"), "{page}");
        gateway.request("GET", "/assets/index.js", &[], "").await.is_problem(404, "not_found");
        return;
    }
    assert_eq!(gateway.request("GET", "/", &[], "").await.header("cache-control"), Some("no-cache"));
    for part in parts {
        assert!(part.starts_with("/assets/"), "{part} is from elsewhere");
        let plain = gateway.request("GET", part, &[], "").await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{part}");
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"), "{part}");
        let length = |reply: &crate::client::Reply| {
            reply.header("content-length").and_then(|text| text.parse::<u64>().ok()).unwrap()
        };
        for (taken, given) in [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")] {
            let small = gateway.request("GET", part, &[("Accept-Encoding", taken)], "").await;
            assert_eq!(small.header("content-encoding"), Some(given), "{part}");
            assert_eq!(small.header("vary"), Some("accept-encoding"), "{part}");
            assert!(length(&small) < length(&plain), "{part}");
        }
    }
}

#[tokio::test]
async fn the_link_to_an_approval_shows_the_dashboard_where_there_is_one() {
    let gateway = gateway().await;
    let body = |answer: String| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    let front = body(text_of(&gateway, "/").await);
    let approval = body(text_of(&gateway, &format!("/approvals/{APPROVAL}")).await);
    assert_eq!(front.contains("make dashboard"), approval.contains("/approvals/page.js"));
    assert!(front == approval || approval.contains("/approvals/page.js"));
}

#[tokio::test]
async fn a_file_that_is_not_of_the_dashboard_is_not_there() {
    let gateway = gateway().await;
    for path in ["/assets/none.js", "/assets/..%2f..%2fCargo.toml", "/index.html", "/assets/"] {
        gateway.request("GET", path, &[], "").await.is_problem(404, "not_found");
    }
}
