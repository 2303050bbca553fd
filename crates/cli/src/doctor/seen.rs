//! Looks once at everything that the checks judge.

use super::wire::{self, Wire};
use crate::args::Common;
use crate::client::Request;
use crate::config::{BrokerKind, Config};
use crate::dispatch;
use crate::failure::Failure;
use crate::run::place::{self, LeaseHolder};
use jiff::Timestamp;
use serde_json::Value;
use std::io;
use std::path::Path;
use std::time::Duration;
use store::{JournalReader, Pulse};

/// For the gateway's answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was seen.
pub(super) struct Seen {
    pub(super) config: Config,
    /// Who may write.
    pub(super) lease: io::Result<LeaseHolder>,
    /// Whether who may write shows no sign of life; only looked at when no gateway answers.
    pub(super) is_silent: bool,
    pub(super) gateway: Answered,
    /// `None` with the embedded venue, which starts with the gateway.
    pub(super) wire: Option<Wire>,
    pub(super) now: Timestamp,
}

/// How the gateway answered.
pub(super) enum Answered {
    /// With its status.
    Status(Value),
    /// It is there and refused, in words.
    Refused(String),
    /// It cannot be asked: there is no key to show, in words.
    NoKey(String),
    /// Nobody of ours is at its address; whether the address is free.
    Nobody(io::Result<()>),
}

/// Looks at this machine, the gateway and the broker.
pub(super) async fn look(config: Config, common: &Common) -> Seen {
    let lease = place::lease_holder(&config.data_dir);
    let held = matches!(lease, Ok(LeaseHolder::Process(_)));
    let before = pulse(&config.data_dir);
    let gateway = ask(&config, common).await;
    let is_away = matches!(gateway, Answered::Nobody(_));
    let is_silent = held && is_away && before.is_some() && is_silent_since(&config, before).await;
    let wire = match config.broker.kind {
        BrokerKind::Venue => None,
        BrokerKind::Tws => Some(wire::look(&config, held).await),
    };
    Seen { config, lease, is_silent, gateway, wire, now: Timestamp::now() }
}

async fn ask(config: &Config, common: &Common) -> Answered {
    let client = match dispatch::connect(config, common) {
        Ok(client) => client,
        Err(failure) => {
            let free = is_free(config).await;
            // Without a gateway the first start of one makes the key.
            return if free.is_ok() { Answered::Nobody(free) } else { Answered::NoKey(failure.human()) };
        }
    };
    match client.send(Request::get("/status").patient(PATIENCE)).await {
        Ok(reply) => Answered::Status(reply.body),
        Err(Failure::Told(told)) if told.answer.is_none() => Answered::Nobody(is_free(config).await),
        Err(failure) => Answered::Refused(failure.human()),
    }
}

async fn is_free(config: &Config) -> io::Result<()> {
    tokio::net::TcpListener::bind(config.listen).await.map(drop)
}

fn pulse(data_dir: &Path) -> Option<Pulse> {
    JournalReader::open(data_dir).ok()?.pulse().ok()
}

/// A writer that lives beats ten times in the time after which another one may take its place.
async fn is_silent_since(config: &Config, before: Option<Pulse>) -> bool {
    // tidy: sleep — a process that is stopped tells nobody; half of that time has five beats
    tokio::time::sleep(config.lease_silence / 2).await;
    pulse(&config.data_dir) == before
}
