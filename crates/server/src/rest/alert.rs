//! Alerts.

use crate::caller::Caller;
use crate::openapi::{OfOne, Problems};
use crate::query::{Params, flag, settle};
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::alert::Alert;

/// Which alerts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertParams {
    /// `true`: only those that nobody acknowledged, and that are not over.
    #[param(value_type = Option<bool>)]
    open: Option<String>,
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What somebody was told or is to be told, newest first.
#[utoipa::path(
    get, path = "/api/v1/alerts", operation_id = "list_alerts", tag = "operations", params(AlertParams),
    responses((status = 200, body = Page<Alert>, description = "The answer."), Problems)
)]
pub(crate) async fn list(State(app): State<App>, Caller(by): Caller, params: Params<AlertParams>) -> Answer {
    let mut errors = Vec::new();
    let limit = wire::page::limit(params.0.limit.as_deref(), &mut errors);
    let open_only = flag("open", params.0.open.as_deref(), &mut errors);
    settle(errors)?;
    let items = app.watch()?.alerts(&by, open_only)?.iter().map(Alert::from).collect();
    let page = Page::cut(items, limit, params.0.cursor.as_deref(), |alert: &Alert| alert.id.clone())?;
    Ok(Json(page).into_response())
}

/// A human has seen it: it is not told again.
#[utoipa::path(
    post, path = "/api/v1/alerts/{id}/ack", operation_id = "ack_alert", tag = "operations",
    params(("id" = String, Path, description = "The alert.", pattern = "^al-[0-9]{1,19}$")),
    responses((status = 200, body = Alert, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn ack(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let alert = app.watch()?.ack_alert(&by, &id).await?;
    Ok(Json(Alert::from(&alert)).into_response())
}
