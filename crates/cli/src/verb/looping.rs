//! The closed loop.

use crate::args::LoopVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{at, column, field, items, sheet, table};
use serde_json::{Map, Value, json};
use std::io::Read as _;
use std::path::Path;

/// `tollgate loop`.
pub(crate) async fn looping(client: &Client, verb: &LoopVerb) -> Result<Said, Failure> {
    let because = |reason: &str| Some(json!({"reason": reason}));
    match verb {
        LoopVerb::Status => status(client, Request::get("/loop")).await,
        LoopVerb::Pause { reason } => status(client, Request::post("/loop/pause", because(reason))).await,
        LoopVerb::Resume { reason } => status(client, Request::post("/loop/resume", because(reason))).await,
        LoopVerb::Plan { decision } => {
            let body = client.send(Request::post("/loop/plan", Some(named(&[("decision", decision)])))).await?.body;
            let human = plan_said(&body);
            Ok(Said::new(body, human))
        }
        LoopVerb::Run { decision, id } => {
            let wish = named(&[("decision", decision), ("id", id)]);
            let body = client.send(Request::post("/loop/runs", Some(wish))).await?.body;
            let human = format!("{}`tollgate loop show {}` says how it goes on.", run_sheet(&body), field(&body, "id"));
            Ok(Said::new(body, human))
        }
        LoopVerb::Propose { file } => {
            let body = client.send(Request::post("/loop/decisions", Some(read(file)?))).await?.body;
            let human = decision_sheet(&body);
            Ok(Said::new(body, human))
        }
        LoopVerb::History { limit } => {
            let body = client.send(Request::get("/loop/runs").with("limit", Some(*limit))).await?.body;
            let columns = [
                column("run", "id"),
                column("state", "state"),
                column("cause", "cause"),
                column("decision", "decision"),
                column("asked for", "queued_at"),
                column("since", "moved_at"),
                column("why", "reason"),
            ];
            let human = table(items(&body), &columns, "there was no run yet");
            Ok(Said::new(body, human))
        }
        LoopVerb::Show { id } => {
            let body = client.send(Request::get(&format!("/loop/runs/{id}"))).await?.body;
            let human = evidence_said(&body);
            Ok(Said::new(body, human))
        }
        LoopVerb::Rollback { run } => {
            let body = client.send(Request::post("/loop/rollback", Some(json!({"run": run})))).await?.body;
            let human = run_sheet(&body);
            Ok(Said::new(body, human))
        }
    }
}

fn named(fields: &[(&str, &Option<String>)]) -> Value {
    let given = fields.iter().filter_map(|(name, value)| Some(((*name).to_owned(), Value::String((*value).clone()?))));
    Value::Object(given.collect::<Map<_, _>>())
}

fn read(file: &Path) -> Result<Value, Failure> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| {
        Failure::usage(format!("{} cannot be read: {error}", file.display()), "name a JSON file, or - for stdin")
    })?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("{} is not JSON: {error}", file.display()), "see docs/loop.md"))
}

async fn status(client: &Client, request: Request<'_>) -> Result<Said, Failure> {
    let body = client.send(request).await?.body;
    let mut human = sheet(&[
        ("loop", field(&body, "state")),
        ("paused", paused(&body)),
        ("schedule", field(&body, "schedule")),
        ("next slot", format!("{} at {}", field(&body, "next_slot.slot"), field(&body, "next_slot.at"))),
        ("signal", field(&body, "signal")),
        ("universe", field(&body, "universe")),
        ("style", field(&body, "style")),
        ("now", run_words(&body, "current")),
        ("last run", run_words(&body, "last")),
        ("last decision", format!("{} as of {}", field(&body, "decision.id"), field(&body, "decision.as_of"))),
        ("last refusal", field(&body, "refused")),
        ("turned at", field(&body, "turned_at")),
    ]);
    let columns = [column("missed slot", "slot"), column("why", "reason")];
    let missed = at(&body, "missed").map(items).unwrap_or_default();
    if !missed.is_empty() {
        human.push_str(&table(missed, &columns, ""));
    }
    Ok(Said::new(body, human))
}

