//! Orders: preview, submit, look.

use crate::body::Json as Body;
use crate::caller::Caller;
use crate::headers;
use crate::openapi::{OfBody, OfBroker, OfOne, OfOrder, Problems};
use crate::query::{Params, flag, settle, time};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::book::OrderRecord;
use domain::id::ClOrdId;
use domain::principal::Principal;
use engine::desk::{self, AuditFilter, ExecutionFilter, OrderFilter};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::audit::AuditRecord;
use wire::gates::GateResult;
use wire::instrument::{one, symbol};
use wire::market::Quote;
use wire::order::{Execution, Order, OrderAnswer, reasons};
use wire::page::LIMIT_MAX;
use wire::preview::{Preview, WhatIf};
use wire::word::{OrderStatus, Outcome};
use wire::{Code, FieldError, NewOrder, Page, Problem};

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Previews carry no key: their intent needs one all the same, and this one is never stored as an order.
const PREVIEW_KEY: &str = "preview";

/// What an order would do, without doing it.
#[utoipa::path(
    post, path = "/api/v1/orders/preview", operation_id = "preview_order", tag = "orders", request_body = NewOrder,
    responses((status = 200, body = Preview, description = "The answer."), Problems, OfBody, OfBroker)
)]
pub(crate) async fn preview(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    Ok(Json(preview_of(&app, &by, &body).await?).into_response())
}

/// For every face.
pub(crate) async fn preview_of(app: &App, by: &Principal, body: &[u8]) -> Result<Preview, Refusal> {
    let key = wire::fields::checked(PREVIEW_KEY).map_err(|rule| Refusal::new(Code::Internal, &rule))?;
    let intent = NewOrder::parse(body)?.intent(key)?;
    Ok(preview_shape(app.desk.preview(by, intent).await?))
}

fn preview_shape(preview: desk::Preview) -> Preview {
    let now = Timestamp::now();
    Preview {
        preview_id: preview.id.to_string(),
        expires_at: preview.expires_at,
        contract: (&preview.contract).into(),
        account: preview.account.to_string(),
        quote: preview.quote.as_ref().map(|quote| Quote::of(&preview.contract, quote, now)),
        worst_price: preview.worst_price,
        notional: preview.notional,
        decision: preview.decision.to_owned(),
        reasons: reasons(&preview.reasons),
        gates: preview.gates.iter().map(GateResult::from).collect(),
        what_if: preview.what_if.as_ref().ok().map(WhatIf::from),
        what_if_absent: preview.what_if.err(),
    }
}

/// Submits an order. Waits for the broker; a repeat of the key waits the same and answers the present state.
#[utoipa::path(
    post, path = "/api/v1/orders", operation_id = "submit_order", tag = "orders", request_body = NewOrder,
    params(
        ("Idempotency-Key" = String, Header, description = "The order's key, `[A-Za-z0-9._-]{1,40}`, unique for ever; becomes `cl_ord_id`.", pattern = "^[A-Za-z0-9._-]{1,40}$"),
        ("Prefer" = Option<String>, Header, description = "`wait=N` seconds for the broker; 2 when left out, 30 at most.")
    ),
    responses(
        (status = 201, body = OrderAnswer, description = "Acknowledged by the broker."),
        (status = 202, body = OrderAnswer, description = "A human must say yes."),
        (status = 200, body = OrderAnswer, description = "Simulated, or a replay."),
        Problems, OfBody, OfBroker, OfOrder
    )
)]
pub(crate) async fn submit(State(app): State<App>, Caller(by): Caller, headers: HeaderMap, Body(body): Body) -> Answer {
    let key = headers::key(&headers)?;
    let wait = headers::wait(&headers, &app.limits)?;
    let intent = NewOrder::parse(&body)?.intent(key)?;
    let answer = app.desk.submit(&by, intent, wait).await?;
    answer_of(&app, &by, &answer, StatusCode::CREATED)
}

/// Our word for an outcome.
pub(crate) fn outcome_of(outcome: desk::Outcome) -> Outcome {
    match outcome {
        desk::Outcome::Acknowledged => Outcome::Acknowledged,
        desk::Outcome::NeedsApproval => Outcome::NeedsApproval,
        desk::Outcome::Simulated => Outcome::Simulated,
        desk::Outcome::Denied => Outcome::Denied,
        desk::Outcome::Rejected => Outcome::Rejected,
        desk::Outcome::Canceled => Outcome::Canceled,
        desk::Outcome::Unknown => Outcome::Unknown,
    }
}

