use super::look::Look;
use super::scenes::{answer, busy, items, live, merge, now, order, status, troubled};
use super::sheets;
use super::state::State;
use super::told::{Ask, Now, Told, Trouble};
use super::ui::{Pane, Sheet};
use super::{grid, header, view, words};
use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};
use serde_json::json;
use std::time::Duration;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (140, 40);
const COLOURED: Look = Look { colour: true };
const PLAIN: Look = Look { colour: false };

fn drawn(state: &State, now: Now, look: Look) -> TestBackend {
    let (width, height) = state.ui.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(state, now, look, frame.buffer_mut())).unwrap();
    terminal.backend().clone()
}

fn text(state: &State, now: Now) -> String {
    drawn(state, now, COLOURED).to_string()
}

fn with_sheet(size: (u16, u16), sheet: Sheet) -> State {
    let mut state = busy(size);
    state.ui.open(sheet);
    sheets::note_what_was_seen(&mut state, now(5));
    state
}

#[test]
fn a_desk_at_work_on_a_small_and_on_a_large_screen() {
    assert_snapshot!("busy_small", text(&busy(SMALL), now(5)));
    assert_snapshot!("busy_large", text(&busy(LARGE), now(5)));
}

#[test]
fn nothing_is_told_yet() {
    assert_snapshot!("begin_small", text(&State::new(SMALL, now(0)), now(1)));
}

#[test]
fn a_gateway_in_trouble_says_all_of_it() {
    for (name, size) in [("trouble_small", SMALL), ("trouble_large", LARGE)] {
        let mut state = busy(size);
        answer(&mut state, Ask::Status, troubled(), 5);
        let refused = Trouble { text: "the broker is away".to_owned(), reached: true };
        state.apply(Told::Answer(Ask::Approvals, Err(refused)), now(6));
        assert_snapshot!(name, text(&state, now(7)));
    }
}

#[test]
fn a_lost_connection_says_since_when_and_shows_what_was() {
    let mut state = busy(SMALL);
    state.apply(Told::StreamGone("no gateway answers at http://127.0.0.1:8787".to_owned()), now(10));
    assert_snapshot!("lost_small", text(&state, now(75)));
}

#[test]
fn sheets_lie_over_the_panes() {
    assert_snapshot!("help_small", text(&with_sheet(SMALL, Sheet::Help), now(5)));
    assert_snapshot!("help_large", text(&with_sheet(LARGE, Sheet::Help), now(5)));
    assert_snapshot!("kill_small", text(&with_sheet(SMALL, Sheet::Kill), now(5)));
    assert_snapshot!("approve_small", text(&with_sheet(SMALL, Sheet::Approve("ap-1".to_owned())), now(5)));
    assert_snapshot!("approve_large", text(&with_sheet(LARGE, Sheet::Approve("ap-1".to_owned())), now(5)));
    let deny = Sheet::Deny { id: "ap-1".to_owned(), words: "too dear".to_owned() };
    assert_snapshot!("deny_large", text(&with_sheet(LARGE, deny), now(5)));
    let refused = "error: forbidden: this key may not approve (forbidden_scope, HTTP 403)\n  help: use a person's key";
    let said = Sheet::Said { title: "approving ap-1: what came back".to_owned(), text: refused.to_owned() };
    assert_snapshot!("refused_small", text(&with_sheet(SMALL, said), now(5)));
}

#[test]
fn without_colours_no_cell_has_one_and_nothing_is_said_by_colour_alone() {
    let mut troubled_state = busy(SMALL);
    answer(&mut troubled_state, Ask::Status, troubled(), 5);
    let mut lost = busy(SMALL);
    lost.apply(Told::StreamGone("gone".to_owned()), now(10));
    let asks = with_sheet(SMALL, Sheet::Kill);
    for state in [busy(SMALL), troubled_state, lost, asks] {
        let (with, without) = (drawn(&state, now(12), COLOURED), drawn(&state, now(12), PLAIN));
        assert_eq!(with.to_string(), without.to_string(), "colours add nothing to the words");
        for cell in without.buffer().content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{cell:?}");
        }
        let sixteen = |colour: Color| !matches!(colour, Color::Rgb(..) | Color::Indexed(_));
        assert!(with.buffer().content().iter().all(|cell| sixteen(cell.fg) && sixteen(cell.bg)));
    }
}

