//! The headers that orders speak by: `Idempotency-Key`, `Prefer: wait=N` and `If-Match`.

use crate::config::Limits;
use crate::refusal::Refusal;
use axum::http::HeaderMap;
use domain::id::ClOrdId;
use std::time::Duration;

const KEY: &str = "Idempotency-Key";

/// The key, which must be given: once, and well formed.
pub(crate) fn key(headers: &HeaderMap) -> Result<ClOrdId, Refusal> {
    let mut values = headers.get_all("idempotency-key").iter();
    let missing = || Refusal::field(KEY, "is required: it makes a repeat of this request safe");
    let value = values.next().ok_or_else(missing)?;
    if values.next().is_some() {
        return Err(Refusal::field(KEY, "must be given once"));
    }
    let text = value.to_str().map_err(|_| Refusal::field(KEY, "must be plain text"))?;
    wire::fields::checked(text).map_err(|rule: String| Refusal::field(KEY, &rule))
}

/// How long to wait for the broker. Other preferences are ignored, as RFC 7240 asks; a wrong `wait` is not.
pub(crate) fn wait(headers: &HeaderMap, limits: &Limits) -> Result<Duration, Refusal> {
    let rule = "wait must be a whole number of seconds, such as wait=5";
    for value in headers.get_all("prefer") {
        let text = value.to_str().map_err(|_| Refusal::field("Prefer", rule))?;
        for preference in text.split([',', ';']) {
            let (name, seconds) = preference.split_once('=').unwrap_or((preference, ""));
            if name.trim().eq_ignore_ascii_case("wait") {
                let seconds: u32 =
                    seconds.trim().trim_matches('"').parse().map_err(|_| Refusal::field("Prefer", rule))?;
                return Ok(Duration::from_secs(u64::from(seconds)).min(limits.wait_max));
            }
        }
    }
    Ok(limits.wait_default)
}

/// The `If-Match` of a caller who has seen an `ETag`; `*` matches whatever there is.
pub(crate) fn etag(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut values = headers.get_all("if-match").iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::field("If-Match", "must be given once"));
    }
    if value == "*" {
        return Ok(None);
    }
    let tag = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    let tag = tag.filter(|tag| !tag.contains('"'));
    tag.map(|tag| Some(tag.to_owned()))
        .ok_or_else(|| Refusal::field("If-Match", "must be the ETag of an answer, in quotes"))
}

/// Where there is no one thing to match, `If-Match` is refused rather than ignored.
pub(crate) fn refuse_if_match(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get("if-match") {
        Some(_) => {
            Err(Refusal::field("If-Match", "must be left out: this is about many orders, which have no ETag together"))
        }
        None => Ok(()),
    }
}
