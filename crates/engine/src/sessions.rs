//! Sessions of people who signed in with a key. They end with their key, and with the process where there is no
//! [shelf](crate::SessionShelf) to keep them on. A session carries the scopes that its key has now, never more.

use crate::service::Service;
use crate::session_shelf::{KeptSession, LAG};
use domain::book::Book;
use domain::fault::Fault;
use domain::id::{CorrelationId, KeyId};
use domain::principal::{Face, KeyRecord, Principal, PrincipalKind, Scope};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;

/// How long sessions last and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRules {
    /// Without a request for so long, and it is over.
    pub idle: SignedDuration,
    /// So long after the sign-in it is over, whatever happens.
    pub lasts: SignedDuration,
    /// Of one key; one more ends the one that was used longest ago.
    pub per_key_max: usize,
    /// Of all keys; one more ends the one that was used longest ago.
    pub sessions_max: usize,
}

impl SessionRules {
    /// A working day, half an hour without a look.
    pub fn standard() -> Self {
        Self {
            idle: SignedDuration::from_mins(30),
            lasts: SignedDuration::from_hours(12),
            per_key_max: 8,
            sessions_max: 256,
        }
    }
}

/// What a request by session shows against forged requests of other pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsrfProof<'a> {
    /// It changes nothing.
    NotNeeded,
    /// The token that it brought.
    Given(&'a str),
    /// It changes something and brought none, or came from a page that is not ours.
    Missing,
}

/// A session as its holder sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The key that it was begun with.
    pub key_id: KeyId,
    /// Of the key.
    pub kind: PrincipalKind,
    /// Of the key.
    pub scopes: BTreeSet<Scope>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it is over unless it is used before.
    pub idle_at: Timestamp,
    /// When it is over in any case.
    pub ends_at: Timestamp,
    /// What every request that changes something has to bring.
    pub csrf_token: String,
}

/// A new session; the secret is shown this once.
#[derive(Clone)]
pub struct NewSession {
    /// What its holder sees.
    pub view: SessionView,
    /// What proves it: 256 random bits, 64 hex digits.
    pub secret: String,
}

/// How long a session goes on, for whoever holds a line open with it.
#[derive(Clone, Debug)]
pub struct SessionLife {
    /// Until it is over unless it is used before. More use makes it longer, so ask again then.
    pub left: Duration,
    /// Closes at once when the session ends in another way: by signing out, for want of room, or with its key.
    pub over: watch::Receiver<()>,
}

#[derive(Clone, Debug)]
struct Held {
    key_id: KeyId,
    /// Of the key: an id alone could one day mean another key.
    key_hash: String,
    began_at: Timestamp,
    used_at: Timestamp,
    /// The last use that is or will be kept.
    kept_at: Timestamp,
    /// Goes with the session, which whoever watches it hears.
    alive: Arc<watch::Sender<()>>,
}

impl Held {
    fn ends_at(&self, rules: &SessionRules) -> Timestamp {
        self.began_at.saturating_add(rules.lasts).unwrap_or(Timestamp::MIN)
    }

    fn idle_at(&self, rules: &SessionRules) -> Timestamp {
        self.used_at.saturating_add(rules.idle).unwrap_or(Timestamp::MIN)
    }

    /// A clock that was set back ends it too: what cannot be told is over.
    fn is_over(&self, rules: &SessionRules, now: Timestamp) -> bool {
        now < self.began_at || now >= self.ends_at(rules) || now >= self.idle_at(rules)
    }
}

/// Why there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// There was none, or it was over long ago.
    Before,
    /// It was found over by this look.
    Now,
}

/// The sessions, by the keyed hash of their secret.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    held: Mutex<BTreeMap<String, Held>>,
    /// Held while they are written: what is written last is what counted last.
    writing: Mutex<()>,
}

