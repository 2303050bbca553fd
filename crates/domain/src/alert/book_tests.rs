use super::*;
use crate::alert::{Severity, backoff};

const WINDOW: SignedDuration = SignedDuration::from_mins(15);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_463_600 + seconds).unwrap()
}

/// A book that books what it decides.
struct Told(AlertBook);

impl Told {
    fn new() -> Self {
        Self(AlertBook::default())
    }

    fn hear(&mut self, news: &News, seconds: i64) -> Option<String> {
        let entry = self.0.hear(news, at(seconds), WINDOW)?;
        self.0.apply(&entry);
        if let Entry::Raised { alert, .. } = entry {
            return Some(alert.title);
        }
        Some(if matches!(entry, Entry::Folded { .. }) { "(folded)" } else { "(unfolded)" }.to_owned())
    }

    fn unfold(&mut self, seconds: i64) -> Vec<String> {
        let entries = self.0.unfold(at(seconds));
        let titles = entries.iter().map(|entry| {
            self.0.apply(entry);
            let Entry::Raised { alert, .. } = entry else { panic!("{entry:?}") };
            format!("{} {}", alert.id, alert.title)
        });
        titles.collect()
    }
}

fn news(kind: AlertKind, subject: &str, title: &str) -> News {
    News::new(kind, Severity::Critical, subject, title, at(0))
}

fn down() -> News {
    news(AlertKind::Link, "broker", "down").opens()
}

fn up() -> News {
    news(AlertKind::Link, "broker", "up").closes()
}

#[test]
fn a_lost_line_and_its_return_are_told_once_each() {
    let mut told = Told::new();
    assert_eq!(told.hear(&up(), 0), None);
    assert_eq!(told.hear(&down(), 1).as_deref(), Some("down"));
    assert_eq!(told.hear(&down(), 2), None);
    assert!(told.0.is_open(AlertKind::Link, "broker"));
    assert_eq!(told.hear(&up(), 3).as_deref(), Some("up"));
    assert_eq!(told.hear(&up(), 4), None);
    let alerts: Vec<_> = told.0.alerts().map(|alert| (alert.is_open, alert.closed_at.is_some())).collect();
    assert_eq!(alerts, [(false, true), (false, false)]);
}

#[test]
fn a_line_that_flaps_is_told_when_it_is_still_down_at_the_end_of_the_window() {
    let mut told = Told::new();
    told.hear(&down(), 0);
    told.hear(&up(), 10);
    for _ in 0..3 {
        assert_eq!(told.hear(&down(), 20).as_deref(), Some("(folded)"));
        assert_eq!(told.hear(&up(), 30).as_deref(), Some("(unfolded)"));
        assert_eq!(told.hear(&up(), 31), None);
    }
    assert_eq!(told.unfold(10_000), Vec::<String>::new());
    let mut told = Told::new();
    told.hear(&down(), 0);
    told.hear(&up(), 10);
    told.hear(&down(), 20);
    assert_eq!(told.unfold(909), Vec::<String>::new());
    // Fifteen minutes after the last thing that was told.
    assert_eq!(told.unfold(910), ["al-3 down"]);
    assert_eq!(told.hear(&up(), 911).as_deref(), Some("up"));
}

#[test]
fn what_repeats_is_told_once_more_with_its_number_and_newest_words() {
    let mut told = Told::new();
    let fill = |title: &str| news(AlertKind::Fill, "o-1", title);
    assert_eq!(told.hear(&fill("first"), 0).as_deref(), Some("first"));
    for title in ["second", "third", "fourth"] {
        assert_eq!(told.hear(&fill(title), 5).as_deref(), Some("(folded)"));
    }
    assert_eq!(told.hear(&news(AlertKind::Fill, "o-2", "another"), 6).as_deref(), Some("another"));
    assert_eq!(told.unfold(899), Vec::<String>::new());
    assert_eq!(told.unfold(900), ["al-3 fourth (3 times)"]);
    assert_eq!(told.unfold(2_000), Vec::<String>::new());
    assert_eq!(told.hear(&fill("fifth"), 1_801).as_deref(), Some("fifth"));
}

#[test]
fn several_that_unfold_at_once_have_ids_of_their_own() {
    let mut told = Told::new();
    for subject in ["a", "b"] {
        told.hear(&news(AlertKind::Fill, subject, subject), 0);
        told.hear(&news(AlertKind::Fill, subject, subject), 1);
    }
    assert_eq!(told.unfold(900), ["al-3 a", "al-4 b"]);
    assert_eq!(told.0.alerts().count(), 4);
}

#[test]
fn a_clock_that_was_set_back_holds_nothing_back() {
    let mut told = Told::new();
    told.hear(&news(AlertKind::Fill, "o", "a"), 10_000);
    assert_eq!(told.hear(&news(AlertKind::Fill, "o", "b"), 0).as_deref(), Some("b"));
    let mut told = Told::new();
    told.hear(&news(AlertKind::Fill, "o", "a"), 10_000);
    told.hear(&news(AlertKind::Fill, "o", "b"), 10_001);
    assert_eq!(told.unfold(5_000), ["al-2 b"]);
}

