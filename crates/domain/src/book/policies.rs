//! The policy in force in the book, and the one that waits.

use super::{Book, ReplayError, refuse};
use crate::journal::Recorded;
use crate::policy::{PendingPolicy, PolicyInForce, PolicySet};
use crate::principal::Principal;
use std::sync::Arc;

impl Book {
    pub(super) fn apply_policy(&mut self, record: &Recorded, name: &str, set: &PolicySet) {
        let hash = set.hash();
        // What is applied waits no more; another one that waits still does.
        let waits = self.policy.as_ref().and_then(|before| before.pending.clone());
        let pending = waits.filter(|waits| waits.hash != hash);
        let set = set.clone();
        let in_force = PolicyInForce { name: name.to_owned(), set, hash, since: record.at, pending };
        self.policy = Some(Arc::new(in_force));
    }

    pub(super) fn wish_policy(
        &mut self,
        record: &Recorded,
        name: &str,
        set: &PolicySet,
        by: Option<&Principal>,
        reason: &str,
    ) -> Result<(), ReplayError> {
        let pending = PendingPolicy::new(name.to_owned(), set.clone(), by, reason.to_owned(), record.at);
        self.in_force(record)?.pending = Some(pending);
        Ok(())
    }

    pub(super) fn accept_policy(&mut self, record: &Recorded, hash: &str, by: &Principal) -> Result<(), ReplayError> {
        let made_at = self.api_keys.get(&by.key_id).map(|key| key.created_at);
        let pending = self.waiting(record, hash)?;
        pending.accept(&by.key_id, made_at);
        Ok(())
    }

    pub(super) fn withdraw_policy(&mut self, record: &Recorded, hash: &str) -> Result<(), ReplayError> {
        self.waiting(record, hash)?;
        self.in_force(record)?.pending = None;
        Ok(())
    }

    fn in_force(&mut self, record: &Recorded) -> Result<&mut PolicyInForce, ReplayError> {
        self.policy.as_mut().map(Arc::make_mut).ok_or_else(|| refuse(record, "no policy is in force"))
    }

    fn waiting(&mut self, record: &Recorded, hash: &str) -> Result<&mut PendingPolicy, ReplayError> {
        let pending = self.in_force(record)?.pending.as_mut().filter(|pending| pending.hash == hash);
        pending.ok_or_else(|| refuse(record, format!("no policy {hash} waits")))
    }
}
