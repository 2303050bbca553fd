//! The closed loop.

use super::account::PageParams;
use super::{audit, order};
use crate::body::Json as Body;
use crate::caller::Caller;
use crate::openapi::{OfBody, OfBroker, OfChange, OfOne, Problems};
use crate::query::Params;
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::id::RunId;
use domain::looping::run::TradeRun;
use domain::principal::Principal;
use engine::pilot::{self, RunWish};
use std::sync::Arc;
use wire::Page;
use wire::approval::Because;
use wire::looping::{
    BeginRun, Decision, LookAtPlan, LoopStatus, MissedSlot, NextSlot, Pause, PlanAnswer, ProposeDecision, RollBack,
    Run, RunEvidence, TargetDifference,
};

/// A run without its plan, for lists.
fn brief(run: &Arc<TradeRun>) -> Run {
    Run { plan: None, ..Run::from(run.as_ref()) }
}

/// The loop in one look.
#[utoipa::path(
    get, path = "/api/v1/loop", operation_id = "get_loop", tag = "loop",
    responses((status = 200, body = LoopStatus, description = "The answer."), Problems)
)]
pub(crate) async fn status(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(Json(status_of(&app, &by)?).into_response())
}

/// For every face.
pub(crate) fn status_of(app: &App, by: &Principal) -> Result<LoopStatus, Refusal> {
    Ok(status_shape(app.pilot.pilot()?.status(by)?))
}

fn status_shape(status: pilot::LoopStatus) -> LoopStatus {
    let pause = |pause: domain::looping::book::Pause| Pause { at: pause.at, by: pause.by, reason: pause.reason };
    let missed = |(slot, reason): (domain::id::SlotKey, String)| MissedSlot { slot: slot.to_string(), reason };
    LoopStatus {
        state: status.state.to_owned(),
        schedule: status.settings.schedule,
        signal: status.settings.signal,
        universe: status.settings.universe,
        style: status.settings.terms.style.word().to_owned(),
        rolls_back: status.settings.rolls_back,
        paused: status.paused.map(pause),
        next_slot: status.next_slot.map(|slot| NextSlot {
            slot: slot.key.to_string(),
            at: slot.at,
            session_closes_at: slot.session.close,
        }),
        current: status.current.as_ref().map(brief),
        last: status.last.as_ref().map(brief),
        missed: status.missed.into_iter().map(missed).collect(),
        decision: status.decision.as_deref().map(Into::into),
        refused: status.refused.map(|refused| refused.reasons).unwrap_or_default(),
        turned_at: status.turned_at,
        now: status.now,
    }
}

/// Decisions, newest first.
#[utoipa::path(
    get, path = "/api/v1/loop/decisions", operation_id = "list_decisions", tag = "loop", params(PageParams),
    responses((status = 200, body = Page<Decision>, description = "The answer."), Problems)
)]
pub(crate) async fn decisions(State(app): State<App>, Caller(by): Caller, params: Params<PageParams>) -> Answer {
    let items = app.pilot.pilot()?.decisions(&by)?.iter().map(|decision| decision.as_ref().into()).collect();
    Ok(Json(params.0.cut(items, |decision: &Decision| decision.id.clone())?).into_response())
}

/// Proposes what the account should hold. Nothing is ordered by it; the same proposal again is the same decision.
#[utoipa::path(
    post, path = "/api/v1/loop/decisions", operation_id = "propose_decision", tag = "loop", request_body = ProposeDecision,
    responses((status = 201, body = Decision, description = "It counts."), Problems, OfBody, OfBroker)
)]
pub(crate) async fn propose(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    Ok((StatusCode::CREATED, Json(propose_of(&app, &by, &body).await?)).into_response())
}

/// For every face.
pub(crate) async fn propose_of(app: &App, by: &Principal, body: &[u8]) -> Result<Decision, Refusal> {
    let draft = ProposeDecision::parse(body)?;
    Ok(app.pilot.pilot()?.propose(by, draft).await?.as_ref().into())
}

