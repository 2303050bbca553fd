//! Where sessions outlive the process, so that a page that is open goes on after a restart. What is kept proves nothing to anybody: the
//! keyed hash of a secret that the browser alone has.

use crate::service::Service;
use domain::fault::Fault;
use domain::id::KeyId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far what is kept may lag behind the use of a session: after a restart it may be over so much earlier, never later.
pub(crate) const LAG: SignedDuration = SignedDuration::from_secs(60);

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptSession {
    /// The keyed hash of its secret, 64 hex digits.
    pub hash: String,
    /// The key that it was begun with.
    pub key_id: KeyId,
    /// Of the key: an id alone could one day mean another key.
    pub key_hash: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// The place. It is called with blocking calls, by one caller at a time.
pub trait SessionShelf: fmt::Debug + Send + Sync {
    /// What was kept last; empty where nothing was.
    ///
    /// # Errors
    /// Why it cannot be read, or must not be believed.
    fn read(&self) -> Result<Vec<KeptSession>, String>;

    /// Keeps these and no others; durable when it returns.
    ///
    /// # Errors
    /// Why not; then what was kept before may still be there.
    fn write(&self, sessions: &[KeptSession]) -> Result<(), String>;

    /// Keeps none; durable when it returns.
    ///
    /// # Errors
    /// Why not.
    fn clear(&self) -> Result<(), String>;
}

impl Service {
    /// Takes up what was kept before the process began.
    pub(crate) fn take_up_sessions(&self) {
        let Some(shelf) = &self.config.session_shelf else { return };
        match shelf.read() {
            Ok(kept) => self.sessions.take_up(kept, &self.config.sessions, self.clock.now()),
            Err(why) => tracing::warn!(%why, "the sessions of before are over: everybody signs in again"),
        }
    }

    /// Makes what is kept the same as what counts. What cannot be written must not come back: then nothing is kept.
    ///
    /// # Errors
    /// [`Fault::Storage`]: what is over may be kept still.
    pub(crate) fn keep_sessions(&self) -> Result<(), Fault> {
        let Some(shelf) = &self.config.session_shelf else { return Ok(()) };
        self.sessions.kept(|all| {
            shelf.write(all).or_else(|why| {
                tracing::warn!(%why, "sessions cannot be kept: after a restart everybody signs in again");
                shelf.clear().map_err(|again| Fault::Storage(format!("the sessions cannot be kept: {why}; {again}")))
            })
        })
    }

    /// The same, beside whoever asks.
    pub(crate) fn keep_sessions_soon(&self) {
        if self.config.session_shelf.is_none() {
            return;
        }
        // Without a runtime there is no face either, and nobody who goes on.
        let (Ok(runtime), own) = (tokio::runtime::Handle::try_current(), self.own.clone()) else { return };
        drop(runtime.spawn_blocking(move || {
            let Some(service) = own.upgrade() else { return };
            if let Err(fault) = service.keep_sessions() {
                tracing::error!(%fault, "sessions that are over may be kept");
            }
        }));
    }
}
