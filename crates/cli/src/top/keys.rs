//! What a key means, and what it does to the screen and to the gateway. Pure.

use super::sheets;
use super::state::State;
use super::told::{Deed, Now};
use super::ui::{Move, Pane, Sheet};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Quit,
    Redraw,
    Help,
    Troubles,
    NextPane,
    PreviousPane,
    Move(Move),
    Show,
    Approve,
    Deny,
    Kill,
    /// Yes, to what the sheet asks.
    Confirm,
    /// Away with the sheet.
    Back,
    /// A letter of a reason.
    Letter(char),
    /// Its last letter goes.
    Erase,
}

/// One key, as the help and docs/top.md name it.
pub(super) struct Bound {
    pub(super) name: &'static str,
    pub(super) does: &'static str,
    code: KeyCode,
    modifiers: KeyModifiers,
    action: Action,
}

const fn bound(name: &'static str, code: KeyCode, action: Action, does: &'static str) -> Bound {
    Bound { name, does, code, modifiers: KeyModifiers::NONE, action }
}

const fn control(name: &'static str, letter: char, action: Action, does: &'static str) -> Bound {
    Bound { name, does, code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL, action }
}

/// Keys that work everywhere.
const ALWAYS: [Bound; 2] = [
    control("ctrl-c", 'c', Action::Quit, "leave, also out of a sheet"),
    control("ctrl-l", 'l', Action::Redraw, "draw the screen anew"),
];

/// Keys while no sheet lies over the panes.
pub(super) const PANES: [Bound; 17] = [
    bound("?", KeyCode::Char('?'), Action::Help, "this help"),
    bound("tab", KeyCode::Tab, Action::NextPane, "to the next pane"),
    bound("shift-tab", KeyCode::BackTab, Action::PreviousPane, "to the pane before"),
    bound("up", KeyCode::Up, Action::Move(Move::Up), "one row up"),
    bound("down", KeyCode::Down, Action::Move(Move::Down), "one row down"),
    bound("page-up", KeyCode::PageUp, Action::Move(Move::PageUp), "ten rows up"),
    bound("page-down", KeyCode::PageDown, Action::Move(Move::PageDown), "ten rows down"),
    bound("home", KeyCode::Home, Action::Move(Move::First), "to the first row"),
    bound("end", KeyCode::End, Action::Move(Move::Last), "to the last row"),
    bound("enter", KeyCode::Enter, Action::Show, "the whole order of the chosen row"),
    bound("a", KeyCode::Char('a'), Action::Approve, "approve the chosen approval: shows its order, `y` approves"),
    bound("d", KeyCode::Char('d'), Action::Deny, "deny it: shows its order and asks why, enter denies"),
    bound("k", KeyCode::Char('k'), Action::Kill, "kill: asks once more, `y` halts everything"),
    bound("s", KeyCode::Char('s'), Action::Troubles, "everything that is out of the ordinary, in full"),
    bound("q", KeyCode::Char('q'), Action::Quit, "leave"),
    control("ctrl-c", 'c', Action::Quit, "leave, also out of a sheet"),
    control("ctrl-l", 'l', Action::Redraw, "draw the screen anew"),
];

/// Keys on a sheet; arrows and pages move its text.
const SHEET: [Bound; 9] = [
    bound("esc", KeyCode::Esc, Action::Back, "away with the sheet"),
    bound("q", KeyCode::Char('q'), Action::Back, "the same"),
    bound("y", KeyCode::Char('y'), Action::Confirm, "yes"),
    bound("up", KeyCode::Up, Action::Move(Move::Up), ""),
    bound("down", KeyCode::Down, Action::Move(Move::Down), ""),
    bound("page-up", KeyCode::PageUp, Action::Move(Move::PageUp), ""),
    bound("page-down", KeyCode::PageDown, Action::Move(Move::PageDown), ""),
    bound("home", KeyCode::Home, Action::Move(Move::First), ""),
    bound("end", KeyCode::End, Action::Move(Move::Last), ""),
];

fn meant(bound: &[Bound], key: KeyEvent) -> Option<Action> {
    // Some terminals tell shift with the letter that it made.
    let modifiers = key.modifiers.difference(KeyModifiers::SHIFT);
    bound.iter().find(|one| one.code == key.code && one.modifiers == modifiers).map(|one| one.action)
}

