//! The REST client behind every command that needs a running gateway.

use crate::args::Common;
use crate::config::{Config, loopback_of};
use crate::failure::{Failure, Told, UNAVAILABLE};
use crate::problem;
use crate::sealed;
use crate::verb::protect;
use reqwest::{Certificate, ClientBuilder, Method, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longer than any wait that a caller may ask for in the server, so that the server's answer comes first.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest life of one stream; then another one goes on.
const STREAM_PATIENCE: Duration = Duration::from_hours(24);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// Where the API key is taken from.
#[derive(Clone, Debug)]
pub(crate) enum KeySource {
    /// The key itself, from the environment.
    Given(String),
    /// A file with the key and a newline.
    File(PathBuf),
    /// The same; if it is behind a pass phrase, whoever sits at the terminal is asked.
    AskedFile(PathBuf),
}

/// Whom to believe that a gateway is the one that is meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    /// Certificates (PEM); `None` leaves it to what the system trusts.
    pub(crate) ca_file: Option<PathBuf>,
    /// Where the name in the URL is, whatever a name server says: the gateway of this machine.
    pub(crate) at: Option<SocketAddr>,
}

impl Trust {
    /// Tells the HTTP client. Over plain HTTP there is nobody to trust, and the system's certificates need not be read.
    fn tell(&self, base: &str, mut http: ClientBuilder) -> Result<ClientBuilder, Failure> {
        if !base.starts_with("https://") {
            return Ok(http.tls_certs_only([]));
        }
        let host = reqwest::Url::parse(base).ok().and_then(|url| url.domain().map(str::to_owned));
        if let (Some(host), Some(at)) = (host, self.at) {
            http = http.resolve(&host, at);
        }
        let Some(path) = &self.ca_file else { return Ok(http) };
        let unusable = |why: String| {
            let text = format!("the certificates in {} cannot be used: {why}", path.display());
            Failure::usage(text, "name a PEM file with --ca-file, or set tls.ca_file")
        };
        let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))?;
        if certificates.is_empty() {
            return Err(unusable("there is none".to_owned()));
        }
        Ok(http.tls_certs_only(certificates))
    }
}

impl KeySource {
    /// The key.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn read(&self) -> Result<String, Failure> {
        match self {
            Self::Given(key) => Ok(key.trim().to_owned()),
            Self::File(path) => read_key_file(path, false),
            Self::AskedFile(path) => read_key_file(path, true),
        }
    }
}

/// An HTTP client for answers that have no end.
///
/// # Errors
/// Certificates that cannot be used, or a missing HTTP stack.
pub(crate) fn http_for_streams(base: &str, trust: &Trust) -> Result<reqwest::Client, Failure> {
    built(trust.tell(base, reqwest::Client::builder())?)
}

fn built(http: ClientBuilder) -> Result<reqwest::Client, Failure> {
    // A proxy has no business between a command and its gateway on the same machine.
    http.no_proxy()
        .connect_timeout(CONNECT_PATIENCE)
        .user_agent(concat!("tollgate-cli/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| {
            Failure::told(UNAVAILABLE, "internal", format!("no HTTP client: {error}"), "look at --url and --ca-file")
        })
}

/// A gateway, and the key to present to it.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

/// A successful answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Whether the key was known already.
    pub(crate) replayed: bool,
    /// The version of what was answered.
    pub(crate) etag: Option<String>,
    /// The body.
    pub(crate) body: Value,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    method: Method,
    path: &'a str,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    key: Option<&'a str>,
    seen: Option<String>,
    wait: Option<u32>,
    patience: Option<Duration>,
}

impl<'a> Request<'a> {
    /// A question.
    pub(crate) fn get(path: &'a str) -> Self {
        let query = Vec::new();
        Self { method: Method::GET, path, query, body: None, key: None, seen: None, wait: None, patience: None }
    }