impl Sessions {
    fn begin(&self, hash: String, held: Held, rules: &SessionRules, now: Timestamp) {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, other| !other.is_over(rules, now));
        while all.values().filter(|other| other.key_id == held.key_id).count() >= rules.per_key_max.max(1) {
            end_stalest(&mut all, |other| other.key_id == held.key_id);
        }
        while all.len() >= rules.sessions_max.max(1) {
            end_stalest(&mut all, |_| true);
        }
        all.insert(hash, held);
    }

    /// The session, if it is not over and its key is good; else it ends here, once.
    fn live(
        &self,
        hash: &str,
        rules: &SessionRules,
        now: Timestamp,
        key_of: impl FnOnce(&Held) -> Option<KeyRecord>,
    ) -> Result<(Held, KeyRecord), Ended> {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = all.get(hash).ok_or(Ended::Before)?;
        let key = if held.is_over(rules, now) { None } else { key_of(held) };
        if let Some(key) = key {
            return Ok((held.clone(), key));
        }
        all.remove(hash);
        Err(Ended::Now)
    }

    /// Notes a use; whether what is kept has fallen too far behind.
    fn used(&self, hash: &str, now: Timestamp) -> bool {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(hash) else { return false };
        held.used_at = held.used_at.max(now);
        let lags = held.used_at.duration_since(held.kept_at) >= LAG;
        if lags {
            held.kept_at = held.used_at;
        }
        lags
    }

    /// Those of before, unless they are over; no more than there may be.
    pub(crate) fn take_up(&self, kept: Vec<KeptSession>, rules: &SessionRules, now: Timestamp) {
        for KeptSession { hash, key_id, key_hash, began_at, used_at } in kept {
            let held = Held { key_id, key_hash, began_at, used_at, kept_at: used_at, alive: Arc::default() };
            if !held.is_over(rules, now) {
                self.begin(hash, held, rules, now);
            }
        }
    }

    /// Hands over all that count now, one caller at a time.
    pub(crate) fn kept<T>(&self, write: impl FnOnce(&[KeptSession]) -> T) -> T {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<KeptSession> = {
            let all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = |(hash, held): (&String, &Held)| KeptSession {
                hash: hash.clone(),
                key_id: held.key_id.clone(),
                key_hash: held.key_hash.clone(),
                began_at: held.began_at,
                used_at: held.used_at,
            };
            all.iter().map(kept).collect()
        };
        write(&all)
    }

    fn end(&self, hash: &str) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(hash).is_some()
    }
}

fn end_stalest(all: &mut BTreeMap<String, Held>, of: impl Fn(&Held) -> bool) {
    let stalest = all.iter().filter(|(_, held)| of(held)).min_by_key(|(_, held)| held.used_at);
    if let Some(hash) = stalest.map(|(hash, _)| hash.clone()) {
        all.remove(&hash);
    }
}

/// Whether the key is neither revoked nor expired.
pub(crate) fn is_good(key: &KeyRecord, now: Timestamp) -> bool {
    key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now)
}

fn good_key(book: &Book, id: &KeyId, hash: &str, now: Timestamp) -> Option<KeyRecord> {
    book.api_keys.get(id).filter(|key| key.hash == hash && is_good(key, now)).cloned()
}

impl Service {
    fn session_hash(&self, secret: &str) -> String {
        self.key_hash(&format!("session\n{secret}"))
    }

    /// Derived, so that it can be told again and is kept nowhere.
    fn csrf_token(&self, secret: &str) -> String {
        self.key_hash(&format!("csrf\n{secret}"))
    }

    fn session_view(&self, held: &Held, key: &KeyRecord, secret: &str) -> SessionView {
        let rules = &self.config.sessions;
        SessionView {
            key_id: key.id.clone(),
            kind: key.kind,
            scopes: key.scopes.clone(),
            began_at: held.began_at,
            idle_at: held.idle_at(rules).min(held.ends_at(rules)),
            ends_at: key.expires_at.map_or(held.ends_at(rules), |end| end.min(held.ends_at(rules))),
            csrf_token: self.csrf_token(secret),
        }
    }

