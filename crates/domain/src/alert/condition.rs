//! What no record says: silence, age, space, and what is planned. Looked at every few seconds; the book keeps what was told.

use super::book::AlertBook;
use super::kind::{AlertKind, Severity};
use super::news::News;
use crate::broker_calendar::WindowAhead;
use crate::id::ClOrdId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// A part that shows no life for so long is told.
pub const SIGN_SILENCE_MAX: SignedDuration = SignedDuration::from_secs(60);
/// A planned window is told so long before nothing is sent any more.
const WINDOW_LEAD: SignedDuration = SignedDuration::from_mins(30);
/// An order of unknown fate is looked up within seconds; what lasts longer is told.
const UNKNOWN_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// In the name of the window in which somebody has to do something.
const LOG_IN: &str = "log-in";

/// A part of the gateway and its newest sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Which part.
    pub part: String,
    /// When it last showed life.
    pub at: Option<Timestamp>,
    /// How long it may show none.
    pub silence_max: SignedDuration,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Orders whose fate nobody knows.
    pub unknown_orders: Vec<ClOrdId>,
    /// The planned window that holds or comes next.
    pub window: Option<WindowAhead>,
    /// Room on the disk of the data directory, bytes, or why that is not known.
    pub disk_free_bytes: Result<u64, String>,
    /// Parts that should show life.
    pub signs: Vec<Sign>,
    /// Instruments whose price is older than it may be, with the reason; `None` where nobody looks.
    pub stale: Option<BTreeMap<String, String>>,
    /// Why the journal cannot be read, or the newest walk over it gave no result.
    pub journal_trouble: Option<String>,
}

/// Looks at facts again and again.
#[derive(Clone, Debug)]
pub struct Lookout {
    disk_free_bytes_min: u64,
    unknown_since: BTreeMap<ClOrdId, Timestamp>,
}

impl Lookout {
    /// Tells when less room than this is left.
    pub fn new(disk_free_bytes_min: u64) -> Self {
        Self { disk_free_bytes_min, unknown_since: BTreeMap::new() }
    }

    /// What is news about these facts. What was told already the book knows.
    pub fn look(&mut self, facts: &Facts, book: &AlertBook, now: Timestamp) -> Vec<News> {
        let mut news = vec![self.disk(facts, now), journal(facts, now), self.unknown(facts, now)];
        news.extend(parts(facts, book, now));
        news.extend(prices(facts, book, now));
        news.extend(windows(facts, book, now));
        news
    }

    fn disk(&self, facts: &Facts, now: Timestamp) -> News {
        let least = self.disk_free_bytes_min;
        let news = |title: &str| News::new(AlertKind::Disk, Severity::Critical, "data_dir", title, now);
        match &facts.disk_free_bytes {
            Ok(free) if *free >= least => {
                News { severity: Severity::Info, ..news("There is room on the disk again") }.closes()
            }
            Ok(free) => {
                let what = format!("{} MiB are left, and {} should be. ", mib(*free), mib(least));
                let what = format!("{what}When nothing can be written, nothing is sent: make room, or move data_dir.");
                news("The disk of the data directory is nearly full").opens().saying(&what)
            }
            Err(why) => news("The disk of the data directory cannot be looked at").opens().saying(why),
        }
    }

    fn unknown(&mut self, facts: &Facts, now: Timestamp) -> News {
        self.unknown_since.retain(|order, _| facts.unknown_orders.contains(order));
        for order in &facts.unknown_orders {
            self.unknown_since.entry(order.clone()).or_insert(now);
        }
        let old: Vec<&str> = self
            .unknown_since
            .iter()
            .filter(|(_, since)| now.duration_since(**since) >= UNKNOWN_AFTER)
            .map(|(order, _)| order.as_str())
            .collect();
        let news = |severity, title: &str| News::new(AlertKind::OrderUnknown, severity, "all", title, now);
        if old.is_empty() {
            return news(Severity::Info, "The fate of every order is known again").closes();
        }
        let title = format!("The fate of {} is unknown for more than a minute", orders(old.len()));
        let what = format!("{}. It is looked up; `tollgate order show` says what is known.", old.join(", "));
        news(Severity::Critical, &title).opens().saying(&what)
    }
}

