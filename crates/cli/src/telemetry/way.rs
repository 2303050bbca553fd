//! Makes spans of what was heard. A request and the order that it brought share a trace, whose id comes from the correlation id.

use super::listener::{Told, What};
use super::otlp::{KeyValue, Kind, Span, Status, StatusCode};
use crate::log::redacted;
use std::collections::{BTreeMap, VecDeque};

/// Orders under way, and requests that are not answered yet; one more, and the oldest is told as it stands.
const OPEN_MAX: usize = 4_096;
/// An order that hears nothing for so long is told as it stands.
const PATIENCE_NS: u64 = 60_000_000_000;

/// The stages, and what leads to each.
const STAGES: [(&str, &str); 5] = [
    ("received", "receive"),
    ("decided", "decide"),
    ("journaled", "journal"),
    ("sent", "send"),
    ("acknowledged", "acknowledge"),
];

/// One order on its way.
#[derive(Debug)]
struct Way {
    request: String,
    parent: SpanId,
    /// The name of what led to a stage, and when it was reached.
    marks: Vec<(&'static str, u64)>,
    outcome: Option<String>,
}

type SpanId = [u8; 8];

/// What is under way.
pub(super) struct Ways {
    open: BTreeMap<String, Way>,
    /// Ids of requests that brought an order and are not answered yet.
    requests: BTreeMap<String, SpanId>,
    /// Which of those came first.
    asked: VecDeque<String>,
    seed: [u8; 32],
    made: u64,
}

impl Ways {
    /// None yet; `seed` keeps ids of two processes apart.
    pub(super) fn new(seed: [u8; 32]) -> Self {
        Self { open: BTreeMap::new(), requests: BTreeMap::new(), asked: VecDeque::new(), seed, made: 0 }
    }

    /// The spans that are complete now.
    pub(super) fn hear(&mut self, told: Told) -> Vec<Span> {
        let Told { at_ns, what } = told;
        match what {
            What::Request { method, route, status, elapsed_us, request } => {
                let began = at_ns.saturating_sub(elapsed_us.saturating_mul(1_000));
                vec![self.request(&method, &route, status, (began, at_ns), &request)]
            }
            What::Stage { order, stage, request, outcome } => self.stage(&order, &stage, request, outcome, at_ns),
        }
    }

    /// Those that are told as they stand, because they have heard nothing for long.
    pub(super) fn stale(&mut self, now_ns: u64) -> Vec<Span> {
        let is_stale = |way: &Way| way.marks.last().is_none_or(|(_, at)| at.saturating_add(PATIENCE_NS) <= now_ns);
        let stale: Vec<String> =
            self.open.iter().filter(|(_, way)| is_stale(way)).map(|(order, _)| order.clone()).collect();
        stale.iter().flat_map(|order| self.close(order, false)).collect()
    }

    /// All that is left, at the end.
    pub(super) fn rest(&mut self) -> Vec<Span> {
        self.stale(u64::MAX)
    }

    fn request(&mut self, method: &str, route: &str, status: u64, (began, ended): (u64, u64), request: &str) -> Span {
        let span_id = self.requests.remove(request).unwrap_or_else(|| self.new_id());
        self.asked.retain(|one| one != request);
        let name = if route == "-" { method.to_owned() } else { format!("{method} {route}") };
        let code = if status >= 500 { StatusCode::Error } else { StatusCode::Unset };
        Span {
            trace_id: trace_id(request),
            span_id: span_id.to_vec(),
            parent_span_id: Vec::new(),
            name,
            kind: Kind::Server.into(),
            start_time_unix_nano: began,
            end_time_unix_nano: ended,
            attributes: vec![
                KeyValue::text("http.request.method", method),
                KeyValue::text("http.route", route),
                KeyValue::number("http.response.status_code", status),
                KeyValue::text("tollgate.request_id", &redacted(request)),
            ],
            status: Some(Status { code: code.into() }),
        }
    }