/// Writes how an order stands; `first` is the status of a first acknowledgement.
pub(super) fn answer_of(app: &App, by: &Principal, answer: &desk::OrderAnswer, first: StatusCode) -> Answer {
    let outcome = outcome_of(answer.outcome);
    let order = shape(app, by, &answer.order)?;
    let tag = etag(&order);
    let status = match answer.outcome {
        desk::Outcome::Acknowledged if !answer.replayed => first,
        desk::Outcome::NeedsApproval => StatusCode::ACCEPTED,
        desk::Outcome::Acknowledged
        | desk::Outcome::Simulated
        | desk::Outcome::Denied
        | desk::Outcome::Rejected
        | desk::Outcome::Canceled
        | desk::Outcome::Unknown => StatusCode::OK,
    };
    let problem = Problem::of_outcome(outcome, order.clone(), &answer.order.reasons);
    let mut response = problem.map_or_else(
        || (status, Json(OrderAnswer { outcome, order })).into_response(),
        |problem| Refusal::from(problem).into_response(),
    );
    response.headers_mut().extend(tag);
    mark_replayed(&mut response, answer.replayed);
    Ok(response)
}

/// An order as every answer shows it, with its exits.
pub(crate) fn shape(app: &App, by: &Principal, record: &OrderRecord) -> Result<Order, Refusal> {
    let mut order = Order::from(record);
    if app.desk.is_held_in_tws(record) {
        order.note = Some("held in TWS, look at its screen".to_owned());
    }
    if order.bracket.is_none() {
        return Ok(order);
    }
    Ok(order.with_exits(&app.desk.exits(by, &record.intent.cl_ord_id)?))
}

/// The order's version as an entity tag: it changes whenever the order does.
pub(super) fn etag(order: &Order) -> Option<(HeaderName, HeaderValue)> {
    let tag = domain::group::order_tag(order.version, order.updated_at);
    HeaderValue::from_str(&format!("\"{tag}\"")).ok().map(|tag| (header::ETAG, tag))
}

/// Says that the key was known.
pub(super) fn mark_replayed(response: &mut Response, replayed: bool) {
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
}

/// Reads an order's key out of the path.
pub(crate) fn order_key(text: &str) -> Result<ClOrdId, Refusal> {
    wire::fields::checked(text).map_err(|rule| Refusal::field("cl_ord_id", &rule))
}

/// Which orders.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersParams {
    /// `true`: only orders that are not final.
    #[param(value_type = Option<bool>)]
    open: Option<String>,
    /// Only orders in this state.
    #[param(value_type = Option<wire::word::OrderStatus>, inline)]
    status: Option<String>,
    /// Only orders of this strategy.
    #[param(pattern = "^[A-Za-z0-9._-]{1,40}$")]
    strategy: Option<String>,
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Orders, newest first.
#[utoipa::path(
    get, path = "/api/v1/orders", operation_id = "list_orders", tag = "orders", params(OrdersParams),
    responses((status = 200, body = Page<Order>, description = "The answer."), Problems)
)]
pub(crate) async fn list(State(app): State<App>, Caller(by): Caller, params: Params<OrdersParams>) -> Answer {
    Ok(Json(list_of(&app, &by, &params.0)?).into_response())
}

/// For every face.
pub(crate) fn list_of(app: &App, by: &Principal, asked: &OrdersParams) -> Result<Page<Order>, Refusal> {
    let mut errors = Vec::new();
    let limit = wire::page::limit(asked.limit.as_deref(), &mut errors);
    let status: Option<OrderStatus> = one("status", asked.status.as_deref(), &mut errors);
    let filter = OrderFilter {
        open_only: flag("open", asked.open.as_deref(), &mut errors),
        status: status.map(Into::into),
        strategy: one("strategy", asked.strategy.as_deref(), &mut errors),
        after: one("cursor", asked.cursor.as_deref(), &mut errors),
        limit: limit + 1,
    };
    settle(errors)?;
    let orders = app.desk.orders(by, filter)?;
    let orders: Vec<Order> = orders.iter().map(|record| shape(app, by, record)).collect::<Result<_, _>>()?;
    Ok(Page::of_peeked(orders, limit, |order: &Order| order.cl_ord_id.clone()))
}