    /// An action.
    pub(crate) fn post(path: &'a str, body: Option<Value>) -> Self {
        Self { method: Method::POST, body, ..Self::get(path) }
    }

    /// A change.
    pub(crate) fn put(path: &'a str, body: Value) -> Self {
        Self { method: Method::PUT, body: Some(body), ..Self::get(path) }
    }

    /// An end.
    pub(crate) fn delete(path: &'a str) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    /// With a query parameter, when it has a value.
    pub(crate) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.query.push((name, value.to_string()));
        }
        self
    }

    /// With the key of an order, change or cancel.
    pub(crate) fn keyed(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// Only if what was seen with this `ETag` is still so.
    pub(crate) fn seen(mut self, etag: Option<String>) -> Self {
        self.seen = etag;
        self
    }

    /// With more patience than usual for the answer.
    pub(crate) fn patient(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// With a wait of the caller's choice.
    pub(crate) fn waiting(mut self, seconds: Option<u32>) -> Self {
        self.wait = seconds;
        // The gateway waits so long for what the order is judged by, and again for the broker.
        self.patience = seconds.map(|seconds| PATIENCE.saturating_add(Duration::from_secs(2 * u64::from(seconds))));
        self
    }
}

impl Client {
    /// A client of that gateway.
    ///
    /// # Errors
    /// A key file that cannot be read, or a missing HTTP stack.
    pub(crate) fn new(base: &str, key: &KeySource, trust: &Trust) -> Result<Self, Failure> {
        let key = key.read()?;
        let http = built(trust.tell(base, reqwest::Client::builder())?.timeout(PATIENCE))?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), key })
    }

    /// Sends a request to a path below `/api/v1`.
    ///
    /// # Errors
    /// Nobody listens, the answer is not readable, or the gateway refused: with code, reasons and exit code.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Reply, Failure> {
        let url = format!("{}/api/v1{}", self.base, request.path);
        let mut built = self.http.request(request.method, url).bearer_auth(&self.key).query(&request.query);
        if let Some(key) = request.key {
            built = built.header("Idempotency-Key", key);
        }
        if let Some(etag) = request.seen {
            built = built.header("If-Match", etag);
        }
        if let Some(seconds) = request.wait {
            built = built.header("Prefer", format!("wait={seconds}"));
        }
        if let Some(patience) = request.patience {
            built = built.timeout(patience);
        }
        if let Some(body) = &request.body {
            built = built.json(body);
        }
        let response = built.send().await.map_err(|error| self.unreached(&error))?;
        let status = response.status();
        let replayed = response.headers().get("Idempotent-Replayed").is_some_and(|value| value == "true");
        let etag = response.headers().get("ETag").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes().await.map_err(|error| self.unreached(&error))?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).map_err(|error| {
                let text = format!("{} answered {status} with something that is not JSON ({error})", self.base);
                Failure::unavailable(text, "is it a Tollgate? check --url and `listen`")
            })?
        };
        if status.is_success() {
            Ok(Reply { status, replayed, etag, body })
        } else {
            Err(Failure::Told(Box::new(problem::told(status, body))))
        }
    }

    /// Opens a stream of events at a path below `/api/v1`, behind the last event that was seen.
    ///
    /// # Errors
    /// Nobody listens, or the gateway refused.
    pub(crate) async fn open(&self, request: Request<'_>, last_event_id: &str) -> Result<reqwest::Response, Failure> {
        self.stream(request, Some(last_event_id)).await
    }

    /// Opens a stream that has no past.
    ///
    /// # Errors
    /// Nobody listens, or the gateway refused.
    pub(crate) async fn open_anew(&self, request: Request<'_>) -> Result<reqwest::Response, Failure> {
        self.stream(request, None).await
    }

    async fn stream(&self, request: Request<'_>, last_event_id: Option<&str>) -> Result<reqwest::Response, Failure> {
        let url = format!("{}/api/v1{}", self.base, request.path);
        let built = self.http.request(request.method, url).bearer_auth(&self.key).query(&request.query);
        let mut built = built.header("Accept", "text/event-stream");
        if let Some(id) = last_event_id {
            built = built.header("Last-Event-ID", id);
        }
        // The whole answer has no end; whoever reads it minds its signs of life.
        let response = built.timeout(STREAM_PATIENCE).send().await.map_err(|error| self.unreached(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let bytes = response.bytes().await.map_err(|error| self.unreached(&error))?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Err(Failure::Told(Box::new(problem::told(status, body))))
    }

    fn unreached(&self, error: &reqwest::Error) -> Failure {
        let why = causes(error);
        if why.contains("certificate") {
            let text = format!("the gateway at {} is not believed to be the one that is meant: {why}", self.base);
            let hint = "name the certificate of whoever vouches for it with --ca-file or tls.ca_file, and call it by a name that it holds";
            return Failure::told(UNAVAILABLE, "not_ready", text, hint);
        }
        if error.is_connect() && why.contains("InvalidContentType") {
            let text = format!("what answers at {} does not speak TLS", self.base);
            return Failure::told(
                UNAVAILABLE,
                "not_ready",
                text,
                "use http:// in --url, or set [tls] in its configuration",
            );
        }
        if error.is_connect() {
            let text = format!("no gateway answers at {}", self.base);
            return Failure::told(
                UNAVAILABLE,
                "not_ready",
                text,
                "start it with `tollgate serve`, or name another with --url",
            );
        }
        let why = if error.is_timeout() { "did not answer in time".to_owned() } else { format!("broke off ({error})") };
        Failure::Told(Box::new(Told {
            code: "outcome_unknown".to_owned(),
            text: format!("the gateway at {} {why}", self.base),
            hint: Some(
                "what was asked may have happened: look it up by its key, or repeat it with the same --key".to_owned(),
            ),
            exit: problem::UNKNOWN,
            answer: None,
        }))
    }
}

/// What lies behind an error, outermost first.
fn causes(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        words.push(one.to_string());
        cause = one.source();
    }
    words.join(": ")
}

