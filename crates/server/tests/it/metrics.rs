//! The page for Prometheus.

use crate::client::{Gateway, PATIENCE, gateway, gateway_with};
use crate::fake_desk::{intent, reason};
use crate::sse::Sse;
use domain::id::CorrelationId;
use domain::journal::JournalEvent;
use domain::principal::{Face, Principal, PrincipalKind};
use engine::KeyEnd;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the figures of the fake desk count: two refused orders.
pub(crate) fn history() -> Vec<JournalEvent> {
    let by = Principal {
        key_id: "tester".parse().unwrap(),
        kind: PrincipalKind::Human,
        scopes: BTreeSet::new(),
        face: Face::Rest,
        correlation_id: "c-1".parse::<CorrelationId>().unwrap(),
    };
    let refused = |key: &str, codes: &[&str]| JournalEvent::OrderDenied {
        intent: Box::new(intent(key)),
        order: None,
        request_hash: String::new(),
        by: by.clone(),
        reasons: codes.iter().map(|code| reason(code)).collect(),
    };
    vec![refused("k1", &["C13_MAX_QTY", "C10_KILL_CLEAR"]), refused("k2", &["C13_MAX_QTY"])]
}

/// The page as lines, and each family's kind by its name.
async fn page() -> (Vec<String>, BTreeMap<String, String>) {
    page_of(&gateway().await).await
}

async fn page_of(gateway: &Gateway) -> (Vec<String>, BTreeMap<String, String>) {
    let request = format!(
        "GET /metrics HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer good\r\nConnection: close\r\n\r\n",
        gateway.addr
    );
    let answer = gateway.raw(request.as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{head}");
    let lines: Vec<String> = body.lines().map(str::to_owned).collect();
    let kinds = lines.iter().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let kinds = kinds.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect();
    (lines, kinds)
}

#[tokio::test]
async fn the_figures_are_in_prometheus_own_format() {
    let (lines, kinds) = page().await;
    for line in lines.iter().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| kinds.get(name.strip_suffix(end)?));
        assert!(name.starts_with("tollgate_") && (kinds.contains_key(name) || family.is_some()), "{line}");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    let helps = lines.iter().filter(|line| line.starts_with("# HELP ")).count();
    assert_eq!(helps, kinds.len(), "each family once");
}

#[tokio::test]
async fn what_happened_is_counted_and_what_is_not_known_is_left_out() {
    let (lines, _) = page().await;
    for wanted in [
        r#"tollgate_build_info{version="0.1.0"} 1"#,
        "tollgate_ready 0",
        r#"tollgate_mode{mode="unproven"} 1"#,
        "tollgate_broker_link_up 0",
        r#"tollgate_orders{status="denied"} 2"#,
        r#"tollgate_orders{status="working"} 0"#,
        r#"tollgate_denials_total{code="C13_MAX_QTY"} 2"#,
        r#"tollgate_denials_total{code="C10_KILL_CLEAR"} 1"#,
        "tollgate_orders_sent_total 0",
        r#"tollgate_submit_to_acknowledged_seconds_bucket{le="0.002"} 0"#,
        r#"tollgate_submit_to_acknowledged_seconds_bucket{le="+Inf"} 0"#,
        r#"tollgate_broker_messages_left{lane="orders"} 19"#,
        "tollgate_halted_instruments 1",
        "tollgate_journal_records 7",
        r#"tollgate_failed_authentications_total{kind="guess"} 0"#,
        r#"tollgate_open_streams{kind="events"} 0"#,
    ] {
        assert!(lines.iter().any(|line| line == wanted), "{wanted} in {}", lines.join("\n"));
    }
    let shown = |name: &str| lines.iter().any(|line| line.starts_with(name));
    for unknown in ["tollgate_broker_last_message_age", "tollgate_oldest_unknown_age", "tollgate_reconciliation_age"] {
        assert!(!lines.iter().any(|line| line.starts_with(&format!("{unknown}_seconds "))), "{unknown}");
    }
    assert!(!shown("tollgate_broker_clock_skew_seconds ") && !shown("tollgate_audit_findings "));
}

#[tokio::test]
async fn open_streams_are_counted_as_long_as_they_are_open() {
    let gateway = gateway_with(|limits| limits.streams.open_max = 9).await;
    let shown = async |line: &str| page_of(&gateway).await.0.iter().any(|one| one == line);
    assert!(shown("tollgate_streams_max 9").await);
    let mut quotes = Sse::open(&gateway, "/api/v1/market/stream?con_ids=1", &[]).await;
    let events = [Sse::open(&gateway, "/api/v1/events", &[]).await, Sse::open(&gateway, "/api/v1/events", &[]).await];
    assert!(shown(r#"tollgate_open_streams{kind="events"} 2"#).await);
    assert!(shown(r#"tollgate_open_streams{kind="quotes"} 1"#).await);
    *gateway.desk.key_left.lock().unwrap() = Err(KeyEnd::Revoked);
    quotes.end().await;
    drop(events);
    gateway.desk.journal.grow_by(1);
    for line in [r#"tollgate_open_streams{kind="events"} 0"#, r#"tollgate_open_streams{kind="quotes"} 0"#] {
        tokio::time::timeout(PATIENCE, async {
            while !shown(line).await {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("{line} never came"));
    }
}

#[tokio::test]
async fn without_a_key_no_figure_is_shown() {
    let gateway = gateway().await;
    gateway.request("GET", "/metrics", &[], "").await.is_problem(401, "unauthorized");
}

/// Names of series that a file speaks of.
fn series(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == ':'));
    words.filter(|word| word.starts_with("tollgate_")).collect()
}

#[tokio::test]
async fn alerts_and_dashboard_speak_of_series_that_there_are() {
    let (_, kinds) = page().await;
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/monitoring");
    let rules = std::fs::read_to_string(deploy.join("alerts.yml")).unwrap();
    let recorded: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("record: ")).collect();
    for file in ["alerts.yml", "grafana-dashboard.json"] {
        let text = std::fs::read_to_string(deploy.join(file)).unwrap();
        let spoken = series(&text);
        assert!(spoken.len() > 10, "{file}: {spoken:?}");
        for name in spoken {
            let of_histogram = ["_bucket", "_sum", "_count"].iter().any(|end| {
                name.strip_suffix(end).and_then(|name| kinds.get(name)).is_some_and(|kind| kind == "histogram")
            });
            assert!(kinds.contains_key(name) || of_histogram || recorded.contains(name), "{file}: {name}");
        }
    }
}
