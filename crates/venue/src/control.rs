//! The control API: HTTP on its own loopback port, for tests and experiments.
//!
//! | | |
//! |---|---|
//! | `GET /` | a page that shows accounts, books, orders, connections, and refreshes itself |
//! | `GET /healthz` | `{"status": "ok", "venue_time": …}` once the core answers |
//! | `GET /ledger` | every order ever accepted, a JSON array; filters `client_id`, `order_id`, `perm_id`, `order_ref`, `account`, `symbol`, `status`, `since` |
//! | `GET /ledger/refused` | orders that were read and refused, and never accepted; those of recent days |
//! | `GET /state` | accounts, books, working orders, connections, halts, faults that go on; `?orders_max=` |
//! | `GET /connections` | client id, version, messages in and out, subscriptions |
//! | `POST /connections/drop` | closes every client socket without a word |
//! | `GET /clock` | `{"venue_time": …, "mode": "real"}`, `"speed 60"` or `"stepped"` |
//! | `POST /clock/step` | `{"to": "1990-01-02T15:00:00Z"}` or `{"by": "PT5M"}`, stepped clock only |
//! | `POST /clock/speed` | `{"speed": 60}`, a venue started with a speed only |
//! | `POST /price` | `{"symbol": "AAPL", "price": "190.5"}` moves the market there |
//! | `POST /halt` | `{"symbol": "AAPL", "halted": true}` |
//! | `POST /shortable` | `{"symbol": "BBY", "shares": 500}` limits what can be borrowed; `null` lifts it |
//! | `POST /orders` | an order entered by hand: `{"symbol": "AAPL", "side": "BUY", "quantity": 5, "order_type": "MKT"}`, also `limit_price`, `stop_price`, `tif`, `account`, `order_ref`, `sec_type`, `exchange`, `currency`; answers `{"perm_id": …}` |
//! | `DELETE /orders/{permId}` | cancels an order by hand, as at the screen of TWS; also one that was never transmitted |
//! | `GET /audit` | whether every account balances: what was examined, and the violations |
//! | `GET /faults` | faults with their state, matches and times fired |
//! | `GET /faults/names` | what messages are called in triggers |
//! | `POST /faults` | one fault, `{"when": {…}, "do": …}`; answers `{"id": 1}` |
//! | `DELETE /faults/{id}` | takes it away and ends it if it goes on |
//!
//! It has no authentication: it is for the machine's own user. So that a web page in that user's
//! browser cannot use it, it answers only to a loopback `Host` with its own port and never to a request
//! with an `Origin`. Errors are `application/problem+json` with a `code`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, oneshot};

use crate::control_manual::ManualBody;
use crate::control_page::{ORDERS_SHOWN_MAX, page};
use crate::faults::FaultSpec;
use crate::server_control::{Answer, Ask, Refusal, StateFilter, StepTarget};
use crate::server_core::Command;
use crate::server_ledger::LedgerFilter;

/// Longest request body, in bytes.
const BODY_LEN_MAX: usize = 64 << 10;

pub(crate) type Commands = mpsc::Sender<Command>;

/// The routes. `port` is the API's own.
pub(crate) fn router(commands: Commands, port: u16) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/healthz", get(|State(to)| ask(to, Ask::Health)))
        .route("/ledger", get(ledger))
        .route("/state", get(state))
        .route("/connections", get(|State(to)| ask(to, Ask::Connections)))
        .route("/connections/drop", post(|State(to)| ask(to, Ask::DropConnections)))
        .route("/clock", get(|State(to)| ask(to, Ask::Clock)))
        .route("/clock/step", post(step))
        .route("/clock/speed", post(speed))
        .route("/price", post(price))
        .route("/halt", post(halt))
        .route("/shortable", post(shortable))
        .route("/ledger/refused", get(|State(to)| ask(to, Ask::Refused)))
        .route("/orders", post(manual))
        .route("/orders/{perm_id}", delete(cancel_by_hand))
        .route("/audit", get(|State(to)| ask(to, Ask::Audit)))
        .route("/faults", get(|State(to)| ask(to, Ask::Faults)).post(add_fault))
        .route("/faults/names", get(|State(to)| ask(to, Ask::FaultNames)))
        .route("/faults/{id}", delete(remove_fault))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "not_found", "no such path") })
        .method_not_allowed_fallback(|| async {
            problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path has another method")
        })
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LEN_MAX))
        .layer(middleware::from_fn(move |request, next| only_local(port, request, next)))
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpeedBody {
    speed: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HaltBody {
    symbol: String,
    halted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortableBody {
    symbol: String,
    shares: Option<DecimalBody>,
}

/// A decimal as JSON text, which is exact, or as a JSON number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum DecimalBody {
    Text(String),
    Number(serde_json::Number),
}

impl DecimalBody {
    /// The figure; refused if it is none.
    pub(crate) fn read(&self) -> Result<Decimal, Refusal> {
        let text = match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        };
        Decimal::from_str_exact(&text).map_err(|_| Refusal::invalid(format!("{text:?} is not a decimal number")))
    }
}

