//! What lies over the panes: help, whole orders, and the second step of what cannot be taken back. Pure.

use super::header;
use super::keys;
use super::look::{Look, Tone};
use super::panes;
use super::state::{Line, State};
use super::told::{Deed, Now};
use super::troubles;
use super::ui::Sheet;
use super::view;
use super::words;
use crate::table::{plain, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Clear, Widget};
use serde::Serialize;
use serde_json::Value;
use wire::approval::Approval;
#[cfg(test)]
use wire::order::Order;

/// As the gateway bounds a reason.
pub(super) const REASON_LEN_MAX: usize = 500;
/// A sheet is not made wider: longer lines are hard to read.
const WIDTH_MAX: u16 = 100;
/// Width of the names of fields.
const NAME: usize = 18;

/// One line.
type Said = (String, Tone);

fn plainly(text: impl Into<String>) -> Said {
    (text.into(), Tone::Plain)
}

/// Where the sheet lies.
fn place(size: (u16, u16), lines: usize) -> Rect {
    let (width, height) = size;
    let inside = width.saturating_sub(4).min(WIDTH_MAX);
    let tall = u16::try_from(lines.saturating_add(2)).unwrap_or(u16::MAX).min(height.saturating_sub(2));
    let (left, top) = (width.saturating_sub(inside) / 2, height.saturating_sub(tall) / 2);
    Rect::new(left, top, inside, tall)
}

/// Columns for text.
fn text_width(size: (u16, u16)) -> usize {
    usize::from(size.0.saturating_sub(8).min(WIDTH_MAX.saturating_sub(4)))
}

/// Rows for the text of a sheet, above its question.
fn room(state: &State, now: Now) -> usize {
    let question = question(state, now).len();
    let lines = body(state, now).len().saturating_add(question);
    usize::from(place(state.ui.size, lines).height.saturating_sub(2)).saturating_sub(question)
}

/// Lines of a page of the sheet: one line is seen again.
pub(super) fn page(state: &State, now: Now) -> usize {
    room(state, now).saturating_sub(1).max(1)
}

/// How far the text can be moved.
pub(super) fn scroll_max(state: &State, now: Now) -> usize {
    body(state, now).len().saturating_sub(room(state, now))
}

/// Notes how far a sheet was on the screen.
pub(super) fn note_what_was_seen(state: &mut State, now: Now) {
    if state.ui.sheet.is_none() {
        return;
    }
    state.ui.scroll = state.ui.scroll.min(scroll_max(state, now));
    let shown = state.ui.scroll.saturating_add(room(state, now));
    // Until the order is known there is nothing to have seen.
    if state.order_on_sheet().is_some_and(|key| state.order(&key).is_some()) && state.ui.scroll <= state.ui.seen {
        state.ui.seen = state.ui.seen.max(shown);
    }
}

/// Whether a yes counts: the approval waits, its order is known, and all of it was on the screen.
pub(super) fn may_be_answered(state: &State, deed: &Deed, now: Now) -> bool {
    match deed {
        Deed::Kill => true,
        Deed::Approve { id } | Deed::Deny { id, .. } => unanswerable(state, now, id).is_none(),
    }
}

fn title(sheet: &Sheet) -> String {
    match sheet {
        Sheet::Help => "keys and signs".to_owned(),
        Sheet::Troubles => "out of the ordinary".to_owned(),
        Sheet::Kill => "KILL: halt everything?".to_owned(),
        Sheet::Order(key) => format!("order {key}"),
        Sheet::Approve(id) => format!("APPROVE {id}?"),
        Sheet::Deny { id, .. } => format!("DENY {id}?"),
        Sheet::Said { title, .. } => title.clone(),
    }
}

