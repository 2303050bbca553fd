//! The page of an approval: there for everybody, with nothing in it, and under a policy that lets nothing else in.

use crate::client::gateway;
use crate::fake_desk::APPROVAL;

#[tokio::test]
async fn the_page_loads_its_own_parts_and_nothing_else() {
    let gateway = gateway().await;
    let page = gateway.request("GET", &format!("/approvals/{APPROVAL}"), &[], "").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let asked = format!("GET /approvals/{APPROVAL} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", gateway.addr);
    let text = gateway.raw(asked.as_bytes()).await;
    for part in ["/approvals/page.css", "/approvals/page.js"] {
        assert_eq!(gateway.request("GET", part, &[], "").await.status, 200);
    }
    // The key Enter in a field sends a form by its first button that can: none of these may be one.
    // The plain page, which is served where no dashboard was built.
    let plain = include_str!("../../src/page/approval.html");
    let answers: Vec<&str> = plain.split("<button").skip(1).filter(|button| button.contains("value=")).collect();
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|button| button.starts_with(" type=\"button\"")), "{answers:?}");
    for page in [text.as_str(), plain] {
        assert!(!page.contains("<style") && !page.contains("style=") && !page.contains("<script>"), "nothing inline");
    }
}

#[tokio::test]
async fn what_is_no_approval_has_no_page() {
    let gateway = gateway().await;
    for name in ["a%20b", "..%2f", "%3Cscript%3E"] {
        gateway.request("GET", &format!("/approvals/{name}"), &[], "").await.is_problem(404, "not_found");
    }
    gateway.request("POST", &format!("/approvals/{APPROVAL}"), &[], "").await.is_problem(405, "method_not_allowed");
}