/// Whether the history is wanted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowParams {
    /// `true`: with the order's records in the journal.
    #[param(value_type = Option<bool>)]
    history: Option<String>,
}

/// One order as it is now.
#[utoipa::path(
    get, path = "/api/v1/orders/{cl_ord_id}", operation_id = "get_order", tag = "orders",
    params(("cl_ord_id" = String, Path, description = "The order's key.", pattern = "^[A-Za-z0-9._-]{1,40}$"), ShowParams),
    responses((status = 200, body = Order, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn show(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    params: Params<ShowParams>,
) -> Answer {
    let order = show_of(&app, &by, &id, &params.0).await?;
    let tag = etag(&order);
    let mut response = Json(order).into_response();
    response.headers_mut().extend(tag);
    Ok(response)
}

/// For every face.
pub(crate) async fn show_of(app: &App, by: &Principal, id: &str, asked: &ShowParams) -> Result<Order, Refusal> {
    let mut errors = Vec::new();
    let with_history = flag("history", asked.history.as_deref(), &mut errors);
    settle(errors)?;
    let key = order_key(id)?;
    let mut order = shape(app, by, &app.desk.order(by, &key)?)?;
    if with_history {
        let page = history(app, by, key).await?;
        (order.history, order.history_cursor) = (Some(page.items), page.next_cursor);
    }
    Ok(order)
}

async fn history(app: &App, by: &Principal, key: ClOrdId) -> Result<Page<AuditRecord>, Refusal> {
    let filter = AuditFilter {
        kind: None,
        cl_ord_id: Some(key),
        correlation_id: None,
        after: None,
        newest_first: false,
        limit: LIMIT_MAX + 1,
    };
    Ok(super::audit::paged(super::audit::shapes(&app.desk.audit(by, filter).await?)?, LIMIT_MAX))
}

/// Which trades.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExecutionsParams {
    /// Only at or after this time; a trade whose time is not known is left out then.
    #[param(value_type = Option<Timestamp>)]
    since: Option<String>,
    /// Only in this symbol.
    #[param(pattern = "^[!-~]([ -~]{0,38}[!-~])?$", example = "AAPL")]
    symbol: Option<String>,
    /// Only of this order, its exits included.
    #[param(pattern = "^[A-Za-z0-9._-]{1,40}$")]
    cl_ord_id: Option<String>,
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Trades, ours and others', newest first. A commission is null until the broker tells it, which may be later.
#[utoipa::path(
    get, path = "/api/v1/executions", operation_id = "list_executions", tag = "orders", params(ExecutionsParams),
    responses((status = 200, body = Page<Execution>, description = "The answer."), Problems)
)]
pub(crate) async fn executions(State(app): State<App>, Caller(by): Caller, params: Params<ExecutionsParams>) -> Answer {
    Ok(Json(executions_of(&app, &by, params.0)?).into_response())
}

/// For every face.
pub(crate) fn executions_of(app: &App, by: &Principal, asked: ExecutionsParams) -> Result<Page<Execution>, Refusal> {
    let mut errors = Vec::new();
    let limit = wire::page::limit(asked.limit.as_deref(), &mut errors);
    if let Some(Err(rule)) = asked.symbol.as_deref().map(symbol) {
        errors.push(FieldError::new("symbol", &rule));
    }
    let filter = ExecutionFilter {
        since: time("since", asked.since.as_deref(), &mut errors),
        symbol: asked.symbol,
        cl_ord_id: one("cl_ord_id", asked.cl_ord_id.as_deref(), &mut errors),
        after: one("cursor", asked.cursor.as_deref(), &mut errors),
        limit: Some(limit + 1),
    };
    settle(errors)?;
    let executions = app.desk.executions(by, filter)?;
    let installation = app.desk.status(by)?.installation;
    let items = executions.iter().map(|one| Execution::of(one, &installation)).collect();
    Ok(Page::of_peeked(items, limit, |one: &Execution| one.exec_id.clone()))
}