/// What a key asks for, by what lies on the screen.
pub(super) fn action(key: KeyEvent, sheet: Option<&Sheet>) -> Option<Action> {
    let typed = match (key.code, key.modifiers.difference(KeyModifiers::SHIFT)) {
        (KeyCode::Char(letter), KeyModifiers::NONE) => Some(letter),
        _ => None,
    };
    let here = match (sheet, key.code, typed) {
        (None, _, _) => meant(&PANES, key),
        (Some(Sheet::Deny { .. }), KeyCode::Enter, _) => Some(Action::Confirm),
        (Some(Sheet::Deny { .. }), KeyCode::Backspace, _) => Some(Action::Erase),
        (Some(Sheet::Deny { .. }), _, Some(letter)) => Some(Action::Letter(letter)),
        // What is only shown goes away with the key that a person tries first.
        (Some(Sheet::Help), _, Some('?')) => Some(Action::Back),
        (Some(Sheet::Help | Sheet::Troubles | Sheet::Order(_) | Sheet::Said { .. }), KeyCode::Enter, _) => {
            Some(Action::Back)
        }
        (Some(_), _, _) => meant(&SHEET, key),
    };
    meant(&ALWAYS, key).or(here)
}

/// What the edge has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Leave.
    Quit,
    /// Draw every cell.
    Redraw,
    /// Ask the gateway to do it.
    Do(Deed),
}

/// Does what a key asks for.
pub(super) fn act(state: &mut State, action: Action, now: Now) -> Option<Effect> {
    state.ui.said = None;
    match action {
        Action::Quit => return Some(Effect::Quit),
        Action::Redraw => return Some(Effect::Redraw),
        Action::Help => state.ui.open(Sheet::Help),
        Action::Troubles => state.ui.open(Sheet::Troubles),
        Action::NextPane => state.ui.pane = state.ui.pane.next(),
        Action::PreviousPane => state.ui.pane = state.ui.pane.previous(),
        Action::Move(by) => go(state, by, now),
        Action::Show => show(state),
        Action::Approve => ask(state, Sheet::Approve, now),
        Action::Deny => ask(state, |id| Sheet::Deny { id, words: String::new() }, now),
        Action::Kill => state.ui.open(Sheet::Kill),
        Action::Back => state.ui.close(),
        Action::Letter(letter) => type_in(state, |words| {
            if words.chars().count() < sheets::REASON_LEN_MAX {
                words.push(letter);
            }
        }),
        Action::Erase => type_in(state, |words| _ = words.pop()),
        Action::Confirm => return confirm(state, now),
    }
    sheets::note_what_was_seen(state, now);
    None
}

fn go(state: &mut State, by: Move, now: Now) {
    if state.ui.sheet.is_some() {
        let places = sheets::scroll_max(state, now).saturating_add(1);
        state.ui.scroll = by.from(state.ui.scroll, places, sheets::page(state, now));
    } else {
        let ids = state.ids(state.ui.pane);
        state.ui.choose(by, &ids);
    }
}

fn show(state: &mut State) {
    let Some(id) = state.chosen() else { return };
    let key = match state.ui.pane {
        Pane::Orders => Some(id),
        Pane::Approvals => state.approval(&id).map(|approval| approval.cl_ord_id.clone()),
        Pane::Fills => {
            let fill = state.fills.value().into_iter().flatten().find(|fill| fill.exec_id == id);
            fill.and_then(|fill| fill.cl_ord_id.clone())
        }
        Pane::Positions => None,
    };
    if let Some(key) = key {
        state.want_order(&key);
        state.ui.open(Sheet::Order(key));
    }
}

fn ask(state: &mut State, sheet: impl FnOnce(String) -> Sheet, now: Now) {
    if state.ui.pane != Pane::Approvals {
        state.ui.pane = Pane::Approvals;
        let line = match state.ids(Pane::Approvals).len() {
            0 => "nothing waits for approval",
            _ => "choose an approval first, then the same key again",
        };
        state.ui.said = Some((line.to_owned(), now.up));
        return;
    }
    match state.chosen() {
        Some(id) => {
            if let Some(key) = state.approval(&id).map(|approval| approval.cl_ord_id.clone()) {
                state.want_order(&key);
            }
            state.ui.open(sheet(id));
        }
        None => state.ui.said = Some(("nothing waits for approval".to_owned(), now.up)),
    }
}

fn type_in(state: &mut State, change: impl FnOnce(&mut String)) {
    if let Some(Sheet::Deny { words, .. }) = &mut state.ui.sheet {
        change(words);
    }
}

/// A yes counts for what the sheet shows now, and only when all of it was on the screen.
fn confirm(state: &mut State, now: Now) -> Option<Effect> {
    let sheet = state.ui.sheet.clone()?;
    let deed = match sheet {
        Sheet::Kill => Deed::Kill,
        Sheet::Approve(id) => Deed::Approve { id },
        Sheet::Deny { id, words } if !words.trim().is_empty() => Deed::Deny { id, reason: words.trim().to_owned() },
        Sheet::Deny { .. } | Sheet::Help | Sheet::Troubles | Sheet::Order(_) | Sheet::Said { .. } => return None,
    };
    if !sheets::may_be_answered(state, &deed, now) {
        return None;
    }
    state.ui.close();
    if state.doing.contains(&deed) {
        return None;
    }
    state.ui.said = Some((format!("{} …", deed.words()), now.up));
    state.doing.push(deed.clone());
    Some(Effect::Do(deed))
}
