//! The cookie of a session: how it is named, written and read.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

/// How the cookie is called and flagged here.
#[derive(Clone, Debug)]
pub(crate) struct Cookie {
    name: String,
    secure: bool,
}

/// Hex digits of a session's secret.
const SECRET_LEN: usize = 64;

impl Cookie {
    /// Browsers keep cookies by host and not by port: two gateways on one machine need two names. Over TLS the prefix makes the browser
    /// itself refuse a cookie of this name that another host, or plain HTTP, tries to set.
    pub(crate) fn new(port: u16, secure: bool) -> Self {
        let prefix = if secure { "__Host-" } else { "" };
        Self { name: format!("{prefix}tollgate-{port}"), secure }
    }

    /// The secret, if the cookie is there once and looks like one of ours.
    pub(crate) fn read<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let mut found =
            headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|all| {
                all.split(';').filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == self.name)
            });
        let (_, secret) = found.next()?;
        let well_formed = secret.len() == SECRET_LEN && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        (found.next().is_none() && well_formed).then_some(secret)
    }

    /// Whether a cookie of our name is there, good or not.
    pub(crate) fn is_there(&self, headers: &HeaderMap) -> bool {
        let starts = |text: &str| {
            text.split(';').any(|pair| pair.trim().split_once('=').is_some_and(|(name, _)| name == self.name))
        };
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).any(starts)
    }

    /// Gives the secret to the browser until `ends_at`.
    pub(crate) fn set(&self, secret: &str, now: Timestamp, ends_at: Timestamp) -> Option<HeaderValue> {
        let seconds = ends_at.as_second().saturating_sub(now.as_second()).max(0);
        let mut value =
            HeaderValue::from_str(&format!("{}={secret}; Max-Age={seconds}{}", self.name, self.flags())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes it away from the browser.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{}=; Max-Age=0{}", self.name, self.flags())).ok()
    }

    fn flags(&self) -> &'static str {
        if self.secure { "; Path=/; HttpOnly; SameSite=Strict; Secure" } else { "; Path=/; HttpOnly; SameSite=Strict" }
    }
}