#[test]
fn a_lost_connection_greys_all_but_the_words_about_it() {
    let mut state = busy(SMALL);
    state.apply(Told::StreamGone("gone".to_owned()), now(10));
    for look in [COLOURED, PLAIN] {
        let screen = drawn(&state, now(12), look);
        for (x, y) in [0, 1, 8, 15].into_iter().flat_map(|y| (0..SMALL.0).map(move |x| (x, y))) {
            let cell = &screen.buffer()[(x, y)];
            assert_eq!((cell.fg, cell.bg, cell.modifier), (Color::Reset, Color::Reset, Modifier::DIM), "{x} {y}");
        }
        assert!(screen.buffer()[(0, 4)].modifier.contains(Modifier::BOLD));
        assert!(!screen.buffer()[(0, 4)].modifier.contains(Modifier::DIM));
    }
}

#[test]
fn modes_and_trading_states_are_words_on_different_grounds() {
    let table = [
        (json!({}), vec![(" PAPER ", Color::Green), (" SIMULATED ", Color::Cyan), (" ACTIVE ", Color::Green)]),
        (json!({"mode": "live", "simulated": false}), vec![(" LIVE ", Color::Red), (" ACTIVE ", Color::Green)]),
        (
            json!({"mode": null, "mode_unproven": "why", "simulated": false, "ready": false}),
            vec![(" MODE UNPROVEN ", Color::Yellow), (" ACTIVE ", Color::Green), (" NOT READY ", Color::Red)],
        ),
        (
            json!({"trading_states": [
                {"scope": "global", "id": null, "state": "halted", "reason": "r", "by": "b", "at": "2026-03-02T15:02:00Z"}], "kill_file": true}),
            vec![
                (" PAPER ", Color::Green),
                (" SIMULATED ", Color::Cyan),
                (" HALTED ", Color::Red),
                (" KILL FILE ", Color::Red),
            ],
        ),
    ];
    for (fields, wanted) in table {
        let mut state = busy(SMALL);
        let mut said = status();
        merge(&mut said, &fields);
        answer(&mut state, Ask::Status, said, 1);
        let badges = header::badges(&state);
        let shown: Vec<_> = badges.iter().map(|(text, tone)| (text.as_str(), COLOURED.of(*tone).bg.unwrap())).collect();
        assert_eq!(shown, wanted);
    }
}

#[test]
fn where_live_orders_may_leave_it_is_said_whether_they_do() {
    let mut state = busy(SMALL);
    let badge =
        |state: &State| header::badges(state).into_iter().map(|(text, _)| text).find(|text| text.contains("ARM"));
    assert_eq!(badge(&state), None);
    let mut said = status();
    merge(&mut said, &json!({"trading": "live", "mode": "live", "simulated": false, "account": "U1234567"}));
    answer(&mut state, Ask::Status, said, 1);
    assert_eq!(badge(&state).as_deref(), Some(" ARMING UNKNOWN "));
    for (armed, wanted) in [(false, " DISARMED "), (true, " ARMED to 15:30Z ")] {
        answer(&mut state, Ask::Live, live(armed), 2);
        assert_eq!(badge(&state).as_deref(), Some(wanted));
    }
    state.apply(Told::Answer(Ask::Live, Err(Trouble { text: "busy".to_owned(), reached: true })), now(3));
    assert_eq!(badge(&state).as_deref(), Some(" ARMING UNKNOWN "));
}

