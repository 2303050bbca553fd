//! Who holds a stream open, and how long he may: as long as his key counts, and, where he came by a session, as long as that lasts.

use crate::refusal::Refusal;
use crate::state::App;
use axum::http::HeaderMap;
use domain::fault::Fault;
use domain::id::KeyId;
use domain::principal::{Face, Principal};
use engine::{Desk, KeyEnd};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use wire::event::StreamEndReason;

/// The one who opened a stream.
pub(crate) struct Holder {
    desk: Arc<dyn Desk>,
    by: Principal,
    session: Option<BySession>,
}

struct BySession {
    secret: String,
    over: watch::Receiver<()>,
}

impl Holder {
    /// The caller of a request that was let in.
    pub(crate) fn new(app: &App, by: Principal, headers: &HeaderMap) -> Result<Self, Refusal> {
        let session = if by.face == Face::Dashboard {
            let secret = app.cookie.read(headers).ok_or(Fault::Unauthorized)?;
            Some(BySession { secret: secret.to_owned(), over: app.desk.session_life(secret)?.over })
        } else {
            None
        };
        Ok(Self { desk: app.desk.clone(), by, session })
    }

    pub(crate) fn key_id(&self) -> &KeyId {
        &self.by.key_id
    }

    /// How long he still may; `None` is for ever.
    pub(super) fn left(&self) -> Result<Option<Duration>, StreamEndReason> {
        let of_key = self.desk.key_left(&self.by).map_err(|end| match end {
            KeyEnd::Revoked => StreamEndReason::KeyRevoked,
            KeyEnd::Expired => StreamEndReason::KeyExpired,
            KeyEnd::Unknown => StreamEndReason::KeyUnknown,
        })?;
        let Some(session) = &self.session else { return Ok(of_key) };
        let life = self.desk.session_life(&session.secret).map_err(|_over| StreamEndReason::SessionOver)?;
        Ok(Some(of_key.map_or(life.left, |left| left.min(life.left))))
    }

    /// Whether his session has ended.
    pub(super) fn is_signed_out(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.over.has_changed().is_err())
    }

    /// Waits for the end of his session.
    pub(super) async fn signed_out(&mut self) {
        match &mut self.session {
            // Nothing is ever sent: it closes.
            Some(session) => while session.over.changed().await.is_ok() {},
            None => pending().await,
        }
    }
}
