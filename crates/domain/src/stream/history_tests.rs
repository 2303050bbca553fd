use super::*;
use crate::book::tests::at;

fn bar(minute: i64, close: &str) -> Bar {
    let price = close.parse().unwrap();
    Bar {
        time: at(minute * 60),
        open: price,
        high: price,
        low: price,
        close: price,
        volume: None,
        wap: None,
        count: None,
    }
}

#[test]
fn a_gap_is_a_minute_at_least_and_a_day_at_most() {
    assert_eq!(gap(Some(at(0)), at(59)), None);
    assert_eq!(gap(Some(at(0)), at(60)), Some(Gap { from: at(0), to: at(60) }));
    assert_eq!(gap(None, at(0)), Some(Gap { from: at(-86_400), to: at(0) }));
    assert_eq!(gap(Some(at(-1_000_000)), at(0)), Some(Gap { from: at(-86_400), to: at(0) }));
    // A clock that was set back makes none.
    assert_eq!(gap(Some(at(500)), at(0)), None);
    assert_eq!(gap(Some(at(0)), at(150)).unwrap().seconds(), 180);
}

#[test]
fn minutes_are_filled_in_once_each_and_the_newest_word_counts() {
    let mut history = History::default();
    assert!(history.merge([bar(0, "1"), bar(3, "4")]));
    assert!(history.merge([bar(1, "2"), bar(2, "3"), bar(3, "5")]));
    assert!(!history.merge([bar(2, "3")]));
    let closes: Vec<String> = history.bars().map(|bar| bar.close.to_string()).collect();
    assert_eq!(closes, ["1", "2", "3", "5"]);
    assert_eq!(history.newest(), Some(at(180)));
}

#[test]
fn history_is_bounded_and_forgets_the_oldest() {
    let mut history = History::default();
    history.merge((0..2_500).map(|minute| bar(minute, "1")));
    assert_eq!(history.bars().count(), 2_000);
    assert_eq!(history.bars().next().unwrap().time, at(500 * 60));
}
