//! The record of everything.

use crate::args::AuditVerb;
use crate::client::{Client, Request};
use crate::config::Config;
use crate::failure::Failure;
use crate::out::Said;
use crate::progress::Progress;
use crate::run::place;
use crate::table::{column, field, items, sheet, table};
use serde_json::{Value, json};

/// Exit code of a check that found something.
const FOUND: u8 = 1;
/// Findings told one by one.
const FINDINGS_MAX: usize = 1_000;

/// `tollgate audit`, the verbs that ask the gateway.
pub(crate) async fn audit(client: &Client, verb: &AuditVerb) -> Result<Said, Failure> {
    match verb {
        AuditVerb::Tail { lines, kind, order, correlation, follow: _ } => {
            let request = Request::get("/audit")
                .with("newest_first", Some("true"))
                .with("limit", Some(lines))
                .with("kind", kind.as_ref())
                .with("cl_ord_id", order.as_ref())
                .with("correlation_id", correlation.as_ref());
            let body = client.send(request).await?.body;
            let columns = [
                column("seq", "seq"),
                column("at", "at"),
                column("kind", "kind"),
                column("by", "by"),
                column("order", "cl_ord_id"),
            ];
            let mut rows: Vec<Value> = items(&body).to_vec();
            rows.reverse();
            Ok(Said::new(body, table(&rows, &columns, "no records")))
        }
        AuditVerb::Show { seq } => show(client, *seq).await,
        AuditVerb::Export { .. } => Err(Failure::usage(
            "an export reads the files, not the gateway",
            "call it without --url, where the files are",
        )),
        AuditVerb::Verify => {
            let body = client.send(Request::get("/audit/verify")).await?.body;
            Ok(verified(body))
        }
    }
}

async fn show(client: &Client, seq: u64) -> Result<Said, Failure> {
    let request = Request::get("/audit").with("cursor", Some(seq.saturating_sub(1))).with("limit", Some(1));
    let body = client.send(request).await?.body;
    let found = items(&body).iter().find(|record| field(record, "seq") == seq.to_string());
    let Some(record) = found else {
        return Err(Failure::told(
            3,
            "not_found",
            format!("there is no record {seq}"),
            "`tollgate audit tail` shows the newest",
        ));
    };
    let human = serde_json::to_string_pretty(record).unwrap_or_else(|error| error.to_string());
    Ok(Said::new(record.clone(), human))
}

/// `tollgate audit verify` on the files themselves: it needs nobody's word.
pub(crate) fn verify_files(config: &Config) -> Result<Said, Failure> {
    let options = store::verify::VerifyOptions {
        data_dir: config.data_dir.clone(),
        checkpoint_file: place::checkpoint_file(config)?,
        key_file: None,
        faults_max: FINDINGS_MAX,
    };
    let telling = Progress::begin("walking the journal", place::records(config));
    let walked = store::verify::verify(&options);
    drop(telling);
    let report = walked.map_err(|error| place::open_failure(&error))?;
    let findings: Vec<Value> =
        report.faults.iter().map(|fault| json!({"seq": null, "what": fault.to_string()})).collect();
    Ok(verified(json!({
        "ok": report.is_clean(),
        "records": report.records,
        "head_seq": report.head_seq,
        "head_hash": report.head_hash,
        "checkpoints": report.checkpoints,
        "findings": findings,
        "findings_total": report.faults_total,
    })))
}

fn verified(body: Value) -> Said {
    let ok = body.get("ok").and_then(Value::as_bool) == Some(true);
    let mut human = sheet(&[
        ("records", field(&body, "records")),
        ("head hash", field(&body, "head_hash")),
        (
            "verdict",
            if ok { "clean: nothing was changed, inserted, removed or cut off" } else { "NOT CLEAN" }.to_owned(),
        ),
    ]);
    for finding in body.get("findings").map(items).unwrap_or_default() {
        human.push_str(&["  ", &field(finding, "what"), "\n"].concat());
    }
    Said { json: body, human, exit: if ok { 0 } else { FOUND } }
}
