//! Controls that are fired at gateways of their own: they would end, halt or rename the one that the others share.

use super::orders::{answered_with, order, submit};
use super::report::{Report, Seen};
use super::scratch::{Scratch, refused};
use crate::demo::Home;
use crate::failure::Failure;
use crate::run::gateway::{EmbeddedSessions, Gateway};
use crate::run::{place, venue};
use crate::table::{at, field};
use ::venue::{Sessions, Venue, VenueConfig};
use domain::journal::JournalEvent;
use jiff::Timestamp;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use store::{Journal, JournalError, OpenOptions, SqliteJournal};
use tokio::signal::unix::{SignalKind, signal};

/// Later than every version that there will be.
const NEWER: &str = "999999.0.0";
/// Longer than an embedded venue takes to start.
const STARTED_WITHIN: Duration = Duration::from_secs(30);
/// SIGXFSZ: a file grew beyond the process's limit. Unless somebody listens, it ends the process.
const FILE_SIZE_EXCEEDED: i32 = 25;
/// The first account of a venue that is named like a live one.
const LIVE_LIKE_ACCOUNT: &str = "UV0000001";
/// The first account of every other one.
const PAPER_ACCOUNT: &str = "DUV0000001";

/// Fires them.
pub(crate) async fn fire(report: &mut Report) {
    report.note(4, "a live order, while live is not armed", Box::pin(not_armed()).await);
    report.note(12, "an order, after a newer version has written the journal", Box::pin(newer_version()).await);
    report.note(62, "a process beside one of another version", Box::pin(other_version()).await);
    report.note(
        47,
        "an order at work while the line is lost for three seconds, where one is allowed",
        lost_line().await,
    );
    // The last: for a moment this process may write no file.
    report.note(11, "an order, while the journal's file cannot grow", no_room().await);
}

/// Shows something at a gateway that lives for it alone.
async fn alone(home: Home, at: Option<std::net::SocketAddr>, shown: impl AsyncFnOnce(&Scratch) -> Seen) -> Seen {
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await.map_err(Failure::human)?;
    let opened = Scratch::open(home, &gateway, at.or(gateway.venue_control())).await;
    let (seen, _home) = match opened {
        Ok(scratch) => (shown(&scratch).await, Some(scratch.home)),
        Err(failure) => (Err(failure.human()), None),
    };
    gateway.stop().await.map_err(Failure::human)?;
    seen
}

/// One that lives on when its gateway ends, or that has accounts named like live ones.
async fn own_venue(live_like: bool) -> Result<Venue, String> {
    let config = VenueConfig { live_like, sessions: Sessions::Always, ..VenueConfig::default() };
    venue::start(config).await.map_err(Failure::human)
}

async fn not_armed() -> Seen {
    let venue = own_venue(true).await?;
    let home = Home::at_venue(venue.tws_addr(), "live", LIVE_LIKE_ACCOUNT).map_err(Failure::human)?;
    let seen = alone(home, Some(venue.control_addr()), async |scratch| {
        let seen = answered_with("C04_LIVE_ARMING", submit(&scratch.operator, order(scratch, &json!({}))).await)?;
        let has = scratch.ledger("").await?.len();
        if has == 0 { Ok(seen) } else { Err(format!("the broker has {has} orders")) }
    })
    .await;
    venue.shutdown().await.map_err(|error| error.to_string())?;
    seen
}

async fn newer_version() -> Seen {
    let home = Home::for_drill("paper", None).map_err(Failure::human)?;
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await.map_err(Failure::human)?;
    gateway.stop().await.map_err(Failure::human)?;
    let checkpoint = place::checkpoint_file(&home.config).map_err(Failure::human)?;
    let options = OpenOptions::new(&home.config.data_dir, checkpoint, Timestamp::now());
    drop(started_by_a_newer(&options)?);
    alone(home, None, async |scratch| {
        answered_with("C12_VERSION", submit(&scratch.operator, order(scratch, &json!({}))).await)
    })
    .await
}

/// Another version holds the journal: a process of this one does not join it, not even to read along.
async fn other_version() -> Seen {
    let home = Home::for_drill("paper", None).map_err(Failure::human)?;
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await.map_err(Failure::human)?;
    gateway.stop().await.map_err(Failure::human)?;
    let checkpoint = place::checkpoint_file(&home.config).map_err(Failure::human)?;
    let options = OpenOptions::new(&home.config.data_dir, checkpoint, Timestamp::now());
    let _held = started_by_a_newer(&options)?;
    match Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await {
        Ok(joined) => {
            joined.stop().await.map_err(Failure::human)?;
            Err("it joined".to_owned())
        }
        Err(failure) => {
            let told = failure.human();
            if told.contains("versions do not mix") { Ok(told.trim_end().to_owned()) } else { Err(told) }
        }
    }
}

