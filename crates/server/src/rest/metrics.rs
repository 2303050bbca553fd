//! `/metrics`: the gateway's figures in the text format of Prometheus. What is not known is left out, never shown as zero.

use crate::caller::Caller;
use crate::config::SpanCounts;
use crate::openapi::Problems;
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use crate::throttle::Failures;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use domain::tally::{Histogram, Tally};
use engine::desk::{Metrics, Role, Status};
use jiff::{SignedDuration, Timestamp};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE, encode};
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use std::fmt::Error;
use wire::Code;

/// Figures for Prometheus, in its text format. Needs a key with `read`, as a bearer token.
#[utoipa::path(
    get, path = "/metrics", operation_id = "get_metrics", tag = "operations",
    responses((status = 200, body = String, content_type = "text/plain", description = "The figures."), Problems)
)]
pub(crate) async fn metrics(State(app): State<App>, Caller(by): Caller) -> Answer {
    let scrape = Scrape {
        figures: app.desk.metrics(&by)?,
        streams: app.hub.open(),
        streams_max: app.limits.streams.open_max,
        failures: app.throttle.failures(),
        spans: app.spans.clone(),
    };
    let mut registry = Registry::with_prefix("tollgate");
    registry.register_collector(Box::new(scrape));
    let mut page = String::new();
    encode(&mut page, &registry).map_err(|_| Refusal::new(Code::Internal, "the figures could not be written"))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))], page).into_response())
}

