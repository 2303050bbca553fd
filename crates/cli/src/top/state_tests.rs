use super::known::Known;
use super::scenes::{ACCOUNT, answer, approval, busy, event, fate, items, live, merge, now, order, position, status};
use super::state::{Due, Line, State, due_by};
use super::told::{Ask, Deed, Told, Trouble};
use super::ui::{Move, Pane, Sheet};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);

fn silent(text: &str) -> Trouble {
    Trouble { text: text.to_owned(), reached: false }
}

fn refused(text: &str) -> Trouble {
    Trouble { text: text.to_owned(), reached: true }
}

fn record(told: Told) -> wire::audit::AuditRecord {
    let Told::Event(record) = told else { panic!("no event") };
    *record
}

#[test]
fn each_event_makes_worth_asking_what_it_may_have_changed() {
    let order = |key: &str| Due::Order(key.to_owned());
    let table: [(Told, Vec<Due>); 11] = [
        (fate(1, "k-1", "acknowledged"), vec![Due::Status, order("k-1")]),
        (fate(1, "k-1:sl", "canceled"), vec![Due::Status, order("k-1")]),
        (fate(1, "k-1", "executed"), vec![Due::Status, order("k-1"), Due::Fills, Due::Account]),
        (fate(1, "k-1", "commission_joined"), vec![Due::Status, order("k-1"), Due::Fills, Due::Account]),
        (event(1, "order_submitting", Some("k-1"), &json!({})), vec![Due::Status, order("k-1")]),
        (event(1, "approval_moved", None, &json!({})), vec![Due::Status, Due::Orders, Due::Approvals]),
        (event(1, "external_execution", None, &json!({})), vec![Due::Fills, Due::Account]),
        (event(1, "trading_state_set", None, &json!({})), vec![Due::Status, Due::Live]),
        (event(1, "link_up", None, &json!({})), vec![Due::Status, Due::Orders, Due::Fills, Due::Account]),
        (event(1, "previewed", None, &json!({})), vec![]),
        (event(1, "of_a_later_version", None, &json!({})), vec![Due::Status]),
    ];
    for (told, wanted) in table {
        let record = record(told);
        assert_eq!(due_by(&record), wanted.into_iter().collect::<BTreeSet<_>>(), "{record:?}");
    }
}

#[test]
fn an_event_is_told_in_a_line_or_not_at_all() {
    let denied = json!({"reasons": [{"code": "C13_MAX_QTY"}, {"code": "C13_MAX_QTY"}]});
    let halted = json!({"scope": {"scope": "global"}, "state": "halted", "reason": "a\u{7} drill"});
    let table = [
        (fate(1, "k-1", "executed"), Some("executed k-1 by agent")),
        (fate(1, "k-1", "written"), None),
        (event(1, "order_denied", Some("k-1"), &denied), Some("order denied k-1 by agent (C13_MAX_QTY)")),
        (event(1, "trading_state_set", None, &halted), Some("trading state set by agent (a  drill, halted)")),
        (event(1, "account_marked", None, &json!({})), None),
    ];
    for (told, wanted) in table {
        assert_eq!(super::state::happening(&record(told)).as_deref(), wanted);
    }
}

#[test]
fn questions_are_asked_once_and_many_orders_by_one_list() {
    let mut state = busy(SIZE);
    assert!(!state.has_questions());
    for seq in 0..3 {
        state.apply(fate(seq, "k-1", "acknowledged"), now(2));
    }
    assert!(state.has_questions());
    assert_eq!(state.questions(), [Ask::Status, Ask::Order("k-1".to_owned())]);
    for nth in 0..17 {
        state.apply(fate(nth, &format!("many-{nth}"), "acknowledged"), now(2));
    }
    assert_eq!(state.questions(), [Ask::Status, Ask::Orders]);
    // Nothing is asked of a gateway that is gone.
    state.apply(fate(9, "k-1", "acknowledged"), now(2));
    state.apply(Told::StreamGone("gone".to_owned()), now(3));
    assert!(!state.has_questions());
}

#[test]
fn what_the_broker_tells_late_is_asked_again_after_a_trade() {
    let mut state = busy(SIZE);
    let account =
        || [Ask::Positions(ACCOUNT.to_owned()), Ask::Summary(ACCOUNT.to_owned()), Ask::Pnl(ACCOUNT.to_owned())];
    state.apply(fate(1, "k-1", "executed"), now(10));
    let asked = state.questions();
    assert!(account().iter().all(|ask| asked.contains(ask)), "{asked:?}");
    state.ask_again(false, now(11));
    assert_eq!(state.questions(), [Ask::Status]);
    state.ask_again(false, now(12));
    let asked = state.questions();
    assert!(account().iter().all(|ask| asked.contains(ask)), "{asked:?}");
    state.ask_again(false, now(14));
    assert_eq!(state.questions(), [Ask::Status]);
}

