//! Sessions: signing in with a key, looking, signing out.

use crate::caller::{Caller, KeyHolder};
use crate::openapi::{OfOne, Problems};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use domain::fault::Fault;
use domain::principal::{Face, Principal};
use engine::desk::SessionView;
use jiff::Timestamp;
use std::sync::Arc;
use wire::Code;
use wire::session::Session;

fn shape(view: SessionView) -> Session {
    Session {
        key_id: view.key_id.to_string(),
        kind: view.kind.into(),
        scopes: view.scopes.into_iter().map(Into::into).collect(),
        began_at: view.began_at,
        idle_at: view.idle_at,
        ends_at: view.ends_at,
        csrf_token: view.csrf_token,
    }
}

/// The session by which this request came.
fn secret<'a>(app: &App, by: &Principal, headers: &'a HeaderMap) -> Result<&'a str, Refusal> {
    let by_session = by.face == Face::Dashboard;
    let secret = by_session.then(|| app.cookie.read(headers)).flatten();
    secret.ok_or_else(|| Refusal::new(Code::NotFound, "this request came by a key: there is no session"))
}

fn cookie(value: Option<HeaderValue>) -> Result<(header::HeaderName, HeaderValue), Refusal> {
    value
        .map(|value| (header::SET_COOKIE, value))
        .ok_or_else(|| Refusal::new(Code::Internal, "the cookie cannot be written"))
}

/// What may write to the disk, aside from whoever else is served.
async fn written<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => Err(Fault::Storage(format!("the sessions cannot be kept: {failed}"))),
    }
}

/// Signs in with a human's key: the answer sets the session's cookie. For browsers; a program sends its key with each request instead.
#[utoipa::path(
    post, path = "/api/v1/session", operation_id = "sign_in", tag = "session", security(("api_key" = [])),
    responses((status = 201, body = Session, description = "Signed in; `Set-Cookie` holds the session.", headers(("Set-Cookie" = String, description = "The session, HttpOnly and SameSite=Strict."))), Problems)
)]
pub(crate) async fn sign_in(State(app): State<App>, KeyHolder(by): KeyHolder) -> Answer {
    let desk = Arc::clone(&app.desk);
    let made = written(move || desk.sign_in(&by)).await?;
    let set = cookie(app.cookie.set(&made.secret, Timestamp::now(), made.view.ends_at))?;
    let mut response = (StatusCode::CREATED, Json(shape(made.view))).into_response();
    response.headers_mut().extend([set]);
    Ok(response)
}

/// The session by which this request came, with its token.
#[utoipa::path(
    get, path = "/api/v1/session", operation_id = "get_session", tag = "session",
    responses((status = 200, body = Session, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller, headers: HeaderMap) -> Answer {
    let view = app.desk.session(secret(&app, &by, &headers)?)?;
    Ok(Json(shape(view)).into_response())
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/session", operation_id = "sign_out", tag = "session",
    responses((status = 204, description = "Signed out; `Set-Cookie` takes the session away."), Problems, OfOne)
)]
pub(crate) async fn sign_out(State(app): State<App>, Caller(by): Caller, headers: HeaderMap) -> Answer {
    let (desk, secret) = (Arc::clone(&app.desk), secret(&app, &by, &headers)?.to_owned());
    match written(move || desk.sign_out(&secret)).await {
        // Another request of the same session was faster.
        Ok(()) | Err(Fault::Unauthorized) => {}
        Err(fault) => return Err(fault.into()),
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend([cookie(app.cookie.clear())?]);
    Ok(response)
}