/// One look, written out.
#[derive(Debug)]
struct Scrape {
    figures: Metrics,
    /// How many are open, by what they carry.
    streams: [(&'static str, u64); 3],
    streams_max: usize,
    failures: Failures,
    spans: Option<SpanCounts>,
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let Metrics { status, tally, message_budgets } = &self.figures;
        let mut page = Page { encoder, now: status.now };
        standing(&mut page, status)?;
        broker(&mut page, status)?;
        orders(&mut page, status, tally)?;
        audit(&mut page, status)?;
        let Failures { guesses, repeats, beyond } = self.failures;
        let failures = [("guess", guesses), ("repeat", repeats), ("beyond", beyond)];
        page.counters(
            "failed_authentications",
            "Wrong keys: one that its peer had not tried before, the same again, and those beyond what a minute may hold",
            "kind",
            failures.map(|(word, count)| (word.to_owned(), count)),
        )?;
        let spans = self.spans.iter().flat_map(SpanCounts::read);
        page.counters(
            "telemetry_spans",
            "Exported spans: taken or refused by the collector, or dropped for want of room",
            "outcome",
            spans.map(|(word, count)| (word.to_owned(), count)),
        )?;
        page.gauges("open_streams", "Open streams, by what they carry", "kind", self.streams)?;
        page.gauge("streams_max", "How many may be open at once, of all kinds", count(self.streams_max))?;
        page.gauges(
            "broker_messages_left",
            "Messages that may be sent to the broker at once",
            "lane",
            message_budgets.iter().map(|(lane, budget)| (lane.word(), budget.left)),
        )?;
        page.gauges(
            "broker_messages_per_second",
            "Messages that come free each second, and the most there are",
            "lane",
            message_budgets.iter().map(|(lane, budget)| (lane.word(), budget.per_second)),
        )
    }
}

/// Whether it runs, writes and may trade.
fn standing(page: &mut Page<'_>, status: &Status) -> Result<(), Error> {
    let mode = status.mode.as_ref().map_or("unproven", |mode| mode.word());
    page.gauges("build_info", "Version of the binary", "version", [(status.version, 1_u32)])?;
    page.seconds(
        "started_timestamp",
        "When this process began, since 1970",
        status.started_at.duration_since(Timestamp::UNIX_EPOCH),
    )?;
    page.gauge("ready", "Whether trading is ready", u32::from(status.not_ready.is_empty()))?;
    page.gauge(
        "writer",
        "Whether this process writes the journal; 0 stands by",
        u32::from(status.lease.role == Role::Writer),
    )?;
    page.gauges("mode", "The mode that the broker's own account proves", "mode", [(mode, 1_u32)])?;
    page.gauge("simulated", "Whether the broker is a simulated one", u32::from(status.simulated))?;
    page.gauges("trading", "The owner's setting", "trading", [(status.trading.word(), 1_u32)])?;
    page.gauge("kill_file", "Whether the file KILL is there", u32::from(status.kill_file))?;
    page.gauge("alarm", "Whether an alarm of the gateway's own halts everything", u32::from(status.alarm.is_some()))?;
    let states = status.trading_states.iter().map(|(scope, entry)| (scope.to_string(), entry.state));
    page.gauges(
        "halted",
        "Trading states that are not active, by scope: 1 reduces, 2 halts",
        "scope",
        states.map(|(scope, state)| (scope, halts(state))),
    )?;
    page.gauge(
        "halted_instruments",
        "Instruments that are halted until a human has looked",
        count(status.halted_instruments.len()),
    )
}

fn halts(state: domain::trading_state::TradingState) -> u32 {
    use domain::trading_state::TradingState::{Active, Halted, Reducing};
    match state {
        Active => 0,
        Reducing => 1,
        Halted => 2,
    }
}

/// The line to the broker and what was learned over it.
fn broker(page: &mut Page<'_>, status: &Status) -> Result<(), Error> {
    let link = &status.link;
    page.gauge(
        "broker_link_up",
        "Whether a connection stands and the broker has its line",
        u32::from(link.state == "up"),
    )?;
    page.gauge("broker_connections", "Connections so far, over all processes", link.generation)?;
    page.age("broker_last_message_age", "Age of the broker's last word", link.last_message_at)?;
    page.known_seconds(
        "broker_clock_skew",
        "The broker's clock minus ours",
        link.clock_skew_ms.map(SignedDuration::from_millis),
    )?;
    page.known_seconds(
        "quote_worst_age",
        "Oldest age of a quote that is kept current",
        status.worst_quote_age_ms.map(SignedDuration::from_millis),
    )?;
    page.gauge(
        "outbound_intended",
        "Orders and changes that the journal intends, of this connection",
        status.outbound.intended,
    )?;
    page.gauge("outbound_left", "Orders and changes that left, of this connection", status.outbound.left)?;
    page.gauge("outbound_cancels", "Cancels that left, of this connection", status.outbound.cancels)?;
    let report = status.reconciliation.as_ref();
    page.age(
        "reconciliation_age",
        "Age of the newest comparison of journal and broker",
        report.map(|report| report.taken_at),
    )?;
    page.known(
        "reconciliation_complete",
        "Whether every list of it was complete",
        report.map(|report| u32::from(report.complete)),
    )?;
    page.known("reconciliation_differences", "What differed", report.map(|report| count(report.differences.len())))?;
    page.known(
        "reconciliation_position_gaps",
        "Positions that differ, those included that may only lag their trades",
        report.map(|report| count(report.positions.len())),
    )?;
    page.known(
        "reconciliation_unresolved",
        "Orders whose fate was unknown to it",
        report.map(|report| report.unresolved),
    )
}

/// Orders, refusals, trades.
fn orders(page: &mut Page<'_>, status: &Status, tally: &Tally) -> Result<(), Error> {
    page.gauges(
        "orders",
        "Orders by state",
        "status",
        tally.orders().iter().map(|(status, count)| (status.word(), *count)),
    )?;
    page.gauge("unknown_orders", "Orders whose fate is unknown", count(status.unknown_orders.len()))?;
    page.age("oldest_unknown_age", "For how long the oldest of them has been unknown", tally.oldest_unknown())?;
    page.gauge("pending_approvals", "Approvals that wait for a human", tally.pending_approvals())?;
    page.gauge("external_orders", "Open orders at the broker that are not ours", count(status.external_orders.len()))?;
    page.gauge(
        "doubled_orders",
        "Orders under whose reference the broker works a second one",
        count(status.doubled_orders.len()),
    )?;
    page.gauge(
        "held_in_tws",
        "Orders that TWS seems to hold behind a dialog on its screen",
        count(status.held_in_tws.len()),
    )?;
    page.counters(
        "denials",
        "Refusals by the gates, each reason under its code",
        "code",
        tally.denials().iter().map(|(code, count)| (code.clone(), *count)),
    )?;
    let others = (tally.rejects_of_other_codes() > 0).then(|| ("other".to_owned(), tally.rejects_of_other_codes()));
    let rejects = tally.rejects().iter().map(|(code, count)| (code.to_string(), *count)).chain(others);
    page.counters("rejects", "Orders that the broker refused, by its code", "code", rejects)?;
    page.counter("orders_sent", "Orders that were to leave, exits of brackets among them", tally.sent())?;
    page.counter(
        "orders_traded",
        "Orders that got their first trade; over orders_sent this is the fill rate",
        tally.traded(),
    )?;
    page.counter("executions", "Trades of our orders", tally.executions())?;
    page.histogram(
        "submit_to_acknowledged",
        "From the durable intent to the broker's first word that it works the order",
        tally.acknowledged(),
    )
}

/// The journal.
fn audit(page: &mut Page<'_>, status: &Status) -> Result<(), Error> {
    page.gauge("journal_records", "Records in the journal", status.journal_head.0)?;
    page.gauge(
        "audit_failed",
        "Whether the newest walk over the journal gave no result",
        u32::from(status.verification.failed.is_some()),
    )?;
    let newest = status.verification.newest.as_ref();
    page.age("audit_verified_age", "Age of the newest walk over the whole journal", newest.map(|(at, _)| *at))?;
    page.known("audit_findings", "What that walk found wrong", newest.map(|(_, walk)| walk.findings_total))
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Writes families of figures.
struct Page<'a> {
    encoder: DescriptorEncoder<'a>,
    now: Timestamp,
}

impl Page<'_> {
    fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue) -> Result<(), Error> {
        self.known(name, help, Some(value))
    }

    fn gauges<W: AsRef<str>>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (W, impl EncodeGaugeValue)>,
    ) -> Result<(), Error> {
        let mut family = self.encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (word, value) in values {
            family.encode_family(&[(label, word.as_ref())])?.encode_gauge(&value)?;
        }
        Ok(())
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> Result<(), Error> {
        self.encoder
            .encode_descriptor(name, help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn counters(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (String, u64)>,
    ) -> Result<(), Error> {
        let mut family = self.encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (word, value) in values {
            family.encode_family(&[(label, word.as_str())])?.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    fn seconds(&mut self, name: &str, help: &str, value: SignedDuration) -> Result<(), Error> {
        self.known_seconds(name, help, Some(value))
    }

    /// The family is named also where there is nothing to say.
    fn known_seconds(&mut self, name: &str, help: &str, value: Option<SignedDuration>) -> Result<(), Error> {
        let mut family = self.encoder.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Gauge)?;
        // tidy: float — Prometheus counts seconds in floats
        value.map_or(Ok(()), |value| family.encode_gauge(&value.as_secs_f64()))
    }

    fn known(&mut self, name: &str, help: &str, value: Option<impl EncodeGaugeValue>) -> Result<(), Error> {
        let mut family = self.encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        value.map_or(Ok(()), |value| family.encode_gauge(&value))
    }

    fn age(&mut self, name: &str, help: &str, since: Option<Timestamp>) -> Result<(), Error> {
        self.known_seconds(name, help, since.map(|since| self.now.duration_since(since)))
    }

    fn histogram(&mut self, name: &str, help: &str, took: &Histogram) -> Result<(), Error> {
        // tidy: float — Prometheus counts seconds in floats
        let seconds = |ms: i64| SignedDuration::from_millis(ms).as_secs_f64();
        // tidy: float — the bucket without a bound
        let beyond = (f64::INFINITY, took.beyond());
        let buckets: Vec<_> = took.buckets().map(|(ms, count)| (seconds(ms), count)).chain([beyond]).collect();
        let mut family = self.encoder.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
        // tidy: float — Prometheus counts seconds in floats
        family.encode_histogram::<NoLabelSet>(took.sum().as_secs_f64(), took.count(), &buckets, None)
    }
}
