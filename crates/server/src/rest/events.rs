//! The journal as it grows.

use crate::caller::Caller;
use crate::events::{self, Holder, Kind, Opening};
use crate::openapi::Problems;
use crate::query::{Params, settle};
use crate::refusal::{Answer, Refusal};
use crate::seat::Seat;
use crate::state::App;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use domain::event::OrderEvent;
use domain::fault::Fault;
use domain::journal::JournalEvent;
use engine::{JournalFeed, Wanted};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::FieldError;
use wire::audit::AuditRecord;
use wire::event::EventPage;
use wire::instrument::one;

const LAST_EVENT_ID: &str = "Last-Event-ID";

/// Which records, and from where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParams {
    /// Only these kinds, separated by commas, such as `order,order_denied`; `order.executed` is only that of what becomes of orders.
    kind: Option<String>,
    /// Only this order; the moves of its approval are among them.
    cl_ord_id: Option<String>,
    /// Begin behind this place: an event's id, or the `next_cursor` of the page before. The header `Last-Event-ID` goes before it.
    after: Option<String>,
    /// The same as `after`.
    cursor: Option<String>,
    /// Of a page: how many records are looked at; above 1000 is clamped. A stream has none.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
}

/// What is asked, once it is read.
struct Asked {
    wanted: Wanted,
    after: Option<u64>,
    limit: usize,
}

/// What happens, as it happens: every record of the journal in the shape that the audit shows it in. With
/// `Accept: text/event-stream` a stream whose event ids are places in the journal, so that `Last-Event-ID` goes on without a
/// gap; else one page. Without a place to go on from, both begin at the present.
#[utoipa::path(
    get, path = "/api/v1/events", operation_id = "follow_events", tag = "events",
    params(
        EventParams,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was seen; browsers send it by themselves."),
    ),
    responses(
        (status = 200, description = "The answer.", content(
            (EventPage = "application/json"),
            (String = "text/event-stream"),
        )),
        Problems
    )
)]
pub(crate) async fn events(
    State(app): State<App>,
    Caller(by): Caller,
    seat: Option<Extension<Seat>>,
    headers: HeaderMap,
    params: Params<EventParams>,
) -> Answer {
    let is_stream = events::accepts(&headers);
    let asked = read(&params.0, &headers, is_stream)?;
    let feed = app.desk.follow(&by, asked.after).map_err(|fault| named(fault, &headers))?;
    if !is_stream {
        return page(&feed, &asked).await;
    }
    let holder = Holder::new(&app, by, &headers)?;
    stream(&app, holder, feed, asked.wanted, seat.map(|Extension(seat)| seat))
}

fn stream(app: &App, holder: Holder, feed: JournalFeed, wanted: Wanted, seat: Option<Seat>) -> Answer {
    let place = app.hub.place(Kind::Events, holder.key_id())?;
    // It counts as a stream now, and keeps no other caller out.
    if let Some(seat) = seat {
        seat.leave();
    }
    let hub = app.hub.clone();
    Ok(events::answer(events::stream(Opening { hub, holder, feed, wanted, place })))
}

async fn page(feed: &JournalFeed, asked: &Asked) -> Answer {
    let slice = feed.page(feed.after, &asked.wanted, asked.limit).await?;
    let records: Vec<_> = slice.records.into_iter().map(|followed| followed.record).collect();
    let items: Vec<AuditRecord> = super::audit::shapes(&records)?;
    Ok(Json(EventPage { items, next_cursor: slice.upto.to_string() }).into_response())
}

fn read(params: &EventParams, headers: &HeaderMap, is_stream: bool) -> Result<Asked, Refusal> {
    let mut errors = Vec::new();
    let mut wanted = params.kind.as_deref().map_or_else(Wanted::default, |text| kinds(text, &mut errors));
    wanted.cl_ord_id = one("cl_ord_id", params.cl_ord_id.as_deref(), &mut errors);
    if is_stream && params.limit.is_some() {
        errors.push(FieldError::new("limit", &"is for pages: a stream has no end, leave it out"));
    }
    let limit = wire::page::limit(params.limit.as_deref(), &mut errors);
    if params.after.is_some() && params.cursor.is_some() {
        errors.push(FieldError::new("cursor", &"means the same as after: give one of them"));
    }
    let named = place("after", params.after.as_deref(), &mut errors);
    let cursor = place("cursor", params.cursor.as_deref(), &mut errors);
    let seen = last_event_id(headers, &mut errors);
    settle(errors)?;
    Ok(Asked { wanted, after: seen.or(named).or(cursor), limit })
}

fn place(name: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<u64> {
    let text = text?;
    let place = text.parse().ok().filter(|_| text.bytes().all(|digit| digit.is_ascii_digit()));
    if place.is_none() {
        errors.push(FieldError::new(name, &"must be the id of an event: a whole number, 0 for the whole journal"));
    }
    place
}

/// The place is wrong where it was given.
fn named(fault: Fault, headers: &HeaderMap) -> Refusal {
    if let Fault::Invalid { rule, .. } = &fault
        && headers.contains_key(LAST_EVENT_ID)
    {
        return Refusal::field(LAST_EVENT_ID, rule);
    }
    Refusal::from(fault)
}

/// A browser goes on by this header; what the address says was for the first time. An empty one names nothing.
fn last_event_id(headers: &HeaderMap, errors: &mut Vec<FieldError>) -> Option<u64> {
    let mut values = headers.get_all(LAST_EVENT_ID).iter();
    let value = values.next()?;
    if values.next().is_some() {
        errors.push(FieldError::new(LAST_EVENT_ID, &"must be given once"));
        return None;
    }
    place(LAST_EVENT_ID, Some(value.to_str().unwrap_or("?")).filter(|text| !text.is_empty()), errors)
}

fn kinds(text: &str, errors: &mut Vec<FieldError>) -> Wanted {
    let mut wanted = Wanted::default();
    let known = |words: &[&'static str], word: &str| words.iter().copied().find(|known| *known == word);
    for word in text.split(',') {
        if let Some(kind) = known(&JournalEvent::KINDS, word) {
            wanted.kinds.insert(kind);
        } else if let Some(what) = word.strip_prefix("order.").and_then(|what| known(&OrderEvent::WORDS, what)) {
            wanted.of_orders.insert(what);
        } else {
            let kinds = JournalEvent::KINDS.join(", ");
            let of_orders = OrderEvent::WORDS.join(", order.");
            let rule = format!("must be kinds separated by commas, each one of: {kinds}, order.{of_orders}");
            errors.push(FieldError::new("kind", &rule));
            break;
        }
    }
    wanted
}
