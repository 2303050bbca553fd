//! The words of the command line. Raw here; checked where they are used.

mod examples;
mod look;
mod looping;
mod order;
mod run;
mod steer;
mod watch;
mod whole;
mod words;

pub(crate) use look::{AccountVerb, BarsArgs, BrokerVerb, ContractVerb, InstrumentArgs, QuoteArgs, StatusArgs};
pub(crate) use looping::LoopVerb;
pub(crate) use order::{ChangeArgs, FlattenArgs, OrderVerb, TicketArgs};
pub(crate) use run::{
    BackupArgs, BundleArgs, CommissionsWord, DataWord, DemoArgs, FaultsWord, IncidentVerb, McpArgs, McpClient,
    ReplayArgs, RestoreArgs, SessionsWord, Switch, VenueArgs, VenueVerb,
};
pub(crate) use steer::{
    ApprovalVerb, AuditVerb, ConfigVerb, KeyVerb, KillArgs, KillVerb, LimitsOf, LimitsVerb, LiveVerb, MandateVerb,
    ScopeWord,
};
pub(crate) use watch::{AlertVerb, GuardVerb, StreamVerb};
#[cfg(test)]
pub(crate) use whole::leaves;
pub(crate) use whole::{command, parse};
pub(crate) use words::{Cli, Common, Noun};
