//! Bodies: JSON, bounded in size and time.

use crate::refusal::Refusal;
use crate::state::App;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use wire::Code;

/// The bytes of a JSON body; what they mean is for `wire` to say.
pub(crate) struct Json(pub(crate) Bytes);

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = value.and_then(|value| value.split(';').next()).map(str::trim);
    media.is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
}

fn too_large(limit: usize) -> Refusal {
    Refusal::new(Code::PayloadTooLarge, &format!("the body is larger than {limit} bytes"))
}

impl FromRequest<App> for Json {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let limit = app.limits.body_bytes_max;
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if length.and_then(|text| text.parse::<usize>().ok()).is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let json = is_json(request.headers());
        // One byte more than allowed tells too much from broken off.
        let read = to_bytes(request.into_body(), limit.saturating_add(1));
        let bytes = match tokio::time::timeout(app.limits.body_read_timeout, read).await {
            Ok(Ok(bytes)) if bytes.len() <= limit => bytes,
            Ok(Ok(_)) => return Err(too_large(limit)),
            Ok(Err(error)) if is_length_limit(&error) => return Err(too_large(limit)),
            Ok(Err(_)) => return Err(Refusal::field("body", "must arrive whole")),
            Err(_) => return Err(Refusal::field("body", "must arrive in time")),
        };
        if !json && !bytes.is_empty() {
            return Err(Refusal::new(Code::UnsupportedMediaType, "the body must be application/json"));
        }
        Ok(Self(bytes))
    }
}

/// Whether reading stopped at the limit, found by walking the causes.
fn is_length_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.to_string() == "length limit exceeded" {
            return true;
        }
        cause = one.source();
    }
    false
}
