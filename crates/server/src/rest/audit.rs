//! The journal.

use crate::caller::Caller;
use crate::openapi::Problems;
use crate::query::{Params, flag, place, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::fault::Fault;
use engine::desk::{self, AuditFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::audit::{AuditFinding, AuditRecord, AuditVerification};
use wire::instrument::one;

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// Only this kind, such as `order_denied`.
    kind: Option<String>,
    /// Only this order.
    #[param(pattern = "^[A-Za-z0-9._-]{1,40}$")]
    cl_ord_id: Option<String>,
    /// Only this request.
    #[param(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    correlation_id: Option<String>,
    /// `true`: newest first.
    #[param(value_type = Option<bool>)]
    newest_first: Option<String>,
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Records of the journal, oldest first unless asked otherwise.
#[utoipa::path(
    get, path = "/api/v1/audit", operation_id = "list_audit", tag = "audit", params(AuditParams),
    responses((status = 200, body = Page<AuditRecord>, description = "The answer."), Problems)
)]
pub(crate) async fn list(State(app): State<App>, Caller(by): Caller, params: Params<AuditParams>) -> Answer {
    let asked = params.0;
    let mut errors = Vec::new();
    let limit = wire::page::limit(asked.limit.as_deref(), &mut errors);
    let after = place(asked.cursor.as_deref(), &mut errors);
    let filter = AuditFilter {
        kind: asked.kind,
        cl_ord_id: one("cl_ord_id", asked.cl_ord_id.as_deref(), &mut errors),
        correlation_id: one("correlation_id", asked.correlation_id.as_deref(), &mut errors),
        after,
        newest_first: flag("newest_first", asked.newest_first.as_deref(), &mut errors),
        limit: limit + 1,
    };
    settle(errors)?;
    let items = shapes(&app.desk.audit(&by, filter).await?)?;
    Ok(Json(Page::of_peeked(items, limit, |record: &AuditRecord| record.seq.to_string())).into_response())
}

/// The shapes of records.
pub(super) fn shapes(records: &[desk::AuditRecord]) -> Result<Vec<AuditRecord>, Refusal> {
    let shape = |one: &desk::AuditRecord| AuditRecord::of(&one.record, &one.hash);
    let shapes: Result<Vec<_>, _> = records.iter().map(shape).collect();
    shapes.map_err(|error| Refusal::from(Fault::Internal(error.to_string())))
}

/// Walks the whole journal and names every finding.
#[utoipa::path(
    get, path = "/api/v1/audit/verify", operation_id = "verify_audit", tag = "audit", responses((status = 200, body = AuditVerification, description = "The answer."), Problems)
)]
pub(crate) async fn verify(State(app): State<App>, Caller(by): Caller) -> Answer {
    let found = app.desk.verify_audit(&by).await?;
    let findings = found.findings.into_iter().map(|(seq, what)| AuditFinding { seq, what }).collect();
    let shape = AuditVerification {
        ok: found.ok,
        records: found.records,
        head_hash: found.head_hash,
        findings_total: found.findings_total,
        findings,
    };
    Ok(Json(shape).into_response())
}
