//! Questions and deeds, as requests to the gateway.

use super::told::{Ask, Deed, Told, Trouble};
use super::words::spaced;
use crate::client::{Client, Request};
use crate::config::Config;
use crate::failure::Failure;
use crate::problem;
use crate::table::{field, plain};
use crate::verb::kill;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender};

/// How long a gateway may take for an answer before it counts as silent; it may ask the broker first.
const ANSWER: Duration = Duration::from_secs(10);
/// The same for its status, which it has at hand.
const STATUS: Duration = Duration::from_secs(5);
/// Trades that are shown.
const FILLS: u32 = 100;
/// The longest list.
const LIST: u32 = 1_000;
/// Why, where nobody types a reason.
const REASON: &str = "by tollgate top";

/// Answers rounds of questions, one round after the other.
pub(super) async fn answer_rounds(
    client: Client,
    mut rounds: Receiver<Vec<Ask>>,
    tell: Sender<Told>,
    over: Sender<()>,
) {
    while let Some(round) = rounds.recv().await {
        for ask in round {
            let answer = ask_one(&client, &ask).await;
            let silent = answer.as_ref().is_err_and(|trouble| !trouble.reached);
            if tell.send(Told::Answer(ask, answer)).await.is_err() {
                return;
            }
            // The others would wait as long, one after the other.
            if silent {
                break;
            }
        }
        if over.send(()).await.is_err() {
            return;
        }
    }
}

/// One question.
pub(super) async fn ask_one(client: &Client, ask: &Ask) -> Result<Value, Trouble> {
    let path = match ask {
        Ask::Status => "/status".to_owned(),
        Ask::Live => "/live".to_owned(),
        Ask::Orders => "/orders".to_owned(),
        Ask::Order(key) => format!("/orders/{key}"),
        Ask::Fills => "/executions".to_owned(),
        Ask::Approvals => "/approvals".to_owned(),
        Ask::Positions(account) => format!("/accounts/{account}/positions"),
        Ask::Summary(account) => format!("/accounts/{account}/summary"),
        Ask::Pnl(account) => format!("/accounts/{account}/pnl"),
    };
    let request = Request::get(&path).patient(if *ask == Ask::Status { STATUS } else { ANSWER });
    let request = match ask {
        Ask::Orders => request.with("open", Some("true")).with("limit", Some(LIST)),
        Ask::Fills => request.with("limit", Some(FILLS)),
        Ask::Approvals => request.with("pending", Some("true")).with("limit", Some(LIST)),
        Ask::Status | Ask::Live | Ask::Order(_) | Ask::Positions(_) | Ask::Summary(_) | Ask::Pnl(_) => request,
    };
    client.send(request).await.map(|reply| reply.body).map_err(trouble)
}

/// A failure as the screen shows it.
pub(super) fn trouble(failure: Failure) -> Trouble {
    match failure {
        Failure::Config(error) => Trouble { text: plain(&error.to_string()), reached: false },
        Failure::Told(told) => {
            let first = told.text.lines().next().unwrap_or_default();
            Trouble { text: plain(first), reached: told.answer.is_some() }
        }
    }
}

/// Does a deed, and tells what became of it.
pub(super) async fn perform(client: Client, config: Option<Arc<Config>>, deed: Deed, tell: Sender<Told>) {
    let outcome = match &deed {
        Deed::Kill => halt(&client, config.as_deref()).await,
        Deed::Approve { id } => approve(&client, id).await,
        Deed::Deny { id, reason } => deny(&client, id, reason).await,
    };
    // Nobody is left to tell when the screen is gone; the deed stands in the journal.
    drop(tell.send(Told::Done(deed, outcome)).await);
}

async fn halt(client: &Client, config: Option<&Config>) -> Result<String, String> {
    let body = json!({"scope": "global", "state": "halted", "reason": REASON});
    match client.send(Request::put("/kill", body).patient(ANSWER)).await {
        Ok(reply) => Ok(format!(
            "{}: no new order leaves; open orders are being canceled",
            field(&reply.body, "global").to_uppercase()
        )),
        // The gateway itself said no: its reason counts, and a file behind its back would be no answer to it.
        Err(Failure::Told(told)) if told.answer.is_some() => {
            let more = "\n\nWhoever may write to the data directory can still halt it: `tollgate kill on`.";
            Err(words(Failure::Told(told)) + more)
        }
        Err(failure) => Err(by_file(config, &words(failure))),
    }
}

/// The gateway was not reached: the file is what it looks at before each send.
fn by_file(config: Option<&Config>, why: &str) -> String {
    let Some(config) = config else {
        return format!(
            "{why}\n\nNobody knows whether the kill took hold. The gateway is another machine's: there `tollgate kill on` also works \
             without it."
        );
    };
    let path = config.kill_file();
    match kill::write_kill_file(config, REASON) {
        Ok(()) => format!(
            "{why}\n\nSo the file {} was written: no new order leaves a gateway that uses this data directory. Nobody confirms the cancel \
             of working orders: look at TWS. `tollgate kill off --reason …` removes the file.",
            path.display()
        ),
        Err(error) => format!(
            "{why}\n\nAnd the file {} cannot be written: {error}. End the gateway's process, or log out of TWS.",
            path.display()
        ),
    }
}

async fn approve(client: &Client, id: &str) -> Result<String, String> {
    let path = format!("/approvals/{id}/approve");
    let reply = client.send(Request::post(&path, None)).await.map_err(words)?;
    let [outcome, key, status] = ["outcome", "cl_ord_id", "status"].map(|name| field(&reply.body, name));
    if reply.status == StatusCode::ACCEPTED {
        return Err(format!(
            "{key} is outside the bounds of its approval by now, so that it did not leave: it waits for a new one.\n{}",
            problem::reasons(&reply.body).join("\n")
        ));
    }
    Ok(plain(&format!("approved {key}: {}, {}", spaced(&outcome), spaced(&status))))
}

async fn deny(client: &Client, id: &str, reason: &str) -> Result<String, String> {
    let path = format!("/approvals/{id}/deny");
    let body = json!({"reason": reason});
    let reply = client.send(Request::post(&path, Some(body))).await.map_err(words)?;
    Ok(plain(&format!("{} {}", spaced(&field(&reply.body, "status")), field(&reply.body, "cl_ord_id"))))
}

/// Everything that a failure says: the server's reasons and what to do.
fn words(failure: Failure) -> String {
    failure.human()
}
