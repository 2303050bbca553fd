//! Kill, and what follows. These come last: nothing trades after them.

use super::orders::{answered_with, order, submit};
use super::report::{Report, Seen};
use super::scratch::{Scratch, refused};
use crate::client::{Client, KeySource, Request, Trust};
use crate::demo::Home;
use crate::failure::Failure;
use crate::run::gateway::{EmbeddedSessions, Gateway};
use crate::table::{at, field, items};
use serde_json::{Value, json};

/// Fires them.
pub(crate) async fn fire(scratch: &Scratch, report: &mut Report) {
    report.note(49, "an order whose answer is lost with the line", unknown(scratch).await);
    let by_hand = by_hand(scratch).await;
    report.note(8, "an order while the venue has cut the line", cut_off(scratch).await);
    let shown = match by_hand {
        Ok(()) => external(scratch).await,
        Err(why) => Err(why),
    };
    report.note(54, "an order entered by hand at the venue", shown);
    let working = working(scratch).await;
    report.note(41, "the kill switch, with an order at work", kill(scratch).await);
    let canceled = match working {
        Ok(working) => canceled_while_halted(scratch, &working).await,
        Err(why) => Err(why),
    };
    report.note(42, "the kill's own cancels, while everything is halted", canceled);
    report.note(45, "an agent that resumes", resumed_by_agent(scratch).await);
    let seen = match lift(scratch, "drill: the kill was seen to its end").await {
        Ok(()) => kill_file(scratch).await,
        Err(why) => Err(why),
    };
    report.note(48, "a file named KILL in the data directory", seen);
    let seen = live(scratch).await.and_then(|codes| {
        if codes.iter().any(|code| code == "C02_MODE_PROOF") { Ok(codes.join(", ")) } else { Err(codes.join(", ")) }
    });
    report.note(2, "an order of a gateway set to live, at a paper account", seen);
}

async fn lift(scratch: &Scratch, reason: &str) -> Result<(), String> {
    let active = json!({"scope": "global", "state": "active", "reason": reason});
    scratch.operator.send(Request::put("/kill", active)).await.map(drop).map_err(Failure::human)
}

async fn kill_file(scratch: &Scratch) -> Seen {
    let path = scratch.config().data_dir.join("KILL");
    std::fs::write(&path, "drill").map_err(|error| error.to_string())?;
    let body = order(scratch, &json!({"strategy": "c48", "symbol": "XOM", "qty": "1", "limit_price": "5"}));
    let answer = answered_with("C10_KILL_CLEAR", submit(&scratch.operator, body).await);
    // The file halts everything for good at the next tick; only then is it known what to lift.
    let halted = scratch.until("/kill", |states| field(states, "global") == "halted").await;
    std::fs::remove_file(&path).map_err(|error| error.to_string())?;
    halted?;
    lift(scratch, "drill: the file is gone").await?;
    answer.map(|seen| format!("{seen}; and everything is halted until a human lifts it"))
}

/// The order of the attribution drill and others rest at the broker by now.
async fn kill(scratch: &Scratch) -> Seen {
    let body = order(scratch, &json!({"strategy": "c41", "symbol": "PFE", "qty": "2", "limit_price": "2"}));
    let sent = submit(&scratch.operator, body).await.map_err(Failure::human)?.body;
    let path = format!("/orders/{}", field(&sent, "cl_ord_id"));
    scratch.until(&path, |one| field(one, "status") == "working").await?;
    let halt = json!({"scope": "global", "state": "halted", "reason": "drill"});
    scratch.operator.send(Request::put("/kill", halt)).await.map_err(Failure::human)?;
    let one = scratch.until(&path, |one| field(one, "status") == "canceled").await?;
    let again = submit(&scratch.operator, order(scratch, &json!({"strategy": "c41", "symbol": "KO"}))).await;
    let stopped = answered_with("C10_KILL_CLEAR", again)?;
    Ok(format!("canceled, broker says {}; the next order: {stopped}", field(&one, "broker_status")))
}

/// The orders that work now.
async fn working(scratch: &Scratch) -> Result<Vec<String>, String> {
    let orders = scratch.get("/orders").await?;
    let working = items(&orders).iter().filter(|one| field(one, "status") == "working");
    Ok(working.map(|one| field(one, "cl_ord_id")).collect())
}

/// What worked before the kill is canceled while everything is still halted.
async fn canceled_while_halted(scratch: &Scratch, working: &[String]) -> Seen {
    for key in working {
        scratch.until(&format!("/orders/{key}"), |one| field(one, "status") == "canceled").await?;
    }
    let state = field(&scratch.get("/kill").await?, "global");
    let seen = format!("{} orders canceled and proven, the state is {state}", working.len());
    if !working.is_empty() && state == "halted" { Ok(seen) } else { Err(seen) }
}

