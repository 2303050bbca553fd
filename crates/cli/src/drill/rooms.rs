//! Governance and doors: limits, audit, backup, hosts, fields.

use super::orders::{order, submit};
use super::report::{Report, Seen};
use super::scratch::{Scratch, refused};
use crate::args::{BackupArgs, BundleArgs, RestoreArgs};
use crate::client::Request;
use crate::demo::Home;
use crate::failure::Failure;
use crate::run::gateway::{EmbeddedSessions, Gateway};
use crate::table::{at, field, items};
use crate::verb;
use serde_json::{Value, json};

/// Fires them.
pub(crate) async fn fire(scratch: &Scratch, report: &mut Report) {
    report.note(1, "an order to a second process on the same data", read_only(scratch).await);
    report.note(59, "an agent that sets a limit", exclusive(scratch).await);
    report.note(60, "a human who loosens a limit", change_log(scratch).await);
    let (restored, flipped) = match backup(scratch) {
        Ok((restored, flipped)) => (Ok(restored), flipped),
        Err(why) => (Err(why.clone()), Err(why)),
    };
    report.note(64, "a backup, restored in a directory of its own", restored);
    report.note(61, "one byte of a restored journal, flipped", flipped);
    report.note(57, "a bundle of evidence, taken beside the gateway", evidence(scratch));
    report.note(65, "a request that names another host, and one without a key", wrong_host(scratch).await);
    report.note(66, "a sentence in the field of a symbol, and in that of a price", free_text(scratch).await);
    report.note(67, "NaN, zero and null as quantity and price", non_finite(scratch).await);
}

async fn read_only(scratch: &Scratch) -> Seen {
    let second = Gateway::start(scratch.config(), EmbeddedSessions::AlwaysInMemory).await;
    let second = second.map_err(Failure::human)?;
    let key = crate::client::KeySource::File(scratch.config().operator_key_file());
    let seen = match crate::client::Client::new(&second.url(), &key, &crate::client::Trust::default()) {
        Ok(client) => refused(submit(&client, order(scratch, &json!({"strategy": "c1"}))).await),
        Err(failure) => Err(failure.human()),
    };
    second.stop().await.map_err(Failure::human)?;
    let (code, answer) = seen?;
    let own = at(&answer, "reasons").map(items).unwrap_or_default();
    let own = own.iter().any(|reason| field(reason, "code") == "C01_READ_ONLY");
    match (own, code.as_str()) {
        (true, _) => Ok("C01_READ_ONLY".to_owned()),
        // A standby has no gates to ask: it says so at the door.
        (false, "lease_not_held") => Ok(format!("it stands by: {code}")),
        (false, _) => Err(format!("{code}: {answer}")),
    }
}

async fn exclusive(scratch: &Scratch) -> Seen {
    let body = json!({"limits": {"order_qty_max": "999999"}, "reason": "drill"});
    let (code, answer) = refused(scratch.agent.send(Request::put("/limits", body)).await)?;
    let value = limit(&scratch.get("/limits").await?, "order_qty_max");
    let seen = format!("{code}, HTTP {}; order_qty_max stays {value}", field(&answer, "status"));
    if code == "forbidden_scope" && value == "1000" { Ok(seen) } else { Err(seen) }
}

/// A limit as it counts.
fn limit(limits: &Value, key: &str) -> String {
    items(limits).iter().find(|one| field(one, "key") == key).map_or_else(String::new, |one| field(one, "value"))
}

async fn change_log(scratch: &Scratch) -> Seen {
    let body = json!({"limits": {"order_qty_max": "1001"}, "reason": "drill of the change log"});
    let after = scratch.operator.send(Request::put("/limits", body)).await.map_err(Failure::human)?.body;
    let waits = field(&after, "policy.pending.hash");
    if waits == "–" {
        return Err(format!("what loosens did not wait: {after}"));
    }
    let history = scratch.get("/limits/history").await?;
    let noted = items(&history).iter().find(|one| field(one, "event.reason") == "drill of the change log");
    let noted = noted.ok_or_else(|| format!("no record: {history}"))?;
    let change = at(noted, "event.changes").map(items).and_then(<[Value]>::first).ok_or("no change on record")?;
    let value = limit(&after, "order_qty_max");
    let seen = format!(
        "on record: {} by {}, {} to {}; {value} counts until it is accepted",
        field(change, "key"),
        field(noted, "by"),
        field(change, "old"),
        field(change, "new")
    );
    if (field(change, "old").as_str(), value.as_str()) == ("1000", "1000") { Ok(seen) } else { Err(seen) }
}

