//! Every route of this version. A path that is not here is a 404 problem.

use super::{
    account, alert, approval, audit, configuration, contract, events, flatten, gates, guard, key, kill, limits, live,
    looping, mandate, market, market_stream, metrics, order, order_change, session, status, stream, venue,
};
use crate::config::ServeError;
use crate::envelope;
use crate::refusal::Refusal;
use crate::state::App;
use axum::Router;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Code;

/// The routes with their descriptions.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(status::healthz))
        .routes(routes!(status::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(status::status))
        .merge(of_venue())
        .routes(routes!(market::quote))
        .routes(routes!(market::bars))
        .routes(routes!(market_stream::stream))
        .routes(routes!(stream::show))
        .routes(routes!(contract::search))
        .routes(routes!(contract::show))
        .routes(routes!(contract::chain))
        .routes(routes!(account::list))
        .routes(routes!(account::summary))
        .routes(routes!(account::positions))
        .routes(routes!(account::pnl))
        .routes(routes!(account::history))
        .routes(routes!(account::capabilities))
        .routes(routes!(account::verify))
        .routes(routes!(order::preview))
        .routes(routes!(order::submit, order::list))
        .routes(routes!(order_change::cancel_all))
        .routes(routes!(flatten::flatten))
        .routes(routes!(order::show, order_change::replace))
        .routes(routes!(order_change::cancel))
        .routes(routes!(order_change::resolve))
        .routes(routes!(order_change::release))
        .routes(routes!(order::executions))
        .routes(routes!(approval::list))
        .routes(routes!(approval::show))
        .routes(routes!(approval::approve))
        .routes(routes!(approval::approve_plan))
        .routes(routes!(approval::deny))
        .routes(routes!(approval::revoke))
        .routes(routes!(gates::board))
        .routes(routes!(kill::show, kill::set))
        .routes(routes!(limits::show, limits::set))
        .routes(routes!(limits::accept))
        .routes(routes!(limits::withdraw))
        .routes(routes!(limits::reset))
        .routes(routes!(limits::drill))
        .routes(routes!(limits::history))
        .routes(routes!(live::show))
        .routes(routes!(live::arm))
        .routes(routes!(live::disarm))
        .routes(routes!(looping::status))
        .routes(routes!(looping::decisions, looping::propose))
        .routes(routes!(looping::plan))
        .routes(routes!(looping::runs, looping::begin))
        .routes(routes!(looping::run))
        .routes(routes!(looping::rollback))
        .routes(routes!(looping::pause))
        .routes(routes!(looping::resume))
        .routes(routes!(mandate::list, mandate::grant))
        .routes(routes!(mandate::confirm))
        .routes(routes!(mandate::revoke))
        .routes(routes!(guard::show))
        .routes(routes!(guard::evaluate))
        .routes(routes!(alert::list))
        .routes(routes!(alert::ack))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verify))
        .routes(routes!(events::events))
        .routes(routes!(audit::export))
        .routes(routes!(configuration::show))
        .routes(routes!(key::list, key::create))
        .routes(routes!(key::revoke))
        .routes(routes!(session::sign_in, session::show, session::sign_out))
}

/// Controls of the embedded venue.
fn of_venue() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(venue::show))
        .routes(routes!(venue::speed))
        .routes(routes!(venue::price))
        .routes(routes!(venue::inject))
        .routes(routes!(venue::remove))
}

/// The whole service.
///
/// # Errors
/// The system gives no random bits.
pub(crate) fn router(app: App) -> Result<Router, ServeError> {
    let mcp = crate::mcp::routes(&app)?;
    let (router, _) = routes().split_for_parts();
    let document: axum::body::Bytes = crate::openapi_json().into();
    let openapi = move || async move { ([(header::CONTENT_TYPE, "application/json")], document).into_response() };
    Ok(router
        .merge(mcp)
        .route("/openapi.json", get(openapi))
        .merge(crate::docs::routes())
        .merge(crate::page::routes())
        .merge(crate::dashboard::routes())
        .fallback(async || Refusal::new(Code::NotFound, "there is no such path"))
        .method_not_allowed_fallback(async || Refusal::new(Code::MethodNotAllowed, "the path has no such method"))
        .layer(middleware::from_fn_with_state(app.clone(), envelope::around))
        .with_state(app))
}