    fn stage(
        &mut self,
        order: &str,
        stage: &str,
        request: Option<String>,
        outcome: Option<String>,
        at_ns: u64,
    ) -> Vec<Span> {
        let Some((_, leads)) = STAGES.iter().find(|(name, _)| *name == stage) else { return Vec::new() };
        let mut told = Vec::new();
        match (self.open.get_mut(order), request) {
            (Some(way), _) => {
                if way.marks.iter().any(|(name, _)| name == leads) {
                    return Vec::new();
                }
                way.marks.push((*leads, at_ns));
                way.outcome = outcome.or(way.outcome.take());
            }
            // Later news of an order whose way is told, such as its second trade.
            (None, None) => return Vec::new(),
            (None, Some(request)) => {
                if self.open.len() >= OPEN_MAX {
                    told = self.stalest().map(|stalest| self.close(&stalest, false)).unwrap_or_default();
                }
                let parent = self.parent(&request);
                self.open.insert(order.to_owned(), Way { request, parent, marks: vec![(*leads, at_ns)], outcome });
            }
        }
        let is_over = self.open.get(order).is_some_and(|way| is_over(stage, way.outcome.as_deref()));
        if is_over {
            told.extend(self.close(order, true));
        }
        told
    }

    fn stalest(&self) -> Option<String> {
        let last = |way: &Way| way.marks.last().map(|(_, at)| *at);
        self.open.iter().min_by_key(|(_, way)| last(way)).map(|(order, _)| order.clone())
    }

    /// The span of the request that brought an order; it is told when the request is answered.
    fn parent(&mut self, request: &str) -> SpanId {
        if let Some(id) = self.requests.get(request) {
            return *id;
        }
        if self.asked.len() >= OPEN_MAX
            && let Some(oldest) = self.asked.pop_front()
        {
            self.requests.remove(&oldest);
        }
        let id = self.new_id();
        self.requests.insert(request.to_owned(), id);
        self.asked.push_back(request.to_owned());
        id
    }

    /// Makes the spans of an order's way: one for all of it, and one for each step.
    fn close(&mut self, order: &str, complete: bool) -> Vec<Span> {
        let Some(way) = self.open.remove(order) else { return Vec::new() };
        let (Some((_, began)), Some((_, ended))) = (way.marks.first(), way.marks.last()) else { return Vec::new() };
        let whole = self.new_id();
        let mut attributes = vec![
            KeyValue::text("tollgate.cl_ord_id", &redacted(order)),
            KeyValue::text("tollgate.request_id", &redacted(&way.request)),
            KeyValue::flag("tollgate.complete", complete),
        ];
        attributes.extend(way.outcome.as_deref().map(|outcome| KeyValue::text("tollgate.outcome", outcome)));
        let span = |name: &str, id: SpanId, parent: SpanId, (from, to): (u64, u64), attributes| Span {
            trace_id: trace_id(&way.request),
            span_id: id.to_vec(),
            parent_span_id: parent.to_vec(),
            name: name.to_owned(),
            kind: Kind::Internal.into(),
            start_time_unix_nano: from,
            end_time_unix_nano: to.max(from),
            attributes,
            status: None,
        };
        let mut spans = vec![span("order", whole, way.parent, (*began, *ended), attributes)];
        for ((_, from), (step, to)) in way.marks.iter().zip(way.marks.iter().skip(1)) {
            let id = self.new_id();
            spans.push(span(step, id, whole, (*from, *to), Vec::new()));
        }
        spans
    }

    fn new_id(&mut self) -> SpanId {
        self.made = self.made.wrapping_add(1);
        let hash = blake3::keyed_hash(&self.seed, &self.made.to_le_bytes());
        let mut id = [0; 8];
        id.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
        id
    }
}

/// Whether nothing more is to come after this stage.
fn is_over(stage: &str, outcome: Option<&str>) -> bool {
    match stage {
        "journaled" => outcome != Some("approved"),
        "sent" => outcome == Some("not_sent"),
        other => other == "acknowledged",
    }
}

fn trace_id(request: &str) -> Vec<u8> {
    blake3::hash(request.as_bytes()).as_bytes().iter().take(16).copied().collect()
}

#[cfg(test)]
#[path = "way_tests.rs"]
mod tests;
