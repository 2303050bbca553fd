//! The header that is always there: mode and trading state, the broker's line, data, worth, and what is out of the ordinary. Pure.

use super::grid::width_of;
use super::look::{Look, Tone};
use super::state::State;
use super::told::Now;
use super::troubles;
use super::view::{Words, put, quiet, said, wrapped};
use super::words;
use crate::table::plain;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::time::Duration;
use wire::kill::TradingStateEntry;
use wire::market::{FeedWord, WatchedQuote};
use wire::status::Status;
use wire::word::{DataType, Mode, ScopeOfState, Trading, TradingState};

/// Rows of the header above what is out of the ordinary.
const LINES: u16 = 4;
/// Rows for what is out of the ordinary on a small screen.
const TROUBLES_MIN: usize = 3;
/// From so many rows on there are more.
const TALL: u16 = 30;

/// The tone of a profit or loss; its sign says the same.
pub(super) fn by_sign(value: Option<Decimal>) -> Tone {
    match value {
        None => Tone::Plain,
        Some(value) if value.is_zero() => Tone::Plain,
        Some(value) if value.is_sign_negative() => Tone::Bad,
        Some(_) => Tone::Good,
    }
}

/// Draws the header; the first row below it.
pub(super) fn draw(state: &State, now: Now, look: Look, buf: &mut Buffer) -> u16 {
    let lines = [first(state, now, buf.area().width), link(state, now), data(state, now), worth(state, now)];
    for (line, y) in lines.iter().zip(0..) {
        put(buf, y, line, look);
    }
    draw_troubles(state, now, look, buf)
}

/// Mode, and whether anything is sent: words on coloured ground.
pub(super) fn badges(state: &State) -> Words {
    let Some(status) = state.status.value() else {
        return vec![(" MODE UNKNOWN ".to_owned(), Tone::BadgeBad), (" TRADING UNKNOWN ".to_owned(), Tone::BadgeBad)];
    };
    let mut badges = vec![match status.mode {
        Some(Mode::Paper) => (" PAPER ".to_owned(), Tone::BadgeGood),
        Some(Mode::Live) => (" LIVE ".to_owned(), Tone::BadgeBad),
        None => (" MODE UNPROVEN ".to_owned(), Tone::BadgeWarn),
    }];
    if status.simulated {
        badges.push((" SIMULATED ".to_owned(), Tone::BadgeFact));
    }
    let global = status.trading_states.iter().find(|entry| entry.scope == ScopeOfState::Global);
    badges.push(match global.map_or(TradingState::Active, |entry| entry.state) {
        TradingState::Active => (" ACTIVE ".to_owned(), Tone::BadgeGood),
        TradingState::Reducing => (" REDUCING ".to_owned(), Tone::BadgeWarn),
        TradingState::Halted => (" HALTED ".to_owned(), Tone::BadgeBad),
    });
    if state.is_for_live() {
        badges.push(arming(state));
    }
    if status.kill_file {
        badges.push((" KILL FILE ".to_owned(), Tone::BadgeBad));
    }
    let in_part =
        |entry: &&TradingStateEntry| entry.scope != ScopeOfState::Global && entry.state != TradingState::Active;
    if status.trading_states.iter().any(|entry| in_part(&entry)) {
        badges.push((" STOPPED IN PART ".to_owned(), Tone::BadgeWarn));
    }
    if !status.ready {
        badges.push((" NOT READY ".to_owned(), Tone::BadgeBad));
    }
    badges
}

/// Whether live orders may leave now.
fn arming(state: &State) -> (String, Tone) {
    match (state.live.value(), state.live.why_not()) {
        (None, _) | (Some(_), Some(_)) => (" ARMING UNKNOWN ".to_owned(), Tone::BadgeBad),
        (Some(live), None) if !live.armed => (" DISARMED ".to_owned(), Tone::BadgeFact),
        (Some(live), None) => {
            let end = live
                .arming
                .as_ref()
                .map_or_else(|| words::UNKNOWN.to_owned(), |arming| arming.expires_at.strftime("%H:%MZ").to_string());
            (format!(" ARMED to {end} "), Tone::BadgeWarn)
        }
    }
}

