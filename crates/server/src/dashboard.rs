//! The dashboard: files that were built beside this crate and are part of the binary. They are a client of the REST face; nothing here
//! knows what they do.

use crate::refusal::Refusal;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use wire::Code;

/// Everything comes from here, nothing is written into the page, and no other page may show it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The name of such a file has its content's hash in it: another content has another name.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Which page it is may change with every start: it is asked for each time.
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");
const INDEX: &str = "index.html";
/// The pages, as the dashboard's own router knows them; `/approvals/ID` is with the approvals.
const PAGES: [&str; 12] = [
    "/",
    "/trade",
    "/orders",
    "/orders/{id}",
    "/approvals",
    "/risk",
    "/loop",
    "/streams",
    "/alerts",
    "/audit",
    "/venue",
    "/settings",
];
const HOW_TO_BUILD: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Tollgate</title>\n\
    <h1>The gateway runs; its dashboard was not built</h1>\n\
    <p>This binary was built without Node. With Node 20.19 or newer and npm, in the repository:</p>\n\
    <pre>make dashboard\ncargo build --package tollgate</pre>\n\
    <p>Everything else is here: the <a href=\"/docs/\">REST face</a>, its <a href=\"/openapi.json\">description</a>, and the command \
    line, <code>tollgate --help</code>.</p>\n</html>\n";

/// One built file, as it is and as browsers take it.
struct File {
    name: &'static str,
    plain: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));

/// Whether this binary has the dashboard.
pub(crate) fn is_built() -> bool {
    !FILES.is_empty()
}

/// The first page of them all, for any path of the dashboard.
pub(crate) fn index(headers: &HeaderMap) -> Response {
    match find(INDEX) {
        Some(file) => answer(file, headers, ASK_EACH_TIME),
        None => with_policy(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], HOW_TO_BUILD).into_response()),
    }
}

fn asset(name: &str, headers: &HeaderMap) -> Response {
    match find(&format!("assets/{name}")) {
        Some(file) => answer(file, headers, FOR_EVER),
        None => Refusal::new(Code::NotFound, "there is no such path").into_response(),
    }
}

fn find(name: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.name.cmp(name)).ok().and_then(|place| FILES.get(place))
}

fn answer(file: &'static File, headers: &HeaderMap, keep: HeaderValue) -> Response {
    let (encoding, bytes) = match (file.br, file.gz) {
        (Some(bytes), _) if takes(headers, "br") => (Some("br"), bytes),
        (_, Some(bytes)) if takes(headers, "gzip") => (Some("gzip"), bytes),
        (_, _) => (None, file.plain),
    };
    let mut response = with_policy(([(header::CONTENT_TYPE, kind(file.name))], bytes).into_response());
    let into = response.headers_mut();
    if let Some(encoding) = encoding {
        into.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    into.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    into.insert(header::CACHE_CONTROL, keep);
    response
}

fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

/// Whether the caller takes that encoding; `q=0` says that he does not.
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|text| text.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_it = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        is_it && weight.is_none_or(|weight| weight.bytes().any(|digit| matches!(digit, b'1'..=b'9')))
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}

/// The pages and what they are made of; like the document they need no key.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = Router::new()
        .route("/assets/{name}", get(async |Path(name): Path<String>, headers: HeaderMap| asset(&name, &headers)));
    PAGES.iter().fold(router, |router, path| router.route(path, get(async |headers: HeaderMap| index(&headers))))
}
