//! The owner's limits.

use crate::args::{LimitsOf, LimitsVerb};
use crate::client::{Client, Reply, Request};
use crate::failure::Failure;
use crate::out::{Said, talk};
use crate::run::place::NOT_FOUND;
use crate::table::{column, field, items, table};
use domain::policy::LIMITS;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Longer than the gateway gives its drill.
const DRILLED_WITHIN: Duration = Duration::from_mins(6);

/// Digits of a policy's hash.
const HASH_LEN: usize = 64;
/// Fewer digits name nothing.
const HASH_BEGINNING_MIN: usize = 6;

/// `tollgate limits`.
pub(crate) async fn limits(client: &Client, verb: &LimitsVerb) -> Result<Said, Failure> {
    match verb {
        LimitsVerb::Drill { .. } => {
            talk("the gateway fires every control in a scratch gateway of its own; this takes about a minute");
            let request = Request::post("/limits/drill", None).patient(DRILLED_WITHIN);
            let body = client.send(request).await?.body;
            let open: Vec<String> =
                body.get("open").and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect();
            let (passed, total) = (field(&body, "passed"), field(&body, "total"));
            let left = if open.is_empty() { String::new() } else { format!("; not: {}", open.join(", ")) };
            let exit = u8::from(!open.is_empty());
            Ok(Said {
                exit,
                ..Said::new(body, format!("on record: {passed} of {total} controls answered as they should{left}"))
            })
        }
        LimitsVerb::Show { of, changed } => Ok(shown(show(client, of).await?.body, *changed)),
        LimitsVerb::Set { limits, of, reason } => {
            // What is changed needs nobody's word for which contract that is: the broker may be away, or not know it any more.
            let before = client.send(Request::get("/limits")).await?;
            let body = json!({"limits": wished(limits, of, &before.body)?, "reason": reason});
            let after = client.send(Request::put("/limits", body).seen(before.etag)).await?.body;
            let human: Vec<String> = withdrawn(&before.body, &after).into_iter().chain([told(&after)]).collect();
            Ok(Said::new(after, human.join("\n")))
        }
        LimitsVerb::History { lines } => {
            let body = client.send(Request::get("/limits/history").with("limit", Some(lines))).await?.body;
            let human = history(&body);
            Ok(Said::new(body, human))
        }
        LimitsVerb::Accept { hash, reason } => decide(client, "/limits/accept", hash, reason).await,
        LimitsVerb::Reset { breaker, reason } => {
            let body = Some(json!({"breaker": breaker, "reason": reason}));
            let body = client.send(Request::post("/limits/reset", body)).await?.body;
            Ok(Said::new(body.clone(), format!("{breaker} counts anew\n{}", told(&body))))
        }
        LimitsVerb::Withdraw { hash, reason } => decide(client, "/limits/withdraw", hash, reason).await,
    }
}

async fn show(client: &Client, of: &LimitsOf) -> Result<Reply, Failure> {
    let request = Request::get("/limits")
        .with("account", of.account.as_ref())
        .with("strategy", of.strategy.as_ref())
        .with("sec_type", of.sec_type.as_ref())
        .with("instrument", of.instrument.as_ref());
    client.send(request).await
}

/// The hash may be shortened to what tells it apart: only one policy can wait.
async fn decide(client: &Client, path: &str, hash: &str, reason: &str) -> Result<Said, Failure> {
    let now = client.send(Request::get("/limits")).await?.body;
    let whole = whole_hash(&now, hash)?;
    let body = client.send(Request::post(path, Some(json!({"hash": whole, "reason": reason})))).await?.body;
    Ok(Said::new(body.clone(), told(&body)))
}

fn whole_hash(now: &Value, hash: &str) -> Result<String, Failure> {
    let waits = now.pointer("/policy/pending/hash").and_then(Value::as_str);
    match waits {
        // What waits may have changed since: the gateway is the one that knows.
        _ if hash.len() == HASH_LEN => Ok(hash.to_owned()),
        Some(waits) if hash.len() >= HASH_BEGINNING_MIN && waits.starts_with(hash) => Ok(waits.to_owned()),
        Some(waits) if waits.starts_with(hash) => Err(Failure::usage(
            format!("`{hash}` is too short to name a policy"),
            format!("write at least {HASH_BEGINNING_MIN} digits: {}", short(waits)),
        )),
        Some(waits) => Err(Failure::told(
            NOT_FOUND,
            "not_found",
            format!("no policy that waits begins with `{hash}`"),
            format!("{} waits; `tollgate limits show` tells what it changes", short(waits)),
        )),
        None => Err(Failure::told(
            NOT_FOUND,
            "not_found",
            format!("no policy waits, so none begins with `{hash}`"),
            "it may count already, or be withdrawn by a later change: `tollgate limits history`",
        )),
    }
}

/// What waited before a change, and waits no more because of it.
fn withdrawn(before: &Value, after: &Value) -> Option<String> {
    let pending = before.pointer("/policy/pending").filter(|pending| !pending.is_null())?;
    let hash = |of: &Value, place: &str| of.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let gone = hash(pending, "/hash")?;
    // It waits on, or had become due in the same moment.
    if hash(after, "/policy/pending/hash").as_ref() == Some(&gone)
        || hash(after, "/policy/hash").as_ref() == Some(&gone)
    {
        return None;
    }
    let was = match pending.get("counts_from").and_then(Value::as_str) {
        Some(_) => "accepted, but not in force yet",
        None => "not accepted yet",
    };
    let mut lines =
        vec![format!("withdrawn by this change: looser limits {}, {was}; wish for them again:", short(&gone))];
    let changes = pending.get("changes").and_then(Value::as_array).into_iter().flatten();
    lines.extend(changes.map(|change| format!("  {}", change_said(change))));
    Some(lines.join("\n"))
}