fn parts(facts: &Facts, book: &AlertBook, now: Timestamp) -> Vec<News> {
    let of = |severity, part: &str, title: String| News::new(AlertKind::Silence, severity, part, &title, now);
    let silent = |sign: &&Sign| sign.at.is_none_or(|at| now.duration_since(at) > sign.silence_max);
    let silent: BTreeMap<&str, &Sign> =
        facts.signs.iter().filter(silent).map(|sign| (sign.part.as_str(), sign)).collect();
    let opened = silent.iter().map(|(part, sign)| {
        let since = sign.at.map_or("the start".to_owned(), |at| at.to_string());
        let what = format!("No sign of life since {since}; {} s are allowed.", sign.silence_max.as_secs());
        of(Severity::Critical, part, format!("The {part} shows no life")).opens().saying(&what)
    });
    // A part that is not there any more, by configuration, is not silent.
    let over = book.open_subjects(AlertKind::Silence).filter(|part| !silent.contains_key(part));
    opened
        .chain(over.map(|part| of(Severity::Info, part, format!("The {part} is not silent any more")).closes()))
        .collect()
}

fn prices(facts: &Facts, book: &AlertBook, now: Timestamp) -> Vec<News> {
    let Some(stale) = &facts.stale else { return Vec::new() };
    let of = |severity, symbol: &str, title: String| News::new(AlertKind::DataStale, severity, symbol, &title, now);
    let opened = stale.iter().map(|(symbol, why)| {
        of(Severity::Warning, symbol, format!("The price of {symbol} is not fresh")).opens().saying(why)
    });
    let over = book.open_subjects(AlertKind::DataStale).filter(|symbol| !stale.contains_key(*symbol));
    let closed =
        over.map(|symbol| of(Severity::Info, symbol, format!("The price of {symbol} is fresh again")).closes());
    opened.chain(closed).collect()
}

fn journal(facts: &Facts, now: Timestamp) -> News {
    let news = |severity, title: &str| News::new(AlertKind::Audit, severity, "reading", title, now);
    match &facts.journal_trouble {
        None => news(Severity::Info, "The journal can be read again").closes(),
        Some(why) => news(Severity::Critical, "The journal cannot be read").opens().saying(why),
    }
}

/// A window is told once: each has a beginning of its own, and closes with its end.
fn windows(facts: &Facts, book: &AlertBook, now: Timestamp) -> Vec<News> {
    let is_told = |window: &&WindowAhead| {
        let tell_at = window.closes_at.checked_sub(WINDOW_LEAD).unwrap_or(Timestamp::MIN);
        tell_at <= now && now < window.ends_at
    };
    let ahead = facts.window.as_ref().filter(is_told);
    let subject = |window: &WindowAhead| format!("{} {}", window.name, window.begins_at);
    let opened = ahead.map(|window| {
        let severity = if window.name.contains(LOG_IN) { Severity::Warning } else { Severity::Info };
        let title = format!("Ahead: {}", window.name);
        let WindowAhead { closes_at, begins_at, ends_at, .. } = window;
        let what = format!("Nothing is sent from {closes_at}; it lasts from {begins_at} to {ends_at}.");
        News::new(AlertKind::Window, severity, &subject(window), &title, now).opens().saying(&what)
    });
    let present = ahead.map(subject);
    let over = book.open_subjects(AlertKind::Window).filter(|one| present.as_deref() != Some(*one));
    let closed =
        over.map(|one| News::new(AlertKind::Window, Severity::Info, one, &format!("Over: {one}"), now).closes());
    opened.into_iter().chain(closed).collect()
}

fn mib(bytes: u64) -> u64 {
    bytes / (1024 * 1024)
}

fn orders(count: usize) -> String {
    if count == 1 { "one order".to_owned() } else { format!("{count} orders") }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
