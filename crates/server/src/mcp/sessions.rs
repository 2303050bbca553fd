//! Sessions of clients that begin with `initialize`: bounded in number, those of one key too, and ended when their client is gone.
//! Clients of the newer protocol have none.
//!
//! A session lives as long as its client speaks, waits for an answer or listens. What it is told about its subscriptions is no sign of
//! its life: a client that was killed would be told for ever.

use crate::config::McpLimits;
use domain::id::KeyId;
use domain::principal::Principal;
use futures::future::Either;
use futures::{Stream, StreamExt};
use rmcp::model::{ClientJsonRpcMessage, ErrorData, GetExtensions, JsonRpcMessage, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, LocalSessionManagerError};
use rmcp::transport::streamable_http_server::session::{ServerSseMessage, SessionId, SessionManager};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often it is looked for sessions whose client is gone, at least, in parts of the time that one may be idle.
const LOOKS_PER_IDLE: u32 = 4;
/// After so long a call that nobody listens to any more is answered or lost: longer than every wait of ours.
const FORGOTTEN: Duration = Duration::from_mins(3);
/// Calls of one session that wait for an answer.
const CALLS_MAX: usize = 1_024;

/// The sessions.
pub(super) struct Sessions {
    inner: LocalSessionManager,
    limits: McpLimits,
    seen: Arc<Seen>,
}

/// What is known of each.
#[derive(Default)]
struct Seen(Mutex<BTreeMap<SessionId, Known>>);

/// One session.
struct Known {
    /// Who began it.
    key: Option<KeyId>,
    /// When its client last said something, or last stopped to listen.
    at: Instant,
    /// Streams that its client listens to.
    streams: usize,
    /// Calls without an answer; with the moment since when nobody waits for it.
    calls: HashMap<RequestId, Option<Instant>>,
}

/// Why a session is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionsError {
    #[error("{0} MCP sessions are open, which is as many as may be")]
    Full(usize),
    #[error("{0} MCP sessions are open with this key and at work, which is as many as one may have")]
    FullOfKey(usize),
    #[error(transparent)]
    Inner(#[from] LocalSessionManagerError),
}

impl Known {
    fn is_at_work(&self) -> bool {
        self.streams > 0 || self.calls.values().any(Option::is_none)
    }

    /// Notes a call; whether its id may be used.
    fn calls(&mut self, id: &RequestId, now: Instant) -> bool {
        self.calls.retain(|_, left| left.is_none_or(|left| now.saturating_duration_since(left) < FORGOTTEN));
        if self.calls.contains_key(id) || self.calls.len() >= CALLS_MAX {
            return false;
        }
        self.calls.insert(id.clone(), None);
        true
    }
}

impl Seen {
    fn known(&self) -> MutexGuard<'_, BTreeMap<SessionId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of<T>(&self, id: &SessionId, change: impl FnOnce(&mut Known) -> T) -> Option<T> {
        self.known().get_mut(id).map(change)
    }

    fn said_something(&self, id: &SessionId) {
        self.of(id, |known| known.at = Instant::now());
    }

    /// The one of a key whose client has been quiet for longest.
    fn quietest_of(&self, key: &KeyId) -> Option<SessionId> {
        let known = self.known();
        let quiet = known.iter().filter(|(_, one)| one.key.as_ref() == Some(key) && !one.is_at_work());
        quiet.min_by_key(|(_, one)| one.at).map(|(id, _)| id.clone())
    }

    fn idle(&self, idle: Duration) -> Vec<SessionId> {
        let known = self.known();
        let gone = known.iter().filter(|(_, one)| !one.is_at_work() && one.at.elapsed() >= idle);
        gone.map(|(id, _)| id.clone()).collect()
    }
}

/// A client listens as long as this is there.
struct Listening {
    seen: Arc<Seen>,
    id: SessionId,
}

impl Listening {
    fn begin(seen: &Arc<Seen>, id: &SessionId) -> Self {
        seen.of(id, |known| known.streams = known.streams.saturating_add(1));
        Self { seen: Arc::clone(seen), id: id.clone() }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.seen.of(&self.id, |known| (known.streams, known.at) = (known.streams.saturating_sub(1), Instant::now()));
    }
}

/// A call waits for its answer as long as this is there.
struct Waiting {
    seen: Arc<Seen>,
    id: SessionId,
    call: RequestId,
    is_answered: bool,
}

impl Waiting {
    fn hear(&mut self, event: &ServerSseMessage) {
        let of = |id: &RequestId| *id == self.call;
        self.is_answered |= event.message.as_deref().is_some_and(|message| match message {
            JsonRpcMessage::Response(response) => of(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref().is_some_and(of),
            JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => false,
        });
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let now = Instant::now();
        self.seen.of(&self.id, |known| {
            known.at = now;
            if self.is_answered {
                known.calls.remove(&self.call);
            } else if let Some(left) = known.calls.get_mut(&self.call) {
                // It may still be at work: its id is not free yet.
                *left = Some(now);
            }
        });
    }
}

impl Sessions {
    pub(super) fn new(limits: &McpLimits) -> Self {
        let mut inner = LocalSessionManager::default();
        // Whether a client is gone is judged here.
        inner.session_config.keep_alive = None;
        inner.session_config.sse_retry = None;
        Self { inner, limits: limits.clone(), seen: Arc::default() }
    }