/// What stands at its foot and does not move.
fn question(state: &State, now: Now) -> Vec<Said> {
    let Some(sheet) = &state.ui.sheet else { return Vec::new() };
    let leave = "esc  leave it as it is";
    match sheet {
        Sheet::Help | Sheet::Troubles | Sheet::Order(_) | Sheet::Said { .. } => {
            vec![("esc  back      up, down, page-up, page-down  move".to_owned(), Tone::Quiet)]
        }
        Sheet::Kill => vec![(format!("y  HALT NOW      {leave}"), Tone::Warn)],
        Sheet::Approve(id) => match unanswerable(state, now, id) {
            Some(why) => vec![(format!("{why}      {leave}"), Tone::Warn)],
            None => vec![(format!("y  APPROVE      {leave}"), Tone::Warn)],
        },
        Sheet::Deny { id, words } => {
            let reason = format!("why: {words}_");
            match unanswerable(state, now, id) {
                Some(why) => vec![(reason, Tone::Head), (format!("{why}      {leave}"), Tone::Warn)],
                None => vec![(reason, Tone::Head), (format!("enter  DENY, with a reason      {leave}"), Tone::Warn)],
            }
        }
    }
}

fn unanswerable(state: &State, now: Now, id: &str) -> Option<&'static str> {
    let Some(approval) = state.approval(id) else { return Some("it does not wait any more") };
    if approval.plan.is_some() {
        return Some("a whole plan is answered with `tollgate approval` or on the dashboard");
    }
    if state.order(&approval.cl_ord_id).is_none() {
        return Some("the order is not known yet");
    }
    (state.ui.seen < body(state, now).len()).then_some("page-down  read to the end first")
}

/// The text, in lines that fit.
fn body(state: &State, now: Now) -> Vec<Said> {
    let Some(sheet) = &state.ui.sheet else { return Vec::new() };
    let width = text_width(state.ui.size);
    match sheet {
        Sheet::Help => help(width),
        Sheet::Troubles => {
            let found = troubles::all(state, now);
            let none = || vec![plainly("nothing")];
            let lines = |one: &troubles::Notice| {
                view::wrapped(&one.text, width).into_iter().map(|line| (line, one.tone)).collect()
            };
            if found.is_empty() { none() } else { found.iter().flat_map(|one| -> Vec<Said> { lines(one) }).collect() }
        }
        Sheet::Kill => kill(state, width),
        Sheet::Order(key) => match state.order(key) {
            Some(order) => fields(order, &ORDER_FIRST, width),
            None => vec![plainly("asking the gateway …")],
        },
        Sheet::Approve(id) | Sheet::Deny { id, .. } => match state.approval(id) {
            Some(approval) => whole(state, approval, now, width),
            None => {
                vec![plainly("This approval does not wait any more: somebody has answered it, or its time is over.")]
            }
        },
        Sheet::Said { text, .. } => text.lines().flat_map(|line| view::wrapped(line, width)).map(plainly).collect(),
    }
}

/// Every key, and every sign that is no word.
fn help(width: usize) -> Vec<Said> {
    let mut lines: Vec<Said> = keys::PANES.iter().map(|key| plainly(format!("{:11}{}", key.name, key.does))).collect();
    lines.push(plainly(""));
    let signs = [
        ("–", "not known; never zero"),
        ("?", "an order of unknown fate: it may be at the broker"),
        ("!", "an order that wants attention: enter shows why"),
        ("live 0.4s", "kind of data and its age; FROZEN, DELAYED, CLOSE are not now"),
    ];
    lines.extend(signs.map(|(sign, what)| plainly(format!("{sign:11}{what}"))));
    lines.push(plainly(""));
    let prose = "Orders, trades and approvals come by events, prices by their stream. What no event tells (readiness, the file KILL, \
                 what the account is worth) is asked every few seconds. Times are UTC.";
    lines.extend(view::wrapped(prose, width).into_iter().map(plainly));
    lines
}