async fn resumed_by_agent(scratch: &Scratch) -> Seen {
    let resume = json!({"scope": "global", "state": "active", "reason": "drill"});
    let (code, answer) = refused(scratch.agent.send(Request::put("/kill", resume)).await)?;
    let states = scratch.get("/kill").await?;
    let (status, global) = (field(&answer, "status"), field(&states, "global"));
    let seen = format!("{code}, HTTP {status}; the state stays {global}");
    if status == "403" && global == "halted" { Ok(seen) } else { Err(seen) }
}

/// What an order meets at a gateway that is set to live while its account is on paper.
async fn live(scratch: &Scratch) -> Result<Vec<String>, String> {
    let home = Home::for_drill("live", None).map_err(Failure::human)?;
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await;
    let gateway = gateway.map_err(Failure::human)?;
    let seen = live_codes(scratch, &home, &gateway).await;
    gateway.stop().await.map_err(Failure::human)?;
    seen
}

async fn live_codes(scratch: &Scratch, home: &Home, gateway: &Gateway) -> Result<Vec<String>, String> {
    let key = KeySource::File(home.config.operator_key_file());
    let client = Client::new(&gateway.url(), &key, &Trust::default()).map_err(Failure::human)?;
    // The contract is known only once the line is up; until then the answer has no gates in it.
    for _try in 0..40 {
        let (_code, answer) = refused(submit(&client, order(scratch, &json!({}))).await)?;
        let reasons = at(&answer, "reasons").map(items).unwrap_or_default();
        let codes: Vec<String> = reasons.iter().map(|reason: &Value| field(reason, "code")).collect();
        if !codes.is_empty() {
            return Ok(codes);
        }
        // tidy: sleep — the pause between two questions of a wait that has an end
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    Err("no gate was asked within ten seconds".to_owned())
}

async fn cut_off(scratch: &Scratch) -> Seen {
    scratch.at_venue("/faults", &json!({"when": {}, "do": {"log_out": {"for": "3s"}}})).await?;
    scratch.until("/status", |status| at(status, "ready").is_some_and(|ready| *ready == false)).await?;
    let answer = submit(&scratch.operator, order(scratch, &json!({"strategy": "c8"}))).await;
    ready(scratch).await?;
    // Without a line the door itself answers, before any gate is asked.
    match refused(answer)? {
        (code, answer) if code == "not_ready" || code == "broker_unreachable" => {
            Ok(format!("{code} at the door: {}", field(&answer, "detail")))
        }
        (code, answer) => Err(format!("{code}: {answer}")),
    }
}

/// After the line was cut and is up again, with its reconciliation.
async fn ready(scratch: &Scratch) -> Result<Value, String> {
    scratch.until("/status", |status| at(status, "ready").is_some_and(|ready| *ready == true)).await
}

/// An order whose acknowledgement is lost is looked for, never sent again: the venue has it once.
async fn unknown(scratch: &Scratch) -> Seen {
    let fault = json!({"when": {"message": "place_order"}, "do": {"drop": "after_accept"}});
    scratch.at_venue("/faults", &fault).await?;
    let body = order(scratch, &json!({"strategy": "c49", "symbol": "UNH", "qty": "1", "limit_price": "6"}));
    let key = crate::verb::ticket::new_key("drill").map_err(Failure::human)?;
    let request = Request::post("/orders", Some(body)).keyed(&key);
    let connection = field(&scratch.get("/status").await?, "broker.generation");
    // Whatever is said now: the next connection has to find out.
    drop(scratch.operator.send(request).await);
    scratch.until(&format!("/orders/{key}"), |one| field(one, "status") == "working").await?;
    let next = field(&ready(scratch).await?, "broker.generation");
    let times = scratch.ledger("?symbol=UNH").await?.len();
    let seen =
        format!("sent on connection {connection}, found at work on connection {next}, at the broker {times} times");
    if next != connection && times == 1 { Ok(seen) } else { Err(seen) }
}

async fn by_hand(scratch: &Scratch) -> Result<(), String> {
    let order = json!({"symbol": "PEP", "side": "BUY", "quantity": 1, "order_type": "LMT", "limit_price": "4"});
    scratch.at_venue("/orders", &order).await
}

async fn external(scratch: &Scratch) -> Seen {
    let shown = |status: &Value| {
        at(status, "external_orders").map(items).unwrap_or_default().iter().any(|one| field(one, "symbol") == "PEP")
    };
    scratch.until("/status", shown).await?;
    let orders = scratch.get("/orders").await?;
    if items(&orders).iter().any(|one| field(one, "symbol") == "PEP") {
        return Err("it was adopted as one of ours".to_owned());
    }
    Ok("shown as external in the status, and not among our orders".to_owned())
}
