//! The kill switch. Turning it on also works without a gateway, or with one that does not do it, by the file `KILL` in the data
//! directory, which a gateway looks at before each send. Whoever may write that file may stop trading, whatever becomes of his key: a
//! kill that ends with a refusal would be the worse of the two mistakes. What was done, and by whom, is told as it was.

use crate::args::{KillArgs, KillVerb, ScopeWord};
use crate::client::{Client, Request};
use crate::config::Config;
use crate::failure::{Failure, USAGE};
use crate::out::{Said, talk};
use crate::run::private;
use crate::table::{column, items, table};
use serde_json::{Value, json};
use std::path::Path;

/// `tollgate kill`. The client is made late: a missing key must not stop the file from being written.
pub(crate) async fn kill(config: &Config, client: Result<Client, Failure>, verb: &KillVerb) -> Result<Said, Failure> {
    match verb {
        KillVerb::On(args) => on(config, client, args).await,
        KillVerb::Reduce(args) => set(&client?, args, "reducing").await,
        KillVerb::Off(args) => off(config, client?, args).await,
        KillVerb::Status => {
            let body = client?.send(Request::get("/kill")).await?.body;
            Ok(states_said(body))
        }
    }
}

async fn on(config: &Config, client: Result<Client, Failure>, args: &KillArgs) -> Result<Said, Failure> {
    let asked = match client {
        Ok(client) => set(&client, args, "halted").await,
        Err(failure) => Err(failure),
    };
    let failure = match asked {
        Ok(said) => return Ok(said),
        Err(failure) => failure,
    };
    if args.scope != ScopeWord::Global {
        return Err(failure);
    }
    let path = config.kill_file();
    let reason = args.reason.as_deref().unwrap_or("no reason given");
    write_kill_file(config, reason).map_err(|error| {
        Failure::storage(
            format!("the gateway did not halt, and {} cannot be written: {error}", path.display()),
            "end the gateway's process, or log out of TWS",
        )
    })?;
    let code = code_of_answer(&failure);
    talk(format!("the gateway did not do it itself: {}", failure.human()));
    let what_else = code.as_ref().map_or_else(
        || "The gateway itself was not reached, so that nobody confirms the cancel of working orders: look at TWS.".to_owned(),
        |code| {
            format!(
                "The gateway answered, and refused ({code}). If it uses this data directory it sees the file, halts and cancels what works; \
                 nobody confirms that here: look at `tollgate kill status` with a key that may read, or at TWS."
            )
        },
    );
    let human = format!(
        "halted by the file {}: no new order leaves a gateway that uses this data directory.\n{what_else}\n\
         `tollgate kill off --reason …` removes the file.",
        path.display()
    );
    let reached = code.is_some();
    Ok(Said::new(
        json!({"kill_file": path, "state": "halted", "gateway_reached": reached, "gateway_code": code}),
        human,
    ))
}

/// The code with which a gateway answered; `None` where none did.
fn code_of_answer(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Told(told) => told.answer.as_ref().map(|_answer| told.code.clone()),
        Failure::Config(_) => None,
    }
}

/// Writes the file that a gateway looks at before each send.
///
/// # Errors
/// The data directory or the file cannot be written.
pub(crate) fn write_kill_file(config: &Config, reason: &str) -> std::io::Result<()> {
    private::own_dir(&config.data_dir)?;
    private::write(&config.kill_file(), &format!("{reason}\n"))
}

/// The file goes first, or the gateway would halt again at once; a refusal of the gateway brings it back.
async fn off(config: &Config, client: Client, args: &KillArgs) -> Result<Said, Failure> {
    if args.reason.is_none() {
        let hint = "tollgate kill off --reason \"…\"";
        return Err(Failure::told(USAGE, "invalid_request", "lifting a kill needs a reason", hint));
    }
    let path = config.kill_file();
    let file = if args.scope == ScopeWord::Global { read_file(&path)? } else { None };
    if file.is_some() {
        std::fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
    }
    match (set(&client, args, "active").await, file) {
        (Ok(said), Some(_)) => {
            talk(format!("removed {}", path.display()));
            Ok(said)
        }
        (Ok(said), None) => Ok(said),
        (Err(Failure::Told(told)), Some(_)) if told.code == "not_ready" && told.answer.is_none() => {
            let human = format!(
                "removed {}. No gateway is running; a kill that is set in its journal stays until `tollgate kill off` \
                 reaches it.",
                path.display()
            );
            Ok(Said::new(json!({"kill_file": null, "gateway_reached": false}), human))
        }
        (Err(failure), Some(content)) => {
            std::fs::write(&path, content).map_err(|error| unwritable(&path, &error))?;
            Err(failure)
        }
        (Err(failure), None) => Err(failure),
    }
}

fn read_file(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read(path) {
        Ok(content) => Ok(Some(String::from_utf8_lossy(&content).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unwritable(path, &error)),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::storage(format!("{} cannot be changed: {error}", path.display()), "check its owner and mode")
}

async fn set(client: &Client, args: &KillArgs, state: &str) -> Result<Said, Failure> {
    let scope = match args.scope {
        ScopeWord::Global => "global",
        ScopeWord::Account => "account",
        ScopeWord::Strategy => "strategy",
    };
    let reason = args.reason.clone().unwrap_or_else(|| "by the command line".to_owned());
    let mut body = json!({"scope": scope, "state": state, "reason": reason});
    if let (Some(id), Some(fields)) = (&args.id, body.as_object_mut()) {
        fields.insert("id".to_owned(), Value::String(id.clone()));
    }
    let body = client.send(Request::put("/kill", body)).await?.body;
    Ok(states_said(body))
}

fn states_said(body: Value) -> Said {
    let columns = [
        column("scope", "scope"),
        column("id", "id"),
        column("state", "state"),
        column("reason", "reason"),
        column("by", "by"),
        column("at", "at"),
    ];
    let mut human = table(items(&body), &columns, "active everywhere; no trading state was ever set");
    if body.get("kill_file").and_then(Value::as_bool) == Some(true) {
        human.push_str("\nthe file KILL is in the data directory: nothing is sent");
    }
    Said::new(body, human)
}
