use super::*;

fn stage(stage: &str, order: &str, request: Option<&str>, outcome: Option<&str>, at_ns: u64) -> Told {
    let (order, stage) = (order.to_owned(), stage.to_owned());
    let what = What::Stage { order, stage, request: request.map(str::to_owned), outcome: outcome.map(str::to_owned) };
    Told { at_ns, what }
}

fn answered(request: &str, at_ns: u64) -> Told {
    let (method, route) = ("POST".to_owned(), "/api/v1/orders".to_owned());
    Told { at_ns, what: What::Request { method, route, status: 201, elapsed_us: 3, request: request.to_owned() } }
}

fn ways() -> Ways {
    Ways::new([7; 32])
}

fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

#[test]
fn an_acknowledged_order_is_one_span_with_four_steps_below_its_request() {
    let mut ways = ways();
    for (nth, word) in ["received", "decided", "journaled", "sent"].into_iter().enumerate() {
        let outcome = (word == "decided").then_some("approved");
        let request = (nth < 3).then_some("r-1");
        assert_eq!(ways.hear(stage(word, "k-1", request, outcome, 10 * nth as u64)), [], "{word}");
    }
    let spans = ways.hear(stage("acknowledged", "k-1", None, Some("acknowledged"), 90));
    assert_eq!(names(&spans), ["order", "decide", "journal", "send", "acknowledge"]);
    let times = |span: &Span| (span.start_time_unix_nano, span.end_time_unix_nano);
    assert_eq!(spans.iter().map(times).collect::<Vec<_>>(), [(0, 90), (0, 10), (10, 20), (20, 30), (30, 90)]);
    let [request] = ways.hear(answered("r-1", 100)).try_into().unwrap();
    assert_eq!((request.name.as_str(), times(&request)), ("POST /api/v1/orders", (0, 100)));
    assert_eq!(spans[0].parent_span_id, request.span_id);
    assert!(spans[1..].iter().all(|step| step.parent_span_id == spans[0].span_id));
    assert!(spans.iter().all(|span| span.trace_id == request.trace_id && span.trace_id.len() == 16));
    let ids: std::collections::BTreeSet<_> = spans.iter().map(|span| &span.span_id).collect();
    assert_eq!(ids.len(), 5);
    assert_eq!(ways.hear(stage("acknowledged", "k-1", None, Some("executed"), 99)), [], "later news");
}

#[test]
fn a_refusal_ends_with_the_journal_and_a_yes_begins_anew() {
    let mut ways = ways();
    for outcome in ["denied", "simulated", "needs_approval"] {
        ways.hear(stage("received", "k-1", Some("r-1"), None, 1));
        ways.hear(stage("decided", "k-1", Some("r-1"), Some(outcome), 2));
        assert_eq!(names(&ways.hear(stage("journaled", "k-1", Some("r-1"), None, 3))), ["order", "decide", "journal"]);
    }
    ways.hear(stage("decided", "k-1", Some("r-2"), Some("approved"), 4));
    assert_eq!(ways.hear(stage("journaled", "k-1", Some("r-2"), None, 5)), []);
    let spans = ways.hear(stage("sent", "k-1", None, Some("not_sent"), 6));
    assert_eq!(names(&spans), ["order", "journal", "send"]);
    assert!(spans[0].attributes.contains(&KeyValue::text("tollgate.outcome", "not_sent")));
}

#[test]
fn what_hears_nothing_is_told_as_it_stands_and_nothing_grows_without_end() {
    let mut ways = ways();
    ways.hear(stage("received", "k-1", Some("r-1"), None, 1));
    ways.hear(stage("decided", "k-1", Some("r-1"), Some("approved"), 2));
    assert_eq!(ways.stale(PATIENCE_NS), []);
    let spans = ways.stale(PATIENCE_NS + 2);
    assert_eq!(names(&spans), ["order", "decide"]);
    assert!(spans[0].attributes.contains(&KeyValue::flag("tollgate.complete", false)));
    let mut told = 0;
    for nth in 0..2 * OPEN_MAX as u64 {
        told += ways.hear(stage("received", &format!("k-{nth}"), Some(&format!("r-{nth}")), None, nth)).len();
    }
    assert_eq!((told, ways.open.len()), (OPEN_MAX, OPEN_MAX));
    assert_eq!((ways.requests.len(), ways.asked.len()), (OPEN_MAX, OPEN_MAX));
    assert_eq!(ways.rest().len(), OPEN_MAX);
}

#[test]
fn what_looks_like_a_key_or_an_account_is_taken_out_of_what_callers_name() {
    let mut ways = ways();
    let key = format!("tg_{}", "a1".repeat(16));
    ways.hear(stage("received", "DU1234567", Some(&key), None, 1));
    let spans: Vec<Span> = ways.rest().into_iter().chain(ways.hear(answered(&key, 9))).collect();
    let said = format!("{spans:?}");
    assert!(!said.contains("DU1234567") && !said.contains(&key) && said.contains("REDACTED"), "{said}");
}
