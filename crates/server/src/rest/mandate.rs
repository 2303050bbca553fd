//! Mandates.

use super::account::PageParams;
use crate::body::Json as Body;
use crate::caller::Caller;
use crate::openapi::{OfBody, OfChange, OfOne, Problems};
use crate::query::{Params, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::id::MandateId;
use engine::desk::MandateView;
use wire::Page;
use wire::approval::Because;
use wire::permit::{GrantMandate, Mandate};

fn shape(view: &MandateView) -> Mandate {
    Mandate::of(&view.mandate, view.status)
}

fn mandate_id(text: &str) -> Result<MandateId, Refusal> {
    wire::fields::checked(text).map_err(|rule| Refusal::field("id", &rule))
}

/// Mandates, newest first, with every use.
#[utoipa::path(
    get, path = "/api/v1/mandates", operation_id = "list_mandates", tag = "operations", params(PageParams),
    responses((status = 200, body = Page<Mandate>, description = "The answer."), Problems)
)]
pub(crate) async fn list(State(app): State<App>, Caller(by): Caller, params: Params<PageParams>) -> Answer {
    let mut errors = Vec::new();
    let limit = wire::page::limit(params.0.limit.as_deref(), &mut errors);
    settle(errors)?;
    let items = app.desk.mandates(&by)?.iter().map(shape).collect();
    let page = Page::cut(items, limit, params.0.cursor.as_deref(), |mandate: &Mandate| mandate.id.clone())?;
    Ok(Json(page).into_response())
}

/// Grants a budget: orders inside it need no further approval. It waits for the second look.
#[utoipa::path(
    post, path = "/api/v1/mandates", operation_id = "grant_mandate", tag = "operations", request_body = GrantMandate,
    responses((status = 201, body = Mandate, description = "Granted; it waits for the second look."), Problems, OfBody)
)]
pub(crate) async fn grant(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let (terms, reason) = GrantMandate::parse(&body)?;
    let view = app.desk.grant_mandate(&by, terms, reason).await?;
    Ok((StatusCode::CREATED, Json(shape(&view))).into_response())
}

/// The second look: the same human after ten seconds, or another one at once.
#[utoipa::path(
    post, path = "/api/v1/mandates/{id}/confirm", operation_id = "confirm_mandate", tag = "operations",
    params(("id" = String, Path, description = "The mandate.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Mandate, description = "The answer."), Problems, OfOne, OfChange)
)]
pub(crate) async fn confirm(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let view = app.desk.confirm_mandate(&by, mandate_id(&id)?).await?;
    Ok(Json(shape(&view)).into_response())
}

/// Takes a mandate back, at once.
#[utoipa::path(
    delete, path = "/api/v1/mandates/{id}", operation_id = "revoke_mandate", tag = "operations",
    request_body = Option<Because>, params(("id" = String, Path, description = "The mandate.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Mandate, description = "The answer."), Problems, OfBody, OfOne, OfChange)
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    let id = mandate_id(&id)?;
    let reason = Because::parse_optional(&body)?.unwrap_or_else(|| "revoked".to_owned());
    let view = app.desk.revoke_mandate(&by, id, reason).await?;
    Ok(Json(shape(&view)).into_response())
}