#[test]
fn what_live_trading_stands_on_is_asked_where_it_is_allowed() {
    let mut state = busy(SIZE);
    let armed = || event(1, "live_armed", None, &json!({}));
    state.apply(armed(), now(2));
    assert_eq!(state.questions(), [Ask::Status]);
    let mut said = status();
    merge(&mut said, &json!({"trading": "live"}));
    answer(&mut state, Ask::Status, said, 3);
    assert_eq!(state.questions(), [Ask::Live], "before anything is told of it");
    answer(&mut state, Ask::Live, live(true), 4);
    state.apply(armed(), now(5));
    assert_eq!(state.questions(), [Ask::Status, Ask::Live]);
    state.ask_again(true, now(6));
    assert!(state.questions().contains(&Ask::Live), "an arming ends by itself");
}

#[test]
fn an_order_comes_changes_and_goes_by_its_own_answer() {
    let mut state = busy(SIZE);
    let ask = |key: &str| Ask::Order(key.to_owned());
    let has = |state: &State, key: &str| state.ids(Pane::Orders).contains(&key.to_owned());
    answer(&mut state, ask("new"), order("new", &json!({})), 5);
    assert!(has(&state, "new"));
    answer(&mut state, ask("new"), order("new", &json!({"status": "filled"})), 6);
    assert!(!has(&state, "new"));
    // An entry that is filled stays for as long as an exit works.
    let leg = json!({
        "leg": "stop_loss", "side": "sell", "qty": "10", "order_type": "stop", "tif": "gtc", "status": "working", "cum_qty": "0",
        "executions": [], "broker_messages": [], "cancel_wanted": false, "updated_at": "2026-03-02T15:03:05Z"
    });
    answer(&mut state, ask("new"), order("new", &json!({"status": "filled", "legs": [leg]})), 7);
    assert!(has(&state, "new"));
    // Before the list is told one order says nothing of the others.
    let mut fresh = State::new(SIZE, now(0));
    answer(&mut fresh, ask("new"), order("new", &json!({})), 1);
    assert!(fresh.orders.value().is_none());
}

#[test]
fn unknown_orders_stand_first_then_those_that_want_attention_then_the_newest() {
    let state = busy(SIZE);
    assert_eq!(state.ids(Pane::Orders), ["k-2", "k-3", "agent-4", "k-1"]);
}

#[test]
fn what_is_not_known_is_never_empty_and_an_old_answer_stays_with_its_age() {
    let mut state = State::new(SIZE, now(0));
    state.apply(Told::StreamUp, now(0));
    assert_eq!(state.questions(), [Ask::Status, Ask::Orders, Ask::Fills, Ask::Approvals]);
    assert_eq!(state.positions.why_not(), Some("the broker has confirmed no account"));
    answer(&mut state, Ask::Status, status(), 1);
    let of_account = state.questions();
    assert_eq!(of_account.len(), 3, "an account that becomes known is asked for: {of_account:?}");
    let positions = || Ask::Positions(ACCOUNT.to_owned());
    answer(&mut state, positions(), items(&[position("AAPL", "265598", "10", None)]), 2);
    state.apply(Told::Answer(positions(), Err(refused("the broker is away"))), now(30));
    assert_eq!(state.positions.value().map(Vec::len), Some(1));
    assert_eq!(state.positions.why_not(), Some("the broker is away"));
    assert_eq!(state.positions.age(now(32)), Some(Duration::from_secs(30)));
    assert_eq!(state.line, Line::Up, "a refusal is an answer");
    answer(&mut state, positions(), json!({"nothing": "that we know"}), 33);
    assert!(state.positions.why_not().is_some_and(|why| why.contains("not understood")));
    assert_eq!(state.positions.value().map(Vec::len), Some(1));
}

#[test]
fn what_was_not_answered_is_asked_again() {
    let mut state = busy(SIZE);
    state.apply(Told::Answer(Ask::Fills, Err(refused("busy"))), now(5));
    state.apply(Told::Answer(Ask::Order("k-1".to_owned()), Err(refused("busy"))), now(5));
    state.ask_again(false, now(6));
    assert_eq!(state.questions(), [Ask::Status, Ask::Orders, Ask::Fills]);
}

