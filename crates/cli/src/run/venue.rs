//! `tollgate venue`: the simulated broker alone.

use crate::args::{CommissionsWord, DataWord, SessionsWord, Switch, VenueArgs};
use crate::failure::{CONFLICT, Failure, UNAVAILABLE};
use crate::out::{Said, data, talk};
use crate::run::serve;
use ::venue::core::{Commissions, DataRights};
use ::venue::{ClockMode, FaultScript, Sessions, Venue, VenueConfig, VenueError};
use serde_json::Value;
use std::path::Path;

/// Runs it until a signal, or until it can no longer keep its state.
pub(crate) async fn run(args: &VenueArgs) -> Result<Said, Failure> {
    let faults = args.faults.as_deref().map(fault_script).transpose()?;
    let signal = serve::signal()?;
    let venue = start(VenueConfig { faults, ..configured(args) }).await?;
    let printed = data(&format!("tws {}\ncontrol http://{}\n", venue.tws_addr(), venue.control_addr()));
    printed.map_err(|error| {
        Failure::unavailable(format!("stdout cannot be written: {error}"), "look at what reads it, and run it again")
    })?;
    talk("the simulated IBKR is running; its accounts are play money");
    // The venue has nothing to lose at its end: what it told anybody is on disk, or was never to be kept.
    tokio::select! {
        ended = venue.wait() => ended.map_err(|error| failed(&error))?,
        () = signal.wait() => talk("stopped"),
    }
    Ok(Said::new(Value::Null, ""))
}

fn fault_script(path: &Path) -> Result<FaultScript, Failure> {
    let refused = |why: String| {
        let text = format!("{}: {why}", path.display());
        Failure::usage(text, "a fault is [[fault]] with `when = {…}` and `do = {…}`")
    };
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    FaultScript::parse(&text).map_err(|error| refused(error.to_string()))
}

fn configured(args: &VenueArgs) -> VenueConfig {
    let clock = match (args.speed, args.stepped) {
        (_, true) => ClockMode::Stepped,
        (Some(speed), false) => ClockMode::Speed(speed),
        (None, false) => ClockMode::Real,
    };
    VenueConfig {
        tws_port: args.tws_port,
        control_port: args.control_port,
        clock,
        start: args.start,
        seed: args.seed,
        sessions: match args.sessions {
            SessionsWord::Exchange => Sessions::Exchange,
            SessionsWord::Always => Sessions::Always,
        },
        state_dir: args.state.clone(),
        accounts: args.accounts,
        commissions: match args.commissions {
            CommissionsWord::Fixed => Commissions::Fixed,
            CommissionsWord::Tiered => Commissions::Tiered,
        },
        live_like: args.live_like,
        data: match args.data {
            DataWord::Live => DataRights::Live,
            DataWord::Delayed => DataRights::Delayed,
            DataWord::None => DataRights::None,
        },
        throttle: args.throttle == Switch::On,
        ..VenueConfig::default()
    }
}

/// Starts a venue.
///
/// # Errors
/// Wrong settings, a port in use, a state directory that cannot be used.
pub(crate) async fn start(config: VenueConfig) -> Result<Venue, Failure> {
    ::venue::start(config).await.map_err(|error| failed(&error))
}

/// A failure of the venue in words.
pub(crate) fn failed(error: &VenueError) -> Failure {
    let text = format!("the venue cannot run: {error}");
    match error {
        VenueError::Config(_) => Failure::usage(text, "see `tollgate venue --help`"),
        VenueError::Bind { .. } => Failure::told(CONFLICT, "conflict", text, "choose another port; 0 takes any"),
        VenueError::State(_) | VenueError::Core(_) => Failure::storage(text, "look at the --state directory"),
        VenueError::Start(_) => Failure::usage(text, "give another --start"),
        VenueError::Thread(_) | VenueError::CoreFailed => {
            Failure::told(UNAVAILABLE, "internal", text, "start it again")
        }
    }
}
