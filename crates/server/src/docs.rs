//! The document to browse, at `/docs/`: Swagger UI out of the binary, with no other host.

use crate::refusal::Refusal;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::sync::Arc;
use utoipa_swagger_ui::Config;
use wire::Code;

/// Everything comes from here, nothing is written into the page, and no other page may show it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whoever reads it gives their own key; the page keeps none.
fn config() -> Config<'static> {
    Config::new(["/openapi.json"])
        .validator_url("none")
        .persist_authorization(false)
        .display_request_duration(true)
        .display_operation_id(true)
        .default_models_expand_depth(0)
        .doc_expansion("list")
        .filter(true)
        .use_base_layout()
}

fn page(file: &str, config: Arc<Config<'static>>) -> Response {
    match utoipa_swagger_ui::serve(file, config) {
        Ok(Some(file)) => {
            let headers = [
                (header::CONTENT_TYPE, file.content_type),
                (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
                (header::REFERRER_POLICY, "no-referrer".to_owned()),
            ];
            let mut response = (headers, file.bytes.into_owned()).into_response();
            let opener = HeaderName::from_static("cross-origin-opener-policy");
            response.headers_mut().insert(opener, HeaderValue::from_static("same-origin"));
            response
        }
        Ok(None) => Refusal::new(Code::NotFound, "there is no such path").into_response(),
        Err(error) => {
            tracing::error!(%error, "the browsable document cannot be read");
            Refusal::new(Code::Internal, "the gateway failed; see its log for this request id").into_response()
        }
    }
}

/// The pages; like the document itself they need no key.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let config = Arc::new(config());
    let index = Arc::clone(&config);
    Router::new()
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(async move || page("index.html", index)))
        .route("/docs/{file}", get(async move |Path(file): Path<String>| page(&file, config)))
}