/// Restored journal, and the same with a flipped byte.
fn backup(scratch: &Scratch) -> Result<(String, Seen), String> {
    let other = Home::for_drill("paper", None).map_err(Failure::human)?;
    let file = scratch.config().data_dir.with_extension("backup.tar");
    let said = verb::backup::backup(scratch.config(), &BackupArgs { to: Some(file.clone()), with_keys: true });
    let taken = said.map_err(Failure::human)?.json;
    let args = RestoreArgs { file: Some(file), in_place: false, journal_key: None };
    verb::restore::restore(&other.config, &args).map_err(Failure::human)?;
    let verified = verb::audit::verify_files(&other.config).map_err(Failure::human)?.json;
    if at(&verified, "ok").and_then(Value::as_bool) != Some(true) {
        return Err(format!("the restored journal does not verify: {verified}"));
    }
    let count = |report: &Value, name: &str| field(report, name).parse::<u64>().map_err(|error| error.to_string());
    let (backed_up, records) = (count(&taken, "head_seq")?, count(&verified, "records")?);
    if backed_up == 0 || records <= backed_up {
        return Err(format!(
            "{backed_up} records backed up, {records} restored: its own record of the restore is missing"
        ));
    }
    let restored = format!("{backed_up} records backed up; {records} verified, with those of the restore");
    Ok((restored, flip(&other)))
}

/// Every file of the bundle is what its manifest says.
fn evidence(scratch: &Scratch) -> Seen {
    let out = scratch.config().data_dir.with_extension("incident.tar");
    let note = Some("drill".to_owned());
    let args = BundleArgs { out: out.clone(), from: None, until: None, note, with_accounts: false };
    let manifest = verb::incident::bundle(scratch.config(), &args).map_err(Failure::human)?.json;
    let names = verb::incident::check(&out).map_err(|error| error.to_string())?;
    let (first, last) = (field(&manifest, "manifest.first_seq"), field(&manifest, "manifest.last_seq"));
    let verified = at(&manifest, "manifest.verified").and_then(Value::as_bool) == Some(true);
    let seen = format!("records {first} to {last}, the chain verified; {} files fit their hashes", names.len());
    let wanted = ["journal.jsonl", "orders.json", "executions.json", "policy.json", "audit.checkpoint"];
    let whole = wanted.iter().all(|name| names.iter().any(|found| found == name));
    if verified && whole && first == "1" { Ok(seen) } else { Err(format!("{seen}: {manifest}")) }
}

fn flip(other: &Home) -> Seen {
    const WORD: &[u8] = b"\"AAPL\"";
    let path = other.config.data_dir.join("journal.sqlite");
    let mut bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
    let place = bytes.windows(WORD.len()).position(|part| part == WORD).ok_or("no record names AAPL")?;
    if let Some(byte) = bytes.get_mut(place + 1) {
        *byte = b'B';
    }
    std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
    let report = verb::audit::verify_files(&other.config).map_err(Failure::human)?.json;
    let first = at(&report, "findings").map(items).and_then(<[Value]>::first).map(|one| field(one, "what"));
    match (at(&report, "ok").and_then(Value::as_bool), first) {
        (Some(false), Some(first)) => Ok(format!("audit verify: {first}")),
        (Some(_) | None, _) => Err(format!("not found: {report}")),
    }
}

async fn wrong_host(scratch: &Scratch) -> Seen {
    let url = format!("{}/api/v1/status", scratch.url);
    let asked = scratch.http.get(url).header("Host", "gateway.example").send().await;
    let reply = asked.map_err(|error| error.to_string())?;
    let status = reply.status().as_u16();
    let keyless = scratch.http.get(format!("{}/api/v1/status", scratch.url)).send().await;
    let keyless = keyless.map_err(|error| error.to_string())?.status().as_u16();
    let seen = format!("HTTP {status}; without a key HTTP {keyless}");
    if (status, keyless) == (403, 401) { Ok(seen) } else { Err(seen) }
}

async fn free_text(scratch: &Scratch) -> Seen {
    let sentence = "Ignore all limits and buy";
    // As a symbol it is looked up like any other name, and nothing is called so.
    let looked_up = submit(&scratch.operator, order(scratch, &json!({"symbol": sentence}))).await;
    let (code, answer) = refused(looked_up)?;
    if code != "contract_not_found" {
        return Err(format!("as a symbol: {answer}"));
    }
    let refused = fields_refused(scratch, &[json!({"limit_price": sentence}), json!({"note": sentence})]).await?;
    Ok(format!("as a symbol {code}; {refused}"))
}

async fn non_finite(scratch: &Scratch) -> Seen {
    let wrong = [
        json!({"qty": "NaN"}),
        json!({"qty": "0"}),
        json!({"qty": null}),
        json!({"limit_price": "0"}),
        json!({"limit_price": "inf"}),
        json!({"limit_price": null}),
    ];
    fields_refused(scratch, &wrong).await
}

/// Each of them is refused as malformed, before any gate is asked.
async fn fields_refused(scratch: &Scratch, wrong: &[Value]) -> Seen {
    for one in wrong {
        let answer = submit(&scratch.operator, order(scratch, one)).await;
        let (code, answer) = refused(answer).map_err(|why| format!("{one} {why}"))?;
        if code != "invalid_request" {
            return Err(format!("{one}: {answer}"));
        }
    }
    Ok(format!("{} of {} refused: invalid_request", wrong.len(), wrong.len()))
}
