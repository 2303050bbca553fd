//! The key files of the first start: the operator's, an agent's, and the loop's where there is one.
//!
//! An empty file means that its key was about to be made: whoever finds it after a crash makes another. A missing file
//! beside a known key stays missing, because its owner may have put it behind a pass phrase.

use super::place::trouble;
use super::private;
use crate::config::Config;
use crate::failure::Failure;
use crate::out::talk;
use domain::id::KeyId;
use domain::mode::Trading;
use domain::principal::{PrincipalKind, Scope};
use engine::EngineHandle;
use std::collections::BTreeSet;
use std::path::Path;

/// Names tried after a crash between making a key and writing its file.
const RENEWALS_MAX: u32 = 100;

/// Makes `operator.key` and `agent.key` unless they were made before.
///
/// # Errors
/// The journal or a file cannot be written.
pub(crate) async fn ensure(engine: &EngineHandle, config: &Config) -> Result<(), Failure> {
    let operator = Scope::WORDS.iter().map(|(_, scope)| *scope).filter(|scope| *scope != Scope::TradeLive).collect();
    let agent = BTreeSet::from([Scope::Read, Scope::Preview, Scope::TradePaper, Scope::Kill]);
    one(engine, &config.operator_key_file(), "operator", PrincipalKind::Human, operator).await?;
    one(engine, &config.agent_key_file(), "agent", PrincipalKind::Agent, agent).await?;
    if config.looping.is_on() {
        let mut scopes = BTreeSet::from([Scope::Read, Scope::Preview, Scope::TradePaper]);
        if config.trading == Trading::Live {
            scopes.insert(Scope::TradeLive);
        }
        one(engine, &config.loop_key_file(), "loop", PrincipalKind::Agent, scopes).await?;
    }
    Ok(())
}

async fn one(
    engine: &EngineHandle,
    path: &Path,
    name: &str,
    kind: PrincipalKind,
    scopes: BTreeSet<Scope>,
) -> Result<(), Failure> {
    let found = private::read(path).map_err(|error| trouble("key file", path, &error))?;
    let interrupted = match found.as_deref().map(str::trim) {
        Some("") => true,
        Some(_key) => return Ok(()),
        None => {
            private::write(path, "").map_err(|error| trouble("key file", path, &error))?;
            false
        }
    };
    for round in 0..RENEWALS_MAX {
        let id = if round == 0 { name.to_owned() } else { format!("{name}-{}", round + 1) };
        let id: KeyId = id.parse().map_err(|error: domain::id::IdError| {
            Failure::usage(error.to_string(), "report this: the names of the first keys are part of the binary")
        })?;
        let made = engine.ensure_key(id.clone(), kind, scopes.clone()).await.map_err(|fault| {
            Failure::storage(
                format!("the key {name} cannot be made: {fault}"),
                "`tollgate doctor` looks at files and disk",
            )
        })?;
        if let Some(secret) = made {
            return private::write(path, &format!("{secret}\n")).map_err(|error| trouble("key file", path, &error));
        }
        // A key that was revoked is gone for good: the next one has a name of its own.
        if engine.is_revoked(&id) {
            continue;
        }
        if !interrupted {
            std::fs::remove_file(path).map_err(|error| trouble("key file", path, &error))?;
            talk(format!("the key {name} exists but {} is missing; it is not made again", path.display()));
            return Ok(());
        }
    }
    Err(Failure::storage(format!("{} was interrupted too often", path.display()), "remove the empty file"))
}
