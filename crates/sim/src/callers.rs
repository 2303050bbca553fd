//! Who asks, and what they were told.

use crate::disk::Fate;
use crate::process::Process;
use domain::cancel::CancelFate;
use domain::fault::Fault;
use domain::id::{ApprovalId, ClOrdId};
use domain::lifecycle::OrdStatus;
use domain::order::{Amendment, OrderIntent};
use domain::principal::Principal;
use domain::trading_state::{KillScope, TradingState};
use engine::desk::{Desk as _, Outcome};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a caller has the desk wait for the broker.
const WAIT: Duration = Duration::from_secs(2);

/// What a caller was told.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are what the variant says")]
pub enum Told {
    /// About a submit or an approval's release.
    Order { key: ClOrdId, outcome: Outcome, status: OrdStatus },
    /// A submit failed: the key is not known to be an order.
    NoOrder { key: ClOrdId, fault: Fault },
    /// About a cancel.
    Cancel { key: ClOrdId, fate: CancelFate, is_entry: bool },
    /// A trading state stands.
    State(TradingState),
    /// Anything else that failed.
    Refused(&'static str, Fault),
    /// Anything else that went well.
    Done(&'static str),
}

/// What was told, in order, until somebody takes it. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Ears(Arc<Mutex<Vec<Told>>>);

impl Ears {
    fn hear(&self, fate: &Fate, told: Told) {
        // A process that has died tells nobody anything.
        if !fate.is_dead() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(told);
        }
    }

    /// Takes what was told.
    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn verdict(ears: &Ears, fate: &Fate, what: &'static str, result: Result<(), Fault>) {
    ears.hear(fate, result.map_or_else(|fault| Told::Refused(what, fault), |()| Told::Done(what)));
}

/// Asks of one process.
impl Process {
    /// A new order, or the same one again.
    pub fn submit(&self, ears: &Ears, by: Principal, intent: OrderIntent) {
        let (desk, ears, fate) = (self.desk(), ears.clone(), self.fate.clone());
        self.spawn(async move {
            let key = intent.cl_ord_id.clone();
            let told = match desk.submit(&by, intent, WAIT).await {
                Ok(answer) => Told::Order { key, outcome: answer.outcome, status: answer.order.status },
                Err(fault) => Told::NoOrder { key, fault },
            };
            ears.hear(&fate, told);
        });
    }

    /// A change.
    pub fn replace(&self, ears: &Ears, by: Principal, of: ClOrdId, key: ClOrdId, to: Amendment) {
        let (desk, ears, fate) = (self.desk(), ears.clone(), self.fate.clone());
        self.spawn(async move {
            let result = desk.replace(&by, of, key, to, None, WAIT).await;
            verdict(&ears, &fate, "replace", result.map(drop));
        });
    }

    /// A cancel.
    pub fn cancel(&self, ears: &Ears, by: Principal, of: ClOrdId, key: Option<ClOrdId>) {
        let (desk, ears, fate) = (self.desk(), ears.clone(), self.fate.clone());
        self.spawn(async move {
            let told = match desk.cancel(&by, of.clone(), key, None, WAIT).await {
                Ok(answer) => {
                    Told::Cancel { key: of, fate: answer.fate, is_entry: answer.order.intent.bracket.is_some() }
                }
                Err(fault) => Told::Refused("cancel", fault),
            };
            ears.hear(&fate, told);
        });
    }

    /// A cancel of everything.
    pub fn cancel_all(&self, ears: &Ears, by: Principal) {
        let (desk, ears, fate) = (self.desk(), ears.clone(), self.fate.clone());
        self.spawn(async move {
            let result = desk.cancel_all(&by, WAIT).await;
            verdict(&ears, &fate, "cancel_all", result.map(drop));
        });
    }

    /// A person's answer.
    pub fn decide(&self, ears: &Ears, by: Principal, id: ApprovalId, yes: bool) {
        let (desk, ears, fate) = (self.desk(), ears.clone(), self.fate.clone());
        self.spawn(async move {
            if !yes {
                let result = desk.deny_approval(&by, id, "no".to_owned()).await;
                return verdict(&ears, &fate, "deny", result.map(drop));
            }
            let told = match desk.approve(&by, id, None, WAIT).await {
                Ok(answer) => Told::Order {
                    key: answer.order.intent.cl_ord_id.clone(),
                    outcome: answer.outcome,
                    status: answer.order.status,
                },
                Err(fault) => Told::Refused("approve", fault),
            };
            ears.hear(&fate, told);
        });
    }

    /// Halts or lifts.
    pub fn set_state(&self, ears: &Ears, by: Principal, state: TradingState) {
        let (desk, ears, fate) = (self.desk(), ears.clone(), self.fate.clone());
        self.spawn(async move {
            let told = match desk.set_trading_state(&by, KillScope::Global, state, "drill".to_owned()).await {
                Ok(_) => Told::State(state),
                Err(fault) => Told::Refused("state", fault),
            };
            ears.hear(&fate, told);
        });
    }

    /// A person says that an order is dead, or that an instrument was looked at.
    pub fn resolve(&self, ears: &Ears, by: Principal, of: ClOrdId) {
        let (desk, ears, fate) = (self.desk(), ears.clone(), self.fate.clone());
        self.spawn(async move {
            let result = desk.resolve(&by, of, "looked at in TWS".to_owned()).await;
            verdict(&ears, &fate, "resolve", result.map(drop));
        });
    }
}
