//! The screen: a header that is always there, four lists, one line of news, one of keys. Pure: a state becomes cells.

use super::grid::{cut, width_of};
use super::header;
use super::look::{Look, Tone};
use super::panes::{self, List};
use super::sheets;
use super::state::{Line, State};
use super::told::Now;
use super::ui::Pane;
use crate::table::plain;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Duration;

/// Below this a warning stands in the place of lists that cannot be read.
const SIZE_MIN: (u16, u16) = (80, 24);
/// From this on the lists stand in two columns.
const TWO_COLUMNS: (u16, u16) = (130, 30);
/// A list that is not chosen takes no more rows while others want some.
const MODEST: u16 = 4;
/// How long a line of ours stays.
const SAID_FOR: Duration = Duration::from_secs(20);

/// Words with their tones, one behind the other.
pub(super) type Words = Vec<(String, Tone)>;

/// Draws everything.
pub(super) fn draw(state: &State, now: Now, look: Look, buf: &mut Buffer) {
    let area = *buf.area();
    let (width, height) = (area.width, area.height);
    let below = header::draw(state, now, look, buf);
    if height < SIZE_MIN.1 || width < SIZE_MIN.0 {
        let text = format!("the screen is {width}x{height}: the lists need {}x{}", SIZE_MIN.0, SIZE_MIN.1);
        put(buf, below, &vec![(text, Tone::Warn)], look);
    } else {
        let room = Rect::new(0, below, width, height.saturating_sub(below).saturating_sub(2));
        lists(state, now, look, room, buf);
    }
    if matches!(state.line, Line::Lost { .. }) {
        buf.set_style(area, Look::greyed());
        header::draw_troubles(state, now, look, buf);
    }
    put(buf, height.saturating_sub(2), &news(state, now), look);
    put(buf, height.saturating_sub(1), &foot(), look);
    sheets::draw(state, now, look, buf);
}

/// Writes words into a row, as far as they fit.
pub(super) fn put(buf: &mut Buffer, y: u16, words: &Words, look: Look) {
    let area = *buf.area();
    if y >= area.height {
        return;
    }
    let mut x = 0;
    for (text, tone) in words {
        let text = cut(text, area.width.saturating_sub(x));
        buf.set_stringn(x, y, &text, usize::from(area.width), look.of(*tone));
        x = x.saturating_add(width_of(&text));
    }
}

/// Words of less interest.
pub(super) fn quiet(text: impl Into<String>) -> (String, Tone) {
    (text.into(), Tone::Quiet)
}

/// Words like others.
pub(super) fn said(text: impl Into<String>) -> (String, Tone) {
    (text.into(), Tone::Plain)
}

fn lists(state: &State, now: Now, look: Look, room: Rect, buf: &mut Buffer) {
    let (width, height) = state.ui.size;
    if width < TWO_COLUMNS.0 || height < TWO_COLUMNS.1 {
        return column(state, &Pane::ALL, now, look, room, buf);
    }
    let left = room.width.saturating_mul(11) / 20;
    let one = Rect { width: left.saturating_sub(1), ..room };
    let other = Rect { x: left.saturating_add(1), width: room.width.saturating_sub(left).saturating_sub(1), ..room };
    column(state, &[Pane::Orders, Pane::Approvals], now, look, one, buf);
    column(state, &[Pane::Positions, Pane::Fills], now, look, other, buf);
}

/// Lists below each other: the chosen one gets what the others leave.
fn column(state: &State, panes: &[Pane], now: Now, look: Look, room: Rect, buf: &mut Buffer) {
    let lists: Vec<(Pane, List)> = panes.iter().map(|pane| (*pane, panes::list(state, *pane, now))).collect();
    let wants: Vec<u16> = lists.iter().map(|(_, list)| wanted(list)).collect();
    let first = lists.iter().position(|(pane, _)| *pane == state.ui.pane).unwrap_or(0);
    let mut y = room.y;
    for ((pane, list), tall) in lists.iter().zip(shares(&wants, first, room.height)) {
        let area = Rect { y, height: tall.min(room.bottom().saturating_sub(y)), ..room };
        pane_of(state, *pane, list, look, area, buf);
        y = y.saturating_add(tall);
    }
}

