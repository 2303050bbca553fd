//! `/mcp`: every request shows its key, whichever session it belongs to. Host, origin, rates and sizes are looked at as for every
//! other path.

use super::face::Face;
use super::plain;
use super::sessions::{Sessions, SessionsError};
use crate::body::Json;
use crate::caller::Agent;
use crate::config::ServeError;
use crate::envelope;
use crate::events::{Kind, Place};
use crate::refusal::Refusal;
use crate::seat::Seat;
use crate::state::App;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use domain::principal::Principal;
use futures::StreamExt;
use rmcp::model::{RequestStateCodec, SealOptions};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde::Deserialize;
use std::sync::Arc;
use wire::Code;

const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
/// The request whose answer goes on as long as its caller listens.
const LISTEN: &str = "subscriptions/listen";
const INITIALIZE: &str = "initialize";

/// As much of a message as tells which tool it calls.
#[derive(Deserialize)]
struct Message {
    method: String,
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    name: Option<String>,
}

/// The tool that a message calls.
fn tool_of(body: &[u8]) -> Option<String> {
    let message: Message = serde_json::from_slice(body).ok()?;
    if message.method == "tools/call" { message.params?.name } else { None }
}

struct Door {
    service: StreamableHttpService<Face, Sessions>,
    sessions: Arc<Sessions>,
    seal: Arc<RequestStateCodec>,
}

/// The route.
///
/// # Errors
/// The system gives no random bits.
pub(crate) fn routes(app: &App) -> Result<Router<App>, ServeError> {
    let door = Arc::new(Door::new(app)?);
    let serve = move |State(app): State<App>, agent: Agent, seat: Option<Extension<Seat>>, request: Request| async move {
        let answered = door.answer(&app, agent, seat.map(|Extension(seat)| seat), request).await;
        answered.unwrap_or_else(IntoResponse::into_response)
    };
    Ok(Router::new().route("/mcp", any(serve)))
}

/// A stream, which gives its place back when it is dropped. Its connection leaves its own place to others, and ends with it.
fn streaming(answer: Response, place: Place, seat: Option<Seat>) -> Response {
    if let Some(seat) = seat {
        seat.leave();
    }
    let (parts, body) = answer.into_parts();
    let held = (body.into_data_stream(), place);
    let frames = futures::stream::unfold(held, |(mut frames, place)| async move {
        frames.next().await.map(|frame| (frame, (frames, place)))
    });
    envelope::last(Response::from_parts(parts, Body::from_stream(frames)))
}

impl Door {
    fn new(app: &App) -> Result<Self, ServeError> {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).map_err(|error| ServeError::NoRandomness(error.to_string()))?;
        let codec = RequestStateCodec::try_new(key).map_err(|error| ServeError::NoRandomness(error.to_string()))?;
        let seal = Arc::new(codec);
        let sessions = Arc::new(Sessions::new(&app.limits.mcp));
        let described = |error: serde_json::Error| ServeError::Description(error.to_string());
        let face = Face::new(app.clone(), Arc::clone(&seal)).map_err(described)?;
        // The door of the whole server has looked at Host and Origin already, by names that are configured.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .with_json_response(true)
            .with_sse_retry(None)
            .with_sse_keep_alive(Some(app.limits.streams.heartbeat))
            .with_max_request_body_bytes(app.limits.body_bytes_max);
        let ends = config.cancellation_token.clone();
        tokio::spawn(Arc::clone(&sessions).keep(app.hub.ending(), move || ends.cancel()));
        let service = StreamableHttpService::new(move || Ok(face.another()), Arc::clone(&sessions), config);
        Ok(Self { service, sessions, seal })
    }

    async fn answer(
        &self,
        app: &App,
        Agent { by, held }: Agent,
        seat: Option<Seat>,
        request: Request,
    ) -> Result<Response, Refusal> {
        let (mut parts, body) = request.into_parts();
        let body = match parts.method {
            Method::POST => Json::from_request(Request::from_parts(parts.clone(), body), app).await?.0,
            _ => Bytes::new(),
        };
        if let Some(held) = held
            && !tool_of(&body).is_some_and(|tool| held.lets_tool(&tool))
        {
            return Ok(held.refuse());
        }
        let has_none = self.unseal(&mut parts.headers, &by)?;
        let says = |method: &str| parts.headers.get(METHOD).is_some_and(|said| said == method);
        // Clients of the newer protocol name their method, and have no sessions.
        let begins = !parts.headers.contains_key(METHOD) || says(INITIALIZE);
        if has_none && begins && parts.method == Method::POST {
            let full = |error: SessionsError| Refusal::new(Code::TooManyStreams, &error.to_string());
            self.sessions.make_room(&by.key_id).await.map_err(full)?;
        }
        let stays = parts.method == Method::GET || says(LISTEN);
        let ends = parts.method == Method::DELETE;
        let place = if stays { Some(app.hub.place(Kind::Mcp, &by.key_id)?) } else { None };
        parts.extensions.insert(by.clone());
        parts.headers.remove(header::AUTHORIZATION);
        let answer = self.service.handle(Request::from_parts(parts, Body::from(body))).await;
        let (mut parts, body) = answer.into_parts();
        // The end of a session is not on its way, it has come: some clients warn of anything else.
        if ends && parts.status == StatusCode::ACCEPTED {
            parts.status = StatusCode::NO_CONTENT;
        }
        self.seal(&mut parts.headers, &by);
        let answer = plain::in_our_words(Response::from_parts(parts, Body::new(body))).await;
        Ok(match place.filter(|_| plain::is_stream(&answer)) {
            None => answer,
            Some(place) => streaming(answer, place, seat),
        })
    }

    /// Opens the id of a session, which counts for the key that began it alone. True when there is none.
    fn unseal(&self, headers: &mut HeaderMap, by: &Principal) -> Result<bool, Refusal> {
        let Some(given) = headers.remove(SESSION_ID) else { return Ok(true) };
        let opened = given.to_str().ok().and_then(|id| self.seal.open_with(id, by.key_id.as_str().as_bytes()).ok());
        let id = opened.and_then(|id| HeaderValue::from_bytes(&id).ok());
        let id = id.ok_or_else(plain::no_session)?;
        headers.insert(SESSION_ID, id);
        Ok(false)
    }

    fn seal(&self, headers: &mut HeaderMap, by: &Principal) {
        let Some(id) = headers.remove(SESSION_ID) else { return };
        let options = SealOptions::new().associated_data(by.key_id.as_str().as_bytes());
        if let Ok(sealed) = HeaderValue::from_str(&self.seal.seal_with(id.as_bytes(), &options)) {
            headers.insert(SESSION_ID, sealed);
        }
    }
}