    /// See [`crate::Desk::sign_in`].
    pub(crate) fn begin_session(&self, by: &Principal) -> Result<NewSession, Fault> {
        if by.face == Face::Dashboard {
            return Err(Fault::Unauthorized);
        }
        // A browser is a person's.
        if !by.is_human() {
            return Err(Fault::HumansOnly);
        }
        let now = self.clock.now();
        let key = self.look(|book, _| book.api_keys.get(&by.key_id).filter(|key| is_good(key, now)).cloned());
        let key = key.ok_or(Fault::Unauthorized)?;
        let secret = self.random_hex::<32>()?;
        let (key_id, key_hash) = (key.id.clone(), key.hash.clone());
        let held = Held { key_id, key_hash, began_at: now, used_at: now, kept_at: now, alive: Arc::default() };
        let view = self.session_view(&held, &key, &secret);
        let hash = self.session_hash(&secret);
        self.sessions.begin(hash.clone(), held, &self.config.sessions, now);
        if let Err(fault) = self.keep_sessions() {
            self.sessions.end(&hash);
            return Err(fault);
        }
        tracing::info!(key = %key.id, request_id = %by.correlation_id, "signed in");
        Ok(NewSession { view, secret })
    }

    /// See [`crate::Desk::authenticate_session`].
    pub(crate) fn principal_of_session(
        &self,
        secret: &str,
        proof: CsrfProof<'_>,
        correlation_id: CorrelationId,
    ) -> Result<Principal, Fault> {
        let (hash, now) = (self.session_hash(secret), self.clock.now());
        let (_, key) = self.live_session(&hash, now)?;
        match proof {
            CsrfProof::NotNeeded => {}
            CsrfProof::Given(token) if bool::from(self.csrf_token(secret).as_bytes().ct_eq(token.as_bytes())) => {}
            CsrfProof::Given(_) | CsrfProof::Missing => return Err(Fault::CsrfRefused),
        }
        if self.sessions.used(&hash, now) {
            self.keep_sessions_soon();
        }
        Ok(Principal { key_id: key.id, kind: key.kind, scopes: key.scopes, face: Face::Dashboard, correlation_id })
    }

    /// See [`crate::Desk::session`].
    pub(crate) fn view_session(&self, secret: &str) -> Result<SessionView, Fault> {
        let (held, key) = self.live_session(&self.session_hash(secret), self.clock.now())?;
        Ok(self.session_view(&held, &key, secret))
    }

    /// See [`crate::Desk::session_life`].
    pub(crate) fn life_of_session(&self, secret: &str) -> Result<SessionLife, Fault> {
        let (now, rules) = (self.clock.now(), &self.config.sessions);
        let (held, key) = self.live_session(&self.session_hash(secret), now)?;
        let ends_at = held.idle_at(rules).min(held.ends_at(rules));
        let ends_at = key.expires_at.map_or(ends_at, |end| end.min(ends_at));
        let left = Duration::try_from(ends_at.duration_since(now)).map_err(|_over| Fault::Unauthorized)?;
        Ok(SessionLife { left, over: held.alive.subscribe() })
    }

    /// See [`crate::Desk::sign_out`].
    pub(crate) fn end_session(&self, secret: &str) -> Result<(), Fault> {
        if !self.sessions.end(&self.session_hash(secret)) {
            return Err(Fault::Unauthorized);
        }
        // Nobody is told that it is over who could meet it again after a restart.
        self.keep_sessions()
    }

    fn live_session(&self, hash: &str, now: Timestamp) -> Result<(Held, KeyRecord), Fault> {
        let key_of = |held: &Held| self.look(|book, _| good_key(book, &held.key_id, &held.key_hash, now));
        let live = self.sessions.live(hash, &self.config.sessions, now, key_of);
        live.map_err(|ended| {
            if ended == Ended::Now {
                self.keep_sessions_soon();
            }
            Fault::Unauthorized
        })
    }
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
