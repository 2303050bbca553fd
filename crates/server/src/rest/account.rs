//! Accounts.

use crate::caller::Caller;
use crate::openapi::{OfBroker, OfOne, Problems};
use crate::query::{Params, flag, place, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::id::AccountId;
use domain::principal::Principal;
use engine::Difference;
use engine::desk::{self, HistoryFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::account::{Account, AccountPoint, AccountSummary, Capabilities, Capability, Pnl, Position};
use wire::verification::{BrokerVerification, FigureDifference};
use wire::word::Proof;

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
    Ok(Json(summary_of(&app, &by, &id).await?).into_response())
}

/// For every face.
pub(crate) async fn summary_of(app: &App, by: &Principal, id: &str) -> Result<AccountSummary, Refusal> {
    let summary = app.desk.account_summary(by, account(id)?).await?;
    Ok(AccountSummary::from(&summary))
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
    Ok(Json(positions_of(&app, &by, &id, params.0).await?).into_response())
}

/// For every face.
pub(crate) async fn positions_of(
    app: &App,
    by: &Principal,
    id: &str,
    page: PageParams,
) -> Result<Page<Position>, Refusal> {
    let positions = app.desk.positions(by, account(id)?).await?;
    let items = positions.iter().map(Position::from).collect();
    page.cut(items, |position: &Position| position.con_id.clone())
}

/// Profit and loss: of this moment, by position, and by period.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/pnl", operation_id = "get_pnl", tag = "account",
    params(("id" = String, Path, description = "The account.", pattern = "^[A-Za-z0-9]{1,20}$")),
    responses((status = 200, body = Pnl, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn pnl(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    Ok(Json(pnl_of(&app, &by, &id).await?).into_response())
}

/// For every face.
pub(crate) async fn pnl_of(app: &App, by: &Principal, id: &str) -> Result<Pnl, Refusal> {
    let view = app.desk.pnl(by, account(id)?).await?;
    let positions = view.positions.as_deref().map_err(String::as_str);
    Ok(Pnl::of(&view.now, positions, view.value.as_ref()))
}

/// Which points.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// `true`: newest first.
    #[param(value_type = Option<bool>)]
    newest_first: Option<String>,
    /// Page size; above 1000 is clamped.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What the account was worth over time, as the broker told it and the journal noted it: when it changed, at most every ten
/// seconds, and at once when it fell. While the gateway did not run or had no line, nobody noted anything.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/history", operation_id = "get_account_history", tag = "account",
    params(("id" = String, Path, description = "The account.", pattern = "^[A-Za-z0-9]{1,20}$"), HistoryParams),
    responses((status = 200, body = Page<AccountPoint>, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn history(
    State(app): State<App>,
    Caller(by): Caller,
    Path(id): Path<String>,
    params: Params<HistoryParams>,
) -> Answer {
    let asked = params.0;
    let mut errors = Vec::new();
    let limit = wire::page::limit(asked.limit.as_deref(), &mut errors);
    let after = place(asked.cursor.as_deref(), &mut errors);
    let newest_first = flag("newest_first", asked.newest_first.as_deref(), &mut errors);
    settle(errors)?;
    let filter = HistoryFilter { account: account(&id)?, after, newest_first, limit: limit + 1 };
    let points = app.desk.account_history(&by, filter).await?;
    let items = points.iter().map(|one| AccountPoint::of(one.seq, one.at, &one.mark)).collect();
    Ok(Json(Page::of_peeked(items, limit, |one: &AccountPoint| one.seq.to_string())).into_response())
}

/// What the account may do as far as there is proof; the rest is unknown.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/capabilities", operation_id = "get_account_capabilities", tag = "account",
    params(("id" = String, Path, description = "The account.", pattern = "^[A-Za-z0-9]{1,20}$")),
    responses((status = 200, body = Capabilities, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn capabilities(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let found = app.desk.capabilities(&by, account(&id)?)?;
    let shape = Capabilities {
        account: found.account.to_string(),
        pinned: found.pinned,
        mode: found.mode.as_ref().ok().map(|mode| (*mode).into()),
        mode_unproven: found.mode.err(),
        simulated: found.simulated,
        trading: found.trading.into(),
        items: found.items.iter().map(capability).collect(),
        next_cursor: None,
    };
    Ok(Json(shape).into_response())
}

fn capability(one: &desk::Capability) -> Capability {
    let orders = match (&one.taken, &one.rejected) {
        (Some(_), _) => Proof::Proven,
        (None, Some(_)) => Proof::Rejected,
        (None, None) => Proof::Unknown,
    };
    Capability {
        sec_type: one.sec_type.into(),
        orders,
        taken_order: one.taken.as_ref().map(|(key, _)| key.to_string()),
        taken_at: one.taken.as_ref().map(|(_, at)| *at),
        rejected_order: one.rejected.as_ref().map(|(key, _)| key.to_string()),
        rejected_reason: one.rejected.as_ref().map(|(_, said)| said.clone()),
        market_data: one.data.map(Into::into),
    }
}

/// Reads the account on a fresh connection with a client id of its own, beside the one in use, and says what differs. It can
/// send no order; one runs at a time, with ten seconds between them, and only a person with `admin` may ask for it.
#[utoipa::path(
    post, path = "/api/v1/broker/verify", operation_id = "verify_broker", tag = "operations",
    responses((status = 200, body = BrokerVerification, description = "What both connections tell."), Problems, OfBroker)
)]
pub(crate) async fn verify(State(app): State<App>, Caller(by): Caller) -> Answer {
    let found = app.desk.verify_broker(&by).await?;
    let (accounts, same_accounts) = found.accounts;
    let differ = |one: &Difference| FigureDifference { field: one.field.to_owned(), ours: one.ours, fresh: one.fresh };
    let shape = BrokerVerification {
        account: found.account.to_string(),
        same: same_accounts && found.differences.is_empty(),
        client_id: found.client_id.to_string(),
        accounts: accounts.iter().map(ToString::to_string).collect(),
        same_accounts,
        ours_at: found.ours_at,
        fresh_at: found.fresh_at,
        differences: found.differences.iter().map(differ).collect(),
    };
    Ok(Json(shape).into_response())
}
