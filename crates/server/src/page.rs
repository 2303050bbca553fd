//! The page of one approval, for the human whom an agent's program sends here: the dashboard's where it was built, else a plain one that
//! is always there. It is a client of the REST face; itself it knows nothing.

use crate::dashboard;
use crate::refusal::Refusal;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::id::ApprovalId;
use wire::Code;

/// Everything comes from here, nothing is written into the page, and no other page may show it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The page and what it is made of; like the document they need no key.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/approvals/{name}", get(async |Path(name): Path<String>, headers: HeaderMap| page(&name, &headers)))
}

fn page(name: &str, asked: &HeaderMap) -> Response {
    let (kind, text) = match name {
        "page.js" => ("text/javascript; charset=utf-8", include_str!("page/approval.js")),
        "page.css" => ("text/css; charset=utf-8", include_str!("page/approval.css")),
        id if id.parse::<ApprovalId>().is_ok() && dashboard::is_built() => return dashboard::index(asked),
        id if id.parse::<ApprovalId>().is_ok() => ("text/html; charset=utf-8", include_str!("page/approval.html")),
        _ => return Refusal::new(Code::NotFound, "there is no such path").into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    (headers, text).into_response()
}
