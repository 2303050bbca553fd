//! The thread that sends spans. Whatever the collector does, it costs this thread and no other.

use super::listener::{Listener, Told};
use super::otlp::{Request, Response, Span};
use super::way::Ways;
use crate::config::TelemetrySettings;
use crate::failure::Failure;
use prost::Message as _;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, StatusCode};
use server::SpanCounts;
use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior};

/// How often what there is is sent.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Spans of one message.
const BATCH_MAX: usize = 512;
/// Rests after a collector that was not there.
const REST_MIN: Duration = Duration::from_secs(1);
const REST_MAX: Duration = Duration::from_secs(30);
/// How long the last spans may take at the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// The running export.
pub(crate) struct Export {
    end: oneshot::Sender<()>,
    over: oneshot::Receiver<()>,
}

impl Export {
    /// Sends what is there, unless that takes too long.
    pub(crate) async fn end(self) {
        drop(self.end);
        // The thread says nothing: it closes.
        if tokio::time::timeout(FAREWELL, self.over).await.is_err() {
            tracing::info!("the last spans were not sent");
        }
    }
}

/// Begins to listen and to send.
///
/// # Errors
/// A file that cannot be used, or the system refuses a thread.
pub(crate) fn begin(settings: &TelemetrySettings) -> Result<(Listener, Export), Failure> {
    let http = client(settings)?;
    let (out, told) = mpsc::channel(settings.queue_spans_max);
    let (end, ending) = oneshot::channel();
    let (done, over) = oneshot::channel::<()>();
    let mut seed = [0; 32];
    let no_randomness =
        |error: getrandom::Error| Failure::unavailable(format!("no randomness: {error}"), "start again");
    getrandom::fill(&mut seed).map_err(no_randomness)?;
    let sender = Sender {
        http,
        url: format!("{}/v1/traces", settings.endpoint.trim_end_matches('/')),
        counts: settings.counts.clone(),
        room: settings.queue_spans_max,
        waiting: VecDeque::new(),
        ways: Ways::new(seed),
        rest: REST_MIN,
        not_before: None,
    };
    let refused =
        |error: std::io::Error| Failure::unavailable(format!("the system refused a thread: {error}"), "start again");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(refused)?;
    let run = move || {
        runtime.block_on(sender.run(told, ending));
        drop(done);
    };
    std::thread::Builder::new().name("telemetry".to_owned()).spawn(run).map_err(refused)?;
    Ok((Listener::new(out, settings.counts.clone()), Export { end, over }))
}

fn client(settings: &TelemetrySettings) -> Result<reqwest::Client, Failure> {
    let mut built = reqwest::Client::builder().no_proxy().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"))]);
    if let Some(path) = &settings.headers_file {
        headers.extend(headers_of(path)?);
    }
    built = built.default_headers(headers);
    if !settings.endpoint.starts_with("https://") {
        built = built.tls_certs_only([]);
    } else if let Some(path) = &settings.ca_file {
        let unusable = |why: String| {
            let text = format!("the certificates in {} cannot be used: {why}", path.display());
            Failure::usage(text, "set telemetry.ca_file to a PEM file")
        };
        let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        built = built.tls_certs_only(Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))?);
    }
    built.build().map_err(|error| {
        Failure::unavailable(format!("no HTTP client: {error}"), "look at telemetry.endpoint and telemetry.ca_file")
    })
}