fn kill(state: &State, width: usize) -> Vec<Said> {
    let open = match state.orders.value().map(std::collections::BTreeMap::len) {
        None => "nobody knows how many orders are open".to_owned(),
        Some(0) => "no order is open".to_owned(),
        Some(1) => "1 order is open".to_owned(),
        Some(many) => format!("{many} orders are open"),
    };
    let where_ =
        header::badges(state).into_iter().map(|(text, _)| text.trim().to_owned()).collect::<Vec<_>>().join(", ");
    let account = state.status.value().and_then(|status| status.account.clone());
    let account = account.unwrap_or_else(|| "no confirmed account".to_owned());
    let mut text = vec![
        format!("{where_} on {account}; {open}."),
        "From now on no new order leaves this gateway. Open orders are canceled. Positions stay as they are: `tollgate flatten` closes \
         them."
            .to_owned(),
        "Trading stays halted, over restarts too, until a person with `admin` lifts it: `tollgate kill off --reason …`".to_owned(),
    ];
    if state.line != Line::Up {
        text.push(match &state.kill_file {
            Some(path) => format!("It does not answer now. If it does not take the kill either, the file {path} is written, at which it looks before each send."),
            None => "It does not answer now. If it does not take the kill either, halt it on its own machine.".to_owned(),
        });
    }
    text.iter().flat_map(|line| view::wrapped(line, width)).map(plainly).collect()
}

/// Fields that a person reads first; all others that say something follow.
const ORDER_FIRST: [&str; 20] = [
    "side",
    "qty",
    "symbol",
    "order_type",
    "limit_price",
    "stop_price",
    "trail_amount",
    "trail_percent",
    "tif",
    "good_till",
    "status",
    "note",
    "broker_status",
    "cum_qty",
    "leaves_qty",
    "avg_px",
    "account",
    "con_id",
    "sec_type",
    "exchange",
];
const APPROVAL_FIRST: [&str; 5] = ["requested_by", "requested_at", "expires_at", "bounds", "plan"];

/// Everything that a yes or no is about: the essence, and the world now; then the whole order, and what the yes is bound to.
fn whole(state: &State, approval: &Approval, now: Now, width: usize) -> Vec<Said> {
    let order = state.order(&approval.cl_ord_id);
    let mut lines = essence(state, approval, now, width);
    if approval.plan.is_none() {
        lines.extend([plainly(""), ("the whole order".to_owned(), Tone::Head)]);
        match order {
            Some(order) => lines.extend(fields(order, &ORDER_FIRST, width)),
            None => lines.push(plainly("asking the gateway …")),
        }
    }
    lines.extend([plainly(""), ("the question, and what a yes is bound to".to_owned(), Tone::Head)]);
    lines.extend(fields(approval, &APPROVAL_FIRST, width));
    lines
}

fn essence(state: &State, approval: &Approval, now: Now, width: usize) -> Vec<Said> {
    let con_id = approval.bounds.as_ref().map_or("", |bounds| bounds.con_id.as_str());
    let mut lines = Vec::new();
    if let Some(order) = state.order(&approval.cl_ord_id) {
        let symbol = panes::instrument(state, order);
        let (side, qty, terms) = (words::spaced(order.side.word()), words::plain(order.qty), panes::terms(order));
        let text = plain(&format!("{side} {qty} {symbol} {terms} {}", order.tif)).to_uppercase();
        lines.extend(view::wrapped(&text, width).into_iter().map(|line| (line, Tone::Head)));
    }
    let at_most = format!("{} in the account's currency", panes::at_most(approval));
    lines.extend(named("at most", &at_most, width));
    for reason in &approval.reasons {
        lines.extend(named("asked because", &format!("{}: {}", reason.code, reason.message), width));
    }
    lines.extend(named("lapses in", &words::age(words::since(now.at, approval.expires_at)), width));
    let held = match state.positions.value() {
        None => words::UNKNOWN.to_owned(),
        Some(positions) => {
            let same = positions.iter().find(|position| position.con_id == con_id);
            same.map_or_else(|| "nothing".to_owned(), |position| words::plain(position.qty))
        }
    };
    lines.extend(named("held now", &held, width));
    let price = state.quotes.get(con_id).map_or_else(
        || words::UNKNOWN.to_owned(),
        |(watched, told)| {
            let (bid, ask) = watched.quote.as_ref().map_or((None, None), |quote| (quote.bid, quote.ask));
            let data = header::data_of(state, watched, *told, now).0;
            format!("bid {}, ask {} ({data})", words::plain_or(bid), words::plain_or(ask))
        },
    );
    lines.extend(named("price now", &price, width));
    lines
}

