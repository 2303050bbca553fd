//! A second look at the broker: the account, read on a connection of its own, beside what this gateway believes.

use crate::asks::{Asker, only};
use crate::service::{Service, need_human};
use async_trait::async_trait;
use domain::account::AccountSummary;
use domain::broker::{Answer, Question};
use domain::fault::Fault;
use domain::id::{AccountId, ClientId};
use domain::principal::{Principal, Scope};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::fmt;
use std::time::Duration;

/// Between the end of one second look and the next: the broker counts connections too.
const REST: Duration = Duration::from_secs(10);
/// Client ids of second looks begin here: far above what people give to their programs.
const CLIENT_ID_MIN: u32 = 1_000_000_000;

/// Looks at the broker on a fresh connection that can send nothing.
#[async_trait]
pub trait Witness: Send + Sync + fmt::Debug {
    /// The accounts that the login names, and the values of one of them.
    ///
    /// # Errors
    /// Why there was no such look.
    async fn look(&self, client_id: ClientId, account: AccountId) -> Result<WitnessAccount, Fault>;
}

/// What a fresh connection saw.
#[derive(Clone, Debug, PartialEq)]
pub struct WitnessAccount {
    /// Accounts of the login.
    pub accounts: Vec<AccountId>,
    /// The account's values.
    pub summary: AccountSummary,
}

/// For an engine without a broker that could be called twice.
#[derive(Clone, Copy, Debug)]
pub struct NoWitness;

#[async_trait]
impl Witness for NoWitness {
    async fn look(&self, _client_id: ClientId, _account: AccountId) -> Result<WitnessAccount, Fault> {
        Err(Fault::CapabilityMissing("this engine has no second way to the broker".to_owned()))
    }
}

/// One figure that the two connections tell differently; `None` is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which figure.
    pub field: &'static str,
    /// On the connection in use.
    pub ours: Option<Decimal>,
    /// On the fresh one.
    pub fresh: Option<Decimal>,
}

/// The account as two connections tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerVerification {
    /// Whose.
    pub account: AccountId,
    /// The client id of the fresh connection.
    pub client_id: ClientId,
    /// Accounts that the login names on the fresh connection, and whether they are those of the connection in use.
    pub accounts: (Vec<AccountId>, bool),
    /// When the connection in use told it.
    pub ours_at: Timestamp,
    /// When the fresh one did.
    pub fresh_at: Timestamp,
    /// What differs. Prices move between the two moments; cash and margin of a resting account do not.
    pub differences: Vec<Difference>,
}

impl Service {
    /// One at a time with a rest between them, and only for a person: each costs a place at the broker.
    pub(crate) async fn look_twice(&self, by: &Principal) -> Result<BrokerVerification, Fault> {
        need_human(by, Scope::Admin)?;
        self.be_writer()?;
        let Ok(mut ended) = self.looking_twice.try_lock() else {
            return Err(Fault::TooMany("a second look is under way already".to_owned()));
        };
        let rested = ended.map(|ended| self.clock.monotonic().saturating_sub(ended));
        if rested.is_some_and(|rested| rested < REST) {
            let seconds = REST.as_secs();
            return Err(Fault::TooMany(format!("a second look ended less than {seconds} seconds ago")));
        }
        let found = self.witnessed().await;
        *ended = Some(self.clock.monotonic());
        found
    }

    async fn witnessed(&self) -> Result<BrokerVerification, Fault> {
        let account = self.account_in_use()?;
        let client_id = self.witness_id()?;
        let (ours, fresh) = tokio::join!(
            self.asks.ask(Asker::Reader, Question::Account(account.clone())),
            self.config.witness.look(client_id, account.clone())
        );
        let (ours, fresh) = (only!(Answer::Account, ours?)?, fresh?);
        let connected = self.look(|_, session| session.mode.as_ref().map(|mode| mode.connected.clone()));
        let same = connected.as_ref() == Some(&fresh.accounts);
        Ok(BrokerVerification {
            account,
            client_id,
            accounts: (fresh.accounts, same),
            ours_at: ours.received_at,
            fresh_at: fresh.summary.received_at,
            differences: differences(&ours, &fresh.summary),
        })
    }

    /// A client id that no other program has.
    fn witness_id(&self) -> Result<ClientId, Fault> {
        let number = u32::from_be_bytes(self.random_bytes()?) % CLIENT_ID_MIN;
        ClientId::new(i64::from(CLIENT_ID_MIN + number)).map_err(|error| Fault::Internal(error.to_string()))
    }
}

fn differences(ours: &AccountSummary, fresh: &AccountSummary) -> Vec<Difference> {
    let figures = |one: &AccountSummary| {
        [
            ("net_liquidation", one.net_liquidation),
            ("total_cash", one.total_cash),
            ("buying_power", one.buying_power),
            ("init_margin", one.init_margin),
            ("maint_margin", one.maint_margin),
            ("excess_liquidity", one.excess_liquidity),
            ("available_funds", one.available_funds),
            ("gross_position_value", one.gross_position_value),
            ("unrealized_pnl", one.unrealized_pnl),
            ("realized_pnl", one.realized_pnl),
        ]
    };
    let pairs = figures(ours).into_iter().zip(figures(fresh));
    let differ = pairs.filter(|((_, ours), (_, fresh))| ours != fresh);
    differ.map(|((field, ours), (_, fresh))| Difference { field, ours, fresh }).collect()
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