/// The key in a file.
///
/// # Errors
/// It cannot be read, or is behind a pass phrase that is not said.
pub(crate) fn read_key_file(path: &Path, may_ask: bool) -> Result<String, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) if sealed::is_sealed(&text) => protect::unlock(path, &text, may_ask),
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) => Err(Failure::told(
            problem::AUTH,
            "unauthorized",
            format!("the API key file {} cannot be read: {error}", path.display()),
            "the first `tollgate serve` writes it; or name one with --key-file, or set TOLLGATE_API_KEY",
        )),
    }
}

/// The gateway that is meant, and whom to believe that it is.
pub(crate) fn trust_of(config: &Config, common: &Common) -> (String, Trust) {
    let ca_file = common.ca_file.clone().or_else(|| config.server.ca_file.clone());
    let own_cert = config.server.tls.as_ref().map(|tls| tls.cert_file.clone());
    match &common.url {
        // Our own certificate file says who we are where nobody else does.
        None => {
            let trust = Trust { ca_file: ca_file.or(own_cert), at: Some(loopback_of(config.listen)) };
            (config.server.own_url(config.listen), trust)
        }
        Some(url) => (url.clone(), Trust { ca_file, at: None }),
    }
}

/// URL and key of the configured gateway.
pub(crate) fn key_source(config: &Config, key_file: Option<&PathBuf>, no_input: bool) -> KeySource {
    let file = if no_input { KeySource::File } else { KeySource::AskedFile };
    match (key_file, std::env::var("TOLLGATE_API_KEY")) {
        (Some(path), _) => file(path.clone()),
        (None, Ok(key)) if !key.trim().is_empty() => KeySource::Given(key),
        (None, Ok(_) | Err(_)) => file(config.operator_key_file()),
    }
}