    /// Makes room for one more of that key: its own session whose client has been quiet for longest gives way.
    ///
    /// # Errors
    /// There are as many as may be, and none of this key can give way.
    pub(super) async fn make_room(&self, key: &KeyId) -> Result<(), SessionsError> {
        let (all, of_key) = {
            let known = self.seen.known();
            (known.len(), known.values().filter(|one| one.key.as_ref() == Some(key)).count())
        };
        let (most, most_of_key) = (self.limits.sessions_max, self.limits.sessions_max.div_ceil(2));
        let full = if of_key >= most_of_key {
            SessionsError::FullOfKey(of_key)
        } else if all >= most {
            SessionsError::Full(all)
        } else {
            return Ok(());
        };
        let quietest = self.seen.quietest_of(key).ok_or(full)?;
        tracing::info!(session = %quietest, %key, "an MCP session gives way to a newer one of its key");
        self.close_session(&quietest).await
    }

    /// Ends those whose client is gone, until the gateway ends.
    pub(super) async fn keep(self: Arc<Self>, mut ending: watch::Receiver<bool>, ends: impl FnOnce()) {
        let every = (self.limits.session_idle / LOOKS_PER_IDLE).max(Duration::from_millis(1));
        let mut every = tokio::time::interval(every);
        loop {
            tokio::select! {
                _now = every.tick() => {}
                // A hub that is gone has ended too.
                _ended = ending.wait_for(|ending| *ending) => break,
            }
            for id in self.seen.idle(self.limits.session_idle) {
                tracing::info!(session = %id, "an MCP session ends: its client is gone");
                if let Err(error) = self.close_session(&id).await {
                    tracing::error!(%error, "an MCP session could not be ended");
                }
            }
        }
        ends();
    }

    fn listened_to<S>(&self, id: &SessionId, events: S) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static
    where
        S: Stream<Item = ServerSseMessage> + Send + Sync + 'static,
    {
        let listening = Listening::begin(&self.seen, id);
        events.inspect(move |_event| {
            // Held as long as the stream is.
            let _listening = &listening;
        })
    }
}

impl SessionManager for Sessions {
    type Error = SessionsError;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), SessionsError> {
        let open = self.seen.known().len();
        if open >= self.limits.sessions_max {
            return Err(SessionsError::Full(open));
        }
        let (id, transport) = self.inner.create_session().await?;
        let known = Known { key: None, at: Instant::now(), streams: 0, calls: HashMap::new() };
        self.seen.known().insert(id.clone(), known);
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, SessionsError> {
        if let JsonRpcMessage::Request(request) = &message {
            let parts = request.request.extensions().get::<axum::http::request::Parts>();
            let by = parts.and_then(|parts| parts.extensions.get::<Principal>());
            self.seen.of(id, |known| known.key = by.map(|by| by.key_id.clone()));
        }
        Ok(self.inner.initialize_session(id, message).await?)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, SessionsError> {
        Ok(self.inner.has_session(id).await?)
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), SessionsError> {
        self.seen.known().remove(id);
        Ok(self.inner.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionsError> {
        let call = match &message {
            JsonRpcMessage::Request(request) => Some(request.id.clone()),
            JsonRpcMessage::Notification(_) | JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => None,
        };
        let now = Instant::now();
        self.seen.said_something(id);
        // The library would answer one of two calls with the same id, and keep the other one open for ever.
        if let Some(call) = call.clone()
            && self.seen.of(id, |known| known.calls(&call, now)) == Some(false)
        {
            let said = "a request with this id has no answer yet; give each request an id of its own";
            let refused = ServerJsonRpcMessage::error(ErrorData::invalid_request(said, None), Some(call));
            return Ok(Either::Left(futures::stream::iter([ServerSseMessage::from_message(refused)])));
        }
        let seen = Arc::clone(&self.seen);
        let waiting = call.map(|call| Waiting { seen, id: id.clone(), call, is_answered: false });
        let events = self.inner.create_stream(id, message).await?;
        let mut waiting = waiting;
        Ok(Either::Right(events.inspect(move |event| {
            if let Some(waiting) = &mut waiting {
                waiting.hear(event);
            }
        })))
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), SessionsError> {
        self.seen.said_something(id);
        Ok(self.inner.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionsError> {
        let events = self.inner.create_standalone_stream(id).await?;
        Ok(self.listened_to(id, events))
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionsError> {
        let events = self.inner.resume(id, last_event_id).await?;
        Ok(self.listened_to(id, events))
    }
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
