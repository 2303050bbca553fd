//! Orders: replace, cancel, resolve.

use super::order::{etag, mark_replayed, order_key, shape};
use crate::body::Json as Body;
use crate::caller::Caller;
use crate::headers;
use crate::openapi::{OfBody, OfBroker, OfMatch, OfOne, OfOrder, Problems};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use domain::principal::Principal;
use engine::desk;
use wire::amendment::AmendOrder;
use wire::approval::Because;
use wire::order::{CancelAnswer, Order, OrderAnswer};
use wire::word::Outcome;
use wire::{Page, Problem};

/// Changes a working order: quantity, prices, time in force.
#[utoipa::path(
    put, path = "/api/v1/orders/{cl_ord_id}", operation_id = "replace_order", tag = "orders", request_body = AmendOrder,
    params(
        ("cl_ord_id" = String, Path, description = "The order's key.", pattern = "^[A-Za-z0-9._-]{1,40}$"),
        ("Idempotency-Key" = String, Header, description = "The key of the change itself; the same namespace as orders' keys.", pattern = "^[A-Za-z0-9._-]{1,40}$"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the order as it was seen; when it has changed since, nothing is done."),
        ("Prefer" = Option<String>, Header, description = "`wait=N` seconds for the broker; 2 when left out, 30 at most.")
    ),
    responses(
        (status = 200, body = OrderAnswer, description = "Acknowledged by the broker, or a replay."),
        Problems, OfBody, OfBroker, OfOrder, OfMatch
    )
)]
pub(crate) async fn replace(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let order = order_key(&id)?;
    let key = headers::key(&headers)?;
    let wait = headers::wait(&headers, &app.limits)?;
    let seen = headers::etag(&headers)?;
    let amendment = AmendOrder::parse(&body)?.amendment()?;
    let answer = app.desk.replace(&by, order, key, amendment, seen, wait).await?;
    let order = shape(&app, &by, &answer.order)?;
    let tag = etag(&order);
    let mut response = match Problem::of_change(&answer.outcome, order.clone()) {
        Some(problem) => Refusal::from(problem).into_response(),
        None => Json(OrderAnswer { outcome: Outcome::Acknowledged, order }).into_response(),
    };
    response.headers_mut().extend(tag);
    mark_replayed(&mut response, answer.replayed);
    Ok(response)
}

fn empty(body: &[u8]) -> Result<(), Refusal> {
    if body.is_empty() {
        return Ok(());
    }
    Ok(wire::fields::Fields::read(body)?.finish()?)
}

fn canceled(app: &App, by: &Principal, answer: &desk::CancelAnswer) -> Result<CancelAnswer, Refusal> {
    Ok(CancelAnswer { proven: answer.fate.is_proven(), order: shape(app, by, &answer.order)? })
}

/// Cancels an order; 200 when the cancel is proven, 202 while it is under way, 409 when the order is over otherwise: before the cancel
/// came, or while it was under way.
#[utoipa::path(
    post, path = "/api/v1/orders/{cl_ord_id}/cancel", operation_id = "cancel_order", tag = "orders",
    params(
        ("cl_ord_id" = String, Path, description = "The order's key.", pattern = "^[A-Za-z0-9._-]{1,40}$"),
        ("Idempotency-Key" = String, Header, description = "The key of the cancel itself; the same namespace as orders' keys.", pattern = "^[A-Za-z0-9._-]{1,40}$"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the order as it was seen; when it has changed since, nothing is done."),
        ("Prefer" = Option<String>, Header, description = "`wait=N` seconds for the broker; 2 when left out, 30 at most.")
    ),
    responses(
        (status = 200, body = CancelAnswer, description = "Proven."),
        (status = 202, body = CancelAnswer, description = "Under way."),
        Problems, OfBody, OfOrder, OfMatch
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let order = order_key(&id)?;
    let key = Some(headers::key(&headers)?);
    let wait = headers::wait(&headers, &app.limits)?;
    let seen = headers::etag(&headers)?;
    empty(&body)?;
    let answer = app.desk.cancel(&by, order, key, seen, wait).await?;
    let status = if answer.fate.is_proven() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let canceled = canceled(&app, &by, &answer)?;
    let tag = etag(&canceled.order);
    let mut response = match Problem::of_cancel(&answer.fate, canceled.order.clone()) {
        Some(problem) => Refusal::from(problem).into_response(),
        None => (status, Json(canceled)).into_response(),
    };
    response.headers_mut().extend(tag);
    mark_replayed(&mut response, answer.replayed);
    Ok(response)
}

/// Cancels every order of ours that may be live, one by one; 202 while any cancel is not proven. One that filled first never is.
#[utoipa::path(
    post, path = "/api/v1/orders/cancel-all", operation_id = "cancel_all_orders", tag = "orders",
    params(("Prefer" = Option<String>, Header, description = "`wait=N` seconds for the broker; 2 when left out, 30 at most.")),
    responses(
        (status = 200, body = Page<CancelAnswer>, description = "Every cancel is proven."),
        (status = 202, body = Page<CancelAnswer>, description = "Some are under way, or overtaken by another end."),
        Problems, OfBody, OfOrder
    )
)]
pub(crate) async fn cancel_all(
    State(app): State<App>,
    Caller(by): Caller,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let wait = headers::wait(&headers, &app.limits)?;
    headers::refuse_if_match(&headers)?;
    empty(&body)?;
    let answers = app.desk.cancel_all(&by, wait).await?;
    let proven = answers.iter().all(|answer| answer.fate.is_proven());
    let status = if proven { StatusCode::OK } else { StatusCode::ACCEPTED };
    let items = answers.iter().map(|answer| canceled(&app, &by, answer)).collect::<Result<_, _>>()?;
    Ok((status, Json(Page { items, next_cursor: None })).into_response())
}

/// A human says that an order of unknown fate is dead, with a reason.
#[utoipa::path(
    post, path = "/api/v1/orders/{cl_ord_id}/resolve", operation_id = "resolve_order", tag = "orders", request_body = Because,
    params(("cl_ord_id" = String, Path, description = "The order's key.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Order, description = "The answer."), Problems, OfBody, OfOne)
)]
pub(crate) async fn resolve(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    let order = order_key(&id)?;
    let because = Because::parse(&body)?;
    let order = app.desk.resolve(&by, order, because.reason).await?;
    Ok(Json(shape(&app, &by, &order)?).into_response())
}

/// A human lifts the halt of an instrument, and takes the broker's word for its positions where they differ from what the
/// journal's trades add up to.
#[utoipa::path(
    post, path = "/api/v1/instruments/{con_id}/release", operation_id = "release_instrument", tag = "orders", request_body = Because,
    params(("con_id" = String, Path, description = "IBKR's contract id.", pattern = "^[1-9][0-9]{0,9}$")),
    responses((status = 204, description = "Released."), Problems, OfBody, OfOne)
)]
pub(crate) async fn release(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    let con_id = id.parse().map_err(|_| Refusal::field("con_id", "must be a contract id of IBKR"))?;
    let because = Because::parse(&body)?;
    app.desk.release(&by, con_id, because.reason).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
