//! From words to a command, and from its result to output and exit code.

use crate::args::{AlertVerb, AuditVerb, Cli, Common, IncidentVerb, KeyVerb, LimitsVerb, Noun, VenueArgs, VenueVerb};
use crate::client::{Client, key_source, trust_of};
use crate::config::{Config, Surroundings};
use crate::failure::{Failure, UNAVAILABLE};
use crate::out::{Said, data, talk};
use crate::{demo, doctor, drill, log, mcp, replay, run, telemetry, top, verb};
use serde_json::Value;
use std::path::PathBuf;

/// Runs a command; the result is its exit code.
pub(crate) fn run(cli: Cli) -> u8 {
    let json = cli.common.json;
    let mut runtime = if has_threads(&cli.noun) {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            talk(format!("error: the system refused threads: {error}"));
            return UNAVAILABLE;
        }
    };
    match runtime.block_on(answer(cli)) {
        Ok(said) => print(&said, json),
        Err(failure) => {
            let exit = failure.exit();
            if json {
                // Programs read one stream: the refusal is the answer.
                let shown = Said { json: failure.json(), human: String::new(), exit };
                print(&shown, true)
            } else {
                talk(failure.human());
                exit
            }
        }
    }
}

/// Commands that hold a gateway or a venue in them, or do several things at once. All others ask and wait, which one thread does.
fn has_threads(noun: &Noun) -> bool {
    match noun {
        Noun::Demo(_)
        | Noun::Mcp(_)
        | Noun::Replay(_)
        | Noun::Serve
        | Noun::Top
        | Noun::Venue(_)
        | Noun::Limits(LimitsVerb::Drill { .. }) => true,
        Noun::Status(_)
        | Noun::Doctor
        | Noun::Quote(_)
        | Noun::Bars(_)
        | Noun::Contract(_)
        | Noun::Account(_)
        | Noun::Broker(_)
        | Noun::Order(_)
        | Noun::Flatten(_)
        | Noun::Approval(_)
        | Noun::Kill(_)
        | Noun::Limits(_)
        | Noun::Live(_)
        | Noun::Alert(_)
        | Noun::Guard(_)
        | Noun::Stream(_)
        | Noun::Mandate(_)
        | Noun::Loop(_)
        | Noun::Audit(_)
        | Noun::Incident(_)
        | Noun::Backup(_)
        | Noun::Restore(_)
        | Noun::Key(_)
        | Noun::Config(_)
        | Noun::Completions { .. }
        | Noun::Man { .. } => false,
    }
}

fn print(said: &Said, json: bool) -> u8 {
    let text = match (&said.json, json) {
        (Value::Null, _) if said.human.is_empty() => return said.exit,
        // A script or a page: there is no JSON of it.
        (Value::Null, true) => said.human.clone(),
        (value, true) => match serde_json::to_string_pretty(value) {
            Ok(text) => text,
            Err(error) => {
                talk(format!("error: the answer cannot be written as JSON: {error}"));
                return UNAVAILABLE;
            }
        },
        (_, false) => said.human.clone(),
    };
    match data(&text) {
        Ok(()) => said.exit,
        Err(error) => {
            talk(format!("error: stdout cannot be written: {error}"));
            UNAVAILABLE
        }
    }
}

async fn answer(cli: Cli) -> Result<Said, Failure> {
    let Cli { noun, common } = cli;
    if verb::watch::is_watched(&noun) {
        return verb::watch::watch(&connect(&load(&common)?, &common)?, &noun, common.json).await;
    }
    match noun {
        Noun::Completions { shell } => Ok(verb::paper::completions(shell)),
        Noun::Man { dir } => verb::paper::man(dir.as_deref()),
        Noun::Venue(args) => venue(&args).await,
        Noun::Demo(args) => {
            log::begin("error");
            demo::run(&args, common.json).await
        }
        Noun::Mcp(args) => {
            // Errors alone: its user sees them in another program's log.
            log::begin("error");
            Box::pin(mcp::run(&args, &common, || load(&common))).await
        }
        Noun::Limits(LimitsVerb::Drill { record: false }) => {
            log::begin("off");
            Box::pin(drill::run()).await
        }
        Noun::Replay(args) => {
            log::begin("error");
            Box::pin(replay::run(&args, &surroundings(&common))).await
        }
        Noun::Serve => serve(&load(&common)?).await,
        Noun::Top => on_a_terminal(&common).await,
        Noun::Doctor => doctor::doctor(load(&common), &common).await,
        Noun::Alert(AlertVerb::Test) => verb::alert::test(&load(&common)?).await,
        Noun::Config(verb) => verb::config::config(&load(&common)?, &verb),
        Noun::Kill(verb) => {
            let config = load(&common)?;
            verb::kill::kill(&config, connect(&config, &common), &verb).await
        }
        Noun::Backup(args) => verb::backup::backup(&load(&common)?, &args),
        Noun::Incident(IncidentVerb::Bundle(args)) => verb::incident::bundle(&load(&common)?, &args),
        Noun::Restore(args) => verb::restore::restore(&load(&common)?, &args),
        Noun::Audit(AuditVerb::Export { to, from, with_accounts }) => {
            verb::export::export(&load(&common)?, to.as_deref(), from, with_accounts)
        }
        Noun::Audit(AuditVerb::Verify) if common.url.is_none() => verb::audit::verify_files(&load(&common)?),
        Noun::Audit(AuditVerb::Tail { follow: true, lines, kind, order, .. }) => {
            let tail = verb::tail::Tail { lines, kind, order, json: common.json };
            verb::tail::follow(&connect(&load(&common)?, &common)?, &tail).await
        }
        Noun::Key(KeyVerb::Protect { off }) => {
            let change = if off { verb::protect::unprotect } else { verb::protect::protect };
            change(&key_file(&common)?, !common.no_input)
        }
        Noun::Key(KeyVerb::Reveal) => verb::protect::reveal(&key_file(&common)?, !common.no_input),
        Noun::Status(_)
        | Noun::Quote(_)
        | Noun::Bars(_)
        | Noun::Stream(_)
        | Noun::Contract(_)
        | Noun::Account(_)
        | Noun::Broker(_)
        | Noun::Order(_)
        | Noun::Flatten(_)
        | Noun::Approval(_)
        | Noun::Guard(_)
        | Noun::Alert(_)
        | Noun::Audit(_)
        | Noun::Limits(_)
        | Noun::Live(_)
        | Noun::Mandate(_)
        | Noun::Loop(_)
        | Noun::Key(_) => ask(&connect(&load(&common)?, &common)?, &noun).await,
    }
}

