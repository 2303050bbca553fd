//! What one session of the older protocol has subscribed to: one watch over all of it, which ends with the session.

use super::resources::Thing;
use super::watch::Watching;
use crate::events::{Kind, Place};
use crate::refusal::Refusal;
use crate::state::App;
use domain::principal::Principal;
use rmcp::RoleServer;
use rmcp::model::ResourceUpdatedNotificationParam;
use rmcp::service::Peer;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::task::AbortHandle;

/// Resources, each with the URI that it was called by.
type Things = BTreeMap<Thing, String>;

/// What a session has subscribed to.
#[derive(Default)]
pub(super) struct Subscribed(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    things: Things,
    watch: Option<AbortHandle>,
    /// Among those who follow the journal; one for all that it has subscribed to.
    place: Option<Place>,
    /// Counts changes.
    version: u64,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
    }
}

/// The resources that those URIs name.
pub(super) fn named(uris: &[String]) -> Things {
    uris.iter().filter_map(|uri| Thing::read(uri).ok().map(|thing| (thing, uri.clone()))).collect()
}

impl Subscribed {
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more.
    pub(super) async fn add(
        &self,
        app: &App,
        by: &Principal,
        thing: Thing,
        uri: String,
        peer: Peer<RoleServer>,
    ) -> Result<(), Refusal> {
        let most = app.limits.mcp.subscriptions_max;
        let more = |mut things: Things| {
            things.insert(thing.clone(), uri.clone());
            if things.len() > most {
                let rule = format!("may be one of at most {most} subscriptions; end another one");
                return Err(Refusal::field("uri", &rule));
            }
            Ok(things)
        };
        self.change(app, by, peer, more).await
    }

    /// One less; one that was not there is gone too.
    pub(super) async fn take(
        &self,
        app: &App,
        by: &Principal,
        thing: &Thing,
        peer: Peer<RoleServer>,
    ) -> Result<(), Refusal> {
        let less = |mut things: Things| {
            things.remove(thing);
            Ok(things)
        };
        self.change(app, by, peer, less).await
    }

    /// Watches what `changed` makes of it, instead of what was watched before.
    async fn change(
        &self,
        app: &App,
        by: &Principal,
        peer: Peer<RoleServer>,
        changed: impl Fn(Things) -> Result<Things, Refusal>,
    ) -> Result<(), Refusal> {
        loop {
            let (seen, before, has_place) = {
                let watched = self.watched();
                (watched.version, watched.things.clone(), watched.place.is_some())
            };
            let things = changed(before)?;
            let (watching, place) = if things.is_empty() {
                (None, None)
            } else {
                let place = if has_place { None } else { Some(app.hub.place(Kind::Mcp, &by.key_id)?) };
                (Some(Watching::begin(app, by, things.keys().cloned().collect()).await?), place)
            };
            let mut watched = self.watched();
            // Another call of the session may have come between: what it changed stays changed.
            if watched.version == seen {
                watched.goes_on(things, watching, place, peer);
                return Ok(());
            }
        }
    }
}

impl Watched {
    fn goes_on(&mut self, things: Things, watching: Option<Watching>, place: Option<Place>, peer: Peer<RoleServer>) {
        if let Some(before) = self.watch.take() {
            before.abort();
        }
        self.place = if watching.is_some() { self.place.take().or(place) } else { None };
        self.watch = watching.map(|watching| tokio::spawn(tell(watching, things.clone(), peer)).abort_handle());
        self.things = things;
        self.version = self.version.wrapping_add(1);
    }
}

async fn tell(mut watching: Watching, things: Things, peer: Peer<RoleServer>) {
    loop {
        match watching.changed().await {
            Ok(changed) => {
                for uri in changed.iter().filter_map(|thing| things.get(thing)) {
                    // Whoever is not there any more needs no word.
                    if peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(uri)).await.is_err() {
                        return;
                    }
                }
            }
            Err(over) => {
                tracing::info!(?over, "the subscriptions of an MCP session end");
                return;
            }
        }
    }
}
