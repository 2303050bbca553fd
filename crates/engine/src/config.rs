//! What the composition root decides for the engine.

use crate::drilling::Driller;
use crate::session_shelf::SessionShelf;
use crate::sessions::SessionRules;
use crate::sign_of_life::SignOfLife;
use crate::witness::Witness;
use domain::broker_calendar::BrokerCalendar;
use domain::id::{AccountId, ClientId, InstallationId};
use domain::mode::Trading;
use domain::policy::PolicySet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The usual patience with a silent holder of the lease.
pub const LEASE_SILENCE: Duration = Duration::from_secs(10);

/// Settings of one engine. Everything was read and checked before; nothing here is looked up again.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Version of the binary.
    pub version: &'static str,
    /// Short name of this installation, part of every order reference for ever.
    pub installation: InstallationId,
    /// Owner's setting.
    pub trading: Trading,
    /// Name of the policy.
    pub policy_name: String,
    /// The policy.
    pub policy: Box<PolicySet>,
    /// The pinned account. `None` refuses every order, except with the embedded venue, which names its only account.
    pub account: Option<AccountId>,
    /// Whether the broker is a Tollgate venue in this process: then its only account counts as pinned.
    pub embedded_venue: bool,
    /// Host and port of the broker, for reading.
    pub endpoint: String,
    /// Port of the broker, a part of the mode's proof.
    pub port: u16,
    /// Our client id at the broker.
    pub client_id: ClientId,
    /// Hash of the effective configuration.
    pub config_hash: String,
    /// Keys the hashes of API keys.
    pub key_secret: [u8; 32],
    /// How long people who signed in stay so, and how many.
    pub sessions: SessionRules,
    /// Where that outlives the process; `None`: it does not.
    pub session_shelf: Option<Arc<dyn SessionShelf>>,
    /// Where the file `KILL` is looked for.
    pub kill_file: PathBuf,
    /// What must be there at every live order; `None`: no order is live.
    pub live_override_file: Option<PathBuf>,
    /// How long the holder of the lease may show no sign of life before another process takes it away. The holder itself
    /// sends nothing more from half of that on, until it has proven its lease again.
    pub lease_silence: Duration,
    /// How often journal and broker are compared without any other cause.
    pub reconcile_every: Duration,
    /// The broker's day and when it is planned to be away.
    pub calendar: BrokerCalendar,
    /// How long an order may wait without a permanent id before it is shown as held in TWS.
    pub held_after: Duration,
    /// How every control is fired when a human asks for it.
    pub driller: Arc<dyn Driller>,
    /// Looks at the broker on a connection of its own.
    pub witness: Arc<dyn Witness>,
    /// Parts beside the engine that must show life, each with its name: whoever reports trades, whoever tells alerts.
    pub parts: Vec<(&'static str, Arc<SignOfLife>)>,
    /// How long an order may be unconfirmed on a good link before it is looked up.
    pub look_up_after: Duration,
}

impl EngineConfig {
    /// How long a proof of the lease lets orders through. Well below the silence after which another process takes over.
    pub(crate) fn lease_fresh(&self) -> Duration {
        self.lease_silence / 2
    }

    /// How often the writer shows that it lives. A few of these may fail to come in time without harm.
    pub(crate) fn beat_every(&self) -> Duration {
        self.lease_silence / 10
    }
}
