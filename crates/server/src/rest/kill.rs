//! The kill switch.

use crate::body::Json as Body;
use crate::caller::Caller;
use crate::openapi::Problems;
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use wire::kill::{SetTradingState, TradingStates};

/// The trading states.
#[utoipa::path(get, path = "/api/v1/kill", operation_id = "get_trading_states", tag = "operations", responses((status = 200, body = TradingStates, description = "The answer."), Problems))]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(Json(TradingStates::of(&app.desk.trading_states(&by)?)).into_response())
}

/// Sets one trading state. Halting cancels what works in the scope; lifting needs a human with `admin`.
#[utoipa::path(
    put, path = "/api/v1/kill", operation_id = "set_trading_state", tag = "operations", request_body = SetTradingState,
    responses((status = 200, body = TradingStates, description = "The answer."), Problems)
)]
pub(crate) async fn set(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let (scope, state, reason) = SetTradingState::parse(&body)?;
    let states = app.desk.set_trading_state(&by, scope, state, reason).await?;
    Ok(Json(TradingStates::of(&states)).into_response())
}
