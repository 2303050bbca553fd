//! Events as bytes, by the rules of <https://html.spec.whatwg.org/multipage/server-sent-events.html>.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::fault::Fault;
use domain::id::ClOrdId;
use domain::journal::JournalEvent;
use engine::Followed;
use futures::Stream;
use std::convert::Infallible;
use wire::audit::AuditRecord;
use wire::event::StreamEnd;
use wire::market::WatchedQuote;

/// The media type.
pub(crate) const MEDIA_TYPE: &str = "text/event-stream";
/// Proxies that gather answers before they pass them on must not.
const ACCEL: HeaderName = HeaderName::from_static("x-accel-buffering");
/// After how long a reader whose stream broke off comes back, milliseconds.
const RETRY_MS: u32 = 1_000;

/// One record as it is sent to everybody.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) seq: u64,
    pub(crate) kind: &'static str,
    pub(crate) of_order: Option<&'static str>,
    pub(crate) order: Option<ClOrdId>,
    /// It may have moved a position.
    pub(crate) moves_position: bool,
    pub(crate) bytes: Bytes,
}

impl Frame {
    pub(crate) fn of(followed: &Followed) -> Result<Self, Fault> {
        let (record, hash) = (&followed.record.record, &followed.record.hash);
        let shape = AuditRecord::of(record, hash).and_then(|shape| serde_json::to_string(&shape));
        let data = shape.map_err(|error| Fault::Internal(error.to_string()))?;
        let (seq, kind) = (record.seq, record.event.kind());
        let bytes = format!("id: {seq}\nevent: {kind}\ndata: {data}\n\n").into();
        let (of_order, order) = (record.event.of_order(), followed.order.clone());
        Ok(Self { seq, kind, of_order, order, moves_position: moves_position(&record.event), bytes })
    }
}

fn moves_position(event: &JournalEvent) -> bool {
    let of_ours = matches!(event, JournalEvent::Order { event, .. } if event.of_trade().is_some());
    let of_others = matches!(
        event.kind(),
        "external_execution" | "external_bust" | "positions_adopted" | "position_adopted" | "account_marked"
    );
    of_ours || of_others
}

/// What a stream begins with: a reader who is cut off before the first record knows already where to go on.
pub(crate) fn opening(after: u64) -> Bytes {
    format!("retry: {RETRY_MS}\n: behind record {after}\nid: {after}\n\n").into()
}

/// A sign of life. The place moves on with it when records were passed over: without data it is no event.
pub(crate) fn heartbeat(moved_to: Option<u64>) -> Bytes {
    match moved_to {
        None => Bytes::from_static(b": alive\n\n"),
        Some(place) => format!(": alive\nid: {place}\n\n").into(),
    }
}

/// The last event.
pub(crate) fn ending(end: &StreamEnd) -> Bytes {
    let data = serde_json::to_string(end).unwrap_or_else(|error| format!("{{\"detail\":\"{error}\"}}"));
    format!("event: {}\ndata: {data}\n\n", StreamEnd::EVENT).into()
}

/// A quote; it has no place to go on from.
pub(crate) fn quote(shape: &WatchedQuote) -> Bytes {
    match serde_json::to_string(shape) {
        Ok(data) => format!("event: quote\ndata: {data}\n\n").into(),
        Err(error) => {
            tracing::error!(%error, "a quote cannot be written");
            Bytes::from_static(b": a quote cannot be written\n\n")
        }
    }
}

/// Whether the caller asks for a stream.
pub(crate) fn accepts(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges.flat_map(|text| text.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_ours = parts.next().is_some_and(|media| media.eq_ignore_ascii_case(MEDIA_TYPE));
        // `q=0` says: anything but this.
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        is_ours && weight.is_none_or(|weight| weight.bytes().any(|digit| matches!(digit, b'1'..=b'9')))
    })
}

/// The answer around a stream. Its connection ends with it.
pub(crate) fn answer(stream: impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static) -> Response {
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(ACCEL, HeaderValue::from_static("no"));
    response
}
