//! Who asks.

use crate::refusal::Refusal;
use crate::state::App;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::fault::Fault;
use domain::id::CorrelationId;
use domain::principal::{Face, Principal};
use std::net::SocketAddr;
use std::time::Instant;
use wire::Code;

/// The peer's address, put into every request by the listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The principal behind `Authorization: Bearer KEY`.
pub(crate) struct Caller(pub(crate) Principal);

/// The key in the one header that counts; `None` when it is absent, double or of another scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, key) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

fn unauthorized() -> Response {
    let mut response = Refusal::from(Fault::Unauthorized).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// The face for the record. Our command line says its name; no decision hangs on it.
fn face(headers: &HeaderMap) -> Face {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    if agent.is_some_and(|agent| agent.starts_with("tollgate-cli/")) { Face::Cli } else { Face::Rest }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let lacking = |what: &str| Refusal::new(Code::Internal, what).into_response();
        let id = parts.extensions.get::<CorrelationId>().ok_or_else(|| lacking("the request has no id"))?;
        let peer = parts.extensions.get::<Peer>().ok_or_else(|| lacking("the request has no peer"))?;
        let known = bearer(&parts.headers).map(|key| app.desk.authenticate(key, face(&parts.headers), id.clone()));
        match known {
            Some(Ok(principal)) => Ok(Self(principal)),
            None | Some(Err(Fault::Unauthorized)) => match app.throttle.failed(peer.0.ip(), Instant::now()) {
                Some(wait) => Err(Refusal::too_many(wait)),
                None => Err(unauthorized()),
            },
            Some(Err(fault)) => Err(Refusal::from(fault).into_response()),
        }
    }
}
