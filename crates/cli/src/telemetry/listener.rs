//! Hears of requests and of stages of orders, as events of `tracing`, and passes them on without waiting.

use server::SpanCounts;
use std::fmt::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::Context;

/// No text of an event is taken further than this.
const TEXT_LEN_MAX: usize = 200;

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Since 1970, nanoseconds.
    pub(crate) at_ns: u64,
    pub(crate) what: What,
}

/// Of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A request was answered.
    Request { method: String, route: String, status: u64, elapsed_us: u64, request: String },
    /// An order came further.
    Stage { order: String, stage: String, request: Option<String>, outcome: Option<String> },
}

/// The ear.
pub(crate) struct Listener {
    out: mpsc::Sender<Told>,
    counts: SpanCounts,
}

impl Listener {
    pub(crate) fn new(out: mpsc::Sender<Told>, counts: SpanCounts) -> Self {
        Self { out, counts }
    }

    /// What it wants to hear.
    pub(crate) fn wants() -> Targets {
        Targets::new().with_target(server::REQUEST, LevelFilter::DEBUG).with_target(engine::WAY, LevelFilter::TRACE)
    }
}

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let Some(what) = words.told(event.metadata().target()) else { return };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at_ns = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
        if self.out.try_send(Told { at_ns, what }).is_err() {
            self.counts.drop_one();
        }
    }
}

/// The fields of an event.
#[derive(Default)]
struct Words {
    method: Option<String>,
    route: Option<String>,
    status: Option<u64>,
    elapsed_us: Option<u64>,
    request: Option<String>,
    order: Option<String>,
    stage: Option<String>,
    outcome: Option<String>,
}

impl Words {
    fn told(self, target: &str) -> Option<What> {
        if target == server::REQUEST {
            let (method, route, request) = (self.method?, self.route?, self.request?);
            return Some(What::Request { method, route, status: self.status?, elapsed_us: self.elapsed_us?, request });
        }
        Some(What::Stage { order: self.order?, stage: self.stage?, request: self.request, outcome: self.outcome })
    }

    fn text(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "method" => Some(&mut self.method),
            "route" => Some(&mut self.route),
            "request" | "request_id" => Some(&mut self.request),
            "order" => Some(&mut self.order),
            "stage" => Some(&mut self.stage),
            "outcome" => Some(&mut self.outcome),
            _ => None,
        }
    }
}

impl Visit for Words {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "status" => self.status = Some(value),
            "elapsed_us" => self.elapsed_us = Some(value),
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(place) = self.text(field.name()) {
            *place = Some(value.chars().take(TEXT_LEN_MAX).collect());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if let Some(place) = self.text(field.name()) {
            let mut text = String::new();
            // A text that cannot be written is none.
            *place = write!(text, "{value:?}").ok().map(|()| text.chars().take(TEXT_LEN_MAX).collect());
        }
    }
}