#[test]
fn a_lost_line_says_since_when_and_is_found_again_with_everything_asked_anew() {
    let mut state = busy(SIZE);
    let lost_at = |state: &State| match &state.line {
        Line::Lost { since, why } => Some((since.up.as_secs(), why.clone())),
        Line::Up => None,
    };
    state.apply(Told::StreamGone("the gateway stops".to_owned()), now(10));
    state.apply(Told::StreamGone("no gateway answers".to_owned()), now(11));
    state.apply(Told::Answer(Ask::Status, Ok(status())), now(12));
    assert_eq!(lost_at(&state), Some((10, "no gateway answers".to_owned())), "one late answer is no stream");
    assert_eq!(state.ids(Pane::Orders).len(), 4, "what was known stays");
    state.apply(Told::StreamUp, now(20));
    assert_eq!(lost_at(&state), None);
    assert_eq!(state.questions().len(), 7);
    // A gateway that hangs keeps its stream open.
    state.apply(Told::Answer(Ask::Status, Err(silent("did not answer in time"))), now(30));
    assert_eq!(lost_at(&state), Some((30, "did not answer in time".to_owned())));
    state.apply(Told::Answer(Ask::Status, Ok(status())), now(31));
    assert_eq!(lost_at(&state), None);
}

#[test]
fn what_is_watched_is_what_is_held_and_ordered_and_no_more_than_a_stream_takes() {
    let state = busy(SIZE);
    let wanted = ["265598", "272093", "8314", "8894"].map(str::to_owned);
    assert_eq!(state.watched(), BTreeSet::from(wanted));
    let mut many = busy(SIZE);
    let held: Vec<Value> = (0..60).map(|nth| position("X", &nth.to_string(), "1", None)).collect();
    answer(&mut many, Ask::Positions(ACCOUNT.to_owned()), items(&held), 2);
    assert_eq!(many.watched().len(), 40);
    assert!(many.watched().contains("0"));
}

#[test]
fn the_chosen_row_stays_chosen_when_rows_come_and_go() {
    let mut state = busy(SIZE);
    let ids = state.ids(Pane::Orders);
    state.ui.choose(Move::Down, &ids);
    assert_eq!(state.chosen().as_deref(), Some("k-3"));
    answer(&mut state, Ask::Order("z".to_owned()), order("z", &json!({"status": "missing"})), 2);
    state.settle();
    assert_eq!(state.ids(Pane::Orders).first().map(String::as_str), Some("z"));
    assert_eq!(state.chosen().as_deref(), Some("k-3"));
    answer(&mut state, Ask::Order("k-3".to_owned()), order("k-3", &json!({"status": "canceled"})), 3);
    state.settle();
    assert_eq!(state.chosen().as_deref(), Some("agent-4"), "the row that takes its place");
}

#[test]
fn a_refused_deed_shows_every_word_and_a_deed_that_was_done_one_line() {
    let mut state = busy(SIZE);
    state.doing.push(Deed::Kill);
    let said = "error: this key has not the scope `kill`\n  help: use another key".to_owned();
    state.apply(Told::Done(Deed::Kill, Err(said.clone())), now(5));
    let title = "halting everything: what came back".to_owned();
    assert_eq!(state.ui.sheet, Some(Sheet::Said { title, text: said }));
    assert!(state.doing.is_empty());
    assert!(state.questions().contains(&Ask::Status), "how it stands now is asked");
    state.apply(Told::Done(Deed::Kill, Ok("HALTED".to_owned())), now(6));
    assert_eq!(state.ui.said, Some(("HALTED".to_owned(), now(6).up)));
}

#[test]
fn an_answered_approval_leaves_the_list() {
    let mut state = busy(SIZE);
    assert!(state.approval("ap-1").is_some());
    answer(&mut state, Ask::Approvals, items(&[]), 5);
    assert!(state.approval("ap-1").is_none());
    answer(&mut state, Ask::Approvals, items(&[approval("ap-2", "k-9")]), 6);
    assert_eq!(state.ids(Pane::Approvals), ["ap-2"]);
}

#[test]
fn a_value_is_known_until_a_newer_one_and_says_why_there_is_none() {
    let mut known: Known<Vec<u8>> = Known::default();
    assert_eq!((known.value(), known.why_not(), known.age(now(1))), (None, None, None));
    known.take(Err(refused("no")), now(1));
    assert_eq!((known.value(), known.why_not()), (None, Some("no")));
    known.take(Ok(json!([1])), now(2));
    assert_eq!((known.value(), known.why_not()), (Some(&vec![1]), None));
}

#[test]
fn more_orders_than_a_list_holds_are_said_to_be_more() {
    let mut state = busy(SIZE);
    let mut page = items(&[order("k-1", &json!({}))]);
    merge(&mut page, &json!({"next_cursor": "k-1"}));
    answer(&mut state, Ask::Orders, page, 2);
    assert!(state.more_orders);
}
