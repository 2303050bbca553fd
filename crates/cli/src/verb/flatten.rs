//! `tollgate flatten`.

use super::order::{NEEDS_APPROVAL, key_for};
use crate::args::FlattenArgs;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::problem;
use crate::table::{at, column, field, items, table};
use serde::Deserialize as _;
use serde_json::{Map, Value};
use wire::Code;
use wire::word::Outcome;

/// Closes positions and tells what became of each. The exit code is that of the worst.
pub(crate) async fn flatten(client: &Client, args: &FlattenArgs) -> Result<Said, Failure> {
    let key = key_for(args.key.as_deref(), "flatten")?;
    let given = [("account", args.account.as_ref()), ("symbol", args.symbol.as_ref()), ("reason", Some(&args.reason))];
    let body: Map<String, Value> =
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?.clone())))).collect();
    let request = Request::post("/orders/flatten", Some(Value::Object(body))).keyed(&key).waiting(args.wait);
    let reply = client.send(request).await?;
    let mut said = told(&reply.body);
    if reply.replayed {
        said.human = format!("this key was used before: no position gets a second order\n{}", said.human);
    }
    Ok(said)
}

fn told(body: &Value) -> Said {
    let columns = [
        column("symbol", "symbol"),
        column("con_id", "con_id"),
        column("held", "position"),
        column("outcome", "outcome"),
        column("status", "order.status"),
        column("filled", "order.cum_qty"),
        column("avg", "order.avg_px"),
        column("other orders", "other_orders"),
        column("closing order", "order.cl_ord_id"),
    ];
    let rows = items(body);
    let mut lines = vec![table(rows, &columns, "nothing is held there")];
    for item in rows {
        lines.extend(remarks(item).into_iter().map(|remark| format!("{}: {remark}", field(item, "symbol"))));
    }
    let human = lines.join("\n");
    let exit = rows.iter().map(exit_of).max_by_key(|exit| gravity(*exit)).unwrap_or(0);
    Said { json: body.clone(), human, exit }
}

/// What the table does not say of a position.
fn remarks(item: &Value) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(fault) = at(item, "problem") {
        remarks.push(format!("no closing order: {}", field(fault, "detail")));
    }
    let outcome = field(item, "outcome");
    if !matches!(outcome.as_str(), "acknowledged" | "simulated") {
        remarks.extend(at(item, "order").map(problem::reasons).unwrap_or_default());
    }
    if outcome == "needs_approval" {
        let id = field(item, "order.approval_id");
        remarks.push(format!("needs a human's yes: tollgate approval approve {id}"));
    }
    if field(item, "other_orders") != "0" {
        let others = "other orders work in it and may open it again: tollgate order list --open, order cancel";
        remarks.push(others.to_owned());
    }
    remarks
}

/// By the one table, as for any other order.
fn exit_of(item: &Value) -> u8 {
    if let Some(problem) = at(item, "problem") {
        return problem::exit(&field(problem, "code"));
    }
    match at(item, "outcome").map(Outcome::deserialize) {
        Some(Ok(outcome)) => Code::of_outcome(outcome).map_or(0, |code| code.row().exit),
        // A word that we do not know tells no fate.
        Some(Err(_)) | None => problem::UNKNOWN,
    }
}

/// The worst is what nobody knows, then what is certainly still held.
fn gravity(exit: u8) -> u8 {
    match exit {
        0 => 0,
        NEEDS_APPROVAL => 1,
        problem::UNKNOWN => 3,
        _still_held => 2,
    }
}

#[cfg(test)]
#[path = "flatten_tests.rs"]
mod tests;
