//! API keys.

use super::account::PageParams;
use crate::body::Json as Body;
use crate::caller::Caller;
use crate::openapi::{OfBody, OfOne, Problems};
use crate::query::Params;
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use wire::Page;
use wire::key::{CreateKey, Key, NewKey};

/// Every key, without secrets.
#[utoipa::path(
    get, path = "/api/v1/keys", operation_id = "list_keys", tag = "keys", params(PageParams), responses((status = 200, body = Page<Key>, description = "The answer."), Problems)
)]
pub(crate) async fn list(State(app): State<App>, Caller(by): Caller, params: Params<PageParams>) -> Answer {
    let items = app.desk.keys(&by)?.iter().map(Key::from).collect();
    Ok(Json(params.0.cut(items, |key: &Key| key.id.clone())?).into_response())
}

/// Makes a key; its secret is shown this once.
#[utoipa::path(
    post, path = "/api/v1/keys", operation_id = "create_key", tag = "keys", request_body = CreateKey,
    responses((status = 201, body = NewKey, description = "Made."), Problems, OfBody)
)]
pub(crate) async fn create(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let (id, kind, scopes, expires_at) = CreateKey::parse(&body)?;
    let made = app.desk.create_key(&by, id, kind, scopes, expires_at).await?;
    Ok((StatusCode::CREATED, Json(NewKey { key: Key::from(&made.record), secret: made.secret })).into_response())
}

/// Revokes a key.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", operation_id = "revoke_key", tag = "keys", params(("id" = String, Path, description = "The key's public name.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Key, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn revoke(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let id = wire::fields::checked(&id).map_err(|rule| Refusal::field("id", &rule))?;
    let record = app.desk.revoke_key(&by, id).await?;
    Ok(Json(Key::from(&record)).into_response())
}
