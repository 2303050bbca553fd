use super::{APART_MAX, Unseen};
use jiff::Timestamp;
use rust_decimal::Decimal;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "a sum may be unknown: so it is compared")]
fn dec(number: i64) -> Option<Decimal> {
    Some(Decimal::from(number))
}

#[test]
fn a_trade_counts_until_values_were_asked_for_long_enough_behind_it() {
    let mut unseen = Unseen::default();
    unseen.opened(at(0), dec(7));
    assert_eq!(unseen.by_account(), dec(7), "nothing was told yet");
    for (asked, sum) in [(-30, 7), (0, 7), (9, 7), (10, 0)] {
        unseen.told(at(asked), at(asked + 1));
        assert_eq!(unseen.by_account(), dec(sum), "asked {asked} s behind it");
    }
}

#[test]
fn an_estimate_counts_what_was_traded_before_it_was_asked_for() {
    let mut unseen = Unseen::default();
    unseen.opened(at(0), dec(7));
    unseen.told(at(20), at(21));
    assert_eq!((unseen.by_account(), unseen.by_estimate(at(0)), unseen.by_estimate(at(1))), (dec(0), dec(7), dec(0)));
}

#[test]
fn what_is_unknown_makes_the_sum_unknown_and_what_opened_nothing_does_not_count() {
    let mut unseen = Unseen::default();
    unseen.opened(at(0), dec(0));
    assert!(!unseen.wants_values(None, at(100)));
    unseen.opened(at(0), dec(7));
    unseen.opened(at(1), None);
    assert_eq!(unseen.by_account(), None);
    unseen.told(at(10), at(10));
    assert_eq!(unseen.by_account(), None);
    unseen.told(at(11), at(11));
    assert_eq!(unseen.by_account(), dec(0));
}

#[test]
fn values_are_asked_for_once_when_they_will_show_the_newest_trade() {
    let mut unseen = Unseen::default();
    unseen.told(at(-5), at(-4));
    unseen.opened(at(0), dec(7));
    assert!(!unseen.wants_values(Some(at(-5)), at(9)));
    assert!(unseen.wants_values(Some(at(-5)), at(10)));
    assert!(!unseen.wants_values(Some(at(10)), at(11)), "they are on their way");
    unseen.told(at(10), at(11));
    assert!(!unseen.wants_values(Some(at(-5)), at(12)));
}

#[test]
fn more_trades_than_are_kept_apart_count_all_the_same() {
    let mut unseen = Unseen::default();
    let many = i64::try_from(APART_MAX).unwrap() + 10;
    (0..many).for_each(|second| unseen.opened(at(second), dec(1)));
    assert_eq!((unseen.by_account(), unseen.opened.len()), (dec(many), APART_MAX));
}