#[test]
fn a_book_that_was_written_down_goes_on_as_if_it_had_not_been() {
    let mut told = Told::new();
    told.hear(&down(), 0);
    told.hear(&news(AlertKind::Fill, "o-1", "a"), 0);
    told.hear(&news(AlertKind::Fill, "o-1", "b"), 1);
    let channel = ChannelId("webhook".to_owned());
    told.0.apply(&Entry::Delivered { channel: channel.clone(), ids: vec![AlertId(1)], at: at(2) });
    told.0.apply(&Entry::Failed { channel, at: at(3), error: "no".to_owned(), next_at: at(5) });
    told.0.apply(&Entry::Read { cursor: Cursor { seq: 7, hash: "ab".to_owned() } });
    told.0.apply(&Entry::Heard { next_update: 9, at: Some(at(4)) });
    let whole = serde_json::to_string(&Entry::Whole { book: Box::new(told.0.clone()) }).unwrap();
    let mut again = AlertBook::default();
    again.apply(&serde_json::from_str(&whole).unwrap());
    assert_eq!(again, told.0);
    assert_eq!(again.unfold(at(900)), told.0.unfold(at(900)));
}

#[test]
fn alerts_are_bounded_what_matters_is_kept_and_what_was_forgotten_untold_is_counted() {
    let mut told = Told::new();
    let fill = |number: u64| News { severity: Severity::Info, ..news(AlertKind::Fill, &number.to_string(), "a") };
    told.hear(&news(AlertKind::Risk, "breaker", "lasts").opens(), 0);
    told.hear(&news(AlertKind::Audit, "journal", "grave"), 0);
    told.hear(&fill(1), 0);
    let channel = ChannelId("webhook".to_owned());
    told.0.apply(&Entry::Delivered { channel, ids: vec![AlertId(1), AlertId(3)], at: at(0) });
    for number in 2..2_100 {
        told.hear(&fill(number), 0);
    }
    assert_eq!(told.0.alerts().count(), 2_000);
    // Of 101 that had to go, one had been told.
    assert_eq!(told.0.forgotten, 100);
    let left: Vec<AlertId> = told.0.alerts().map(|alert| alert.id).take(3).collect();
    assert_eq!(left, [AlertId(1), AlertId(2), AlertId(104)]);
    assert_eq!(backoff(0, None), SignedDuration::from_secs(2));
}

#[test]
fn a_second_kill_is_told_at_once_and_the_same_one_said_again_is_not() {
    let kill = |severity, title: &str| {
        let news = News::new(AlertKind::Risk, severity, "trading global", title, at(0)).at_once();
        if title == "active" { news.closes() } else { news.opens() }
    };
    let mut told = Told::new();
    let steps = [
        (kill(Severity::Warning, "reducing"), Some("reducing")),
        (kill(Severity::Critical, "halted"), Some("halted")),
        (kill(Severity::Critical, "halted"), None),
        (kill(Severity::Warning, "active"), Some("active")),
        (kill(Severity::Warning, "active"), None),
        (kill(Severity::Critical, "halted"), Some("halted")),
        (kill(Severity::Critical, "halted by another"), Some("halted by another")),
        (kill(Severity::Warning, "reducing"), Some("reducing")),
    ];
    for (seconds, (news, title)) in (0..).zip(steps) {
        assert_eq!(told.hear(&news, seconds).as_deref(), title, "step {seconds}");
    }
    assert_eq!(told.0.alerts().filter(|alert| alert.is_open).count(), 1);
    // A lift is told even where nobody knows of the kill.
    assert_eq!(Told::new().hear(&kill(Severity::Warning, "active"), 0).as_deref(), Some("active"));
}

#[test]
fn what_is_graver_than_what_was_told_waits_for_nothing() {
    let mut told = Told::new();
    let of = |severity, title: &str| News { severity, ..news(AlertKind::Guard, "drawdown", title) };
    told.hear(&of(Severity::Warning, "a"), 0);
    assert_eq!(told.hear(&of(Severity::Warning, "b"), 1).as_deref(), Some("(folded)"));
    assert_eq!(told.hear(&of(Severity::Critical, "c"), 2).as_deref(), Some("c"));
    assert_eq!(told.hear(&of(Severity::Critical, "d"), 3).as_deref(), Some("(folded)"));
    let mut told = Told::new();
    told.hear(&of(Severity::Warning, "a").opens(), 0);
    assert_eq!(told.hear(&of(Severity::Warning, "b").opens(), 1), None);
    assert_eq!(told.hear(&of(Severity::Critical, "c").opens(), 2).as_deref(), Some("c"));
}

#[test]
fn what_the_bot_heard_counts_for_a_day_and_numbers_may_begin_anew() {
    let mut book = AlertBook::default();
    assert_eq!(book.next_update(at(0)), None);
    book.apply(&Entry::Heard { next_update: 900, at: Some(at(0)) });
    assert_eq!(book.next_update(at(86_399)), Some(900));
    // Behind a week of silence Telegram's numbers begin anywhere: an old one would hide all that is below it.
    assert_eq!(book.next_update(at(86_400)), None);
    assert_eq!(book.next_update(at(-1)), None);
    book.apply(&Entry::Heard { next_update: 7, at: Some(at(86_400)) });
    assert_eq!(book.next_update(at(86_401)), Some(7));
}

#[test]
fn an_alert_is_acknowledged_once() {
    let mut told = Told::new();
    told.hear(&down(), 0);
    let entry = told.0.ack(AlertId(1), "ada", at(5)).unwrap();
    told.0.apply(&entry);
    assert_eq!(told.0.alert(AlertId(1)).unwrap().acked, Some(("ada".to_owned(), at(5))));
    assert_eq!(told.0.ack(AlertId(1), "bob", at(6)), None);
    assert_eq!(told.0.ack(AlertId(2), "bob", at(6)), None);
    assert_eq!("al-12".parse(), Ok(AlertId(12)));
    for text in ["12", "al-", "al-x", "al--1", "al-+1"] {
        assert!(text.parse::<AlertId>().is_err(), "{text}");
    }
}