/// What a run would do now, line by line. Nothing is done.
#[utoipa::path(
    post, path = "/api/v1/loop/plan", operation_id = "plan_loop", tag = "loop", request_body = Option<LookAtPlan>,
    responses((status = 200, body = PlanAnswer, description = "The answer."), Problems, OfBody, OfBroker)
)]
pub(crate) async fn plan(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let decision = LookAtPlan::parse(&body)?;
    let view = app.pilot.pilot()?.plan(&by, decision).await?;
    let shape =
        PlanAnswer { decision: view.decision.as_ref().into(), plan: (&view.plan).into(), blocked: view.blocked };
    Ok(Json(shape).into_response())
}

/// Runs without their plans, newest first.
#[utoipa::path(
    get, path = "/api/v1/loop/runs", operation_id = "list_runs", tag = "loop", params(PageParams),
    responses((status = 200, body = Page<Run>, description = "The answer."), Problems)
)]
pub(crate) async fn runs(State(app): State<App>, Caller(by): Caller, params: Params<PageParams>) -> Answer {
    let items = app.pilot.pilot()?.runs(&by)?.iter().map(brief).collect();
    Ok(Json(params.0.cut(items, |run: &Run| run.id.clone())?).into_response())
}

/// Asks for a run. It goes through every gate, and begins once its turn comes; a repeat of its id is the same run.
#[utoipa::path(
    post, path = "/api/v1/loop/runs", operation_id = "begin_run", tag = "loop", request_body = Option<BeginRun>,
    responses((status = 202, body = Run, description = "It waits for its turn."), Problems, OfBody, OfOne, OfChange)
)]
pub(crate) async fn begin(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let (id, decision) = BeginRun::parse(&body)?;
    let run = app.pilot.pilot()?.begin(&by, RunWish { id, decision }).await?;
    Ok((StatusCode::ACCEPTED, Json(brief(&run))).into_response())
}

/// Everything that a run can be traced by.
#[utoipa::path(
    get, path = "/api/v1/loop/runs/{id}", operation_id = "get_run", tag = "loop",
    params(("id" = String, Path, description = "The run.", pattern = "^[A-Za-z0-9_-]{1,26}$")),
    responses((status = 200, body = RunEvidence, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn run(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let id: RunId = wire::fields::checked(&id).map_err(|rule: String| Refusal::field("id", &rule))?;
    let bundle = app.pilot.pilot()?.run(&by, id).await?;
    let orders: Result<Vec<_>, Refusal> = bundle.orders.iter().map(|record| order::shape(&app, &by, record)).collect();
    let difference =
        |one: pilot::Difference| TargetDifference { symbol: one.symbol, wanted: one.wanted, held: one.held };
    let shape = RunEvidence {
        run: bundle.run.as_ref().into(),
        decision: bundle.decision.as_deref().map(Into::into),
        orders: orders?,
        records: audit::shapes(&bundle.records)?,
        differences: bundle.differences.into_iter().map(difference).collect(),
    };
    Ok(Json(shape).into_response())
}

/// Asks for a run that goes back to the last decision that was done before a run that ended badly.
#[utoipa::path(
    post, path = "/api/v1/loop/rollback", operation_id = "roll_back", tag = "loop", request_body = RollBack,
    responses((status = 202, body = Run, description = "It waits for its turn."), Problems, OfBody, OfOne, OfChange)
)]
pub(crate) async fn rollback(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let run = app.pilot.pilot()?.roll_back(&by, RollBack::parse(&body)?).await?;
    Ok((StatusCode::ACCEPTED, Json(brief(&run))).into_response())
}

/// Pauses: nothing begins, and no new order of a run leaves. What works goes on.
#[utoipa::path(
    post, path = "/api/v1/loop/pause", operation_id = "pause_loop", tag = "loop", request_body = Because,
    responses((status = 200, body = LoopStatus, description = "The answer."), Problems, OfBody, OfChange)
)]
pub(crate) async fn pause(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let Because { reason } = Because::parse(&body)?;
    Ok(Json(status_shape(app.pilot.pilot()?.pause(&by, reason).await?)).into_response())
}

/// Lets it go on. A person with `admin` does that.
#[utoipa::path(
    post, path = "/api/v1/loop/resume", operation_id = "resume_loop", tag = "loop", request_body = Because,
    responses((status = 200, body = LoopStatus, description = "The answer."), Problems, OfBody, OfChange)
)]
pub(crate) async fn resume(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let Because { reason } = Because::parse(&body)?;
    Ok(Json(status_shape(app.pilot.pilot()?.resume(&by, reason).await?)).into_response())
}
