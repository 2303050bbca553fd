//! The kill switch.

use crate::body::Json as Body;
use crate::caller::Caller;
use crate::openapi::{OfBody, Problems};
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use wire::kill::{SetTradingState, TradingStates};

/// The trading states.
#[utoipa::path(get, path = "/api/v1/kill", operation_id = "get_trading_states", tag = "operations", responses((status = 200, body = TradingStates, description = "The answer."), Problems))]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller) -> Answer {
    let states = app.desk.trading_states(&by)?;
    let kill_file = Some(app.desk.status(&by)?.kill_file);
    Ok(Json(TradingStates::of(&states, kill_file)).into_response())
}

/// Sets one trading state. Halting cancels what works in the scope; lifting needs a human with `admin`.
#[utoipa::path(
    put, path = "/api/v1/kill", operation_id = "set_trading_state", tag = "operations", request_body = SetTradingState,
    responses((status = 200, body = TradingStates, description = "The answer."), Problems, OfBody)
)]
pub(crate) async fn set(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let (scope, state, reason) = SetTradingState::parse(&body)?;
    let states = app.desk.set_trading_state(&by, scope, state, reason).await?;
    // The state is set, and a key that may kill but not read is told so all the same.
    let kill_file = app.desk.status(&by).ok().map(|status| status.kill_file);
    Ok(Json(TradingStates::of(&states, kill_file)).into_response())
}
