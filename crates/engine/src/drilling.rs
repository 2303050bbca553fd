//! The drill of the limits as evidence: it is fired by the program itself, never told by a caller.

use crate::permitting::Permit;
use crate::service::{Service, need_human};
use async_trait::async_trait;
use domain::fault::Fault;
use domain::principal::{Principal, Scope};
use std::fmt;

/// Fires every control in a scratch gateway, away from this engine.
#[async_trait]
pub trait Driller: Send + Sync + fmt::Debug {
    /// Fires them all; it may take a minute.
    ///
    /// # Errors
    /// [`Fault::CapabilityMissing`] where nothing can fire it, [`Fault::NotReady`] where what could is not this version, and
    /// [`Fault::Internal`] when it did not come to its end.
    async fn fire(&self) -> Result<DrillOutcome, Fault>;
}

/// What a drill showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillOutcome {
    /// Controls that answered as they should.
    pub passed: u32,
    /// Controls that there are.
    pub total: u32,
    /// Those that did not, or were not fired, by number.
    pub open: Vec<u8>,
}

/// For an engine without a program of its own around it.
#[derive(Clone, Copy, Debug)]
pub struct NoDriller;

#[async_trait]
impl Driller for NoDriller {
    async fn fire(&self) -> Result<DrillOutcome, Fault> {
        Err(Fault::CapabilityMissing("this engine has no program that could fire the drill".to_owned()))
    }
}

impl Service {
    /// Fires the drill and notes what it showed. One runs at a time; it ends with its caller, and is then not noted.
    pub(crate) async fn drill(&self, by: &Principal) -> Result<DrillOutcome, Fault> {
        need_human(by, Scope::Admin)?;
        self.be_writer()?;
        let Ok(_only) = self.drilling.try_lock() else {
            return Err(Fault::UnderWay("a drill of the limits"));
        };
        let outcome = self.config.driller.fire().await?;
        self.ask(by, Permit::Drilled { passed: outcome.passed, total: outcome.total }).await?;
        Ok(outcome)
    }
}
