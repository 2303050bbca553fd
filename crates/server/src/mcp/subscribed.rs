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
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

/// Resources, each with the URI that it was called by.
#[derive(Default)]
pub(super) struct Subscribed(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    things: BTreeMap<Thing, String>,
    watch: Option<AbortHandle>,
    /// Among those who follow the journal; one for all that it has subscribed to.
    place: Option<Place>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
    }
}

/// The resources that those URIs name.
pub(super) fn named(uris: &[String]) -> BTreeMap<Thing, String> {
    uris.iter().filter_map(|uri| Thing::read(uri).ok().map(|thing| (thing, uri.clone()))).collect()
}

impl Subscribed {
    /// One more.
    pub(super) async fn add(
        &self,
        app: &App,
        by: &Principal,
        thing: Thing,
        uri: String,
        peer: Peer<RoleServer>,
    ) -> Result<(), Refusal> {
        let mut watched = self.0.lock().await;
        let mut things = watched.things.clone();
        things.insert(thing, uri);
        let most = app.limits.mcp.subscriptions_max;
        if things.len() > most {
            return Err(Refusal::field("uri", &format!("may be one of at most {most} subscriptions; end another one")));
        }
        watched.begin(app, by, things, peer).await
    }

    /// One less; one that was not there is gone too.
    pub(super) async fn take(
        &self,
        app: &App,
        by: &Principal,
        thing: &Thing,
        peer: Peer<RoleServer>,
    ) -> Result<(), Refusal> {
        let mut watched = self.0.lock().await;
        let mut things = watched.things.clone();
        if things.remove(thing).is_none() {
            return Ok(());
        }
        watched.begin(app, by, things, peer).await
    }
}

impl Watched {
    /// Watches these instead of those before.
    async fn begin(
        &mut self,
        app: &App,
        by: &Principal,
        things: BTreeMap<Thing, String>,
        peer: Peer<RoleServer>,
    ) -> Result<(), Refusal> {
        let (watching, place) = if things.is_empty() {
            (None, None)
        } else {
            let place = if self.place.is_none() { Some(app.hub.place(Kind::Mcp, &by.key_id)?) } else { None };
            (Some(Watching::begin(app, by, things.keys().cloned().collect()).await?), place)
        };
        if let Some(before) = self.watch.take() {
            before.abort();
        }
        self.place = if watching.is_some() { self.place.take().or(place) } else { None };
        self.watch = watching.map(|watching| tokio::spawn(tell(watching, things.clone(), peer)).abort_handle());
        self.things = things;
        Ok(())
    }
}

async fn tell(mut watching: Watching, things: BTreeMap<Thing, String>, peer: Peer<RoleServer>) {
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