fn first(state: &State, now: Now, width: u16) -> Words {
    let mut words = Vec::new();
    for badge in badges(state) {
        words.push(badge);
        words.push(said(" "));
    }
    if let Some(status) = state.status.value() {
        words.push(said(format!("{}  ", status.account.as_deref().unwrap_or("no account"))));
        words.push(match status.trading {
            Trading::Off => ("trading OFF".to_owned(), Tone::Warn),
            Trading::Paper | Trading::Live => said(format!("trading {}", status.trading)),
        });
    }
    let clock = now.at.strftime("%H:%M:%SZ").to_string();
    let used = words.iter().fold(0_u16, |sum, (text, _)| sum.saturating_add(width_of(text)));
    // The clock is what can be done without.
    if let Some(blank) = width.checked_sub(used.saturating_add(width_of(&clock))).filter(|blank| *blank > 0) {
        words.push(said(" ".repeat(usize::from(blank))));
        words.push(quiet(clock));
    }
    words
}

fn link(state: &State, now: Now) -> Words {
    let Some(status) = state.status.value() else { return vec![("broker UNKNOWN".to_owned(), Tone::Bad)] };
    let broker = &status.broker;
    let word = words::spaced(&broker.state).to_uppercase();
    let tone = if broker.state == "up" { Tone::Good } else { Tone::Bad };
    let since = words::age(words::since(broker.since, now.at));
    let mut line = vec![quiet("broker "), (word, tone), said(format!(" {since}"))];
    if let Some(at) = broker.last_message_at {
        let ago = words::age(words::since(at, now.at));
        line.extend([quiet("  heard "), said(ago), quiet(" ago")]);
    }
    line.push(quiet("  clock "));
    line.push(said(broker.clock_skew_ms.map_or_else(|| words::UNKNOWN.to_owned(), |skew| format!("{skew:+} ms"))));
    if let Some(window) = &status.window {
        let left = Duration::from_secs(u64::try_from(window.closes_in_s).unwrap_or(0));
        let left = left.saturating_sub(state.status.age(now).unwrap_or_default());
        let when = if left.is_zero() { "NOW".to_owned() } else { format!("in {}", words::age(left)) };
        let tone = if left < Duration::from_mins(10) { Tone::Warn } else { Tone::Plain };
        line.push((plain(&format!("  {} {when}", window.name)), tone));
    }
    line.extend([quiet("  at "), said(plain(&broker.endpoint))]);
    line
}

/// How an instrument is fed, in a word.
fn kind_of(state: &State, watched: &WatchedQuote) -> (&'static str, Tone) {
    // Whoever is told no prices does not know whether there are newer ones.
    if state.quotes_gone.is_some() {
        return ("NOT FED", Tone::Bad);
    }
    match (watched.state, watched.quote.as_ref().map(|quote| quote.data_type)) {
        (FeedWord::NotFed, _) => ("NOT FED", Tone::Bad),
        (FeedWord::Crossed, _) => ("CROSSED", Tone::Bad),
        (FeedWord::Unknown, _) | (FeedWord::Fed, None) => ("UNKNOWN", Tone::Warn),
        (FeedWord::Fed, Some(DataType::Live)) => ("live", Tone::Good),
        (FeedWord::Fed, Some(DataType::Frozen)) => ("FROZEN", Tone::Warn),
        (FeedWord::Fed, Some(DataType::Delayed)) => ("DELAYED", Tone::Warn),
        (FeedWord::Fed, Some(DataType::DelayedFrozen)) => ("DELAYED FROZEN", Tone::Warn),
        (FeedWord::Fed, Some(DataType::Close)) => ("CLOSE", Tone::Warn),
    }
}

/// The age of a price now.
fn age_of(watched: &WatchedQuote, told: Duration, now: Now) -> Option<Duration> {
    let quote = watched.quote.as_ref()?;
    Some(words::millis(quote.age_ms).saturating_add(now.up.saturating_sub(told)))
}

/// How an instrument is fed: kind of data and age.
pub(super) fn data_of(state: &State, watched: &WatchedQuote, told: Duration, now: Now) -> (String, Tone) {
    let (kind, tone) = kind_of(state, watched);
    let age = age_of(watched, told, now).map_or_else(String::new, |age| format!(" {}", words::age(age)));
    (format!("{kind}{age}"), tone)
}

