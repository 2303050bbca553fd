//! Around every request: its id, the door checks, panics, and the one place where problems are written.

use crate::held::{self, Held};
use crate::peer::Peer;
use crate::refusal::Refusal;
use crate::state::App;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::id::CorrelationId;
use futures::FutureExt;
use jiff::Timestamp;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::{Code, problem};

/// The correlation id's header.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The target under which each answered request is told to `tracing`, at level debug: `method`, `route`, `status`, `elapsed_us`,
/// `request_id`.
pub const REQUEST: &str = "tollgate::request";

/// A year of TLS only; other hosts of the domain are not ours to speak for.
const HSTS: &str = "max-age=31536000";

/// When to come back for a place that is not one of the reserve.
const RESERVE_RETRY_AFTER: Duration = Duration::from_secs(1);

/// Wraps one request.
pub(crate) async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The route and not the path, which holds account numbers.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let id = match request_id(request.headers()) {
        Ok(id) => id,
        Err(error) => {
            tracing::error!(%error, "no randomness for a request id");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    request.extensions_mut().insert(id.clone());
    let is_reserve = request.extensions().get::<Peer>().is_some_and(|peer| peer.doing.is_reserve);
    let response = match door(&app, &request) {
        Ok(held) => {
            if let Some(held) = held {
                request.extensions_mut().insert(held);
            }
            run(&app, request, next).await
        }
        Err(refused) => refused,
    };
    let mut response = write_problem(response, &id);
    if is_reserve {
        response = last(response);
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    // Only the dashboard's own files say otherwise.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if app.with_tls {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    let status = response.status().as_u16();
    let elapsed_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(target: REQUEST, %method, route, status, elapsed_us, request_id = %id, "request");
    response
}

/// Lets the request run. What changes something goes on to its end although its caller hangs up: he asks by his key what became of it.
async fn run(app: &App, request: Request, next: Next) -> Response {
    let changes = !request.method().is_safe();
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    // Reads end with their callers and take no place.
    let place = if changes { Arc::clone(&app.unfinished).try_acquire_owned().ok() } else { None };
    let done = match place {
        Some(place) => {
            let task = tokio::spawn(async move {
                let done = work.await;
                drop(place);
                done
            });
            task.await.ok().and_then(Result::ok)
        }
        // Or so many go on without callers already that this one ends with its caller.
        None => work.await.ok(),
    };
    // The panic itself was printed by the panic hook.
    done.unwrap_or_else(|| {
        tracing::error!("a request panicked");
        Refusal::new(Code::Internal, "the gateway failed; see its log for this request id").into_response()
    })
}

/// The caller's id where it is a valid one, else one that begins with the time, so that the journal's index of ids grows at
/// its end, and ends with 80 random bits.
fn request_id(headers: &HeaderMap) -> Result<CorrelationId, String> {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    if let Some(id) = given.and_then(|text| text.parse().ok()) {
        return Ok(id);
    }
    let mut chance = [0_u8; 10];
    getrandom::fill(&mut chance).map_err(|error| error.to_string())?;
    let id = format!("{:012x}{}", Timestamp::now().as_millisecond(), hex::encode(chance));
    id.parse().map_err(|error: domain::id::IdError| error.to_string())
}

/// The one request that no rate holds up: whoever wants to stop trading is not told to wait.
pub(crate) fn stops_trading(method: &Method, path: &str) -> bool {
    method == Method::PUT && path == "/api/v1/kill"
}

/// The answer, after which the connection ends.
pub(crate) fn last(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// What the reserve of places is for: to see whether the gateway lives, to stop trading, to cancel, to take a key away.
fn is_for_reserve(method: &Method, path: &str) -> bool {
    let looks = method == Method::GET && matches!(path, "/healthz" | "/readyz");
    let cancels = method == Method::POST
        && path.strip_prefix("/api/v1/orders/").is_some_and(|rest| rest == "cancel-all" || rest.ends_with("/cancel"));
    let revokes = method == Method::DELETE && path.starts_with("/api/v1/keys/");
    stops_trading(method, path) || looks || cancels || revokes
}

/// Whether the request may come in at all, and what holds it up where only its body says whether it may.
#[expect(clippy::result_large_err, reason = "it is answered at once")]
fn door(app: &App, request: &Request) -> Result<Option<Held>, Response> {
    let lacking = || Refusal::new(Code::Internal, "the request has no peer").into_response();
    let peer = request.extensions().get::<Peer>().ok_or_else(lacking)?;
    app.names.check(request.uri(), request.headers(), peer.local).map_err(IntoResponse::into_response)?;
    let (method, path) = (request.method(), request.uri().path());
    let goes_on = |held: Held| if held::is_said_in_body(method, path) { Ok(held) } else { Err(held.refuse()) };
    let mut held = None;
    if peer.doing.is_reserve && !is_for_reserve(method, path) {
        let taken = "all connections are at work, and the last places are for whoever stops trading";
        held = Some(goes_on(Held::at_reserve(taken, RESERVE_RETRY_AFTER))?);
    }
    if stops_trading(method, path) {
        return Ok(held);
    }
    if let Err(wait) = app.pace_of_peers.take(&peer.group(), Instant::now()) {
        held = Some(goes_on(Held::by_rate("too many requests from this address", wait))?);
    }
    Ok(held)
}

/// Writes what was refused; also what axum refused by itself, which comes without a problem.
fn write_problem(mut response: Response, id: &CorrelationId) -> Response {
    let status = response.status();
    let carried = response.extensions_mut().remove::<Refusal>().map(|refusal| *refusal.0);
    let mut problem = match carried {
        Some(problem) => problem,
        // `/readyz` says in its own words what is not ready.
        None if is_json(&response) => return response,
        None if status.is_client_error() || status.is_server_error() => *plain(status).0,
        None => return response,
    };
    id.as_str().clone_into(&mut problem.request_id);
    let written = match serde_json::to_vec(&problem) {
        Ok(written) => written,
        Err(error) => {
            tracing::error!(%error, "a problem cannot be written");
            Vec::new()
        }
    };
    *response.status_mut() = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    *response.body_mut() = Body::from(written);
    response
}

fn is_json(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json")
}

/// A status without a problem: of axum's own making.
fn plain(status: StatusCode) -> Refusal {
    match status {
        StatusCode::NOT_FOUND => Refusal::new(Code::NotFound, "there is no such path"),
        StatusCode::METHOD_NOT_ALLOWED => Refusal::new(Code::MethodNotAllowed, "the path has no such method"),
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(Code::PayloadTooLarge, "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::new(Code::UnsupportedMediaType, "the body is not JSON"),
        _ if status.is_client_error() => Refusal::field("request", "must be well-formed"),
        _ => Refusal::new(Code::Internal, "the gateway failed; see its log for this request id"),
    }
}