/// `NAME=VALUE` in the shape that the limit has now.
fn wished(limits: &[String], of: &LimitsOf, before: &Value) -> Result<Value, Failure> {
    let in_section = [&of.account, &of.strategy, &of.sec_type, &of.instrument].into_iter().any(Option::is_some);
    let mut values = Map::new();
    for one in limits {
        let (name, text) = one.split_once('=').ok_or_else(|| {
            Failure::usage(format!("`{one}` is not NAME=VALUE"), "tollgate limits set order_qty_max=500 --reason \"…\"")
        })?;
        let known = items(before).iter().find(|item| item.get("key").and_then(Value::as_str) == Some(name));
        let known = known.and_then(|item| item.get("value")).ok_or_else(|| {
            Failure::usage(format!("there is no limit `{name}`"), "`tollgate limits show` lists them")
        })?;
        values.insert(name.to_owned(), value(text, known, is_list(name), in_section));
    }
    let section = |kind: &str, name: &str| json!({kind: {name: values.clone()}});
    let sections: Vec<Value> = [
        ("account", &of.account),
        ("strategy", &of.strategy),
        ("sec_type", &of.sec_type),
        ("instrument", &of.instrument),
    ]
    .into_iter()
    .filter_map(|(kind, name)| name.as_ref().map(|name| section(kind, name)))
    .collect();
    match sections.as_slice() {
        [] => Ok(Value::Object(values)),
        [one] => Ok(one.clone()),
        _ => Err(Failure::usage(
            "limits are set for one section at a time",
            "name one of --account, --strategy, --sec-type, --instrument",
        )),
    }
}

fn is_list(name: &str) -> bool {
    LIMITS.iter().any(|limit| limit.key == name && limit.is_list)
}

/// What the server reads: it is the one that judges. Nothing is an empty list, or takes the limit out of its section.
fn value(text: &str, known: &Value, is_list: bool, in_section: bool) -> Value {
    let words = || text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    match known {
        _ if text.is_empty() && (in_section || !is_list) => Value::Null,
        _ if is_list => words(),
        Value::Bool(_) => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        Value::Number(_) => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => Value::from(text),
    }
}

fn shown(body: Value, changed: bool) -> Said {
    let columns = [
        column("control", "control"),
        column("limit", "key"),
        column("value", "value"),
        column("used", "used"),
        column("from", "origin"),
    ];
    let of_interest = |item: &&Value| !changed || item.get("origin").and_then(Value::as_str) != Some("default");
    let mut lines: Vec<Value> = items(&body).iter().filter(of_interest).cloned().collect();
    for line in &mut lines {
        if line.get("enforced") == Some(&Value::Bool(false)) {
            line["used"] = Value::from("not enforced yet");
        }
    }
    let mut human = table(&lines, &columns, "every limit is the built-in default");
    human.push_str("\n\n");
    for warning in body.get("warnings").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        human.push_str(&["warning: ", warning, "\n"].concat());
    }
    human.push_str(&told(&body));
    Said::new(body, human)
}

/// Enough of a hash to name it.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

fn told(body: &Value) -> String {
    let hash = short(&field(body, "policy.hash"));
    let mut lines = vec![format!("policy {} {hash} since {}", field(body, "policy.name"), field(body, "policy.since"))];
    let pending = body.pointer("/policy/pending").filter(|pending| !pending.is_null());
    if let Some(pending) = pending {
        let hash = short(&field(pending, "hash"));
        let from = match pending.get("counts_from").and_then(Value::as_str) {
            Some(from) => format!("counts from {from} on"),
            None => format!("waits for a human: `tollgate limits accept {hash} --reason …`"),
        };
        lines.push(format!("looser limits {hash}, wished at {}, {from}:", field(pending, "since")));
        let changes = pending.get("changes").and_then(Value::as_array).into_iter().flatten();
        lines.extend(changes.map(|change| format!("  {}", change_said(change))));
    }
    lines.join("\n")
}

fn change_said(change: &Value) -> String {
    let section = field(change, "section");
    let dot = if section.is_empty() { "" } else { " " };
    format!("{section}{dot}{}: {} → {}", field(change, "key"), field(change, "old"), field(change, "new"))
}

fn history(body: &Value) -> String {
    let mut lines = Vec::new();
    for record in items(body) {
        let by = record.get("by").and_then(Value::as_str).unwrap_or("the gateway");
        lines.push(format!(
            "{} {} {} by {by}: {}",
            field(record, "seq"),
            field(record, "at"),
            field(record, "kind"),
            field(record, "event.reason")
        ));
        for change in record.pointer("/event/changes").and_then(Value::as_array).into_iter().flatten() {
            lines.push(format!("    {}", change_said(change)));
        }
    }
    if lines.is_empty() { "no policy was ever applied".to_owned() } else { lines.join("\n") }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
