//! The OpenAPI document, made from the code that serves.

use crate::rest;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, HeaderBuilder, Ref, RefOr, Response, ResponseBuilder, SecurityRequirement};
use utoipa::{IntoResponses, OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tollgate",
        description = "A gateway to Interactive Brokers: every order passes the same gates, is journaled before it is sent, and is never sent twice. Decimals are strings, times RFC 3339 UTC, ids strings, words lower snake case; unknown fields are refused.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(wire::Problem))
)]
struct Document;

const SESSION_COOKIE: &str = "__Host-tollgate-8787";
const SESSION: &str = "What `POST /api/v1/session` sets, for browsers. The number is the port that the gateway listens on; without TLS the prefix `__Host-` is missing. A request by session that is not GET or HEAD needs the session's `csrf_token` in `X-CSRF-Token`, and an `Origin` that is ours; else it is 403 `csrf_refused`. A session may do what its key may do. An `Authorization` header beside it takes its place.";

/// The statuses that every operation shares.
pub(crate) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let said = [
            ("400", "Malformed; `errors` names every field and its rule. Nothing was done, no key was spent."),
            ("401", "No valid API key."),
            (
                "403",
                "The key may not do this, the Host or Origin is not ours, or a request by session lacks its token.",
            ),
            ("404", "There is no such thing."),
            ("405", "The path has no such method."),
            ("409", "In flight, a key used for another request, or a thing that is over."),
            ("412", "What `If-Match` names is not what is in force any more. Nothing was done."),
            ("413", "The body is too large."),
            ("415", "The body is not JSON."),
            ("422", "Denied by a gate or rejected by the broker; `outcome` says which."),
            (
                "429",
                "Too many failed authentications or requests, or the broker's pacing limit; `Retry-After` says how long to wait where it is known.",
            ),
            ("503", "Not ready, or the broker, its data or the journal cannot be reached."),
            ("504", "The outcome is unknown: ask again by the same key, never submit under a new one."),
        ];
        said.into_iter().map(|(status, description)| (status.to_owned(), RefOr::T(problem(description)))).collect()
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(wire::Problem::name()))).build();
    ResponseBuilder::new()
        .description(description)
        .content(wire::problem::MEDIA_TYPE, content)
        .header("X-Request-Id", HeaderBuilder::new().description(Some("The correlation id.")).build())
        .build()
}

/// The document as pretty JSON with a newline at its end.
pub fn openapi_json() -> String {
    let (_, routes) = rest::routes().split_for_parts();
    let mut document = Document::openapi();
    document.merge(routes);
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    let any_of = ["api_key", "session"].map(|name| SecurityRequirement::new(name, Vec::<String>::new()));
    document.security = Some(any_of.to_vec());
    if let Some(components) = document.components.as_mut() {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("api_key", bearer);
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(SESSION_COOKIE, SESSION)));
        components.add_security_scheme("session", cookie);
    }
    let mut value = serde_json::to_value(&document).unwrap_or(serde_json::Value::Null);
    wire::schema::add_conditional_fields(&mut value);
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    text.push('\n');
    text
}
