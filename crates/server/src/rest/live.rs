//! Live arming and its checklist.

use crate::body::Json as Body;
use crate::caller::Caller;
use crate::openapi::{OfBody, OfDenial, Problems};
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use engine::desk::LiveStatus;
use wire::approval::Because;
use wire::order::reasons;
use wire::permit::{ArmLive, Live};

fn answer(status: &LiveStatus) -> Response {
    let live = Live {
        armed: status.armed,
        trading: status.trading.into(),
        mode: status.mode.as_ref().ok().map(|mode| (*mode).into()),
        simulated: status.simulated,
        account: status.account.as_ref().map(ToString::to_string),
        override_file: status.override_file.word().to_owned(),
        arming: status.arming.as_ref().map(Into::into),
        missing: reasons(&status.missing),
        checklist: status.checklist.iter().map(Into::into).collect(),
    };
    Json(live).into_response()
}

/// Whether live is armed, what is missing, and the checklist with its evidence.
#[utoipa::path(
    get, path = "/api/v1/live", operation_id = "get_live", tag = "operations",
    responses((status = 200, body = Live, description = "The answer."), Problems)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(answer(&app.desk.live(&by)?))
}

/// Arms live trading for some hours. Needs a human with `admin`, and all that the checklist asks for.
#[utoipa::path(
    post, path = "/api/v1/live/arm", operation_id = "arm_live", tag = "operations", request_body = ArmLive,
    responses((status = 200, body = Live, description = "Armed."), Problems, OfBody, OfDenial)
)]
pub(crate) async fn arm(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let (account, lasts, reason) = ArmLive::parse(&body)?;
    Ok(answer(&app.desk.arm_live(&by, account, lasts, reason).await?))
}

/// Disarms live trading at once.
#[utoipa::path(
    post, path = "/api/v1/live/disarm", operation_id = "disarm_live", tag = "operations",
    request_body = Option<Because>,
    responses((status = 200, body = Live, description = "Disarmed."), Problems, OfBody)
)]
pub(crate) async fn disarm(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let reason = Because::parse_optional(&body)?.unwrap_or_else(|| "disarmed".to_owned());
    Ok(answer(&app.desk.disarm_live(&by, reason).await?))
}
