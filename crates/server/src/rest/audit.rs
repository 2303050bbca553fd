//! The journal.

use crate::caller::Caller;
use crate::openapi::Problems;
use crate::query::{Params, flag, place, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use domain::fault::Fault;
use domain::principal::Principal;
use engine::desk::{self, AuditFilter};
use futures::stream;
use serde::Deserialize;
use std::io;
use utoipa::IntoParams;
use wire::audit::{AuditFinding, AuditRecord, AuditVerification};
use wire::instrument::one;
use wire::page::LIMIT_MAX;
use wire::{FieldError, Page};

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
    Ok(Json(list_of(&app, &by, params.0).await?).into_response())
}

/// For every face.
pub(crate) async fn list_of(app: &App, by: &Principal, asked: AuditParams) -> Result<Page<AuditRecord>, Refusal> {
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
    let items = shapes(&app.desk.audit(by, filter).await?)?;
    Ok(paged(items, limit))
}

/// A page of them; its cursor is a place in the journal.
pub(super) fn paged(items: Vec<AuditRecord>, limit: usize) -> Page<AuditRecord> {
    Page::of_peeked(items, limit, |record: &AuditRecord| record.seq.to_string())
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

/// Where to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// The place of the first record; 1, the beginning, when left out.
    #[param(value_type = Option<i64>, minimum = 1)]
    from: Option<String>,
}

/// The whole journal, oldest first, one record a line, up to its end at this moment. The connection breaks off where a record cannot
/// be read: an export that ended well is whole.
#[utoipa::path(
    get, path = "/api/v1/audit/export", operation_id = "export_audit", tag = "audit", params(ExportParams),
    responses((status = 200, body = String, content_type = "application/x-ndjson", description = "Records as `GET /audit` shows them, one a line."), Problems)
)]
pub(crate) async fn export(State(app): State<App>, Caller(by): Caller, params: Params<ExportParams>) -> Answer {
    let mut errors = Vec::new();
    let from = place_from(params.0.from.as_deref(), &mut errors);
    settle(errors)?;
    let end = app.desk.status(&by)?.journal_head.0;
    // The first page is read before anything is answered, so that a refusal is one.
    let first = export_page(&app, &by, from.saturating_sub(1), end).await?;
    let pages = stream::try_unfold(Some(first), move |page| {
        let (app, by) = (app.clone(), by.clone());
        async move {
            let Some((lines, last)) = page else { return Ok::<_, io::Error>(None) };
            let next = match last {
                Some(last) => Some(export_page(&app, &by, last, end).await.map_err(broken_off)?),
                None => None,
            };
            Ok(Some((lines, next)))
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(pages)).into_response())
}

fn broken_off(refusal: Refusal) -> io::Error {
    io::Error::other(refusal.0.detail)
}

fn place_from(text: Option<&str>, errors: &mut Vec<FieldError>) -> u64 {
    // No journal grows beyond what its database can count.
    let read = |text: &str| text.parse::<i64>().ok().and_then(|place| u64::try_from(place).ok());
    let place = text.map_or(Some(1), |text| read(text).filter(|place| *place > 0));
    place.unwrap_or_else(|| {
        errors.push(FieldError::new("from", &"must be the place of a record, from 1"));
        1
    })
}

/// Lines of some records behind a place, and where to go on; nowhere once the end is reached.
async fn export_page(app: &App, by: &Principal, after: u64, end: u64) -> Result<(Bytes, Option<u64>), Refusal> {
    let filter = AuditFilter {
        kind: None,
        cl_ord_id: None,
        correlation_id: None,
        after: Some(after),
        newest_first: false,
        limit: LIMIT_MAX,
    };
    let mut records = shapes(&app.desk.audit(by, filter).await?)?;
    records.retain(|record| record.seq <= end);
    let mut lines = Vec::new();
    for record in &records {
        serde_json::to_writer(&mut lines, record).map_err(|error| Refusal::from(Fault::Internal(error.to_string())))?;
        lines.push(b'\n');
    }
    Ok((lines.into(), records.last().map(|record| record.seq).filter(|last| *last < end)))
}
