//! The section `[telemetry]`: where spans go, if anywhere.

use super::error::ConfigError;
use super::settings::Reader;
use server::SpanCounts;
use std::ops::RangeInclusive;
use std::path::PathBuf;

const QUEUE_SPANS_MAX: usize = 4_096;
const QUEUE_RANGE: RangeInclusive<usize> = 16..=1_000_000;

/// Where spans go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TelemetrySettings {
    /// Base address of a collector; `/v1/traces` is added.
    pub(crate) endpoint: String,
    /// Who may say who the collector is; `None` is whom the system trusts.
    pub(crate) ca_file: Option<PathBuf>,
    /// Headers to send along, such as the collector's key.
    pub(crate) headers_file: Option<PathBuf>,
    /// Most that waits to be sent.
    pub(crate) queue_spans_max: usize,
    /// What became of them.
    pub(crate) counts: SpanCounts,
}

impl TelemetrySettings {
    /// Reads the section; `None` without an endpoint.
    ///
    /// # Errors
    /// The first key that cannot be used.
    pub(super) fn read(reader: &Reader<'_>) -> Result<Option<Self>, ConfigError> {
        let (ca_file, headers_file) = (reader.path("telemetry.ca_file")?, reader.path("telemetry.headers_file")?);
        let queue_spans_max = match reader.number("telemetry.queue_spans_max")?.map(usize::try_from) {
            None => QUEUE_SPANS_MAX,
            Some(Ok(number)) if QUEUE_RANGE.contains(&number) => number,
            Some(Ok(_) | Err(_)) => {
                return Err(reader.refuse(
                    "telemetry.queue_spans_max",
                    "a whole number from 16 to 1000000",
                    "4096 is usual",
                ));
            }
        };
        let Some(endpoint) = reader.text("telemetry.endpoint")? else { return Ok(None) };
        let is_usable = |url: &reqwest::Url| {
            let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
            plain && url.password().is_none() && url.has_host() && ["http", "https"].contains(&url.scheme())
        };
        if !endpoint.parse().as_ref().is_ok_and(is_usable) {
            let rule = "the address of an OTLP/HTTP collector, without user, password and query";
            return Err(reader.refuse("telemetry.endpoint", rule, "for example \"http://127.0.0.1:4318\""));
        }
        Ok(Some(Self { endpoint, ca_file, headers_file, queue_spans_max, counts: SpanCounts::default() }))
    }

    /// A value as `config explain` shows it; `None` for a key of another section.
    pub(super) fn text_of(settings: Option<&Self>, key: &str) -> Option<String> {
        let path = |path: Option<&PathBuf>| Some(path.map(|path| path.display().to_string()).unwrap_or_default());
        match key {
            "telemetry.endpoint" => Some(settings.map(|settings| settings.endpoint.clone()).unwrap_or_default()),
            "telemetry.ca_file" => path(settings.and_then(|settings| settings.ca_file.as_ref())),
            "telemetry.headers_file" => path(settings.and_then(|settings| settings.headers_file.as_ref())),
            "telemetry.queue_spans_max" => {
                Some(settings.map_or(QUEUE_SPANS_MAX, |settings| settings.queue_spans_max).to_string())
            }
            _ => None,
        }
    }

    /// What is set and unwise, in words.
    pub(super) fn doubt(&self) -> Option<String> {
        let url: reqwest::Url = self.endpoint.parse().ok()?;
        let is_here = url.host_str().is_some_and(|host| {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        });
        (url.scheme() == "http" && !is_here).then(|| {
            "`telemetry.endpoint` is another machine and has no TLS: what callers name their orders travels in the clear, and so do \
             the headers of telemetry.headers_file; use https, or a collector on this machine"
                .to_owned()
        })
    }
}