/// Of each kind of data: how many instruments, and the oldest age. Then what journal and broker say of each other.
fn data(state: &State, now: Now) -> Words {
    let mut kinds: BTreeMap<&str, (u32, Option<Duration>, Tone)> = BTreeMap::new();
    for con_id in state.watched() {
        let (kind, tone, age) = match state.quotes.get(&con_id) {
            None => ("NO PRICE", Tone::Warn, None),
            Some((watched, told)) => {
                let (kind, tone) = kind_of(state, watched);
                (kind, tone, age_of(watched, *told, now))
            }
        };
        let (count, oldest, _) = kinds.entry(kind).or_insert((0, None, tone));
        *count += 1;
        *oldest = (*oldest).max(age);
    }
    let mut line = vec![quiet("data ")];
    for (nth, (kind, (count, oldest, tone))) in kinds.iter().enumerate() {
        if nth > 0 {
            line.push(quiet(", "));
        }
        line.push((format!("{count} {kind}"), *tone));
        line.extend(oldest.map(|age| said(format!(" ≤ {}", words::age(age)))));
    }
    if kinds.is_empty() {
        line.push(said(if state.positions.value().is_some() { "nothing is held or ordered" } else { words::UNKNOWN }));
    }
    line.extend(state.status.value().into_iter().flat_map(|status| compared(status, now)));
    line
}

fn compared(status: &Status, now: Now) -> Words {
    let Some(look) = &status.reconciliation else { return vec![("  not compared yet".to_owned(), Tone::Warn)] };
    let ago = words::age(words::since(look.taken_at, now.at));
    let differs = look.differences.len().saturating_add(look.positions.len());
    let (text, tone) = match (look.complete, differs) {
        (false, _) => ("INCOMPLETE".to_owned(), Tone::Bad),
        (true, 0) => ("agrees".to_owned(), Tone::Good),
        (true, differs) => (format!("{differs} differences"), Tone::Warn),
    };
    vec![quiet("  compared "), said(ago), quiet(" ago: "), (text, tone)]
}

fn worth(state: &State, now: Now) -> Words {
    let mut line = vec![quiet("worth ")];
    match state.summary.value() {
        None => line.push(said(words::UNKNOWN)),
        Some(summary) => {
            let currency = summary.base_currency.as_deref().unwrap_or(words::UNKNOWN);
            line.push(said(format!("{} {}", words::money_or(summary.net_liquidation), plain(currency))));
            line.extend(state.summary.age(now).map(|age| quiet(format!(" {} ago", words::age(age)))));
        }
    }
    let pnl = state.pnl.value();
    for (name, value) in [
        ("  day ", pnl.and_then(|pnl| pnl.daily)),
        ("  unreal. ", pnl.and_then(|pnl| pnl.unrealized)),
        ("  real. ", pnl.and_then(|pnl| pnl.realized)),
    ] {
        line.extend([quiet(name), (words::signed(value), by_sign(value))]);
    }
    line
}

/// What is out of the ordinary, in a few rows; the first row below them.
pub(super) fn draw_troubles(state: &State, now: Now, look: Look, buf: &mut Buffer) -> u16 {
    let (width, height) = (buf.area().width, buf.area().height);
    let room = if height >= TALL { usize::from(height / 6) } else { TROUBLES_MIN };
    let mut y = LINES;
    for line in trouble_lines(state, now, usize::from(width), room) {
        // It is about now, also when all the rest is old.
        buf.set_style(Rect::new(0, y, width, 1).intersection(*buf.area()), Style::reset());
        put(buf, y, &vec![line], look);
        y = y.saturating_add(1);
    }
    y
}

fn trouble_lines(state: &State, now: Now, width: usize, room: usize) -> Words {
    let found = troubles::all(state, now);
    let mut lines = Vec::new();
    let mut shown = 0;
    for one in &found {
        let pieces: Words = wrapped(&one.text, width).into_iter().map(|piece| (piece, one.tone)).collect();
        let below = usize::from(shown + 1 < found.len());
        if lines.len() + pieces.len() + below > room {
            // The worst is told at least in part.
            if shown == 0 {
                lines.extend(pieces.into_iter().take(room.saturating_sub(1)));
                shown = 1;
            }
            break;
        }
        lines.extend(pieces);
        shown += 1;
    }
    let rest: Vec<&str> = found.iter().skip(shown).map(|one| one.text.as_str()).collect();
    if found.is_empty() {
        lines.push(("nothing out of the ordinary".to_owned(), Tone::Good));
    } else if !rest.is_empty() {
        lines.push((format!("{} more (s shows all): {}", rest.len(), rest.join(" · ")), Tone::Bad));
    }
    lines
}
