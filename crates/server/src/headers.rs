//! The two headers that orders speak by: `Idempotency-Key` and `Prefer: wait=N`.

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
    let Some(value) = headers.get("if-match").filter(|value| *value != "*") else { return Ok(None) };
    let tag = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    tag.map(|tag| Some(tag.to_owned()))
        .ok_or_else(|| Refusal::field("If-Match", "must be the ETag of an answer, in quotes"))
}

/// `If-Match` can only be judged by the desk, behind the key: judged here, a repeat of a change that took place would be
/// refused. Until the desk can, it is refused rather than ignored; `*` is true of every order that exists.
pub(crate) fn refuse_if_match(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get("if-match") {
        Some(value) if value != "*" => {
            Err(Refusal::new(wire::Code::CapabilityMissing, "If-Match is not supported by this version"))
        }
        Some(_) | None => Ok(()),
    }
}