async fn venue(args: &VenueArgs) -> Result<Said, Failure> {
    log::begin("warn");
    match &args.verb {
        None => run::venue::run(args).await,
        Some(VenueVerb::Status { control_port, orders }) => verb::venue::status(*control_port, *orders).await,
    }
}

async fn serve(config: &Config) -> Result<Said, Failure> {
    let (listener, export) = config.telemetry.as_ref().map(telemetry::begin).transpose()?.unzip();
    log::begin_with("warn", listener);
    let ended = run::serve::run(config).await;
    if let Some(export) = export {
        export.end().await;
    }
    ended
}

async fn on_a_terminal(common: &Common) -> Result<Said, Failure> {
    top::need_a_terminal(common.json)?;
    let config = load(common)?;
    let client = connect(&config, common)?;
    Box::pin(top::run(config, client, common)).await
}

/// The commands that are nothing but clients.
pub(crate) async fn ask(client: &Client, noun: &Noun) -> Result<Said, Failure> {
    match noun {
        Noun::Status(args) => verb::status::status(client, args).await,
        Noun::Quote(args) => verb::market::quote(client, args).await,
        Noun::Bars(args) => verb::market::bars(client, args).await,
        Noun::Stream(verb) => verb::streams::streams(client, verb).await,
        Noun::Contract(verb) => verb::contract::contract(client, verb).await,
        Noun::Broker(verb) => verb::account::broker(client, verb).await,
        Noun::Account(verb) => verb::account::account(client, verb).await,
        Noun::Order(verb) => verb::order::order(client, verb).await,
        Noun::Flatten(args) => verb::flatten::flatten(client, args).await,
        Noun::Approval(verb) => verb::approval::approval(client, verb).await,
        Noun::Guard(verb) => verb::guard::guard(client, verb).await,
        Noun::Alert(verb) => verb::alert::alert(client, verb).await,
        Noun::Audit(verb) => verb::audit::audit(client, verb).await,
        Noun::Limits(verb) => verb::limits::limits(client, verb).await,
        Noun::Live(verb) => verb::permit::live(client, verb).await,
        Noun::Mandate(verb) => verb::permit::mandate(client, verb).await,
        Noun::Loop(verb) => verb::looping::looping(client, verb).await,
        Noun::Key(verb) => verb::key::key(client, verb).await,
        Noun::Demo(_)
        | Noun::Mcp(_)
        | Noun::Replay(_)
        | Noun::Serve
        | Noun::Top
        | Noun::Venue(_)
        | Noun::Doctor
        | Noun::Kill(_)
        | Noun::Backup(_)
        | Noun::Restore(_)
        | Noun::Incident(_)
        | Noun::Config(_)
        | Noun::Completions { .. }
        | Noun::Man { .. } => Err(Failure::usage("this command asks no gateway", "call it without --url")),
    }
}

fn surroundings(common: &Common) -> Surroundings {
    Surroundings::of_process(common.config.clone(), common.profile.clone())
}

fn load(common: &Common) -> Result<Config, Failure> {
    Ok(Config::load(&surroundings(common))?)
}

/// The key file that is meant.
fn key_file(common: &Common) -> Result<PathBuf, Failure> {
    match &common.key_file {
        Some(path) => Ok(path.clone()),
        None => Ok(load(common)?.operator_key_file()),
    }
}

/// A client of the gateway that is meant.
pub(crate) fn connect(config: &Config, common: &Common) -> Result<Client, Failure> {
    let key = key_source(config, common.key_file.as_ref(), common.no_input);
    let (url, trust) = trust_of(config, common);
    Client::new(&url, &key, &trust)
}