#[test]
fn no_screen_is_too_small_or_too_large_to_draw_on() {
    for (width, height) in
        [(1, 1), (10, 3), (79, 24), (80, 23), (80, 24), (81, 25), (129, 30), (130, 30), (200, 24), (300, 100)]
    {
        let mut state = busy((width, height));
        for sheet in [None, Some(Sheet::Help), Some(Sheet::Kill), Some(Sheet::Approve("ap-1".to_owned()))] {
            state.ui.sheet = sheet;
            sheets::note_what_was_seen(&mut state, now(5));
            let shown = text(&state, now(5));
            assert!(
                state.ui.sheet.is_some() || width < 10 || height < 2 || shown.contains("PAPER"),
                "{width}x{height}\n{shown}"
            );
        }
    }
}

#[test]
fn instruments_that_share_a_symbol_are_told_apart() {
    let mut state = busy(LARGE);
    let option = json!({"sec_type": "opt", "con_id": "77", "expiry": "20261218", "strike": "150.0", "right": "call"});
    answer(&mut state, Ask::Order("o-1".to_owned()), order("o-1", &option), 2);
    state.settle();
    let shown = text(&state, now(5));
    assert!(shown.contains("AAPL 20261218 150 call"), "{shown}");
    assert!(shown.contains("AAPL #265598"), "{shown}");
    assert!(!shown.contains("KO #"), "{shown}");
}

#[test]
fn the_page_shows_the_screen_as_it_is() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/top.md");
    let page = std::fs::read_to_string(path).unwrap();
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let screen = text(&busy(SMALL), now(5));
    let lines: Vec<&str> = screen.lines().map(|line| line.trim_matches('"').trim_end()).collect();
    assert_eq!(shown.trim_end(), lines.join("\n"), "the page should show\n{}", lines.join("\n"));
}

#[test]
fn many_rows_are_scrolled_and_the_chosen_one_stays_on_the_screen() {
    let mut state = busy(SMALL);
    let orders: Vec<_> =
        (0..50).map(|nth| order(&format!("k-{nth:02}"), &json!({"updated_at": "2026-03-02T15:03:00Z"}))).collect();
    answer(&mut state, Ask::Orders, items(&orders), 2);
    let ids = state.ids(Pane::Orders);
    for _ in 0..30 {
        state.ui.choose(super::ui::Move::Down, &ids);
    }
    let shown = text(&state, now(5));
    assert!(shown.contains("k-30"), "{shown}");
    assert!(shown.contains("50 open"), "{shown}");
    let unseen = shown.lines().find(|line| line.contains("50 open")).unwrap();
    let figures: Vec<usize> =
        unseen.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    let rows = shown.lines().filter(|line| line.contains("working") && line.contains("k-")).count();
    assert!(unseen.contains("above") && unseen.contains("below"), "{shown}");
    assert_eq!(figures.iter().skip(1).sum::<usize>() + rows, 50, "{shown}");
}

#[test]
fn no_figure_is_cut_where_columns_can_go() {
    let state = busy(SMALL);
    let list = super::panes::list(&state, Pane::Positions, now(5));
    for width in [40, 50, 60, 70, 80, 120] {
        let area = ratatui::layout::Rect::new(0, 0, width, 5);
        let mut buf = ratatui::buffer::Buffer::empty(area);
        list.grid.draw(0, None, PLAIN, area, &mut buf);
        let shown: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(!shown.contains('…'), "{width}: {shown}");
        for figure in ["+18.00", "-1,200.50", "-200"] {
            assert!(shown.contains(figure), "{width}: {shown}");
        }
    }
}

#[test]
fn room_goes_first_to_the_chosen_list_and_none_is_given_twice() {
    for (wants, first, room, shares) in [
        (vec![10, 1, 5, 30], 0, 17, vec![8, 1, 4, 4]),
        (vec![10, 1, 5, 30], 3, 17, vec![4, 1, 4, 8]),
        (vec![3, 1, 1, 1], 0, 17, vec![3, 1, 1, 1]),
        (vec![3, 1, 5, 30], 0, 17, vec![3, 1, 5, 8]),
    ] {
        assert_eq!(view::shares(&wants, first, room), shares);
    }
}

