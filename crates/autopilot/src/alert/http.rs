//! The HTTP client of the ways: bounded in time and size, through no proxy, to no other place than it was told.

use super::channel::Refused;
use jiff::SignedDuration;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, Client, Response};
use std::time::Duration;

/// How long one message may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Largest answer that is read, bytes.
const BODY_MAX: usize = 1024 * 1024;

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no HTTP client: {0}")]
pub struct HttpError(pub String);

/// A client for one base address. Over plain HTTP there is nobody to trust.
pub(super) fn client(base: &str, ca_pem: Option<&[u8]>) -> Result<Client, HttpError> {
    let words = |error: reqwest::Error| HttpError(error.without_url().to_string());
    let mut built = Client::builder().no_proxy().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    if !base.starts_with("https://") {
        built = built.tls_certs_only([]);
    } else if let Some(pem) = ca_pem {
        built = built.tls_certs_only(Certificate::from_pem_bundle(pem).map_err(words)?);
    }
    built.build().map_err(words)
}

/// The body of an answer, if it is not too large.
pub(super) async fn body(mut answer: Response) -> Result<Vec<u8>, Refused> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(refused)? {
        if body.len().saturating_add(chunk.len()) > BODY_MAX {
            return Err(Refused::because("the answer is larger than 1 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Words of the client without the address, which may hold a token.
pub(super) fn refused(error: reqwest::Error) -> Refused {
    if error.is_timeout() {
        return Refused::because("no answer in time");
    }
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(one) = cause {
        words = format!("{words}: {one}");
        cause = one.source();
    }
    Refused::because(words)
}

/// What `Retry-After` says in seconds; a date is not believed.
pub(super) fn rest(headers: &HeaderMap) -> Option<SignedDuration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(SignedDuration::from_secs(i64::from(seconds)))
}
