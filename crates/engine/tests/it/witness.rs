//! The second look at the broker: for a person, one at a time, with a rest.

use crate::support::*;
use async_trait::async_trait;
use domain::account::AccountSummary;
use domain::fault::Fault;
use domain::id::{AccountId, ClientId};
use engine::desk::Desk as _;
use engine::{Witness, WitnessAccount};
use jiff::SignedDuration;
use std::sync::{Arc, Mutex};

/// Sees what the engine sees, and notes the ids that it came with.
#[derive(Debug, Default)]
struct Seeing(Mutex<Vec<ClientId>>);

#[async_trait]
impl Witness for Seeing {
    async fn look(&self, client_id: ClientId, account: AccountId) -> Result<WitnessAccount, Fault> {
        self.0.lock().unwrap().push(client_id);
        let summary = AccountSummary { account: account.clone(), ..summary("2026-03-02T15:00:00Z".parse().unwrap()) };
        Ok(WitnessAccount { accounts: vec![account], summary })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_person_with_admin_has_a_second_look_and_not_one_after_the_other() {
    let seeing = Arc::new(Seeing::default());
    let rig = Rig::ready_with(|config| config.witness = seeing.clone()).await;
    assert_eq!(code_of(&rig.desk().verify_broker(&carol()).await), "ForbiddenScope");
    assert_eq!(code_of(&rig.desk().verify_broker(&rogue()).await), "HumansOnly");
    let found = rig.desk().verify_broker(&alice()).await.unwrap();
    assert_eq!((found.account, found.differences), (account(), Vec::new()));
    assert_eq!(code_of(&rig.desk().verify_broker(&alice()).await), "TooMany");
    rig.pass(SignedDuration::from_secs(10));
    assert!(rig.desk().verify_broker(&bob()).await.is_ok());
    let ids = seeing.0.lock().unwrap().clone();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}
