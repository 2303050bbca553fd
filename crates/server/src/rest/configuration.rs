//! What the gateway was started with.

use crate::caller::Caller;
use crate::openapi::Problems;
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::fault::Fault;
use domain::principal::Scope;
use wire::configuration::Configuration;

/// The configuration that counts, key by key, and where each value was set: what `tollgate config explain` shows.
#[utoipa::path(
    get, path = "/api/v1/config", operation_id = "get_configuration", tag = "operations",
    responses((status = 200, body = Configuration, description = "The answer."), Problems)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller) -> Answer {
    if !by.may(Scope::Admin) {
        return Err(Fault::ForbiddenScope(Scope::Admin).into());
    }
    Ok(Json(app.configuration.as_ref().clone()).into_response())
}
