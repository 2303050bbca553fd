//! The streams.

use crate::caller::Caller;
use crate::openapi::Problems;
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use wire::stream::StreamStatus;

/// How the streams stand: lock, heartbeat, and each instrument with its price's source and age.
#[utoipa::path(
    get, path = "/api/v1/streams", operation_id = "get_streams", tag = "market data",
    responses((status = 200, body = StreamStatus, description = "The answer."), Problems)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(Json(StreamStatus::from(app.watch()?.streams(&by)?)).into_response())
}
