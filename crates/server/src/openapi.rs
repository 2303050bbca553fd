//! The OpenAPI document, made from the code that serves.

use crate::rest;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
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

/// The statuses that every operation shares.
pub(crate) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let said = [
            ("400", "Malformed; `errors` names every field and its rule. Nothing was done, no key was spent."),
            ("401", "No valid API key."),
            ("403", "The key may not do this, or the Host or Origin is not ours."),
            ("404", "There is no such thing."),
            ("405", "The path has no such method."),
            ("409", "In flight, a key used for another request, or a thing that is over."),
            ("412", "What `If-Match` names is not what is in force any more. Nothing was done."),
            ("413", "The body is too large."),
            ("415", "The body is not JSON."),
            ("422", "Denied by a gate or rejected by the broker; `outcome` says which."),
            ("429", "Too many failed authentications, or the broker's pacing limit."),
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
    document.security = Some(vec![SecurityRequirement::new("api_key", Vec::<String>::new())]);
    if let Some(components) = document.components.as_mut() {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("api_key", bearer);
    }
    let mut value = serde_json::to_value(&document).unwrap_or(serde_json::Value::Null);
    wire::schema::add_conditional_fields(&mut value);
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    text.push('\n');
    text
}
