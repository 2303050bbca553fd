//! The OpenAPI document, made from the code that serves.

use crate::rest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, SecurityRequirement};
use utoipa::{IntoResponses, OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tollgate",
        description = "A gateway to Interactive Brokers: every order passes the same gates, is journaled before it is sent, and is never sent twice. Decimals are strings, times RFC 3339 UTC, ids strings, words lower snake case; unknown fields are refused.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(wire::Problem, wire::event::StreamEnd))
)]
struct Document;

const SESSION_COOKIE: &str = "__Host-tollgate-8787";
const SESSION: &str = "What `POST /api/v1/session` sets, for browsers. The number is the port that the gateway listens on; without TLS the prefix `__Host-` is missing. A request by session that is not GET or HEAD needs the session's `csrf_token` in `X-CSRF-Token`, and an `Origin` that is ours; else it is 403 `csrf_refused`. A session may do what its key may do. An `Authorization` header beside it takes its place.";

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $said:literal),+;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(($status, $said)),+].map(|(status, said)| (status.to_owned(), RefOr::T(problem(said)))).into()
            }
        }
    )+};
}

problems! {
    /// What every operation that needs a key may answer.
    Problems:
        "400" "Malformed; `errors` names every field and its rule. Nothing was done, no key was spent.",
        "401" "No valid API key.",
        "403" "The key may not do this, the account is not the one in use, the Host or Origin is not ours, or a request by session lacks its token.",
        "429" "Too many requests, or the broker's pacing limit.",
        "503" "Not ready, or the broker, its data or the journal cannot be reached, or the broker does not answer.";
    /// Operations that read a body.
    OfBody:
        "413" "The body is too large.",
        "415" "The body is not JSON.";
    /// Operations on one thing.
    OfOne:
        "404" "There is no such thing.";
    /// Operations that ask the broker.
    OfBroker:
        "404" "There is no such thing, or no contract fits.",
        "422" "The broker refused, or a gate did; `outcome` says which where it is about an order.";
    /// Operations that change what may be over.
    OfChange:
        "409" "It is over, or under way already.";
    /// Operations on an order.
    OfOrder:
        "404" "There is no such thing, or no contract fits.",
        "409" "In flight, a key used for another request, or a thing that is over.",
        "422" "Denied by a gate or rejected by the broker; `outcome` says which.",
        "504" "The outcome is unknown: ask again by the same key, never submit under a new one.";
    /// Operations that a gate may deny and that send nothing.
    OfDenial:
        "422" "Denied; `reasons` names every one.";
    /// Operations that a caller ties to what was seen.
    OfMatch:
        "412" "What `If-Match` names is not what is in force any more. Nothing was done.";
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(wire::Problem::name()))).build();
    ResponseBuilder::new().description(description).content(wire::problem::MEDIA_TYPE, content).build()
}

/// The headers of every answer, and of those with a status.
fn add_headers(document: &mut Value) {
    let header =
        |said: &str, required: bool| json!({"description": said, "required": required, "schema": {"type": "string"}});
    let operations = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, methods) in operations {
        for operation in methods.as_object_mut().into_iter().flat_map(|methods| methods.values_mut()) {
            let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
            for (status, response) in responses {
                response["headers"]["X-Request-Id"] =
                    header("The correlation id: also in log, journal and audit.", true);
                match status.as_str() {
                    "401" => response["headers"]["WWW-Authenticate"] = header("`Bearer`.", true),
                    "429" => {
                        response["headers"]["Retry-After"] = header("Seconds to wait, where that is known.", false);
                    }
                    _ => {}
                }
            }
        }
    }
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
    let mut value = serde_json::to_value(&document).unwrap_or(Value::Null);
    wire::schema::add_conditional_fields(&mut value);
    add_headers(&mut value);
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    text.push('\n');
    text
}