async fn ledger(State(to): State<Commands>, request: Request) -> Response {
    match Query::<LedgerFilter>::try_from_uri(request.uri()) {
        Err(e) => refuse(&Refusal::invalid(e.body_text())),
        Ok(Query(filter)) => ask(to, Ask::Ledger(filter)).await,
    }
}

async fn state(State(to): State<Commands>, request: Request) -> Response {
    match Query::<StateFilter>::try_from_uri(request.uri()) {
        Err(e) => refuse(&Refusal::invalid(e.body_text())),
        Ok(Query(filter)) => ask(to, Ask::State { orders_max: filter.orders_max.unwrap_or(usize::MAX) }).await,
    }
}

async fn show(State(to): State<Commands>) -> Response {
    let state = answer(to, Ask::State { orders_max: ORDERS_SHOWN_MAX }).await;
    let read = state.and_then(|json| serde_json::from_slice(&json).map_err(|e| Refusal::Internal(e.to_string())));
    read.map_or_else(|refusal| refuse(&refusal), |state| page(&state))
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
    let price =
        read::<PriceBody>(&body).and_then(|body| Ok(Ask::Price { price: body.price.read()?, symbol: body.symbol }));
    ask_if(to, price).await
}

async fn speed(State(to): State<Commands>, body: Bytes) -> Response {
    ask_if(to, read::<SpeedBody>(&body).map(|body| Ask::Speed(body.speed))).await
}

async fn halt(State(to): State<Commands>, body: Bytes) -> Response {
    let halt = read::<HaltBody>(&body).map(|body| Ask::Halt { symbol: body.symbol, halted: body.halted });
    ask_if(to, halt).await
}

async fn shortable(State(to): State<Commands>, body: Bytes) -> Response {
    let limit = read::<ShortableBody>(&body).and_then(|body| {
        let shares = body.shares.map(|shares| shares.read()).transpose()?;
        Ok(Ask::Shortable { symbol: body.symbol, shares })
    });
    ask_if(to, limit).await
}

async fn manual(State(to): State<Commands>, body: Bytes) -> Response {
    let entered = read::<ManualBody>(&body).and_then(ManualBody::read);
    ask_if(to, entered.map(|entered| Ask::Manual(Box::new(entered)))).await
}

async fn cancel_by_hand(State(to): State<Commands>, Path(perm_id): Path<String>) -> Response {
    let perm_id = perm_id.parse().map_err(|_| Refusal::NotFound(format!("{perm_id:?} is no permId")));
    ask_if(to, perm_id.map(Ask::CancelByHand)).await
}

async fn add_fault(State(to): State<Commands>, body: Bytes) -> Response {
    ask_if(to, read::<FaultSpec>(&body).map(|spec| Ask::AddFault(Box::new(spec)))).await
}

async fn remove_fault(State(to): State<Commands>, Path(id): Path<String>) -> Response {
    let id = id.parse().map_err(|_| Refusal::NotFound(format!("there is no fault {id:?}")));
    ask_if(to, id.map(Ask::RemoveFault)).await
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|e| Refusal::invalid(e.to_string()))
}

async fn ask_if(commands: Commands, asked: Result<Ask, Refusal>) -> Response {
    match asked {
        Err(refusal) => refuse(&refusal),
        Ok(asked) => ask(commands, asked).await,
    }
}

async fn ask(commands: Commands, asked: Ask) -> Response {
    match answer(commands, asked).await {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

pub(crate) async fn answer(commands: Commands, ask: Ask) -> Result<Vec<u8>, Refusal> {
    let (answer, result) = oneshot::channel();
    let gone = || Refusal::Internal("the venue is stopping".to_owned());
    let sent = commands.send(Command::Control { ask, answer }).await;
    let answer = match sent {
        Err(_) => Err(gone()),
        Ok(()) => result.await.unwrap_or_else(|_| Err(gone())),
    };
    match answer? {
        Answer::Json(json) => Ok(json),
        Answer::Ledger(ledger) => {
            tokio::task::spawn_blocking(move || ledger.json()).await.unwrap_or_else(|_| Err(gone()))
        }
    }
}

fn refuse(refusal: &Refusal) -> Response {
    let (status, code) = match refusal {
        Refusal::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        Refusal::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
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

async fn only_local(port: u16, request: Request, next: Next) -> Response {
    if !is_own_host(request.headers(), port) {
        return problem(
            StatusCode::FORBIDDEN,
            "forbidden_host",
            "the Host header must name this machine's loopback address and this port",
        );
    }
    if request.headers().contains_key(header::ORIGIN) {
        return problem(StatusCode::FORBIDDEN, "forbidden_origin", "requests of web pages are not served");
    }
    next.run(request).await
}

/// A browser names the port of the page's own server: with another one, the name was made to point here.
fn is_own_host(headers: &HeaderMap, port: u16) -> bool {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    host.and_then(|h| h.rsplit_once(':'))
        .is_some_and(|(name, of)| matches!(name, "127.0.0.1" | "localhost" | "[::1]") && of.parse() == Ok(port))
}
