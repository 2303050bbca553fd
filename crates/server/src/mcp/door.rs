//! `/mcp`: every request shows its key, whichever session it belongs to. Host, origin, rates and sizes are looked at as for every
//! other path.

use super::face::Face;
use super::sessions::Sessions;
use crate::body::Json;
use crate::caller::Agent;
use crate::config::ServeError;
use crate::events::Kind;
use crate::refusal::Refusal;
use crate::seat::Seat;
use crate::state::App;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use domain::principal::Principal;
use futures::StreamExt;
use rmcp::model::{RequestStateCodec, SealOptions};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::sync::Arc;
use wire::Code;

const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
/// The request whose answer goes on as long as its caller listens.
const LISTEN: &str = "subscriptions/listen";

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
    let serve = move |State(app): State<App>, Agent(by): Agent, seat: Option<Extension<Seat>>, request: Request| async move {
        let answered = door.answer(&app, by, seat.map(|Extension(seat)| seat), request).await;
        answered.unwrap_or_else(IntoResponse::into_response)
    };
    Ok(Router::new().route("/mcp", any(serve)))
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
        let (ends, mut ending) = (config.cancellation_token.clone(), app.hub.ending());
        tokio::spawn(async move {
            match ending.wait_for(|ending| *ending).await {
                // A hub that is gone has ended too.
                Ok(_) | Err(_) => ends.cancel(),
            }
        });
        let service = StreamableHttpService::new(move || Ok(face.another()), Arc::clone(&sessions), config);
        Ok(Self { service, sessions, seal })
    }

    async fn answer(
        &self,
        app: &App,
        by: Principal,
        seat: Option<Seat>,
        request: Request,
    ) -> Result<Response, Refusal> {
        let (mut parts, body) = request.into_parts();
        let body = match parts.method {
            Method::POST => Json::from_request(Request::from_parts(parts.clone(), body), app).await?.0,
            _ => Bytes::new(),
        };
        let begins = self.unseal(&mut parts.headers, &by)?;
        if begins && parts.method == Method::POST && !parts.headers.contains_key(METHOD) {
            let full = |error: super::sessions::SessionsError| Refusal::new(Code::TooManyStreams, &error.to_string());
            self.sessions.have_room().await.map_err(full)?;
        }
        let stays = parts.method == Method::GET || parts.headers.get(METHOD).is_some_and(|method| method == LISTEN);
        let place = if stays { Some(app.hub.place(Kind::Mcp, &by.key_id)?) } else { None };
        if let (Some(_), Some(seat)) = (&place, seat) {
            seat.leave();
        }
        parts.extensions.insert(by.clone());
        parts.headers.remove(header::AUTHORIZATION);
        let answer = self.service.handle(Request::from_parts(parts, Body::from(body))).await;
        let (mut parts, body) = answer.into_parts();
        self.seal(&mut parts.headers, &by);
        let body = match place {
            None => Body::new(body),
            // It is given back when the stream is dropped.
            Some(place) => {
                let held = (Body::new(body).into_data_stream(), place);
                Body::from_stream(futures::stream::unfold(held, |(mut frames, place)| async move {
                    frames.next().await.map(|frame| (frame, (frames, place)))
                }))
            }
        };
        Ok(Response::from_parts(parts, body))
    }

    /// Opens the id of a session, which counts for the key that began it alone. True when there is none.
    fn unseal(&self, headers: &mut HeaderMap, by: &Principal) -> Result<bool, Refusal> {
        let Some(given) = headers.remove(SESSION_ID) else { return Ok(true) };
        let opened = given.to_str().ok().and_then(|id| self.seal.open_with(id, by.key_id.as_str().as_bytes()).ok());
        let id = opened.and_then(|id| HeaderValue::from_bytes(&id).ok());
        let id = id.ok_or_else(|| Refusal::new(Code::NotFound, "there is no such MCP session; begin a new one"))?;
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
