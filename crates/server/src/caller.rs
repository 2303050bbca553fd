//! Who asks: by a key, or by the session that was begun with one.

use crate::envelope;
use crate::held::Held;
use crate::peer::Peer;
use crate::query;
use crate::refusal::Refusal;
use crate::state::App;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::fault::Fault;
use domain::id::CorrelationId;
use domain::principal::{Face, Principal};
use engine::desk::CsrfProof;
use std::convert::Infallible;
use std::time::{Duration, Instant};
use wire::Code;

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Where a request by session brings its token.
pub(crate) const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
/// What browsers say about the page that asks.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The principal behind `Authorization: Bearer KEY`, or else behind the session's cookie.
pub(crate) struct Caller(pub(crate) Principal);

/// Whoever asks where no key is needed, with the principal if there is one.
pub(crate) struct Anybody(pub(crate) Option<Principal>);

/// The principal behind a key; a session does not count.
pub(crate) struct KeyHolder(pub(crate) Principal);

/// The principal behind a key at the MCP face; a session does not count.
pub(crate) struct Agent {
    pub(crate) by: Principal,
    /// What holds the request up, unless its body says that it stops trading.
    pub(crate) held: Option<Held>,
}

/// The key in the one header that counts; `None` when it is double or of another scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, key) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

fn unauthorized(app: &App, headers: &HeaderMap) -> Response {
    let mut response = Refusal::from(Fault::Unauthorized).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    // A browser would go on sending what is over.
    if app.cookie.is_there(headers) && !headers.contains_key(header::AUTHORIZATION) {
        response.headers_mut().extend(app.cookie.clear().map(|value| (header::SET_COOKIE, value)));
    }
    response
}

/// The REST face or who speaks through it, for the record. Our command line says its name, as anybody could: control 6 takes it for the same
/// door.
fn rest_face(headers: &HeaderMap) -> Face {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    if agent.is_some_and(|agent| agent.starts_with("tollgate-cli/")) { Face::Cli } else { Face::Rest }
}

/// What the request shows against forgery. Every page that a browser shows can send our cookie along; only ours can read the token, and
/// the browser itself says where the page is from. That an `Origin` which is there is ours, the door has looked at already.
fn proof(parts: &Parts) -> CsrfProof<'_> {
    if parts.method.is_safe() {
        return CsrfProof::NotNeeded;
    }
    let headers = &parts.headers;
    let mut tokens = headers.get_all(CSRF_TOKEN).iter();
    match (tokens.next().and_then(|token| token.to_str().ok()), tokens.next()) {
        (Some(token), None) if headers.contains_key(header::ORIGIN) => CsrfProof::Given(token),
        (Some(_) | None, _) => CsrfProof::Missing,
    }
}

/// Another site's page, by the browser's own word.
fn is_foreign_page(headers: &HeaderMap) -> bool {
    headers.get_all(FETCH_SITE).iter().any(|site| site != "same-origin" && site != "none")
}

/// Judges what was presented and counts it.
#[expect(clippy::result_large_err, reason = "axum's extractors refuse by a whole response")]
fn judge(parts: &Parts, app: &App, face: Face, with_session: bool) -> Result<Principal, Response> {
    let (principal, held) = judge_and_hold(parts, app, face, with_session)?;
    held.map_or(Ok(principal), |held| Err(held.refuse()))
}

/// The same, where what holds the request up is for the caller to say.
#[expect(clippy::result_large_err, reason = "axum's extractors refuse by a whole response")]
fn judge_and_hold(
    parts: &Parts,
    app: &App,
    face: Face,
    with_session: bool,
) -> Result<(Principal, Option<Held>), Response> {
    let lacking = |what: &str| Refusal::new(Code::Internal, what).into_response();
    let id = parts.extensions.get::<CorrelationId>().ok_or_else(|| lacking("the request has no id"))?;
    let peer = parts.extensions.get::<Peer>().ok_or_else(|| lacking("the request has no peer"))?;
    let headers = &parts.headers;
    // Whoever names a key means it: a cookie beside it counts for nothing.
    let judged = if headers.contains_key(header::AUTHORIZATION) {
        bearer(headers).map(|key| app.desk.authenticate(key, face, id.clone()))
    } else if with_session && is_foreign_page(headers) {
        app.cookie.read(headers).map(|_| Err(Fault::CsrfRefused))
    } else if with_session {
        app.cookie.read(headers).map(|secret| app.desk.authenticate_session(secret, proof(parts), id.clone()))
    } else {
        None
    };
    match judged {
        Some(Ok(principal)) => {
            let may_come = peer.doing.shows(&principal.key_id);
            let held = if envelope::stops_trading(&parts.method, parts.uri.path()) {
                None
            } else if may_come {
                let paced = app.pace_of_keys.take(&principal.key_id, Instant::now());
                paced.err().map(|wait| Held::by_rate("too many requests with this key", wait))
            } else {
                Some(Held::by_connections("too many connections with this key", ONE_SECOND))
            };
            Ok((principal, held))
        }
        // Without a key nothing is guessed, so nothing is counted.
        None => Err(unauthorized(app, headers)),
        Some(Err(Fault::Unauthorized)) => {
            peer.doing.shows_nothing();
            let presented = bearer(headers).or_else(|| app.cookie.read(headers)).unwrap_or_default();
            match app.throttle.failed(peer.group(), presented, Instant::now()) {
                Some(wait) => Err(Refusal::too_many("too many failed authentications", wait)),
                None => Err(unauthorized(app, headers)),
            }
        }
        Some(Err(fault)) => Err(Refusal::from(fault).into_response()),
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let principal = judge(parts, app, rest_face(&parts.headers), true)?;
        query::refuse_unknown(parts).map_err(IntoResponse::into_response)?;
        Ok(Self(principal))
    }
}

impl FromRequestParts<App> for Anybody {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        // What does not count is nobody's; that it was shown is counted all the same.
        Ok(Self(judge(parts, app, rest_face(&parts.headers), true).ok()))
    }
}

impl FromRequestParts<App> for KeyHolder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let principal = judge(parts, app, rest_face(&parts.headers), false)?;
        query::refuse_unknown(parts).map_err(IntoResponse::into_response)?;
        Ok(Self(principal))
    }
}

impl FromRequestParts<App> for Agent {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let of_peer = parts.extensions.remove::<Held>();
        let judged = judge_and_hold(parts, app, Face::Mcp, false);
        let (by, of_key) = judged.map_err(|refused| of_peer.map_or(refused, Held::refuse))?;
        Ok(Self { by, held: of_key.or(of_peer) })
    }
}
