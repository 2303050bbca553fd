//! Health, readiness, status.

use crate::caller::{Anybody, Caller};
use crate::openapi::Problems;
use crate::refusal::Answer;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::desk;
use wire::kill::TradingStateEntry;
use wire::status::{
    ExternalOrder, HaltedInstrument, Health, JournalHead, Lease, Link, Outbound, PlannedWindow, PolicyName, Readiness,
    Reconciliation, Status, Verification,
};

/// The process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "operations", security(()), responses((status = 200, body = Health, description = "Alive.")))]
pub(crate) async fn healthz() -> Response {
    Json(Health { status: "ok".to_owned() }).into_response()
}

/// Whether trading is ready, with every reason why not: in words for a key with `read`, else by its code alone.
#[utoipa::path(
    get, path = "/readyz", operation_id = "get_readiness", tag = "operations", security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Readiness, description = "Ready."), (status = 503, body = Readiness, description = "Not ready."))
)]
pub(crate) async fn readyz(State(app): State<App>, Anybody(by): Anybody) -> Response {
    let reasons = app.desk.readiness(by.as_ref());
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, reasons })).into_response()
}

/// The gateway in one look.
#[utoipa::path(get, path = "/api/v1/status", operation_id = "get_status", tag = "operations", responses((status = 200, body = Status, description = "The answer."), Problems))]
pub(crate) async fn status(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(Json(shape(app.desk.status(&by)?)).into_response())
}

/// For every face.
pub(crate) fn shape(status: desk::Status) -> Status {
    let halted = status.halted_instruments.into_iter();
    Status {
        version: status.version.to_owned(),
        installation: status.installation.to_string(),
        started_at: status.started_at,
        trading: status.trading.into(),
        mode: status.mode.as_ref().ok().map(|mode| (*mode).into()),
        mode_unproven: status.mode.err(),
        simulated: status.simulated,
        account: status.account.map(|account| account.to_string()),
        policy: PolicyName { name: status.policy.0, hash: status.policy.1 },
        lease: Lease {
            role: status.lease.role.word().to_owned(),
            epoch: status.lease.epoch,
            holder_pid: status.lease.holder_pid,
        },
        broker: Link {
            state: status.link.state.to_owned(),
            since: status.link.since,
            endpoint: status.link.endpoint,
            generation: status.link.generation,
            server_version: status.link.server_version,
            clock_skew_ms: status.link.clock_skew_ms,
            reason: status.link.reason,
            last_message_at: status.link.last_message_at,
        },
        reconciliation: status.reconciliation.as_ref().map(Reconciliation::from),
        verification: verification(status.verification),
        trading_states: status
            .trading_states
            .iter()
            .map(|(scope, entry)| TradingStateEntry::of(scope, entry))
            .collect(),
        kill_file: status.kill_file,
        orders_by_status: status.orders_by_status.into_iter().map(|(word, count)| (word.to_owned(), count)).collect(),
        unknown_orders: status.unknown_orders.iter().map(ToString::to_string).collect(),
        pending_approvals: status.pending_approvals,
        halted_instruments: halted.map(|(id, reason)| HaltedInstrument { con_id: id.to_string(), reason }).collect(),
        alarm: status.alarm,
        journal_head: JournalHead { seq: status.journal_head.0, hash: status.journal_head.1 },
        ready: status.not_ready.is_empty(),
        not_ready: status.not_ready,
        window: status.window.as_ref().map(|window| PlannedWindow::of(window, status.now)),
        held_in_tws: status.held_in_tws.iter().map(ToString::to_string).collect(),
        doubled_orders: status.doubled_orders.iter().map(ToString::to_string).collect(),
        external_orders: status.external_orders.iter().map(ExternalOrder::from).collect(),
        outbound: Outbound {
            intended: status.outbound.intended,
            left: status.outbound.left,
            cancels: status.outbound.cancels,
        },
        worst_quote_age_ms: status.worst_quote_age_ms,
    }
}

fn verification(status: desk::VerificationStatus) -> Verification {
    let walk = status.newest.as_ref().map(|(_, walk)| walk);
    Verification {
        clean: walk.map(domain::verification::Verification::is_clean),
        verified_at: status.newest.as_ref().map(|(at, _)| *at),
        records: walk.map(|walk| walk.records),
        findings_total: walk.map(|walk| walk.findings_total),
        findings: walk.map(|walk| walk.findings.clone()).unwrap_or_default(),
        under_way: status.is_under_way,
        failed: status.failed,
    }
}