fn paused(status: &Value) -> String {
    match at(status, "paused") {
        None => "no".to_owned(),
        Some(pause) => format!("since {} by {}: {}", field(pause, "at"), field(pause, "by"), field(pause, "reason")),
    }
}

fn run_words(status: &Value, name: &str) -> String {
    match at(status, name) {
        None => "–".to_owned(),
        Some(run) => format!("{} {}: {}", field(run, "id"), field(run, "state"), field(run, "reason")),
    }
}

fn decision_sheet(decision: &Value) -> String {
    let head = sheet(&[
        ("decision", field(decision, "id")),
        ("source", field(decision, "source")),
        ("as of", field(decision, "as_of")),
        ("data", field(decision, "data_hash")),
        ("cash buffer", field(decision, "cash_buffer")),
        ("note", field(decision, "note")),
    ]);
    let columns = [column("symbol", "symbol"), column("weight", "weight"), column("units", "qty")];
    format!("{head}{}", table(at(decision, "targets").map(items).unwrap_or_default(), &columns, "no targets"))
}

fn plan_table(plan: &Value) -> String {
    let columns = [
        column("step", "step"),
        column("symbol", "symbol"),
        column("does", "action"),
        column("held", "held"),
        column("target", "target"),
        column("trades", "qty"),
        column("price", "price"),
        column("source", "price_source"),
        column("worth", "value"),
        column("cost", "cost"),
        column("why", "reason"),
    ];
    let head = sheet(&[
        ("account", format!("worth {}, {} of it cash", field(plan, "value"), field(plan, "cash"))),
        ("cash buffer", field(plan, "cash_buffer")),
        ("turnover", field(plan, "turnover")),
    ]);
    format!("{head}{}", table(at(plan, "lines").map(items).unwrap_or_default(), &columns, "no lines"))
}

fn plan_said(body: &Value) -> String {
    let mut text = String::new();
    if let (Some(decision), Some(plan)) = (at(body, "decision"), at(body, "plan")) {
        text.push_str(&sheet(&[("decision", field(decision, "id")), ("as of", field(decision, "as_of"))]));
        text.push_str(&plan_table(plan));
    }
    for why in at(body, "blocked").map(items).unwrap_or_default() {
        text.push_str("a run would not begin now: ");
        text.push_str(&crate::table::word(Some(why)));
        text.push('\n');
    }
    text
}

fn run_sheet(run: &Value) -> String {
    sheet(&[
        ("run", field(run, "id")),
        ("state", field(run, "state")),
        ("why", field(run, "reason")),
        ("cause", field(run, "cause")),
        ("slot", field(run, "slot")),
        ("decision", field(run, "decision")),
        ("asked for", field(run, "queued_at")),
        ("began to send", field(run, "executing_since")),
        ("since", field(run, "moved_at")),
        ("taken back by", field(run, "rolled_back_by")),
    ])
}

fn evidence_said(body: &Value) -> String {
    let mut text = at(body, "run").map(run_sheet).unwrap_or_default();
    if let Some(plan) = at(body, "run.plan") {
        text.push_str(&plan_table(plan));
    }
    let steps = [
        column("step", "step"),
        column("ended", "outcome"),
        column("filled", "filled"),
        column("average", "avg_px"),
        column("orders", "orders"),
        column("why", "reasons"),
    ];
    text.push_str(&table(at(body, "run.steps").map(items).unwrap_or_default(), &steps, "no step is over"));
    let differences = [column("symbol", "symbol"), column("wanted", "wanted"), column("held", "held")];
    text.push_str(&table(at(body, "differences").map(items).unwrap_or_default(), &differences, ""));
    text
}
