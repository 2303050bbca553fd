use super::keys::{Action, Effect, PANES, act, action};
use super::scenes::{answer, busy, items, now, order};
use super::sheets;
use super::state::State;
use super::told::{Ask, Deed};
use super::ui::{Move, Pane, Sheet};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::json;

const SIZE: (u16, u16) = (80, 24);

fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn letter(letter: char) -> KeyEvent {
    key(KeyCode::Char(letter))
}

/// Presses keys, and gives what the last one has done.
fn press(state: &mut State, keys: &[KeyEvent]) -> Option<Effect> {
    let mut effect = None;
    for key in keys {
        let meant = action(*key, state.ui.sheet.as_ref());
        effect = meant.and_then(|action| act(state, action, now(5)));
    }
    effect
}

#[test]
fn each_key_means_one_thing_where_it_is_pressed() {
    let deny = Sheet::Deny { id: "a".to_owned(), words: String::new() };
    let shift = |code| KeyEvent::new(code, KeyModifiers::SHIFT);
    let ctrl = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    let table = [
        (letter('?'), None, Some(Action::Help)),
        (shift(KeyCode::Char('?')), None, Some(Action::Help)),
        (shift(KeyCode::BackTab), None, Some(Action::PreviousPane)),
        (letter('k'), None, Some(Action::Kill)),
        (letter('K'), None, None),
        (ctrl('k'), None, None),
        (letter('y'), None, None),
        (letter('x'), None, None),
        (letter('q'), None, Some(Action::Quit)),
        (letter('k'), Some(Sheet::Kill), None),
        (letter('y'), Some(Sheet::Kill), Some(Action::Confirm)),
        (key(KeyCode::Enter), Some(Sheet::Kill), None),
        (key(KeyCode::Esc), Some(Sheet::Kill), Some(Action::Back)),
        (letter('q'), Some(Sheet::Kill), Some(Action::Back)),
        (ctrl('c'), Some(Sheet::Kill), Some(Action::Quit)),
        (letter('a'), Some(Sheet::Approve("a".to_owned())), None),
        (key(KeyCode::Down), Some(Sheet::Help), Some(Action::Move(Move::Down))),
        (letter('?'), Some(Sheet::Help), Some(Action::Back)),
        (letter('y'), Some(deny.clone()), Some(Action::Letter('y'))),
        (letter('q'), Some(deny.clone()), Some(Action::Letter('q'))),
        (key(KeyCode::Backspace), Some(deny.clone()), Some(Action::Erase)),
        (key(KeyCode::Enter), Some(deny.clone()), Some(Action::Confirm)),
        (key(KeyCode::Esc), Some(deny.clone()), Some(Action::Back)),
        (ctrl('c'), Some(deny), Some(Action::Quit)),
    ];
    for (key, sheet, wanted) in table {
        assert_eq!(action(key, sheet.as_ref()), wanted, "{key:?} on {sheet:?}");
    }
}

#[test]
fn a_kill_takes_two_keys_and_goes_away_with_another() {
    let mut state = busy(SIZE);
    assert_eq!(press(&mut state, &[letter('k')]), None);
    assert_eq!(state.ui.sheet, Some(Sheet::Kill));
    // A key that is held down repeats itself.
    assert_eq!(press(&mut state, &[letter('k'), letter('k'), key(KeyCode::Enter)]), None);
    assert_eq!(press(&mut state, &[key(KeyCode::Esc), letter('y')]), None);
    assert_eq!(press(&mut state, &[letter('k'), letter('y')]), Some(Effect::Do(Deed::Kill)));
    assert_eq!((state.ui.sheet.as_ref(), state.doing.as_slice()), (None, &[Deed::Kill][..]));
    assert_eq!(press(&mut state, &[letter('k'), letter('y')]), None, "one is under way");
}