#[test]
fn a_kill_says_what_it_does_when_nobody_answers() {
    let mut state = busy(LARGE);
    state.ui.open(Sheet::Kill);
    assert!(!text(&state, now(12)).contains("It does not answer now"));
    state.apply(Told::StreamGone("gone".to_owned()), now(10));
    assert!(text(&state, now(12)).contains("halt it on its own machine"));
    state.kill_file = Some("/data/KILL".to_owned());
    assert!(text(&state, now(12)).contains("/data/KILL"));
}

#[test]
fn prices_that_nobody_tells_any_more_are_not_live() {
    let mut state = busy(SMALL);
    state.apply(Told::QuotesGone("there is no broker to ask".to_owned()), now(5));
    let shown = text(&state, now(6));
    assert!(shown.contains("NOT FED 5.3s") && !shown.contains("live"), "{shown}");
    assert!(shown.contains("prices are UNKNOWN: there is no broker to ask"), "{shown}");
    // A stream that stands tells what it is of; of the others nothing is known.
    state.apply(Told::QuotesUp(["8894".to_owned()].into()), now(7));
    let shown = text(&state, now(7));
    assert!(shown.contains("DELAYED 15m") && shown.contains("no price"), "{shown}");
}

#[test]
fn an_age_grows_with_time_and_keeps_its_kind() {
    let state = busy(SMALL);
    assert!(text(&state, now(5)).contains("live 4.3s"));
    assert!(text(&state, now(65)).contains("live 64s"));
    assert!(text(&state, now(5)).contains("DELAYED 15m"));
}

#[test]
fn the_whole_order_is_the_whole_order() {
    let said = order("k-9", &json!({"bracket": {"take_profit": "140", "stop_loss": "120"}, "strategy": "trend"}));
    let shown = sheets::order_lines(&serde_json::from_value(said.clone()).unwrap(), 80).join("\n");
    for (name, value) in said.as_object().unwrap() {
        let words = value.as_str();
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        assert_eq!(shown.contains(&name.replace('_', " ")), !is_empty, "{name}\n{shown}");
        assert!(words.is_none_or(|word| shown.contains(word)), "{name}\n{shown}");
    }
    assert!(shown.contains("140") && shown.contains("120"), "{shown}");
}

#[test]
fn figures_and_ages_in_few_letters() {
    let decimal = |text: &str| text.parse().unwrap();
    for (value, wanted) in
        [("0", "0.00"), ("-0.001", "0.00"), ("1234567.891", "1,234,567.89"), ("-999.995", "-1,000.00"), ("12", "12.00")]
    {
        assert_eq!(words::money(decimal(value)), wanted);
    }
    assert_eq!((words::signed(Some(decimal("3"))), words::signed(None)), ("+3.00".to_owned(), "–".to_owned()));
    let table = [
        (0, "0.0s"),
        (9_940, "9.9s"),
        (10_000, "10s"),
        (119_000, "119s"),
        (120_000, "2m"),
        (7_200_000, "2h"),
        (172_800_000, "2d"),
    ];
    for (ms, wanted) in table {
        assert_eq!(words::age(Duration::from_millis(ms)), wanted);
    }
    assert_eq!(words::millis(-5), Duration::ZERO);
    let at = |text: &str| text.parse().unwrap();
    assert_eq!(words::time(at("2026-03-01T23:00:00Z"), now(0).at), "03-01 23:00:00Z");
    assert_eq!(words::since(at("2027-01-01T00:00:00Z"), now(0).at), Duration::ZERO);
    assert_eq!(
        (grid::cut("abcdef", 4), grid::cut("abc", 3), grid::cut("日本語", 4)),
        ("abc…".to_owned(), "abc".to_owned(), "日…".to_owned())
    );
    assert_eq!(view::wrapped("one two  three", 7), ["one two", "three"]);
    assert_eq!(view::wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
}
