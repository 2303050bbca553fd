//! The processes: one venue, one gateway.

use crate::failure::Failure;
use crate::home::Home;
use crate::plan::Plan;
use crate::process::{Process, Recipe};
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;

/// A port that nobody uses now.
pub(crate) fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn recipe(plan: &Plan, home: &Home, name: &str, words: Vec<OsString>) -> Recipe {
    let log = home.dir.join(format!("{name}.log"));
    Recipe { name: name.to_owned(), binary: plan.binary.clone(), words, home: home.dir.clone(), log }
}

/// Keeps a venue at these ports.
pub(crate) fn venue(plan: &Plan, home: &Home, tws: u16, control: u16) -> Process {
    let words = ["venue", "--sessions", "always", "--seed", &plan.seed.to_string()].map(OsString::from);
    let ports = ["--tws-port", &tws.to_string(), "--control-port", &control.to_string(), "--state"].map(OsString::from);
    let words = words.into_iter().chain(ports).chain([home.state.dir.clone().into_os_string()]).collect();
    Process::keep(recipe(plan, home, "venue", words))
}

/// Keeps a gateway with this configuration.
pub(crate) fn gateway(plan: &Plan, home: &Home, name: &str, config: &Path) -> Process {
    let words = vec!["--config".into(), config.as_os_str().to_owned(), "serve".into()];
    Process::keep(recipe(plan, home, name, words))
}