/// What a newer version would have left in the journal.
fn started_by_a_newer(options: &OpenOptions) -> Result<SqliteJournal, String> {
    let mut journal = SqliteJournal::open(options).map_err(|error| error.to_string())?;
    let mut last = None;
    let noted = journal.replay(1, &mut |recorded| {
        if matches!(recorded.event, JournalEvent::Started { .. }) {
            last = Some(recorded.event);
        }
        Ok::<(), JournalError>(())
    });
    noted.map_err(|error| error.to_string())?;
    let Some(JournalEvent::Started { version, .. }) = &mut last else { return Err("it never started".to_owned()) };
    NEWER.clone_into(version);
    let events: Vec<JournalEvent> = last.into_iter().collect();
    journal.append(Timestamp::now(), &events).map_err(|error| error.to_string())?;
    Ok(journal)
}

async fn lost_line() -> Seen {
    const POLICY: &str = "cancel_on_disconnect = true\ncancel_on_disconnect_s = 1\n";
    let home = Home::for_drill("paper", Some(POLICY)).map_err(Failure::human)?;
    alone(home, None, async |scratch| {
        let sent = submit(&scratch.operator, order(scratch, &json!({"qty": "1", "limit_price": "2"}))).await;
        let path = format!("/orders/{}", field(&sent.map_err(Failure::human)?.body, "cl_ord_id"));
        scratch.until(&path, |one| field(one, "status") == "working").await?;
        scratch.at_venue("/faults", &json!({"when": {}, "do": {"log_out": {"for": "3s"}}})).await?;
        let one = scratch.until(&path, |one| field(one, "status") == "canceled").await?;
        let ready = |status: &Value| at(status, "ready").is_some_and(|ready| *ready == true);
        let connection = field(&scratch.until("/status", ready).await?, "broker.generation");
        Ok(format!("canceled on connection {connection}, broker says {}", field(&one, "broker_status")))
    })
    .await
}

/// No file of this process grows beyond what the journal's log has now: what a full disk looks like to it.
async fn no_room() -> Seen {
    let venue = own_venue(false).await?;
    let home = Home::at_venue(venue.tws_addr(), "paper", PAPER_ACCOUNT).map_err(Failure::human)?;
    let gateway = Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory).await.map_err(Failure::human)?;
    let scratch = Scratch::open(home, &gateway, Some(venue.control_addr())).await;
    let seen = match &scratch {
        Ok(scratch) => without_room(scratch).await,
        Err(failure) => Err(format!("{failure:?}")),
    };
    // It has ended by itself: that it says so is part of what is shown.
    let ended = tokio::time::timeout(STARTED_WITHIN, gateway.stop()).await.map_err(|_late| "it hangs".to_owned())?;
    venue.shutdown().await.map_err(|error| error.to_string())?;
    match (seen, ended) {
        (Ok(seen), Err(why)) => Ok(format!("{seen}; then: {}", why.human())),
        (Ok(seen), Ok(())) => Err(format!("{seen}; and the gateway went on")),
        (Err(why), _) => Err(why),
    }
}

async fn without_room(scratch: &Scratch) -> Seen {
    let _heard = signal(SignalKind::from_raw(FILE_SIZE_EXCEEDED)).map_err(|error| error.to_string())?;
    let before = getrlimit(Resource::Fsize);
    let most = size_of(&scratch.config().data_dir.join("journal.sqlite-wal"))?;
    setrlimit(Resource::Fsize, Rlimit { current: Some(most), ..before }).map_err(|error| error.to_string())?;
    let answer = submit(&scratch.operator, order(scratch, &json!({}))).await;
    setrlimit(Resource::Fsize, before).map_err(|error| error.to_string())?;
    let (code, answer) = refused(answer)?;
    let has = scratch.ledger("").await?.len();
    let seen = format!("{code}: {}; the broker has {has} orders", field(&answer, "detail"));
    if has == 0 { Ok(seen) } else { Err(seen) }
}

fn size_of(path: &Path) -> Result<u64, String> {
    std::fs::metadata(path).map(|file| file.len()).map_err(|error| format!("{}: {error}", path.display()))
}