/// Every field that says something, whatever a gateway adds to it.
fn fields<T: Serialize>(of: &T, first: &[&str], width: usize) -> Vec<Said> {
    let Ok(Value::Object(shape)) = serde_json::to_value(of) else {
        return vec![("it cannot be shown: `tollgate order show` shows it".to_owned(), Tone::Bad)];
    };
    let says = |value: &Value| !(value.is_null() || value.as_array().is_some_and(Vec::is_empty));
    let begin = first.iter().filter_map(|name| shape.get(*name).map(|value| (*name, value)));
    let rest = shape.iter().map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !first.contains(name));
    let mut lines = Vec::new();
    for (name, value) in begin.chain(rest).filter(|(_, value)| says(value)) {
        match value {
            Value::Object(inner) => {
                for (part, value) in inner.iter().filter(|(_, value)| says(value)) {
                    lines.extend(named(&format!("{name} {part}"), &word(Some(value)), width));
                }
            }
            Value::Array(several) => lines.extend(several.iter().flat_map(|one| named(name, &word(Some(one)), width))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                lines.extend(named(name, &word(Some(value)), width));
            }
        }
    }
    lines
}

fn named(name: &str, value: &str, width: usize) -> Vec<Said> {
    let name = words::spaced(name);
    let indent = NAME.max(name.chars().count() + 1);
    let pieces = view::wrapped(&plain(value), width.saturating_sub(indent).max(10));
    let line = |(nth, piece): (usize, String)| {
        let name = if nth == 0 { name.as_str() } else { "" };
        plainly(format!("{name:indent$}{piece}"))
    };
    pieces.into_iter().enumerate().map(line).collect()
}

/// Draws the sheet, if there is one.
pub(super) fn draw(state: &State, now: Now, look: Look, buf: &mut Buffer) {
    let Some(sheet) = &state.ui.sheet else { return };
    let (body, question) = (body(state, now), question(state, now));
    let area = place(state.ui.size, body.len().saturating_add(question.len()));
    Clear.render(area, buf);
    let danger = matches!(sheet, Sheet::Kill | Sheet::Approve(_) | Sheet::Deny { .. });
    let frame = look.of(if danger { Tone::Warn } else { Tone::Head });
    Block::bordered().border_style(frame).title_style(frame).title(format!(" {} ", title(sheet))).render(area, buf);
    let (left, width) = (area.x.saturating_add(2), usize::from(area.width.saturating_sub(4)));
    let rows = usize::from(area.height.saturating_sub(2));
    let text = body.iter().skip(state.ui.scroll).take(rows.saturating_sub(question.len()));
    for ((line, tone), y) in text.zip(area.y.saturating_add(1)..) {
        buf.set_stringn(left, y, line, width, look.of(*tone));
    }
    let foot = area.bottom().saturating_sub(1).saturating_sub(u16::try_from(question.len()).unwrap_or(0));
    for ((line, tone), y) in question.iter().zip(foot..area.bottom()) {
        // The end of what is typed is what is seen.
        let hidden = line.chars().count().saturating_sub(width);
        let line: String = line.chars().skip(hidden).collect();
        buf.set_stringn(left, y, line, width, look.of(*tone));
    }
}

/// The order that a test of this module wants to see whole.
#[cfg(test)]
pub(super) fn order_lines(order: &Order, width: usize) -> Vec<String> {
    fields(order, &ORDER_FIRST, width).into_iter().map(|(line, _)| line).collect()
}
