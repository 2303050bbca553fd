//! Accounts.

use crate::caller::Caller;
use crate::openapi::{OfBroker, Problems};
use crate::query::{Params, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::id::AccountId;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::account::{Account, AccountSummary, Pnl, Position};

/// A page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    pub(super) limit: Option<String>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

impl PageParams {
    pub(super) fn cut<T>(self, items: Vec<T>, key: impl Fn(&T) -> String) -> Result<Page<T>, Refusal> {
        let mut errors = Vec::new();
        let limit = wire::page::limit(self.limit.as_deref(), &mut errors);
        settle(errors)?;
        Ok(Page::cut(items, limit, self.cursor.as_deref(), key)?)
    }
}

/// The accounts of the login.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "list_accounts", tag = "account", params(PageParams),
    responses((status = 200, body = Page<Account>, description = "The answer."), Problems)
)]
pub(crate) async fn list(State(app): State<App>, Caller(by): Caller, params: Params<PageParams>) -> Answer {
    let pinned = app.desk.status(&by)?.account;
    let accounts = app.desk.accounts(&by)?;
    let items = accounts.iter().map(|id| Account { id: id.to_string(), pinned: Some(id) == pinned.as_ref() }).collect();
    Ok(Json(params.0.cut(items, |account: &Account| account.id.clone())?).into_response())
}

fn account(id: &str) -> Result<AccountId, Refusal> {
    wire::fields::checked(id).map_err(|rule| Refusal::field("id", &rule))
}

/// Account values.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/summary", operation_id = "get_account_summary", tag = "account", params(("id" = String, Path, description = "The account.", pattern = "^[A-Za-z0-9]{1,20}$")),
    responses((status = 200, body = AccountSummary, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn summary(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let summary = app.desk.account_summary(&by, account(&id)?).await?;
    Ok(Json(AccountSummary::from(&summary)).into_response())
}

/// Positions.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/positions", operation_id = "list_positions", tag = "account",
    params(("id" = String, Path, description = "The account.", pattern = "^[A-Za-z0-9]{1,20}$"), PageParams),
    responses((status = 200, body = Page<Position>, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn positions(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    params: Params<PageParams>,
) -> Answer {
    let positions = app.desk.positions(&by, account(&id)?).await?;
    let items = positions.iter().map(Position::from).collect();
    Ok(Json(params.0.cut(items, |position: &Position| position.con_id.clone())?).into_response())
}

/// Profit and loss.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/pnl", operation_id = "get_pnl", tag = "account", params(("id" = String, Path, description = "The account.", pattern = "^[A-Za-z0-9]{1,20}$")),
    responses((status = 200, body = Pnl, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn pnl(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let pnl = app.desk.pnl(&by, account(&id)?).await?;
    Ok(Json(Pnl::from(&pnl)).into_response())
}
