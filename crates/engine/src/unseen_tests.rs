use super::{APART_MAX, Opened, Unseen};
use domain::id::ConId;
use jiff::Timestamp;
use rust_decimal::Decimal;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "a sum may be unknown: so it is compared")]
fn dec(number: i64) -> Option<Decimal> {
    Some(Decimal::from(number))
}

fn open(unseen: &mut Unseen, at: Timestamp, worth: Option<Decimal>) {
    unseen.opened(Opened { at, worth, by: None });
}

#[test]
fn a_trade_counts_until_values_were_asked_for_long_enough_behind_it() {
    let mut unseen = Unseen::default();
    open(&mut unseen, at(0), dec(7));
    assert_eq!(unseen.by_account(), dec(7), "nothing was told yet");
    for (asked, sum) in [(-30, 7), (0, 7), (9, 7), (10, 0)] {
        unseen.told(at(asked), at(asked + 1));
        assert_eq!(unseen.by_account(), dec(sum), "asked {asked} s behind it");
    }
}

#[test]
fn an_estimate_counts_what_was_traded_before_it_was_asked_for() {
    let mut unseen = Unseen::default();
    open(&mut unseen, at(0), dec(7));
    unseen.told(at(20), at(21));
    assert_eq!((unseen.by_account(), unseen.by_estimate(at(0)), unseen.by_estimate(at(1))), (dec(0), dec(7), dec(0)));
}

#[test]
fn what_is_unknown_makes_the_sum_unknown_and_what_opened_nothing_does_not_count() {
    let mut unseen = Unseen::default();
    open(&mut unseen, at(0), dec(0));
    assert!(!unseen.wants_values(None, at(100)));
    open(&mut unseen, at(0), dec(7));
    open(&mut unseen, at(1), None);
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
    open(&mut unseen, at(0), dec(7));
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
    (0..many).for_each(|second| open(&mut unseen, at(second), dec(1)));
    assert_eq!((unseen.by_account(), unseen.opened.len()), (dec(many), APART_MAX));
}

#[test]
fn a_trade_that_is_told_before_its_rate_is_valued_once_the_rate_is_known() {
    let mut unseen = Unseen::default();
    let con_id = ConId::new(7).unwrap();
    unseen.opened(Opened { at: at(0), worth: None, by: Some((con_id, Decimal::TWO, Decimal::TEN)) });
    open(&mut unseen, at(1), dec(1));
    unseen.value(|_, _, _| None);
    assert_eq!(unseen.by_account(), None, "still unknown");
    unseen.value(|of, qty, price| (of == con_id).then(|| qty * price));
    assert_eq!(unseen.by_account(), dec(21));
}

#[test]
fn a_trade_that_is_told_late_counts_by_its_own_time() {
    let mut unseen = Unseen::default();
    open(&mut unseen, at(50), dec(1));
    open(&mut unseen, at(0), dec(7));
    unseen.told(at(20), at(55));
    assert_eq!(unseen.by_account(), dec(1), "the account has shown it");
    assert!(unseen.wants_values(None, at(60)), "the newest is to be shown yet");
}
