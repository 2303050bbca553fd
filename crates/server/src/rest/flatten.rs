//! Closing positions.

use super::order::{mark_replayed, outcome_of, shape};
use crate::body::Json as Body;
use crate::caller::Caller;
use crate::headers;
use crate::openapi::{OfBody, OfBroker, OfOrder, Problems};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use domain::principal::Principal;
use engine::desk::{FlattenWish, Flattened, Outcome};
use wire::Problem;
use wire::flatten::{FlattenAnswer, FlattenPositions, FlattenedPosition};

/// Closes positions, each with a reduce-only market order that passes every gate. Never implied by a kill. A repeat of the key
/// makes no second order for a position and tells how the first one stands; 202 while any order waits for a human or for the broker.
#[utoipa::path(
    post, path = "/api/v1/orders/flatten", operation_id = "flatten_positions", tag = "orders", request_body = FlattenPositions,
    params(
        ("Idempotency-Key" = String, Header, description = "The key of the request; the keys of the closing orders are made of it.", pattern = "^[A-Za-z0-9._-]{1,40}$"),
        ("Prefer" = Option<String>, Header, description = "`wait=N` seconds for the broker; 2 when left out, 30 at most.")
    ),
    responses(
        (status = 200, body = FlattenAnswer, description = "What became of each position."),
        (status = 202, body = FlattenAnswer, description = "Some wait for a human or for the broker."),
        Problems, OfBody, OfBroker, OfOrder
    )
)]
pub(crate) async fn flatten(
    State(app): State<App>,
    Caller(by): Caller,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let key = headers::key(&headers)?;
    let wait = headers::wait(&headers, &app.limits)?;
    headers::refuse_if_match(&headers)?;
    let (account, symbol, reason) = FlattenPositions::parse(&body)?;
    let answer = app.desk.flatten(&by, key, FlattenWish { account, symbol, reason }, wait).await?;
    let waits = answer.items.iter().any(|item| item.answer.as_ref().is_ok_and(|answer| is_open(answer.outcome)));
    let items = answer.items.into_iter().map(|item| position(&app, &by, item)).collect::<Result<_, _>>()?;
    let status = if waits { StatusCode::ACCEPTED } else { StatusCode::OK };
    let mut response = (status, Json(FlattenAnswer { items })).into_response();
    mark_replayed(&mut response, answer.replayed);
    Ok(response)
}

fn is_open(outcome: Outcome) -> bool {
    match outcome {
        Outcome::NeedsApproval | Outcome::Unknown => true,
        Outcome::Acknowledged | Outcome::Simulated | Outcome::Denied | Outcome::Rejected | Outcome::Canceled => false,
    }
}

fn position(app: &App, by: &Principal, item: Flattened) -> Result<FlattenedPosition, Refusal> {
    let (outcome, order, problem) = match &item.answer {
        Ok(answer) => (Some(outcome_of(answer.outcome)), Some(shape(app, by, &answer.order)?), None),
        Err(fault) => (None, None, Some(Problem::from(fault))),
    };
    Ok(FlattenedPosition {
        con_id: item.con_id.to_string(),
        symbol: item.symbol,
        position: item.position,
        other_orders: u64::try_from(item.other_orders).unwrap_or(u64::MAX),
        outcome,
        order,
        problem,
    })
}