/// Lines `Name: value`, such as the collector's key.
fn headers_of(path: &Path) -> Result<HeaderMap, Failure> {
    let unusable = |why: &str| {
        let text = format!("telemetry.headers_file {}: {why}", path.display());
        Failure::usage(text, "one `Name: value` a line, in a file of mode 0600")
    };
    if crate::run::private::exposed(path).map_err(|error| unusable(&error.to_string()))? {
        return Err(unusable("others may read it"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unusable(&error.to_string()))?;
    let mut headers = HeaderMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(|| unusable("a line without a colon"))?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| unusable("no header has such a name"))?;
        let mut value = HeaderValue::from_str(value.trim()).map_err(|_| unusable("no header has such a value"))?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

/// How a message fared.
enum Fate {
    /// Taken; so many of its spans were not.
    Taken { refused: u64 },
    /// Nobody was there, or it is busy: later.
    Later(String),
    /// It will never be taken.
    Refused(String),
}

struct Sender {
    http: reqwest::Client,
    url: String,
    counts: SpanCounts,
    /// Most spans that wait.
    room: usize,
    waiting: VecDeque<Span>,
    ways: Ways,
    rest: Duration,
    not_before: Option<Instant>,
}

impl Sender {
    async fn run(mut self, mut told: mpsc::Receiver<Told>, mut ending: oneshot::Receiver<()>) {
        let mut every = tokio::time::interval(SEND_EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = &mut ending => break,
                _now = every.tick() => {
                    let stale = self.ways.stale(now_ns());
                    self.keep(stale);
                    self.send_all(&mut ending).await;
                }
                // While there is no room, what is told waits in the channel, and is counted when that is full.
                one = told.recv(), if self.waiting.len() < self.room => match one {
                    Some(one) => self.hear(one),
                    None => break,
                },
            }
        }
        while let Ok(one) = told.try_recv() {
            self.hear(one);
        }
        let rest = self.ways.rest();
        self.keep(rest);
        self.not_before = None;
        // Whoever waits for the end waits no longer than he likes.
        let (_never, mut never) = oneshot::channel();
        self.send_all(&mut never).await;
    }

    fn hear(&mut self, told: Told) {
        let spans = self.ways.hear(told);
        self.keep(spans);
    }

    fn keep(&mut self, spans: Vec<Span>) {
        for span in spans {
            if self.waiting.len() < self.room {
                self.waiting.push_back(span);
            } else {
                self.counts.drop_one();
            }
        }
    }

    async fn send_all(&mut self, ending: &mut oneshot::Receiver<()>) {
        while !self.waiting.is_empty() && self.not_before.is_none_or(|then| Instant::now() >= then) {
            let count = self.waiting.len().min(BATCH_MAX);
            let batch: Vec<Span> = self.waiting.range(..count).cloned().collect();
            let fate = tokio::select! {
                fate = self.send(batch) => fate,
                _ = &mut *ending => return,
            };
            let sent = u64::try_from(count).unwrap_or(u64::MAX);
            match fate {
                Fate::Taken { refused } => {
                    self.waiting.drain(..count);
                    self.counts.count(sent.saturating_sub(refused), refused);
                    if self.not_before.take().is_some() {
                        tracing::warn!("spans are taken again");
                    }
                    self.rest = REST_MIN;
                }
                Fate::Refused(why) => {
                    self.waiting.drain(..count);
                    self.counts.count(0, sent);
                    tracing::warn!(%why, count, "spans are refused");
                }
                Fate::Later(why) => {
                    if self.not_before.is_none() {
                        tracing::warn!(%why, "spans are not taken; they are kept as far as there is room");
                    }
                    self.not_before = Instant::now().checked_add(self.rest);
                    self.rest = self.rest.saturating_mul(2).min(REST_MAX);
                }
            }
        }
    }

    async fn send(&self, spans: Vec<Span>) -> Fate {
        let answer = match self.http.post(&self.url).body(Request::of(spans).encode_to_vec()).send().await {
            Ok(answer) => answer,
            Err(error) => return Fate::Later(error.without_url().to_string()),
        };
        match answer.status() {
            status if status.is_success() => {
                let body = answer.bytes().await.ok();
                let partial = body.and_then(|body| Response::decode(body).ok()).and_then(|body| body.partial_success);
                let refused = partial.map_or(0, |partial| u64::try_from(partial.rejected_spans).unwrap_or(0));
                Fate::Taken { refused }
            }
            // As OTLP says.
            status @ (StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT) => Fate::Later(status.to_string()),
            status => Fate::Refused(status.to_string()),
        }
    }
}

fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
