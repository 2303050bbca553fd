//! Approvals.

use super::order::answer_of;
use crate::body::Json as Body;
use crate::caller::Caller;
use crate::headers;
use crate::openapi::{OfBody, OfBroker, OfChange, OfOne, OfOrder, Problems};
use crate::query::{Params, flag, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use domain::id::ApprovalId;
use domain::principal::Principal;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::approval::{Approval, Because};
use wire::order::OrderAnswer;

/// Which approvals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApprovalsParams {
    /// `true`: only those that wait for a human.
    #[param(value_type = Option<bool>)]
    pending: Option<String>,
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Approval requests.
#[utoipa::path(
    get, path = "/api/v1/approvals", operation_id = "list_approvals", tag = "approvals", params(ApprovalsParams),
    responses((status = 200, body = Page<Approval>, description = "The answer."), Problems)
)]
pub(crate) async fn list(State(app): State<App>, Caller(by): Caller, params: Params<ApprovalsParams>) -> Answer {
    Ok(Json(list_of(&app, &by, &params.0)?).into_response())
}

/// For every face.
pub(crate) fn list_of(app: &App, by: &Principal, asked: &ApprovalsParams) -> Result<Page<Approval>, Refusal> {
    let mut errors = Vec::new();
    let pending = flag("pending", asked.pending.as_deref(), &mut errors);
    let limit = wire::page::limit(asked.limit.as_deref(), &mut errors);
    settle(errors)?;
    let items: Vec<Approval> = app.desk.approvals(by, pending)?.iter().map(Approval::from).collect();
    Ok(Page::cut(items, limit, asked.cursor.as_deref(), |approval: &Approval| approval.id.clone())?)
}

fn approval_id(text: &str) -> Result<ApprovalId, Refusal> {
    wire::fields::checked(text).map_err(|rule| Refusal::field("id", &rule))
}

/// One approval request.
#[utoipa::path(
    get, path = "/api/v1/approvals/{id}", operation_id = "get_approval", tag = "approvals", params(("id" = String, Path, description = "The approval.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Approval, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let id = approval_id(&id)?;
    let approval = app.desk.approval(&by, &id)?;
    Ok(Json(Approval::from(&approval)).into_response())
}

/// Says yes to the whole plan of a run: each of its orders goes through every gate and takes its part of the plan, once.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/approve-plan", operation_id = "approve_plan", tag = "approvals", request_body = Option<Because>,
    params(("id" = String, Path, description = "The approval.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Approval, description = "The answer."), Problems, OfBody, OfBroker, OfOne, OfChange)
)]
pub(crate) async fn approve_plan(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    let id = approval_id(&id)?;
    let reason = Because::parse_optional(&body)?;
    let plan = app.desk.approve_plan(&by, id, reason).await?;
    Ok(Json(Approval::from(&plan)).into_response())
}

/// Says yes to an order: every gate runs again, then the order leaves or is refused.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/approve", operation_id = "approve_order", tag = "approvals", request_body = Option<Because>,
    params(
        ("id" = String, Path, description = "The approval.", pattern = "^[A-Za-z0-9._-]{1,40}$"),
        ("Prefer" = Option<String>, Header, description = "`wait=N` seconds for the broker; 2 when left out, 30 at most.")
    ),
    responses(
        (status = 200, body = OrderAnswer, description = "Released; acknowledged by the broker or simulated."),
        (status = 202, body = OrderAnswer, description = "Outside the bounds: it was asked anew."),
        Problems, OfBody, OfBroker, OfOrder
    )
)]
pub(crate) async fn approve(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let id = approval_id(&id)?;
    let wait = headers::wait(&headers, &app.limits)?;
    let reason = Because::parse_optional(&body)?;
    let answer = app.desk.approve(&by, id, reason, wait).await?;
    answer_of(&app, &by, &answer, StatusCode::OK)
}

/// Says no.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/deny", operation_id = "deny_approval", tag = "approvals", request_body = Because,
    params(("id" = String, Path, description = "The approval.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Approval, description = "The answer."), Problems, OfBody, OfOne, OfChange)
)]
pub(crate) async fn deny(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    let id = approval_id(&id)?;
    let because = Because::parse(&body)?;
    let approval = app.desk.deny_approval(&by, id, because.reason).await?;
    Ok(Json(Approval::from(&approval)).into_response())
}

/// Takes a yes back before it was spent.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/revoke", operation_id = "revoke_approval", tag = "approvals", request_body = Because,
    params(("id" = String, Path, description = "The approval.", pattern = "^[A-Za-z0-9._-]{1,40}$")),
    responses((status = 200, body = Approval, description = "The answer."), Problems, OfBody, OfOne, OfChange)
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    let id = approval_id(&id)?;
    let because = Because::parse(&body)?;
    let approval = app.desk.revoke_approval(&by, id, because.reason).await?;
    Ok(Json(Approval::from(&approval)).into_response())
}
