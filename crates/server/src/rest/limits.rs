//! Limits: the policy in force and its changes.

use super::account::PageParams;
use super::audit::shapes;
use crate::body::Json as Body;
use crate::caller::Caller;
use crate::headers;
use crate::openapi::{OfBody, OfBroker, OfChange, OfMatch, OfOne, Problems};
use crate::query::{Params, place, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use domain::principal::Principal;
use engine::DrillOutcome;
use engine::desk::{LimitsOf, LimitsView};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::audit::AuditRecord;
use wire::instrument::one;
use wire::limits::{DecidePolicy, Drill, Limit, Limits, PendingPolicy, Policy, ResetBreaker, SetLimits};

/// For which orders.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LimitsParams {
    /// Of this account.
    #[param(pattern = "^[A-Za-z0-9]{1,20}$")]
    account: Option<String>,
    /// Of this strategy.
    #[param(pattern = "^[A-Za-z0-9._-]{1,40}$")]
    strategy: Option<String>,
    /// Of this kind of security.
    #[param(value_type = Option<wire::word::SecType>, inline)]
    sec_type: Option<String>,
    /// In this instrument, by symbol or con_id. A bare symbol means stk, SMART, USD.
    instrument: Option<String>,
}

/// Each limit as it counts, with where it comes from and what is used of it, and the policy that waits.
#[utoipa::path(
    get, path = "/api/v1/limits", operation_id = "get_limits", tag = "operations", params(LimitsParams),
    responses((status = 200, body = Limits, description = "The answer; its `ETag` is the policy's hash."), Problems, OfBroker)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller, params: Params<LimitsParams>) -> Answer {
    Ok(answer(&view_of(&app, &by, params.0).await?))
}

async fn view_of(app: &App, by: &Principal, asked: LimitsParams) -> Result<LimitsView, Refusal> {
    let mut errors = Vec::new();
    let of = LimitsOf {
        account: one("account", asked.account.as_deref(), &mut errors),
        strategy: one("strategy", asked.strategy.as_deref(), &mut errors),
        sec_type: one::<wire::word::SecType>("sec_type", asked.sec_type.as_deref(), &mut errors).map(Into::into),
        instrument: asked.instrument,
    };
    settle(errors)?;
    Ok(app.desk.limits(by, of).await?)
}

/// For every face.
pub(crate) async fn limits_of(app: &App, by: &Principal, asked: LimitsParams) -> Result<Limits, Refusal> {
    view_of(app, by, asked).await.map(|view| shape(&view))
}

fn shape(view: &LimitsView) -> Limits {
    let policy = &view.policy;
    let pending = policy.pending.as_ref().map(|(pending, changes)| PendingPolicy::of(pending, changes));
    Limits {
        policy: Policy { name: policy.name.clone(), hash: policy.hash.clone(), since: policy.since, pending },
        sections: view.sections.clone(),
        items: view.limits.iter().map(|one| Limit::of(one, view.used.get(one.limit.key).copied())).collect(),
        warnings: view.warnings.clone(),
        next_cursor: None,
    }
}

fn answer(view: &LimitsView) -> axum::response::Response {
    ([(header::ETAG, format!("\"{}\"", view.policy.hash))], Json(shape(view))).into_response()
}

/// Sets limits. What tightens counts at once; what loosens waits until a human has accepted it, and fifteen minutes, or a
/// second human.
#[utoipa::path(
    put, path = "/api/v1/limits", operation_id = "set_limits", tag = "operations", request_body = SetLimits,
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the limits that were seen.")),
    responses((status = 200, body = Limits, description = "The limits as they count now."), Problems, OfBody, OfOne, OfMatch)
)]
pub(crate) async fn set(State(app): State<App>, Caller(by): Caller, headers: HeaderMap, Body(body): Body) -> Answer {
    let seen = headers::etag(&headers)?;
    let SetLimits { limits, reason } = SetLimits::parse(&body)?;
    Ok(answer(&app.desk.set_limits(&by, limits, seen, reason).await?))
}

/// A human wants the policy that waits.
#[utoipa::path(
    post, path = "/api/v1/limits/accept", operation_id = "accept_limits", tag = "operations", request_body = DecidePolicy,
    responses((status = 200, body = Limits, description = "The limits as they count now."), Problems, OfBody, OfOne, OfChange, OfMatch)
)]
pub(crate) async fn accept(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let DecidePolicy { hash, reason } = DecidePolicy::parse(&body)?;
    Ok(answer(&app.desk.accept_policy(&by, hash, reason).await?))
}

/// The policy that waits is wanted no more.
#[utoipa::path(
    post, path = "/api/v1/limits/withdraw", operation_id = "withdraw_limits", tag = "operations",
    request_body = DecidePolicy,
    responses((status = 200, body = Limits, description = "The limits as they count now."), Problems, OfBody, OfOne, OfChange, OfMatch)
)]
pub(crate) async fn withdraw(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let DecidePolicy { hash, reason } = DecidePolicy::parse(&body)?;
    Ok(answer(&app.desk.withdraw_policy(&by, hash, reason).await?))
}

/// A human has looked at what tripped: rejects in a row, a strategy's trades, a drawdown. It counts anew.
#[utoipa::path(
    post, path = "/api/v1/limits/reset", operation_id = "reset_breaker", tag = "operations",
    request_body = ResetBreaker,
    responses((status = 200, body = Limits, description = "The limits as they count now."), Problems, OfBody, OfOne)
)]
pub(crate) async fn reset(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let (breaker, reason) = ResetBreaker::parse(&body)?;
    Ok(answer(&app.desk.reset_breaker(&by, breaker, reason).await?))
}

/// Fires every control in a scratch gateway on the simulated broker, away from this one, and notes what it showed. Takes
/// about a minute; what is noted is what the gateway saw itself. Needs a human with `admin`.
#[utoipa::path(
    post, path = "/api/v1/limits/drill", operation_id = "drill_limits", tag = "operations",
    responses((status = 200, body = Drill, description = "What it showed; it is on record."), Problems, OfChange)
)]
pub(crate) async fn drill(State(app): State<App>, Caller(by): Caller) -> Answer {
    let DrillOutcome { passed, total, open } = app.desk.drill_limits(&by).await?;
    Ok(Json(Drill { passed, total, open }).into_response())
}

/// Every change of the policy, newest first: old and new values, who, why.
#[utoipa::path(
    get, path = "/api/v1/limits/history", operation_id = "get_limits_history", tag = "operations", params(PageParams),
    responses((status = 200, body = Page<AuditRecord>, description = "The answer."), Problems)
)]
pub(crate) async fn history(State(app): State<App>, Caller(by): Caller, params: Params<PageParams>) -> Answer {
    let mut errors = Vec::new();
    let limit = wire::page::limit(params.0.limit.as_deref(), &mut errors);
    let after = place(params.0.cursor.as_deref(), &mut errors);
    settle(errors)?;
    let items = shapes(&app.desk.limits_history(&by, after, limit + 1).await?)?;
    Ok(Json(Page::of_peeked(items, limit, |record: &AuditRecord| record.seq.to_string())).into_response())
}
