//! The control API: HTTP on its own loopback port, for tests and experiments.
//!
//! | | |
//! |---|---|
//! | `GET /healthz` | `{"status": "ok", "venue_time": …}` once the core answers |
//! | `GET /ledger` | every order ever accepted, a JSON array |
//! | `GET /state` | accounts, working orders, connections |
//! | `POST /clock/step` | `{"to": "1990-01-02T15:00:00Z"}` or `{"by": "PT5M"}`, stepped clock only |
//! | `POST /price` | `{"symbol": "AAPL", "price": "190.5"}` moves the market there |
//! | `POST /connections/drop` | closes every client socket without a word |
//!
//! It has no authentication: it is for the machine's own user. So that a web page in that user's
//! browser cannot use it, it answers only to a loopback `Host` and never to a request with an `Origin`.
//! Errors are `application/problem+json` with a `code`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, oneshot};

use crate::server_control::{Answer, Ask, Refusal, StepTarget};
use crate::server_core::Command;

/// Longest request body, in bytes.
const BODY_LEN_MAX: usize = 64 << 10;

type Commands = mpsc::Sender<Command>;

/// The routes.
pub(crate) fn router(commands: Commands) -> Router {
    Router::new()
        .route("/healthz", get(|State(to)| ask(to, Ask::Health)))
        .route("/ledger", get(|State(to)| ask(to, Ask::Ledger)))
        .route("/state", get(|State(to)| ask(to, Ask::State)))
        .route("/clock/step", post(step))
        .route("/price", post(price))
        .route("/connections/drop", post(|State(to)| ask(to, Ask::DropConnections)))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "not_found", "no such path") })
        .method_not_allowed_fallback(|| async {
            problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path has another method")
        })
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LEN_MAX))
        .layer(middleware::from_fn(only_local))
        .with_state(commands)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepBody {
    to: Option<Timestamp>,
    by: Option<SignedDuration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceBody {
    symbol: String,
    price: DecimalBody,
}

/// A decimal as JSON text, which is exact, or as a JSON number.
#[derive(Deserialize)]
#[serde(untagged)]
enum DecimalBody {
    Text(String),
    Number(serde_json::Number),
}

impl DecimalBody {
    fn read(&self) -> Result<Decimal, Refusal> {
        let text = match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        };
        Decimal::from_str_exact(&text).map_err(|_| Refusal::invalid(format!("{text:?} is not a decimal number")))
    }
}

async fn step(State(to): State<Commands>, body: Bytes) -> Response {
    let target = match read::<StepBody>(&body) {
        Err(refusal) => return refuse(&refusal),
        Ok(StepBody { to: Some(at), by: None }) => StepTarget::To(at),
        Ok(StepBody { to: None, by: Some(by) }) => StepTarget::By(by),
        Ok(_) => return refuse(&Refusal::invalid("give either \"to\" or \"by\"")),
    };
    ask(to, Ask::Step(target)).await
}

async fn price(State(to): State<Commands>, body: Bytes) -> Response {
    let read = read::<PriceBody>(&body).and_then(|body| {
        let price = body.price.read()?;
        Ok(Ask::Price { symbol: body.symbol, price })
    });
    match read {
        Err(refusal) => refuse(&refusal),
        Ok(price) => ask(to, price).await,
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|e| Refusal::invalid(e.to_string()))
}

async fn ask(commands: Commands, ask: Ask) -> Response {
    let (answer, result) = oneshot::channel();
    let gone = || Refusal::Internal("the venue is stopping".to_owned());
    let sent = commands.send(Command::Control { ask, answer }).await;
    let result = match sent {
        Err(_) => Err(gone()),
        Ok(()) => result.await.unwrap_or_else(|_| Err(gone())),
    };
    match result {
        Ok(Answer(json)) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

fn refuse(refusal: &Refusal) -> Response {
    let (status, code) = match refusal {
        Refusal::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        Refusal::Conflict(_) => (StatusCode::CONFLICT, "clock_not_steppable"),
        Refusal::Internal(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    problem(status, code, &refusal.to_string())
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "status": status.as_u16(),
        "title": status.canonical_reason(),
        "code": code,
        "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

async fn only_local(request: Request, next: Next) -> Response {
    if !is_loopback_host(request.headers()) {
        return problem(
            StatusCode::FORBIDDEN,
            "forbidden_host",
            "the Host header must name this machine's loopback address",
        );
    }
    if request.headers().contains_key(header::ORIGIN) {
        return problem(StatusCode::FORBIDDEN, "forbidden_origin", "requests of web pages are not served");
    }
    next.run(request).await
}

fn is_loopback_host(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let name = host.map(|h| match h.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => h,
    });
    matches!(name, Some("127.0.0.1" | "localhost" | "[::1]"))
}
