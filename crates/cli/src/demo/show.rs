//! Starts the demo, shows it, and takes it away.

use super::agent;
use super::home::Home;
use super::steps;
use super::walk::Walk;
use crate::args::DemoArgs;
use crate::client::{Client, KeySource, Trust};
use crate::failure::Failure;
use crate::out::{Said, data, talk};
use crate::rehearsal::until_ready;
use crate::run::gateway::{EmbeddedSessions, Gateway};
use crate::run::serve;

/// Runs the demo.
pub(crate) async fn run(args: &DemoArgs, json: bool) -> Result<Said, Failure> {
    let signals = serve::signal()?;
    let home = Home::make(args.once).await?;
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await?;
    let told = tokio::select! {
        told = show(args, json, &home, &gateway) => told,
        () = signals.wait() => Ok(interrupted(args)),
    };
    let stopped = gateway.stop().await;
    let said = told?;
    stopped?;
    Ok(said)
}

/// A walk that was cut short proved nothing.
fn interrupted(args: &DemoArgs) -> Said {
    let exit = u8::from(args.once);
    talk(if args.once { "interrupted before every step was walked" } else { "the demo is gone" });
    Said { json: serde_json::Value::Null, human: String::new(), exit }
}

async fn show(args: &DemoArgs, json: bool, home: &Home, gateway: &Gateway) -> Result<Said, Failure> {
    until_ready(gateway, "the demo").await?;
    let client = |path| Client::new(&gateway.url(), &KeySource::File(path), &Trust::default());
    if !args.once {
        let text = home.suggestions(&gateway.url(), gateway.venue_control())?;
        data(&text).map_err(|error| {
            Failure::unavailable(
                format!("stdout cannot be written: {error}"),
                "look at what reads it, and run it again",
            )
        })?;
        match agent::proposes(&client(home.config.agent_key_file())?).await {}
    }
    let operator = client(home.config.operator_key_file())?;
    let agent = client(home.config.agent_key_file())?;
    let mut walk = Walk::new(json);
    let walked = steps::all(&mut walk, &operator, &agent).await;
    Ok(walk.end(walked))
}
