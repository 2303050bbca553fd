//! API keys: whose a presented one is, and making new ones.

use crate::desk::NewKey;
use crate::input::Input;
use crate::service::{Service, need_human};
use crate::sessions::is_good;
use crate::use_cases::invalid;
use domain::fault::Fault;
use domain::id::{CorrelationId, KeyId};
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use jiff::Timestamp;
use std::collections::BTreeSet;
use subtle::ConstantTimeEq as _;

impl Service {
    /// See [`crate::Desk::authenticate`].
    pub(crate) fn principal_of_key(
        &self,
        presented: &str,
        face: Face,
        correlation_id: CorrelationId,
    ) -> Result<Principal, Fault> {
        let hash = self.key_hash(presented);
        let now = self.clock.now();
        let found = self.look(|book, _| {
            // Every key is compared in constant time; which one fits is learned only by its holder.
            book.api_keys
                .values()
                .filter(|key| bool::from(key.hash.as_bytes().ct_eq(hash.as_bytes())))
                .find(|key| is_good(key, now))
                .cloned()
        });
        let key = found.ok_or(Fault::Unauthorized)?;
        Ok(Principal::of_key(&key, face, correlation_id))
    }

    /// See [`crate::Desk::create_key`].
    pub(crate) async fn issue_key(
        &self,
        by: &Principal,
        id: KeyId,
        kind: PrincipalKind,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<NewKey, Fault> {
        need_human(by, Scope::Admin)?;
        if scopes.is_empty() {
            return Err(invalid("scopes", "at least one"));
        }
        if kind == PrincipalKind::Agent && (scopes.contains(&Scope::Approve) || scopes.contains(&Scope::Admin)) {
            return Err(invalid("scopes", "an agent key never carries approve or admin"));
        }
        if expires_at.is_some_and(|end| end <= self.clock.now()) {
            return Err(invalid("expires_at", "a time ahead"));
        }
        let (record, secret) = self.make_key(id, kind, scopes, expires_at)?;
        let key = Box::new(record.clone());
        self.tell(|reply| Input::CreateKey { by: Some(by.key_id.clone()), key, reply }).await?;
        Ok(NewKey { record, secret })
    }
}