#[test]
fn an_approval_is_given_only_when_all_of_its_order_was_on_the_screen() {
    let mut state = busy(SIZE);
    press(&mut state, &[letter('a')]);
    assert_eq!((state.ui.pane, state.ui.sheet.as_ref()), (Pane::Approvals, None), "first the pane, then the question");
    assert_eq!(press(&mut state, &[letter('a'), letter('y')]), None, "a screen of 24 lines does not show all of it");
    assert_eq!(state.ui.sheet, Some(Sheet::Approve("ap-1".to_owned())));
    let deed = Deed::Approve { id: "ap-1".to_owned() };
    assert!(!sheets::may_be_answered(&state, &deed, now(5)));
    // To the end at once is to have seen the end alone.
    assert_eq!(press(&mut state, &[key(KeyCode::End), letter('y')]), None);
    let down = [key(KeyCode::Home); 1].into_iter().chain([key(KeyCode::PageDown); 6]);
    press(&mut state, &down.collect::<Vec<_>>());
    assert_eq!(press(&mut state, &[letter('y')]), Some(Effect::Do(deed)));
}

#[test]
fn an_order_that_is_not_known_is_not_approved_unseen() {
    let mut state = busy((140, 60));
    answer(&mut state, Ask::Orders, items(&[]), 4);
    press(&mut state, &[letter('a'), letter('a'), letter('y')]);
    assert!(state.ui.sheet.is_some());
    assert!(state.questions().contains(&Ask::Order("agent-4".to_owned())), "it is asked for");
    answer(&mut state, Ask::Order("agent-4".to_owned()), order("agent-4", &json!({"status": "pending_approval"})), 5);
    sheets::note_what_was_seen(&mut state, now(5));
    assert!(matches!(press(&mut state, &[letter('y')]), Some(Effect::Do(Deed::Approve { .. }))));
}

#[test]
fn an_approval_that_somebody_else_answered_is_answered_no_more() {
    let mut state = busy((140, 60));
    press(&mut state, &[letter('a'), letter('a')]);
    answer(&mut state, Ask::Approvals, items(&[]), 4);
    assert_eq!(press(&mut state, &[letter('y')]), None);
    assert!(state.ui.sheet.is_some(), "it says so");
}

#[test]
fn a_refusal_has_a_reason() {
    let mut state = busy((140, 60));
    press(&mut state, &[letter('d'), letter('d')]);
    assert_eq!(press(&mut state, &[key(KeyCode::Enter)]), None);
    assert_eq!(press(&mut state, &[letter(' '), key(KeyCode::Enter)]), None);
    let words = "too dearr".chars().map(letter).chain([key(KeyCode::Backspace), key(KeyCode::Enter)]);
    let denied = press(&mut state, &words.collect::<Vec<_>>());
    assert_eq!(denied, Some(Effect::Do(Deed::Deny { id: "ap-1".to_owned(), reason: "too dear".to_owned() })));
}

#[test]
fn a_reason_is_no_longer_than_the_gateway_takes() {
    let mut state = busy((140, 60));
    press(&mut state, &[letter('d'), letter('d')]);
    press(&mut state, &vec![letter('x'); 600]);
    let Some(Sheet::Deny { words, .. }) = &state.ui.sheet else { panic!("{:?}", state.ui.sheet) };
    assert_eq!(words.len(), 500);
    press(&mut state, &[key(KeyCode::Backspace)]);
    let Some(Sheet::Deny { words, .. }) = &state.ui.sheet else { panic!("{:?}", state.ui.sheet) };
    assert_eq!(words.len(), 499);
}

#[test]
fn tab_goes_around_both_ways_and_enter_shows_the_order_of_a_row() {
    let mut state = busy(SIZE);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(state.ui.pane);
        press(&mut state, &[key(KeyCode::Tab)]);
    }
    assert_eq!(seen, Pane::ALL);
    assert_eq!(state.ui.pane, Pane::Orders);
    press(&mut state, &[key(KeyCode::BackTab)]);
    assert_eq!(state.ui.pane, Pane::Fills);
    press(&mut state, &[key(KeyCode::Enter)]);
    assert_eq!(state.ui.sheet, Some(Sheet::Order("k-1".to_owned())));
    press(&mut state, &[key(KeyCode::Enter), key(KeyCode::Down), key(KeyCode::Enter)]);
    assert_eq!(state.ui.sheet, None, "a trade that is not ours has no order");
}

#[test]
fn the_page_names_every_key_that_there_is() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/top.md");
    let page = std::fs::read_to_string(path).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let wanted: Vec<String> = PANES.iter().map(|key| format!("| `{}` | {} |", key.name, key.does)).collect();
    assert_eq!(rows, wanted, "the table should be\n{}", wanted.join("\n"));
}
