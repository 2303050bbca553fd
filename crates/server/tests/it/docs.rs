//! The document to browse: everything out of the binary, under a strict policy, without a key.

use crate::client::{Gateway, gateway};

/// Head and text of a page.
async fn page(gateway: &Gateway, path: &str) -> (String, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", gateway.addr);
    let answer = gateway.raw(request.as_bytes()).await;
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), text.to_owned())
}

#[tokio::test]
async fn the_pages_load_nothing_from_another_host_and_write_nothing_into_themselves() {
    let gateway = gateway().await;
    let (moved, _) = page(&gateway, "/docs").await;
    assert!(moved.starts_with("http/1.1 308") && moved.contains("\r\nlocation: /docs/\r\n"), "{moved}");
    let (head, index) = page(&gateway, "/docs/").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let policy = head.split("content-security-policy: ").nth(1).unwrap().lines().next().unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    let links = ["src=\"", "href=\""].into_iter().flat_map(|name| index.split(name).skip(1));
    let files: Vec<&str> = links.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        assert!(!file.contains("//"), "{file}");
        let (head, _) = page(&gateway, &format!("/docs/{}", file.trim_start_matches("./"))).await;
        assert!(head.starts_with("http/1.1 200") && head.contains("x-content-type-options: nosniff"), "{file}: {head}");
    }
    assert!(!index.contains("<style") && !index.contains("<script>"), "{index}");
    let (_, start) = page(&gateway, "/docs/swagger-initializer.js").await;
    assert!(start.contains("\"/openapi.json\"") && !start.contains("http"), "{start}");
    for missing in ["/docs/none.js", "/docs/..%2fopenapi.json", "/docs/a/b"] {
        gateway.request("GET", missing, &[], "").await.is_problem(404, "not_found");
    }
    gateway.request("POST", "/docs/", &[], "").await.is_problem(405, "method_not_allowed");
}
