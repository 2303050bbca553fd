//! The adapter's own life: connect, hand out the session, wait for its fault, begin again.

use crate::config::TwsConfig;
use crate::lanes::{self, Link};
use crate::pacing::Pacer;
use crate::pump;
use crate::seat::Adapter;
use crate::session::{self, Session, Streams};
use domain::broker::{BrokerCommand, BrokerEvent, LinkFacts, SendGuard};
use domain::id::Generation;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

/// A connection that lasted this long was a good one: the next pause is short again.
const GOOD_LINK: Duration = Duration::from_secs(10);
/// For the library to close its socket; past it we go on, and the broker may answer 326 for a while.
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

/// The engine has gone: nobody listens any more.
#[derive(Debug)]
pub(crate) struct Deaf;

/// Where events go.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(mpsc::Sender<BrokerEvent>);

impl Outbox {
    /// Waits for room: order events are never dropped.
    pub(crate) async fn send(&self, event: BrokerEvent) -> Result<(), Deaf> {
        self.0.send(event).await.map_err(|_| Deaf)
    }

    /// Sends if there is room now; for quotes, which are coalesced otherwise.
    pub(crate) fn offer(&self, event: BrokerEvent) -> bool {
        self.0.try_send(event).is_ok()
    }
}

/// What all parts of the adapter share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) config: Arc<TwsConfig>,
    pub(crate) guard: Arc<dyn SendGuard>,
    pub(crate) pacer: Arc<Pacer>,
    pub(crate) events: Outbox,
    pub(crate) link: Link,
    /// Rung to cut a pause between connects short.
    pub(crate) hurry: Arc<Notify>,
}

/// Starts the adapter on a thread of its own. It ends when `commands` is closed or nobody receives `events`; its connection
/// ends with it. [`Adapter::end`] ends it too.
///
/// Every `Submit` and `Replace` is answered by exactly one `Sent`, every `Cancel` by one `CancelSent`, every `Ask` by
/// one `Answer`, with or without a connection.
///
/// # Errors
/// The operating system grants no thread.
pub fn start(
    config: TwsConfig,
    guard: Arc<dyn SendGuard>,
    commands: mpsc::Receiver<BrokerCommand>,
    events: mpsc::Sender<BrokerEvent>,
) -> io::Result<Adapter> {
    Adapter::seat(run(config, guard, commands, events))
}

async fn run(
    config: TwsConfig,
    guard: Arc<dyn SendGuard>,
    commands: mpsc::Receiver<BrokerCommand>,
    events: mpsc::Sender<BrokerEvent>,
) {
    let current = watch::Sender::new(None);
    let shared = Shared {
        pacer: Arc::new(Pacer::new(config.messages_per_second, &guard)),
        config: Arc::new(config),
        guard,
        events: Outbox(events),
        link: Link::new(current.subscribe()),
        hurry: Arc::new(Notify::new()),
    };
    let why = tokio::select! {
        Deaf = keep_linked(&shared, &current) => "nobody listens",
        () = lanes::run(shared.clone(), commands) => "no more commands",
    };
    tracing::info!(why, "the TWS adapter ends");
    if let Some(session) = current.send_replace(None) {
        close(&session).await;
    }
}

async fn keep_linked(shared: &Shared, current: &watch::Sender<Option<Arc<Session>>>) -> Deaf {
    let config = &shared.config;
    let mut generation = config.first_generation;
    let mut pause = config.retry_min;
    loop {
        match session::connect(config, generation).await {
            Ok((session, streams, facts)) => {
                let began = Instant::now();
                // Boxed: the state of a whole connection is large.
                if let Err(deaf) = Box::pin(live(shared, current, session, streams, facts)).await {
                    return deaf;
                }
                generation = Generation(generation.0 + 1);
                if began.elapsed() >= GOOD_LINK {
                    pause = config.retry_min;
                }
                rest(shared, &mut pause).await;
            }
            Err(fault) => {
                let is_client_id_in_use = fault.is_client_id_in_use();
                let event = BrokerEvent::LinkFailed { reason: fault.reason, code: fault.code };
                if let Err(deaf) = shared.events.send(event).await {
                    return deaf;
                }
                if is_client_id_in_use {
                    // tidy: sleep — the broker frees the id in its own time
                    tokio::time::sleep(config.retry_client_id).await;
                } else {
                    rest(shared, &mut pause).await;
                }
            }
        }
    }
}

/// The pause between two connects, longer each time, cut short by `Reconnect`.
async fn rest(shared: &Shared, pause: &mut Duration) {
    tokio::select! {
        // tidy: sleep — the pause between two connects
        () = tokio::time::sleep(*pause) => {}
        () = shared.hurry.notified() => {}
    }
    *pause = pause.saturating_mul(2).min(shared.config.retry_max);
}

/// One connection from `LinkUp` to `LinkDown`. All its events lie between the two.
async fn live(
    shared: &Shared,
    current: &watch::Sender<Option<Arc<Session>>>,
    session: Arc<Session>,
    streams: Streams,
    facts: LinkFacts,
) -> Result<(), Deaf> {
    let generation = session.generation;
    let tells_skew = facts.clock_skew_ms.is_some();
    current.send_replace(Some(Arc::clone(&session)));
    shared.events.send(BrokerEvent::LinkUp(facts)).await?;
    let reason = {
        let orders = pump::orders(&session, streams.orders, &shared.events);
        let notices = pump::notices(&session, streams.notices, &shared.events);
        let heartbeat = pump::heartbeat(&session, &shared.config, tells_skew, &shared.events);
        let reading = async {
            let read = tokio::try_join!(orders, notices);
            if read.is_err() {
                session.fail("nobody listens");
            }
            read
        };
        let closing = async {
            let reason = tokio::select! {
                reason = session.down() => reason,
                beat = heartbeat => {
                    if beat.is_err() {
                        session.fail("nobody listens");
                    }
                    session.down().await
                }
            };
            current.send_replace(None);
            // Ends both streams, after what they still hold.
            close(&session).await;
            reason
        };
        let (read, reason) = tokio::join!(reading, closing);
        read?;
        reason
    };
    shared.events.send(BrokerEvent::LinkDown { generation, reason }).await
}

async fn close(session: &Session) {
    session.fail("closed by us");
    if tokio::time::timeout(CLOSE_DEADLINE, session.client.disconnect()).await.is_err() {
        tracing::warn!("the library did not close its connection in time");
    }
}