/// Title, headings and rows; of an empty list the title alone.
fn wanted(list: &List) -> u16 {
    match list.grid.rows.len() {
        0 => 1,
        rows => u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2),
    }
}

/// Rows for each list: first a few for all, then what is left for the chosen one, then for the others in their order.
pub(super) fn shares(wants: &[u16], first: usize, room: u16) -> Vec<u16> {
    let mut shares: Vec<u16> = wants.iter().map(|want| (*want).min(MODEST)).collect();
    let mut left = room.saturating_sub(shares.iter().fold(0, |sum, share| sum.saturating_add(*share)));
    let others = (0..wants.len()).filter(|nth| *nth != first);
    for nth in std::iter::once(first).chain(others) {
        if let (Some(share), Some(want)) = (shares.get_mut(nth), wants.get(nth)) {
            let more = want.saturating_sub(*share).min(left);
            *share = share.saturating_add(more);
            left = left.saturating_sub(more);
        }
    }
    shares
}

fn pane_of(state: &State, pane: Pane, list: &List, look: Look, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let is_chosen = state.ui.pane == pane;
    let ids = state.ids(pane);
    let row = state.ui.row(pane, &ids).and_then(|nth| list.rows_of_ids.get(nth)).copied();
    let inside = Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area };
    let visible = usize::from(inside.height.saturating_sub(1));
    // The chosen row stays on the screen.
    let start = row.map_or(0, |row| row.saturating_add(1).saturating_sub(visible.max(1)));
    let below = list.grid.rows.len().saturating_sub(start).saturating_sub(visible);
    let unseen = match (start, below) {
        (0, 0) => String::new(),
        (above, 0) => format!(" {above} above "),
        (0, below) => format!(" {below} below "),
        (above, below) => format!(" {above} above, {below} below "),
    };
    let mark = if is_chosen { "▶ " } else { "─ " };
    let title = cut(&format!("{mark}{} ", list.title), area.width.saturating_sub(width_of(&unseen)));
    let rule = "─".repeat(usize::from(area.width.saturating_sub(width_of(&title)).saturating_sub(width_of(&unseen))));
    let tone = if is_chosen || list.tone != Tone::Head { list.tone } else { Tone::Plain };
    buf.set_stringn(area.x, area.y, &title, usize::from(area.width), look.of(tone));
    let behind = area.x.saturating_add(width_of(&title));
    buf.set_stringn(behind, area.y, format!("{rule}{unseen}"), usize::from(area.width), look.of(Tone::Quiet));
    if !list.grid.rows.is_empty() {
        list.grid.draw(start, row.filter(|_| is_chosen), look, inside, buf);
    }
}

fn news(state: &State, now: Now) -> Words {
    if let Some((line, at)) = &state.ui.said
        && now.up.saturating_sub(*at) < SAID_FOR
    {
        return vec![(plain(line), Tone::Warn)];
    }
    if let Some(deed) = state.doing.first() {
        return vec![(format!("{} …", deed.words()), Tone::Warn)];
    }
    match &state.happened {
        Some(words) => vec![quiet("last "), said(words.clone())],
        None => vec![quiet("no event since this screen began")],
    }
}

fn foot() -> Words {
    let keys = [
        ("?", "help"),
        ("k", "KILL"),
        ("q", "quit"),
        ("tab", "pane"),
        ("enter", "show"),
        ("a", "approve"),
        ("d", "deny"),
        ("s", "troubles"),
    ];
    keys.into_iter().flat_map(|(key, what)| [(key.to_owned(), Tone::Chosen), quiet(format!(" {what}  "))]).collect()
}

/// A text in lines of a width, broken at blanks where there are any.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        let fits = |line: &str, word: &str| line.chars().count() + word.chars().count() < width;
        if !line.is_empty() && !fits(&line, &word) {
            lines.push(std::mem::take(&mut line));
        }
        while word.chars().count() > width {
            let rest = word.chars().skip(width).collect();
            lines.push(word.chars().take(width).collect());
            word = rest;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}
