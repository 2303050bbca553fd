//! Contracts.

use crate::caller::Caller;
use crate::openapi::{OfBroker, Problems};
use crate::query::{Params, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::contract::Instrument;
use domain::id::ConId;
use domain::principal::Principal;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::contract::{Contract, SymbolMatch};
use wire::instrument::one;
use wire::option_chain::OptionChain;

/// What to search for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParams {
    /// A ticker or a part of a name, 1 to 64 characters.
    #[param(required = true, min_length = 1, max_length = 64, pattern = "[^\\s]", example = "AAPL")]
    search: Option<String>,
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Contracts that match a text.
#[utoipa::path(
    get, path = "/api/v1/contracts", operation_id = "search_contracts", tag = "market data", params(SearchParams),
    responses((status = 200, body = Page<SymbolMatch>, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn search(State(app): State<App>, Caller(by): Caller, params: Params<SearchParams>) -> Answer {
    Ok(Json(search_of(&app, &by, params.0).await?).into_response())
}

/// For every face.
pub(crate) async fn search_of(app: &App, by: &Principal, asked: SearchParams) -> Result<Page<SymbolMatch>, Refusal> {
    let mut errors = Vec::new();
    let limit = wire::page::limit(asked.limit.as_deref(), &mut errors);
    settle(errors)?;
    let text = asked.search.ok_or_else(|| Refusal::field("search", "is required"))?;
    let plain = !text.trim().is_empty() && text.chars().count() <= 64 && !text.chars().any(char::is_control);
    if !plain {
        return Err(Refusal::field("search", "must be 1 to 64 characters of text"));
    }
    let found = app.desk.search_contracts(by, text).await?;
    let items: Vec<SymbolMatch> = found.iter().map(SymbolMatch::from).collect();
    Ok(Page::cut(items, limit, asked.cursor.as_deref(), |item| item.con_id.clone())?)
}

/// One contract with its ticks and hours.
#[utoipa::path(
    get, path = "/api/v1/contracts/{con_id}", operation_id = "get_contract", tag = "market data",
    params(("con_id" = String, Path, description = "IBKR's contract id.", pattern = "^[1-9][0-9]{0,9}$", example = "265598")),
    responses((status = 200, body = Contract, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller, Path(con_id): Path<String>) -> Answer {
    let mut errors = Vec::new();
    let con_id: Option<ConId> = one("con_id", Some(&con_id), &mut errors);
    let Some(con_id) = con_id else { return Err(errors.into()) };
    let contract = app.desk.contract(&by, Instrument::ConId(con_id)).await?;
    Ok(Json(Contract::from(&contract)).into_response())
}

/// The options on an underlying: expiries, strikes, multiplier and trading class, exchange by exchange.
#[utoipa::path(
    get, path = "/api/v1/contracts/{con_id}/chain", operation_id = "get_option_chain", tag = "market data",
    params(("con_id" = String, Path, description = "IBKR's contract id.", pattern = "^[1-9][0-9]{0,9}$", example = "265598")),
    responses((status = 200, body = OptionChain, description = "The answer; without items where there are no options."), Problems, OfBroker)
)]
pub(crate) async fn chain(State(app): State<App>, Caller(by): Caller, Path(con_id): Path<String>) -> Answer {
    Ok(Json(chain_of(&app, &by, &con_id).await?).into_response())
}

/// For every face.
pub(crate) async fn chain_of(app: &App, by: &Principal, con_id: &str) -> Result<OptionChain, Refusal> {
    let mut errors = Vec::new();
    let con_id: Option<ConId> = one("con_id", Some(con_id), &mut errors);
    let Some(con_id) = con_id else { return Err(errors.into()) };
    let (underlying, classes) = app.desk.option_chain(by, con_id).await?;
    Ok(OptionChain::of(&underlying, &classes))
}
