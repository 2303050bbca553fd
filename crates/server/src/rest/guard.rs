//! The guard.

use crate::caller::Caller;
use crate::openapi::Problems;
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use wire::guard::{GuardReport, GuardState};

/// The guard's rules, and how each stood at the newest look.
#[utoipa::path(
    get, path = "/api/v1/loop/guard", operation_id = "get_guard", tag = "closed loop",
    responses((status = 200, body = GuardState, description = "The answer."), Problems)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(Json(GuardState::from(app.watch()?.guard(&by)?)).into_response())
}

/// The guard looks now, whatever its schedule says, and acts as the schedule would: it may stop trading.
#[utoipa::path(
    post, path = "/api/v1/loop/guard/evaluate", operation_id = "evaluate_guard", tag = "closed loop",
    responses((status = 200, body = GuardReport, description = "The answer."), Problems)
)]
pub(crate) async fn evaluate(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(Json(GuardReport::from(app.watch()?.evaluate_guard(&by).await?)).into_response())
}
